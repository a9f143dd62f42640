/* deadletter - a terminal browser for email that did not arrive: finds the command and runs it. */
#include "cmd.h"

#include "text.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void paragraph(struct buf *b, int indent, const char *text)
{
	buf_printf(b, "%*s", indent, "");
	text_wrap(b, str_of(text), indent, indent, HELP_COLUMNS, false);
	buf_addc(b, '\n');
}

static void help_line(struct buf *b, const struct cmd *c)
{
	buf_printf(b, "  deadletter %s%s%s\n", c == cmds[0] ? "" : c->name, c == cmds[0] ? "" : " ", c->usage);
	paragraph(b, 6, c->help);
}

static int help_all(void)
{
	struct buf b = {0};
	buf_add(&b, STR("deadletter - a terminal browser for email that did not arrive\n\n"));
	for (size_t i = 0; cmds[i]; i++)
		help_line(&b, cmds[i]);
	buf_add(&b,
		STR("\n  deadletter COMMAND --help   tells its options\n  deadletter --version\n\nFilter terms:\n"));
	for (int k = 0; k < FILTER_KEY_COUNT; k++) {
		char left[40];
		snprintf(left, sizeof left, "  %s:%s", filter_keys[k].name, filter_keys[k].value);
		opt_row(&b, left, 19, str_of(filter_keys[k].help));
	}
	paragraph(&b, 2,
		  "A bare word is part of a recipient, or a code. - negates, a repeated key means or, different keys "
		  "mean and, quotes keep spaces.");
	buf_add(&b, STR("\nExit codes: 0 done, 1 could not, 2 wrong usage. man deadletter tells more.\n"));
	int code = cmd_print(&b);
	buf_free(&b);
	return code;
}

/* The words that an option takes, where there is something to say about them. */
static void help_words(struct buf *b, const struct opt *o)
{
	struct arena a = {0};
	struct arg_words words = arg_words_of(o->takes, &a);
	bool list = o->takes && o->takes->kind == ARG_LIST;
	if (words.count > 0 && words.items[0].help[0]) {
		buf_printf(b, "\n--%s%s:\n", o->name, list ? " (* is there without it)" : "");
		for (size_t i = 0; i < words.count; i++) {
			const struct arg_word *w = &words.items[i];
			opt_row(b, arena_printf(&a, "%s%s", list && w->usual ? "* " : "  ", w->text).p, 17,
				str_of(w->help));
		}
	}
	arena_free(&a);
}

static int help_one(const struct cmd *c)
{
	struct buf b = {0};
	struct arena a = {0};
	size_t count;
	const struct opt *opts = cmd_opts(c, &a, &count);
	buf_add(&b, STR("usage:\n"));
	help_line(&b, c);
	if (count > 0) {
		buf_add(&b, STR("\noptions:\n"));
		opt_help(opts, count, &b);
	}
	if (c->more) {
		buf_addc(&b, '\n');
		paragraph(&b, 0, c->more);
	}
	for (size_t i = 0; i < count; i++)
		help_words(&b, &opts[i]);
	int code = cmd_print(&b);
	buf_free(&b);
	arena_free(&a);
	return code;
}

static int run(const struct cmd *c, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return help_one(c);
	struct arena a = {0};
	struct err e = {0};
	struct opt_result o;
	char name[64];
	snprintf(name, sizeof name, "deadletter%s%s", c == cmds[0] ? "" : " ", c == cmds[0] ? "" : c->name);
	size_t count;
	const struct opt *opts = cmd_opts(c, &a, &count);
	int code = opt_parse(name, opts, count, argc, argv, &a, &o, &e) ? c->run(c, &o, &a) : cmd_fail(&e);
	arena_free(&a);
	return code;
}

static const struct cmd *find(const char *name)
{
	for (size_t i = 0; cmds[i]; i++)
		if (strcmp(name, cmds[i]->name) == 0)
			return cmds[i];
	return NULL;
}

/* A word that is neither a command nor a file, but nearly a command. */
static const struct cmd *nearly(const char *word)
{
	struct stat st;
	if (word[0] == '-' || lstat(word, &st) == 0)
		return NULL;
	for (size_t i = 0; cmds[i]; i++)
		if (str_distance(str_of(word), str_of(cmds[i]->name)) <= 2)
			return cmds[i];
	return NULL;
}

static int print_version(void)
{
	struct buf b = {0};
	buf_printf(&b, "deadletter %s\n", DEADLETTER_VERSION);
	int code = cmd_print(&b);
	buf_free(&b);
	return code;
}

/* Standard streams that the caller has closed: else a database would get the number of one, and be written to. What
 * is opened in their place refuses all use, so that nothing is lost without a word. */
static void fill_standard_streams(void)
{
	while (true) {
		int fd = open("/dev/null", O_PATH | O_CLOEXEC);
		if (fd > STDERR_FILENO)
			close(fd);
		if (fd < 0 || fd > STDERR_FILENO)
			return;
	}
}

int main(int argc, char **argv)
{
	fill_standard_streams();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, said like any other */
	signal(SIGXFSZ, SIG_IGN);
	struct err e = {0};
	const char *word = argc > 1 ? argv[1] : "";
	if (argc < 2) {
		err_set(&e, ERR_USAGE,
			"which database? deadletter FILE browses one, deadletter demo a sample; see deadletter --help");
		return cmd_fail(&e);
	}
	if (strcmp(word, "--version") == 0)
		return print_version();
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		const struct cmd *of = argc > 2 ? find(argv[2]) : NULL;
		return of ? help_one(of) : help_all();
	}
	const struct cmd *c = find(word);
	if (c)
		return run(c, argc - 1, argv + 1);
	c = nearly(word);
	if (c) {
		err_set(&e, ERR_USAGE, "there is no command and no file \"%s\"; did you mean deadletter %s?", word,
			c->name);
		return cmd_fail(&e);
	}
	return run(cmds[0], argc, argv);
}
