/* surface.h - a grid of cells that views draw into: clipping, showable text, boxes, a text dump.
 *
 * Layer 4. Knows roles, never colours or terminals. All text goes through text.h, so nothing hostile can be in a cell.
 * Coordinates are 0-based columns and rows; drawing outside the grid or the clip rectangle does nothing. A wide character
 * that is cut in half leaves a blank. One thread.
 */
#ifndef SURFACE_H
#define SURFACE_H

#include "text.h"
#include "theme.h"

struct cell {
	char32_t ch[TEXT_CELL_MAX]; /* ch[0] 0: the right half of a wide character */
	enum role role;
	enum role
		under; /* its colour is the background; ROLE_TEXT: none. Of two parts of a bar that meet in one cell */
	bool select; /* on the selected row: background of ROLE_SELECT or ROLE_SELECT_BLUR under the role's own text */
	bool blur;   /* with select: the pane is not in focus */
	bool stale;  /* content that waits for its successor: dimmed */
};

struct rect {
	int x, y, w, h;
};

struct surface {
	int w, h;
	struct cell *cells; /* w * h, row by row */
	bool ascii;         /* only ASCII comes out: glyphs and text */
	bool mono;          /* no colours: what only they would tell apart is drawn in another way */
	struct rect clip;
	bool stale, select, blur; /* given to every cell drawn until changed */
	int cursor_x, cursor_y;   /* where the terminal's cursor shows; -1: hidden */
};

void surface_resize(struct surface *s, int w, int h); /* and clear */
void surface_clear(struct surface *s);                /* blanks, clip = all, cursor hidden */
void surface_free(struct surface *s);

struct rect surface_clip(struct surface *s, struct rect r); /* narrows the clip; returns the former, to restore */
void surface_unclip(struct surface *s, struct rect former);

/* Draws text at x,y, at most `columns` wide (the rest of the clip when negative); what is cut ends in an ellipsis. Returns the
 * columns used. */
int surface_text(struct surface *s, int x, int y, int columns, enum role role, struct str text);
int surface_printf(struct surface *s, int x, int y, int columns, enum role role, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* The same, ending at the column before `right`. Returns where it starts. */
int surface_text_right(struct surface *s, int right, int y, int columns, enum role role, struct str text);
void surface_fill(struct surface *s, struct rect r, enum role role); /* blanks of that role */

enum glyph {
	GLYPH_HLINE,
	GLYPH_VLINE,
	GLYPH_TOP_LEFT,
	GLYPH_TOP_RIGHT,
	GLYPH_BOTTOM_LEFT,
	GLYPH_BOTTOM_RIGHT,
	GLYPH_TEE_LEFT,
	GLYPH_TEE_RIGHT, /* ├ ┤ */
	GLYPH_OPEN,
	GLYPH_CLOSED, /* ▾ ▸ */
	GLYPH_MARK,
	GLYPH_CURSOR, /* ✓ ▸ */
	GLYPH_ELLIPSIS,
	GLYPH_BULLET,
	GLYPH_ARROW,
	GLYPH_WARNING,
	GLYPH_UP,
	GLYPH_DOWN,
	GLYPH_FRESH, /* • */
	GLYPH_CARET, /* ▲, below a place on an axis */
	GLYPH_TICK,  /* ┴, where an axis has a label */
	GLYPH_COUNT
};
void surface_glyph(struct surface *s, int x, int y, enum role role, enum glyph g);
/* A frame with a title in its top line (clipped with an ellipsis) and, at the right, a second text (may be empty). */
void surface_frame(struct surface *s, struct rect r, bool focus, struct str title, struct str right);
/* A horizontal bar of value/max in eighths of a column (█▌; # in ASCII); a value above 0 always shows something. */
void surface_bar(struct surface *s, int x, int y, int columns, enum role role, int64_t value, int64_t max);

/* A part of a stacked bar. */
struct stack_part {
	enum role role;
	int64_t value;
};
enum { STACK_PARTS_MAX = 3 };
/* A bar that stands on the bottom line of `r`; r.h rows are `max`. Its parts lie on each other, the first one at the bottom, and
 * differ by their roles' colours or, without colours, by their filling: █ ▒ ░ (ASCII: # + o). What is above 0 shows. */
void surface_stack(struct surface *s, struct rect r, const struct stack_part *parts, int count, int64_t max);
/* What the part `number` (from 0) of a bar is filled with: one cell for a legend. */
void surface_stack_key(struct surface *s, int x, int y, enum role role, int number);

/* What a cell looks like on a terminal with so many colours: its role's look, dimmed or on the selected row. */
struct look surface_look(const struct cell *c, const struct theme *t, int colours);

/* The grid as text, a line a row without trailing blanks; with `roles`, below it the same grid as a letter per role for
 * every cell that is not plain: a capital on the selected row, ~ for stale. For goldens. */
void surface_dump(const struct surface *s, bool roles, struct buf *out);

#endif
