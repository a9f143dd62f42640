/* store_sqlite.h - what the files of the SQLite store share. Nobody else includes it, or sqlite3.h.
 *
 * Layer 2. store_sqlite_open.c: opening, safety, errors. _sql.c: statements, values, rows. _filter.c: scopes → SQL.
 * _write.c: putting in. _tally.c: its share of the tally. store_sqlite.c: asking.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store.h"

#include <sqlite3.h>
#include <sys/stat.h>

enum {
	SCHEMA_APPLICATION_ID = 0x646C7472, /* "dltr", as in data/schema.sql */
	SCHEMA_VERSION = 1,
	FIELD_MAX = 4 << 20, /* bytes of one field that are ever read; longer ones are cut */
};

/* Statements that are prepared once and kept; their SQL is in store_sqlite_sql.c. */
enum stmt_id {
	STMT_DATA_VERSION,
	STMT_RECORD,       /* one whole email by id */
	STMT_RECORD_SHORT, /* the same without the texts: one of them is too long */
	STMT_RECORD_ADD,
	STMT_RECORD_CHANGE,
	STMT_MEET,
	STMT_ATTEMPT_KNOWN,
	STMT_ATTEMPT_ADD,
	STMT_ATTEMPT_COUNT,
	STMT_GIVEN_UP,
	STMT_GIVEN_UP_ADD,
	STMT_EXPIRE_FIND,
	STMT_EXPIRE,
	STMT_TALLY_ADD,
	STMT_TALLY_CLEAN,
	STMT_COUNT
};

/* Changes to the table tally that are not written yet; see store_sqlite_tally.c. */
struct tally {
	struct tally_sum *sums; /* an open hash table */
	size_t count, cap;
};

struct store {
	sqlite3 *db;
	char *path;
	bool writable;
	bool snapshot;         /* opened immutable: see store_is_snapshot */
	bool reading;          /* between store_read_begin and _end */
	struct stat as_opened; /* of the file; a snapshot must stay like this */
	bool careful;          /* some field is longer than FIELD_MAX: search fields by prefix */
	bool was_stale;        /* the running query was ended by is_stale */
	bool (*is_stale)(void *ctx);
	void *stale_ctx;
	sqlite3_stmt *stmts[STMT_COUNT];
	struct tally tally; /* of a handle that writes */
};

/* ---- store_sqlite_open.c ---- */

/* Turns the result code of the last call on st->db into a sentence, or ERR_STALE. Always false. */
bool store_fail(struct store *st, int rc, struct err *e);
/* One read transaction: everything between sees one state. A nested begin is wrong. */
bool store_read_begin(struct store *st, struct err *e);
/* Ends it. Returns `ok`, or false with *e set when the file of a snapshot changed underneath. */
bool store_read_end(struct store *st, bool ok, struct err *e);

/* ---- store_sqlite_filter.c ---- */

/* Makes the SQL functions that WHERE clauses use known to st->db. */
bool store_add_functions(struct store *st, struct err *e);

/* ---- store_sqlite_tally.c ---- */

void tally_add(struct tally *t, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t delta);
bool tally_write(struct store *st, struct err *e); /* into the table; then forgets */
void tally_forget(struct tally *t);
void tally_free(struct tally *t);

/* ---- store_sqlite_sql.c ---- */

/* NULL with *e set: could not. */
sqlite3_stmt *store_prepare(struct store *st, const char *sql, struct err *e);
sqlite3_stmt *store_stmt(struct store *st, enum stmt_id id, struct err *e);
bool store_exec(struct store *st, const char *sql, struct err *e);

/* Text is bound as it is, an empty one as NULL; so is a code that is none, a stage that is none, a time or number not known. The
 * bytes must live until the statement is reset. */
void bind_text(sqlite3_stmt *s, int i, struct str text);
void bind_known_int(sqlite3_stmt *s, int i, int64_t value, int64_t unknown);
void bind_ecode(sqlite3_stmt *s, int i, struct ecode c);

/* Columns of any type, NULL included; bytes valid until the next step. */
struct str column_str(sqlite3_stmt *s, int i);
struct str column_copy(sqlite3_stmt *s, int i, size_t max, struct arena *a);
int64_t column_int_or(sqlite3_stmt *s, int i, int64_t none);
struct ecode column_ecode(sqlite3_stmt *s, int i);
enum outcome column_outcome(sqlite3_stmt *s, int i);

/* Both codes as one number, as the column code_key. */
#define CODE_KEY_NONE INT64_C(9000000000) /* no enhanced code; a basic one is added */
int64_t code_key_of(struct ecode enhanced, int basic);
void code_key_split(int64_t key, struct ecode *enhanced, int *basic);

/* The first `max` bytes of a text of an email, however long it is; empty when that cannot be read. */
struct str store_prefix(struct store *st, int64_t id, const char *column, size_t max, struct arena *a);
/* Reads one email whole, its response cut at `response_max` bytes. *found false: there is none. Texts owned by `a`. */
bool store_record(struct store *st, int64_t id, size_t response_max, struct arena *a, struct record *out, bool *found,
		  struct err *e);

#endif
