/* The timeline as an instrument, and the zone of what is shown. */
#include "app_world.h"

#include <time.h>

static const struct timeline *timeline(const struct world *w)
{
	return &w->app.last[ASK_TIMELINE]->timeline;
}

static int64_t bar_sum(const struct bucket *b)
{
	return b->permanent + b->temporary + b->dropped;
}

/* The filter line holds one since: and one before:, and its list as many as the bars counted. */
static void assert_range(struct world *w, int64_t from_s, int64_t until_s, int64_t count)
{
	int64_t since, before;
	filter_range(&w->app.filter, &since, &before);
	assert_int_equal(since, from_s);
	assert_int_equal(before, until_s);
	assert_int_equal(w->app.list.total, count);
}

static void test_goes_to_the_highest_bar_and_back(void **state)
{
	struct world *w = *state;
	key(w, "Tab");
	key(w, "t");
	assert_int_equal(w->app.focus, PANE_TIMELINE);
	assert_shown(w, "Failures per");
	int64_t from_s, until_s;
	assert_true(view_timeline_range(&w->app, &from_s, &until_s));
	assert_int_equal(from_s, timeline(w)->starts_s[timeline(w)->peak]);
	key(w, "Esc");
	assert_int_equal(w->app.focus, PANE_LIST);
	assert_not_shown(w, "Failures per");
	key(w, "t");
	key(w, "t");
	assert_int_equal(w->app.focus, PANE_LIST);
}

static void test_tells_the_parts_of_a_bar(void **state)
{
	struct world *w = *state;
	key(w, "t");
	key(w, "Home");
	const struct bucket *b = &timeline(w)->buckets[0];
	char text[80];
	snprintf(text, sizeof text, "%lld permanent", (long long)b->permanent);
	assert_shown(w, text);
	snprintf(text, sizeof text, "%lld temporary", (long long)b->temporary);
	assert_shown(w, text);
	snprintf(text, sizeof text, "%lld dropped", (long long)b->dropped);
	assert_shown(w, text);
	assert_true(b->temporary > 0 && b->dropped > 0 && b->permanent > b->dropped);
}

static void test_one_bar_becomes_the_range(void **state)
{
	struct world *w = *state;
	resize(w, 80, 24);
	key(w, "t");
	key(w, "End");
	key(w, "Left");
	int at = timeline(w)->count - 2;
	int64_t from_s = timeline(w)->starts_s[at], until_s = timeline(w)->starts_s[at + 1];
	int64_t n = bar_sum(&timeline(w)->buckets[at]);
	key(w, "Enter");
	assert_range(w, from_s, until_s, n);
	assert_shown(w, "since:2026-11-22");
}

static const char *line(const struct world *w)
{
	return w->app.filter_edit.text.p ? w->app.filter_edit.text.p : "";
}

static void put_in_june_before(struct world *w)
{
	struct err e = {0};
	enum put what;
	struct record r = {.time = civil_to((struct civil){.year = 2025, .month = 6, .day = 1}),
			   .queued_at = TIME_NONE,
			   .recipient = STR("june@example.com"),
			   .outcome = OUTCOME_FAILED};
	assert_true(store_put(w->store, &r, NULL, 0, 0, &what, &e));
}

static void test_selected_range_zooms_and_widens(void **state)
{
	struct world *w = *state;
	resize(w, 70, 24); /* days */
	key(w, "t");
	assert_int_equal(timeline(w)->unit, UNIT_DAY);
	key(w, "Home");
	key(w, "Right");
	key(w, "Space");
	key(w, "Right");
	key(w, "Right");
	int64_t n = 0, from_s = timeline(w)->starts_s[1], until_s = timeline(w)->starts_s[4];
	for (int i = 1; i < 4; i++)
		n += bar_sum(&timeline(w)->buckets[i]);
	char text[32];
	snprintf(text, sizeof text, "%lld", (long long)n);
	assert_shown(w, "16 Nov – 18 Nov");
	assert_shown(w, text);
	key(w, "Enter");
	assert_range(w, from_s, until_s, n);
	assert_string_equal(w->app.filter_edit.text.p, "since:2026-11-16 before:2026-11-19");
	key(w, "-"); /* the month would leave nothing out */
	assert_string_equal(line(w), "");
	key(w, "w");
	put_in_june_before(w);
	key(w, "r");
	key(w, "-"); /* the month */
	assert_string_equal(line(w), "since:2026-11-01 before:2026-12-01");
	key(w, "-");
	assert_string_equal(line(w), "since:2026-01-01 before:2027-01-01");
	key(w, "-");
	assert_string_equal(line(w), "");
	key(w, "-");
	assert_shown(w, "The timeline shows all there is.");
	for (int i = 0; i < 4; i++)
		key(w, "w"); /* and all of it step by step back */
	assert_shown(w, "none: all failures");
}

static void test_zooms_from_days_to_hours(void **state)
{
	struct world *w = *state;
	resize(w, 70, 24);
	key(w, "t");
	key(w, "Home");
	key(w, "Right");
	key(w, "Enter");
	assert_int_equal(timeline(w)->unit, UNIT_HOUR);
	assert_int_equal(timeline(w)->count, 24);
	key(w, "Home");
	key(w, "Enter");
	assert_int_equal(timeline(w)->count, 1);
	assert_shown(w, "since:2026-11-16 before:2026-11-16T01:00");
	key(w, "Enter");
	assert_shown(w, "The filter has this range already.");
	key(w, "Backspace");
	assert_string_equal(w->app.filter_edit.text.p, "since:2026-11-16 before:2026-11-17");
}

/* The other terms stay; a range typed before gives way. */
/* A range that ends where its day ends is a part of that day. */
static void test_the_end_of_a_day_widens_to_the_day(void **state)
{
	struct world *w = *state;
	int64_t since, before;
	type(w, "/since:2026-11-21T12:00 before:2026-11-22");
	key(w, "Enter");
	key(w, "t");
	key(w, "-");
	filter_range(&w->app.filter, &since, &before);
	assert_int_equal(since, 1795219200); /* 2026-11-21 */
	assert_int_equal(before, since + 86400);
	type(w, "/\025since:2026-11-21 before:2026-11-21T12:00");
	key(w, "Enter");
	key(w, "t");
	key(w, "-");
	filter_range(&w->app.filter, &since, &before);
	assert_int_equal(since, 1795219200);
	assert_int_equal(before, since + 86400);
}

static void test_range_takes_the_place_of_the_former(void **state)
{
	struct world *w = *state;
	type(w, "/since:2026-11-17 code:5.1.1 before:2026-11-23 -to:bob");
	key(w, "Enter");
	resize(w, 70, 24);
	key(w, "t");
	key(w, "Home");
	key(w, "Enter");
	assert_string_equal(w->app.filter_edit.text.p, "code:5.1.1 -to:bob since:2026-11-17 before:2026-11-18");
}

static void test_cursor_stays_when_bars_become_finer(void **state)
{
	struct world *w = *state;
	resize(w, 60, 24);
	key(w, "t");
	key(w, "Home");
	key(w, "Right");
	key(w, "Right");
	int64_t from_s, until_s, finer_from_s, finer_until_s;
	assert_true(view_timeline_range(&w->app, &from_s, &until_s));
	resize(w, 240, 60);
	assert_true(view_timeline_range(&w->app, &finer_from_s, &finer_until_s));
	assert_true(finer_from_s >= from_s && finer_until_s <= until_s &&
		    finer_until_s - finer_from_s < until_s - from_s);
}

static void test_without_colour_parts_have_fillings(void **state)
{
	struct world *w = *state;
	w->s.mono = true;
	key(w, "t");
	draw(w);
	assert_shown(w, "▒");
	assert_shown(w, "░");
	w->s.ascii = true;
	draw(w);
	assert_not_shown(w, "░");
	assert_shown(w, "# ");
}

static void test_no_failures_no_bars(void **state)
{
	struct world *w = *state;
	type(w, "/to:nobody");
	key(w, "Enter");
	key(w, "t");
	assert_shown(w, "no failures in this range");
	static const char *const keys[] = {"Left", "Right", "Home", "End", "Space", "Enter", "PgUp", "-"};
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		key(w, keys[i]);
	assert_string_equal(w->app.filter_edit.text.p, "to:nobody");
}

static void test_zone_of_times_and_filter(void **state)
{
	struct world *w = *state;
	setenv("TZ", "NPT-5:45", 1);
	tzset();
	assert_shown(w, "23 Nov 12:00");
	type(w, "/since:2026-11-23");
	key(w, "Enter");
	int64_t in_utc = w->app.list.total;
	key(w, "U");
	assert_shown(w, "23 Nov 17:45");
	assert_shown(w, "NPT");
	assert_true(w->app.list.total > in_utc); /* the day began earlier there */
	int64_t from_s, until_s;
	filter_range(&w->app.filter, &from_s, &until_s);
	assert_int_equal(from_s, NOW_S - 12 * 3600 - (5 * 60 + 45) * 60);
	key(w, "U");
	assert_int_equal(w->app.list.total, in_utc);
	setenv("TZ", "UTC", 1);
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_world(test_goes_to_the_highest_bar_and_back),
		on_a_world(test_tells_the_parts_of_a_bar),
		on_a_world(test_one_bar_becomes_the_range),
		on_a_world(test_selected_range_zooms_and_widens),
		on_a_world(test_zooms_from_days_to_hours),
		on_a_world(test_the_end_of_a_day_widens_to_the_day),
		on_a_world(test_range_takes_the_place_of_the_former),
		on_a_world(test_cursor_stays_when_bars_become_finer),
		on_a_world(test_without_colour_parts_have_fillings),
		on_a_world(test_no_failures_no_bars),
		on_a_world(test_zone_of_times_and_filter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
