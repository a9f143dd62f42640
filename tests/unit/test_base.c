#include "base.h"

#include "zones.h"

#include <errno.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_slices_stay_inside(void **state)
{
	(void)state;
	assert_true(str_eq(str_slice(STR("abcdef"), 2, 3), STR("cde")));
	assert_true(str_eq(str_slice(STR("abcdef"), 4, SIZE_MAX), STR("ef")));
	assert_int_equal(str_slice(STR("abc"), 7, 1).len, 0);
	assert_int_equal(str_slice((struct str){NULL, 0}, 0, 5).len, 0);
	assert_int_equal(str_of(NULL).len, 0);
	assert_true(str_eq(str_trim(STR(" \t a b \r\n")), STR("a b")));
	assert_int_equal(str_trim(STR(" \n ")).len, 0);
}

static void test_compares(void **state)
{
	(void)state;
	assert_true(str_eq(STR(""), (struct str){NULL, 0}));
	assert_false(str_eq(STR("a\0b"), STR("a\0c")));
	assert_true(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("b"), STR("ab")) > 0);
	assert_true(str_cmp(STR(""), (struct str){0}) == 0 && str_cmp(STR("\xff"), STR("z")) > 0);
	assert_true(str_eq_nocase(STR("Bob@EXAMPLE.com"), STR("bOB@example.COM")));
	assert_false(str_eq_nocase(STR("abc"), STR("abcd")));
	assert_false(str_eq_nocase(STR("@["), STR("`{"))); /* 32 apart, but no letters */
	assert_true(str_starts(STR("abc"), STR("")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(str_starts_nocase(STR("Status: 5.1.1"), STR("status:")));
}

static void test_finds(void **state)
{
	(void)state;
	assert_int_equal(str_find(STR("one two one"), STR("one"), 0), 0);
	assert_int_equal(str_find(STR("one two one"), STR("one"), 1), 8);
	assert_int_equal(str_find(STR("one"), STR("onely"), 0), SIZE_MAX);
	assert_int_equal(str_find(STR("one"), STR(""), 3), 3);
	assert_int_equal(str_find(STR("one"), STR(""), 4), SIZE_MAX);
	assert_int_equal(str_find(STR("one"), STR("e"), SIZE_MAX), SIZE_MAX);
	assert_int_equal(str_find_nocase(STR("xONE"), STR("one"), 0), 1);
	assert_int_equal(str_find_nocase(STR("xONE"), STR("one"), 2), SIZE_MAX);
	assert_int_equal(str_find_nocase(STR("x"), STR("one"), 5), SIZE_MAX);
}

static void test_next_hands_out_every_part_once(void **state)
{
	(void)state;
	static const char *const want[] = {"a", "", "b", ""};
	struct str rest = STR("a,,b,"), part;
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		assert_true(str_next(&rest, ',', &part));
		assert_true(str_eq(part, str_of(want[i])));
	}
	assert_false(str_next(&rest, ',', &part));
	rest = STR("");
	assert_true(str_next(&rest, ',', &part));
	assert_int_equal(part.len, 0);
	assert_false(str_next(&rest, ',', &part));
}

static void test_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"+7", true, 7},
		{"-12", true, -12},
		{"007", true, 7},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"-9223372036854775809", false, 0},
		{"99999999999999999999999", false, 0},
		{"", false, 0},
		{"-", false, 0},
		{"1 ", false, 0},
		{" 1", false, 0},
		{"1a", false, 0},
		{"--1", false, 0},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t v = 42;
		assert_int_equal(str_to_int(str_of(rows[i].text), &v), rows[i].ok);
		assert_true(v == (rows[i].ok ? rows[i].value : 42));
	}
}

/* Stored in databases, so it may never change: FNV-1a with 64 bits. */
static void test_distances(void **state)
{
	(void)state;
	assert_int_equal(str_distance(STR(""), STR("")), 0);
	assert_int_equal(str_distance(STR("export"), STR("EXPORT")), 0);
	assert_int_equal(str_distance(STR("exprot"), STR("export")), 1);
	assert_int_equal(str_distance(STR("contrats"), STR("contrast")), 1);
	assert_int_equal(str_distance(STR("TI"), STR("it")), 1);
	assert_int_equal(str_distance(STR("abc"), STR("cab")), 2);
	assert_int_equal(str_distance(STR("xport"), STR("export")), 1);
	assert_int_equal(str_distance(STR("sucject"), STR("subject")), 1);
	assert_int_equal(str_distance(STR(""), STR("to")), 2);
	assert_int_equal(str_distance(STR("kitten"), STR("sitting")), 3);
	assert_true(str_distance(STR("a text that is longer than any word"), STR("a text")) > 1000);
}

static void test_guess_takes_the_nearest(void **state)
{
	(void)state;
	static const char *const names[] = {"time", "title", "to"};
	static const struct {
		const char *word, *nearest;
	} rows[] = {
		{"titles", "title"}, {"titel", "title"}, {"tme", "time"}, {"Time", "time"},
		{"time", "time"},    {"columns", NULL},  {"x", NULL},     {"", NULL},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct guess g = {.word = str_of(rows[i].word)};
		for (size_t k = 0; k < COUNT_OF(names); k++)
			guess_offer(&g, names[k]);
		if (rows[i].nearest)
			assert_string_equal(g.nearest, rows[i].nearest);
		else
			assert_null(g.nearest);
	}
}

static void test_hash_is_fnv1a(void **state)
{
	(void)state;
	assert_true(str_hash(STR(""), 0) == 0xcbf29ce484222325u);
	assert_true(str_hash(STR("a"), 0) == 0xaf63dc4c8601ec8cu);
	assert_true(str_hash(STR("foobar"), 0) == 0x85944171f73967e8u);
	assert_true(str_hash(STR("a"), 1) != str_hash(STR("a"), 0));
}

static void test_arena(void **state)
{
	(void)state;
	struct arena a = {0};
	unsigned char *former = NULL;
	for (size_t size = 0; size < 70000; size = size * 3 + 1) {
		unsigned char *p = arena_alloc(&a, size);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xAA, size);
		if (former)
			assert_int_equal(*former, 0xAA);
		former = size ? p : NULL;
	}
	struct str s = arena_str(&a, STR("a\0b"));
	assert_true(str_eq(s, STR("a\0b")) && s.p[3] == '\0');
	assert_string_equal(arena_cstr(&a, (struct str){NULL, 0}), "");
	assert_true(str_eq(arena_printf(&a, "%d-%s", 7, "x"), STR("7-x")));
	int *zeros = arena_array(&a, int, 3);
	assert_int_equal(zeros[0] | zeros[1] | zeros[2], 0);
	arena_free(&a);
	assert_null(a.chunks);
	assert_non_null(arena_alloc(&a, 1));
	arena_free(&a);
}

static void test_buffer(void **state)
{
	(void)state;
	struct buf b = {0};
	assert_int_equal(buf_str(&b).len, 0);
	buf_reset(&b);
	for (int i = 0; i < 1000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	buf_printf(&b, "%05d", 42);
	assert_int_equal(b.len, 1005);
	assert_int_equal(strlen(b.p), 1005);
	assert_string_equal(b.p + 1000, "00042");
	buf_reset(&b);
	buf_add(&b, STR("x"));
	assert_string_equal(b.p, "x");
	buf_free(&b);
	assert_null(b.p);
}

static void test_the_first_error_stays(void **state)
{
	(void)state;
	struct err e = {0};
	assert_false(err_set(&e, ERR_INPUT, "line %d is odd", 3));
	assert_false(err_set(&e, ERR_IO, "later"));
	assert_false(err_sys(&e, ENOENT, "later still"));
	assert_int_equal(e.kind, ERR_INPUT);
	assert_string_equal(e.msg, "line 3 is odd");

	struct err sys = {0};
	assert_false(err_sys(&sys, ENOENT, "cannot open %s", "x.db"));
	assert_int_equal(sys.kind, ERR_IO);
	assert_string_equal(sys.msg, "cannot open x.db: No such file or directory");

	struct err cut = {0};
	err_sys(&cut, ENOENT, "%0600d", 1);
	assert_int_equal(strlen(cut.msg), sizeof cut.msg - 1);
}

static void test_civil_dates(void **state)
{
	(void)state;
	static const struct {
		int64_t utc_s;
		struct civil c;
	} rows[] = {
		{0, {1970, 1, 1, 0, 0, 0, 4}},
		{-1, {1969, 12, 31, 23, 59, 59, 3}},
		{951782400, {2000, 2, 29, 0, 0, 0, 2}},
		{1763909523, {2025, 11, 23, 14, 52, 3, 0}},
		{4107542400, {2100, 3, 1, 0, 0, 0, 1}},
		{-62167219200, {0, 1, 1, 0, 0, 0, 6}},
		{-62167219201, {-1, 12, 31, 23, 59, 59, 5}},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct civil c = civil_of(rows[i].utc_s);
		assert_int_equal(c.year, rows[i].c.year);
		assert_int_equal(c.month, rows[i].c.month);
		assert_int_equal(c.day, rows[i].c.day);
		assert_int_equal(c.hour, rows[i].c.hour);
		assert_int_equal(c.minute, rows[i].c.minute);
		assert_int_equal(c.second, rows[i].c.second);
		assert_int_equal(c.weekday, rows[i].c.weekday);
		assert_true(civil_to(rows[i].c) == rows[i].utc_s);
	}
}

/* Steps of 8 days and a bit over 2,500 years on both sides of 1970, and far outside. */
static void test_civil_dates_there_and_back(void **state)
{
	(void)state;
	const int64_t span = 2500LL * 366 * 86400;
	int former = -1;
	for (int64_t t = -span; t < span; t += 8 * 86400 + 4567) {
		struct civil c = civil_of(t);
		assert_true(civil_to(c) == t);
		assert_true(c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= 31);
		assert_true(former < 0 || (c.weekday - former + 7) % 7 <= 2);
		former = c.weekday;
	}
	assert_true(civil_to(civil_of(1000000000000000)) == 1000000000000000);
	assert_true(civil_to(civil_of(-1000000000000000)) == -1000000000000000);
}

static void test_fields_out_of_range_carry_over(void **state)
{
	(void)state;
	struct civil c = {.year = 2025, .month = 14, .day = 31, .hour = 25, .minute = -1};
	struct civil back = civil_of(civil_to(c)); /* 31 February 2026 is 3 March; 25:-1 is 0:59 of the next day */
	assert_int_equal(back.year, 2026);
	assert_int_equal(back.month, 3);
	assert_int_equal(back.day, 4);
	assert_int_equal(back.hour, 0);
	assert_int_equal(back.minute, 59);
	c = (struct civil){.year = 2025, .month = 0, .day = 1};
	back = civil_of(civil_to(c));
	assert_int_equal(back.year, 2024);
	assert_int_equal(back.month, 12);
	assert_int_equal(day_of(-1), -1);
	assert_int_equal(day_of(-86400), -1);
	assert_int_equal(day_of(86399), 0);
}

static void test_the_clock_can_be_frozen(void **state)
{
	(void)state;
	setenv("DEADLETTER_NOW", "1763909523", 1);
	assert_true(clock_now() == 1763909523);
	setenv("DEADLETTER_NOW", "-5", 1);
	assert_true(clock_now() == -5);
	unsetenv("DEADLETTER_NOW");
	int64_t ms = clock_ms();
	assert_true(clock_ms() >= ms); /* monotonic by contract */
}

/* ---- zones ---- */

static int64_t utc(int year, int month, int day, int hour, int minute)
{
	return civil_to((struct civil){year, month, day, hour, minute, 0, 0});
}

static int64_t local(int year, int month, int day, int hour, int minute)
{
	return civil_to_in(ZONE_LOCAL, (struct civil){year, month, day, hour, minute, 0, 0});
}

static void test_local_times(void **state)
{
	(void)state;
	static const struct {
		const char *tz;
		int utc[5], local[5];
		const char *name;
	} rows[] = {
		{"UTC", {2026, 7, 1, 12, 0}, {2026, 7, 1, 12, 0}, "UTC"},
		{BERLIN, {2026, 11, 24, 12, 0}, {2026, 11, 24, 13, 0}, "CET"},
		{BERLIN, {2026, 7, 1, 22, 30}, {2026, 7, 2, 0, 30}, "CEST"},
		{NEW_YORK, {2026, 7, 1, 3, 59}, {2026, 6, 30, 23, 59}, "EDT"},
		{NEW_YORK, {2027, 1, 1, 4, 59}, {2026, 12, 31, 23, 59}, "EST"},
		{KATHMANDU, {2026, 2, 28, 18, 15}, {2026, 3, 1, 0, 0}, "+0545"},
		{LORD_HOWE, {2026, 7, 1, 0, 0}, {2026, 7, 1, 10, 30}, "+1030"},
		{LORD_HOWE, {2026, 12, 31, 13, 0}, {2027, 1, 1, 0, 0}, "+11"},
	};
	char name[ZONE_TEXT];
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		use_zone(rows[i].tz);
		const int *u = rows[i].utc, *l = rows[i].local;
		int64_t t = utc(u[0], u[1], u[2], u[3], u[4]);
		struct civil c = civil_in(ZONE_LOCAL, t);
		if (c.year != l[0] || c.month != l[1] || c.day != l[2] || c.hour != l[3] || c.minute != l[4])
			fail_msg("%s: %d-%d %d:%d", rows[i].tz, c.month, c.day, c.hour, c.minute);
		assert_true(civil_to_in(ZONE_LOCAL, c) == t);
		assert_string_equal(zone_name(ZONE_LOCAL, t, name), rows[i].name);
		assert_string_equal(zone_name(ZONE_UTC, t, name), "UTC");
		assert_true(civil_to(civil_in(ZONE_UTC, t)) == t);
	}
}

static void test_hours_that_come_twice_or_never(void **state)
{
	(void)state;
	use_zone(BERLIN);
	assert_true(local(2026, 10, 25, 2, 30) == utc(2026, 10, 25, 0, 30)); /* the first of two */
	assert_true(local(2026, 10, 25, 3, 0) == utc(2026, 10, 25, 2, 0));
	assert_true(local(2026, 3, 29, 2, 30) == utc(2026, 3, 29, 1, 30)); /* is 3:30 */
	assert_true(local(2026, 3, 29, 3, 0) == utc(2026, 3, 29, 1, 0));
	assert_true(day_start_in(ZONE_LOCAL, utc(2026, 3, 29, 12, 0), 0) == utc(2026, 3, 28, 23, 0));
	assert_true(day_start_in(ZONE_LOCAL, utc(2026, 3, 29, 12, 0), 1) == utc(2026, 3, 29, 22, 0)); /* 23 hours */
	assert_true(local(2026, 14, 32, 25, -1) == utc(2027, 3, 4, 23, 59)); /* fields carry over: 5 March, 0:59 */
	use_zone(SANTIAGO);
	assert_true(day_start_in(ZONE_LOCAL, utc(2026, 9, 6, 12, 0), 0) == utc(2026, 9, 6, 4, 0)); /* at 1:00 */
	use_zone(ST_JOHNS);
	/* 23:30 on 31 October comes again, after 1 November has begun. */
	assert_true(day_start_in(ZONE_LOCAL, utc(2026, 11, 1, 3, 0), 0) == utc(2026, 11, 1, 2, 30));
}

/* Every time lies within its day, and every day ends where the next one starts. */
static void test_days_leave_no_gap(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(test_zones); i++) {
		use_zone(test_zones[i]);
		int64_t day = day_start_in(ZONE_LOCAL, utc(2026, 1, 1, 0, 0), 0);
		for (int n = 0; n < 800; n++) {
			int64_t next = day_start_in(ZONE_LOCAL, day, 1);
			assert_true(next - day >= 22 * 3600 && next - day <= 26 * 3600);
			assert_true(day_start_in(ZONE_LOCAL, next, -1) == day);
			for (int64_t t = day; t < next; t += 1200 + 7 * n)
				assert_true(day_start_in(ZONE_LOCAL, t, 0) == day);
			assert_true(day_start_in(ZONE_LOCAL, next - 1, 0) == day);
			day = next;
		}
	}
}

static void test_years_without_end(void **state)
{
	(void)state;
	char name[ZONE_TEXT];
	use_zone(NEW_YORK);
	const int64_t far[] = {1000000000000000000, -1000000000000000000, 253402300800, -62167219200};
	for (size_t i = 0; i < COUNT_OF(far); i++) {
		struct civil c = civil_in(ZONE_LOCAL, far[i]);
		assert_true(civil_to_in(ZONE_LOCAL, c) == far[i]);
		assert_true(day_start_in(ZONE_LOCAL, far[i], 0) <= far[i]);
		assert_true(strlen(zone_name(ZONE_LOCAL, far[i], name)) >= 3);
	}
	use_zone("<\xc3\xa9t\xc3\xa9>-2"); /* whatever the name is: what comes out can be shown */
	for (const char *p = zone_name(ZONE_LOCAL, 0, name); *p; p++)
		assert_true(*p > ' ' && *p <= '~');
	use_zone("UTC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slices_stay_inside),
		cmocka_unit_test(test_compares),
		cmocka_unit_test(test_finds),
		cmocka_unit_test(test_next_hands_out_every_part_once),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_distances),
		cmocka_unit_test(test_guess_takes_the_nearest),
		cmocka_unit_test(test_hash_is_fnv1a),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_buffer),
		cmocka_unit_test(test_the_first_error_stays),
		cmocka_unit_test(test_civil_dates),
		cmocka_unit_test(test_civil_dates_there_and_back),
		cmocka_unit_test(test_fields_out_of_range_carry_over),
		cmocka_unit_test(test_the_clock_can_be_frozen),
		cmocka_unit_test(test_local_times),
		cmocka_unit_test(test_hours_that_come_twice_or_never),
		cmocka_unit_test(test_days_leave_no_gap),
		cmocka_unit_test(test_years_without_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
