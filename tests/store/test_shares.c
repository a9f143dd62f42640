/* Questions that several readers answer together: the answers are those of one reader, and of one state of the database. */
#include "query.h"
#include "scratch_rows.h"
#include "worker_threads.h"

static const int64_t T0 = 1700000000;

/* 20,000 emails with ids so far apart that it seems worth while. Some lack a sender or MTA, some have odd ones; there is one
 * domain that many have, a second that many have, and times far from all others. */
static int setup(void **state)
{
	struct fixture *f =
		fixture_make("PRAGMA journal_mode = wal;"
			     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
			     " INSERT INTO email (id, recipient, time, outcome, enhanced_code, basic_code, response, "
			     "sender, remote_mta,"
			     " title) SELECT i * 5, CASE WHEN i % 3 THEN 'user' || (i * 7919 % 900) || '@d' || (i % "
			     "50) || '.example'"
			     " WHEN i % 7 THEN 'x' || i || '@Big.example' ELSE 'postmaster' END,"
			     " CASE i WHEN 77 THEN 5 WHEN 78 THEN 9000000000 ELSE 1700000000 + max(i, 9000) * 20 END,"
			     " CASE i % 4 WHEN 0 THEN 'delivered' WHEN 1 THEN 'dropped' ELSE 'failed' END,"
			     " iif(i % 10, '5.' || (i % 3) || '.' || (i % 9), NULL), 550 + i % 4,"
			     " 'user' || i || '@d1.example: ' || CASE i % 5 WHEN 0 THEN 'no such user' WHEN 1 THEN "
			     "'mailbox full' WHEN 2"
			     " THEN 'refused by policy' || (i % 13) ELSE 'try again later' END,"
			     " CASE WHEN i % 11 THEN iif(i % 2, 'Shop', 'shop') || (i % 20) || '@a.example' END,"
			     " CASE WHEN i % 17 = 0 THEN x'00ff' WHEN i % 13 THEN 'mx' || (i % 30) || '.example' END,"
			     " 'Order ' || i FROM n;"
			     "UPDATE email SET title = 'the only one' WHERE id = 25");
	fixture_open(f);
	*state = f;
	return 0;
}

/* All that an answer says. */
static void add_answer(struct buf *b, const struct reply *r)
{
	buf_printf(b, "%s|%lld %lld|", r->err.msg, (long long)r->count, (long long)r->first_rank);
	for (int i = 0; i < r->page.count; i++)
		buf_printf(b, "%lld ", (long long)r->page.rows[i].id);
	for (int i = 0; i < r->tree.count; i++)
		buf_printf(b, "[%.*s %lld]", (int)r->tree.nodes[i].label.len, r->tree.nodes[i].label.p,
			   (long long)r->tree.nodes[i].count);
	for (int i = 0; i < r->timeline.count; i++)
		buf_printf(b, "%lld,%lld ", (long long)r->timeline.buckets[i].permanent,
			   (long long)r->timeline.buckets[i].dropped);
	int64_t sum = 0; /* in no order */
	for (size_t i = 0; i < r->id_count; i++)
		sum += r->ids[i] * r->ids[i];
	buf_printf(b, "%zu %lld\n", r->id_count, (long long)sum);
}

static void ask(struct store *st, struct request r, struct buf *answers)
{
	struct reply *out = calloc(1, sizeof *out);
	assert_non_null(out);
	r.rows = 50;
	r.columns = 40;
	query_answer(st, &r, out);
	add_answer(answers, out);
	reply_free(out);
}

static struct request request_of(const char *line, struct arena *a)
{
	struct request r = {.scope = {.count = 1}, .rank = -1};
	struct err e = {0};
	assert_ok(filter_parse(str_of(line), (struct moment){.now_s = T0 + 400000}, a, &r.scope.all[0], &e), e);
	return r;
}

/* Every kind of question, every one of a newly opened database. */
static struct buf answers_to(const char *path, const char *line, int threads, store_run_fn *run)
{
	struct arena a = {0};
	struct buf answers = {0};
	struct request questions[3 * SORT_COUNT + 2 * GROUP_COUNT + 3];
	size_t n = 0;
	for (int sort = 0; sort < SORT_COUNT; sort++) {
		questions[n++] = (struct request){.ask = ASK_PAGE, .sort = (enum sort)sort, .want = WANT_START};
		questions[n++] = (struct request){.ask = ASK_PAGE, .sort = (enum sort)sort, .want = WANT_END};
		questions[n++] =
			(struct request){.ask = ASK_PAGE, .sort = (enum sort)sort, .want = WANT_RANK, .rank = 300};
	}
	for (int g = 0; g < GROUP_COUNT; g++)
		for (int order = 0; order < 2; order++)
			questions[n++] = (struct request){
				.ask = ASK_TREE, .grouping = (enum grouping)g, .order = (enum group_order)order};
	questions[n++] = (struct request){.ask = ASK_COUNT};
	questions[n++] = (struct request){.ask = ASK_TIMELINE};
	questions[n++] = (struct request){.ask = ASK_MARKS};
	struct scope scope = request_of(line, &a).scope;
	for (size_t i = 0; i < n; i++) {
		struct err e = {0};
		struct store *st = store_open(path, &e);
		if (!st)
			fail_msg("%s", e.msg);
		store_set_threads(st, threads, run);
		questions[i].scope = scope;
		for (int twice = 0; twice < 2; twice++) /* also when it remembers */
			ask(st, questions[i], &answers);
		store_close(st);
	}
	arena_free(&a);
	return answers;
}

static int runs; /* of `run_in_turn` */

static void run_in_turn(int count, void (*fn)(void *ctx, int i), void *ctx)
{
	runs++;
	while (count-- > 0)
		fn(ctx, count);
}

static const char *const filters[] = {"",
				      "class:5",
				      "subject:1",
				      "to:user1",
				      "to:X2",
				      "-to:user domain:big.example",
				      "to:nobody-at-all",
				      "to:=user5@d3.example",
				      "text:\"mailbox full\" -to:a",
				      "title:\"the only one\"",
				      "-title:\"the only one\"",
				      "mx:mx1 from:shop1",
				      "from:=\"\"",
				      "wording:\"*: mailbox full\"",
				      "status:any to:user1",
				      "since:2023-11-16 before:2023-11-17 -to:a",
				      "before:1980-01-01 -to:a",
				      "domain:d7.example"};

static void assert_same(const struct fixture *f, const char *line, int threads, store_run_fn *run)
{
	struct buf want = answers_to(f->scratch->path, line, 1, NULL),
		   got = answers_to(f->scratch->path, line, threads, run);
	assert_true(want.len > 500);
	if (!str_eq(buf_str(&got), buf_str(&want)))
		fail_msg("%s: %d readers say\n%sone says\n%s", line, threads, got.p, want.p);
	buf_free(&want);
	buf_free(&got);
}

static void answers_are_those_of_one_reader(void **state)
{
	runs = 0;
	for (size_t i = 0; i < COUNT_OF(filters); i++)
		assert_same(*state, filters[i], 2 + (int)i % 3, i % 3 == 1 ? run_in_turn : threads_run);
	assert_true(runs > 50);
}

static int64_t count_of(struct store *st, const char *line, struct err *e)
{
	struct arena a = {0};
	int64_t n = -1;
	struct request r = request_of(line, &a);
	if (!store_count(st, &r.scope, &n, e))
		n = -1;
	arena_free(&a);
	return n;
}

static sqlite3 *other; /* who writes while others read */

static void write_then_run(int count, void (*fn)(void *ctx, int i), void *ctx)
{
	plain_exec(other, "DELETE FROM email WHERE id < 50000");
	run_in_turn(count, fn, ctx);
}

static void all_read_one_state(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	int64_t before = count_of(f->st, "text:\"mailbox full\"", &e);
	assert_true(before > 2000);
	struct store *st = store_open(f->scratch->path, &e);
	other = f->db;
	store_set_threads(st, 4, write_then_run);
	assert_int_equal(count_of(st, "text:\"mailbox full\"", &e), before);
	store_set_threads(st, 4, run_in_turn);
	int64_t after = count_of(st, "text:\"mailbox full\"", &e);
	assert_true(after > 0 && after < before);
	assert_int_equal(e.kind, ERR_NONE);
	store_close(st);
}

static bool stale_after(void *ctx)
{
	int *left = ctx;
	return --*left < 0;
}

/* Whenever it comes, in whichever reader. */
static void what_nobody_waits_for_ends(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	int64_t whole = count_of(f->st, "text:\"mailbox full\"", &e);
	struct store *st = store_open(f->scratch->path, &e);
	store_set_threads(st, 3, threads_run);
	int stopped = 0;
	for (int polls = 0; polls < 60; polls++) {
		int left = polls;
		struct err stale = {0};
		struct store *fresh = store_open(f->scratch->path, &e);
		store_set_threads(fresh, 3, threads_run);
		store_set_stale(fresh, stale_after, &left);
		int64_t n = count_of(fresh, "text:\"mailbox full\"", &stale);
		assert_true(n == whole || stale.kind == ERR_STALE);
		stopped += n != whole;
		store_set_stale(fresh, NULL, NULL);
		assert_int_equal(count_of(fresh, "text:\"mailbox full\"", &e), whole);
		store_close(fresh);
	}
	assert_true(stopped > 5);
	store_close(st);
}

static void more_keys_than_are_counted(void **state)
{
	struct fixture *f = *state;
	plain_exec(f->db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 110000)"
			  " INSERT INTO email (recipient, time, outcome, sender) SELECT 'a@b.example',"
			  " 1700000000 + i, 'failed', 's' || i || '@x.example' FROM n");
	assert_same(f, "", 3, threads_run);
}

static void a_field_too_long_to_be_read(void **state)
{
	struct fixture *f = *state;
	plain_exec(f->db,
		   "UPDATE email SET response = 'mailbox full ' || CAST(zeroblob(5000000) AS TEXT) WHERE id = 50010");
	assert_same(f, "text:mailbox", 4, threads_run);
}

static void indexes_that_are_not_there(void **state)
{
	struct fixture *f = *state;
	plain_exec(f->db, "DROP INDEX failure_text; DROP INDEX failure_domain");
	assert_same(f, "to:user1", 2, threads_run);
}

static void a_database_that_was_replaced(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	char path[128];
	store_set_threads(f->st, 2, threads_run);
	assert_true(count_of(f->st, "to:user1", &e) > 0);
	snprintf(path, sizeof path, "%s/other.db", f->scratch->dir);
	store_close(store_open_rw(path, true, &e));
	assert_int_equal(rename(path, f->scratch->path), 0);
	assert_true(count_of(f->st, "to:user2", &e) > 0); /* as it was: store_version says that it is another one now */
	assert_int_equal(e.kind, ERR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_are_those_of_one_reader, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(all_read_one_state, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_nobody_waits_for_ends, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(more_keys_than_are_counted, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_field_too_long_to_be_read, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(indexes_that_are_not_there, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_database_that_was_replaced, setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
