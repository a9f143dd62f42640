#include "store_table.h"
#include "store_sqlite.h"

#include <stdlib.h>

enum { ROWS_AT_ONCE = 1000 };

struct tables {
	struct store *st;
	bool ours;
};

/* Some look into the file, whatever is in it. */
static bool check_any(struct store *st, struct err *e)
{
	return store_exec(st, "SELECT count(*) FROM sqlite_schema", e);
}

static bool is_ours(struct store *st)
{
	struct err e = {0};
	sqlite3_stmt *s = store_prepare(st, "PRAGMA application_id", &e);
	bool ours = s && sqlite3_step(s) == SQLITE_ROW && sqlite3_column_int(s, 0) == SCHEMA_APPLICATION_ID;
	sqlite3_finalize(s);
	return ours;
}

struct tables *tables_open(const char *path, struct err *e)
{
	struct store *st = store_open_checked(path, check_any, NULL, NULL, e);
	if (!st)
		return NULL;
	struct tables *t = calloc(1, sizeof *t);
	if (!t)
		die("out of memory");
	t->st = st;
	t->ours = is_ours(st);
	return t;
}

void tables_close(struct tables *t)
{
	if (!t)
		return;
	store_close(t->st);
	free(t);
}

bool tables_is_ours(const struct tables *t)
{
	return t->ours;
}

/* Runs a statement whose first column is a name to its end, and finalizes it. */
static bool take_names(struct tables *t, sqlite3_stmt *s, struct arena *a, struct names *out, struct err *e)
{
	int cap = 0, rc;
	*out = (struct names){0};
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (out->count == cap) {
			struct str *more = arena_array(a, struct str, (size_t)(cap = cap ? cap * 2 : 16));
			for (int i = 0; i < out->count; i++)
				more[i] = out->p[i];
			out->p = more;
		}
		out->p[out->count++] = arena_str(a, column_str(s, 0));
	}
	bool ok = rc == SQLITE_DONE || store_fail(t->st, rc, e);
	sqlite3_finalize(s);
	return ok;
}

bool tables_list(struct tables *t, struct arena *a, struct names *out, struct err *e)
{
	/* Virtual tables have no root page. */
	sqlite3_stmt *s = store_prepare(t->st,
					"SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
					" AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
					e);
	return s && take_names(t, s, a, out, e);
}

bool tables_columns(struct tables *t, struct str table, struct arena *a, struct names *out, struct err *e)
{
	sqlite3_stmt *s = store_prepare(t->st,
					"SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 1 AND EXISTS"
					" (SELECT 1 FROM sqlite_schema AS t WHERE t.type = 'table' AND t.rootpage > 0"
					" AND lower(t.name) = lower(?1)) ORDER BY cid LIMIT ?2",
					e);
	if (!s)
		return false;
	sqlite3_bind_text(s, 1, table.p, (int)table.len, SQLITE_STATIC);
	sqlite3_bind_int(s, 2, TABLE_COLUMNS_MAX);
	return take_names(t, s, a, out, e);
}

/* ---- rows ---- */

struct scan {
	struct tables *tables;
	struct str table;
	const struct names *columns;
	const bool *wanted;
	bool by_rowid;
	int64_t last; /* rowid of the row handed out last */
};

static void add_name(struct query *q, struct str name)
{
	buf_addc(&q->sql, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == '"')
			buf_addc(&q->sql, '"');
		buf_addc(&q->sql, name.p[i]);
	}
	buf_addc(&q->sql, '"');
}

/* Rows behind s->last, or all where rows have no number. */
static sqlite3_stmt *select_rows(struct scan *s, struct query *q, struct err *e)
{
	query_sql(q, s->by_rowid ? "SELECT _rowid_" : "SELECT 0");
	for (int i = 0; i < s->columns->count; i++) {
		query_sql(q, ", ");
		if (s->wanted[i])
			add_name(q, s->columns->p[i]);
		else
			query_sql(q, "NULL");
	}
	query_sql(q, " FROM ");
	add_name(q, s->table);
	if (s->by_rowid) {
		query_sql(q, " WHERE _rowid_ > ");
		query_int(q, s->last);
		query_sql(q, " ORDER BY _rowid_ LIMIT ");
		query_int(q, ROWS_AT_ONCE);
	}
	return query_prepare(s->tables->st, q, e);
}

/* A table made WITHOUT ROWID has none, and a column of that name hides it. */
static bool has_rowid(struct scan *s)
{
	struct query q = {0};
	struct err e = {0};
	s->by_rowid = true;
	for (int i = 0; i < s->columns->count; i++)
		if (str_eq_nocase(s->columns->p[i], STR("_rowid_")))
			return false;
	sqlite3_stmt *st = select_rows(s, &q, &e);
	sqlite3_finalize(st);
	query_free(&q);
	return st != NULL;
}

/* The row behind s->last has a cell that is too long. *any false: there is none. */
static bool pass_over(struct scan *s, bool *any, struct err *e)
{
	struct query q = {0};
	query_sql(&q, "SELECT min(_rowid_) FROM ");
	add_name(&q, s->table);
	query_sql(&q, " WHERE _rowid_ > ");
	query_int(&q, s->last);
	sqlite3_stmt *st = query_prepare(s->tables->st, &q, e);
	int rc = st ? sqlite3_step(st) : SQLITE_OK;
	*any = rc == SQLITE_ROW && sqlite3_column_type(st, 0) == SQLITE_INTEGER;
	if (*any)
		s->last = sqlite3_column_int64(st, 0);
	bool ok = st && (rc == SQLITE_ROW || store_fail(s->tables->st, rc, e));
	sqlite3_finalize(st);
	query_free(&q);
	return ok;
}

/* Up to ROWS_AT_ONCE rows; *count of them were there, TOO_LONG: one that cannot be read comes next. */
enum { TOO_LONG = -1 };
static bool some_rows(struct scan *s, tables_row_fn *each, void *ctx, int *count, struct err *e)
{
	struct query q = {0};
	struct str cells[TABLE_COLUMNS_MAX];
	sqlite3_stmt *st = select_rows(s, &q, e);
	bool ok = st;
	*count = 0;
	while (ok) {
		int rc = sqlite3_step(st);
		if (rc == SQLITE_TOOBIG && s->by_rowid)
			*count = TOO_LONG;
		else if (rc != SQLITE_ROW && rc != SQLITE_DONE)
			ok = store_fail(s->tables->st, rc, e);
		if (rc != SQLITE_ROW)
			break;
		for (int i = 0; i < s->columns->count; i++)
			cells[i] = column_str(st, i + 1);
		s->last = sqlite3_column_int64(st, 0);
		++*count;
		ok = each(ctx, cells, s->columns->count, e);
	}
	sqlite3_finalize(st);
	query_free(&q);
	return ok;
}

bool tables_each(struct tables *t, struct str table, const struct names *columns, const bool *wanted,
		 tables_row_fn *each, void *ctx, struct err *e)
{
	struct scan s = {.tables = t, .table = table, .columns = columns, .wanted = wanted};
	s.by_rowid = has_rowid(&s);
	s.last = INT64_MIN;
	int count;
	do {
		bool any = true;
		if (!store_read_begin(t->st, e))
			return false;
		bool ok = some_rows(&s, each, ctx, &count, e);
		if (ok && count == TOO_LONG)
			ok = pass_over(&s, &any, e) && (!any || each(ctx, NULL, 0, e));
		if (!store_read_end(t->st, ok, e))
			return false;
		if (!any)
			return true;
	} while (s.by_rowid && (count == TOO_LONG || count == ROWS_AT_ONCE));
	return true;
}
