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

/* ---- the tally, remembered ---- */

/* The browser asks it for the totals, a count, groups and a timeline, one after the other. */
enum { KNOWN_MAX = 200000 }; /* rows: 6 MB */

static void know_row(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	struct known_tally *k = ctx;
	if (k->count == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 1024;
		k->rows = realloc(k->rows, k->cap * sizeof *k->rows);
		if (!k->rows)
			die("out of memory");
	}
	k->rows[k->count++] =
		(struct tally_row){.day_s = time_s, .code_key = code_key, .count = count, .outcome = outcome};
}

bool known_tally_of(struct store *st, bool read, const struct known_tally **out, struct err *e)
{
	struct known_tally *k = &st->known_tally;
	int64_t version;
	*out = NULL;
	if (st->writable) /* what it writes itself changes no version */
		return true;
	if (!store_data_version(st, &version, e))
		return false;
	if (!read && (!k->valid || k->version != version))
		return true;
	if (!k->valid || k->version != version) {
		struct query q = {0};
		query_sql(&q, "SELECT day * 86400, outcome, code_key, count FROM tally LIMIT ");
		query_int(&q, KNOWN_MAX + 1);
		k->count = 0;
		k->valid = query_facets(st, &q, know_row, k, e);
		k->version = version;
		query_free(&q);
		if (!k->valid)
			return false;
	}
	if (k->count <= KNOWN_MAX)
		*out = k;
	return true;
}

void known_tally_free(struct known_tally *k)
{
	free(k->rows);
	*k = (struct known_tally){0};
}

static bool is_of(const struct tally_row *row, const struct plan *p)
{
	struct record r = {.time = row->day_s, .outcome = row->outcome};
	if (!(p->outcomes & 1u << row->outcome))
		return false;
	code_key_split(row->code_key, &r.enhanced, &r.basic);
	return scope_matches(p->scope, &r); /* a whole day is within the times that it names, or not asked for */
}

/* Days from_day <= day < until_day; the times it gives are where the days start. */
static bool tally_facets(struct store *st, const struct plan *p, int64_t from_day, int64_t until_day, facet_fn *each,
			 void *ctx, struct err *e)
{
	const struct known_tally *known;
	bool whole = from_day == INT64_MIN && until_day == INT64_MAX; /* some days are read sooner by themselves */
	if (!known_tally_of(st, whole, &known, e))
		return false;
	for (size_t i = 0; known && i < known->count; i++) {
		const struct tally_row *r = &known->rows[i];
		int64_t day = r->day_s / DAY_S;
		if (day >= from_day && day < until_day && is_of(r, p))
			each(ctx, r->day_s, r->outcome, r->code_key, r->count);
	}
	if (known)
		return true;
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

struct cutting {
	struct known_tally days; /* the whole ones */
	int64_t emails;
	facet_fn *each;
	void *ctx;
	struct tally near; /* what was read of the day */
};

static void keep_row(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	struct cutting *c = ctx;
	c->emails += count;
	know_row(&c->days, time_s, outcome, code_key, count);
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

/* A file may hold any number for a time; no calendar has days that far away. */
static int64_t cut_of(const struct cuts *cuts, int64_t day_s)
{
	static const int64_t far_s = (int64_t)1 << 48;
	return day_s > -far_s && day_s < far_s ? cuts->of_day(cuts->ctx, day_s) : day_s;
}

/* The day is told of as if all of it were in the longer of its parts; then the shorter is read. */
static bool cut_day(struct store *st, const struct plan *p, struct cutting *c, size_t first, size_t end, int64_t cut_s,
		    struct err *e)
{
	int64_t from_s = c->days.rows[first].day_s, until_s = cut_s == from_s ? from_s : from_s + DAY_S;
	if (cut_s < from_s)
		return email_facets(st, p, from_s, until_s, c->each, c->ctx, e);
	bool read_first = cut_s - from_s <= until_s - cut_s;
	int64_t far_s = read_first ? cut_s : from_s;
	for (size_t i = first; i < end; i++)
		c->each(c->ctx, far_s, c->days.rows[i].outcome, c->days.rows[i].code_key, c->days.rows[i].count);
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
	for (size_t i = 0; i < c->days.count; i++) {
		int64_t day_s = c->days.rows[i].day_s;
		n += (i == 0 || c->days.rows[i - 1].day_s != day_s) && cut_of(cuts, day_s) != day_s;
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
	for (size_t first = 0, end; first < c->days.count; first = end) {
		int64_t day_s = c->days.rows[first].day_s;
		for (end = first; end < c->days.count && c->days.rows[end].day_s == day_s;)
			end++;
		if (!cut_day(st, p, c, first, end, cut_of(cuts, day_s), e))
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
	known_tally_free(&c.days);
	tally_free(&c.near);
	return ok;
}
