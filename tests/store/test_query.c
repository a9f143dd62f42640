/* Answers that the query layer puts together from several of the store's: the timeline and the trees, in every zone. */
#include "scratch_rows.h"

#include "query.h"
#include "zones.h"

static const int64_t FIRST_S = 1761890461; /* 2025-10-31T06:01:01Z */
enum { RECORDS = 60000, STEP_S = 537 };    /* a bit over a year, more than 100 failures a day */

static int setup(void **state)
{
	char sql[700];
	snprintf(sql, sizeof sql,
		 "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		 " INSERT INTO email (recipient, sender, remote_mta, response, time, outcome, enhanced_code)"
		 " SELECT 'user' || (i %% 70) || '@d' || (i %% 7) || '.example', 'from' || (i %% 3) || '@example.org',"
		 " iif(i %% 4, 'mx' || (i %% 4) || '.example', NULL), iif(i %% 2, '550 no one called ' || i, 'full'),"
		 " %lld + i * %d, CASE i %% 5 WHEN 0 THEN 'delivered' WHEN 1 THEN 'dropped' ELSE 'failed' END,"
		 " iif(i %% 3, '5.1.1', '4.2.2') FROM n",
		 RECORDS, (long long)FIRST_S, STEP_S);
	struct fixture *f = *state = fixture_make(sql);
	fixture_open(f);
	return 0;
}

/* ---- the timeline ---- */

static bool is_whole(enum unit u, enum zone z, int64_t start)
{
	struct civil c = civil_in(z, start);
	if (u == UNIT_HOUR) /* half past: behind a change by half an hour */
		return c.second == 0 && (c.minute == 0 || c.minute == 30);
	if (day_start_in(z, start, 0) != start)
		return false;
	return u == UNIT_DAY || (u == UNIT_WEEK ? c.weekday == 1 : c.day == 1);
}

static int64_t counted(struct fixture *f, const char *what, int64_t from_s, int64_t until_s, const char *where)
{
	char sql[300];
	snprintf(sql, sizeof sql, "SELECT count(*) FROM email WHERE %s AND time >= %lld AND time < %lld AND %s", what,
		 (long long)from_s, (long long)until_s, where);
	return plain_int(f->db, sql);
}

/* `where`: the same in SQL as what the filter says about times and recipients. */
static void check_timeline(struct fixture *f, enum zone zone, const char *line, const char *where, int columns)
{
	struct arena a = {0};
	struct request r = {.ask = ASK_TIMELINE, .scope = {.count = 1}, .zone = zone, .columns = columns};
	struct reply *out = calloc(1, sizeof *out);
	struct err e = {0};
	assert_non_null(out);
	assert_ok(filter_parse(str_of(line), (struct moment){FIRST_S, zone}, &a, &r.scope.all[0], &e), e);
	query_answer(f->st, &r, out);
	const struct timeline *t = &out->timeline;
	assert_int_equal(out->err.kind, ERR_NONE);
	if (t->count < 1 || t->count > columns)
		fail_msg("%s: %d buckets", line, t->count);
	int64_t all = 0, peak = 0;
	for (int i = 0; i < t->count; i++) {
		const struct bucket *b = &t->buckets[i];
		int64_t from_s = t->starts_s[i], until_s = t->starts_s[i + 1];
		if (from_s >= until_s || !is_whole(t->unit, zone, from_s))
			fail_msg("%s: %s from %lld to %lld", line, unit_name(t->unit), (long long)from_s,
				 (long long)until_s);
		assert_int_equal(b->dropped, counted(f, "outcome = 'dropped'", from_s, until_s, where));
		assert_int_equal(b->temporary,
				 counted(f, "outcome = 'failed' AND enhanced_code = '4.2.2'", from_s, until_s, where));
		assert_int_equal(b->permanent,
				 counted(f, "outcome = 'failed' AND enhanced_code = '5.1.1'", from_s, until_s, where));
		int64_t sum = b->dropped + b->temporary + b->permanent;
		peak = sum > peak ? sum : peak;
		all += sum;
	}
	const struct bucket *top = &t->buckets[t->peak];
	assert_int_equal(top->dropped + top->temporary + top->permanent, peak);
	assert_true(t->starts_s[t->count] > t->last_s);
	if (t->starts_s[0] <= t->first_s) /* else the oldest months did not fit */
		assert_int_equal(all, counted(f, "outcome <> 'delivered'", 0, INT64_MAX, where));
	else
		assert_int_equal(t->count, columns);
	arena_free(&a);
	reply_free(out);
}

static void check_timelines(struct fixture *f, enum zone zone)
{
	char where[200];
	struct civil march = {.year = 2026, .month = 3, .day = 28, .hour = 10}, april = march;
	int64_t from_s = civil_to_in(zone, march);
	april.day += 2;
	int64_t until_s = civil_to_in(zone, april);
	check_timeline(f, zone, "", "1", 400);
	check_timeline(f, zone, "", "1", 60);
	check_timeline(f, zone, "", "1", 20);
	check_timeline(f, zone, "", "1", 5);
	check_timeline(f, zone, "to:user7@", "recipient LIKE 'user7@%'", 70);
	/* Days with a change of clocks among them. */
	snprintf(where, sizeof where, "time >= %lld AND time < %lld", (long long)from_s, (long long)until_s);
	check_timeline(f, zone, "since:2026-03-28T10:00 before:2026-03-30T10:00", where, 60);
	check_timeline(f, zone, "since:2026-03-28T10:00 before:2026-03-30T10:00", where, 5);
	march.month = 10;
	march.day = 20;
	snprintf(where, sizeof where, "time >= %lld", (long long)civil_to_in(zone, march));
	check_timeline(f, zone, "since:2026-10-20T10:00", where, 60);
}

static void timelines_count_whole_units(void **state)
{
	for (size_t i = 0; i < COUNT_OF(test_zones); i++) {
		use_zone(test_zones[i]);
		check_timelines(*state, ZONE_LOCAL);
		check_timelines(*state, ZONE_UTC);
	}
	use_zone("UTC");
}

static void an_empty_timeline_has_no_peak(void **state)
{
	struct fixture *f = *state;
	struct request r = {.ask = ASK_TIMELINE, .scope = {.count = 1}, .columns = 60};
	struct reply *out = calloc(1, sizeof *out);
	struct err e = {0};
	struct arena a = {0};
	assert_non_null(out);
	assert_ok(filter_parse(STR("since:2030"), (struct moment){0}, &a, &r.scope.all[0], &e), e);
	query_answer(f->st, &r, out);
	assert_int_equal(out->err.kind, ERR_NONE);
	assert_int_equal(out->timeline.peak, -1);
	assert_int_equal(out->timeline.count, 0);
	arena_free(&a);
	reply_free(out);
}

/* ---- trees ---- */

/* How many a node's line picks besides what was typed. */
static int64_t picked(struct fixture *f, const struct request *r, struct str line)
{
	struct arena a = {0};
	struct err e = {0};
	struct scope s = r->scope;
	int64_t n;
	assert_ok(filter_parse(line, (struct moment){FIRST_S, r->zone}, &a, &s.all[s.count++], &e), e);
	assert_ok(store_count(f->st, &s, &n, &e), e);
	arena_free(&a);
	return n;
}

static struct reply *answered(struct fixture *f, const struct request *r)
{
	struct reply *out = calloc(1, sizeof *out);
	assert_non_null(out);
	query_answer(f->st, r, out);
	assert_int_equal(out->err.kind, ERR_NONE);
	return out;
}

/* Each node picks what it counts, and codes add up to the groups that are open. Returns how many those hold. */
static int64_t check_nodes(struct fixture *f, const struct request *r, const struct tree *t)
{
	int64_t groups = 0, codes = 0, opened = 0;
	for (int i = 0; i < t->count; i++) {
		const struct tree_node *n = &t->nodes[i];
		if (picked(f, r, n->filter) != n->count)
			fail_msg("%s (%s) counts %lld", n->label.p, n->filter.p, (long long)n->count);
		groups += n->depth == 1 ? n->count : 0;
		codes += n->depth == 2 ? n->count : 0;
		opened += n->expanded ? n->count : 0;
	}
	assert_int_equal(groups, t->total);
	assert_int_equal(codes, opened);
	return opened;
}

static void check_tree(struct fixture *f, struct request r)
{
	struct reply *closed = answered(f, &r);
	assert_true(closed->tree.count > 2);
	assert_int_equal(check_nodes(f, &r, &closed->tree), 0);
	const struct str open[] = {closed->tree.nodes[1].filter, closed->tree.nodes[2].filter};
	r.open = open;
	r.open_count = 2;
	struct reply *opened = answered(f, &r);
	int64_t n = check_nodes(f, &r, &opened->tree);
	assert_int_equal(n, closed->tree.nodes[1].count + closed->tree.nodes[2].count);
	reply_free(opened);
	reply_free(closed);
}

static void trees_pick_what_they_count(void **state)
{
	static const char *const lines[] = {"", "status:any", "code:5.1.1 since:2026-02-03T10:00", "to:user1"};
	struct arena a = {0};
	struct err e = {0};
	use_zone(NEW_YORK);
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		for (int by = GROUP_CODE + 1; by < GROUP_COUNT; by++) {
			struct request r = {.ask = ASK_TREE, .scope = {.count = 1}, .grouping = (enum grouping)by};
			r.zone = by == GROUP_DAY && i % 2 ? ZONE_UTC : ZONE_LOCAL;
			r.order = i % 2 ? ORDER_NAME : ORDER_COUNT;
			assert_ok(filter_parse(str_of(lines[i]), (struct moment){FIRST_S, r.zone}, &a, &r.scope.all[0],
					       &e),
				  e);
			check_tree(*state, r);
		}
	}
	use_zone("UTC");
	arena_free(&a);
}

/* All is all, also where the list of groups was cut. */
static void a_long_tree_counts_all(void **state)
{
	struct fixture *f = *state;
	struct request r = {.ask = ASK_TREE, .scope = {.count = 1}, .grouping = GROUP_SENDER};
	plain_exec(f->db, "UPDATE email SET sender = id || sender");
	struct reply *out = answered(f, &r);
	assert_true(out->tree.more);
	assert_true(out->tree.count < 3000);
	assert_int_equal(out->tree.total, counted(f, "outcome <> 'delivered'", 0, INT64_MAX, "1"));
	assert_int_equal(out->tree.nodes[0].count, out->tree.total);
	reply_free(out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(timelines_count_whole_units),
		TEST(an_empty_timeline_has_no_peak),
		TEST(trees_pick_what_they_count),
		TEST(a_long_tree_counts_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
