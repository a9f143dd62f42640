#include "store_sqlite.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_CODES   "id, time, outcome, enhanced_code, basic_code"
#define RECORD_REST    "stage, attempts, caused_by, source_key, source_line, queued_at"
#define RECORD_COLUMNS RECORD_CODES ", " RECORD_REST
#define RECORD_TEXTS   "recipient, response, remote_mta, sender, title, message_id, queue_id, source_file"

#define SOURCE_COLUMNS "source_key, time, outcome, enhanced_code, basic_code, stage, source_line"
#define SOURCE_TEXTS   "source_file, remote_mta, response"

#define FAILURE "outcome IN ('failed', 'dropped')" /* as the partial indexes have it */

/* Positions in RECORD_COLUMNS, then RECORD_TEXTS. */
enum {
	COL_ID,
	COL_TIME,
	COL_OUTCOME,
	COL_ENHANCED,
	COL_BASIC,
	COL_REST,
	COL_STAGE = COL_REST,
	COL_ATTEMPTS,
	COL_CAUSED_BY,
	COL_SOURCE_KEY,
	COL_SOURCE_LINE,
	COL_QUEUED_AT,
	COL_TEXTS
};

static const char *const statement_sql[STMT_COUNT] = {
	[STMT_DATA_VERSION] = "PRAGMA data_version",
	[STMT_NEWEST] = "SELECT (SELECT max(id) FROM email), (SELECT max(time) FROM email)",
	[STMT_ID_SPAN] = "SELECT (SELECT min(id) FROM email), (SELECT max(id) FROM email)",
	/* From one domain to the next, however many emails each has. */
	[STMT_DOMAINS] = "WITH RECURSIVE d(name) AS ("
			 "SELECT * FROM (SELECT domain FROM email INDEXED BY failure_domain WHERE " FAILURE
			 " AND domain >= ?1 AND domain <> '' ORDER BY domain LIMIT 1) UNION ALL "
			 "SELECT (SELECT domain FROM email INDEXED BY failure_domain WHERE " FAILURE
			 " AND domain > d.name ORDER BY domain LIMIT 1) FROM d WHERE name IS NOT NULL)"
			 " SELECT name FROM d WHERE name IS NOT NULL LIMIT ?2",
	[STMT_RECORD] = "SELECT " RECORD_COLUMNS ", " RECORD_TEXTS " FROM email WHERE id = ?1",
	[STMT_RECORD_SHORT] = "SELECT " RECORD_COLUMNS " FROM email WHERE id = ?1",
	[STMT_RECORD_ADD] = "INSERT INTO email (" RECORD_PUT ")"
			    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
	[STMT_RECORD_CHANGE] =
		"UPDATE email SET time = ?1, outcome = ?2, enhanced_code = ?3, basic_code = ?4,"
		" response = ?5, remote_mta = ?6, stage = ?7, source_file = ?8, source_line = ?9, sender = ?12,"
		" title = ?13, message_id = ?14, queue_id = ?15, queued_at = ?16, attempts = ?17,"
		" caused_by = ?18 WHERE id = ?19",
	/* Emails that may be the one that a source speaks of. Not sorted: that would build a table for each
	 * look-up. */
	[STMT_MEET] = "SELECT id, time FROM email WHERE source_key = ?1 AND recipient = ?2 AND (message_id IS NULL OR"
		      " message_id = '' OR ?3 IS NULL OR message_id = ?3) AND (?5 = 0 OR ?4 BETWEEN"
		      " min(time, ifnull(queued_at, time), ifnull((SELECT min(time) FROM attempt"
		      " WHERE email_id = email.id), time)) - ?5 AND time + ?5)",
	[STMT_MEET_MESSAGE] = "SELECT id, time FROM email WHERE message_id = ?1 AND recipient = ?2 AND"
			      " source_key IS NOT ?3", /* its own source has told it apart */
	/* The same through what other sources than its first one call it. */
	[STMT_MEET_SOURCE] = "SELECT email.id, email.time FROM source JOIN email ON email.id = email_id"
			     " WHERE source.source_key = ?1 AND recipient = ?2 AND (message_id IS NULL OR"
			     " message_id = '' OR ?3 IS NULL OR message_id = ?3) AND (?5 = 0 OR ?4 BETWEEN"
			     " min(source.time, email.time, ifnull(queued_at, email.time)) - ?5 AND"
			     " max(source.time, email.time) + ?5)",
	[STMT_SOURCE] = "SELECT " SOURCE_COLUMNS ", " SOURCE_TEXTS " FROM source WHERE id = ?1",
	[STMT_SOURCE_SHORT] = "SELECT " SOURCE_COLUMNS " FROM source WHERE id = ?1",
	[STMT_SOURCE_FIND] = "SELECT id FROM source WHERE email_id = ?1 AND source_key = ?2 AND"
			     " (?3 IS NULL OR source_file = ?3)",
	[STMT_SOURCE_ANY] = "SELECT 1 FROM source WHERE email_id = ?1 LIMIT 1",
	[STMT_SOURCE_ADD] = "INSERT INTO source (email_id, source_key, time, outcome, enhanced_code, basic_code, stage,"
			    " source_line, source_file, remote_mta, response)"
			    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[STMT_SOURCE_CHANGE] = "UPDATE source SET time = ?3, outcome = ?4, enhanced_code = ?5, basic_code = ?6,"
			       " stage = ?7, source_line = ?8, source_file = ?9, remote_mta = ?10, response = ?11"
			       " WHERE id = ?1",
	[STMT_SOURCE_EXPIRE] = "UPDATE source SET outcome = 'failed', time = ?3 WHERE email_id = ?1 AND"
			       " source_key = ?2 AND outcome = 'deferred'",
	[STMT_ATTEMPT_KNOWN] = "SELECT 1 FROM attempt WHERE email_id = ?1 AND time = ?2 AND outcome = ?3 AND"
			       " enhanced_code IS ?4 AND basic_code IS ?5 AND ifnull(response, '') = ifnull(?6, '')",
	[STMT_ATTEMPT_ADD] = "INSERT INTO attempt (" ATTEMPT_PUT ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[STMT_ATTEMPT_FAILED] = "UPDATE attempt SET time = ?2, enhanced_code = ?4, basic_code = ?5, response = ?6,"
				" stage = ?7, remote_mta = ?8 WHERE email_id = ?1 AND outcome = ?3",
	[STMT_ATTEMPT_COUNT] = "SELECT (SELECT count(*) FROM (SELECT 1 FROM attempt WHERE email_id = ?1 LIMIT ?2)),"
			       " (SELECT max(time) FROM attempt WHERE email_id = ?1)",
	[STMT_ATTEMPTS] = "SELECT time, outcome, enhanced_code, basic_code, stage, remote_mta, response FROM attempt"
			  " WHERE email_id = ?1 ORDER BY time DESC, id DESC LIMIT ?2",
	[STMT_ATTEMPTS_SHORT] = "SELECT time, outcome, enhanced_code, basic_code, stage FROM attempt"
				" WHERE email_id = ?1 ORDER BY time DESC, id DESC LIMIT ?2",
	[STMT_GIVEN_UP] = "SELECT time, sender FROM given_up WHERE source_key = ?1 AND time BETWEEN ?2 AND ?3"
			  " ORDER BY time LIMIT 1",
	[STMT_GIVEN_UP_ADD] = "INSERT OR IGNORE INTO given_up (source_key, time, sender) VALUES (?1, ?2, ?3)",
	[STMT_EXPIRE_FIND] = "SELECT id, time, code_key FROM email WHERE source_key = ?1 AND outcome = 'deferred' AND"
			     " time <= ?2 AND (?3 = 0 OR ?2 - time <= ?3)"
			     " UNION ALL SELECT email.id, email.time, code_key FROM source JOIN email"
			     " ON email.id = email_id WHERE source.source_key = ?1 AND email.outcome = 'deferred' AND"
			     " email.time <= ?2 AND (?3 = 0 OR ?2 - email.time <= ?3)",
	[STMT_EXPIRE] =
		"UPDATE email SET outcome = 'failed', time = ?2, sender = ifnull(nullif(sender, ''), ?3) WHERE id = ?1",
	[STMT_TALLY_ADD] = "INSERT INTO tally (day, outcome, code_key, count) VALUES (?1, ?2, ?3, ?4)"
			   " ON CONFLICT DO UPDATE SET count = count + ?4",
	[STMT_TALLY_CLEAN] = "DELETE FROM tally WHERE day = ?1 AND outcome = ?2 AND code_key = ?3 AND count = 0",
};

/* ---- statements ---- */

static sqlite3_stmt *prepare(struct store *st, const char *sql, unsigned flags, struct err *e)
{
	sqlite3_stmt *s = NULL;
	char *other = schema_without(st, sql);
	int rc = sqlite3_prepare_v3(st->db, other ? other : sql, -1, flags, &s, NULL);
	free(other);
	if (rc != SQLITE_OK)
		store_fail(st, rc, e);
	return s;
}

sqlite3_stmt *store_prepare(struct store *st, const char *sql, struct err *e)
{
	return prepare(st, sql, 0, e);
}

sqlite3_stmt *store_stmt(struct store *st, enum stmt_id id, struct err *e)
{
	if (!st->stmts[id])
		st->stmts[id] = prepare(st, statement_sql[id], SQLITE_PREPARE_PERSISTENT, e);
	return st->stmts[id];
}

void store_forget_stmts(struct store *st)
{
	for (int i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(st->stmts[i]);
	memset(st->stmts, 0, sizeof st->stmts);
}

bool stmt_run(struct store *st, sqlite3_stmt *s, struct err *e)
{
	int rc = sqlite3_step(s);
	bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW || store_fail(st, rc, e);
	sqlite3_reset(s);
	return ok;
}

bool stmt_ask(struct store *st, sqlite3_stmt *s, bool *row, struct err *e)
{
	int rc = sqlite3_step(s);
	*row = rc == SQLITE_ROW;
	if (*row)
		return true;
	bool ok = rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_reset(s);
	return ok;
}

bool store_exec(struct store *st, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(st->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK || store_fail(st, rc, e);
}

/* ---- values ---- */

void bind_text(sqlite3_stmt *s, int i, struct str text)
{
	if (text.len == 0)
		sqlite3_bind_null(s, i);
	else
		sqlite3_bind_text64(s, i, text.p, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void bind_known_int(sqlite3_stmt *s, int i, int64_t value, int64_t unknown)
{
	if (value == unknown)
		sqlite3_bind_null(s, i);
	else
		sqlite3_bind_int64(s, i, value);
}

void bind_ecode(sqlite3_stmt *s, int i, struct ecode c)
{
	char text[ECODE_TEXT];
	if (c.cls == 0)
		sqlite3_bind_null(s, i);
	else if (sqlite3_bind_text(s, i, ecode_text(c, text), -1, SQLITE_TRANSIENT) != SQLITE_OK)
		die("out of memory"); /* else it would be bound as NULL, and the code lost without a word */
}

struct str value_str(sqlite3_value *v)
{
	/* A text is its bytes, NULs and all, and in UTF-8 whatever the database holds. */
	bool text = sqlite3_value_type(v) == SQLITE_TEXT;
	const void *p = text ? (const void *)sqlite3_value_text(v) : sqlite3_value_blob(v);
	int n = sqlite3_value_bytes(v);
	if (text && !p)
		die("out of memory");
	return p ? (struct str){p, (size_t)n} : STR("");
}

struct str column_str(sqlite3_stmt *s, int i)
{
	return value_str(sqlite3_column_value(s, i)); /* each call for a column costs as much as the copy */
}

struct str column_copy(sqlite3_stmt *s, int i, size_t max, struct arena *a)
{
	return arena_str(a, str_slice(column_str(s, i), 0, max));
}

int64_t column_int_or(sqlite3_stmt *s, int i, int64_t none)
{
	sqlite3_value *v = sqlite3_column_value(s, i);
	return sqlite3_value_type(v) == SQLITE_INTEGER ? sqlite3_value_int64(v) : none;
}

struct ecode column_ecode(sqlite3_stmt *s, int i)
{
	struct ecode c;
	return ecode_of(column_str(s, i), &c) ? c : (struct ecode){0};
}

enum outcome column_outcome(sqlite3_stmt *s, int i)
{
	enum outcome o;
	return outcome_of(column_str(s, i), &o) ? o : OUTCOME_QUEUED;
}

int column_basic(sqlite3_stmt *s, int i)
{
	int64_t v = column_int_or(s, i, 0);
	return v < 200 || v > 999 ? 0 : (int)v;
}

enum stage column_stage(sqlite3_stmt *s, int i)
{
	enum stage stage;
	return stage_of(column_str(s, i), &stage) ? stage : STAGE_NONE;
}

enum { KEY_CLASS = 1000000000, KEY_SUBJECT = 1000000, KEY_DETAIL = 1000 };

int64_t code_key_of(struct ecode c, int basic)
{
	if (c.cls == 0)
		return CODE_KEY_NONE + basic;
	return (int64_t)c.cls * KEY_CLASS + (int64_t)c.subject * KEY_SUBJECT + (int64_t)c.detail * KEY_DETAIL + basic;
}

void code_key_split(int64_t key, struct ecode *enhanced, int *basic)
{
	*enhanced = (struct ecode){0};
	*basic = key < 0 ? 0 : (int)(key % KEY_DETAIL);
	if (key < 0 || key >= CODE_KEY_NONE)
		return;
	enhanced->cls = (int)(key / KEY_CLASS);
	enhanced->subject = (int)(key / KEY_SUBJECT % 1000);
	enhanced->detail = (int)(key / KEY_DETAIL % 1000);
}

/* ---- emails ---- */

static const size_t record_texts[] = {
	offsetof(struct record, recipient), offsetof(struct record, response),    offsetof(struct record, remote_mta),
	offsetof(struct record, sender),    offsetof(struct record, title),       offsetof(struct record, message_id),
	offsetof(struct record, queue_id),  offsetof(struct record, source_file),
};
static const char *const record_text_names[] = {"recipient", "response",   "remote_mta", "sender",
						"title",     "message_id", "queue_id",   "source_file"};
static const unsigned record_reads[] = {READ_RECIPIENT, READ_RESPONSE,   READ_REMOTE_MTA, READ_SENDER,
					READ_TITLE,     READ_MESSAGE_ID, READ_QUEUE_ID,   READ_REST};

static struct str *record_text(struct record *r, size_t i)
{
	return (struct str *)(void *)((char *)r + record_texts[i]);
}

static void read_codes(sqlite3_stmt *s, struct record *r)
{
	*r = (struct record){
		.id = sqlite3_column_int64(s, COL_ID),
		.time = column_int_or(s, COL_TIME, 0),
		.outcome = column_outcome(s, COL_OUTCOME),
		.enhanced = column_ecode(s, COL_ENHANCED),
		.basic = column_basic(s, COL_BASIC),
		.queued_at = TIME_NONE,
	};
}

static void read_rest(sqlite3_stmt *s, struct record *r)
{
	int64_t attempts = column_int_or(s, COL_ATTEMPTS, 0);
	r->stage = column_stage(s, COL_STAGE);
	r->attempts = attempts > 0 && attempts <= INT_MAX ? (int)attempts : 0;
	r->caused_by = column_int_or(s, COL_CAUSED_BY, 0);
	r->source_key = (uint64_t)column_int_or(s, COL_SOURCE_KEY, 0);
	r->source_line = column_int_or(s, COL_SOURCE_LINE, 0);
	r->queued_at = column_int_or(s, COL_QUEUED_AT, TIME_NONE);
}

void query_record(struct query *q, unsigned reads)
{
	query_sql(q, RECORD_CODES);
	if (reads & READ_REST)
		query_sql(q, ", " RECORD_REST);
	for (size_t i = 0; i < COUNT_OF(record_texts); i++)
		if (reads & record_reads[i])
			buf_printf(&q->sql, ", %s", record_text_names[i]);
}

void stmt_record(sqlite3_stmt *s, unsigned reads, struct record *out)
{
	int at = COL_REST;
	read_codes(s, out);
	if (reads & READ_REST) {
		read_rest(s, out);
		at = COL_TEXTS;
	}
	for (size_t i = 0; i < COUNT_OF(record_texts); i++)
		if (reads & record_reads[i])
			*record_text(out, i) = column_str(s, at++);
}

struct str store_prefix(struct store *st, int64_t id, const char *column, size_t max, struct arena *a)
{
	sqlite3_blob *blob = NULL;
	struct str text = STR("");
	if (sqlite3_blob_open(st->db, "main", "email", column, id, 0, &blob) == SQLITE_OK) {
		size_t n = (size_t)sqlite3_blob_bytes(blob);
		n = n < max ? n : max;
		char *p = arena_alloc(a, n + 1);
		if (sqlite3_blob_read(blob, p, (int)n, 0) == SQLITE_OK)
			text = (struct str){p, n};
	}
	sqlite3_blob_close(blob); /* also when it failed to open */
	return text;
}

/* An email with a field so long that SQLite refuses to read it: each text by its first bytes. */
static bool read_long(struct store *st, int64_t id, size_t response_max, struct arena *a, struct record *out,
		      bool *found, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_RECORD_SHORT, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, id);
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		read_codes(s, out);
		read_rest(s, out);
	}
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_reset(s);
	*found = rc == SQLITE_ROW;
	for (size_t i = 0; *found && i < COUNT_OF(record_texts); i++) {
		bool whole = response_max > FIELD_MAX || record_text(out, i) == &out->response;
		size_t max = whole ? response_max : FIELD_MAX;
		*record_text(out, i) = store_prefix(st, id, record_text_names[i], max, a);
		rc = sqlite3_errcode(st->db);
		if ((rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_NOMEM)
			return store_fail(st, rc, e);
	}
	return ok;
}

bool store_record_peek(struct store *st, int64_t id, size_t response_max, struct arena *a, struct record *out,
		       bool *found, struct err *e)
{
	*found = false;
	sqlite3_stmt *s = store_stmt(st, STMT_RECORD, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, id);
	int rc = sqlite3_step(s);
	if (rc == SQLITE_TOOBIG) {
		sqlite3_reset(s);
		return read_long(st, id, response_max, a, out, found, e);
	}
	*found = rc == SQLITE_ROW;
	if (!*found)
		return rc == SQLITE_DONE || store_fail(st, rc, e);
	stmt_record(s, READ_ALL, out);
	out->response = str_slice(out->response, 0, response_max);
	return true;
}

void store_record_done(struct store *st)
{
	sqlite3_reset(st->stmts[STMT_RECORD]);
}

bool store_record(struct store *st, int64_t id, size_t response_max, struct arena *a, struct record *out, bool *found,
		  struct err *e)
{
	bool ok = store_record_peek(st, id, response_max, a, out, found, e);
	for (size_t i = 0; *found && i < COUNT_OF(record_texts); i++)
		*record_text(out, i) = arena_str(a, *record_text(out, i));
	store_record_done(st);
	return ok;
}

/* ---- lists of ids ---- */

static void ids_add(struct ids *ids, int64_t id)
{
	if (ids->count == ids->cap) {
		ids->cap = ids->cap ? ids->cap * 2 : 256;
		ids->p = realloc(ids->p, ids->cap * sizeof *ids->p);
		if (!ids->p)
			die("out of memory");
	}
	ids->p[ids->count++] = id;
}

/* Runs a query for ids to its end. What was read before an error stays. */
bool query_ids(struct store *st, struct query *q, struct ids *ids, struct err *e)
{
	sqlite3_stmt *s = query_prepare(st, q, e);
	if (!s)
		return false;
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		ids_add(ids, sqlite3_column_int64(s, 0));
	bool ok = rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_finalize(s);
	return ok;
}
