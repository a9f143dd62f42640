#include "status.h"

#include "codes.h"
#include "status_scan.h"
#include "status_words.h"

/* X.0.0 says no more than the class. */
static bool says_nothing(struct ecode c)
{
	return c.subject == 0 && c.detail == 0;
}

/* X.4.7 says that time ran out, not what went wrong all that time. */
static bool says_expired(struct ecode c)
{
	return c.subject == 4 && c.detail == 7;
}

static bool is_telling(struct ecode c)
{
	return c.cls != 0 && !says_nothing(c) && !says_expired(c);
}

static bool is_success(const struct status_hit *h)
{
	return h->basic ? h->basic < 400 : h->code.cls == 2;
}

/* Drops the hits that cannot explain a failure. */
static void drop_successes(struct status_hits *hits)
{
	size_t kept = 0;
	for (size_t i = 0; i < hits->count; i++)
		if (!is_success(&hits->hit[i]))
			hits->hit[kept++] = hits->hit[i];
	hits->count = kept;
}

/* The first hit of the reply's text, and the first word of a relay; NULL where there is none. */
static void first_of_each(const struct status_hits *hits, const struct status_hit **reply,
			  const struct status_hit **relay)
{
	*reply = *relay = NULL;
	for (size_t i = hits->count; i-- > 0;) {
		const struct status_hit *h = &hits->hit[i];
		*(h->relay ? relay : reply) = h;
	}
}

/* The first hit after `from` that holds a telling enhanced code. */
static const struct status_hit *inner_cause(const struct status_hits *hits, const struct status_hit *from)
{
	for (const struct status_hit *h = from + 1; h < hits->hit + hits->count; h++)
		if (!h->relay && is_telling(h->code))
			return h;
	return NULL;
}

static void take_code(struct status *out, const struct status_hit *h)
{
	out->enhanced = h->code;
	out->enhanced_at = h->code_at;
}

static void take_basic(struct status *out, const struct status_hit *h)
{
	out->basic = h->basic;
	out->basic_at = h->basic_at;
}

/* A code that stands apart, as in "550 user unknown (#5.1.1)": the other half of a reply whose one half is `main`. */
static void take_other_half(struct status *out, const struct status_hits *hits, const struct status_hit *main)
{
	for (const struct status_hit *h = main + 1; h < hits->hit + hits->count; h++) {
		if (h->relay)
			continue;
		bool same_basic = h->basic == 0 || h->basic == out->basic;
		if (main->basic && h->code.cls && same_basic && !is_telling(out->enhanced) &&
		    (out->enhanced.cls == 0 || is_telling(h->code)))
			take_code(out, h);
		bool same_code = h->code.cls == 0 || ecode_cmp(h->code, main->code) == 0;
		if (main->basic == 0 && h->basic && same_code && out->basic == 0)
			take_basic(out, h);
	}
}

static bool disagrees(const struct status_hit *h, const struct status *out)
{
	if (h->basic && out->basic && h->basic != out->basic)
		return true;
	return h->code.cls && !says_nothing(h->code) && ecode_cmp(h->code, out->enhanced) != 0;
}

/* First code wins, unless it says less than a later one. */
static void choose_reply(const struct status_hits *hits, const struct status_hit *first, struct status *out)
{
	const struct status_hit *main = first;
	const struct status_hit *set_aside = NULL;
	if (first->code.cls && !is_telling(first->code)) {
		const struct status_hit *inner = inner_cause(hits, first);
		if (inner) {
			main = inner;
			set_aside = first;
			if (says_expired(first->code))
				out->flags |= STATUS_INNER_CAUSE;
		}
	}
	take_code(out, main);
	take_basic(out, main->basic ? main : first);
	if (out->basic == 0 || out->enhanced.cls == 0)
		take_other_half(out, hits, main);
	for (size_t i = 0; i < hits->count; i++) {
		const struct status_hit *h = &hits->hit[i];
		if (!h->relay && h != set_aside && disagrees(h, out))
			out->flags |= STATUS_CODES_DISAGREE;
	}
}

/* The reply's text is better evidence than a relay's word, unless it holds no code or says X.0.0. */
static void choose_relay(const struct status_hit *relay, struct status *out)
{
	if (out->basic == 0)
		take_basic(out, relay);
	if (relay->code.cls == 0)
		return;
	if (out->enhanced.cls == 0 || (says_nothing(out->enhanced) && !says_nothing(relay->code)))
		take_code(out, relay);
	else if (!says_nothing(relay->code) && ecode_cmp(relay->code, out->enhanced) != 0)
		out->flags |= STATUS_INNER_CAUSE;
}

static void set_flags(struct status *out)
{
	if (out->enhanced.cls && out->basic && out->enhanced.cls != out->basic / 100)
		out->flags |= STATUS_CLASS_CONTRADICTS;
	if (out->enhanced.cls && !codes_enhanced(out->enhanced))
		out->flags |= STATUS_UNREGISTERED;
	if (out->basic >= 400 && !codes_basic(out->basic))
		out->flags |= STATUS_UNKNOWN_BASIC;
}

static void read_stage(struct str text, struct status *out)
{
	words_phrases(text, out->basic_at.len != 0, &out->stage, &out->dropped);
	struct span answer = out->basic_at.len ? out->basic_at : out->enhanced_at;
	if (out->stage == STAGE_NONE && answer.len)
		out->stage = words_transcript(text, answer.start);
}

void status_read_pair(struct str field, struct str text, enum outcome outcome, struct status *out)
{
	*out = (struct status){0};
	bool failing = outcome != OUTCOME_DELIVERED && outcome != OUTCOME_OPENED && outcome != OUTCOME_QUEUED;
	struct status_hits hits, field_hits;
	status_scan(text, &hits);
	status_scan(field, &field_hits);
	if (failing) {
		drop_successes(&hits);
		drop_successes(&field_hits);
	}
	const struct status_hit *reply, *relay;
	first_of_each(&hits, &reply, &relay);
	if (reply)
		choose_reply(&hits, reply, out);
	if (field_hits.count) {
		/* Its spans would point into another text. */
		const struct status_hit from_field = {.code = field_hits.hit[0].code, .basic = field_hits.hit[0].basic};
		choose_relay(&from_field, out);
	}
	if (relay)
		choose_relay(relay, out);
	set_flags(out);
	read_stage(text, out);
}

void status_read(struct str text, enum outcome outcome, struct status *out)
{
	status_read_pair(STR(""), text, outcome, out);
}

static const struct status_hit *hit_of_code(const struct status_hits *hits, struct ecode code)
{
	for (size_t i = 0; i < hits->count; i++)
		if (code.cls && ecode_cmp(hits->hit[i].code, code) == 0)
			return &hits->hit[i];
	return NULL;
}

static const struct status_hit *hit_of_basic(const struct status_hits *hits, int basic)
{
	for (size_t i = 0; i < hits->count; i++)
		if (basic && hits->hit[i].basic == basic)
			return &hits->hit[i];
	return NULL;
}

void status_read_stored(struct str text, enum outcome outcome, struct ecode enhanced, int basic, struct status *out)
{
	struct status_hits hits;
	status_read(text, outcome, out);
	bool other_code = ecode_cmp(out->enhanced, enhanced) != 0, other_basic = out->basic != basic;
	if (!other_code && !other_basic)
		return;
	status_scan(text, &hits);
	if (other_code) {
		const struct status_hit *h = hit_of_code(&hits, enhanced);
		const struct status_hit *read = hit_of_code(&hits, out->enhanced);
		out->enhanced_at = h ? h->code_at : (struct span){0};
		out->flags &= ~(unsigned)STATUS_INNER_CAUSE; /* it was not taken */
		if (!h && read && !read->relay && is_telling(enhanced) && is_telling(out->enhanced))
			out->flags |= STATUS_NOT_AS_STORED;
	}
	if (other_basic) {
		const struct status_hit *h = hit_of_basic(&hits, basic);
		out->basic_at = h ? h->basic_at : (struct span){0};
		if (!h && basic && out->basic)
			out->flags |= STATUS_NOT_AS_STORED;
	}
}

int status_class(struct ecode enhanced, int basic)
{
	int digit = basic / 100;
	if (digit == 4 || digit == 5)
		return digit;
	return enhanced.cls == 4 || enhanced.cls == 5 ? enhanced.cls : 0;
}

static const char *class_word(int cls)
{
	return cls == 2 ? "success" : cls == 4 ? "temporary" : "permanent";
}

/* A basic code contradicts nobody: it stands for more than one reason. */
static void warn_of_words(struct ecode enhanced, int basic, const struct explanation *x, struct buf *out)
{
	char e[ECODE_TEXT];
	if (!x->words)
		return;
	if (enhanced.cls && enhanced.subject)
		buf_printf(out, "The words say that %s, but %s says: %s. The words are explained. ", x->words->tell,
			   ecode_text(enhanced, e), x->entry->name);
	else
		buf_printf(out, "%d alone does not say why; the words say that %s. ", basic, x->words->tell);
}

/* Of what the second digit of a basic code is: RFC 5321, section 4.2.1. */
static const char *second_digit_word(int basic)
{
	static const char *const words[] = {"syntax", "information", "the connection", "", "", "the mail system"};
	size_t digit = (size_t)(basic / 10 % 10);
	return digit < COUNT_OF(words) ? words[digit] : "";
}

static void warn_of_unknown(struct ecode enhanced, int basic, struct buf *out)
{
	char e[ECODE_TEXT];
	int digit = basic / 100;
	if ((digit == 4 || digit == 5) && !codes_basic(basic)) {
		const char *about = second_digit_word(basic);
		if (about[0])
			buf_printf(out,
				   "%d is in no RFC: only its first digit (%s) and its second (%s) tell something. ",
				   basic, class_word(digit), about);
		else
			buf_printf(out, "%d is in no RFC: only its first digit (%s) tells something. ", basic,
				   class_word(digit));
	}
	if (enhanced.cls && !codes_enhanced(enhanced)) {
		ecode_text(enhanced, e);
		if (codes_subject(enhanced.subject))
			buf_printf(out, "%s is not registered: what its class and subject say is explained. ", e);
		else
			buf_printf(out, "%s is not registered, nor is a subject %d: only its class tells something. ",
				   e, enhanced.subject);
	}
}

static void add_codes(struct ecode enhanced, int basic, struct buf *out)
{
	char e[ECODE_TEXT];
	if (basic)
		buf_printf(out, "%d%s", basic, enhanced.cls ? " " : "");
	buf_add(out, str_of(ecode_text(enhanced, e)));
}

void status_warning(struct ecode enhanced, int basic, const struct status *read, const struct explanation *x,
		    struct buf *out)
{
	if (read->flags & STATUS_NOT_AS_STORED) {
		add_codes(enhanced, basic, out);
		buf_add(out, STR(" is recorded, but the response says "));
		add_codes(read->enhanced, read->basic, out);
		buf_add(out, STR(": read its words. "));
	}
	warn_of_words(enhanced, basic, x, out);
	warn_of_unknown(enhanced, basic, out);
	char e[ECODE_TEXT];
	ecode_text(enhanced, e);
	int digit = basic / 100;
	if (enhanced.cls && (digit == 4 || digit == 5) && digit != enhanced.cls)
		buf_printf(out, "%d says %s and %s says %s: the server contradicts itself. ", basic, class_word(digit),
			   e, class_word(enhanced.cls));
	if (read->flags & STATUS_CODES_DISAGREE)
		buf_add(out, STR("The response holds different codes: read its words. "));
	if (read->flags & STATUS_INNER_CAUSE)
		buf_add(out, STR("The cause named inside the response is explained, not the code around it. "));
	while (out->len > 0 && out->p[out->len - 1] == ' ')
		out->p[--out->len] = '\0';
}
