/* codes_data.h - the tables that src/tools/gen_codes.c makes of data/codes/.  For codes.c and the generator only.
 *
 * Layer 1. Constant, sorted by key; the generator has checked every cell.
 */
#ifndef CODES_DATA_H
#define CODES_DATA_H

#include "codes.h"

enum code_table_id { TABLE_CLASSES, TABLE_SUBJECTS, TABLE_ENHANCED, TABLE_BASIC, TABLE_SPECIAL, TABLE_COUNT };

/* Rows for what has no code of its own; the values are their keys. */
enum special {
	SPECIAL_DROPPED,
	SPECIAL_NONE,
	SPECIAL_QUEUED,
	SPECIAL_UNKNOWN,
	SPECIAL_GIVEN_UP,
	SPECIAL_UNREACHED,
	SPECIAL_SUCCESS,
	SPECIAL_NO_CODE,
	SPECIAL_UNSUBSCRIBED,
	SPECIAL_COMPLAINT,
	SPECIAL_SUPPRESSED,
	SPECIAL_REFUSED,
	SPECIAL_COUNT
};

/* The key of X.s.d is s * ENHANCED_STEP + d; that of the others is their number. */
enum { ENHANCED_STEP = 1000 };

struct code_table {
	const int *keys; /* ascending; keys[i] is that of rows[i] */
	const struct code_entry *rows;
	size_t count;
};

extern const struct code_table codes_data[TABLE_COUNT];

/* Which codes a provider row is about: cls.subject.lo-hi (cls 0: any), or basic lo-hi (subject -1), or all (lo -1). */
struct code_range {
	int cls, subject, lo, hi;
};

struct provider_row {
	struct provider_note note;
	struct code_range codes;
	const char *mta;   /* host name suffixes, separated by blanks */
	const char *marks; /* words of the response that name the provider; alternatives separated by ';' */
	const char *words; /* what the response must hold besides; alternatives separated by ';'; "" for nothing */
};

extern const struct provider_row codes_providers[]; /* the first that fits is right */
extern const size_t codes_providers_count;

#endif
