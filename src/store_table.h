/* store_table.h - the tables in anybody's database file, for reading: their names, columns and cells.
 *
 * Layer 2. Knows files, tables, columns, cells as bytes; never what they mean. Opened as safely as store_open does: never
 * written to, nothing left beside it. Views and virtual tables, which can run code, are not read. One thread.
 */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "base.h"

enum { TABLE_COLUMNS_MAX = 512 }; /* further ones are left out */

struct names {
	struct str *p; /* the arena's */
	int count;
};

struct tables;
struct tables *tables_open(const char *path, struct err *e); /* NULL: *e is set */
void tables_close(struct tables *t);                         /* NULL is fine */

bool tables_is_ours(const struct tables *t); /* a database of deadletter */
/* In the order of names. */
bool tables_list(struct tables *t, struct arena *a, struct names *out, struct err *e);
/* In the order of the table; none when there is no such table. */
bool tables_columns(struct tables *t, struct str table, struct arena *a, struct names *out, struct err *e);

/* Cells as text, numbers in decimal, NULL as "", blobs as they are; valid until it returns. NULL: a row that has a cell of
 * more than 4 MB. False: stop, *e is set. */
typedef bool tables_row_fn(void *ctx, const struct str *cells, int count, struct err *e);
/* Hands out every row, with the cells of these columns; wanted[i] false: that cell is not read, and "". The database is
 * locked for reading only for some rows at a time, so that its owner can write meanwhile. */
bool tables_each(struct tables *t, struct str table, const struct names *columns, const bool *wanted,
		 tables_row_fn *each, void *ctx, struct err *e);

#endif
