/* The sample: is it as varied, as consistent and as harmless as the tests, screenshots and stories need? */
#include "scratch.h"

#include "sample.h"
#include "status.h"

static const int64_t NOW = 1795435200, DAY = 86400; /* 2026-11-23T12:00:00Z, a Monday */

static void make_sample(const char *path, int64_t end_s)
{
	struct err e = {0};
	struct store *st = store_open_rw(path, true, &e);
	assert_ok(st != NULL, e);
	assert_ok(sample_write(st, end_s, &e), e);
	store_close(st);
}

struct fixture {
	struct scratch *scratch;
	sqlite3 *db;
};

static int setup(void **state)
{
	static struct fixture f;
	f.scratch = scratch_make();
	make_sample(f.scratch->path, NOW);
	f.db = plain_open(f.scratch->path);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	sqlite3_close(f->db);
	void *scratch = f->scratch;
	return scratch_teardown(&scratch);
}

static int64_t ask(void **state, const char *sql)
{
	return plain_int(((struct fixture *)*state)->db, sql);
}

static void has_the_promised_size(void **state)
{
	assert_in_range(ask(state, "SELECT count(*) FROM email"), 19000, 21000);
	assert_in_range(ask(state, "SELECT count(*) FROM email WHERE outcome IN ('failed', 'dropped')"), 1400, 1700);
	assert_int_equal(ask(state, "SELECT count(DISTINCT outcome) FROM email"), OUTCOME_COUNT);
	assert_in_range(ask(state, "SELECT min(queued_at) FROM email"), NOW - 60 * DAY, NOW - 59 * DAY);
	assert_in_range(ask(state, "SELECT max(time) FROM email"), NOW - DAY / 24, NOW);
	assert_int_equal(ask(state, "SELECT count(*) FROM email WHERE time < queued_at"), 0);
	assert_int_equal(tally_faults(((struct fixture *)*state)->db), 0);
}

static void shows_most_codes(void **state)
{
	assert_int_equal(ask(state, "SELECT count(DISTINCT substr(enhanced_code, 3, 1)) FROM email"
				    " WHERE outcome = 'failed' AND substr(enhanced_code, 3, 2) GLOB '[0-7].'"),
			 8);
	/* Of the registry's 81; the rest means success, and is seen among the delivered. */
	assert_true(ask(state, "SELECT count(DISTINCT substr(enhanced_code, 3)) FROM email WHERE outcome = 'failed'") >=
		    75);
	assert_true(ask(state, "SELECT count(DISTINCT basic_code) FROM email WHERE outcome = 'failed'") >= 33);
	assert_true(ask(state, "SELECT count(DISTINCT enhanced_code) FROM email WHERE outcome = 'failed'"
			       " AND enhanced_code LIKE '4.%'") >= 20);
	assert_true(ask(state, "SELECT count(*) FROM email WHERE outcome = 'failed' AND enhanced_code IS NULL"
			       " AND basic_code IS NOT NULL") > 50);
	assert_true(ask(state, "SELECT count(*) FROM email WHERE outcome = 'failed' AND enhanced_code IS NOT NULL"
			       " AND basic_code IS NULL") > 20);
	assert_true(ask(state, "SELECT count(*) FROM email WHERE outcome = 'failed' AND enhanced_code IS NULL"
			       " AND basic_code IS NULL AND response LIKE 'connect to %'") > 10);
	/* Codes that contradict each other. */
	assert_true(ask(state, "SELECT count(*) FROM email WHERE basic_code / 100 = 5 AND enhanced_code LIKE '4.%'") >
		    0);
	assert_int_equal(ask(state, "SELECT count(*) FROM email WHERE outcome = 'delivered' AND"
				    " ifnull(enhanced_code, '2') NOT LIKE '2%'"),
			 0);
}

/* The codes stored beside a response are those that reading the response gives. */
static void codes_are_those_of_the_text(void **state)
{
	sqlite3_stmt *s;
	assert_int_equal(sqlite3_prepare_v2(((struct fixture *)*state)->db,
					    "SELECT enhanced_code, basic_code, response, outcome FROM attempt", -1, &s,
					    NULL),
			 SQLITE_OK);
	int faults = 0;
	while (sqlite3_step(s) == SQLITE_ROW) {
		struct str code = str_of((const char *)sqlite3_column_text(s, 0));
		int basic = sqlite3_column_int(s, 1);
		struct str text = {sqlite3_column_blob(s, 2), (size_t)sqlite3_column_bytes(s, 2)};
		enum outcome outcome;
		assert_true(outcome_of(str_of((const char *)sqlite3_column_text(s, 3)), &outcome));
		struct status read;
		char buf[ECODE_TEXT];
		status_read(text, outcome, &read);
		if (str_eq(str_of(ecode_text(read.enhanced, buf)), code) && read.basic == basic)
			continue;
		faults++;
		print_message("# stored %.*s/%d, read %s/%d: %.*s\n", (int)code.len, code.p, basic, buf, read.basic,
			      (int)text.len, text.p);
	}
	sqlite3_finalize(s);
	assert_int_equal(faults, 0);
}

static void drops_have_a_cause(void **state)
{
	assert_in_range(ask(state, "SELECT count(*) FROM email WHERE outcome = 'dropped'"), 150, 350);
	assert_int_equal(ask(state, "SELECT count(*) FROM email d LEFT JOIN email c ON c.id = d.caused_by"
				    " AND c.outcome = 'failed' AND c.recipient = d.recipient AND c.time < d.time"
				    " WHERE d.outcome = 'dropped' AND (c.id IS NULL OR d.enhanced_code NOTNULL"
				    " OR d.basic_code NOTNULL OR d.response NOTNULL OR d.attempts > 0)"),
			 0);
	/* Nothing is handed over once email to somebody is dropped. */
	assert_int_equal(ask(state, "SELECT count(*) FROM email d JOIN email l ON l.recipient = d.recipient"
				    " AND l.queued_at > d.time WHERE d.outcome = 'dropped' AND l.outcome <> 'dropped'"),
			 0);
}

static void retries_have_attempts(void **state)
{
	assert_int_equal(ask(state, "SELECT count(*) FROM email e WHERE attempts <>"
				    " (SELECT count(*) FROM attempt WHERE email_id = e.id)"),
			 0);
	assert_true(ask(state, "SELECT count(*) FROM email WHERE outcome = 'failed' AND attempts > 10") > 100);
	assert_true(ask(state, "SELECT count(*) FROM email WHERE outcome = 'delivered' AND attempts > 1") > 200);
	assert_true(ask(state, "SELECT count(*) FROM email WHERE outcome = 'deferred' AND attempts > 0") > 3);
	/* Given up in the words of our own relay, after answers that said otherwise. */
	assert_true(ask(state, "SELECT count(*) FROM email e JOIN attempt a ON a.email_id = e.id"
			       " WHERE e.enhanced_code LIKE '_.4.7' AND a.outcome = 'deferred'") > 10);
}

static void incident_stands_out(void **state)
{
	static const char per_day[] = "SELECT count(*) FROM email WHERE outcome IN ('failed', 'dropped')"
				      " AND time / 86400 = %lld";
	int64_t day = day_of(NOW) - SAMPLE_INCIDENT_DAYS_AGO, most_of_others = 0;
	char sql[300];
	for (int64_t d = day_of(NOW) - SAMPLE_DAYS; d <= day_of(NOW); d++) {
		snprintf(sql, sizeof sql, per_day, (long long)d);
		int64_t n = ask(state, sql);
		if (d != day && d != day + 1 && n > most_of_others)
			most_of_others = n;
	}
	snprintf(sql, sizeof sql, per_day, (long long)day);
	assert_true(ask(state, sql) > 4 * most_of_others);
	snprintf(sql, sizeof sql,
		 "SELECT count(*) * 100 / (SELECT count(*) FROM email WHERE enhanced_code = '5.7.26') FROM email"
		 " WHERE enhanced_code = '5.7.26' AND domain = 'gmail.example' AND time / 86400 BETWEEN %lld AND %lld",
		 (long long)day, (long long)day + 1);
	assert_true(ask(state, sql) >= 90);
}

static void weekends_are_quiet(void **state)
{
	/* 1970-01-01 was a Thursday: 2 and 3 are Saturday and Sunday. */
	int64_t weekend = ask(state, "SELECT count(*) FROM email WHERE queued_at / 86400 % 7 IN (2, 3)");
	int64_t all = ask(state, "SELECT count(*) FROM email");
	assert_in_range(weekend * 100 / all, 5, 20);
}

static void tells_the_story_of_bob(void **state)
{
	char *story = plain_text(((struct fixture *)*state)->db,
				 "SELECT group_concat(outcome || ' ' || ifnull(enhanced_code, '-'), ', ') FROM"
				 " (SELECT * FROM email WHERE recipient LIKE '%bob@%' ORDER BY time)");
	assert_string_equal(story, "delivered 2.0.0, failed 5.2.2, dropped -, dropped -");
	free(story);
}

/* ---- harmless: only names and addresses that are reserved for examples ---- */

static bool ends(struct str s, struct str tail)
{
	return s.len >= tail.len && str_eq_nocase(str_slice(s, s.len - tail.len, SIZE_MAX), tail);
}

static bool domain_is_reserved(struct str d)
{
	static const char *const tails[] = {".example",    ".test",       ".invalid",
					    "example.com", "example.org", "example.net"};
	for (size_t i = 0; i < COUNT_OF(tails); i++) {
		struct str tail = str_of(tails[i]);
		if (ends(d, tail) && (d.len == tail.len || tail.p[0] == '.' || d.p[d.len - tail.len - 1] == '.'))
			return true;
	}
	return false;
}

static bool address_is_reserved(struct str a)
{
	return str_starts(a, STR("192.0.2.")) || str_starts(a, STR("198.51.100.")) || str_starts(a, STR("203.0.113."));
}

static bool in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       (unsigned char)c >= 0x80;
}

/* Looks at every word with a dot in it: a host name ends in small letters, an IPv4 address is four numbers. */
static void check_words(struct str text)
{
	for (size_t i = 0; i < text.len;) {
		size_t from = i;
		while (i < text.len && in_name(text.p[i]))
			i++;
		struct str word = str_slice(text, from, i - from);
		if (from == i)
			i++;
		else if (i < text.len && (text.p[i] == '@' || text.p[i] == '+'))
			continue; /* before the @ people may call themselves what they like */
		while (word.len && word.p[word.len - 1] == '.')
			word.len--;
		int dots = 0;
		bool numeric = true;
		size_t last = 0;
		for (size_t k = 0; k < word.len; k++) {
			if (word.p[k] == '.') {
				dots++;
				last = k + 1;
			} else if (word.p[k] < '0' || word.p[k] > '9') {
				numeric = false;
			}
		}
		if (dots == 0)
			continue;
		bool lower = word.len - last >= 2;
		for (size_t k = last; k < word.len; k++)
			lower = lower && word.p[k] >= 'a' && word.p[k] <= 'z';
		if (numeric && dots == 3 && !address_is_reserved(word))
			fail_msg("%.*s is not reserved for examples", (int)word.len, word.p);
		if (!numeric && lower && !domain_is_reserved(word))
			fail_msg("%.*s is not reserved for examples", (int)word.len, word.p);
	}
}

static void names_only_reserved_domains(void **state)
{
	sqlite3 *db = ((struct fixture *)*state)->db;
	sqlite3_stmt *s;
	assert_int_equal(
		sqlite3_prepare_v2(db,
				   "SELECT DISTINCT domain FROM email UNION SELECT DISTINCT remote_mta FROM email"
				   " WHERE remote_mta NOTNULL UNION SELECT DISTINCT"
				   " substr(sender, instr(sender, '@') + 1) FROM email",
				   -1, &s, NULL),
		SQLITE_OK);
	int names = 0;
	for (; sqlite3_step(s) == SQLITE_ROW; names++) {
		struct str name = str_of((const char *)sqlite3_column_text(s, 0));
		if (!domain_is_reserved(name))
			fail_msg("%s is not reserved for examples", name.p);
	}
	sqlite3_finalize(s);
	assert_true(names > 40);

	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT response FROM attempt UNION ALL SELECT title FROM email"
					    " UNION ALL SELECT message_id FROM email",
					    -1, &s, NULL),
			 SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW)
		check_words((struct str){sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0)});
	sqlite3_finalize(s);
}

static void has_ugly_text(void **state)
{
	assert_true(ask(state, "SELECT count(*) FROM email WHERE instr(response, char(10)) > 0") > 200);
	assert_true(ask(state, "SELECT count(*) FROM email WHERE instr(response, char(27)) > 0") > 0);
	assert_true(ask(state, "SELECT count(*) FROM email WHERE instr(response, char(0x202e)) > 0") > 0);
	assert_true(ask(state, "SELECT max(length(response)) FROM email") > 4000);
	assert_true(ask(state, "SELECT count(*) FROM email WHERE instr(title, '{') OR instr(response, '{')") == 0);
	/* Addresses in other scripts than Latin. */
	assert_true(ask(state, "SELECT count(DISTINCT domain) FROM email WHERE domain GLOB '*[^ -~]*'") >= 10);
}

static void is_the_same_every_time(void **state)
{
	struct fixture *f = *state;
	char again[128], sql[300];
	snprintf(again, sizeof again, "%s/again.db", f->scratch->dir);
	make_sample(again, NOW);
	snprintf(sql, sizeof sql, "ATTACH '%s' AS again", again);
	plain_exec(f->db, sql);
	static const char *const tables[] = {"email", "attempt", "tally"};
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		snprintf(sql, sizeof sql,
			 "SELECT (SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM again.%s))"
			 " + (SELECT count(*) FROM (SELECT * FROM again.%s EXCEPT SELECT * FROM main.%s))",
			 tables[i], tables[i], tables[i], tables[i]);
		assert_int_equal(ask(state, sql), 0);
	}
	plain_exec(f->db, "DETACH again");
}

static void ends_when_asked(void **state)
{
	struct fixture *f = *state;
	int64_t end = NOW - 1000 * DAY + 12345;
	char path[128];
	snprintf(path, sizeof path, "%s/other.db", f->scratch->dir);
	make_sample(path, end);
	sqlite3 *db = plain_open(path);
	assert_in_range(plain_int(db, "SELECT max(time) FROM email"), end - DAY / 4, end);
	assert_in_range(plain_int(db, "SELECT min(time) FROM email"), end - 61 * DAY, end - 58 * DAY);
	assert_in_range(plain_int(db, "SELECT count(*) FROM email"), 18500, 21500);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_promised_size),       cmocka_unit_test(shows_most_codes),
		cmocka_unit_test(codes_are_those_of_the_text), cmocka_unit_test(drops_have_a_cause),
		cmocka_unit_test(retries_have_attempts),       cmocka_unit_test(incident_stands_out),
		cmocka_unit_test(weekends_are_quiet),          cmocka_unit_test(tells_the_story_of_bob),
		cmocka_unit_test(names_only_reserved_domains), cmocka_unit_test(has_ugly_text),
		cmocka_unit_test(is_the_same_every_time),      cmocka_unit_test(ends_when_asked),
	};
	return cmocka_run_group_tests_name("sample", tests, setup, teardown);
}
