#include "worker_belt.h"
#include "worker_threads.h"

#include <setjmp.h>
#include <signal.h>

#include <cmocka.h>

static void *mask_of_thread(void *ctx)
{
	pthread_sigmask(SIG_SETMASK, NULL, ctx);
	return NULL;
}

/* A crash in any thread must reach the handler that gives the terminal back; what asks the program to end, the thread that
 * looks out for it. */
static void only_faults_are_handled(void **state)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL}, others[] = {SIGTERM, SIGINT, SIGHUP, SIGWINCH};
	(void)state;
	sigset_t before, in_thread, after;
	pthread_t thread;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(thread_start(&thread, mask_of_thread, &in_thread), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (size_t i = 0; i < COUNT_OF(faults); i++)
		assert_int_equal(sigismember(&in_thread, faults[i]), 0);
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		assert_int_equal(sigismember(&in_thread, others[i]), 1);
		assert_int_equal(sigismember(&after, others[i]), sigismember(&before, others[i]));
	}
}

static void note(void *ctx, int i)
{
	((int *)ctx)[i]++;
}

static void each_is_called_once(void **state)
{
	(void)state;
	for (int count = 1; count <= 4; count++) {
		int calls[5] = {0};
		threads_run(count, note, calls);
		for (int i = 0; i < 5; i++)
			assert_int_equal(calls[i], i < count);
	}
	assert_in_range(threads_wanted(4), 1, 4);
	assert_int_equal(threads_wanted(1), 1);
}

/* With stacks larger than all memory no thread can be started; 0: they are as they were. */
static void set_stacks(size_t bytes)
{
	static size_t former;
	pthread_attr_t a;
	assert_int_equal(pthread_getattr_default_np(&a), 0);
	if (bytes)
		assert_int_equal(pthread_attr_getstacksize(&a, &former), 0);
	assert_int_equal(pthread_attr_setstacksize(&a, bytes ? bytes : former), 0);
	assert_int_equal(pthread_setattr_default_np(&a), 0);
	pthread_attr_destroy(&a);
}

struct line {
	int count, seen[100];
};

static void work(void *ctx, void *item)
{
	struct line *l = ctx;
	l->seen[l->count++] = *(int *)item;
}

/* With a thread and without one, all that is sent is worked on, in its order. */
static void a_belt_needs_no_thread(void **state)
{
	(void)state;
	for (int alone = 0; alone < 2; alone++) {
		struct line l = {0};
		int numbers[BELT_ITEMS];
		void *items[BELT_ITEMS];
		for (int i = 0; i < BELT_ITEMS; i++)
			items[i] = &numbers[i];
		if (alone)
			set_stacks((size_t)1 << 47);
		struct belt *b = belt_start(work, &l, items);
		for (int i = 0; i < (int)COUNT_OF(l.seen); i++) {
			int *item = belt_take(b);
			*item = i;
			belt_send(b, item);
			if (i == 50)
				belt_wait(b);
			if (i == 50)
				assert_int_equal(l.count, 51);
		}
		belt_take(b); /* it need not be sent */
		belt_stop(b);
		if (alone)
			set_stacks(0);
		assert_int_equal(l.count, COUNT_OF(l.seen));
		for (int i = 0; i < l.count; i++)
			assert_int_equal(l.seen[i], i);
	}
}

static void no_thread_to_be_had(void **state)
{
	(void)state;
	int calls[4] = {0};
	sigset_t in_thread;
	pthread_t thread;
	set_stacks((size_t)1 << 47);
	assert_int_not_equal(thread_start(&thread, mask_of_thread, &in_thread), 0);
	threads_run(4, note, calls);
	set_stacks(0);
	assert_int_equal(calls[0], 1);
	assert_int_equal(calls[1] + calls[2] + calls[3], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_faults_are_handled),
		cmocka_unit_test(each_is_called_once),
		cmocka_unit_test(no_thread_to_be_had),
		cmocka_unit_test(a_belt_needs_no_thread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
