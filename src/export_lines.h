/* export_lines.h - records → lines in memory: one a record, or one a source that told of it. For export.c, export_readers.c.
 *
 * Layer 3. Never: files, threads. One object is for one thread at a time.
 */
#ifndef EXPORT_LINES_H
#define EXPORT_LINES_H

#include "export_format.h"

enum {
	LINES_BYTES = 256 * 1024, /* written at once */
	PROGRESS_ROWS = 1024,     /* between two words of progress */
};

/* Zero-initialise but for `o`, which has its columns. */
struct export_lines {
	const struct export_options *o;
	struct buf out, cell;
	int64_t rows, guarded;
};

/* What the columns need of a record: bits of enum reads. */
unsigned export_lines_reads(const struct export_options *o);
/* Appends to lines->out. `st` is where the record comes from, and is asked for its sources if a column wants them. */
bool export_lines_add(struct export_lines *lines, struct store *st, const struct record *r, struct err *e);
void export_lines_free(struct export_lines *lines);

#endif
