#include "base.h"

#include <pthread.h>

void once(atomic_bool *done, void (*make)(void))
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	if (atomic_load_explicit(done, memory_order_acquire))
		return;
	pthread_mutex_lock(&lock);
	if (!atomic_load_explicit(done, memory_order_relaxed))
		make();
	atomic_store_explicit(done, true, memory_order_release);
	pthread_mutex_unlock(&lock);
}
