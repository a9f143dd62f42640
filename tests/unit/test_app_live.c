/* What happens while others write, and while answers take long. */
#include "app_world.h"

static void test_new_rows_are_marked_and_counted(void **state)
{
	struct world *w = *state;
	assert_not_shown(w, "•");
	assert_not_shown(w, " new,");
	key(w, "Tab");
	key(w, "Down");
	int64_t at = w->app.list.id;
	put(w, NOW_S + 5, "late@example.com");
	put(w, NOW_S - 600 * 500, "older@example.com"); /* far down in the list */
	noticed(w);
	assert_shown(w, "2 new, 1,002 shown");
	assert_shown(w, "•  23 Nov 12:00  late@example.com");
	assert_int_equal(w->app.list.id, at); /* and the cursor is where it was */
	key(w, "r");
	assert_not_shown(w, " new,");
	assert_not_shown(w, "•");
}

/* An email that was known gets a later outcome: it is news as well. */
static void test_changed_rows_are_new_too(void **state)
{
	struct world *w = *state;
	struct err e = {0};
	enum put what;
	struct record r = {.time = NOW_S - 9000,
			   .recipient = STR("wait@example.com"),
			   .outcome = OUTCOME_DEFERRED,
			   .source_key = 77,
			   .queued_at = TIME_NONE};
	assert_true(store_put(w->store, &r, NULL, 0, 0, &what, &e));
	key(w, "r");
	assert_not_shown(w, " new,");
	r.outcome = OUTCOME_FAILED;
	r.time = NOW_S + 60;
	assert_true(store_put(w->store, &r, NULL, 0, 0, &what, &e));
	assert_int_equal(what, PUT_CHANGED);
	noticed(w);
	assert_shown(w, "1 new, 1,001 shown");
	assert_shown(w, "wait@example.com");
}

static void test_marks_and_filter_stay(void **state)
{
	struct world *w = *state;
	type(w, "/code:5.1.1");
	key(w, "Enter");
	key(w, "Space");
	key(w, "Space");
	int64_t at = w->app.list.id;
	put(w, NOW_S + 5, "late@example.com");
	noticed(w);
	assert_int_equal(w->app.marks.count, 2);
	assert_int_equal(w->app.list.id, at);
	assert_shown(w, "2 marked, 1 new, 401 shown");
}

static void test_follow_stays_on_the_newest(void **state)
{
	struct world *w = *state;
	key(w, "s");
	key(w, "Tab");
	key(w, "PgDn");
	key(w, "F");
	assert_shown(w, "following");
	assert_int_equal(w->app.list.index, 0);
	int64_t id = put(w, NOW_S + 5, "late@example.com");
	noticed(w);
	assert_int_equal(w->app.list.id, id);
	id = put(w, NOW_S + 6, "later@example.com");
	noticed(w);
	assert_int_equal(w->app.list.id, id);
	key(w, "Down"); /* whoever moves away has seen enough */
	assert_shown(w, "live");
	put(w, NOW_S + 7, "latest@example.com");
	noticed(w);
	assert_shown(w, "latest@example.com");
	assert_int_not_equal(w->app.list.index, 0);
	key(w, "F");
	key(w, "F");
	assert_shown(w, "The cursor stays where it is.");
}

/* The file is opened anew when it was replaced, or its owner has it open again: only then is it known. */
static void test_a_snapshot_says_so_while_it_is_one(void **state)
{
	struct world *w = *state;
	assert_shown(w, "live");
	noticed_as(w, true);
	assert_shown(w, "snapshot");
	assert_not_shown(w, "live");
	noticed_as(w, false);
	assert_shown(w, "live");
	assert_not_shown(w, "snapshot");
}

/* How many rows the cursor goes over until it stops. */
static int rows_by(struct world *w, const char *name)
{
	int64_t at = 0;
	int n = 0;
	for (; w->app.list.id != at; n++) {
		at = w->app.list.id;
		key(w, name);
	}
	return n;
}

/* Of the newest failures the third leaf of their index is no more. */
static void test_damage_is_told_and_gone_around(void **state)
{
	enum { ROWS = 1000 };
	struct world *w = *state;
	char command[600];
	struct err e = {0};
	int in_leaf = 0;
	store_close(w->store);
	snprintf(
		command, sizeof command,
		"sqlite3 -separator ' ' '%s' \"SELECT pgsize, pageno, ncell FROM dbstat WHERE name = 'failure_time' AND"
		" pagetype = 'leaf' ORDER BY path DESC LIMIT 1 OFFSET 2\" | { read -r size page rows; echo $rows;"
		" dd if=/dev/zero of='%s' bs=$size seek=$((page - 1)) count=1 conv=notrunc 2>/dev/null; }",
		w->path, w->path);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &in_leaf), 1);
	assert_int_equal(pclose(f), 0);
	w->store = store_open_rw(w->path, false, &e);
	assert_non_null(w->store);
	noticed(w);
	key(w, "Tab");
	key(w, "Home");
	int above = rows_by(w, "Down");
	assert_shown(w, "is damaged");
	key(w, "End");
	int below = rows_by(w, "Up");
	assert_shown(w, "is damaged");
	assert_in_range(above, in_leaf, ROWS - in_leaf);
	assert_in_range(above + below, ROWS - in_leaf - 2,
			ROWS - in_leaf); /* two lie in the page above, between leaves */
	key(w, "Home");
	assert_shown(w, "user0000@example.org");
}

static void test_a_deleted_row_leaves_the_cursor_near(void **state)
{
	struct world *w = *state;
	key(w, "Tab");
	for (int i = 0; i < 5; i++)
		key(w, "Down");
	int index = w->app.list.index;
	char command[160];
	snprintf(command, sizeof command, "sqlite3 '%s' 'DELETE FROM email WHERE id = %lld'", w->path,
		 (long long)w->app.list.id);
	assert_int_equal(system(command), 0);
	noticed(w);
	assert_int_equal(w->app.list.index, index);
	assert_shown(w, "6 of 999");
}

static void test_long_searches_say_so_and_stop(void **state)
{
	struct world *w = *state;
	w->hold = true;
	type(w, "/text:unknown");
	key(w, "Enter");
	assert_not_shown(w, "Searching");
	assert_int_equal(app_timeout_ms(&w->app), w->app.stale_after_ms);
	for (int k = 0; k < ASK_KINDS; k++)
		w->app.asked_ms[k] -= 5000;
	draw(w);
	assert_shown(w, "Searching. Esc stops it.");
	assert_true(app_timeout_ms(&w->app) > 0); /* so that it would have been drawn by itself */
	key(w, "Esc");
	assert_shown(w, "Stopped.");
	assert_shown(w, "not counted");
	assert_true(app_settled(&w->app));
	assert_int_equal(app_timeout_ms(&w->app), -1);
	w->hold = false;
	key(w, "r");
	assert_shown(w, "400 shown");
}

/* A writer who never rests must not cancel, again and again, a search that takes its time. */
static void test_a_busy_writer_starves_no_search(void **state)
{
	struct world *w = *state;
	w->hold = true;
	type(w, "/text:unknown");
	key(w, "Enter");
	unsigned asked = w->generation[ASK_PAGE];
	for (int i = 0; i < 5; i++) {
		put(w, NOW_S + 5 + i, "busy@example.com");
		noticed(w);
	}
	assert_int_equal(w->generation[ASK_PAGE], asked);
	w->hold = false;
	pump(w);
	draw(w);
	assert_true(w->generation[ASK_PAGE] > asked); /* then once more, for what was written meanwhile */
	assert_true(app_settled(&w->app));
	key(w, "\\");
	assert_shown(w, "1,005 shown");
	assert_shown(w, "5 new");
}

static void test_an_empty_database_says_how_to_fill_it(void **state)
{
	struct world *w = *state;
	char command[160];
	snprintf(command, sizeof command, "sqlite3 '%s' 'DELETE FROM email'", w->path);
	assert_int_equal(system(command), 0);
	noticed(w);
	assert_shown(w, "This database is empty.");
	assert_shown(w, "deadletter import");
	put(w, NOW_S, "first@example.com");
	noticed(w);
	assert_shown(w, "first@example.com");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_world(test_new_rows_are_marked_and_counted),
		on_a_world(test_changed_rows_are_new_too),
		on_a_world(test_marks_and_filter_stay),
		on_a_world(test_follow_stays_on_the_newest),
		on_a_world(test_a_snapshot_says_so_while_it_is_one),
		on_a_world(test_damage_is_told_and_gone_around),
		on_a_world(test_a_deleted_row_leaves_the_cursor_near),
		on_a_world(test_long_searches_say_so_and_stop),
		on_a_world(test_a_busy_writer_starves_no_search),
		on_a_world(test_an_empty_database_says_how_to_fill_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
