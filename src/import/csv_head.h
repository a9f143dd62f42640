/* csv_head.h - what the columns of a table are, told by their names, and what the words in it mean.
 *
 * Layer 3, beside import.h. Knows names that programs give things; no state, any thread.
 */
#ifndef IMPORT_CSV_HEAD_H
#define IMPORT_CSV_HEAD_H

#include "arg.h"
#include "import/import.h"

enum column {
	COL_RECIPIENT,
	COL_SENDER,
	COL_TITLE,
	COL_OUTCOME,
	COL_CODE,
	COL_ENHANCED,
	COL_BASIC,
	COL_RESPONSE,
	COL_TIME,
	COL_QUEUED_AT,
	COL_MESSAGE_ID,
	COL_QUEUE_ID,
	COL_MTA,
	COL_STAGE,
	COL_ATTEMPTS,
	COL_ID,
	COL_SOURCE_FILE,
	COL_SOURCE_LINE,
	COL_COUNT
};

/* The head line, understood. */
struct csv_head {
	char delimiter;
	int cells;
	int known;         /* how many columns have a name that means something */
	int at[COL_COUNT]; /* which cell it is, -1: none */
	/* Only from csv_head_read: */
	bool ours;     /* an export's of deadletter: all its names are */
	uint64_t kind; /* tables with the same head line are of one kind */
};

/* Takes the delimiter that gives the most columns with a known name. */
void csv_head_guess(struct str line, struct csv_head *out);
/* Reads the head of `file` and demands what an import needs. ERR_INPUT names what is lacking and the columns there
 * are. */
bool csv_head_read(struct str record, const struct import_options *o, struct str file, struct csv_head *out,
		   struct err *e);
/* The same for a table whose columns have names, such as one of a database; says which column is taken for what. */
bool csv_head_names(const struct str *names, int count, const struct import_options *o, struct str table,
		    struct csv_head *out, struct err *e);
/* Would that succeed? Says nothing. */
bool csv_head_fits(const struct str *names, int count, const struct import_options *o);
bool csv_head_uses(const struct csv_head *h, int cell); /* is that column taken for anything? */
/* Are all options->columns of the form OURS=THEIRS with a known OURS? ERR_USAGE otherwise. */
bool csv_head_check(const struct import_options *o, struct err *e);
/* What OURS may be. */
void csv_head_words(struct arg_words *w);

/* "Hard bounce" → failed. False: no word for an outcome. */
bool csv_outcome_word(struct str s, enum outcome *out);

#endif
