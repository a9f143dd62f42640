/* What the screen asks at every key costs the same in a table ten times as large: steps of SQLite's machine are counted, which
 * do not depend on the speed of any computer, in two databases with the same days, codes and domains. */
#include "query.h"
#include "scratch.h"

static int64_t seen_steps;

static int on_end(unsigned what, void *ctx, void *stmt, void *ns)
{
	(void)what;
	(void)ctx;
	(void)ns;
	seen_steps += sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
	return 0;
}

static int on_open(sqlite3 *db, char **msg, const void *api)
{
	(void)msg;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, on_end, NULL);
}

enum { SMALL, LARGE, SIZES };
static const int rows[SIZES] = {[SMALL] = 3000, [LARGE] = 30000};

struct fixture {
	struct scratch *scratch[SIZES];
	struct store *st[SIZES];
};

/* Over ten days, half of it failures, of 7 codes and 5 domains. */
static struct scratch *filled(int count)
{
	struct scratch *s = scratch_make();
	struct err e = {0};
	char sql[700];
	store_close(store_open_rw(s->path, true, &e));
	sqlite3 *db = plain_open(s->path);
	snprintf(
		sql, sizeof sql,
		"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" INSERT INTO email (recipient, time, outcome, enhanced_code, basic_code, response, sender, remote_mta)"
		" SELECT 'user' || i || '@d' || (i %% 10) || '.example', 1700000000 + i * 864000 / %d,"
		" iif(i %% 2, 'delivered', 'failed'), '5.1.' || (i %% 7), 550, 'user unknown', 'us@shop.example',"
		" 'mx' || (i %% 9) FROM n",
		count, count);
	plain_exec(db, sql);
	sqlite3_close(db);
	return s;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = {0};
	assert_non_null(f);
	for (int i = 0; i < SIZES; i++)
		f->scratch[i] = filled(rows[i]);
	sqlite3_auto_extension((void (*)(void))on_open);
	for (int i = 0; i < SIZES; i++)
		if (!(f->st[i] = store_open(f->scratch[i]->path, &e)))
			fail_msg("%s", e.msg);
	sqlite3_cancel_auto_extension((void (*)(void))on_open);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < SIZES; i++) {
		void *scratch = f->scratch[i];
		store_close(f->st[i]);
		scratch_teardown(&scratch);
	}
	free(f);
	return 0;
}

/* A negative rank is one in percent of the failures. */
static int64_t steps_of(const struct fixture *f, int size, const char *line, struct request r)
{
	struct arena a = {0};
	struct err e = {0};
	struct reply *out = calloc(1, sizeof *out);
	assert_non_null(out);
	r.scope.count = 1;
	r.rows = r.ask == ASK_PAGE ? 200 : 30;
	r.columns = 100;
	if (r.rank < 0)
		r.rank = rows[size] / 2 * -r.rank / 100;
	r.open_first = r.ask == ASK_TREE;
	assert_ok(filter_parse(str_of(line), (struct moment){.now_s = 1700864000}, &a, &r.scope.all[0], &e), e);
	seen_steps = 0;
	query_answer(f->st[size], &r, out);
	assert_ok(out->err.kind == ERR_NONE, out->err);
	reply_free(out);
	arena_free(&a);
	return seen_steps;
}

static const struct question {
	const char *name, *line;
	struct request r;
} questions[] = {
	{"first page", "", {.ask = ASK_PAGE}},
	{"last page", "", {.ask = ASK_PAGE, .want = WANT_END}},
	{"first page by recipient", "", {.ask = ASK_PAGE, .sort = SORT_RECIPIENT}},
	{"last page by recipient", "", {.ask = ASK_PAGE, .sort = SORT_RECIPIENT, .want = WANT_END}},
	{"first page by code", "", {.ask = ASK_PAGE, .sort = SORT_CODE}},
	{"last page by code", "", {.ask = ASK_PAGE, .sort = SORT_CODE, .want = WANT_END}},
	{"page of all email", "status:any", {.ask = ASK_PAGE}},
	{"page of a code", "code:5.1.1", {.ask = ASK_PAGE}},
	{"page of a class by recipient", "class:5", {.ask = ASK_PAGE, .sort = SORT_RECIPIENT}},
	{"page of a domain", "domain:d4.example", {.ask = ASK_PAGE}},
	{"page of a text", "text:unknown", {.ask = ASK_PAGE}},
	{"page of an MTA", "mx:mx4", {.ask = ASK_PAGE}},
	{"codes", "", {.ask = ASK_TREE}},
	{"codes of a class", "class:5", {.ask = ASK_TREE}},
	{"days", "", {.ask = ASK_TREE, .grouping = GROUP_DAY}},
	{"count", "", {.ask = ASK_COUNT}},
	{"count of all email", "status:any", {.ask = ASK_COUNT}},
	{"count of a code", "code:5.1.1", {.ask = ASK_COUNT}},
	{"totals", "", {.ask = ASK_TOTALS}},
	{"timeline", "before:2023-11-23", {.ask = ASK_TIMELINE}},
	{"domains", "", {.ask = ASK_DOMAINS, .prefix = {"d", 1}}},
	{"detail", "", {.ask = ASK_DETAIL, .id = 1001}},
	{"half way", "", {.ask = ASK_PAGE, .want = WANT_RANK, .rank = -50}},
	{"half way by code", "", {.ask = ASK_PAGE, .sort = SORT_CODE, .want = WANT_RANK, .rank = -50}},
};

static void the_screen_costs_the_same(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < COUNT_OF(questions); i++) {
		const struct question *q = &questions[i];
		int64_t small = steps_of(f, SMALL, q->line, q->r), large = steps_of(f, LARGE, q->line, q->r);
		assert_true(small > 0);
		/* Half more, for what is rare among few is found in another way than among many; ten times as much is far off. */
		if (large > small + small / 2 + 100)
			fail_msg("%s: %lld steps among %d emails, %lld among %d", q->name, (long long)small,
				 rows[SMALL], (long long)large, rows[LARGE]);
	}
}

/* The measure itself: a search that finds nothing has to look at every failure, and no more than that. */
static void a_search_costs_as_the_failures(void **state)
{
	struct fixture *f = *state;
	static const char *const lines[] = {"to:nobody-at-all", "text:nothing-like-it", "mx:nowhere",
					    "-domain:d4.example text:zzz"};
	enum { STEPS_EACH = 40 };
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		int64_t steps = steps_of(f, LARGE, lines[i], (struct request){.ask = ASK_PAGE});
		if (steps < rows[LARGE] / 2 || steps > (int64_t)rows[LARGE] / 2 * STEPS_EACH)
			fail_msg("%s: %lld steps", lines[i], (long long)steps);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_screen_costs_the_same),
		cmocka_unit_test(a_search_costs_as_the_failures),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
