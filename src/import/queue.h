/* queue.h - what is known of the messages that a mail server has at hand, by queue id.
 *
 * Layer 3, beside import.h. Log lines of one message lie far apart and mixed with others: this remembers what the
 * early ones said until the late ones need it. Room for as many messages as a busy server works on at once, and no
 * more: the one not heard of for longest gives way, so memory stays the same however long the log. One thread.
 */
#ifndef IMPORT_QUEUE_H
#define IMPORT_QUEUE_H

#include "base.h"

enum queue_fact { QUEUE_MESSAGE_ID, QUEUE_SENDER, QUEUE_TITLE, QUEUE_FACT_COUNT };

struct queue_span {
	uint32_t start, len;
};

struct queue_entry {
	uint64_t key;    /* 0: unused */
	uint64_t heard;  /* count of calls when it was last asked for */
	int64_t first_s; /* the first line about it */
	struct buf text; /* the facts one after the other */
	struct queue_span facts[QUEUE_FACT_COUNT];
};

struct queue;

struct queue *queue_new(void);
void queue_free(struct queue *q); /* NULL is fine */

/* The entry of `key` (not 0), made when it is missing: then *first_s of it is `now_s`. Valid until the next call. */
struct queue_entry *queue_open(struct queue *q, uint64_t key, int64_t now_s);
/* The same, NULL when it is missing. */
struct queue_entry *queue_find(struct queue *q, uint64_t key);
void queue_close(struct queue *q, uint64_t key); /* the message has left the server */

/* `to` is another part of the message `from`: what is known of that holds for it, too. */
void queue_inherit(struct queue *q, uint64_t from, uint64_t to, int64_t now_s);

/* Remembers a fact, the first QUEUE_TEXT_MAX bytes of it; a later one replaces it. */
enum { QUEUE_TEXT_MAX = 1000 };
void queue_set(struct queue_entry *entry, enum queue_fact f, struct str text);
struct str queue_get(const struct queue_entry *entry, enum queue_fact f); /* "" when unknown; NULL entry is fine */

#endif
