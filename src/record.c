#include "record.h"

static const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_QUEUED] = "queued", [OUTCOME_DEFERRED] = "deferred", [OUTCOME_DELIVERED] = "delivered",
	[OUTCOME_OPENED] = "opened", [OUTCOME_FAILED] = "failed",     [OUTCOME_DROPPED] = "dropped",
};

static const char *const stage_names[STAGE_COUNT] = {
	[STAGE_NONE] = "",
	[STAGE_CONNECT] = "connect",
	[STAGE_GREETING] = "greeting",
	[STAGE_EHLO] = "EHLO",
	[STAGE_STARTTLS] = "STARTTLS",
	[STAGE_AUTH] = "AUTH",
	[STAGE_MAIL] = "MAIL",
	[STAGE_RCPT] = "RCPT",
	[STAGE_DATA] = "DATA",
	[STAGE_END_OF_DATA] = "end of data",
};

static bool name_index(const char *const *names, int count, struct str name, int *out)
{
	for (int i = 0; i < count; i++) {
		if (str_eq_nocase(str_of(names[i]), name)) {
			*out = i;
			return true;
		}
	}
	return false;
}

const char *outcome_name(enum outcome o)
{
	return outcome_names[o];
}

bool outcome_of(struct str name, enum outcome *out)
{
	int i;
	if (!name_index(outcome_names, OUTCOME_COUNT, name, &i))
		return false;
	*out = (enum outcome)i;
	return true;
}

bool outcome_is_failure(enum outcome o)
{
	return o == OUTCOME_FAILED || o == OUTCOME_DROPPED;
}

const char *stage_name(enum stage s)
{
	return stage_names[s];
}

bool stage_of(struct str name, enum stage *out)
{
	int i;
	if (!name_index(stage_names, STAGE_COUNT, name, &i))
		return false;
	*out = (enum stage)i;
	return true;
}

/* One to three digits without a leading zero (a lone 0 is fine). */
static bool code_part(struct str *s, int *out)
{
	size_t n = 0;
	int v = 0;
	while (n < s->len && n < 3 && s->p[n] >= '0' && s->p[n] <= '9')
		v = v * 10 + (s->p[n++] - '0');
	if (n == 0 || (n > 1 && s->p[0] == '0'))
		return false;
	*s = str_slice(*s, n, SIZE_MAX);
	*out = v;
	return true;
}

static bool dot(struct str *s)
{
	if (s->len == 0 || s->p[0] != '.')
		return false;
	*s = str_slice(*s, 1, SIZE_MAX);
	return true;
}

bool ecode_of(struct str text, struct ecode *out)
{
	struct ecode c;
	if (!code_part(&text, &c.cls) || !dot(&text) || !code_part(&text, &c.subject) || !dot(&text) ||
	    !code_part(&text, &c.detail) || text.len != 0)
		return false;
	if (c.cls != 2 && c.cls != 4 && c.cls != 5)
		return false;
	*out = c;
	return true;
}

int ecode_cmp(struct ecode a, struct ecode b)
{
	if ((a.cls == 0) != (b.cls == 0))
		return a.cls == 0 ? 1 : -1;
	if (a.cls != b.cls)
		return a.cls < b.cls ? -1 : 1;
	if (a.subject != b.subject)
		return a.subject < b.subject ? -1 : 1;
	return (a.detail > b.detail) - (a.detail < b.detail);
}

/* By hand: imports write one for every email and every attempt. */
static char *add_number(char *to, int n)
{
	n %= 1000;
	if (n >= 100)
		*to++ = (char)('0' + n / 100);
	if (n >= 10)
		*to++ = (char)('0' + n / 10 % 10);
	*to++ = (char)('0' + n % 10);
	return to;
}

const char *ecode_text(struct ecode c, char buf[ECODE_TEXT])
{
	char *to = buf;
	if (c.cls) {
		to = add_number(to, c.cls);
		*to++ = '.';
		to = add_number(to, c.subject);
		*to++ = '.';
		to = add_number(to, c.detail);
	}
	*to = '\0';
	return buf;
}

struct attempt record_attempt(const struct record *r)
{
	return (struct attempt){
		.time = r->time,
		.outcome = r->outcome,
		.enhanced = r->enhanced,
		.basic = r->basic,
		.stage = r->stage,
		.remote_mta = r->remote_mta,
		.response = r->response,
	};
}
