#include "menu.h"

#include <string.h>

void menu_clear(struct menu *m)
{
	arena_free(&m->arena);
	m->count = m->index = m->top = 0;
	m->title[0] = '\0';
	m->chosen = NULL;
	m->shown = (struct rect){0};
}

void menu_free(struct menu *m)
{
	arena_free(&m->arena);
}

void menu_add(struct menu *m, char32_t key, struct str label, struct str note, bool on)
{
	if (m->count == MENU_ITEMS_MAX)
		return;
	m->items[m->count++] = (struct menu_item){
		.key = key, .label = arena_str(&m->arena, label), .note = arena_str(&m->arena, note), .on = on};
}

void menu_move(struct menu *m, int rows)
{
	m->index += rows;
	if (m->index >= m->count)
		m->index = m->count - 1;
	if (m->index < 0)
		m->index = 0;
}

enum { PAGE = 10 };

enum menu_answer menu_key(struct menu *m, char32_t key)
{
	for (int i = 0; i < m->count; i++) {
		if (m->items[i].key != 0 && m->items[i].key == key) {
			m->index = i;
			return MENU_CHOSEN;
		}
	}
	switch (key) {
	case K_UP:
	case 'k':
		menu_move(m, -1);
		return MENU_STAYS;
	case K_DOWN:
	case 'j':
		menu_move(m, 1);
		return MENU_STAYS;
	case K_PGUP:
		menu_move(m, -PAGE);
		return MENU_STAYS;
	case K_PGDN:
		menu_move(m, PAGE);
		return MENU_STAYS;
	case K_HOME:
		menu_move(m, -m->count);
		return MENU_STAYS;
	case K_END:
		menu_move(m, m->count);
		return MENU_STAYS;
	case K_ENTER:
		return m->count > 0 ? MENU_CHOSEN : MENU_CLOSED;
	case K_ESC:
	case 'q':
	case 3: /* Ctrl-C */
		return MENU_CLOSED;
	default:
		return MENU_STAYS;
	}
}

int menu_at(const struct menu *m, int x, int y)
{
	const struct rect r = m->shown;
	int index = m->top + y - r.y - 1;
	if (x <= r.x || x >= r.x + r.w - 1 || y <= r.y || y >= r.y + r.h - 1 || index >= m->count)
		return -1;
	return index;
}

/* Widths of the columns: key, label, note; 0 where no item has one. */
struct widths {
	int key, label, note;
};

static struct widths widths_of(const struct menu *m, bool ascii)
{
	struct widths w = {0};
	for (int i = 0; i < m->count; i++) {
		int label = text_width(m->items[i].label, ascii), note = text_width(m->items[i].note, ascii);
		w.key = m->items[i].key ? 3 : w.key;
		w.label = label > w.label ? label : w.label;
		w.note = note + 2 > w.note && note > 0 ? note + 2 : w.note;
	}
	return w;
}

static void item_draw(const struct menu *m, int i, const struct widths *w, struct surface *s, struct rect row)
{
	const struct menu_item *item = &m->items[i];
	int x = row.x + 1, right = row.x + row.w - 1;
	s->select = i == m->index;
	surface_fill(s, row, ROLE_TEXT);
	if (item->on)
		surface_glyph(s, x, row.y, ROLE_MARK, GLYPH_MARK);
	x += 2;
	if (item->key) {
		char name[KEY_NAME_MAX];
		surface_text(s, x, row.y, 2, ROLE_KEY, str_of(event_key_name(item->key, name)));
	}
	x += w->key;
	int label = w->label < right - x ? w->label : right - x;
	surface_text(s, x, row.y, label, ROLE_STRONG, item->label);
	x += label + 2;
	surface_text(s, x, row.y, right - x, ROLE_DIM, item->note);
	s->select = false;
}

void menu_draw(struct menu *m, struct surface *s, struct rect room, bool low)
{
	struct widths w = widths_of(m, s->ascii);
	int inner = w.key + w.label + w.note + 4, title = (int)strlen(m->title) + 6;
	inner = title > inner ? title : inner;
	struct rect r = {.w = inner + 2 < room.w ? inner + 2 : room.w, .h = m->count + 2};
	if (r.h > room.h)
		r.h = room.h;
	r.x = low ? room.x : room.x + (room.w - r.w) / 2;
	r.y = low ? room.y + room.h - r.h : room.y + (room.h - r.h) / 3;
	m->shown = r;
	if (r.h < 3)
		return;
	int rows = r.h - 2;
	if (m->top > m->count - rows)
		m->top = m->count - rows;
	if (m->index >= 0 && m->index < m->top)
		m->top = m->index;
	if (m->index >= m->top + rows)
		m->top = m->index - rows + 1;
	surface_fill(s, r, ROLE_TEXT);
	surface_frame(s, r, true, str_of(m->title), STR(""));
	struct rect former = surface_clip(s, (struct rect){r.x + 1, r.y + 1, r.w - 2, rows});
	for (int i = m->top; i < m->count && i - m->top < rows; i++)
		item_draw(m, i, &w, s, (struct rect){r.x + 1, r.y + 1 + i - m->top, r.w - 2, 1});
	surface_unclip(s, former);
	if (m->top > 0)
		surface_glyph(s, r.x + r.w - 1, r.y + 1, ROLE_KEY, GLYPH_UP);
	if (m->top + rows < m->count)
		surface_glyph(s, r.x + r.w - 1, r.y + r.h - 2, ROLE_KEY, GLYPH_DOWN);
}
