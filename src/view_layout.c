/* Where things are. Four sizes are planned, and what lies between follows:
 *
 *   80 x 24   groups beside the list; the detail takes turns with the list, whose bottom line tells the gist
 *   100 x 30  groups; the list above the detail
 *   140 x 45  the same with more columns, and a timeline that shows its parts
 *   240 x 70  groups, list and detail side by side
 */
#include "view.h"

enum {
	STRIP_W = 60,   /* below: the strip of bars would have no room for bars */
	NARROW_W = 70,  /* below: one column, the groups or what they lead to */
	STACKED_W = 96, /* from here on the detail is below the list, where there is the height for both */
	BESIDE_W = 180, /* from here on beside it */
	SHORT_BODY = 13,
	TREE_MIN_W = 20,
	LIST_MIN_W = 36,
	LIST_MIN_H = 6,
};

static int clamp(int n, int least, int most)
{
	return n > most && most >= least ? most : n < least ? least : n;
}

static int timeline_height(int h)
{
	return h < 16 ? 0 : h < 28 ? 1 : h < 42 ? 2 : h < 60 ? 3 : 5;
}

/* With the keys going to it, the timeline is an instrument: as high as leaves room for a list of some rows. */
static int instrument_height(int h)
{
	int fits = clamp(h * 2 / 5, 8, 20);
	return fits < h - 3 ? fits : h - 3;
}

/* Names of hosts and addresses are longer than those of subjects, and wordings are sentences. */
static int tree_width(const struct app *app)
{
	int w = app->w;
	int fits = w < 100 ? 28 : w < 120 ? 36 : w < BESIDE_W ? 42 : w < 220 ? 46 : 60;
	if (app->tree.grouping == GROUP_WORDING)
		fits = w < 100 ? w / 2 : clamp(w * 2 / 5, fits, 96);
	else if (app->tree.grouping != GROUP_CODE && app->tree.grouping != GROUP_DAY && w >= 100)
		fits = clamp(w * 2 / 5, fits, 64);
	if (app->tree_share > 0)
		fits = w * app->tree_share / 100;
	return clamp(fits, TREE_MIN_W, w - (w >= BESIDE_W ? 2 : 1) * LIST_MIN_W);
}

/* List and detail in what the groups leave. */
static void layout_right(const struct app *app, struct rect right, struct layout *l)
{
	int share = app->list_share;
	l->beside = app->w >= BESIDE_W;
	if (l->beside) {
		int list = right.w * (share > 0 ? share : 55) / 100;
		l->list = l->detail = right;
		l->list.w = clamp(list, LIST_MIN_W, right.w - LIST_MIN_W);
		l->detail.x += l->list.w;
		l->detail.w -= l->list.w;
	} else if (right.h < SHORT_BODY || app->w < STACKED_W) { /* they take turns */
		if (app->focus == PANE_DETAIL)
			l->detail = right;
		else
			l->list = right;
	} else { /* the list's bottom line is the detail's top line */
		int list = right.h * (share > 0 ? share : 45) / 100;
		l->list = l->detail = right;
		l->list.h = clamp(list, LIST_MIN_H, right.h - LIST_MIN_H);
		l->detail.y += l->list.h - 1;
		l->detail.h -= l->list.h - 1;
	}
}

struct layout view_layout(const struct app *app)
{
	struct layout l = {.tiny = app->w < VIEW_MIN_W || app->h < VIEW_MIN_H};
	if (l.tiny)
		return l;
	int w = app->w, h = app->h;
	l.instrument = app->focus == PANE_TIMELINE;
	int strip = w < STRIP_W ? 0 : timeline_height(h);
	int top = 1 + (l.instrument ? instrument_height(h) : strip);
	struct rect body = {0, top, w, h - 2 - top};
	l.header = (struct rect){0, 0, w, 1};
	if (top > 1)
		l.timeline = (struct rect){0, 1, w, top - 1};
	l.filter = (struct rect){0, h - 2, w, 1};
	l.footer = (struct rect){0, h - 1, w, 1};
	if (body.h < 3)
		return l;
	if (app->detail.zoomed) {
		l.detail = body;
		return l;
	}
	struct rect right = body;
	if (w < NARROW_W) {
		if (app->focus == PANE_TREE) {
			l.tree = body;
			return l;
		}
	} else {
		l.tree = (struct rect){0, body.y, tree_width(app), body.h};
		right.x = l.tree.w;
		right.w = w - l.tree.w;
	}
	layout_right(app, right, &l);
	return l;
}
