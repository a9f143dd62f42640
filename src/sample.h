/* sample.h - writes a believable outbox of 60 days, for `deadletter demo`, tests and screenshots.
 *
 * Layer 3. Knows the tables in data/sample and the store's way in; never SQL or the clock. Everything follows from `end_s`,
 * the last moment of the sample: the same end gives the same records, with the same ids. One thread.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "store.h"

enum {
	SAMPLE_DAYS = 60,
	SAMPLE_INCIDENT_DAYS_AGO =
		17, /* one provider refuses all our mail as unauthenticated, for 30 hours from 06:00 UTC */
};

/* Fills the empty `st` with some 20,000 tracked emails in one transaction. */
bool sample_write(struct store *st, int64_t end_s, struct err *e);

#endif
