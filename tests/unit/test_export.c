#include "export.h"
#include "export_format.h"
#include "outfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- lines ---- */

static struct export_options options_of(enum export_format format, const char *columns)
{
	struct export_options o = {.format = format};
	struct err e = {0};
	if (!export_columns_of(str_of(columns), &o, &e))
		fail_msg("%s", e.msg);
	return o;
}

/* One record with this title as a line; returns how many cells were guarded. */
static int64_t title_line(enum export_format format, bool raw, struct str title, struct buf *out)
{
	struct export_options o = options_of(format, "title,id");
	o.raw = raw;
	struct record r = {.id = 7, .title = title};
	struct buf cell = {0};
	int64_t guarded = 0;
	buf_reset(out);
	export_add_record(&o, &r, &cell, out, &guarded);
	buf_free(&cell);
	return guarded;
}

struct cell_row {
	struct str title, line;
	bool guarded;
};

static void check_cells(enum export_format format, bool raw, const struct cell_row *rows, size_t count)
{
	struct buf b = {0};
	for (size_t i = 0; i < count; i++) {
		int64_t guarded = title_line(format, raw, rows[i].title, &b);
		if (!str_eq(buf_str(&b), rows[i].line))
			fail_msg("row %zu: %s", i, b.p);
		assert_int_equal(guarded, rows[i].guarded);
	}
	buf_free(&b);
}

#define S(lit)                                                                                                         \
	{                                                                                                              \
		(lit), sizeof(lit) - 1                                                                                 \
	}

static void test_csv_cells(void **state)
{
	(void)state;
	static const struct cell_row rows[] = {
		{S("Your order"), S("Your order,7\r\n"), false},
		{S(""), S(",7\r\n"), false},
		{S("a,b"), S("\"a,b\",7\r\n"), false},
		{S("say \"hi\""), S("\"say \"\"hi\"\"\",7\r\n"), false},
		{S("\""), S("\"\"\"\",7\r\n"), false},
		{S("a\r\nb"), S("\"a\r\nb\",7\r\n"), false},
		{S("a\rb"), S("\"a\rb\",7\r\n"), false},
		{S("a\tb"), S("a\tb,7\r\n"), false},
		{S(" a "), S(" a ,7\r\n"), false},
		{S("a\0b"), S("a\0b,7\r\n"), false},
		{S("\xFF\x1B"), S("\xFF\x1B,7\r\n"), false},
		{S("=1+1"), S("'=1+1,7\r\n"), true},
		{S("+1"), S("'+1,7\r\n"), true},
		{S("-1"), S("'-1,7\r\n"), true},
		{S("@SUM(A1)"), S("'@SUM(A1),7\r\n"), true},
		{S("\t=1"), S("'\t=1,7\r\n"), true},
		{S("\r=1"), S("\"'\r=1\",7\r\n"), true},
		{S("\n=1"), S("\"'\n=1\",7\r\n"), true},
		{S("=HYPERLINK(\"http://example.com\",1)"), S("\"'=HYPERLINK(\"\"http://example.com\"\",1)\",7\r\n"),
		 true},
		{S("'=1"), S("'=1,7\r\n"), false},
		{S("\0=1"), S("\0=1,7\r\n"), false},
	};
	check_cells(EXPORT_CSV, false, rows, COUNT_OF(rows));
}

static void test_csv_raw_cells(void **state)
{
	(void)state;
	static const struct cell_row rows[] = {
		{S("=1+1"), S("=1+1,7\r\n"), false},
		{S("-1,2"), S("\"-1,2\",7\r\n"), false},
		{S("\r\n"), S("\"\r\n\",7\r\n"), false},
	};
	check_cells(EXPORT_CSV, true, rows, COUNT_OF(rows));
}

static void test_tsv_cells(void **state)
{
	(void)state;
	static const struct cell_row rows[] = {
		{S("a,\"b\""), S("a,\"b\"\t7\n"), false}, {S("a\tb\nc\rd\\e"), S("a\\tb\\nc\\rd\\\\e\t7\n"), false},
		{S("=1"), S("'=1\t7\n"), true},           {S("\t1"), S("'\\t1\t7\n"), true},
		{S("\\t"), S("\\\\t\t7\n"), false},
	};
	check_cells(EXPORT_TSV, false, rows, COUNT_OF(rows));
}

static void test_json_cells(void **state)
{
	(void)state;
	static const struct cell_row rows[] = {
		{S("=1"), S("{\"title\":\"=1\",\"id\":7}\n"), false},
		{S("a\"b\\c/d"), S("{\"title\":\"a\\\"b\\\\c/d\",\"id\":7}\n"), false},
		{S("\0\x1B\n\x7F"), S("{\"title\":\"\\u0000\\u001b\\u000a\\u007f\",\"id\":7}\n"), false},
		{S("\xC3\xB6\xF0\x9F\x98\x80"), S("{\"title\":\"\xC3\xB6\xF0\x9F\x98\x80\",\"id\":7}\n"), false},
		{S("\xC2\x9B\xE2\x80\xA8"), S("{\"title\":\"\\u009b\\u2028\",\"id\":7}\n"), false},
		{S("a\xFF"), S("{\"title\":\"a\xEF\xBF\xBD\",\"id\":7}\n"), false},
		{S("\xC3"), S("{\"title\":\"\xEF\xBF\xBD\",\"id\":7}\n"), false},
		{S("\xED\xA0\x80"), S("{\"title\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\",\"id\":7}\n"), false},
		{S("\xC0\xAF"), S("{\"title\":\"\xEF\xBF\xBD\xEF\xBF\xBD\",\"id\":7}\n"), false},
	};
	check_cells(EXPORT_JSONL, false, rows, COUNT_OF(rows));
}

static const char all_columns[] = "time,recipient,outcome,enhanced_code,basic_code,meaning,side,response,sender,title,"
				  "message_id,id,domain,queued_at,queue_id,remote_mta,stage,attempts,caused_by,"
				  "source_file,source_line";

static void assert_line(enum export_format format, const struct record *r, const char *columns, const char *head,
			const char *line)
{
	struct export_options o = options_of(format, columns);
	struct buf cell = {0}, out = {0};
	int64_t guarded = 0;
	export_add_head(&o, &out);
	assert_string_equal(out.p ? out.p : "", head);
	buf_reset(&out);
	export_add_record(&o, r, &cell, &out, &guarded);
	assert_string_equal(out.p, line);
	assert_int_equal(guarded, 0);
	buf_free(&cell);
	buf_free(&out);
}

static void test_all_columns(void **state)
{
	(void)state;
	const struct record r = {
		.id = 12,
		.time = 1000000,
		.queued_at = 999999,
		.recipient = STR("bob@Example.com"),
		.sender = STR("shop@example.net"),
		.title = STR("Order"),
		.outcome = OUTCOME_FAILED,
		.enhanced = {5, 1, 1},
		.basic = 550,
		.response = STR("no such user"),
		.remote_mta = STR("mx.example.com"),
		.stage = STAGE_END_OF_DATA,
		.attempts = 3,
		.caused_by = 4,
		.message_id = STR("m@example.net"),
		.queue_id = STR("ABC"),
		.source_file = STR("mail.log"),
		.source_line = 9,
	};
	assert_line(EXPORT_TSV, &r,
		    "id,time,queued_at,recipient,domain,sender,title,outcome,enhanced_code,basic_code,response,"
		    "remote_mta,stage,attempts,caused_by,message_id,queue_id,source_file,source_line",
		    "id\ttime\tqueued_at\trecipient\tdomain\tsender\ttitle\toutcome\tenhanced_code\tbasic_code\t"
		    "response\tremote_mta\tstage\tattempts\tcaused_by\tmessage_id\tqueue_id\tsource_file\t"
		    "source_line\n",
		    "12\t1970-01-12T13:46:40Z\t1970-01-12T13:46:39Z\tbob@Example.com\tExample.com\t"
		    "shop@example.net\tOrder\tfailed\t5.1.1\t550\tno such user\tmx.example.com\tend of data\t3\t4\t"
		    "m@example.net\tABC\tmail.log\t9\n");
}

/* What is not known: an empty cell; in JSON null. An empty cell that is all of a line has quotes, as readers
 * skip empty lines. */
static void test_unknown_values(void **state)
{
	(void)state;
	const struct record r = {.time = TIME_NONE, .queued_at = TIME_NONE, .outcome = OUTCOME_FAILED};
	assert_line(EXPORT_CSV, &r,
		    "time,queued_at,enhanced_code,basic_code,caused_by,source_line,stage,domain,attempts",
		    "time,queued_at,enhanced_code,basic_code,caused_by,source_line,stage,domain,attempts\r\n",
		    ",,,,,,,,0\r\n");
	assert_line(EXPORT_JSONL, &r, "time,enhanced_code,basic_code,caused_by,attempts", "",
		    "{\"time\":null,\"enhanced_code\":null,\"basic_code\":null,\"caused_by\":null,\"attempts\":0}\n");
	assert_line(EXPORT_CSV, &r, "response", "response\r\n", "\"\"\r\n");
	assert_line(EXPORT_TSV, &r, "response", "response\n", "\n");
}

/* A terminal gets stand-ins, the guard is the same. */
static void test_showable_cells(void **state)
{
	(void)state;
	static const struct {
		enum export_format format;
		bool ascii;
		const char *line;
	} rows[] = {
		{EXPORT_CSV, false, "'\xE2\x90\x89\xE2\x90\x9B[31m<FF>\xC3\xB6\r\n"},
		{EXPORT_CSV, true, "'<09><1B>[31m<FF>?\r\n"},
		{EXPORT_TSV, true, "'<09><1B>[31m<FF>?\n"},
		{EXPORT_JSONL, true, "{\"title\":\"<09><1B>[31m<FF>?\"}\n"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct export_options o = options_of(rows[i].format, "title");
		o.showable = true;
		o.ascii = rows[i].ascii;
		struct record r = {.title = STR("\t\x1B[31m\xFF\xC3\xB6")};
		struct buf cell = {0}, out = {0};
		int64_t guarded = 0;
		export_add_record(&o, &r, &cell, &out, &guarded);
		assert_string_equal(out.p, rows[i].line);
		assert_int_equal(guarded, rows[i].format != EXPORT_JSONL);
		buf_free(&cell);
		buf_free(&out);
	}
}

static void test_meaning_of_every_outcome(void **state)
{
	(void)state;
	struct export_options o = options_of(EXPORT_TSV, "meaning,side");
	struct buf cell = {0}, out = {0};
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		struct record r = {.outcome = (enum outcome)i};
		int64_t guarded = 0;
		buf_reset(&out);
		export_add_record(&o, &r, &cell, &out, &guarded);
		assert_true(out.len > 3 && out.p[0] != '\t' && out.p[out.len - 2] != '\t');
	}
	buf_free(&cell);
	buf_free(&out);
}

/* The side is that of the email, not of the code alone. */
static void test_sides(void **state)
{
	(void)state;
	static const struct {
		struct record r;
		const char *side;
	} cases[] = {
		{{.outcome = OUTCOME_DEFERRED, .basic = 450}, "nobody: wait\n"},
		{{.outcome = OUTCOME_FAILED, .basic = 450}, "recipient's mail administrator\n"},
	};
	struct export_options o = options_of(EXPORT_TSV, "side");
	struct buf cell = {0}, out = {0};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t guarded = 0;
		buf_reset(&out);
		export_add_record(&o, &cases[i].r, &cell, &out, &guarded);
		assert_string_equal(out.p, cases[i].side);
	}
	buf_free(&cell);
	buf_free(&out);
}

static void test_column_lists(void **state)
{
	(void)state;
	struct export_options o = options_of(EXPORT_CSV, all_columns);
	assert_int_equal(o.column_count, export_column_count);
	for (int i = 0; i < o.column_count; i++)
		assert_int_equal(o.columns[i], i);
	o = options_of(EXPORT_CSV, " Title , ID,title");
	assert_int_equal(o.column_count, 3);
	assert_int_equal(o.columns[0], o.columns[2]);

	static const struct {
		const char *list;
		size_t column;
		const char *msg;
	} rows[] = {
		{"", 1, "there is no column \"\" (character 1 of the list)"},
		{"id,,title", 4, "there is no column \"\" (character 4 of the list)"},
		{"id,titel", 4, "there is no column \"titel\" (character 4 of the list); did you mean title?"},
		{"id;title", 1, "there is no column \"id;title\" (character 1 of the list)"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct err e = {0};
		assert_false(export_columns_of(str_of(rows[i].list), &o, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		assert_int_equal(e.column, rows[i].column);
		assert_string_equal(e.msg, rows[i].msg);
	}
}

static void test_too_many_columns(void **state)
{
	(void)state;
	struct buf list = {0};
	struct export_options o;
	struct err e = {0};
	for (int i = 0; i < EXPORT_COLUMNS_MAX; i++)
		buf_printf(&list, "%sid", i ? "," : "");
	assert_true(export_columns_of(buf_str(&list), &o, &e));
	buf_add(&list, STR(",id"));
	assert_false(export_columns_of(buf_str(&list), &o, &e));
	assert_int_equal(e.column, 3 * EXPORT_COLUMNS_MAX + 1);
	assert_string_equal(e.msg, "there are more than 64 columns");
	buf_free(&list);
}

static void test_formats(void **state)
{
	(void)state;
	enum export_format f;
	assert_true(export_format_of(STR("TSV"), &f));
	assert_int_equal(f, EXPORT_TSV);
	assert_false(export_format_of(STR("xlsx"), &f));
	assert_false(export_format_of(STR(""), &f));
	assert_int_equal(export_format_for(STR("a.csv")), EXPORT_CSV);
	assert_int_equal(export_format_for(STR("a/b.JSONL")), EXPORT_JSONL);
	assert_int_equal(export_format_for(STR("a.tsv")), EXPORT_TSV);
	assert_int_equal(export_format_for(STR("tsv")), EXPORT_CSV);
	assert_int_equal(export_format_for(STR("-")), EXPORT_CSV);
}

/* ---- files ---- */

struct folder {
	char dir[64], path[96];
};

static int folder_make(void **state)
{
	struct folder *f = calloc(1, sizeof *f);
	assert_non_null(f);
	snprintf(f->dir, sizeof f->dir, "/tmp/deadletter-export-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/out.csv", f->dir);
	*state = f;
	return 0;
}

static int folder_remove(void **state)
{
	struct folder *f = *state;
	unlink(f->path);
	int gone = rmdir(f->dir); /* fails when a temporary file is left */
	free(f);
	return gone;
}

static int files_in(const struct folder *f)
{
	DIR *d = opendir(f->dir);
	assert_non_null(d);
	int n = 0;
	for (struct dirent *one; (one = readdir(d));)
		n += strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0;
	closedir(d);
	return n;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void assert_holds(const char *path, const char *text)
{
	char got[64] = {0};
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	got[fread(got, 1, sizeof got - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, text);
}

static void assert_says(const struct err *e, enum err_kind kind, const char *part)
{
	assert_int_equal(e->kind, kind);
	if (!strstr(e->msg, part))
		fail_msg("\"%s\" does not hold \"%s\"", e->msg, part);
}

static void test_file_is_written(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	struct stat st;
	assert_true(outfile_open(&f, d->path, false, &e));
	assert_int_equal(access(d->path, F_OK), -1); /* not before it is whole */
	assert_true(outfile_write(&f, STR("a,b\r\n"), &e));
	assert_true(outfile_write(&f, STR(""), &e));
	assert_true(outfile_write(&f, STR("c"), &e));
	assert_true(outfile_commit(&f, &e));
	outfile_abandon(&f);
	assert_holds(d->path, "a,b\r\nc");
	assert_int_equal(stat(d->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(files_in(d), 1);
}

static void test_nothing_is_left_without_commit(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	assert_true(outfile_open(&f, d->path, false, &e));
	assert_true(outfile_write(&f, STR("half"), &e));
	assert_int_equal(files_in(d), f.nameless ? 0 : 1);
	outfile_abandon(&f);
	outfile_abandon(&f); /* twice is fine */
	assert_int_equal(files_in(d), 0);
}

static void test_existing_file_stays(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	put(d->path, "mine");
	assert_false(outfile_open(&f, d->path, false, &e));
	assert_says(&e, ERR_INPUT, "out.csv exists; choose another name, or --force to replace it");
	outfile_abandon(&f);
	assert_holds(d->path, "mine");
	assert_int_equal(files_in(d), 1);
}

/* Someone makes the file while ours is being written. */
static void test_file_that_appears_stays(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	assert_true(outfile_open(&f, d->path, false, &e));
	assert_true(outfile_write(&f, STR("ours"), &e));
	put(d->path, "theirs");
	assert_false(outfile_commit(&f, &e));
	assert_says(&e, ERR_INPUT, "exists");
	outfile_abandon(&f);
	assert_holds(d->path, "theirs");
	assert_int_equal(files_in(d), 1);
}

static void test_force_replaces(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	put(d->path, "old");
	assert_true(outfile_open(&f, d->path, true, &e));
	assert_true(outfile_write(&f, STR("new"), &e));
	assert_holds(d->path, "old");
	assert_true(outfile_commit(&f, &e));
	outfile_abandon(&f);
	assert_holds(d->path, "new");
	assert_int_equal(files_in(d), 1);
}

static void test_force_keeps_the_old_file_after_a_failure(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	put(d->path, "old");
	assert_true(outfile_open(&f, d->path, true, &e));
	assert_true(outfile_write(&f, STR("new"), &e));
	outfile_abandon(&f);
	assert_holds(d->path, "old");
	assert_int_equal(files_in(d), 1);
}

static void test_folder_and_link_to_nowhere(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	assert_false(outfile_open(&f, d->dir, true, &e));
	assert_says(&e, ERR_INPUT, "is a folder; name a file in it");
	outfile_abandon(&f);
	for (int force = 0; force <= 1; force++) {
		char target[128];
		e = (struct err){0};
		snprintf(target, sizeof target, "%s/nowhere", d->dir);
		assert_int_equal(symlink(target, d->path), 0);
		assert_false(outfile_open(&f, d->path, force, &e));
		assert_says(&e, ERR_INPUT, "is a link that leads nowhere");
		outfile_abandon(&f);
		assert_int_equal(files_in(d), 1); /* the link */
		assert_int_equal(unlink(d->path), 0);
	}
}

static void test_force_writes_through_a_link_and_keeps_permissions(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	struct stat st;
	char target[128];
	snprintf(target, sizeof target, "%s/target", d->dir);
	put(target, "old");
	assert_int_equal(chmod(target, 0640), 0);
	assert_int_equal(symlink("target", d->path), 0);
	assert_false(outfile_open(&f, d->path, false, &e));
	assert_says(&e, ERR_INPUT, "out.csv exists");
	outfile_abandon(&f);
	e = (struct err){0};
	assert_true(outfile_open(&f, d->path, true, &e));
	assert_true(outfile_write(&f, STR("new"), &e));
	assert_holds(target, "old");
	assert_true(outfile_commit(&f, &e));
	outfile_abandon(&f);
	assert_holds(target, "new");
	assert_int_equal(lstat(d->path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(files_in(d), 2);
	assert_int_equal(unlink(target), 0);
}

static void test_what_is_written_directly(void **state)
{
	const struct folder *d = *state;
	assert_true(outfile_is_direct("-"));
	assert_true(outfile_is_direct("/dev/stdout"));
	assert_true(outfile_is_direct("/dev/null"));
	assert_false(outfile_is_direct(d->path));
	put(d->path, "");
	assert_false(outfile_is_direct(d->path));
}

static void test_no_name(void **state)
{
	(void)state;
	struct outfile f;
	struct err e = {0};
	assert_false(outfile_open(&f, "", true, &e));
	assert_says(&e, ERR_INPUT, "needs a name");
	outfile_abandon(&f);
}

static void test_missing_folder(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	char path[160];
	snprintf(path, sizeof path, "%s/missing/out.csv", d->dir);
	assert_false(outfile_open(&f, path, false, &e));
	assert_says(&e, ERR_IO, "/missing/out.csv: No such file or directory");
	outfile_abandon(&f);
}

static void test_full_disk(void **state)
{
	(void)state;
	struct outfile f;
	struct err e = {0};
	if (access("/dev/full", W_OK) != 0)
		skip();
	assert_true(outfile_open(&f, "/dev/full", false, &e));
	assert_false(outfile_write(&f, STR("x"), &e));
	assert_says(&e, ERR_IO, "cannot write /dev/full: No space left on device");
	assert_false(outfile_write(&f, STR("x"), &e));
	assert_false(outfile_commit(&f, &e));
	outfile_abandon(&f);
	assert_int_equal(access("/dev/full", W_OK), 0);
}

static void test_file_too_large(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	struct rlimit old, small;
	static const char bytes[8192];
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool opened = outfile_open(&f, d->path, false, &e);
	bool written = outfile_write(&f, (struct str){bytes, sizeof bytes}, &e);
	bool committed = outfile_commit(&f, &e);
	outfile_abandon(&f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(opened);
	assert_false(written);
	assert_false(committed);
	assert_says(&e, ERR_IO, "File too large");
	assert_int_equal(files_in(d), 0);
}

/* What is no regular file is written directly, and stays what it is. */
static void test_pipe_by_name(void **state)
{
	const struct folder *d = *state;
	struct outfile f;
	struct err e = {0};
	char got[8] = {0};
	assert_int_equal(mkfifo(d->path, 0600), 0);
	int fd = open(d->path, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_true(outfile_open(&f, d->path, false, &e));
	assert_true(outfile_write(&f, STR("abc"), &e));
	assert_true(outfile_commit(&f, &e));
	outfile_abandon(&f);
	assert_int_equal(read(fd, got, sizeof got - 1), 3);
	assert_string_equal(got, "abc");
	close(fd);
	assert_int_equal(files_in(d), 1);
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv_cells),
		cmocka_unit_test(test_csv_raw_cells),
		cmocka_unit_test(test_tsv_cells),
		cmocka_unit_test(test_json_cells),
		cmocka_unit_test(test_all_columns),
		cmocka_unit_test(test_unknown_values),
		cmocka_unit_test(test_showable_cells),
		cmocka_unit_test(test_meaning_of_every_outcome),
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_column_lists),
		cmocka_unit_test(test_too_many_columns),
		cmocka_unit_test(test_formats),
		FILE_TEST(test_file_is_written),
		FILE_TEST(test_nothing_is_left_without_commit),
		FILE_TEST(test_existing_file_stays),
		FILE_TEST(test_file_that_appears_stays),
		FILE_TEST(test_force_replaces),
		FILE_TEST(test_force_keeps_the_old_file_after_a_failure),
		FILE_TEST(test_folder_and_link_to_nowhere),
		FILE_TEST(test_force_writes_through_a_link_and_keeps_permissions),
		FILE_TEST(test_what_is_written_directly),
		cmocka_unit_test(test_no_name),
		FILE_TEST(test_missing_folder),
		cmocka_unit_test(test_full_disk),
		FILE_TEST(test_file_too_large),
		FILE_TEST(test_pipe_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
