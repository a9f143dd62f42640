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
			     " CASE WHEN i % 11 THEN iif(i % 7, 'shop', 'Shop') || (i % 20) || '@a.example' END,"
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
	uint64_t sum = 0; /* in no order */
	for (size_t i = 0; i < r->id_count; i++)
		sum += (uint64_t)r->ids[i] * (uint64_t)r->ids[i];
	buf_printf(b, "%zu %llu\n", r->id_count, (unsigned long long)sum);
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

static int runs; /* of `run_in_turn` */

static void run_in_turn(int count, void (*fn)(void *ctx, int i), void *ctx)
{
	runs++;
	while (count-- > 0)
		fn(ctx, count);
}

/* No other thread can be started. */
static void run_first_only(int count, void (*fn)(void *ctx, int i), void *ctx)
{
	(void)count;
	fn(ctx, 0);
}

/* Every kind of question, every one of a newly opened database. */
static struct buf answers_to(const char *path, const char *line, int threads, store_run_fn *run)
{
	struct arena a = {0};
	struct buf answers = {0};
	struct request questions[3 * SORT_COUNT + GROUP_COUNT + 4];
	size_t n = 0;
	for (int sort = 0; sort < SORT_COUNT; sort++) {
		questions[n++] = (struct request){.ask = ASK_PAGE, .sort = (enum sort)sort, .want = WANT_START};
		questions[n++] = (struct request){.ask = ASK_PAGE, .sort = (enum sort)sort, .want = WANT_END};
		questions[n++] =
			(struct request){.ask = ASK_PAGE, .sort = (enum sort)sort, .want = WANT_RANK, .rank = 300};
	}
	for (int g = 0; g < GROUP_COUNT; g++)
		questions[n++] = (struct request){.ask = ASK_TREE, .grouping = (enum grouping)g};
	questions[n++] = (struct request){.ask = ASK_TREE, .grouping = GROUP_DOMAIN, .order = ORDER_NAME};
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
	assert_true(want.len > 300);
	if (!str_eq(buf_str(&got), buf_str(&want)))
		fail_msg("%s: %d readers say\n%sone says\n%s", line, threads, got.p, want.p);
	buf_free(&want);
	buf_free(&got);
}

static void answers_are_those_of_one_reader(void **state)
{
	runs = 0;
	static store_run_fn *const ways[] = {threads_run, run_in_turn, threads_run, run_first_only};
	for (size_t i = 0; i < COUNT_OF(filters); i++)
		assert_same(*state, filters[i], 2 + (int)i % 3, ways[i % COUNT_OF(ways)]);
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
	struct buf answers[2] = {0};
	for (int readers = 1; readers <= 3; readers += 2) {
		struct err e = {0};
		struct store *st = store_open(f->scratch->path, &e);
		store_set_threads(st, readers, threads_run);
		ask(st, (struct request){.ask = ASK_TREE, .grouping = GROUP_SENDER}, &answers[readers / 2]);
		store_close(st);
	}
	assert_string_equal(answers[1].p, answers[0].p);
	for (int i = 0; i < 2; i++)
		buf_free(&answers[i]);
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

/* Parts cut by bytes would overlap. */
static void a_column_that_is_compared_otherwise(void **state)
{
	struct fixture *f = *state;
	store_close(f->st);
	plain_exec(f->db, "UPDATE email SET sender = char(65 + id / 5 % 26 + id / 5 % 2 * 32) || sender WHERE id % 15;"
			  "PRAGMA writable_schema = on;"
			  "UPDATE sqlite_schema SET sql = replace(sql, 'sender TEXT,', 'sender TEXT COLLATE NOCASE,')"
			  " WHERE name = 'email'");
	sqlite3_close(f->db);
	f->db = plain_open(f->scratch->path);
	plain_exec(f->db, "REINDEX");
	fixture_open(f);
	assert_int_equal(
		plain_int(f->db, "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%sender TEXT COLLATE NOCASE,%'"),
		1);
	assert_same(f, "", 2, threads_run);
	assert_same(f, "", 3, run_in_turn);
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

/* Where the cuts are looked for, but not in the index that is cut. */
static void long_fields_where_an_index_would_be_cut(void **state)
{
	struct fixture *f = *state;
	plain_exec(f->db, "UPDATE email SET sender = CAST(zeroblob(5000000) AS TEXT) WHERE id BETWEEN 50000 AND 50010");
	assert_same(f, "", 2, threads_run);
}

/* Spoils the pages of this type, of those from `from` quarters of the file to `until` that hold the text. */
static void damage(const struct fixture *f, unsigned char type, int from, int until, struct str text)
{
	enum { PAGE_MAX_BYTES = 65536 };
	unsigned char page[PAGE_MAX_BYTES];
	int spoiled = 0;
	const int64_t size = plain_int(f->db, "PRAGMA page_size");
	plain_exec(f->db, "PRAGMA wal_checkpoint(TRUNCATE)");
	int fd = open(f->scratch->path, O_RDWR);
	int64_t quarter = lseek(fd, 0, SEEK_END) / size / 4;
	for (int64_t i = quarter * from; i < quarter * until; i++) {
		assert_int_equal(pread(fd, page, (size_t)size, i * size), size);
		if (page[0] != type || (text.len && !memmem(page, (size_t)size, text.p, text.len)))
			continue;
		assert_int_equal(pwrite(fd, "\xff", 1, i * size), 1);
		spoiled++;
	}
	close(fd);
	assert_true(spoiled > 0);
}

enum { INDEX_LEAF = 10, TABLE_LEAF = 13 };

/* What an index holds can be asked for all the same. */
static void a_table_damaged_beside_its_indexes(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	int64_t whole = count_of(f->st, "text:\"mailbox full\"", &e);
	store_close(f->st);
	f->st = NULL;
	damage(f, TABLE_LEAF, 1, 2, STR(""));
	fixture_open(f);
	store_set_threads(f->st, 2, threads_run);
	assert_int_equal(count_of(f->st, "text:\"mailbox full\"", &e), whole);
	assert_int_equal(count_of(f->st, "title:\"mailbox full\" -id:1", &e), -1);
	assert_int_equal(e.kind, ERR_IO);
}

/* Though it is looked for everywhere. */
static void a_page_before_the_damage(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	struct arena a = {0};
	struct page page;
	store_close(f->st);
	plain_exec(f->db,
		   "DELETE FROM email; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)"
		   " INSERT INTO email (recipient, time, outcome, response) SELECT 'a@b.example', i, 'failed',"
		   " CASE WHEN i = 1 THEN 'the oldest' WHEN i > 119980 THEN 'the newest' ELSE 'others' END FROM n");
	damage(f, INDEX_LEAF, 0, 4, STR("the oldest"));
	fixture_open(f);
	store_set_threads(f->st, 2, threads_run);
	struct scope s = request_of("text:\"the newest\"", &a).scope;
	assert_false(store_page(f->st, &s, SORT_TIME, &(struct cursor){0}, false, 50, &a, &page, &e));
	assert_int_equal(e.kind, ERR_IO);
	assert_int_equal(page.count, 20);
	arena_free(&a);
}

static bool count_polls(void *ctx)
{
	++*(int *)ctx;
	return true;
}

/* Once, not once more for every look that comes before the answer. */
static void who_writes_is_waited_for_once(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	int polls = 0;
	store_close(f->st);
	plain_exec(f->db, "PRAGMA journal_mode = delete");
	fixture_open(f);
	store_set_threads(f->st, 2, threads_run);
	assert_true(count_of(f->st, "to:user1", &e) > 0);
	plain_exec(f->db, "BEGIN EXCLUSIVE");
	store_set_stale(f->st, count_polls, &polls);
	assert_int_equal(count_of(f->st, "to:user1", &e), -1);
	assert_int_equal(e.kind, ERR_STALE);
	assert_int_equal(polls, 1);
	plain_exec(f->db, "ROLLBACK");
}

static int ran; /* so many */

static void run_and_tell(int count, void (*fn)(void *ctx, int i), void *ctx)
{
	ran = count;
	run_in_turn(count, fn, ctx);
}

static void no_more_than_it_may(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	static const char *const lines[] = {"to:user1", "to:user2", "to:user3"};
	static const int threads[] = {READERS_MAX + 1, 2, 1}, want[] = {READERS_MAX, 2, 0};
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		ran = 0;
		store_set_threads(f->st, threads[i], run_and_tell);
		assert_true(count_of(f->st, lines[i], &e) > 0);
		assert_int_equal(ran, want[i]);
	}
}

/* Nearly all is in the part of those without a value, and there may be nothing to cut the rest by. */
static void what_hardly_any_email_has(void **state)
{
	struct fixture *f = *state;
	plain_exec(f->db, "UPDATE email SET sender = NULL, remote_mta = iif(id % 5000 = 35, remote_mta, NULL)");
	assert_same(f, "", 2, threads_run);
	assert_same(f, "mx:=\"\"", 3, threads_run);
}

/* The schema admits neither, but a file may hold any. */
static void odd_numbers(void **state)
{
	struct fixture *f = *state;
	plain_exec(f->db, "PRAGMA ignore_check_constraints = on;"
			  "INSERT INTO email (id, recipient, time, outcome) VALUES"
			  " (-9223372036854775808, 'lowest@a.example', -9223372036854775808, 'failed'),"
			  " (9223372036854775807, 'highest@a.example', 9223372036854775806, 'failed')");
	assert_same(f, "to:est", 2, threads_run);
	struct err e = {0};
	struct arena a = {0};
	struct cursor newest;
	assert_ok(store_at_rank(f->st, &(struct scope){0}, SORT_TIME, 0, &a, &newest, &e), e);
	assert_int_equal(newest.id, INT64_MAX);
	arena_free(&a);
	plain_exec(f->db, "DELETE FROM email WHERE id > -9223372036854775808;"
			  "INSERT INTO email (id, recipient, time, outcome) VALUES"
			  " (-9223372036854775807, 'west@a.example', 7, 'failed')");
	assert_same(f, "-to:a", 2, threads_run);
}

/* Texts that come out of the database as others than they are in it, and so in another order. */
static void texts_in_utf_16(void **state)
{
	(void)state;
	struct fixture f = {.scratch = scratch_make()};
	void *scratch = f.scratch;
	struct err e = {0};
	sqlite3 *db = plain_open(f.scratch->path);
	plain_exec(db, "PRAGMA encoding = 'UTF-16be'; PRAGMA application_id = 1684829298; PRAGMA user_version = 1;"
		       "CREATE TABLE first (x)");
	sqlite3_close(db);
	store_close(store_open_rw(f.scratch->path, true, &e));
	db = plain_open(f.scratch->path);
	plain_exec(
		db,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
		" INSERT INTO email (id, recipient, time, outcome, sender) SELECT i * 1000, 'a@b.example', i, 'failed',"
		" iif(i % 2, char(65000 + i % 300), CAST(x'd8' || CAST(printf('%02d', i % 90) AS BLOB) AS TEXT))"
		" FROM n");
	assert_same(&f, "", 2, threads_run);
	assert_same(&f, "-from:a", 2, threads_run);
	sqlite3_close(db);
	assert_int_equal(scratch_teardown(&scratch), 0);
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
		cmocka_unit_test_setup_teardown(a_column_that_is_compared_otherwise, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_database_that_was_replaced, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_hardly_any_email_has, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(long_fields_where_an_index_would_be_cut, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_table_damaged_beside_its_indexes, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_page_before_the_damage, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(who_writes_is_waited_for_once, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(no_more_than_it_may, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(odd_numbers, setup, fixture_teardown),
		cmocka_unit_test(texts_in_utf_16),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
