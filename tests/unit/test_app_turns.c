/* Turns that a hand takes without thinking: keys typed ahead of a click, a second click, another zone, a resize. Each of
 * these went wrong once. */
#include "app_world.h"

#include <time.h>

static const char *line(const struct world *w)
{
	return w->app.filter_edit.text.p ? w->app.filter_edit.text.p : "";
}

static void click(struct world *w, int x, int y)
{
	static const enum mouse_action actions_of_click[] = {MOUSE_PRESS, MOUSE_RELEASE};
	for (size_t i = 0; i < COUNT_OF(actions_of_click); i++) {
		struct event ev = {
			.kind = EVENT_MOUSE, .action = actions_of_click[i], .button = MOUSE_LEFT, .x = x, .y = y};
		app_handle(&w->app, &ev);
		pump(w);
		draw(w);
	}
}

/* ---- what waits, and clicks ---- */

static void test_keys_that_wait_are_not_typed_into_the_filter(void **state)
{
	struct world *w = *state;
	key(w, "Tab");
	w->hold = true;
	key(w, "s");
	type(w, "y"); /* waits for the sorted list */
	click(w, 20, w->app.h - 2);
	type(w, "bob");
	w->hold = false;
	pump(w);
	assert_string_equal(line(w), "bob");
}

static void test_a_hint_waits_like_its_key(void **state)
{
	struct world *w = *state;
	key(w, "Tab");
	int64_t id = w->app.list.id;
	w->hold = true;
	key(w, "End");
	for (int i = 0; i < w->app.hint_count; i++)
		if (str_eq(str_of(w->app.hints[i].action->name), STR("mark")))
			click(w, w->app.hints[i].x, w->app.h - 1);
	w->hold = false;
	pump(w);
	assert_int_equal(w->app.marks.count, 1);
	assert_false(idset_has(&w->app.marks, id)); /* but the last record of all */
}

static void test_a_click_beside_the_completions_closes_them(void **state)
{
	struct world *w = *state;
	type(w, "/s");
	key(w, "Tab");
	click(w, w->app.w - 3, 5);
	assert_string_equal(line(w), "s");
	assert_int_equal(w->app.mode, MODE_FILTER);
	key(w, "Tab");
	struct event ev = {.kind = EVENT_PASTE, .text = STR("ender@example.com")};
	app_handle(&w->app, &ev);
	pump(w);
	key(w, "Enter");
	assert_string_equal(line(w), "sender@example.com");
}

static void test_a_double_click_on_the_strip_zooms_to_its_bar(void **state)
{
	struct world *w = *state;
	const struct rect strip = w->app.layout.timeline;
	const struct timeline *t = &w->app.last[ASK_TIMELINE]->timeline;
	int i = t->count - 3, x = 19 + 4 * i; /* bars of four columns behind the label */
	int64_t from_s = t->starts_s[i], until_s = t->starts_s[i + 1], since, before;
	click(w, x, strip.y + strip.h - 1);
	click(w, x, strip.y + strip.h - 1);
	filter_range(&w->app.filter, &since, &before);
	assert_true(since >= from_s && before <= until_s);
}

/* ---- completion and hostile names ---- */

static void test_completing_keeps_the_cursor_in_the_line(void **state)
{
	struct world *w = *state;
	put(w, NOW_S, "u@bad\x01\x02\x03\x04\x05\x06.org"); /* cannot be typed: not offered */
	put(w, NOW_S, "u@mail.\xe4\xbe\x8b.jp");            /* alike in the first bytes of a character */
	put(w, NOW_S, "u@mail.\xe4\xbe\x9b.jp");
	type(w, "/domain:bad");
	key(w, "Tab");
	assert_string_equal(line(w), "domain:bad");
	type(w, "\025to:a@mail");
	key(w, "Tab");
	assert_string_equal(line(w), "to:a@mail.");
	key(w, "Esc");
	key(w, "Backspace");
	assert_string_equal(line(w), "to:a@mail");
}

static void test_no_narrowing_to_what_cannot_be_typed(void **state)
{
	struct world *w = *state;
	put(w, NOW_S + 50, "z@ex\x1b[2J.net");
	noticed(w);
	key(w, "Tab");
	key(w, "Home");
	key(w, "n");
	assert_true(w->app.menu.count > 0);
	for (int i = 0; i < w->app.menu.count; i++)
		assert_true(w->app.menu.items[i].key != 'r' && w->app.menu.items[i].key != 'd');
}

/* ---- following ---- */

static void test_following_ends_where_the_hand_leads_away(void **state)
{
	struct world *w = *state;
	key(w, "F");
	key(w, "End");
	int64_t id = w->app.list.id;
	noticed(w);
	assert_int_equal(w->app.list.id, id);
	key(w, "F");
	key(w, "s"); /* sorted by recipient the first one is not the newest */
	assert_false(w->app.follow);
}

/* ---- panes and sizes ---- */

static void test_no_pane_is_left_behind_the_whole_record(void **state)
{
	struct world *w = *state;
	key(w, "Tab");
	key(w, "Enter");
	key(w, "Left");
	key(w, "Left");
	assert_int_equal(w->app.focus, PANE_TREE);
	assert_true(w->app.layout.tree.w > 0);
}

static void test_the_instrument_leaves_the_filter_line_alone(void **state)
{
	struct world *w = *state;
	for (int h = VIEW_MIN_H; h < 40; h++) {
		resize(w, 80, h);
		key(w, "t");
		const struct rect t = w->app.layout.timeline;
		assert_true(t.y + t.h <= w->app.layout.filter.y);
		key(w, "Esc");
	}
}

/* ---- time ---- */

static void test_a_range_far_beyond_the_data_shows_the_data(void **state)
{
	struct world *w = *state;
	type(w, "/before:2100");
	key(w, "Enter");
	assert_not_shown(w, "no failures in this range");
	type(w, "/\025since:1970");
	key(w, "Enter");
	assert_shown(w, "failures per day");
}

static void test_nothing_that_failed_gives_no_range(void **state)
{
	struct world *w = *state;
	key(w, "t");
	key(w, "Home");
	key(w, "Esc");
	type(w, "/status:delivered");
	key(w, "Enter");
	key(w, "t");
	assert_shown(w, "no failures in this range");
	key(w, "Enter");
	assert_string_equal(line(w), "status:delivered");
}

static void test_another_zone_is_another_day_for_the_group_too(void **state)
{
	struct world *w = *state;
	setenv("TZ", "NPT-5:45", 1);
	tzset();
	key(w, "b");
	key(w, "y");
	key(w, "s");
	key(w, "Home");
	key(w, "Down");
	key(w, "U");
	const struct tree_node *n = &w->app.last[ASK_TREE]->tree.nodes[w->app.tree.index];
	int64_t counted = n->count, listed = w->app.list.total;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_int_equal(counted, listed);
}

/* ---- groups and filters ---- */

static void test_the_cause_is_found_from_within_another_group(void **state)
{
	struct world *w = *state;
	int64_t cause = put_drop_and_cause(w);
	type(w, "/to:=bob@example.net");
	key(w, "Enter");
	key(w, "Left");
	key(w, "End"); /* Dropped */
	assert_int_equal(w->app.list.total, 1);
	key(w, "c"); /* the filter is this one already */
	assert_int_equal(w->app.list.total, 2);
	assert_int_equal(w->app.list.id, cause);
}

/* SQLite's small letters are ASCII's: a search must not put together what the index tells apart. */
static void test_domains_are_the_same_with_and_without_a_search(void **state)
{
	struct world *w = *state;
	put(w, NOW_S, "a@b\xc3\xa4r.example");
	put(w, NOW_S, "b@B\xc3\x84R.example");
	key(w, "b");
	key(w, "d");
	type(w, "/from:=\"\"");
	key(w, "Enter");
	key(w, "Left");
	const struct tree *t = &w->app.last[ASK_TREE]->tree;
	assert_int_equal(t->count, 3);
	key(w, "Down");
	assert_int_equal(w->app.list.total, t->nodes[1].count);
}

static void test_advice_about_an_older_filter_is_not_shown(void **state)
{
	struct world *w = *state;
	type(w, "/class:4 to:nobody");
	key(w, "Enter");
	assert_shown(w, "200 without  to:nobody");
	w->hold = true;
	type(w, "/\025to:never title:Invoice");
	key(w, "Enter");
	for (int k = 0; k < ASK_KINDS; k++)
		w->app.asked_ms[k] -= 5000;
	key(w, "Esc"); /* stops the search */
	assert_not_shown(w, "without  to:nobody");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_world(test_keys_that_wait_are_not_typed_into_the_filter),
		on_a_world(test_a_hint_waits_like_its_key),
		on_a_world(test_a_click_beside_the_completions_closes_them),
		on_a_world(test_a_double_click_on_the_strip_zooms_to_its_bar),
		on_a_world(test_completing_keeps_the_cursor_in_the_line),
		on_a_world(test_no_narrowing_to_what_cannot_be_typed),
		on_a_world(test_following_ends_where_the_hand_leads_away),
		on_a_world(test_no_pane_is_left_behind_the_whole_record),
		on_a_world(test_the_instrument_leaves_the_filter_line_alone),
		on_a_world(test_a_range_far_beyond_the_data_shows_the_data),
		on_a_world(test_nothing_that_failed_gives_no_range),
		on_a_world(test_another_zone_is_another_day_for_the_group_too),
		on_a_world(test_the_cause_is_found_from_within_another_group),
		on_a_world(test_domains_are_the_same_with_and_without_a_search),
		on_a_world(test_advice_about_an_older_filter_is_not_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
