/* worker_belt.h - hands items to a thread that works on them in their order.
 *
 * Layer 3. The items go round: taken, filled, sent, worked on, and taken again. All functions are for the one thread that
 * started the belt. What it wrote into an item the other thread sees, and the other way round; nothing else is guarded.
 */
#ifndef WORKER_BELT_H
#define WORKER_BELT_H

#include "base.h"

enum { BELT_ITEMS = 4 };

struct belt;

/* `work` runs in the other thread; no signal is handled there. Where no thread can be started, it runs in belt_send. */
struct belt *belt_start(void (*work)(void *ctx, void *item), void *ctx, void *const items[BELT_ITEMS]);
/* An item that has been worked on, or is new; waits until there is one. To be sent before the next is taken. */
void *belt_take(struct belt *b);
void belt_send(struct belt *b, void *item);
void belt_wait(struct belt *b); /* until all that was sent is worked on */
void belt_stop(struct belt *b); /* waits until all that was sent is worked on; frees the belt, not the items */

#endif
