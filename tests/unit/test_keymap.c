/* Keys are bound and taken away; hints and help name those that hold. */
#include "action.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct keymap fresh(void)
{
	struct keymap m;
	keymap_init(&m);
	return m;
}

static const char *keys_of(const struct keymap *m, const char *action)
{
	static char text[200];
	struct buf b = {0};
	const struct action *a = action_named(str_of(action));
	assert_non_null(a);
	keymap_keys(m, a, &b);
	snprintf(text, sizeof text, "%.*s", (int)b.len, b.len > 0 ? b.p : "");
	buf_free(&b);
	return text;
}

static void must_bind(struct keymap *m, const char *action, const char *keys)
{
	struct err e = {0};
	if (!keymap_bind(m, str_of(action), str_of(keys), &e))
		fail_msg("%s = %s: %s", action, keys, e.msg);
}

static void must_not_bind(const char *action, const char *keys, const char *why)
{
	struct keymap m = fresh(), before = m;
	struct err e = {0};
	assert_false(keymap_bind(&m, str_of(action), str_of(keys), &e));
	assert_string_equal(e.msg, why);
	assert_int_equal(m.count, before.count);
	for (int i = 0; i < m.count; i++)
		assert_true(m.bindings[i].key == before.bindings[i].key &&
			    m.bindings[i].action == before.bindings[i].action);
}

static void starts_as_the_table_has_it(void **state)
{
	(void)state;
	struct keymap m = fresh();
	char key[KEY_NAME_MAX];
	for (size_t i = 0; i < action_count; i++) {
		assert_string_equal(keys_of(&m, actions[i].name), actions[i].keys);
		assert_ptr_equal(action_named(str_of(actions[i].name)), &actions[i]);
	}
	assert_string_equal(keymap_first(&m, action_named(STR("down")), key), "Down");
	assert_null(action_named(STR("dow")));
}

static void new_keys_take_the_place_of_the_old(void **state)
{
	(void)state;
	struct keymap m = fresh();
	must_bind(&m, "export", "x  C-e   F5 ");
	assert_string_equal(keys_of(&m, "export"), "x C-e F5");
	assert_null(action_find(&m, 'e', PANE_LIST));
	assert_ptr_equal(action_find(&m, 'x', PANE_LIST), action_named(STR("export")));
	assert_ptr_equal(action_find(&m, 5, PANE_TREE), action_named(STR("export")));
	assert_ptr_equal(action_find(&m, K_F1 + 4, PANE_DETAIL), action_named(STR("export")));
	must_bind(&m, "export", "é é");
	assert_string_equal(keys_of(&m, "export"), "é");
}

static void a_key_is_taken_from_others_of_its_panes_only(void **state)
{
	(void)state;
	struct keymap m = fresh();
	must_bind(&m, "copy-facts", "q Space");
	assert_string_equal(keys_of(&m, "quit"), "C-c");
	assert_string_equal(keys_of(&m, "mark"), "");
	assert_string_equal(keys_of(&m, "toggle"), "");
	m = fresh();
	must_bind(&m, "mark", "Enter"); /* a key of the list and the detail: in the timeline Enter stays what it is */
	assert_ptr_equal(action_find(&m, K_ENTER, PANE_LIST), action_named(STR("mark")));
	assert_ptr_equal(action_find(&m, K_ENTER, PANE_TIMELINE), action_named(STR("zoom-in")));
}

static void an_action_may_have_no_key(void **state)
{
	(void)state;
	struct keymap m = fresh();
	char key[KEY_NAME_MAX];
	must_bind(&m, "suspend", "");
	assert_null(action_find(&m, 26, PANE_TREE));
	assert_string_equal(keymap_first(&m, action_named(STR("suspend")), key), "");
}

static void mistakes_are_named_and_change_nothing(void **state)
{
	(void)state;
	must_not_bind("exprot", "e", "there is no action \"exprot\"; did you mean export?");
	must_not_bind("sing", "e", "there is no action \"sing\"; deadletter config lists them");
	must_not_bind("", "e", "there is no action \"\"; deadletter config lists them");
	must_not_bind("export", "x PageUp", "there is no key \"PageUp\"; did you mean PgUp?");
	must_not_bind("export", "f5 Retrun",
		      "there is no key \"Retrun\"; keys are written e, Space, C-e, Up, PgDn, F5");
	must_not_bind("export", "ab", "there is no key \"ab\"; keys are written e, Space, C-e, Up, PgDn, F5");
}

static void sentences_name_the_keys_that_hold(void **state)
{
	(void)state;
	struct keymap m = fresh();
	struct buf b = {0};
	must_bind(&m, "quit", "Q C-c");
	must_bind(&m, "help", "");
	keymap_sentence(&m, "{quit} quits, {help} helps; {no-such} {", &b);
	assert_string_equal(b.p, "Q quits, help helps; {no-such} {");
	buf_free(&b);
}

static void there_is_an_end_to_keys(void **state)
{
	(void)state;
	struct buf many = {0};
	for (char32_t key = 0x4e00; key < 0x4e00 + KEYMAP_MAX; key++) {
		char name[KEY_NAME_MAX];
		buf_printf(&many, "%s ", event_key_name(key, name));
	}
	must_not_bind("export", many.p, "more than 256 keys are bound");
	buf_free(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_as_the_table_has_it),
		cmocka_unit_test(new_keys_take_the_place_of_the_old),
		cmocka_unit_test(a_key_is_taken_from_others_of_its_panes_only),
		cmocka_unit_test(an_action_may_have_no_key),
		cmocka_unit_test(mistakes_are_named_and_change_nothing),
		cmocka_unit_test(sentences_name_the_keys_that_hold),
		cmocka_unit_test(there_is_an_end_to_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
