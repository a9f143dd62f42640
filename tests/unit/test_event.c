#include "event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static void assert_key(const char *name, char32_t want)
{
	char32_t key = 0xDEAD;
	if (!event_key_of(str_of(name), &key) || key != want)
		fail_msg("%s: got %x, not %x", name, (unsigned)key, (unsigned)want);
}

static void names_give_keys(void **state)
{
	(void)state;
	assert_key("a", 'a');
	assert_key("A", 'A');
	assert_key("F", 'F');
	assert_key("é", 0xE9);
	assert_key("Space", ' ');
	assert_key(" ", ' ');
	assert_key("up", K_UP);
	assert_key("PgDn", K_PGDN);
	assert_key("F1", K_F1);
	assert_key("f12", K_F12);
	assert_key("C-l", 12);
	assert_key("c-L", 12);
	assert_key("C-m", K_ENTER);
	assert_key("C-[", K_ESC);
	assert_key("C-Space", 0);
}

static void wrong_names_give_none(void **state)
{
	(void)state;
	static const char *const wrong[] = {"",     "F0",  "F13", "F+5",  "C-",   "C-1",
					    "C-ab", "upp", "ab",  "\xff", "\xc3", "M-x"};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char32_t key;
		if (event_key_of(str_of(wrong[i]), &key))
			fail_msg("\"%s\" is a key", wrong[i]);
	}
}

static void every_key_has_a_name_that_gives_it_back(void **state)
{
	(void)state;
	char buf[KEY_NAME_MAX];
	for (char32_t k = K_ESC; k < K_LAST; k++)
		assert_key(event_key_name(k, buf), k);
	for (char32_t k = 0; k < 0x250; k++)
		assert_key(event_key_name(k, buf), event_key_of_control(k));
	assert_key(event_key_name(0x1F600, buf), 0x1F600);
}

static void nonsense_has_a_name_too(void **state)
{
	(void)state;
	char buf[KEY_NAME_MAX];
	assert_string_equal(event_key_name(K_LAST, buf), "?");
	assert_string_equal(event_key_name(0xFFFFFFFF, buf), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_give_keys),
		cmocka_unit_test(wrong_names_give_none),
		cmocka_unit_test(every_key_has_a_name_that_gives_it_back),
		cmocka_unit_test(nonsense_has_a_name_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
