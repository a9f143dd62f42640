#include "store_sqlite.h"

#include "keycount.h"
#include "wording.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What a scope falls into: codes, domains, days, …. */

/* ---- by code ---- */

static void add_code_group(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	(void)time_s;
	tally_add(ctx, 0, outcome, code_key, count);
}

static bool groups_by_code(struct store *st, const struct plan *p, const struct group_by *how, struct arena *a,
			   struct groups *out, struct err *e)
{
	struct tally t = {0};
	if (facets(st, p, add_code_group, &t, e)) {
		out->rows = arena_array(a, struct group, t.count);
		for (size_t i = 0; i < t.cap; i++) {
			struct group g = {.key = STR("")};
			int64_t key;
			if (!tally_at(&t, i, &g.outcome, &key, &g.count))
				continue;
			code_key_split(key, &g.enhanced, &g.basic);
			if (out->count < how->limit)
				out->rows[out->count++] = g;
			else
				out->more = true;
		}
	}
	tally_free(&t);
	return e->kind == ERR_NONE;
}

/* ---- counted keys → groups ---- */

static int by_name(const void *pa, const void *pb)
{
	const struct key_count *a = pa, *b = pb;
	return str_cmp(a->folded, b->folded);
}

static int by_count(const void *pa, const void *pb)
{
	const struct key_count *a = pa, *b = pb;
	return a->count != b->count ? (a->count < b->count) - (a->count > b->count) : by_name(pa, pb);
}

/* Days are named by their date. */
static int newest_first(const void *pa, const void *pb)
{
	return by_name(pb, pa);
}

static int newest_first_by_count(const void *pa, const void *pb)
{
	const struct key_count *a = pa, *b = pb;
	return a->count != b->count ? by_count(pa, pb) : newest_first(pa, pb);
}

static void take_groups(const struct key_counts *keys, const struct group_by *how, struct arena *a, struct groups *out)
{
	static int (*const compares[2][2])(const void *, const void *) = {
		{[ORDER_COUNT] = by_count, [ORDER_NAME] = by_name},
		{[ORDER_COUNT] = newest_first_by_count, [ORDER_NAME] = newest_first},
	};
	struct arena scratch = {0};
	struct key_count *list = key_counts_list(keys, &scratch);
	if (keys->count > 0)
		qsort(list, keys->count, sizeof *list, compares[how->grouping == GROUP_DAY][how->order]);
	int limit = how->limit < 0 ? 0 : how->limit;
	out->count = keys->count < (size_t)limit ? (int)keys->count : limit;
	out->more = keys->more || keys->count > (size_t)limit;
	out->rows = arena_array(a, struct group, (size_t)out->count);
	for (int i = 0; i < out->count; i++)
		out->rows[i] = (struct group){.key = arena_str(a, list[i].key), .count = list[i].count};
	arena_free(&scratch);
}

/* ---- by day ---- */

static const int64_t TIME_LAST = 253402300799; /* the end of the year 9999 */

struct day_counts {
	struct tally days; /* by number of the day since 1970, of the zone's calendar, in place of a code's */
	enum zone zone;
	int64_t from_s, until_s; /* the newest time's day */
	int64_t day;
};

static void find_day(struct day_counts *d, int64_t time_s)
{
	/* Nobody's schema admits other times, but a file may hold any. */
	time_s = time_s < 0 ? 0 : time_s > TIME_LAST ? TIME_LAST : time_s;
	d->from_s = day_start_in(d->zone, time_s, 0);
	d->until_s = day_start_in(d->zone, d->from_s, 1);
	struct civil c = civil_in(d->zone, d->from_s);
	if (c.year > 9999) /* in the last hours of all times: tree_key_filter() leaves the last day open */
		c = (struct civil){.year = 9999, .month = 12, .day = 31};
	d->day = day_of(civil_to((struct civil){.year = c.year, .month = c.month, .day = c.day}));
}

static void add_day(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	struct day_counts *d = ctx;
	(void)outcome;
	(void)code_key;
	if (time_s < d->from_s || time_s >= d->until_s)
		find_day(d, time_s);
	tally_add(&d->days, 0, OUTCOME_FAILED, d->day, count);
}

/* Named by their dates. */
static void add_dates(const struct tally *days, struct key_counts *out)
{
	for (size_t i = 0; i < days->cap; i++) {
		enum outcome outcome;
		int64_t day, count;
		char date[32];
		if (!tally_at(days, i, &outcome, &day, &count) || count == 0)
			continue;
		struct civil c = civil_of(day * 86400);
		snprintf(date, sizeof date, "%04lld-%02d-%02d", (long long)c.year, c.month, c.day);
		key_counts_add(out, str_of(date), count);
	}
}

/* Where a day of the local calendar starts within a UTC day. */
static int64_t local_cut(const void *ctx, int64_t day_s)
{
	(void)ctx;
	int64_t start_s = day_start_in(ZONE_LOCAL, day_s + 86400 - 1, 0);
	if (start_s <= day_s)
		return day_s;
	return day_start_in(ZONE_LOCAL, start_s - 1, 0) > day_s ? -1 : start_s;
}

/* The times of all email are in an index, their codes are not. */
static bool times_of_all(struct store *st, const struct plan *p, facet_fn *each, void *ctx, struct err *e)
{
	struct query q = {0};
	query_sql(&q, "SELECT time, outcome, 0, 1");
	query_from_email(&q, p->recipients ? plan_index(p) : "email_time");
	query_where(&q, st, p, p->from_s, p->until_s);
	bool ok = query_facets(st, &q, each, ctx, e);
	query_free(&q);
	return ok;
}

static bool groups_by_day(struct store *st, const struct plan *p, const struct group_by *how, struct arena *a,
			  struct groups *out, struct err *e)
{
	struct day_counts d = {.zone = how->zone};
	struct key_counts keys = {0};
	bool ok;
	if (how->zone == ZONE_UTC && p->coded)
		ok = facets(st, p, add_day, &d, e);
	else if (p->failures)
		ok = facets_cut(st, p, &(struct cuts){.of_day = local_cut}, add_day, &d, e);
	else
		ok = times_of_all(st, p, add_day, &d, e);
	if (ok) {
		add_dates(&d.days, &keys);
		take_groups(&keys, how, a, out);
	}
	tally_free(&d.days);
	key_counts_free(&keys);
	return ok;
}

/* ---- by a text ---- */

enum { KEY_BYTES_MAX = 16 << 20 };

static void whole_field(struct str field, struct buf *key)
{
	buf_add(key, field);
}

/* As the column `domain` has it: ASCII letters in small ones, and no others. */
static void domain_of_field(struct str field, struct buf *key)
{
	buf_add(key, filter_domain(field));
	for (size_t i = 0; i < key->len; i++)
		if (key->p[i] >= 'A' && key->p[i] <= 'Z')
			key->p[i] = (char)(key->p[i] + ('a' - 'A'));
}

/* Where the text of a grouping comes from. */
static const struct {
	const char *column;
	void (*add_key)(struct str field, struct buf *key);
	enum need need;
	const char *index; /* in the order of that column; NULL: none */
} texts[GROUP_COUNT] = {
	[GROUP_DOMAIN] = {"recipient", domain_of_field, NEED_RECIPIENT, NULL},
	[GROUP_MX] = {"remote_mta", whole_field, NEED_MX, "failure_mx"},
	[GROUP_SENDER] = {"sender", whole_field, NEED_SENDER, "failure_sender"},
	[GROUP_WORDING] = {"response", wording_mask, NEED_TEXT, NULL},
};

static void add_row_key(sqlite3_stmt *s, void (*add_key)(struct str field, struct buf *key), struct buf *key,
			struct key_counts *out)
{
	buf_reset(key);
	add_key(column_str(s, 0), key);
	key_counts_add(out, buf_str(key), sqlite3_column_int64(s, 1));
}

/* What each reader counted. */
struct share_keys {
	const struct group_by *how;
	bool domains_in_order; /* of their index, and so just the first ones of each share */
	atomic_bool too_many;  /* for several readers: one must count them */
	struct {
		_Alignas(CACHE_LINE) struct key_counts keys;
	} of[READERS_MAX];
};

static void add_keys_sql(struct query *q, const struct share_keys *sk, const struct share *share)
{
	const char *column = texts[sk->how->grouping].column, *index = texts[sk->how->grouping].index;
	bool grouped = share->index && index && strcmp(share->index, index) == 0 && !share->st->careful;
	query_sql(q, "SELECT ");
	if (sk->domains_in_order)
		query_sql(q, "domain");
	else
		query_field(q, share->st, column);
	query_sql(q, grouped || sk->domains_in_order ? ", count(*)" : ", 1");
	share_sql(q, share);
	if (grouped) /* those that differ in case only meet when they are counted */
		buf_printf(&q->sql, " GROUP BY %s", column);
	if (sk->domains_in_order) {
		query_sql(q, sk->how->order == ORDER_NAME ? " GROUP BY domain ORDER BY 1 LIMIT "
							  : " GROUP BY domain ORDER BY 2 DESC, 1 LIMIT ");
		query_int(q, (int64_t)sk->how->limit + 1);
	}
}

static bool count_share_keys(void *ctx, const struct share *share, struct err *e)
{
	struct share_keys *sk = ctx;
	struct query q = {0};
	struct buf key = {0};
	add_keys_sql(&q, sk, share);
	sqlite3_stmt *s = query_prepare(share->st, &q, e);
	struct key_counts *keys = &sk->of[share->reader].keys;
	bool alone = keys->most == GROUP_KEYS_MAX, ok = s;
	int rc = SQLITE_DONE;
	while (ok && !atomic_load(&sk->too_many) && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		add_row_key(s, sk->domains_in_order ? whole_field : texts[sk->how->grouping].add_key, &key, keys);
		if (keys->more && !alone)
			atomic_store(&sk->too_many, true);
	}
	if (ok && rc != SQLITE_DONE && rc != SQLITE_ROW)
		ok = store_fail(share->st, rc, e);
	sqlite3_finalize(s);
	query_free(&q);
	buf_free(&key);
	return ok;
}

/* Those of an email each: none, where it has gone since. */
static bool count_found_keys(struct store *st, const struct found *found, enum grouping by, struct key_counts *out,
			     struct err *e)
{
	struct query q = {0};
	struct buf key = {0};
	query_sql(&q, "SELECT ");
	query_field(&q, st, texts[by].column);
	query_sql(&q, ", 1 FROM email WHERE id = ?1");
	sqlite3_stmt *s = query_prepare(st, &q, e);
	bool ok = s;
	for (size_t i = 0; ok && i < found->count; i++) {
		sqlite3_reset(s);
		sqlite3_bind_int64(s, 1, found->rows[i].id);
		int rc = sqlite3_step(s);
		ok = rc == SQLITE_ROW || rc == SQLITE_DONE || store_fail(st, rc, e);
		if (rc == SQLITE_ROW)
			add_row_key(s, texts[by].add_key, &key, out);
	}
	sqlite3_finalize(s);
	query_free(&q);
	buf_free(&key);
	return ok;
}

static void free_keys(struct share_keys *sk)
{
	for (int i = 0; i < READERS_MAX; i++)
		key_counts_free(&sk->of[i].keys);
}

/* However many readers there are, together they may keep as much. */
static void set_limits(struct share_keys *sk, int readers)
{
	for (int i = 0; i < READERS_MAX; i++)
		sk->of[i].keys =
			(struct key_counts){.most = sk->domains_in_order ? 0 : GROUP_KEYS_MAX / (size_t)readers,
					    .most_bytes = sk->domains_in_order ? 0 : KEY_BYTES_MAX / (size_t)readers,
					    .exact = sk->how->grouping == GROUP_DOMAIN};
}

/* Into those of the first reader. */
static void join_keys(struct share_keys *sk)
{
	struct key_counts *first = &sk->of[0].keys;
	first->most = first->most_bytes = 0;
	for (int i = 1; i < READERS_MAX; i++) {
		const struct key_counts *k = &sk->of[i].keys;
		for (size_t at = 0; at < k->cap; at++)
			if (k->slots[at].count)
				key_counts_add(first, k->slots[at].key, k->slots[at].count);
	}
}

/* All rows of p in this index. Which ones are counted of too many is not left to chance: one reader has an order. */
static bool count_keys(struct store *st, const struct plan *p, const char *index, struct share_keys *sk, struct err *e)
{
	set_limits(sk, 1 + st->together);
	if (!shares_read(st, p, index, count_share_keys, sk, e))
		return false;
	if (!atomic_load(&sk->too_many)) {
		join_keys(sk);
		return true;
	}
	free_keys(sk);
	set_limits(sk, 1);
	atomic_store(&sk->too_many, false);
	return count_share_keys(sk, &(struct share){.st = st, .plan = *p, .index = index}, e);
}

static bool groups_by_text(struct store *st, const struct plan *p, const struct group_by *how, struct arena *a,
			   struct groups *out, struct err *e)
{
	const struct found *found;
	struct share_keys sk = {.how = how};
	if (p->from_s >= p->until_s)
		return true;
	if (!found_of(st, p, true, &found, e))
		return false;
	struct plan wider = *p;
	wider.needs |= texts[how->grouping].need;
	set_limits(&sk, 1);
	bool ok = found ? count_found_keys(st, found, how->grouping, &sk.of[0].keys, e)
			: count_keys(st, p, plan_index(&wider), &sk, e);
	if (ok)
		take_groups(&sk.of[0].keys, how, a, out);
	free_keys(&sk);
	return ok;
}

/* Failures lie in the order of their domains in an index: the first ones by name are soon read. */
static bool groups_in_order(struct store *st, const struct plan *p, const struct group_by *how, struct arena *a,
			    struct groups *out, struct err *e)
{
	static const char index[] = "failure_domain";
	struct share_keys sk = {.how = how, .domains_in_order = true};
	set_limits(&sk, 1);
	bool ok = how->order == ORDER_NAME
			  ? count_share_keys(&sk, &(struct share){.st = st, .plan = *p, .index = index}, e)
			  : count_keys(st, p, index, &sk, e);
	if (ok)
		take_groups(&sk.of[0].keys, how, a, out);
	free_keys(&sk);
	return ok;
}

static bool groups_by_domain(struct store *st, const struct plan *p, const struct group_by *how, struct arena *a,
			     struct groups *out, struct err *e)
{
	bool in_order = p->failures && plan_is_covered(p, "failure_domain") &&
			(p->one_domain || (p->from_s == INT64_MIN && p->until_s == INT64_MAX));
	return in_order ? groups_in_order(st, p, how, a, out, e) : groups_by_text(st, p, how, a, out, e);
}

bool store_groups(struct store *st, const struct scope *s, const struct group_by *how, struct arena *a,
		  struct groups *out, struct err *e)
{
	static bool (*const run[GROUP_COUNT])(struct store *, const struct plan *, const struct group_by *,
					      struct arena *, struct groups *, struct err *) = {
		[GROUP_CODE] = groups_by_code,   [GROUP_DOMAIN] = groups_by_domain, [GROUP_MX] = groups_by_text,
		[GROUP_SENDER] = groups_by_text, [GROUP_DAY] = groups_by_day,       [GROUP_WORDING] = groups_by_text,
	};
	struct plan p = plan_of(s);
	bool ok;
	do {
		*out = (struct groups){0};
		ok = shares_begin(st, &p, !p.coded || texts[how->grouping].column, e) &&
		     run[how->grouping](st, &p, how, a, out, e);
		ok = store_read_end(st, ok, e);
	} while (!ok && store_again(st, e));
	if (!ok)
		*out = (struct groups){0};
	return ok;
}

/* ---- domains, for completion ---- */

static bool domains_from(struct store *st, struct str prefix, int limit, struct arena *a, struct str *out, int *count,
			 struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_DOMAINS, e);
	if (!s)
		return false;
	int rc = SQLITE_DONE;
	sqlite3_bind_text64(s, 1, prefix.p, prefix.len, SQLITE_STATIC, SQLITE_UTF8);
	sqlite3_bind_int(s, 2, limit);
	while (*count < limit && (rc = sqlite3_step(s)) == SQLITE_ROW && str_starts(column_str(s, 0), prefix))
		out[(*count)++] = column_copy(s, 0, FIELD_MAX, a);
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return ok;
}

bool store_domains(struct store *st, struct str prefix, int limit, struct arena *a, struct str **out, int *count,
		   struct err *e)
{
	struct str small = arena_lower(a, prefix);
	*out = arena_array(a, struct str, limit < 1 ? 1 : (size_t)limit);
	*count = 0;
	bool ok = store_read_begin(st, e) && domains_from(st, small, limit, a, *out, count, e);
	ok = store_read_end(st, ok, e);
	if (!ok)
		*count = 0;
	return ok;
}
