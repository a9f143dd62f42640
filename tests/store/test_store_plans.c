/* Every question that the browser asks while somebody waits is answered from an index: SQLite's own words on
 * how it would go about it are caught by a trace of what is run, and none may scan the table of emails. */
#include "scratch_rows.h"

/* Statements that a store runs, seen through sqlite3_auto_extension: it is called for every connection that is
 * opened. */
static struct seen {
	char *sql[256];
	int count;
} seen;

static int on_statement(unsigned what, void *ctx, void *stmt, void *text)
{
	(void)ctx;
	(void)text;
	if (what != SQLITE_TRACE_STMT || seen.count == (int)COUNT_OF(seen.sql))
		return 0;
	const char *sql = sqlite3_sql(stmt);
	if (strncmp(sql, "SELECT", 6) == 0 || strncmp(sql, "WITH", 4) == 0)
		seen.sql[seen.count++] = strdup(sql);
	return 0;
}

static int on_open(sqlite3 *db, char **msg, const void *api)
{
	(void)msg;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, NULL);
}

static void forget(void)
{
	while (seen.count > 0)
		free(seen.sql[--seen.count]);
}

static void no_holds(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	(void)argv;
	sqlite3_result_int(c, 0);
}

/* All steps of the plans of what was seen, a line each. */
static char *plans(sqlite3 *db)
{
	struct buf b = {0};
	for (int i = 0; i < seen.count; i++) {
		sqlite3_stmt *s;
		char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", seen.sql[i]);
		if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
			fail_msg("%s: %s", sql, sqlite3_errmsg(db));
		while (sqlite3_step(s) == SQLITE_ROW)
			buf_printf(&b, "%s\n", (const char *)sqlite3_column_text(s, 3));
		sqlite3_finalize(s);
		sqlite3_free(sql);
	}
	forget();
	return b.p ? b.p : strdup("");
}

static int setup(void **state)
{
	struct fixture *f = *state = fixture_make(
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)"
		" INSERT INTO email (recipient, time, outcome, enhanced_code, basic_code) SELECT 'user' || (i % 700) ||"
		" '@d' || (i % 50) || '.example', 1700000000 + i * 60, iif(i % 3, 'delivered', 'failed'),"
		" iif(i % 100 = 0, '5.7.30', '5.1.1'), 550 FROM n");
	sqlite3_create_function(f->db, "text_holds", 2, SQLITE_UTF8, NULL, no_holds, NULL, NULL);
	sqlite3_create_function(f->db, "text_is", 2, SQLITE_UTF8, NULL, no_holds, NULL, NULL);
	sqlite3_create_function(f->db, "text_ends", 2, SQLITE_UTF8, NULL, no_holds, NULL, NULL);
	sqlite3_create_function(f->db, "domain_fits", 2, SQLITE_UTF8, NULL, no_holds, NULL, NULL);
	sqlite3_create_function(f->db, "wording", 1, SQLITE_UTF8, NULL, no_holds, NULL, NULL);
	sqlite3_auto_extension((void (*)(void))on_open);
	fixture_open(f);
	sqlite3_cancel_auto_extension((void (*)(void))on_open);
	forget();
	return 0;
}

static int teardown(void **state)
{
	forget();
	return fixture_teardown(state);
}

static const struct group_by by_code = {.grouping = GROUP_CODE, .limit = 100},
			     by_day = {.grouping = GROUP_DAY, .order = ORDER_NAME, .limit = 100};

static struct scope scope_of(const char *line, struct arena *a)
{
	struct scope s = {.count = 1};
	struct err e = {0};
	assert_ok(filter_parse(str_of(line), (struct moment){.now_s = 1700000000}, a, &s.all[0], &e), e);
	return s;
}

static void assert_no_scan(const char *what, const char *plan)
{
	/* "SCAN email USING [COVERING] INDEX failure_…" walks the failures only, in order. */
	for (const char *p = plan; (p = strstr(p, "SCAN email")); p++)
		if (strncmp(p, "SCAN email USING", 16) != 0 || !strstr(p, "INDEX failure_"))
			fail_msg("%s scans the table:\n%s", what, plan);
}

static void assert_no_sort(const char *what, const char *plan)
{
	if (strstr(plan, "TEMP B-TREE FOR ORDER BY") || strstr(plan, "FOR LAST TERM") || strstr(plan, "RIGHT PART"))
		fail_msg("%s sorts before the first row:\n%s", what, plan);
}

/* The first ones the tally can count. */
enum { CODED = 8 };
static const char *const lines[] = {"",
				    "code:5.1.1",
				    "code:5.7.*",
				    "code:550",
				    "class:5",
				    "subject:none",
				    "status:dropped",
				    "since:2023-11-16 before:2023-11-19",
				    "to:bob",
				    "domain:d7.example",
				    "domain:d7.example code:5.1.1",
				    "-code:5.1.1 to:bob since:2023-11-16",
				    "text:full",
				    "mx:a -title:b"};

static void pages_walk_an_index(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct page page;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct scope s = scope_of(lines[i], &a);
		for (int sort = 0; sort < SORT_COUNT; sort++) {
			struct cursor at = {.at = CURSOR_RECORD,
					    .id = 30,
					    .time = 1700040000,
					    .enhanced = {5, 1, 1},
					    .recipient = STR("user3@d3.example")};
			for (int backwards = 0; backwards < 2; backwards++)
				assert_ok(store_page(f->st, &s, (enum sort)sort, &at, backwards, 20, &a, &page, &e), e);
			char *plan = plans(f->db);
			assert_no_scan(lines[i], plan);
			/* What is rare, or asks for what no index in this order holds, is found first and then
			 * sorted. */
			if (i < CODED && !(sort != SORT_CODE && strstr(plan, "failure_code (code_key=?")))
				assert_no_sort(lines[i], plan);
			assert_non_null(strstr(plan, "SEARCH email USING"));
			free(plan);
		}
	}
	arena_free(&a);
}

static void a_page_starts_at_its_cursor(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct page page;
	static const struct {
		enum sort sort;
		const char *line, *plan;
	} rows[] = {
		{SORT_TIME, "", "SEARCH email USING COVERING INDEX failure_time (time=? AND id<?)"},
		{SORT_TIME, "", "SEARCH email USING COVERING INDEX failure_time (time<?)"},
		{SORT_TIME, "since:2023-11-16", "SEARCH email USING COVERING INDEX failure_time (time>? AND time<?)"},
		{SORT_TIME, "domain:d7.example", "SEARCH email USING INDEX failure_domain (domain=? AND time<?)"},
		{SORT_RECIPIENT, "",
		 "SEARCH email USING COVERING INDEX failure_recipient (recipient=? AND time=? AND id<?)"},
		{SORT_RECIPIENT, "", "SEARCH email USING COVERING INDEX failure_recipient (recipient=? AND time<?)"},
		{SORT_RECIPIENT, "", "SEARCH email USING COVERING INDEX failure_recipient (recipient>?)"},
		{SORT_CODE, "", "SEARCH email USING INDEX failure_code (code_key=? AND time<?)"},
		{SORT_CODE, "", "SEARCH email USING INDEX failure_code (code_key>?)"},
		{SORT_TIME, "status:any", "SEARCH email USING COVERING INDEX email_time (time<?)"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scope s = scope_of(rows[i].line, &a);
		struct cursor at = {.at = CURSOR_RECORD,
				    .id = 30,
				    .time = 1700500000,
				    .enhanced = {5, 1, 1},
				    .recipient = STR("user3@d3.example")};
		assert_ok(store_page(f->st, &s, rows[i].sort, &at, false, 20, &a, &page, &e), e);
		char *plan = plans(f->db);
		if (!strstr(plan, rows[i].plan))
			fail_msg("\"%s\" wants %s, has\n%s", rows[i].line, rows[i].plan, plan);
		free(plan);
	}
	arena_free(&a);
}

static void rare_codes_are_fetched_by_code(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct page page;
	struct scope s = scope_of("code:5.7.30", &a);
	assert_ok(store_page(f->st, &s, SORT_TIME, &(struct cursor){0}, false, 20, &a, &page, &e), e);
	assert_int_equal(page.count, 20);
	char *plan = plans(f->db);
	assert_non_null(strstr(plan, "INDEX failure_code (code_key=?"));
	free(plan);
	arena_free(&a);
}

/* Whatever the order: other domains' rows may be millions. */
static void one_domain_is_read_by_its_index(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct page page;
	struct scope s = scope_of("domain:d7.example", &a);
	struct cursor at = {.at = CURSOR_RECORD, .id = 30, .time = 1700040000, .enhanced = {5, 1, 1}, .basic = 550};
	int64_t n;
	for (int sort = 0; sort < SORT_COUNT; sort++) {
		assert_ok(store_page(f->st, &s, (enum sort)sort, &at, false, 20, &a, &page, &e), e);
		char *plan = plans(f->db);
		assert_non_null(strstr(plan, "INDEX failure_domain (domain=?"));
		free(plan);
	}
	assert_ok(store_rank(f->st, &s, SORT_CODE, &at, &n, &e), e);
	char *plan = plans(f->db);
	if (!strstr(plan, "INDEX failure_domain (domain=?"))
		fail_msg("%s", plan);
	assert_null(strstr(plan, "failure_code"));
	free(plan);
	arena_free(&a);
}

/* Whatever text is searched or grouped by lies in an index of the failures, the narrowest that has it, and the table is not
 * touched. */
static void texts_lie_side_by_side(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct groups groups;
	int64_t n;
	/* SQLite does not call an index covering when code_key is asked for, which is made of other columns. */
	static const struct {
		const char *line, *index;
	} rows[] = {
		{"text:full", "INDEX failure_text"},
		{"title:invoice -from:a", "INDEX failure_text"},
		{"wording:full -domain:d7.example code:5.*", "INDEX failure_text"},
		{"mx:a code:550", "INDEX failure_mx"},
		{"-from:a", "INDEX failure_sender"},
		{"to:a -domain:*.d7.example",
		 "INDEX failure_time"}, /* which has the recipient, and with it the domain */
		{"mx:a since:2023-11-16", "INDEX failure_text (time>?)"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scope s = scope_of(rows[i].line, &a);
		assert_ok(store_count(f->st, &s, &n, &e), e);
		char *plan = plans(f->db);
		if (!strstr(plan, rows[i].index))
			fail_msg("\"%s\" wants %s, has\n%s", rows[i].line, rows[i].index, plan);
		free(plan);
	}
	static const char *const by[GROUP_COUNT] = {[GROUP_MX] = "SCAN email USING COVERING INDEX failure_mx",
						    [GROUP_SENDER] = "SCAN email USING COVERING INDEX failure_sender",
						    [GROUP_WORDING] = "SCAN email USING COVERING INDEX failure_text"};
	for (int g = 0; g < GROUP_COUNT; g++) {
		const struct group_by how = {.grouping = (enum grouping)g, .limit = 100};
		struct scope all = {.count = 1};
		assert_ok(store_groups(f->st, &all, &how, &a, &groups, &e), e);
		char *plan = plans(f->db);
		if (by[g] && (!strstr(plan, by[g]) || strstr(plan, "TEMP B-TREE")))
			fail_msg("wants %s, has\n%s", by[g], plan);
		free(plan);
	}
	arena_free(&a);
}

/* Who is named is looked up, whatever is asked, and of all email too. */
static void recipients_that_are_named_are_looked_up(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct page page;
	int64_t n, first, last;
	struct groups groups;
	struct bucket buckets[2];
	const struct cursor at = {
		.at = CURSOR_RECORD, .id = 30, .time = 1700040000, .recipient = STR("user3@d3.example")};
	static const char *const named[] = {"to:=user7@d7.example", "to:=user7@d7.example to:=USER8@d8.example",
					    "to:=user7@d7.example domain:d7.example text:x since:2023-11-15",
					    "status:any to:=user7@d7.example",
					    "status:delivered to:=user7@d7.example from:a"};
	for (size_t i = 0; i < COUNT_OF(named); i++) {
		struct scope s = scope_of(named[i], &a);
		for (int sort = 0; sort < SORT_COUNT; sort++) {
			assert_ok(store_page(f->st, &s, (enum sort)sort, &at, false, 20, &a, &page, &e), e);
			assert_ok(store_rank(f->st, &s, (enum sort)sort, &at, &n, &e), e);
		}
		assert_ok(store_count(f->st, &s, &n, &e), e);
		assert_ok(store_span(f->st, &s, &first, &last, &e), e);
		assert_ok(store_groups(f->st, &s, &by_code, &a, &groups, &e), e);
		assert_ok(store_timeline(f->st, &s, (const int64_t[]){0, 86400, INT64_MAX}, 2, buckets, &e), e);
		char *plan = plans(f->db);
		struct str rest = str_of(plan), step;
		while (str_next(&rest, '\n', &step))
			if (str_find(step, STR(" email"), 0) != SIZE_MAX &&
			    str_find(step, STR("_recipient (recipient=?"), 0) == SIZE_MAX &&
			    str_find(step, STR("(rowid=?)"), 0) == SIZE_MAX)
				fail_msg("%s: %.*s", named[i], (int)step.len, step.p);
		free(plan);
	}
	/* Beyond ASCII, equality is not the index's. */
	struct scope s = scope_of("to:=zo\u00eb@d7.example", &a);
	assert_ok(store_page(f->st, &s, SORT_TIME, &at, false, 20, &a, &page, &e), e);
	char *plan = plans(f->db);
	assert_null(strstr(plan, "recipient=?"));
	assert_no_scan("to:=zo\u00eb", plan);
	free(plan);
	arena_free(&a);
}

static void sums_need_no_table(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	int64_t n, first, last;
	struct groups groups;
	struct bucket buckets[10];
	int64_t starts_s[11];
	struct cursor at;
	struct totals totals;
	for (int i = 0; i <= 10; i++)
		starts_s[i] = 1699920000 + i * 86400;
	assert_ok(store_totals(f->st, &totals, &e), e);
	forget();
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct scope s = scope_of(lines[i], &a);
		bool tally = i < CODED;
		assert_ok(store_count(f->st, &s, &n, &e), e);
		assert_ok(store_groups(f->st, &s, &by_code, &a, &groups, &e), e);
		assert_ok(store_groups(f->st, &s, &by_day, &a, &groups, &e), e);
		assert_ok(store_timeline(f->st, &s, starts_s, 10, buckets, &e), e);
		char *plan = plans(f->db);
		assert_no_scan(lines[i], plan);
		if (tally && strstr(plan, "email"))
			fail_msg("%s is in the tally, but reads emails:\n%s", lines[i], plan);
		free(plan);
		for (int by = GROUP_CODE + 1; by < GROUP_COUNT; by++) {
			const struct group_by how = {.grouping = (enum grouping)by, .zone = ZONE_LOCAL, .limit = 100};
			assert_ok(store_groups(f->st, &s, &how, &a, &groups, &e), e);
		}
		assert_ok(store_span(f->st, &s, &first, &last, &e), e);
		assert_ok(store_at_rank(f->st, &s, SORT_TIME, 5, &a, &at, &e), e);
		assert_ok(store_rank(f->st, &s, SORT_TIME, &at, &n, &e), e);
		plan = plans(f->db);
		assert_no_scan(lines[i], plan);
		free(plan);
	}
	arena_free(&a);
}

/* An open day shows its codes, and those of a whole UTC day are in the tally. */
static void an_open_day_needs_no_emails(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct groups groups;
	struct scope s = {.all = {scope_of("-status:dropped code:5.1.*", &a).all[0]}, .count = 2};
	struct str line = tree_key_filter(GROUP_DAY, STR("2023-11-16"), &a);
	assert_ok(filter_parse(line, (struct moment){0}, &a, &s.all[1], &e), e);
	assert_ok(store_groups(f->st, &s, &by_code, &a, &groups, &e), e);
	assert_true(groups.count > 0);
	char *plan = plans(f->db);
	if (strstr(plan, "email"))
		fail_msg("%s", plan);
	free(plan);
	arena_free(&a);
}

/* What has come since is read from the ends of the table and of the indexes by time. */
static void news_are_read_alone(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct totals totals;
	int64_t n;
	assert_ok(store_totals(f->st, &totals, &e), e);
	char *plan = plans(f->db);
	assert_no_scan("totals", plan);
	free(plan);
	static const char *const scopes[] = {"",
					     "status:any",
					     "to:bob",
					     "domain:d7.example",
					     "code:5.1.1 text:full",
					     "status:delivered",
					     "since:2023-11-16 mx:a"};
	for (size_t i = 0; i < COUNT_OF(scopes); i++) {
		struct scope s = scope_of(scopes[i], &a);
		assert_ok(store_count_fresh(f->st, &s, totals.max_id - 5, totals.max_s - 300, &n, &e), e);
		plan = plans(f->db);
		if (!strstr(plan, "SEARCH email USING INTEGER PRIMARY KEY (rowid>?)") ||
		    !strstr(plan, "_time (time>?") || strstr(plan, "SCAN"))
			fail_msg("%s:\n%s", scopes[i], plan);
		free(plan);
	}
	arena_free(&a);
}

static void completion_leaps_from_domain_to_domain(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct str *domains;
	int count;
	assert_ok(store_domains(f->st, STR("D4"), 5, &a, &domains, &count, &e), e);
	assert_int_equal(count, 5);
	assert_true(str_eq(domains[4], STR("d43.example")));
	char *plan = plans(f->db);
	if (!strstr(plan, "SEARCH email USING INDEX failure_domain (domain>?)") || strstr(plan, "SCAN email") ||
	    strstr(plan, "TEMP B-TREE"))
		fail_msg("%s", plan);
	free(plan);
	arena_free(&a);
}

static void details_look_up(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct err e = {0};
	struct detail d;
	for (int64_t id = 30; id < 60; id++) /* of every outcome */
		assert_ok(store_detail(f->st, id, &a, &d, &e), e);
	char *plan = plans(f->db);
	if (strstr(plan, "SCAN e") || strstr(plan, "TEMP B-TREE"))
		fail_msg("a detail scans or sorts:\n%s", plan);
	free(plan);
	arena_free(&a);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_walk_an_index),
		TEST(a_page_starts_at_its_cursor),
		TEST(rare_codes_are_fetched_by_code),
		TEST(one_domain_is_read_by_its_index),
		TEST(texts_lie_side_by_side),
		TEST(recipients_that_are_named_are_looked_up),
		TEST(sums_need_no_table),
		TEST(an_open_day_needs_no_emails),
		TEST(news_are_read_alone),
		TEST(completion_leaps_from_domain_to_domain),
		TEST(details_look_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
