#include "import/queue.h"

#include <stdlib.h>

/* Postfix works on 20,000 messages at a time unless told otherwise (qmgr_message_active_limit). A key may lie in any of
 * WAYS places of its row. */
enum {
	ROWS = 4096,
	WAYS = 8,
	TEXT_KEPT = 1024,
	TEXT_MAX = 4096, /* of one message: all facts together, and room to replace one */
};

struct queue {
	uint64_t calls;
	struct queue_entry *rows[ROWS]; /* NULL: nothing there yet */
};

static void *must_calloc(size_t n, size_t size)
{
	void *p = calloc(n, size);
	if (!p)
		die("out of memory");
	return p;
}

struct queue *queue_new(void)
{
	return must_calloc(1, sizeof(struct queue));
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t j = 0; q->rows[i] && j < WAYS; j++)
			buf_free(&q->rows[i][j].text);
		free(q->rows[i]);
	}
	free(q);
}

static struct queue_entry **row_of(struct queue *q, uint64_t key)
{
	return &q->rows[(key ^ key >> 32) % ROWS];
}

struct queue_entry *queue_find(struct queue *q, uint64_t key)
{
	struct queue_entry *row = *row_of(q, key);
	for (size_t i = 0; row && i < WAYS; i++) {
		if (row[i].key == key) {
			row[i].heard = ++q->calls;
			return &row[i];
		}
	}
	return NULL;
}

static void entry_clear(struct queue_entry *entry)
{
	struct buf text = entry->text;
	buf_reset(&text);
	if (text.cap > TEXT_KEPT)
		buf_free(&text);
	*entry = (struct queue_entry){.text = text};
}

struct queue_entry *queue_open(struct queue *q, uint64_t key, int64_t now_s)
{
	struct queue_entry *found = queue_find(q, key);
	if (found)
		return found;
	struct queue_entry **row_at = row_of(q, key);
	if (!*row_at)
		*row_at = must_calloc(WAYS, sizeof **row_at);
	struct queue_entry *row = *row_at, *oldest = row;
	for (size_t i = 1; i < WAYS; i++)
		if (row[i].heard < oldest->heard) /* 0 when unused */
			oldest = &row[i];
	entry_clear(oldest);
	oldest->key = key;
	oldest->heard = ++q->calls;
	oldest->first_s = now_s;
	return oldest;
}

void queue_close(struct queue *q, uint64_t key)
{
	struct queue_entry *found = queue_find(q, key);
	if (found)
		entry_clear(found);
}

struct str queue_get(const struct queue_entry *entry, enum queue_fact f)
{
	return entry ? str_slice(buf_str(&entry->text), entry->facts[f].start, entry->facts[f].len) : STR("");
}

void queue_set(struct queue_entry *entry, enum queue_fact f, struct str text)
{
	text = str_slice(text, 0, QUEUE_TEXT_MAX);
	if (str_eq(queue_get(entry, f), text))
		return;
	/* A changed fact is rare: it goes behind the others, and when those pile up all are written anew. */
	if (entry->text.len + text.len > TEXT_MAX) {
		struct buf anew = {0};
		for (int i = 0; i < QUEUE_FACT_COUNT; i++) {
			struct str old = i == (int)f ? STR("") : queue_get(entry, (enum queue_fact)i);
			entry->facts[i] = (struct queue_span){(uint32_t)anew.len, (uint32_t)old.len};
			buf_add(&anew, old);
		}
		buf_free(&entry->text);
		entry->text = anew;
	}
	entry->facts[f] = (struct queue_span){(uint32_t)entry->text.len, (uint32_t)text.len};
	buf_add(&entry->text, text);
}

void queue_inherit(struct queue *q, uint64_t from, uint64_t to, int64_t now_s)
{
	const struct queue_entry *known = queue_find(q, from);
	struct queue_entry *entry = queue_open(q, to, now_s);
	if (!known || known == entry || known->key != from) /* it may have given way */
		return;
	entry->first_s = known->first_s;
	for (int i = 0; i < QUEUE_FACT_COUNT; i++)
		queue_set(entry, (enum queue_fact)i, queue_get(known, (enum queue_fact)i));
}
