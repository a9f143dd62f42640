#include "export.h"

#include "export_lines.h"
#include "export_readers.h"

#include <sys/stat.h>

/* Records that are named: they are looked up one by one, in the order given. */
struct named {
	struct store *store;
	struct outfile *file;
	struct export_lines lines;
};

static bool flush(struct named *n, struct err *e)
{
	bool ok = outfile_write(n->file, buf_str(&n->lines.out), e);
	buf_reset(&n->lines.out);
	return ok;
}

static bool each_named(void *ctx, const struct record *record, struct err *e)
{
	struct named *n = ctx;
	const struct export_options *o = n->lines.o;
	if (o->cancelled && o->cancelled(o->ctx))
		return err_set(e, ERR_CANCEL, "stopped; nothing was written");
	int64_t before = n->lines.rows;
	if (!export_lines_add(&n->lines, n->store, record, e))
		return false;
	if (o->progress && n->lines.rows / PROGRESS_ROWS != before / PROGRESS_ROWS)
		o->progress(o->ctx, n->lines.rows);
	return n->lines.out.len < LINES_BYTES || flush(n, e);
}

static bool export_named(struct store *st, const int64_t *ids, size_t id_count, const struct export_options *o,
			 struct outfile *file, struct export_result *result, struct err *e)
{
	struct named n = {.store = st, .file = file, .lines = {.o = o}};
	const struct each each = {export_lines_reads(o), each_named, &n};
	bool ok = store_each(st, NULL, ids, id_count, &each, e) && flush(&n, e);
	*result = (struct export_result){.rows = n.lines.rows, .guarded = n.lines.guarded};
	export_lines_free(&n.lines);
	return ok;
}

static bool write_head(const struct export_options *o, struct outfile *file, struct err *e)
{
	struct buf head = {0};
	export_add_head(o, &head);
	bool ok = outfile_write(file, buf_str(&head), e);
	buf_free(&head);
	return ok;
}

static void default_columns(struct export_options *o)
{
	for (size_t i = 0; i < export_column_count; i++)
		if (export_columns[i].flags & COLUMN_DEFAULT)
			o->columns[o->column_count++] = (int)i;
}

/* A wrong word behind -o must not cost the database, whatever --force says. */
static bool check_target(const struct store *st, const char *path, struct err *e)
{
	struct stat file;
	if (stat(path, &file) != 0 || !store_owns(st, &file))
		return true;
	return err_set(e, ERR_INPUT, "%s is the database that is exported: name another file", path);
}

bool export_run(struct store *st, const struct scope *s, const int64_t *ids, size_t id_count, const char *path,
		const struct export_options *options, struct export_result *out, struct err *e)
{
	struct export_options o = *options;
	struct outfile file;
	*out = (struct export_result){0};
	if (o.column_count == 0)
		default_columns(&o);
	if (!check_target(st, path, e))
		return false;
	bool ok = outfile_open(&file, path, o.force, e);
	if (ok) {
		o.showable = outfile_is_terminal(&file);
		ok = write_head(&o, &file, e) &&
		     (ids ? export_named(st, ids, id_count, &o, &file, out, e)
			  : export_readers(st, s, &o, &file, out, e)) &&
		     outfile_commit(&file, e);
	}
	outfile_abandon(&file);
	if (!ok)
		*out = (struct export_result){0};
	return ok;
}
