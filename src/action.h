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
	const char *keys;  /* names of event.h, separated by blanks; the first one is shown in hints */
	const char *hint;  /* a word for the footer; NULL: not there */
	const char *help;  /* one sentence */
	const char *group; /* heading in the help screen */
	unsigned where;    /* of enum action_where */
	bool urgent;       /* does not wait for what is on its way to the screen */
	void (*run)(struct app *app);
};

extern const struct action actions[];
extern const size_t action_count;

/* The action that `key` means in `pane`; NULL: none. */
const struct action *action_find(char32_t key, enum pane pane);

#endif
