#include "store_sqlite.h"

#include "idset.h"
#include "merge.h"
#include "pending.h"

#include <stdlib.h>
#include <string.h>

enum {
	SIZES = 6,
	LEAVING_MAX = 1 << (SIZES - 1), /* emails; a statement costs as much as two rows */
	WRITTEN_MAX = 4000000,          /* hashes; the set takes 64 MB then */
	ATTEMPTS_PENDING_MAX = 200,     /* of one email: all of them are copied at each change */
	GIVEN_UP = 1,                   /* makes another name of a source's */
};

/* The first import into an empty database.
 *
 * Emails stay in memory for as long as there is room, because most that is said of one comes close together; each is then
 * written once. Indexes are made at the end, when that costs a fifth. What was written is known by hashes of its names: as
 * long as nobody speaks of it again it need not be looked up. Whatever is not as simple as that (another source, a short
 * queue id that came back, ...) is written at once and takes the way that all puts take otherwise; for that the indexes that
 * puts ask are made early. */
struct bulk {
	struct pending *pending;
	int64_t last_id;
	struct idset written;  /* hashes of names of written emails, and of sources that gave a message up */
	bool any_name_written; /* there are too many to know them all */
	struct pending_email leaving[LEAVING_MAX]; /* out of `pending`, to be written together */
	int leaving_count;
	sqlite3_stmt *add_emails[SIZES], *add_attempts[SIZES]; /* 1 << i rows at once */
	char *computed;                                        /* see plain_begin; NULL: SQLite computes columns */
	struct bulk_index {
		char *name, *sql;
	} * indexes; /* to be made */
	int index_count;
};

#define CHECK_ALL "PRAGMA ignore_check_constraints = off"
#define AS_BEFORE CHECK_ALL "; PRAGMA threads = 0; " CACHE_WRITING

/* ---- beginning ---- */

static bool nothing_in(struct store *st, bool *nothing, struct err *e)
{
	sqlite3_stmt *s = store_prepare(st,
					"SELECT NOT (EXISTS (SELECT 1 FROM email) OR EXISTS (SELECT 1 FROM attempt) OR"
					" EXISTS (SELECT 1 FROM source) OR EXISTS (SELECT 1 FROM given_up))",
					e);
	bool row = false, ok = s && stmt_ask(st, s, &row, e);
	*nothing = ok && row && sqlite3_column_int(s, 0) == 1;
	sqlite3_finalize(s);
	return ok;
}

static char *text_copy(sqlite3_stmt *s, int i)
{
	const char *text = (const char *)sqlite3_column_text(s, i);
	char *copy = text ? strdup(text) : NULL;
	if (!copy)
		die("out of memory");
	return copy;
}

/* Notes the indexes that can be made later, whoever made them. */
static bool note_indexes(struct store *st, struct bulk *b, struct err *e)
{
	sqlite3_stmt *s = store_prepare(st,
					"SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND"
					" tbl_name IN ('email', 'attempt') AND sql NOT LIKE 'CREATE UNIQUE%'",
					e);
	int rc = SQLITE_ERROR;
	if (!s)
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		b->indexes = realloc(b->indexes, (size_t)(b->index_count + 1) * sizeof *b->indexes);
		if (!b->indexes)
			die("out of memory");
		b->indexes[b->index_count++] = (struct bulk_index){text_copy(s, 0), text_copy(s, 1)};
	}
	bool ok = rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_finalize(s);
	return ok;
}

static bool drop_indexes(struct store *st, const struct bulk *b, struct err *e)
{
	for (int i = 0; i < b->index_count; i++) {
		char *sql = sqlite3_mprintf("DROP INDEX \"%w\"", b->indexes[i].name);
		if (!sql)
			die("out of memory");
		bool ok = store_exec(st, sql, e);
		sqlite3_free(sql);
		if (!ok)
			return false;
	}
	return true;
}

bool store_begin_first(struct store *st, struct err *e)
{
	bool nothing;
	if (!store_begin(st, e))
		return false;
	if (!nothing_in(st, &nothing, e)) {
		store_rollback(st);
		return false;
	}
	if (!nothing)
		return true;
	struct bulk *b = st->bulk = calloc(1, sizeof *b);
	if (!b)
		die("out of memory");
	b->pending = pending_new();
	if (note_indexes(st, b, e) && drop_indexes(st, b, e) && plain_begin(st, &b->computed, e) &&
	    store_exec(st, "PRAGMA cache_size = -49152; PRAGMA ignore_check_constraints = on", e))
		return true;
	store_rollback(st);
	return false;
}

bool store_is_first(const struct store *st)
{
	return st->bulk;
}

/* ---- what is written ---- */

static void note_written(struct bulk *b, const uint64_t names[NAME_COUNT], bool waits)
{
	if (b->any_name_written)
		return;
	idset_add(&b->written, (int64_t)names[NAME_SOURCE_RECIPIENT]);
	idset_add(&b->written, (int64_t)names[NAME_MESSAGE_RECIPIENT]);
	if (waits) /* only those matter when a source gives up */
		idset_add(&b->written, (int64_t)names[NAME_SOURCE]);
	if (b->written.count < WRITTEN_MAX)
		return;
	b->any_name_written = true;
	idset_free(&b->written);
}

static bool maybe_written(const struct bulk *b, uint64_t name)
{
	return name && (b->any_name_written || idset_has(&b->written, (int64_t)name));
}

/* INSERT of so many rows into columns that are bound one after the other. */
static sqlite3_stmt *insert_rows(struct store *st, sqlite3_stmt **kept, const char *into, int columns, int rows,
				 struct err *e)
{
	if (!*kept) {
		struct buf sql = {0};
		buf_printf(&sql, "INSERT INTO %s VALUES ", into);
		for (int i = 0; i < rows * columns; i++)
			buf_add(&sql, i % columns ? STR(", ?") : i ? STR("), (?") : STR("(?"));
		buf_addc(&sql, ')');
		*kept = store_prepare(st, sql.p, e);
		buf_free(&sql);
	}
	return *kept;
}

/* The largest of the sizes that is not above `n`, as the power of 2. */
static int size_for(int n)
{
	int i = SIZES - 1;
	while (1 << i > n)
		i--;
	return i;
}

static bool write_emails(struct store *st, struct err *e)
{
	struct bulk *b = st->bulk;
	const char *into = b->computed ? "email (" RECORD_PUT ", id, code_key)" : "email (" RECORD_PUT ", id)";
	const int columns = RECORD_PUT_COUNT + (b->computed ? 2 : 1);
	for (int done = 0, n; done < b->leaving_count; done += n) {
		int size = size_for(b->leaving_count - done);
		n = 1 << size;
		sqlite3_stmt *s = insert_rows(st, &b->add_emails[size], into, columns, n, e);
		if (!s)
			return false;
		for (int i = 0; i < n; i++) {
			const struct record *r = &b->leaving[done + i].record;
			int64_t key = code_key_of(r->enhanced, r->basic);
			bind_record(s, i * columns, r);
			sqlite3_bind_int64(s, i * columns + RECORD_PUT_COUNT + 1, r->id);
			if (b->computed)
				sqlite3_bind_int64(s, i * columns + RECORD_PUT_COUNT + 2, key);
			tally_add(&st->tally, r->time, r->outcome, key, 1);
		}
		if (!stmt_run(st, s, e))
			return false;
	}
	return true;
}

static bool write_attempts(struct store *st, struct err *e)
{
	struct bulk *b = st->bulk;
	int left = 0, email = 0, attempt = 0;
	for (int i = 0; i < b->leaving_count; i++)
		left += b->leaving[i].attempt_count;
	while (left > 0) {
		int size = size_for(left), n = 1 << size;
		sqlite3_stmt *s =
			insert_rows(st, &b->add_attempts[size], "attempt (" ATTEMPT_PUT ")", ATTEMPT_PUT_COUNT, n, e);
		if (!s)
			return false;
		for (int i = 0; i < n; i++, attempt++) {
			for (; attempt == b->leaving[email].attempt_count; email++)
				attempt = 0;
			bind_attempt(s, i * ATTEMPT_PUT_COUNT, b->leaving[email].record.id,
				     &b->leaving[email].attempts[attempt]);
		}
		if (!stmt_run(st, s, e))
			return false;
		left -= n;
	}
	return true;
}

static void leaving_free(struct bulk *b)
{
	while (b->leaving_count > 0)
		free(b->leaving[--b->leaving_count].memory);
}

static bool write_leaving(struct store *st, struct err *e)
{
	bool ok = write_emails(st, e) && write_attempts(st, e);
	leaving_free(st->bulk);
	return ok;
}

/* Sooner or later; make_indexes is when it must be. */
static bool write_email(struct store *st, struct pending_email *m, struct err *e)
{
	struct bulk *b = st->bulk;
	note_written(b, m->names, m->record.outcome == OUTCOME_DEFERRED);
	pending_remove(b->pending, m, &b->leaving[b->leaving_count++]);
	return b->leaving_count < LEAVING_MAX || write_leaving(st, e);
}

static bool write_named(struct store *st, enum pending_name which, uint64_t name, struct err *e)
{
	struct pending_email *m;
	while ((m = pending_find(st->bulk->pending, which, name, NULL)) != NULL)
		if (!write_email(st, m, e))
			return false;
	return true;
}

static bool make_room(struct store *st, struct err *e)
{
	struct pending_email *m;
	while ((m = pending_surplus(st->bulk->pending)) != NULL)
		if (!write_email(st, m, e))
			return false;
	return true;
}

static void forget_inserts(struct bulk *b)
{
	for (int i = 0; i < SIZES; i++) {
		sqlite3_finalize(b->add_emails[i]);
		sqlite3_finalize(b->add_attempts[i]);
		b->add_emails[i] = b->add_attempts[i] = NULL;
	}
}

static bool compute_again(struct store *st, struct err *e)
{
	struct bulk *b = st->bulk;
	if (!b->computed)
		return true;
	forget_inserts(b);
	return plain_end(st, &b->computed, e);
}

/* Writes what leaves, and makes the indexes that puts ask, or all. */
static bool make_indexes(struct store *st, bool all, struct err *e)
{
	static const char *const asked[] = {"email_source", "email_message_id", "attempt_email"};
	struct bulk *b = st->bulk;
	if (!write_leaving(st, e) || !compute_again(st, e))
		return false;
	for (int i = 0; i < b->index_count; i++) {
		struct bulk_index *x = &b->indexes[i];
		bool wanted = all;
		for (size_t k = 0; k < COUNT_OF(asked); k++)
			wanted = wanted || strcmp(x->name, asked[k]) == 0;
		if (!wanted || !x->sql)
			continue;
		if (!store_exec(st, x->sql, e))
			return false;
		free(x->sql);
		x->sql = NULL;
	}
	return true;
}

bool bulk_end(struct store *st, struct err *e)
{
	struct bulk *b = st->bulk;
	struct pending_email *m;
	if (!b)
		return true;
	while ((m = pending_oldest(b->pending)) != NULL)
		if (!write_email(st, m, e))
			return false;
	/* SQLite sorts as much at a time as its cache may hold: what is small is sorted by other threads while this one reads
	 * on, and stays near to the processor. */
	if (!store_exec(st, "PRAGMA cache_size = -1000; PRAGMA threads = 2", e) || !make_indexes(st, true, e))
		return false;
	bulk_forget(st);
	return true;
}

void bulk_forget(struct store *st)
{
	struct bulk *b = st->bulk;
	if (!b)
		return;
	st->bulk = NULL;
	pending_free(b->pending);
	leaving_free(b);
	forget_inserts(b);
	free(b->computed);
	idset_free(&b->written);
	for (int i = 0; i < b->index_count; i++) {
		free(b->indexes[i].name);
		free(b->indexes[i].sql);
	}
	free(b->indexes);
	free(b);
	store_exec(st, AS_BEFORE, &(struct err){0}); /* neither can fail */
}

/* ---- putting in ---- */

/* As STMT_MEET has it. */
static bool meets(const struct pending_email *m, const struct record *r, int64_t window_s)
{
	const struct record *old = &m->record;
	if (old->source_key != r->source_key || !pending_same_recipient(old->recipient, r->recipient) ||
	    (old->message_id.len && r->message_id.len && !str_eq(old->message_id, r->message_id)))
		return false;
	if (window_s == 0)
		return true;
	int64_t first_s = old->time;
	if (old->queued_at != TIME_NONE && old->queued_at < first_s)
		first_s = old->queued_at;
	for (int i = 0; i < m->attempt_count; i++)
		if (m->attempts[i].time < first_s)
			first_s = m->attempts[i].time;
	return r->time >= first_s - window_s && r->time <= old->time + window_s;
}

bool bulk_find(struct store *st, const struct record *r, int64_t window_s, struct pending_email **pending, bool *ask,
	       struct err *e)
{
	struct bulk *b = st->bulk;
	uint64_t names[NAME_COUNT];
	*pending = NULL;
	*ask = false;
	if (r->source_key == 0)
		return true;
	pending_names(r, names);
	struct pending_email *m = pending_find(b->pending, NAME_SOURCE_RECIPIENT, names[NAME_SOURCE_RECIPIENT], NULL);
	bool written =
		maybe_written(b, names[NAME_SOURCE_RECIPIENT]) || maybe_written(b, names[NAME_MESSAGE_RECIPIENT]);
	bool alone = m && !pending_find(b->pending, NAME_SOURCE_RECIPIENT, names[NAME_SOURCE_RECIPIENT], m);
	bool same_source = m && (!r->file_tells || str_eq(m->record.source_file, r->source_file));
	if (!written && alone && same_source && m->attempt_count < ATTEMPTS_PENDING_MAX && meets(m, r, window_s)) {
		*pending = m;
		return true;
	}
	if (!written && !m && !pending_find(b->pending, NAME_MESSAGE_RECIPIENT, names[NAME_MESSAGE_RECIPIENT], NULL))
		return true; /* new */
	*ask = true;
	if (!write_named(st, NAME_SOURCE_RECIPIENT, names[NAME_SOURCE_RECIPIENT], e) ||
	    !write_named(st, NAME_MESSAGE_RECIPIENT, names[NAME_MESSAGE_RECIPIENT], e))
		return false;
	note_written(b, names, true);
	return make_indexes(st, false, e);
}

/* Is all as the constraints in data/schema.sql want it? A sixth of the time goes into these when SQLite looks. */
static bool fits(const struct record *r, const struct attempt *attempts, int count)
{
	enum { CODE_MAX = 999, RECIPIENT_MAX = 1000, TRIES_MAX = 1000000000 };
	const int64_t last_s = 253402300799;
	const struct ecode *c = &r->enhanced;
	bool ok = r->time >= 0 && r->time <= last_s && r->recipient.len <= RECIPIENT_MAX && r->attempts >= 0 &&
		  r->attempts <= TRIES_MAX && (r->basic == 0 || (r->basic >= 200 && r->basic <= CODE_MAX)) &&
		  (r->queued_at == TIME_NONE || (r->queued_at >= 0 && r->queued_at <= last_s)) &&
		  (c->cls == 0 || ((c->cls == 2 || c->cls == 4 || c->cls == 5) && c->subject >= 0 &&
				   c->subject <= CODE_MAX && c->detail >= 0 && c->detail <= CODE_MAX));
	for (int i = 0; ok && i < count; i++) {
		const struct attempt *a = &attempts[i];
		ok = a->time >= 0 && a->time <= last_s &&
		     (a->outcome == OUTCOME_DELIVERED || a->outcome == OUTCOME_DEFERRED ||
		      a->outcome == OUTCOME_FAILED);
	}
	return ok;
}

/* When something does not fit, SQLite looks at all from now on and says what. */
static bool check(struct store *st, const struct record *r, const struct attempt *attempts, int count, struct err *e)
{
	return fits(r, attempts, count) || store_exec(st, CHECK_ALL, e);
}

static bool attempt_same(const struct attempt *a, const struct attempt *b)
{
	return a->time == b->time && a->outcome == b->outcome && ecode_cmp(a->enhanced, b->enhanced) == 0 &&
	       a->basic == b->basic && str_eq(a->response, b->response);
}

/* Those known, and the given ones that are not there yet. */
static struct attempt *join_attempts(const struct pending_email *m, const struct attempt *attempts, int count,
				     int *joined, struct arena *a)
{
	int n = m ? m->attempt_count : 0;
	if (!m && count == 1) {
		*joined = 1;
		return (struct attempt *)attempts;
	}
	struct attempt *all = arena_array(a, struct attempt, (size_t)(n + count));
	if (n)
		memcpy(all, m->attempts, (size_t)n * sizeof *all);
	for (int i = 0; i < count; i++) {
		int k = 0;
		while (k < n && !attempt_same(&all[k], &attempts[i]))
			k++;
		if (k == n)
			all[n++] = attempts[i];
	}
	*joined = n;
	return all;
}

bool bulk_add(struct store *st, struct record *r, const struct attempt *attempts, int count, int64_t window_s,
	      struct arena *a, struct err *e)
{
	struct record new = *r;
	if (!apply_given_up(st, &new, window_s, a, e))
		return false;
	const struct attempt *all = join_attempts(NULL, attempts, count, &count, a);
	if (count > 0)
		new.attempts = count;
	r->id = new.id = ++st->bulk->last_id;
	pending_add(st->bulk->pending, &new, all, count);
	return check(st, &new, all, count, e) && make_room(st, e);
}

bool bulk_change(struct store *st, struct pending_email *m, struct record *r, const struct attempt *attempts, int count,
		 int64_t window_s, enum put *what, struct arena *a, struct err *e)
{
	struct record merged = m->record;
	bool expired;
	int64_t newest_s = TIME_NONE;
	r->id = merged.id;
	if (r->time_guessed)
		r->time = merged.time;
	if (!was_expired(st, &m->record, r, &expired, e))
		return false;
	for (int i = 0; i < m->attempt_count; i++)
		newest_s = m->attempts[i].time > newest_s ? m->attempts[i].time : newest_s;
	int joined;
	const struct attempt *all = join_attempts(m, attempts, count, &joined, a);
	record_merge(&merged, r, expired, newest_s, joined);
	if (!apply_given_up(st, &merged, window_s, a, e))
		return false;
	if (joined == m->attempt_count && record_same(&merged, &m->record)) {
		*what = PUT_UNCHANGED;
		return true;
	}
	*what = PUT_CHANGED;
	pending_change(st->bulk->pending, m, &merged, all, joined);
	return check(st, r, attempts, count, e) && make_room(st, e);
}

/* ---- giving up ---- */

bool bulk_never_given_up(const struct store *st, uint64_t source_key)
{
	const struct record r = {.source_key = source_key};
	uint64_t names[NAME_COUNT];
	if (!st->bulk)
		return false;
	pending_names(&r, names);
	return !maybe_written(st->bulk, names[NAME_SOURCE] ^ GIVEN_UP);
}

bool bulk_expire(struct store *st, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
		 int64_t *changed, bool *ask, struct err *e)
{
	struct bulk *b = st->bulk;
	const struct record r = {.source_key = source_key};
	uint64_t names[NAME_COUNT];
	pending_names(&r, names);
	if (!b->any_name_written)
		idset_add(&b->written, (int64_t)(names[NAME_SOURCE] ^ GIVEN_UP));
	*ask = maybe_written(b, names[NAME_SOURCE]);
	if (*ask)
		return write_named(st, NAME_SOURCE, names[NAME_SOURCE], e) && make_indexes(st, false, e);
	struct pending_email *m = NULL;
	while ((m = pending_find(b->pending, NAME_SOURCE, names[NAME_SOURCE], m)) != NULL) {
		struct record given_up = m->record;
		if (given_up.source_key != source_key || given_up.outcome != OUTCOME_DEFERRED ||
		    given_up.time > time_s || (window_s && time_s - given_up.time > window_s))
			continue;
		given_up.outcome = OUTCOME_FAILED;
		given_up.time = time_s;
		if (given_up.sender.len == 0)
			given_up.sender = sender;
		pending_change(b->pending, m, &given_up, m->attempts, m->attempt_count);
		++*changed;
	}
	return check(st, &(struct record){.time = time_s, .queued_at = TIME_NONE}, NULL, 0, e) && make_room(st, e);
}
