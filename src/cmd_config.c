#include "cmd.h"

enum { OPT_PATH };

static const struct opt opts[] = {
	[OPT_PATH] = {0, "path", NULL, "Print where the file is looked for, and nothing else.", NULL},
};

static int print_path(const char *named, struct arena *a)
{
	bool must;
	struct err e = {0};
	struct buf b = {0};
	const char *path = config_path(named, a, &must);
	if (!path) {
		err_set(&e, ERR_INPUT,
			"there is no place for a configuration: set HOME, or name one with --config FILE");
		return cmd_fail(&e);
	}
	cmd_add_text(&b, str_of(path), stdout);
	buf_addc(&b, '\n');
	int code = cmd_print(&b);
	buf_free(&b);
	return code;
}

/* Line by line: on a terminal a line feed within a line would be shown as a sign. */
static int print_lines(const struct config *c)
{
	struct buf all = {0}, out = {0};
	struct str line;
	config_print(c, &all);
	for (struct str rest = buf_str(&all); str_next(&rest, '\n', &line) && rest.p;) {
		cmd_add_text(&out, line, stdout);
		buf_addc(&out, '\n');
	}
	int code = cmd_print(&out);
	buf_free(&all);
	buf_free(&out);
	return code;
}

static void print_mistakes(const struct config *c)
{
	int shown = c->mistake_count < MISTAKES_MAX ? c->mistake_count : MISTAKES_MAX;
	struct buf line = {0}, out = {0};
	for (int i = 0; i < shown; i++) {
		buf_reset(&line);
		config_mistake(c, i, true, &line);
		cmd_add_text(&out, buf_str(&line), stderr);
		buf_addc(&out, '\n');
	}
	if (shown < c->mistake_count)
		buf_printf(&out, "and %d more\n", c->mistake_count - shown);
	if (out.len > 0)
		fputs(out.p, stderr);
	buf_free(&line);
	buf_free(&out);
}

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	struct config c;
	struct err e = {0};
	if (o->word_count > 0)
		return cmd_usage(self, "config takes no words; --config FILE reads another file");
	if (o->values[OPT_PATH])
		return print_path(o->values[self->opt_count + CONFIG_OPT_FILE], a);
	int code = cmd_configure(self, o, &c, &e) ? print_lines(&c) : cmd_fail(&e);
	print_mistakes(&c);
	if (c.mistake_count > 0 && code == EXIT_DONE)
		code = EXIT_COULD_NOT;
	config_free(&c);
	return code;
}

const struct cmd cmd_config = {
	.name = "config",
	.usage = "[--path]",
	.help = "Print the configuration that holds, as a file that may be kept.",
	.more = "Wrong lines of the file are named on standard error, and make the exit code 1. A shell empties the "
		"file that it is told to print to "
		"before anything can be read from it: print to another one.",
	.opts = opts,
	.opt_count = COUNT_OF(opts),
	.configured = true,
	.run = run,
};
