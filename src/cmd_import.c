#include "cmd.h"

#include "import/csv_head.h"
#include "text.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

enum { OPT_INTO, OPT_FORMAT, OPT_YEAR, OPT_TABLE, OPT_COLUMN };

static void format_words(struct arg_words *w)
{
	for (size_t i = 0; import_formats[i]; i++)
		arg_add(w, import_formats[i]->name, import_formats[i]->help, false);
}

static const struct arg format_arg = {ARG_WORD, format_words}, column_arg = {ARG_PAIR, csv_head_words};

static const struct opt opts[] = {
	[OPT_INTO] = {0, "into", "FILE", "The database; made if it is missing.", &arg_database},
	[OPT_FORMAT] = {0, "format", "FORMAT", "else told by the content of each source.", &format_arg},
	[OPT_YEAR] = {0, "year", "YEAR",
		      "Of the first time stamp in each source, where stamps have no year; else guessed.", &arg_text},
	[OPT_TABLE] = {0, "table", "NAME", "Of a database; else the one whose columns tell.", &arg_text},
	[OPT_COLUMN] = {0, "column", "OURS=THEIRS",
			"A column of a table by its name there: recipient=to_addr. Repeatable.", &column_arg},
};

enum { PROGRESS_AFTER_MS = 1000, BAR_COLUMNS = 24, BAD_SHOWN = 5 };

struct talk {
	bool terminal; /* stderr is one: progress is shown there */
	bool shown;    /* a line of progress stands there */
	int64_t started_ms;
};

static void wipe(struct talk *t)
{
	if (t->shown)
		fputs("\r\033[K", stderr);
	t->shown = false;
}

/* What comes then may take long. */
static bool stopped(void *ctx)
{
	struct talk *t = ctx;
	if (!cmd_stopped(NULL))
		return false;
	wipe(t);
	if (t->terminal)
		fputs("Stopping: what was read is put in. Ctrl-C again leaves it out.", stderr);
	t->shown = t->terminal;
	return true;
}

static void tell_progress(void *ctx, int64_t bytes, int64_t bytes_total, int64_t lines, int64_t records)
{
	struct talk *t = ctx;
	int64_t passed_ms = clock_ms() - t->started_ms;
	if (!t->terminal || passed_ms < PROGRESS_AFTER_MS)
		return;
	struct buf b = {0};
	if (bytes_total > 0) {
		int64_t percent = bytes < bytes_total ? bytes * 100 / bytes_total : 100;
		buf_addc(&b, '[');
		for (int i = 0; i < BAR_COLUMNS; i++)
			buf_addc(&b, i < percent * BAR_COLUMNS / 100 ? '#' : '.');
		buf_printf(&b, "] %3lld%%  ", (long long)percent);
	}
	buf_printf(&b, "%lld MB  %lld lines/s  %lld records", (long long)(bytes / 1000000),
		   (long long)(lines * 1000 / passed_ms), (long long)records);
	fprintf(stderr, "\r%s\033[K", b.p);
	t->shown = true;
	buf_free(&b);
}

static void tell_report(void *ctx, const char *line)
{
	struct buf b = {0};
	wipe(ctx);
	text_show(&b, str_of(line), 0, !cmd_utf8());
	fprintf(stderr, "%s\n", b.p ? b.p : "");
	buf_free(&b);
}

static void add_count(struct buf *b, int64_t n, const char *one, const char *many)
{
	buf_printf(b, "%lld %s", (long long)n, n == 1 ? one : many);
}

/* "12 records added, 3 changed, 0 unchanged; 400 lines of 2 files; 1 malformed" */
static void add_summary(struct buf *b, const struct import_result *r)
{
	add_count(b, r->added, "record", "records");
	buf_printf(b, " added, %lld changed, %lld unchanged; ", (long long)r->changed, (long long)r->unchanged);
	add_count(b, r->lines, "line", "lines");
	buf_add(b, STR(" of "));
	add_count(b, r->files, "source", "sources");
	if (r->bad > 0)
		buf_printf(b, ", %lld malformed", (long long)r->bad);
	if (r->ignored_files > 0) {
		buf_add(b, STR("; "));
		add_count(b, r->ignored_files, "file", "files");
		buf_add(b, STR(" of no known format passed over"));
	}
	if (r->unreadable_files > 0)
		buf_printf(b, "; %lld could not be read", (long long)r->unreadable_files);
}

static bool year_of(const char *text, int *year, struct err *e)
{
	int64_t n = 0;
	if (text && (!str_to_int(str_of(text), &n) || n < 1970 || n > 9999))
		return err_set(e, ERR_USAGE, "--year %s is no year: write it as 2026", text);
	*year = (int)n;
	return true;
}

/* Before a database is made for them. */
static bool sources_readable(const struct opt_result *o, struct err *e)
{
	for (int i = 0; i < o->word_count; i++)
		if (strcmp(o->words[i], "-") != 0 && access(o->words[i], R_OK) != 0)
			return err_sys(e, errno, "cannot read %s", o->words[i]);
	return true;
}

static int conclude(bool ok, const struct import_result *r, const struct err *e)
{
	struct buf b = {0};
	add_summary(&b, r);
	buf_addc(&b, '\n');
	int code = EXIT_DONE;
	if (ok) {
		code = cmd_print(&b);
	} else {
		struct err why = {0};
		if (e->kind == ERR_CANCEL)
			err_set(&why, ERR_CANCEL, "stopped; what was read is in, and the same command completes it");
		else if (e->kind == ERR_STALE)
			err_set(&why, ERR_CANCEL,
				"stopped at once; not all that was read is in, and the same command completes it");
		else
			why = *e;
		code = cmd_fail(&why);
		if (e->kind != ERR_USAGE)
			fputs(b.p, stderr);
	}
	buf_free(&b);
	return code == EXIT_DONE && r->unreadable_files > 0 ? EXIT_COULD_NOT : code;
}

/* Texts come and go by the million: memory that was given back would be asked for again at once. */
static void keep_memory(void)
{
#ifdef __GLIBC__
	enum { KEPT = 64 << 20, AT_ONCE = 1 << 20, ALONE = 4 << 20 };
	mallopt(M_TRIM_THRESHOLD, KEPT);
	mallopt(M_TOP_PAD, AT_ONCE);
	mallopt(M_MMAP_THRESHOLD, ALONE);
#endif
}

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	(void)a;
	const char *into = o->values[OPT_INTO];
	if (o->word_count < 1)
		return cmd_usage(self, "import what? A file, a folder, or - for standard input");
	if (!into)
		return cmd_usage(self, "name the database with --into FILE");
	struct err e = {0};
	struct talk t = {.terminal = cmd_is_terminal(stderr), .started_ms = clock_ms()};
	struct import_options x = {
		.format = o->values[OPT_FORMAT],
		.columns = o->all[OPT_COLUMN].values,
		.table = o->values[OPT_TABLE],
		.column_count = o->all[OPT_COLUMN].count,
		.bad_limit = BAD_SHOWN,
		.cancelled = stopped,
		.progress = tell_progress,
		.report = tell_report,
		.ctx = &t,
	};
	if (!year_of(o->values[OPT_YEAR], &x.year, &e) || !import_check(&x, &e) || !sources_readable(o, &e))
		return cmd_fail(&e);
	bool made = access(into, F_OK) != 0;
	struct store *st = store_open_rw(into, true, &e);
	if (!st)
		return cmd_fail(&e);
	cmd_catch_signals();
	store_set_stale(st, cmd_insisted, NULL);
	struct import_result r;
	keep_memory();
	bool ok = import_run(st, o->words, o->word_count, &x, &r, &e);
	store_set_stale(st, NULL, NULL);
	/* What is refused or cannot be read leaves no new database behind. */
	if (made && (!ok || r.unreadable_files > 0))
		store_discard(st);
	else
		store_close(st);
	wipe(&t);
	return conclude(ok, &r, &e);
}

const struct cmd cmd_import = {
	.name = "import",
	.usage = "SOURCE… --into FILE",
	.help = "Read mail logs, bounce mails, events of providers and tables of email into a database.",
	.more = "SOURCE is a file, a folder (all files in it and below) or - for standard input, and may be compressed "
		"(.gz .xz .zst .bz2). Formats: logs of Postfix, Exim and Sendmail, as files or as journalctl -o "
		"short-iso prints them; bounce mails (mbox, Maildir, single mails); what SendGrid, Mailgun, Amazon "
		"SES, "
		"Postmark and SparkPost tell as JSON, by webhook or API; CSV and TSV with a head line; a table of any "
		"SQLite database. Importing the same thing again changes nothing. Stamps without a zone are local time "
		"in logs, UTC elsewhere. Ctrl-C stops, and what was read is put in; a second one leaves it out.",
	.first = &arg_source,
	.rest = &arg_source,
	.opts = opts,
	.opt_count = COUNT_OF(opts),
	.run = run,
};
