/* gunzip.h - the plain bytes behind gzip's, with its checksums: libarchive reads gzip too, and does not look at them.
 *
 * Layer 3, below unpack.h and for it alone. gunzip.c is the only user of zlib.h. Several gzip files one behind the other are
 * one, and zeros at the end are padding, as for gzip itself. One thread.
 */
#ifndef IMPORT_GUNZIP_H
#define IMPORT_GUNZIP_H

#include "import/unpack.h"

bool gunzip_knows(struct str head);

struct gunzip;

/* As unpack_new and so on. */
struct gunzip *gunzip_new(struct str head, unpack_read_fn *read, void *ctx);
void gunzip_free(struct gunzip *g); /* NULL is fine */
ssize_t gunzip_next(struct gunzip *g, char *to, size_t room);
const char *gunzip_why(const struct gunzip *g);

#endif
