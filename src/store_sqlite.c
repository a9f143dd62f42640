#include "store_sqlite.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct cursor cursor_of(const struct record *r)
{
	return (struct cursor){.at = CURSOR_RECORD,
			       .id = r->id,
			       .time = r->time,
			       .enhanced = r->enhanced,
			       .basic = r->basic,
			       .recipient = r->recipient};
}

/* ---- sort orders ---- */

/* Every order is one column, or none, then the newest first. */
static const struct {
	const char *lead;
	const char *forward, *backward;
	const char *failures, *all; /* the index that is in this order; NULL: none */
} orders[SORT_COUNT] = {
	[SORT_TIME] = {NULL, "time DESC, id DESC", "time, id", "failure_time", "email_time"},
	[SORT_RECIPIENT] = {"recipient", "recipient, time DESC, id DESC", "recipient DESC, time, id",
			    "failure_recipient", "email_recipient"},
	[SORT_CODE] = {"code_key", "code_key, time DESC, id DESC", "code_key DESC, time, id", "failure_code", NULL},
};

/* What is so rare that walking the failures in order would pass millions to find a page of it is found in
 * another way, and sorted. */
enum { RARE = 2000 };

/* Are there at most RARE? Soon over when there are more. */
static bool count_few(void *ctx, const struct share *s, struct err *e)
{
	atomic_llong *count = ctx;
	struct query q = {0};
	int64_t n = 0;
	query_sql(&q, "SELECT count(*) FROM (SELECT 1");
	share_sql(&q, s);
	query_sql(&q, " LIMIT ");
	query_int(&q, RARE + 1);
	query_sql(&q, ")");
	bool ok = atomic_load(count) > RARE || query_number(s->st, &q, &n, e);
	atomic_fetch_add(count, n);
	query_free(&q);
	return ok;
}

static bool is_rare(struct store *st, const struct plan *p, const char *index, bool *out, struct err *e)
{
	atomic_llong count = 0;
	bool ok = shares_read(st, p, index, count_few, &count, e);
	*out = atomic_load(&count) <= RARE;
	return ok;
}

const char *index_of(const struct plan *p, enum sort sort)
{
	if (!p->failures)
		return orders[sort].all;
	return sort == SORT_TIME ? plan_time_index(p) : orders[sort].failures;
}

bool choose_path(struct store *st, const struct plan *p, enum sort sort, struct path *out, struct err *e)
{
	const char *other = plan_index(p);
	*out = (struct path){.index = index_of(p, sort)};
	if (p->recipients) { /* few enough to be sorted */
		out->index = other;
		return true;
	}
	if (!p->failures || p->needs == 0)
		return true;
	if (p->coded) {
		if (!store_code_keys(st, p, RARE, &out->keys, e))
			return false;
		out->by_code = out->keys.total <= RARE && out->keys.count <= CODE_KEYS_MAX;
		if (out->by_code)
			out->index = "failure_code";
		return true;
	}
	if (sort == SORT_TIME && p->one_domain) {
		out->index = other;
		return true;
	}
	const struct found *found;
	if (!found_of(st, p, false, &found, e))
		return false;
	bool rare = found && found->count <= RARE;
	if (rare) {
		out->found = found;
		out->index = NULL;
		return true;
	}
	/* An index in the right order that does not hold what is asked for means a look into the table for
	 * every row. */
	if (!found && strcmp(other, out->index) != 0 && !plan_is_covered(p, out->index) &&
	    !is_rare(st, p, other, &rare, e))
		return false;
	if (rare)
		out->index = other;
	return true;
}

/* The parts of one side of a cursor, nearest first. */
static int parts_of(enum sort sort, const struct cursor *at, enum part parts[3])
{
	parts[0] = at ? PART_SAME_SECOND : PART_ALL;
	parts[1] = PART_SAME_LEAD;
	parts[2] = PART_OTHER_LEAD;
	return !at ? 1 : orders[sort].lead ? 3 : 2;
}

static void add_lead(struct query *q, const struct stretch *s, const char *compare)
{
	if (!orders[s->sort].lead)
		return;
	buf_printf(&q->sql, " AND %s %s ", orders[s->sort].lead, compare);
	if (s->sort == SORT_RECIPIENT)
		query_text(q, s->at->recipient);
	else
		query_int(q, code_key_of(s->at->enhanced, s->at->basic));
}

static void add_part(struct query *q, const struct stretch *s)
{
	add_lead(q, s, s->part != PART_OTHER_LEAD ? "=" : s->before ? "<" : ">");
	if (s->part == PART_SAME_LEAD) {
		query_sql(q, s->before ? " AND time > " : " AND time < ");
		query_int(q, s->at->time);
	} else if (s->part == PART_SAME_SECOND) {
		query_sql(q, " AND time = ");
		query_int(q, s->at->time);
		query_sql(q, s->before ? " AND id > " : " AND id < ");
		query_int(q, s->at->id);
	}
}

/* The second of a cursor outside the plan's time holds nothing. */
static bool is_void(const struct plan *p, const struct stretch *s)
{
	return s->part == PART_SAME_SECOND && (s->at->time < p->from_s || s->at->time >= p->until_s);
}

static void add_listed(struct query *q, int64_t n)
{
	query_sql(q, ", ");
	query_int(q, n);
}

/* A bound of time that the cursor implies is left out: SQLite would start from it instead of from the cursor. */
void add_stretch(struct query *q, const struct store *st, const struct plan *p, const struct path *path,
		 const struct stretch *s)
{
	int64_t from_s = p->from_s, until_s = p->until_s;
	bool one_second = s->part == PART_SAME_SECOND, by_time = s->part == PART_SAME_LEAD;
	if (one_second || (by_time && s->before && s->at->time >= from_s))
		from_s = INT64_MIN;
	if (one_second || (by_time && !s->before && s->at->time < until_s))
		until_s = INT64_MAX;
	query_sql(q, " FROM email");
	if (path->index)
		buf_printf(&q->sql, " INDEXED BY %s", path->index);
	query_where(q, st, p, from_s, until_s);
	if (path->by_code) {
		query_sql(q, " AND code_key IN (0");
		for (int i = 0; i < path->keys.count; i++)
			add_listed(q, path->keys.keys[i]);
		query_sql(q, ")");
	}
	if (path->found) {
		query_sql(q, " AND id IN (0");
		for (size_t i = 0; i < path->found->count; i++)
			add_listed(q, path->found->rows[i].id);
		query_sql(q, ")");
	}
	if (s->part != PART_ALL)
		add_part(q, s);
}

/* ---- pages ---- */

/* The first ids of a stretch, nearest to the cursor first; `skip` of them are left out. */
static bool stretch_ids(struct store *st, const struct plan *p, const struct path *path, struct stretch s,
			bool backwards, size_t limit, int64_t skip, struct ids *ids, struct err *e)
{
	enum part parts[3];
	int n = parts_of(s.sort, s.at, parts);
	bool ok = true;
	for (int i = 0; ok && i < n && ids->count < limit; i++) {
		struct query q = {0};
		s.part = parts[i];
		if (is_void(p, &s))
			continue;
		query_sql(&q, "SELECT id");
		add_stretch(&q, st, p, path, &s);
		query_sql(&q, " ORDER BY ");
		/* With one lead only, the order by time is the same, and easier for SQLite to see. */
		int sort = s.part == PART_SAME_SECOND || s.part == PART_SAME_LEAD ? SORT_TIME : (int)s.sort;
		query_sql(&q, backwards ? orders[sort].backward : orders[sort].forward);
		query_sql(&q, " LIMIT ");
		query_int(&q, (int64_t)(limit - ids->count));
		if (skip > 0) {
			query_sql(&q, " OFFSET ");
			query_int(&q, skip);
		}
		ok = query_ids(st, &q, ids, e);
		query_free(&q);
	}
	return ok;
}

/* To walk further than that in search of a page takes longer, mostly, than to search all failures at once: in several threads,
 * and the count that is asked next knows them then. */
enum { PATIENCE = 300 }; /* thousands of SQLite's steps: some 40,000 rows */

/* False with *gave_up: nothing else is wrong. */
static bool walk_not_far(struct store *st, const struct plan *p, const struct path *path, const struct stretch *s,
			 bool backwards, size_t limit, struct ids *ids, bool *gave_up, struct err *e)
{
	st->patience = PATIENCE;
	bool ok = stretch_ids(st, p, path, *s, backwards, limit, 0, ids, e);
	*gave_up = !ok && st->gave_up && e->kind != ERR_STALE;
	st->patience = 0;
	st->gave_up = false;
	return ok;
}

/* Walks in order, but not far; then knows all that there is, and goes straight to it if that is little. */
static bool seek_page_ids(struct store *st, const struct plan *p, struct path *path, const struct stretch *s,
			  bool backwards, size_t limit, struct ids *ids, struct err *e)
{
	const struct found *found;
	bool gave_up;
	bool ok = walk_not_far(st, p, path, s, backwards, limit, ids, &gave_up, e);
	if (!gave_up)
		return ok;
	*e = (struct err){0};
	ids->count = 0;
	if (!found_of(st, p, true, &found, e) && e->kind == ERR_STALE)
		return false;
	*e = (struct err){0}; /* of a damaged file the walk may show some */
	if (found && found->count <= RARE)
		*path = (struct path){.found = found};
	return stretch_ids(st, p, path, *s, backwards, limit, 0, ids, e);
}

static bool page_ids(struct store *st, const struct plan *p, enum sort sort, const struct cursor *from, bool backwards,
		     size_t limit, struct ids *ids, struct err *e)
{
	struct path path;
	enum cursor_at nothing_there = backwards ? CURSOR_START : CURSOR_END;
	if (from->at == nothing_there)
		return true;
	struct stretch s = {.sort = sort, .at = from->at == CURSOR_RECORD ? from : NULL, .before = backwards};
	if (!choose_path(st, p, sort, &path, e))
		return false;
	bool may_be_far =
		limit <= PAGE_MAX && p->failures && !p->coded && !p->one_domain && !p->recipients && !path.found;
	return may_be_far ? seek_page_ids(st, p, &path, &s, backwards, limit, ids, e)
			  : stretch_ids(st, p, &path, s, backwards, limit, 0, ids, e);
}

static bool fetch_rows(struct store *st, const struct ids *ids, bool reversed, struct arena *a, struct page *out,
		       struct err *e)
{
	out->rows = arena_array(a, struct record, ids->count);
	for (size_t i = 0; i < ids->count; i++) {
		bool found;
		int64_t id = ids->p[reversed ? ids->count - 1 - i : i];
		if (!store_record(st, id, PAGE_RESPONSE_MAX, a, &out->rows[out->count], &found, e))
			return false;
		out->count += found;
	}
	return true;
}

bool store_page(struct store *st, const struct scope *s, enum sort sort, const struct cursor *from, bool backwards,
		int limit, struct arena *a, struct page *out, struct err *e)
{
	struct plan p = plan_of(s);
	struct ids ids = {0};
	bool ok;
	size_t most = limit < 1 ? 1 : limit > PAGE_MAX ? PAGE_MAX : (size_t)limit;
	do {
		*out = (struct page){0};
		ids.count = 0;
		ok = shares_begin(st, &p, !p.coded, e) && page_ids(st, &p, sort, from, backwards, most, &ids, e);
		/* A damaged file may give some rows before it fails: they are shown. */
		if (ok || e->kind == ERR_IO)
			ok = fetch_rows(st, &ids, backwards, a, out, e) && ok;
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	free(ids.p);
	return ok;
}

bool store_ids(struct store *st, const struct scope *s, struct arena *a, int64_t **ids, size_t *count, struct err *e)
{
	struct plan p = plan_of(s);
	struct ids found = {0};
	bool ok;
	*ids = NULL;
	*count = 0;
	do {
		found.count = 0;
		ok = shares_begin(st, &p, !p.coded, e) &&
		     page_ids(st, &p, SORT_TIME, &(struct cursor){0}, false, SIZE_MAX >> 1, &found, e);
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	if (ok && found.count) {
		*count = found.count;
		*ids = arena_array(a, int64_t, found.count);
		memcpy(*ids, found.p, found.count * sizeof **ids);
	}
	free(found.p);
	return ok;
}

/* ---- ranks ---- */

static bool count_stretch(struct store *st, const struct plan *p, const struct stretch *s, int64_t *out, struct err *e)
{
	struct query q = {0};
	struct path path = {.index = index_of(p, s->sort)};
	*out = 0;
	if (is_void(p, s))
		return true;
	/* Rows need not come in order to be counted; those of one second are found fastest by the order. */
	bool one_second = s->part == PART_SAME_SECOND && !(p->one_domain && s->sort == SORT_CODE);
	if (p->recipients || (p->failures && !one_second && !plan_is_covered(p, path.index)))
		path.index = plan_index(p);
	query_sql(&q, "SELECT count(*)");
	add_stretch(&q, st, p, &path, s);
	bool ok = query_number(st, &q, out, e);
	query_free(&q);
	return ok;
}

/* By time: whole days come from the tally where it can answer. */
static bool rank_by_time(struct store *st, const struct plan *p, const struct cursor *at, int64_t *out, struct err *e)
{
	struct plan newer = *p;
	struct stretch same = {.sort = SORT_TIME, .at = at, .before = true, .part = PART_SAME_SECOND};
	int64_t beside;
	if (at->time < INT64_MAX && at->time + 1 > newer.from_s)
		newer.from_s = at->time + 1;
	if (!count_plan(st, &newer, out, e) || !count_stretch(st, p, &same, &beside, e))
		return false;
	*out += beside;
	return true;
}

/* By code: whole days of each come from the tally. */
static bool rank_by_code(struct store *st, const struct plan *p, const struct cursor *at, int64_t *out, struct err *e)
{
	int64_t day = day_of(at->time), one_second, one_day;
	struct plan later = *p;
	struct stretch s = {.sort = SORT_CODE, .at = at, .before = true, .part = PART_SAME_SECOND};
	if (!count_before_code(st, p, code_key_of(at->enhanced, at->basic), day, out, e) ||
	    !count_stretch(st, p, &s, &one_second, e))
		return false;
	s.part = PART_SAME_LEAD;
	if (start_of_day(day + 1) < later.until_s)
		later.until_s = start_of_day(day + 1);
	if (!count_stretch(st, &later, &s, &one_day, e))
		return false;
	*out += one_second + one_day;
	return true;
}

static bool rank_of(struct store *st, const struct plan *p, enum sort sort, const struct cursor *at, int64_t *out,
		    struct err *e)
{
	enum part parts[3];
	*out = 0;
	if (at->at == CURSOR_START)
		return true;
	if (at->at == CURSOR_END)
		return count_plan(st, p, out, e);
	if (sort == SORT_TIME)
		return rank_by_time(st, p, at, out, e);
	if (sort == SORT_CODE && p->coded)
		return rank_by_code(st, p, at, out, e);
	int n = parts_of(sort, at, parts);
	for (int i = 0; i < n; i++) {
		struct stretch s = {.sort = sort, .at = at, .before = true, .part = parts[i]};
		int64_t some;
		if (!count_stretch(st, p, &s, &some, e))
			return false;
		*out += some;
	}
	return true;
}

bool store_rank(struct store *st, const struct scope *s, enum sort sort, const struct cursor *at, int64_t *out,
		struct err *e)
{
	struct plan p = plan_of(s);
	bool ok;
	do {
		ok = shares_begin(st, &p, !p.coded, e) && rank_of(st, &p, sort, at, out, e);
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	if (!ok)
		*out = 0;
	return ok;
}

static bool at_rank(struct store *st, struct plan *p, enum sort sort, int64_t rank, struct arena *a, struct cursor *out,
		    struct err *e)
{
	struct ids ids = {0};
	struct path path;
	struct stretch s = {.sort = sort};
	struct record *r = arena_alloc(a, sizeof *r);
	struct cursor newest = {.at = CURSOR_RECORD, .time = INT64_MAX}; /* of a code */
	bool found = false, ok = true;
	if (sort == SORT_TIME && p->coded)
		ok = near_rank(st, p, &rank, e);
	if (sort == SORT_CODE && p->coded) {
		int64_t code_key;
		bool there;
		ok = near_code(st, p, &rank, &code_key, &there, e);
		if (!ok || !there)
			return ok;
		code_key_split(code_key, &newest.enhanced, &newest.basic);
		s.at = &newest;
	}
	ok = ok && choose_path(st, p, sort, &path, e) && stretch_ids(st, p, &path, s, false, 1, rank, &ids, e);
	if (ok && ids.count)
		ok = store_record(st, ids.p[0], 0, a, r, &found, e);
	if (ok && found)
		*out = cursor_of(r);
	free(ids.p);
	return ok;
}

bool store_at_rank(struct store *st, const struct scope *s, enum sort sort, int64_t rank, struct arena *a,
		   struct cursor *out, struct err *e)
{
	bool ok;
	do {
		struct plan p = plan_of(s);
		*out = (struct cursor){.at = CURSOR_END};
		ok = shares_begin(st, &p, !p.coded, e) && at_rank(st, &p, sort, rank < 0 ? 0 : rank, a, out, e);
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	return ok;
}

/* ---- the oldest and the newest ---- */

bool span_plan(struct store *st, const struct plan *p, int64_t *first_s, int64_t *last_s, struct err *e)
{
	int64_t *const ends[] = {last_s, first_s};
	struct path path;
	*first_s = *last_s = TIME_NONE;
	if (!choose_path(st, p, SORT_TIME, &path, e))
		return false;
	for (int backwards = 0; backwards < 2; backwards++) {
		struct query q = {0};
		struct stretch s = {.sort = SORT_TIME};
		bool any;
		query_sql(&q, "SELECT time");
		add_stretch(&q, st, p, &path, &s);
		query_sql(&q, backwards ? " ORDER BY time, id LIMIT 1" : " ORDER BY time DESC, id DESC LIMIT 1");
		bool ok = query_number_if(st, &q, &any, ends[backwards], e);
		query_free(&q);
		if (!ok)
			return false;
		if (!any) {
			*first_s = *last_s = TIME_NONE;
			break;
		}
	}
	return true;
}

bool store_span(struct store *st, const struct scope *s, int64_t *first_s, int64_t *last_s, struct err *e)
{
	struct plan p = plan_of(s);
	bool ok;
	do {
		ok = shares_begin(st, &p, !p.coded, e) && span_plan(st, &p, first_s, last_s, e);
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	if (!ok)
		*first_s = *last_s = TIME_NONE;
	return ok;
}
