/* theme.h - what things look like: roles → colours and attributes, for 256, 16, 8 colours and none.
 *
 * Layer 4. A view says what a cell is (a role), never a colour. Meaning is never in the colour alone: with NO_COLOR every role
 * that must stand out does so by bold, reverse, underline or a glyph, in every theme alike. One file of data/themes/ is
 * one theme; src/tools/gen_themes.c checks it. Static tables; any thread.
 */
#ifndef THEME_H
#define THEME_H

#include "base.h"

enum role {
	ROLE_TEXT,       /* ordinary text */
	ROLE_DIM,        /* secondary text: units, hints, what is stale */
	ROLE_STRONG,     /* what the eye should meet first */
	ROLE_HEADER,     /* the top line */
	ROLE_HEADER_DIM, /* secondary text in it */
	ROLE_FOOTER,     /* key hints */
	ROLE_KEY,        /* a key's name in hints and help */
	ROLE_BORDER,     /* of panes */
	ROLE_BORDER_FOCUS,
	ROLE_TITLE,       /* a pane's title */
	ROLE_SELECT,      /* the row under the cursor, pane in focus */
	ROLE_SELECT_BLUR, /* the row under the cursor, pane not in focus */
	ROLE_MARK,        /* the sign of a marked record */
	ROLE_PERMANENT,   /* class 5 */
	ROLE_TEMPORARY,   /* class 4 */
	ROLE_SUCCESS,     /* class 2, delivered */
	ROLE_DROPPED,
	ROLE_BAR,             /* count bars */
	ROLE_SPARK,           /* the timeline's bars: what failed for good */
	ROLE_SPARK_TEMPORARY, /* … for a while */
	ROLE_SPARK_DROPPED,   /* … and what was not sent at all */
	ROLE_EVIDENCE,        /* the characters of a response that gave the code */
	ROLE_WARNING,         /* contradictions, snapshots, things to notice */
	ROLE_ERROR,           /* a sentence that says what went wrong */
	ROLE_INPUT,           /* text being typed */
	ROLE_FRESH,           /* a row that has just come */
	ROLE_CURSOR_COLUMN,   /* the timeline's cursor, and the range selected there */
	ROLE_COUNT
};

enum look_attr {
	LOOK_BOLD = 1 << 0,
	LOOK_DIM = 1 << 1,
	LOOK_REVERSE = 1 << 2,
	LOOK_UNDERLINE = 1 << 3,
};

/* Colours are xterm palette numbers, -1 the terminal's default. */
struct look {
	int fg, bg;
	unsigned attrs; /* of enum look_attr */
};

enum { DEPTH_256, DEPTH_16, DEPTH_8, DEPTH_COUNT };

struct theme {
	const char *name; /* "dark" */
	const char *help; /* one sentence */
	bool light;       /* made for light backgrounds */
	struct look looks[DEPTH_COUNT][ROLE_COUNT];
};

extern const struct theme themes[]; /* the first one is the default */
extern const size_t theme_count;

/* NULL: none is called so. */
const struct theme *theme_named(struct str name);
/* The theme for a terminal of which COLORFGBG, as some set it in the environment, holds this: numbers or words with semicolons
 * between, of which the last one is the background's colour, such as "0;15". NULL, or what does not say that it is light:
 * the default. */
const struct theme *theme_for(const char *colorfgbg);
/* The look of a role on a terminal with so many colours: 256 and more, 16, 8, or below 8: none. */
struct look theme_look(const struct theme *t, enum role r, int colours);

const char *role_name(enum role r); /* "permanent"; for themes and test dumps */
bool role_of(struct str name, enum role *out);

#endif
