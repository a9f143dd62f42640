#include "store_sqlite.h"

#include <stdlib.h>
#include <string.h>

/* The triggers keep the tally for everybody; they cost a third of the time of a bulk import. So a handle that
 * writes turns them off, sums what it does to the tally here, and writes the sums before it commits. */
struct tally_sum {
	int64_t day, code_key, delta;
	enum outcome outcome;
	bool used;
};

enum { SUMS_START = 1024 };

static struct tally_sum *find_sum(const struct tally *t, int64_t day, enum outcome outcome, int64_t code_key)
{
	uint64_t h = (uint64_t)code_key * 0x9E3779B97F4A7C15u + (uint64_t)day * 8 + outcome;
	h *= 0xD6E8FEB86659FD93u;
	for (size_t i = h >> 32 & (t->cap - 1);; i = (i + 1) & (t->cap - 1)) {
		struct tally_sum *s = &t->sums[i];
		if (!s->used || (s->day == day && s->outcome == outcome && s->code_key == code_key))
			return s;
	}
}

static void grow(struct tally *t)
{
	struct tally old = *t;
	t->cap = old.cap ? old.cap * 2 : SUMS_START;
	t->sums = calloc(t->cap, sizeof *t->sums);
	if (!t->sums)
		die("out of memory");
	for (size_t i = 0; i < old.cap; i++)
		if (old.sums[i].used)
			*find_sum(t, old.sums[i].day, old.sums[i].outcome, old.sums[i].code_key) = old.sums[i];
	free(old.sums);
}

void tally_add(struct tally *t, int64_t time_s, enum outcome outcome, int64_t code_key, int64_t delta)
{
	if (t->count >= t->cap / 2)
		grow(t);
	int64_t day = day_of(time_s);
	struct tally_sum *s = find_sum(t, day, outcome, code_key);
	if (!s->used) {
		*s = (struct tally_sum){.day = day, .code_key = code_key, .outcome = outcome, .used = true};
		t->count++;
	}
	s->delta += delta;
}

bool tally_at(const struct tally *t, size_t i, enum outcome *outcome, int64_t *code_key, int64_t *sum)
{
	const struct tally_sum *s = &t->sums[i];
	*outcome = s->outcome;
	*code_key = s->code_key;
	*sum = s->delta;
	return s->used;
}

void tally_forget(struct tally *t)
{
	if (t->cap)
		memset(t->sums, 0, t->cap * sizeof *t->sums);
	t->count = 0;
}

void tally_free(struct tally *t)
{
	free(t->sums);
	*t = (struct tally){0};
}

static bool write_sum(struct store *st, enum stmt_id id, const struct tally_sum *sum, struct err *e)
{
	sqlite3_stmt *s = store_stmt(st, id, e);
	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, sum->day);
	sqlite3_bind_text(s, 2, outcome_name(sum->outcome), -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, sum->code_key);
	if (id == STMT_TALLY_ADD)
		sqlite3_bind_int64(s, 4, sum->delta);
	int rc = sqlite3_step(s);
	bool ok = rc == SQLITE_DONE || store_fail(st, rc, e);
	sqlite3_reset(s);
	return ok;
}

bool tally_write(struct store *st, struct err *e)
{
	struct tally *t = &st->tally;
	for (size_t i = 0; i < t->cap; i++) {
		const struct tally_sum *s = &t->sums[i];
		if (!s->used || s->delta == 0)
			continue;
		if (!write_sum(st, STMT_TALLY_ADD, s, e) || (s->delta < 0 && !write_sum(st, STMT_TALLY_CLEAN, s, e)))
			return false;
	}
	tally_forget(t);
	return true;
}
