/* deadletter - a terminal browser for email that did not arrive: finds the command and runs it. */
#include "cmd.h"

#include "text.h"

#include <locale.h>
#include <signal.h>
#include <string.h>

static void help_line(struct buf *b, const struct cmd *c)
{
	buf_printf(b, "  deadletter %s%s%s\n      %s\n", c == cmds[0] ? "" : c->name, c == cmds[0] ? "" : " ", c->usage,
		   c->help);
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
		snprintf(left, sizeof left, "%s:%s", filter_keys[k].name, filter_keys[k].value);
		buf_printf(&b, "  %-16s  %s\n", left, filter_keys[k].help);
	}
	buf_add(&b, STR("  A bare word is part of a recipient, or a code. - negates, a repeated key means or,\n"
			"  different keys mean and, quotes keep spaces.\n\n"
			"Exit codes: 0 done, 1 could not, 2 wrong usage.\n"));
	int code = cmd_print(&b);
	buf_free(&b);
	return code;
}

static int help_one(const struct cmd *c)
{
	struct buf b = {0};
	buf_add(&b, STR("usage:\n"));
	help_line(&b, c);
	if (c->more)
		buf_printf(&b, "\n%s", c->more);
	if (c->opt_count > 0) {
		buf_add(&b, STR("\noptions:\n"));
		opt_help(c->opts, c->opt_count, &b);
	}
	int code = cmd_print(&b);
	buf_free(&b);
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
	snprintf(name, sizeof name, "deadletter %s", c->name);
	int code = opt_parse(name, c->opts, c->opt_count, argc, argv, &a, &o, &e) ? c->run(c, &o, &a) : cmd_fail(&e);
	arena_free(&a);
	return code;
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, said like any other */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		int code = help_all();
		return argc < 2 && code == EXIT_DONE ? EXIT_USAGE : code;
	}
	if (strcmp(argv[1], "--version") == 0) {
		struct buf b = {0};
		buf_printf(&b, "deadletter %s\n", DEADLETTER_VERSION);
		int code = cmd_print(&b);
		buf_free(&b);
		return code;
	}
	for (size_t i = 0; cmds[i]; i++)
		if (strcmp(argv[1], cmds[i]->name) == 0)
			return run(cmds[i], argc - 1, argv + 1);
	return run(cmds[0], argc, argv);
}
