#include "cmd.h"

#include "browse.h"

enum { OPT_NO_MOUSE };

static const struct opt opts[] = {
	[OPT_NO_MOUSE] = {0, "no-mouse", NULL, "Leave the mouse to the terminal.", NULL},
};

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	if (o->word_count < 1)
		return cmd_usage(self, "name a database");
	struct err e = {0};
	struct filter f;
	if (!cmd_filter(o->words + 1, o->word_count - 1, a, &f, &e))
		return cmd_fail(&e);
	struct config config;
	config_init(&config);
	struct browse_options b = {
		.config = &config,
		.filter = cmd_words(o->words + 1, o->word_count - 1, a),
		.no_mouse = o->values[OPT_NO_MOUSE] != NULL,
	};
	return browse_run(o->words[0], &b, &e) ? EXIT_DONE : cmd_fail(&e);
}

const struct cmd cmd_browse = {
	.name = "browse",
	.usage = "FILE [FILTER]",
	.help = "Browse a database of tracked email; ? lists the keys.",
	.first = &arg_database,
	.rest = &arg_filter,
	.opts = opts,
	.opt_count = COUNT_OF(opts),
	.run = run,
};
