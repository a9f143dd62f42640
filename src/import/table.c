/* table.c - one table of any SQLite database, such as that of the program which sends the email.
 *
 * The columns mean what they mean in CSV (csv_head.c, row.c). Which table: the one named by --table, or the only one that
 * has a column for the recipient and one that says what became of the email. What is taken for what is said.
 */
#include "import/row.h"
#include "store_table.h"

#include <stdlib.h>
#include <string.h>

enum { TABLES_NAMED = 12 }; /* in a message */

struct table {
	struct rows rows;
	struct import_sink *sink;
	bool wanted[TABLE_COLUMNS_MAX];
	struct buf all; /* the wanted cells of a row, to tell it from others */
};

static bool on_row(void *ctx, const struct str *cells, int count, struct err *e)
{
	struct table *t = ctx;
	if (!t->sink->next(t->sink, e))
		return false;
	if (!cells) {
		t->sink->bad(t->sink, t->sink->line, "a row with a field of more than 4 MB");
		return true;
	}
	buf_reset(&t->all);
	for (int i = 0; i < count; i++) {
		buf_printf(&t->all, "%zu:", cells[i].len);
		buf_add(&t->all, cells[i]);
	}
	return row_put(&t->rows, t->sink, cells, count, row_key(buf_str(&t->all)), t->sink->line, e);
}

static bool read_table(struct table *t, struct tables *db, struct str name, struct arena *a, struct err *e)
{
	struct names columns;
	if (!tables_columns(db, name, a, &columns, e))
		return false;
	struct str file = t->sink->file;
	struct str label = arena_printf(a, "%.*s: table %.*s", (int)file.len, file.p, (int)name.len, name.p);
	if (!csv_head_names(columns.p, columns.count, t->rows.options, label, &t->rows.head, e))
		return false;
	row_say_no_times(&t->rows, t->sink);
	for (int i = 0; i < columns.count; i++)
		t->wanted[i] = csv_head_uses(&t->rows.head, i);
	return tables_each(db, name, &columns, t->wanted, on_row, t, e);
}

/* Keeps those of the names that could be tables of email. */
static bool candidates(const struct table *t, struct tables *db, const struct names *all, struct arena *a,
		       struct names *out, struct err *e)
{
	*out = (struct names){arena_array(a, struct str, (size_t)all->count), 0};
	for (int i = 0; i < all->count; i++) {
		struct names columns;
		if (!tables_columns(db, all->p[i], a, &columns, e))
			return false;
		if (csv_head_fits(columns.p, columns.count, t->rows.options))
			out->p[out->count++] = all->p[i];
	}
	return true;
}

static bool cannot_choose(struct str file, const struct names *names, const char *which, struct err *e)
{
	struct buf b = {0};
	for (int i = 0; i < names->count && i < TABLES_NAMED; i++) {
		buf_add(&b, i ? STR(", ") : STR(""));
		buf_add(&b, str_slice(names->p[i], 0, 40));
	}
	if (names->count > TABLES_NAMED)
		buf_add(&b, STR(", …"));
	err_set(e, ERR_INPUT, "%.*s has %s: name one with --table NAME%s%s", (int)file.len, file.p, which,
		names->count ? "; there are: " : "", b.p ? b.p : "");
	buf_free(&b);
	return false;
}

static bool choose(const struct table *t, struct tables *db, struct arena *a, struct str *out, struct err *e)
{
	struct names all, fit;
	if (!tables_list(db, a, &all, e))
		return false;
	if (t->rows.options->table) {
		struct str name = str_of(t->rows.options->table);
		for (int i = 0; i < all.count; i++) {
			if (str_eq_nocase(all.p[i], name)) {
				*out = all.p[i];
				return true;
			}
		}
		return cannot_choose(t->sink->file, &all, "no table of that name", e);
	}
	if (!candidates(t, db, &all, a, &fit, e))
		return false;
	if (fit.count == 0)
		return cannot_choose(t->sink->file, &all,
				     "no table that is surely one of email, by the names of its columns", e);
	if (fit.count > 1)
		return cannot_choose(t->sink->file, &fit, "several tables that may be of email", e);
	*out = fit.p[0];
	return true;
}

/* ---- the format ---- */

static int table_score(struct str head)
{
	/* Not sure: one that lies in a folder among logs may hold anything, and is taken only when named. */
	return str_starts(head, STR("SQLite format 3\0")) ? IMPORT_SCORE_SURE - 1 : 0;
}

static void *table_start(const struct import_options *o, struct err *e)
{
	if (!csv_head_check(o, e))
		return NULL;
	struct table *t = calloc(1, sizeof *t);
	if (!t)
		die("out of memory");
	t->rows.options = o;
	return t;
}

static bool table_file(void *state, struct import_sink *s, int64_t mtime_s, struct err *e)
{
	(void)s;
	(void)e;
	((struct table *)state)->rows.mtime_s = mtime_s;
	return true;
}

static bool table_whole(void *state, struct import_sink *s, const char *path, struct err *e)
{
	struct table *t = state;
	struct arena a = {0};
	struct str name = STR("");
	if (strcmp(path, "-") == 0)
		return err_set(e, ERR_INPUT, "a database cannot be read from standard input: name its file");
	struct tables *db = tables_open(path, e);
	if (!db)
		return false;
	t->sink = s;
	bool ok = !tables_is_ours(db) ||
		  err_set(e, ERR_INPUT, "%s is a database of deadletter: browse it with: deadletter %s", path, path);
	ok = ok && choose(t, db, &a, &name, e) && read_table(t, db, name, &a, e);
	tables_close(db);
	arena_free(&a);
	return ok;
}

static void table_finish(void *state)
{
	struct table *t = state;
	buf_free(&t->all);
	free(t);
}

const struct import_format import_table = {
	.name = "sqlite",
	.help = "A table of an SQLite database of any program.",
	.score = table_score,
	.start = table_start,
	.file = table_file,
	.whole = table_whole,
	.finish = table_finish,
};
