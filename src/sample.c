#include "sample.h"

#include "sample_tables.h"

#include <stdlib.h>
#include <string.h>

enum {
	EMAILS = 21500,
	RECIPIENTS = 5200,
	FAILURES = 1050, /* beside the incident, the drops and the domains that do not exist */
	CAMPAIGN = 190,  /* emails that the incident adds to what its provider gets anyway */
	DEFERRED_PERCENT = 5,
	OPENED_PERCENT = 35,
	ATTEMPTS_MAX = 40,
	DAY = 86400,
	HOUR = 3600,
};

static const int weekday_weight[7] = {30, 100, 108, 105, 100, 92, 36};
static const int hour_weight[24] = {3,  2,  2,   2,  3,  8,  25, 60, 95, 110, 110, 100,
				    85, 95, 100, 95, 88, 75, 55, 42, 38, 30,  16,  7};

struct recipient {
	const struct person *person;
	const struct domain *domain;
	struct str address;
	const struct answer *plan; /* how it will fail, once, or always where `dead`; NULL: not at all */
	int64_t plan_from;
	bool dead; /* nobody can ever get email there */
	bool done;
	int drops_left;
	int64_t cause_id, cause_time; /* of the failure that stops further email */
};

struct email {
	int64_t queued;
	int seq; /* breaks ties when sorting */
	struct recipient *to;
	const struct title *title;
};

/* One sample in the making. */
struct sample {
	struct store *st;
	struct arena memory, scratch; /* for all of it; for one email */
	struct sample_tables t;
	uint64_t random;
	int64_t end, incident_from, incident_to;
	const struct answer *incident;
	struct recipient *recipients; /* RECIPIENTS and, behind them, Bob */
	struct email *emails;
	int email_count, email_max;
	struct attempt attempts[ATTEMPTS_MAX];
	int attempt_count;
};

/* ---- chance, the same on every machine ---- */

/* splitmix64 */
static uint64_t chance(struct sample *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int below(struct sample *s, int n)
{
	if (n <= 0)
		die("a table of the sample has no weights");
	return (int)(chance(s) % (uint64_t)n);
}

/* An index below n, the low ones more often. */
static int below_skewed(struct sample *s, int n)
{
	uint64_t u = chance(s) & 0xffff;
	return (int)(u * u * (uint64_t)n >> 32);
}

static const struct domain *pick_domain(struct sample *s)
{
	int sum = 0;
	for (size_t i = 0; i < s->t.domain_count; i++)
		sum += s->t.domains[i].weight;
	int at = below(s, sum);
	const struct domain *d = s->t.domains;
	while (at >= d->weight)
		at -= (d++)->weight;
	return d;
}

static const struct person *pick_person(struct sample *s, const struct domain *d)
{
	bool any = str_eq(d->local, STR("ascii"));
	const struct person *p;
	do
		p = &s->t.people[below(s, (int)s->t.person_count)];
	while (!any && !str_eq(p->script, d->local));
	return p;
}

static const struct title *pick_title(struct sample *s, bool incident)
{
	int sum = 0;
	for (size_t i = 0; i < s->t.title_count; i++)
		if (s->t.titles[i].incident == incident)
			sum += s->t.titles[i].weight;
	int at = below(s, sum);
	for (const struct title *t = s->t.titles;; t++) {
		if (t->incident != incident)
			continue;
		if (at < t->weight)
			return t;
		at -= t->weight;
	}
}

enum use { USE_FAIL, USE_DEFER, USE_DELIVER };

static int answer_weight(const struct answer *a, enum use use)
{
	bool success = a->basic / 100 == 2;
	if (use == USE_DEFER)
		return a->defer;
	return success == (use == USE_DELIVER) ? a->weight : 0;
}

static bool answer_fits(const struct answer *a, const struct domain *d)
{
	return sample_has_word(d->style, a->style);
}

/* NULL: servers of that domain never answer so. */
static const struct answer *pick_answer(struct sample *s, const struct domain *d, enum use use)
{
	int sum = 0;
	for (size_t i = 0; i < s->t.answer_count; i++)
		if (answer_fits(&s->t.answers[i], d))
			sum += answer_weight(&s->t.answers[i], use);
	if (sum == 0)
		return NULL;
	int at = below(s, sum);
	for (const struct answer *a = s->t.answers;; a++) {
		if (!answer_fits(a, d))
			continue;
		if (at < answer_weight(a, use))
			return a;
		at -= answer_weight(a, use);
	}
}

/* Worth another try? A reply's digit decides, whatever its enhanced code says. */
static bool answer_is_temporary(const struct answer *a)
{
	if (a->basic)
		return a->basic / 100 == 4;
	return a->enhanced.cls != 5;
}

/* ---- planning: who writes to whom, when, and what fails ---- */

static void plan_recipients(struct sample *s)
{
	s->recipients = arena_array(&s->memory, struct recipient, RECIPIENTS + 1);
	int *namesakes = arena_array(&s->memory, int, s->t.person_count * s->t.domain_count);
	for (int i = 0; i < RECIPIENTS; i++) {
		struct recipient *r = &s->recipients[i];
		r->domain = pick_domain(s);
		r->person = pick_person(s, r->domain);
		size_t pair =
			(size_t)(r->person - s->t.people) * s->t.domain_count + (size_t)(r->domain - s->t.domains);
		struct str local = str_eq(r->domain->local, STR("ascii")) ? r->person->ascii : r->person->own;
		struct buf address = {0};
		buf_add(&address, local);
		if (namesakes[pair]++ > 0)
			buf_printf(&address, "%d", namesakes[pair]);
		buf_addc(&address, '@');
		buf_add(&address, r->domain->name);
		r->address = arena_str(&s->memory, buf_str(&address));
		buf_free(&address);
		r->dead = pick_answer(s, r->domain, USE_DELIVER) == NULL;
	}
}

static void add_email(struct sample *s, int64_t queued, struct recipient *to, const struct title *title)
{
	if (queued > s->end)
		return;
	if (s->email_count == s->email_max)
		die("the sample grew beyond %d emails", s->email_max);
	s->emails[s->email_count] = (struct email){queued, s->email_count, to, title};
	s->email_count++;
}

static int64_t time_of_day(struct sample *s)
{
	int sum = 0, hour = 0;
	for (int i = 0; i < 24; i++)
		sum += hour_weight[i];
	int at = below(s, sum);
	while (at >= hour_weight[hour])
		at -= hour_weight[hour++];
	return hour * HOUR + below(s, HOUR);
}

static void plan_days(struct sample *s)
{
	int64_t today = day_of(s->end), sum = 0;
	for (int64_t day = today - SAMPLE_DAYS + 1; day <= today; day++)
		sum += weekday_weight[civil_of(day * DAY).weekday];
	for (int64_t day = today - SAMPLE_DAYS + 1; day <= today; day++) {
		int count = (int)(EMAILS * (int64_t)weekday_weight[civil_of(day * DAY).weekday] / sum);
		count = count * (92 + below(s, 17)) / 100;
		while (count-- > 0) {
			struct recipient *to = &s->recipients[below_skewed(s, RECIPIENTS)];
			add_email(s, day * DAY + time_of_day(s), to, pick_title(s, false));
		}
	}
}

static bool in_incident(const struct sample *s, int64_t time, const struct recipient *to)
{
	return time >= s->incident_from && time < s->incident_to && answer_fits(s->incident, to->domain);
}

static void plan_campaign(struct sample *s)
{
	for (int n = 0; n < CAMPAIGN;) {
		struct recipient *to = &s->recipients[below(s, RECIPIENTS)];
		int64_t time = s->incident_from + below_skewed(s, 20 * HOUR);
		if (!in_incident(s, time, to))
			continue;
		add_email(s, time, to, pick_title(s, true));
		n++;
	}
}

static const struct answer *answer_with(const struct sample *s, struct ecode code, const struct domain *d)
{
	for (size_t i = 0; i < s->t.answer_count; i++)
		if (ecode_cmp(s->t.answers[i].enhanced, code) == 0 && (!d || answer_fits(&s->t.answers[i], d)))
			return &s->t.answers[i];
	die("the sample has no answer %d.%d.%d", code.cls, code.subject, code.detail);
}

/* One person whose story is easy to tell: delivered, then mailbox full, then two emails dropped because of it. */
static void plan_bob(struct sample *s)
{
	static const int hours_ago[] = {9 * 24 + 3, 6 * 24 + 2, 4 * 24 + 1, 22};
	const struct domain *home = s->t.domains;
	while (!str_eq(home->name, STR("example.org")))
		if (++home == s->t.domains + s->t.domain_count)
			die("the sample has no example.org");
	struct recipient *bob = &s->recipients[RECIPIENTS];
	*bob = (struct recipient){
		.person = s->t.people,
		.domain = home,
		.address = STR("bob@example.org"),
		.plan = answer_with(s, (struct ecode){5, 2, 2}, home),
		.plan_from = s->end - hours_ago[1] * HOUR,
	};
	for (size_t i = 0; i < COUNT_OF(hours_ago); i++)
		add_email(s, s->end - hours_ago[i] * HOUR, bob, &s->t.titles[i]);
}

static int by_time(const void *va, const void *vb)
{
	const struct email *a = va, *b = vb;
	if (a->queued != b->queued)
		return a->queued < b->queued ? -1 : 1;
	return a->seq - b->seq;
}

/* A recipient who shall fail from some email on; `row` NULL draws the answer. */
static void plan_failure(struct sample *s, const struct answer *row, int64_t before)
{
	for (int tries = 0; tries < 100000; tries++) {
		const struct email *m = &s->emails[below(s, s->email_count)];
		struct recipient *to = m->to;
		if (to->plan || m->queued >= before || in_incident(s, m->queued, to))
			continue;
		if (row && !answer_fits(row, to->domain))
			continue;
		to->plan = row ? row : pick_answer(s, to->domain, USE_FAIL);
		to->plan_from = to->dead ? INT64_MIN : m->queued;
		return;
	}
	die("the sample found nobody for the answer \"%.*s\"", row ? (int)row->text.len : 0, row ? row->text.p : "");
}

static void plan_failures(struct sample *s)
{
	int planned = 0;
	for (size_t i = 0; i < s->t.answer_count; i++) {
		const struct answer *row = &s->t.answers[i];
		if (answer_weight(row, USE_FAIL) == 0)
			continue;
		plan_failure(s, row, s->end - 6 * DAY); /* early enough to be given up before the end */
		planned++;
	}
	for (; planned < FAILURES; planned++)
		plan_failure(s, NULL, INT64_MAX);
	for (int i = 0; i < RECIPIENTS; i++) {
		struct recipient *r = &s->recipients[i];
		if (!r->dead || r->plan)
			continue;
		r->plan = pick_answer(s, r->domain, USE_FAIL);
		r->plan_from = INT64_MIN;
	}
}

/* ---- filling texts ---- */

static struct str random_id(struct sample *s)
{
	static const char digits[] = "0123456789ABCDEF";
	char id[10];
	for (size_t i = 0; i < sizeof id; i++)
		id[i] = digits[below(s, 16)];
	return arena_str(&s->scratch, (struct str){id, sizeof id});
}

static struct str after_at(struct str address)
{
	size_t at = str_find(address, STR("@"), 0);
	return at == SIZE_MAX ? STR("") : str_slice(address, at + 1, SIZE_MAX);
}

static struct str filler(struct sample *s)
{
	struct buf b = {0};
	for (int i = 1; i <= 90; i++)
		buf_printf(&b, "rule %d of the content policy was looked at and gave %d points; ", i, below(s, 30));
	struct str text = arena_str(&s->scratch, buf_str(&b));
	buf_free(&b);
	return text;
}

static struct str place(struct sample *s, const struct email *m, struct str name)
{
	static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
					     "July",    "August",   "September", "October", "November", "December"};
	const struct recipient *to = m->to;
	struct civil date = civil_of(m->queued);
	size_t domain = (size_t)(to->domain - s->t.domains);
	const struct {
		struct str name, value;
	} known[] = {
		{STR("rcpt"), to->address},
		{STR("domain"), to->domain->name},
		{STR("host"), to->domain->mx},
		{STR("from"), m->title->sender},
		{STR("fromdomain"), after_at(m->title->sender)},
		{STR("us"), STR("out1.shop.example")},
		{STR("ip"), STR("192.0.2.25")},
		{STR("name"), to->person->name},
		{STR("first"), str_slice(to->person->name, 0, str_find(to->person->name, STR(" "), 0))},
		{STR("month"), str_of(months[date.month - 1])},
	};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(known[i].name, name))
			return known[i].value;
	if (str_eq(name, STR("mxip")))
		return arena_printf(&s->scratch, "%s.%zu", domain % 2 ? "198.51.100" : "203.0.113", 10 + domain);
	if (str_eq(name, STR("id")))
		return random_id(s);
	if (str_eq(name, STR("n")))
		return arena_printf(&s->scratch, "%d", 100000 + below(s, 900000));
	if (str_eq(name, STR("amount")))
		return arena_printf(&s->scratch, "%d.%02d", 8 + below(s, 190), below(s, 100));
	if (str_eq(name, STR("day")))
		return arena_printf(&s->scratch, "%d", date.day);
	if (str_eq(name, STR("filler")))
		return filler(s);
	die("the sample's texts name an unknown place {%.*s}", (int)name.len, name.p);
}

static struct str fill(struct sample *s, const struct email *m, struct str text)
{
	struct buf b = {0};
	for (size_t at = 0; at < text.len;) {
		size_t open = str_find(text, STR("{"), at);
		size_t close = open == SIZE_MAX ? SIZE_MAX : str_find(text, STR("}"), open);
		if (close == SIZE_MAX) {
			buf_add(&b, str_slice(text, at, SIZE_MAX));
			break;
		}
		buf_add(&b, str_slice(text, at, open - at));
		buf_add(&b, place(s, m, str_slice(text, open + 1, close - open - 1)));
		at = close + 1;
	}
	struct str filled = arena_str(&s->scratch, buf_str(&b));
	buf_free(&b);
	return filled;
}

/* ---- what becomes of one email ---- */

/* A try after the end has not been made yet. */
static void add_attempt(struct sample *s, const struct email *m, int64_t time, enum outcome outcome,
			const struct answer *a)
{
	if (time > s->end || s->attempt_count == ATTEMPTS_MAX)
		return;
	bool by_remote = a->stage != STAGE_NONE && !str_eq(a->style, STR("nowhere"));
	s->attempts[s->attempt_count++] = (struct attempt){
		.time = time,
		.outcome = outcome,
		.enhanced = a->enhanced,
		.basic = a->basic,
		.stage = a->stage,
		.remote_mta = by_remote ? m->to->domain->mx : STR(""),
		.response = fill(s, m, a->text),
	};
}

/* Tries go on at 5 minutes, doubling up to 4 hours. */
static void make_attempts(struct sample *s, const struct email *m, const struct answer *failure)
{
	const struct domain *d = m->to->domain;
	const struct answer *last = failure ? failure : pick_answer(s, d, USE_DELIVER);
	const struct answer *passing = NULL;
	int deferrals = 0;
	if (!failure && below(s, 100) < DEFERRED_PERCENT) {
		passing = pick_answer(s, d, USE_DEFER);
		deferrals = 1 + below(s, 3);
	} else if (failure && (failure->stage == STAGE_NONE || answer_is_temporary(failure))) {
		passing = failure->stage == STAGE_NONE ? pick_answer(s, d, USE_DEFER) : failure;
		deferrals = 12 + below(s, 20);
	}
	if (!passing)
		deferrals = 0;

	int64_t time = m->queued + 1 + below_skewed(s, 600);
	int64_t pause = 300;
	s->attempt_count = 0;
	for (int i = 0; i < deferrals; i++) {
		add_attempt(s, m, time, OUTCOME_DEFERRED, passing);
		time += pause + below(s, 60);
		pause = pause * 2 < 4 * HOUR ? pause * 2 : 4 * HOUR;
	}
	add_attempt(s, m, time, failure ? OUTCOME_FAILED : OUTCOME_DELIVERED, last);
}

static const struct answer *failure_of(struct sample *s, const struct email *m)
{
	struct recipient *to = m->to;
	if (in_incident(s, m->queued, to))
		return s->incident;
	if (!to->plan || m->queued < to->plan_from || (to->done && !to->dead))
		return NULL;
	to->done = true;
	return to->plan;
}

/* The record's facts are those of the last attempt. */
static void settle(struct sample *s, struct record *r)
{
	if (s->attempt_count == 0)
		return;
	const struct attempt *last = &s->attempts[s->attempt_count - 1];
	r->time = last->time;
	r->outcome = last->outcome;
	r->enhanced = last->enhanced;
	r->basic = last->basic;
	r->stage = last->stage;
	r->remote_mta = last->remote_mta;
	r->response = last->response;
	r->attempts = s->attempt_count;
	if (r->outcome == OUTCOME_DELIVERED && below(s, 100) < OPENED_PERCENT) {
		int64_t opened = r->time + 40 + below_skewed(s, 2 * DAY);
		if (opened <= s->end) {
			r->time = opened;
			r->outcome = OUTCOME_OPENED;
		}
	}
}

/* How many emails are dropped until somebody takes the address off the list. Bob's story needs two. */
static int drops_to_come(struct sample *s, const struct recipient *to)
{
	static const int drops[] = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3};
	if (to == &s->recipients[RECIPIENTS])
		return 2;
	return drops[below(s, COUNT_OF(drops))];
}

static bool write_email(struct sample *s, const struct email *m, struct err *e)
{
	struct recipient *to = m->to;
	bool dropped = to->cause_id != 0 && m->queued > to->cause_time;
	if (dropped && to->drops_left-- <= 0)
		return true;

	struct str id = random_id(s);
	struct record r = {
		.message_id =
			arena_printf(&s->scratch, "%lld.%.*s@shop.example", (long long)m->queued, (int)id.len, id.p),
		.queue_id = dropped ? STR("") : id,
		.queued_at = m->queued,
		.time = m->queued,
		.sender = m->title->sender,
		.recipient = to->address,
		.title = fill(s, m, m->title->text),
		.outcome = dropped ? OUTCOME_DROPPED : OUTCOME_QUEUED,
		.caused_by = dropped ? to->cause_id : 0,
	};
	r.source_key = str_hash(r.message_id, 0) | 1;

	const struct answer *failure = NULL;
	s->attempt_count = 0;
	if (!dropped) {
		failure = failure_of(s, m);
		make_attempts(s, m, failure);
		settle(s, &r);
	}
	enum put what;
	if (!store_put(s->st, &r, s->attempts, s->attempt_count, 0, &what, e))
		return false;
	if (r.outcome == OUTCOME_FAILED && failure && failure->drops && !to->cause_id) {
		to->cause_id = r.id;
		to->cause_time = r.time;
		to->drops_left = drops_to_come(s, to);
	}
	return true;
}

static void plan(struct sample *s)
{
	s->t = sample_tables_read(&s->memory);
	s->incident = answer_with(s, (struct ecode){5, 7, 26}, NULL);
	s->incident_from = (day_of(s->end) - SAMPLE_INCIDENT_DAYS_AGO) * DAY + 6 * HOUR;
	s->incident_to = s->incident_from + 30 * HOUR;
	s->email_max = EMAILS * 11 / 10 + CAMPAIGN + 10;
	s->emails = arena_array(&s->memory, struct email, (size_t)s->email_max);
	plan_recipients(s);
	plan_days(s);
	plan_campaign(s);
	plan_bob(s);
	qsort(s->emails, (size_t)s->email_count, sizeof *s->emails, by_time);
	plan_failures(s);
}

bool sample_write(struct store *st, int64_t end_s, struct err *e)
{
	struct sample s = {.st = st, .end = end_s, .random = 2026};
	plan(&s);
	bool ok = store_begin(st, e);
	for (int i = 0; ok && i < s.email_count; i++) {
		ok = write_email(&s, &s.emails[i], e);
		arena_free(&s.scratch);
	}
	if (ok)
		ok = store_commit(st, e);
	if (!ok)
		store_rollback(st);
	arena_free(&s.memory);
	return ok;
}
