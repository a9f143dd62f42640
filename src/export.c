#include "export.h"

#include "export_format.h"
#include "outfile.h"

enum { FLUSH_BYTES = 256 * 1024, PROGRESS_ROWS = 1024 };

struct run {
	const struct export_options *o;
	struct store *store;
	bool per_source; /* one row a source: a column asks for it */
	struct outfile file;
	struct buf out, cell;
	struct export_result result;
};

static bool flush(struct run *r, struct err *e)
{
	bool ok = outfile_write(&r->file, buf_str(&r->out), e);
	buf_reset(&r->out);
	return ok;
}

static bool add_row(struct run *r, const struct record *record, struct err *e)
{
	if (r->o->cancelled && r->o->cancelled(r->o->ctx))
		return err_set(e, ERR_CANCEL, "stopped; nothing was written");
	export_add_record(r->o, record, &r->cell, &r->out, &r->result.guarded);
	r->result.rows++;
	if (r->o->progress && r->result.rows % PROGRESS_ROWS == 0)
		r->o->progress(r->o->ctx, r->result.rows);
	return r->out.len < FLUSH_BYTES || flush(r, e);
}

struct telling {
	struct run *run;
	bool failed; /* so the record says */
	bool told;   /* so has a source */
};

/* A source that said otherwise (a log: delivered; the bounce mail an hour later: failed) tells of another outcome. */
static bool each_source(void *ctx, const struct record *said, struct err *e)
{
	struct telling *t = ctx;
	if (outcome_is_failure(said->outcome) != t->failed)
		return true;
	t->told = true;
	return add_row(t->run, said, e);
}

static bool each(void *ctx, const struct record *record, struct err *e)
{
	struct run *r = ctx;
	if (!r->per_source)
		return add_row(r, record, e);
	struct telling t = {.run = r, .failed = outcome_is_failure(record->outcome)};
	return store_each_source(r->store, record, each_source, &t, e) && (t.told || add_row(r, record, e));
}

static void default_columns(struct export_options *o)
{
	for (size_t i = 0; i < export_column_count; i++)
		if (export_columns[i].flags & COLUMN_DEFAULT)
			o->columns[o->column_count++] = (int)i;
}

bool export_run(struct store *st, const struct scope *s, const int64_t *ids, size_t id_count, const char *path,
		const struct export_options *options, struct export_result *out, struct err *e)
{
	struct export_options o = *options;
	if (o.column_count == 0)
		default_columns(&o);
	struct run r = {.o = &o, .store = st};
	for (int i = 0; i < o.column_count; i++)
		r.per_source |= (export_columns[o.columns[i]].flags & COLUMN_PER_SOURCE) != 0;
	bool ok = outfile_open(&r.file, path, o.force, e);
	if (ok) {
		o.showable = outfile_is_terminal(&r.file);
		export_add_head(&o, &r.out);
		ok = store_each(st, s, ids, id_count, each, &r, e) && flush(&r, e) && outfile_commit(&r.file, e);
	}
	outfile_abandon(&r.file);
	buf_free(&r.out);
	buf_free(&r.cell);
	*out = ok ? r.result : (struct export_result){0};
	return ok;
}
