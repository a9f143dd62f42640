#include "worker.h"

#include "worker_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LANE_QUERY, LANE_JOB, LANE_COUNT };
/* Often enough to show within a second what others write. A look takes 7 us, 3 us with a write-ahead log (SQLite's
 * data_version and a stat for a file that was moved): a thirty-thousandth of a processor. */
enum { VERSION_POLL_MS = 250, PROGRESS_MS = 100 };
enum { VERSION_NONE = -1 };

/* Marking and exporting may take long, and must not hold up what the screen shows. */
static int lane_of(enum ask kind)
{
	return kind == ASK_MARKS || kind == ASK_EXPORT ? LANE_JOB : LANE_QUERY;
}

struct slot {
	atomic_bool waiting;    /* changes with the lock held; read without it by a running query */
	struct request request; /* owned by `arena` */
	struct arena arena;
	atomic_uint newest; /* generation of the newest question; read without the lock by a running query */
};

struct queued {
	struct reply *reply;
	struct queued *next;
};

struct lane {
	struct worker *w;
	int number;
	pthread_t thread;
	bool started;
	pthread_cond_t work;
	struct store *store; /* touched by this lane's thread only, once it runs */

	/* The question being answered; of this lane's thread. */
	enum ask kind;
	unsigned generation;
	bool preempted;
	int64_t progress_ms; /* when progress was last told */
};

struct worker {
	char *path;
	bool snapshot;
	struct buf slow;
	int wake[2];
	atomic_bool quit;

	pthread_mutex_t lock; /* guards all below */
	struct slot slots[ASK_KINDS];
	struct queued *first, **last;
	struct lane lanes[LANE_COUNT];
};

/* ---- in the threads ---- */

static bool lane_stale(void *ctx)
{
	struct lane *l = ctx;
	return atomic_load(&l->w->quit) || atomic_load(&l->w->slots[l->kind].newest) != l->generation;
}

/* Ends a query also when a more urgent question waits: the one it answers is put back. */
static bool lane_interrupted(void *ctx)
{
	struct lane *l = ctx;
	if (lane_stale(l))
		return true;
	for (enum ask k = 0; l->number == LANE_QUERY && k < l->kind; k++)
		l->preempted |= atomic_load(&l->w->slots[k].waiting);
	return l->preempted;
}

static void wake(struct worker *w)
{
	while (write(w->wake[1], "!", 1) < 0 && errno == EINTR)
		;
	/* A full pipe is as good: the reader will wake. */
}

/* With the lock held. */
static void deliver(struct worker *w, struct reply *r)
{
	struct queued *q = calloc(1, sizeof *q);
	if (!q)
		die("out of memory");
	q->reply = r;
	*w->last = q;
	w->last = &q->next;
	wake(w);
}

static struct reply *reply_new(void)
{
	struct reply *r = calloc(1, sizeof *r);
	if (!r)
		die("out of memory");
	return r;
}

static void tell_progress(void *ctx, int64_t rows)
{
	struct lane *l = ctx;
	int64_t now_ms = clock_ms();
	if (now_ms - l->progress_ms < PROGRESS_MS)
		return;
	l->progress_ms = now_ms;
	struct reply *r = reply_new();
	r->ask = l->kind;
	r->generation = l->generation;
	r->running = true;
	r->exported.rows = rows;
	pthread_mutex_lock(&l->w->lock);
	deliver(l->w, r);
	pthread_mutex_unlock(&l->w->lock);
}

/* With the lock held: the most urgent question of this lane. */
static bool take_request(struct lane *l, struct request *r, struct arena *a)
{
	for (int k = 0; k < ASK_KINDS; k++) {
		struct slot *s = &l->w->slots[k];
		if (!s->waiting || lane_of((enum ask)k) != l->number)
			continue;
		*r = s->request;
		*a = s->arena;
		s->arena = (struct arena){0};
		s->waiting = false;
		return true;
	}
	return false;
}

/* With the lock held: to be answered again from the start, after what is more urgent. */
static void put_back(struct lane *l, const struct request *r, struct arena *a)
{
	struct slot *s = &l->w->slots[r->ask];
	s->request = *r;
	s->arena = *a;
	*a = (struct arena){0};
	s->waiting = true;
}

/* `a` owns what r points to. */
static void answer(struct lane *l, struct request *r, struct arena *a)
{
	struct worker *w = l->w;
	l->kind = r->ask;
	l->generation = r->generation;
	l->preempted = false;
	l->progress_ms = clock_ms();
	r->export.cancelled = lane_stale;
	r->export.progress = tell_progress;
	r->export.ctx = l;

	struct reply *out = reply_new();
	out->ask = r->ask;
	out->generation = r->generation;
	/* Only the other lane looks out for a file that was replaced: a job must not write what an old one held. */
	int64_t version;
	struct err moved = {0};
	if (l->store)
		store_set_stale(l->store, lane_interrupted, l);
	if (l->store && l->number == LANE_JOB && !store_version(l->store, &version, &moved)) {
		store_close(l->store);
		l->store = NULL;
	}
	if (!l->store)
		l->store = store_open_unless(w->path, lane_interrupted, l, &out->err);
	if (l->store) {
		store_set_threads(l->store, l->number == LANE_QUERY ? threads_wanted(READERS_MAX) : 1, threads_run);
		query_answer(l->store, r, out);
		store_set_stale(l->store, NULL, NULL);
	}
	pthread_mutex_lock(&w->lock);
	/* An export that was stopped must be heard of: the user waits for the word that nothing was written. */
	bool wanted = !lane_stale(l) || (r->ask == ASK_EXPORT && !atomic_load(&w->quit));
	bool cut_off = l->preempted && out->err.kind == ERR_STALE;
	if (wanted && !cut_off) {
		deliver(w, out);
	} else {
		reply_free(out);
		if (wanted)
			put_back(l, r, a);
	}
	pthread_mutex_unlock(&w->lock);
}

/* Ends a look at the version: somebody who writes may have to be waited for, and nobody waits for this. */
static bool lane_has_work(void *ctx)
{
	struct lane *l = ctx;
	bool some = atomic_load(&l->w->quit);
	for (int k = 0; k < ASK_KINDS; k++)
		some |= lane_of((enum ask)k) == l->number && atomic_load(&l->w->slots[k].waiting);
	return some;
}

static bool look(struct lane *l, int64_t *version, struct err *e)
{
	store_set_stale(l->store, lane_has_work, l);
	bool ok = store_version(l->store, version, e);
	store_set_stale(l->store, NULL, NULL);
	return ok;
}

/* Opens the database again when it was replaced, or has come back. */
static bool reopen(struct lane *l, int64_t *version, struct err *e)
{
	store_close(l->store);
	l->store = store_open_unless(l->w->path, lane_has_work, l, e);
	return l->store && look(l, version, e);
}

/* Has somebody else changed the database? Told by an answer that nobody asked for. */
static void poll_version(struct lane *l, int64_t *seen, bool *lost)
{
	struct err e = {0};
	int64_t version = *seen;
	if (!*lost && l->store && look(l, &version, &e)) {
		if (version == *seen)
			return;
	} else if (e.kind == ERR_STALE) {
		return;
	} else {
		struct err again = {0};
		bool known = reopen(l, &version, &again), was_lost = *lost;
		if (again.kind == ERR_STALE) {
			*seen = VERSION_NONE; /* so the next look tells */
			return;
		}
		*lost = !known;
		if (*lost && was_lost)
			return; /* said already */
		e = again;
	}
	*seen = version;
	struct reply *r = reply_new();
	r->ask = ASK_VERSION;
	r->err = e;
	r->snapshot = l->store && store_is_snapshot(l->store);
	pthread_mutex_lock(&l->w->lock);
	deliver(l->w, r);
	pthread_mutex_unlock(&l->w->lock);
}

static void wait_for_work(struct lane *l, int64_t until_ms)
{
	if (until_ms == INT64_MAX) {
		pthread_cond_wait(&l->work, &l->w->lock);
		return;
	}
	struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
	pthread_cond_timedwait(&l->work, &l->w->lock, &until);
}

static void *lane_main(void *ctx)
{
	struct lane *l = ctx;
	struct worker *w = l->w;
	struct err ignored = {0};
	int64_t version = 0;
	bool lost = false;
	/* One lane looks out for other writers. */
	int64_t poll_at_ms = l->number == LANE_QUERY ? clock_ms() + VERSION_POLL_MS : INT64_MAX;
	if (l->store)
		look(l, &version, &ignored);

	pthread_mutex_lock(&w->lock);
	while (!atomic_load(&w->quit)) {
		struct request r;
		struct arena a;
		bool some = take_request(l, &r, &a);
		if (!some && clock_ms() < poll_at_ms) {
			wait_for_work(l, poll_at_ms);
			continue;
		}
		pthread_mutex_unlock(&w->lock);
		if (some) {
			answer(l, &r, &a);
			arena_free(&a);
		}
		/* Only when nobody waits: news makes all be asked anew, and the last of it would never be answered. */
		if (!some && clock_ms() >= poll_at_ms) {
			poll_version(l, &version, &lost);
			poll_at_ms = clock_ms() + VERSION_POLL_MS;
		}
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	store_close(l->store);
	l->store = NULL;
	return NULL;
}

/* ---- for the owner ---- */

static bool wake_open(struct worker *w, struct err *e)
{
	if (pipe2(w->wake, O_CLOEXEC | O_NONBLOCK) == 0)
		return true;
	w->wake[0] = w->wake[1] = -1;
	return err_sys(e, errno, "cannot make a pipe");
}

static bool lane_start(struct lane *l, struct err *e)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&l->work, &monotonic);
	pthread_condattr_destroy(&monotonic);

	int failed = thread_start(&l->thread, lane_main, l);
	if (failed)
		return err_sys(e, failed, "cannot start a thread");
	l->started = true;
	return true;
}

struct worker *worker_start(const char *path, struct err *e)
{
	struct store *st = store_open(path, e);
	if (!st)
		return NULL;
	struct worker *w = calloc(1, sizeof *w);
	if (!w)
		die("out of memory");
	w->path = strdup(path);
	w->snapshot = store_is_snapshot(st);
	store_is_slow(st, &w->slow);
	w->last = &w->first;
	pthread_mutex_init(&w->lock, NULL);
	for (int i = 0; i < LANE_COUNT; i++)
		w->lanes[i] = (struct lane){.w = w, .number = i};
	w->lanes[LANE_QUERY].store = st;
	bool ok = wake_open(w, e);
	for (int i = 0; i < LANE_COUNT && ok; i++)
		ok = lane_start(&w->lanes[i], e);
	if (ok)
		return w;
	worker_stop(w);
	return NULL;
}

void worker_stop(struct worker *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	atomic_store(&w->quit, true);
	for (int i = 0; i < LANE_COUNT; i++)
		if (w->lanes[i].started)
			pthread_cond_signal(&w->lanes[i].work);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < LANE_COUNT; i++) {
		struct lane *l = &w->lanes[i];
		if (l->started) {
			pthread_join(l->thread, NULL);
			pthread_cond_destroy(&l->work);
		}
		store_close(l->store);
	}
	while (w->first) {
		struct queued *next = w->first->next;
		reply_free(w->first->reply);
		free(w->first);
		w->first = next;
	}
	for (int k = 0; k < ASK_KINDS; k++)
		arena_free(&w->slots[k].arena);
	if (w->wake[0] >= 0) {
		close(w->wake[0]);
		close(w->wake[1]);
	}
	pthread_mutex_destroy(&w->lock);
	buf_free(&w->slow);
	free(w->path);
	free(w);
}

int worker_fd(const struct worker *w)
{
	return w->wake[0];
}

void worker_wake_clear(struct worker *w)
{
	char bin[64];
	while (read(w->wake[0], bin, sizeof bin) > 0)
		;
}

unsigned worker_ask(struct worker *w, const struct request *r)
{
	struct slot *s = &w->slots[r->ask];
	struct arena a = {0};
	struct request copy = request_copy(r, &a);
	pthread_mutex_lock(&w->lock);
	copy.generation = atomic_fetch_add(&s->newest, 1) + 1;
	arena_free(&s->arena);
	s->request = copy;
	s->arena = a;
	s->waiting = true;
	pthread_cond_signal(&w->lanes[lane_of(r->ask)].work);
	pthread_mutex_unlock(&w->lock);
	return copy.generation;
}

void worker_cancel(struct worker *w, enum ask kind)
{
	struct slot *s = &w->slots[kind];
	pthread_mutex_lock(&w->lock);
	if (s->waiting && kind == ASK_EXPORT) {
		struct reply *r = reply_new();
		r->ask = kind;
		r->generation = s->request.generation;
		err_set(&r->err, ERR_CANCEL, "stopped before it began");
		deliver(w, r);
	}
	atomic_fetch_add(&s->newest, 1);
	s->waiting = false;
	arena_free(&s->arena);
	pthread_mutex_unlock(&w->lock);
}

struct reply *worker_take(struct worker *w)
{
	struct reply *r = NULL;
	pthread_mutex_lock(&w->lock);
	while (w->first && !r) {
		struct queued *q = w->first;
		w->first = q->next;
		if (!w->first)
			w->last = &w->first;
		r = q->reply;
		free(q);
		/* An answer may have been overtaken while it waited. */
		bool fresh = r->ask == ASK_VERSION || r->ask == ASK_EXPORT ||
			     r->generation == atomic_load(&w->slots[r->ask].newest);
		if (!fresh) {
			reply_free(r);
			r = NULL;
		}
	}
	pthread_mutex_unlock(&w->lock);
	return r;
}

bool worker_is_snapshot(const struct worker *w)
{
	return w->snapshot;
}

const char *worker_slow(const struct worker *w)
{
	return w->slow.p;
}
