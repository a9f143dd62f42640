#include "export_readers.h"

#include "export_lines.h"
#include "worker_threads.h"

#include <stdatomic.h>
#include <time.h>

enum {
	BLOCK_BYTES = 1 << 20, /* formatted before its turn by another one, at most, */
	BLOCKS = 16,           /* of each of so many slices */
	POLL_MS = 20,          /* between two looks at `cancelled` by who waits */
};

struct reader {
	struct pool *pool;
	struct store *store;
	pthread_t thread;
	bool started;
	bool caller;   /* runs in the thread that has called; only there are callbacks called */
	unsigned turn; /* of the slice being read */
	struct export_lines lines;
	int64_t counted; /* of its rows, those in pool->rows */
	struct err err;
};

/* The lines of a slice that is not to be written yet. */
struct block {
	bool ready;
	struct buf lines;
};

struct pool {
	const struct export_options *o;
	const struct scope *scope;
	struct outfile *file;
	atomic_bool stop;  /* it failed or was cancelled; or all is done */
	atomic_uint turn;  /* of the slice whose lines come next in the file. Changed with the lock held */
	atomic_llong rows; /* about so many, for the progress */

	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t moved; /* `turn`, `stop` or `others` has changed */
	int others;           /* readers besides the caller that have begun, and not ended */
	unsigned next;        /* turn of the next slice */
	bool all_taken;
	struct slice last;           /* that was taken */
	struct block blocks[BLOCKS]; /* of turn `n` at n % BLOCKS */
	struct err err;
	struct export_result result; /* of the readers that have ended */
};

/* ---- turns ---- */

static void stop(struct pool *p, const struct err *e)
{
	pthread_mutex_lock(&p->lock);
	if (p->err.kind == ERR_NONE)
		p->err = *e;
	atomic_store(&p->stop, true);
	pthread_cond_broadcast(&p->moved);
	pthread_mutex_unlock(&p->lock);
}

static bool is_stopped(void *ctx)
{
	struct pool *p = ctx;
	return atomic_load(&p->stop);
}

/* The caller's callback is asked by the caller alone. */
static bool goes_on(struct reader *r)
{
	const struct export_options *o = r->pool->o;
	if (r->caller && o->cancelled && o->cancelled(o->ctx)) {
		struct err e = {0};
		err_set(&e, ERR_CANCEL, "stopped; nothing was written");
		stop(r->pool, &e);
	}
	return !is_stopped(r->pool);
}

static bool has_turn(const struct reader *r)
{
	return atomic_load(&r->pool->turn) == r->turn;
}

/* With the lock held: waits until something has moved, or a little. */
static void wait_moved(struct pool *p)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += POLL_MS * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&p->moved, &p->lock, &until);
}

static bool await_turn(struct reader *r)
{
	struct pool *p = r->pool;
	while (!has_turn(r) && goes_on(r)) {
		pthread_mutex_lock(&p->lock);
		if (!has_turn(r) && !is_stopped(p))
			wait_moved(p);
		pthread_mutex_unlock(&p->lock);
	}
	return has_turn(r) && goes_on(r);
}

static bool flush(struct reader *r)
{
	bool ok = outfile_write(r->pool->file, buf_str(&r->lines.out), &r->err);
	buf_reset(&r->lines.out);
	return ok;
}

static void swap(struct buf *a, struct buf *b)
{
	struct buf was = *a;
	*a = *b;
	*b = was;
}

/* Before its turn: leaves the lines of the slice to who will write what comes before. */
static bool left_behind(struct reader *r)
{
	struct pool *p = r->pool;
	pthread_mutex_lock(&p->lock);
	bool early = !has_turn(r);
	if (early) {
		struct block *b = &p->blocks[r->turn % BLOCKS];
		swap(&b->lines, &r->lines.out);
		b->ready = true;
	}
	pthread_mutex_unlock(&p->lock);
	return early;
}

/* Passes the turn on. True: to a slice that was left behind, which is this reader's now, and whose lines it has to write. */
static bool pass_turn(struct reader *r)
{
	struct pool *p = r->pool;
	pthread_mutex_lock(&p->lock);
	unsigned turn = atomic_fetch_add(&p->turn, 1) + 1;
	struct block *b = &p->blocks[turn % BLOCKS];
	bool ready = b->ready;
	if (ready) {
		r->turn = turn;
		swap(&b->lines, &r->lines.out);
		b->ready = false;
	}
	pthread_cond_broadcast(&p->moved);
	pthread_mutex_unlock(&p->lock);
	return ready;
}

static bool hand_in(struct reader *r)
{
	if (left_behind(r))
		return true;
	do {
		if (!flush(r))
			return false;
	} while (pass_turn(r));
	return true;
}

/* ---- rows ---- */

/* Now and then: for every row the readers would wait for each other's processor. */
static void count_rows(struct reader *r)
{
	struct pool *p = r->pool;
	int64_t more = r->lines.rows - r->counted;
	int64_t rows = atomic_fetch_add(&p->rows, more) + more;
	r->counted = r->lines.rows;
	if (r->caller && p->o->progress)
		p->o->progress(p->o->ctx, rows);
}

static bool each(void *ctx, const struct record *record, struct err *e)
{
	struct reader *r = ctx;
	if (!goes_on(r))
		return err_set(e, ERR_CANCEL, "stopped; nothing was written");
	if (!export_lines_add(&r->lines, r->store, record, e))
		return false;
	if (r->lines.rows - r->counted >= PROGRESS_ROWS)
		count_rows(r);
	if (r->lines.out.len < (has_turn(r) ? LINES_BYTES : BLOCK_BYTES))
		return true;
	return (await_turn(r) && flush(r)) || err_set(e, ERR_CANCEL, "stopped; nothing was written");
}

/* The next slice that nobody has, not too far ahead of what is written. */
static bool take(struct reader *r, struct slice *s)
{
	struct pool *p = r->pool;
	bool far = true, ok = false;
	while (far && goes_on(r)) {
		pthread_mutex_lock(&p->lock);
		far = !p->all_taken && p->next - atomic_load(&p->turn) >= BLOCKS;
		if (far) {
			wait_moved(p);
		} else if (!p->all_taken) {
			*s = (struct slice){.until_s = p->last.from_s};
			r->turn = p->next++;
			ok = store_slice(r->store, p->scope, s, &r->err);
			p->last = *s;
			p->all_taken = !ok || s->from_s == INT64_MIN;
		}
		pthread_mutex_unlock(&p->lock);
	}
	return ok;
}

/* Nobody but the caller may ask whether it is cancelled: it does so also when nothing is left for it to read. What another has
 * taken may be long. */
static void await_others(struct reader *r)
{
	struct pool *p = r->pool;
	bool some = true;
	while (some && goes_on(r)) {
		pthread_mutex_lock(&p->lock);
		some = p->others > 0;
		if (some)
			wait_moved(p);
		pthread_mutex_unlock(&p->lock);
	}
}

static void count_others(struct pool *p, int more)
{
	pthread_mutex_lock(&p->lock);
	p->others += more;
	pthread_cond_broadcast(&p->moved);
	pthread_mutex_unlock(&p->lock);
}

static void *reader_main(void *ctx)
{
	struct reader *r = ctx;
	struct slice s;
	const struct each each_row = {export_lines_reads(r->pool->o), each, r};
	while (take(r, &s) && store_each_in(r->store, r->pool->scope, &s, &each_row, &r->err) && hand_in(r))
		;
	/* A failure counts when all before it is written: so it is the same one whoever met it. */
	if (r->err.kind != ERR_NONE && await_turn(r))
		stop(r->pool, &r->err);
	pthread_mutex_lock(&r->pool->lock);
	r->pool->result.rows += r->lines.rows;
	r->pool->result.guarded += r->lines.guarded;
	pthread_mutex_unlock(&r->pool->lock);
	if (r->caller)
		await_others(r);
	else
		count_others(r->pool, -1);
	return NULL;
}

/* ---- several ---- */

static int wanted_readers(const struct export_options *o)
{
	int n = o->readers;
	return n < 1 ? threads_wanted(READERS_MAX) : n > READERS_MAX ? READERS_MAX : n;
}

/* Is there more than one slice? Else another reader would be opened for nothing. */
static bool is_large(struct store *st, const struct scope *s)
{
	struct slice first = {.until_s = INT64_MAX};
	struct err ignored = {0};
	return store_slice(st, s, &first, &ignored) && first.from_s != INT64_MIN;
}

/* Opens others beside `st`, and holds them all in one state. */
static bool open_readers(struct store *st, struct pool *p, struct reader *readers, int *count, struct err *e)
{
	struct store *all[READERS_MAX] = {st};
	int n = 1, wanted = wanted_readers(p->o);
	bool same;
	while (n < wanted && (n > 1 || is_large(st, p->scope)) && (all[n] = store_open_beside(st)))
		n++;
	bool ok = store_hold(all, n, &same, e);
	*count = ok && same ? n : 1;
	for (int i = *count; i < n; i++)
		store_close(all[i]);
	for (int i = 0; i < *count; i++)
		readers[i] =
			(struct reader){.pool = p, .store = all[i], .caller = i == 0, .lines = {.o = p->o}, .turn = 0};
	return ok;
}

static void start(struct reader *r)
{
	store_set_stale(r->store, is_stopped, r->pool);
	count_others(r->pool, 1);
	r->started = thread_start(&r->thread, reader_main, r) == 0;
	if (!r->started) /* the others do its work */
		count_others(r->pool, -1);
}

static void finish(struct reader *r)
{
	struct err ignored = {0};
	if (r->started)
		pthread_join(r->thread, NULL);
	export_lines_free(&r->lines);
	if (r->caller)
		return;
	store_let_go(r->store, true, &ignored);
	store_close(r->store);
}

bool export_readers(struct store *st, const struct scope *s, const struct export_options *o, struct outfile *file,
		    struct export_result *result, struct err *e)
{
	struct pool p = {.o = o, .scope = s, .file = file, .last = {.from_s = INT64_MAX}};
	struct reader readers[READERS_MAX];
	int count;
	if (!open_readers(st, &p, readers, &count, e))
		return false;
	pthread_condattr_t monotonic;
	pthread_mutex_init(&p.lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&p.moved, &monotonic);
	pthread_condattr_destroy(&monotonic);
	for (int i = 1; i < count; i++)
		start(&readers[i]);
	reader_main(&readers[0]);
	for (int i = 0; i < count; i++)
		finish(&readers[i]);
	for (int i = 0; i < BLOCKS; i++)
		buf_free(&p.blocks[i].lines);
	pthread_cond_destroy(&p.moved);
	pthread_mutex_destroy(&p.lock);
	*result = p.result;
	if (p.err.kind != ERR_NONE)
		*e = p.err;
	return store_let_go(st, p.err.kind == ERR_NONE, e);
}
