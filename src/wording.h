/* wording.h - what a server always says, apart from what it says about this one email.
 *
 * Layer 1. Knows what differs from answer to answer: addresses, host names, numbers, ids, bracketed and quoted values.
 * Never languages or servers. Linear in what it looks at. No state; any thread.
 */
#ifndef WORDING_H
#define WORDING_H

#include "base.h"

enum {
	WORDING_READ_MAX =
		512,       /* bytes of a response that are looked at: no more than PAGE_RESPONSE_MAX, so that a list's
				   rows have the wording of the whole */
	WORDING_MAX = 200, /* bytes of a wording */
};

/* Appends the wording of a response: "550 5.1.1 <*>: user unknown in table *". The codes at its start are kept, since they tell
 * answers apart, and said once only, however many lines repeat them; white space is one blank. A wording's wording is itself.
 * Always UTF-8. */
void wording_mask(struct str response, struct buf *out);

#endif
