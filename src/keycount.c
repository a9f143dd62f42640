#include "keycount.h"

#include "text.h"

#include <stdlib.h>

enum { SLOTS_START = 256 };

/* Where this text is, or would be. */
static struct key_count *slot_of(const struct key_counts *k, struct str folded, uint64_t hash)
{
	for (size_t i = hash & (k->cap - 1);; i = (i + 1) & (k->cap - 1)) {
		struct key_count *s = &k->slots[i];
		if (s->count == 0 || (s->hash == hash && str_eq(s->folded, folded)))
			return s;
	}
}

static void grow(struct key_counts *k)
{
	struct key_counts old = *k;
	k->cap = old.cap ? old.cap * 2 : SLOTS_START;
	k->slots = calloc(k->cap, sizeof *k->slots);
	if (!k->slots)
		die("out of memory");
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].count)
			*slot_of(k, old.slots[i].folded, old.slots[i].hash) = old.slots[i];
	free(old.slots);
}

void key_counts_add(struct key_counts *k, struct str key, int64_t n)
{
	if (k->count >= k->cap / 2)
		grow(k);
	buf_reset(&k->folded);
	if (k->exact)
		buf_add(&k->folded, key);
	else
		text_add_folded(&k->folded, key);
	struct str folded = buf_str(&k->folded);
	uint64_t hash = str_hash(folded, 0);
	hash ^= hash >> 32; /* the table takes the low bits */
	struct key_count *s = slot_of(k, folded, hash);
	if (s->count == 0) {
		if ((k->most && k->count >= k->most) || (k->most_bytes && k->bytes >= k->most_bytes)) {
			k->more = true;
			return;
		}
		struct str kept = arena_str(&k->arena, key);
		*s = (struct key_count){
			.key = kept,
			.folded = str_eq(kept, folded) ? kept : arena_str(&k->arena, folded),
			.hash = hash,
		};
		k->count++;
		k->bytes += key.len;
	}
	s->count += n;
}

struct key_count *key_counts_list(const struct key_counts *k, struct arena *a)
{
	struct key_count *list = arena_array(a, struct key_count, k->count);
	size_t n = 0;
	for (size_t i = 0; i < k->cap; i++)
		if (k->slots[i].count)
			list[n++] = k->slots[i];
	return list;
}

void key_counts_free(struct key_counts *k)
{
	free(k->slots);
	arena_free(&k->arena);
	buf_free(&k->folded);
	*k = (struct key_counts){0};
}
