#include "store_sqlite.h"

#include "merge.h"

#include <string.h>

/* ---- transactions ---- */

bool store_begin(struct store *st, struct err *e)
{
	return store_exec(st, "BEGIN IMMEDIATE", e);
}

bool store_commit(struct store *st, struct err *e)
{
	return bulk_end(st, e) && tally_write(st, e) && store_exec(st, "COMMIT", e);
}

void store_rollback(struct store *st)
{
	bulk_forget(st);
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

/* ---- attempts ---- */

/* What tells one attempt from another. */
static void bind_attempt_facts(sqlite3_stmt *s, int at, int64_t email, const struct attempt *a)
{
	sqlite3_bind_int64(s, at + 1, email);
	sqlite3_bind_int64(s, at + 2, a->time);
	bind_text(s, at + 3, str_of(outcome_name(a->outcome)));
	bind_ecode(s, at + 4, a->enhanced);
	bind_known_int(s, at + 5, a->basic, 0);
	bind_text(s, at + 6, a->response);
}

void bind_attempt(sqlite3_stmt *s, int at, int64_t email, const struct attempt *a)
{
	bind_attempt_facts(s, at, email, a);
	bind_text(s, at + 7, str_of(stage_name(a->stage)));
	bind_text(s, at + 8, a->remote_mta);
}

static bool write_attempt(struct store *st, enum stmt_id id, int64_t email, const struct attempt *a, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, id, e);
	if (!s)
		return false;
	bind_attempt(s, 0, email, a);
	return stmt_run(st, s, e);
}

static bool attempt_known(struct store *st, int64_t email, const struct attempt *a, bool *there, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_ATTEMPT_KNOWN, e);
	if (!s)
		return false;
	bind_attempt_facts(s, 0, email, a);
	if (!stmt_ask(st, s, there, e))
		return false;
	sqlite3_reset(s);
	return true;
}

/* What is new about an email's attempts. */
struct adding {
	bool fresh;    /* the email is new: only a twin within the list can be there */
	bool unfailed; /* leave out the one that failed: see note_failed */
	int added;
};

/* Adds those that are not there yet. */
static bool add_attempts(struct store *st, int64_t email, const struct attempt *attempts, int count, struct adding *how,
			 struct err *e)
{
	for (int i = 0; i < count; i++) {
		const struct attempt *a = &attempts[i];
		bool there = how->unfailed && a->outcome == OUTCOME_FAILED;
		if (!there && (!how->fresh || how->added > 0) && !attempt_known(st, email, a, &there, e))
			return false;
		if (there)
			continue;
		if (!write_attempt(st, STMT_ATTEMPT_ADD, email, a, e))
			return false;
		how->added++;
	}
	return true;
}

/* An email fails once, however many tell of it: the attempt that failed is what the email's own fact says. `known`: how
 * many attempts are there. */
static bool note_failed(struct store *st, struct record *r, const struct attempt *attempts, int count, int known,
			struct err *e)
{
	const struct attempt a = record_attempt(r);
	bool told = false;
	for (int i = 0; i < count; i++)
		told = told || attempts[i].outcome == OUTCOME_FAILED;
	if (r->outcome != OUTCOME_FAILED)
		return true;
	if (!write_attempt(st, STMT_ATTEMPT_FAILED, r->id, &a, e))
		return false;
	if (sqlite3_changes(st->db) > 0 || !told)
		return true;
	r->attempts = known + 1;
	return write_attempt(st, STMT_ATTEMPT_ADD, r->id, &a, e);
}

/* So many are counted each time that an email is met; beyond, its own number is believed. */
enum { ATTEMPTS_COUNTED = 1000 };

static bool count_attempts(struct store *st, const struct record *email, int *count, int64_t *newest_s, struct err *e)
{
	bool row;
	sqlite3_stmt *s = store_stmt(st, STMT_ATTEMPT_COUNT, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, email->id);
	sqlite3_bind_int(s, 2, ATTEMPTS_COUNTED);
	if (!stmt_ask(st, s, &row, e))
		return false;
	*count = row ? sqlite3_column_int(s, 0) : 0;
	if (*count == ATTEMPTS_COUNTED && email->attempts > *count)
		*count = email->attempts;
	*newest_s = row ? column_int_or(s, 1, TIME_NONE) : TIME_NONE;
	sqlite3_reset(s);
	return true;
}

/* ---- emails ---- */

/* Did the source give the message up at `from_s`, or at most `window_s` later (0: any time)? When *found, the
 * statement stays on the row and wants a reset. */
static bool find_given_up(struct store *st, uint64_t source_key, int64_t from_s, int64_t window_s, sqlite3_stmt **s,
			  bool *found, struct err *e)
{
	*s = store_stmt(st, STMT_GIVEN_UP, e);
	*found = false;
	if (!*s)
		return false;
	if (bulk_never_given_up(st, source_key))
		return true;
	sqlite3_bind_int64(*s, 1, (int64_t)source_key);
	sqlite3_bind_int64(*s, 2, from_s);
	sqlite3_bind_int64(*s, 3, window_s ? from_s + window_s : INT64_MAX);
	return stmt_ask(st, *s, found, e);
}

bool apply_given_up(struct store *st, struct record *r, int64_t window_s, struct arena *a, struct err *e)
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

bool was_expired(struct store *st, const struct record *old, const struct record *r, bool *out, struct err *e)
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

void bind_record(sqlite3_stmt *s, int at, const struct record *r)
{
	sqlite3_bind_int64(s, at + 1, r->time);
	bind_text(s, at + 2, str_of(outcome_name(r->outcome)));
	bind_ecode(s, at + 3, r->enhanced);
	bind_known_int(s, at + 4, r->basic, 0);
	bind_text(s, at + 5, r->response);
	bind_text(s, at + 6, r->remote_mta);
	bind_text(s, at + 7, str_of(stage_name(r->stage)));
	bind_text(s, at + 8, r->source_file);
	bind_known_int(s, at + 9, r->source_line, 0);
	bind_recipient(s, at + 10, r->recipient);
	bind_known_int(s, at + 11, (int64_t)r->source_key, 0);
	bind_text(s, at + 12, r->sender);
	bind_text(s, at + 13, r->title);
	bind_text(s, at + 14, r->message_id);
	bind_text(s, at + 15, r->queue_id);
	bind_known_int(s, at + 16, r->queued_at, TIME_NONE);
	sqlite3_bind_int(s, at + 17, r->attempts);
	bind_known_int(s, at + 18, r->caused_by, 0);
}

static bool write_record(struct store *st, enum stmt_id id, const struct record *r, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, id, e);
	if (!s)
		return false;
	bind_record(s, 0, r);
	if (id == STMT_RECORD_CHANGE) /* which changes neither recipient nor source_key */
		sqlite3_bind_int64(s, 19, r->id);
	return stmt_run(st, s, e);
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

/* Among the emails that a source calls so. */
static bool find_named(struct store *st, enum stmt_id which, const struct record *r, int64_t window_s, int64_t *id,
		       struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, which, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, (int64_t)r->source_key);
	bind_recipient(s, 2, r->recipient);
	bind_text(s, 3, r->message_id);
	sqlite3_bind_int64(s, 4, r->time);
	sqlite3_bind_int64(s, 5, window_s);
	return nearest(st, s, r, id, e);
}

static bool find_message(struct store *st, const struct record *r, int64_t *id, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_MEET_MESSAGE, e);
	if (!s)
		return false;
	bind_text(s, 1, r->message_id);
	bind_recipient(s, 2, r->recipient);
	sqlite3_bind_int64(s, 3, (int64_t)r->source_key);
	return nearest(st, s, r, id, e);
}

/* The email that `r` speaks of: the one that its source calls so, or, when another source has told of it, the one with
 * its Message-ID. 0: none. */
static bool find_met(struct store *st, const struct record *r, int64_t window_s, int64_t *id, struct err *e)
{
	*id = 0;
	if (r->source_key == 0)
		return true;
	if (!find_named(st, STMT_MEET, r, window_s, id, e) ||
	    (*id == 0 && !find_named(st, STMT_MEET_SOURCE, r, window_s, id, e)))
		return false;
	return *id || r->message_id.len == 0 || find_message(st, r, id, e);
}

static bool add_record(struct store *st, struct record *r, const struct attempt *attempts, int attempt_count,
		       int64_t window_s, struct arena *a, struct err *e)
{
	struct record new = *r;
	struct adding how = {.fresh = true};
	if (!apply_given_up(st, &new, window_s, a, e))
		return false;
	if (attempt_count > 0)
		new.attempts = attempt_count;
	if (!write_record(st, STMT_RECORD_ADD, &new, e))
		return false;
	tally_add(&st->tally, new.time, new.outcome, code_key_of(new.enhanced, new.basic), 1);
	r->id = new.id = sqlite3_last_insert_rowid(st->db);
	if (!add_attempts(st, new.id, attempts, attempt_count, &how, e))
		return false;
	if (how.added == attempt_count) /* else there were twins among them */
		return true;
	new.attempts = how.added;
	return write_record(st, STMT_RECORD_CHANGE, &new, e);
}

static bool change_record(struct store *st, struct record *r, const struct attempt *attempts, int attempt_count,
			  int64_t window_s, enum put *what, struct arena *a, struct err *e)
{
	struct record old, said = *r;
	bool found, news, expired;
	struct adding how = {0};
	int count;
	int64_t newest_s;
	if (!store_record(st, r->id, SIZE_MAX, a, &old, &found, e))
		return false;
	if (r->time_guessed)
		r->time = said.time = old.time;
	if (!apply_given_up(st, &said, window_s, a, e) || !sources_note(st, &old, &said, &how.unfailed, &news, e) ||
	    !was_expired(st, &old, r, &expired, e) || !count_attempts(st, &old, &count, &newest_s, e) ||
	    !add_attempts(st, r->id, attempts, attempt_count, &how, e))
		return false;
	count += how.added;
	struct record merged = old;
	record_merge(&merged, old.source_key == r->source_key ? r : &said, expired, newest_s, count);
	if (!apply_given_up(st, &merged, window_s, a, e) ||
	    (how.unfailed && !note_failed(st, &merged, attempts, attempt_count, count, e)))
		return false;
	*what = how.added || news ? PUT_CHANGED : PUT_UNCHANGED;
	if (record_same(&merged, &old))
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
	struct pending_email *pending = NULL;
	bool ask = true;
	r->id = 0;
	bool ok = (!st->bulk || bulk_find(st, r, window_s, &pending, &ask, e)) &&
		  (!ask || find_met(st, r, window_s, &r->id, e));
	if (ok && pending) {
		ok = bulk_change(st, pending, r, attempts, attempt_count, window_s, what, &a, e);
	} else if (ok && r->id) {
		ok = change_record(st, r, attempts, attempt_count, window_s, what, &a, e);
	} else if (ok) {
		*what = PUT_ADDED;
		ok = st->bulk ? bulk_add(st, r, attempts, attempt_count, window_s, &a, e)
			      : add_record(st, r, attempts, attempt_count, window_s, &a, e);
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
	return stmt_run(st, s, e);
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
	return stmt_run(st, s, e);
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
		if (!stmt_ask(st, find, &found, e))
			return false;
		if (!found)
			return true;
		int64_t id = sqlite3_column_int64(find, 0), was_s = sqlite3_column_int64(find, 1);
		int64_t key = sqlite3_column_int64(find, 2);
		sqlite3_reset(find);
		if (!expire_one(st, id, time_s, sender, e) || !sources_expire(st, id, source_key, time_s, e))
			return false;
		tally_add(&st->tally, was_s, OUTCOME_DEFERRED, key, -1);
		tally_add(&st->tally, time_s, OUTCOME_FAILED, key, 1);
		++*changed;
	}
}

bool store_expire(struct store *st, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
		  int64_t *changed, struct err *e)
{
	bool own, ask = true;
	*changed = 0;
	if (!change_begin(st, &own, e))
		return false;
	bool ok = note_given_up(st, source_key, time_s, sender, e) &&
		  (!st->bulk || bulk_expire(st, source_key, time_s, window_s, sender, changed, &ask, e));
	if (ok && ask)
		ok = expire_all(st, source_key, time_s, window_s, sender, changed, e);
	return change_end(st, own, ok, e);
}
