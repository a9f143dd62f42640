/* export_format.h - one record → one line of CSV, TSV or JSON.  For export.c.
 *
 * Layer 3. Knows quoting and guarding; never files. One thread.
 */
#ifndef EXPORT_FORMAT_H
#define EXPORT_FORMAT_H

#include "export.h"

/* Appends the line of column names (nothing for JSON). */
void export_add_head(const struct export_options *o, struct buf *out);
/* Appends a record's line. Counts guarded cells in *guarded. `cell` is scratch space. */
void export_add_record(const struct export_options *o, const struct record *r, struct buf *cell, struct buf *out,
		       int64_t *guarded);

/* Appends a JSON string. Bytes that are no UTF-8 become U+FFFD. */
void export_add_json(struct buf *out, struct str s);

#endif
