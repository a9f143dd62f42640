/* embedded.h - text files of data/ that are part of the program. Layer 0. Any thread. */
#ifndef EMBEDDED_H
#define EMBEDDED_H

#include "base.h"

/* Contents of e.g. "data/schema.sql", static, with a NUL behind. Dies on a name that was not embedded. */
struct str embedded_file(const char *path);

#endif
