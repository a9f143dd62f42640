#include "store_sqlite.h"

#include <stdlib.h>
#include <string.h>

/* What a search through all failures found, remembered. The browser asks for a page, a count, groups and a
 * timeline of the same scope; where no index answers, only the first of them has to search. */

enum { FOUND_MAX = 400000 }; /* rows: 12 MB */

static void add_key(struct buf *key, const struct scope *s)
{
	struct arena a = {0};
	for (int i = 0; i < s->count; i++) {
		buf_add(key, filter_text(&s->all[i], ZONE_UTC, &a));
		buf_addc(key, '\0');
	}
	arena_free(&a);
}

bool store_data_version(struct store *st, int64_t *out, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_DATA_VERSION, e);
	if (!s)
		return false;
	int rc = sqlite3_step(s);
	*out = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return rc == SQLITE_ROW || store_fail(st, rc, e);
}

static void add_row(struct found *f, struct found_row row)
{
	if (f->count == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 1024;
		f->rows = realloc(f->rows, f->cap * sizeof *f->rows);
		if (!f->rows)
			die("out of memory");
	}
	f->rows[f->count++] = row;
}

/* What each reader found. */
struct seek {
	struct {
		_Alignas(CACHE_LINE) struct found found;
	} by[READERS_MAX];
};

static bool seek_share(void *ctx, const struct share *share, struct err *e)
{
	struct found *f = &((struct seek *)ctx)->by[share->reader].found;
	struct query q = {0};
	query_sql(&q, "SELECT id, time, outcome, code_key");
	share_sql(&q, share);
	sqlite3_stmt *s = query_prepare(share->st, &q, e);
	bool ok = s;
	int rc = SQLITE_DONE;
	while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW && f->count < FOUND_MAX)
		add_row(f, (struct found_row){.id = sqlite3_column_int64(s, 0),
					      .time = sqlite3_column_int64(s, 1),
					      .outcome = column_outcome(s, 2),
					      .code_key = sqlite3_column_int64(s, 3)});
	if (ok && rc != SQLITE_DONE && rc != SQLITE_ROW)
		ok = store_fail(share->st, rc, e);
	f->too_many = f->too_many || rc == SQLITE_ROW;
	sqlite3_finalize(s);
	query_free(&q);
	return ok;
}

static bool seek_all(struct store *st, const struct plan *p, struct found *f, struct err *e)
{
	struct seek seek = {.by[0].found = {.rows = f->rows, .cap = f->cap}};
	bool ok = shares_read(st, p, plan_index(p), seek_share, &seek, e);
	const struct found *first = &seek.by[0].found;
	f->rows = first->rows;
	f->cap = first->cap;
	f->count = first->count;
	f->too_many = first->too_many;
	for (int i = 1; i < READERS_MAX; i++) {
		const struct found *other = &seek.by[i].found;
		f->too_many = f->too_many || other->too_many || f->count + other->count > FOUND_MAX;
		for (size_t at = 0; !f->too_many && at < other->count; at++)
			add_row(f, other->rows[at]);
		free(other->rows);
	}
	return ok;
}

static bool is_kept(const struct found *f, int64_t version, const struct buf *key)
{
	return f->valid && f->version == version && str_eq(buf_str(&f->key), buf_str(key));
}

bool found_is_known(struct store *st, const struct plan *p)
{
	struct err ignored = {0};
	struct buf key = {0};
	int64_t version;
	add_key(&key, p->scope);
	bool known =
		st->found.valid && store_data_version(st, &version, &ignored) && is_kept(&st->found, version, &key);
	buf_free(&key);
	return known;
}

bool found_of(struct store *st, const struct plan *p, bool seek, const struct found **out, struct err *e)
{
	struct found *f = &st->found;
	struct plan whole = plan_of(p->scope);
	struct buf key = {0};
	int64_t version;
	*out = NULL;
	if (st->writable || whole.coded || !whole.failures)
		return true;
	if (!store_data_version(st, &version, e))
		return false;
	add_key(&key, p->scope);
	bool ok = true, same = is_kept(f, version, &key);
	if (!same && seek) {
		ok = f->valid = seek_all(st, &whole, f, e);
		f->version = version;
		buf_reset(&f->key);
		buf_add(&f->key, buf_str(&key));
		same = ok;
	}
	buf_free(&key);
	if (same && !f->too_many)
		*out = f;
	return ok;
}

void found_free(struct found *f)
{
	buf_free(&f->key);
	free(f->rows);
	*f = (struct found){0};
}
