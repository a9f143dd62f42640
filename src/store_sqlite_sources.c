#include "store_sqlite.h"

#include "merge.h"

#include <stdlib.h>

/* The table `source`: what each source said of an email that more than one told of. */

/* Positions in SOURCE_COLUMNS, then SOURCE_TEXTS. */
enum { COL_KEY, COL_TIME, COL_OUTCOME, COL_ENHANCED, COL_BASIC, COL_STAGE, COL_LINE, COL_FILE, COL_MTA, COL_RESPONSE };

/* ---- reading ---- */

/* Puts what the source in row `id` said over the facts of *r; its texts are owned by `a`. */
static bool read_source(struct store *st, int64_t id, struct record *r, struct arena *a, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_SOURCE, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, id);
	int rc = sqlite3_step(s);
	bool texts = rc != SQLITE_TOOBIG;
	if (!texts) {
		sqlite3_reset(s);
		if (!(s = store_stmt(st, STMT_SOURCE_SHORT, e)))
			return false;
		sqlite3_bind_int64(s, 1, id);
		rc = sqlite3_step(s);
	}
	bool ok = rc == SQLITE_ROW || store_fail(st, rc, e);
	if (ok) {
		r->source_key = (uint64_t)column_int_or(s, COL_KEY, 0);
		r->time = column_int_or(s, COL_TIME, 0);
		r->outcome = column_outcome(s, COL_OUTCOME);
		r->enhanced = column_ecode(s, COL_ENHANCED);
		r->basic = column_basic(s, COL_BASIC);
		r->stage = column_stage(s, COL_STAGE);
		r->source_line = column_int_or(s, COL_LINE, 0);
		r->source_file = texts ? column_copy(s, COL_FILE, FIELD_MAX, a) : STR("");
		r->remote_mta = texts ? column_copy(s, COL_MTA, FIELD_MAX, a) : STR("");
		r->response = texts ? column_copy(s, COL_RESPONSE, FIELD_MAX, a) : STR("");
	}
	sqlite3_reset(s);
	return ok;
}

bool store_each_source(struct store *st, const struct record *r, store_each_fn *each, void *ctx, struct err *e)
{
	struct query q = {0};
	struct ids ids = {0};
	query_sql(&q, "SELECT id FROM source INDEXED BY source_email WHERE email_id = ");
	query_int(&q, r->id);
	query_sql(&q, " ORDER BY time, source_key, id");
	bool ok = query_ids(st, &q, &ids, e);
	query_free(&q);
	if (ok && ids.count == 0)
		ok = each(ctx, r, e);
	for (size_t i = 0; ok && i < ids.count; i++) {
		struct arena a = {0};
		struct record said = *r;
		ok = read_source(st, ids.p[i], &said, &a, e) && each(ctx, &said, e);
		arena_free(&a);
	}
	free(ids.p);
	return ok;
}

/* ---- writing ---- */

static bool write_source(struct store *st, enum stmt_id id, int64_t row, const struct record *r, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, id, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, row); /* the email, or the row to change */
	if (id == STMT_SOURCE_ADD)
		sqlite3_bind_int64(s, 2, (int64_t)r->source_key);
	sqlite3_bind_int64(s, 3, r->time);
	sqlite3_bind_text(s, 4, outcome_name(r->outcome), -1, SQLITE_STATIC);
	bind_ecode(s, 5, r->enhanced);
	bind_known_int(s, 6, r->basic, 0);
	bind_text(s, 7, str_of(stage_name(r->stage)));
	bind_known_int(s, 8, r->source_line, 0);
	bind_text(s, 9, r->source_file);
	bind_text(s, 10, r->remote_mta);
	bind_text(s, 11, r->response);
	return stmt_run(st, s, e);
}

/* The row of the source that says `r`, in this file or in any (NULL); 0: there is none. */
static bool find_source(struct store *st, int64_t email, const struct record *r, const struct str *file, int64_t *row,
			struct err *e)
{
	bool found;
	sqlite3_stmt *s = store_stmt(st, STMT_SOURCE_FIND, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, email);
	sqlite3_bind_int64(s, 2, (int64_t)r->source_key);
	bind_text(s, 3, file ? *file : STR(""));
	if (!stmt_ask(st, s, &found, e))
		return false;
	*row = found ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return true;
}

/* Says `r` something that its source has not said before? */
static bool join_source(struct store *st, int64_t row, const struct record *r, bool *news, struct err *e)
{
	struct arena a = {0};
	struct record known = *r;
	bool ok = read_source(st, row, &known, &a, e);
	struct record joined = known;
	fact_join(&joined, r);
	*news = ok && !record_same(&joined, &known);
	if (*news)
		ok = write_source(st, STMT_SOURCE_CHANGE, row, &joined, e);
	arena_free(&a);
	return ok;
}

static bool any_source(struct store *st, int64_t email, bool *any, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_SOURCE_ANY, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, email);
	if (!stmt_ask(st, s, any, e))
		return false;
	sqlite3_reset(s);
	return true;
}

bool sources_note(struct store *st, const struct record *old, const struct record *r, bool *several, bool *news,
		  struct err *e)
{
	int64_t row, copy = 0;
	bool any = false, own = old->source_key == r->source_key;
	*several = *news = false;
	if (!find_source(st, old->id, r, r->file_tells ? &r->source_file : NULL, &row, e))
		return false;
	*several = row != 0;
	if (row)
		return join_source(st, row, r, news, e);
	if (own && !r->file_tells) /* it would have a row if another source had told of the email */
		return true;
	if (!any_source(st, old->id, &any, e))
		return false;
	if (!any && own && str_eq(old->source_file, r->source_file))
		return true;
	if (!any && !write_source(st, STMT_SOURCE_ADD, old->id, old, e))
		return false;
	if (!find_source(st, old->id, r, NULL, &copy, e))
		return false;
	*several = true;
	*news = copy == 0;
	return write_source(st, STMT_SOURCE_ADD, old->id, r, e);
}

bool sources_expire(struct store *st, int64_t email, uint64_t source_key, int64_t time_s, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, STMT_SOURCE_EXPIRE, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, email);
	sqlite3_bind_int64(s, 2, (int64_t)source_key);
	sqlite3_bind_int64(s, 3, time_s);
	return stmt_run(st, s, e);
}
