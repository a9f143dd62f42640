/* Which columns the list shows, how wide, and what stands in those that the configuration changes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOW_S = 1795435200 }; /* 2026-11-23 12:00:00 UTC */

/* "time 12, recipient 20" for a configuration in so much room. */
static void must_fit(const char *settings, int room, const char *want)
{
	struct config c;
	struct list_columns set;
	struct buf b = {0};
	int width = 0;
	config_init(&c);
	config_read(&c, STR("config"), str_of(settings));
	assert_int_equal(c.mistake_count, 0);
	list_columns_fit(&c, room, &set);
	for (int i = 0; i < set.count; i++) {
		buf_printf(&b, "%s%s %d", i ? ", " : "", set.places[i].column->name, set.places[i].width);
		width += set.places[i].width + (i ? COLUMN_GAP : 0);
	}
	assert_string_equal(b.p ? b.p : "", want);
	assert_true(width <= room || set.count == 0);
	buf_free(&b);
	config_free(&c);
}

static void the_usual_ones_come_in_as_they_fit(void **state)
{
	(void)state;
	must_fit("", 17, "");
	must_fit("", 18, "recipient 18");
	must_fit("", 31, "recipient 31");
	must_fit("", 32, "time 12, recipient 18");
	must_fit("", 45, "time 12, recipient 18, code 11");
	must_fit("", 63, "time 12, recipient 18, code 11, response 16");
	must_fit("", 200, "time 12, recipient 36, code 11, outcome 9, title 34, response 88");
}

static void chosen_ones_keep_their_order(void **state)
{
	(void)state;
	must_fit("columns = response time recipient", 60, "response 16, time 12, recipient 28");
	must_fit("columns = response time recipient", 40, "time 12, recipient 26");
	must_fit("columns = attempts sender", 10, "");
	must_fit("columns = attempts sender", 25, "sender 25");
	must_fit("columns = attempts,sender,mx", 200, "attempts 5, sender 36, mx 40");
	must_fit("columns = attempts", 5, "attempts 5");
}

static void a_longer_time_gets_its_room(void **state)
{
	(void)state;
	must_fit("time-format = iso\ncolumns = time", 15, "");
	must_fit("time-format = iso\ncolumns = time recipient", 60, "time 16, recipient 36");
	must_fit("time-format = relative\ncolumns = time", 60, "time 12");
}

static void must_draw(const char *settings, enum list_column_id id, const struct record *r, const char *want)
{
	struct config c;
	struct buf b = {0};
	config_init(&c);
	config_read(&c, STR("config"), str_of(settings));
	const struct list_clock clock = {{NOW_S, ZONE_UTC}, &c};
	list_columns[id].draw(&clock, r, &b);
	assert_string_equal(b.p ? b.p : "", want);
	buf_free(&b);
	config_free(&c);
}

static void times_are_told_as_chosen(void **state)
{
	(void)state;
	static const struct {
		int64_t age_s;
		const char *shown, *iso, *relative;
	} rows[] = {
		{0, "23 Nov 12:00", "2026-11-23 12:00", "now"},
		{59, "23 Nov 11:59", "2026-11-23 11:59", "now"},
		{60, "23 Nov 11:59", "2026-11-23 11:59", "1m ago"},
		{3599, "23 Nov 11:00", "2026-11-23 11:00", "59m ago"},
		{3600, "23 Nov 11:00", "2026-11-23 11:00", "1h ago"},
		{86399, "22 Nov 12:00", "2026-11-22 12:00", "23h ago"},
		{86400, "22 Nov 12:00", "2026-11-22 12:00", "1d ago"},
		{60 * 86400 - 1, "24 Sep 12:00", "2026-09-24 12:00", "59d ago"},
		{60 * 86400, "24 Sep 12:00", "2026-09-24 12:00", "24 Sep 12:00"},
		{-60, "23 Nov 12:01", "2026-11-23 12:01", "23 Nov 12:01"},
		{400 * 86400, "19 Oct  2025", "2025-10-19 12:00", "19 Oct  2025"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct record r = {.time = NOW_S - rows[i].age_s};
		must_draw("", COLUMN_TIME, &r, rows[i].shown);
		must_draw("time-format = iso", COLUMN_TIME, &r, rows[i].iso);
		must_draw("time-format = relative", COLUMN_TIME, &r, rows[i].relative);
	}
	const struct record unknown = {.time = TIME_NONE};
	must_draw("time-format = iso", COLUMN_TIME, &unknown, "unknown");
	must_draw("time-format = relative", COLUMN_TIME, &unknown, "unknown");
}

static void the_other_columns_have_their_field(void **state)
{
	(void)state;
	const struct record r = {
		.sender = STR("shop@example.net"),
		.remote_mta = STR("mx.example.org"),
		.attempts = 12,
	};
	must_draw("", COLUMN_SENDER, &r, "shop@example.net");
	must_draw("", COLUMN_MX, &r, "mx.example.org");
	must_draw("", COLUMN_ATTEMPTS, &r, "   12");
	must_draw("", COLUMN_ATTEMPTS, &(const struct record){0}, "");
}

static void every_column_has_a_rank_of_its_own(void **state)
{
	(void)state;
	unsigned seen = 0;
	for (int i = 0; i < COLUMN_COUNT; i++) {
		assert_true(list_columns[i].min <= list_columns[i].max);
		assert_in_range(list_columns[i].rank, 0, COLUMN_COUNT - 1);
		seen |= 1u << list_columns[i].rank;
	}
	assert_int_equal(seen, (1u << COLUMN_COUNT) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_usual_ones_come_in_as_they_fit),
		cmocka_unit_test(chosen_ones_keep_their_order),
		cmocka_unit_test(a_longer_time_gets_its_room),
		cmocka_unit_test(times_are_told_as_chosen),
		cmocka_unit_test(the_other_columns_have_their_field),
		cmocka_unit_test(every_column_has_a_rank_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
