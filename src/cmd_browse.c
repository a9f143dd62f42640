#include "cmd.h"

#include "browse.h"

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	if (o->word_count < 1)
		return cmd_usage(self, "name a database");
	struct err e = {0};
	struct filter f;
	struct config config;
	if (!cmd_filter(o->words + 1, o->word_count - 1, a, &f, &e))
		return cmd_fail(&e);
	struct browse_options b = {.config = &config, .filter = cmd_words(o->words + 1, o->word_count - 1, a)};
	bool ok = cmd_configure(self, o, &config, &e) && browse_run(o->words[0], &b, &e);
	config_free(&config);
	return ok ? EXIT_DONE : cmd_fail(&e);
}

const struct cmd cmd_browse = {
	.name = "browse",
	.usage = "FILE [FILTER]",
	.help = "Browse a database of tracked email; ? lists the keys.",
	.first = &arg_database,
	.rest = &arg_filter,
	.configured = true,
	.run = run,
};
