#include "store_sqlite.h"

#include <stdlib.h>

/* What counts, groups and the timeline are made of: (time, outcome, code key, how many). The tally knows it for whole UTC
 * days; what a range has beside them, and what the tally cannot answer, is read from the emails. */

enum { DAY_S = 86400 };

bool query_facets(struct store *st, struct query *q, facet_fn *each, void *ctx, struct err *e)
{
	sqlite3_stmt *s = query_prepare(st, q, e);
	if (!s)
		return false;
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		each(ctx, sqlite3_column_int64(s, 0), column_outcome(s, 1), sqlite3_column_int64(s, 2),
		     sqlite3_column_int64(s, 3));
	bool ok = rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_finalize(s);
	return ok;
}

bool email_facets(struct store *st, const struct plan *p, int64_t from_s, int64_t until_s, facet_fn *each, void *ctx,
		  struct err *e)
{
	const struct found *found;
	if (!found_of(st, p, true, &found, e))
		return false;
	if (found) {
		for (size_t i = 0; i < found->count; i++) {
			const struct found_row *r = &found->rows[i];
			if (r->time >= from_s && r->time < until_s)
				each(ctx, r->time, r->outcome, r->code_key, 1);
		}
		return true;
	}
	struct query q = {0};
	struct plan part = *p; /* its index is chosen for what is asked of it */
	part.from_s = from_s;
	part.until_s = until_s;
	query_sql(&q, "SELECT time, outcome, code_key, 1");
	query_from_email(&q, plan_index(&part));
	query_where(&q, st, &part, from_s, until_s);
	bool ok = query_facets(st, &q, each, ctx, e);
	query_free(&q);
	return ok;
}

/* Days from_day <= day < until_day; the times it gives are where the days start. */
static bool tally_facets(struct store *st, const struct plan *p, int64_t from_day, int64_t until_day, facet_fn *each,
			 void *ctx, struct err *e)
{
	struct query q = {0};
	query_sql(&q, "SELECT day * 86400, outcome, code_key, count FROM tally");
	query_where_days(&q, st, p, from_day, until_day);
	bool ok = query_facets(st, &q, each, ctx, e);
	query_free(&q);
	return ok;
}

struct days plan_days(const struct plan *p)
{
	struct days d = {.from = INT64_MIN, .until = INT64_MAX};
	if (p->from_s != INT64_MIN)
		d.from = day_of(p->from_s) + (p->from_s % DAY_S != 0);
	if (p->until_s != INT64_MAX)
		d.until = day_of(p->until_s);
	return d;
}

/* What a range has outside of its whole days; *d: these, none when everything was told. */
static bool edge_facets(struct store *st, const struct plan *p, struct days *d, facet_fn *each, void *ctx,
			struct err *e)
{
	*d = plan_days(p);
	if (p->from_s >= p->until_s || !p->coded || d->from >= d->until) {
		d->from = d->until = 0;
		return p->from_s >= p->until_s || email_facets(st, p, p->from_s, p->until_s, each, ctx, e);
	}
	if (d->from != INT64_MIN && p->from_s < d->from * DAY_S &&
	    !email_facets(st, p, p->from_s, d->from * DAY_S, each, ctx, e))
		return false;
	return d->until == INT64_MAX || d->until * DAY_S >= p->until_s ||
	       email_facets(st, p, d->until * DAY_S, p->until_s, each, ctx, e);
}

bool facets(struct store *st, const struct plan *p, facet_fn *each, void *ctx, struct err *e)
{
	struct days d;
	return edge_facets(st, p, &d, each, ctx, e) &&
	       (d.from == d.until || tally_facets(st, p, d.from, d.until, each, ctx, e));
}

/* ---- days that are cut ---- */

/* To read half a day costs as much as so many emails. */
enum { EMAILS_A_DAY = 100 };

struct tally_row {
	int64_t day_s, code_key, count;
	enum outcome outcome;
};

struct cutting {
	struct tally_row *rows; /* of the whole days */
	size_t count, cap;
	int64_t emails;
	facet_fn *each;
	void *ctx;
	struct tally near; /* what was read of the day */
};

static void keep_row(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	struct cutting *c = ctx;
	if (c->count == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 1024;
		c->rows = realloc(c->rows, c->cap * sizeof *c->rows);
		if (!c->rows)
			die("out of memory");
	}
	c->emails += count;
	c->rows[c->count++] =
		(struct tally_row){.day_s = time_s, .code_key = code_key, .count = count, .outcome = outcome};
}

static void tell_near(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	struct cutting *c = ctx;
	c->each(c->ctx, time_s, outcome, code_key, count);
	tally_add(&c->near, 0, outcome, code_key, count);
}

/* What was read is not in the far part, though that was told. */
static void take_from(struct cutting *c, int64_t far_s)
{
	for (size_t i = 0; i < c->near.cap; i++) {
		enum outcome outcome;
		int64_t code_key, count;
		if (tally_at(&c->near, i, &outcome, &code_key, &count))
			c->each(c->ctx, far_s, outcome, code_key, -count);
	}
	tally_forget(&c->near);
}

/* The day is told of as if all of it were in the longer of its parts; then the shorter is read. */
static bool cut_day(struct store *st, const struct plan *p, struct cutting *c, size_t first, size_t end, int64_t cut_s,
		    struct err *e)
{
	int64_t from_s = c->rows[first].day_s, until_s = from_s + DAY_S;
	if (cut_s < from_s)
		return email_facets(st, p, from_s, until_s, c->each, c->ctx, e);
	bool read_first = cut_s - from_s <= until_s - cut_s;
	int64_t far_s = read_first ? cut_s : from_s;
	for (size_t i = first; i < end; i++)
		c->each(c->ctx, far_s, c->rows[i].outcome, c->rows[i].code_key, c->rows[i].count);
	if (cut_s == from_s)
		return true;
	if (!email_facets(st, p, read_first ? from_s : cut_s, read_first ? cut_s : until_s, tell_near, c, e))
		return false;
	take_from(c, far_s);
	return true;
}

static int64_t count_cuts(const struct cutting *c, const struct cuts *cuts)
{
	int64_t n = 0;
	for (size_t i = 0; i < c->count; i++) {
		int64_t day_s = c->rows[i].day_s;
		n += (i == 0 || c->rows[i - 1].day_s != day_s) && cuts->of_day(cuts->ctx, day_s) != day_s;
	}
	return n;
}

static bool cut_days(struct store *st, const struct plan *p, struct days d, const struct cuts *cuts, struct cutting *c,
		     struct err *e)
{
	if (!tally_facets(st, p, d.from, d.until, keep_row, c, e))
		return false;
	if (c->emails < count_cuts(c, cuts) * EMAILS_A_DAY) {
		int64_t from_s = d.from == INT64_MIN ? INT64_MIN : d.from * DAY_S,
			until_s = d.until == INT64_MAX ? INT64_MAX : d.until * DAY_S;
		return email_facets(st, p, from_s, until_s, c->each, c->ctx, e);
	}
	for (size_t first = 0, end; first < c->count; first = end) {
		int64_t day_s = c->rows[first].day_s;
		for (end = first; end < c->count && c->rows[end].day_s == day_s;)
			end++;
		if (!cut_day(st, p, c, first, end, cuts->of_day(cuts->ctx, day_s), e))
			return false;
	}
	return true;
}

bool facets_cut(struct store *st, const struct plan *p, const struct cuts *cuts, facet_fn *each, void *ctx,
		struct err *e)
{
	struct cutting c = {.each = each, .ctx = ctx};
	struct days d;
	bool ok = edge_facets(st, p, &d, each, ctx, e) && (d.from == d.until || cut_days(st, p, d, cuts, &c, e));
	free(c.rows);
	tally_free(&c.near);
	return ok;
}
