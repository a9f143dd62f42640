/* tsv.h - tables of data/ for the generators: cells between tabs, lines that start with # are comments, and a mistake is
 * named at file:line on stderr. */
#ifndef TSV_H
#define TSV_H

#include "base.h"

struct tsv {
	const char *path;
	struct str rest;
	int line; /* of what was read last, 1-based */
};

/* Reads the whole file into `a`. False: said on stderr, in the name of `tool`. */
bool tsv_open(struct tsv *t, const char *tool, const char *path, struct arena *a);
/* The next line that is neither empty nor a comment; false: at the end. */
bool tsv_next(struct tsv *t, struct str *line);
/* Says what is wrong with the line read last; always false. */
bool tsv_complain(const struct tsv *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Splits a line into exactly `count` cells. False: it has another number of them, which is said. */
bool tsv_cells(const struct tsv *t, struct str line, struct str *cells, size_t count);
/* Is it UTF-8 without controls, with single blanks and only within, and not empty unless it may be? */
bool tsv_cell_ok(struct str cell, bool may_be_empty, const char **why);
/* For checks of cells: sets the reason, always false. */
bool tsv_fail(const char **why, const char *reason);

/* The last part of a path. */
const char *tsv_file_name(const char *path);
/* Prints a C string literal. */
void tsv_put_string(struct str s);

#endif
