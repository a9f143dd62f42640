/* status.h - finds basic and enhanced code, stage and evidence in any status text.
 *
 * Layer 1. Knows the forms in which RFC 5321 replies, RFC 3463 codes and RFC 3464 fields occur in real mail,
 * and what only looks like a code (addresses, versions). Never fails: what is not there is not reported.
 * Linear in the text's length. No state; any thread.
 */
#ifndef STATUS_H
#define STATUS_H

#include "record.h"

enum status_flag {
	STATUS_CLASS_CONTRADICTS = 1 << 0, /* 550 with 4.x.x, 450 with 5.x.x */
	STATUS_CODES_DISAGREE = 1 << 1,    /* the text holds several different codes; the chosen one is evidence */
	STATUS_UNREGISTERED = 1 << 2,      /* subject.detail is not in the IANA registry */
	STATUS_INNER_CAUSE = 1 << 3,       /* X.4.7 or a relay's code was set aside for the inner cause */
	STATUS_UNKNOWN_BASIC = 1 << 4,     /* three digits outside any RFC: 498, 585, 605 */
	STATUS_NOT_AS_STORED = 1 << 5,     /* the text's codes are others than those stored beside it */
};

/* A range of bytes in the text given; len 0: none. */
struct span {
	size_t start, len;
};

struct status {
	struct ecode enhanced;             /* cls 0: none */
	int basic;                         /* 0: none */
	bool dropped;                      /* the text says "Dropped" or names a suppression */
	enum stage stage;                  /* from "in reply to RCPT TO command" and the like; STAGE_NONE if unsaid */
	unsigned flags;                    /* of enum status_flag */
	struct span enhanced_at, basic_at; /* the evidence */
};

/* `text` is a status as a person or a server wrote it: "550", "5.1.1", "Dropped", a whole reply of several lines,
 * a DSN field with its "smtp;" or "Status:" in front, a log fragment. `outcome` is what is known otherwise
 * (OUTCOME_FAILED when nothing is): success codes do not explain a failure and are skipped there. */
void status_read(struct str text, enum outcome outcome, struct status *out);

/* The same for a relay's own word (DSN Status field, dsn= of a log: "5.0.0", "" when there is none) beside the text
 * of the reply. The text's code is better evidence, unless there is none or it says X.0.0. Evidence spans lie in
 * `text`, and are empty when the code came from `field`. */
void status_read_pair(struct str field, struct str text, enum outcome outcome, struct status *out);

/* A response beside which codes are stored. *out has the codes that the response holds, as status_read() says; the
 * evidence is what gave the stored ones, and empty where it holds none of them. A code that says less than the other
 * (X.0.0, X.4.7, a relay's own word) does not contradict it. */
void status_read_stored(struct str text, enum outcome outcome, struct ecode enhanced, int basic, struct status *out);

/* Failed or deferred, as far as codes tell: the enhanced class decides nothing when it contradicts the basic digit.
 * 4 → 4, 5 → 5, 0 when neither code says. */
int status_class(struct ecode enhanced, int basic);

/* What a reader should beware of with these codes, what was read beside them and what is explained of them, in
 * sentences; nothing when all is well. */
struct explanation;
void status_warning(struct ecode enhanced, int basic, const struct status *read, const struct explanation *x,
		    struct buf *out);

#endif
