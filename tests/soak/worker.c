/* Questions that supersede each other, some cancelled, while others write: no answer to an older question is ever handed
 * out, each newest one is answered, an export is always heard of. SOAK_REQUESTS=n of them. Made to be run with SAN=thread.
 */
#include "soak.h"

#include "worker.h"

#include <poll.h>
#include <sqlite3.h>

enum {
	RECORDS = 3000,
	FIRST_ID = 200000, /* but for one: the table seems large enough to be read by several */
	DEADLINE_MS = 60000,
};

struct world {
	struct soak k;
	char db[PATH_MAX], out[PATH_MAX];
	struct worker *worker;
	struct store *store; /* the other one, who writes */
	uint64_t random;
	unsigned newest[ASK_KINDS];
	bool waits[ASK_KINDS]; /* an answer to the newest is due */
	long asked, answered, cancelled, written, news;
};

static unsigned below(struct world *w, unsigned n)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (unsigned)((w->random >> 11) % n);
}

static bool put(struct world *w, int64_t time_s, struct err *e)
{
	enum put what;
	char to[64];
	snprintf(to, sizeof to, "bob%u@example%u.com", below(w, 500), below(w, 20));
	struct record r = {
		.time = time_s,
		.queued_at = TIME_NONE,
		.recipient = str_of(to),
		.response = STR("550 5.1.1 no such user"),
		.outcome = OUTCOME_FAILED,
		.enhanced = {5, (int)below(w, 8), (int)below(w, 5)},
	};
	return store_put(w->store, &r, NULL, 0, 0, &what, e);
}

static void ask(struct world *w, enum ask kind)
{
	static const struct filter_term nobody = {.key = FILTER_TO, .text = {"nobody", 6}, .negated = true};
	struct request r = {
		.ask = kind,
		.scope = {.all = {{.terms = &nobody, .count = (int)below(w, 2)}}, .count = 1},
		.want = WANT_START,
		.rows = 1 + (int)below(w, 300),
		.columns = 10 + (int)below(w, 100),
		.id = FIRST_ID + below(w, RECORDS),
		.grouping = (enum grouping)below(w, GROUP_COUNT),
		.zone = ZONE_UTC,
		.prefix = STR("exa"),
		.path = w->out,
		.export = {.force = true},
	};
	w->newest[kind] = worker_ask(w->worker, &r);
	w->waits[kind] = true;
	w->asked++;
}

static bool take(struct world *w, struct err *e)
{
	worker_wake_clear(w->worker);
	for (struct reply *r; (r = worker_take(w->worker));) {
		bool ok = r->ask == ASK_VERSION || r->ask == ASK_EXPORT ||
			  (w->waits[r->ask] && r->generation == w->newest[r->ask]);
		if (!ok)
			err_set(e, ERR_INPUT, "an answer of kind %d to question %u, but the newest is %u", (int)r->ask,
				r->generation, w->newest[r->ask]);
		else if (r->err.kind != ERR_NONE && r->ask != ASK_EXPORT && r->ask != ASK_DETAIL)
			ok = err_set(e, r->err.kind, "kind %d: %s", (int)r->ask, r->err.msg);
		w->news += r->ask == ASK_VERSION;
		w->answered += r->ask != ASK_VERSION && !r->running;
		if (!r->running && r->generation == w->newest[r->ask])
			w->waits[r->ask] = false;
		reply_free(r);
		if (!ok)
			return false;
	}
	return true;
}

static bool step(struct world *w, struct err *e)
{
	enum ask kind = (enum ask)below(w, ASK_KINDS);
	if (kind == ASK_VERSION || (kind == ASK_EXPORT && below(w, 50) > 0))
		kind = ASK_PAGE;
	ask(w, kind);
	if (below(w, 20) == 0) {
		kind = (enum ask)below(w, ASK_KINDS);
		if (kind != ASK_VERSION) {
			worker_cancel(w->worker, kind);
			w->waits[kind] = w->waits[kind] && kind == ASK_EXPORT; /* that is always answered */
			w->cancelled++;
		}
	}
	if (below(w, 1000) == 0) {
		w->written++;
		if (!put(w, 1795000000 + below(w, 100000), e))
			return false;
	}
	if (below(w, 20) == 0)
		poll(&(struct pollfd){worker_fd(w->worker), POLLIN, 0}, 1, (int)below(w, 5));
	return below(w, 5) > 0 || take(w, e);
}

static bool all_answered(struct world *w, struct err *e)
{
	int64_t until_ms = clock_ms() + DEADLINE_MS;
	for (int k = 0; k < ASK_KINDS; k++)
		if (k != ASK_VERSION)
			ask(w, (enum ask)k);
	for (;;) {
		int waiting = 0;
		for (int k = 0; k < ASK_KINDS; k++)
			waiting += w->waits[k];
		if (waiting == 0)
			return true;
		if (clock_ms() > until_ms)
			return err_set(e, ERR_IO, "%d kinds of questions get no answer", waiting);
		poll(&(struct pollfd){worker_fd(w->worker), POLLIN, 0}, 1, 1000);
		if (!take(w, e))
			return false;
	}
}

static bool put_far_apart(struct world *w, struct err *e)
{
	sqlite3 *db = NULL;
	char sql[128];
	snprintf(
		sql, sizeof sql,
		"INSERT INTO email (id, recipient, time, outcome) VALUES (1, 'a', 1, 'failed'), (%d, 'b', 2, 'failed')",
		FIRST_ID - 1);
	bool ok = sqlite3_open(w->db, &db) == SQLITE_OK && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_close(db);
	return ok || err_set(e, ERR_IO, "%s cannot be filled", w->db);
}

static bool prepare(struct world *w, struct err *e)
{
	snprintf(w->db, sizeof w->db, "%s/mail.db", w->k.dir);
	snprintf(w->out, sizeof w->out, "%s/out.csv", w->k.dir);
	w->store = store_open_rw(w->db, true, e);
	bool ok = w->store && put_far_apart(w, e) && store_begin(w->store, e);
	for (int i = 0; i < RECORDS && ok; i++)
		ok = put(w, 1790000000 + i * 600, e);
	ok = ok && store_commit(w->store, e);
	if (ok)
		w->worker = worker_start(w->db, e);
	return ok && w->worker;
}

int main(void)
{
	static struct world w = {.random = 88172645463325252ULL};
	struct err e = {0};
	soak_start(&w.k);
	long want = soak_number("SOAK_REQUESTS", 5000, 100000);
	bool ok = prepare(&w, &e);
	while (ok && w.asked < want)
		ok = step(&w, &e);
	soak_result(&w.k, ok, e.msg, "no answer to an older question");
	soak_result(&w.k, ok && all_answered(&w, &e), e.msg, "each newest one is answered");
	int64_t asked_ms = clock_ms();
	for (int i = 0; i < 50; i++)
		ask(&w, (enum ask)(i % ASK_VERSION));
	worker_stop(w.worker);
	soak_result(&w.k, clock_ms() - asked_ms < 2000, "it took longer",
		    "it stops while it works, within two seconds");
	store_close(w.store);
	return soak_end(&w.k, "%ld questions, %ld answered, %ld cancelled, the others superseded; %ld writes by others",
			w.asked, w.answered, w.cancelled, w.written);
}
