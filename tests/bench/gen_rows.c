/* gen_rows.c - fills a database with many rows for the bench: gen_rows FILE ROWS
 *
 * Deterministic. Goes through the store like any import, in batches. One row in seven failed or was dropped, codes as in the
 * sample's table of answers, 40% as many failing recipients as failures, a year of time.
 */
#include "sample_tables.h"
#include "store.h"

#include <stdlib.h>

enum {
	BATCH = 100000,
	FAILED_PERMILLE = 140,
	DROPPED_PERMILLE = 8,
	DOMAINS = 400,
	YEAR_S = 365 * 86400,
	START_S = 1763899200, /* 2025-11-23T12:00:00Z */
};

struct generator {
	struct store *st;
	struct sample_tables t;
	int weights; /* of all failures' answers */
	uint64_t random;
	int64_t rows, last_failure;
	struct arena scratch;
};

/* splitmix64 */
static uint64_t chance(struct generator *g)
{
	uint64_t z = g->random += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int64_t below(struct generator *g, int64_t n)
{
	return (int64_t)(chance(g) % (uint64_t)n);
}

static bool is_failure(const struct answer *a)
{
	return a->basic / 100 != 2;
}

static const struct answer *pick_answer(struct generator *g)
{
	int64_t at = below(g, g->weights);
	for (const struct answer *a = g->t.answers;; a++) {
		if (!is_failure(a))
			continue;
		if (at < a->weight)
			return a;
		at -= a->weight;
	}
}

static struct str recipient(struct generator *g, bool failing)
{
	/* Those who fail are fewer, and never get anything. */
	int64_t people = failing ? g->rows * FAILED_PERMILLE / 1000 * 4 / 10 : g->rows / 3;
	int64_t who = below(g, people + 1);
	const struct person *p = &g->t.people[who % (int64_t)g->t.person_count];
	return arena_printf(&g->scratch, "%.*s.%s%lld@d%lld.example", (int)p->ascii.len, p->ascii.p, failing ? "x" : "",
			    (long long)who, (long long)(who * who % DOMAINS));
}

/* The answer's text; the places to fill in it all become the recipient. */
static struct str response(struct generator *g, struct str text, struct str rcpt)
{
	struct buf b = {0};
	for (size_t at = 0; at < text.len;) {
		size_t open = str_find(text, STR("{"), at);
		buf_add(&b, str_slice(text, at, open - at));
		if (open == SIZE_MAX)
			break;
		buf_add(&b, rcpt);
		at = str_find(text, STR("}"), open) + 1;
	}
	struct str filled = arena_str(&g->scratch, buf_str(&b));
	buf_free(&b);
	return filled;
}

static bool put_row(struct generator *g, int64_t i, struct err *e)
{
	int64_t kind = below(g, 1000);
	bool dropped = kind < DROPPED_PERMILLE && g->last_failure;
	bool failed = !dropped && kind < DROPPED_PERMILLE + FAILED_PERMILLE;
	int64_t time = START_S + (int64_t)((double)i / (double)g->rows * YEAR_S);
	struct record r = {
		.message_id = arena_printf(&g->scratch, "%lld.%lld@shop.example", (long long)time, (long long)i),
		.queue_id = arena_printf(&g->scratch, "%010llX", (unsigned long long)chance(g) & 0xffffffffff),
		.queued_at = time - below(g, 30),
		.time = time,
		.sender = g->t.titles[i % (int64_t)g->t.title_count].sender,
		.recipient = recipient(g, failed || dropped),
		.title = arena_printf(&g->scratch, "Order confirmation %lld", (long long)below(g, 1000000)),
		.outcome = OUTCOME_DELIVERED,
		.attempts = 1,
	};
	if (failed) {
		const struct answer *a = pick_answer(g);
		r.outcome = OUTCOME_FAILED;
		r.basic = a->basic;
		r.enhanced = a->enhanced;
		r.stage = a->stage;
		r.response = response(g, a->text, r.recipient);
	} else if (dropped) {
		r.outcome = OUTCOME_DROPPED;
		r.caused_by = g->last_failure;
		r.attempts = 0;
	} else {
		r.basic = 250;
		r.enhanced = (struct ecode){2, 0, 0};
		r.response =
			arena_printf(&g->scratch, "250 2.0.0 Ok: queued as %.*s", (int)r.queue_id.len, r.queue_id.p);
	}
	if (!dropped)
		r.remote_mta = arena_printf(&g->scratch, "mx%lld.mail.example", (long long)below(g, 500));
	enum put what;
	bool ok = store_put(g->st, &r, NULL, 0, 0, &what, e);
	if (failed)
		g->last_failure = r.id;
	arena_free(&g->scratch);
	return ok;
}

static bool generate(struct generator *g, struct err *e)
{
	for (int64_t i = 0; i < g->rows; i++) {
		if (i % BATCH == 0 && ((i > 0 && !store_commit(g->st, e)) || !store_begin(g->st, e)))
			return false;
		if (!put_row(g, i, e))
			return false;
	}
	return store_commit(g->st, e);
}

int main(int argc, char **argv)
{
	struct generator g = {.random = 7};
	struct err e = {0};
	if (argc != 3 || !str_to_int(str_of(argv[2]), &g.rows) || g.rows < 1) {
		fprintf(stderr, "usage: gen_rows FILE ROWS\n");
		return 2;
	}
	struct arena tables = {0};
	g.t = sample_tables_read(&tables);
	for (size_t i = 0; i < g.t.answer_count; i++)
		g.weights += is_failure(&g.t.answers[i]) ? g.t.answers[i].weight : 0;
	g.st = store_open_rw(argv[1], true, &e);
	bool ok = g.st && generate(&g, &e);
	store_close(g.st);
	arena_free(&tables);
	if (!ok)
		fprintf(stderr, "gen_rows: %s\n", e.msg);
	return ok ? 0 : 1;
}
