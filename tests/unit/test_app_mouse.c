/* The mouse: clicks, double clicks, the wheel, dragging. */
#include "app_world.h"

static void mouse(struct world *w, enum mouse_action action, enum mouse_button button, int x, int y)
{
	struct event ev = {.kind = EVENT_MOUSE, .action = action, .button = button, .x = x, .y = y};
	app_handle(&w->app, &ev);
	pump(w);
	draw(w);
}

static void click(struct world *w, int x, int y)
{
	mouse(w, MOUSE_PRESS, MOUSE_LEFT, x, y);
	mouse(w, MOUSE_RELEASE, MOUSE_LEFT, x, y);
}

static void drag(struct world *w, int x, int y, int to_x, int to_y)
{
	mouse(w, MOUSE_PRESS, MOUSE_LEFT, x, y);
	mouse(w, MOUSE_DRAG, MOUSE_LEFT, to_x, to_y);
	mouse(w, MOUSE_RELEASE, MOUSE_LEFT, to_x, to_y);
}

/* Row and column (0-based, in characters) where a text is on the screen. */
static void place_of(struct world *w, const char *text, int *x, int *y)
{
	struct str rest = buf_str(&w->screen), line;
	for (*y = 0; str_next(&rest, '\n', &line); ++*y) {
		size_t at = str_find(line, str_of(text), 0);
		if (at == SIZE_MAX)
			continue;
		*x = text_width(str_slice(line, 0, at), false);
		return;
	}
	fail_msg("not shown: %s\n%s", text, w->screen.p);
}

static void test_click_selects_and_second_opens(void **state)
{
	struct world *w = *state;
	const struct rect list = w->app.layout.list;
	click(w, list.x + 6, list.y + 5);
	assert_int_equal(w->app.focus, PANE_LIST);
	assert_int_equal(w->app.list.index, 3);
	assert_false(w->app.detail.zoomed);
	click(w, list.x + 6, list.y + 5);
	assert_true(w->app.detail.zoomed);
	int64_t id = w->app.list.id;
	const struct rect whole = w->app.layout.detail;
	click(w, whole.x + 6, whole.y + 5);
	click(w, whole.x + 6, whole.y + 5);
	assert_false(w->app.detail.zoomed);
	assert_int_equal(w->app.list.id, id);
}

static void test_two_places_are_no_double_click(void **state)
{
	struct world *w = *state;
	const struct rect list = w->app.layout.list;
	click(w, list.x + 6, list.y + 5);
	click(w, list.x + 6, list.y + 6);
	assert_false(w->app.detail.zoomed);
	assert_int_equal(w->app.list.index, 4);
	w->app.click_ms -= 10000; /* too slow */
	click(w, list.x + 6, list.y + 6);
	assert_false(w->app.detail.zoomed);
}

static void test_tree_opens_and_closes_on_the_second_click(void **state)
{
	struct world *w = *state;
	int x, y, shown_at_first = w->app.last[ASK_TREE]->tree.count;
	place_of(w, "1 Addressing", &x, &y);
	click(w, x, y);
	assert_int_equal(w->app.tree.index, 1);
	assert_int_equal(w->app.last[ASK_TREE]->tree.count, shown_at_first);
	click(w, x, y);
	assert_int_not_equal(w->app.last[ASK_TREE]->tree.count, shown_at_first);
	w->app.click_ms = 0;
	click(w, x, y);
	click(w, x, y);
	assert_int_equal(w->app.last[ASK_TREE]->tree.count, shown_at_first);
}

/* A third click at the same place is the first of another pair. */
static void test_a_third_click_is_no_second(void **state)
{
	struct world *w = *state;
	int x, y, closed = w->app.last[ASK_TREE]->tree.count;
	place_of(w, "1 Addressing", &x, &y);
	click(w, x, y);
	click(w, x, y);
	int open = w->app.last[ASK_TREE]->tree.count;
	assert_int_not_equal(open, closed);
	click(w, x, y);
	assert_int_equal(w->app.last[ASK_TREE]->tree.count, open);
	click(w, x, y);
	assert_int_equal(w->app.last[ASK_TREE]->tree.count, closed);
}

static void test_wheel_scrolls_what_it_is_over(void **state)
{
	struct world *w = *state;
	const struct layout l = w->app.layout;
	key(w, "Tab");
	mouse(w, MOUSE_PRESS, MOUSE_WHEEL_DOWN, l.list.x + 9, l.list.y + 4);
	assert_int_equal(w->app.list.index, 3);
	mouse(w, MOUSE_PRESS, MOUSE_WHEEL_UP, l.list.x + 9, l.list.y + 4);
	assert_int_equal(w->app.list.index, 0);
	mouse(w, MOUSE_PRESS, MOUSE_WHEEL_DOWN, l.detail.x + 9, l.detail.y + 4);
	assert_int_equal(w->app.detail.top, 3);
	assert_int_equal(w->app.list.index, 0);
	mouse(w, MOUSE_PRESS, MOUSE_WHEEL_DOWN, l.tree.x + 9, l.tree.y + 4);
	assert_int_equal(w->app.tree.index, 3);
	assert_int_equal(w->app.focus, PANE_LIST);
}

static void test_hint_in_the_footer_acts(void **state)
{
	struct world *w = *state;
	int x, y;
	place_of(w, "Group", &x, &y);
	assert_int_equal(y, w->app.h - 1);
	click(w, x, y);
	assert_shown(w, "Group by");
	place_of(w, "domain", &x, &y);
	click(w, x, y); /* an item of the menu */
	assert_int_equal(w->app.tree.grouping, GROUP_DOMAIN);
	key(w, "Down"); /* the message goes */
	place_of(w, "Help", &x, &y);
	click(w, x, y);
	assert_int_equal(w->app.mode, MODE_HELP);
	click(w, x, y);
	assert_int_equal(w->app.mode, MODE_BROWSE);
	place_of(w, "Quit", &x, &y);
	click(w, x, y);
	assert_true(w->app.quit);
}

static void test_click_beside_a_menu_closes_it(void **state)
{
	struct world *w = *state;
	key(w, "b");
	click(w, 1, 1);
	assert_int_equal(w->app.mode, MODE_BROWSE);
	assert_int_equal(w->app.tree.grouping, GROUP_CODE);
}

static void test_click_on_the_filter_line_types_there(void **state)
{
	struct world *w = *state;
	click(w, 20, w->app.h - 2);
	assert_int_equal(w->app.mode, MODE_FILTER);
	type(w, "code:5.1.1");
	const struct rect list = w->app.layout.list;
	click(w, list.x + 5, list.y + 4);
	assert_int_equal(w->app.mode, MODE_BROWSE);
	assert_string_equal(w->app.filter_edit.text.p, "code:5.1.1");
}

static void test_borders_are_dragged(void **state)
{
	struct world *w = *state;
	struct layout l = w->app.layout;
	drag(w, l.list.x, l.list.y + 9, 60, 15);
	assert_in_range(w->app.layout.list.x, 59, 62);
	assert_int_equal(w->app.focus, PANE_TREE); /* it was no click */
	l = w->app.layout;
	drag(w, l.detail.x + 9, l.detail.y, l.detail.x + 9, l.detail.y + 6);
	assert_in_range(w->app.layout.detail.y, l.detail.y + 5, l.detail.y + 7);
	drag(w, w->app.layout.list.x, 20, 0, 0); /* as far as panes can be small */
	assert_true(w->app.layout.tree.w >= 20);
	drag(w, w->app.layout.list.x, 20, 400, 0);
	assert_true(w->app.layout.list.w >= 30);
	w->app.tree_share = w->app.list_share = 0;
	resize(w, 200, 60);
	l = w->app.layout;
	assert_true(l.beside);
	drag(w, l.detail.x, 30, l.detail.x - 12, 30);
	assert_in_range(w->app.layout.detail.x, l.detail.x - 14, l.detail.x - 10);
	enum { LEAST = 36 };
	drag(w, w->app.layout.detail.x, 30, 0, 30);
	assert_int_equal(w->app.layout.list.w, LEAST);
	drag(w, w->app.layout.detail.x, 30, 199, 30);
	assert_int_equal(w->app.layout.detail.w, LEAST);
	l = w->app.layout;
	assert_int_equal(l.tree.w + l.list.w + l.detail.w, 200);
}

static void test_range_is_dragged_on_the_timeline(void **state)
{
	struct world *w = *state;
	resize(w, 70, 24);
	const struct rect strip = w->app.layout.timeline;
	click(w, 25, strip.y + strip.h - 1); /* a bar of the strip: the instrument opens there */
	assert_int_equal(w->app.focus, PANE_TIMELINE);
	const struct timeline *t = &w->app.last[ASK_TIMELINE]->timeline;
	int64_t first_s = t->starts_s[2], end_s = t->starts_s[5];
	int x = 10, step = 57 / t->count;
	drag(w, x + 2 * step, 4, x + 4 * step, 4);
	int64_t from_s, until_s;
	assert_true(view_timeline_range(&w->app, &from_s, &until_s));
	assert_int_equal(from_s, first_s);
	assert_int_equal(until_s, end_s);
	key(w, "Enter");
	filter_range(&w->app.filter, &from_s, &until_s);
	assert_int_equal(from_s, first_s);
	assert_int_equal(until_s, end_s);
	key(w, "-");
	w->app.click_ms = 0;
	click(w, x + 3 * step, 4);
	click(w, x + 3 * step, 4); /* twice on a bar: into it */
	assert_shown(w, "since:");
}

/* What holds after any click or drag in any mode. */
static void assert_whole(const struct world *w)
{
	const struct app *app = &w->app;
	const struct layout *l = &app->layout;
	const struct rect panes[] = {l->tree, l->list, l->detail, l->timeline, l->filter, l->footer};
	for (size_t i = 0; i < COUNT_OF(panes); i++) {
		const struct rect r = panes[i];
		assert_true(r.w == 0 || (r.x >= 0 && r.y >= 0 && r.x + r.w <= app->w && r.y + r.h <= app->h));
	}
	const struct rect of_focus[] = {l->tree, l->list, l->detail, l->timeline};
	assert_true(of_focus[app->focus].w > 0);
	const struct page *page = &app->last[ASK_PAGE]->page;
	const struct tree *tree = &app->last[ASK_TREE]->tree;
	assert_in_range(app->tree.index, 0, tree->count - 1);
	assert_true(str_eq(tree->nodes[app->tree.index].filter, app->tree.selected));
	assert_true(page->count == 0 || page->rows[app->list.index].id == app->list.id);
	assert_true(app_settled(app));
	assert_int_equal(w->s.w, app->w);
	assert_int_equal(w->s.h, app->h);
	assert_shown(w, "deadletter");
}

static bool is_on_hint(const struct world *w, const char *action, int x, int y)
{
	for (int i = 0; i < w->app.hint_count; i++) {
		const struct hint_place *h = &w->app.hints[i];
		if (y == w->app.h - 1 && x >= h->x && x < h->x + h->w && strcmp(h->action->name, action) == 0)
			return true;
	}
	return false;
}

static void test_anywhere_in_any_mode(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *key;
		enum mode mode;
	} modes[] = {
		{"Esc", MODE_BROWSE}, {"/", MODE_FILTER}, {"b", MODE_MENU},   {"n", MODE_MENU},
		{"?", MODE_HELP},     {"t", MODE_BROWSE}, {"e", MODE_PROMPT}, {"%", MODE_PROMPT},
	};
	int other_modes = 0;
	for (size_t m = 0; m < COUNT_OF(modes); m++) {
		for (int i = 0; i < 120 * 36; i += 7) {
			enum mouse_action action = (enum mouse_action)(i % 3);
			enum mouse_button button = (enum mouse_button)(i / 3 % 5);
			int x = i % 124 - 2, y = i / 120 - 1;
			key(w, "Tab");
			key(w, modes[m].key);
			assert_int_equal(w->app.mode, modes[m].mode);
			bool on_quit = is_on_hint(w, "quit", x, y) && modes[m].mode == MODE_BROWSE;
			const enum pane focus = w->app.focus;
			const int64_t id = w->app.list.id;
			mouse(w, action, button, x, y);
			assert_whole(w);
			if (button == MOUSE_MIDDLE || button == MOUSE_RIGHT) { /* they do nothing anywhere */
				assert_int_equal(w->app.mode, modes[m].mode);
				assert_int_equal(w->app.focus, focus);
				assert_int_equal(w->app.list.id, id);
			}
			if (action != MOUSE_PRESS ||
			    modes[m].mode ==
				    MODE_PROMPT) /* nothing but a press acts, but for a drag of what was pressed */
				assert_int_equal(w->app.mode, modes[m].mode);
			assert_int_equal(w->app.quit, on_quit && action == MOUSE_PRESS && button == MOUSE_LEFT);
			other_modes += w->app.mode != modes[m].mode;
			w->app.quit = false;
			key(w, "Esc");
			key(w, "Esc");
			assert_int_equal(w->app.mode, MODE_BROWSE);
			mouse(w, MOUSE_RELEASE, MOUSE_LEFT, x, y);
			assert_int_equal(w->app.drag, DRAG_NONE);
		}
	}
	assert_true(other_modes > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_world(test_click_selects_and_second_opens),
		on_a_world(test_two_places_are_no_double_click),
		on_a_world(test_tree_opens_and_closes_on_the_second_click),
		on_a_world(test_a_third_click_is_no_second),
		on_a_world(test_wheel_scrolls_what_it_is_over),
		on_a_world(test_hint_in_the_footer_acts),
		on_a_world(test_click_beside_a_menu_closes_it),
		on_a_world(test_click_on_the_filter_line_types_there),
		on_a_world(test_borders_are_dragged),
		on_a_world(test_range_is_dragged_on_the_timeline),
		on_a_world(test_anywhere_in_any_mode),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
