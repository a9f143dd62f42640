#include "import/stamp.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int64_t utc(int year, int month, int day, int hour, int minute, int second)
{
	return civil_to((struct civil){
		.year = year, .month = month, .day = day, .hour = hour, .minute = minute, .second = second});
}

static void iso_forms(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t offset_s; /* against 2026-10-26 10:00:00 UTC */
		size_t used;
	} good[] = {
		{"2026-10-26T10:00:00Z", 0, 20},
		{"2026-10-26T10:00:00.123456+02:00 mx", -7200, 32},
		{"2026-10-26T10:00:00+0200 mx", -7200, 24},
		{"2026-10-26T10:00:00-05 mx", 18000, 22},
		{"2026-10-26 10:00:00", 0, 19},
		{"2026-10-26 10:00:00,5 rest", 0, 21},
		{"2026-10-26 10:00:00 +0530", -19800, 25},
		{"2026-10-26T10:00", 0, 16},
		{"2026-10-26", -36000, 10},
		{"2026-10-26 mx", -36000, 10},
	};
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		size_t used = 0;
		int64_t t = 0;
		if (!stamp_iso(str_of(good[i].text), &used, &t))
			fail_msg("%s is refused", good[i].text);
		assert_int_equal(t - utc(2026, 10, 26, 10, 0, 0), good[i].offset_s);
		assert_int_equal(used, good[i].used);
	}
	static const char *const bad[] = {"",
					  "2026",
					  "2026-1-26",
					  "2026-13-01",
					  "2026-02-29",
					  "2026-10-26T24:00:00",
					  "2026-10-26T10:60:00",
					  "2026-10-26T10:00:61Z",
					  "2026-10-26T10",
					  "2026-10-26T10:00:00+99:00",
					  "26/10/2026"};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		size_t used;
		int64_t t;
		if (stamp_iso(str_of(bad[i]), &used, &t))
			fail_msg("%s is taken", bad[i]);
	}
}

static void any_form(void **state)
{
	(void)state;
	int64_t t;
	assert_true(stamp_any(STR(" 1792317600 "), &t));
	assert_int_equal(t, 1792317600);
	assert_true(stamp_any(STR("1792317600.75"), &t));
	assert_int_equal(t, 1792317600);
	assert_true(stamp_any(STR("1792317600123"), &t));
	assert_int_equal(t, 1792317600);
	assert_true(stamp_any(STR("1792317600123456"), &t));
	assert_int_equal(t, 1792317600);
	static const char *const numbers[] = {"1.7923176e9",         "1.7923176E+09",   "1.7923176e+15",
					      "17923176000e-1",      "1792317600.",     "1792317600.999999999999999",
					      "1.7923176001234e+15", "2461331.9166667", "2461331.91666666665"};
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		if (!stamp_any(str_of(numbers[i]), &t) || t != 1792317600)
			fail_msg("%s is read as %lld", numbers[i], (long long)t);
	}
	static const char *const none[] = {".", "e5", "1e", "1e+", "1e123", "1.2.3", "1792317600x", "1e99", "1e15s"};
	for (size_t i = 0; i < COUNT_OF(none); i++)
		assert_false(stamp_any(str_of(none[i]), &t));
	assert_true(stamp_any(STR("2026-10-26 10:00:00 UTC"), &t));
	assert_int_equal(t, utc(2026, 10, 26, 10, 0, 0));
	assert_false(stamp_any(STR("2026-10-26 10:00:00 CEST"), &t));
	assert_false(stamp_any(STR("yesterday"), &t));
	assert_false(stamp_any(STR("-5"), &t));
	assert_false(stamp_any(STR("17923.x"), &t));
	assert_false(stamp_any(STR("99999999999999999999"), &t));
	assert_false(stamp_any(STR(""), &t));
}

static int64_t split_time(struct stamp_clock *c, const char *line)
{
	struct syslog_line l;
	const char *why;
	if (!syslog_split(c, str_of(line), &l, &why))
		fail_msg("%s: %s", line, why);
	return l.time_s;
}

static void year_by_latest(void **state)
{
	(void)state;
	struct stamp_clock c = stamp_clock_of(0, utc(2026, 1, 5, 12, 0, 0));
	assert_int_equal(split_time(&c, "Dec 30 23:59:59 mx a:"), utc(2025, 12, 30, 23, 59, 59));
	assert_int_equal(split_time(&c, "Jan  5 11:00:00 mx a:"), utc(2026, 1, 5, 11, 0, 0));
	assert_int_equal(split_time(&c, "Jan  6 11:00:00 mx a:"), utc(2026, 1, 6, 11, 0, 0)); /* less than a day on */
	assert_int_equal(split_time(&c, "Jan  7 11:00:00 mx a:"), utc(2025, 1, 7, 11, 0, 0));
	assert_int_equal(split_time(&c, "Feb 29 01:00:00 mx a:"), utc(2024, 2, 29, 1, 0, 0));
}

static void year_as_said(void **state)
{
	(void)state;
	struct stamp_clock c = stamp_clock_of(2019, 0);
	assert_int_equal(split_time(&c, "Dec 31 23:59:59 mx a:"), utc(2019, 12, 31, 23, 59, 59));
	assert_int_equal(split_time(&c, "Jan  1 00:00:01 mx a:"), utc(2020, 1, 1, 0, 0, 1));
	assert_int_equal(split_time(&c, "Dec 31 23:59:58 mx a:"), utc(2019, 12, 31, 23, 59, 58)); /* a late line */
	assert_int_equal(split_time(&c, "Jan  1 00:00:02 mx a:"), utc(2020, 1, 1, 0, 0, 2));
	assert_int_equal(split_time(&c, "Mar  1 00:00:00 mx a:"), utc(2020, 3, 1, 0, 0, 0));
}

static void local_zone(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	struct stamp_clock c = stamp_clock_of(2026, 0);
	int64_t summer = split_time(&c, "Jul  1 12:00:00 mx a:"), winter = split_time(&c, "Dec  1 12:00:00 mx a:");
	setenv("TZ", "UTC", 1);
	tzset();
	assert_int_equal(summer, utc(2026, 7, 1, 10, 0, 0));
	assert_int_equal(winter, utc(2026, 12, 1, 11, 0, 0));
}

/* In a log a stamp without a zone is the local clock's, whatever its form. */
static void logs_without_a_zone(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int64_t offset_s; /* against 10:00 UTC */
	} cases[] = {
		{"2026-07-01 12:00:00 x y:", 0},
		{"2026-07-01 12:00:00.250 x y:", 0},
		{"2026-07-01T12:00 x y:", 0},
		{"2026-07-01 12:30:07 x y:", 1807},
		{"2026-07-01 12:00:00 +0000 x y:", 7200},
		{"2026-07-01 12:00:00Z x y:", 7200},
		{"2026-07-01 12:00:00 -0100 x y:", 10800},
		{"Wed 2026-07-01 12:00:00 CEST x y:", 0},
		{"Wed 2026-07-01 12:00:00 UTC x y:", 7200},
		{"Jul  1 12:00:00.999 x y:", 0},
	};
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	struct stamp_clock c = stamp_clock_of(2026, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (split_time(&c, cases[i].line) - utc(2026, 7, 1, 10, 0, 0) != cases[i].offset_s)
			fail_msg("%s", cases[i].line);
	assert_int_equal(split_time(&c, "2026-12-01 12:00:00 x y:"), utc(2026, 12, 1, 11, 0, 0));
	setenv("TZ", "UTC", 1);
	tzset();
}

static void parts_of_a_line(void **state)
{
	(void)state;
	struct stamp_clock c = stamp_clock_of(2026, 0);
	struct syslog_line l;
	const char *why = NULL;
	assert_true(syslog_split(&c, STR("Oct 26 10:00:00 mx postfix/smtp[7]: A: b c"), &l, &why));
	assert_true(str_eq(l.host, STR("mx")));
	assert_true(str_eq(l.tag, STR("postfix/smtp[7]")));
	assert_true(str_eq(l.message, STR("A: b c")));
	assert_true(syslog_split(&c, STR("2026-10-26T10:00:00+02:00 mx kernel: hello"), &l, &why));
	assert_int_equal(l.time_s, utc(2026, 10, 26, 8, 0, 0));
	assert_true(str_eq(l.message, STR("hello")));
	assert_true(syslog_split(&c, STR("Oct 26 10:00:00 mx last message repeated 2 times"), &l, &why));
	assert_int_equal(l.tag.len, 0);
	assert_true(syslog_split(&c, STR("Oct 26 10:00:00 "), &l, &why));
	assert_int_equal(l.host.len, 0);

	static const char *const bad[] = {"",
					  "x",
					  "Oct 26 10:00:00",
					  "Oct 26 10:00:00x mx",
					  "Okt 26 10:00:00 mx",
					  "Oct 32 10:00:00 mx",
					  "Feb 30 10:00:00 mx",
					  "Oct 26 25:00:00 mx",
					  "Oct 26 10:0x:00 mx",
					  "Mon 2026-10-26 10:00:00",
					  "Mon 2026-10-26 10:00 UTC mx",
					  "Mon 2026-10-26 10:00:00  mx",
					  "\tcontinued"};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		why = NULL;
		if (syslog_split(&c, str_of(bad[i]), &l, &why))
			fail_msg("%s is taken", bad[i]);
		assert_non_null(why);
	}
}

/* What daemons put around the parts, as FreeBSD, busybox, AIX and Solaris do, and the forms of the network. */
static void heads_of_other_daemons(void **state)
{
	(void)state;
	static const char *const same[] = {
		"Oct 26 10:00:00 mx.example postfix/smtp[7]: A: b",
		"<22>Oct 26 10:00:00 mx.example postfix/smtp[7]: A: b",
		"Oct 26 10:00:00 <mail.info> mx.example postfix/smtp[7]: A: b",
		"Oct 26 10:00:00 mx.example mail.info postfix/smtp[7]: A: b",
		"Oct 26 10:00:00 mx.example mail:info postfix/smtp[7]: A: b",
		"Oct 26 10:00:00 mx.example postfix/smtp[7]: [ID 197553 mail.info] A: b",
		"1793008800.123456 mx.example postfix/smtp[7]: A: b",
		"<22>1 2026-10-26T10:00:00.123Z mx.example postfix/smtp[7] 7 - - A: b",
		"<22>1 2026-10-26T10:00:00Z mx.example postfix/smtp[7] 7 ID47 [a@1 b=\"c] \\\"d\"][e] \xef\xbb\xbf"
		"A: b",
	};
	struct stamp_clock c = stamp_clock_of(2026, 0);
	struct syslog_line l;
	const char *why = NULL;
	for (size_t i = 0; i < COUNT_OF(same); i++) {
		if (!syslog_split(&c, str_of(same[i]), &l, &why) || l.time_s != utc(2026, 10, 26, 10, 0, 0) ||
		    !str_eq(l.host, STR("mx.example")) || !str_eq(l.tag, STR("postfix/smtp[7]")) ||
		    !str_eq(l.message, STR("A: b")))
			fail_msg("%s is split otherwise", same[i]);
	}
	assert_true(syslog_split(&c, STR("Oct 26 10:00:00 mail.info postfix/smtp[7]: A: b"), &l, &why));
	assert_true(str_eq(l.host, STR("mail.info")) && str_eq(l.tag, STR("postfix/smtp[7]")));
	static const char *const bad[] = {"<>Oct 26 10:00:00 mx x: y", "<1234>Oct 26 10:00:00 mx x: y",
					  "<22>1 - mx x 1 - - y",      "1793008800 mx x: y",
					  "0793008800.1 mx x: y",      "<22>1 "};
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (syslog_split(&c, str_of(bad[i]), &l, &why))
			fail_msg("%s is taken", bad[i]);
	static const char *const cut[] = {"<22>1 2026-10-26T10:00:00Z mx",
					  "<22>1 2026-10-26T10:00:00Z mx a 1 - [x \"",
					  "<22>1 2026-10-26T10:00:00Z mx a 1 - [x",
					  "Oct 26 10:00:00 mx mail.info",
					  "Oct 26 10:00:00 <mail.info>",
					  "Oct 26 10:00:00 mx a: [ID 1"};
	for (size_t i = 0; i < COUNT_OF(cut); i++)
		assert_true(syslog_split(&c, str_of(cut[i]), &l, &why));
}

static void dates_of_mail(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t want; /* 0: none */
	} cases[] = {
		{"Sun, 01 Nov 2026 10:00:00 +0000", 1793527200},
		{"1 Nov 2026 12:00 +0200", 1793527200},
		{" Sun,  1 Nov 2026 10:00:00 GMT ", 1793527200},
		{"Sun, 1 Nov 2026 05:00:00 EST", 1793527200},
		{"Sun, 1 Nov 2026 03:00:00 pdt (Pacific)", 1793527200},
		{"01 Nov 2026 10:00:00", 1793527200},
		{"Sun, 31 Nov 2026 10:00:00 UTC", 0},
		{"Sun, 01 Foo 2026 10:00:00 UTC", 0},
		{"Sun, 01 Nov 26 10:00:00 UTC", 0},
		{"Sun, 01 Nov 2026 25:00:00 UTC", 0},
		{"99999999999 Nov 2026 10:00:00", 0},
		{"", 0},
		{",", 0},
		{"01 Nov 2026 10:00:00 nowhere", 0},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t got = 0;
		bool ok = stamp_mail(str_of(cases[i].text), &got);
		if (ok != (cases[i].want != 0) || (ok && got != cases[i].want))
			fail_msg("\"%s\" is %d, %lld", cases[i].text, ok, (long long)got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iso_forms),
		cmocka_unit_test(dates_of_mail),
		cmocka_unit_test(any_form),
		cmocka_unit_test(year_by_latest),
		cmocka_unit_test(year_as_said),
		cmocka_unit_test(local_zone),
		cmocka_unit_test(parts_of_a_line),
		cmocka_unit_test(heads_of_other_daemons),
		cmocka_unit_test(logs_without_a_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
