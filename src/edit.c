#include "edit.h"

#include <string.h>

void edit_set(struct edit *e, struct str text)
{
	buf_reset(&e->text);
	e->at = 0;
	edit_paste(e, text);
}

void edit_trim(struct edit *e)
{
	while (e->text.len > 0 && e->text.p[e->text.len - 1] == ' ')
		e->text.p[--e->text.len] = '\0';
	e->at = e->at < e->text.len ? e->at : e->text.len;
}

static size_t step_back(const struct edit *e, size_t at)
{
	while (at > 0 && ((unsigned char)e->text.p[--at] & 0xC0) == 0x80)
		;
	return at;
}

static size_t step_forward(const struct edit *e, size_t at)
{
	if (at < e->text.len)
		at++;
	while (at < e->text.len && ((unsigned char)e->text.p[at] & 0xC0) == 0x80)
		at++;
	return at;
}

static size_t word_back(const struct edit *e)
{
	size_t at = e->at;
	while (at > 0 && e->text.p[at - 1] == ' ')
		at--;
	while (at > 0 && e->text.p[at - 1] != ' ')
		at--;
	return at;
}

static void cut(struct edit *e, size_t from, size_t to)
{
	if (from >= to)
		return;
	memmove(e->text.p + from, e->text.p + to, e->text.len - to + 1);
	e->text.len -= to - from;
	e->at = from;
}

static void insert(struct edit *e, struct str s)
{
	struct buf tail = {0};
	buf_add(&tail, str_slice(buf_str(&e->text), e->at, SIZE_MAX));
	e->text.len = e->at;
	buf_add(&e->text, s);
	e->at = e->text.len;
	buf_add(&e->text, buf_str(&tail));
	buf_free(&tail);
}

void edit_paste(struct edit *e, struct str text)
{
	struct buf clean = {0};
	for (size_t i = 0; i < text.len;) {
		char32_t c;
		size_t n = text_decode(text, i, &c);
		if (n == 0 || c < ' ' || (c >= 0x7F && c < 0xA0)) {
			i += n ? n : 1;
			continue;
		}
		buf_add(&clean, str_slice(text, i, n));
		i += n;
	}
	insert(e, buf_str(&clean));
	buf_free(&clean);
}

void edit_replace(struct edit *e, size_t count, struct str text)
{
	cut(e, count < e->at ? e->at - count : 0, e->at);
	edit_paste(e, text);
}

enum { CTRL_A = 1, CTRL_B = 2, CTRL_D = 4, CTRL_E = 5, CTRL_F = 6, CTRL_H = 8, CTRL_K = 11, CTRL_U = 21, CTRL_W = 23 };

bool edit_key(struct edit *e, char32_t key)
{
	switch (key) {
	case K_LEFT:
	case CTRL_B:
		e->at = step_back(e, e->at);
		return true;
	case K_RIGHT:
	case CTRL_F:
		e->at = step_forward(e, e->at);
		return true;
	case K_HOME:
	case CTRL_A:
		e->at = 0;
		return true;
	case K_END:
	case CTRL_E:
		e->at = e->text.len;
		return true;
	case K_BACK:
	case CTRL_H:
	case 0x7F:
		cut(e, step_back(e, e->at), e->at);
		return true;
	case K_DEL:
	case CTRL_D:
		cut(e, e->at, step_forward(e, e->at));
		return true;
	case CTRL_W:
		cut(e, word_back(e), e->at);
		return true;
	case CTRL_U:
		cut(e, 0, e->at);
		return true;
	case CTRL_K:
		cut(e, e->at, e->text.len);
		return true;
	default:
		break;
	}
	if (key < ' ' || key >= KEYS_START)
		return false;
	struct buf one = {0};
	text_encode(&one, key);
	edit_paste(e, buf_str(&one));
	buf_free(&one);
	return true;
}

void edit_draw(const struct edit *e, struct surface *s, int x, int y, int columns, size_t bad)
{
	struct str all = buf_str(&e->text);
	/* Scroll by whole characters until the cursor fits. */
	size_t from = 0;
	while (from < e->at && text_width(str_slice(all, from, e->at - from), s->ascii) >= columns)
		from = step_forward(e, from);
	size_t split = bad > 0 && bad - 1 < all.len ? bad - 1 : all.len;
	if (split < from)
		split = from;
	int right = x + columns;
	int at = x + surface_text(s, x, y, columns, ROLE_INPUT, str_slice(all, from, split - from));
	if (at < right)
		surface_text(s, at, y, right - at, ROLE_ERROR, str_slice(all, split, SIZE_MAX));
	s->cursor_x = x + text_width(str_slice(all, from, e->at - from), s->ascii);
	s->cursor_y = y;
}

void edit_free(struct edit *e)
{
	buf_free(&e->text);
}
