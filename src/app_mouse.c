/* The mouse: a click selects, a second one opens, the wheel scrolls the pane under it, borders and ranges are dragged, and a
 * hint in the footer acts. */
#include "app.h"

#include "config.h"
#include "view.h"

enum { WHEEL_ROWS = 3, DOUBLE_CLICK_MS = 600 };

static bool inside(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

/* Is this press the second one at its place? A third one begins anew. */
static bool is_double(struct app *app, int x, int y)
{
	int64_t now_ms = clock_ms();
	bool second = app->click_ms > 0 && now_ms - app->click_ms <= DOUBLE_CLICK_MS && app->click_x == x &&
		      app->click_y == y;
	app->click_ms = second ? 0 : now_ms;
	app->click_x = x;
	app->click_y = y;
	return second;
}

/* ---- borders ---- */

/* The border at a cell, if it is one that can be dragged. */
static enum drag border_at(const struct app *app, int x, int y)
{
	const struct layout *l = &app->layout;
	const struct rect tree = l->tree, list = l->list, detail = l->detail;
	bool right_of_tree = tree.w > 0 && tree.w < app->w && (x == tree.w - 1 || x == tree.w);
	if (right_of_tree && y >= tree.y && y < tree.y + tree.h)
		return DRAG_TREE;
	if (list.w == 0 || detail.w == 0)
		return DRAG_NONE;
	if (l->beside)
		return (x == detail.x || x == detail.x - 1) && inside((struct rect){x, list.y, 1, list.h}, x, y)
			       ? DRAG_LIST
			       : DRAG_NONE;
	return y == detail.y && x >= detail.x ? DRAG_LIST : DRAG_NONE;
}

static int percent(int part, int of)
{
	int p = of > 0 ? (part * 100 + of / 2) / of : 0;
	return p < 1 ? 1 : p > 99 ? 99 : p;
}

static void drag_border(struct app *app, int x, int y)
{
	const struct layout *l = &app->layout;
	if (app->drag == DRAG_TREE)
		app->tree_share = percent(x + 1, app->w);
	else if (app->drag == DRAG_LIST && l->beside)
		app->list_share = percent(x + 1 - l->list.x, l->list.w + l->detail.w);
	else if (app->drag == DRAG_LIST)
		app->list_share = percent(y + 1 - l->list.y, l->list.h + l->detail.h - 1);
	app->layout = view_layout(app);
}

/* ---- panes ---- */

static void wheel(struct app *app, int x, int y, int rows)
{
	const struct layout *l = &app->layout;
	if (inside(l->tree, x, y))
		view_tree_move(app, rows);
	else if (inside(l->list, x, y))
		view_list_move(app, rows);
	else if (inside(l->detail, x, y))
		view_detail_scroll(app, rows);
	else if (inside(l->timeline, x, y) && l->instrument)
		view_timeline_move(app, rows > 0 ? 1 : -1);
}

/* It does what its key does, and waits like it for what is on its way to the screen. */
static void click_hint(struct app *app, int x)
{
	for (int i = 0; i < app->hint_count; i++) {
		const struct hint_place *h = &app->hints[i];
		struct event ev = {.kind = EVENT_KEY};
		char name[KEY_NAME_MAX];
		if (x < h->x || x >= h->x + h->w)
			continue;
		if (event_key_of(str_of(keymap_first(&app->config->keymap, h->action, name)), &ev.key))
			app_handle(app, &ev);
		return;
	}
}

static void click_timeline(struct app *app, int x, bool second)
{
	bool opened = app->strip_clicked;
	app->strip_clicked = app->focus != PANE_TIMELINE;
	if (app->strip_clicked) {
		view_timeline_click(app, x, false); /* before the bars get other places */
		app_focus_timeline(app);
		return;
	}
	if (second && opened) { /* on the bar that was there at the first click */
		app_range_enter(app);
		return;
	}
	if (!view_timeline_click(app, x, false))
		return;
	app->drag = DRAG_TIMELINE;
	if (second)
		app_range_enter(app);
}

static void pressed(struct app *app, int x, int y)
{
	const struct layout *l = &app->layout;
	bool second = is_double(app, x, y);
	app->drag = border_at(app, x, y);
	if (app->drag != DRAG_NONE)
		return;
	if (inside(l->tree, x, y)) {
		view_tree_click(app, y, second);
	} else if (inside(l->list, x, y)) {
		if (view_list_click(app, y) && second)
			app_open(app);
	} else if (inside(l->detail, x, y)) {
		app_focus(app, PANE_DETAIL);
		if (second)
			app_open(app);
	} else if (inside(l->timeline, x, y)) {
		click_timeline(app, x, second);
	} else if (inside(l->filter, x, y)) {
		app_filter_start(app);
	} else if (inside(l->footer, x, y)) {
		click_hint(app, x);
	}
}

static void menu_used(struct app *app, const struct event *ev, int rows)
{
	struct menu *m = &app->menu;
	int index = menu_at(m, ev->x, ev->y);
	if (rows) {
		menu_move(m, rows > 0 ? 1 : -1);
	} else if (index >= 0) {
		app->mode = MODE_BROWSE;
		m->chosen(app, index);
	} else if (!inside(m->shown, ev->x, ev->y)) {
		app->mode = MODE_BROWSE;
	}
}

static void filter_used(struct app *app, const struct event *ev, int rows)
{
	int index = app->complete.count > 0 ? menu_at(&app->complete, ev->x, ev->y) : -1;
	if (rows && app->complete.count > 0) {
		menu_move(&app->complete, rows > 0 ? 1 : -1);
	} else if (index >= 0) {
		app->complete.index = index;
		app_complete_take(app);
	} else if (app->complete.count > 0) {
		app_complete_close(app);
	} else if (!rows && !inside(app->layout.filter, ev->x, ev->y)) {
		app_filter_key(app, K_ENTER);
	}
}

void app_mouse(struct app *app, const struct event *ev)
{
	int rows = ev->button == MOUSE_WHEEL_UP ? -WHEEL_ROWS : ev->button == MOUSE_WHEEL_DOWN ? WHEEL_ROWS : 0;
	if (ev->action == MOUSE_RELEASE) {
		app->drag = DRAG_NONE;
		return;
	}
	if (ev->action == MOUSE_DRAG) {
		if (app->drag == DRAG_TIMELINE)
			view_timeline_click(app, ev->x, true);
		else
			drag_border(app, ev->x, ev->y);
		return;
	}
	if (!rows && ev->button != MOUSE_LEFT)
		return;
	buf_reset(&app->message);
	if (!inside(app->layout.footer, ev->x, ev->y))
		app->ahead_count = 0; /* keys that wait were meant for what was there before the click */
	switch (app->mode) {
	case MODE_BROWSE:
		if (rows)
			wheel(app, ev->x, ev->y, rows);
		else
			pressed(app, ev->x, ev->y);
		break;
	case MODE_MENU:
		menu_used(app, ev, rows);
		break;
	case MODE_FILTER:
		filter_used(app, ev, rows);
		break;
	case MODE_HELP:
		app->help_top += rows;
		if (!rows)
			app->mode = MODE_BROWSE;
		break;
	case MODE_PROMPT:
	case MODE_CONFIRM:
		break;
	}
}
