/* action.h - everything the browser can be told to do: a row each, with its keys, hint and help.
 *
 * Layer 5. Dispatch, footer hints and the help screen all read this table.
 */
#ifndef ACTION_H
#define ACTION_H

#include "app.h"

enum action_where {
	IN_TREE = 1 << PANE_TREE,
	IN_LIST = 1 << PANE_LIST,
	IN_DETAIL = 1 << PANE_DETAIL,
	IN_TIMELINE = 1 << PANE_TIMELINE,
	IN_ALL = IN_TREE | IN_LIST | IN_DETAIL | IN_TIMELINE,
	IN_RECORDS = IN_TREE | IN_LIST | IN_DETAIL,
};

struct action {
	const char *name;  /* "mark-all": the name to call it by */
	const char *keys;  /* by default: names of event.h, separated by blanks; the first one is shown in hints */
	const char *hint;  /* a word for the footer; NULL: not there */
	const char *help;  /* one sentence */
	const char *group; /* heading in the help screen */
	unsigned where;    /* of enum action_where */
	bool urgent;       /* does not wait for what is on its way to the screen */
	void (*run)(struct app *app);
};

extern const struct action actions[];
extern const size_t action_count;

/* ---- action_keys.c: which keys mean what ---- */

enum { KEYMAP_MAX = 256 };

/* A key means one action in a pane. */
struct keymap {
	struct binding {
		char32_t key;
		const struct action *action;
	} bindings[KEYMAP_MAX]; /* those of one action in the order of its hints and help */
	int count;
};

void keymap_init(struct keymap *m); /* as the table has it */
/* Gives the action `name` these keys, names separated by blanks, instead of those it has; "" takes them all away. A key
 * is taken from the actions that share a pane with this one. False: *e names what is unknown, and all is as it was. */
bool keymap_bind(struct keymap *m, struct str name, struct str keys, struct err *e);
/* The names of an action's keys, separated by blanks. */
void keymap_keys(const struct keymap *m, const struct action *a, struct buf *out);
/* The first of them, "" when it has none. Returns buf. */
const char *keymap_first(const struct keymap *m, const struct action *a, char buf[KEY_NAME_MAX]);

/* Appends a sentence in which {ACTION} stands for an action's first key: "{quit} quits." An action without a key is called by its
 * name. */
void keymap_sentence(const struct keymap *m, const char *text, struct buf *out);

/* The action that `key` means in `pane`; NULL: none. */
const struct action *action_find(const struct keymap *m, char32_t key, enum pane pane);
/* NULL: none is called so. */
const struct action *action_named(struct str name);

#endif
