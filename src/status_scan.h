/* status_scan.h - the codes that stand in a status text, in order; private to status.c.
 *
 * Layer 1. Decides what is a code by its form and by the words around it (status_words.h), not which one explains the
 * failure. Linear in the text's length. No state.
 */
#ifndef STATUS_SCAN_H
#define STATUS_SCAN_H

#include "status.h"

/* A reply as "550 5.1.1", a basic code alone, or an enhanced code alone. */
struct status_hit {
	struct ecode code; /* cls 0: none */
	int basic;         /* 0: none */
	struct span code_at, basic_at;
	bool relay; /* the word of a relay: "Status: 5.0.0", "dsn=5.0.0" */
};

/* More different codes than any honest text holds; the first ones count. */
enum { STATUS_HITS_MAX = 16 };

struct status_hits {
	struct status_hit hit[STATUS_HITS_MAX]; /* no two with the same codes */
	size_t count;
};

void status_scan(struct str text, struct status_hits *out);

#endif
