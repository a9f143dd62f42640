/* store.h - what may be asked of, and put into, a database of tracked email.
 *
 * Layer 2. Knows records, filters, pages. Never: SQL text, curses, threads.
 * A handle belongs to one thread. Text in results: bytes as stored, owned by the arena given, valid until arena_free.
 * Every function that may fail returns false with *e set, and its results empty. ERR_STALE: the predicate of
 * store_set_stale said that nobody waits for the answer any more.
 * A database may be written by others at any time; each call sees one consistent state.
 */
#ifndef STORE_H
#define STORE_H

#include "filter.h"
#include "tree.h"

struct store;

enum { READERS_MAX = 4 }; /* handles that read one state, each in a thread of its own */

/* ---- opening ---- */

/* Opens for browsing: never writes to the file, and never creates anything beside it that its owner could not write.
 * Errors are full sentences: what is wrong with which file, and what to do. */
struct store *store_open(const char *path, struct err *e);
/* The same, as if store_set_stale had been called before: another program may have to be waited for. */
struct store *store_open_unless(const char *path, bool (*is_stale)(void *ctx), void *ctx, struct err *e);
/* Opens for writing; the file must be a deadletter database, or be missing and `create` be true. After an error none is
 * left that was not there before, unless the disk refuses even that: then an empty one. */
struct store *store_open_rw(const char *path, bool create, struct err *e);
void store_close(struct store *st); /* NULL is fine */

/* Appends a sentence when a database lacks what makes it fast: all is answered all the same, but slowly. */
bool store_is_slow(const struct store *st, struct buf *why);
/* Opens for store_tune alone. */
struct store *store_open_tune(const char *path, struct err *e);
/* Told what is added next: which of how many. */
typedef void tune_fn(void *ctx, const char *what, int number, int count);
/* Adds what a database lacks, each piece in a transaction of its own, what is used most first; counts them. What was added
 * before a failure, or before is_stale ended it, stays. */
bool store_tune(struct store *st, tune_fn *each, void *ctx, int *added, struct err *e);
/* Closes a database that store_open_rw has made, and removes it, unless somebody has put email in or is about to. */
void store_discard(struct store *st);

/* True when the file is read as it lies, without locks, because nothing may be put beside it for its owner. Once it
 * changes every question fails, until it is opened again. */
bool store_is_snapshot(const struct store *st);
struct stat;
/* Is this file the database, or what SQLite keeps beside it? Nothing else in the process may open such a file: to close it
 * again drops SQLite's locks. */
bool store_owns(const struct store *st, const struct stat *file);
/* A number that changes when another connection has changed the database; a snapshot's never does. Also finds out
 * that the file was replaced, deleted or emptied, or is no database of deadletter any more: then false. */
bool store_version(struct store *st, int64_t *version, struct err *e);

/* `is_stale` is polled during queries, and ends them with ERR_STALE. NULL: never. */
void store_set_stale(struct store *st, bool (*is_stale)(void *ctx), void *ctx);

/* Lets up to `threads` threads (READERS_MAX at the most) answer what reads all failures, each with a handle of its own, which
 * the store opens, keeps and closes. `run` is threads_run, or does as much: it calls fn(ctx, i) for 0 in its own thread, and
 * for any others below `count` wherever it can, and returns when all have returned. is_stale is polled by 0 alone. The
 * answers are the same however many threads there are. */
typedef void store_run_fn(int count, void (*fn)(void *ctx, int i), void *ctx);
void store_set_threads(struct store *st, int threads, store_run_fn *run);

/* ---- asking ---- */

struct totals {
	int64_t tracked, failures; /* failures: failed and dropped */
	int64_t first_s, last_s;   /* times of the oldest and newest failure; TIME_NONE without any */
	int64_t max_id, max_s;     /* highest id and newest time of all email; 0 and TIME_NONE without any */
};
bool store_totals(struct store *st, struct totals *out, struct err *e);

/* How to group. */
struct group_by {
	enum grouping grouping;
	enum group_order order;
	enum zone zone; /* GROUP_DAY: whose days */
	int limit;      /* only so many groups, the first ones of that order */
};
/* Groups of what `s` lets through. GROUP_CODE comes in no order: one row an outcome and pair of codes. Equal texts are one
 * group, whatever the case. The texts of very many records (see GROUP_KEYS_MAX) are not all counted: then `more` is set, but
 * for the groups that are there the counts are right. */
enum { GROUP_KEYS_MAX = 100000 };
bool store_groups(struct store *st, const struct scope *s, const struct group_by *how, struct arena *a,
		  struct groups *out, struct err *e);

enum sort {
	SORT_TIME,      /* newest first; then id, newest first */
	SORT_RECIPIENT, /* A first, ASCII case ignored; then time, newest first; then id */
	SORT_CODE,      /* enhanced code, none last; then basic; then time, newest first; then id */
	SORT_COUNT
};

/* A place between two records in a sort order, given by the record there. Zero-initialised: before the first.  */
enum cursor_at { CURSOR_START, CURSOR_RECORD, CURSOR_END };
struct cursor {
	enum cursor_at at;
	int64_t id, time;
	struct ecode enhanced;
	int basic;
	struct str recipient;
};
struct cursor cursor_of(const struct record *r); /* its recipient points into r */

struct page {
	struct record *rows; /* in the order of the sort, also when read backwards */
	int count;
};
enum { PAGE_MAX = 1000, PAGE_RESPONSE_MAX = 512 };

/* Up to `limit` (1..PAGE_MAX) rows that follow `from` (exclusive), or that precede it when `backwards`. Responses are cut
 * at PAGE_RESPONSE_MAX bytes; store_detail has them whole. False with rows in *out: the file is damaged, and this much could
 * be read. */
bool store_page(struct store *st, const struct scope *s, enum sort sort, const struct cursor *from, bool backwards,
		int limit, struct arena *a, struct page *out, struct err *e);
/* How many records `s` lets through. */
bool store_count(struct store *st, const struct scope *s, int64_t *out, struct err *e);
/* How many of them have come since: their id is above `after_id` or their time after `after_s`, which were the highest ones
 * then (TIME_NONE: no email has been there). Costs as much as there are such emails in all, not as the table is large. */
bool store_count_fresh(struct store *st, const struct scope *s, int64_t after_id, int64_t after_s, int64_t *out,
		       struct err *e);
/* How many of them come before `at` in the sort order. */
bool store_rank(struct store *st, const struct scope *s, enum sort sort, const struct cursor *at, int64_t *out,
		struct err *e);
/* The record with `rank` others before it; out->at is CURSOR_END when there are not that many. */
bool store_at_rank(struct store *st, const struct scope *s, enum sort sort, int64_t rank, struct arena *a,
		   struct cursor *out, struct err *e);

/* Failures over time. Bucket i holds times starts_s[i] <= t < starts_s[i + 1]: there is one start more than buckets, the
 * end of the last; they ascend. */
struct bucket {
	int64_t temporary, permanent, dropped; /* temporary: class 4; everything else that failed is permanent */
};
bool store_timeline(struct store *st, const struct scope *s, const int64_t *starts_s, int buckets, struct bucket *out,
		    struct err *e);
/* Oldest and newest time among what `s` lets through; TIME_NONE when nothing. */
bool store_span(struct store *st, const struct scope *s, int64_t *first_s, int64_t *last_s, struct err *e);

/* Domains of failing recipients that start with `prefix` (ASCII case ignored), in small letters, A first, at most `limit`;
 * an address without a domain has none. Costs as much as are found. */
bool store_domains(struct store *st, struct str prefix, int limit, struct arena *a, struct str **out, int *count,
		   struct err *e);

/* One record, whole, with its surroundings. */
struct detail {
	struct record record;
	struct attempt *attempts; /* oldest first, at most DETAIL_ROWS, the newest ones */
	int attempt_count;
	struct record cause;    /* the failure behind a drop; id 0: not a drop, unknown, or another reason is given */
	bool cause_named;       /* by the drop; else it is the most likely one of that address */
	struct record *history; /* other email to the same recipient, newest first, at most DETAIL_ROWS */
	int history_count;
	int64_t history_total;  /* how many there are in all */
	struct record *sources; /* see store_each_source; at most DETAIL_ROWS; count 0 when just one told of it */
	int source_count;
	int64_t suppressed; /* how many emails were dropped because of this record, as named or most likely */
};
enum { DETAIL_ROWS = 50 };
/* False with ERR_INPUT when there is no such record (deleted meanwhile). */
bool store_detail(struct store *st, int64_t id, struct arena *a, struct detail *out, struct err *e);

/* Ids of all that `s` lets through, in no order; for marking all that is shown. */
bool store_ids(struct store *st, const struct scope *s, struct arena *a, int64_t **ids, size_t *count, struct err *e);

/* What a reader of records looks at, besides the id, time, outcome and codes: the rest may be left empty. */
enum reads {
	READ_RECIPIENT = 1 << 0,
	READ_RESPONSE = 1 << 1,
	READ_REMOTE_MTA = 1 << 2,
	READ_SENDER = 1 << 3,
	READ_TITLE = 1 << 4,
	READ_MESSAGE_ID = 1 << 5,
	READ_QUEUE_ID = 1 << 6,
	READ_REST = 1 << 7, /* all other fields */
	READ_ALL = (1 << 8) - 1,
};
typedef bool store_each_fn(void *ctx, const struct record *r, struct err *e);
struct each {
	unsigned reads; /* bits of enum reads */
	store_each_fn *fn;
	void *ctx;
};
/* Hands every record that `s` lets through (ids NULL), or the records with these ids, to `each`, whole, newest first
 * (with ids: in their order), in one read transaction. The record lives until `each->fn` returns, which returns false to
 * stop: then so does store_each, with the error that it set. */
bool store_each(struct store *st, const struct scope *s, const int64_t *ids, size_t id_count, const struct each *each,
		struct err *e);

/* ---- several handles that read one state ---- */

/* Another handle on the database of `st`, for another thread. NULL: there can be none, for whatever reason. */
struct store *store_open_beside(const struct store *st);
/* Until store_let_go all that these handles (READERS_MAX at the most) are asked is answered from one and the same state,
 * however others write. True with *same false: not those behind the first; they are not held. */
bool store_hold(struct store *const *handles, int count, bool *same, struct err *e);
/* Returns `ok`, or false with *e set when the file of a snapshot changed underneath. */
bool store_let_go(struct store *st, bool ok, struct err *e);

/* A stretch of time, from_s <= time < until_s; INT64_MIN and INT64_MAX: no bound. */
struct slice {
	int64_t from_s, until_s;
};
/* The next slice of what `s` lets through: the newest records before out->until_s, some thousands or as many as are of one
 * second. out->from_s INT64_MIN: it was the last; the only one, where records are not read in the order of time. */
bool store_slice(struct store *st, const struct scope *s, struct slice *out, struct err *e);
/* As store_each, for a slice. */
bool store_each_in(struct store *st, const struct scope *s, const struct slice *slice, const struct each *each,
		   struct err *e);

/* Hands the record once for each source that told of it, with what that source said: its time, outcome, codes, stage,
 * MTA, response, source_key, source_file and source_line are the source's, the rest is the record's. Oldest first; just
 * the record itself when no more than one has told of it. May be called from the `each` of store_each. */
bool store_each_source(struct store *st, const struct record *r, store_each_fn *each, void *ctx, struct err *e);

/* ---- putting in ---- */

/* Between store_begin and store_commit all or nothing is kept, whatever kills the program. */
bool store_begin(struct store *st, struct err *e);
/* The same for the first import: into a database without any email, much of it. Faster by far, but until store_commit all
 * but putting in is undefined, others cannot write, and may have to wait to read; store_commit takes longer then. When there
 * is email already it is a mere store_begin; store_is_first tells. Memory is bounded. */
bool store_begin_first(struct store *st, struct err *e);
bool store_is_first(const struct store *st);
bool store_commit(struct store *st, struct err *e);
void store_rollback(struct store *st);

enum put {
	PUT_ADDED,     /* a new record */
	PUT_CHANGED,   /* known before, and richer now */
	PUT_UNCHANGED, /* nothing new */
};
/* Puts in what a source says about one email. The same email is the one with the same source_key and recipient whose
 * time, or that of a try before, lies within `window_s` (0: any time) and whose Message-ID, where both know it, is the
 * same; else the one with the same Message-ID and recipient that another source told of (a log, a bounce mail and a
 * provider's event about one email are one record); source_key 0 never meets another. Attempts are a set: one that is there
 * already (time, outcome, codes, response) is not added again. The outcome, codes, response, MTA, stage and source of the
 * record are those of the report that holds: the most final outcome (failed goes before delivered, that before deferred);
 * of failures the report that says most, with the earliest of their times; of others the newest. So the order of importing
 * does not matter. A guessed time (r->time_guessed) yields to the one that a known email has, so that it is never news; facts
 * that were missing (sender, title, …) are filled in. r->attempts counts only when no attempt rows are given. Sets r->id.
 * Times must be from 1970 on: else ERR_INPUT. After an error within store_begin and store_commit, roll back. */
bool store_put(struct store *st, struct record *r, const struct attempt *attempts, int attempt_count, int64_t window_s,
	       enum put *what, struct err *e);
/* The source gave the message up at `time_s` ("expired"): its deferred emails become failed, keeping the codes and
 * response of the last attempt; so do those that are put in later with an older time. `sender` fills a gap. Counts the
 * emails changed now. */
bool store_expire(struct store *st, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
		  int64_t *changed, struct err *e);

#endif
