/* The application: what keys do, and that nothing is lost while it waits. */
#include "app_world.h"

static void test_first_screen(void **state)
{
	struct world *w = *state;
	assert_shown(w, "1,000 failures of 1,200 tracked (83.3%)");
	assert_shown(w, "All failures");
	assert_shown(w, "1 of 1,000");
	assert_shown(w, "user0000@example.org");
	assert_shown(w, "550 5.1.1");
	assert_shown(w, "Bad destination mailbox address");
	assert_shown(w, "failures per");
	assert_true(app_settled(&w->app));
}

static void test_tree_picks_what_the_list_shows(void **state)
{
	struct world *w = *state;
	const struct tree *t = &w->app.last[ASK_TREE]->tree;
	int64_t sum = 0;
	for (int i = 1; i < t->count; i++) {
		key(w, "Down");
		assert_int_equal(w->app.tree.index, i);
		t = &w->app.last[ASK_TREE]->tree;
		assert_int_equal(w->app.list.total, t->nodes[i].count);
		if (t->nodes[i].depth <= 1 && t->nodes[i].depth == t->nodes[1].depth)
			sum += t->nodes[i].count;
	}
	assert_int_equal(sum, 1000);
}

static void test_filter_follows_typing(void **state)
{
	struct world *w = *state;
	key(w, "/");
	type(w, "code:4xx");
	/* 4.2.2 without a basic code is no 4xx */
	assert_int_equal(w->app.list.total, 0);
	assert_shown(w, "Nothing matches the filter.");
	key(w, "C-u");
	type(w, "4.2.2");
	assert_int_equal(w->app.list.total, 200);
	key(w, "Enter");
	assert_int_equal(w->app.focus, PANE_LIST);
	key(w, "\\");
	assert_int_equal(w->app.list.total, 1000);
}

static void test_filter_mistake_keeps_the_list(void **state)
{
	struct world *w = *state;
	key(w, "/");
	struct event paste = {.kind = EVENT_PASTE, .text = STR("sucject:1")};
	app_handle(&w->app, &paste);
	pump(w);
	draw(w);
	assert_int_equal(w->app.list.total, 1000);
	assert_int_equal(w->app.filter_err.kind, ERR_INPUT);
	assert_int_equal(w->app.filter_err.column, 1);
	assert_shown(w, w->app.filter_err.msg);
	key(w, "Esc");
	assert_int_equal(w->app.filter_err.kind, ERR_NONE);
	assert_int_equal(w->app.filter_edit.text.len, 0);
}

static void test_home_end_and_percent(void **state)
{
	struct world *w = *state;
	key(w, "Enter");
	key(w, "End");
	assert_shown(w, "1,000 of 1,000");
	assert_int_equal(view_list_rank(&w->app), 999);
	key(w, "Up");
	assert_shown(w, "999 of 1,000");
	key(w, "Home");
	assert_shown(w, "1 of 1,000");
	key(w, "%");
	type(w, "50%");
	key(w, "Enter");
	assert_int_equal(view_list_rank(&w->app), 499);
	key(w, "%");
	type(w, "700");
	key(w, "Enter");
	assert_int_equal(view_list_rank(&w->app), 699);
	key(w, "%");
	type(w, "half");
	key(w, "Enter");
	assert_shown(w, "Type a row's number");
	assert_int_equal(view_list_rank(&w->app), 699);
}

/* Every record is met once, in order, however long the way is. */
static void test_walk_down_the_whole_list(void **state)
{
	struct world *w = *state;
	key(w, "Enter");
	int64_t before = INT64_MAX;
	for (int i = 0; i < 1000; i++) {
		const struct record *r = app_record(&w->app);
		assert_non_null(r);
		assert_true(r->time < before);
		before = r->time;
		assert_int_equal(view_list_rank(&w->app), i);
		key(w, "j");
	}
	for (int i = 999; i > 0; i--) {
		assert_int_equal(view_list_rank(&w->app), i);
		key(w, "k");
	}
}

static void test_marks_survive_filter_and_sort(void **state)
{
	struct world *w = *state;
	key(w, "Enter");
	key(w, "Space");
	key(w, "Space");
	assert_int_equal(w->app.marks.count, 2);
	assert_shown(w, "2 marked, 1,000 shown");
	key(w, "/");
	type(w, "status:dropped");
	key(w, "Enter");
	assert_int_equal(w->app.marks.count, 2);
	key(w, "a");
	assert_int_equal(w->app.marks.count, 202);
	key(w, "i");
	assert_int_equal(w->app.marks.count, 2);
	key(w, "s");
	key(w, "s");
	assert_int_equal(w->app.marks.count, 2);
	key(w, "u");
	assert_int_equal(w->app.marks.count, 0);
}

static void test_sort_by_recipient(void **state)
{
	struct world *w = *state;
	key(w, "Tab");
	key(w, "s");
	assert_shown(w, "Sorted by recipient.");
	struct str last = STR("");
	const struct page *p = &w->app.last[ASK_PAGE]->page;
	for (int i = 0; i < p->count; i++) {
		assert_true(memcmp(last.p, p->rows[i].recipient.p, last.len < 8 ? last.len : 8) <= 0);
		last = p->rows[i].recipient;
	}
}

static void test_detail_and_back(void **state)
{
	struct world *w = *state;
	key(w, "Enter"); /* to the list */
	key(w, "Enter"); /* to the whole record */
	assert_true(w->app.detail.zoomed);
	assert_shown(w, "What to do");
	assert_shown(w, "Whose side");
	assert_shown(w, "Tell them");
	assert_not_shown(w, "All failures");
	key(w, "J");
	assert_shown(w, "user0001@example.com");
	key(w, "Esc");
	assert_false(w->app.detail.zoomed);
	assert_int_equal(w->app.focus, PANE_LIST);
	key(w, "Esc");
	assert_int_equal(w->app.focus, PANE_TREE);
	key(w, "Esc");
	assert_false(w->app.quit);
	key(w, "q");
	assert_true(w->app.quit);
}

static void test_copy_gives_a_sentence(void **state)
{
	struct world *w = *state;
	key(w, "y");
	assert_non_null(
		strstr(w->copied.p, "Our email \"Invoice 0\" to user0000@example.org on 23 Nov 2026 did not arrive. "));
	key(w, "Y");
	assert_non_null(strstr(w->copied.p, "550 5.1.1"));
	type(w, "/status:delivered");
	key(w, "Enter");
	key(w, "y");
	assert_non_null(strstr(w->copied.p, " was accepted by your mail server. "));
	type(w, "/to:user0000");
	assert_int_equal(w->app.list.total, 0); /* the next word of the same filter */
	key(w, "Esc");
}

/* What was copied is told in one line of any width: the recipient first, nothing of it cut. */
static void test_copy_says_what_fits(void **state)
{
	struct world *w = *state;
	static const struct {
		int w;
		const char *key, *said;
	} rows[] = {
		{120, "y", "\n Copied for the customer: bob@example.net, Mailbox full, 23 Nov\n"},
		{80, "y", "\n Copied for the customer: bob@example.net, Mailbox full, 23 Nov\n"},
		{80, "Y", "\n Copied the facts: bob@example.net, Mailbox full, 23 Nov\n"},
		{56, "y", "\n Copied for the customer: bob@example.net, Mailbox full\n"},
		{55, "y", "\n Copied for the customer: bob@example.net, 23 Nov\n"},
		{40, "y", "\n Copied for the customer: Mailbox full\n"},
		{40, "Y", "\n Copied the facts: bob@example.net\n"},
	};
	put_drop_and_cause(w);
	key(w, "r");
	type(w, "/bob@example.net");
	key(w, "Enter");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		resize(w, rows[i].w, 24);
		key(w, rows[i].key);
		assert_shown(w, rows[i].said);
		assert_non_null(
			strstr(w->copied.p, rows[i].key[0] == 'y' ? "please delete some messages" : "UTC  bob"));
	}
}

static void test_export_asks_and_writes(void **state)
{
	struct world *w = *state;
	char path[96];
	snprintf(path, sizeof path, "%s.csv", w->path);
	key(w, "e");
	assert_shown(w, "Export 1,000 shown to: failures-2026-11-23.csv");
	key(w, "C-u");
	type(w, "/tmp");
	key(w, "Enter");
	assert_shown(w, "/tmp is no regular file");
	key(w, "e");
	key(w, "C-u");
	type(w, path);
	key(w, "Enter");
	assert_shown(w, "Wrote 1,000 records to");
	assert_int_equal(access(path, R_OK), 0);
	key(w, "Enter");
	int64_t marked = w->app.list.id;
	key(w, "Space");
	key(w, "e");
	assert_shown(w, "Export 1 marked to:");
	key(w, "C-u");
	type(w, path);
	key(w, "Enter");
	assert_shown(w, "Replace it? (y/n)");
	key(w, "n");
	assert_shown(w, "Nothing was written.");
	key(w, "e");
	key(w, "C-u");
	type(w, path);
	key(w, "Enter");
	key(w, "y");
	assert_shown(w, "Wrote 1 record to");
	assert_not_shown(w, "had been deleted");
	char command[160];
	snprintf(command, sizeof command, "sqlite3 '%s' 'DELETE FROM email WHERE id = %lld'", w->path,
		 (long long)marked);
	assert_int_equal(system(command), 0);
	key(w, "e");
	key(w, "C-u");
	type(w, path);
	key(w, "Enter");
	key(w, "y");
	assert_shown(w, "Wrote 0 records to");
	assert_shown(w, "of those marked 1 had been deleted.");
	unlink(path);
}

static void test_group_by_domain(void **state)
{
	struct world *w = *state;
	key(w, "b");
	assert_shown(w, "Group by");
	key(w, "d");
	assert_shown(w, "Grouped by domain.");
	assert_shown(w, "example.com");
	key(w, "Down");
	assert_int_equal(w->app.list.total, w->app.last[ASK_TREE]->tree.nodes[1].count);
	int closed = w->app.last[ASK_TREE]->tree.count;
	key(w, "Right");
	assert_true(w->app.last[ASK_TREE]->tree.count > closed);
	key(w, "Down");
	assert_int_equal(w->app.list.total, w->app.last[ASK_TREE]->tree.nodes[2].count);
	key(w, "Left");
	assert_int_equal(w->app.tree.index, 1);
}

/* What is on the screen stays there, dimmed, until its successor has come. */
static void test_nothing_goes_blank_while_waiting(void **state)
{
	struct world *w = *state;
	key(w, "Enter");
	w->hold = true;
	key(w, "s");
	assert_false(w->s.cells[w->s.w * 6 + w->s.w / 2].stale); /* not at once: that would flicker */
	w->app.stale_after_ms = 0;
	draw(w);
	assert_shown(w, "user0000@example.org");
	assert_false(app_settled(&w->app));
	bool stale = false;
	for (int i = 0; i < w->s.w * w->s.h; i++)
		stale = stale || w->s.cells[i].stale;
	assert_true(stale);
	w->hold = false;
	key(w, "Home");
	assert_true(app_settled(&w->app));
}

static void test_a_running_count_says_so(void **state)
{
	struct world *w = *state;
	assert_not_shown(w, "counting");
	w->hold = true;
	key(w, "Down");
	const char *list = strstr(w->screen.p, "counting"), *filter = strstr(w->screen.p, "\n Filter");
	assert_true(list && filter && list < filter); /* in the list's title */
	assert_non_null(strstr(filter, "counting"));
	w->hold = false;
	pump(w);
	draw(w);
	assert_not_shown(w, "counting");
	assert_shown(w, "400 shown");
}

/* A key typed before the new list has come acts on the new list. */
static void test_typing_ahead(void **state)
{
	struct world *w = *state;
	w->hold = true;
	key(w, "/");
	struct event paste = {.kind = EVENT_PASTE, .text = STR("status:dropped")};
	app_handle(&w->app, &paste);
	key(w, "Enter");
	w->app.stale_after_ms = 60000;
	assert_int_equal(app_timeout_ms(&w->app), 60000);
	key(w, "Space");
	key(w, "Space");
	assert_int_equal(w->app.marks.count, 0);
	assert_true(app_timeout_ms(&w->app) < 20); /* that they wait is to be seen at once */
	w->app.stale_after_ms = 0;
	draw(w);
	assert_shown(w, "2 keys wait, ");
	w->hold = false;
	pump(w);
	draw(w);
	assert_int_equal(w->app.list.total, 200);
	assert_int_equal(w->app.marks.count, 2);
	for (int i = 0; i < 2; i++) {
		const struct record *r = &w->app.last[ASK_PAGE]->page.rows[i];
		assert_int_equal(r->outcome, OUTCOME_DROPPED);
		assert_true(idset_has(&w->app.marks, r->id));
	}
}

static void test_others_write(void **state)
{
	struct world *w = *state;
	key(w, "Enter");
	key(w, "Down");
	int64_t id = w->app.list.id;
	struct err e = {0};
	struct record r = {.time = NOW_S + 60, .recipient = STR("new@example.com"), .outcome = OUTCOME_FAILED};
	enum put what;
	assert_true(store_begin(w->store, &e) && store_put(w->store, &r, NULL, 0, 0, &what, &e) &&
		    store_commit(w->store, &e));
	struct reply *changed = calloc(1, sizeof *changed);
	changed->ask = ASK_VERSION;
	struct event ev = {.kind = EVENT_REPLY, .reply = changed};
	app_handle(&w->app, &ev);
	pump(w);
	draw(w);
	assert_int_equal(w->app.list.id, id);
	assert_shown(w, "3 of 1,001");
	assert_shown(w, "new@example.com");
}

static void test_every_size(void **state)
{
	struct world *w = *state;
	static const char *const keys[] = {"Tab", "Enter", "Esc", "?", "q", "/", "Esc", "e", "Esc", "End", "PgDn"};
	for (int width = 1; width <= 240; width += width < 50 ? 7 : 31)
		for (int height = 1; height <= 70; height += height < 14 ? 2 : 13) {
			resize(w, width, height);
			for (size_t i = 0; i < COUNT_OF(keys); i++)
				key(w, keys[i]);
			w->app.quit = false;
		}
	resize(w, 39, 24);
	assert_shown(w, "needs 40x10");
	resize(w, 40, 10);
	assert_not_shown(w, "needs 40x10");
}

static void test_random_keys(void **state)
{
	struct world *w = *state;
	uint32_t seed = 7;
	for (int i = 0; i < 4000; i++) {
		seed = seed * 1664525u + 1013904223u;
		struct event ev = {.kind = EVENT_KEY};
		uint32_t pick = seed >> 8;
		ev.key = pick % 3 ? 32 + pick % 95 : KEYS_START + 1 + pick % (K_LAST - KEYS_START - 1);
		if (ev.key == 'e') /* files are written elsewhere */
			continue;
		app_handle(&w->app, &ev);
		if (pick % 5)
			pump(w);
		if (pick % 11 == 0)
			draw(w);
		w->app.quit = false;
	}
	pump(w);
	draw(w);
	assert_true(app_settled(&w->app));
}

static void test_every_action_has_a_key_of_its_own(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < action_count; i++) {
		struct str keys = str_of(actions[i].keys), one;
		assert_true(actions[i].help && actions[i].help[0]);
		while (str_next(&keys, ' ', &one)) {
			char32_t k;
			assert_true(event_key_of(one, &k));
			for (int pane = 0; pane < PANE_COUNT; pane++)
				if (actions[i].where & (1u << pane))
					assert_ptr_equal(action_find(&w->config.keymap, k, (enum pane)pane),
							 &actions[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_world(test_first_screen),
		on_a_world(test_tree_picks_what_the_list_shows),
		on_a_world(test_filter_follows_typing),
		on_a_world(test_filter_mistake_keeps_the_list),
		on_a_world(test_home_end_and_percent),
		on_a_world(test_walk_down_the_whole_list),
		on_a_world(test_marks_survive_filter_and_sort),
		on_a_world(test_sort_by_recipient),
		on_a_world(test_detail_and_back),
		on_a_world(test_copy_gives_a_sentence),
		on_a_world(test_copy_says_what_fits),
		on_a_world(test_export_asks_and_writes),
		on_a_world(test_group_by_domain),
		on_a_world(test_nothing_goes_blank_while_waiting),
		on_a_world(test_a_running_count_says_so),
		on_a_world(test_typing_ahead),
		on_a_world(test_others_write),
		on_a_world(test_every_size),
		on_a_world(test_random_keys),
		on_a_world(test_every_action_has_a_key_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
