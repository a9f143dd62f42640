/* export_readers.h - threads that read and format slices of an export, and write them in their order. For export.c.
 *
 * Layer 3. Never: SQL, formats. The calling thread is one of the readers; the
 * others have handles of their own that see the same state, and are gone when the call returns. Memory does not
 * depend on how much is read.
 */
#ifndef EXPORT_READERS_H
#define EXPORT_READERS_H

#include "export.h"
#include "outfile.h"

/* Writes the lines of all that `s` lets through to `file`. `o` has its columns. The answers are the
 * same whatever the number of readers. */
bool export_readers(struct store *st, const struct scope *s, const struct export_options *o, struct outfile *file,
		    struct export_result *result, struct err *e);

#endif
