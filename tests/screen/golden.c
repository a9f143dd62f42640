#include "screen.h"

#include "text.h"

#include <string.h>

/* What a cell looks like; the letters of a golden stand for these. */
struct kind {
	int fg, bg; /* -1: default */
	bool bold, underline, reverse;
};

enum { KINDS_MAX = 52 };

static int colour_of(const VTermColor *c)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
		return -1;
	return VTERM_COLOR_IS_INDEXED(c) ? c->indexed.idx : 256;
}

static struct kind kind_of(const VTermScreenCell *c)
{
	return (struct kind){
		.fg = colour_of(&c->fg),
		.bg = colour_of(&c->bg),
		.bold = c->attrs.bold,
		.underline = c->attrs.underline != 0,
		.reverse = c->attrs.reverse,
	};
}

static bool same(const struct kind *a, const struct kind *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold && a->underline == b->underline &&
	       a->reverse == b->reverse;
}

/* A blank without background, underline or reverse looks like any other such blank. */
static bool is_plain(const VTermScreenCell *c, const struct kind *k)
{
	bool blank = c->chars[0] == 0 || c->chars[0] == ' ';
	return k->bg < 0 && !k->underline && !k->reverse && (blank || (k->fg < 0 && !k->bold));
}

static char letter_of(struct kind kinds[KINDS_MAX], int *count, const struct kind *k)
{
	int i = 0;
	while (i < *count && !same(&kinds[i], k))
		i++;
	if (i == KINDS_MAX)
		return '?';
	if (i == *count)
		kinds[(*count)++] = *k;
	return (char)(i < 26 ? 'a' + i : 'A' + i - 26);
}

static VTermScreenCell cell_at(const struct screen *s, int x, int y)
{
	VTermScreenCell c;
	vterm_screen_get_cell(s->vs, (VTermPos){.row = y, .col = x}, &c);
	return c;
}

static void end_line(struct buf *out, size_t from)
{
	while (out->len > from && out->p[out->len - 1] == ' ')
		out->len--;
	buf_addc(out, '\n');
}

void screen_text(const struct screen *s, struct buf *out)
{
	for (int y = 0; y < s->h; y++) {
		size_t from = out->len;
		for (int x = 0; x < s->w;) {
			VTermScreenCell c = cell_at(s, x, y);
			for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && c.chars[i]; i++)
				text_encode(out, c.chars[i]);
			if (!c.chars[0])
				buf_addc(out, ' ');
			x += c.width > 1 ? c.width : 1;
		}
		end_line(out, from);
	}
}

void screen_golden(const struct screen *s, struct buf *out)
{
	struct kind kinds[KINDS_MAX];
	int count = 0;
	screen_text(s, out);
	buf_add(out, STR("---- looks\n"));
	for (int y = 0; y < s->h; y++) {
		size_t from = out->len;
		for (int x = 0; x < s->w;) {
			VTermScreenCell c = cell_at(s, x, y);
			struct kind k = kind_of(&c);
			char letter = is_plain(&c, &k) ? ' ' : letter_of(kinds, &count, &k);
			for (int end = x + (c.width > 1 ? c.width : 1); x < end; x++)
				buf_addc(out, letter);
		}
		end_line(out, from);
	}
	buf_add(out, STR("---- legend\n"));
	for (int i = 0; i < count; i++) {
		const struct kind *k = &kinds[i];
		buf_addc(out, letter_of(kinds, &count, k));
		if (k->fg >= 0)
			buf_printf(out, " fg %d", k->fg);
		if (k->bg >= 0)
			buf_printf(out, " bg %d", k->bg);
		buf_printf(out, "%s%s%s\n", k->bold ? " bold" : "", k->underline ? " underline" : "",
			   k->reverse ? " reverse" : "");
	}
	VTermPos at;
	vterm_state_get_cursorpos(vterm_obtain_state(s->vt), &at);
	if (s->cursor)
		buf_printf(out, "cursor %d %d\n", at.col, at.row);
}
