/* merge.h - what several sources say of one email → one record.
 *
 * Layer 1. Pure: texts are not copied, a record that takes another's points to the same bytes.
 */
#ifndef MERGE_H
#define MERGE_H

#include "record.h"

/* Which of two reports of one email holds? An order over all that a report says, so that the last one is the same
 * whatever the order of importing: the more final outcome; of failures the one that says more; of others the newer. */
int fact_cmp(const struct record *a, const struct record *b);
/* What was said (time, outcome, codes, response, MTA, stage), and by whom (source file and line). */
void fact_take(struct record *r, const struct record *from);
/* The same, but failures that are one keep the earliest time: a report of it is later than the failure. */
void fact_join(struct record *r, const struct record *more);

/* What the store knows of the email (`old`) and what a source says (`r`) as one. `expired`: the failure of `old` is the
 * source's giving up, and `r` a try before that; then `newest_s` is the time of the last try known (TIME_NONE: none is).
 * `attempts_now`: how many tries are on record, 0 for none. */
void record_merge(struct record *old, const struct record *r, bool expired, int64_t newest_s, int attempts_now);
bool record_same(const struct record *a, const struct record *b);

#endif
