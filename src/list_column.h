/* list_column.h - the columns of the list: a row each, which the list, the configuration and the manual read.
 *
 * Layer 5. Knows records and roles; never where the list is.
 */
#ifndef LIST_COLUMN_H
#define LIST_COLUMN_H

#include "arg.h"
#include "record.h"
#include "theme.h"

struct config;

/* How times are told. */
struct list_clock {
	struct moment now;
	const struct config *config;
};

struct list_column {
	const char *name;  /* "recipient": as the configuration has it */
	const char *title; /* above the list */
	const char *help;  /* a few words */
	bool usual;        /* is there where the configuration names none */
	int min, max;      /* width in columns of the screen */
	int rank;          /* those with the lowest stay when room is short */
	enum role (*draw)(const struct list_clock *c, const struct record *r, struct buf *out); /* returns the role */
};

enum list_column_id {
	COLUMN_TIME,
	COLUMN_RECIPIENT,
	COLUMN_CODE,
	COLUMN_OUTCOME,
	COLUMN_TITLE,
	COLUMN_RESPONSE,
	COLUMN_SENDER,
	COLUMN_MX,
	COLUMN_ATTEMPTS,
	COLUMN_COUNT
};
enum { COLUMN_GAP = 2 };
extern const struct list_column list_columns[COLUMN_COUNT];

/* Those that are shown, from left to right, with COLUMN_GAP between them. */
struct list_columns {
	int count;
	struct list_place {
		const struct list_column *column;
		int width;
	} places[COLUMN_COUNT];
};

/* The columns of the configuration, as far as they fit into `room`. */
void list_columns_fit(const struct config *c, int room, struct list_columns *out);
/* Their names. */
void list_column_words(struct arg_words *out);

#endif
