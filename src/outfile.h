/* outfile.h - a file that is written whole or not at all.
 *
 * Layer 3. Knows temporary files, fsync and rename; never what is written. The first error is kept, and later writes do
 * nothing. One thread.
 */
#ifndef OUTFILE_H
#define OUTFILE_H

#include "base.h"

struct outfile {
	int fd;          /* -1: not open */
	char *path;      /* the target, as given */
	char *temporary; /* NULL: written directly (standard output, a pipe, a device) */
	bool force;      /* may replace an existing file */
	bool failed;
};

/* Begins to write `path` ("-": standard output): into a new file beside it (mode 0600), or directly when it is a pipe or a
 * device. A regular file that exists is an error unless `force`; a folder or a link to nowhere always is. */
bool outfile_open(struct outfile *f, const char *path, bool force, struct err *e);
bool outfile_write(struct outfile *f, struct str bytes, struct err *e);
/* Puts the file in its place, safely on the disk. After an error, or without this call, outfile_abandon. */
bool outfile_commit(struct outfile *f, struct err *e);
/* Removes what was begun. Also after commit, where it only frees. */
void outfile_abandon(struct outfile *f);

#endif
