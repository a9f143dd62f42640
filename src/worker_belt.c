#include "worker_belt.h"

#include "worker_threads.h"

#include <stdlib.h>

/* A ring: items [done, sent) wait for the thread, all others for belt_take. */
struct belt {
	pthread_t thread;
	bool alone;           /* no thread could be started: who sends works */
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t moved;
	void *items[BELT_ITEMS];
	unsigned taken, sent, done; /* counts */
	bool stop;
	void (*work)(void *ctx, void *item);
	void *ctx;
};

static void *belt_main(void *arg)
{
	struct belt *b = arg;
	pthread_mutex_lock(&b->lock);
	for (;;) {
		while (b->done == b->sent && !b->stop)
			pthread_cond_wait(&b->moved, &b->lock);
		if (b->done == b->sent)
			break;
		void *item = b->items[b->done % BELT_ITEMS];
		pthread_mutex_unlock(&b->lock);
		b->work(b->ctx, item);
		pthread_mutex_lock(&b->lock);
		b->done++;
		pthread_cond_signal(&b->moved);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

struct belt *belt_start(void (*work)(void *ctx, void *item), void *ctx, void *const items[BELT_ITEMS])
{
	struct belt *b = calloc(1, sizeof *b);
	if (!b)
		die("out of memory");
	b->work = work;
	b->ctx = ctx;
	for (int i = 0; i < BELT_ITEMS; i++)
		b->items[i] = items[i];
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->moved, NULL);
	b->alone = thread_start(&b->thread, belt_main, b) != 0;
	return b;
}

void *belt_take(struct belt *b)
{
	pthread_mutex_lock(&b->lock);
	while (b->taken - b->done == BELT_ITEMS)
		pthread_cond_wait(&b->moved, &b->lock);
	void *item = b->items[b->taken++ % BELT_ITEMS];
	pthread_mutex_unlock(&b->lock);
	return item;
}

void belt_send(struct belt *b, void *item)
{
	if (b->alone)
		b->work(b->ctx, item);
	pthread_mutex_lock(&b->lock);
	b->items[b->sent++ % BELT_ITEMS] = item;
	b->done += b->alone;
	pthread_cond_signal(&b->moved);
	pthread_mutex_unlock(&b->lock);
}

void belt_wait(struct belt *b)
{
	pthread_mutex_lock(&b->lock);
	while (b->done != b->sent)
		pthread_cond_wait(&b->moved, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

void belt_stop(struct belt *b)
{
	pthread_mutex_lock(&b->lock);
	b->stop = true;
	pthread_cond_signal(&b->moved);
	pthread_mutex_unlock(&b->lock);
	if (!b->alone)
		pthread_join(b->thread, NULL);
	pthread_cond_destroy(&b->moved);
	pthread_mutex_destroy(&b->lock);
	free(b);
}
