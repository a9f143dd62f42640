/* The worker: answers come, superseded ones do not, others' writes are noticed, stopping is clean. Also run under TSan. */
#include "worker.h"

#include <poll.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { RECORDS = 3000, DEADLINE_MS = 20000 };

struct world {
	char dir[64], path[80];
	struct worker *worker;
};

static void put(struct store *st, int64_t time_s, const char *to)
{
	struct err e = {0};
	struct record r = {
		.time = time_s,
		.queued_at = TIME_NONE,
		.recipient = str_of(to),
		.outcome = OUTCOME_FAILED,
		.enhanced = {5, 1, 1},
	};
	enum put what;
	assert_true(store_put(st, &r, NULL, 0, 0, &what, &e));
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct err e = {0};
	strcpy(w->dir, "/tmp/deadletter-worker-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof w->path, "%s/a.db", w->dir);
	struct store *st = store_open_rw(w->path, true, &e);
	assert_non_null(st);
	assert_true(store_begin(st, &e));
	for (int i = 0; i < RECORDS; i++)
		put(st, i * 60, "bob@example.org");
	assert_true(store_commit(st, &e));
	store_close(st);
	w->worker = worker_start(w->path, &e);
	if (!w->worker)
		fail_msg("%s", e.msg);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	worker_stop(w->worker);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", w->dir);
	assert_int_equal(system(command), 0);
	free(w);
	return 0;
}

static struct reply *wait_reply(struct world *w)
{
	for (;;) {
		worker_wake_clear(w->worker);
		struct reply *r = worker_take(w->worker);
		if (r)
			return r;
		struct pollfd p = {.fd = worker_fd(w->worker), .events = POLLIN};
		if (poll(&p, 1, DEADLINE_MS) == 0)
			fail_msg("no answer within %d ms", DEADLINE_MS);
	}
}

static struct request page_request(void)
{
	return (struct request){.ask = ASK_PAGE, .scope = {.count = 1}, .want = WANT_START, .rows = 100};
}

static void test_answers(void **state)
{
	struct world *w = *state;
	struct request r = page_request();
	unsigned generation = worker_ask(w->worker, &r);
	struct reply *a = wait_reply(w);
	assert_int_equal(a->ask, ASK_PAGE);
	assert_int_equal(a->generation, generation);
	assert_int_equal(a->err.kind, ERR_NONE);
	assert_int_equal(a->page.count, 100);
	assert_int_equal(a->page.rows[0].time, (RECORDS - 1) * 60);
	reply_free(a);
}

static void test_only_the_newest_question_is_answered(void **state)
{
	struct world *w = *state;
	unsigned newest = 0;
	for (int i = 0; i < 2000; i++) {
		struct request r = page_request();
		r.rows = 1 + i % 900;
		newest = worker_ask(w->worker, &r);
	}
	struct request count = {.ask = ASK_COUNT, .scope = {.count = 1}};
	worker_ask(w->worker, &count);
	bool paged = false, counted = false;
	while (!paged || !counted) {
		struct reply *a = wait_reply(w);
		if (a->ask == ASK_PAGE) {
			assert_false(paged);
			assert_int_equal(a->generation, newest);
			assert_int_equal(a->page.count, 1 + 1999 % 900);
			paged = true;
		} else if (a->ask == ASK_COUNT) {
			assert_int_equal(a->count, RECORDS);
			counted = true;
		}
		reply_free(a);
	}
}

/* One that takes a while: how many there are without one of the words. */
static struct request slow_request(struct arena *a)
{
	enum { WORDS = 100 };
	struct request r = {.ask = ASK_WITHOUT, .scope = {.count = 1}};
	struct buf line = {0};
	struct err e = {0};
	for (int i = 0; i < WORDS; i++)
		buf_printf(&line, "text:word%d ", i);
	assert_true(filter_parse(buf_str(&line), (struct moment){0}, a, &r.scope.all[0], &e));
	buf_free(&line);
	return r;
}

static int64_t clock_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Waits until the worker has worked for so long since it delivered something. */
static void wait_for_work(int64_t us)
{
	int64_t others = clock_us(CLOCK_PROCESS_CPUTIME_ID) - clock_us(CLOCK_THREAD_CPUTIME_ID);
	while (clock_us(CLOCK_PROCESS_CPUTIME_ID) - clock_us(CLOCK_THREAD_CPUTIME_ID) - others < us)
		poll(NULL, 0, 1);
}

static void test_what_is_urgent_interrupts(void **state)
{
	struct world *w = *state;
	enum { ROUNDS = 40, RUNNING_US = 1000 };
	struct arena arena = {0};
	struct request page = page_request(), slow = slow_request(&arena);
	unsigned generation = worker_ask(w->worker, &slow);
	int slow_first = 0;
	for (int i = 0; i < ROUNDS; i++) {
		wait_for_work(RUNNING_US);
		worker_ask(w->worker, &page);
		struct reply *a = wait_reply(w);
		if (a->ask == ASK_WITHOUT) {
			slow_first++;
			reply_free(a);
			generation = worker_ask(w->worker, &slow);
			a = wait_reply(w);
		}
		assert_int_equal(a->ask, ASK_PAGE);
		assert_int_equal(a->page.count, 100);
		reply_free(a);
	}
	/* A busy machine may now and then let the slow one end before the page is asked for. */
	assert_in_range(slow_first, 0, ROUNDS / 4);
	/* What was interrupted is answered all the same. */
	struct reply *a = wait_reply(w);
	assert_int_equal(a->ask, ASK_WITHOUT);
	assert_int_equal(a->generation, generation);
	assert_int_equal(a->err.kind, ERR_NONE);
	assert_int_equal(a->without_count, WITHOUT_MAX);
	reply_free(a);
	arena_free(&arena);
}

static void test_what_the_live_screen_asks(void **state)
{
	struct world *w = *state;
	struct request count = {.ask = ASK_COUNT,
				.scope = {.count = 1},
				.want_fresh = true,
				.fresh_after_id = RECORDS - 7,
				.fresh_after_s = (RECORDS - 10) * 60};
	worker_ask(w->worker, &count);
	struct reply *a = wait_reply(w);
	assert_int_equal(a->count, RECORDS);
	assert_int_equal(a->fresh, 9);
	reply_free(a);
	char prefix[] = "Exa";
	struct request domains = {.ask = ASK_DOMAINS, .prefix = str_of(prefix)};
	worker_ask(w->worker, &domains);
	memset(prefix, 'x', 3); /* the worker has a copy */
	a = wait_reply(w);
	assert_int_equal(a->ask, ASK_DOMAINS);
	assert_true(str_eq(a->prefix, STR("Exa")));
	assert_int_equal(a->domain_count, 1);
	assert_true(str_eq(a->domains[0], STR("example.org")));
	reply_free(a);
}

static void test_others_writes_are_noticed(void **state)
{
	struct world *w = *state;
	struct err e = {0};
	/* The worker has seen the database as it is once it has answered. */
	struct request r = page_request();
	worker_ask(w->worker, &r);
	reply_free(wait_reply(w));
	struct store *st = store_open_rw(w->path, false, &e);
	assert_non_null(st);
	assert_true(store_begin(st, &e));
	put(st, 10000000, "new@example.org");
	assert_true(store_commit(st, &e));
	store_close(st);
	struct reply *a = wait_reply(w);
	assert_int_equal(a->ask, ASK_VERSION);
	assert_int_equal(a->err.kind, ERR_NONE);
	reply_free(a);
}

static void test_a_file_that_vanishes_is_said(void **state)
{
	struct world *w = *state;
	struct request r = page_request();
	worker_ask(w->worker, &r);
	reply_free(wait_reply(w));
	char away[100];
	snprintf(away, sizeof away, "%s/away.db", w->dir);
	assert_int_equal(rename(w->path, away), 0);
	struct reply *a = wait_reply(w);
	assert_int_equal(a->ask, ASK_VERSION);
	assert_true(a->err.kind != ERR_NONE);
	reply_free(a);
	/* … and when it is back, that too. */
	assert_int_equal(rename(away, w->path), 0);
	a = wait_reply(w);
	assert_int_equal(a->ask, ASK_VERSION);
	assert_int_equal(a->err.kind, ERR_NONE);
	reply_free(a);
	worker_ask(w->worker, &r);
	a = wait_reply(w);
	assert_int_equal(a->page.count, 100);
	reply_free(a);
}

static void test_cancelled_export_is_heard_of(void **state)
{
	struct world *w = *state;
	char path[100];
	snprintf(path, sizeof path, "%s/out.csv", w->dir);
	struct request r = {.ask = ASK_EXPORT, .scope = {.count = 1}, .path = path};
	unsigned generation = worker_ask(w->worker, &r);
	worker_cancel(w->worker, ASK_EXPORT);
	struct reply *a = wait_reply(w);
	while (a->running) {
		reply_free(a);
		a = wait_reply(w);
	}
	assert_int_equal(a->generation, generation);
	/* It may have been too late: then the file is whole. */
	assert_int_equal(access(path, F_OK) == 0, a->err.kind == ERR_NONE);
	reply_free(a);
}

static void test_stops_while_busy(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 20; i++) {
		struct request r = page_request();
		worker_ask(w->worker, &r);
		struct request ids = {.ask = ASK_MARKS, .scope = {.count = 1}};
		worker_ask(w->worker, &ids);
		worker_stop(w->worker);
		struct err e = {0};
		w->worker = worker_start(w->path, &e);
		assert_non_null(w->worker);
	}
}

#define on_a_world(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Somebody keeps the database to himself for long: to look for news, or to open it again, is no reason to stay. */
static void test_stops_while_others_write(void **state)
{
	enum { LONGEST_MS = 500 };
	static const int others_ms[] = {700, 3000}; /* it looks for news; it has given up, and opens */
	struct world *w = *state;
	sqlite3 *db;
	assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, DEADLINE_MS); /* the worker reads now and then */
	for (size_t i = 0; i < COUNT_OF(others_ms); i++) {
		struct err e = {0};
		assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
		usleep((useconds_t)others_ms[i] * 1000);
		int64_t from_us = clock_us(CLOCK_MONOTONIC);
		worker_stop(w->worker);
		w->worker = NULL;
		assert_in_range(clock_us(CLOCK_MONOTONIC) - from_us, 0, LONGEST_MS * 1000);
		assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
		w->worker = worker_start(w->path, &e);
		assert_non_null(w->worker);
	}
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_world(test_answers),
		on_a_world(test_only_the_newest_question_is_answered),
		on_a_world(test_what_is_urgent_interrupts),
		on_a_world(test_what_the_live_screen_asks),
		on_a_world(test_others_writes_are_noticed),
		on_a_world(test_a_file_that_vanishes_is_said),
		on_a_world(test_cancelled_export_is_heard_of),
		on_a_world(test_stops_while_busy),
		on_a_world(test_stops_while_others_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
