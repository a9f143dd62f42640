#include "tree.h"

#include "filter.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* As a database might hold them: every family, several basic codes with one enhanced code, codes on drops. */
static const struct group rows[] = {
	{.outcome = OUTCOME_FAILED, .enhanced = {5, 1, 1}, .basic = 550, .count = 30},
	{.outcome = OUTCOME_FAILED, .enhanced = {5, 1, 1}, .basic = 0, .count = 5},
	{.outcome = OUTCOME_FAILED, .enhanced = {5, 1, 10}, .basic = 550, .count = 4},
	{.outcome = OUTCOME_FAILED, .enhanced = {4, 1, 8}, .basic = 450, .count = 4},
	{.outcome = OUTCOME_FAILED, .enhanced = {5, 2, 2}, .basic = 552, .count = 50},
	{.outcome = OUTCOME_FAILED, .enhanced = {4, 2, 2}, .basic = 0, .count = 1},
	{.outcome = OUTCOME_FAILED, .enhanced = {5, 0, 0}, .basic = 554, .count = 2},
	{.outcome = OUTCOME_FAILED, .enhanced = {5, 9, 9}, .basic = 0, .count = 1},
	{.outcome = OUTCOME_FAILED, .basic = 550, .count = 7},
	{.outcome = OUTCOME_FAILED, .basic = 421, .count = 9},
	{.outcome = OUTCOME_FAILED, .count = 70},
	{.outcome = OUTCOME_DROPPED, .count = 60},
	{.outcome = OUTCOME_DROPPED, .enhanced = {5, 1, 1}, .basic = 550, .count = 3},
	{.outcome = OUTCOME_DROPPED, .basic = 550, .count = 2},
};
/* … and with what status:any adds */
static const struct group others[] = {
	{.outcome = OUTCOME_DELIVERED, .enhanced = {2, 0, 0}, .basic = 250, .count = 500},
	{.outcome = OUTCOME_DELIVERED, .count = 11},
	{.outcome = OUTCOME_QUEUED, .count = 4},
	{.outcome = OUTCOME_DEFERRED, .enhanced = {4, 2, 2}, .basic = 452, .count = 6},
	{.outcome = OUTCOME_DEFERRED, .basic = 421, .count = 8},
};

static struct groups groups_of(struct arena *a, bool all)
{
	int n = (int)COUNT_OF(rows), more = all ? (int)COUNT_OF(others) : 0;
	struct groups g = {.rows = arena_array(a, struct group, (size_t)(n + more)), .count = n + more};
	memcpy(g.rows, rows, sizeof rows);
	if (all)
		memcpy(g.rows + n, others, sizeof others);
	return g;
}

static bool every(void *ctx, struct str filter)
{
	(void)ctx;
	(void)filter;
	return true;
}

static bool only(void *ctx, struct str filter)
{
	return str_eq(filter, str_of(ctx));
}

static void show(const struct tree *t, struct buf *out)
{
	for (int i = 0; i < t->count; i++) {
		const struct tree_node *n = &t->nodes[i];
		buf_printf(out, "%*s%s%.*s %lld\n", 2 * n->depth, "",
			   !n->expandable ? ""
			   : n->expanded  ? "- "
					  : "+ ",
			   (int)n->label.len, n->label.p, (long long)n->count);
	}
}

static void assert_shown(const struct tree *t, const char *want)
{
	struct buf b = {0};
	show(t, &b);
	assert_string_equal(b.p, want);
	buf_free(&b);
}

static void test_order_closed(void **state)
{
	(void)state;
	struct arena a = {0};
	struct groups g = groups_of(&a, false);
	struct tree t;
	tree_by_code(&g, ORDER_COUNT, NULL, NULL, &a, &t);
	assert_shown(&t, "All failures 248\n"
			 "  + 2 Mailbox 51\n"
			 "  + 1 Addressing 43\n"
			 "  + 0 Other or undefined 2\n"
			 "  + 9 (not registered) 1\n"
			 "  + No enhanced code 16\n"
			 "  No code 70\n"
			 "  Dropped 65\n");
	assert_int_equal(t.total, 248);
	assert_string_equal(t.nodes[0].filter.p, "");
	arena_free(&a);
}

static void test_open_groups_show_their_codes(void **state)
{
	(void)state;
	struct arena a = {0};
	struct groups g = groups_of(&a, false);
	struct tree t;
	tree_by_code(&g, ORDER_COUNT, only, "subject:1 -status:dropped", &a, &t);
	assert_shown(&t, "All failures 248\n"
			 "  + 2 Mailbox 51\n"
			 "  - 1 Addressing 43\n"
			 "    5.1.1 35\n"
			 "    4.1.8 4\n"
			 "    5.1.10 4\n"
			 "  + 0 Other or undefined 2\n"
			 "  + 9 (not registered) 1\n"
			 "  + No enhanced code 16\n"
			 "  No code 70\n"
			 "  Dropped 65\n");
	assert_int_equal(t.nodes[3].enhanced.detail, 1);
	tree_by_code(&g, ORDER_COUNT, only, "subject:none -status:dropped", &a, &t);
	assert_shown(&t, "All failures 248\n"
			 "  + 2 Mailbox 51\n"
			 "  + 1 Addressing 43\n"
			 "  + 0 Other or undefined 2\n"
			 "  + 9 (not registered) 1\n"
			 "  - No enhanced code 16\n"
			 "    421 9\n"
			 "    550 7\n"
			 "  No code 70\n"
			 "  Dropped 65\n");
	assert_int_equal(t.nodes[6].basic, 421);
	arena_free(&a);
}

static void test_nothing(void **state)
{
	(void)state;
	struct arena a = {0};
	struct tree t;
	tree_by_code(&(struct groups){0}, ORDER_COUNT, every, NULL, &a, &t);
	assert_shown(&t, "All failures 0\n");
	tree_by_key(&(struct groups){0}, GROUP_DOMAIN, ORDER_COUNT, NULL, &a, &t);
	assert_shown(&t, "All 0\n");
	arena_free(&a);
}

/* What a filter line picks among the groups, as records. `typed` is the filter that the groups themselves passed. */
static int64_t picked(struct str line, const char *typed, const struct groups *g, const char *recipient)
{
	struct arena a = {0};
	struct err e = {0};
	struct scope s = {.count = 2};
	if (!filter_parse(str_of(typed), (struct moment){0}, &a, &s.all[0], &e) ||
	    !filter_parse(line, (struct moment){0}, &a, &s.all[1], &e))
		fail_msg("%s: %s", line.p, e.msg);
	int64_t n = 0;
	for (int i = 0; i < g->count; i++) {
		struct record r = {
			.recipient = str_of(recipient),
			.outcome = g->rows[i].outcome,
			.enhanced = g->rows[i].enhanced,
			.basic = g->rows[i].basic,
		};
		if (scope_matches(&s, &r))
			n += g->rows[i].count;
	}
	arena_free(&a);
	return n;
}

static void check_each_node_picks_what_it_counts(const char *typed, bool all, int depths)
{
	struct arena a = {0};
	struct groups g = groups_of(&a, all);
	struct tree t;
	tree_by_code(&g, ORDER_COUNT, every, NULL, &a, &t);
	int64_t sums[3] = {0};
	for (int i = 0; i < t.count; i++) {
		const struct tree_node *n = &t.nodes[i];
		if (picked(n->filter, typed, &g, "") != n->count)
			fail_msg("%s (%s) counts %lld, picks %lld", n->label.p, n->filter.p, (long long)n->count,
				 (long long)picked(n->filter, typed, &g, ""));
		sums[n->depth] += n->count;
	}
	assert_int_equal(sums[0], t.total);
	assert_int_equal(sums[1], t.total);
	assert_true(sums[2] > 0 && sums[2] < t.total);
	assert_int_equal(t.count, depths);
	arena_free(&a);
}

static void test_each_node_picks_what_it_counts(void **state)
{
	(void)state;
	check_each_node_picks_what_it_counts("", false, 1 + 7 + 9);
	check_each_node_picks_what_it_counts("status:any", true, 1 + 7 + 10);
}

static void test_keys(void **state)
{
	(void)state;
	struct arena a = {0};
	struct group domains[] = {
		{.key = STR("example.com"), .count = 250},
		{.key = STR(""), .count = 9},
		{.key = STR("two words.example"), .count = 2},
	};
	struct groups g = {.rows = domains, .count = (int)COUNT_OF(domains)};
	struct groups inside = groups_of(&a, false);
	const struct groups *codes[] = {&inside, NULL, NULL};
	struct tree t;
	tree_by_key(&g, GROUP_DOMAIN, ORDER_COUNT, codes, &a, &t);
	assert_int_equal(t.total, 261);
	assert_string_equal(t.nodes[1].filter.p, "domain:example.com");
	assert_true(t.nodes[1].expanded);
	int sub = 0;
	int64_t sum = 0;
	for (; t.nodes[2 + sub].depth == 2; sub++) {
		const struct tree_node *n = &t.nodes[2 + sub];
		assert_int_equal(picked(n->filter, "", &inside, "ann@EXAMPLE.com"), n->count);
		assert_int_equal(picked(n->filter, "", &inside, "ann@example.org"), 0);
		sum += n->count;
	}
	assert_int_equal(sum, 248);
	const struct tree_node *rest = &t.nodes[2 + sub];
	assert_string_equal(rest[0].label.p, "(none)");
	assert_int_equal(picked(rest[0].filter, "", &inside, "root"), 248);
	assert_int_equal(picked(rest[0].filter, "", &inside, "a@example.com"), 0);
	assert_int_equal(picked(rest[1].filter, "", &inside, "a@two words.example"), 248);
	assert_true(rest[1].expandable && !rest[1].expanded);
	assert_int_equal(t.count, 4 + sub);
	arena_free(&a);
}

static void test_codes_in_their_own_order(void **state)
{
	(void)state;
	struct arena a = {0};
	struct groups g = groups_of(&a, false);
	struct tree t;
	tree_by_code(&g, ORDER_NAME, only, "subject:1 -status:dropped", &a, &t);
	assert_shown(&t, "All failures 248\n"
			 "  + 0 Other or undefined 2\n"
			 "  - 1 Addressing 43\n"
			 "    4.1.8 4\n"
			 "    5.1.1 35\n"
			 "    5.1.10 4\n"
			 "  + 2 Mailbox 51\n"
			 "  + 9 (not registered) 1\n"
			 "  + No enhanced code 16\n"
			 "  No code 70\n"
			 "  Dropped 65\n");
	struct group one = {.key = STR("x"), .count = 248};
	const struct groups *codes[] = {&g};
	tree_by_key(&(struct groups){.rows = &one, .count = 1}, GROUP_SENDER, ORDER_NAME, codes, &a, &t);
	assert_string_equal(t.nodes[2].label.p, "4.1.8");
	assert_string_equal(t.nodes[2].filter.p, "from:=x code:4.1.8 -status:dropped");
	arena_free(&a);
}

static void test_days(void **state)
{
	(void)state;
	struct arena a = {0};
	static const struct {
		const char *key, *label, *filter;
	} days[] = {
		{"2026-11-23", "Mon 23 Nov 2026", "since:2026-11-23 before:2026-11-24"},
		{"2026-11-01", "Sun  1 Nov 2026", "since:2026-11-01 before:2026-11-02"},
		{"2024-02-28", "Wed 28 Feb 2024", "since:2024-02-28 before:2024-02-29"},
		{"2026-12-31", "Thu 31 Dec 2026", "since:2026-12-31 before:2027-01-01"},
		{"9999-12-31", "Fri 31 Dec 9999", "since:9999-12-31"},
	};
	struct group rows_of_days[COUNT_OF(days)];
	const struct groups *codes[COUNT_OF(days)] = {0};
	for (size_t i = 0; i < COUNT_OF(days); i++)
		rows_of_days[i] = (struct group){.key = str_of(days[i].key), .count = 1};
	struct groups g = {.rows = rows_of_days, .count = (int)COUNT_OF(days), .more = true};
	struct tree t;
	tree_by_key(&g, GROUP_DAY, ORDER_NAME, codes, &a, &t);
	assert_true(t.more);
	for (size_t i = 0; i < COUNT_OF(days); i++) {
		assert_string_equal(t.nodes[1 + i].label.p, days[i].label);
		assert_string_equal(t.nodes[1 + i].filter.p, days[i].filter);
	}
	arena_free(&a);
}

static void test_each_key_is_picked_whole(void **state)
{
	(void)state;
	struct arena a = {0};
	static const struct {
		enum grouping by;
		struct str key;
		const char *filter;
	} t[] = {
		{GROUP_DOMAIN, {"example.com", 11}, "domain:example.com"},
		{GROUP_MX, {"mx1.example.net", 15}, "mx:=mx1.example.net"},
		{GROUP_MX, {"", 0}, "mx:=\"\""},
		{GROUP_SENDER, {"=a b", 4}, "from:=\"=a b\""},
		{GROUP_WORDING, {"550 <*>: \"*\"", 12}, "wording:\"550 <*>: \\\"*\\\"\""},
	};
	for (size_t i = 0; i < COUNT_OF(t); i++)
		assert_string_equal(tree_key_filter(t[i].by, t[i].key, &a).p, t[i].filter);
	/* A key may hold any byte. */
	struct group odd = {.key = STR("a\0b"), .count = 248};
	struct groups g = {.rows = &odd, .count = 1}, inside = groups_of(&a, false);
	const struct groups *codes[] = {&inside};
	struct tree tree;
	tree_by_key(&g, GROUP_SENDER, ORDER_COUNT, codes, &a, &tree);
	assert_true(str_eq(tree.nodes[2].filter, STR("from:=a\0b status:dropped")) ||
		    str_starts(tree.nodes[2].filter, STR("from:=a\0b code:")));
	arena_free(&a);
}

static void test_groupings_are_told_apart(void **state)
{
	(void)state;
	for (int i = 0; i < GROUP_COUNT; i++) {
		assert_true(strlen(groupings[i].help) > 10 && strlen(groupings[i].title) > 3);
		for (int k = 0; k < i; k++)
			assert_true(groupings[i].letter != groupings[k].letter &&
				    strcmp(groupings[i].name, groupings[k].name) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_closed),
		cmocka_unit_test(test_open_groups_show_their_codes),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_each_node_picks_what_it_counts),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_codes_in_their_own_order),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_each_key_is_picked_whole),
		cmocka_unit_test(test_groupings_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
