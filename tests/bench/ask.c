/* ask.c - what each question of the browser costs: ask FILE [PART]
 *
 * Every question is asked ROUNDS times of a newly opened database, so that nothing is remembered from the one before, as the
 * worker asks it: query_answer(). One line each: name, budget, median milliseconds by the clock, and of this thread's
 * processor time (which other programs hardly change), tab-separated. PART: only those whose name holds it.
 */
#include "query.h"
#include "worker_threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 3, PAGE_ROWS = 200, TIMELINE_COLUMNS = 118 };

struct question {
	const char *name;
	int budget_ms;
	const char *line;
	struct request r;
};

static const struct question questions[] = {
	/* pages */
	{"page: start", 5, "", {.ask = ASK_PAGE, .want = WANT_START}},
	{"page: end", 5, "", {.ask = ASK_PAGE, .want = WANT_END}},
	{"page: half way", 5, "", {.ask = ASK_PAGE, .want = WANT_RANK, .rank = -50}},
	{"page: by recipient", 5, "", {.ask = ASK_PAGE, .want = WANT_START, .sort = SORT_RECIPIENT}},
	{"page: by recipient, end", 5, "", {.ask = ASK_PAGE, .want = WANT_END, .sort = SORT_RECIPIENT}},
	{"page: by recipient, half way",
	 20,
	 "",
	 {.ask = ASK_PAGE, .want = WANT_RANK, .rank = -50, .sort = SORT_RECIPIENT}},
	{"page: by code", 5, "", {.ask = ASK_PAGE, .want = WANT_START, .sort = SORT_CODE}},
	{"page: by code, half way", 20, "", {.ask = ASK_PAGE, .want = WANT_RANK, .rank = -50, .sort = SORT_CODE}},
	{"page: code:550", 20, "code:550", {.ask = ASK_PAGE}},
	{"page: code:4.4.7", 20, "code:4.4.7", {.ask = ASK_PAGE}},
	{"page: subject:7 by recipient", 20, "subject:7", {.ask = ASK_PAGE, .sort = SORT_RECIPIENT}},
	{"page: status:any", 20, "status:any", {.ask = ASK_PAGE}},
	{"page: since:30d", 20, "since:30d", {.ask = ASK_PAGE}},
	{"page: domain:gmail.example", 20, "domain:gmail.example", {.ask = ASK_PAGE}},
	{"page: domain:d77.example", 20, "domain:d77.example", {.ask = ASK_PAGE}},
	{"page: to:x1234", 150, "to:x1234", {.ask = ASK_PAGE}},
	{"page: to:nobody-at-all", 150, "to:nobody-at-all", {.ask = ASK_PAGE}},
	{"page: -to:a -domain:gmail.example", 150, "-to:a -domain:gmail.example", {.ask = ASK_PAGE}},
	{"page: text:greylist", 500, "text:greylist", {.ask = ASK_PAGE}},
	{"page: text:nothing-like-it", 500, "text:nothing-like-it", {.ask = ASK_PAGE}},
	{"page: -text:a class:5", 500, "-text:a class:5", {.ask = ASK_PAGE}},
	{"page: title:\"invoice 77\"", 500, "title:\"invoice 77\"", {.ask = ASK_PAGE}},
	{"page: mx:hosting77", 500, "mx:hosting77", {.ask = ASK_PAGE}},
	{"page: from:shop177", 500, "from:shop177", {.ask = ASK_PAGE}},
	/* counts */
	{"count: all", 100, "", {.ask = ASK_COUNT}},
	{"count: code:550", 100, "code:550", {.ask = ASK_COUNT}},
	{"count: since:30d", 100, "since:30d", {.ask = ASK_COUNT}},
	{"count: domain:gmail.example", 100, "domain:gmail.example", {.ask = ASK_COUNT}},
	{"count: to:x1234", 150, "to:x1234", {.ask = ASK_COUNT}},
	{"count: text:greylist", 1500, "text:greylist", {.ask = ASK_COUNT}},
	{"totals", 100, "", {.ask = ASK_TOTALS}},
	/* groups */
	{"groups: code", 50, "", {.ask = ASK_TREE, .grouping = GROUP_CODE}},
	{"groups: domain", 100, "", {.ask = ASK_TREE, .grouping = GROUP_DOMAIN}},
	{"groups: MTA", 100, "", {.ask = ASK_TREE, .grouping = GROUP_MX}},
	{"groups: sender", 100, "", {.ask = ASK_TREE, .grouping = GROUP_SENDER}},
	{"groups: day", 50, "", {.ask = ASK_TREE, .grouping = GROUP_DAY}},
	{"groups: local day", 100, "", {.ask = ASK_TREE, .grouping = GROUP_DAY, .zone = ZONE_LOCAL}},
	{"groups: wording", 500, "", {.ask = ASK_TREE, .grouping = GROUP_WORDING}},
	{"groups: code of to:x12", 150, "to:x12", {.ask = ASK_TREE, .grouping = GROUP_CODE}},
	{"groups: domain of subject:7", 100, "subject:7", {.ask = ASK_TREE, .grouping = GROUP_DOMAIN}},
	{"groups: MTA of since:7d", 100, "since:7d", {.ask = ASK_TREE, .grouping = GROUP_MX}},
	/* time */
	{"timeline: all", 50, "", {.ask = ASK_TIMELINE}},
	{"timeline: local", 100, "", {.ask = ASK_TIMELINE, .zone = ZONE_LOCAL}},
	{"timeline: since:7d", 50, "since:7d", {.ask = ASK_TIMELINE}},
	/* others */
	{"completion of a domain", 20, "", {.ask = ASK_DOMAINS}},
	{"mark all", 1000, "", {.ask = ASK_MARKS}},
};

static double now_ms(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;
	return (a > b) - (a < b);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, by_size);
	return values[ROUNDS / 2];
}

/* A negative rank is one in percent of the failures. */
static void complete(struct request *r, const struct totals *t, struct arena *a, const char *line)
{
	struct err e = {0};
	struct moment now = {.now_s = t->last_s, .zone = r->zone};
	r->scope.count = 1;
	if (!filter_parse(str_of(line), now, a, &r->scope.all[0], &e))
		die("%s", e.msg);
	if (r->rank < 0)
		r->rank = t->failures * -r->rank / 100;
	if (r->grouping == GROUP_CODE && r->ask == ASK_TREE)
		r->open_first = true;
	r->rows = r->ask == ASK_TREE ? 30 : PAGE_ROWS;
	r->columns = TIMELINE_COLUMNS;
	r->prefix = STR("d");
}

static void measure(const char *path, const struct question *q)
{
	double wall[ROUNDS], cpu[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		struct err e = {0};
		struct totals totals;
		struct arena a = {0};
		struct store *st = store_open(path, &e);
		if (!st || !store_totals(st, &totals, &e))
			die("%s", e.msg);
		store_close(st);
		st = store_open(path, &e); /* that one remembers */
		if (!st)
			die("%s", e.msg);
		store_set_threads(st, threads_wanted(READERS_MAX), threads_run);
		struct request r = q->r;
		complete(&r, &totals, &a, q->line);
		struct reply *out = calloc(1, sizeof *out);
		if (!out)
			die("out of memory");
		double wall_from = now_ms(CLOCK_MONOTONIC), cpu_from = now_ms(CLOCK_THREAD_CPUTIME_ID);
		query_answer(st, &r, out);
		cpu[i] = now_ms(CLOCK_THREAD_CPUTIME_ID) - cpu_from;
		wall[i] = now_ms(CLOCK_MONOTONIC) - wall_from;
		if (out->err.kind != ERR_NONE)
			die("%s", out->err.msg);
		reply_free(out);
		store_close(st);
		arena_free(&a);
	}
	printf("%s\t%d\t%.2f\t%.2f\n", q->name, q->budget_ms, median(wall), median(cpu));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: ask FILE [PART]\n");
		return 2;
	}
	for (size_t i = 0; i < COUNT_OF(questions); i++)
		if (argc < 3 || strstr(questions[i].name, argv[2]))
			measure(argv[1], &questions[i]);
	return 0;
}
