/* pending.h - emails that are not written yet: found by what may name them, and given up first in, first out.
 *
 * Layer 1. Knows records and attempts, nothing of databases. Keeps copies of all texts. Emails that wait for another try
 * (deferred) stay longer than others, of which little more will be heard. One thread.
 */
#ifndef PENDING_H
#define PENDING_H

#include "record.h"

enum { PENDING_DONE_MAX = 8192, PENDING_WAITING_MAX = 57344, PENDING_BYTES = 32 << 20 };

/* By what an email is found. 0: it has no such name. */
enum pending_name {
	NAME_SOURCE_RECIPIENT,
	NAME_MESSAGE_RECIPIENT,
	NAME_SOURCE,
	NAME_COUNT,
};

struct pending_email {
	struct record record;
	struct attempt *attempts;
	int attempt_count;
	uint64_t names[NAME_COUNT];
	void *memory; /* of texts and attempts */
	/* private */
	size_t bytes;
	struct {
		uint32_t before, after; /* slots; 0: none */
	} links[NAME_COUNT + 1];
};

struct pending;

struct pending *pending_new(void);
void pending_free(struct pending *p); /* NULL is fine */

/* The names under which a record is found; recipients are equal whatever the case of ASCII letters, as in the database. */
void pending_names(const struct record *r, uint64_t names[NAME_COUNT]);
/* Are these recipients equal in the database? */
bool pending_same_recipient(struct str a, struct str b);

struct pending_email *pending_add(struct pending *p, const struct record *r, const struct attempt *attempts, int count);
/* Replaces what is known of `m`. The new texts may be in its own memory. */
void pending_change(struct pending *p, struct pending_email *m, const struct record *r, const struct attempt *attempts,
		    int count);
/* *out gets what is known of it; its texts and attempts live until free(out->memory). */
void pending_remove(struct pending *p, struct pending_email *m, struct pending_email *out);

/* The emails of a name, newest first; NULL: no more. To go on, give the one before; it must still be there. */
struct pending_email *pending_find(struct pending *p, enum pending_name which, uint64_t name,
				   struct pending_email *before);
struct pending_email *pending_oldest(struct pending *p); /* NULL: it is empty */
/* The email to be removed because there are too many; NULL: there is room. To be asked after each one that is added. */
struct pending_email *pending_surplus(struct pending *p);

#endif
