/* scratch.h - a folder and a database for one test, and plain SQL on it: what the tests of the store share. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
	char dir[64], path[96];
};

static inline struct scratch *scratch_make(void)
{
	struct scratch *s = calloc(1, sizeof *s);
	assert_non_null(s);
	snprintf(s->dir, sizeof s->dir, "/tmp/deadletter-store-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof s->path, "%s/mail.db", s->dir);
	return s;
}

static inline int scratch_setup(void **state)
{
	*state = scratch_make();
	return 0;
}

static inline int scratch_teardown(void **state)
{
	struct scratch *s = *state;
	char cmd[128];
	snprintf(cmd, sizeof cmd, "rm -rf %s", s->dir);
	assert_int_equal(system(cmd), 0);
	free(s);
	return 0;
}

#define assert_ok(call, e)                                                                                             \
	do {                                                                                                           \
		if (!(call))                                                                                           \
			fail_msg("%s: %s", #call, (e).msg);                                                            \
	} while (0)

static inline sqlite3 *plain_open(const char *path)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

static inline void plain_exec(sqlite3 *db, const char *sql)
{
	char *msg = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &msg) != SQLITE_OK)
		fail_msg("%s: %s", sql, msg);
}

/* The first column of the first row as a number, or as text to be freed. */
static inline int64_t plain_int(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	int64_t n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : -1;
	sqlite3_finalize(s);
	return n;
}

static inline char *plain_text(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	const char *t = sqlite3_step(s) == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
	char *copy = strdup(t ? t : "");
	sqlite3_finalize(s);
	return copy;
}

/* How many rows of the tally differ from a recount. */
static inline int64_t tally_faults(sqlite3 *db)
{
	return plain_int(db,
			 "WITH counted AS (SELECT time / 86400 AS day, outcome, code_key, count(*) AS count FROM email"
			 " GROUP BY 1, 2, 3) SELECT (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT * FROM"
			 " tally)) + (SELECT count(*) FROM (SELECT * FROM tally EXCEPT SELECT * FROM counted))");
}

#endif
