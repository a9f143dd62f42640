#include "store_sqlite.h"

#include <string.h>

/* All records of a scope, whole; and several handles that read one state of the database. */

enum {
	SLICE_ROWS = 2048,
	HOLD_TRIES = 20, /* a writer of 1,000 transactions a second comes between in one try of ten or so */
};

/* ---- all of a scope ---- */

struct walk {
	struct store *st;
	const struct each *each;
	bool by_id;   /* ids first, then each record: where whole records would be sorted, or one is too long */
	int64_t seen; /* records that were handed over; they are not again */
};

static bool hand_over(struct store *st, int64_t id, const struct each *each, struct err *e)
{
	struct arena a = {0};
	struct record r;
	bool found;
	bool ok = store_record_peek(st, id, SIZE_MAX, &a, &r, &found, e) && (!found || each->fn(each->ctx, &r, e));
	store_record_done(st);
	arena_free(&a);
	return ok;
}

static bool hand_row(struct walk *w, sqlite3_stmt *s, struct err *e)
{
	struct record r;
	if (w->by_id)
		return hand_over(w->st, sqlite3_column_int64(s, 0), w->each, e);
	stmt_record(s, w->each->reads, &r);
	return w->each->fn(w->each->ctx, &r, e);
}

static void add_rows(struct query *q, const struct walk *w, const struct plan *p, const struct path *path)
{
	query_sql(q, "SELECT ");
	if (w->by_id)
		query_sql(q, "id");
	else
		query_record(q, w->each->reads);
	add_stretch(q, w->st, p, path, &(struct stretch){.sort = SORT_TIME});
	query_sql(q, " ORDER BY time DESC, id DESC");
	if (w->seen > 0) {
		query_sql(q, " LIMIT -1 OFFSET ");
		query_int(q, w->seen);
	}
}

static bool walk_rows(struct walk *w, const struct plan *p, const struct path *path, struct err *e)
{
	struct query q = {0};
	add_rows(&q, w, p, path);
	sqlite3_stmt *s = query_prepare(w->st, &q, e);
	bool ok = s;
	int rc = SQLITE_DONE;
	while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		ok = hand_row(w, s, e);
		w->seen += ok;
	}
	if (ok && rc != SQLITE_DONE)
		ok = store_fail(w->st, rc, e);
	sqlite3_finalize(s);
	query_free(&q);
	return ok;
}

static bool is_by_time(const struct store *st, const struct plan *p, const struct path *path)
{
	return path->index && !schema_lacks_index(st, str_of(path->index)) &&
	       strcmp(path->index, index_of(p, SORT_TIME)) == 0 && !path->by_code;
}

/* After a failure: one record has a field that is too long for a statement that reads many. */
static bool walk_again(struct walk *w, struct err *e)
{
	if (!w->st->too_big || w->by_id)
		return store_again(w->st, e);
	w->by_id = true;
	w->st->too_big = false;
	*e = (struct err){0};
	return true;
}

static bool is_slice(const struct slice *s)
{
	return s->from_s != INT64_MIN || s->until_s != INT64_MAX;
}

static bool each_of_scope(struct store *st, const struct scope *scope, const struct slice *slice,
			  const struct each *each, struct err *e)
{
	struct plan p = plan_of(scope);
	struct path path = {.index = index_of(&p, SORT_TIME)};
	struct walk w = {.st = st, .each = each};
	bool ok;
	p.from_s = slice->from_s > p.from_s ? slice->from_s : p.from_s;
	p.until_s = slice->until_s < p.until_s ? slice->until_s : p.until_s;
	do { /* again within the same transaction, so that the order is the same */
		ok = is_slice(slice) || choose_path(st, &p, SORT_TIME, &path, e);
		w.by_id |= !is_by_time(st, &p, &path);
		ok = ok && walk_rows(&w, &p, &path, e);
	} while (!ok && walk_again(&w, e));
	return ok;
}

bool store_each_in(struct store *st, const struct scope *s, const struct slice *slice, const struct each *each,
		   struct err *e)
{
	bool ok = store_read_begin(st, e) && each_of_scope(st, s, slice, each, e);
	return store_read_end(st, ok, e);
}

bool store_each(struct store *st, const struct scope *s, const int64_t *ids, size_t id_count, const struct each *each,
		struct err *e)
{
	if (!ids)
		return store_each_in(st, s, &(struct slice){INT64_MIN, INT64_MAX}, each, e);
	bool ok = store_read_begin(st, e);
	for (size_t i = 0; ok && i < id_count; i++)
		ok = hand_over(st, ids[i], each, e);
	return store_read_end(st, ok, e);
}

/* ---- slices ---- */

/* Counts by the index alone, whatever else the scope asks for: it is the walk that takes time. */
static bool find_slice(struct store *st, const struct scope *scope, struct slice *out, struct err *e)
{
	struct plan p = plan_of(scope);
	struct path path;
	bool any;
	int64_t from_s;
	out->from_s = INT64_MIN;
	if (out->until_s == INT64_MAX) {
		if (!choose_path(st, &p, SORT_TIME, &path, e))
			return false;
		if (!is_by_time(st, &p, &path))
			return true;
	}
	/* Of the scope only the outcomes and times. */
	const struct scope all = {0};
	struct query q = {0};
	p.scope = &all;
	p.needs = 0;
	query_sql(&q, "SELECT time");
	query_from_email(&q, index_of(&p, SORT_TIME));
	query_where(&q, st, &p, p.from_s, out->until_s < p.until_s ? out->until_s : p.until_s);
	query_sql(&q, " ORDER BY time DESC, id DESC LIMIT 1 OFFSET ");
	query_int(&q, SLICE_ROWS);
	bool ok = query_number_if(st, &q, &any, &from_s, e);
	if (ok && any)
		out->from_s = from_s;
	query_free(&q);
	return ok;
}

bool store_slice(struct store *st, const struct scope *s, struct slice *out, struct err *e)
{
	bool ok;
	do {
		ok = store_read_begin(st, e) && find_slice(st, s, out, e);
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	return ok;
}

/* ---- one state for several ---- */

struct store *store_open_beside(const struct store *st)
{
	struct err ignored = {0};
	if (st->writable)
		return NULL;
	struct store *other = store_open_unless(st->path, st->is_stale, st->stale_ctx, &ignored);
	if (!other)
		return NULL;
	store_set_stale(other, NULL, NULL);
	if (other->snapshot != st->snapshot || other->as_opened.st_ino != st->as_opened.st_ino ||
	    other->as_opened.st_dev != st->as_opened.st_dev) {
		store_close(other); /* the file was replaced */
		return NULL;
	}
	return other;
}

/* A transaction that has begun to read: BEGIN alone sees nothing yet. */
static bool hold(struct store *st, struct err *e)
{
	bool any;
	sqlite3_stmt *s = store_stmt(st, STMT_NEWEST, e);
	if (!s || !store_read_begin(st, e))
		return false;
	bool ok = stmt_ask(st, s, &any, e);
	sqlite3_reset(s);
	if (!ok)
		return store_read_end(st, false, e);
	st->held = true;
	return true;
}

bool store_let_go(struct store *st, bool ok, struct err *e)
{
	st->held = false;
	return store_read_end(st, ok, e);
}

/* Each of the others looks at the version before the first one begins, and again when it has begun itself: if that is
 * the same then nobody has written in between. A writer that waits for the first one's lock lets no other begin; so
 * nobody waits here. Without *same only the first one is held. */
static bool try_hold(struct store *const *handles, int count, bool *same, struct err *e)
{
	int64_t before[READERS_MAX], now;
	struct err other = {0};
	int held = 1;
	*same = true;
	for (int i = 1; *same && i < count; i++)
		*same = store_version(handles[i], &before[i], &other);
	if (!hold(handles[0], e))
		return false;
	for (; *same && held < count && hold(handles[held], &other); held++)
		*same = store_version(handles[held], &now, &other) && now == before[held];
	*same = *same && held == count;
	for (int i = 1; i < held && !*same; i++)
		store_let_go(handles[i], false, &other);
	return true;
}

bool store_hold_soon(struct store *const *handles, int count, int most_tries, bool *same, struct err *e)
{
	struct err ignored = {0};
	for (int i = 1; i < count; i++)
		handles[i]->impatient = true;
	bool ok = try_hold(handles, count, same, e);
	for (int tries = 1; ok && !*same && tries < most_tries; tries++) {
		store_let_go(handles[0], false, &ignored);
		ok = try_hold(handles, count, same, e);
	}
	for (int i = 1; i < count; i++)
		handles[i]->impatient = false;
	return ok;
}

bool store_hold(struct store *const *handles, int count, bool *same, struct err *e)
{
	return store_hold_soon(handles, count, HOLD_TRIES, same, e);
}
