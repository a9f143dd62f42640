#include "cmd.h"

#include "text.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

const struct cmd *const cmds[] = {
	&cmd_browse, &cmd_export, &cmd_summary, &cmd_import, &cmd_explain,
	&cmd_init,   &cmd_tune,   &cmd_demo,    &cmd_config, NULL,
};

const struct arg arg_filter = {ARG_FILTER, NULL};

bool cmd_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool cmd_is_terminal(FILE *f)
{
	return isatty(fileno(f));
}

static void say(struct str sentence)
{
	struct buf b = {0};
	text_show(&b, sentence, 0, !cmd_utf8());
	fprintf(stderr, "deadletter: %s\n", b.p ? b.p : "");
	buf_free(&b);
}

int cmd_fail(const struct err *e)
{
	say(str_of(e->msg));
	return e->kind == ERR_USAGE ? EXIT_USAGE : EXIT_COULD_NOT;
}

void cmd_say_slow(const struct store *st)
{
	struct buf why = {0};
	if (cmd_is_terminal(stderr) && store_is_slow(st, &why))
		say(buf_str(&why));
	buf_free(&why);
}

void cmd_say_config(void)
{
	struct config c;
	struct err e = {0};
	struct buf wrong = {0};
	config_init(&c);
	if (config_load(&c, NULL, &e))
		config_notice(&c, true, &wrong);
	else
		buf_add(&wrong, str_of(e.msg));
	if (wrong.len > 0)
		say(buf_str(&wrong));
	buf_free(&wrong);
	config_free(&c);
}

int cmd_usage(const struct cmd *self, const char *fmt, ...)
{
	struct err e = {0};
	char what[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	err_set(&e, ERR_USAGE, "%s; see deadletter %s%s--help", what, self == cmds[0] ? "" : self->name,
		self == cmds[0] ? "" : " ");
	return cmd_fail(&e);
}

struct str cmd_words(const char *const *words, int count, struct arena *a)
{
	struct buf b = {0};
	for (int i = 0; i < count; i++)
		buf_printf(&b, "%s%s", i ? " " : "", words[i]);
	struct str line = arena_str(a, buf_str(&b));
	buf_free(&b);
	return line;
}

const struct opt *cmd_opts(const struct cmd *c, struct arena *a, size_t *count)
{
	*count = c->opt_count + (c->configured ? CONFIG_OPT_COUNT : 0);
	struct opt *all = arena_array(a, struct opt, *count);
	if (c->opt_count > 0)
		memcpy(all, c->opts, c->opt_count * sizeof *all);
	if (c->configured)
		config_opts(a, all + c->opt_count);
	return all;
}

bool cmd_configure(const struct cmd *self, const struct opt_result *o, struct config *out, struct err *e)
{
	const char *const *values = o->values + self->opt_count;
	config_init(out);
	if (!config_load(out, values[CONFIG_OPT_FILE], e))
		return false;
	for (int i = 0; i < OPTION_COUNT; i++) {
		const char *value = values[CONFIG_OPT_FIRST + i];
		if (value && !config_set(out, (enum option_id)i, str_of(value), e)) {
			e->kind = ERR_USAGE;
			return false;
		}
	}
	return true;
}

/* The configuration's: what is typed means the same in the browser and in scripts. */
enum zone cmd_zone(void)
{
	struct config c;
	struct err e = {0};
	config_init(&c);
	config_load(&c, NULL, &e);
	enum zone zone = c.zone;
	config_free(&c);
	return zone;
}

bool cmd_filter(const char *const *words, int count, struct arena *a, struct filter *out, struct err *e)
{
	if (filter_parse(cmd_words(words, count, a), moment_now(cmd_zone()), a, out, e))
		return true;
	e->kind = ERR_USAGE;
	return false;
}

void cmd_add_text(struct buf *b, struct str text, FILE *f)
{
	if (cmd_is_terminal(f))
		text_show(b, text, 0, !cmd_utf8());
	else
		buf_add(b, text);
}

int cmd_print(const struct buf *b)
{
	errno = 0;
	if ((b->len == 0 || fwrite(b->p, 1, b->len, stdout) == b->len) && fflush(stdout) == 0)
		return EXIT_DONE;
	struct err e = {0};
	err_sys(&e, errno, "cannot write standard output");
	return cmd_fail(&e);
}

enum { AGAIN_MS = 500 }; /* one that comes sooner is the same, passed on by another program */

/* Set by the handler, read between rows: the one thing a handler may safely do. */
static volatile sig_atomic_t stopped;
static atomic_bool insisted; /* read by other threads, too */

static void on_signal(int number)
{
	static int64_t first_ms;
	if (stopped && clock_ms() - first_ms >= AGAIN_MS)
		atomic_store(&insisted, true);
	if (!stopped)
		first_ms = clock_ms();
	stopped = number;
}

void cmd_catch_signals(void)
{
	const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction act = {.sa_handler = on_signal}, former;
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (sigaction(numbers[i], NULL, &former) == 0 && former.sa_handler != SIG_IGN) /* as nohup wants it */
			sigaction(numbers[i], &act, NULL);
}

bool cmd_stopped(void *unused)
{
	(void)unused;
	return stopped != 0;
}

bool cmd_insisted(void *unused)
{
	(void)unused;
	return atomic_load(&insisted);
}
