#include "surface.h"

#include <stdlib.h>
#include <string.h>

/* ---- the grid ---- */

static struct rect intersect(struct rect a, struct rect b)
{
	int left = a.x > b.x ? a.x : b.x;
	int top = a.y > b.y ? a.y : b.y;
	int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
	int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
	return (struct rect){left, top, right > left ? right - left : 0, bottom > top ? bottom - top : 0};
}

static struct rect whole(const struct surface *s)
{
	return (struct rect){0, 0, s->w, s->h};
}

void surface_resize(struct surface *s, int w, int h)
{
	w = w > 0 ? w : 0;
	h = h > 0 ? h : 0;
	if (w != s->w || h != s->h) {
		free(s->cells);
		s->cells = calloc((size_t)w * (size_t)h + 1, sizeof *s->cells);
		if (!s->cells)
			die("out of memory: a screen of %d by %d", w, h);
		s->w = w;
		s->h = h;
	}
	surface_clear(s);
}

void surface_clear(struct surface *s)
{
	const struct cell blank = {.ch = {' '}, .role = ROLE_TEXT};
	for (int i = 0; i < s->w * s->h; i++)
		s->cells[i] = blank;
	s->clip = whole(s);
	s->stale = s->select = s->blur = false;
	s->cursor_x = s->cursor_y = -1;
}

void surface_free(struct surface *s)
{
	free(s->cells);
	*s = (struct surface){0};
}

struct rect surface_clip(struct surface *s, struct rect r)
{
	struct rect former = s->clip;
	s->clip = intersect(former, r);
	return former;
}

void surface_unclip(struct surface *s, struct rect former)
{
	s->clip = intersect(former, whole(s));
}

/* ---- cells ---- */

static struct cell *cell_at(struct surface *s, int x, int y)
{
	return &s->cells[y * s->w + x];
}

static void blank_halves(struct surface *s, int x, int y, int width)
{
	/* What is overwritten may be one half of a wide character: its other half must not stay behind. */
	if (x > 0 && cell_at(s, x, y)->ch[0] == 0)
		memcpy(cell_at(s, x - 1, y)->ch, (const char32_t[TEXT_CELL_MAX]){' '}, sizeof(char32_t[TEXT_CELL_MAX]));
	if (x + width < s->w && cell_at(s, x + width, y)->ch[0] == 0)
		cell_at(s, x + width, y)->ch[0] = ' ';
}

static void put(struct surface *s, int x, int y, enum role role, const char32_t ch[TEXT_CELL_MAX], int width)
{
	static const char32_t blank[TEXT_CELL_MAX] = {' '};
	const struct rect c = s->clip;
	if (y < c.y || y >= c.y + c.h || x >= c.x + c.w || x + width <= c.x)
		return;
	if (width == 2 && (x < c.x || x + 2 > c.x + c.w)) {
		x = x < c.x ? x + 1 : x;
		ch = blank;
		width = 1;
	}
	blank_halves(s, x, y, width);
	struct cell cell = {.role = role, .select = s->select, .blur = s->blur, .stale = s->stale};
	memcpy(cell.ch, ch, sizeof cell.ch);
	*cell_at(s, x, y) = cell;
	if (width == 2) {
		memset(cell.ch, 0, sizeof cell.ch);
		*cell_at(s, x + 1, y) = cell;
	}
}

static void put_char(struct surface *s, int x, int y, enum role role, char32_t c)
{
	put(s, x, y, role, (const char32_t[TEXT_CELL_MAX]){c}, 1);
}

/* ---- text ---- */

/* Columns of the text when it is to fit into `limit`; limit + 1 when it does not. */
static int width_up_to(const struct surface *s, struct str text, int limit)
{
	struct text_walk walk = text_walk_of(text, s->ascii);
	struct text_cell c;
	int width = 0;
	while (width <= limit && text_next(&walk, &c))
		width += c.width;
	return width <= limit ? width : limit + 1;
}

int surface_text(struct surface *s, int x, int y, int columns, enum role role, struct str text)
{
	int room = s->clip.x + s->clip.w - x;
	if (columns < 0 || columns > room)
		columns = room;
	if (columns <= 0)
		return 0;
	bool cut = width_up_to(s, text, columns) > columns;
	int limit = cut ? columns - 1 : columns;

	struct text_walk walk = text_walk_of(text, s->ascii);
	struct text_cell c;
	int at = 0;
	while (text_next(&walk, &c) && at + c.width <= limit) {
		put(s, x + at, y, role, c.ch, c.width);
		at += c.width;
	}
	if (cut)
		surface_glyph(s, x + at++, y, role, GLYPH_ELLIPSIS);
	return at;
}

int surface_printf(struct surface *s, int x, int y, int columns, enum role role, const char *fmt, ...)
{
	char line[512], *p = line;
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("bad format: %s", fmt);
	if ((size_t)n >= sizeof line) {
		p = malloc((size_t)n + 1);
		if (!p)
			die("out of memory: a line of %d bytes", n);
		vsnprintf(p, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	int used = surface_text(s, x, y, columns, role, (struct str){p, (size_t)n});
	if (p != line)
		free(p);
	return used;
}

int surface_text_right(struct surface *s, int right, int y, int columns, enum role role, struct str text)
{
	int room = right - s->clip.x;
	if (columns < 0 || columns > room)
		columns = room;
	if (columns <= 0)
		return right;
	int width = width_up_to(s, text, columns);
	int x = right - (width < columns ? width : columns);
	surface_text(s, x, y, right - x, role, text);
	return x;
}

void surface_fill(struct surface *s, struct rect r, enum role role)
{
	r = intersect(r, s->clip);
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			put_char(s, x, y, role, ' ');
}

/* ---- signs ---- */

static const struct {
	char32_t utf8;
	char ascii;
} glyphs[GLYPH_COUNT] = {
	[GLYPH_HLINE] = {U'─', '-'},     [GLYPH_VLINE] = {U'│', '|'},       [GLYPH_TOP_LEFT] = {U'┌', '+'},
	[GLYPH_TOP_RIGHT] = {U'┐', '+'}, [GLYPH_BOTTOM_LEFT] = {U'└', '+'}, [GLYPH_BOTTOM_RIGHT] = {U'┘', '+'},
	[GLYPH_TEE_LEFT] = {U'├', '+'},  [GLYPH_TEE_RIGHT] = {U'┤', '+'},   [GLYPH_OPEN] = {U'▾', '-'},
	[GLYPH_CLOSED] = {U'▸', '+'},    [GLYPH_MARK] = {U'✓', '*'},        [GLYPH_CURSOR] = {U'▸', '>'},
	[GLYPH_ELLIPSIS] = {U'…', '~'},  [GLYPH_BULLET] = {U'·', '-'},      [GLYPH_ARROW] = {U'→', '>'},
	[GLYPH_WARNING] = {U'▲', '!'},   [GLYPH_UP] = {U'↑', '^'},          [GLYPH_DOWN] = {U'↓', 'v'},
	[GLYPH_FRESH] = {U'•', '+'},     [GLYPH_CARET] = {U'▲', '^'},       [GLYPH_TICK] = {U'┴', '+'},
};

void surface_glyph(struct surface *s, int x, int y, enum role role, enum glyph g)
{
	put_char(s, x, y, role, s->ascii ? (char32_t)glyphs[g].ascii : glyphs[g].utf8);
}

/* One text of the top line with a blank on both sides, within `columns` at x. Returns the columns used. */
static int frame_text(struct surface *s, int x, int y, int columns, enum role role, struct str text)
{
	if (!text.len || columns < 3)
		return 0;
	put_char(s, x, y, role, ' ');
	int used = surface_text(s, x + 1, y, columns - 2, role, text);
	put_char(s, x + 1 + used, y, role, ' ');
	return used + 2;
}

void surface_frame(struct surface *s, struct rect r, bool focus, struct str title, struct str right)
{
	if (r.w < 2 || r.h < 2)
		return;
	const enum role role = focus ? ROLE_BORDER_FOCUS : ROLE_BORDER;
	const int x2 = r.x + r.w - 1, y2 = r.y + r.h - 1;
	for (int x = r.x + 1; x < x2; x++) {
		surface_glyph(s, x, r.y, role, GLYPH_HLINE);
		surface_glyph(s, x, y2, role, GLYPH_HLINE);
	}
	for (int y = r.y + 1; y < y2; y++) {
		surface_glyph(s, r.x, y, role, GLYPH_VLINE);
		surface_glyph(s, x2, y, role, GLYPH_VLINE);
	}
	surface_glyph(s, r.x, r.y, role, GLYPH_TOP_LEFT);
	surface_glyph(s, x2, r.y, role, GLYPH_TOP_RIGHT);
	surface_glyph(s, r.x, y2, role, GLYPH_BOTTOM_LEFT);
	surface_glyph(s, x2, y2, role, GLYPH_BOTTOM_RIGHT);

	enum { TITLE_MIN = 8 };
	int room = r.w - 3; /* a line's length stays between the two */
	int width = right.len ? width_up_to(s, right, room) + 2 : 0;
	if (width > room - TITLE_MIN)
		width = 0;
	frame_text(s, r.x + 1, r.y, room - width + (width == 0), ROLE_TITLE, title);
	if (width)
		frame_text(s, x2 - width, r.y, width, ROLE_DIM, right);
}

/* value of max in `steps` steps, rounded; a value above 0 gives at least 1. */
static int steps_of(int64_t value, int64_t max, int steps)
{
	if (value <= 0 || max <= 0 || steps <= 0)
		return 0;
	if (value >= max)
		return steps;
	int n = (int)((double)value / (double)max * steps + 0.5);
	return n > 0 ? n : 1;
}

void surface_bar(struct surface *s, int x, int y, int columns, enum role role, int64_t value, int64_t max)
{
	if (s->ascii) {
		for (int i = 0, n = steps_of(value, max, columns); i < n; i++)
			put_char(s, x + i, y, role, '#');
		return;
	}
	int eighths = steps_of(value, max, columns * 8);
	for (; eighths >= 8; eighths -= 8)
		put_char(s, x++, y, role, U'█');
	if (eighths > 0)
		put_char(s, x, y, role, U'█' + (char32_t)(8 - eighths)); /* U+2588 full .. U+258F one eighth */
}

/* ---- stacked bars ---- */

/* How thick each part is, in steps of a bar that has `steps` for `max`: their sum is right, and none that is above 0
 * vanishes as long as another can give way. */
static int part_sizes(const struct stack_part *parts, int count, int64_t max, int steps, int sizes[STACK_PARTS_MAX])
{
	int64_t sum = 0;
	int before = 0;
	for (int i = 0; i < count; i++) {
		sum += parts[i].value;
		int until = steps_of(sum, max, steps);
		sizes[i] = until - before;
		before = until;
	}
	for (int i = 0; i < count; i++) {
		int thickest = 0;
		for (int k = 1; k < count; k++)
			thickest = sizes[k] > sizes[thickest] ? k : thickest;
		if (parts[i].value > 0 && sizes[i] == 0 && sizes[thickest] > 1) {
			sizes[thickest]--;
			sizes[i]++;
		}
	}
	return before;
}

static char32_t filling(const struct surface *s, int part)
{
	static const char32_t utf8[STACK_PARTS_MAX] = {U'█', U'▒', U'░'}, ascii[STACK_PARTS_MAX] = {'#', '+', 'o'};
	return s->ascii ? ascii[part] : s->mono ? utf8[part] : U'█';
}

void surface_stack_key(struct surface *s, int x, int y, enum role role, int number)
{
	put_char(s, x, y, role, filling(s, number));
}

enum { EIGHTHS = 8 };

static char32_t eighth_block(int n)
{
	return n ? U'▁' + (char32_t)(n - 1) : U' ';
}

/* What of each part lies in the cell whose bottom is `from` steps up. Returns how much of the cell is filled. */
static int cell_shares(const int sizes[STACK_PARTS_MAX], int count, int from, int shares[STACK_PARTS_MAX])
{
	int filled = 0, bottom = 0;
	for (int i = 0; i < count; i++) {
		int lo = bottom > from ? bottom : from, hi = bottom + sizes[i];
		hi = hi < from + EIGHTHS ? hi : from + EIGHTHS;
		shares[i] = hi > lo ? hi - lo : 0;
		filled += shares[i];
		bottom += sizes[i];
	}
	return filled;
}

static int largest(const int shares[STACK_PARTS_MAX], int count, int but)
{
	int found = -1;
	for (int i = 0; i < count; i++)
		if (i != but && shares[i] > 0 && (found < 0 || shares[i] > shares[found]))
			found = i;
	return found;
}

/* A cell has one character and two colours: the two largest parts in it, but never a height that is wrong. */
static void stack_cell_colour(struct surface *s, int x, int y, const struct stack_part *parts, int count,
			      const int shares[STACK_PARTS_MAX], int filled)
{
	int first = largest(shares, count, -1), second = largest(shares, count, first);
	if (first < 0)
		return;
	if (second < 0 || filled < EIGHTHS) {
		put_char(s, x, y, parts[first].role, eighth_block(filled));
		return;
	}
	int lower = first < second ? first : second, upper = first < second ? second : first;
	put_char(s, x, y, parts[lower].role, eighth_block(shares[lower]));
	cell_at(s, x, y)->under = parts[upper].role;
}

/* Fillings have no heights: a cell that is filled by less than half stays blank, unless it is the lowest. */
static void stack_cell_mono(struct surface *s, int x, int y, const struct stack_part *parts, int count,
			    const int shares[STACK_PARTS_MAX], int filled, bool lowest)
{
	int first = largest(shares, count, -1);
	if (first < 0)
		return;
	if (first == 0 && filled < EIGHTHS && !s->ascii)
		put_char(s, x, y, parts[0].role, eighth_block(filled));
	else if (filled * 2 >= EIGHTHS || lowest)
		put_char(s, x, y, parts[first].role, filling(s, first));
}

/* On one line without colours only the height can be told. */
static void stack_flat(struct surface *s, int x, int y, enum role role, int filled)
{
	static const char ascii[] = " .:+#";
	put_char(s, x, y, role, s->ascii ? (char32_t)ascii[(filled + 1) / 2] : eighth_block(filled));
}

void surface_stack(struct surface *s, struct rect r, const struct stack_part *parts, int count, int64_t max)
{
	int sizes[STACK_PARTS_MAX], shares[STACK_PARTS_MAX];
	if (count > STACK_PARTS_MAX || part_sizes(parts, count, max, r.h * EIGHTHS, sizes) == 0)
		return;
	const struct rect c = s->clip;
	for (int row = 0; row < r.h; row++) {
		int y = r.y + r.h - 1 - row, filled = cell_shares(sizes, count, row * EIGHTHS, shares);
		for (int x = r.x; x < r.x + r.w && filled > 0; x++) {
			if (x < c.x || x >= c.x + c.w || y < c.y || y >= c.y + c.h)
				continue;
			if (!s->mono && !s->ascii)
				stack_cell_colour(s, x, y, parts, count, shares, filled);
			else if (r.h == 1)
				stack_flat(s, x, y, parts[0].role, filled);
			else
				stack_cell_mono(s, x, y, parts, count, shares, filled, row == 0);
		}
	}
}

/* ---- looks and dump ---- */

struct look surface_look(const struct cell *c, const struct theme *t, int colours)
{
	struct look look = theme_look(t, c->stale ? ROLE_DIM : c->role, colours);
	if (c->under != ROLE_TEXT && !c->stale)
		look.bg = theme_look(t, c->under, colours).fg;
	if (!c->select)
		return look;
	struct look row = theme_look(t, c->blur ? ROLE_SELECT_BLUR : ROLE_SELECT, colours);
	/* A reversed or recoloured row keeps one pair of colours: the roles' own would make it a patchwork. */
	if (row.fg >= 0 || (row.attrs & LOOK_REVERSE))
		look.fg = row.fg;
	/* The terminal's own colour of text may be as dark as the row: the header's goes with such a background. */
	if (look.fg < 0 && row.bg >= 0)
		look.fg = theme_look(t, ROLE_HEADER, colours).fg;
	look.bg = row.bg;
	look.attrs = (look.attrs & ~(unsigned)LOOK_REVERSE) | row.attrs;
	return look;
}

static char role_letter(const struct cell *c)
{
	static const char letters[ROLE_COUNT] = {
		[ROLE_TEXT] = 't',          [ROLE_DIM] = 'd',        [ROLE_STRONG] = 's',
		[ROLE_HEADER] = 'h',        [ROLE_HEADER_DIM] = 'i', [ROLE_FOOTER] = 'f',
		[ROLE_KEY] = 'k',           [ROLE_BORDER] = 'b',     [ROLE_BORDER_FOCUS] = 'c',
		[ROLE_TITLE] = 'l',         [ROLE_SELECT] = 'x',     [ROLE_SELECT_BLUR] = 'y',
		[ROLE_MARK] = 'm',          [ROLE_PERMANENT] = 'p',  [ROLE_TEMPORARY] = 'a',
		[ROLE_SUCCESS] = 'g',       [ROLE_DROPPED] = 'v',    [ROLE_BAR] = 'r',
		[ROLE_SPARK] = 'u',         [ROLE_EVIDENCE] = 'e',   [ROLE_WARNING] = 'w',
		[ROLE_ERROR] = 'n',         [ROLE_INPUT] = 'o',      [ROLE_SPARK_TEMPORARY] = 'j',
		[ROLE_SPARK_DROPPED] = 'q', [ROLE_FRESH] = 'z',      [ROLE_CURSOR_COLUMN] = '1',
	};
	if (c->select && letters[c->role] >= 'a')
		return (char)(letters[c->role] - 'a' + 'A');
	if (c->stale)
		return '~';
	return c->role == ROLE_TEXT ? ' ' : letters[c->role];
}

static void trim_line(struct buf *out, size_t from)
{
	while (out->len > from && out->p[out->len - 1] == ' ')
		out->len--;
	buf_addc(out, '\n');
}

void surface_dump(const struct surface *s, bool roles, struct buf *out)
{
	for (int y = 0; y < s->h; y++) {
		size_t from = out->len;
		for (int x = 0; x < s->w; x++)
			for (int i = 0; i < TEXT_CELL_MAX && s->cells[y * s->w + x].ch[i]; i++)
				text_encode(out, s->cells[y * s->w + x].ch[i]);
		trim_line(out, from);
	}
	for (int y = 0; roles && y < s->h; y++) {
		size_t from = out->len;
		for (int x = 0; x < s->w; x++)
			buf_addc(out, role_letter(&s->cells[y * s->w + x]));
		trim_line(out, from);
	}
}
