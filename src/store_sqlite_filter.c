#include "store_sqlite.h"

#include "text.h"

#include <string.h>

/* ---- SQL with its values ---- */

struct query_value {
	struct query_value *next;
	bool is_text;
	struct str text;
	int64_t number;
};

void query_sql(struct query *q, const char *sql)
{
	buf_add(&q->sql, str_of(sql));
}

static struct query_value *add_value(struct query *q)
{
	struct query_value *v = arena_alloc(&q->arena, sizeof *v);
	*(q->last ? &q->last->next : &q->values) = v;
	q->last = v;
	buf_printf(&q->sql, "?%d", ++q->value_count);
	return v;
}

void query_int(struct query *q, int64_t number)
{
	add_value(q)->number = number;
}

void query_text(struct query *q, struct str text)
{
	struct query_value *v = add_value(q);
	v->is_text = true;
	v->text = arena_str(&q->arena, text);
}

sqlite3_stmt *query_prepare(struct store *st, struct query *q, struct err *e)
{
	sqlite3_stmt *s = store_prepare(st, buf_str(&q->sql).p, e);
	int i = 1;
	for (const struct query_value *v = q->values; s && v; v = v->next, i++) {
		if (v->is_text)
			sqlite3_bind_text64(s, i, v->text.p, v->text.len, SQLITE_STATIC, SQLITE_UTF8);
		else
			sqlite3_bind_int64(s, i, v->number);
	}
	return s;
}

void query_free(struct query *q)
{
	buf_free(&q->sql);
	arena_free(&q->arena);
	*q = (struct query){0};
}

/* ---- scopes ---- */

#define TIMES_END INT64_C(253402300800) /* the schema admits none from here on, and none below 0 */

enum { ALL_OUTCOMES = (1 << OUTCOME_COUNT) - 1, FAILURES = 1 << OUTCOME_FAILED | 1 << OUTCOME_DROPPED };

static unsigned outcomes_of(const struct filter *f)
{
	unsigned wanted = 0, barred = 0;
	bool any_wanted = false;
	for (int i = 0; i < f->count; i++) {
		const struct filter_term *t = &f->terms[i];
		if (t->key != FILTER_STATUS)
			continue;
		unsigned set = t->number < 0 ? ALL_OUTCOMES : 1u << t->number;
		if (t->negated)
			barred |= set;
		else
			wanted |= set;
		any_wanted |= !t->negated;
	}
	return (any_wanted ? wanted : ALL_OUTCOMES) & ~barred;
}

static void narrow_times(struct plan *p, const struct filter *f)
{
	int64_t from_s, until_s;
	filter_range(f, &from_s, &until_s);
	p->from_s = from_s > p->from_s ? from_s : p->from_s;
	p->until_s = until_s < p->until_s ? until_s : p->until_s;
}

static bool in_plan_already(enum filter_key k)
{
	return k == FILTER_STATUS || k == FILTER_SINCE || k == FILTER_BEFORE;
}

static unsigned need_of(enum filter_key k)
{
	static const unsigned needs[FILTER_KEY_COUNT] = {
		[FILTER_CODE] = NEED_CODE,    [FILTER_CLASS] = NEED_CODE,    [FILTER_SUBJECT] = NEED_CODE,
		[FILTER_TO] = NEED_RECIPIENT, [FILTER_DOMAIN] = NEED_DOMAIN, [FILTER_MX] = NEED_MX,
		[FILTER_FROM] = NEED_SENDER,  [FILTER_TITLE] = NEED_TEXT,    [FILTER_TEXT] = NEED_TEXT,
		[FILTER_WORDING] = NEED_TEXT,
	};
	if (in_plan_already(k))
		return 0;
	return needs[k] ? needs[k] : NEED_TABLE;
}

/* The one domain that all email of `f` is for, if there is one. */
static const struct filter_term *only_domain(const struct filter *f)
{
	const struct filter_term *found = NULL;
	for (int i = 0; i < f->count; i++) {
		const struct filter_term *t = &f->terms[i];
		if (t->key != FILTER_DOMAIN || t->negated)
			continue;
		if (found || str_starts(t->text, STR("*.")))
			return NULL;
		found = t;
	}
	return found;
}

/* Does the recipients' own order (NOCASE: of ASCII letters, up to a NUL) tell who is equal to this one? */
static bool names_recipient(const struct filter_term *t)
{
	bool plain = t->key == FILTER_TO && t->exact;
	for (size_t i = 0; plain && i < t->text.len; i++)
		plain = t->text.p[i] != '\0' && (unsigned char)t->text.p[i] < 0x80;
	return plain;
}

/* Is all email of `f` for recipients that are named one by one? */
static bool only_recipients(const struct filter *f)
{
	int named = 0;
	for (int i = 0; i < f->count; i++) {
		const struct filter_term *t = &f->terms[i];
		if (t->key != FILTER_TO || t->negated)
			continue;
		if (!names_recipient(t))
			return false;
		named++;
	}
	return named > 0;
}

static void set_outcomes(struct plan *p, unsigned outcomes)
{
	p->outcomes = outcomes;
	p->failures = (outcomes & ~(unsigned)FAILURES) == 0;
}

void plan_failures_only(struct plan *p)
{
	set_outcomes(p, p->outcomes & FAILURES);
}

struct plan plan_of(const struct scope *s)
{
	struct plan p = {.scope = s, .outcomes = FAILURES, .from_s = INT64_MIN, .until_s = INT64_MAX};
	for (int i = 0; i < s->count; i++)
		if (filter_names_status(&s->all[i]))
			p.outcomes = ALL_OUTCOMES;
	for (int i = 0; i < s->count; i++) {
		const struct filter *f = &s->all[i];
		p.outcomes &= outcomes_of(f);
		narrow_times(&p, f);
		if (!p.one_domain)
			p.one_domain = only_domain(f) != NULL;
		p.recipients = p.recipients || only_recipients(f);
		for (int t = 0; t < f->count; t++)
			p.needs |= need_of(f->terms[t].key);
	}
	p.domain_by_recipient = !p.one_domain && (p.needs & NEED_RECIPIENT) != 0 && (p.needs & NEED_DOMAIN) != 0;
	if (p.domain_by_recipient)
		p.needs &= ~(unsigned)NEED_DOMAIN;
	p.coded = (p.needs & ~(unsigned)NEED_CODE) == 0;
	set_outcomes(&p, p.outcomes);
	return p;
}

/* Narrow ones first. */
static const struct {
	const char *index;
	unsigned holds;
} indexes[] = {
	{"failure_time", NEED_CODE | NEED_RECIPIENT},
	{"failure_recipient", NEED_CODE | NEED_RECIPIENT},
	{"failure_domain", NEED_CODE | NEED_DOMAIN},
	{"failure_code", NEED_CODE},
	{"failure_mx", NEED_CODE | NEED_MX},
	{"failure_sender", NEED_CODE | NEED_SENDER},
	{"failure_text", NEED_CODE | NEED_RECIPIENT | NEED_DOMAIN | NEED_MX | NEED_SENDER | NEED_TEXT},
};

static bool holds_all(size_t index, const struct plan *p)
{
	return (p->needs & ~indexes[index].holds) == 0;
}

bool plan_is_covered(const struct plan *p, const char *index)
{
	for (size_t i = 0; i < COUNT_OF(indexes); i++)
		if (index && strcmp(indexes[i].index, index) == 0)
			return holds_all(i, p);
	return false;
}

const char *plan_time_index(const struct plan *p)
{
	return !plan_is_covered(p, "failure_time") && plan_is_covered(p, "failure_text") ? "failure_text"
											 : "failure_time";
}

const char *plan_index(const struct plan *p)
{
	if (p->recipients)
		return p->failures ? "failure_recipient" : "email_recipient";
	if (!p->failures)
		return NULL;
	if (p->one_domain)
		return "failure_domain";
	const char *by_time = plan_time_index(p);
	if ((p->from_s != INT64_MIN || p->until_s != INT64_MAX) && plan_is_covered(p, by_time))
		return by_time; /* no more of it is read than lies within */
	for (size_t i = 0; i < COUNT_OF(indexes); i++)
		if (holds_all(i, p))
			return indexes[i].index;
	return by_time; /* as the table is filled, mostly: to look into it goes from page to next page */
}

/* ---- terms → SQL. Every one is true or false for every row, never NULL: else "not" would lose rows. ---- */

static const char *const text_columns[FILTER_KEY_COUNT] = {
	[FILTER_FROM] = "sender",
	[FILTER_MX] = "remote_mta",
	[FILTER_TITLE] = "title",
	[FILTER_TEXT] = "response",
};

void query_field(struct query *q, const struct store *st, const char *column)
{
	buf_printf(&q->sql, st->careful ? "field_start(id, '%s')" : "%s", column);
}

/* Is or holds a field the text of the term? */
static void add_text(struct query *q, const struct store *st, const char *column, const struct filter_term *t)
{
	query_sql(q, t->exact ? "text_is(" : "text_holds(");
	query_field(q, st, column);
	query_sql(q, ", ");
	query_text(q, text_fold(&q->arena, t->text));
	query_sql(q, ")");
}

static void add_to(struct query *q, const struct store *st, const struct filter_term *t)
{
	if (!names_recipient(t)) {
		add_text(q, st, "recipient", t);
		return;
	}
	query_sql(q, "recipient = ");
	query_text(q, t->text);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct str longest_letters(struct str s)
{
	struct str longest = STR("");
	for (size_t at = 0, end; at < s.len; at = end + 1) {
		for (end = at; end < s.len && is_letter(s.p[end]);)
			end++;
		if (end - at > longest.len)
			longest = str_slice(s, at, end - at);
	}
	return longest;
}

/* A response holds every word of its wording: that is asked first, being much cheaper. */
static void add_wording(struct query *q, const struct store *st, struct str wording)
{
	add_text(q, st, "response", &(struct filter_term){.text = longest_letters(wording)});
	query_sql(q, " AND text_is(wording(");
	query_field(q, st, "response");
	query_sql(q, "), ");
	query_text(q, text_fold(&q->arena, wording));
	query_sql(q, ")");
}

static void add_domain(struct query *q, const struct store *st, const struct plan *p, struct str text)
{
	if (p->domain_by_recipient && !st->careful) {
		query_sql(q, "domain_fits(recipient, ");
		query_text(q, text);
		query_sql(q, ")");
		return;
	}
	struct str small = arena_lower(&q->arena, text);
	bool below = str_starts(small, STR("*."));
	query_sql(q, below ? "text_ends(domain, " : "domain = ");
	query_text(q, below ? str_slice(small, 1, SIZE_MAX) : small);
	query_sql(q, below ? ")" : "");
}

static void add_between(struct query *q, const char *what, int64_t lo, int64_t hi)
{
	query_sql(q, what);
	query_sql(q, " BETWEEN ");
	query_int(q, lo);
	query_sql(q, " AND ");
	query_int(q, hi);
}

/* One number of an enhanced code, cut out of code_key. */
static void add_part(struct query *q, int64_t unit, int value)
{
	buf_printf(&q->sql, " AND code_key / %lld %% 1000 = ", (long long)unit);
	query_int(q, value);
}

static void add_code(struct query *q, const struct code_pattern *c)
{
	if (c->none) {
		query_sql(q, "code_key = ");
		query_int(q, CODE_KEY_NONE);
	} else if (c->basic_lo > 0) {
		add_between(q, "code_key % 1000", c->basic_lo, c->basic_hi);
	} else if (c->cls >= 0 && c->subject >= 0 && c->detail >= 0) {
		int64_t key = code_key_of((struct ecode){c->cls, c->subject, c->detail}, 0);
		add_between(q, "code_key", key, key + 999);
	} else if (c->cls >= 0 && c->subject >= 0) {
		add_between(q, "code_key", code_key_of((struct ecode){c->cls, c->subject, 0}, 0),
			    code_key_of((struct ecode){c->cls, c->subject, 999}, 999));
	} else {
		query_sql(q, "code_key < ");
		query_int(q, CODE_KEY_NONE);
		if (c->cls >= 0)
			add_part(q, INT64_C(1000000000), c->cls);
		if (c->subject >= 0)
			add_part(q, 1000000, c->subject);
		if (c->detail >= 0)
			add_part(q, 1000, c->detail);
	}
}

/* As filter_class() has it: the basic code's digit before the enhanced code's class. */
static void add_class(struct query *q, int cls)
{
	int64_t lowest = code_key_of((struct ecode){cls, 0, 0}, 0),
		highest = code_key_of((struct ecode){cls, 999, 999}, 999);
	if (cls == 4 || cls == 5) {
		add_between(q, "code_key % 1000", cls * 100, cls * 100 + 99);
		query_sql(q, " OR code_key % 1000 NOT BETWEEN 400 AND 599 AND ");
		add_between(q, "code_key", lowest, highest);
	} else {
		query_sql(q, "code_key % 1000 NOT BETWEEN 400 AND 599 AND code_key / 1000000000 NOT IN (4, 5) AND (");
		add_between(q, "code_key", lowest, highest);
		query_sql(q, " OR ");
		add_between(q, "code_key % 1000", cls * 100, cls * 100 + 99);
		query_sql(q, ")");
	}
}

static void add_subject(struct query *q, int subject)
{
	query_sql(q, subject < 0 ? "code_key > " : "code_key < ");
	query_int(q, CODE_KEY_NONE);
	if (subject >= 0)
		add_part(q, 1000000, subject);
}

static void add_id(struct query *q, const struct store *st, const struct filter_term *t)
{
	int64_t n;
	add_text(q, st, "message_id", t);
	query_sql(q, " OR ");
	add_text(q, st, "queue_id", t);
	if (str_to_int(t->text, &n)) {
		query_sql(q, " OR id = ");
		query_int(q, n);
	}
}

static void add_term(struct query *q, const struct store *st, const struct plan *p, const struct filter_term *t)
{
	if (text_columns[t->key])
		add_text(q, st, text_columns[t->key], t);
	else if (t->key == FILTER_TO)
		add_to(q, st, t);
	else if (t->key == FILTER_DOMAIN)
		add_domain(q, st, p, t->text);
	else if (t->key == FILTER_CODE)
		add_code(q, &t->code);
	else if (t->key == FILTER_CLASS)
		add_class(q, t->number);
	else if (t->key == FILTER_SUBJECT)
		add_subject(q, t->number);
	else if (t->key == FILTER_WORDING)
		add_wording(q, st, t->text);
	else if (t->key == FILTER_ID)
		add_id(q, st, t);
}

/* The terms of one key that are not negated: any of them will do. A single one stands alone, for the planner's
 * sake. */
static void add_wanted(struct query *q, const struct store *st, const struct plan *p, const struct filter *f,
		       enum filter_key key)
{
	int n = 0;
	for (int i = 0; i < f->count; i++) {
		if (f->terms[i].key != key || f->terms[i].negated)
			continue;
		query_sql(q, n++ ? " OR (" : " AND ((");
		add_term(q, st, p, &f->terms[i]);
		query_sql(q, ")");
	}
	query_sql(q, n ? ")" : "");
}

static void add_filter(struct query *q, const struct store *st, const struct plan *p, const struct filter *f)
{
	for (int k = 0; k < FILTER_KEY_COUNT; k++)
		if (!in_plan_already((enum filter_key)k))
			add_wanted(q, st, p, f, (enum filter_key)k);
	for (int i = 0; i < f->count; i++) {
		if (!f->terms[i].negated || in_plan_already(f->terms[i].key))
			continue;
		query_sql(q, " AND NOT (");
		add_term(q, st, p, &f->terms[i]);
		query_sql(q, ")");
	}
}

/* Outcomes are written out, not bound: the planner must see that a partial index holds all that is asked for. */
static void add_outcomes(struct query *q, const struct plan *p)
{
	if (p->failures)
		query_sql(q, "outcome IN ('failed', 'dropped')");
	if (p->outcomes == ALL_OUTCOMES)
		query_sql(q, "1");
	if (p->outcomes == ALL_OUTCOMES || p->outcomes == FAILURES)
		return;
	if (p->outcomes == 0) {
		query_sql(q, " AND outcome = ''"); /* not a constant: SQLite would drop the other condition with it */
		return;
	}
	const char *comma = "";
	query_sql(q, p->failures ? " AND outcome IN (" : "outcome IN (");
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		if ((p->outcomes >> o & 1) == 0)
			continue;
		buf_printf(&q->sql, "%s'%s'", comma, outcome_name((enum outcome)o));
		comma = ", ";
	}
	query_sql(q, ")");
}

static void add_bound(struct query *q, const char *condition, int64_t value)
{
	query_sql(q, condition);
	query_int(q, value);
}

void query_where(struct query *q, const struct store *st, const struct plan *p, int64_t from_s, int64_t until_s)
{
	query_sql(q, " WHERE ");
	add_outcomes(q, p);
	if (from_s != INT64_MIN)
		add_bound(q, " AND time >= ", from_s);
	if (until_s != INT64_MAX)
		add_bound(q, " AND time < ", until_s);
	for (int i = 0; i < p->scope->count; i++)
		add_filter(q, st, p, &p->scope->all[i]);
}

void query_where_days(struct query *q, const struct store *st, const struct plan *p, int64_t from_day,
		      int64_t until_day)
{
	query_where(q, st, p, INT64_MIN, INT64_MAX);
	add_bound(q, " AND day >= ", from_day);
	add_bound(q, " AND day < ", until_day);
}
