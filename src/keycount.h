/* keycount.h - how often each of many texts comes.
 *
 * Layer 1. Knows that case does not matter, unless told otherwise; never what the texts are. One thread. Zero-initialise, free.
 */
#ifndef KEYCOUNT_H
#define KEYCOUNT_H

#include "base.h"

struct key_count {
	struct str key;    /* of all ways in which it was written the last in the order of bytes: small letters */
	struct str folded; /* by text_fold() */
	uint64_t hash;     /* of `folded` */
	int64_t count;     /* 0: a free slot */
};

enum { KEYS_RECENT = 256 };

struct key_counts {
	struct key_count *slots; /* an open hash table */
	size_t cap, count;
	size_t most, most_bytes;               /* of distinct texts; further ones are not counted. 0: all are */
	size_t bytes;                          /* of their keys */
	bool exact;                            /* case does matter */
	bool more;                             /* some were not counted */
	struct arena arena;                    /* of the texts */
	struct buf folded;                     /* the newest text */
	struct key_count *recent[KEYS_RECENT]; /* slots, by the hash of their key */
};

void key_counts_add(struct key_counts *k, struct str key, int64_t n);
/* All that were counted, in no order; the array belongs to `a`, the texts to `k`. */
struct key_count *key_counts_list(const struct key_counts *k, struct arena *a);
void key_counts_free(struct key_counts *k);

#endif
