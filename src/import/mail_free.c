#include "import/mail_free.h"

#include "import/mail_address.h"
#include "import/mail_phrases.h"
#include "import/mail_words.h"
#include "status.h"

#include <string.h>

/* ---- is it a notice? ---- */

enum verdict free_verdict(const struct notice *n, struct arena *a)
{
	struct str subject = phrase_form(n->subject, a), text = phrase_form(n->text, a);
	struct str from = phrase_form(n->from, a);
	bool certain = n->failed_recipients.len > 0;
	/* 2: what sends it sends nothing but notices; 1: it is a program at least. */
	bool daemon =
		certain || n->is_report || phrase_in(from, PHRASE_DAEMON) || from.len == 0 || str_eq(from, STR("<>"));
	int robot = daemon ? 2 : n->null_path || n->auto_submitted || phrase_in(from, PHRASE_ROBOT);
	if (!certain && phrase_in(subject, PHRASE_AUTO_REPLY))
		return VERDICT_NONE;
	if (!certain && (phrase_starts(subject, PHRASE_SUCCESS) || str_find(subject, STR("(success)"), 0) != SIZE_MAX))
		return VERDICT_NONE;
	bool by_subject = phrase_in(subject, PHRASE_FAILED_SUBJECT), by_text = phrase_in(text, PHRASE_FAILED);
	bool delayed = phrase_in(text, PHRASE_DELAYED), delayed_subject = phrase_in(subject, PHRASE_DELAYED);
	struct status st;
	status_read(str_slice(n->text, 0, 64 * 1024), OUTCOME_FAILED, &st);
	int score = 2 * by_subject + 2 * (by_text || delayed) + (st.basic || st.enhanced.cls) + n->has_original + robot;
	if (!certain && (score < 6 - robot || !(by_subject || by_text || delayed || st.basic)))
		return VERDICT_NONE;
	bool gave_up = phrase_in(text, PHRASE_GAVE_UP) || phrase_in(subject, PHRASE_RETURNED);
	return (delayed || delayed_subject) && !gave_up ? VERDICT_DELAYED : VERDICT_FAILED;
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

enum { SCORE_LIST = 10, SCORE_SENTENCE = 8, SCORE_REPLY = 6, SCORE_MEANT = 4, SCORE_NEVER = -20 };
enum { SENDER_MALUS = 9, OFFICE_MALUS = 6 };
enum { ON_LINE_MAX = 50, LABEL_BYTES = 100, NAME_BYTES = 60, REPLY_LINES = 3 };

/* How surely an address within a sentence is the failed recipient's, by what else is said there. */
static int score_of_line(struct str line, struct arena *a)
{
	struct str form = phrase_form(line, a);
	if (phrase_in(form, PHRASE_ADVICE))
		return SCORE_NEVER;
	if (words_is_reply(line))
		return SCORE_REPLY;
	return phrase_in(form, PHRASE_FAILED) || phrase_in(form, PHRASE_REASON) ? SCORE_SENTENCE : 0;
}

/* What stands directly before the address at `start`, without what encloses that. */
static struct str before_address(struct str line, size_t start)
{
	size_t from = start > LABEL_BYTES ? start - LABEL_BYTES : 0;
	struct str before = str_trim(str_slice(line, from, start - from));
	while (before.len && strchr("<\"'(", before.p[before.len - 1]))
		before = str_trim(str_slice(before, 0, before.len - 1));
	return before;
}

/* "Recipient . . . . : " ends in a label too. */
static bool ends_in_label(struct str before, struct arena *a)
{
	struct str form = phrase_form(before, a);
	if (phrase_ends(form, PHRASE_ADVICE))
		return false;
	if (phrase_ends(form, PHRASE_LABEL))
		return true;
	while (form.len && strchr(" .:", form.p[form.len - 1]))
		form.len--;
	return phrase_ends(form, PHRASE_LABEL);
}

/* "from <a@example.com> to <b@example.com>" */
static bool is_behind_sender(struct str former, struct str address)
{
	if (former.len == 0)
		return false;
	const char *at = former.p + former.len;
	struct str between = {at, (size_t)(address.p - at)};
	while (between.len && strchr("<>\"' ", between.p[0]))
		between = str_slice(between, 1, SIZE_MAX);
	while (between.len && strchr("<>\"' ", between.p[between.len - 1]))
		between.len--;
	return str_eq_nocase(between, STR("to"));
}

/* "   Bob Miller <bob@example.com>", nothing else on the line. */
static bool is_behind_name(struct str line, struct str name, struct str address)
{
	if (name.len == 0 || name.len > NAME_BYTES || line.p + line.len != address.p + address.len + 1)
		return false;
	return line.p[line.len - 1] == '>' && !strchr(".,;!", name.p[name.len - 1]) && !memchr(name.p, ':', name.len);
}

/* How surely an address is the failed recipient's, by what stands before it on its line; 0: that says nothing. */
static int score_by_place(struct str line, struct str address, struct str former, struct arena *a)
{
	size_t start = (size_t)(address.p - line.p);
	struct str t = words_without_bullets(line), rest = str_trim(line);
	while (t.p < address.p && t.len && (t.p[0] == '<' || t.p[0] == '"'))
		t = str_slice(t, 1, SIZE_MAX);
	if (t.p == address.p && !str_starts(rest, STR("> ")))
		return SCORE_LIST;
	struct str before = before_address(line, start);
	if (is_behind_sender(former, address) || ends_in_label(before, a))
		return SCORE_LIST;
	return is_behind_name(rest, before, address) ? SCORE_REPLY : 0;
}

/* An address that comes twice is best where a reply is told right below it. */
static void offer(struct places *f, struct str address, int score, int line)
{
	struct place *p = NULL;
	for (int i = 0; i < f->count && !p; i++)
		if (str_eq_nocase(f->items[i].address, address))
			p = &f->items[i];
	if (p && (score < p->score || (score == p->score && p->replied)))
		return;
	bool replied = line >= 0 && words_has_basic(str_slice(words_lines(f, line, line + REPLY_LINES), 0, WORDS_MAX));
	if (p && score == p->score && !replied)
		return;
	if (!p && f->count == WORDS_PLACES_MAX) {
		f->full = true;
		return;
	}
	if (!p) {
		p = &f->items[f->count++];
		p->address = address; /* whatever was kept there and given up */
	}
	*p = (struct place){p->address, score, line, replied};
}

static bool was_meant(const struct notice *n, struct str address)
{
	for (int i = 0; i < n->original->recipient_count; i++)
		if (str_eq_nocase(n->original->recipients[i], address))
			return true;
	return false;
}

/* Who wrote the original and who sent the notice are hardly its failed recipients. */
static int malus(const struct notice *n, struct str address)
{
	if (str_eq_nocase(address, n->from_address))
		return -SCORE_NEVER;
	int m = 0;
	if (str_eq_nocase(address, n->to) || str_eq_nocase(address, n->original->sender))
		m += SENDER_MALUS;
	if (str_starts_nocase(address, STR("postmaster@")) || str_starts_nocase(address, STR("mailer-daemon@")) ||
	    str_starts_nocase(address, STR("abuse@")))
		m += OFFICE_MALUS;
	return m;
}

/* Is it the sender of the original all the same? Somebody wrote to himself, when a reply is told of him alone. */
static bool is_own_recipient(const struct notice *n, const struct places *f, const struct place *p)
{
	return f->count == 1 && p->replied && p->score + SENDER_MALUS == SCORE_LIST &&
	       (str_eq_nocase(p->address, n->to) || str_eq_nocase(p->address, n->original->sender));
}

static void keep_best(const struct notice *n, struct places *f)
{
	int best = 0, kept = 0;
	for (int i = 0; i < f->count; i++) {
		f->items[i].score -= malus(n, f->items[i].address);
		best = f->items[i].score > best ? f->items[i].score : best;
	}
	int least = best >= SCORE_SENTENCE ? SCORE_SENTENCE : SCORE_REPLY;
	for (int i = 0; i < f->count; i++)
		if (f->items[i].score + SCORE_MEANT * was_meant(n, f->items[i].address) >= least ||
		    is_own_recipient(n, f, &f->items[i]))
			f->items[kept++] = f->items[i];
	f->count = kept;
}

static void find_on_line(struct places *f, int i, struct arena *a)
{
	struct str line = f->lines[i], address, former = {0};
	int on_line = 0, of_line = 0;
	bool asked = false;
	for (size_t at = 0; on_line++ < ON_LINE_MAX && address_next(line, &at, &address); former = address) {
		int score = score_by_place(line, address, former, a);
		if (score < SCORE_LIST && !asked)
			of_line = score_of_line(line, a);
		asked = asked || score < SCORE_LIST;
		if (score < SCORE_LIST && (of_line != 0 || score == 0))
			score = of_line;
		offer(f, address, score, i);
	}
}

static void find_places(const struct notice *n, struct arena *a, struct places *f)
{
	for (int i = 0; i < f->line_count; i++) {
		struct str line = f->lines[i];
		if (f->count && str_eq(line, STR("-- "))) /* a signature follows */
			break;
		if (line.len && memchr(line.p, '@', line.len) && !words_is_field(line))
			find_on_line(f, i, a);
	}
	keep_best(n, f);
}

/* "User unknown: bob@example.com" */
static void find_in_subject(const struct notice *n, struct arena *a, struct places *f)
{
	struct places *s = arena_alloc(a, sizeof *s);
	words_split(n->subject, a, s);
	find_places(n, a, s);
	for (int i = 0; i < s->count; i++)
		offer(f, s->items[i].address, s->items[i].score, -1);
}

/* A place for each recipient that is known otherwise, wherever the text speaks of it. */
static void places_of(struct str list, struct places *f)
{
	struct str address;
	for (size_t at = 0; address_next(list, &at, &address) && f->count < WORDS_PLACES_MAX;) {
		struct str local = str_slice(address, 0, str_find(address, STR("@"), 0));
		int line = -1, near = -1;
		for (int i = 0; i < f->line_count && line < 0; i++) {
			struct str t = words_without_bullets(f->lines[i]);
			if (str_find_nocase(t, address, 0) != SIZE_MAX)
				line = i;
			else if (near < 0 && str_eq_nocase(t, local))
				near = i;
		}
		offer(f, address, SCORE_LIST, line >= 0 ? line : near);
	}
}

/* An alias stands beside each of those it stands for. */
static bool is_told(const struct fates *f, struct str recipient)
{
	for (int i = 0; i < f->count; i++)
		if (str_eq_nocase(f->items[i].recipient, recipient))
			return true;
	return false;
}

bool free_read(const struct notice *n, enum outcome outcome, struct arena *a, struct fates *out)
{
	struct places *f = arena_alloc(a, sizeof *f);
	words_split(n->text, a, f);
	if (n->failed_recipients.len)
		places_of(n->failed_recipients, f);
	if (f->count == 0)
		find_places(n, a, f);
	struct str any_parent = words_parent(n->text);
	if (f->count == 0 && any_parent.len)
		places_of(any_parent, f);
	if (f->count == 0 && n->original->recipient_count == 1)
		places_of(n->original->recipients[0], f);
	if (f->count == 0)
		find_in_subject(n, a, f);
	bool has_parents = any_parent.len > 0;
	for (int i = 0; i < f->count; i++) {
		struct str words = words_of(f, i, a), parent = STR("");
		if (has_parents)
			parent = words_parent(words_naming(n->text, f->items[i].address, a));
		if (has_parents && is_told(out, parent.len ? parent : f->items[i].address))
			continue;
		fates_add(out,
			  (struct fate){
				  .recipient = parent.len ? parent : f->items[i].address,
				  .outcome = outcome,
				  .response = words,
				  .remote_mta = words_host(words),
				  .time_s = TIME_NONE,
			  },
			  a);
	}
	if (f->full)
		out->limit = "more than 200 addresses in free words, the rest is not read";
	return f->count > 0;
}
