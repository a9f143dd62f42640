/* mail_notice.h - one mail → what it says about emails that did not arrive.
 *
 * Layer 3, beside import.h. Brings together MIME, reports, free words and the original; see there. Linear. No state.
 */
#ifndef IMPORT_MAIL_NOTICE_H
#define IMPORT_MAIL_NOTICE_H

#include "import/mail_original.h"
#include "import/mail_report.h"

struct mail_news {
	struct fates fates; /* none: the mail is no notice */
	struct original original;
	struct str event;  /* JSON, an event of a provider perhaps, when that is all the mail says */
	struct str own_id; /* the notice's own Message-ID */
	int64_t date_s;    /* and Date; TIME_NONE: none */
	const char *limit; /* a sentence about a limit that bit; NULL: none */
	bool names_nobody; /* it tells of a failure, but not whose */
};

/* `mail` without a "From " line before it, its lines ending in LF, no CR, no NUL. Texts in *out are the arena's or point
 * into it. */
void notice_read(struct str mail, struct arena *a, struct mail_news *out);

#endif
