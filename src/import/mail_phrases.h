/* mail_phrases.h - looks for what mail systems write in their notices (mail_phrase_lists.h has the wordings).
 *
 * Layer 3, beside import.h. Linear in the text. Any thread.
 */
#ifndef IMPORT_MAIL_PHRASES_H
#define IMPORT_MAIL_PHRASES_H

#include "base.h"

enum phrase_kind {
	PHRASE_FAILED_SUBJECT, /* the Subject says that a mail failed */
	PHRASE_FAILED,         /* the text says so */
	PHRASE_GAVE_UP,        /* it will not be tried again, whatever else is said */
	PHRASE_RETURNED,       /* the same in the Subject: nothing is sent back that will be tried again */
	PHRASE_REJECTED,       /* what was to deliver it has refused it, in a report that seems to tell of reading */
	PHRASE_DELAYED,        /* it will be tried again */
	PHRASE_SUCCESS,        /* it has arrived; in the Subject */
	PHRASE_AUTO_REPLY,     /* a person's program answers, or it is news of another kind; in the Subject */
	PHRASE_DAEMON,         /* the From field of what sends notices */
	PHRASE_ROBOT,          /* the From field of some program */
	PHRASE_LABEL,          /* directly before a failed recipient */
	PHRASE_REASON,         /* on a line with a failed recipient */
	PHRASE_ADVICE,         /* on a line with an address to turn to, or of somebody else */
	PHRASE_END,            /* starts the line behind which the original or boilerplate follows */
	PHRASE_KINDS
};

/* Small letters, each run of white space one blank, apostrophes as in ASCII: what phrases are looked for in. */
struct str phrase_form(struct str text, struct arena *a);
/* Does `form` hold one of that kind? */
bool phrase_in(struct str form, enum phrase_kind kind);
bool phrase_starts(struct str form, enum phrase_kind kind);
bool phrase_ends(struct str form, enum phrase_kind kind);

#endif
