/* export.h - records → CSV, TSV or JSON lines, into a file that is whole or not there.
 *
 * Layer 3. Knows columns and formats: a row of export_columns[] or export_formats[] each. Never: SQL, curses.
 * Several threads may read and write one export (export_readers.h); the bytes are the same however many they are.
 * CSV is RFC 4180: CRLF, quotes where needed. TSV ends lines in LF and has \t \n \r \\ for those characters in cells. In
 * both, cells that a spreadsheet would run as a formula (first byte = + - @ TAB CR LF) get a leading ' unless `raw`.
 * JSON lines are valid UTF-8 whatever the data: a byte that is not becomes U+FFFD; what is not known is null. A terminal
 * gets showable text. Files are written as outfile.h says; no partial file is left.
 */
#ifndef EXPORT_H
#define EXPORT_H

#include "store.h"

enum export_format { EXPORT_CSV, EXPORT_TSV, EXPORT_JSONL, EXPORT_FORMAT_COUNT };

struct export_format_info {
	const char *name, *suffix, *help; /* "csv", ".csv", … */
};
extern const struct export_format_info export_formats[EXPORT_FORMAT_COUNT];
bool export_format_of(struct str name, enum export_format *out);
/* What a file's name asks for by its ending; CSV when it says nothing. */
enum export_format export_format_for(struct str path);

enum {
	COLUMN_NUMBER = 1 << 0, /* unquoted in JSON, never guarded */
	COLUMN_DEFAULT = 1 << 1,
	COLUMN_PER_SOURCE = 1 << 2, /* asks for one row a source that told of the outcome, with what that source said */
};
/* A column: its name is the CSV head, the JSON key and the word for --columns. */
struct export_column {
	const char *name, *help;
	struct str (*text)(const struct record *r); /* its bytes as the record, or a table, has them; else NULL */
	void (*value)(const struct record *r, struct buf *out); /* appends them */
	unsigned reads;                                         /* which fields it reads: bits of enum reads */
	unsigned flags;
};
extern const struct export_column export_columns[];
extern const size_t export_column_count;

enum { EXPORT_COLUMNS_MAX = 64 };
struct export_options {
	enum export_format format;
	bool raw;
	bool showable;                   /* set by export_run when it writes to a terminal */
	bool ascii;                      /* … that can show no more than ASCII */
	bool force;                      /* replace an existing file */
	int columns[EXPORT_COLUMNS_MAX]; /* indices into export_columns */
	int column_count;                /* 0: the default ones */
	int readers;                     /* threads that read, 1..READERS_MAX; 0: a processor each */
	bool (*cancelled)(void *ctx);    /* polled by the calling thread for every row it reads; NULL: never */
	void (*progress)(void *ctx, int64_t rows); /* called there now and then; NULL: none */
	void *ctx;
};
/* "recipient,enhanced_code": false with the column of the first unknown name. */
bool export_columns_of(struct str list, struct export_options *o, struct err *e);

struct export_result {
	int64_t rows;
	int64_t guarded; /* cells that got a leading ' */
};

/* Writes what `s` lets through, or the records with these ids, to `path`; "-" is standard output. An existing
 * file without `force` is ERR_INPUT, checked before anything is read and again at the rename. */
bool export_run(struct store *st, const struct scope *s, const int64_t *ids, size_t id_count, const char *path,
		const struct export_options *o, struct export_result *out, struct err *e);

#endif
