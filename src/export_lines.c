#include "export_lines.h"

static bool is_per_source(const struct export_options *o)
{
	for (int i = 0; i < o->column_count; i++)
		if (export_columns[o->columns[i]].flags & COLUMN_PER_SOURCE)
			return true;
	return false;
}

unsigned export_lines_reads(const struct export_options *o)
{
	unsigned reads = 0;
	for (int i = 0; i < o->column_count; i++)
		reads |= export_columns[o->columns[i]].reads;
	return reads;
}

static void add_line(struct export_lines *lines, const struct record *r)
{
	export_add_record(lines->o, r, &lines->cell, &lines->out, &lines->guarded);
	lines->rows++;
}

struct telling {
	struct export_lines *lines;
	bool failed; /* so the record says */
	bool told;   /* so has a source */
};

/* A source that said otherwise (a log: delivered; the bounce mail an hour later: failed) tells of another outcome. */
static bool each_source(void *ctx, const struct record *said, struct err *e)
{
	struct telling *t = ctx;
	(void)e;
	if (outcome_is_failure(said->outcome) != t->failed)
		return true;
	t->told = true;
	add_line(t->lines, said);
	return true;
}

bool export_lines_add(struct export_lines *lines, struct store *st, const struct record *r, struct err *e)
{
	struct telling t = {.lines = lines, .failed = outcome_is_failure(r->outcome)};
	if (is_per_source(lines->o) && !store_each_source(st, r, each_source, &t, e))
		return false;
	if (!t.told)
		add_line(lines, r);
	return true;
}

void export_lines_free(struct export_lines *lines)
{
	buf_free(&lines->out);
	buf_free(&lines->cell);
}
