#include "store_sqlite.h"

#include "embedded.h"

#include <string.h>
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

/* Tables, then what is put back in this order: what is used most comes first. */
static const struct {
	const char *type, *name;
	enum {
		BARE,  /* nothing works without */
		FAST,  /* slow without */
		TALLY, /* the tally and what keeps it; not to be trusted when a part is missing */
		LOAD   /* slow to import without */
	} role;
} pieces[] = {
	{"table", "email", BARE},
	{"table", "attempt", BARE},
	{"table", "source", BARE},
	{"table", "given_up", BARE},
	{"index", "failure_time", FAST},
	{"table", "tally", TALLY},
	{"table", "replaced", TALLY},
	{"trigger", "email_before_insert", TALLY},
	{"trigger", "email_after_insert", TALLY},
	{"trigger", "email_after_replace", TALLY},
	{"trigger", "email_after_delete", TALLY},
	{"trigger", "email_after_update", TALLY},
	{"trigger", "email_id_stays", TALLY},
	{"index", "failure_code", FAST},
	{"index", "failure_recipient", FAST},
	{"index", "email_recipient", FAST},
	{"index", "email_time", FAST},
	{"index", "attempt_email", FAST},
	{"index", "source_email", FAST},
	{"index", "email_caused_by", FAST},
	{"index", "failure_text", FAST},
	{"index", "failure_domain", FAST},
	{"index", "failure_mx", FAST},
	{"index", "failure_sender", FAST},
	{"index", "email_source", LOAD},
	{"index", "source_named", LOAD},
	{"index", "email_message_id", LOAD},
};

/* What of the schema is not there? *lacks: bits of pieces[]. */
static bool check_pieces(struct store *st, unsigned *lacks, struct err *e)
{
	/* A virtual table has no root page. */
	sqlite3_stmt *s = store_prepare(st,
					"SELECT count(*) FROM sqlite_schema WHERE type = ?1 AND name = ?2 AND"
					" (rootpage > 0 OR type = 'trigger')",
					e);
	bool ok = s;
	*lacks = 0;
	for (size_t i = 0; ok && i < COUNT_OF(pieces); i++) {
		sqlite3_bind_text(s, 1, pieces[i].type, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, pieces[i].name, -1, SQLITE_STATIC);
		int rc = sqlite3_step(s);
		ok = rc == SQLITE_ROW || store_fail(st, rc, e);
		if (ok && sqlite3_column_int(s, 0) != 1)
			*lacks |= 1u << i;
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	return ok;
}

static bool is_lacked(unsigned lacks, size_t piece)
{
	return (lacks >> piece & 1) != 0;
}

bool schema_lacks_index(const struct store *st, struct str name)
{
	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		if (is_lacked(st->lacks, i) && strcmp(pieces[i].type, "index") == 0 &&
		    str_eq(name, str_of(pieces[i].name)))
			return true;
	return false;
}

static bool lacks_role(unsigned lacks, int role)
{
	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		if (is_lacked(lacks, i) && (int)pieces[i].role == role)
			return true;
	return false;
}

/* A count of all email instead of the table, as wide as it. */
#define COUNTED                                                                                                        \
	"(SELECT time / 86400 AS day, outcome, code_key, count(*) AS count FROM email GROUP BY 1, 2, 3) AS tally"

static bool starts_word(struct str s, struct str word)
{
	return str_starts(s, word) && (s.len == word.len || s.p[word.len] == ' ');
}

char *schema_without(const struct store *st, const char *sql)
{
	static const struct str by = {" INDEXED BY ", 12}, tally = {" FROM tally", 11};
	struct buf b = {0};
	bool no_tally = lacks_role(st->lacks, TALLY);
	if (st->lacks == 0)
		return NULL;
	for (struct str rest = str_of(sql); rest.len > 0;) {
		struct str name = str_slice(rest, by.len, SIZE_MAX), word = STR("");
		if (str_starts(rest, by))
			str_next(&name, ' ', &word);
		if (word.len > 0 && schema_lacks_index(st, word)) {
			rest = str_slice(rest, by.len + word.len, SIZE_MAX);
		} else if (no_tally && starts_word(rest, tally)) {
			buf_add(&b, STR(" FROM " COUNTED));
			rest = str_slice(rest, tally.len, SIZE_MAX);
		} else {
			buf_addc(&b, rest.p[0]);
			rest = str_slice(rest, 1, SIZE_MAX);
		}
	}
	return b.p;
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
	unsigned lacks;
	if (!ask_int(st, "PRAGMA application_id", &application, e) ||
	    !ask_int(st, "PRAGMA user_version", &version, e) ||
	    !ask_int(st, "SELECT count(*) FROM sqlite_schema", &tables, e) || !check_pieces(st, &lacks, e))
		return false;
	if (application == 0 && tables == 0)
		return err_set(e, ERR_IO, "%s is empty; make a database of it with: deadletter init %s", st->path,
			       st->path);
	if (application != SCHEMA_APPLICATION_ID)
		return err_set(e, ERR_IO,
			       "%s is a database, but not one of deadletter%s; put mail into one of its own with:"
			       " deadletter import SOURCE --into FILE",
			       st->path, is_lacked(lacks, 0) ? " (it has no table email)" : "");
	if (!check_version(st, application, version, e))
		return false;
	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		if (is_lacked(lacks, i) && pieces[i].role == BARE)
			return err_set(e, ERR_IO,
				       "%s is not whole: it has no %s %s; put it back with: deadletter init %s",
				       st->path, pieces[i].type, pieces[i].name, st->path);
	if (st->lacks != lacks)
		store_forget_stmts(st);
	st->lacks = lacks;
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
	unsigned lacks;
	char page_size[40];
	snprintf(page_size, sizeof page_size, "PRAGMA page_size = %d", PAGE_BYTES); /* ignored where there are pages */
	if (!store_exec(st, page_size, e) || !store_exec(st, "BEGIN IMMEDIATE", e))
		return false;
	if (!ask_int(st, "PRAGMA application_id", &application, e) ||
	    !ask_int(st, "PRAGMA user_version", &version, e) ||
	    !ask_int(st, "SELECT count(*) FROM sqlite_schema", &tables, e) || !check_pieces(st, &lacks, e) ||
	    !check_version(st, application, version, e)) /* before anything is laid: data/schema.sql sets its own */
		goto fail;
	bool empty = application == 0 && tables == 0;
	if (empty && !create) {
		err_set(e, ERR_IO, "%s is empty; make a database of it with: deadletter init %s", st->path, st->path);
		goto fail;
	}
	if (!empty && (application != SCHEMA_APPLICATION_ID || lacks == 0)) {
		store_rollback(st); /* to commit waits for all who read, even when there is nothing to commit */
		return true;
	}
	if (!store_exec(st, embedded_file("data/schema.sql").p, e) || !recount(st, e))
		goto fail;
	return store_commit(st, e);
fail:
	store_rollback(st);
	return false;
}

/* ---- putting back piece by piece ---- */

/* Its statement in data/schema.sql, and all behind it. */
static const char *statement_of(size_t piece, struct arena *a)
{
	const char *start = arena_printf(a, "CREATE %s IF NOT EXISTS %s ",
					 strcmp(pieces[piece].type, "table") == 0   ? "TABLE"
					 : strcmp(pieces[piece].type, "index") == 0 ? "INDEX"
										    : "TRIGGER",
					 pieces[piece].name)
				    .p;
	return strstr(embedded_file("data/schema.sql").p, start);
}

static bool add_piece(struct store *st, size_t piece, struct err *e)
{
	struct arena a = {0};
	sqlite3_stmt *s = store_prepare(st, statement_of(piece, &a), e); /* takes the first statement only */
	bool ok = s && stmt_run(st, s, e);
	sqlite3_finalize(s);
	arena_free(&a);
	return ok;
}

/* All of one role, or one piece. */
static bool add_pieces(struct store *st, unsigned which, bool tally, struct err *e)
{
	bool ok = store_exec(st, "BEGIN IMMEDIATE", e);
	for (size_t i = 0; ok && i < COUNT_OF(pieces); i++)
		if (is_lacked(which, i))
			ok = add_piece(st, i, e);
	ok = ok && (!tally || recount(st, e)) && store_exec(st, "COMMIT", e);
	if (!ok)
		store_rollback(st);
	return ok;
}

/* The tally with its triggers is one step: it is right from the moment that they are there. */
static int steps_of(unsigned lacks, unsigned steps[COUNT_OF(pieces)], unsigned *tally)
{
	int n = 0;
	*tally = 0;
	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		if (pieces[i].role == TALLY)
			*tally |= lacks & 1u << i;
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		unsigned bit = lacks & 1u << i, step = bit & *tally ? *tally : bit;
		if (bit && (n == 0 || steps[n - 1] != step))
			steps[n++] = step;
	}
	return n;
}

static const char *name_of(unsigned step, unsigned tally, struct buf *b)
{
	buf_reset(b);
	for (size_t i = 0; step != tally && i < COUNT_OF(pieces); i++)
		if (is_lacked(step, i))
			buf_printf(b, "%s %s", pieces[i].type, pieces[i].name);
	if (step == tally)
		buf_add(b, STR("the tally"));
	return b->p;
}

/* What to do comes first, and all fits a line of 80 columns. */
bool store_is_slow(const struct store *st, struct buf *why)
{
	unsigned tally, steps[COUNT_OF(pieces)] = {0};
	struct buf name = {0};
	if (!lacks_role(st->lacks, FAST) && !lacks_role(st->lacks, TALLY))
		return false;
	int n = steps_of(st->lacks, steps, &tally);
	buf_printf(why, "Slow: deadletter tune FILE adds %s", name_of(steps[0], tally, &name));
	if (n > 1)
		buf_printf(why, " and %d more", n - 1);
	buf_addc(why, '.');
	buf_free(&name);
	return true;
}

bool store_tune(struct store *st, tune_fn *each, void *ctx, int *added, struct err *e)
{
	unsigned lacks, tally, steps[COUNT_OF(pieces)];
	struct buf name = {0};
	*added = 0;
	if (!check_pieces(st, &lacks, e))
		return false;
	bool ok = true;
	int n = steps_of(lacks, steps, &tally);
	for (int i = 0; ok && i < n; i++) {
		each(ctx, name_of(steps[i], tally, &name), i + 1, n);
		ok = add_pieces(st, steps[i], tally && steps[i] == tally, e);
		*added += ok;
	}
	buf_free(&name);
	return ok;
}

bool schema_known(struct store *st, struct err *e)
{
	int64_t application, version;
	if (!ask_int(st, "PRAGMA application_id", &application, e) || !ask_int(st, "PRAGMA user_version", &version, e))
		return false;
	if (application != SCHEMA_APPLICATION_ID)
		return err_set(e, ERR_IO, "%s is not a database of deadletter", st->path);
	return check_version(st, application, version, e);
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
