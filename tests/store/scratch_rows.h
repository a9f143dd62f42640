/* scratch_rows.h - a scratch database filled by plain SQL, and a store that only reads it. */
#ifndef SCRATCH_ROWS_H
#define SCRATCH_ROWS_H

#include "scratch.h"

struct fixture {
	struct scratch *scratch;
	sqlite3 *db;
	struct store *st;
};

/* Without its store: fixture_open. */
static inline struct fixture *fixture_make(const char *sql)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = {0};
	assert_non_null(f);
	f->scratch = scratch_make();
	store_close(store_open_rw(f->scratch->path, true, &e));
	f->db = plain_open(f->scratch->path);
	plain_exec(f->db, sql);
	return f;
}

static inline void fixture_open(struct fixture *f)
{
	struct err e = {0};
	f->st = store_open(f->scratch->path, &e);
	if (!f->st)
		fail_msg("%s", e.msg);
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	void *scratch = f->scratch;
	store_close(f->st);
	sqlite3_close(f->db);
	free(f);
	return scratch_teardown(&scratch);
}

#endif
