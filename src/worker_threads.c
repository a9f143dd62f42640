#include "worker_threads.h"

#include <sched.h>
#include <signal.h>

enum { THREADS_MAX = 16 };

int threads_wanted(int most)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
	return n < 1 ? 1 : n > most ? most : n;
}

int thread_start(pthread_t *thread, void *(*main)(void *ctx), void *ctx)
{
	static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL}; /* of the thread that is at fault */
	sigset_t others, before;
	sigfillset(&others);
	for (size_t i = 0; i < COUNT_OF(own); i++)
		sigdelset(&others, own[i]);
	pthread_sigmask(SIG_SETMASK, &others, &before);
	int failed = pthread_create(thread, NULL, main, ctx);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

struct turn {
	void (*fn)(void *ctx, int i);
	void *ctx;
	pthread_t thread;
	int i;
	bool started;
};

static void *turn_main(void *arg)
{
	struct turn *t = arg;
	t->fn(t->ctx, t->i);
	return NULL;
}

void threads_run(int count, void (*fn)(void *ctx, int i), void *ctx)
{
	struct turn turns[THREADS_MAX];
	if (count > THREADS_MAX)
		die("too many threads");
	for (int i = 1; i < count; i++) {
		turns[i] = (struct turn){.fn = fn, .ctx = ctx, .i = i};
		turns[i].started = thread_start(&turns[i].thread, turn_main, &turns[i]) == 0;
	}
	fn(ctx, 0);
	for (int i = 1; i < count; i++)
		if (turns[i].started)
			pthread_join(turns[i].thread, NULL);
}
