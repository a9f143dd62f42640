/* import.h - sources of tracked email → records in a store: the frame, and what a format must offer.
 *
 * Layer 3. A format is one file here and one row in import_formats[] (import.c). The frame opens files, folders and
 * standard input, finds the format by content, feeds lines, keeps batches (one transaction each), counts, reports and
 * tells of progress. A format turns input into records through its sink, and knows nothing else. All in one thread;
 * another one (writer.h) puts the records into the store, others may read ahead (mail_reader.h).
 */
#ifndef IMPORT_H
#define IMPORT_H

#include "store.h"

/* Where a format puts what it reads. The frame's leads to the store, a test's to a list. */
struct import_sink {
	struct str file; /* the current place; the frame sets both before each line */
	int64_t line;
	/* Puts a record in (see store_put); source_file and source_line are added where they are empty. `tried`: what
	 * it says is also an attempt, see record_attempt. False: stop, *e is set. */
	bool (*put)(struct import_sink *s, struct record *r, bool tried, int64_t window_s, struct err *e);
	/* See store_expire. False: stop, *e is set. */
	bool (*expire)(struct import_sink *s, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
		       struct err *e);
	/* Counts a malformed item that begins at `line` of the current file, and reports the first few. `why` goes
	 * on from "file:line: ". Never ends the import. */
	void (*bad)(struct import_sink *s, int64_t line, const char *why);
	/* For formats that read a file themselves: the next item begins, `line` becomes its number. False: stop, *e is set. */
	bool (*next)(struct import_sink *s, struct err *e);
};

struct import_options {
	const char *format;         /* NULL: by content */
	int year;                   /* for stamps without one; 0: guess from the file's mtime */
	const char *const *columns; /* "recipient=to_addr", for tables */
	int column_count;
	const char *table;            /* the table of a database; NULL: the one that looks like it */
	int bad_limit;                /* how many malformed items are reported by line; the rest is counted */
	bool (*cancelled)(void *ctx); /* polled between lines; NULL: never */
	/* Now and then, and at the end; NULL: not wanted. bytes_total 0: unknown (standard input). */
	void (*progress)(void *ctx, int64_t bytes, int64_t bytes_total, int64_t lines, int64_t records);
	/* One line about something skipped; does not end in a newline. NULL: not wanted. */
	void (*report)(void *ctx, const char *line);
	void *ctx;
};

enum {
	IMPORT_HEAD_BYTES = 64 * 1024, /* what `score` gets to see at most */
	IMPORT_LINE_MAX = 1024 * 1024, /* a longer line is malformed */
	IMPORT_SCORE_SURE = 50,        /* from here on a file found in a folder is taken */
};

struct import_format {
	const char *name, *help; /* "postfix", "Postfix mail log" */
	/* 0: not mine, 100: surely mine. `head` is the first block of the input, up to IMPORT_HEAD_BYTES; it may end
	 * within a line. */
	int (*score)(struct str head);
	/* State for one run over all files; NULL with *e set: cannot. */
	void *(*start)(const struct import_options *o, struct err *e);
	/* A new file begins; may be NULL. mtime_s: when it was last written, as far as known. */
	bool (*file)(void *state, struct import_sink *s, int64_t mtime_s, struct err *e);
	/* One line without its LF; a CR before it is still there. At most IMPORT_LINE_MAX bytes. A format whose records
	 * span lines collects them in its state. */
	bool (*line)(void *state, struct import_sink *s, struct str line, struct err *e);
	/* Instead of `line`, for input whose lines may be of any length: the next bytes, an LF only as the last of them, so
	 * that the sink's line is the one they are in. */
	bool (*piece)(void *state, struct import_sink *s, struct str bytes, struct err *e);
	/* Instead of both: reads the file of this name itself, and calls the sink's `next` before each item. */
	bool (*whole)(void *state, struct import_sink *s, const char *path, struct err *e);
	/* Nothing more comes in for now, or at all: what was complete is put. NULL: it is put at once. */
	bool (*pause)(void *state, struct import_sink *s, struct err *e);
	bool (*file_end)(void *state, struct import_sink *s, struct err *e); /* may be NULL */
	void (*finish)(void *state);
};
extern const struct import_format *const import_formats[]; /* ends in NULL */
extern const struct import_format import_postfix, import_exim, import_sendmail, import_mail, import_events, import_csv,
	import_table;

struct import_result {
	int64_t files, bytes, lines;
	int64_t added, changed, unchanged; /* records in committed batches */
	int64_t bad;                       /* malformed items */
	int64_t ignored_files;             /* in folders: of no known format */
	int64_t unreadable_files;          /* in folders: reported and passed over */
};

/* Are the options such that a run can begin? ERR_USAGE names the one that is wrong. import_run asks too. */
bool import_check(const struct import_options *o, struct err *e);

/* Imports all sources ("-" is standard input, folders are read in name order, recursively) into `st`. Rotated logs
 * come oldest first (mail.log.2, mail.log.1, mail.log). A batch is there or it is not; importing the same thing
 * twice changes nothing. False: *e says which source; what was committed stays, and *out says how much that is.
 * ERR_CANCEL: what had been read until then is in. */
bool import_run(struct store *st, const char *const *sources, int source_count, const struct import_options *o,
		struct import_result *out, struct err *e);

#endif
