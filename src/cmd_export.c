#include "cmd.h"

#include "export.h"
#include "outfile.h"

enum { OPT_OUTPUT, OPT_FORMAT, OPT_COLUMNS, OPT_RAW, OPT_FORCE };

static void format_words(struct arg_words *w)
{
	for (int i = 0; i < EXPORT_FORMAT_COUNT; i++)
		arg_add(w, export_formats[i].name, export_formats[i].help, i == EXPORT_CSV);
}

static void column_words(struct arg_words *w)
{
	for (size_t i = 0; i < export_column_count; i++)
		arg_add(w, export_columns[i].name, export_columns[i].help, export_columns[i].flags & COLUMN_DEFAULT);
}

static const struct arg format_arg = {ARG_WORD, format_words}, columns_arg = {ARG_LIST, column_words};

static const struct opt opts[] = {
	[OPT_OUTPUT] = {'o', "output", "OUT", "Write to this file; - or nothing: standard output.", &arg_file},
	[OPT_FORMAT] = {0, "format", "FORMAT", "else what the name of OUT ends in, else csv.", &format_arg},
	[OPT_COLUMNS] = {0, "columns", "LIST", "Columns, separated by commas.", &columns_arg},
	[OPT_RAW] = {0, "raw", NULL, "Exact bytes: no ' before cells that a spreadsheet would run as formulas.", NULL},
	[OPT_FORCE] = {0, "force", NULL, "Replace OUT if it exists.", NULL},
};

enum { PROGRESS_AFTER_MS = 1000, PROGRESS_EVERY_MS = 200 };

struct progress {
	bool wanted, shown;
	int64_t started_ms, told_ms;
};

static bool stopped(void *ctx)
{
	(void)ctx;
	return cmd_stopped(NULL);
}

static void tell(void *ctx, int64_t rows)
{
	struct progress *p = ctx;
	int64_t now_ms = clock_ms();
	if (!p->wanted || now_ms - p->started_ms < PROGRESS_AFTER_MS || now_ms - p->told_ms < PROGRESS_EVERY_MS)
		return;
	p->told_ms = now_ms;
	p->shown = true;
	fprintf(stderr, "\r%lld records, %lld a second\033[K", (long long)rows,
		(long long)(rows * 1000 / (now_ms - p->started_ms)));
}

static enum export_format format_of(const struct opt_result *o)
{
	enum export_format format = EXPORT_CSV;
	if (o->values[OPT_FORMAT])
		export_format_of(str_of(o->values[OPT_FORMAT]), &format);
	else if (o->values[OPT_OUTPUT])
		format = export_format_for(str_of(o->values[OPT_OUTPUT]));
	return format;
}

static int report(const struct export_result *r, const char *path)
{
	if (r->guarded > 0)
		fprintf(stderr,
			"deadletter: %lld %s with = + - or @ and got a leading ' against being run as a formula;"
			" --raw writes the exact bytes\n",
			(long long)r->guarded, r->guarded == 1 ? "cell starts" : "cells start");
	if (!outfile_is_direct(path) && cmd_is_terminal(stderr)) {
		struct buf b = {0};
		buf_printf(&b, "%lld %s written to ", (long long)r->rows, r->rows == 1 ? "record" : "records");
		cmd_add_text(&b, str_of(path), stderr);
		fprintf(stderr, "%s\n", b.p);
		buf_free(&b);
	}
	return EXIT_DONE;
}

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	if (o->word_count < 1)
		return cmd_usage(self, "name a database");
	struct err e = {0};
	struct scope scope = {.count = 1};
	struct progress p = {.wanted = cmd_is_terminal(stderr), .started_ms = clock_ms()};
	struct export_options x = {
		.format = format_of(o),
		.raw = o->values[OPT_RAW] != NULL,
		.force = o->values[OPT_FORCE] != NULL,
		.ascii = !cmd_utf8(),
		.cancelled = stopped,
		.progress = tell,
		.ctx = &p,
	};
	const char *columns = o->values[OPT_COLUMNS];
	if (!cmd_filter(o->words + 1, o->word_count - 1, a, &scope.all[0], &e) ||
	    (columns && !export_columns_of(str_of(columns), &x, &e)))
		return cmd_fail(&e);
	struct store *st = store_open(o->words[0], &e);
	if (!st)
		return cmd_fail(&e);
	cmd_say_config();
	cmd_say_slow(st);
	const char *path = o->values[OPT_OUTPUT] ? o->values[OPT_OUTPUT] : "-";
	if (!outfile_is_direct(path)) /* else there is nothing to clean up, and a blocked pipe must not block Ctrl-C */
		cmd_catch_signals();
	store_set_stale(st, stopped, NULL);
	struct export_result r;
	bool ok = export_run(st, &scope, NULL, 0, path, &x, &r, &e);
	store_close(st);
	if (p.shown)
		fputs("\r\033[K", stderr);
	if (e.kind == ERR_STALE || e.kind == ERR_CANCEL) {
		e = (struct err){0};
		err_set(&e, ERR_CANCEL, "stopped; nothing was written");
	}
	return ok ? report(&r, path) : cmd_fail(&e);
}

const struct cmd cmd_export = {
	.name = "export",
	.usage = "FILE [FILTER] [-o OUT]",
	.help = "Write records to CSV, TSV or JSON lines.",
	.more = "Without FILTER all failures are written; deadletter --help tells what a filter may be.",
	.first = &arg_database,
	.rest = &arg_filter,
	.opts = opts,
	.opt_count = COUNT_OF(opts),
	.run = run,
};
