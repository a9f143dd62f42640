/* source.h - the files behind the names that a user gives, and the lines in them, compressed or not.
 *
 * Layer 3, beside import.h. Knows folders, files, pipes and line ends; nothing of formats or mail. One thread.
 */
#ifndef IMPORT_SOURCE_H
#define IMPORT_SOURCE_H

#include "base.h"

struct source {
	const char *path; /* "-": standard input */
	bool in_folder;   /* found there, not named by the user: may be passed over */
	int64_t size;     /* 0: unknown */
};

struct source_list {
	struct source *items;
	size_t count, cap;
	int64_t bytes; /* of all; 0 when any size is unknown */
};

/* Finds the files behind `paths`: a file or pipe itself, the regular files anywhere below a folder (no symbolic
 * links followed there). By name, but rotated logs oldest first: mail.log.2.gz, mail.log.1, mail.log;
 * mail.log-20261025.xz, mail.log. A folder below another that cannot be read is handed to `skipped` as a sentence.
 * Memory is the arena's. */
bool source_find(const char *const *paths, int count, struct arena *a, void (*skipped)(void *ctx, const char *why),
		 void *ctx, struct source_list *out, struct err *e);
/* <0, 0, >0 for that order. */
int source_order(const char *a, const char *b);

/* Opens a source. *mtime_s: when it was last written; now, for what is no regular file. -1: *e set. ERR_CANCEL: a
 * signal came while a pipe had nobody at its other end. */
int source_open(const struct source *s, bool *regular, int64_t *mtime_s, struct err *e);

/* ---- lines ---- */

enum lines_fill {
	LINES_READ, /* some bytes, or the end */
	LINES_IDLE, /* nothing came for a while, a signal came, or `stop` said so */
	LINES_FAILED,
};

struct lines {
	int fd;
	bool regular; /* never has to be waited for */
	char *buf;    /* [start, end) is read and not yet handed out */
	size_t start, end;
	size_t looked; /* so many bytes from start on hold no LF */
	bool at_end;   /* of the file */
	bool skipping; /* the rest of an overlong line */
	bool amid;     /* the last piece ended within its line */
	int64_t line;  /* number of the line handed out last */
	int64_t bytes; /* read so far, of a compressed file as they are in it */
	/* Called while a compressed pipe is silent; true ends that wait. NULL: it is waited for. */
	bool (*stop)(void *ctx);
	void *stop_ctx;
	bool sniffed;           /* it is known whether the file is compressed */
	struct unpack *unpack;  /* NULL: it is not */
	enum lines_fill waited; /* how the last wait for compressed bytes ended, and errno then */
	int waited_errno;
	bool damaged; /* it ends before its time: lines_why says how. A line that is cut off is left out */
};

struct lines lines_of(int fd, bool regular);  /* after the first lines_fill it must stay where it is */
void lines_free(struct lines *l);             /* does not close fd */
struct str lines_head(const struct lines *l); /* what is read and not yet handed out, unpacked */
const char *lines_why(const struct lines *l); /* of a damaged one */

enum lines_got {
	LINES_ONE,      /* *line, or *piece; valid until lines_fill */
	LINES_OVERLONG, /* a line longer than IMPORT_LINE_MAX: passed over */
	LINES_MORE,     /* lines_fill is needed */
	LINES_NONE,     /* the end */
};
enum lines_got lines_next(struct lines *l, struct str *line); /* the next line, without its LF */
/* The next bytes, up to and with an LF at most, however long the line is. For the same file use one of the two. */
enum lines_got lines_piece(struct lines *l, struct str *piece);

enum lines_fill lines_fill(struct lines *l); /* LINES_FAILED: errno says why */

#endif
