/* config.h - what the user may choose: one table of options, which the configuration file, the command line, --help, the
 * manual and `deadletter config` read.
 *
 * Layer 5, because keys are bound to actions and columns are the list's. Knows what values there are; never what they
 * do to the screen. The command line goes before the file, the file before the defaults. Main thread.
 *
 * The file: a setting a line, NAME = VALUE; bind ACTION = KEYS; saved NAME = FILTER. A line that starts with # is a
 * comment, and there are no others: # may stand in a filter. A later line goes before an earlier one. A wrong line is left
 * out and remembered as a mistake: it never keeps the browser from starting.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "action.h"
#include "list_column.h"
#include "opt.h"

/* ---- the options ---- */

enum option_id {
	OPTION_THEME,
	OPTION_ZONE,
	OPTION_TIME_FORMAT,
	OPTION_COLUMNS,
	OPTION_TREE_WIDTH,
	OPTION_LIST_HEIGHT,
	OPTION_SORT,
	OPTION_GROUP,
	OPTION_FILTER,
	OPTION_FOLLOW,
	OPTION_MOUSE,
	OPTION_COUNT
};

enum time_format {
	TIME_SHORT,    /* 23 Nov 14:02 */
	TIME_ISO,      /* 2026-11-23 14:02 */
	TIME_RELATIVE, /* 3h ago */
};

enum { SAVED_MAX = 100, SAVED_NAME_MAX = 60, SAVED_TEXT_MAX = 3000, MISTAKES_MAX = 50 };

struct config {
	const struct theme *theme;
	enum zone zone;
	enum time_format time_format;
	int columns[COLUMN_COUNT];   /* indexes of list_columns[], from left to right */
	int column_count;            /* 0: the usual ones */
	int tree_width, list_height; /* percent of the room; 0: as fits the size */
	enum sort sort;
	enum grouping group;
	struct str filter; /* to start with, when the command line has none */
	bool follow, mouse;
	struct keymap keymap;
	struct saved_filter {
		struct str name, text;
	} saved[SAVED_MAX]; /* in the order of the file */
	int saved_count;

	struct str texts[OPTION_COUNT]; /* the values as they were written */

	struct str path; /* of the file; empty: there is no place for one */
	bool found;      /* it was there, and was read */
	struct mistake {
		int line;      /* 1-based; 0: the whole file */
		size_t column; /* 1-based byte column, 0: the whole line */
		struct str what;
	} mistakes[MISTAKES_MAX]; /* the first ones */
	int mistake_count;        /* of all */

	struct arena arena; /* owns all texts */
};

/* One option. `opt` is what it is called, what may stand behind it, and a few words on what it is for. */
struct config_option {
	struct opt opt;
	const char *fallback; /* what holds without it, as in the file */
	const char *more;     /* sentences for the manual and the file; NULL: none */
	bool (*set)(struct config *c, struct str value, struct err *e);
};
extern const struct config_option config_options[OPTION_COUNT];

/* The same for a command line: --config FILE, then a row for each option, whose help is a sentence. */
enum { CONFIG_OPT_FILE, CONFIG_OPT_FIRST, CONFIG_OPT_COUNT = CONFIG_OPT_FIRST + OPTION_COUNT };
void config_opts(struct arena *a, struct opt out[CONFIG_OPT_COUNT]);

/* ---- a configuration ---- */

/* Everything at its default. */
void config_init(struct config *c);
void config_free(struct config *c);
/* Sets one option. False: *e says what is wrong, in a sentence that names it, with the column in `value` where there is
 * one; nothing has changed. */
bool config_set(struct config *c, enum option_id id, struct str value, struct err *e);

/* Puts a filter under a name, in place of the one that is called so; an empty text takes it away. False: *e says what is
 * wrong with the name or the filter, and nothing has changed. */
bool config_put_saved(struct config *c, struct str name, struct str text, struct err *e);
/* Could it be saved so? */
bool config_saved_ok(struct str name, struct str text, struct err *e);

/* ---- config_file.c: the file ---- */

/* Where it is: `named` if not NULL, else $DEADLETTER_CONFIG, $XDG_CONFIG_HOME/deadletter/config or
 * ~/.config/deadletter/config; owned by `a`. NULL: there is no home. *must: somebody asked for just this one. */
const char *config_path(const char *named, struct arena *a, bool *must);
/* Reads what there is at config_path(named) over what is set. False: the file was asked for and cannot be read, *e says
 * why. Wrong lines are in c->mistakes. */
bool config_load(struct config *c, const char *named, struct err *e);
/* The text of a file, as if read from `path`. */
void config_read(struct config *c, struct str path, struct str text);
/* "config:3: there is no …; did you mean …?", with the path as it is, or only its last part. */
void config_mistake(const struct config *c, int i, bool whole_path, struct buf *out);
/* All mistakes in one sentence: the first as config_mistake has it, and how many others there are. Empty without any. */
void config_notice(const struct config *c, bool whole_path, struct buf *out);

/* Does config_put_saved in a file. The rest of it stays as it is; it is written anew, whole or not at all, and made with its
 * folders if need be. False: *e says why, and nothing has changed. */
bool config_save_filter(const char *path, struct str name, struct str text, struct err *e);

/* ---- config_print.c ---- */

/* The effective configuration as a file that gives it again: what is at its default is a comment. */
void config_print(const struct config *c, struct buf *out);

#endif
