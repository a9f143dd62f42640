/* inflate.h - the plain bytes behind gzip and xz, with all checks that those have.
 *
 * Layer 3, below unpack.h, which says what holds here too. The only user of zlib.h and lzma.h: the library that unpack.c
 * has for the rest does not check what gzip's data must come to, and gives xz a gigabyte. One thread.
 */
#ifndef IMPORT_INFLATE_H
#define IMPORT_INFLATE_H

#include "import/unpack.h"

enum inflate_kind { INFLATE_NONE, INFLATE_GZIP, INFLATE_XZ };
enum inflate_kind inflate_kind_of(struct str head); /* INFLATE_NONE: another one's */

/* What xz may look back on; `xz -9` makes use of 64 MiB. */
enum { INFLATE_MEMORY_MAX = 100 * 1024 * 1024 };

struct inflate;

struct inflate *inflate_new(enum inflate_kind kind, struct str head, unpack_read_fn *read, void *ctx);
void inflate_free(struct inflate *f); /* NULL is fine */
/* See unpack_next and unpack_why. */
ssize_t inflate_next(struct inflate *f, char *to, size_t room);
const char *inflate_why(const struct inflate *f);

#endif
