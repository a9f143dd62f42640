/* csv.c - tables of email from any program, and what `deadletter export` wrote: CSV, TSV and the like with a head
 * line.
 *
 * Columns are known by the names in csv_head.c or by --column. A message is known again by its Message-ID, else by an
 * id column, else by the whole row, so that a second import changes nothing. Times without a zone are UTC.
 */
#include "import/csv_head.h"
#include "import/csv_text.h"
#include "import/row.h"

#include <stdlib.h>
#include <string.h>

struct csv {
	struct rows rows;    /* until the head is read, only its delimiter is known */
	bool has_head;       /* read and understood */
	struct buf record;   /* the record so far, LFs within it included */
	int64_t record_line; /* its first line */
	bool open;           /* it ends within quotes */
};

/* ---- records ---- */

static bool on_row(struct csv *v, struct import_sink *s, struct err *e)
{
	uint64_t key = row_key(buf_str(&v->record)); /* before it is split in place */
	struct str cells[CSV_CELLS_MAX];
	int count = csv_split(v->record.p, v->record.len, v->rows.head.delimiter, cells);
	for (int i = v->rows.head.cells; i < count; i++) {
		if (str_trim(cells[i]).len) {
			s->bad(s, v->record_line, "more cells than the head line has");
			return true;
		}
	}
	return row_put(&v->rows, s, cells, count, key, v->record_line, e);
}

/* ---- the format ---- */

static struct str without_bom(struct str s)
{
	return str_starts(s, STR("\xef\xbb\xbf")) ? str_slice(s, 3, SIZE_MAX) : s;
}

static struct str without_cr(struct str s)
{
	return s.len && s.p[s.len - 1] == '\r' ? str_slice(s, 0, s.len - 1) : s;
}

static int csv_score(struct str head)
{
	struct str line, second;
	struct csv_head h, below = {0};
	head = without_bom(head);
	if (!str_next(&head, '\n', &line) || (line.len && memchr(line.p, '\0', line.len)))
		return 0;
	csv_head_guess(without_cr(line), &h);
	if (h.at[COL_RECIPIENT] >= 0 && h.known >= 2)
		return 80;
	/* Some table with names of its own; to be named by --column. */
	if (str_next(&head, '\n', &second))
		csv_head_guess(without_cr(second), &below);
	return h.cells >= 2 && h.cells == below.cells && h.delimiter == below.delimiter ? 5 : 0;
}

static void *csv_start(const struct import_options *o, struct err *e)
{
	if (!csv_head_check(o, e))
		return NULL;
	struct csv *v = calloc(1, sizeof *v);
	if (!v)
		die("out of memory");
	v->rows.options = o;
	return v;
}

static bool csv_file(void *state, struct import_sink *s, int64_t mtime_s, struct err *e)
{
	(void)s;
	(void)e;
	struct csv *v = state;
	v->rows.mtime_s = mtime_s;
	v->has_head = false;
	v->open = false;
	buf_reset(&v->record);
	return true;
}

/* Begins a record, or goes on with the open one. */
static void add_line(struct csv *v, struct str line, int64_t number)
{
	if (v->open) {
		buf_addc(&v->record, '\n');
	} else {
		buf_reset(&v->record);
		v->record_line = number;
		if (!v->has_head) {
			line = without_bom(line);
			csv_head_guess(without_cr(line), &v->rows.head);
		}
	}
	v->open = csv_open(line, v->rows.head.delimiter, v->open);
	buf_add(&v->record, line);
}

static bool on_record(struct csv *v, struct import_sink *s, struct err *e)
{
	v->record.len = without_cr(buf_str(&v->record)).len;
	if (str_trim(buf_str(&v->record)).len == 0)
		return true;
	if (v->has_head)
		return on_row(v, s, e);
	v->has_head = true;
	if (!csv_head_read(buf_str(&v->record), v->rows.options, s->file, &v->rows.head, e))
		return false;
	row_say_no_times(&v->rows, s);
	return true;
}

/* The record's first line has a quote that nothing closes: only that line is lost, those behind it are rows of their
 * own. Just the last of them may be open again, so that no line is read more than twice. */
static bool read_again(struct csv *v, struct import_sink *s, struct err *e)
{
	static const char why[] = "a quote that is opened here and not closed";
	struct buf lines = v->record;
	struct str rest = buf_str(&lines), line;
	int64_t number = v->record_line;
	bool ok = true;
	s->bad(s, number, why);
	v->record = (struct buf){0};
	v->open = false;
	str_next(&rest, '\n', &line);
	while (ok && str_next(&rest, '\n', &line)) {
		add_line(v, line, ++number);
		if (!v->open) {
			ok = on_record(v, s, e);
		} else if (rest.p) {
			s->bad(s, number, why);
			v->open = false;
		}
	}
	buf_free(&lines);
	return ok;
}

static bool csv_line(void *state, struct import_sink *s, struct str line, struct err *e)
{
	struct csv *v = state;
	bool amid = v->open && csv_ends_amid(line, v->rows.head.delimiter);
	add_line(v, line, s->line);
	if (amid || (v->open && v->record.len > IMPORT_LINE_MAX))
		return read_again(v, s, e);
	return v->open || on_record(v, s, e);
}

static bool csv_file_end(void *state, struct import_sink *s, struct err *e)
{
	struct csv *v = state;
	bool ok = true;
	while (ok && v->open)
		ok = read_again(v, s, e);
	return ok;
}

static void csv_finish(void *state)
{
	struct csv *v = state;
	buf_free(&v->record);
	free(v);
}

const struct import_format import_csv = {
	.name = "csv",
	.help = "CSV or TSV with a head line, of any program or of deadletter export.",
	.score = csv_score,
	.start = csv_start,
	.file = csv_file,
	.line = csv_line,
	.file_end = csv_file_end,
	.finish = csv_finish,
};
