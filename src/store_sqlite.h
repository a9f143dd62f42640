/* store_sqlite.h - what the files of the SQLite store share. Nobody else includes it, or sqlite3.h.
 *
 * Layer 2. store_sqlite_open.c: opening, safety, errors. _schema.c: is it ours? _sql.c: statements, values, rows.
 * _functions.c: SQL functions. _filter.c: scopes → SQL. _write.c: putting in. _bulk.c: into an empty database, and _plain.c for it.
 * _tally.c: its share of the tally. store_sqlite.c: lists. _each.c: all records, several readers of one state.
 * _facets.c: how many of a time, outcome and code. _sums.c: counts, over time too. _ranks.c: ranks. _groups.c: groups. _found.c: what a
 * search found, remembered. _shares.c: one question to several handles. _detail.c: one email. _table.c: tables of others.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store.h"

#include <sqlite3.h>
#include <sys/stat.h>

enum {
	SCHEMA_APPLICATION_ID = 0x646C7472, /* "dltr", as in data/schema.sql */
	SCHEMA_VERSION = 1,
	CACHE_LINE = 64,     /* bytes: what two threads write lies that far apart, or each slows the other down */
	FIELD_MAX = 4 << 20, /* bytes of one field that are read at once, and shown; longer ones are cut */
	PAGE_BYTES = 8192,   /* of a new database: filled a seventh faster than with SQLite's 4096, read no slower */
};
#define CACHE_WRITING "PRAGMA cache_size = -131072"

/* Statements that are prepared once and kept; their SQL is in store_sqlite_sql.c. */
enum stmt_id {
	STMT_DATA_VERSION,
	STMT_NEWEST,
	STMT_ID_SPAN,
	STMT_DOMAINS,
	STMT_RECORD,       /* one whole email by id */
	STMT_RECORD_SHORT, /* the same without the texts: one of them is too long */
	STMT_RECORD_ADD,
	STMT_RECORD_CHANGE,
	STMT_MEET,
	STMT_MEET_MESSAGE,
	STMT_MEET_SOURCE,
	STMT_SOURCE,       /* what one source said, by the id of its row */
	STMT_SOURCE_SHORT, /* without the texts */
	STMT_SOURCE_FIND,
	STMT_SOURCE_ANY,
	STMT_SOURCE_ADD,
	STMT_SOURCE_CHANGE,
	STMT_SOURCE_EXPIRE,
	STMT_ATTEMPT_KNOWN,
	STMT_ATTEMPT_ADD,
	STMT_ATTEMPT_FAILED,
	STMT_ATTEMPT_COUNT,
	STMT_ATTEMPTS,
	STMT_ATTEMPTS_SHORT, /* without the texts */
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

/* What a search found; see store_sqlite_found.c. */
struct found_row {
	int64_t id, time, code_key;
	enum outcome outcome;
};
struct found {
	bool valid, too_many;
	int64_t version; /* of the database */
	struct buf key;  /* names the scope */
	struct found_row *rows;
	size_t count, cap;
};

/* The tally in memory; see store_sqlite_facets.c. */
struct tally_row {
	int64_t day_s, code_key, count; /* day_s: where the UTC day starts */
	enum outcome outcome;
};
struct known_tally {
	bool valid;
	int64_t version; /* of the database */
	struct tally_row *rows;
	size_t count, cap;
};

struct store {
	sqlite3 *db;
	char *path;
	bool writable;
	bool snapshot;         /* opened immutable: see store_is_snapshot */
	bool reading;          /* between store_read_begin and _end */
	unsigned lacks;        /* pieces of the schema; see store_sqlite_schema.c */
	bool held;             /* between store_hold and store_let_go */
	bool impatient;        /* does not wait for others that write */
	int64_t version;       /* of the data when the schema was looked at last, later on */
	struct stat as_opened; /* of the file; a snapshot must stay like this */
	bool careful;          /* some field is longer than FIELD_MAX: search fields by prefix */
	bool too_big;          /* the last failure was a field longer than FIELD_MAX */
	bool was_stale;        /* the running query was ended by is_stale */
	int patience;          /* thousands of SQLite's steps after which the running query is given up; 0: never */
	bool gave_up;          /* it was */
	bool (*is_stale)(void *ctx);
	void *stale_ctx;
	sqlite3_stmt *stmts[STMT_COUNT];
	struct found found; /* of a handle that only reads */
	struct known_tally known_tally;
	int threads; /* that may read at once, and who runs them */
	store_run_fn *run;
	struct store *beside[READERS_MAX - 1]; /* handles of the others, */
	int beside_count;
	int together;       /* of which so many read the state that this one reads */
	struct tally tally; /* of a handle that writes */
	struct bulk *bulk;  /* between store_begin_first and store_commit */
};

/* ---- store_sqlite_open.c ---- */

/* As store_open_unless, for a database that `check` accepts. It must look into the file, and is asked once more for a
 * snapshot. */
typedef bool store_check_fn(struct store *st, struct err *e);
struct store *store_open_checked(const char *path, store_check_fn *check, bool (*is_stale)(void *ctx), void *stale_ctx,
				 struct err *e);

/* Turns the result code of the last call on st->db into a sentence, or ERR_STALE. Always false. */
bool store_fail(struct store *st, int rc, struct err *e);
/* One read transaction: everything between sees one state. A nested begin is wrong. */
bool store_read_begin(struct store *st, struct err *e);
/* After a failure: true, and *e cleared, when the same question can be answered with more care. Once. */
bool store_again(struct store *st, struct err *e);
/* Ends it. Returns `ok`, or false with *e set when the file of a snapshot changed underneath. */
bool store_read_end(struct store *st, bool ok, struct err *e);

/* ---- store_sqlite_schema.c ---- */

/* Is this a database of deadletter, whole, and of a version that is known? */
bool schema_check(struct store *st, struct err *e);
/* Makes a database of an empty file if `create`, or puts back what one of ours lacks and counts the tally anew. */
bool schema_lay(struct store *st, bool create, struct err *e);
/* Is it one of deadletter, of a version that is known, whole or not? */
bool schema_known(struct store *st, struct err *e);
bool schema_lacks_index(const struct store *st, struct str name);
/* The SQL for a database that lacks what it names: an index is left to SQLite, the tally is counted from the emails. To be
 * freed; NULL: as it is. */
char *schema_without(const struct store *st, const char *sql);

/* ---- store_sqlite_functions.c ---- */

/* Makes the SQL functions that WHERE clauses use known to st->db. */
bool store_add_functions(struct store *st, struct err *e);

/* ---- store_sqlite_filter.c ---- */

/* SQL in the making, and the values that go with it. Zero-initialise, free. */
struct query {
	struct buf sql;
	struct arena arena;
	struct query_value *values, *last;
	int value_count;
};
void query_sql(struct query *q, const char *sql);
void query_int(struct query *q, int64_t number); /* appends ?N, and binds the number to it */
void query_text(struct query *q, struct str text);
sqlite3_stmt *query_prepare(struct store *st, struct query *q, struct err *e); /* valid as long as the query */
void query_free(struct query *q);

/* What terms may ask about. The last is what no index holds. */
enum need {
	NEED_CODE = 1 << 0,
	NEED_RECIPIENT = 1 << 1,
	NEED_DOMAIN = 1 << 2,
	NEED_MX = 1 << 3,
	NEED_SENDER = 1 << 4,
	NEED_TEXT = 1 << 5, /* title or response */
	NEED_TABLE = 1 << 6,
};

/* What a scope comes down to. */
struct plan {
	const struct scope *scope; /* for the terms that are not in the fields below */
	unsigned outcomes;         /* bit 1 << outcome */
	int64_t from_s, until_s;   /* from_s <= time < until_s; INT64_MIN and INT64_MAX: no bound */
	bool failures;             /* only failed and dropped: the indexes failure_* hold them all */
	unsigned needs;            /* what the other terms ask about: bits of enum need */
	bool coded;                /* only about codes: the tally can answer */
	bool one_domain;           /* of exactly one recipient domain */
	bool domain_by_recipient;  /* the recipient is asked about too, and tells the domain: needs names only that */
	bool recipients;           /* of recipients that are named one by one */
};
struct plan plan_of(const struct scope *s); /* keeps a pointer to *s */
void plan_failures_only(struct plan *p);
/* Appends a text column, or its first FIELD_MAX bytes where some field may be longer. */
void query_field(struct query *q, const struct store *st, const char *column);
/* The index that answers a question about p without an order fastest; NULL: SQLite may choose. */
const char *plan_index(const struct plan *p);
/* The index of failures in the order of time that is best for p. */
const char *plan_time_index(const struct plan *p);
/* Does this index hold all that the terms of p ask about? */
bool plan_is_covered(const struct plan *p, const char *index);
/* " WHERE …" for the table email, with these bounds of time instead of the plan's; or for the table tally. */
void query_where(struct query *q, const struct store *st, const struct plan *p, int64_t from_s, int64_t until_s);
void query_where_days(struct query *q, const struct store *st, const struct plan *p, int64_t from_day,
		      int64_t until_day);

/* ---- store_sqlite_facets.c ---- */

/* The whole UTC days within the times of a plan. */
struct days {
	int64_t from, until; /* from <= day < until */
};
struct days plan_days(const struct plan *p);

/* Told of some of the emails of a plan: how many have this time, outcome and code. */
typedef void facet_fn(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count);
/* Tells `each` of the rows of a query for time, outcome, code key and count. */
bool query_facets(struct store *st, struct query *q, facet_fn *each, void *ctx, struct err *e);
/* With their own times, those within these bounds. */
bool email_facets(struct store *st, const struct plan *p, int64_t from_s, int64_t until_s, facet_fn *each, void *ctx,
		  struct err *e);
/* All of them, where it will do to know on which UTC day they were: from the tally where it can answer. */
bool facets(struct store *st, const struct plan *p, facet_fn *each, void *ctx, struct err *e);
/* The tally as of the state that is read, remembered for as long as nobody writes. *out NULL: it is not remembered, and not
 * to be read now; or too long, or this handle writes. */
bool known_tally_of(struct store *st, bool read, const struct known_tally **out, struct err *e);
void known_tally_free(struct known_tally *k);

/* As `facets`, but days are cut: what it tells of one side of a cut is never told with a time of the other. Counts may be
 * negative; their sums are right. */
struct cuts {
	/* The one time that cuts the UTC day, after its start day_s; day_s: none; -1: more than one. */
	int64_t (*of_day)(const void *ctx, int64_t day_s);
	const void *ctx;
};
bool facets_cut(struct store *st, const struct plan *p, const struct cuts *cuts, facet_fn *each, void *ctx,
		struct err *e);

/* ---- store_sqlite_sums.c ---- */

/* " FROM email", by this index if not NULL. */
void query_from_email(struct query *q, const char *index);

bool count_plan(struct store *st, const struct plan *p, int64_t *out, struct err *e);
/* The codes that the rows of `p` have; where there are more than `enough` rows or CODE_KEYS_MAX codes, just how
 * many. */
enum { CODE_KEYS_MAX = 64 };
struct code_keys {
	int64_t keys[CODE_KEYS_MAX];
	int count;
	int64_t total; /* rows */
};
bool store_code_keys(struct store *st, const struct plan *p, int64_t enough, struct code_keys *out, struct err *e);
/* A query for one number; without a row it is 0. */
bool query_number(struct store *st, struct query *q, int64_t *out, struct err *e);
bool query_number_if(struct store *st, struct query *q, bool *any, int64_t *out, struct err *e);

/* ---- store_sqlite_ranks.c ---- */

int64_t start_of_day(int64_t day); /* UTC seconds, within int64_t for any day */
/* Newest first: narrows a coded p to the day that holds the row of that rank, and *rank to its rank there. */
bool near_rank(struct store *st, struct plan *p, int64_t *rank, struct err *e);
/* By code, then newest first: the same, and *code_key is the row's. Not *found: there are not so many. */
bool near_code(struct store *st, struct plan *p, int64_t *rank, int64_t *code_key, bool *found, struct err *e);
/* How many of a coded p have a lower code key, or this one on a later UTC day. */
bool count_before_code(struct store *st, const struct plan *p, int64_t code_key, int64_t day, int64_t *out,
		       struct err *e);

/* ---- store_sqlite_found.c ---- */

/* Another one than before: somebody else has written. */
bool store_data_version(struct store *st, int64_t *out, struct err *e);
/* All that the scope of p lets through, in no order, as remembered or, if `seek`, searched for now. *out NULL:
 * neither, or too many, or an index can tell. */
bool found_of(struct store *st, const struct plan *p, bool seek, const struct found **out, struct err *e);
bool found_is_known(struct store *st, const struct plan *p); /* it would not have to seek */
void found_free(struct found *f);

/* ---- store_sqlite_each.c ---- */

/* As store_hold, but it does not try as often: each try may have to wait for somebody who writes. */
bool store_hold_soon(struct store *const *handles, int count, int most_tries, bool *same, struct err *e);

/* ---- store_sqlite_shares.c ---- */

/* As store_read_begin; what may have to read all failures that p is about finds others then that read the same state, for
 * shares_read. */
bool shares_begin(struct store *st, const struct plan *p, bool reads_all, struct err *e);
void shares_let_go(struct store *st); /* of store_read_end */
void shares_close(struct store *st);

/* What one of several readers reads at a time. */
struct share {
	struct store *st; /* the reader's handle */
	int reader;       /* its number, below READERS_MAX: what it adds up is its own */
	struct plan plan; /* within the times of the share */
	/* for share_sql */
	const char *index, *lead;
	bool no_value;
	const struct str *from, *until;
};
/* " FROM email … WHERE …" of the rows of the share. */
void share_sql(struct query *q, const struct share *s);
typedef bool share_fn(void *ctx, const struct share *s, struct err *e);
/* Calls `read` for shares that together are all rows of p in this index: in several threads at once, each of which has a
 * reader's number, where shares_begin has found others; else for the one share that is all. An index that is led by a text
 * is never cut within equal ones. In no order. */
bool shares_read(struct store *st, const struct plan *p, const char *index, share_fn *read, void *ctx, struct err *e);

/* ---- store_sqlite.c ---- */

/* Where to read from: an index, or just these code keys, or just these emails. */
struct path {
	const char *index; /* NULL: SQLite may choose */
	bool by_code;
	struct code_keys keys;
	const struct found *found; /* few; NULL: not known */
};
bool choose_path(struct store *st, const struct plan *p, enum sort sort, struct path *out, struct err *e);
/* The index in this order, of all email or of failures only; NULL: there is none. */
const char *index_of(const struct plan *p, enum sort sort);

/* A stretch of a sort order: all of it, or a part of what lies on one side of a cursor. Each part is a range of
 * an index: (time, id) < (?, ?) would not be one, SQLite takes only the time from it, and there may be
 * thousands in one second. */
enum part { PART_ALL, PART_SAME_SECOND, PART_SAME_LEAD, PART_OTHER_LEAD };
struct stretch {
	enum sort sort;
	const struct cursor *at; /* NULL: all */
	bool before;             /* what precedes `at`, else what follows it */
	enum part part;
};
/* " FROM email … WHERE …" of the rows of `p` in a stretch. */
void add_stretch(struct query *q, const struct store *st, const struct plan *p, const struct path *path,
		 const struct stretch *s);

bool span_plan(struct store *st, const struct plan *p, int64_t *first_s, int64_t *last_s, struct err *e);

/* ---- store_sqlite_sources.c ---- */

/* Puts on record that `r` is said of the stored email `old`, when that takes more than the email's own columns: another
 * source has told of it, or does now. *several: more than one has told of the email; *news: nobody had said
 * so before; what a copy in another file says is none. */
bool sources_note(struct store *st, const struct record *old, const struct record *r, bool *several, bool *news,
		  struct err *e);
/* The source that calls it so gave the email up. */
bool sources_expire(struct store *st, int64_t email, uint64_t source_key, int64_t time_s, struct err *e);

/* ---- store_sqlite_write.c ---- */

/* A deferred email whose message the source gave up becomes failed at that time, with the codes it has. */
bool apply_given_up(struct store *st, struct record *r, int64_t window_s, struct arena *a, struct err *e);
/* Is the failure of `old` the source's giving up, and `r` a try before that? */
bool was_expired(struct store *st, const struct record *old, const struct record *r, bool *out, struct err *e);
/* Columns in the order of bind_record and bind_attempt, which bind the first one to parameter at + 1. Texts must live until
 * the statement is reset. */
#define RECORD_PUT                                                                                                     \
	"time, outcome, enhanced_code, basic_code, response, remote_mta, stage, source_file, source_line, recipient,"  \
	" source_key, sender, title, message_id, queue_id, queued_at, attempts, caused_by"
#define ATTEMPT_PUT "email_id, time, outcome, enhanced_code, basic_code, response, stage, remote_mta"
enum { RECORD_PUT_COUNT = 18, ATTEMPT_PUT_COUNT = 8 };
void bind_record(sqlite3_stmt *s, int at, const struct record *r);
void bind_attempt(sqlite3_stmt *s, int at, int64_t email, const struct attempt *a);

/* ---- store_sqlite_plain.c ---- */

/* While the table email is empty and has no indexes, in a transaction: makes code_key an ordinary column, to be bound, and
 * takes domain away. *computed is what plain_end wants to bring them back, or NULL where nothing was done. A transaction that
 * is rolled back wants no plain_end, only free(*computed). */
bool plain_begin(struct store *st, char **computed, struct err *e);
bool plain_end(struct store *st, char **computed, struct err *e);

/* ---- store_sqlite_bulk.c: all for a store whose `bulk` is set, unless told otherwise ---- */

struct pending_email;

/* The pending email that `r` speaks of and simply joins; NULL: it is new, or, when *ask, the database knows more. */
bool bulk_find(struct store *st, const struct record *r, int64_t window_s, struct pending_email **pending, bool *ask,
	       struct err *e);
bool bulk_add(struct store *st, struct record *r, const struct attempt *attempts, int count, int64_t window_s,
	      struct arena *a, struct err *e);
bool bulk_change(struct store *st, struct pending_email *m, struct record *r, const struct attempt *attempts, int count,
		 int64_t window_s, enum put *what, struct arena *a, struct err *e);
/* Expires what is pending; *ask: the database may hold more. */
bool bulk_expire(struct store *st, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
		 int64_t *changed, bool *ask, struct err *e);
/* True only when that is sure. False without a bulk. */
bool bulk_never_given_up(const struct store *st, uint64_t source_key);
bool bulk_end(struct store *st, struct err *e); /* writes all. True without a bulk */
void bulk_forget(struct store *st);             /* also without one */

/* ---- store_sqlite_tally.c ---- */

void tally_add(struct tally *t, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t delta);
bool tally_write(struct store *st, struct err *e); /* into the table; then forgets */
void tally_forget(struct tally *t);
/* The sum in place i of t->cap, whatever its day; false: there is none. */
bool tally_at(const struct tally *t, size_t i, enum outcome *outcome, int64_t *code_key, int64_t *sum);
void tally_free(struct tally *t);

/* ---- store_sqlite_sql.c ---- */

/* NULL with *e set: could not. */
sqlite3_stmt *store_prepare(struct store *st, const char *sql, struct err *e);
sqlite3_stmt *store_stmt(struct store *st, enum stmt_id id, struct err *e);
void store_forget_stmts(struct store *st); /* that were kept */
/* Steps a kept statement to its end. */
bool stmt_run(struct store *st, sqlite3_stmt *s, struct err *e);
/* Is there a row? When there is, the statement stays on it and wants a reset. */
bool stmt_ask(struct store *st, sqlite3_stmt *s, bool *row, struct err *e);
bool store_exec(struct store *st, const char *sql, struct err *e);

/* Text is bound as it is, an empty one as NULL; so is a code that is none, a stage that is none, a time or
 * number not known. The bytes must live until the statement is reset. */
void bind_text(sqlite3_stmt *s, int i, struct str text);
void bind_known_int(sqlite3_stmt *s, int i, int64_t value, int64_t unknown);
void bind_ecode(sqlite3_stmt *s, int i, struct ecode c);

/* Columns of any type, NULL included; bytes valid until the next step. */
struct str value_str(sqlite3_value *v); /* lives as long as the value; NULL is empty */
struct str column_str(sqlite3_stmt *s, int i);
struct str column_copy(sqlite3_stmt *s, int i, size_t max, struct arena *a);
int64_t column_int_or(sqlite3_stmt *s, int i, int64_t none);
struct ecode column_ecode(sqlite3_stmt *s, int i);
enum outcome column_outcome(sqlite3_stmt *s, int i);
int column_basic(sqlite3_stmt *s, int i);
enum stage column_stage(sqlite3_stmt *s, int i);

/* Both codes as one number, as the column code_key. */
#define CODE_KEY_NONE INT64_C(9000000000) /* no enhanced code; a basic one is added */
int64_t code_key_of(struct ecode enhanced, int basic);
void code_key_split(int64_t key, struct ecode *enhanced, int *basic);

/* The first `max` bytes of a text of an email, however long it is; empty when that cannot be read. */
struct str store_prefix(struct store *st, int64_t id, const char *column, size_t max, struct arena *a);
/* The columns of an email for stmt_record: those that `reads` (enum reads) asks for. */
void query_record(struct query *q, unsigned reads);
/* The email in the row of such a statement, its texts valid until the next step. */
void stmt_record(sqlite3_stmt *s, unsigned reads, struct record *out);
/* The email with this id, its texts valid until store_record_done; those too long for SQLite owned by `a`.
 * *found false: there is none. */
bool store_record_peek(struct store *st, int64_t id, size_t response_max, struct arena *a, struct record *out,
		       bool *found, struct err *e);
void store_record_done(struct store *st);
/* Reads one email whole, its response cut at `response_max` bytes. *found false: there is none. Texts owned by
 * `a`. */
bool store_record(struct store *st, int64_t id, size_t response_max, struct arena *a, struct record *out, bool *found,
		  struct err *e);

struct ids {
	int64_t *p; /* to be freed */
	size_t count, cap;
};
/* Runs a query for ids to its end, and adds them. What was read before an error stays. */
bool query_ids(struct store *st, struct query *q, struct ids *ids, struct err *e);

#endif
