#include "flow.h"

int flow_y(const struct flow *f)
{
	int row = f->line - f->top;
	return row >= 0 && row < f->r.h ? f->r.y + row : -1;
}

void flow_blank(struct flow *f)
{
	f->line++;
}

void flow_line(struct flow *f, enum role role, struct str text)
{
	int y = flow_y(f);
	if (y >= 0)
		surface_text(f->s, f->r.x, y, f->r.w, role, text);
	f->line++;
}

/* How many bytes of `text` go on one line of `columns`: up to the last blank that fits, or else as much as fits. What takes
 * several cells, <U+202E>, goes there whole or not at all: cut, it would say something else. */
static size_t fit(struct str text, int columns, bool ascii)
{
	struct text_walk w = text_walk_of(text, ascii);
	struct text_cell c;
	int used = 0;
	size_t after_blank = 0;
	while (text_next(&w, &c)) {
		if (used + c.width > columns)
			return after_blank ? after_blank : c.from ? c.from : c.from + c.len;
		used += c.width;
		if (c.len == 1 && text.p[c.from] == ' ')
			after_blank = c.from + c.len;
	}
	return text.len;
}

/* Draws bytes from..to of `text`, those in a span as evidence. */
static void draw_range(struct flow *f, int x, int y, enum role role, struct str text, size_t from, size_t to,
		       const struct span *spans, int span_count)
{
	while (from < to) {
		size_t until = to;
		bool inside = false;
		for (int i = 0; i < span_count; i++) {
			size_t end = spans[i].start + spans[i].len;
			if (from >= spans[i].start && from < end) {
				inside = true;
				until = end < until ? end : until;
			} else if (spans[i].len > 0 && spans[i].start > from && spans[i].start < until) {
				until = spans[i].start;
			}
		}
		x += surface_text(f->s, x, y, f->r.x + f->r.w - x, inside ? ROLE_EVIDENCE : role,
				  str_slice(text, from, until - from));
		from = until;
	}
}

void flow_text(struct flow *f, int indent, enum role role, struct str text, const struct span *spans, int span_count)
{
	int columns = f->r.w - indent;
	if (columns < 1)
		return;
	size_t at = 0;
	do {
		size_t eol = str_find(text, STR("\n"), at);
		size_t end = eol == SIZE_MAX ? text.len : eol;
		size_t next = eol == SIZE_MAX ? text.len : eol + 1;
		if (end > at && text.p[end - 1] == '\r')
			end--;
		do {
			size_t n = fit(str_slice(text, at, end - at), columns, f->s->ascii);
			int y = flow_y(f);
			if (y >= 0)
				draw_range(f, f->r.x + indent, y, role, text, at, at + n, spans, span_count);
			f->line++;
			at += n;
		} while (at < end);
		at = next;
	} while (at < text.len);
}

void flow_field(struct flow *f, const char *label, enum role role, struct str text)
{
	if (text.len == 0)
		return;
	int y = flow_y(f);
	if (y >= 0)
		surface_text(f->s, f->r.x, y, FLOW_LABEL_W - 1, ROLE_DIM, str_of(label));
	flow_text(f, FLOW_LABEL_W, role, text, NULL, 0);
}

void flow_heading(struct flow *f, const char *text)
{
	flow_blank(f);
	flow_line(f, ROLE_TITLE, str_of(text));
}
