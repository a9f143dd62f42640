#include "store_sqlite.h"

#include <stdlib.h>

/* Where a row of some rank is, and what comes before a row, without passing over all that does: from the tally. */

enum { DAY_S = 86400 };

/* ---- newest first ---- */

/* A file may hold any number for a day. */
int64_t start_of_day(int64_t day)
{
	static const int64_t most = INT64_MAX / DAY_S;
	return day > most ? INT64_MAX : day < -most ? INT64_MIN : day * DAY_S;
}

/* Passes over whole days, newest first, until *rank lies within one. */
static bool find_day(struct store *st, const struct plan *p, const struct days *d, int64_t *rank, int64_t *day,
		     bool *found, struct err *e)
{
	struct query q = {0};
	query_sql(&q, "SELECT day, sum(count) FROM tally");
	query_where_days(&q, st, p, d->from, d->until);
	query_sql(&q, " GROUP BY day ORDER BY day DESC");
	sqlite3_stmt *s = query_prepare(st, &q, e);
	bool ok = s;
	int rc = SQLITE_DONE;
	*found = false;
	while (ok && !*found && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t n = sqlite3_column_int64(s, 1);
		*day = sqlite3_column_int64(s, 0);
		*found = n > *rank;
		*rank -= *found ? 0 : n;
	}
	if (ok && rc != SQLITE_DONE && rc != SQLITE_ROW)
		ok = store_fail(st, rc, e);
	sqlite3_finalize(s);
	query_free(&q);
	return ok;
}

bool near_rank(struct store *st, struct plan *p, int64_t *rank, struct err *e)
{
	struct days d = plan_days(p);
	int64_t day, beside = 0;
	bool found;
	if (d.from >= d.until)
		return true;
	if (d.until != INT64_MAX) { /* what is newer than the last whole day */
		struct plan newest = *p;
		newest.from_s = d.until * DAY_S;
		if (!count_plan(st, &newest, &beside, e))
			return false;
		if (*rank < beside) {
			*p = newest;
			return true;
		}
		*rank -= beside;
	}
	if (!find_day(st, p, &d, rank, &day, &found, e))
		return false;
	if (found) {
		p->from_s = start_of_day(day);
		p->until_s = day < INT64_MAX ? start_of_day(day + 1) : INT64_MAX;
	} else {
		p->until_s = d.from == INT64_MIN ? 0 : d.from * DAY_S; /* before the first whole day, if anywhere */
	}
	return true;
}

/* ---- by code, then newest first ---- */

struct sum {
	int64_t key, count;
};

struct sums {
	struct tally by_key;
	int64_t code_key; /* the only one that is summed, by day; 0: all are, by code */
};

static void sum_facet(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	struct sums *s = ctx;
	(void)outcome;
	if (s->code_key == 0)
		tally_add(&s->by_key, 0, OUTCOME_QUEUED, code_key, count);
	else if (s->code_key == code_key)
		tally_add(&s->by_key, 0, OUTCOME_QUEUED, day_of(time_s), count);
}

static int by_key(const void *a, const void *b)
{
	int64_t x = ((const struct sum *)a)->key, y = ((const struct sum *)b)->key;
	return (x > y) - (x < y);
}

/* The key at which the sums, from the lowest key or from the highest, pass *rank; that becomes the rest. False: none. */
static bool pass_over(const struct tally *t, bool highest_first, int64_t *rank, int64_t *key)
{
	struct sum *sums = calloc(t->count + 1, sizeof *sums);
	size_t n = 0;
	bool found = false;
	if (!sums)
		die("out of memory");
	for (size_t i = 0; i < t->cap; i++) {
		enum outcome ignored;
		struct sum s;
		if (tally_at(t, i, &ignored, &s.key, &s.count) && s.count > 0)
			sums[n++] = s;
	}
	qsort(sums, n, sizeof *sums, by_key);
	for (size_t i = 0; i < n && !found; i++) {
		const struct sum *s = &sums[highest_first ? n - 1 - i : i];
		*key = s->key;
		found = s->count > *rank;
		*rank -= found ? 0 : s->count;
	}
	free(sums);
	return found;
}

bool near_code(struct store *st, struct plan *p, int64_t *rank, int64_t *code_key, bool *found, struct err *e)
{
	struct sums codes = {0}, days = {0};
	int64_t day;
	bool ok = facets(st, p, sum_facet, &codes, e);
	*found = ok && pass_over(&codes.by_key, false, rank, code_key);
	if (*found) {
		days.code_key = *code_key;
		ok = facets(st, p, sum_facet, &days, e);
		if (ok && pass_over(&days.by_key, true, rank, &day)) {
			int64_t from_s = start_of_day(day),
				until_s = day < INT64_MAX ? start_of_day(day + 1) : INT64_MAX;
			p->from_s = from_s > p->from_s ? from_s : p->from_s;
			p->until_s = until_s < p->until_s ? until_s : p->until_s;
		}
	}
	tally_free(&codes.by_key);
	tally_free(&days.by_key);
	return ok;
}

struct before {
	int64_t code_key, day, count;
};

static void count_before(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	struct before *b = ctx;
	(void)outcome;
	if (code_key < b->code_key || (code_key == b->code_key && day_of(time_s) > b->day))
		b->count += count;
}

bool count_before_code(struct store *st, const struct plan *p, int64_t code_key, int64_t day, int64_t *out,
		       struct err *e)
{
	struct before b = {code_key, day, 0};
	bool ok = facets(st, p, count_before, &b, e);
	*out = b.count;
	return ok;
}
