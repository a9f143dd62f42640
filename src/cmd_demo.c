#include "cmd.h"

#include "browse.h"
#include "sample.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPT_KEEP };

static const struct opt opts[] = {
	[OPT_KEEP] = {'o', "keep", "FILE", "Write the sample to FILE instead, and do not browse.", &arg_file},
};

/* Takes away a database and what SQLite may have put beside it. */
static void remove_database(const char *path, struct arena *a)
{
	static const char *const tails[] = {"", "-journal", "-wal", "-shm"};
	for (size_t i = 0; i < COUNT_OF(tails); i++)
		unlink(arena_printf(a, "%s%s", path, tails[i]).p);
}

/* Makes the sample at `path`, which must be free; nothing is left there when it fails. */
static bool make_sample(const char *path, struct arena *a, struct err *e)
{
	struct stat st;
	if (lstat(path, &st) == 0)
		return err_set(e, ERR_INPUT, "%s exists already; name a new file", path);
	struct store *store = store_open_rw(path, true, e);
	if (!store)
		return false;
	bool ok = sample_write(store, clock_now(), e);
	store_close(store);
	if (ok && cmd_stopped(NULL))
		ok = err_set(e, ERR_CANCEL, "stopped; %s was not kept", path);
	if (!ok)
		remove_database(path, a);
	return ok;
}

/* A fresh folder that only we may enter; NULL with *e set: nowhere. */
static char *make_private_dir(struct arena *a, struct err *e)
{
	const char *const places[] = {getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp"};
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		if (!places[i] || places[i][0] != '/')
			continue;
		char *dir = arena_cstr(a, arena_printf(a, "%s/deadletter-XXXXXX", places[i]));
		if (mkdtemp(dir))
			return dir;
	}
	err_sys(e, errno, "cannot make a folder for the sample in /tmp; set TMPDIR");
	return NULL;
}

static bool browse_copy(struct config *config, struct arena *a, struct err *e)
{
	char *dir = make_private_dir(a, e);
	if (!dir)
		return false;
	const char *path = arena_printf(a, "%s/sample.db", dir).p;
	bool ok = make_sample(path, a, e) && browse_run(path, &(struct browse_options){.config = config}, e);
	remove_database(path, a);
	rmdir(dir);
	return ok;
}

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	if (o->word_count > 0)
		return cmd_usage(self, "demo takes no file; -o FILE writes the sample there");
	cmd_catch_signals();
	const char *keep = o->values[OPT_KEEP];
	struct err e = {0};
	if (keep)
		return make_sample(keep, a, &e) ? EXIT_DONE : cmd_fail(&e);
	struct config config;
	bool ok = cmd_configure(self, o, &config, &e) && browse_copy(&config, a, &e);
	config_free(&config);
	return ok ? EXIT_DONE : cmd_fail(&e);
}

const struct cmd cmd_demo = {
	.name = "demo",
	.usage = "[-o FILE]",
	.help = "Browse a sample of 60 days that ends now, in a private copy that is removed afterwards.",
	.opts = opts,
	.opt_count = COUNT_OF(opts),
	.configured = true,
	.run = run,
};
