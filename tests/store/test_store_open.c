/* Opening somebody's database: every way it can be wrong is told in a sentence, nothing is left beside it, and
 * its owner can write on. */
#include "scratch.h"

#include "store_sqlite.h"

#include <sys/resource.h>
#include <sys/wait.h>

enum { NOBODY = 65534 };

/* What opening for browsing, and a count, came to. */
struct outcome_of_open {
	bool opened, snapshot, counted;
	int64_t tracked;
	char msg[sizeof((struct err *)0)->msg];
};

static struct outcome_of_open look(const char *path)
{
	struct outcome_of_open o = {0};
	struct err e = {0};
	struct totals t;
	struct store *st = store_open(path, &e);
	o.opened = st;
	if (st) {
		o.snapshot = store_is_snapshot(st);
		o.counted = store_totals(st, &t, &e);
		o.tracked = t.tracked;
	}
	memcpy(o.msg, e.msg, sizeof o.msg);
	store_close(st);
	return o;
}

/* The same in a process of its own, as another user. */
static struct outcome_of_open look_as_nobody(const char *path)
{
	struct outcome_of_open o = {0};
	int fd[2], status;
	assert_int_equal(pipe(fd), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(20);
		if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
			_exit(9);
		o = look(path);
		_exit(write(fd[1], &o, sizeof o) == sizeof o ? 0 : 8);
	}
	close(fd[1]);
	assert_int_equal(read(fd[0], &o, sizeof o), sizeof o);
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return o;
}

static void make_db(const char *path)
{
	struct err e = {0};
	struct store *st = store_open_rw(path, true, &e);
	if (!st)
		fail_msg("%s", e.msg);
	store_close(st);
	sqlite3 *db = plain_open(path);
	plain_exec(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
		       " INSERT INTO email (recipient, time, outcome, enhanced_code, response) SELECT 'user' || i ||"
		       " '@example.com', 1700000000 + i, 'failed', '5.1.1', '550 5.1.1 unknown' FROM n");
	sqlite3_close(db);
}

static void sql(const char *path, const char *statements)
{
	sqlite3 *db = plain_open(path);
	plain_exec(db, statements);
	sqlite3_close(db);
}

static bool exists(const char *path, const char *suffix)
{
	char name[256];
	struct stat s;
	snprintf(name, sizeof name, "%s%s", path, suffix);
	return lstat(name, &s) == 0;
}

static void write_file(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static char *read_file(const char *path, size_t *n)
{
	struct stat s;
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &s), 0);
	*n = (size_t)s.st_size;
	char *p = malloc(*n + 1);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, *n, f), *n);
	fclose(f);
	return p;
}

static void copy_file(const char *from, const char *suffix, const char *to)
{
	char a[256], b[256];
	size_t n;
	snprintf(a, sizeof a, "%s%s", from, suffix);
	snprintf(b, sizeof b, "%s%s", to, suffix);
	char *p = read_file(a, &n);
	write_file(b, p, n);
	free(p);
}

static void assert_says(const char *path, const char *what)
{
	alarm(20); /* a FIFO must not hang us */
	struct outcome_of_open o = look(path);
	alarm(0);
	if ((o.opened && o.counted) || !strstr(o.msg, what) || !strstr(o.msg, path))
		fail_msg("%s: said \"%s\", wanted \"%s\"", path, o.msg, what);
	assert_false(exists(path, "-wal"));
	assert_false(exists(path, "-shm"));
}

/* ---- wrong kinds of file ---- */

static void says_what_kind_of_file(void **state)
{
	const struct scratch *s = *state;
	static const char garbage[4096] = "just some text, long enough to be a page";
	assert_says(s->path, "there is no file");
	assert_false(exists(s->path, ""));
	assert_says(s->dir, "is a folder");
	assert_int_equal(mkfifo(s->path, 0600), 0);
	assert_says(s->path, "is not a regular file");
	unlink(s->path);
	write_file(s->path, "", 0);
	assert_says(s->path, "is empty");
	write_file(s->path, garbage, sizeof garbage);
	assert_says(s->path, "is not a database");
	write_file(s->path, "SQLite format 3", 16);
	assert_says(s->path, "is not a database");
}

static void says_whose_database_it_is(void **state)
{
	const struct scratch *s = *state;
	sql(s->path, "CREATE TABLE kettles (litres)");
	assert_says(s->path, "not one of deadletter");
	unlink(s->path);
	make_db(s->path);
	sql(s->path, "PRAGMA user_version = 2");
	assert_says(s->path, "was made by a newer deadletter");
	sql(s->path, "PRAGMA user_version = 1; DROP TABLE attempt");
	assert_says(s->path, "it has no table attempt");
	sql(s->path, "CREATE VIEW attempt AS SELECT 1");
	assert_says(s->path, "it has no table attempt");
	sql(s->path, "DROP VIEW attempt; CREATE TABLE attempt (x)");
	assert_says(s->path, "is not a database as deadletter makes them: no such column");
	sql(s->path, "DROP TABLE attempt; DROP TRIGGER email_after_update");
	assert_says(s->path, "table attempt");
}

static void writing_puts_back_what_is_lacking(void **state)
{
	const struct scratch *s = *state;
	struct err e = {0};
	make_db(s->path);
	sql(s->path, "DROP INDEX failure_time; DROP TRIGGER email_after_insert; DROP TABLE given_up");
	struct store *st = store_open_rw(s->path, false, &e);
	if (!st)
		fail_msg("%s", e.msg);
	store_close(st);
	struct outcome_of_open o = look(s->path);
	assert_true(o.counted);
	assert_int_equal(o.tracked, 300);
}

/* Where nothing is lacking nobody is waited for: only who commits needs the file to himself. */
static void writing_begins_beside_a_reader(void **state)
{
	const struct scratch *s = *state;
	struct err e = {0};
	make_db(s->path);
	sqlite3 *reader = plain_open(s->path);
	plain_exec(reader, "BEGIN; SELECT count(*) FROM email");
	struct store *st = store_open_rw(s->path, false, &e);
	if (!st)
		fail_msg("%s", e.msg);
	assert_ok(store_begin(st, &e), e);
	store_close(st);
	sqlite3_close(reader);
}

/* It may be read, and its folder be searched: that is not the reason. */
static void says_that_files_cannot_be_opened(void **state)
{
	const struct scratch *s = *state;
	struct rlimit former, few;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &former), 0);
	for (unsigned left = 0; left < 2; left++) { /* for the database; for its journal */
		struct err e = {0};
		int next = open("/dev/null", O_RDONLY);
		assert_true(next >= 0);
		close(next);
		few = (struct rlimit){(rlim_t)next + left, former.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		struct store *st = store_open_rw(s->path, true, &e);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &former), 0);
		assert_null(st);
		if (!strstr(e.msg, "Too many open files"))
			fail_msg("%s", e.msg);
	}
}

/* What was written while the tally or a trigger was away is counted when they are put back. */
static void the_tally_is_put_back_full(void **state)
{
	static const char *const losses[] = {
		"DROP TABLE tally",
		"DROP TRIGGER email_after_insert; INSERT INTO email (recipient, time, outcome)"
		" VALUES ('x@example.com', 1700000000, 'failed')",
		"DROP TRIGGER email_after_delete; DELETE FROM email WHERE id > 100",
	};
	const struct scratch *s = *state;
	struct err e = {0};
	for (size_t i = 0; i < COUNT_OF(losses); i++) {
		unlink(s->path);
		make_db(s->path);
		sql(s->path, losses[i]);
		struct store *st = store_open_rw(s->path, false, &e);
		if (!st)
			fail_msg("%s", e.msg);
		store_close(st);
		sqlite3 *db = plain_open(s->path);
		if (tally_faults(db))
			fail_msg("the tally is wrong after %s", losses[i]);
		sqlite3_close(db);
	}
}

static void writing_refuses_what_is_not_ours(void **state)
{
	const struct scratch *s = *state;
	struct err e = {0};
	assert_null(store_open_rw(s->path, false, &e));
	assert_non_null(strstr(e.msg, "there is no file"));
	sql(s->path, "CREATE TABLE kettles (litres)");
	e = (struct err){0};
	assert_null(store_open_rw(s->path, true, &e));
	assert_non_null(strstr(e.msg, "not one of deadletter"));
	sqlite3 *db = plain_open(s->path);
	assert_int_equal(plain_int(db, "SELECT count(*) FROM sqlite_schema"), 1);
	sqlite3_close(db);
}

/* A newer schema may lack what this one has: nothing is put back, and its version stays. */
static void writing_refuses_a_newer_schema(void **state)
{
	const struct scratch *s = *state;
	struct err e = {0};
	make_db(s->path);
	sql(s->path, "PRAGMA user_version = 7; DROP INDEX failure_time");
	assert_null(store_open_rw(s->path, true, &e));
	assert_non_null(strstr(e.msg, "was made by a newer deadletter (schema 7, this one knows 1)"));
	sqlite3 *db = plain_open(s->path);
	assert_int_equal(plain_int(db, "PRAGMA user_version"), 7);
	assert_int_equal(plain_int(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'failure_time'"), 0);
	sqlite3_close(db);
}

static void names_are_only_names(void **state)
{
	const struct scratch *s = *state;
	char here[256];
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(chdir(s->dir), 0);
	static const char *const names[] = {":memory:", "file:x?mode=memory", "a?b#c%41.db", "-wal"};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		make_db(s->path);
		assert_int_equal(rename(s->path, names[i]), 0);
		struct outcome_of_open o = look(names[i]);
		if (!o.counted || o.tracked != 300)
			fail_msg("%s: %s", names[i], o.msg);
	}
	assert_int_equal(chdir(here), 0);
}

/* ---- trusting nobody ---- */

static const struct {
	const char *name;
	int option, want;
} safe_options[] = {
	{"defensive", SQLITE_DBCONFIG_DEFENSIVE, 1},
	{"trusted schema", SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	{"views", SQLITE_DBCONFIG_ENABLE_VIEW, 0},
	{"triggers", SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
	{"extensions", SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	{"texts in double quotes in queries", SQLITE_DBCONFIG_DQS_DML, 0},
	{"texts in double quotes in the schema", SQLITE_DBCONFIG_DQS_DDL, 0},
};

static const struct {
	const char *pragma;
	int want, want_writing;
} safe_pragmas[] = {
	{"PRAGMA cell_size_check", 1, 1},
	{"PRAGMA mmap_size", 0, 0},
	{"PRAGMA query_only", 1, 0},
};

/* Every database is opened as by a SQLite that was built with all of it the other way round. */
static int unsafe_defaults(sqlite3 *db, char **msg, const struct sqlite3_api_routines *api)
{
	(void)msg;
	(void)api;
	for (size_t i = 0; i < COUNT_OF(safe_options); i++)
		sqlite3_db_config(db, safe_options[i].option, !safe_options[i].want, NULL);
	for (size_t i = 0; i < COUNT_OF(safe_pragmas); i++) {
		char sql[64];
		snprintf(sql, sizeof sql, "%s = %d", safe_pragmas[i].pragma, safe_pragmas[i].want ? 0 : 1 << 20);
		plain_exec(db, sql);
	}
	return SQLITE_OK;
}

static void assert_hardened(struct store *st, bool writing)
{
	for (size_t i = 0; i < COUNT_OF(safe_options); i++) {
		int value = -1;
		assert_int_equal(sqlite3_db_config(st->db, safe_options[i].option, -1, &value), SQLITE_OK);
		if (value != safe_options[i].want)
			fail_msg("%s: %d", safe_options[i].name, value);
	}
	for (size_t i = 0; i < COUNT_OF(safe_pragmas); i++) {
		int64_t value = plain_int(st->db, safe_pragmas[i].pragma);
		if (value != (writing ? safe_pragmas[i].want_writing : safe_pragmas[i].want))
			fail_msg("%s: %lld", safe_pragmas[i].pragma, (long long)value);
	}
	assert_int_equal(sqlite3_limit(st->db, SQLITE_LIMIT_ATTACHED, -1), 0);
	if (!writing)
		assert_int_equal(sqlite3_limit(st->db, SQLITE_LIMIT_LENGTH, -1), FIELD_MAX);
	assert_int_equal(sqlite3_hard_heap_limit64(-1), 512 << 20);
}

static void every_handle_is_hardened(void **state)
{
	const struct scratch *s = *state;
	struct err e = {0};
	void (*const defaults)(void) = (void (*)(void))unsafe_defaults;
	make_db(s->path);
	sqlite3_hard_heap_limit64(0);
	assert_int_equal(sqlite3_auto_extension(defaults), SQLITE_OK);
	for (int writing = 0; writing <= 1; writing++) {
		struct store *st = writing ? store_open_rw(s->path, false, &e) : store_open(s->path, &e);
		if (!st)
			fail_msg("%s", e.msg);
		assert_hardened(st, writing);
		store_close(st);
	}
	sqlite3_cancel_auto_extension(defaults);
}

/* ---- others at work ---- */

static void says_when_it_is_locked(void **state)
{
	const struct scratch *s = *state;
	make_db(s->path);
	sqlite3 *db = plain_open(s->path);
	plain_exec(db, "BEGIN EXCLUSIVE");
	assert_says(s->path, "is being written by another program");
	plain_exec(db, "COMMIT");
	assert_true(look(s->path).counted);
	sqlite3_close(db);
}

static void reads_a_consistent_state_beside_a_writer(void **state)
{
	const struct scratch *s = *state;
	struct err e = {0};
	make_db(s->path);
	sqlite3 *db = plain_open(s->path);
	struct store *st = store_open(s->path, &e);
	assert_non_null(st);
	for (int i = 1; i <= 50; i++) {
		struct totals t;
		plain_exec(
			db,
			"INSERT INTO email (recipient, time, outcome) VALUES ('x@example.com', 1700000000, 'dropped')");
		assert_ok(store_totals(st, &t, &e), e);
		assert_int_equal(t.tracked, 300 + i);
	}
	store_close(st);
	sqlite3_close(db);
}

static bool stop_at_once(void *ctx, const struct record *r, struct err *e)
{
	(void)ctx;
	(void)r;
	return err_set(e, ERR_CANCEL, "enough");
}

static bool always_stale(void *ctx)
{
	(void)ctx;
	return true;
}

/* A statement or a transaction left open would keep the writer's log from ever being taken in. */
static void nothing_stays_open_between_questions(void **state)
{
	const struct scratch *s = *state;
	struct arena a = {0};
	struct err e = {0};
	struct detail d;
	struct totals t;
	int64_t n;
	const struct scope all = {0};
	make_db(s->path);
	sqlite3 *db = plain_open(s->path);
	plain_exec(db, "PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0");
	struct store *st = store_open(s->path, &e);
	if (!st)
		fail_msg("%s", e.msg);
	for (int round = 0; round < 5; round++) {
		plain_exec(db, "UPDATE email SET title = title || 'x', queue_id = 'q'");
		e = (struct err){0};
		if (round == 0)
			assert_ok(store_totals(st, &t, &e), e);
		if (round == 1)
			assert_ok(store_detail(st, 5, &a, &d, &e), e);
		if (round == 2)
			assert_false(store_detail(st, 500, &a, &d, &e));
		if (round == 3)
			assert_false(store_each(st, &all, NULL, 0, &(struct each){.fn = stop_at_once}, &e));
		if (round == 4) {
			store_set_stale(st, always_stale, NULL);
			store_count(st, &all, &n, &e);
		}
		/* 0: not busy, nobody reads the log any more. */
		assert_int_equal(plain_int(db, "PRAGMA wal_checkpoint(TRUNCATE)"), 0);
	}
	store_close(st);
	sqlite3_close(db);
	arena_free(&a);
}

/* ---- another user's database ---- */

static void nobody_or_skip(const struct scratch *s)
{
	if (geteuid() != 0)
		skip(); /* only root can become somebody else */
	assert_int_equal(chmod(s->dir, 0755), 0);
}

static void says_no_permission(void **state)
{
	const struct scratch *s = *state;
	nobody_or_skip(s);
	make_db(s->path);
	assert_int_equal(chmod(s->path, 0600), 0);
	struct outcome_of_open o = look_as_nobody(s->path);
	assert_false(o.opened);
	assert_non_null(strstr(o.msg, "cannot be read"));
	assert_int_equal(chmod(s->dir, 0700), 0);
	o = look_as_nobody(s->path);
	assert_false(o.opened);
	assert_non_null(strstr(o.msg, "Permission denied"));
}

static void a_closed_wal_database_is_read_as_a_snapshot(void **state)
{
	const struct scratch *s = *state;
	nobody_or_skip(s);
	make_db(s->path);
	sql(s->path, "PRAGMA journal_mode = wal; UPDATE email SET title = 'x'");
	assert_false(exists(s->path, "-wal"));
	struct outcome_of_open o = look_as_nobody(s->path);
	if (!o.counted)
		fail_msg("%s", o.msg);
	assert_true(o.snapshot);
	assert_int_equal(o.tracked, 300);
	assert_false(exists(s->path, "-wal"));
	assert_false(exists(s->path, "-shm"));
	sql(s->path, "DELETE FROM email WHERE id = 1"); /* its owner writes on */
	assert_int_equal(look_as_nobody(s->path).tracked, 299);
}

static void a_live_wal_database_is_read_live(void **state)
{
	const struct scratch *s = *state;
	nobody_or_skip(s);
	make_db(s->path);
	sqlite3 *db = plain_open(s->path);
	plain_exec(db, "PRAGMA journal_mode = wal; DELETE FROM email WHERE id > 100");
	assert_true(exists(s->path, "-wal"));
	struct outcome_of_open o = look_as_nobody(s->path);
	if (!o.counted)
		fail_msg("%s", o.msg);
	assert_false(o.snapshot);
	assert_int_equal(o.tracked, 100);
	plain_exec(db, "DELETE FROM email WHERE id > 50");
	sqlite3_close(db);
	sql(s->path, "DELETE FROM email WHERE id > 20");
}

static void a_wal_left_behind_is_refused_or_read_right(void **state)
{
	const struct scratch *s = *state;
	nobody_or_skip(s);
	char copy[128];
	snprintf(copy, sizeof copy, "%s/copy.db", s->dir);
	make_db(s->path);
	sqlite3 *db = plain_open(s->path);
	plain_exec(db, "PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; DELETE FROM email WHERE id > 100");
	copy_file(s->path, "", copy);
	copy_file(s->path, "-wal", copy);
	sqlite3_close(db);
	struct outcome_of_open o = look_as_nobody(copy);
	assert_false(exists(copy, "-shm"));
	assert_false(o.opened && o.tracked != 100);
	if (!o.opened)
		assert_non_null(strstr(o.msg, "let the program that writes it open it once"));
}

static void a_hot_journal_is_refused(void **state)
{
	const struct scratch *s = *state;
	char copy[128];
	snprintf(copy, sizeof copy, "%s/copy.db", s->dir);
	make_db(s->path);
	sqlite3 *db = plain_open(s->path);
	plain_exec(db, "PRAGMA cache_size = 1; BEGIN; UPDATE email SET title = printf('%2000d', id)");
	copy_file(s->path, "", copy);
	copy_file(s->path, "-journal", copy);
	plain_exec(db, "ROLLBACK");
	sqlite3_close(db);
	struct outcome_of_open o = look(copy);
	assert_false(o.opened);
	assert_non_null(strstr(o.msg, "was left in the middle of a write"));
	assert_true(exists(copy, "-journal"));
	/* Who may write repairs it. */
	struct err e = {0};
	struct store *st = store_open_rw(copy, false, &e);
	if (!st)
		fail_msg("%s", e.msg);
	store_close(st);
	assert_int_equal(look(copy).tracked, 300);
}

static void a_snapshot_notices_its_owner(void **state)
{
	const struct scratch *s = *state;
	nobody_or_skip(s);
	make_db(s->path);
	sql(s->path, "PRAGMA journal_mode = wal");
	int up[2], down[2], status;
	char c;
	assert_int_equal(pipe(up), 0);
	assert_int_equal(pipe(down), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e = {0};
		int64_t n;
		alarm(20);
		if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
			_exit(9);
		struct store *st = store_open(s->path, &e);
		if (!st || !store_count(st, &(struct scope){0}, &n, &e) || n != 300)
			_exit(8);
		if (write(up[1], "x", 1) != 1 || read(down[0], &c, 1) != 1)
			_exit(7);
		if (store_count(st, &(struct scope){0}, &n, &e) || !strstr(e.msg, "was changed by its owner") || n != 0)
			_exit(6);
		_exit(store_version(st, &n, &e) ? 5 : 0);
	}
	assert_int_equal(read(up[0], &c, 1), 1);
	sql(s->path, "DELETE FROM email WHERE id > 10");
	assert_int_equal(write(down[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (int i = 0; i < 2; i++) {
		close(up[i]);
		close(down[i]);
	}
}

/* ---- damage ---- */

/* Asks for everything; any answer or error will do, as long as it is one. */
static void ask_everything(const char *path)
{
	struct arena a = {0};
	struct err e = {0};
	struct store *st = store_open(path, &e);
	if (!st) {
		assert_int_not_equal(e.kind, ERR_NONE);
		return;
	}
	struct page page;
	struct groups groups;
	struct detail detail;
	struct cursor at;
	struct bucket buckets[10];
	struct totals totals;
	int64_t n;
	const struct scope all = {0};
	for (int sort = 0; sort < SORT_COUNT; sort++) {
		e = (struct err){0};
		store_page(st, &all, (enum sort)sort, &(struct cursor){0}, false, 500, &a, &page, &e);
		assert_in_range(page.count, 0, 500);
		e = (struct err){0};
		store_at_rank(st, &all, (enum sort)sort, 250, &a, &at, &e);
	}
	for (int by = 0; by < GROUP_COUNT; by++) {
		e = (struct err){0};
		store_groups(st, &all, &(struct group_by){.grouping = (enum grouping)by, .limit = 100}, &a, &groups,
			     &e);
	}
	e = (struct err){0};
	store_totals(st, &totals, &e);
	store_count(st, &all, &n, &e);
	store_timeline(st, &all, (const int64_t[]){1700000000, 1700003600, 1800000000}, 2, buckets, &e);
	for (int64_t id = 1; id < 300; id += 60) {
		e = (struct err){0};
		store_detail(st, id, &a, &detail, &e);
	}
	store_close(st);
	arena_free(&a);
}

static void damage_never_crashes(void **state)
{
	const struct scratch *s = *state;
	size_t n;
	uint64_t x = 88172645463325252u;
	make_db(s->path);
	char *whole = read_file(s->path, &n);
	const size_t page_bytes = (size_t)((unsigned char)whole[16] << 8 | (unsigned char)whole[17]);
	for (int round = 0; round < 400; round++) {
		char *bad = malloc(n);
		assert_non_null(bad);
		memcpy(bad, whole, n);
		for (int i = 0; i < 1 + round % 8; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			bad[x % n] ^= (char)(x >> 40);
		}
		/* Now and then cut at a page's edge, or beside it. */
		size_t len = round % 5 ? n : (x >> 20) % (n / page_bytes + 1) * page_bytes + (size_t)(round % 2);
		write_file(s->path, bad, len < n ? len : n);
		free(bad);
		ask_everything(s->path);
	}
	free(whole);
}

static void rows_of_the_wrong_type_are_shown(void **state)
{
	const struct scratch *s = *state;
	struct arena a = {0};
	struct err e = {0};
	struct page page;
	make_db(s->path);
	sql(s->path, "PRAGMA ignore_check_constraints = on; DELETE FROM email WHERE id > 3;"
		     "UPDATE email SET recipient = x'00ff00', basic_code = 'many', enhanced_code = x'35', stage = 7.5,"
		     " response = 12, attempts = 'x', queued_at = 'noon', source_line = x'01' WHERE id = 2;"
		     "UPDATE email SET time = 'yesterday' WHERE id = 3");
	struct store *st = store_open(s->path, &e);
	if (!st)
		fail_msg("%s", e.msg);
	assert_ok(store_page(st, &(struct scope){0}, SORT_CODE, &(struct cursor){0}, false, 10, &a, &page, &e), e);
	assert_int_equal(page.count, 3);
	for (int i = 0; i < 3; i++) {
		const struct record *r = &page.rows[i];
		if (r->id != 2)
			continue;
		assert_int_equal(r->recipient.len, 3);
		assert_int_equal(r->basic + r->enhanced.cls + (int)r->stage + r->attempts, 0);
		assert_true(str_eq(r->response, STR("12")));
		assert_int_equal(r->queued_at, TIME_NONE);
	}
	store_close(st);
	ask_everything(s->path);
	arena_free(&a);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(says_what_kind_of_file),
		TEST(says_whose_database_it_is),
		TEST(writing_puts_back_what_is_lacking),
		TEST(writing_begins_beside_a_reader),
		TEST(says_that_files_cannot_be_opened),
		TEST(the_tally_is_put_back_full),
		TEST(writing_refuses_what_is_not_ours),
		TEST(writing_refuses_a_newer_schema),
		TEST(names_are_only_names),
		TEST(every_handle_is_hardened),
		TEST(says_when_it_is_locked),
		TEST(reads_a_consistent_state_beside_a_writer),
		TEST(nothing_stays_open_between_questions),
		TEST(says_no_permission),
		TEST(a_closed_wal_database_is_read_as_a_snapshot),
		TEST(a_live_wal_database_is_read_live),
		TEST(a_wal_left_behind_is_refused_or_read_right),
		TEST(a_hot_journal_is_refused),
		TEST(a_snapshot_notices_its_owner),
		TEST(damage_never_crashes),
		TEST(rows_of_the_wrong_type_are_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
