/* Text that wraps: at blanks, else where the room ends, and never within what stands for one character. */
#include "flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { W = 12, H = 4 };

static void assert_lines(const char *text, const char *lines)
{
	struct surface s = {0};
	struct buf shown = {0};
	surface_resize(&s, W, H);
	struct flow f = {.s = &s, .r = {0, 0, W, H}};
	flow_text(&f, 0, ROLE_TEXT, str_of(text), NULL, 0);
	surface_dump(&s, false, &shown);
	struct str rest = buf_str(&shown), want = str_of(lines), line, one;
	while (str_next(&want, '\n', &one)) {
		assert_true(str_next(&rest, '\n', &line));
		if (!str_eq(str_trim(line), one))
			fail_msg("\"%.*s\" instead of \"%.*s\"", (int)line.len, line.p, (int)one.len, one.p);
	}
	buf_free(&shown);
	surface_free(&s);
}

static void test_wraps(void **state)
{
	(void)state;
	assert_lines("one two three four", "one two\nthree four\n");
	assert_lines("abcdefghijklmnop", "abcdefghijkl\nmnop\n");
	assert_lines("one\r\ntwo\nthree", "one\ntwo\nthree\n");
	assert_lines("語語語語語語語", "語語語語語語\n語\n");
	assert_lines("a語語語語語語", "a語語語語語\n語\n");
}

static void test_stand_ins_stay_whole(void **state)
{
	(void)state;
	assert_lines("abcdefgh\u202ez", "abcdefgh\n<U+202E>z\n");
	assert_lines("abcdefghijk\xffz", "abcdefghijk\n<FF>z\n");
	assert_lines("one \u202e\u202e", "one\n<U+202E>\n<U+202E>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wraps),
		cmocka_unit_test(test_stand_ins_stay_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
