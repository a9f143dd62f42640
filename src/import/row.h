/* row.h - a row of a table of email becomes a record, whatever kind of file the table is in.
 *
 * Layer 3, beside import.h. A message is known again by its Message-ID, else by an id column, else by the whole row, so that
 * a second import changes nothing. Times without a zone are UTC. No state of its own; one thread.
 */
#ifndef IMPORT_ROW_H
#define IMPORT_ROW_H

#include "import/csv_head.h"

struct rows {
	const struct import_options *options;
	int64_t mtime_s; /* of the file: what rows without a time get */
	struct csv_head head;
};

/* Puts the row with these cells in, once for each recipient, or reports it as malformed. `key`: row_key of all it holds. False: stop. */
bool row_put(const struct rows *t, struct import_sink *s, const struct str *cells, int count, uint64_t key,
	     int64_t line, struct err *e);
uint64_t row_key(struct str text);
/* Says so when no column holds the time, which the reader of a timeline must know. */
void row_say_no_times(const struct rows *t, const struct import_sink *s);

#endif
