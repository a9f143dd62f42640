/* outfile.h - a file that is written whole or not at all.
 *
 * Layer 3. Knows temporary files, fsync and rename; never what is written. The first error is kept, and later writes do
 * nothing. Where the file system can, the new file has no name until it is whole, so that nothing is left whatever ends the
 * program; only to replace a file takes it a name of its own for an instant. Standard output, devices, FIFOs and sockets are written directly: nothing there can be taken back. The program
 * must ignore SIGPIPE and SIGXFSZ, to be told instead of ended. One thread.
 */
#ifndef OUTFILE_H
#define OUTFILE_H

#include "base.h"

#include <sys/types.h>

enum { OUTFILE_TMP_TEXT = 40 };
struct outfile {
	int fd;        /* -1: not open */
	int dir_fd;    /* the target's folder; -1: written directly */
	char *path;    /* the target as given, for messages */
	char *name;    /* the target within its folder */
	bool nameless; /* the new file has no name yet: it is gone with the program, however that ends */
	char temporary[OUTFILE_TMP_TEXT]; /* else the new file there; "": none */
	mode_t mode;                      /* permissions of the file that is replaced; 0: none is */
	bool force;                       /* may replace an existing file */
	bool failed;
};

/* Will this path be written directly? */
bool outfile_is_direct(const char *path);
/* Makes the folders that lead to the file, for their owner only. What fails here shows when the file is opened. */
void outfile_folders(const char *path);
/* Begins to write `path` ("-": standard output): into a new file beside it, for its owner only (0600), or directly. A
 * regular file that exists is an error unless `force`, and then passes its permissions on; a link to a file is
 * followed. A folder or a link to nowhere always is an error. After an error only outfile_abandon. */
bool outfile_open(struct outfile *f, const char *path, bool force, struct err *e);
/* Is it a terminal, where only showable text may go? */
bool outfile_is_terminal(const struct outfile *f);
bool outfile_write(struct outfile *f, struct str bytes, struct err *e);
/* Puts the file in its place, safely on the disk. After an error, or without this call, outfile_abandon. */
bool outfile_commit(struct outfile *f, struct err *e);
/* Removes what was begun. Also after commit, where it only frees. */
void outfile_abandon(struct outfile *f);

#endif
