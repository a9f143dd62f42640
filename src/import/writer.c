#include "import/writer.h"
#include "worker_belt.h"

#include <stdlib.h>
#include <string.h>

enum {
	BATCH_PUTS = 100000, /* a transaction ends after so many records or so long */
	BATCH_MS = 5000,
	LOAD_BYTES = 256 * 1024, /* go to the thread at once, or what came in so long */
	LOAD_MS = 250,
	ALIGN = 16,
};

/* One call of writer_put or writer_expire. */
struct order {
	size_t size; /* with all that it points to, which lies behind it */
	bool expire;
	struct record record; /* to expire: its source_key, time and sender */
	struct attempt *attempts;
	int count;
	int64_t window_s;
};

/* What goes on the belt: orders one behind the other. */
struct load {
	char *bytes;
	size_t used, cap;
	bool last_of_batch; /* commit behind it */
	int64_t records;    /* out: put in until now */
	bool failed;        /* out */
	struct err e;       /* out: why */
};

struct writer {
	struct belt *belt;
	struct load loads[BELT_ITEMS];
	/* of the thread that started it */
	struct load *load; /* being filled; NULL: none */
	int64_t sent_ms, records;
	bool dirty; /* something was sent since the last batch ended */
	/* of the other thread; after writer_stop, of the first */
	struct store *store;
	bool in_batch, any_batch;
	int puts;
	int64_t batch_ms;
	struct writer_counts now, kept; /* kept: with the last commit */
	bool failed;
	struct err e;
};

/* ---- in the other thread ---- */

static bool batch_begin(struct writer *w)
{
	if (w->in_batch)
		return true;
	if (!(w->any_batch ? store_begin(w->store, &w->e) : store_begin_first(w->store, &w->e)))
		return false;
	w->in_batch = w->any_batch = true;
	w->puts = 0;
	w->batch_ms = clock_ms();
	return true;
}

static bool batch_end(struct writer *w)
{
	if (!w->in_batch)
		return true;
	w->in_batch = false;
	if (!store_commit(w->store, &w->e))
		return false;
	w->kept = w->now;
	return true;
}

static bool carry_out(struct writer *w, struct order *o)
{
	enum put what;
	int64_t changed = 0;
	if (!batch_begin(w))
		return false;
	w->puts++;
	if (o->expire) {
		const struct record *r = &o->record;
		if (!store_expire(w->store, r->source_key, r->time, o->window_s, r->sender, &changed, &w->e))
			return false;
		w->now.changed += changed;
		return true;
	}
	if (!store_put(w->store, &o->record, o->attempts, o->count, o->window_s, &what, &w->e))
		return false;
	w->now.added += what == PUT_ADDED;
	w->now.changed += what == PUT_CHANGED;
	w->now.unchanged += what == PUT_UNCHANGED;
	return true;
}

static bool carry_out_all(struct writer *w, const struct load *l)
{
	struct order *o;
	for (size_t at = 0; at < l->used; at += o->size) {
		o = (struct order *)(void *)(l->bytes + at);
		if (!carry_out(w, o))
			return false;
	}
	bool full = !store_is_first(w->store) && (w->puts >= BATCH_PUTS || clock_ms() - w->batch_ms >= BATCH_MS);
	return !(l->last_of_batch || full) || batch_end(w);
}

static void work(void *ctx, void *item)
{
	struct writer *w = ctx;
	struct load *l = item;
	if (!w->failed && !carry_out_all(w, l)) {
		w->failed = true;
		store_rollback(w->store);
	}
	l->records = w->now.added + w->now.changed + w->now.unchanged;
	l->failed = w->failed;
	l->e = w->e;
}

/* ---- in the thread that reads ---- */

struct writer *writer_start(struct store *st)
{
	struct writer *w = calloc(1, sizeof *w);
	void *items[BELT_ITEMS];
	if (!w)
		die("out of memory");
	for (int i = 0; i < BELT_ITEMS; i++)
		items[i] = &w->loads[i];
	w->store = st;
	w->sent_ms = clock_ms();
	w->belt = belt_start(work, w, items);
	return w;
}

static bool load_take(struct writer *w, struct err *e)
{
	if (!w->load) {
		w->load = belt_take(w->belt);
		w->load->used = 0;
		w->load->last_of_batch = false;
		w->records = w->load->records > w->records ? w->load->records : w->records;
	}
	if (w->load->failed)
		*e = w->load->e;
	return !w->load->failed;
}

static void load_send(struct writer *w, bool last_of_batch)
{
	w->load->last_of_batch = last_of_batch;
	w->dirty = !last_of_batch && (w->dirty || w->load->used > 0);
	belt_send(w->belt, w->load);
	w->load = NULL;
	w->sent_ms = clock_ms();
}

/* Room behind the orders that are there; NULL with *e set: the store has failed. */
static struct order *order_add(struct writer *w, size_t extra, struct err *e)
{
	size_t size = (sizeof(struct order) + extra + ALIGN - 1) / ALIGN * ALIGN;
	if (w->load && w->load->used && w->load->used + size > w->load->cap)
		load_send(w, false);
	if (!load_take(w, e))
		return NULL;
	struct load *l = w->load;
	if (l->used + size > l->cap) { /* it is empty */
		free(l->bytes);
		l->cap = size > LOAD_BYTES ? size : LOAD_BYTES;
		l->bytes = malloc(l->cap);
		if (!l->bytes)
			die("out of memory");
	}
	struct order *o = (struct order *)(void *)(l->bytes + l->used);
	l->used += size;
	*o = (struct order){.size = size};
	return o;
}

bool writer_put(struct writer *w, const struct record *r, const struct attempt *attempts, int count, int64_t window_s,
		struct err *e)
{
	struct order *o = order_add(w, record_copy_size(r, attempts, count), e);
	if (!o)
		return false;
	o->attempts = record_copy(o + 1, r, attempts, count, &o->record);
	o->count = count;
	o->window_s = window_s;
	return true;
}

bool writer_expire(struct writer *w, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
		   struct err *e)
{
	const struct record r = {.source_key = source_key, .time = time_s, .sender = sender};
	struct order *o = order_add(w, record_copy_size(&r, NULL, 0), e);
	if (!o)
		return false;
	record_copy(o + 1, &r, NULL, 0, &o->record);
	o->expire = true;
	o->window_s = window_s;
	return true;
}

bool writer_tick(struct writer *w, bool idle, struct err *e)
{
	bool due = clock_ms() - w->sent_ms >= LOAD_MS;
	if (!(idle || due) || !(w->dirty || w->load))
		return true;
	if (!load_take(w, e))
		return false;
	load_send(w, idle);
	return true;
}

int64_t writer_records(const struct writer *w)
{
	return w->records;
}

bool writer_stop(struct writer *w, struct writer_counts *out, struct err *e)
{
	struct err late = {0};
	if (load_take(w, &late))
		load_send(w, true);
	belt_stop(w->belt);
	bool ok = !w->failed;
	if (!ok)
		*e = w->e;
	*out = w->kept;
	for (int i = 0; i < BELT_ITEMS; i++)
		free(w->loads[i].bytes);
	free(w);
	return ok;
}
