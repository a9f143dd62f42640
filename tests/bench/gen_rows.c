/* gen_rows.c - fills a database with many rows for the bench: gen_rows FILE ROWS
 *
 * Deterministic. Goes through the store like any import, in batches. Like a shop's year of mail: one row in seven failed or
 * was dropped, 40% as many failing recipients as failures; half of the people have their mailboxes at a few large
 * providers, the others at thousands of small domains with some hundred hosters; answers as in the sample's table, those
 * of a provider's own servers among them, with its host names, addresses and ids in them; more mail by day than at night.
 */
#include "sample_tables.h"
#include "store.h"

#include <sqlite3.h>
#include <stdlib.h>

enum {
	BATCH = 100000,
	FAILED_PERMILLE = 140,
	DROPPED_PERMILLE = 8,
	FAILING_PERMILLE = 67, /* people that mail is sent to and never arrives at, of the rows */
	LARGE_PERCENT = 50,    /* people at the domains of the sample, by their weights */
	SMALL_DOMAINS = 6000,
	HOSTERS = 700,
	SENDERS = 250,
	TEXT_MAX = 1500, /* bytes of {filler} */
	YEAR_S = 365 * 86400,
	START_S = 1763899200, /* 2025-11-23T12:00:00Z */
};

struct generator {
	struct store *st;
	struct sample_tables t;
	int weights; /* of all failures' answers */
	int domain_weights;
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

/* A number below n, small ones far more often: the first tenth gets half. */
static int64_t skewed(uint64_t random, int64_t n)
{
	double at = (double)(random >> 11) / (double)(UINT64_C(1) << 53);
	return (int64_t)(at * at * at * (double)n);
}

/* Always the same for the same number. */
static uint64_t mixed(uint64_t n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15u;
	n = (n ^ (n >> 29)) * 0xbf58476d1ce4e5b9u;
	return n ^ (n >> 32);
}

static const struct domain *large_domain(const struct generator *g, uint64_t random)
{
	int64_t at = (int64_t)(random % (uint64_t)g->domain_weights);
	const struct domain *d = g->t.domains;
	while (at >= d->weight)
		at -= d++->weight;
	return d;
}

struct mailbox {
	struct str address, domain, mx;
};

/* Those who fail are fewer, and never get anything. */
static struct mailbox mailbox(struct generator *g, bool failing)
{
	int64_t people = failing ? g->rows * FAILING_PERMILLE / 1000 : g->rows / 3;
	int64_t who = below(g, people + 1);
	uint64_t fate = mixed((uint64_t)who * 2 + failing), home = mixed(fate);
	const struct person *p = &g->t.people[fate % g->t.person_count];
	struct mailbox m;
	if (fate / 1000 % 100 < LARGE_PERCENT) {
		const struct domain *d = large_domain(g, home);
		m.domain = d->name;
		m.mx = arena_printf(&g->scratch, "in%lld.%.*s", (long long)below(g, 8), (int)d->mx.len, d->mx.p);
	} else {
		int64_t n = skewed(home, SMALL_DOMAINS);
		m.domain = arena_printf(&g->scratch, "d%lld.example", (long long)n);
		m.mx = arena_printf(&g->scratch, "mx%lld.hosting%lld.example", (long long)below(g, 2) + 1,
				    (long long)skewed(mixed((uint64_t)n), HOSTERS));
	}
	m.address = arena_printf(&g->scratch, "%.*s.%s%lld@%.*s", (int)p->ascii.len, p->ascii.p, failing ? "x" : "",
				 (long long)who, (int)m.domain.len, m.domain.p);
	return m;
}

/* Fills the place called `name`. */
static void fill(struct generator *g, struct str name, const struct mailbox *m, struct str sender, struct buf *b)
{
	uint64_t r = chance(g);
	if (str_eq(name, STR("rcpt")))
		buf_add(b, m->address);
	else if (str_eq(name, STR("domain")))
		buf_add(b, m->domain);
	else if (str_eq(name, STR("host")))
		buf_add(b, m->mx);
	else if (str_eq(name, STR("from")))
		buf_add(b, sender);
	else if (str_eq(name, STR("id")))
		buf_printf(b, "%08x%08x.%d", (unsigned)(r >> 32), (unsigned)r, (int)(r % 1000));
	else if (str_eq(name, STR("n")))
		buf_printf(b, "%d", (int)(r % 10000));
	else if (str_eq(name, STR("mxip")) || str_eq(name, STR("ip")))
		buf_printf(b, "198.51.%d.%d", (int)(r % 256), (int)(r / 256 % 256));
	else if (str_eq(name, STR("filler")))
		for (int64_t i = below(g, TEXT_MAX) / 8; i > 0; i--)
			buf_add(b, STR("please; "));
	else
		buf_add(b, STR("shop.example"));
}

static struct str filled(struct generator *g, struct str text, const struct mailbox *m, struct str sender)
{
	struct buf b = {0};
	for (size_t at = 0; at < text.len;) {
		size_t open = str_find(text, STR("{"), at);
		buf_add(&b, str_slice(text, at, open - at));
		if (open == SIZE_MAX)
			break;
		size_t close = str_find(text, STR("}"), open);
		fill(g, str_slice(text, open + 1, close - open - 1), m, sender, &b);
		at = close + 1;
	}
	struct str out = arena_str(&g->scratch, buf_str(&b));
	buf_free(&b);
	return out;
}

/* Rows come in the order of time, not evenly: four fifths of a day's mail between 7 and 19 o'clock. */
static int64_t time_of(struct generator *g, int64_t i)
{
	int64_t at = (int64_t)((double)i / (double)g->rows * YEAR_S), day = at / 86400, second = at % 86400;
	int64_t bright_from = 86400 / 10, bright = 86400 * 8 / 10;
	if (second < bright_from)
		second = second * 7 * 3600 / bright_from;
	else if (second < bright_from + bright)
		second = 7 * 3600 + (second - bright_from) * 12 * 3600 / bright;
	else
		second = 19 * 3600 + (second - bright_from - bright) * 5 * 3600 / (86400 - bright_from - bright);
	return START_S - START_S % 86400 + day * 86400 + second;
}

static bool put_row(struct generator *g, int64_t i, struct err *e)
{
	int64_t kind = below(g, 1000);
	bool dropped = kind < DROPPED_PERMILLE && g->last_failure;
	bool failed = !dropped && kind < DROPPED_PERMILLE + FAILED_PERMILLE;
	int64_t time = time_of(g, i);
	struct mailbox m = mailbox(g, failed || dropped);
	const struct title *title = &g->t.titles[chance(g) % g->t.title_count];
	int64_t shop = skewed(chance(g), SENDERS);
	struct record r = {
		.message_id = arena_printf(&g->scratch, "%lld.%lld@shop.example", (long long)time, (long long)i),
		.queue_id = arena_printf(&g->scratch, "%010llX", (unsigned long long)chance(g) & 0xffffffffff),
		.queued_at = time - below(g, 30),
		.time = time,
		.sender =
			shop == 0 ? title->sender : arena_printf(&g->scratch, "news@shop%lld.example", (long long)shop),
		.recipient = m.address,
		.outcome = OUTCOME_DELIVERED,
		.attempts = 1,
	};
	r.title = filled(g, title->text, &m, r.sender);
	if (failed) {
		const struct answer *a = pick_answer(g);
		r.outcome = OUTCOME_FAILED;
		r.basic = a->basic;
		r.enhanced = a->enhanced;
		r.stage = a->stage;
		r.response = filled(g, a->text, &m, r.sender);
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
		r.remote_mta = m.mx;
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

static bool run_sql(const char *path, const char *sql, struct buf *out)
{
	sqlite3 *db;
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_open(path, &db) == SQLITE_OK && sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK;
	int rc = SQLITE_DONE;
	while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW)
		buf_add(out, str_of((const char *)sqlite3_column_text(s, 0)));
	ok = ok && rc == SQLITE_DONE;
	sqlite3_finalize(s);
	sqlite3_close(db);
	return ok;
}

/* Indexes are made in one go afterwards: for ten million rows that takes a tenth of the time. */
static bool drop_indexes(const char *path)
{
	struct buf names = {0};
	struct str rest, name;
	bool ok = run_sql(path, "SELECT name || char(10) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
			  &names);
	rest = buf_str(&names);
	while (ok && str_next(&rest, '\n', &name)) {
		char sql[200];
		snprintf(sql, sizeof sql, "DROP INDEX \"%.*s\"", (int)name.len, name.p);
		ok = name.len == 0 || run_sql(path, sql, NULL);
	}
	buf_free(&names);
	return ok;
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
	for (size_t i = 0; i < g.t.domain_count; i++)
		g.domain_weights += g.t.domains[i].weight;
	g.st = store_open_rw(argv[1], true, &e);
	bool ok = g.st && (drop_indexes(argv[1]) || err_set(&e, ERR_IO, "cannot drop the indexes")) && generate(&g, &e);
	store_close(g.st);
	g.st = ok ? store_open_rw(argv[1], false, &e) : NULL; /* puts them back */
	ok = g.st;
	store_close(g.st);
	arena_free(&tables);
	if (!ok)
		fprintf(stderr, "gen_rows: %s\n", e.msg);
	return ok ? 0 : 1;
}
