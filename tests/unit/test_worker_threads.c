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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_faults_are_handled),
		cmocka_unit_test(each_is_called_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
