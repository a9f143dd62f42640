#include "idset.h"

#include <stdlib.h>
#include <string.h>

/* Where `id` is, or the free slot where it would go. */
static size_t place(const struct idset *s, int64_t id)
{
	uint64_t h = (uint64_t)id * 0x9E3779B97F4A7C15u;
	size_t i = (size_t)(h >> 20) & (s->cap - 1);
	while (s->slots[i] != 0 && s->slots[i] != id)
		i = (i + 1) & (s->cap - 1);
	return i;
}

static void grow(struct idset *s)
{
	struct idset bigger = {.cap = s->cap ? s->cap * 2 : 64, .count = s->count};
	bigger.slots = calloc(bigger.cap, sizeof *bigger.slots);
	if (!bigger.slots)
		die("out of memory: %zu marks", s->count);
	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i] != 0)
			bigger.slots[place(&bigger, s->slots[i])] = s->slots[i];
	free(s->slots);
	*s = bigger;
}

bool idset_has(const struct idset *s, int64_t id)
{
	return id != 0 && s->count > 0 && s->slots[place(s, id)] == id;
}

void idset_add(struct idset *s, int64_t id)
{
	if (id == 0)
		return;
	if ((s->count + 1) * 2 > s->cap)
		grow(s);
	size_t i = place(s, id);
	s->count += s->slots[i] == 0;
	s->slots[i] = id;
}

void idset_remove(struct idset *s, int64_t id)
{
	if (!idset_has(s, id))
		return;
	size_t hole = place(s, id);
	s->slots[hole] = 0;
	s->count--;
	/* Those behind the hole may have been pushed there by it: put them in again. */
	for (size_t i = (hole + 1) & (s->cap - 1); s->slots[i] != 0; i = (i + 1) & (s->cap - 1)) {
		int64_t moved = s->slots[i];
		s->slots[i] = 0;
		s->slots[place(s, moved)] = moved;
	}
}

void idset_clear(struct idset *s)
{
	if (s->slots)
		memset(s->slots, 0, s->cap * sizeof *s->slots);
	s->count = 0;
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

int64_t *idset_list(const struct idset *s, struct arena *a)
{
	int64_t *ids = arena_array(a, int64_t, s->count);
	size_t n = 0;
	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i] != 0)
			ids[n++] = s->slots[i];
	qsort(ids, n, sizeof *ids, by_id);
	return ids;
}

void idset_free(struct idset *s)
{
	free(s->slots);
	*s = (struct idset){0};
}
