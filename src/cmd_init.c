#include "cmd.h"

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	(void)a;
	if (o->word_count != 1)
		return cmd_usage(self, "name one file");
	struct err e = {0};
	struct store *st = store_open_rw(o->words[0], true, &e);
	if (!st)
		return cmd_fail(&e);
	store_close(st);
	return EXIT_DONE;
}

const struct cmd cmd_init = {
	.name = "init",
	.usage = "FILE",
	.help = "Make an empty database, or put back what an existing one lacks.",
	.first = &arg_database,
	.run = run,
};
