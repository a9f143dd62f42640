#include "query.h"

#include <stdlib.h>
#include <string.h>

enum { TREE_GROUPS_MAX = 2000, TREE_CODES_MAX = 5000 };

/* ---- requests ---- */

struct request request_copy(const struct request *r, struct arena *a)
{
	struct request c = *r;
	c.scope = scope_clone(&r->scope, a);
	c.cursor.recipient = arena_str(a, r->cursor.recipient);
	c.prefix = arena_str(a, r->prefix);
	struct str *open = arena_array(a, struct str, (size_t)r->open_count);
	for (int i = 0; i < r->open_count; i++)
		open[i] = arena_str(a, r->open[i]);
	c.open = open;
	if (r->path)
		c.path = arena_cstr(a, str_of(r->path));
	if (r->ids) {
		int64_t *ids = arena_array(a, int64_t, r->id_count);
		if (r->id_count)
			memcpy(ids, r->ids, r->id_count * sizeof *ids);
		c.ids = ids;
	}
	return c;
}

void reply_free(struct reply *r)
{
	if (!r)
		return;
	arena_free(&r->arena);
	free(r);
}

/* ---- page ---- */

/* Rows before the cursor, then those that follow the last of them: so the row at the cursor is in it, and it does not matter
 * if that row is gone. */
static void page_around(struct store *st, const struct request *r, const struct cursor *at, struct reply *out)
{
	struct page before = {0}, after = {0};
	struct arena *a = &out->arena;
	struct err behind = {0};
	int half = r->rows / 2 > 0 ? r->rows / 2 : 1;
	bool ok_before = store_page(st, &r->scope, r->sort, at, true, half, a, &before, &out->err);
	if (!ok_before && before.count == 0)
		return;
	/* Rows on this side of a fault are worth showing. */
	struct cursor from =
		before.count ? cursor_of(&before.rows[before.count - 1]) : (struct cursor){.at = CURSOR_START};
	int rest = r->rows - before.count > 0 ? r->rows - before.count : 1;
	bool ok_after = store_page(st, &r->scope, r->sort, &from, false, rest, a, &after, &behind);
	if (ok_before)
		out->err = behind;

	out->page.count = before.count + after.count;
	out->page.rows = arena_array(a, struct record, (size_t)out->page.count);
	if (before.count)
		memcpy(out->page.rows, before.rows, (size_t)before.count * sizeof *before.rows);
	if (after.count)
		memcpy(out->page.rows + before.count, after.rows, (size_t)after.count * sizeof *after.rows);
	out->anchor = before.count;
	out->at_start = ok_before && before.count < half;
	out->at_end = ok_after && after.count < rest;
}

static void answer_page(struct store *st, const struct request *r, struct reply *out)
{
	struct cursor at = r->cursor;
	int64_t rank = r->rank;
	out->first_rank = -1;
	switch (r->want) {
	case WANT_START:
		at = (struct cursor){.at = CURSOR_START};
		rank = 0;
		break;
	case WANT_END:
		at = (struct cursor){.at = CURSOR_END};
		rank = -1;
		break;
	case WANT_RANK:
		if (!store_at_rank(st, &r->scope, r->sort, r->rank, &out->arena, &at, &out->err))
			return;
		if (at.at == CURSOR_END)
			rank = -1;
		break;
	case WANT_AROUND:
		if (rank < 0 && !store_rank(st, &r->scope, r->sort, &at, &rank, &out->err))
			return;
		break;
	}
	if (r->want == WANT_START) {
		bool ok = store_page(st, &r->scope, r->sort, &at, false, r->rows, &out->arena, &out->page, &out->err);
		out->at_start = true;
		out->at_end = ok && out->page.count < r->rows;
		out->first_rank = 0;
		return;
	}
	page_around(st, r, &at, out);
	if (out->at_start)
		out->first_rank = 0;
	else if (rank >= 0)
		out->first_rank = rank - out->anchor;
	if (out->anchor >= out->page.count && out->page.count > 0)
		out->anchor = out->page.count - 1;
}

/* ---- tree ---- */

static bool is_open(void *ctx, struct str filter)
{
	const struct request *r = ctx;
	for (int i = 0; i < r->open_count; i++)
		if (str_eq(r->open[i], filter))
			return true;
	return false;
}

static void tree_of_codes(const struct request *r, const struct groups *g, struct reply *out)
{
	struct request opened = *r;
	tree_by_code(g, r->order, is_open, &opened, &out->arena, &out->tree);
	if (!r->open_first || out->tree.count < 2)
		return;
	opened.open = &out->tree.nodes[1].filter;
	opened.open_count = 1;
	struct tree wider;
	tree_by_code(g, r->order, is_open, &opened, &out->arena, &wider);
	if (wider.count <= r->rows)
		out->tree = wider;
}

/* Each open group is asked for its own codes. */
static bool tree_of_keys(struct store *st, const struct request *r, const struct groups *g, struct reply *out)
{
	struct arena *a = &out->arena;
	const struct groups **codes = arena_array(a, const struct groups *, (size_t)g->count);
	const struct group_by by_code = {.grouping = GROUP_CODE, .limit = TREE_CODES_MAX};
	struct request opened = *r;
	for (int i = 0; i < g->count; i++) {
		struct str line = tree_key_filter(r->grouping, g->rows[i].key, a);
		if (!is_open(&opened, line) || r->scope.count >= SCOPE_MAX)
			continue;
		struct scope inside = r->scope;
		if (!filter_parse(line, moment_now(r->zone), a, &inside.all[inside.count++], &out->err))
			return false;
		struct groups *found = arena_alloc(a, sizeof *found);
		if (!store_groups(st, &inside, &by_code, a, found, &out->err))
			return false;
		codes[i] = found;
	}
	tree_by_key(g, r->grouping, r->order, codes, a, &out->tree);
	return true;
}

static void answer_tree(struct store *st, const struct request *r, struct reply *out)
{
	struct groups g = {0};
	const struct group_by how = {
		.grouping = r->grouping,
		.order = r->order,
		.zone = r->zone,
		.limit = r->grouping == GROUP_CODE ? TREE_CODES_MAX : TREE_GROUPS_MAX,
	};
	if (!store_groups(st, &r->scope, &how, &out->arena, &g, &out->err))
		return;
	if (r->grouping == GROUP_CODE)
		tree_of_codes(r, &g, out);
	else if (!tree_of_keys(st, r, &g, out))
		return;
	int64_t all; /* also of the groups that are left out */
	if (g.more && store_count(st, &r->scope, &all, &out->err))
		out->tree.total = out->tree.nodes[0].count = all;
}

/* ---- timeline ---- */

const char *unit_name(enum unit u)
{
	static const char *const names[UNIT_COUNT] = {"hour", "day", "week", "month"};
	return names[u];
}

/* Hours are 3600 s long from a whole hour on: they stay whole as long as clocks are changed by whole hours, which nearly all
 * are. The other units start at a midnight. */
static int64_t unit_start(enum unit u, enum zone z, int64_t t)
{
	struct civil c = civil_in(z, t);
	if (u == UNIT_HOUR)
		return t - c.minute * 60 - c.second;
	int64_t day = day_start_in(z, t, 0);
	c = civil_in(z, day);
	if (u == UNIT_WEEK) /* from Monday on */
		return day_start_in(z, day, -(c.weekday + 6) % 7);
	if (u == UNIT_MONTH)
		return civil_to_in(z, (struct civil){.year = c.year, .month = c.month, .day = 1});
	return day;
}

static int64_t unit_next(enum unit u, enum zone z, int64_t start)
{
	struct civil c = civil_in(z, start);
	if (u == UNIT_HOUR)
		return start + 3600;
	if (u == UNIT_MONTH)
		return civil_to_in(z, (struct civil){.year = c.year, .month = c.month + 1, .day = 1});
	return day_start_in(z, start, u == UNIT_WEEK ? 7 : 1);
}

/* Lays buckets of the finest unit that fits over first..last; the oldest are left out when months do not fit either. */
static void timeline_lay(struct timeline *t, enum zone z, int64_t first_s, int64_t last_s, int columns)
{
	for (t->unit = UNIT_HOUR;; t->unit++) {
		t->starts_s[0] = unit_start(t->unit, z, first_s);
		for (t->count = 0; t->starts_s[t->count] <= last_s && t->count < columns; t->count++)
			t->starts_s[t->count + 1] = unit_next(t->unit, z, t->starts_s[t->count]);
		if (t->starts_s[t->count] > last_s)
			return;
		if (t->unit == UNIT_MONTH)
			break;
	}
	t->starts_s[columns] = unit_next(UNIT_MONTH, z, unit_start(UNIT_MONTH, z, last_s));
	for (int i = columns; i > 0; i--)
		t->starts_s[i - 1] = unit_start(UNIT_MONTH, z, t->starts_s[i] - 1);
}

/* What all since: and before: of a scope leave; INT64_MIN and INT64_MAX: no bound. */
static void scope_range(const struct scope *s, int64_t *from_s, int64_t *until_s)
{
	*from_s = INT64_MIN;
	*until_s = INT64_MAX;
	for (int i = 0; i < s->count; i++) {
		int64_t from, until;
		filter_range(&s->all[i], &from, &until);
		*from_s = from > *from_s ? from : *from_s;
		*until_s = until < *until_s ? until : *until_s;
	}
}

static int64_t bucket_sum(const struct bucket *b)
{
	return b->temporary + b->permanent + b->dropped;
}

/* … but not years of nothing: since:1970 would leave no room for what there is. */
enum { EMPTY_MAX_S = 366 * 86400 };

static void answer_timeline(struct store *st, const struct request *r, struct reply *out)
{
	struct timeline *t = &out->timeline;
	t->peak = -1;
	if (!store_span(st, &r->scope, &t->first_s, &t->last_s, &out->err) || t->first_s == TIME_NONE)
		return;
	int columns = r->columns < BUCKETS_MAX ? r->columns : BUCKETS_MAX;
	if (columns < 1)
		return;
	int64_t from_s, until_s;
	scope_range(&r->scope, &from_s, &until_s); /* all that was asked for is shown, also where nothing failed */
	timeline_lay(t, r->zone, from_s < t->first_s - EMPTY_MAX_S ? t->first_s : from_s,
		     until_s > t->last_s + EMPTY_MAX_S ? t->last_s : until_s - 1, columns);
	if (!store_timeline(st, &r->scope, t->starts_s, t->count, t->buckets, &out->err))
		return;
	for (int i = 0; i < t->count; i++)
		if (bucket_sum(&t->buckets[i]) > 0 &&
		    (t->peak < 0 || bucket_sum(&t->buckets[i]) > bucket_sum(&t->buckets[t->peak])))
			t->peak = i;
}

/* ---- the rest ---- */

static void answer_count(struct store *st, const struct request *r, struct reply *out)
{
	if (store_count(st, &r->scope, &out->count, &out->err) && r->want_fresh)
		store_count_fresh(st, &r->scope, r->fresh_after_id, r->fresh_after_s, &out->fresh, &out->err);
}

/* A copy of `f` without the terms that stand at this column: a word may be several terms. *word: only those. */
static struct filter without_column(const struct filter *f, size_t column, struct arena *a, struct filter *word)
{
	struct filter_term *rest = arena_array(a, struct filter_term, (size_t)f->count);
	struct filter_term *cut = arena_array(a, struct filter_term, (size_t)f->count);
	struct filter out = {.terms = rest};
	*word = (struct filter){.terms = cut};
	for (int i = 0; i < f->count; i++) {
		if (f->terms[i].column == column)
			cut[word->count++] = f->terms[i];
		else
			rest[out.count++] = f->terms[i];
	}
	return out;
}

static void answer_without(struct store *st, const struct request *r, struct reply *out)
{
	const struct filter *f = &r->scope.all[0];
	for (int i = 0; i < f->count && out->without_count < WITHOUT_MAX; i++) {
		struct scope s = r->scope;
		struct without *w = &out->without[out->without_count];
		struct filter word;
		if (i > 0 && f->terms[i].column == f->terms[i - 1].column)
			continue;
		s.all[0] = without_column(f, f->terms[i].column, &out->arena, &word);
		if (!store_count(st, &s, &w->count, &out->err))
			return;
		w->term = filter_text(&word, r->zone, &out->arena);
		out->without_count++;
	}
}

static void answer_domains(struct store *st, const struct request *r, struct reply *out)
{
	out->prefix = arena_str(&out->arena, r->prefix);
	store_domains(st, r->prefix, DOMAINS_MAX, &out->arena, &out->domains, &out->domain_count, &out->err);
}

static void answer_export(struct store *st, const struct request *r, struct reply *out)
{
	out->path = arena_cstr(&out->arena, str_of(r->path));
	export_run(st, &r->scope, r->ids, r->id_count, r->path, &r->export, &out->exported, &out->err);
}

void query_answer(struct store *st, const struct request *r, struct reply *out)
{
	out->ask = r->ask;
	out->generation = r->generation;
	switch (r->ask) {
	case ASK_PAGE:
		answer_page(st, r, out);
		break;
	case ASK_DETAIL:
		store_detail(st, r->id, &out->arena, &out->detail, &out->err);
		break;
	case ASK_TREE:
		answer_tree(st, r, out);
		break;
	case ASK_COUNT:
		answer_count(st, r, out);
		break;
	case ASK_TOTALS:
		store_totals(st, &out->totals, &out->err);
		break;
	case ASK_TIMELINE:
		answer_timeline(st, r, out);
		break;
	case ASK_WITHOUT:
		answer_without(st, r, out);
		break;
	case ASK_DOMAINS:
		answer_domains(st, r, out);
		break;
	case ASK_MARKS:
		store_ids(st, &r->scope, &out->arena, &out->ids, &out->id_count, &out->err);
		break;
	case ASK_EXPORT:
		answer_export(st, r, out);
		break;
	case ASK_VERSION:
	case ASK_KINDS:
		break;
	}
}
