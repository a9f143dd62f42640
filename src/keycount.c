#include "keycount.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

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
	memset(k->recent, 0, sizeof k->recent);
}

/* Of eight bytes at a time: a key is hashed for every row of the table. */
static uint64_t hash_of(struct str s)
{
	uint64_t h = s.len, part;
	size_t at = 0;
	for (; at + sizeof part <= s.len; at += sizeof part) {
		memcpy(&part, s.p + at, sizeof part);
		h = (h ^ part) * 0x9E3779B97F4A7C15u;
		h ^= h >> 32;
	}
	part = 0;
	if (at < s.len)
		memcpy(&part, s.p + at, s.len - at);
	h = (h ^ part) * 0x9E3779B97F4A7C15u;
	return h ^ h >> 32;
}

static bool has_bytes(const struct key_counts *k)
{
	return !k->most_bytes || k->bytes < k->most_bytes;
}

static struct str keep(struct key_counts *k, struct str key)
{
	k->bytes += key.len;
	return arena_str(&k->arena, key);
}

/* The slot of this text, a new one if there is room; NULL: there is none. */
static struct key_count *find(struct key_counts *k, struct str key)
{
	buf_reset(&k->folded);
	if (k->exact)
		buf_add(&k->folded, key);
	else
		text_add_folded(&k->folded, key);
	struct str folded = buf_str(&k->folded);
	uint64_t hash = hash_of(folded);
	struct key_count *s = slot_of(k, folded, hash);
	if (s->count != 0) {
		if (str_cmp(key, s->key) > 0 && has_bytes(k))
			s->key = keep(k, key);
		return s;
	}
	if ((k->most && k->count >= k->most) || !has_bytes(k))
		return NULL;
	struct str kept = keep(k, key);
	*s = (struct key_count){
		.key = kept,
		.folded = str_eq(kept, folded) ? kept : arena_str(&k->arena, folded),
		.hash = hash,
	};
	k->count++;
	return s;
}

void key_counts_add(struct key_counts *k, struct str key, int64_t n)
{
	if (k->count >= k->cap / 2)
		grow(k);
	struct key_count **recent = &k->recent[hash_of(key) % KEYS_RECENT];
	if (!*recent || !str_eq((*recent)->key, key)) { /* most come again soon, and written in the same way */
		struct key_count *s = find(k, key);
		if (!s) {
			k->more = true;
			return;
		}
		*recent = s;
	}
	(*recent)->count += n;
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
