#include "store_sqlite.h"

#include "codes.h"

#include <stdlib.h>
#include <string.h>

/* Everything about one email. */

static bool read_attempts(struct store *st, enum stmt_id which, int64_t id, struct arena *a, struct detail *out,
			  int *rc, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, which, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, id);
	sqlite3_bind_int(s, 2, DETAIL_ROWS);
	out->attempt_count = 0;
	struct attempt *end = out->attempts + DETAIL_ROWS; /* they come newest first */
	while ((*rc = sqlite3_step(s)) == SQLITE_ROW && out->attempt_count < DETAIL_ROWS) {
		struct attempt *t = --end;
		bool texts = sqlite3_column_count(s) > 5;
		*t = (struct attempt){.time = column_int_or(s, 0, 0),
				      .outcome = column_outcome(s, 1),
				      .enhanced = column_ecode(s, 2),
				      .basic = column_basic(s, 3),
				      .stage = column_stage(s, 4),
				      .remote_mta = texts ? column_copy(s, 5, FIELD_MAX, a) : STR(""),
				      .response = texts ? column_copy(s, 6, FIELD_MAX, a) : STR("")};
		out->attempt_count++;
	}
	bool ok = *rc == SQLITE_DONE || *rc == SQLITE_TOOBIG || store_fail(st, *rc, e);
	sqlite3_reset(s);
	memmove(out->attempts, end, (size_t)out->attempt_count * sizeof *end);
	return ok;
}

static bool all_attempts(struct store *st, int64_t id, struct arena *a, struct detail *out, struct err *e)
{
	int rc;
	out->attempts = arena_array(a, struct attempt, DETAIL_ROWS);
	if (!read_attempts(st, STMT_ATTEMPTS, id, a, out, &rc, e))
		return false;
	return rc != SQLITE_TOOBIG || read_attempts(st, STMT_ATTEMPTS_SHORT, id, a, out, &rc, e);
}

static bool query_rows(struct store *st, struct query *q, size_t response_max, struct arena *a, struct page *out,
		       struct err *e)
{
	struct ids ids = {0};
	bool ok = query_ids(st, q, &ids, e);
	*out = (struct page){.rows = arena_array(a, struct record, ids.count)};
	for (size_t i = 0; ok && i < ids.count; i++) {
		bool found;
		ok = store_record(st, ids.p[i], response_max, a, &out->rows[out->count], &found, e);
		out->count += found;
	}
	free(ids.p);
	return ok;
}

static bool read_history(struct store *st, struct arena *a, struct detail *out, struct err *e)
{
	static const char *const what[] = {"SELECT id", "SELECT count(*)"};
	struct page page = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < COUNT_OF(what); i++) {
		struct query q = {0};
		query_sql(&q, what[i]);
		query_sql(&q, " FROM email INDEXED BY email_recipient WHERE recipient = ");
		query_text(&q, out->record.recipient);
		query_sql(&q, " AND id <> ");
		query_int(&q, out->record.id);
		if (i == 0) {
			query_sql(&q, " ORDER BY time DESC, id DESC LIMIT ");
			query_int(&q, DETAIL_ROWS);
			ok = query_rows(st, &q, PAGE_RESPONSE_MAX, a, &page, e);
		} else {
			ok = query_number(st, &q, &out->history_total, e);
		}
		query_free(&q);
	}
	if (!ok)
		return false;
	out->history = page.rows;
	out->history_count = page.count;
	return true;
}

/* ---- drops and the failures behind them ---- */

enum { CHAIN_MAX = 32 };

/* The first term is the index's. */
#define EMAILS_OF(outcome_wanted)                                                                                      \
	" FROM email INDEXED BY failure_recipient WHERE outcome IN ('failed', 'dropped') AND outcome = "               \
	"'" outcome_wanted "' AND recipient = "
#define PERMANENT " AND (code_key / 1000000000 = 5 OR code_key % 1000 BETWEEN 500 AND 599)"

static bool is_permanent(const struct record *r)
{
	return r->enhanced.cls == 5 || (r->basic >= 500 && r->basic <= 599);
}

/* The failure that a drop names; a drop may name a drop. */
static bool read_named_cause(struct store *st, int64_t id, struct arena *a, struct record *out, struct err *e)
{
	struct record r;
	for (int i = 0; id != 0 && i < CHAIN_MAX; i++) {
		bool found;
		if (!store_record(st, id, FIELD_MAX, a, &r, &found, e))
			return false;
		if (found && r.outcome == OUTCOME_FAILED) {
			*out = r;
			return true;
		}
		id = found && r.outcome == OUTCOME_DROPPED ? r.caused_by : 0;
	}
	return true;
}

/* The failure that a drop which names none is most likely about: the address's newest permanent one before it, else its
 * newest one. */
static bool read_likely_cause(struct store *st, const struct record *drop, struct arena *a, struct record *out,
			      struct err *e)
{
	static const char *const which[] = {PERMANENT, ""};
	int64_t id = 0;
	bool ok = true, found;
	for (size_t i = 0; ok && id == 0 && i < COUNT_OF(which); i++) {
		struct query q = {0};
		query_sql(&q, "SELECT id" EMAILS_OF("failed"));
		query_text(&q, drop->recipient);
		query_sql(&q, " AND time <= ");
		query_int(&q, drop->time);
		query_sql(&q, which[i]);
		query_sql(&q, " ORDER BY time DESC, id DESC LIMIT 1");
		ok = query_number(st, &q, &id, e);
		query_free(&q);
	}
	return ok && (id == 0 || store_record(st, id, FIELD_MAX, a, out, &found, e));
}

static bool read_cause(struct store *st, struct arena *a, struct detail *out, struct err *e)
{
	const struct record *r = &out->record;
	if (!codes_failed_before(r)) /* who unsubscribed is not told of a failure, whatever the drop names */
		return true;
	if (!read_named_cause(st, r->caused_by, a, &out->cause, e))
		return false;
	out->cause_named = out->cause.id != 0;
	return out->cause_named || read_likely_cause(st, r, a, &out->cause, e);
}

/* Those that name it, or a drop that does. */
static bool count_named(struct store *st, const struct record *r, int64_t *out, struct err *e)
{
	struct query q = {0};
	query_sql(&q,
		  "WITH RECURSIVE behind(id) AS (SELECT id FROM email INDEXED BY email_caused_by WHERE caused_by = ");
	query_int(&q, r->id);
	query_sql(
		&q,
		" UNION SELECT e.id FROM behind JOIN email AS e INDEXED BY email_caused_by ON e.caused_by = behind.id)"
		" SELECT count(*) FROM behind");
	bool ok = query_number(st, &q, out, e);
	query_free(&q);
	return ok;
}

/* Is there another failure that would be meant sooner? Then *until_s is when it came; INT64_MAX: never. */
static bool next_failure(struct store *st, const struct record *r, int64_t *until_s, struct err *e)
{
	struct query q = {0};
	bool any;
	query_sql(&q, "SELECT time" EMAILS_OF("failed"));
	query_text(&q, r->recipient);
	query_sql(&q, " AND (time, id) > (");
	query_int(&q, r->time);
	query_sql(&q, ", ");
	query_int(&q, r->id);
	query_sql(&q, is_permanent(r) ? ")" PERMANENT : ")");
	query_sql(&q, " ORDER BY time, id LIMIT 1");
	bool ok = query_number_if(st, &q, &any, until_s, e);
	query_free(&q);
	if (ok && !any)
		*until_s = INT64_MAX;
	return ok;
}

/* Those that name none, and are most likely about it. */
static bool count_likely(struct store *st, const struct record *r, int64_t *out, struct err *e)
{
	int64_t until_s, permanent = 0;
	bool ok = true;
	*out = 0;
	if (!is_permanent(r)) {
		struct query q = {0};
		query_sql(&q, "SELECT count(*) FROM (SELECT 1" EMAILS_OF("failed"));
		query_text(&q, r->recipient);
		query_sql(&q, " AND time <= ");
		query_int(&q, r->time);
		query_sql(&q, PERMANENT " LIMIT 1)");
		ok = query_number(st, &q, &permanent, e);
		query_free(&q);
	}
	if (!ok || permanent)
		return ok;
	if (!next_failure(st, r, &until_s, e))
		return false;
	struct query q = {0};
	query_sql(&q, "SELECT count(*)" EMAILS_OF("dropped"));
	query_text(&q, r->recipient);
	query_sql(&q, " AND time >= ");
	query_int(&q, r->time);
	query_sql(&q, " AND time < ");
	query_int(&q, until_s);
	query_sql(&q, " AND caused_by IS NULL");
	ok = query_number(st, &q, out, e);
	query_free(&q);
	return ok;
}

static bool read_suppressed(struct store *st, struct detail *out, struct err *e)
{
	int64_t named, likely = 0;
	if (!count_named(st, &out->record, &named, e) ||
	    (out->record.outcome == OUTCOME_FAILED && !count_likely(st, &out->record, &likely, e)))
		return false;
	out->suppressed = named + likely;
	return true;
}

/* ---- sources ---- */

struct sources {
	struct detail *out;
	struct arena *arena;
};

static bool add_source(void *ctx, const struct record *said, struct err *e)
{
	(void)e;
	struct sources *s = ctx;
	if (s->out->source_count == DETAIL_ROWS)
		return true;
	struct record *r = &s->out->sources[s->out->source_count++];
	*r = *said;
	r->source_file = arena_str(s->arena, said->source_file);
	r->remote_mta = arena_str(s->arena, said->remote_mta);
	r->response = arena_str(s->arena, said->response);
	return true;
}

static bool read_sources(struct store *st, struct arena *a, struct detail *out, struct err *e)
{
	struct sources s = {out, a};
	out->sources = arena_array(a, struct record, DETAIL_ROWS);
	if (!store_each_source(st, &out->record, add_source, &s, e))
		return false;
	if (out->source_count == 1) /* the record itself */
		out->source_count = 0;
	return true;
}

static bool read_detail(struct store *st, int64_t id, struct arena *a, struct detail *out, struct err *e)
{
	bool found;
	if (!store_record(st, id, FIELD_MAX, a, &out->record, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_INPUT, "there is no email %lld any more; it was deleted meanwhile",
			       (long long)id);
	return read_cause(st, a, out, e) && all_attempts(st, id, a, out, e) && read_history(st, a, out, e) &&
	       read_suppressed(st, out, e) && read_sources(st, a, out, e);
}

bool store_detail(struct store *st, int64_t id, struct arena *a, struct detail *out, struct err *e)
{
	*out = (struct detail){0};
	bool ok = store_read_begin(st, e) && read_detail(st, id, a, out, e);
	ok = store_read_end(st, ok, e);
	if (!ok)
		*out = (struct detail){0};
	return ok;
}
