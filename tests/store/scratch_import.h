/* scratch_import.h - an import of one source into the scratch database, perhaps stopped. */
#ifndef SCRATCH_IMPORT_H
#define SCRATCH_IMPORT_H

#include "import/import.h"

#include "scratch.h"

static inline bool import_into(const struct scratch *s, const char *source, const struct import_options *o,
			       struct import_result *r, struct err *e)
{
	struct err open_e = {0};
	struct store *st = store_open_rw(s->path, true, &open_e);
	if (!st)
		fail_msg("%s", open_e.msg);
	const char *sources[] = {source};
	bool ok = import_run(st, sources, 1, o, r, e);
	store_close(st);
	return ok;
}

/* For import_options.cancelled: after it was asked so often. */
struct countdown {
	int left;
};

static inline bool stop_soon(void *ctx)
{
	struct countdown *c = ctx;
	return c->left-- <= 0;
}

#endif
