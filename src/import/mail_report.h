/* mail_report.h - the fields of a delivery report (RFC 3464, RFC 6533) → what became of each recipient.
 *
 * Layer 3, beside import.h. Knows the fields and how they are miswritten; nothing of MIME. Linear. No state.
 */
#ifndef IMPORT_MAIL_REPORT_H
#define IMPORT_MAIL_REPORT_H

#include "record.h"

/* What a notice says about one recipient. Texts as received. */
struct fate {
	struct str recipient;
	enum outcome outcome; /* failed, deferred or delivered; OUTCOME_QUEUED: it does not say */
	struct str status;    /* the word of the relay: "5.1.1" */
	struct str response;
	struct str remote_mta;
	struct str words; /* what is said besides, where the response leaves something open */
	int64_t time_s;   /* TIME_NONE: not said */
};

struct fates {
	struct fate *items; /* the arena's */
	int count, cap;
	struct str queue_id;
	int64_t arrival_s;
	const char *limit; /* a sentence about a limit that bit; NULL: none */
};
enum { FATES_MAX = 20000 };

struct fates fates_none(void);
void fates_add(struct fates *f, struct fate one, struct arena *a);

/* Adds the recipients that the fields in `body` tell of. */
void report_read(struct str body, struct arena *a, struct fates *out);
/* Where fields of a report begin within any text: the start of the block of fields; SIZE_MAX: nowhere. */
size_t report_within(struct str text);

#endif
