#include "import/mail_free.h"

#include "import/mail_address.h"
#include "import/mail_mime.h"
#include "import/mail_phrases.h"
#include "status.h"

#include <string.h>

/* ---- is it a notice? ---- */

enum verdict free_verdict(const struct notice *n, struct arena *a)
{
	struct str subject = phrase_form(n->subject, a), text = phrase_form(n->text, a);
	struct str from = phrase_form(n->from, a);
	bool certain = n->failed_recipients.len > 0;
	bool robot = certain || n->null_path || n->is_report || n->auto_submitted || phrase_in(from, PHRASE_ROBOT) ||
		     str_trim(n->from).len == 0 || str_eq(str_trim(n->from), STR("<>"));
	if (!certain && phrase_in(subject, PHRASE_AUTO_REPLY))
		return VERDICT_NONE;
	if (!certain && (phrase_starts(subject, PHRASE_SUCCESS) || str_find(subject, STR("(success)"), 0) != SIZE_MAX))
		return VERDICT_NONE;
	bool by_subject = phrase_in(subject, PHRASE_FAILED_SUBJECT);
	bool by_text = phrase_in(text, PHRASE_FAILED), delayed = phrase_in(text, PHRASE_DELAYED);
	bool delayed_subject = phrase_in(subject, PHRASE_DELAYED);
	struct status st;
	status_read(str_slice(n->text, 0, 64 * 1024), OUTCOME_FAILED, &st);
	int score =
		2 * by_subject + 2 * (by_text || delayed) + (st.basic || st.enhanced.cls) + n->has_original + 2 * robot;
	if (!certain && (score < (robot ? 4 : 6) || !(by_subject || by_text || delayed || st.basic)))
		return VERDICT_NONE;
	if ((delayed || delayed_subject) && !phrase_in(text, PHRASE_GAVE_UP))
		return VERDICT_DELAYED;
	return VERDICT_FAILED;
}

size_t free_end(struct str text, struct arena *a)
{
	size_t end = original_within(text);
	struct str rest = str_slice(text, 0, end), line;
	while (str_next(&rest, '\n', &line)) {
		struct str t = str_trim(line);
		while (t.len && strchr("-=*_#> |", t.p[0]))
			t = str_slice(t, 1, SIZE_MAX);
		bool ruled = t.len < str_trim(line).len;
		if (t.len == 0 || t.len > 100)
			continue;
		struct str form = phrase_form(t, a);
		char last = form.len ? form.p[form.len - 1] : ' ';
		if (phrase_starts(form, PHRASE_END) && (ruled || last == ':' || last == '.'))
			return (size_t)(line.p - text.p);
	}
	return end;
}

/* ---- recipients ---- */

struct place {
	struct str address;
	int score; /* how surely it is a failed recipient's */
	int line;  /* where the words about it begin */
};

struct found {
	struct place places[FREE_RECIPIENTS_MAX];
	int count;
	struct str *lines;
	int line_count;
};

enum { SCORE_LIST = 10, SCORE_SENTENCE = 8, SCORE_REPLY = 6, SCORE_NEVER = -20 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "550 …", "<<< 550 …", "5.1.1 …" */
static bool is_reply(struct str line)
{
	size_t i = 0;
	while (i < line.len && (char_is_space(line.p[i]) || strchr("<>-", line.p[i])))
		i++;
	line = str_slice(line, i, SIZE_MAX);
	return line.len > 3 && (line.p[0] == '4' || line.p[0] == '5') &&
	       ((is_digit(line.p[1]) && is_digit(line.p[2]) && strchr(" -:#", line.p[3])) ||
		(line.p[1] == '.' && is_digit(line.p[2])));
}

static struct str without_bullets(struct str t)
{
	for (;;) {
		t = str_trim(t);
		if (t.len && strchr("*-+=['\"`(|", t.p[0]))
			t = str_slice(t, 1, SIZE_MAX);
		else if (str_starts(t, STR("\xe2\x80\xa2")) || str_starts(t, STR("\xc2\xb7"))) /* • · */
			t = str_slice(t, str_starts(t, STR("\xc2")) ? 2 : 3, SIZE_MAX);
		else
			return t;
	}
}

/* Lines such as "To: bob@example.com", which tell of the email and not of its fate. */
static bool is_header_line(struct str line)
{
	static const char *const names[] = {"to",       "from",        "cc",           "sender",    "reply-to",
					    "subject",  "sent",        "date",         "bcc",       "message-id",
					    "received", "return-path", "von",          "an",        "de",
					    "à",        "para",        "delivered-to", "references"};
	struct str name, value;
	if (!mime_field_line(str_trim(line), &name, &value))
		return false;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return true;
	return false;
}

/* How surely an address at `start` in the line is the failed recipient's. */
static int score_at(struct str line, struct str form, size_t start, struct arena *a)
{
	struct str t = without_bullets(line);
	while (t.len && (t.p[0] == '<' || t.p[0] == '"'))
		t = str_slice(t, 1, SIZE_MAX);
	if (t.p == line.p + start && !str_starts(str_trim(line), STR("> ")))
		return SCORE_LIST;
	struct str before = str_trim(str_slice(line, 0, start));
	while (before.len && strchr("<\"'(", before.p[before.len - 1]))
		before = str_trim(str_slice(before, 0, before.len - 1));
	if (phrase_ends(phrase_form(before, a), PHRASE_LABEL))
		return SCORE_LIST;
	if (phrase_in(form, PHRASE_ADVICE))
		return SCORE_NEVER;
	if (is_reply(line))
		return SCORE_REPLY;
	if (phrase_in(form, PHRASE_FAILED) || phrase_in(form, PHRASE_REASON))
		return SCORE_SENTENCE;
	return 0;
}

static void offer(struct found *f, struct str address, int score, int line)
{
	for (int i = 0; i < f->count; i++) {
		struct place *p = &f->places[i];
		if (!str_eq_nocase(p->address, address))
			continue;
		if (score > p->score) {
			p->line = line;
			p->score = score;
		}
		return;
	}
	if (f->count < FREE_RECIPIENTS_MAX)
		f->places[f->count++] = (struct place){address, score, line};
}

/* What else is known of an address: whom the original was for, who wrote it, who sent the notice. */
static int bonus(const struct notice *n, struct str address)
{
	int b = 0;
	for (int i = 0; i < n->original->recipient_count; i++)
		if (str_eq_nocase(n->original->recipients[i], address))
			b = 4;
	if (str_eq_nocase(address, n->from_address))
		return SCORE_NEVER;
	if (str_eq_nocase(address, n->to) || str_eq_nocase(address, n->original->sender))
		b -= 9;
	if (str_starts_nocase(address, STR("postmaster@")) || str_starts_nocase(address, STR("mailer-daemon@")) ||
	    str_starts_nocase(address, STR("abuse@")))
		b -= 6;
	return b;
}

static void split_lines(struct str text, struct arena *a, struct found *f)
{
	struct str rest = text, line;
	f->lines = arena_array(a, struct str, FREE_LINES_MAX);
	while (f->line_count < FREE_LINES_MAX && str_next(&rest, '\n', &line))
		f->lines[f->line_count++] = line;
}

static void find_places(const struct notice *n, struct arena *a, struct found *f)
{
	for (int i = 0; i < f->line_count; i++) {
		struct str line = f->lines[i], address;
		if (line.len == 0 || !memchr(line.p, '@', line.len) || is_header_line(line))
			continue;
		struct str form = phrase_form(line, a);
		for (size_t at = 0; address_next(line, &at, &address);) {
			int score = score_at(line, form, (size_t)(address.p - line.p), a);
			offer(f, address, score, i);
			if (f->count == FREE_RECIPIENTS_MAX)
				break;
		}
	}
	int best = 0;
	for (int i = 0; i < f->count; i++) {
		struct place *p = &f->places[i];
		p->score += bonus(n, p->address);
		best = p->score > best ? p->score : best;
	}
	int least = best >= SCORE_SENTENCE ? SCORE_SENTENCE : SCORE_REPLY, kept = 0;
	for (int i = 0; i < f->count; i++)
		if (f->places[i].score >= least)
			f->places[kept++] = f->places[i];
	f->count = kept;
}

/* ---- the words about a recipient ---- */

/* "554 <bob@example.com>... 550 Host unknown": what the other server said. */
static struct str inner_reply(struct str line)
{
	size_t at = str_find(line, STR("... "), 0);
	if (at == SIZE_MAX)
		return line;
	struct str inner = str_slice(line, at + 4, SIZE_MAX);
	return is_reply(line) && is_reply(inner) ? inner : line;
}

static struct str span_of(const struct found *f, int from, int to)
{
	if (from >= to)
		return STR("");
	const char *end = f->lines[to - 1].p + f->lines[to - 1].len;
	return (struct str){f->lines[from].p, (size_t)(end - f->lines[from].p)};
}

/* The first line of a transcript that leads up to the line. */
static int exchange_start(const struct found *f, int line)
{
	while (line > 0 && (str_starts(str_trim(f->lines[line - 1]), STR("<<<")) ||
			    str_starts(str_trim(f->lines[line - 1]), STR(">>>"))))
		line--;
	return line;
}

static bool has_code(struct str text)
{
	struct status st;
	status_read(text, OUTCOME_FAILED, &st);
	return st.basic || st.enhanced.cls;
}

/* The paragraph with the evidence, without blank lines around it. */
static struct str around_code(struct str block)
{
	struct status st;
	status_read(block, OUTCOME_FAILED, &st);
	size_t at = st.basic_at.len ? st.basic_at.start : st.enhanced_at.start;
	if (st.enhanced_at.len && st.enhanced_at.start < at)
		at = st.enhanced_at.start;
	while (at > 0 && block.p[at - 1] != '\n')
		at--;
	block = str_slice(block, at, SIZE_MAX);
	return str_trim(str_slice(block, 0, str_find(block, STR("\n\n"), 0)));
}

/* Without the address that it starts with, and what sets that off; the first paragraph that says something. */
static struct str first_words(struct str block, struct str address)
{
	struct str t = without_bullets(block);
	if (t.len && t.p[0] == '<')
		t = str_slice(t, 1, SIZE_MAX);
	if (str_starts_nocase(t, address))
		t = str_slice(t, address.len, SIZE_MAX);
	else
		t = str_trim(block);
	if (str_starts_nocase(t, STR("<mailto:")))
		t = str_slice(t, str_find(t, STR(">"), 0), SIZE_MAX);
	size_t i = 0;
	while (i < t.len && (char_is_space(t.p[i]) || strchr(">\":,;'", t.p[i])))
		i++;
	t = str_slice(t, i, SIZE_MAX);
	return str_trim(str_slice(t, 0, str_find(t, STR("\n\n"), 0)));
}

static struct str words_about(const struct found *f, int i, struct arena *a)
{
	const struct place *p = &f->places[i];
	int next = f->line_count, from = exchange_start(f, p->line);
	for (int k = 0; k < f->count; k++)
		if (f->places[k].line > p->line && f->places[k].line < next)
			next = f->places[k].line;
	struct str inner = inner_reply(f->lines[p->line]);
	if (inner.p != f->lines[p->line].p)
		return str_trim(inner);
	struct str block = span_of(f, from, next);
	if (has_code(block))
		return around_code(block);
	struct str own = first_words(span_of(f, p->line, next), p->address);
	struct str all = span_of(f, 0, f->line_count);
	if (f->count == 1)
		return has_code(all) ? around_code(all) : own;
	struct str said = free_words_about(all, p->address, a);
	if (has_code(said))
		return said;
	/* Addresses in a row share what is said below the last of them. */
	struct str last = span_of(f, f->places[f->count - 1].line, f->line_count);
	bool alone = next - p->line <= 2 && own.len == 0;
	return alone && has_code(last) ? around_code(last) : own.len ? own : first_words(last, STR(""));
}

struct str free_words_about(struct str text, struct str recipient, struct arena *a)
{
	struct buf b = {0};
	struct str rest = text, line;
	bool within = false;
	while (b.len < FREE_RESPONSE_MAX && str_next(&rest, '\n', &line)) {
		struct str t = str_trim(line);
		bool names = str_find_nocase(line, recipient, 0) != SIZE_MAX && !is_header_line(line);
		bool indented = line.len && (line.p[0] == ' ' || line.p[0] == '\t');
		within = names || (within && t.len && (indented || str_starts(t, STR("<<<")) || is_reply(t)));
		if (!within || str_eq_nocase(t, recipient))
			continue;
		if (b.len)
			buf_addc(&b, '\n');
		buf_add(&b, str_slice(t, 0, FREE_RESPONSE_MAX));
	}
	struct str out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* ---- all of it ---- */

/* A place for each recipient that is known otherwise, wherever the text speaks of it. */
static void places_of(struct str list, struct found *f)
{
	struct str address;
	for (size_t at = 0; address_next(list, &at, &address) && f->count < FREE_RECIPIENTS_MAX;) {
		struct str local = str_slice(address, 0, str_find(address, STR("@"), 0));
		int line = -1, near = -1;
		for (int i = 0; i < f->line_count && line < 0; i++) {
			struct str t = without_bullets(f->lines[i]);
			if (str_find_nocase(t, address, 0) != SIZE_MAX)
				line = i;
			else if (near < 0 && str_eq_nocase(t, local))
				near = i;
		}
		offer(f, address, SCORE_LIST, line >= 0 ? line : near >= 0 ? near : 0);
	}
}

bool free_read(const struct notice *n, enum outcome outcome, struct arena *a, struct fates *out)
{
	struct found *f = arena_alloc(a, sizeof *f);
	split_lines(n->text, a, f);
	if (n->failed_recipients.len)
		places_of(n->failed_recipients, f);
	if (f->count == 0)
		find_places(n, a, f);
	if (f->count == 0 && n->original->recipient_count == 1)
		places_of(n->original->recipients[0], f);
	for (int i = 0; i < f->count; i++)
		fates_add(out,
			  (struct fate){
				  .recipient = f->places[i].address,
				  .outcome = outcome,
				  .response = str_slice(words_about(f, i, a), 0, FREE_RESPONSE_MAX),
				  .time_s = TIME_NONE,
			  },
			  a);
	return f->count > 0;
}
