#include "text.h"

#include "text_data.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	MARKS_MAX = TEXT_CELL_MAX - 1,
	DOTTED_CIRCLE = 0x25CC,
	REPLACEMENT = 0xFFFD,
	PICTURE_OF_NUL = 0x2400, /* the pictures of C0 follow it in order */
	PICTURE_OF_DEL = 0x2421,
};

/* ---- UTF-8 ---- */

/* By the first byte: how many follow, and what the second one may be. That excludes overlong forms (E0 80.., F0 80..),
 * surrogates (ED A0..) and what lies beyond U+10FFFF (F4 90..). */
static const struct lead {
	unsigned char first, last, more, second_min, second_max;
} leads[] = {
	{0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF}, {0xE1, 0xEC, 2, 0x80, 0xBF},
	{0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
	{0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

size_t text_decode(struct str s, size_t at, char32_t *out)
{
	if (at >= s.len)
		return 0;
	const unsigned char *p = (const unsigned char *)s.p + at;
	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	const struct lead *l = leads;
	const struct lead *end = leads + COUNT_OF(leads);
	while (l < end && (p[0] < l->first || p[0] > l->last))
		l++;
	if (l == end || s.len - at <= l->more || p[1] < l->second_min || p[1] > l->second_max)
		return 0;
	char32_t c = p[0] & (0x3Fu >> l->more);
	for (size_t i = 1; i <= l->more; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3F);
	}
	*out = c;
	return l->more + 1u;
}

void text_encode(struct buf *b, char32_t c)
{
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = REPLACEMENT;
	char out[4];
	size_t n = 0;
	if (c < 0x80) {
		out[n++] = (char)c;
	} else if (c < 0x800) {
		out[n++] = (char)(0xC0 | c >> 6);
		out[n++] = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		out[n++] = (char)(0xE0 | c >> 12);
		out[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		out[n++] = (char)(0x80 | (c & 0x3F));
	} else {
		out[n++] = (char)(0xF0 | c >> 18);
		out[n++] = (char)(0x80 | (c >> 12 & 0x3F));
		out[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		out[n++] = (char)(0x80 | (c & 0x3F));
	}
	buf_add(b, (struct str){out, n});
}

/* ---- the walk ---- */

static int compare_range(const void *key, const void *row)
{
	char32_t c = *(const char32_t *)key;
	const struct text_range *r = row;
	return c < r->first ? -1 : c > r->last;
}

static enum text_kind kind_of(char32_t c)
{
	if (c < 0x80)
		return c < ' ' || c == 0x7F ? TEXT_HIDDEN : TEXT_NARROW;
	const struct text_range *r = bsearch(&c, text_ranges, text_range_count, sizeof text_ranges[0], compare_range);
	return r ? r->kind : TEXT_NARROW;
}

struct text_walk text_walk_of(struct str s, bool ascii)
{
	return (struct text_walk){.s = s, .ascii = ascii};
}

/* Hands out the next character of the stand-in in the making. */
static void next_pending(struct text_walk *w, struct text_cell *out)
{
	*out = (struct text_cell){
		.ch = {(unsigned char)w->pending[w->pending_at++]},
		.width = 1,
		.from = w->pending_from,
		.len = w->pending_bytes,
		.stand_in = true,
	};
}

/* Starts to hand out w->pending, which stands for the bytes from `from` on, up to where the walk is now. */
static void start_pending(struct text_walk *w, int len, size_t from, struct text_cell *out)
{
	w->pending_len = len;
	w->pending_at = 0;
	w->pending_from = from;
	w->pending_bytes = w->at - from;
	next_pending(w, out);
}

static void next_bad_byte(struct text_walk *w, struct text_cell *out)
{
	unsigned byte = (unsigned char)w->s.p[w->at++];
	start_pending(w, snprintf(w->pending, sizeof w->pending, "<%02X>", byte), w->at - 1, out);
}

static void next_hidden(struct text_walk *w, char32_t c, size_t bytes, struct text_cell *out)
{
	size_t from = w->at;
	w->at += bytes;
	if (c >= 0xA0) {
		start_pending(w, snprintf(w->pending, sizeof w->pending, "<U+%04X>", (unsigned)c), from, out);
	} else if (c >= 0x80 || w->ascii) {
		start_pending(w, snprintf(w->pending, sizeof w->pending, "<%02X>", (unsigned)c), from, out);
	} else {
		char32_t picture = c == 0x7F ? PICTURE_OF_DEL : PICTURE_OF_NUL + c;
		*out = (struct text_cell){.ch = {picture}, .width = 1, .from = from, .len = bytes, .stand_in = true};
	}
}

/* A character and the marks on it; a mark that stands alone gets a dotted circle to sit on. */
static void next_character(struct text_walk *w, char32_t c, enum text_kind kind, size_t bytes, struct text_cell *out)
{
	*out = (struct text_cell){.width = kind == TEXT_WIDE ? 2 : 1, .from = w->at};
	size_t used = 0;
	if (kind == TEXT_MARK) {
		out->ch[used++] = DOTTED_CIRCLE;
		out->stand_in = true;
	}
	out->ch[used++] = c;
	w->at += bytes;
	while (used < TEXT_CELL_MAX && (bytes = text_decode(w->s, w->at, &c)) && kind_of(c) == TEXT_MARK) {
		out->ch[used++] = c;
		w->at += bytes;
	}
	out->len = w->at - out->from;
	if (w->ascii && (used > 1 || out->ch[0] >= 0x80)) {
		w->pending[0] = w->pending[1] = '?';
		start_pending(w, out->width, out->from, out);
	}
}

bool text_next(struct text_walk *w, struct text_cell *out)
{
	if (w->pending_at < w->pending_len) {
		next_pending(w, out);
		return true;
	}
	if (w->at >= w->s.len)
		return false;
	char32_t c;
	size_t bytes = text_decode(w->s, w->at, &c);
	if (bytes == 0) {
		next_bad_byte(w, out);
		return true;
	}
	enum text_kind kind = kind_of(c);
	if (kind == TEXT_HIDDEN)
		next_hidden(w, c, bytes, out);
	else
		next_character(w, c, kind, bytes, out);
	return true;
}

/* ---- width and showing ---- */

size_t text_find_bad(struct str s)
{
	char32_t c;
	for (size_t at = 0, n; at < s.len; at += n) {
		n = text_decode(s, at, &c);
		if (n == 0 || c < ' ' || (c >= 127 && c < 160))
			return at;
	}
	return SIZE_MAX;
}

int text_width(struct str s, bool ascii)
{
	struct text_walk w = text_walk_of(s, ascii);
	struct text_cell cell;
	int width = 0;
	while (width <= INT_MAX - 2 && text_next(&w, &cell))
		width += cell.width;
	return width;
}

void text_show(struct buf *b, struct str s, int columns, bool ascii)
{
	if (columns < 0)
		return;
	struct text_walk w = text_walk_of(s, ascii);
	struct text_cell cell;
	int width = 0;
	size_t room_for_ellipsis = b->len; /* where to cut, should the rest not fit */
	while (text_next(&w, &cell)) {
		if (columns && width + cell.width > columns) {
			b->len = room_for_ellipsis;
			buf_add(b, ascii ? STR("~") : STR("…"));
			return;
		}
		for (int i = 0; i < TEXT_CELL_MAX && cell.ch[i]; i++)
			text_encode(b, cell.ch[i]);
		if (columns) {
			width += cell.width;
			if (width < columns)
				room_for_ellipsis = b->len;
		}
	}
}

void text_wrap(struct buf *b, struct str s, int at, int left, int right, bool ascii)
{
	struct str word;
	bool first = true;
	while (str_next(&s, ' ', &word)) {
		int w = text_width(word, ascii);
		if (!first && at + 1 + w > right) {
			buf_printf(b, "\n%*s", left, "");
			at = left;
		} else if (!first) {
			buf_addc(b, ' ');
			at++;
		}
		text_show(b, word, 0, ascii);
		at += w;
		first = false;
	}
}

struct str text_shown(struct arena *a, struct str s, int columns, bool ascii)
{
	struct buf b = {0};
	text_show(&b, s, columns, ascii);
	struct str shown = arena_str(a, buf_str(&b));
	buf_free(&b);
	return shown;
}
