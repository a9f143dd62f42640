/* The frame: sources, formats, batches, repeats, cancel; with the readers of lines and the order of files. */
#include "import/source.h"

#include "scratch_import.h"

#include <signal.h>
#include <sys/resource.h>

static const char *const log_lines =
	"Oct 26 10:00:00 mx postfix/cleanup[1]: AB12CD34: message-id=<m@app.example>\n"
	"Oct 26 10:00:00 mx postfix/qmgr[1]: AB12CD34: from=<s@app.example>, size=9, nrcpt=1 (queue active)\n"
	"Oct 26 10:00:03 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, relay=none, delay=3, dsn=4.4.1, "
	"status=deferred "
	"(connect to mx.example.com[192.0.2.1]:25: Connection refused)\n";
static const char *const next_lines = "Oct 26 11:00:00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, "
				      "relay=mx.example.com[192.0.2.1]:25, delay=3600, "
				      "dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.1] said: 550 5.1.1 "
				      "unknown (in reply to RCPT TO command))\n"
				      "this is no line of a log\n";

static const char *put_file(const struct scratch *s, const char *name, struct str text, char path[128])
{
	snprintf(path, 128, "%s/%s", s->dir, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.len, f), text.len);
	assert_int_equal(fclose(f), 0);
	return path;
}

/* The rotated file is older than the current one, whatever their names' order. */
static void a_folder_of_rotated_logs(void **state)
{
	const struct scratch *s = *state;
	char a[128], b[128], c[128], d[128], dir[128];
	snprintf(dir, sizeof dir, "%s/log", s->dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	put_file(s, "log/mail.log.1", str_of(log_lines), a);
	put_file(s, "log/mail.log", str_of(next_lines), b);
	put_file(s, "log/notes.txt", STR("nothing of interest\n"), c);
	snprintf(d, sizeof d, "%s/log/pipe", s->dir);
	assert_int_equal(mkfifo(d, 0600), 0); /* would hang for ever */

	struct import_options o = {.year = 2026};
	struct import_result r;
	struct err e = {0};
	assert_ok(import_into(s, dir, &o, &r, &e), e);
	assert_int_equal(r.files, 2);
	assert_int_equal(r.lines, 5);
	assert_int_equal(r.added, 1);
	assert_int_equal(r.changed, 1);
	assert_int_equal(r.bad, 1);
	assert_int_equal(r.ignored_files, 1);

	sqlite3 *db = plain_open(s->path);
	char *got = plain_text(
		db, "SELECT group_concat(outcome || ' ' || recipient || ' ' || sender || ' ' || message_id || ' ' "
		    "|| attempts || ' ' || enhanced_code || ' ' || basic_code || ' ' || source_line) FROM email");
	assert_string_equal(got, "failed a@example.com s@app.example m@app.example 2 5.1.1 550 1");
	free(got);

	assert_ok(import_into(s, dir, &o, &r, &e), e); /* again: nothing changes */
	assert_int_equal(r.added + r.changed, 0);
	assert_int_equal(r.unchanged, 2);
	assert_int_equal(plain_int(db, "SELECT count(*) FROM attempt"), 2);
	assert_int_equal(tally_faults(db), 0);
	sqlite3_close(db);
}

static void assert_refused(const struct scratch *s, const char *source, const struct import_options *o,
			   enum err_kind kind, const char *holds)
{
	struct import_result r;
	struct err e = {0};
	assert_false(import_into(s, source, o, &r, &e));
	assert_int_equal(e.kind, kind);
	if (!strstr(e.msg, holds))
		fail_msg("\"%s\" lacks \"%s\"", e.msg, holds);
}

static void says_what_it_cannot_read(void **state)
{
	const struct scratch *s = *state;
	static const struct import_options any, wrong = {.format = "qmail"};
	char path[128];
	assert_refused(s, put_file(s, "notes", STR("nothing\n"), path), &any, ERR_INPUT, "--format postfix, ");
	assert_refused(s, path, &wrong, ERR_USAGE, "qmail");
	assert_refused(s, put_file(s, "x.gz", STR("\x1f\x8b\x08"), path), &any, ERR_INPUT,
		       "x.gz is damaged or cut off");
	assert_refused(s, put_file(s, "x.xlsx", STR("PK\x03\x04"), path), &any, ERR_INPUT, "save it as CSV");
	assert_refused(s, "/nonexistent/mail.log", &any, ERR_IO, "/nonexistent/mail.log");
	assert_refused(s, "/dev/null", &any, ERR_INPUT, "/dev/null");

	struct import_result r;
	struct err e = {0};
	assert_ok(import_into(s, put_file(s, "empty", STR(""), path), &any, &r, &e), e);
	assert_int_equal(r.files, 1);
}

static void note_report(void *ctx, const char *line)
{
	struct buf *b = ctx;
	buf_printf(b, "%s\n", line);
}

/* A recipient that no database takes costs its line; the longest that it takes is added. */
static void a_long_recipient_is_malformed(void **state)
{
	const struct scratch *s = *state;
	struct buf b = {0}, said = {0}, want = {0};
	char path[128];
	for (int len = 1000; len <= 1001; len++)
		buf_printf(&b,
			   "Oct 26 10:00:00 mx postfix/smtp[1]: AB12CD34: to=<%0*d@example.com>, status=sent (ok)\n",
			   len - (int)strlen("@example.com"), 0);
	put_file(s, "mail.log", buf_str(&b), path);
	struct import_options o = {.year = 2026, .bad_limit = 2, .report = note_report, .ctx = &said};
	struct import_result r;
	struct err e = {0};
	assert_ok(import_into(s, path, &o, &r, &e), e);
	assert_int_equal(r.added, 1);
	assert_int_equal(r.bad, 1);
	buf_printf(&want, "%s:2: a recipient longer than 1000 bytes\n", path);
	assert_string_equal(said.p, want.p);
	buf_free(&b);
	buf_free(&said);
	buf_free(&want);
}

/* One overlong line costs that line; NUL bytes, CRLF and a last line without an end cost nothing. */
static void lines_of_any_kind(void **state)
{
	const struct scratch *s = *state;
	struct buf b = {0}, said = {0};
	char path[128];
	buf_add(&b, STR("Oct 26 10:00:00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, status=sent (ok)\r\n"));
	for (int i = 0; i < IMPORT_LINE_MAX + 700000; i++)
		buf_addc(&b, 'x');
	buf_add(&b, STR("\nOct 26 10:00:01 mx postfix/smtp[1]: AB12CD35: to=<b@example.com>, status=sent (a\0b)\n"));
	buf_add(&b, STR("bad one\nbad two\nbad three\n"));
	buf_add(&b, STR("Oct 26 10:00:02 mx postfix/smtp[1]: AB12CD36: to=<c@example.com>, status=sent (ok)"));
	put_file(s, "mail.log", buf_str(&b), path);
	struct import_options o = {.year = 2026, .bad_limit = 2, .report = note_report, .ctx = &said};
	struct import_result r;
	struct err e = {0};
	assert_ok(import_into(s, path, &o, &r, &e), e);
	assert_int_equal(r.added, 3);
	assert_int_equal(r.lines, 7);
	assert_int_equal(r.bad, 4);
	assert_int_equal(r.bytes, b.len);
	struct buf want = {0};
	buf_printf(&want, "%s:2: longer than 1 MiB\n%s:4: does not begin with a time stamp\n", path, path);
	assert_string_equal(said.p, want.p);
	sqlite3 *db = plain_open(s->path);
	assert_int_equal(plain_int(db, "SELECT length(CAST(response AS BLOB)) FROM email WHERE source_line = 3"), 3);
	sqlite3_close(db);
	buf_free(&b);
	buf_free(&said);
	buf_free(&want);
}

/* Compresses a file in place of itself with one of the system's programs; the new name goes into `path`. */
static void pack(char path[128], const char *program, const char *ending)
{
	char command[400];
	snprintf(command, sizeof command, "%s -c '%s' > '%s%s' && rm '%s'", program, path, path, ending, path);
	assert_int_equal(system(command), 0);
	strncat(path, ending, 127 - strlen(path));
}

static struct str whole_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	char *p = arena_alloc(a, 1 << 20);
	size_t n = fread(p, 1, 1 << 20, f);
	assert_int_equal(fclose(f), 0);
	return (struct str){p, n};
}

static const struct {
	const char *program, *ending;
} packers[] = {{"gzip", ".gz"}, {"xz", ".xz"}, {"zstd -q", ".zst"}, {"bzip2", ".bz2"}};

/* The lines of log that packed files are made of; no two alike, so that they do not vanish in one block. */
static struct str many_lines(struct arena *a, int count)
{
	struct buf b = {0};
	for (int i = 0; i < count; i++) {
		uint64_t h = str_hash((struct str){(const char *)&i, sizeof i}, 7);
		buf_printf(&b,
			   "Oct 26 10:00:00 mx postfix/smtp[1]: %010llX: to=<u%d@example.com>, status=sent (%llx)\n",
			   (unsigned long long)h >> 24, i, (unsigned long long)h);
	}
	struct str s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

/* Compressed files give what the plain one gives; cut off, they give their beginning and one sentence. Bytes are counted
 * as they lie on disk, so that progress can end at 100 %. */
static struct str twice(struct arena *a, struct str s)
{
	char *p = arena_array(a, char, s.len * 2);
	memcpy(p, s.p, s.len);
	memcpy(p + s.len, s.p, s.len);
	return (struct str){p, s.len * 2};
}

static void compressed_files(void **state)
{
	const struct scratch *s = *state;
	enum { MANY = 20000 };
	static const struct import_options o = {.year = 2026};
	struct arena a = {0};
	struct str text = many_lines(&a, MANY);
	for (size_t i = 0; i < COUNT_OF(packers); i++) {
		char path[128], cut[128];
		struct import_result r;
		struct err e = {0};
		put_file(s, "mail.log", text, path);
		pack(path, packers[i].program, packers[i].ending);
		assert_ok(import_into(s, path, &o, &r, &e), e);
		assert_int_equal(r.lines, MANY);
		assert_int_equal(r.added + r.unchanged, MANY);
		assert_int_equal(r.bad, 0);
		struct str packed = whole_file(&a, path);
		assert_int_equal(r.bytes, packed.len);

		/* Bytes beyond two thirds are missing. Names in the folder and by hand: the one reports, the other ends. */
		char dir[128];
		snprintf(dir, sizeof dir, "%s/cut%s", s->dir, packers[i].ending);
		assert_int_equal(mkdir(dir, 0700), 0);
		snprintf(cut, sizeof cut, "cut%s/b", packers[i].ending);
		put_file(s, cut, str_slice(packed, 0, packed.len * 2 / 3), path);
		assert_false(import_into(s, path, &o, &r, &e));
		assert_non_null(strstr(e.msg, "is damaged or cut off"));
		assert_true(r.lines > MANY / 10 && r.lines < MANY);
		assert_int_equal(r.bad, 0); /* also its last line is whole */
		assert_int_equal(r.unchanged, r.lines);

		struct buf said = {0};
		struct import_options talking = {.year = 2026, .report = note_report, .ctx = &said};
		struct err e2 = {0};
		assert_ok(import_into(s, dir, &talking, &r, &e2), e2);
		assert_int_equal(r.unreadable_files, 1);
		assert_non_null(strstr(said.p, "is damaged or cut off"));
		buf_free(&said);

		/* One behind the other is one file. */
		put_file(s, "two", twice(&a, packed), path);
		assert_ok(import_into(s, path, &o, &r, &e2), e2);
		assert_int_equal(r.lines, 2 * MANY);
		assert_int_equal(r.bad, 0);

		/* A wrong sum at the end is said, though all has been read by then. */
		static const size_t from_end[] = {2, 6};
		for (size_t k = 0; k < COUNT_OF(from_end); k++) {
			struct str wrong = arena_str(&a, packed);
			((char *)(uintptr_t)wrong.p)[wrong.len - from_end[k]] ^= 0x20;
			put_file(s, "wrong", wrong, path);
			struct err e3 = {0};
			if (import_into(s, path, &o, &r, &e3))
				fail_msg("%s: byte %zu from the end does not count", packers[i].ending, from_end[k]);
			assert_non_null(strstr(e3.msg, "is damaged or cut off"));
		}

		/* Nothing compressed is an empty file. */
		put_file(s, "empty", STR(""), path);
		pack(path, packers[i].program, packers[i].ending);
		assert_ok(import_into(s, path, &o, &r, &e2), e2);
		assert_int_equal(r.files, 1);
	}
	arena_free(&a);
}

/* What may stand behind the end: another file compressed alike, and for gzip zeros. */
static void compressed_files_in_a_row(void **state)
{
	const struct scratch *s = *state;
	enum { MANY = 300 };
	static const struct import_options o = {.year = 2026};
	struct arena a = {0};
	struct str text = many_lines(&a, MANY);
	for (size_t i = 0; i < COUNT_OF(packers); i++) {
		char path[128];
		struct import_result r;
		struct err e = {0};
		put_file(s, "mail.log", text, path);
		pack(path, packers[i].program, packers[i].ending);
		struct str packed = whole_file(&a, path);
		struct buf b = {0};
		buf_add(&b, packed);
		buf_add(&b, packed);
		if (i == 0)
			buf_add(&b, (struct str){(const char[999]){0}, 999});
		put_file(s, "twice", buf_str(&b), path);
		assert_ok(import_into(s, path, &o, &r, &e), e);
		assert_int_equal(r.lines, 2 * MANY);
		if (i == 0) {
			buf_add(&b, STR("something else\n"));
			assert_refused(s, put_file(s, "twice", buf_str(&b), path), &o, ERR_INPUT,
				       "twice is damaged or cut off; the 600 lines");
		}
		buf_free(&b);
	}
	arena_free(&a);
}

/* A byte that was turned over is said: a checksum tells when nothing else does. */
static void damaged_files(void **state)
{
	const struct scratch *s = *state;
	enum { MANY = 300, TURNS = 60 };
	static const struct import_options o = {.year = 2026};
	struct arena a = {0};
	struct str text = many_lines(&a, MANY);
	for (size_t i = 0; i < COUNT_OF(packers); i++) {
		char path[128];
		put_file(s, "mail.log", text, path);
		pack(path, packers[i].program, packers[i].ending);
		struct str packed = whole_file(&a, path);
		size_t from = 40; /* behind what says little, such as the name of the file */
		for (size_t k = 0; k < TURNS; k++) {
			struct import_result r;
			struct err e = {0};
			size_t at = from + (packed.len - from) * k / TURNS;
			char *p = (char *)packed.p;
			p[at] = (char)(p[at] ^ 1 << k % 8);
			put_file(s, "turned", packed, path);
			bool ok = import_into(s, path, &o, &r, &e);
			p[at] = (char)(p[at] ^ 1 << k % 8);
			if (ok || !strstr(e.msg, "is damaged or cut off"))
				fail_msg("%s: byte %zu of %zu: %d %s", packers[i].program, at, packed.len, ok, e.msg);
		}
	}
	arena_free(&a);
}

/* What says that it cannot be unpacked within bounds, and what goes on as something else. */
static void compressed_files_that_lie(void **state)
{
	const struct scratch *s = *state;
	/* The head of an .xz that looks back on 768 MiB. */
	static const unsigned char wide[] = {0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4, 0xe6, 0xd6, 0xb4, 0x46,
					     2,    0,    0x21, 1,    0x23, 0, 0, 0, 0xe7, 0x27, 0x10, 0x64};
	static const struct import_options o = {.year = 2026, .format = "postfix"};
	struct import_result r;
	struct err e = {0};
	char path[128];
	put_file(s, "wide.xz", (struct str){(const char *)wide, sizeof wide}, path);
	assert_false(import_into(s, path, &o, &r, &e));
	assert_non_null(strstr(e.msg, "takes more than 100 MiB"));

	struct arena a = {0};
	put_file(s, "x.log", many_lines(&a, 10), path);
	pack(path, "gzip", ".gz");
	struct str packed = whole_file(&a, path), tail = STR("garbage\n");
	char *p = arena_array(&a, char, packed.len + tail.len);
	memcpy(p, packed.p, packed.len);
	memcpy(p + packed.len, tail.p, tail.len);
	put_file(s, "tail.gz", (struct str){p, packed.len + tail.len}, path);
	e = (struct err){0};
	assert_false(import_into(s, path, &o, &r, &e));
	assert_non_null(strstr(e.msg, "something else follows"));
	assert_int_equal(r.lines, 10);
	memset(p + packed.len, 0, tail.len);
	e = (struct err){0};
	put_file(s, "zeros.gz", (struct str){p, packed.len + tail.len}, path);
	assert_ok(import_into(s, path, &o, &r, &e), e);
	arena_free(&a);
}

/* The order is that of the days, whichever are compressed. */
/* "The lines before that are read" would be half of the truth. */
static void a_damaged_file_and_a_full_disk(void **state)
{
	const struct scratch *s = *state;
	struct arena a = {0};
	struct err e = {0};
	struct import_options o = {.year = 2026};
	struct import_result r;
	struct rlimit former, small;
	struct stat st;
	char path[128];
	put_file(s, "cut", many_lines(&a, 2000), path);
	pack(path, "gzip", ".gz");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 100), 0);
	store_close(store_open_rw(s->path, true, &e));
	assert_int_equal(stat(s->path, &st), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &former), 0);
	small = (struct rlimit){(rlim_t)st.st_size, former.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool ok = import_into(s, path, &o, &r, &e);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &former), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_false(ok);
	assert_int_equal(r.added, 0);
	if (!strstr(e.msg, "File too large"))
		fail_msg("%s", e.msg);
	arena_free(&a);
}

static void a_folder_of_compressed_logs(void **state)
{
	const struct scratch *s = *state;
	char path[128], dir[128];
	snprintf(dir, sizeof dir, "%s/log", s->dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	put_file(s, "log/mail.log.2", str_of(log_lines), path);
	pack(path, "gzip", ".gz");
	put_file(s, "log/mail.log.1", str_of(next_lines), path);
	struct import_options o = {.year = 2026};
	struct import_result r;
	struct err e = {0};
	assert_ok(import_into(s, dir, &o, &r, &e), e);
	assert_int_equal(r.files, 2);
	sqlite3 *db = plain_open(s->path);
	char *got = plain_text(db, "SELECT outcome || ' ' || sender || ' ' || message_id FROM email");
	assert_string_equal(got, "failed s@app.example m@app.example");
	free(got);
	sqlite3_close(db);
}

/* Some editors put a byte order mark in front, and the format is found all the same. */
static void a_byte_order_mark(void **state)
{
	const struct scratch *s = *state;
	static const struct import_options o = {.year = 2026, .bad_limit = 9};
	static const char *const texts[] = {
		"\xef\xbb\xbf"
		"Oct 26 10:00:00 mx postfix/smtp[1]: AB000001: to=<a@example.com>, status=sent (ok)\n",
		"\xef\xbb\xbf"
		"2026-10-26 10:00:00 1vCxNK-000abc-1A => b@example.com R=r T=t\n",
		"\xef\xbb\xbf"
		"Oct 26 10:00:00 mx sendmail[1]: 99QA00aa000001: to=<c@example.com>, mailer=esmtp, stat=Sent (ok)\n",
		"\xef\xbb\xbfrecipient,status\nd@example.com,delivered\n",
		"\xef\xbb\xbf[{\"email\":\"e@example.com\",\"event\":\"delivered\",\"sg_event_id\":\"1\",\"timestamp\":"
		"1}]",
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		char path[128];
		struct import_result r;
		struct err e = {0};
		put_file(s, "x", str_of(texts[i]), path);
		assert_ok(import_into(s, path, &o, &r, &e), e);
		if (r.added != 1 || r.bad)
			fail_msg("%lld added of %s", (long long)r.added, texts[i]);
	}
}

/* A line that names many recipients gives each its text; but not so that a small file makes a huge database. */
static void a_long_text_for_many(void **state)
{
	const struct scratch *s = *state;
	enum { MANY = 2000, TEXT = 100000 };
	struct buf b = {0}, said = {0};
	char path[128];
	buf_printf(&b, "Oct 26 10:00:00 mx sendmail[1]: 99QA00aa000001: to=<u0@example.com>");
	for (int i = 1; i < MANY; i++)
		buf_printf(&b, ",<u%d@example.com>", i);
	buf_printf(&b, ", mailer=esmtp, relay=mx.example.com., dsn=5.1.1, stat=550 5.1.1 %0*d\n", TEXT, 0);
	put_file(s, "maillog", buf_str(&b), path);
	struct import_options o = {.year = 2026, .report = note_report, .bad_limit = 9, .ctx = &said};
	struct import_result r;
	struct err e = {0};
	assert_ok(import_into(s, path, &o, &r, &e), e);
	assert_int_equal(r.added, MANY);
	assert_int_equal(r.bad, 1);
	assert_non_null(strstr(said.p, "maillog:1: so long a text for so many recipients"));
	sqlite3 *db = plain_open(s->path);
	const char *whole = "SELECT count(*) FROM email WHERE enhanced_code = '5.1.1' AND basic_code = 550"
			    " AND length(response) > 100000";
	assert_int_equal(plain_int(db, "SELECT count(*) FROM email WHERE enhanced_code = '5.1.1' AND basic_code = 550"
				       " AND length(response) >= 200"),
			 MANY);
	assert_in_range(plain_int(db, whole), 10, MANY / 10);
	int64_t bytes = plain_int(db, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
	assert_in_range(bytes, 0, 2 * (8 * 1024 * 1024 + 64 * (int64_t)b.len)); /* whole it were 400 MB */
	sqlite3_close(db);
	buf_free(&b);
	buf_free(&said);
}

/* What was read before the stop is in, and a repeat completes it. */
static void a_stop_keeps_what_was_read(void **state)
{
	const struct scratch *s = *state;
	struct buf b = {0};
	char path[128];
	enum { MANY = 3000 };
	for (int i = 0; i < MANY; i++)
		buf_printf(&b, "Oct 26 10:00:00 mx postfix/smtp[1]: AB%06X: to=<u%d@example.com>, status=sent (ok)\n",
			   i, i);
	put_file(s, "mail.log", buf_str(&b), path);
	struct countdown c = {.left = 5};
	struct import_options o = {.year = 2026, .cancelled = stop_soon, .ctx = &c};
	struct import_result r;
	struct err e = {0};
	assert_false(import_into(s, path, &o, &r, &e));
	assert_int_equal(e.kind, ERR_CANCEL);
	assert_true(r.added > 0 && r.added < MANY);
	sqlite3 *db = plain_open(s->path);
	assert_int_equal(plain_int(db, "SELECT count(*) FROM email"), r.added);
	int64_t before = r.added;

	struct err e2 = {0};
	assert_ok(import_into(s, path, &(struct import_options){.year = 2026}, &r, &e2), e2);
	assert_int_equal(r.unchanged, before);
	assert_int_equal(r.added, MANY - before);
	assert_int_equal(plain_int(db, "SELECT count(*) FROM email"), MANY);
	sqlite3_close(db);
	buf_free(&b);
}

/* Also while a line without an end is passed over. */
static void a_stop_within_a_line(void **state)
{
	const struct scratch *s = *state;
	struct buf b = {0};
	char path[128];
	buf_add(&b, STR("Oct 26 10:00:00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, status=sent (ok)\n"));
	for (int i = 0; i < 4 * IMPORT_LINE_MAX; i++)
		buf_addc(&b, 'x');
	put_file(s, "mail.log", buf_str(&b), path);
	struct countdown c = {.left = 5};
	struct import_options o = {.year = 2026, .cancelled = stop_soon, .ctx = &c};
	struct import_result r;
	struct err e = {0};
	assert_false(import_into(s, path, &o, &r, &e));
	assert_int_equal(e.kind, ERR_CANCEL);
	assert_int_equal(r.added, 1);
	assert_true(r.bytes < (int64_t)b.len);
	buf_free(&b);
}

/* A time that the database cannot take is a malformed row, not the end. */
static void times_out_of_range(void **state)
{
	const struct scratch *s = *state;
	char path[128];
	put_file(s, "x.csv", STR("to,status,time\na@example.com,550,1960-01-01\nb@example.com,550,1970-01-01\n"), path);
	struct import_result r;
	struct err e = {0};
	assert_ok(import_into(s, path, &(struct import_options){0}, &r, &e), e);
	assert_int_equal(r.added, 1);
	assert_int_equal(r.bad, 1);
}

/* Two logs of each server: what the second one ends began in the first. */
static const struct {
	const char *name, *first, *second, *want;
} servers[] = {
	{"exim",
	 "2026-10-26 10:00:00 1vCxNK-000abc-1A <= s@app.example H=app.example [192.0.2.7] P=esmtp S=99 "
	 "id=m@app.example "
	 "T=\"Hello\"\n"
	 "2026-10-26 10:00:01 1vCxNK-000abc-1A == a@example.com R=dnslookup T=remote_smtp defer (-44): SMTP error from "
	 "remote "
	 "mail server after RCPT TO:<a@example.com>: host mx.example.com [192.0.2.1]: 452 4.2.2 full\n"
	 "2026-10-26 10:00:02 1vCxNK-000abc-1A == b@example.com R=dnslookup T=remote_smtp defer (110): Connection "
	 "timed out\n",
	 "2026-10-26 11:00:00 1vCxNK-000abc-1A == b@example.com R=dnslookup T=remote_smtp defer (-53): retry time not "
	 "reached "
	 "for any host for 'example.com'\n"
	 "2026-10-30 10:00:00 1vCxNK-000abc-1A ** a@example.com: retry timeout exceeded\n"
	 "2026-10-30 10:00:00 1vCxNK-000abc-1A ** c@example.com: retry timeout exceeded\n",
	 "a@example.com failed 4.2.2 452 1 Hello;b@example.com deferred - - 1 Hello;c@example.com failed - - 0 -"},
	{"sendmail",
	 "Oct 26 10:00:00 mx sm-mta[1]: 59QA0012345678: from=<s@app.example>, size=9, nrcpts=2, msgid=<m@app.example>, "
	 "relay=app.example [192.0.2.7]\n"
	 "Oct 26 10:00:01 mx sm-mta[1]: 59QA0012345678: to=<a@example.com>,<b@example.com>, delay=00:00:01, "
	 "mailer=esmtp, "
	 "relay=mx.example.com. [192.0.2.1], dsn=4.2.2, stat=Deferred: 452 4.2.2 full\n",
	 "Oct 26 12:00:00 mx sm-mta[2]: 59QA0012345678: to=<b@example.com>, delay=02:00:00, mailer=esmtp, "
	 "relay=mx.example.com. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)\n"
	 "Oct 31 10:00:01 mx sm-mta[3]: 59QA0012345678: 59VA0012345679: return to sender: Cannot send message for 5 "
	 "days\n",
	 "a@example.com failed 4.2.2 452 1 -;b@example.com delivered 2.0.0 - 2 -"},
};

/* In whatever order and however often. */
static void other_servers_join_over_runs(void **state)
{
	const struct scratch *s = *state;
	static const int orders[][4] = {{0, 1, 0, 1}, {1, 0, 1, 0}, {0, 0, 1, 1}};
	struct import_options o = {.year = 2026};
	for (size_t i = 0; i < COUNT_OF(servers); i++) {
		for (size_t k = 0; k < COUNT_OF(orders); k++) {
			char paths[2][128];
			put_file(s, "first", str_of(servers[i].first), paths[0]);
			put_file(s, "second", str_of(servers[i].second), paths[1]);
			remove(s->path);
			struct import_result r;
			struct err e = {0};
			for (int n = 0; n < 4; n++) {
				assert_ok(import_into(s, paths[orders[k][n]], &o, &r, &e), e);
				assert_int_equal(r.bad, 0);
			}
			assert_int_equal(r.added + r.changed, 0); /* the last one was there before */
			sqlite3 *db = plain_open(s->path);
			char *got =
				plain_text(db, "SELECT group_concat(t, ';') FROM (SELECT recipient || ' ' || outcome "
					       "|| ' ' || ifnull(enhanced_code, '-') || ' ' || ifnull(basic_code, '-') "
					       "|| ' ' || attempts || ' ' || ifnull(title, '-') AS t FROM email "
					       "ORDER BY recipient)");
			assert_string_equal(got, servers[i].want);
			free(got);
			assert_int_equal(tally_faults(db), 0);
			sqlite3_close(db);
		}
	}
}

static void order_of_rotated_files(void **state)
{
	(void)state;
	static const char *const sorted[] = {
		"a/mail.log-20251231",
		"a/mail.log-20260101.xz",
		"a/mail.log.10.gz",
		"a/mail.log.3.bz2",
		"a/mail.log.2.zst",
		"a/mail.log.1",
		"a/mail.log",
		"a/mail.log.gz",
		"b",
		"b1",
		"c-2025-12-31",
		"c-2026-01-01-0400.gz",
		"c-2026-01-01-0800",
		"c",
		"d-01",
		"d-01-02",
		"e-20251231-1767225600",
		"e-20260101-1767225600",
		"e",
	};
	for (size_t i = 0; i < COUNT_OF(sorted); i++)
		for (size_t k = 0; k < COUNT_OF(sorted); k++)
			if ((source_order(sorted[i], sorted[k]) < 0) != (i < k))
				fail_msg("%s and %s", sorted[i], sorted[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_folder_of_rotated_logs, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(says_what_it_cannot_read, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_long_recipient_is_malformed, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(lines_of_any_kind, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_stop_keeps_what_was_read, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_stop_within_a_line, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(times_out_of_range, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(compressed_files_that_lie, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(compressed_files, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(compressed_files_in_a_row, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_byte_order_mark, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_long_text_for_many, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(damaged_files, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_damaged_file_and_a_full_disk, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_folder_of_compressed_logs, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(other_servers_join_over_runs, scratch_setup, scratch_teardown),
		cmocka_unit_test(order_of_rotated_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
