#include "store_sqlite.h"

#include <stdlib.h>
#include <string.h>

/* What a scope falls into: codes, domains. */

const struct grouping_info groupings[GROUP_COUNT] = {
	[GROUP_CODE] = {.name = "code", .title = "Subjects", .key = NULL},
	[GROUP_DOMAIN] = {.name = "domain", .title = "Domains", .key = "domain"},
};

static void add_group(void *ctx, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t count)
{
	(void)time_s;
	tally_add(ctx, 0, outcome, code_key, count);
}

static bool groups_by_code(struct store *st, const struct plan *p, int limit, struct arena *a, struct groups *out,
			   struct err *e)
{
	struct tally t = {0};
	if (facets(st, p, add_group, &t, e)) {
		out->rows = arena_array(a, struct group, t.count);
		for (size_t i = 0; i < t.cap; i++) {
			struct group g = {.key = STR("")};
			int64_t key;
			if (!tally_at(&t, i, &g.outcome, &key, &g.count))
				continue;
			code_key_split(key, &g.enhanced, &g.basic);
			if (out->count < limit)
				out->rows[out->count++] = g;
			else
				out->more = true;
		}
	}
	tally_free(&t);
	return e->kind == ERR_NONE;
}

static bool groups_by_domain(struct store *st, const struct plan *p, int limit, struct arena *a, struct groups *out,
			     struct err *e)
{
	struct query q = {0};
	bool searched = p->needs & (NEED_RECIPIENT | NEED_TABLE);
	query_sql(&q, "SELECT domain, count(*)");
	query_from_email(&q, p->failures && !searched ? "failure_domain" : plan_index(p));
	query_where(&q, st, p, p->from_s, p->until_s);
	query_sql(&q, " GROUP BY domain ORDER BY 2 DESC, 1 LIMIT ");
	query_int(&q, (int64_t)limit + 1);
	sqlite3_stmt *s = query_prepare(st, &q, e);
	bool ok = s;
	int rc = SQLITE_DONE, cap = 0;
	while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (out->count == limit) {
			out->more = true;
			break;
		}
		if (out->count == cap) {
			struct group *old = out->rows;
			cap = cap ? cap * 2 : 64;
			out->rows = arena_array(a, struct group, (size_t)cap);
			if (old)
				memcpy(out->rows, old, (size_t)out->count * sizeof *old);
		}
		out->rows[out->count++] =
			(struct group){.key = column_copy(s, 0, FIELD_MAX, a), .count = sqlite3_column_int64(s, 1)};
	}
	if (ok && rc != SQLITE_DONE && rc != SQLITE_ROW)
		ok = store_fail(st, rc, e);
	sqlite3_finalize(s);
	query_free(&q);
	return ok;
}

bool store_groups(struct store *st, const struct scope *s, enum grouping by, int limit, struct arena *a,
		  struct groups *out, struct err *e)
{
	static bool (*const run[GROUP_COUNT])(struct store *, const struct plan *, int, struct arena *, struct groups *,
					      struct err *) = {
		[GROUP_CODE] = groups_by_code,
		[GROUP_DOMAIN] = groups_by_domain,
	};
	struct plan p = plan_of(s);
	bool ok;
	do {
		*out = (struct groups){0};
		ok = store_read_begin(st, e) && run[by](st, &p, limit, a, out, e);
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
