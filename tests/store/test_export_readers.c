/* An export by several threads: the bytes are those of one, and of one state of the database. */
#include "export.h"
#include "scratch.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const int64_t T0 = 1700000000;

struct fixture {
	struct scratch *scratch;
	sqlite3 *db;
	char out[112];
};

/* 20,000 emails; half of the failures are of one second, and so of one slice. */
static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = {0};
	assert_non_null(f);
	f->scratch = scratch_make();
	snprintf(f->out, sizeof f->out, "%s/out", f->scratch->dir);
	store_close(store_open_rw(f->scratch->path, true, &e));
	f->db = plain_open(f->scratch->path);
	plain_exec(
		f->db,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
		" INSERT INTO email (id, recipient, time, outcome, enhanced_code, basic_code, title, response, "
		"caused_by)"
		" SELECT i, 'user' || (i * 7919 % 700) || '@d' || (i % 50) || '.example', 1700000000 + max(i, 9000) / "
		"5,"
		" iif(i % 3 = 0, 'delivered', iif(i % 7, 'failed', 'dropped')), iif(i % 100 = 0, NULL, '5.1.1'), 550,"
		" iif(i % 11, 'Order ' || i, '=\"' || i || '\",' || char(10)), 'no such user ' || i, i / 2 FROM n");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *scratch = f->scratch;
	sqlite3_close(f->db);
	free(f);
	return scratch_teardown(&scratch);
}

static struct buf read_out(const struct fixture *f)
{
	struct buf b = {0};
	char some[65536];
	FILE *in = fopen(f->out, "r");
	assert_non_null(in);
	for (size_t n; (n = fread(some, 1, sizeof some, in)) > 0;)
		buf_add(&b, (struct str){some, n});
	fclose(in);
	return b;
}

static struct store *open_store(const struct fixture *f)
{
	struct err e = {0};
	struct store *st = store_open(f->scratch->path, &e);
	if (!st)
		fail_msg("%s", e.msg);
	return st;
}

/* What so many readers write, and how many rows they say. */
static struct buf export_by(const struct fixture *f, int readers, const char *line, const char *columns,
			    enum export_format format, struct export_result *result)
{
	struct arena a = {0};
	struct err e = {0};
	struct scope s = {.count = 1};
	struct export_options o = {.format = format, .readers = readers, .force = true};
	struct store *st = open_store(f);
	assert_ok(filter_parse(str_of(line), (struct moment){.now_s = T0}, &a, &s.all[0], &e), e);
	assert_ok(export_columns_of(str_of(columns), &o, &e), e);
	assert_ok(export_run(st, &s, NULL, 0, f->out, &o, result, &e), e);
	store_close(st);
	arena_free(&a);
	return read_out(f);
}

static int lines_in(const struct buf *b)
{
	int n = 0;
	for (size_t i = 0; i < b->len; i++)
		n += b->p[i] == '\n';
	return n;
}

static void bytes_are_those_of_one_reader(void **state)
{
	const struct fixture *f = *state;
	static const char *const filters[] = {"",
					      "status:any",
					      "class:5",
					      "text:\"user 1\"",
					      "to:user7",
					      "-code:5.1.1",
					      "domain:d7.example",
					      "to:=user0@d0.example",
					      "since:2023-11-14T23:13 before:2023-11-14T23:14"};
	static const char columns[] = "id,time,recipient,outcome,title,response,stage";
	for (size_t i = 0; i < COUNT_OF(filters); i++) {
		struct export_result one, several;
		struct buf want = export_by(f, 1, filters[i], columns, EXPORT_JSONL, &one);
		assert_true(one.rows > 0);
		assert_int_equal(lines_in(&want), one.rows);
		for (int readers = 2; readers <= READERS_MAX; readers++) {
			struct buf got = export_by(f, readers, filters[i], columns, EXPORT_JSONL, &several);
			if (!str_eq(buf_str(&got), buf_str(&want)))
				fail_msg("%s: %d readers write something else", filters[i], readers);
			assert_int_equal(several.rows, one.rows);
			buf_free(&got);
		}
		buf_free(&want);
	}
}

static void all_are_there_in_their_order(void **state)
{
	const struct fixture *f = *state;
	struct export_result r;
	struct buf got = export_by(f, 3, "", "id", EXPORT_TSV, &r);
	char *want =
		plain_text(f->db, "SELECT 'id' || char(10) || group_concat(id, char(10)) || char(10) FROM (SELECT id"
				  " FROM email WHERE outcome IN ('failed', 'dropped') ORDER BY time DESC, id DESC)");
	assert_int_equal(r.rows, plain_int(f->db, "SELECT count(*) FROM email WHERE outcome IN ('failed', 'dropped')"));
	assert_string_equal(got.p, want);
	free(want);
	buf_free(&got);
}

static void cells_are_guarded_and_counted(void **state)
{
	const struct fixture *f = *state;
	struct export_result one, several;
	struct buf want = export_by(f, 1, "", "title", EXPORT_CSV, &one),
		   got = export_by(f, 4, "", "title", EXPORT_CSV, &several);
	assert_true(one.guarded > 1000);
	assert_int_equal(several.guarded, one.guarded);
	assert_true(str_eq(buf_str(&got), buf_str(&want)));
	buf_free(&got);
	buf_free(&want);
}

static void one_row_a_source(void **state)
{
	const struct fixture *f = *state;
	struct export_result one, several;
	plain_exec(f->db, "INSERT INTO source (email_id, source_key, source_file, source_line, time, outcome)"
			  " SELECT id, k, 'file' || k, id, time, outcome FROM email, (SELECT 1 AS k UNION ALL SELECT 2)"
			  " WHERE id % 2 = 0");
	struct buf want = export_by(f, 1, "", "id,source_file,source_line", EXPORT_CSV, &one);
	struct buf got = export_by(f, 4, "", "id,source_file,source_line", EXPORT_CSV, &several);
	assert_int_equal(one.rows,
			 plain_int(f->db, "SELECT sum(1 + (id % 2 = 0)) FROM email WHERE outcome <> 'delivered'"));
	assert_int_equal(several.rows, one.rows);
	assert_true(str_eq(buf_str(&got), buf_str(&want)));
	buf_free(&got);
	buf_free(&want);
}

/* One that is too long for SQLite spoils neither its neighbours nor their order. */
static void a_giant_field_stays_in_its_place(void **state)
{
	const struct fixture *f = *state;
	struct export_result r;
	plain_exec(f->db,
		   "UPDATE email SET response = replace(hex(zeroblob(5000000)), '00', 'w') WHERE id IN (100, 19000)");
	struct buf want = export_by(f, 1, "", "id,response", EXPORT_CSV, &r);
	assert_int_equal(lines_in(&want) - 1, r.rows);
	struct buf got = export_by(f, 4, "", "id,response", EXPORT_CSV, &r);
	assert_true(want.len > 2 * 5000000);
	assert_true(str_eq(buf_str(&got), buf_str(&want)));
	buf_free(&got);
	buf_free(&want);
}

/* ---- beside a writer ---- */

/* Keeps the titles of the newest and the oldest failure the same, in transactions as small and as many as it can. */
static pid_t start_writer(const struct fixture *f)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a check fails */
	sqlite3 *db;
	sqlite3_stmt *s;
	if (sqlite3_open(f->scratch->path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, "PRAGMA synchronous = off", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "UPDATE email SET title = ?1 WHERE id IN (1, 20000)", -1, &s, NULL) != SQLITE_OK)
		_exit(1);
	sqlite3_busy_timeout(db, 10000);
	for (int i = 0;; i++) {
		sqlite3_bind_int(s, 1, i);
		sqlite3_step(s);
		sqlite3_reset(s);
	}
}

static int title_at(const char *line)
{
	int title = -1;
	assert_int_equal(sscanf(line, "%*d\t%d", &title), 1);
	return title;
}

static void exports_beside_a_writer(const struct fixture *f, int times)
{
	int last = -1, changes = 0, torn = 0;
	plain_exec(f->db, "UPDATE email SET title = 0 WHERE id IN (1, 20000)");
	pid_t writer = start_writer(f);
	for (int i = 0; i < times; i++) {
		struct export_result r;
		struct buf got = export_by(f, 4, "", "id,title", EXPORT_TSV, &r);
		const char *newest = strchr(got.p, '\n') + 1, *oldest = strstr(got.p, "\n1\t");
		assert_non_null(oldest);
		assert_int_equal(strncmp(newest, "20000\t", 6), 0);
		torn += title_at(newest) != title_at(oldest + 1);
		changes += title_at(newest) != last;
		last = title_at(newest);
		buf_free(&got);
	}
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
	assert_int_equal(torn, 0);
	assert_true(changes > 1); /* it did write */
}

static void one_state_beside_a_writer_with_a_log(void **state)
{
	const struct fixture *f = *state;
	plain_exec(f->db, "PRAGMA journal_mode = wal");
	exports_beside_a_writer(f, 60);
}

static void one_state_beside_a_writer(void **state)
{
	exports_beside_a_writer(*state, 20);
}

/* Handles that are held see nothing of what others write, and all the same; let go they do. */
static void held_handles_agree(void **state)
{
	const struct fixture *f = *state;
	struct err e = {0};
	struct totals t;
	plain_exec(f->db, "PRAGMA journal_mode = wal");
	struct store *all[READERS_MAX] = {open_store(f)};
	for (int i = 1; i < READERS_MAX; i++)
		assert_non_null(all[i] = store_open_beside(all[0]));
	bool same;
	assert_ok(store_hold(all, READERS_MAX, &same, &e), e);
	assert_true(same);
	plain_exec(f->db, "DELETE FROM email WHERE id > 100");
	for (int i = 0; i < READERS_MAX; i++) {
		assert_ok(store_totals(all[i], &t, &e), e);
		assert_int_equal(t.tracked, 20000);
	}
	for (int i = 0; i < READERS_MAX; i++) {
		assert_ok(store_let_go(all[i], true, &e), e);
		assert_ok(store_totals(all[i], &t, &e), e);
		assert_int_equal(t.tracked, 100);
		store_close(all[i]);
	}
	assert_int_equal(plain_int(f->db, "PRAGMA wal_checkpoint(TRUNCATE)"), 0); /* nobody reads any more */
}

/* ---- the caller ---- */

struct watch {
	int polls, told, stop_after;
	int64_t rows;
};

static bool stop_soon(void *ctx)
{
	struct watch *w = ctx;
	return ++w->polls > w->stop_after;
}

static void note_progress(void *ctx, int64_t rows)
{
	struct watch *w = ctx;
	w->told++;
	assert_true(rows > w->rows);
	w->rows = rows;
}

static void cancelled_leaves_nothing(void **state)
{
	const struct fixture *f = *state;
	static const int stops[] = {0, 1, 500, 3000};
	for (int readers = 1; readers <= READERS_MAX; readers++) {
		/* Of several, the one that asks may come to read few rows. */
		for (size_t i = 0; i < (readers == 1 ? COUNT_OF(stops) : 1); i++) {
			struct watch w = {.stop_after = stops[i]};
			struct err e = {0};
			struct export_result r;
			struct store *st = open_store(f);
			const struct scope all = {0};
			struct export_options o = {.readers = readers, .cancelled = stop_soon, .ctx = &w};
			assert_false(export_run(st, &all, NULL, 0, f->out, &o, &r, &e));
			assert_int_equal(e.kind, ERR_CANCEL);
			assert_int_equal(r.rows, 0);
			assert_int_equal(access(f->out, F_OK), -1);
			store_close(st);
		}
	}
}

/* Whoever reads the pipe stops amid the longest slice, until the one who asked for the export has said that it is cancelled. */
struct slow_pipe {
	const char *path;
	int64_t rows_before, rows; /* of the seconds before the one that is long; read */
	int polls;                 /* since then */
	atomic_bool amid, cancelled;
};

enum {
	STEP_US = 1000,
	PATIENCE_STEPS = 20000,
	POLLS_LEFT = 10 /* more than there are while it sees that all is taken */
};

static void wait_for(const atomic_bool *what)
{
	for (int i = 0; i < PATIENCE_STEPS && !atomic_load(what); i++)
		usleep(STEP_US);
}

static void *read_slowly(void *ctx)
{
	struct slow_pipe *p = ctx;
	char some[4096];
	int fd = open(p->path, O_RDONLY);
	for (ssize_t n; (n = read(fd, some, sizeof some)) > 0;) {
		for (ssize_t i = 0; i < n; i++)
			p->rows += some[i] == '\n';
		if (p->rows <= p->rows_before || atomic_load(&p->amid))
			continue;
		atomic_store(&p->amid, true);
		wait_for(&p->cancelled);
	}
	close(fd);
	return NULL;
}

/* Lets the other reader take all, and asks for the end when there is nothing left to take. */
static bool cancel_late(void *ctx)
{
	struct slow_pipe *p = ctx;
	wait_for(&p->amid);
	if (++p->polls < POLLS_LEFT)
		return false;
	atomic_store(&p->cancelled, true);
	return true;
}

static void cancelled_while_another_reads_the_rest(void **state)
{
	const struct fixture *f = *state;
	struct slow_pipe p = {.path = f->out};
	struct err e = {0};
	struct export_result r;
	pthread_t thread;
	struct store *st = open_store(f);
	const struct scope all = {0};
	struct export_options o = {.format = EXPORT_JSONL, .readers = 2, .cancelled = cancel_late, .ctx = &p};
	p.rows_before =
		plain_int(f->db, "SELECT count(*) FROM email WHERE outcome <> 'delivered' AND time > 1700001800");
	assert_int_equal(mkfifo(f->out, 0600), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_slowly, &p), 0);
	assert_false(export_run(st, &all, NULL, 0, f->out, &o, &r, &e));
	assert_int_equal(e.kind, ERR_CANCEL);
	assert_int_equal(pthread_join(thread, NULL), 0);
	store_close(st);
}

static void progress_is_told(void **state)
{
	const struct fixture *f = *state;
	for (int readers = 1; readers <= READERS_MAX; readers++) {
		struct watch w = {0};
		struct err e = {0};
		struct export_result r;
		struct store *st = open_store(f);
		const struct scope all = {0};
		struct export_options o = {.readers = readers, .force = true, .progress = note_progress, .ctx = &w};
		assert_ok(export_run(st, &all, NULL, 0, f->out, &o, &r, &e), e);
		assert_true(w.rows <= r.rows);
		assert_true(readers > 1 || (w.told > 5 && w.rows > r.rows - 1100));
		store_close(st);
	}
}

/* A disk that is full is said, and once. */
static void failures_to_write_are_said(void **state)
{
	const struct fixture *f = *state;
	for (int readers = 1; readers <= READERS_MAX; readers++) {
		struct err e = {0};
		struct export_result r;
		struct store *st = open_store(f);
		const struct scope all = {0};
		struct export_options o = {.readers = readers};
		assert_false(export_run(st, &all, NULL, 0, "/dev/full", &o, &r, &e));
		assert_int_equal(e.kind, ERR_IO);
		assert_non_null(strstr(e.msg, "/dev/full"));
		store_close(st);
	}
}

/* Wherever the room ends, be it in what one reader writes for another: a sentence, and nobody waits for ever. */
static void a_file_that_may_not_grow(void **state)
{
	enum { STEP = 40000, ROUNDS = 60, PATIENCE_S = 60 };
	const struct fixture *f = *state;
	struct rlimit former, small;
	struct store *st = open_store(f);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &former), 0);
	signal(SIGXFSZ, SIG_IGN);
	alarm(PATIENCE_S);
	for (int i = 0; i < ROUNDS; i++) {
		struct err e = {0};
		struct export_result r;
		struct export_options o = {.format = EXPORT_CSV, .readers = 2 + i % 3, .force = true};
		small = (struct rlimit){(rlim_t)(i / 3) * STEP, former.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		bool ok = export_run(st, &(struct scope){0}, NULL, 0, f->out, &o, &r, &e);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &former), 0);
		assert_false(ok);
		assert_non_null(strstr(e.msg, "File too large"));
		assert_int_equal(r.rows, 0);
	}
	alarm(0);
	signal(SIGXFSZ, SIG_DFL);
	store_close(st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_are_those_of_one_reader, setup, teardown),
		cmocka_unit_test_setup_teardown(all_are_there_in_their_order, setup, teardown),
		cmocka_unit_test_setup_teardown(cells_are_guarded_and_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(one_row_a_source, setup, teardown),
		cmocka_unit_test_setup_teardown(a_giant_field_stays_in_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(one_state_beside_a_writer_with_a_log, setup, teardown),
		cmocka_unit_test_setup_teardown(one_state_beside_a_writer, setup, teardown),
		cmocka_unit_test_setup_teardown(held_handles_agree, setup, teardown),
		cmocka_unit_test_setup_teardown(cancelled_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(cancelled_while_another_reads_the_rest, setup, teardown),
		cmocka_unit_test_setup_teardown(progress_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(failures_to_write_are_said, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_that_may_not_grow, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
