/* mail_original.h - what a notice says about the email that it is about: from its returned part.
 *
 * Layer 3, beside import.h. Knows header fields of mails; nothing of failures. Linear. No state.
 */
#ifndef IMPORT_MAIL_ORIGINAL_H
#define IMPORT_MAIL_ORIGINAL_H

#include "base.h"

enum { ORIGINAL_RECIPIENTS_MAX = 64 };

struct original {
	struct str message_id; /* without < > */
	struct str sender, title;
	int64_t date_s; /* TIME_NONE: not said */
	struct str recipients[ORIGINAL_RECIPIENTS_MAX];
	int recipient_count;
};

struct original original_none(void);
/* Fills in what is still missing from a header block. */
void original_read(struct str head, struct arena *a, struct original *out);
/* Fills it in from a text that tells of the email in lines such as "  Subject: Hello" and "Message-ID: <…>". */
void original_hints(struct str text, struct arena *a, struct original *out);
/* Where a returned mail's header begins within a text: its offset, or SIZE_MAX. */
size_t original_within(struct str text);
/* The header of a returned mail that is quoted ("> From: …", "   From: …") within a text, without the marks, in the arena;
 * "": none. Linear in the text. */
struct str original_quoted(struct str text, struct arena *a);
/* Is this the header of a mail, rather than that of a part? */
bool original_is_head(struct str head);

#endif
