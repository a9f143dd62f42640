/* The first import into an empty database: faster, and the same in the end as puts one by one. */
#include "pending.h"
#include "scratch.h"

enum { T0 = 1700000000, DAY = 86400, SHORT_ID_S = 3 * DAY, REPORTS = 3000 };

/* ---- reports that meet in every way there is ---- */

struct world {
	uint64_t random;
	bool simple; /* one source that never lies: all can be joined in memory */
	bool calm;   /* and each message is told of twice at most, so that the database is never asked */
	int told;
};

static int below(struct world *w, int n)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (int)((w->random >> 33) % (uint64_t)n);
}

static const char *pick(struct world *w, const char *const *of, int n)
{
	return of[below(w, n)];
}

static bool put_one(struct store *st, struct world *w, int kinds, enum put *what, struct err *e)
{
	static const char *const to[] = {"ann@example.com", "Ann@Example.com", "bob@example.com", "", "carol"};
	static const char *const ids[] = {"", "", "m1@app.example", "m2@app.example", "M1@app.example"};
	static const char *const files[] = {"mail.log", "mail.log.1", "a.eml"};
	static const char *const answers[] = {"", "no", "450 4.2.0 later", "550 5.1.1 unknown"};
	static const struct ecode codes[] = {{0}, {4, 2, 0}, {5, 1, 1}, {2, 0, 0}};
	static const enum outcome outcomes[] = {OUTCOME_DEFERRED, OUTCOME_DEFERRED, OUTCOME_DELIVERED,
						OUTCOME_FAILED,   OUTCOME_QUEUED,   OUTCOME_DROPPED};
	struct record r = {
		.source_key = (uint64_t)below(w, kinds),
		.recipient = str_of(pick(w, to, w->simple ? 2 : COUNT_OF(to))),
		.message_id = str_of(w->simple ? "" : pick(w, ids, COUNT_OF(ids))),
		.time = T0 + below(w, 12) * DAY + below(w, 3),
		.queued_at = below(w, 4) ? TIME_NONE : T0 + below(w, 12) * DAY,
		.outcome = outcomes[below(w, COUNT_OF(outcomes))],
		.enhanced = codes[below(w, COUNT_OF(codes))],
		.basic = below(w, 3) ? 0 : 550,
		.response = str_of(pick(w, answers, COUNT_OF(answers))),
		.sender = str_of(below(w, 2) ? "" : "s@app.example"),
		.time_guessed = below(w, 20) == 0,
		.file_tells = !w->simple && below(w, 5) == 0,
		.source_file = str_of(w->simple ? "mail.log" : pick(w, files, COUNT_OF(files))),
		.source_line = below(w, 1000),
	};
	if (w->calm) {
		r.source_key = 1 + (uint64_t)w->told++ / 2;
		r.recipient = STR("ann@Example.com");
	}
	struct attempt attempts[3];
	int count = below(w, 4);
	for (int i = 0; i < count; i++)
		attempts[i] = (struct attempt){
			.time = r.time + i / 2,
			.outcome = i ? OUTCOME_DEFERRED : r.outcome,
			.response = r.response,
			.remote_mta = str_of(below(w, 2) ? "mx.example.com" : ""),
		};
	if (r.outcome == OUTCOME_QUEUED || r.outcome == OUTCOME_DROPPED)
		count = 0;
	return store_put(st, &r, attempts, count, !w->calm && below(w, 2) ? SHORT_ID_S : 0, what, e);
}

static bool give_up(struct store *st, struct world *w, int kinds, int64_t *changed, struct err *e)
{
	return store_expire(st, 1 + (uint64_t)below(w, kinds - 1), T0 + below(w, 12) * DAY,
			    below(w, 2) ? SHORT_ID_S : 0, below(w, 2) ? STR("") : STR("late@app.example"), changed, e);
}

/* So many that those before are written. */
static void push_out(struct store *st, bool waiting)
{
	for (int i = 0; i <= (waiting ? PENDING_WAITING_MAX : PENDING_DONE_MAX); i++) {
		struct record r = {.source_key = 1000000 + (uint64_t)i,
				   .recipient = STR("many@example.com"),
				   .time = T0,
				   .queued_at = TIME_NONE,
				   .outcome = waiting ? OUTCOME_DEFERRED : OUTCOME_DELIVERED};
		enum put what;
		struct err e = {0};
		assert_ok(store_put(st, &r, NULL, 0, 0, &what, &e), e);
		assert_int_equal(what, PUT_ADDED);
	}
}

/* What is said while it goes in: it must be the same too. */
static uint64_t fill(struct store *st, uint64_t seed, bool simple, bool pushed)
{
	struct world w = {.random = seed, .simple = simple, .calm = simple && seed % 2};
	uint64_t said = 0;
	int kinds = 2 + below(&w, 300);
	for (int i = 0; i < REPORTS; i++) {
		struct err e = {0};
		enum put what = PUT_UNCHANGED;
		int64_t changed = 0;
		if (pushed && i == REPORTS / 2)
			push_out(st, simple);
		if (!w.calm && below(&w, 30) == 0)
			assert_ok(give_up(st, &w, kinds, &changed, &e), e);
		else
			assert_ok(put_one(st, &w, kinds, &what, &e), e);
		said = said * 31 + (uint64_t)what + (uint64_t)changed * 3;
	}
	return said;
}

/* All that is there, as text. */
static char *dump(sqlite3 *db)
{
	static const char *const asked[] = {
		"SELECT * FROM email ORDER BY id",
		"SELECT email_id, time, outcome, enhanced_code, basic_code, stage, remote_mta, response FROM attempt"
		" ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
		"SELECT email_id, source_key, source_file, source_line, time, outcome, enhanced_code, basic_code, "
		"stage,"
		" remote_mta, response FROM source ORDER BY 1, 2, 3, 4, 5, 6",
		"SELECT * FROM given_up",
		"SELECT * FROM tally",
		"SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2",
	};
	struct buf b = {0};
	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		sqlite3_stmt *s;
		assert_int_equal(sqlite3_prepare_v2(db, asked[i], -1, &s, NULL), SQLITE_OK);
		while (sqlite3_step(s) == SQLITE_ROW)
			for (int k = 0; k < sqlite3_column_count(s); k++)
				buf_printf(&b, "%s%c", (const char *)sqlite3_column_text(s, k),
					   k + 1 < sqlite3_column_count(s) ? '|' : '\n');
		sqlite3_finalize(s);
	}
	return b.p;
}

static char *filled(const struct scratch *s, bool first, uint64_t seed, bool simple, bool pushed, uint64_t *said)
{
	struct err e = {0};
	remove(s->path);
	struct store *st = store_open_rw(s->path, true, &e);
	assert_non_null(st);
	assert_ok(first ? store_begin_first(st, &e) : store_begin(st, &e), e);
	assert_int_equal(store_is_first(st), first);
	*said = fill(st, seed, simple, pushed);
	assert_ok(store_commit(st, &e), e);
	assert_false(store_is_first(st));
	sqlite3 *db = plain_open(s->path);
	char *text = dump(db);
	assert_int_equal(tally_faults(db), 0);
	char *sound = plain_text(db, "PRAGMA integrity_check");
	assert_string_equal(sound, "ok");
	free(sound);
	sqlite3_close(db);
	store_close(st);
	return text;
}

static void the_same_in_the_end(void **state)
{
	const struct scratch *s = *state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		bool simple = seed % 3 == 0, pushed = seed == 1 || seed == 3;
		uint64_t said, said_first;
		char *want = filled(s, false, seed, simple, pushed, &said);
		char *got = filled(s, true, seed, simple, pushed, &said_first);
		if (strcmp(got, want) != 0 || said != said_first) {
			size_t at = 0;
			while (got[at] && got[at] == want[at])
				at++;
			at = at > 300 ? at - 300 : 0;
			fail_msg("seed %d\nwant …%.500s\ngot  …%.500s", (int)seed, want + at, got + at);
		}
		free(want);
		free(got);
	}
}

/* Indexes of others are put back as well; what is rolled back never was. */
static void is_nothing_lost(const struct scratch *s, bool unique)
{
	struct err e = {0};
	struct store *st = store_open_rw(s->path, true, &e);
	sqlite3 *db = plain_open(s->path);
	plain_exec(db, "CREATE INDEX their_own ON email (title)");
	if (unique)
		plain_exec(db,
			   "CREATE UNIQUE INDEX their_key ON email (domain, code_key, id)"); /* of what is computed */
	char *before = dump(db);
	assert_ok(store_begin_first(st, &e), e);
	assert_true(store_is_first(st));
	fill(st, 5, false, false);
	store_rollback(st);
	char *after = dump(db);
	assert_string_equal(after, before);
	free(after);
	free(before);

	assert_ok(store_begin_first(st, &e), e);
	fill(st, 5, false, false);
	store_close(st); /* as after a failure */
	assert_int_equal(plain_int(db, "SELECT count(*) FROM email"), 0);
	st = store_open_rw(s->path, false, &e);
	assert_ok(store_begin_first(st, &e), e);
	fill(st, 5, false, false);
	assert_ok(store_commit(st, &e), e);
	assert_int_equal(plain_int(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'their_own'"), 1);
	assert_ok(store_begin_first(st, &e), e);
	assert_false(store_is_first(st)); /* there is email now */
	store_rollback(st);
	sqlite3_close(db);
	store_close(st);
	assert_int_equal(unlink(s->path), 0);
}

static void nothing_is_lost(void **state)
{
	is_nothing_lost(*state, false);
	is_nothing_lost(*state, true);
}

/* Messages that were given up count as something: their emails may be told of later. */
static void given_up_before(void **state)
{
	const struct scratch *s = *state;
	struct err e = {0};
	int64_t changed;
	enum put what;
	struct store *st = store_open_rw(s->path, true, &e);
	assert_ok(store_expire(st, 7, T0 + DAY, 0, STR("s@app.example"), &changed, &e), e);
	assert_ok(store_begin_first(st, &e), e);
	struct record r = {.source_key = 7,
			   .recipient = STR("ann@example.com"),
			   .time = T0,
			   .queued_at = TIME_NONE,
			   .outcome = OUTCOME_DEFERRED};
	assert_ok(store_put(st, &r, NULL, 0, 0, &what, &e), e);
	assert_ok(store_commit(st, &e), e);
	sqlite3 *db = plain_open(s->path);
	char *text = plain_text(db, "SELECT outcome || ' ' || sender FROM email");
	assert_string_equal(text, "failed s@app.example");
	free(text);
	sqlite3_close(db);
	store_close(st);
}

/* What the constraints of the schema refuse, they refuse here too, by the end of the import, and nothing is there. */
static void nonsense_is_refused(void **state)
{
	const struct scratch *s = *state;
	static char long_recipient[1002];
	memset(long_recipient, 'a', sizeof long_recipient - 1);
	const struct record good = {.source_key = 1,
				    .recipient = STR("ann@example.com"),
				    .time = T0,
				    .queued_at = TIME_NONE,
				    .outcome = OUTCOME_FAILED,
				    .enhanced = {5, 1, 1}};
	const struct attempt try = {.time = T0, .outcome = OUTCOME_FAILED};
	enum { FAULTS = 11 };
	for (int fault = 0; fault <= FAULTS; fault++) {
		struct record r = good;
		struct attempt a = try;
		struct err e = {0};
		enum put what;
		switch (fault) {
		case 0:
			r.time = -1;
			break;
		case 1:
			r.time = 253402300800;
			break;
		case 2:
			r.recipient = str_of(long_recipient);
			break;
		case 3:
			r.enhanced.cls = 3;
			break;
		case 4:
			r.enhanced.detail = -1;
			break;
		case 5:
			r.basic = 199;
			break;
		case 6:
			r.basic = 1000;
			break;
		case 7:
			r.queued_at = -1;
			break;
		case 8:
			a.time = -1;
			break;
		case 9:
			a.outcome = OUTCOME_OPENED;
			break;
		case 10:
			r.attempts = -1;
			break;
		default:
			break; /* none */
		}
		struct store *st = store_open_rw(s->path, true, &e);
		assert_ok(store_begin_first(st, &e), e);
		assert_ok(store_put(st,
				    &(struct record){
					    .source_key = 2, .recipient = STR("x"), .time = T0, .queued_at = TIME_NONE},
				    NULL, 0, 0, &what, &e),
			  e);
		bool ok = store_put(st, &r, &a, fault != 10, 0, &what, &e) && store_commit(st, &e);
		assert_int_equal(ok, fault == FAULTS);
		if (!ok) {
			assert_int_equal(e.kind, ERR_INPUT);
			store_rollback(st);
		}
		sqlite3 *db = plain_open(s->path);
		assert_int_equal(plain_int(db, "SELECT count(*) FROM email"), ok ? 2 : 0);
		sqlite3_close(db);
		store_close(st);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_same_in_the_end, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_lost, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(nonsense_is_refused, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(given_up_before, scratch_setup, scratch_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
