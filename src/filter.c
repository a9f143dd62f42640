#include "filter.h"

const struct filter_key_info filter_keys[FILTER_KEY_COUNT] = {
	[FILTER_TO] = {"to", "TEXT", "Part of the recipient; =TEXT is all of it, in other texts too.",
		       "to:@example.com", &arg_text},
	[FILTER_FROM] = {"from", "TEXT", "Part of the sender.", "from:billing@", &arg_text},
	[FILTER_DOMAIN] = {"domain", "NAME", "The recipient's domain; *.NAME is all below it.", "domain:example.org",
			   &arg_text},
	[FILTER_CODE] = {"code", "CODE", "A code or a family: 5.1.1, 5.7.*, 550, 4xx; none: neither code.",
			 "code:5.7.*", &filter_codes},
	[FILTER_CLASS] = {"class", "CLASS", "2, 4, 5, or success, temporary, permanent.", "class:temporary",
			  &filter_classes},
	[FILTER_SUBJECT] = {"subject", "SUBJECT", "0 to 7, or part of its name; none: no enhanced code.",
			    "subject:mailbox", &filter_subjects},
	[FILTER_STATUS] = {"status", "OUTCOME", "queued, deferred, delivered, opened, failed, dropped, or any.",
			   "status:any", &filter_outcomes},
	[FILTER_MX] = {"mx", "TEXT", "Part of the remote MTA's name.", "mx:google", &arg_text},
	[FILTER_TITLE] = {"title", "TEXT", "Part of the email's own Subject header.", "title:\"your order\"",
			  &arg_text},
	[FILTER_TEXT] = {"text", "TEXT", "Part of the response.", "text:quota", &arg_text},
	[FILTER_WORDING] = {"wording", "TEXT", "A response, but for names, numbers and addresses.",
			    "wording:\"550 <*>: user unknown\"", &arg_text},
	[FILTER_ID] = {"id", "TEXT", "Part of the Message-ID or queue id, or the record's number.", "id:4E74613FE76",
		       &arg_text},
	[FILTER_SINCE] = {"since", "TIME", "24h, 7d, 2w, 2026-11-01, 2026-11-01T12:30Z, today, yesterday; Z: UTC.",
			  "since:7d", &filter_times},
	[FILTER_BEFORE] = {"before", "TIME", "As since:, but up to then.", "before:2026-11-01", &filter_times},
};

/* ---- terms → text ---- */

static void pattern_part(struct buf *b, int n)
{
	if (n < 0)
		buf_addc(b, '*');
	else
		buf_printf(b, "%d", n);
}

static void pattern_text(struct buf *b, const struct code_pattern *c)
{
	if (c->none) {
		buf_add(b, STR("none"));
	} else if (c->basic_lo > 0) {
		int span = c->basic_hi - c->basic_lo;
		if (span == 0)
			buf_printf(b, "%d", c->basic_lo);
		else
			buf_printf(b, span == 9 ? "%dx" : "%dxx", c->basic_lo / (span + 1));
	} else {
		pattern_part(b, c->cls);
		buf_addc(b, '.');
		pattern_part(b, c->subject);
		buf_addc(b, '.');
		pattern_part(b, c->detail);
	}
}

static void time_text(struct buf *b, int64_t t, enum zone zone)
{
	struct civil c = civil_in(zone, t);
	/* The second of two equal hours has no name of its own in its zone, and a year must have four digits. */
	bool nameless = civil_to_in(zone, c) != t || c.year < 0 || c.year > 9999;
	if (nameless)
		c = civil_of(t);
	buf_printf(b, "%04lld-%02d-%02d", (long long)c.year, c.month, c.day);
	if (c.hour || c.minute || c.second)
		buf_printf(b, "T%02d:%02d", c.hour, c.minute);
	if (c.second)
		buf_printf(b, ":%02d", c.second);
	if (nameless)
		buf_addc(b, 'Z');
}

void filter_add_quoted(struct buf *b, struct str value)
{
	bool plain = value.len > 0 && value.p[0] != '"' && value.p[0] != '=';
	for (size_t i = 0; i < value.len; i++)
		plain = plain && !char_is_space(value.p[i]);
	if (plain) {
		buf_add(b, value);
		return;
	}
	buf_addc(b, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_addc(b, '\\');
		buf_addc(b, value.p[i]);
	}
	buf_addc(b, '"');
}

static void term_text(struct buf *b, const struct filter_term *t, enum zone zone)
{
	static const char *const classes[] = {[2] = "success", [4] = "temporary", [5] = "permanent"};
	buf_printf(b, "%s%s%s:", b->len ? " " : "", t->negated ? "-" : "", filter_keys[t->key].name);
	switch (t->key) {
	case FILTER_CODE:
		pattern_text(b, &t->code);
		break;
	case FILTER_CLASS:
		buf_add(b, str_of(classes[t->number]));
		break;
	case FILTER_SUBJECT:
		if (t->number < 0)
			buf_add(b, STR("none"));
		else
			buf_printf(b, "%d", t->number);
		break;
	case FILTER_STATUS:
		buf_add(b, t->number < 0 ? STR("any") : str_of(outcome_name((enum outcome)t->number)));
		break;
	case FILTER_SINCE:
	case FILTER_BEFORE:
		time_text(b, t->time, zone);
		break;
	case FILTER_TO:
	case FILTER_FROM:
	case FILTER_DOMAIN:
	case FILTER_MX:
	case FILTER_TITLE:
	case FILTER_TEXT:
	case FILTER_WORDING:
	case FILTER_ID:
	case FILTER_KEY_COUNT:
		buf_add(b, t->exact ? STR("=") : STR(""));
		filter_add_quoted(b, t->text);
		break;
	}
}

struct str filter_text(const struct filter *f, enum zone zone, struct arena *a)
{
	struct buf b = {0};
	for (int i = 0; i < f->count; i++)
		term_text(&b, &f->terms[i], zone);
	struct str s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

void filter_range(const struct filter *f, int64_t *from_s, int64_t *until_s)
{
	int64_t since = INT64_MAX, before = INT64_MIN; /* a repeated key means "or" */
	*from_s = INT64_MIN;
	*until_s = INT64_MAX;
	for (int i = 0; i < f->count; i++) {
		const struct filter_term *t = &f->terms[i];
		if (t->key == FILTER_SINCE && t->negated)
			*until_s = t->time < *until_s ? t->time : *until_s;
		else if (t->key == FILTER_BEFORE && t->negated)
			*from_s = t->time > *from_s ? t->time : *from_s;
		else if (t->key == FILTER_SINCE)
			since = t->time < since ? t->time : since;
		else if (t->key == FILTER_BEFORE)
			before = t->time > before ? t->time : before;
	}
	if (since != INT64_MAX && since > *from_s)
		*from_s = since;
	if (before != INT64_MIN && before < *until_s)
		*until_s = before;
}

struct filter filter_clone(const struct filter *f, struct arena *a)
{
	struct filter_term *terms = arena_array(a, struct filter_term, (size_t)f->count);
	for (int i = 0; i < f->count; i++) {
		terms[i] = f->terms[i];
		terms[i].text = arena_str(a, f->terms[i].text);
	}
	return (struct filter){.terms = terms, .count = f->count};
}

struct scope scope_clone(const struct scope *s, struct arena *a)
{
	struct scope c = {.count = s->count};
	for (int i = 0; i < s->count; i++)
		c.all[i] = filter_clone(&s->all[i], a);
	return c;
}
