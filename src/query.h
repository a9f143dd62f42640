/* query.h - questions of the browser and their answers, as values that can cross from thread to thread.
 *
 * Layer 3. Knows the store; never threads, never the screen. query_answer() is plain and synchronous: the worker calls it
 * in its threads, tests call it directly.
 */
#ifndef QUERY_H
#define QUERY_H

#include "export.h"
#include "store.h"
#include "tree.h"

enum ask {
	ASK_PAGE, /* in order of urgency */
	ASK_DETAIL,
	ASK_TREE,
	ASK_COUNT,
	ASK_TOTALS,
	ASK_TIMELINE,
	ASK_WITHOUT, /* which term of a filter leaves nothing */
	ASK_DOMAINS, /* for completion */
	ASK_VERSION, /* asked by the worker itself, now and then */
	ASK_MARKS,   /* all ids in scope */
	ASK_EXPORT,
	ASK_KINDS
};

/* Where a page should lie. */
enum want {
	WANT_START,
	WANT_END,
	WANT_AROUND, /* the cursor's place, about the middle */
	WANT_RANK,   /* the place with `rank` records before it, about the middle */
};

/* A question. All that it points to is owned by `arena`; request_copy makes one that outlives its maker. */
struct request {
	enum ask ask;
	unsigned generation; /* the answer carries it; the newest question of a kind has the highest */
	struct scope scope;
	enum zone zone; /* in which days start: TREE, TIMELINE */

	enum grouping grouping; /* TREE */
	enum group_order order;
	const struct str *open; /* filter lines of the nodes that are open */
	int open_count;
	bool open_first; /* the largest group too, if all lines fit in `rows` */

	enum want want; /* PAGE */
	enum sort sort;
	struct cursor cursor;
	int64_t rank; /* WANT_RANK; WANT_AROUND: the cursor's if known, else -1 */
	int rows;     /* PAGE: how many at the most */

	int columns; /* TIMELINE: how many buckets fit */

	bool want_fresh; /* COUNT: also how many have come since these were totals.max_id and max_s */
	int64_t fresh_after_id, fresh_after_s;

	struct str prefix; /* DOMAINS */

	int64_t id; /* DETAIL */

	const char *path; /* EXPORT */
	struct export_options export;
	const int64_t *ids; /* NULL: what is in scope */
	size_t id_count;
};

/* A copy of `r` in `a`, except for the callbacks in r->export, which are taken as they are. */
struct request request_copy(const struct request *r, struct arena *a);

enum { BUCKETS_MAX = 400, DOMAINS_MAX = 64, WITHOUT_MAX = 8 };
enum unit { UNIT_HOUR, UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_COUNT };
const char *unit_name(enum unit u); /* "hour" */

/* An answer. Owns all it holds through `arena`. Only the part that its `ask` names is set. */
struct reply {
	enum ask ask;
	unsigned generation;
	struct err err; /* kind ERR_NONE: fine. A page may hold rows all the same: those read before the fault */
	struct arena arena;

	struct totals totals;
	struct tree tree;
	int64_t count, fresh;

	struct without { /* of each term of the scope's first filter: how many there are without it */
		struct str term;
		int64_t count;
	} without[WITHOUT_MAX];
	int without_count;

	struct str *domains; /* that start with `prefix`, A first, at most DOMAINS_MAX */
	int domain_count;
	struct str prefix;

	struct page page;
	int anchor;            /* index of the row that was asked for; page.count may be 0 */
	int64_t first_rank;    /* rank of page.rows[0]; -1: unknown */
	bool at_start, at_end; /* nothing lies before, behind the page */

	struct timeline {
		enum unit unit;
		int count;
		struct bucket buckets[BUCKETS_MAX];
		int64_t starts_s[BUCKETS_MAX + 1]; /* whole units of the request's zone; [count]: the end of the last */
		int64_t first_s, last_s;           /* of the records counted; TIME_NONE: none */
		int peak;                          /* index of the largest, -1: none */
	} timeline;

	struct detail detail;

	int64_t *ids; /* MARKS */
	size_t id_count;

	bool snapshot; /* VERSION: what is open now is one; see store_is_snapshot */

	bool running; /* EXPORT: a sign of progress; the end is yet to come */
	struct export_result exported;
	const char *path;
};

/* Answers `r` from `st`; out->arena must be empty, and is the caller's to free. Errors are in out->err. */
void query_answer(struct store *st, const struct request *r, struct reply *out);
void reply_free(struct reply *r); /* frees r too; NULL is fine */

#endif
