#include "store_sqlite.h"

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

static bool read_suppressed(struct store *st, struct detail *out, struct err *e)
{
	struct query q = {0};
	query_sql(&q, "SELECT count(*) FROM email INDEXED BY email_caused_by WHERE caused_by = ");
	query_int(&q, out->record.id);
	bool ok = query_number(st, &q, &out->suppressed, e);
	query_free(&q);
	return ok;
}

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
	int64_t cause = out->record.outcome == OUTCOME_DROPPED ? out->record.caused_by : 0;
	if (cause && (!store_record(st, cause, FIELD_MAX, a, &out->cause, &found, e)))
		return false;
	return all_attempts(st, id, a, out, e) && read_history(st, a, out, e) && read_suppressed(st, out, e) &&
	       read_sources(st, a, out, e);
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
