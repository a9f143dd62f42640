/* idset.h - a set of record ids: the marks. Layer 0. One thread. Zero-initialise. */
#ifndef IDSET_H
#define IDSET_H

#include "base.h"

struct idset {
	int64_t *slots; /* open addressing; 0 is free, so id 0 is never in a set */
	size_t cap, count;
};

bool idset_has(const struct idset *s, int64_t id);
void idset_add(struct idset *s, int64_t id);
void idset_remove(struct idset *s, int64_t id);
void idset_clear(struct idset *s);
/* All ids, ascending; the array belongs to `a`. */
int64_t *idset_list(const struct idset *s, struct arena *a);
void idset_free(struct idset *s);

#endif
