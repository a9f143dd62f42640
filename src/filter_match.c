#include "filter.h"

#include "status.h"
#include "text.h"
#include "wording.h"

static bool text_fits(struct str field, const struct filter_term *t)
{
	struct arena a = {0};
	struct str folded = text_fold(&a, t->text);
	bool yes = t->exact ? text_is(field, folded) : text_holds(field, folded);
	arena_free(&a);
	return yes;
}

static bool wording_fits(struct str response, struct str wording)
{
	struct buf own = {0};
	struct arena a = {0};
	wording_mask(response, &own);
	bool yes = text_is(buf_str(&own), text_fold(&a, wording));
	arena_free(&a);
	buf_free(&own);
	return yes;
}

struct str filter_domain(struct str recipient)
{
	for (size_t i = recipient.len; i > 0; i--)
		if (recipient.p[i - 1] == '@')
			return str_slice(recipient, i, SIZE_MAX);
	return STR("");
}

bool filter_domain_fits(struct str recipient, struct str wanted)
{
	struct str domain = filter_domain(recipient);
	if (!str_starts(wanted, STR("*.")))
		return str_eq_nocase(domain, wanted);
	struct str end = str_slice(wanted, 1, SIZE_MAX); /* ".example.com" */
	return domain.len > end.len && str_eq_nocase(str_slice(domain, domain.len - end.len, end.len), end);
}

static bool code_fits(const struct record *r, const struct code_pattern *c)
{
	if (c->none)
		return r->enhanced.cls == 0 && r->basic == 0;
	if (c->basic_lo > 0)
		return r->basic >= c->basic_lo && r->basic <= c->basic_hi;
	return r->enhanced.cls != 0 && (c->cls < 0 || c->cls == r->enhanced.cls) &&
	       (c->subject < 0 || c->subject == r->enhanced.subject) &&
	       (c->detail < 0 || c->detail == r->enhanced.detail);
}

static bool id_fits(const struct record *r, const struct filter_term *t)
{
	int64_t n;
	return text_fits(r->message_id, t) || text_fits(r->queue_id, t) || (str_to_int(t->text, &n) && n == r->id);
}

int filter_class(struct ecode enhanced, int basic)
{
	int cls = status_class(enhanced, basic);
	if (cls == 0 && (enhanced.cls == 2 || basic / 100 == 2))
		return 2;
	return cls;
}

static bool term_fits(const struct filter_term *t, const struct record *r)
{
	switch (t->key) {
	case FILTER_TO:
		return text_fits(r->recipient, t);
	case FILTER_FROM:
		return text_fits(r->sender, t);
	case FILTER_DOMAIN:
		return filter_domain_fits(r->recipient, t->text);
	case FILTER_CODE:
		return code_fits(r, &t->code);
	case FILTER_CLASS:
		return filter_class(r->enhanced, r->basic) == t->number;
	case FILTER_SUBJECT:
		if (t->number < 0)
			return r->enhanced.cls == 0 && r->basic != 0;
		return r->enhanced.cls != 0 && r->enhanced.subject == t->number;
	case FILTER_STATUS:
		return t->number < 0 || (int)r->outcome == t->number;
	case FILTER_MX:
		return text_fits(r->remote_mta, t);
	case FILTER_TITLE:
		return text_fits(r->title, t);
	case FILTER_TEXT:
		return text_fits(r->response, t);
	case FILTER_WORDING:
		return wording_fits(r->response, t->text);
	case FILTER_ID:
		return id_fits(r, t);
	case FILTER_SINCE:
		return r->time >= t->time;
	case FILTER_BEFORE:
		return r->time < t->time;
	case FILTER_KEY_COUNT:
		break;
	}
	return false;
}

/* All but the default of failures only. */
static bool terms_fit(const struct filter *f, const struct record *r)
{
	bool wanted[FILTER_KEY_COUNT] = {0}, met[FILTER_KEY_COUNT] = {0};
	for (int i = 0; i < f->count; i++) {
		const struct filter_term *t = &f->terms[i];
		bool fits = term_fits(t, r);
		if (t->negated && fits)
			return false;
		if (!t->negated) {
			wanted[t->key] = true;
			met[t->key] = met[t->key] || fits;
		}
	}
	for (int k = 0; k < FILTER_KEY_COUNT; k++)
		if (wanted[k] && !met[k])
			return false;
	return true;
}

bool filter_names_status(const struct filter *f)
{
	for (int i = 0; i < f->count; i++)
		if (f->terms[i].key == FILTER_STATUS && !f->terms[i].negated)
			return true;
	return false;
}

bool filter_matches(const struct filter *f, const struct record *r)
{
	return scope_matches(&(struct scope){.all = {*f}, .count = 1}, r);
}

bool scope_matches(const struct scope *s, const struct record *r)
{
	bool default_only = true;
	for (int i = 0; i < s->count; i++) {
		if (!terms_fit(&s->all[i], r))
			return false;
		default_only = default_only && !filter_names_status(&s->all[i]);
	}
	return !default_only || outcome_is_failure(r->outcome);
}
