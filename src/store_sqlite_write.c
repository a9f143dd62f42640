#include "store_sqlite.h"

#include <string.h>

/* ---- transactions ---- */

bool store_begin(struct store *st, struct err *e)
{
	return store_exec(st, "BEGIN IMMEDIATE", e);
}

bool store_commit(struct store *st, struct err *e)
{
	return tally_write(st, e) && store_exec(st, "COMMIT", e);
}

void store_rollback(struct store *st)
{
	tally_forget(&st->tally);
	if (!sqlite3_get_autocommit(st->db))
		sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
}

/* A change that is made outside of store_begin and store_commit is a transaction of its own. */
static bool change_begin(struct store *st, bool *own, struct err *e)
{
	*own = sqlite3_get_autocommit(st->db);
	return !*own || store_begin(st, e);
}

static bool change_end(struct store *st, bool own, bool ok, struct err *e)
{
	if (!own)
		return ok;
	if (ok && store_commit(st, e))
		return true;
	store_rollback(st);
	return false;
}

/* ---- statements that write or ask for one row ---- */

/* Steps a kept statement to its end. */
static bool run(struct store *st, sqlite3_stmt *s, struct err *e)
{
	int rc = sqlite3_step(s);
	bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW || store_fail(st, rc, e);
	sqlite3_reset(s);
	return ok;
}

/* Is there a row? When there is, the statement stays on it and wants a reset. */
static bool ask(struct store *st, sqlite3_stmt *s, bool *row, struct err *e)
{
	int rc = sqlite3_step(s);
	*row = rc == SQLITE_ROW;
	if (*row)
		return true;
	bool ok = rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_reset(s);
	return ok;
}

/* ---- attempts ---- */

static void bind_attempt(sqlite3_stmt *s, int64_t email, const struct attempt *a)
{
	sqlite3_bind_int64(s, 1, email);
	sqlite3_bind_int64(s, 2, a->time);
	sqlite3_bind_text(s, 3, outcome_name(a->outcome), -1, SQLITE_STATIC);
	bind_ecode(s, 4, a->enhanced);
	bind_known_int(s, 5, a->basic, 0);
	bind_text(s, 6, a->response);
}

/* Adds those that are not there yet. `fresh`: the email is new, so only a twin within the list can be there. */
static bool add_attempts(struct store *st, int64_t email, const struct attempt *attempts, int count, bool fresh,
			 int *added, struct err *e)
{
	sqlite3_stmt *known = store_stmt(st, STMT_ATTEMPT_KNOWN, e);
	sqlite3_stmt *add = store_stmt(st, STMT_ATTEMPT_ADD, e);
	*added = 0;
	if (!known || !add)
		return false;
	for (int i = 0; i < count; i++) {
		const struct attempt *a = &attempts[i];
		bool there = false;
		if (!fresh || *added > 0) {
			bind_attempt(known, email, a);
			if (!ask(st, known, &there, e))
				return false;
			sqlite3_reset(known);
		}
		if (there)
			continue;
		bind_attempt(add, email, a);
		bind_text(add, 7, str_of(stage_name(a->stage)));
		bind_text(add, 8, a->remote_mta);
		if (!run(st, add, e))
			return false;
		++*added;
	}
	return true;
}

static bool count_attempts(struct store *st, int64_t email, int *count, int64_t *newest_s, struct err *e)
{
	bool row;
	sqlite3_stmt *s = store_stmt(st, STMT_ATTEMPT_COUNT, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, email);
	if (!ask(st, s, &row, e))
		return false;
	*count = row ? sqlite3_column_int(s, 0) : 0;
	*newest_s = row ? column_int_or(s, 1, TIME_NONE) : TIME_NONE;
	sqlite3_reset(s);
	return true;
}

/* ---- emails ---- */

/* How far an outcome is from being told: a later one is not undone by a straggler, such as a warning of delay that is read
 * after the bounce, or a delivery to a server that bounced the email hours later; who was refused was tried, so not dropped. */
static int finality(enum outcome o)
{
	static const int ranks[OUTCOME_COUNT] = {
		[OUTCOME_QUEUED] = 0, [OUTCOME_DEFERRED] = 1, [OUTCOME_DELIVERED] = 2,
		[OUTCOME_OPENED] = 3, [OUTCOME_FAILED] = 5,   [OUTCOME_DROPPED] = 4,
	};
	return ranks[o];
}

/* How much a report of a failure says: the log, the bounce mail and the provider all tell of one refusal. */
static int richness(const struct record *r)
{
	return (r->enhanced.cls && (r->enhanced.subject || r->enhanced.detail) ? 4 : 0) + (r->basic ? 2 : 0) +
	       (r->response.len > 0 ? 1 : 0);
}

/* Which of two reports of one email holds? An order over all that a report says, so that the last one is the same
 * whatever the order of importing: the more final outcome; of failures the one that says more; of others the newer. */
static int fact_cmp(const struct record *a, const struct record *b)
{
	int fa = finality(a->outcome), fb = finality(b->outcome);
	if (fa != fb)
		return fa < fb ? -1 : 1;
	if (outcome_is_failure(a->outcome)) {
		int ra = richness(a), rb = richness(b);
		if (ra != rb)
			return ra < rb ? -1 : 1;
		if (a->response.len != b->response.len)
			return a->response.len < b->response.len ? -1 : 1;
	} else if (a->time != b->time) {
		return a->time < b->time ? -1 : 1;
	}
	int64_t ka = code_key_of(a->enhanced, a->basic), kb = code_key_of(b->enhanced, b->basic);
	if (ka != kb)
		return ka > kb ? -1 : 1; /* none sorts last as a key: any code is more than none */
	if (a->stage != b->stage)
		return a->stage < b->stage ? -1 : 1;
	int d = str_cmp(a->response, b->response);
	return d ? d : str_cmp(a->remote_mta, b->remote_mta);
}

static void take_fact(struct record *r, const struct record *from)
{
	r->time = from->time;
	r->outcome = from->outcome;
	r->enhanced = from->enhanced;
	r->basic = from->basic;
	r->response = from->response;
	r->remote_mta = from->remote_mta;
	r->stage = from->stage;
	r->source_file = from->source_file;
	r->source_line = from->source_line;
}

/* Did the source give the message up at `from_s`, or at most `window_s` later (0: any time)? When *found, the
 * statement stays on the row and wants a reset. */
static bool find_given_up(struct store *st, uint64_t source_key, int64_t from_s, int64_t window_s, sqlite3_stmt **s,
			  bool *found, struct err *e)
{
	*s = store_stmt(st, STMT_GIVEN_UP, e);
	if (!*s)
		return false;
	sqlite3_bind_int64(*s, 1, (int64_t)source_key);
	sqlite3_bind_int64(*s, 2, from_s);
	sqlite3_bind_int64(*s, 3, window_s ? from_s + window_s : INT64_MAX);
	return ask(st, *s, found, e);
}

/* A deferred email whose message the source gave up becomes failed at that time, with the codes it has. */
static bool apply_given_up(struct store *st, struct record *r, int64_t window_s, struct arena *a, struct err *e)
{
	sqlite3_stmt *s;
	bool found;
	if (r->outcome != OUTCOME_DEFERRED || r->source_key == 0)
		return true;
	if (!find_given_up(st, r->source_key, r->time, window_s, &s, &found, e))
		return false;
	if (!found)
		return true;
	r->outcome = OUTCOME_FAILED;
	r->time = sqlite3_column_int64(s, 0);
	if (r->sender.len == 0)
		r->sender = column_copy(s, 1, SIZE_MAX, a);
	sqlite3_reset(s);
	return true;
}

/* Is the failure of `old` the source's giving up, and `r` a try before that? */
static bool was_expired(struct store *st, const struct record *old, const struct record *r, bool *out, struct err *e)
{
	sqlite3_stmt *s;
	*out = false;
	if (old->outcome != OUTCOME_FAILED || r->outcome != OUTCOME_DEFERRED || r->time > old->time)
		return true;
	if (!find_given_up(st, old->source_key, old->time, 0, &s, out, e))
		return false;
	*out = *out && sqlite3_column_int64(s, 0) == old->time;
	sqlite3_reset(s);
	return true;
}

static void bind_recipient(sqlite3_stmt *s, int i, struct str recipient)
{
	sqlite3_bind_text64(s, i, recipient.len ? recipient.p : "", recipient.len, SQLITE_STATIC, SQLITE_UTF8);
}

static bool write_record(struct store *st, enum stmt_id id, const struct record *r, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, id, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, r->time);
	sqlite3_bind_text(s, 2, outcome_name(r->outcome), -1, SQLITE_STATIC);
	bind_ecode(s, 3, r->enhanced);
	bind_known_int(s, 4, r->basic, 0);
	bind_text(s, 5, r->response);
	bind_text(s, 6, r->remote_mta);
	bind_text(s, 7, str_of(stage_name(r->stage)));
	bind_text(s, 8, r->source_file);
	bind_known_int(s, 9, r->source_line, 0);
	if (id == STMT_RECORD_ADD) {
		bind_recipient(s, 10, r->recipient);
		bind_known_int(s, 11, (int64_t)r->source_key, 0);
	} else {
		sqlite3_bind_int64(s, 19, r->id);
	}
	bind_text(s, 12, r->sender);
	bind_text(s, 13, r->title);
	bind_text(s, 14, r->message_id);
	bind_text(s, 15, r->queue_id);
	bind_known_int(s, 16, r->queued_at, TIME_NONE);
	sqlite3_bind_int(s, 17, r->attempts);
	bind_known_int(s, 18, r->caused_by, 0);
	return run(st, s, e);
}

/* Of the emails that a bound statement finds the nearest in time to `r`; 0: none. */
static bool nearest(struct store *st, sqlite3_stmt *s, const struct record *r, int64_t *id, struct err *e)
{
	int rc;
	int64_t nearest_s = 0;
	*id = 0;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t found = sqlite3_column_int64(s, 0), apart_s = sqlite3_column_int64(s, 1) - r->time;
		apart_s = apart_s < 0 ? -apart_s : apart_s;
		if (*id && (apart_s > nearest_s || (apart_s == nearest_s && found > *id)))
			continue;
		*id = found;
		nearest_s = apart_s;
	}
	bool ok = rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_reset(s);
	return ok;
}

/* The email that `r` speaks of: the one that its source calls so, or, when another source has told of it, the one with
 * its Message-ID. 0: none. */
static bool find_met(struct store *st, const struct record *r, int64_t window_s, int64_t *id, struct err *e)
{
	*id = 0;
	if (r->source_key == 0)
		return true;
	sqlite3_stmt *s = store_stmt(st, STMT_MEET, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, (int64_t)r->source_key);
	bind_recipient(s, 2, r->recipient);
	bind_text(s, 3, r->message_id);
	sqlite3_bind_int64(s, 4, r->time);
	sqlite3_bind_int64(s, 5, window_s);
	if (!nearest(st, s, r, id, e))
		return false;
	if (*id || r->message_id.len == 0)
		return true;
	s = store_stmt(st, STMT_MEET_MESSAGE, e);
	if (!s)
		return false;
	bind_text(s, 1, r->message_id);
	bind_recipient(s, 2, r->recipient);
	sqlite3_bind_int64(s, 3, (int64_t)r->source_key);
	return nearest(st, s, r, id, e);
}

static bool add_record(struct store *st, struct record *r, const struct attempt *attempts, int attempt_count,
		       int64_t window_s, struct arena *a, struct err *e)
{
	struct record new = *r;
	int added;
	if (!apply_given_up(st, &new, window_s, a, e))
		return false;
	if (attempt_count > 0)
		new.attempts = attempt_count;
	if (!write_record(st, STMT_RECORD_ADD, &new, e))
		return false;
	tally_add(&st->tally, new.time, new.outcome, code_key_of(new.enhanced, new.basic), 1);
	r->id = new.id = sqlite3_last_insert_rowid(st->db);
	if (!add_attempts(st, new.id, attempts, attempt_count, true, &added, e))
		return false;
	if (added == attempt_count) /* else there were twins among them */
		return true;
	new.attempts = added;
	return write_record(st, STMT_RECORD_CHANGE, &new, e);
}

static void fill_text(struct str *have, struct str more)
{
	if (have->len == 0)
		*have = more;
}

/* The failure of `old` is the source's giving up, and `r` a try before that: its codes are those of the last
 * try, at `newest_s` or now `r`. */
static void merge_expired(struct record *old, const struct record *r, int64_t newest_s)
{
	struct record last = *old;
	last.time = newest_s;
	last.outcome = OUTCOME_DEFERRED;
	if (newest_s != TIME_NONE && fact_cmp(r, &last) <= 0)
		return;
	last = *old;
	take_fact(old, r);
	old->time = last.time;
	old->outcome = last.outcome;
}

/* What the store knows of the email (`old`) and what a source says (`r`) as one. */
static void merge(struct record *old, const struct record *r, bool expired, int64_t newest_s, int attempts_now)
{
	bool both_failed = outcome_is_failure(old->outcome) && old->outcome == r->outcome;
	int64_t first_s = old->time < r->time ? old->time : r->time;
	if (expired)
		merge_expired(old, r, newest_s);
	else if (fact_cmp(r, old) > 0)
		take_fact(old, r);
	if (both_failed) /* a report of it is later than the failure */
		old->time = first_s;
	fill_text(&old->sender, r->sender);
	fill_text(&old->title, r->title);
	fill_text(&old->message_id, r->message_id);
	fill_text(&old->queue_id, r->queue_id);
	if (old->caused_by == 0)
		old->caused_by = r->caused_by;
	if (r->queued_at != TIME_NONE && (old->queued_at == TIME_NONE || r->queued_at < old->queued_at))
		old->queued_at = r->queued_at;
	if (attempts_now > 0)
		old->attempts = attempts_now;
	else if (r->attempts > old->attempts)
		old->attempts = r->attempts;
}

static bool same_record(const struct record *a, const struct record *b)
{
	return fact_cmp(a, b) == 0 && a->time == b->time && str_eq(a->sender, b->sender) &&
	       str_eq(a->title, b->title) && str_eq(a->message_id, b->message_id) && str_eq(a->queue_id, b->queue_id) &&
	       a->queued_at == b->queued_at && a->attempts == b->attempts && a->caused_by == b->caused_by;
}

static bool change_record(struct store *st, struct record *r, const struct attempt *attempts, int attempt_count,
			  int64_t window_s, enum put *what, struct arena *a, struct err *e)
{
	struct record old;
	bool found;
	int added, count;
	int64_t newest_s;
	bool expired;
	if (!store_record(st, r->id, SIZE_MAX, a, &old, &found, e))
		return false;
	if (r->time_guessed)
		r->time = old.time;
	if (!was_expired(st, &old, r, &expired, e) || !count_attempts(st, r->id, &count, &newest_s, e) ||
	    !add_attempts(st, r->id, attempts, attempt_count, false, &added, e))
		return false;
	struct record merged = old;
	merge(&merged, r, expired, newest_s, count + added);
	if (!apply_given_up(st, &merged, window_s, a, e))
		return false;
	*what = added ? PUT_CHANGED : PUT_UNCHANGED;
	if (same_record(&merged, &old))
		return true;
	*what = PUT_CHANGED;
	tally_add(&st->tally, old.time, old.outcome, code_key_of(old.enhanced, old.basic), -1);
	tally_add(&st->tally, merged.time, merged.outcome, code_key_of(merged.enhanced, merged.basic), 1);
	return write_record(st, STMT_RECORD_CHANGE, &merged, e);
}

bool store_put(struct store *st, struct record *r, const struct attempt *attempts, int attempt_count, int64_t window_s,
	       enum put *what, struct err *e)
{
	struct arena a = {0};
	bool own;
	*what = PUT_UNCHANGED;
	if (!change_begin(st, &own, e))
		return false;
	bool ok = find_met(st, r, window_s, &r->id, e);
	if (ok && r->id) {
		ok = change_record(st, r, attempts, attempt_count, window_s, what, &a, e);
	} else if (ok) {
		*what = PUT_ADDED;
		ok = add_record(st, r, attempts, attempt_count, window_s, &a, e);
	}
	arena_free(&a);
	return change_end(st, own, ok, e);
}

static bool note_given_up(struct store *st, uint64_t source_key, int64_t time_s, struct str sender, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_GIVEN_UP_ADD, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, (int64_t)source_key);
	sqlite3_bind_int64(s, 2, time_s);
	bind_text(s, 3, sender);
	return run(st, s, e);
}

/* One email that waits no longer. */
static bool expire_one(struct store *st, int64_t id, int64_t time_s, struct str sender, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_EXPIRE, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, id);
	sqlite3_bind_int64(s, 2, time_s);
	bind_text(s, 3, sender);
	return run(st, s, e);
}

static bool expire_all(struct store *st, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
		       int64_t *changed, struct err *e)
{
	sqlite3_stmt *find = store_stmt(st, STMT_EXPIRE_FIND, e);
	if (!find)
		return false;
	for (;;) {
		/* From the start each time: to change rows under a running search confuses it. */
		bool found;
		sqlite3_bind_int64(find, 1, (int64_t)source_key);
		sqlite3_bind_int64(find, 2, time_s);
		sqlite3_bind_int64(find, 3, window_s);
		if (!ask(st, find, &found, e))
			return false;
		if (!found)
			return true;
		int64_t id = sqlite3_column_int64(find, 0), was_s = sqlite3_column_int64(find, 1);
		int64_t key = sqlite3_column_int64(find, 2);
		sqlite3_reset(find);
		if (!expire_one(st, id, time_s, sender, e))
			return false;
		tally_add(&st->tally, was_s, OUTCOME_DEFERRED, key, -1);
		tally_add(&st->tally, time_s, OUTCOME_FAILED, key, 1);
		++*changed;
	}
}

bool store_expire(struct store *st, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
		  int64_t *changed, struct err *e)
{
	bool own;
	*changed = 0;
	if (!change_begin(st, &own, e))
		return false;
	bool ok = note_given_up(st, source_key, time_s, sender, e) &&
		  expire_all(st, source_key, time_s, window_s, sender, changed, e);
	return change_end(st, own, ok, e);
}
