/* mail_phrase_lists.h - the wordings themselves, for mail_phrases.c: one row a wording, whoever's it is.
 *
 * Layer 3, beside import.h. Rows are in small letters, in UTF-8, with single blanks, of two bytes at least. A new wording is a
 * new row.
 */
#ifndef IMPORT_MAIL_PHRASE_LISTS_H
#define IMPORT_MAIL_PHRASE_LISTS_H

#include "import/mail_phrases.h"

struct phrase_list {
	const char *const *text;
	size_t count;
};
extern const struct phrase_list phrase_lists[PHRASE_KINDS];

#endif
