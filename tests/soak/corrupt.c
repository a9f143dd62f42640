/* Damaged databases: cut at and beside every page edge, and with flipped bytes, in the file or in its -wal. Whatever is
 * asked of them must come to an answer or to a sentence, in good time. SOAK=full, or the number of files with flips. Meant to
 * run under AddressSanitizer as well. The file that ends it stays in /tmp.
 */
#include "base.h"
#include "import/import.h"
#include "store.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 1024, HANG_S = 20, EMAILS = 400, FAULTS_SHOWN = 10 };

struct run {
	char db[64], copy[64], name[80], csv[80];
	int files, faults, answered, refused;
	uint64_t random;
	char *bytes, *live, *wal; /* of a closed database, of one that is written to, its -wal */
	size_t len, live_len, wal_len;
};

static struct run *running; /* for the handler */

static void on_alarm(int number)
{
	(void)number;
	dprintf(STDOUT_FILENO, "not ok 1 - %s hangs, see %s\n", running->name, running->copy);
	_exit(1);
}

static void must(bool ok, const char *what)
{
	if (!ok)
		die("%s failed", what);
}

static char *file_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct buf b = {0};
	char bytes[65536];
	must(f, path);
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
		buf_add(&b, (struct str){bytes, n});
	fclose(f);
	*len = b.len;
	return b.p;
}

static void file_write(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");
	must(f && fwrite(bytes, 1, len, f) == len && fclose(f) == 0, path);
}

/* A database with every table filled, small pages so that there are many, and a -wal that a live writer left. */
static void make(struct run *r)
{
	struct err e = {0};
	sqlite3 *db;
	char *sql = sqlite3_mprintf(
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" INSERT INTO email (recipient, time, outcome, enhanced_code, basic_code, response, message_id, "
		"source_key,"
		" caused_by) SELECT 'user' || i %% 90 || '@example' || i %% 7 || '.com', 1700000000 + i * 977,"
		" iif(i %% 9 = 0, 'dropped', iif(i %% 5 = 0, 'delivered', 'failed')), '5.1.' || (1 + i %% 8), 550,"
		" printf('550 5.1.1 <u%%d> unknown %%.*c', i, i %% 50 * 9, 'x'), 'm' || i || '@example.org', i,"
		" iif(i %% 9 = 0, i - 1, NULL) FROM n;"
		" INSERT INTO attempt (email_id, time, outcome, response) SELECT id, time, 'deferred', 'later' FROM "
		"email;"
		" INSERT INTO source (email_id, source_key, time, outcome) SELECT id, id, time, 'failed' FROM email"
		" WHERE id %% 4 = 0; INSERT INTO given_up VALUES (7, 1700000000, 's@example.org')",
		EMAILS);
	must(sqlite3_open(r->db, &db) == SQLITE_OK &&
		     sqlite3_exec(db, "PRAGMA page_size = 1024", NULL, NULL, NULL) == SQLITE_OK,
	     "to make a database");
	must(sqlite3_exec(db, "VACUUM", NULL, NULL, NULL) == SQLITE_OK, "VACUUM");
	sqlite3_close(db);
	struct store *st = store_open_rw(r->db, true, &e);
	must(st, e.msg);
	store_close(st);
	must(sqlite3_open(r->db, &db) == SQLITE_OK && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK,
	     "to fill it");
	r->bytes = file_read(r->db, &r->len);
	must(sqlite3_exec(db,
			  "PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;"
			  " UPDATE email SET title = 'x' WHERE id % 3 = 0",
			  NULL, NULL, NULL) == SQLITE_OK,
	     "to change it");
	char wal[80];
	snprintf(wal, sizeof wal, "%s-wal", r->db);
	r->wal = file_read(wal, &r->wal_len);
	r->live = file_read(r->db, &r->live_len);
	sqlite3_close(db);
	sqlite3_free(sql);
}

static uint64_t random_below(struct run *r, uint64_t n)
{
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return r->random % n;
}

/* An answer, or an error with a sentence. */
static void expect(struct run *r, bool ok, struct err *e, const char *what)
{
	if (ok == (e->kind == ERR_NONE) && (ok || e->msg[0])) {
		ok ? r->answered++ : r->refused++;
	} else if (r->faults++ < FAULTS_SHOWN) {
		printf("# %s: %s: %s without %s\n", r->name, what, ok ? "true" : "false",
		       ok ? "an answer" : "a sentence");
	}
	*e = (struct err){0};
}

static bool each(void *ctx, const struct record *rec, struct err *e)
{
	(void)e;
	*(size_t *)ctx += rec->recipient.len + rec->response.len;
	return true;
}

static struct scope scope_of(const char *line, struct arena *a)
{
	struct scope s = {.count = 1};
	struct err e = {0};
	must(filter_parse(str_of(line), (struct moment){1700000000, ZONE_UTC}, a, &s.all[0], &e), line);
	return s;
}

static void ask(struct run *r, struct store *st, const struct scope *s, struct arena *a)
{
	struct err e = {0};
	struct page page;
	struct cursor at;
	struct groups groups;
	struct bucket buckets[2];
	int64_t n, m, *ids;
	size_t count, bytes = 0;
	for (int sort = 0; sort < SORT_COUNT; sort++) {
		bool ok = store_page(st, s, (enum sort)sort, &(struct cursor){0}, false, 500, a, &page, &e);
		expect(r, ok, &e, "a page");
		if (page.count > 0) {
			at = cursor_of(&page.rows[page.count / 2]);
			ok = store_page(st, s, (enum sort)sort, &at, true, 100, a, &page, &e);
			expect(r, ok, &e, "a page backwards");
			expect(r, store_rank(st, s, (enum sort)sort, &at, &n, &e), &e, "a rank");
		}
		expect(r, store_at_rank(st, s, (enum sort)sort, 150, a, &at, &e), &e, "a place");
	}
	for (int by = 0; by < GROUP_COUNT; by++) {
		const struct group_by how = {.grouping = (enum grouping)by, .limit = 100};
		expect(r, store_groups(st, s, &how, a, &groups, &e), &e, "groups");
	}
	expect(r, store_count(st, s, &n, &e), &e, "a count");
	expect(r, store_count_fresh(st, s, 100, 1700050000, &n, &e), &e, "what is new");
	expect(r, store_span(st, s, &n, &m, &e), &e, "a span");
	expect(r, store_timeline(st, s, (const int64_t[]){1700000000, 1700003600, 1800000000}, 2, buckets, &e), &e,
	       "a timeline");
	expect(r, store_ids(st, s, a, &ids, &count, &e), &e, "ids");
	expect(r, store_each(st, s, NULL, 0, &(struct each){READ_ALL, each, &bytes}, &e), &e, "all records");
}

static void browse(struct run *r)
{
	static const char *const filters[] = {"", "status:any", "user1 class:5", "text:unknown -5.1.2",
					      "domain:example3.com"};
	struct arena a = {0};
	struct err e = {0};
	struct store *st = store_open(r->copy, &e);
	expect(r, st, &e, "opening");
	if (!st)
		return;
	struct totals totals;
	struct detail detail;
	struct str *domains;
	int n;
	expect(r, store_totals(st, &totals, &e), &e, "totals");
	expect(r, store_domains(st, STR("ex"), 10, &a, &domains, &n, &e), &e, "domains");
	for (int64_t id = 1; id <= EMAILS; id += 57)
		expect(r, store_detail(st, id, &a, &detail, &e), &e, "a detail");
	const struct scope s = scope_of(filters[r->files % (int)COUNT_OF(filters)], &a);
	ask(r, st, &s, &a);
	store_close(st);
	arena_free(&a);
}

static void run_import(struct run *r, const char *into, const char *from)
{
	const struct import_options o = {.bad_limit = 1};
	struct import_result result;
	struct err e = {0};
	struct store *st = store_open_rw(into, true, &e);
	expect(r, st, &e, "opening to write");
	if (st)
		expect(r, import_run(st, &from, 1, &o, &result, &e), &e, "an import");
	store_close(st);
}

/* As a source, and as the database that others are imported into: that last, for it may mend something. */
static void import(struct run *r)
{
	unlink(r->db);
	run_import(r, r->db, r->copy);
	run_import(r, r->copy, r->csv);
}

static void try(struct run *r, const char *bytes, size_t len, const char *wal, size_t wal_len)
{
	char name[80];
	static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		snprintf(name, sizeof name, "%s%s", r->copy, suffixes[i]);
		unlink(name);
		if (i == 0 && wal)
			file_write(name, wal, wal_len);
	}
	file_write(r->copy, bytes, len);
	alarm(HANG_S);
	browse(r);
	if (r->files % 4 == 0)
		import(r);
	alarm(0);
	r->files++;
}

static int cuts(struct run *r, int step)
{
	int before = r->files;
	for (size_t at = 0; at <= r->len; at += (size_t)(PAGE * step))
		for (int beside = -1; beside <= 1; beside++) {
			size_t len = at + (size_t)beside;
			snprintf(r->name, sizeof r->name, "cut at %zu", len);
			if (len <= r->len)
				try(r, r->bytes, len, NULL, 0);
		}
	return r->files - before;
}

static char *flipped(struct run *r, const char *bytes, size_t len, uint64_t flips, bool early)
{
	char *bad = malloc(len);
	must(bad, "malloc");
	memcpy(bad, bytes, len);
	for (uint64_t i = 0; i < flips; i++) {
		/* Half of them where a page has its header and its cells' places: what is far inside is just text. */
		size_t at = early ? random_below(r, len / PAGE) * PAGE + random_below(r, 40) : random_below(r, len);
		bad[at] ^= (char)(1 + random_below(r, 255));
	}
	return bad;
}

static int flips(struct run *r, int files)
{
	for (int i = 0; i < files; i++) {
		uint64_t n = 1 + random_below(r, 8);
		bool in_wal = i % 8 == 7;
		snprintf(r->name, sizeof r->name, "%d: %d flips in the %s", i, (int)n, in_wal ? "-wal" : "file");
		char *bad = in_wal ? flipped(r, r->wal, r->wal_len, n, false) : flipped(r, r->bytes, r->len, n, i % 2);
		if (in_wal)
			try(r, r->live, r->live_len, bad, r->wal_len);
		else
			try(r, bad, r->len, NULL, 0);
		free(bad);
	}
	return files;
}

int main(void)
{
	const char *length = getenv("SOAK");
	bool full = length && strcmp(length, "full") == 0;
	int files = full ? 10000 : length && atoi(length) > 0 ? atoi(length) : 200;
	char dir[] = "/tmp/deadletter-corrupt-XXXXXX";
	struct run r = {.random = 88172645463325252u};
	setvbuf(stdout, NULL, _IOLBF, 0);
	must(mkdtemp(dir), "mkdtemp");
	snprintf(r.db, sizeof r.db, "%s/mail.db", dir);
	snprintf(r.copy, sizeof r.copy, "%s/copy.db", dir);
	snprintf(r.csv, sizeof r.csv, "%s/more.csv", dir);
	file_write(r.csv, "recipient,status\nann@example.org,550 5.1.1 no\n", 47);
	running = &r;
	signal(SIGALRM, on_alarm);
	make(&r);
	int cut = cuts(&r, full ? 1 : 16);
	printf("%s 1 - cut at %d places\n", r.faults ? "not ok" : "ok", cut);
	int before = r.faults, flip = flips(&r, files);
	printf("%s 2 - %d with flipped bytes\n", r.faults > before ? "not ok" : "ok", flip);
	printf("%s 3 - both answers and refusals came\n", r.answered && r.refused ? "ok" : "not ok");
	printf("1..3\n# figure: %d damaged files: %d answers, %d sentences, no crash, no hang\n", r.files, r.answered,
	       r.refused);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", dir);
	free(r.bytes);
	free(r.live);
	free(r.wal);
	return system(command) != 0 || r.faults > 0;
}
