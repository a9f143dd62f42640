#include "pending.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = PENDING_DONE_MAX + PENDING_WAITING_MAX + 2, BUCKETS = 131072, IN_ORDER = NAME_COUNT };

struct pending {
	struct pending_email slots[SLOTS]; /* the first is none */
	uint32_t free;                     /* the first free slot; links[IN_ORDER].after is the next one */
	uint32_t used;                     /* slots that have ever been taken */
	struct order {
		uint32_t oldest, newest, count;
	} orders[2]; /* of emails that are done, that wait */
	size_t bytes;
	uint32_t heads[NAME_COUNT][BUCKETS];
};

static void *must(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

struct pending *pending_new(void)
{
	return must(calloc(1, sizeof(struct pending)));
}

void pending_free(struct pending *p)
{
	for (uint32_t i = 1; p && i <= p->used; i++)
		free(p->slots[i].memory);
	free(p);
}

/* ---- names ---- */

static uint64_t mixed(uint64_t h)
{
	h = (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
	h ^= h >> 32;
	return h ? h : 1;
}

/* SQLite's NOCASE looks no further than a NUL. */
static struct str compared(struct str s)
{
	const char *nul = s.len ? memchr(s.p, '\0', s.len) : NULL;
	return nul ? str_slice(s, 0, (size_t)(nul - s.p)) : s;
}

bool pending_same_recipient(struct str a, struct str b)
{
	return a.len == b.len && str_eq_nocase(compared(a), compared(b));
}

static uint64_t hash_recipient(struct str s)
{
	uint64_t h = 0xCBF29CE484222325u ^ s.len;
	s = compared(s);
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		h = (h ^ (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c)) * 0x100000001B3u;
	}
	return h;
}

void pending_names(const struct record *r, uint64_t names[NAME_COUNT])
{
	uint64_t to = hash_recipient(r->recipient);
	names[NAME_SOURCE_RECIPIENT] = r->source_key ? mixed(to ^ mixed(r->source_key)) : 0;
	names[NAME_MESSAGE_RECIPIENT] = r->message_id.len ? mixed(str_hash(r->message_id, to)) : 0;
	names[NAME_SOURCE] = r->source_key ? mixed(r->source_key + NAME_SOURCE) : 0;
}

/* ---- lists ---- */

static uint32_t slot_of(const struct pending *p, const struct pending_email *m)
{
	return (uint32_t)(m - p->slots);
}

static uint32_t *head_of(struct pending *p, int list, uint64_t name)
{
	return &p->heads[list][name % BUCKETS];
}

static void link_name(struct pending *p, struct pending_email *m, int list)
{
	uint32_t slot = slot_of(p, m), *head = head_of(p, list, m->names[list]);
	m->links[list].before = 0;
	m->links[list].after = *head;
	if (*head)
		p->slots[*head].links[list].before = slot;
	*head = slot;
}

static void unlink_name(struct pending *p, struct pending_email *m, int list)
{
	uint32_t before = m->links[list].before, after = m->links[list].after;
	*(before ? &p->slots[before].links[list].after : head_of(p, list, m->names[list])) = after;
	if (after)
		p->slots[after].links[list].before = before;
}

static struct order *order_of(struct pending *p, const struct pending_email *m)
{
	return &p->orders[m->record.outcome == OUTCOME_DEFERRED];
}

static void link_newest(struct pending *p, struct pending_email *m)
{
	struct order *o = order_of(p, m);
	uint32_t slot = slot_of(p, m);
	m->links[IN_ORDER].before = o->newest;
	m->links[IN_ORDER].after = 0;
	*(o->newest ? &p->slots[o->newest].links[IN_ORDER].after : &o->oldest) = slot;
	o->newest = slot;
	o->count++;
}

static void unlink_order(struct pending *p, struct pending_email *m)
{
	struct order *o = order_of(p, m);
	uint32_t before = m->links[IN_ORDER].before, after = m->links[IN_ORDER].after;
	*(before ? &p->slots[before].links[IN_ORDER].after : &o->oldest) = after;
	*(after ? &p->slots[after].links[IN_ORDER].before : &o->newest) = before;
	o->count--;
}

/* ---- emails ---- */

static void keep(struct pending *p, struct pending_email *m, const struct record *r, const struct attempt *attempts,
		 int count)
{
	struct record copy;
	void *old = m->memory;
	size_t n = record_copy_size(r, attempts, count);
	m->memory = must(malloc(n + 1));
	m->attempts = record_copy(m->memory, r, attempts, count, &copy);
	m->attempt_count = count;
	m->record = copy;
	p->bytes += n - m->bytes;
	m->bytes = n;
	free(old);
}

struct pending_email *pending_add(struct pending *p, const struct record *r, const struct attempt *attempts, int count)
{
	uint32_t slot = p->free ? p->free : ++p->used;
	if (slot == SLOTS)
		die("too many emails are pending");
	struct pending_email *m = &p->slots[slot];
	p->free = p->free ? m->links[IN_ORDER].after : 0;
	*m = (struct pending_email){0};
	keep(p, m, r, attempts, count);
	pending_names(r, m->names);
	for (int i = 0; i < NAME_COUNT; i++)
		if (m->names[i])
			link_name(p, m, i);
	link_newest(p, m);
	return m;
}

void pending_change(struct pending *p, struct pending_email *m, const struct record *r, const struct attempt *attempts,
		    int count)
{
	uint64_t names[NAME_COUNT];
	unlink_order(p, m);
	keep(p, m, r, attempts, count);
	link_newest(p, m);
	pending_names(&m->record, names);
	for (int i = 0; i < NAME_COUNT; i++) {
		if (names[i] == m->names[i])
			continue;
		if (m->names[i])
			unlink_name(p, m, i);
		m->names[i] = names[i];
		if (names[i])
			link_name(p, m, i);
	}
}

void pending_remove(struct pending *p, struct pending_email *m, struct pending_email *out)
{
	for (int i = 0; i < NAME_COUNT; i++)
		if (m->names[i])
			unlink_name(p, m, i);
	unlink_order(p, m);
	p->bytes -= m->bytes;
	*out = *m;
	*m = (struct pending_email){0};
	m->links[IN_ORDER].after = p->free;
	p->free = slot_of(p, m);
}

struct pending_email *pending_find(struct pending *p, enum pending_name which, uint64_t name,
				   struct pending_email *before)
{
	uint32_t slot = name == 0 ? 0 : before ? before->links[which].after : *head_of(p, (int)which, name);
	while (slot && p->slots[slot].names[which] != name)
		slot = p->slots[slot].links[which].after;
	return slot ? &p->slots[slot] : NULL;
}

static struct pending_email *oldest_of(struct pending *p, bool waits)
{
	uint32_t slot = p->orders[waits].oldest;
	return slot ? &p->slots[slot] : NULL;
}

struct pending_email *pending_oldest(struct pending *p)
{
	struct pending_email *m = oldest_of(p, false);
	return m ? m : oldest_of(p, true);
}

struct pending_email *pending_surplus(struct pending *p)
{
	if (p->orders[true].count > PENDING_WAITING_MAX)
		return oldest_of(p, true);
	return p->orders[false].count > PENDING_DONE_MAX || p->bytes > PENDING_BYTES ? pending_oldest(p) : NULL;
}
