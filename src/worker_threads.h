/* worker_threads.h - threads: how many, how they start, and one function in several of them.
 *
 * Layer 3.
 */
#ifndef WORKER_THREADS_H
#define WORKER_THREADS_H

#include "base.h"

#include <pthread.h>

/* As many as this process may use processors, `most` at the most. */
int threads_wanted(int most);
/* Starts a thread in which no signal is handled but its own faults: all others are for the thread that waits for input.
 * Returns what pthread_create returns. */
int thread_start(pthread_t *thread, void *(*main)(void *ctx), void *ctx);
/* Calls fn(ctx, i) for all i below `count`, 0 in the calling thread, the others in threads of their own, or where none can be
 * started, not at all: 0 must do their work then. Returns when all have returned. */
void threads_run(int count, void (*fn)(void *ctx, int i), void *ctx);

#endif
