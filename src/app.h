/* app.h - the browser's state, and what happens to it: events and answers in, questions and a drawn surface out.
 *
 * Layer 5. Knows neither SQL nor threads nor curses: all it needs from outside goes through struct app_port. Main thread.
 * Views hold positions, never rows: the newest answer of each kind is kept in `last`, and a selection is a record's id.
 */
#ifndef APP_H
#define APP_H

#include "edit.h"
#include "event.h"
#include "history.h"
#include "idset.h"
#include "menu.h"
#include "query.h"
#include "surface.h"

/* The world outside. `ask` returns the generation that the answer will carry. */
struct app_port {
	unsigned (*ask)(void *ctx, const struct request *r);
	void (*cancel)(void *ctx, enum ask kind);
	bool (*copy)(void *ctx, struct str text);
	void (*suspend)(void *ctx);
	void (*repaint)(void *ctx); /* the whole screen with the next picture, whatever stands there */
	void (*theme)(void *ctx, const struct theme *t);
	/* Keeps a filter under a name in the configuration and its file. */
	bool (*save)(void *ctx, struct str name, struct str filter, struct err *e);
	void *ctx;
};

enum pane { PANE_TREE, PANE_LIST, PANE_DETAIL, PANE_TIMELINE, PANE_COUNT }; /* in the order of Tab */

enum mode {
	MODE_BROWSE,
	MODE_FILTER,  /* the filter line is typed, the list follows */
	MODE_PROMPT,  /* another line is typed: a path, a place */
	MODE_CONFIRM, /* y or n */
	MODE_MENU,    /* a choice over the panes */
	MODE_HELP,
};

struct app;
struct action;
struct config;

/* A question in the bottom line. `done` gets the text. */
struct prompt {
	char label[80];
	struct edit edit;
	void (*done)(struct app *app, struct str text);
};

struct confirm {
	char question[400];
	void (*yes)(struct app *app);
	const char *no; /* what to say when it is not yes */
};

struct tree_view {
	struct str selected; /* the filter line of the node under the cursor; in `arena` */
	struct str *open;    /* filter lines of open nodes */
	int open_count;
	struct arena arena;
	int index, top; /* of the node in the newest tree */
	bool met;       /* a tree was seen: the first one opens its largest group */
	enum grouping grouping;
	enum group_order order;
};

struct list_view {
	enum sort sort;
	int64_t id;     /* under the cursor; 0: none */
	int index, top; /* within the newest page */
	int height;     /* rows on the screen, as last drawn */
	int64_t total;  /* -1: still counting */
	bool to_anchor; /* the next page brings a new place: the cursor goes to its anchor */
	bool at_end;    /* … and that is the end */
	bool at_start;  /* the newest page has the first record of all */
};

struct detail_view {
	int64_t id;       /* whose scroll position this is */
	int64_t asked_id; /* whose detail was asked for last */
	int top, lines, height;
	bool zoomed;
};

/* The timeline's cursor and its other end are times, so that they stay when the bars become others. */
struct timeline_view {
	int64_t at_s;     /* within the bar under the cursor; TIME_NONE: not placed yet */
	int64_t anchor_s; /* where a selected range began; TIME_NONE: only the bar under the cursor is */
};

struct layout {
	bool tiny;
	bool instrument; /* the timeline has a frame, axes and a cursor */
	bool beside;     /* the detail is beside the list, not below it */
	struct rect header, timeline, tree, list, detail, filter, footer; /* w 0: not on the screen */
};

/* What is dragged with the mouse. */
enum drag { DRAG_NONE, DRAG_TREE, DRAG_LIST, DRAG_TIMELINE };

/* Where hints are in the footer: a click there does what the key does. */
struct hint_place {
	int x, w;
	const struct action *action;
};
enum { HINTS_MAX = 40 };

enum { AHEAD_MAX = 64 };

struct app {
	struct app_port port;
	const struct config *config;
	char *name;                /* of the database, as shown */
	const struct theme *theme; /* chosen on the screen; NULL: the configuration's */
	enum zone zone;            /* of the times that are shown and typed */
	bool snapshot;             /* the file is read as it lies; what others write is seen when they have done */
	int w, h;
	bool dirty, quit;
	enum pane focus, came_from; /* came_from: where Esc leads from the timeline */
	enum mode mode;
	struct layout layout;
	int tree_share, list_share; /* percent of the room that these get; 0: as fits the size */

	struct edit filter_edit; /* the filter line */
	struct buf filter_kept;  /* … as it was before typing began */
	struct buf steps;        /* former filter lines, oldest first, each with a line feed: the way back */
	struct history *history; /* of the filter lines; NULL: none is kept. Not owned */
	int recalled;            /* how many lines back in it; 0: the one being typed */
	struct buf typed;        /* … which is kept here meanwhile */
	struct menu complete;    /* what the word being typed may become; count 0: not shown */
	struct filter filter;    /* the newest one without a mistake */
	struct err filter_err;
	struct arena filter_arena;
	struct filter group; /* the tree's selection */
	struct arena group_arena;

	unsigned asked[ASK_KINDS], got[ASK_KINDS]; /* generations */
	int64_t asked_ms[ASK_KINDS];               /* when, by clock_ms() */
	int stale_after_ms;                        /* how long the old answer still looks fresh */
	struct reply *last[ASK_KINDS];             /* newest answers; owned */

	struct tree_view tree;
	struct list_view list;
	struct detail_view detail;
	struct timeline_view timeline;
	/* What others have added or changed since: with a higher id, or a later time than any had. */
	bool fresh_known;
	int64_t fresh_after_id, fresh_after_s;
	bool follow;     /* the cursor stays on the newest record */
	bool reload_due; /* others have written again while the answers about their last change were on their way */
	struct idset marks;
	bool invert; /* the marks asked for invert instead of adding */

	struct menu menu;
	struct prompt prompt;
	struct confirm confirm;
	char *export_path; /* of the export being asked about or running */
	bool exporting;
	int64_t export_marked; /* so many were named; 0: all that was shown */
	int help_top;

	char32_t ahead[AHEAD_MAX]; /* keys typed ahead of the screen */
	int ahead_count;

	enum drag drag;
	bool strip_clicked; /* the last press opened the timeline at a bar */
	int64_t click_ms;   /* when the last press came, and where: two at one place are a double click */
	int click_x, click_y;
	struct hint_place hints[HINTS_MAX];
	int hint_count;

	enum role message_role;
	struct buf message; /* one sentence in the bottom line, until the next key */
	/* What kept the newest answer from being whole, of what is always on the screen. */
	struct err faults[ASK_KINDS];
	struct err lost; /* the database cannot be read any more */
};

/* `name` is copied; `config` must stay. Asks the first questions. */
void app_init(struct app *app, const struct app_port *port, const struct config *config, const char *name,
	      bool snapshot, int w, int h);
void app_free(struct app *app);

/* Applies a filter line, as if typed. */
void app_set_filter(struct app *app, struct str line);
void app_handle(struct app *app, const struct event *ev);
void app_draw(struct app *app, struct surface *s);
/* Is every question answered? Else what is on the screen will still change by itself. */
bool app_settled(const struct app *app);
/* How long to wait for events before an EVENT_TICK is due; -1: for ever. */
int app_timeout_ms(const struct app *app);

/* ---- for the views and actions ---- */

bool app_pending(const struct app *app, enum ask kind);
/* Has it been pending for so long that what is shown should be dimmed? At once would only flicker. */
bool app_stale(const struct app *app, enum ask kind);
/* How many keys wait for answers that have been pending for so long. */
int app_keys_waiting(const struct app *app);
void app_ask(struct app *app, const struct request *r);
/* A sentence in which {ACTION} stands for an action's key. */
void app_say_keys(struct app *app, enum role role, const char *text);
void app_say(struct app *app, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void app_focus(struct app *app, enum pane pane);
void app_focus_timeline(struct app *app); /* remembers where Esc leads back to */
void app_open(struct app *app);           /* what Enter does in the pane in focus */
void app_ask_page(struct app *app, enum want want, int64_t rank);
void app_ask_tree(struct app *app);
void app_ask_timeline(struct app *app);
void app_ask_without(struct app *app); /* which term of the filter leaves nothing? */
void app_ask_detail(struct app *app);  /* of the record under the cursor, unless it is known */
/* The page around a record, with the cursor on it. */
void app_ask_page_at(struct app *app, const struct record *r);
/* Why what is on the screen is not whole; NULL: it is. */
const struct err *app_fault(const struct app *app);
/* Has something been searched for so long that it should be said? Then Esc stops it. */
bool app_slow(const struct app *app);
void app_stop(struct app *app);
bool app_is_fresh(const struct app *app, const struct record *r);
/* Asks again for all that the filter decides, or only for what the tree's selection decides. */
void app_refresh(struct app *app);
void app_refresh_group(struct app *app);
/* Others have changed the database: the same view again, with the cursor where it was; but not before all that was asked is
 * answered: who writes all the time would keep slow answers from ever coming. */
void app_reload(struct app *app);
void app_reload_if_due(struct app *app);
struct scope app_scope(const struct app *app);
void app_prompt(struct app *app, const char *label, struct str text, void (*done)(struct app *, struct str));
/* Opens a choice: fill app->menu with menu_add, `chosen` gets the index of an item. */
void app_menu(struct app *app, const char *title, void (*chosen)(struct app *app, int index));

/* ---- app_filter.c: the filter line ---- */

void app_filter_start(struct app *app); /* begins typing */
void app_filter_typed(struct app *app); /* the line has changed */
void app_filter_key(struct app *app, char32_t key);
/* A new line, with a way back to the one before. False: it was that already, nothing is asked for. */
bool app_filter_step(struct app *app, struct str line);
/* The way back: the line before the last step, or without its last term. False: there is no filter. */
bool app_filter_back(struct app *app);
/* Narrows to `add`: its terms take the place of those with the same keys; a time replaces the whole range. */
void app_filter_narrow(struct app *app, const struct filter *add);
/* The line without the terms of these keys (bit 1 << key) that are not negated. */
void app_filter_without(const struct app *app, unsigned keys, struct buf *out);

/* ---- app_complete.c: what Tab does in it ---- */

void app_complete(struct app *app, bool backwards);
void app_complete_close(struct app *app);
/* Takes the item under the cursor, if the list is open. */
bool app_complete_take(struct app *app);
void app_complete_domains(struct app *app, const struct reply *r); /* an answer to ASK_DOMAINS */

/* ---- app_range.c: the timeline's range in the filter ---- */

void app_range_enter(struct app *app); /* the bar or the selected range becomes since: and before: */
void app_range_leave(struct app *app); /* the range becomes the day, month or year around it, then none */

/* ---- app_mouse.c ---- */

void app_mouse(struct app *app, const struct event *ev);

/* ---- app_menus.c: choices ---- */

void app_menu_groupings(struct app *app);
void app_menu_narrow(struct app *app);
void app_menu_saved(struct app *app);
void app_menu_themes(struct app *app);
/* The record under the cursor; NULL: none. */
const struct record *app_record(const struct app *app);

#endif
