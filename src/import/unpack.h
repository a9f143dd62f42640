/* unpack.h - the plain bytes behind compressed ones: gzip, xz, zstd and bzip2, told by content, a block at a time.
 *
 * Layer 3, beside import.h. The only user of archive.h. However large the plain text is, memory holds a block of it and
 * what the compression itself looks back on. Never starts another program. One thread.
 */
#ifndef IMPORT_UNPACK_H
#define IMPORT_UNPACK_H

#include "base.h"

#include <sys/types.h>

enum { UNPACK_MAGIC = 6 }; /* so many bytes at the beginning tell */
bool unpack_knows(struct str head);

/* Supplies compressed bytes: how many were put at `to`, 0 at the end, -1 to give up. */
typedef ssize_t unpack_read_fn(void *ctx, char *to, size_t room);

struct unpack;

/* `head` is what has been read of it already; `read` supplies the rest. */
struct unpack *unpack_new(struct str head, unpack_read_fn *read, void *ctx);
void unpack_free(struct unpack *u); /* NULL is fine */

/* Puts plain bytes at `to`: how many, 0 at the end, -1 when the data is damaged or cut off, or `read` gave up. */
ssize_t unpack_next(struct unpack *u, char *to, size_t room);
/* After -1: what is wrong, in the words of the library; never NULL. Valid until unpack_free. */
const char *unpack_why(const struct unpack *u);

#endif
