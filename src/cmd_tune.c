#include "cmd.h"

enum { TELL_EVERY_MS = 200 };

struct tune {
	const char *what; /* being added */
	int number, count;
	int64_t started_ms, told_ms;
	bool terminal; /* stderr is one */
};

static void tell(struct tune *t, int64_t now_ms)
{
	t->told_ms = now_ms;
	if (t->terminal)
		fprintf(stderr, "\r%d of %d: %s, %lld s\033[K", t->number, t->count, t->what,
			(long long)((now_ms - t->started_ms) / 1000));
}

static void next(void *ctx, const char *what, int number, int count)
{
	struct tune *t = ctx;
	t->what = what;
	t->number = number;
	t->count = count;
	t->started_ms = clock_ms();
	tell(t, t->started_ms);
}

static bool stopped(void *ctx)
{
	struct tune *t = ctx;
	int64_t now_ms = clock_ms();
	if (t->what && now_ms - t->told_ms >= TELL_EVERY_MS)
		tell(t, now_ms);
	return cmd_stopped(NULL);
}

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	(void)a;
	if (o->word_count != 1)
		return cmd_usage(self, "name one file");
	struct err e = {0};
	struct tune t = {.terminal = cmd_is_terminal(stderr)};
	int added;
	struct store *st = store_open_tune(o->words[0], &e);
	if (!st)
		return cmd_fail(&e);
	cmd_catch_signals();
	store_set_stale(st, stopped, &t);
	bool ok = store_tune(st, next, &t, &added, &e);
	store_close(st);
	if (t.terminal && t.what)
		fputs("\r\033[K", stderr);
	if (ok) {
		struct buf b = {0};
		if (added == 0)
			buf_add(&b, STR("Nothing was missing.\n"));
		else
			buf_printf(&b, "Added what was missing, in %d %s.\n", added, added == 1 ? "step" : "steps");
		int code = cmd_print(&b);
		buf_free(&b);
		return code;
	}
	if (e.kind == ERR_STALE) {
		e = (struct err){0};
		err_set(&e, ERR_CANCEL, "stopped; %d of %d are added and stay, the rest comes when it is run again",
			added, t.count);
	}
	return cmd_fail(&e);
}

const struct cmd cmd_tune = {
	.name = "tune",
	.usage = "FILE",
	.help = "Add the indexes and the tally that a database lacks, and that make it fast.",
	.more = "Each is added in a transaction of its own, what is used most first. Ctrl-C stops; what is added "
		"stays, and the"
		" rest comes when it is run again.",
	.first = &arg_database,
	.run = run,
};
