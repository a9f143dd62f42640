#include "store_sqlite.h"

#include <stdlib.h>
#include <string.h>

/* Counts and the timeline: how many there are of an outcome, a code, a time. The tally knows all that
 * for whole days; what a range has beside them, and what the tally cannot answer, is read from the emails. */

enum { DAY_S = 86400 };

bool query_number_if(struct store *st, struct query *q, bool *any, int64_t *out, struct err *e)
{
	*any = false;
	sqlite3_stmt *s = query_prepare(st, q, e);
	if (!s)
		return false;
	int rc = sqlite3_step(s);
	*any = rc == SQLITE_ROW;
	*out = *any ? sqlite3_column_int64(s, 0) : 0;
	bool ok = *any || rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_finalize(s);
	return ok;
}

bool query_number(struct store *st, struct query *q, int64_t *out, struct err *e)
{
	bool any;
	return query_number_if(st, q, &any, out, e);
}

void query_from_email(struct query *q, const char *index)
{
	query_sql(q, " FROM email");
	if (index)
		buf_printf(&q->sql, " INDEXED BY %s", index);
}

/* ---- counts ---- */

static void add_count(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	(void)time_s;
	(void)outcome;
	(void)code_key;
	*(int64_t *)ctx += count;
}

struct share_counts {
	struct {
		_Alignas(CACHE_LINE) int64_t count;
	} by[READERS_MAX];
};

static bool count_share(void *ctx, const struct share *s, struct err *e)
{
	struct share_counts *counts = ctx;
	struct query q = {0};
	int64_t n = 0;
	query_sql(&q, "SELECT count(*)");
	share_sql(&q, s);
	bool ok = query_number(s->st, &q, &n, e);
	counts->by[s->reader].count += n;
	query_free(&q);
	return ok;
}

bool count_plan(struct store *st, const struct plan *p, int64_t *out, struct err *e)
{
	const struct found *found;
	*out = 0;
	if (!found_of(st, p, true, &found, e))
		return false;
	if (p->coded || found)
		return facets(st, p, add_count, out, e);
	if (p->from_s >= p->until_s)
		return true;
	struct share_counts counts = {0};
	bool ok = shares_read(st, p, plan_index(p), count_share, &counts, e);
	for (int i = 0; i < READERS_MAX; i++)
		*out += counts.by[i].count;
	return ok;
}

bool store_count(struct store *st, const struct scope *s, int64_t *out, struct err *e)
{
	struct plan p = plan_of(s);
	bool ok;
	do {
		ok = shares_begin(st, &p, !p.coded, e) && count_plan(st, &p, out, e);
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	if (!ok)
		*out = 0;
	return ok;
}

/* By id, and those among the others by time: a known email may have got a new outcome. */
static bool count_fresh(struct store *st, const struct plan *p, int64_t after_id, int64_t after_s, int64_t *out,
			struct err *e)
{
	int64_t newer = 0, from_s = after_s == INT64_MAX || p->from_s > after_s ? p->from_s : after_s + 1;
	struct query by_id = {0}, by_time = {0};
	query_sql(&by_id, "SELECT count(*) FROM email NOT INDEXED");
	query_where(&by_id, st, p, p->from_s, p->until_s);
	query_sql(&by_id, " AND id > ");
	query_int(&by_id, after_id);
	query_sql(&by_time, "SELECT count(*)");
	query_from_email(&by_time, p->failures ? "failure_time" : "email_time");
	query_where(&by_time, st, p, from_s, p->until_s);
	query_sql(&by_time, " AND id <= ");
	query_int(&by_time, after_id);
	bool ok = query_number(st, &by_id, out, e) && (after_s == TIME_NONE || query_number(st, &by_time, &newer, e));
	*out += newer;
	query_free(&by_id);
	query_free(&by_time);
	return ok;
}

bool store_count_fresh(struct store *st, const struct scope *s, int64_t after_id, int64_t after_s, int64_t *out,
		       struct err *e)
{
	struct plan p = plan_of(s);
	bool ok;
	do {
		*out = 0;
		ok = store_read_begin(st, e) && count_fresh(st, &p, after_id, after_s, out, e);
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	if (!ok)
		*out = 0;
	return ok;
}

static bool tally_totals(struct store *st, struct totals *out, struct err *e)
{
	const struct known_tally *known;
	if (!known_tally_of(st, false, &known, e))
		return false;
	for (size_t i = 0; known && i < known->count; i++) {
		out->tracked += known->rows[i].count;
		out->failures += outcome_is_failure(known->rows[i].outcome) ? known->rows[i].count : 0;
	}
	if (known)
		return true;
	struct query q = {0}; /* to group by outcome would cost twice as much */
	query_sql(&q, "SELECT sum(count), sum(iif(outcome IN ('failed', 'dropped'), count, 0)) FROM tally");
	sqlite3_stmt *s = query_prepare(st, &q, e);
	int rc = s ? sqlite3_step(s) : SQLITE_ERROR;
	bool ok = s && (rc == SQLITE_ROW || store_fail(st, rc, e));
	if (ok) {
		out->tracked = sqlite3_column_int64(s, 0);
		out->failures = sqlite3_column_int64(s, 1);
	}
	sqlite3_finalize(s);
	query_free(&q);
	return ok;
}

static bool newest(struct store *st, struct totals *out, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_NEWEST, e);
	if (!s)
		return false;
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		out->max_id = column_int_or(s, 0, 0);
		out->max_s = column_int_or(s, 1, TIME_NONE);
	}
	bool ok = rc == SQLITE_ROW || store_fail(st, rc, e);
	sqlite3_reset(s);
	return ok;
}

static bool totals(struct store *st, struct totals *out, struct err *e)
{
	struct scope failures = {0};
	struct plan p = plan_of(&failures);
	return tally_totals(st, out, e) && newest(st, out, e) && span_plan(st, &p, &out->first_s, &out->last_s, e);
}

bool store_totals(struct store *st, struct totals *out, struct err *e)
{
	static const struct totals none = {.first_s = TIME_NONE, .last_s = TIME_NONE, .max_s = TIME_NONE};
	*out = none;
	bool ok = store_read_begin(st, e) && totals(st, out, e);
	ok = store_read_end(st, ok, e);
	if (!ok)
		*out = none;
	return ok;
}

/* ---- which codes a scope has ---- */

struct code_sum {
	struct code_keys *keys;
	int64_t enough;
};

static void add_code_key(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	struct code_sum *sum = ctx;
	struct code_keys *k = sum->keys;
	(void)time_s;
	(void)outcome;
	k->total += count;
	if (k->total > sum->enough)
		return;
	for (int i = 0; i < k->count && i < CODE_KEYS_MAX; i++)
		if (k->keys[i] == code_key)
			return;
	if (k->count < CODE_KEYS_MAX)
		k->keys[k->count] = code_key;
	k->count++;
}

bool store_code_keys(struct store *st, const struct plan *p, int64_t enough, struct code_keys *out, struct err *e)
{
	struct code_sum sum = {.keys = out, .enough = enough};
	*out = (struct code_keys){0};
	return facets(st, p, add_code_key, &sum, e);
}

/* ---- over time ---- */

struct timeline {
	const int64_t *starts_s; /* buckets + 1 */
	int buckets;
	struct bucket *out;
};

/* The bucket that holds this time; -1: none. */
static int bucket_of(const struct timeline *t, int64_t time_s)
{
	int lo = 0, hi = t->buckets;
	if (time_s < t->starts_s[0] || time_s >= t->starts_s[hi])
		return -1;
	while (hi - lo > 1) {
		int middle = lo + (hi - lo) / 2;
		if (t->starts_s[middle] <= time_s)
			lo = middle;
		else
			hi = middle;
	}
	return lo;
}

static void add_to_bucket(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	const struct timeline *t = ctx;
	struct ecode enhanced;
	int basic;
	int i = bucket_of(t, time_s);
	if (i < 0)
		return;
	code_key_split(code_key, &enhanced, &basic);
	if (outcome == OUTCOME_DROPPED)
		t->out[i].dropped += count;
	else if (filter_class(enhanced, basic) == 4)
		t->out[i].temporary += count;
	else
		t->out[i].permanent += count;
}

/* Where a bucket starts within a UTC day. */
static int64_t bucket_cut(const void *ctx, int64_t day_s)
{
	const struct timeline *t = ctx;
	int lo = 0, hi = t->buckets + 1; /* the first start behind the day's: starts_s[hi] */
	while (lo < hi) {
		int middle = lo + (hi - lo) / 2;
		if (t->starts_s[middle] <= day_s)
			lo = middle + 1;
		else
			hi = middle;
	}
	int64_t end_s = day_s + DAY_S;
	if (hi > t->buckets || t->starts_s[hi] >= end_s)
		return day_s;
	return hi < t->buckets && t->starts_s[hi + 1] < end_s ? -1 : t->starts_s[hi];
}

bool store_timeline(struct store *st, const struct scope *s, const int64_t *starts_s, int buckets, struct bucket *out,
		    struct err *e)
{
	struct timeline t = {.starts_s = starts_s, .buckets = buckets, .out = out};
	struct plan all = plan_of(s);
	bool ok;
	plan_failures_only(&all);
	struct plan p = all;
	p.from_s = starts_s[0] > all.from_s ? starts_s[0] : all.from_s;
	p.until_s = starts_s[buckets] < all.until_s ? starts_s[buckets] : all.until_s;
	do {
		memset(out, 0, (size_t)buckets * sizeof *out);
		ok = shares_begin(st, &p, !p.coded, e) &&
		     facets_cut(st, &p, &(struct cuts){bucket_cut, &t}, add_to_bucket, &t, e);
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	if (!ok)
		memset(out, 0, (size_t)buckets * sizeof *out);
	return ok;
}
