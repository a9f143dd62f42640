#include "codes.h"

#include "codes_data.h"
#include "codes_words.h"
#include "status.h"

#include <string.h>

/* ---- rows by key ---- */

static const struct code_entry *row_of(enum code_table_id id, int key)
{
	const struct code_table *t = &codes_data[id];
	size_t lo = 0, hi = t->count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (t->keys[mid] < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->count && t->keys[lo] == key ? &t->rows[lo] : NULL;
}

const struct code_entry *codes_enhanced(struct ecode c)
{
	if (codes_class(c.cls) == NULL || c.subject < 0 || c.subject >= ENHANCED_STEP || c.detail < 0 ||
	    c.detail >= ENHANCED_STEP)
		return NULL;
	return row_of(TABLE_ENHANCED, c.subject * ENHANCED_STEP + c.detail);
}

const struct code_entry *codes_basic(int basic)
{
	return row_of(TABLE_BASIC, basic);
}

const struct code_entry *codes_class(int cls)
{
	return row_of(TABLE_CLASSES, cls);
}

const struct code_entry *codes_subject(int subject)
{
	return row_of(TABLE_SUBJECTS, subject);
}

static const struct code_entry *rows_of(enum code_table_id id, size_t *count)
{
	*count = codes_data[id].count;
	return codes_data[id].rows;
}

const struct code_entry *codes_enhanced_rows(size_t *count)
{
	return rows_of(TABLE_ENHANCED, count);
}

const struct code_entry *codes_basic_rows(size_t *count)
{
	return rows_of(TABLE_BASIC, count);
}

/* ---- the registry's remark on the class ---- */

static const char *const useful_as[USEFUL_COUNT] = {
	[USEFUL_ANY] = "",
	[USEFUL_PERMANENT] = "a permanent error",
	[USEFUL_TRANSIENT] = "a persistent transient error",
	[USEFUL_SUCCESS] = "a success",
};

const char *codes_useful_as(const struct code_entry *row)
{
	return useful_as[row->useful];
}

/* ---- providers ---- */

static bool range_holds(const struct code_range *r, struct ecode enhanced, int basic)
{
	if (r->lo < 0)
		return true;
	if (r->subject < 0)
		return r->lo <= basic && basic <= r->hi;
	return enhanced.cls != 0 && (r->cls == 0 || r->cls == enhanced.cls) && r->subject == enhanced.subject &&
	       r->lo <= enhanced.detail && enhanced.detail <= r->hi;
}

/* The bare name of "mx.example.com.", "mx.example.com[192.0.2.1]:25" or "dns; mx.example.com (192.0.2.1)". */
static struct str host_of(struct str mta)
{
	const struct str dns = STR("dns;");
	mta = str_trim(mta);
	if (str_starts_nocase(mta, dns))
		mta = str_trim(str_slice(mta, dns.len, SIZE_MAX));
	size_t n = 0;
	while (n < mta.len && mta.p[n] != '[' && mta.p[n] != '(' && mta.p[n] != ':' && mta.p[n] != ' ')
		n++;
	while (n > 0 && mta.p[n - 1] == '.')
		n--;
	return str_slice(mta, 0, n);
}

static bool host_ends(struct str host, const char *suffixes)
{
	struct str rest = str_of(suffixes), suffix;
	while (str_next(&rest, ' ', &suffix)) {
		if (suffix.len == 0 || suffix.len > host.len)
			continue;
		size_t at = host.len - suffix.len;
		if ((at == 0 || host.p[at - 1] == '.') && str_eq_nocase(str_slice(host, at, SIZE_MAX), suffix))
			return true;
	}
	return false;
}

static bool holds_one_of(struct str response, const char *alternatives)
{
	struct str rest = str_of(alternatives), words;
	while (str_next(&rest, ';', &words))
		if (words.len && str_find_nocase(response, words, 0) != SIZE_MAX)
			return true;
	return false;
}

static const struct provider_note *provider_of(struct ecode enhanced, int basic, struct str remote_mta,
					       struct str folded)
{
	struct str host = host_of(remote_mta);
	for (size_t i = 0; i < codes_providers_count; i++) {
		const struct provider_row *r = &codes_providers[i];
		if (!range_holds(&r->codes, enhanced, basic))
			continue;
		if (!host_ends(host, r->mta) && !holds_one_of(folded, r->marks))
			continue;
		if (r->words[0] == '\0' || holds_one_of(folded, r->words))
			return &r->note;
	}
	return NULL;
}

const struct provider_note *codes_provider(struct ecode enhanced, int basic, struct str remote_mta, struct str response)
{
	char folded[CODES_WORDS_MAX];
	return provider_of(enhanced, basic, remote_mta, codes_words_fold(response, folded));
}

/* ---- explanation ---- */

const char *side_name(enum side s)
{
	static const char *const names[SIDE_COUNT] = {
		[SIDE_RECIPIENT] = "recipient",
		[SIDE_ADMIN] = "recipient's mail administrator",
		[SIDE_SENDER] = "sender (us)",
		[SIDE_WAIT] = "nobody: wait",
		[SIDE_EARLIER] = "as the earlier failure",
	};
	return names[s];
}

/* Rows that speak of a success as well, though the registry does not call them useful for nothing else. */
static bool tells_success(const struct code_entry *row)
{
	static const char *const also[] = {"X.1.9", "X.6.4", "X.6.8"};
	bool any = row->useful == USEFUL_SUCCESS;
	for (size_t i = 0; i < COUNT_OF(also); i++)
		any = any || strcmp(row->code, also[i]) == 0;
	return any;
}

/* The enhanced code's own row or its subject's; NULL when these say less than a basic code would. */
static const struct code_entry *telling_enhanced(struct ecode c)
{
	const struct code_entry *row = codes_enhanced(c);
	if (c.cls == 0 || c.subject == 0)
		return NULL;
	/* 2.5.0 and the like accompany every "OK": no failure has happened. */
	if (c.cls == 2)
		return row && tells_success(row) ? row : NULL;
	return row ? row : codes_subject(c.subject);
}

/* Is there evidence that no server said anything? That there is no code is none. */
static bool no_answer(const struct record *r)
{
	enum stage stage = r->stage;
	if (stage == STAGE_NONE) {
		struct status st;
		status_read(str_slice(r->response, 0, CODES_WORDS_MAX), r->outcome, &st);
		stage = st.stage;
	}
	return stage == STAGE_CONNECT || stage == STAGE_GREETING;
}

/* Of an email that has no code. */
static enum special without_code(const struct record *r)
{
	if (r->outcome == OUTCOME_QUEUED)
		return SPECIAL_QUEUED;
	return no_answer(r) ? SPECIAL_NONE : SPECIAL_NO_CODE;
}

/* What providers give as their reason for a drop, where it is not that an earlier email failed. The first that fits. */
static const struct drop_reason {
	enum special entry;
	bool whole;        /* nothing else may stand there */
	const char *words; /* alternatives separated by ';' */
} drop_reasons[] = {
	{SPECIAL_SUPPRESSED, false,
	 "marked as inactive;found inactive addresses"}, /* and all that may have led to it */
	{SPECIAL_UNSUBSCRIBED, false, "unsubscribed;suppress-unsubscribe"},
	{SPECIAL_COMPLAINT, false,
	 "spam reporting address;marked your messages as spam;suppress-complaint;spam complaint"},
	{SPECIAL_REFUSED, false, "invalid smtpapi header;over package quota"},
	{SPECIAL_REFUSED, true, "spam content"},
	{SPECIAL_SUPPRESSED, false, "suppressed due to customer policy;manually deactivated"},
};

static enum special drop_entry(const struct record *r)
{
	struct str response = str_trim(str_slice(r->response, 0, CODES_WORDS_MAX));
	for (size_t i = 0; i < COUNT_OF(drop_reasons); i++) {
		const struct drop_reason *d = &drop_reasons[i];
		if (d->whole ? str_eq_nocase(response, str_of(d->words)) : holds_one_of(response, d->words))
			return d->entry;
	}
	return SPECIAL_DROPPED;
}

bool codes_failed_before(const struct record *r)
{
	if (r->outcome != OUTCOME_DROPPED)
		return false;
	enum special e = drop_entry(r);
	return e == SPECIAL_DROPPED || e == SPECIAL_SUPPRESSED;
}

/* The codes of an email as far as they can explain it. */
struct told {
	struct ecode enhanced;
	int basic;
	bool success; /* there was a code of success, and nothing else is left */
};

/* Success codes explain no failure. */
static struct told told_by(const struct record *r)
{
	struct told t = {.enhanced = r->enhanced, .basic = r->basic};
	if (r->outcome == OUTCOME_DELIVERED || r->outcome == OUTCOME_OPENED || r->outcome == OUTCOME_QUEUED)
		return t;
	if (t.enhanced.cls == 2)
		t.enhanced = (struct ecode){0};
	if (t.basic / 100 == 2)
		t.basic = 0;
	bool had = r->enhanced.cls != 0 || r->basic != 0;
	t.success = had && t.enhanced.cls == 0 && t.basic == 0;
	return t;
}

static const struct code_entry *entry_of(const struct record *r, const struct told *t)
{
	struct ecode enhanced = t->enhanced;
	int basic = t->basic;
	if (r->outcome == OUTCOME_DROPPED)
		return row_of(TABLE_SPECIAL, drop_entry(r));
	if (t->success)
		return row_of(TABLE_SPECIAL, SPECIAL_SUCCESS);

	const struct code_entry *e = telling_enhanced(enhanced);
	if (!e)
		e = codes_basic(basic);
	if (!e && enhanced.subject == 0 && (enhanced.cls == 4 || enhanced.cls == 5))
		e = enhanced.detail == 0 ? codes_enhanced(enhanced) : codes_subject(0);
	if (!e)
		e = codes_class(enhanced.cls);
	if (!e)
		e = codes_class(basic / 100);
	if (e)
		return e;

	if (r->outcome == OUTCOME_DELIVERED || r->outcome == OUTCOME_OPENED)
		return codes_class(2);
	if (enhanced.cls != 0 || basic != 0)
		return row_of(TABLE_SPECIAL, SPECIAL_UNKNOWN);
	return row_of(TABLE_SPECIAL, without_code(r));
}

const struct code_entry *codes_entry(const struct record *r)
{
	struct told t = told_by(r);
	return entry_of(r, &t);
}

/* As class: picks them, and what it leaves out. */
static int class_of(struct ecode enhanced, int basic)
{
	int cls = status_class(enhanced, basic);
	return cls ? cls : basic / 100 == 2 ? 2 : enhanced.cls;
}

static const char *lasting_of(enum outcome outcome, struct ecode enhanced, int basic)
{
	static const char *const by_class[] = {[2] = "success", [3] = "unknown", [4] = "temporary", [5] = "permanent"};
	int cls = class_of(enhanced, basic);
	if (cls >= 2 && cls <= 5)
		return by_class[cls];
	switch (outcome) {
	case OUTCOME_DELIVERED:
	case OUTCOME_OPENED:
		return by_class[2];
	case OUTCOME_DEFERRED:
		return by_class[4];
	case OUTCOME_DROPPED:
		return by_class[5];
	case OUTCOME_QUEUED:
	case OUTCOME_FAILED:
	case OUTCOME_COUNT:
		break;
	}
	return "unknown";
}

/* The rows of classes are those of enhanced codes. */
static const char *rfc_of(const struct code_entry *e, struct ecode enhanced, int basic)
{
	if (enhanced.cls == 0 && basic != 0 && e == codes_class(basic / 100))
		return "No RFC; what its first digit says: RFC 5321, section 4.2.1";
	return e->rfc;
}

/* Was a failed email refused only for now, so that it was tried until somebody gave up? `side`: of what explains it. */
static const struct code_entry *ended_of(enum outcome outcome, struct ecode enhanced, int basic, enum side side)
{
	bool temporary = class_of(enhanced, basic) == 4;
	/* 554 4.4.2: the code around a temporary cause is that of giving up. */
	bool waits = side == SIDE_WAIT && (enhanced.cls == 4 || enhanced.subject == 4 || basic / 100 == 3);
	if (outcome != OUTCOME_FAILED || (!temporary && !waits))
		return NULL;
	/* A busy server (X.4.5) did answer. */
	bool answered = basic / 100 != 3 && (enhanced.subject != 4 || enhanced.detail == 5);
	return row_of(TABLE_SPECIAL, answered ? SPECIAL_GIVEN_UP : SPECIAL_UNREACHED);
}

/* Whose side it is, what to do, what to tell them: where these say to wait, that has been done. */
static void advise(struct explanation *x)
{
	const struct code_entry *e = x->entry;
	x->side = x->provider ? x->provider->side : e->side;
	x->side_why = x->provider ? "" : e->side_why;
	x->todo = x->provider ? x->provider->todo : e->todo;
	x->customer = x->provider ? x->provider->customer : e->customer;
	if (x->ended && x->side == SIDE_WAIT) {
		x->side = x->ended->side;
		x->side_why = x->ended->side_why;
		x->todo = x->ended->todo;
		x->customer = x->ended->customer;
	}
	x->side_name = side_name(x->side);
}

/* A provider that has a meaning of its own for the very code does not contradict itself. */
static const struct code_words *words_against(enum outcome outcome, struct ecode enhanced, int basic, struct str folded,
					      const struct provider_note *p)
{
	if ((outcome != OUTCOME_FAILED && outcome != OUTCOME_DEFERRED) || (p && !str_eq(str_of(p->code), STR("any"))))
		return NULL;
	return codes_words_against(enhanced, basic, folded);
}

void codes_explain(const struct record *r, struct explanation *out)
{
	char buf[CODES_WORDS_MAX];
	struct str folded = codes_words_fold(r->response, buf);
	struct told t = told_by(r);
	const struct code_entry *e = entry_of(r, &t);
	const struct provider_note *p = provider_of(t.enhanced, t.basic, r->remote_mta, folded);
	const struct code_words *words = words_against(r->outcome, t.enhanced, t.basic, folded, p);
	if (words && !p)
		p = &words->note;
	*out = (struct explanation){
		.entry = e,
		.cls = codes_class(t.enhanced.cls),
		.subject = t.enhanced.cls ? codes_subject(t.enhanced.subject) : NULL,
		.basic = codes_basic(t.basic),
		.provider = p,
		.words = words,
		.registered = t.enhanced.cls == 0 || codes_enhanced(t.enhanced) != NULL,
		.rfc = rfc_of(e, t.enhanced, t.basic),
		.lasting = lasting_of(r->outcome, t.enhanced, t.basic),
		.ended = ended_of(r->outcome, t.enhanced, t.basic, p ? p->side : e->side),
	};
	advise(out);
}

/* ---- proposals ---- */

/* "X.1.1" is meant for the classes that its remark says. */
static void propose(struct arg_words *w, const struct code_entry *row)
{
	/* The registry's remark does not keep servers from sending 5.2.2 as often as 4.2.2. */
	const char *classes = row->useful == USEFUL_SUCCESS ? "2" : "54";
	for (const char *c = classes; *c; c++)
		arg_add(w, arena_printf(w->a, "%c%s", *c, row->code + 1).p, row->name, false);
}

static void code_words(struct arg_words *w)
{
	size_t count;
	const struct code_entry *rows = codes_enhanced_rows(&count);
	for (size_t i = 0; i < count; i++)
		propose(w, &rows[i]);
	rows = codes_basic_rows(&count);
	for (size_t i = 0; i < count; i++)
		arg_add(w, rows[i].code, rows[i].name, false);
}

const struct arg codes_arg = {ARG_TEXT, code_words};
