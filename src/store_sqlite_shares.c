#include "store_sqlite.h"

#include <stdatomic.h>
#include <string.h>

/* What reads all failures is read by several handles at once, in threads that the owner of the store lends: an index is cut
 * into parts, and each reader takes the next part that nobody has. */

enum {
	PARTS = 32,
	WORTH_ROWS = 50000, /* of the table: with fewer, to share takes longer than to read */
	WAIT_MS = 1,        /* between two looks by who waits for the others */
	TRIES = 2,          /* to hold one state, else it is read alone */
};

void store_set_threads(struct store *st, int threads, store_run_fn *run)
{
	st->threads = threads > READERS_MAX ? READERS_MAX : threads;
	st->run = run;
}

/* ---- several handles, one state ---- */

static bool ids_of_all(struct store *st, int64_t *lowest, int64_t *highest)
{
	struct err ignored = {0};
	bool any = false;
	sqlite3_stmt *s = store_stmt(st, STMT_ID_SPAN, &ignored);
	if (!s || !stmt_ask(st, s, &any, &ignored))
		any = false;
	if (any) {
		*lowest = column_int_or(s, 0, 0);
		*highest = column_int_or(s, 1, 0);
	}
	if (s)
		sqlite3_reset(s);
	return any && *lowest < *highest;
}

static bool is_large(struct store *st)
{
	int64_t lowest, highest;
	return ids_of_all(st, &lowest, &highest) && (uint64_t)highest - (uint64_t)lowest > WORTH_ROWS;
}

static bool is_worth(struct store *st, const struct plan *p)
{
	bool alone = st->threads < 2 || st->writable || !sqlite3_get_autocommit(st->db);
	if (alone || !p->failures || p->recipients || p->one_domain)
		return false;
	st->impatient = true; /* whoever writes now is waited for once: by the answer itself */
	bool worth = !found_is_known(st, p) && is_large(st);
	st->impatient = false;
	return worth;
}

/* As many as are wanted, or as there can be. */
static int open_others(struct store *st)
{
	int wanted = st->threads - 1;
	struct store *other;
	while (st->beside_count < wanted && (other = store_open_beside(st)))
		st->beside[st->beside_count++] = other;
	return st->beside_count < wanted ? st->beside_count : wanted;
}

bool shares_begin(struct store *st, const struct plan *p, bool reads_all, struct err *e)
{
	struct store *all[READERS_MAX] = {st};
	bool same;
	if (!reads_all || !is_worth(st, p))
		return store_read_begin(st, e);
	int others = open_others(st);
	for (int i = 0; i < others; i++)
		all[1 + i] = st->beside[i];
	if (!store_hold_soon(all, 1 + others, TRIES, &same, e))
		return false;
	st->held = false; /* store_read_end() lets all of them go */
	st->together = same ? others : 0;
	return true;
}

void shares_let_go(struct store *st)
{
	struct err ignored = {0}; /* a file that has changed underneath is as much news to `st` */
	for (int i = 0; i < st->together; i++)
		store_let_go(st->beside[i], true, &ignored);
	st->together = 0;
}

void shares_close(struct store *st)
{
	for (int i = 0; i < st->beside_count; i++)
		store_close(st->beside[i]);
	st->beside_count = 0;
}

/* ---- parts of an index ---- */

/* The column that leads an index. It must sort as numbers and bytes do, without another collation. */
static const char *lead_of(const char *index)
{
	static const char *const leads[][2] = {{"failure_time", "time"},
					       {"failure_text", "time"},
					       {"failure_domain", "domain"},
					       {"failure_mx", "remote_mta"},
					       {"failure_sender", "sender"}};
	for (size_t i = 0; index && i < COUNT_OF(leads); i++)
		if (strcmp(leads[i][0], index) == 0)
			return leads[i][1];
	return NULL;
}

/* Somebody else's table may compare the column in another way. */
static bool is_binary(struct store *st, const char *column)
{
	const char *collation = NULL;
	return sqlite3_table_column_metadata(st->db, "main", "email", column, NULL, &collation, NULL, NULL, NULL) ==
		       SQLITE_OK &&
	       collation && sqlite3_stricmp(collation, "BINARY") == 0;
}

struct cut {
	int64_t time_s;
	struct str text; /* of all other leads */
};

/* One question, cut into parts: part 0 has the emails without a value of the lead, part 1 those below the first cut, …. */
struct sharing {
	struct store *st;
	const struct plan *p;
	const char *index, *lead;
	bool by_time;
	struct cut cuts[PARTS - 1]; /* ascending */
	int cut_count;
	struct arena arena; /* of their texts */
	share_fn *read;
	void *ctx;

	atomic_int next;    /* part that nobody has */
	atomic_int working; /* readers besides the first that have begun, and not ended */
	atomic_bool stop;
	struct err errs[READERS_MAX];
};

static bool cut_of_time(const struct sharing *sh, sqlite3_value *v, struct cut *c)
{
	int64_t after_s = sh->cut_count ? sh->cuts[sh->cut_count - 1].time_s : sh->p->from_s;
	c->time_s = sqlite3_value_int64(v);
	return sqlite3_value_type(v) == SQLITE_INTEGER && c->time_s > after_s && c->time_s < sh->p->until_s;
}

/* Only ASCII is in the same order, and bound as it is stored, whatever the encoding of the database. */
static bool cut_of_text(struct sharing *sh, sqlite3_value *v, struct cut *c)
{
	struct str text = sqlite3_value_type(v) == SQLITE_TEXT ? value_str(v) : STR("");
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	if (text.len == 0 || (sh->cut_count && str_cmp(text, sh->cuts[sh->cut_count - 1].text) <= 0))
		return false;
	c->text = arena_str(&sh->arena, text);
	return true;
}

static void add_cut(struct sharing *sh, sqlite3_value *v)
{
	struct cut c = {0};
	if (sh->by_time ? cut_of_time(sh, v, &c) : cut_of_text(sh, v, &c))
		sh->cuts[sh->cut_count++] = c;
}

/* The cuts are what emails have that lie far from each other in the table: so there are about as many in each part, whatever
 * odd values a few may have. False: there are none, or with *e set they cannot be read; the index perhaps can. */
static bool find_cuts(struct sharing *sh, struct err *e)
{
	int64_t lowest, highest;
	struct query q = {0};
	if (!ids_of_all(sh->st, &lowest, &highest))
		return false;
	int64_t step = highest / PARTS - lowest / PARTS;
	query_sql(&q, "WITH RECURSIVE n(id) AS (SELECT ");
	query_int(&q, lowest + step);
	query_sql(&q, " UNION ALL SELECT id + ");
	query_int(&q, step);
	buf_printf(&q.sql,
		   " FROM n LIMIT %d) SELECT DISTINCT (SELECT %s FROM email WHERE email.id >= n.id"
		   " ORDER BY email.id LIMIT 1) AS lead FROM n ORDER BY lead",
		   PARTS - 1, sh->lead);
	sqlite3_stmt *s = query_prepare(sh->st, &q, e);
	bool ok = s;
	int rc = SQLITE_DONE;
	while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW)
		add_cut(sh, sqlite3_column_value(s, 0));
	if (ok && rc != SQLITE_DONE)
		ok = store_fail(sh->st, rc, e);
	sqlite3_finalize(s);
	query_free(&q);
	return ok && sh->cut_count > 0;
}

/* False: there is no such part, or nothing can be in it. */
static bool part_of(const struct sharing *sh, int number, struct share *s)
{
	const struct cut *from = number > 1 ? &sh->cuts[number - 2] : NULL,
			 *until = number > 0 && number <= sh->cut_count ? &sh->cuts[number - 1] : NULL;
	s->plan = *sh->p;
	s->no_value = number == 0;
	s->from = s->until = NULL;
	if (!sh->by_time) {
		s->from = from ? &from->text : NULL;
		s->until = until ? &until->text : NULL;
		return true;
	}
	if (from)
		s->plan.from_s = from->time_s;
	if (until)
		s->plan.until_s = until->time_s;
	return !s->no_value || (s->plan.from_s == INT64_MIN && s->plan.until_s == INT64_MAX);
}

void share_sql(struct query *q, const struct share *s)
{
	query_from_email(q, s->index);
	query_where(q, s->st, &s->plan, s->plan.from_s, s->plan.until_s);
	if (s->no_value)
		buf_printf(&q->sql, " AND %s IS NULL", s->lead);
	if (s->from) {
		buf_printf(&q->sql, " AND %s >= ", s->lead);
		query_text(q, *s->from);
	}
	if (s->until) {
		buf_printf(&q->sql, " AND %s < ", s->lead);
		query_text(q, *s->until);
	}
}

/* ---- readers ---- */

static bool is_stopped(void *ctx)
{
	struct sharing *sh = ctx;
	return atomic_load(&sh->stop);
}

static void read_parts(struct sharing *sh, struct share *s)
{
	struct err *e = &sh->errs[s->reader];
	bool ok = true;
	for (int i; ok && !is_stopped(sh) && (i = atomic_fetch_add(&sh->next, 1)) <= sh->cut_count + 1;)
		ok = !part_of(sh, i, s) || sh->read(sh->ctx, s, e);
	if (!ok)
		atomic_store(&sh->stop, true);
}

/* Nobody but the first reader may ask whether the answer is still waited for: it does so also while it waits for others. */
static void await_others(struct sharing *sh)
{
	struct store *st = sh->st;
	while (atomic_load(&sh->working) > 0 && !is_stopped(sh)) {
		sqlite3_sleep(WAIT_MS);
		if (st->is_stale && st->is_stale(st->stale_ctx)) {
			err_set(&sh->errs[0], ERR_STALE, "a newer question came");
			atomic_store(&sh->stop, true);
		}
	}
}

static void reader_main(void *ctx, int i)
{
	struct sharing *sh = ctx;
	struct store *st = i == 0 ? sh->st : sh->st->beside[i - 1];
	struct share s = {.st = st, .reader = i, .index = sh->index, .lead = sh->lead};
	if (i == 0) {
		read_parts(sh, &s);
		await_others(sh);
	} else {
		atomic_fetch_add(&sh->working, 1);
		read_parts(sh, &s);
		atomic_fetch_sub(&sh->working, 1);
	}
}

/* The others were stopped by the first failure, or by that of the first reader. */
static bool take_error(struct sharing *sh, struct err *e)
{
	const struct err *first = NULL;
	for (int i = 0; i <= sh->st->together; i++) {
		const struct err *is = &sh->errs[i];
		if (i > 0)
			sh->st->too_big = sh->st->too_big || sh->st->beside[i - 1]->too_big;
		if (is->kind != ERR_NONE && (!first || (first->kind == ERR_STALE && sh->errs[0].kind == ERR_NONE)))
			first = is;
	}
	if (first)
		*e = *first;
	return !first;
}

static bool read_together(struct sharing *sh, struct err *e)
{
	struct store *st = sh->st;
	for (int i = 0; i < st->together; i++) {
		st->beside[i]->careful = st->careful;
		store_set_stale(st->beside[i], is_stopped, sh);
	}
	st->run(1 + st->together, reader_main, sh);
	for (int i = 0; i < st->together; i++)
		store_set_stale(st->beside[i], NULL, NULL);
	return take_error(sh, e);
}

bool shares_read(struct store *st, const struct plan *p, const char *index, share_fn *read, void *ctx, struct err *e)
{
	struct sharing sh = {.st = st, .p = p, .index = index, .lead = lead_of(index), .read = read, .ctx = ctx};
	const struct share all = {.st = st, .plan = *p, .index = index};
	struct err why_not = {0};
	bool ok = false;
	if (!st->together || !sh.lead || schema_lacks_index(st, str_of(index)) || !is_binary(st, sh.lead))
		return read(ctx, &all, e);
	sh.by_time = strcmp(sh.lead, "time") == 0;
	if (find_cuts(&sh, &why_not))
		ok = read_together(&sh, e);
	else if (why_not.kind == ERR_STALE)
		*e = why_not;
	else
		ok = read(ctx, &all, e);
	arena_free(&sh.arena);
	return ok;
}
