/* worker.h - threads that answer questions, so that the screen never waits for a query.
 *
 * Layer 3. One slot per kind of question: a newer one supersedes the older, whose query is cancelled and whose answer is
 * never delivered. Questions are answered in the order of enum ask: one that is running makes room for a more urgent one, and
 * is answered anew after it; what reads all failures is read by a thread a processor. Marking and exporting run in a thread and
 * on a connection of their own. All functions are for the one thread that owns the worker.
 */
#ifndef WORKER_H
#define WORKER_H

#include "query.h"

struct worker;

/* Opens the database and starts the threads. NULL with *e set: the database cannot be browsed. */
struct worker *worker_start(const char *path, struct err *e);
/* Cancels what runs, waits for the threads (milliseconds), frees all answers. NULL is fine. */
void worker_stop(struct worker *w);

/* Reads of this descriptor become possible when answers wait. worker_wake_clear before worker_take, or a wake-up is lost. */
int worker_fd(const struct worker *w);
void worker_wake_clear(struct worker *w);

/* Copies `r`, in which callbacks and generation are ignored. Returns the generation that the answer will carry. */
unsigned worker_ask(struct worker *w, const struct request *r);
/* The newest question of this kind gets no answer any more; but an export answers with ERR_CANCEL when it has ended. */
void worker_cancel(struct worker *w, enum ask kind);
/* The next answer, the caller's to free; NULL: none waits. */
struct reply *worker_take(struct worker *w);

bool worker_is_snapshot(const struct worker *w);
const char *worker_slow(const struct worker *w); /* as store_is_slow said at the start; NULL: it is not */

#endif
