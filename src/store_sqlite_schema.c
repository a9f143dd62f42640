#include "store_sqlite.h"

#include "embedded.h"

#include <unistd.h>

static bool ask_int(struct store *st, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *s = store_prepare(st, sql, e);
	if (!s)
		return false;
	int rc = sqlite3_step(s);
	*out = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	bool ok = rc == SQLITE_ROW || store_fail(st, rc, e);
	sqlite3_finalize(s);
	return ok;
}

static const struct {
	const char *type, *name;
} pieces[] = {
	{"table", "email"},
	{"table", "attempt"},
	{"table", "source"},
	{"table", "tally"},
	{"table", "given_up"},
	{"table", "replaced"},
	{"index", "attempt_email"},
	{"index", "source_email"},
	{"index", "source_named"},
	{"index", "email_time"},
	{"index", "email_recipient"},
	{"index", "email_source"},
	{"index", "email_caused_by"},
	{"index", "failure_time"},
	{"index", "failure_recipient"},
	{"index", "failure_code"},
	{"index", "failure_domain"},
	{"index", "failure_mx"},
	{"index", "failure_sender"},
	{"index", "failure_text"},
	{"trigger", "email_before_insert"},
	{"trigger", "email_after_insert"},
	{"trigger", "email_after_replace"},
	{"trigger", "email_after_delete"},
	{"trigger", "email_after_update"},
	{"trigger", "email_id_stays"},
	{"index", "email_message_id"}, /* for imports alone; a database from before it can be browsed */
};
enum { BROWSE_PIECES = COUNT_OF(pieces) - 1 };

/* Is everything of the schema there? *lack: the piece that is not, COUNT_OF(pieces) when none. */
static bool check_pieces(struct store *st, size_t *lack, struct err *e)
{
	/* A virtual table has no root page. */
	sqlite3_stmt *s = store_prepare(st,
					"SELECT count(*) FROM sqlite_schema WHERE type = ?1 AND name = ?2 AND"
					" (rootpage > 0 OR type = 'trigger')",
					e);
	bool ok = s;
	for (*lack = 0; ok && *lack < COUNT_OF(pieces); ++*lack) {
		sqlite3_bind_text(s, 1, pieces[*lack].type, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, pieces[*lack].name, -1, SQLITE_STATIC);
		int rc = sqlite3_step(s);
		bool there = rc == SQLITE_ROW && sqlite3_column_int(s, 0) == 1;
		ok = rc == SQLITE_ROW || store_fail(st, rc, e);
		sqlite3_reset(s);
		if (!there)
			break;
	}
	sqlite3_finalize(s);
	return ok;
}

/* Every column that is asked for must be there. */
static bool check_columns(struct store *st, struct err *e)
{
	static const char *const probes[] = {
		"SELECT domain, code_key FROM email",
		"SELECT day, outcome, code_key, count FROM tally",
	};
	static const enum stmt_id kept[] = {STMT_RECORD, STMT_ATTEMPTS, STMT_SOURCE, STMT_MEET, STMT_GIVEN_UP};
	struct err why = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < COUNT_OF(probes); i++) {
		sqlite3_stmt *s = store_prepare(st, probes[i], &why);
		ok = s;
		sqlite3_finalize(s);
	}
	for (size_t i = 0; ok && i < COUNT_OF(kept); i++)
		ok = store_stmt(st, kept[i], &why);
	if (ok)
		return true;
	if ((sqlite3_errcode(st->db) & 0xff) == SQLITE_ERROR)
		return err_set(e, ERR_IO, "%s is not a database as deadletter makes them: %s", st->path,
			       sqlite3_errmsg(st->db));
	if (e->kind == ERR_NONE)
		*e = why;
	return false;
}

static bool check_version(const struct store *st, int64_t application, int64_t version, struct err *e)
{
	if (application != SCHEMA_APPLICATION_ID || version <= SCHEMA_VERSION)
		return true;
	return err_set(e, ERR_IO,
		       "%s was made by a newer deadletter (schema %lld, this one knows %d); update deadletter",
		       st->path, (long long)version, SCHEMA_VERSION);
}

bool schema_check(struct store *st, struct err *e)
{
	int64_t application, version, tables;
	size_t lack;
	if (!ask_int(st, "PRAGMA application_id", &application, e) ||
	    !ask_int(st, "PRAGMA user_version", &version, e) ||
	    !ask_int(st, "SELECT count(*) FROM sqlite_schema", &tables, e) || !check_pieces(st, &lack, e))
		return false;
	if (application == 0 && tables == 0)
		return err_set(e, ERR_IO, "%s is empty; make a database of it with: deadletter init %s", st->path,
			       st->path);
	if (application != SCHEMA_APPLICATION_ID)
		return err_set(e, ERR_IO,
			       "%s is a database, but not one of deadletter%s; put mail into one of its own with:"
			       " deadletter import SOURCE --into FILE",
			       st->path, lack == 0 ? " (it has no table email)" : "");
	if (!check_version(st, application, version, e))
		return false;
	if (lack < BROWSE_PIECES)
		return err_set(e, ERR_IO, "%s is not whole: it has no %s %s; put it back with: deadletter init %s",
			       st->path, pieces[lack].type, pieces[lack].name, st->path);
	return check_columns(st, e);
}

/* Email may have been written while the tally or its triggers were away. */
static bool recount(struct store *st, struct err *e)
{
	return store_exec(st,
			  "DELETE FROM replaced; DELETE FROM tally; INSERT INTO tally (day, outcome, code_key, count)"
			  " SELECT time / 86400, outcome, code_key, count(*) FROM email GROUP BY 1, 2, 3",
			  e);
}

bool schema_lay(struct store *st, bool create, struct err *e)
{
	int64_t application, version, tables;
	size_t lack;
	if (!store_exec(st, "BEGIN IMMEDIATE", e))
		return false;
	if (!ask_int(st, "PRAGMA application_id", &application, e) ||
	    !ask_int(st, "PRAGMA user_version", &version, e) ||
	    !ask_int(st, "SELECT count(*) FROM sqlite_schema", &tables, e) || !check_pieces(st, &lack, e) ||
	    !check_version(st, application, version, e)) /* before anything is laid: data/schema.sql sets its own */
		goto fail;
	bool empty = application == 0 && tables == 0;
	if (empty && !create) {
		err_set(e, ERR_IO, "%s is empty; make a database of it with: deadletter init %s", st->path, st->path);
		goto fail;
	}
	if ((empty || (application == SCHEMA_APPLICATION_ID && lack < COUNT_OF(pieces))) &&
	    (!store_exec(st, embedded_file("data/schema.sql").p, e) || !recount(st, e)))
		goto fail;
	return store_commit(st, e);
fail:
	store_rollback(st);
	return false;
}

/* Nobody else writes meanwhile; who comes later finds that the file was deleted, and says so instead of writing into nowhere. */
void store_discard(struct store *st)
{
	struct err e = {0};
	int64_t tables, email = 0;
	sqlite3_busy_timeout(st->db, 0);
	if (store_exec(st, "BEGIN EXCLUSIVE", &e) && ask_int(st, "SELECT count(*) FROM sqlite_schema", &tables, &e) &&
	    (tables == 0 || ask_int(st, "SELECT EXISTS (SELECT 1 FROM email)", &email, &e)) && email == 0)
		unlink(st->path);
	store_close(st);
}
