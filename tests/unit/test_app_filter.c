/* The filter line: completion, history, narrowing by what the cursor is on, and the way back. */
#include "app_world.h"

#include "history.h"

static const char *line(const struct world *w)
{
	return w->app.filter_edit.text.p ? w->app.filter_edit.text.p : "";
}

/* ---- completion ---- */

static void test_one_candidate_goes_in(void **state)
{
	struct world *w = *state;
	type(w, "/sub");
	key(w, "Tab");
	assert_string_equal(line(w), "subject:");
	type(w, "mail d");
	key(w, "C-u");
	type(w, "status:del");
	key(w, "Tab");
	assert_string_equal(line(w), "status:delivered ");
	assert_int_equal(w->app.list.total, 200);
	type(w, "-cla");
	key(w, "Tab");
	type(w, "p");
	key(w, "Tab");
	assert_string_equal(line(w), "status:delivered -class:permanent ");
}

static void test_several_are_listed_and_chosen(void **state)
{
	struct world *w = *state;
	type(w, "/s");
	key(w, "Tab");
	assert_shown(w, "subject:");
	assert_shown(w, "status:");
	assert_shown(w, "since:");
	key(w, "Tab");
	key(w, "Tab");
	key(w, "S-Tab");
	key(w, "Enter");
	assert_string_equal(line(w), "status:");
	assert_int_equal(w->app.mode, MODE_FILTER);
	key(w, "Tab");
	assert_shown(w, "delivered");
	type(w, "a"); /* typing on closes the list */
	assert_int_equal(w->app.complete.count, 0);
	key(w, "Tab");
	assert_string_equal(line(w), "status:any ");
	key(w, "Enter");
	assert_int_equal(w->app.mode, MODE_BROWSE);
}

static void test_codes_have_their_names(void **state)
{
	struct world *w = *state;
	type(w, "/code:5.2");
	key(w, "Tab");
	assert_string_equal(line(w), "code:5.2.");
	assert_shown(w, "Mailbox full");
	key(w, "Esc"); /* closes the list, not the line */
	assert_not_shown(w, "Mailbox full");
	assert_int_equal(w->app.mode, MODE_FILTER);
	key(w, "C-u");
	type(w, "4.4.7");
	key(w, "Tab");
	assert_string_equal(line(w), "4.4.7 ");
}

static void test_subjects_by_name(void **state)
{
	struct world *w = *state;
	type(w, "/subject:addr");
	key(w, "Tab");
	assert_string_equal(line(w), "subject:addressing ");
}

static void test_domains_come_from_the_database(void **state)
{
	struct world *w = *state;
	type(w, "/domain:EXAMPLE.O");
	key(w, "Tab");
	assert_string_equal(line(w), "domain:example.org ");
	key(w, "C-u");
	type(w, "to:user0001@ex");
	key(w, "Tab");
	assert_string_equal(line(w), "to:user0001@example.");
	assert_shown(w, "example.com");
	assert_shown(w, "example.org");
	key(w, "Enter");
	assert_string_equal(line(w), "to:user0001@example.com ");
	assert_int_equal(w->app.list.total, 1);
	key(w, "C-u");
	type(w, "domain:nowhere");
	key(w, "Tab");
	assert_shown(w, "Nothing known completes this.");
}

/* The answer to a Tab that was overtaken by typing is not used. */
static void test_late_domains_are_not_used(void **state)
{
	struct world *w = *state;
	type(w, "/domain:example.o");
	w->hold = true;
	key(w, "Tab");
	type(w, "x");
	w->hold = false;
	pump(w);
	assert_string_equal(line(w), "domain:example.ox");
}

static void test_completes_within_the_line(void **state)
{
	struct world *w = *state;
	type(w, "/ code:5.1.1");
	key(w, "Home");
	type(w, "cla");
	key(w, "Tab");
	assert_string_equal(line(w), "class: code:5.1.1");
	type(w, "perm");
	key(w, "Tab");
	assert_string_equal(line(w), "class:permanent code:5.1.1");
}

/* ---- history ---- */

static void test_lines_used_before_come_back(void **state)
{
	struct world *w = *state;
	struct err e = {0};
	char path[96];
	snprintf(path, sizeof path, "%s.d/state/history", w->path);
	w->app.history = history_open(path, &e);
	static const char *const lines[] = {"/class:4", "/\025code:5.1.1"};
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		type(w, lines[i]);
		key(w, "Enter");
	}
	type(w, "/\025half");
	key(w, "Up");
	assert_string_equal(line(w), "code:5.1.1");
	assert_int_equal(w->app.list.total, 400);
	key(w, "Up");
	assert_string_equal(line(w), "class:4");
	key(w, "Up");
	assert_string_equal(line(w), "class:4");
	key(w, "Down");
	key(w, "Down");
	assert_string_equal(line(w), "half"); /* what was being typed is not lost */
	key(w, "Esc");
	assert_string_equal(line(w), "code:5.1.1");

	struct history *again = history_open(path, &e);
	assert_int_equal(e.kind, ERR_NONE);
	assert_int_equal(history_count(again), 2);
	assert_true(str_eq(history_line(again, 2), STR("class:4")));
	history_free(again);
	history_free(w->app.history);
	w->app.history = NULL;
	char command[256];
	snprintf(command, sizeof command, "rm -r '%s.d'", w->path);
	assert_int_equal(system(command), 0);
}

/* ---- narrowing ---- */

static void test_narrow_and_widen_step_by_step(void **state)
{
	struct world *w = *state;
	key(w, "Tab");
	key(w, "Down"); /* user0001: 550 5.1.1 */
	key(w, "n");
	assert_shown(w, "Narrow to");
	key(w, "c");
	assert_string_equal(line(w), "code:5.1.1");
	assert_int_equal(w->app.list.total, 400);
	key(w, "n");
	key(w, "d");
	assert_string_equal(line(w), "code:5.1.1 domain:example.org");
	key(w, "n");
	key(w, "y");
	assert_string_equal(line(w), "code:5.1.1 domain:example.org since:2026-11-23 before:2026-11-24");
	key(w, "n");
	key(w, "r");
	assert_string_equal(line(w), "code:5.1.1 domain:example.org since:2026-11-23 before:2026-11-24 "
				     "to:=user0000@example.org");
	assert_int_equal(w->app.list.total, 1);
	key(w, "w");
	key(w, "w");
	assert_string_equal(line(w), "code:5.1.1 domain:example.org");
	key(w, "w");
	key(w, "w");
	assert_string_equal(line(w), "");
	assert_int_equal(w->app.list.total, 1000);
	key(w, "w");
	assert_shown(w, "There is no filter to widen.");
}

/* A second code would mean "or": the new one takes its place. */
static void test_narrowing_replaces_terms_of_its_key(void **state)
{
	struct world *w = *state;
	type(w, "/code:5.* -code:5.7.1 code:4.* to:\"user\"");
	key(w, "Enter");
	key(w, "n");
	key(w, "c");
	assert_string_equal(line(w), "-code:5.7.1 to:\"user\" code:5.1.1");
}

static void test_widening_a_typed_filter_drops_its_last_term(void **state)
{
	struct world *w = *state;
	app_set_filter(&w->app, STR("class:5 to:user subject:address"));
	pump(w);
	key(w, "w");
	assert_string_equal(line(w), "class:5 to:user");
	key(w, "w");
	assert_string_equal(line(w), "class:5");
	key(w, "w");
	assert_string_equal(line(w), "");
}

static void test_narrow_what_has_no_code(void **state)
{
	struct world *w = *state;
	type(w, "/status:dropped");
	key(w, "Enter");
	key(w, "\\");
	type(w, "/user0003@");
	key(w, "Enter");
	key(w, "n");
	key(w, "c");
	key(w, "w");
	assert_string_equal(line(w), "user0003@");
	key(w, "n");
	key(w, "c");
	assert_string_equal(line(w), "user0003@ code:none status:dropped");
	assert_int_equal(w->app.list.total, 1);
}

static void test_narrow_to_the_group(void **state)
{
	struct world *w = *state;
	key(w, "Down");
	key(w, "n");
	assert_shown(w, "group");
	key(w, "g");
	assert_string_equal(line(w), "subject:1 -status:dropped");
	assert_int_equal(w->app.list.total, 400);
}

/* ---- half a word ---- */

/* The terms before it hold; while it grows nothing new is asked for. */
static void test_half_a_word_asks_once(void **state)
{
	struct world *w = *state;
	type(w, "/class:4 code");
	assert_int_equal(w->app.list.total, 0); /* recipients that hold "code" */
	type(w, ":");
	assert_int_equal(w->app.list.total, 200);
	unsigned asked = w->generation[ASK_PAGE];
	type(w, "x");
	assert_int_equal(w->app.filter_err.kind, ERR_INPUT);
	assert_int_equal(w->generation[ASK_PAGE], asked);
	assert_int_equal(w->app.list.total, 200);
}

/* ---- groups ---- */

static bool any_open(const struct world *w)
{
	const struct tree *t = &w->app.last[ASK_TREE]->tree;
	for (int i = 0; i < t->count; i++)
		if (t->nodes[i].expanded)
			return true;
	return false;
}

static void test_other_groups_begin_closed(void **state)
{
	struct world *w = *state;
	key(w, "Down");
	if (!any_open(w))
		key(w, "Space");
	assert_true(any_open(w));
	key(w, "b");
	key(w, "d");
	assert_false(any_open(w));
	key(w, "b");
	key(w, "c");
	assert_false(any_open(w));
}

/* ---- saved filters ---- */

static void test_a_filter_is_saved_and_chosen(void **state)
{
	struct world *w = *state;
	key(w, "f");
	assert_shown(w, "No filter is saved.");
	type(w, "/class:4");
	key(w, "Enter");
	key(w, "f");
	assert_shown(w, "save this one");
	key(w, "s");
	type(w, "soft");
	key(w, "Enter");
	assert_shown(w, "Saved. f offers it from now on");
	key(w, "\\");
	assert_int_equal(w->app.list.total, 1000);
	key(w, "f");
	assert_shown(w, "soft");
	key(w, "1");
	assert_string_equal(line(w), "class:4");
	assert_int_equal(w->app.list.total, 200);
	key(w, "w");
	assert_string_equal(line(w), "");
	type(w, "/class:5");
	key(w, "Enter");
	key(w, "f");
	key(w, "s");
	type(w, "a = b"); /* no name for a line of the configuration */
	key(w, "Enter");
	assert_int_equal(w->config.saved_count, 1);
	assert_int_equal(w->app.message_role, ROLE_ERROR);
}

static void test_theme_changes_at_once(void **state)
{
	struct world *w = *state;
	key(w, "T");
	assert_shown(w, "light");
	key(w, "Down");
	key(w, "Enter");
	assert_ptr_equal(w->theme, &themes[1]);
	key(w, "T");
	assert_int_equal(w->app.menu.index, 1);
}

/* ---- what leaves nothing ---- */

static void test_empty_list_names_the_term(void **state)
{
	struct world *w = *state;
	type(w, "/class:4 to:nobody");
	key(w, "Enter");
	assert_shown(w, "Nothing matches the filter.");
	assert_shown(w, "200 without  to:nobody");
	assert_not_shown(w, "without  class:");
	type(w, "/\025to:nobody code:5.9.9");
	key(w, "Enter");
	assert_shown(w, "Nothing either without any one of its terms.");
}

/* As most sources leave it; and our own fault leaves a good address held back. */
static void test_a_drop_that_names_no_failure(void **state)
{
	struct world *w = *state;
	char command[400];
	snprintf(command, sizeof command,
		 "sqlite3 '%s' \"INSERT INTO email (id, recipient, time, outcome, enhanced_code) VALUES"
		 " (90001, 'held@example.com', 1795435000, 'failed', '5.7.26'),"
		 " (90002, 'held@example.com', 1795435100, 'dropped', NULL)\"",
		 w->path);
	assert_int_equal(system(command), 0);
	key(w, "r");
	type(w, "/to:held@");
	key(w, "Enter");
	key(w, "Tab");
	key(w, "Enter");
	assert_int_equal(w->app.list.id, 90002);
	assert_shown(w, "5.7.26  Multiple authentication checks failed");
	assert_shown(w, "The drop itself names none");
	assert_shown(w, "sender (us): the address itself is good");
	key(w, "c");
	assert_int_equal(w->app.list.id, 90001);
	key(w, "Enter");
	assert_shown(w, "1 later email to this address dropped because of this one");
}

static void test_from_a_drop_to_its_cause(void **state)
{
	struct world *w = *state;
	int64_t cause = put_drop_and_cause(w);
	type(w, "/bob status:dropped");
	key(w, "Enter");
	assert_int_equal(w->app.list.total, 1);
	key(w, "c");
	assert_string_equal(line(w), "to:=bob@example.net");
	assert_int_equal(w->app.list.total, 2);
	assert_int_equal(w->app.list.id, cause);
	assert_shown(w, "Mailbox full");
	key(w, "c");
	assert_shown(w, "This is no dropped email whose cause is known.");
	key(w, "w");
	assert_string_equal(line(w), "bob status:dropped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_world(test_one_candidate_goes_in),
		on_a_world(test_several_are_listed_and_chosen),
		on_a_world(test_codes_have_their_names),
		on_a_world(test_subjects_by_name),
		on_a_world(test_domains_come_from_the_database),
		on_a_world(test_late_domains_are_not_used),
		on_a_world(test_completes_within_the_line),
		on_a_world(test_lines_used_before_come_back),
		on_a_world(test_narrow_and_widen_step_by_step),
		on_a_world(test_narrowing_replaces_terms_of_its_key),
		on_a_world(test_widening_a_typed_filter_drops_its_last_term),
		on_a_world(test_narrow_what_has_no_code),
		on_a_world(test_narrow_to_the_group),
		on_a_world(test_half_a_word_asks_once),
		on_a_world(test_other_groups_begin_closed),
		on_a_world(test_a_filter_is_saved_and_chosen),
		on_a_world(test_theme_changes_at_once),
		on_a_world(test_empty_list_names_the_term),
		on_a_world(test_a_drop_that_names_no_failure),
		on_a_world(test_from_a_drop_to_its_cause),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
