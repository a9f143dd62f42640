#include "history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], path[128];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/deadletter-history-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a/b/history", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char command[192];
	snprintf(command, sizeof command, "chmod -R u+rwx '%s'; rm -r '%s'", dir, dir);
	return system(command);
}

static struct history *open_fine(void)
{
	struct err e = {0};
	struct history *h = history_open(path, &e);
	if (e.kind != ERR_NONE)
		fail_msg("%s", e.msg);
	return h;
}

static void add(struct history *h, const char *line)
{
	struct err e = {0};
	if (!history_add(h, str_of(line), &e))
		fail_msg("%s", e.msg);
}

static void assert_line(const struct history *h, int back, const char *line)
{
	assert_true(str_eq(history_line(h, back), str_of(line)));
}

static void test_lines_outlive_the_session(void **state)
{
	(void)state;
	struct history *h = open_fine();
	assert_int_equal(history_count(h), 0);
	assert_line(h, 1, "");
	add(h, "class:5");
	add(h, "to:bob title:\"ümlaut\"");
	history_free(h);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600); /* whom one looks for is nobody's business */
	h = open_fine();
	assert_int_equal(history_count(h), 2);
	assert_line(h, 1, "to:bob title:\"ümlaut\"");
	assert_line(h, 2, "class:5");
	assert_line(h, 3, "");
	history_free(h);
}

static void test_what_is_not_worth_keeping(void **state)
{
	(void)state;
	struct history *h = open_fine();
	struct err e = {0};
	char *longest = calloc(1, HISTORY_LINE_MAX + 2);
	memset(longest, 'x', HISTORY_LINE_MAX + 1);
	add(h, "a");
	add(h, "a");
	add(h, "");
	add(h, "two\nlines");
	add(h, longest);
	assert_true(history_add(h, (struct str){"nul\0byte", 8}, &e));
	assert_int_equal(history_count(h), 1);
	add(h, "b");
	add(h, "a");
	assert_int_equal(history_count(h), 3);
	history_free(h);
	free(longest);
}

static void test_the_oldest_go(void **state)
{
	(void)state;
	struct history *h = open_fine();
	char line[32];
	for (int i = 0; i < HISTORY_LINES_MAX + 20; i++) {
		snprintf(line, sizeof line, "line %d", i);
		add(h, line);
	}
	for (int again = 0; again < 2; again++) {
		assert_int_equal(history_count(h), HISTORY_LINES_MAX);
		assert_line(h, 1, line);
		assert_line(h, HISTORY_LINES_MAX, "line 20");
		history_free(h);
		h = open_fine();
	}
	history_free(h);
}

static void test_two_programs_add_to_one_file(void **state)
{
	(void)state;
	struct history *one = open_fine(), *two = open_fine();
	add(one, "of one");
	add(two, "of two");
	add(one, "of one again");
	history_free(one);
	history_free(two);
	struct history *h = open_fine();
	assert_int_equal(history_count(h), 3);
	assert_line(h, 2, "of two");
	history_free(h);
}

/* What cannot be used is said, once, and the browser goes on without it. */
static void test_files_that_cannot_be(void **state)
{
	(void)state;
	struct err e = {0};
	struct history *h = history_open(dir, &e);
	assert_int_equal(e.kind, ERR_IO);
	assert_non_null(strstr(e.msg, "no regular file"));
	assert_true(history_add(h, STR("kept in memory"), &(struct err){0}));
	assert_line(h, 1, "kept in memory");
	history_free(h);

	snprintf(path, sizeof path, "%s/pipe", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	e = (struct err){0};
	h = history_open(path, &e); /* and does not hang */
	assert_int_equal(e.kind, ERR_IO);
	history_free(h);

	e = (struct err){0};
	h = history_open("/dev/null/history", &e);
	history_free(h);
	e = (struct err){0};
	h = history_open("/proc/nowhere/history", &e);
	assert_int_equal(e.kind, ERR_NONE);
	assert_false(history_add(h, STR("x"), &e));
	assert_non_null(strstr(e.msg, "/proc/nowhere/history"));
	e = (struct err){0};
	assert_true(history_add(h, STR("y"), &e)); /* said once */
	history_free(h);
	h = history_open(NULL, &e);
	assert_true(history_add(h, STR("z"), &e));
	history_free(h);
}

/* Somebody who can write to the folder must not lead what is kept into another file. */
static void test_a_link_is_not_followed(void **state)
{
	(void)state;
	char target[128];
	struct err e = {0};
	struct stat st;
	snprintf(path, sizeof path, "%s/link", dir);
	snprintf(target, sizeof target, "%s/target", dir);
	FILE *f = fopen(target, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(symlink(target, path), 0);
	struct history *h = open_fine();
	assert_false(history_add(h, STR("to:bob"), &e));
	assert_non_null(strstr(e.msg, path));
	history_free(h);
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void test_any_bytes_can_be_in_the_file(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "%s/history", dir);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	fwrite("ok\n\0\xff\x1b[2J\nlast without an end", 1, 29, f);
	fclose(f);
	struct history *h = open_fine();
	assert_int_equal(history_count(h), 2);
	assert_line(h, 1, "last without an end");
	history_free(h);

	f = fopen(path, "wb"); /* far more than is ever kept */
	assert_non_null(f);
	for (int i = 0; i < 200000; i++)
		fprintf(f, "number %d\n", i);
	fclose(f);
	h = open_fine();
	assert_int_equal(history_count(h), HISTORY_LINES_MAX);
	assert_line(h, 1, "number 199999");
	history_free(h);
}

static void test_where_it_is(void **state)
{
	(void)state;
	struct arena a = {0};
	setenv("XDG_STATE_HOME", "/x/state", 1);
	assert_string_equal(history_path(&a), "/x/state/deadletter/history");
	setenv("XDG_STATE_HOME", "relative", 1); /* to be ignored, says the standard */
	setenv("HOME", "/home/ann", 1);
	assert_string_equal(history_path(&a), "/home/ann/.local/state/deadletter/history");
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_null(history_path(&a));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines_outlive_the_session, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_not_worth_keeping, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_oldest_go, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_programs_add_to_one_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files_that_cannot_be, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_link_is_not_followed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_any_bytes_can_be_in_the_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_where_it_is, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
