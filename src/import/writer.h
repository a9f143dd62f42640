/* writer.h - puts what an import reads into the store, in a thread of its own and in batches.
 *
 * Layer 3, beside import.h. Knows the store and when a batch ends; nothing of sources and formats. From writer_start to
 * writer_stop the store is the writer's. All functions are for the thread that started it. A fault of the store shows at
 * one of the next calls: they return false with *e set, and the batch is lost.
 */
#ifndef IMPORT_WRITER_H
#define IMPORT_WRITER_H

#include "store.h"

struct writer;

struct writer *writer_start(struct store *st);
/* See store_put and store_expire. Texts are copied. */
bool writer_put(struct writer *w, const struct record *r, const struct attempt *attempts, int count, int64_t window_s,
		struct err *e);
bool writer_expire(struct writer *w, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
		   struct err *e);
/* To be called now and then. `idle`: nothing comes for a while, so the batch ends here. */
bool writer_tick(struct writer *w, bool idle, struct err *e);
int64_t writer_records(const struct writer *w); /* how many were put in, as far as is known here */

/* Records in committed batches. */
struct writer_counts {
	int64_t added, changed, unchanged;
};
/* Ends the last batch and the writer. False: a batch was lost. */
bool writer_stop(struct writer *w, struct writer_counts *out, struct err *e);

#endif
