#include "edit.h"
#include "idset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void press(struct edit *e, const char *keys)
{
	struct str rest = str_of(keys), one;
	while (str_next(&rest, ' ', &one)) {
		char32_t k;
		assert_true(event_key_of(one, &k));
		edit_key(e, k);
	}
}

static void test_editing(void **state)
{
	(void)state;
	static const struct {
		const char *start, *keys, *text;
		size_t at;
	} rows[] = {
		{"", "a b c", "abc", 3},
		{"abc", "Left Left x", "axbc", 2},
		{"abc", "Home x End y", "xabcy", 5},
		{"abc", "Backspace Backspace", "a", 1},
		{"abc", "Home Del", "bc", 0},
		{"abc", "Home Backspace", "abc", 0},
		{"to:bob code:550", "C-w", "to:bob ", 7},
		{"to:bob  ", "C-w", "", 0},
		{"abc", "Left C-k", "ab", 2},
		{"abc", "Left C-u", "c", 0},
		{"zo\xC3\xAB", "Backspace", "zo", 2},
		{"zo\xC3\xAB", "Left x", "zox\xC3\xAB", 3},
		{"", "Left Right Del Backspace C-w C-u C-k", "", 0},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct edit e = {0};
		edit_set(&e, str_of(rows[i].start));
		press(&e, rows[i].keys);
		assert_string_equal(e.text.p ? e.text.p : "", rows[i].text);
		assert_int_equal(e.at, rows[i].at);
		edit_free(&e);
	}
}

static void test_paste_leaves_out_what_is_no_text(void **state)
{
	(void)state;
	struct edit e = {0};
	edit_paste(&e, STR("a\x1B[31m\n\x80\xC2\x9B"
			   "b\0c"));
	assert_string_equal(e.text.p, "a[31mbc");
	edit_free(&e);
}

static void test_drawing_keeps_the_cursor_in_sight(void **state)
{
	(void)state;
	struct surface s = {0};
	surface_resize(&s, 10, 1);
	struct edit e = {0};
	edit_set(&e, STR("0123456789abcdef"));
	edit_draw(&e, &s, 0, 0, 10, 0);
	assert_true(s.cursor_x >= 0 && s.cursor_x < 10);
	struct buf b = {0};
	surface_dump(&s, false, &b);
	assert_non_null(strstr(b.p, "f"));
	press(&e, "Home");
	edit_draw(&e, &s, 0, 0, 10, 0);
	assert_int_equal(s.cursor_x, 0);
	buf_free(&b);
	edit_free(&e);
	surface_free(&s);
}

static void test_marks_are_a_set(void **state)
{
	(void)state;
	struct idset s = {0};
	bool model[500] = {0};
	size_t count = 0;
	uint32_t seed = 1;
	assert_false(idset_has(&s, 1));
	for (int i = 0; i < 20000; i++) {
		seed = seed * 1664525u + 1013904223u;
		int id = 1 + (int)(seed >> 16) % 499;
		if (seed >> 31) {
			idset_add(&s, id);
			count += !model[id];
			model[id] = true;
		} else {
			idset_remove(&s, id);
			count -= model[id];
			model[id] = false;
		}
		assert_int_equal(s.count, count);
	}
	for (int id = 1; id < 500; id++)
		assert_int_equal(idset_has(&s, id), model[id]);
	struct arena a = {0};
	int64_t *ids = idset_list(&s, &a);
	for (size_t i = 1; i < count; i++)
		assert_true(ids[i - 1] < ids[i]);
	arena_free(&a);
	idset_add(&s, 0);
	assert_int_equal(s.count, count);
	idset_clear(&s);
	assert_int_equal(s.count, 0);
	assert_false(idset_has(&s, 5));
	idset_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_editing),
		cmocka_unit_test(test_paste_leaves_out_what_is_no_text),
		cmocka_unit_test(test_drawing_keeps_the_cursor_in_sight),
		cmocka_unit_test(test_marks_are_a_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
