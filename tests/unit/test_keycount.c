#include "keycount.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int64_t count_of(const struct key_counts *k, const char *key)
{
	struct arena a = {0};
	const struct key_count *list = key_counts_list(k, &a);
	int64_t n = 0;
	for (size_t i = 0; i < k->count; i++)
		n += str_eq(list[i].key, str_of(key)) ? list[i].count : 0;
	arena_free(&a);
	return n;
}

static void test_case_does_not_matter(void **state)
{
	(void)state;
	struct key_counts k = {0};
	const char *const keys[] = {"Bob", "ann", "BOB", "", "bob", "ZO\u00cb", "zo\u00eb", "\xff", "\xfe", ""};
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		key_counts_add(&k, str_of(keys[i]), 1);
	key_counts_add(&k, STR("ANN"), 10);
	assert_int_equal(k.count, 6);
	assert_false(k.more);
	assert_int_equal(count_of(&k, "bob"), 3); /* in whatever order they came */
	assert_int_equal(count_of(&k, "ann"), 11);
	assert_int_equal(count_of(&k, ""), 2);
	assert_int_equal(count_of(&k, "zo\u00eb"), 2);
	assert_int_equal(count_of(&k, "\xff"), 1);
	key_counts_free(&k);
}

/* Readers that share a table come upon its texts in any order. */
static void test_the_order_does_not_matter(void **state)
{
	static const char *const keys[] = {"bob", "Bob", "BOB"};
	(void)state;
	for (size_t first = 0; first < COUNT_OF(keys); first++) {
		struct key_counts k = {.most = 1};
		for (size_t i = 0; i < 2 * COUNT_OF(keys); i++)
			key_counts_add(&k, str_of(keys[(first + i) % COUNT_OF(keys)]), 1);
		assert_int_equal(k.count, 1);
		assert_int_equal(count_of(&k, "bob"), 6);
		key_counts_free(&k);
	}
}

static void test_many(void **state)
{
	(void)state;
	struct key_counts k = {.most = 5000, .most_bytes = 1 << 20};
	char key[32];
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 6000; i++) {
			snprintf(key, sizeof key, "key%d", i);
			key_counts_add(&k, str_of(key), 1);
		}
	}
	assert_int_equal(k.count, 5000);
	assert_true(k.more);
	assert_int_equal(count_of(&k, "key4999"), 3); /* what is counted is counted whole */
	assert_int_equal(count_of(&k, "key5000"), 0);
	key_counts_free(&k);
}

/* Just as many as there may be is not more. */
static void test_full_is_not_more(void **state)
{
	(void)state;
	struct key_counts k = {.most = 3, .most_bytes = 6};
	static const char *const keys[] = {"aa", "bb", "cc", "bb", "AA"};
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		key_counts_add(&k, str_of(keys[i]), 1);
	assert_int_equal(k.count, 3);
	assert_false(k.more);
	key_counts_add(&k, STR("d"), 1);
	assert_int_equal(k.count, 3);
	assert_true(k.more);
	key_counts_free(&k);
}

static void test_long_keys_fill_it_too(void **state)
{
	(void)state;
	struct key_counts k = {.most_bytes = 10000};
	char key[4000];
	memset(key, 'x', sizeof key);
	for (int i = 0; i < 100; i++) {
		key[0] = (char)('a' + i % 20);
		key_counts_add(&k, (struct str){key, sizeof key}, 1);
	}
	assert_int_equal(k.count, 3);
	assert_true(k.more);
	key_counts_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_case_does_not_matter),
		cmocka_unit_test(test_the_order_does_not_matter),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_full_is_not_more),
		cmocka_unit_test(test_long_keys_fill_it_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
