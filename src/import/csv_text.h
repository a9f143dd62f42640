/* csv_text.h - the text side of CSV: which delimiter, where a record ends, what its cells are (RFC 4180). In the
 * tab-separated form quotes mean nothing, and \t \n \r \\ stand for those characters.
 *
 * Layer 3, beside import.h. Knows quotes and delimiters, nothing of what the cells mean. No state; any thread.
 */
#ifndef IMPORT_CSV_TEXT_H
#define IMPORT_CSV_TEXT_H

#include "base.h"

enum { CSV_CELLS_MAX = 512 };

extern const char csv_delimiters[]; /* as a C string, the likeliest first */

/* Is a quoted cell still open at the end of this line? `open`: it was at its beginning. A quote counts only where a
 * cell begins. */
bool csv_open(struct str line, char delimiter, bool open);
/* Does the quoted cell that is open at the beginning of this line end amid text, as at: a "b? Then the quote that
 * opened it was hardly meant to. */
bool csv_ends_amid(struct str line, char delimiter);

/* Splits a whole record in place: quotes and escapes are taken off, "" becomes ". The cells point into `record`.
 * Returns how many there are; beyond CSV_CELLS_MAX the rest stays in the last. */
int csv_split(char *record, size_t len, char delimiter, struct str cells[CSV_CELLS_MAX]);

#endif
