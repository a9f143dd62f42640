#include "import/mail_notice.h"

#include "import/mail_address.h"
#include "import/mail_free.h"
#include "import/mail_html.h"
#include "import/mail_mime.h"
#include "import/mail_phrases.h"
#include "import/mail_words.h"

#include <string.h>

enum { NESTED_MAX = 3, WORDS_FOR_MAX = 100 };

static bool has(const struct mail_parts *m, enum part_kind kind)
{
	for (int i = 0; i < m->count; i++)
		if (m->part[i].kind == kind)
			return true;
	return false;
}

/* Texts before the returned part; those behind it when there are none; HTML when there is nothing else. */
static struct str own_text(const struct mail_parts *m, struct arena *a)
{
	struct buf b = {0};
	for (int round = 0; round < 3 && str_trim(buf_str(&b)).len == 0; round++) {
		bool returned = false;
		buf_reset(&b);
		for (int i = 0; i < m->count && b.len < MAIL_TEXT_MAX; i++) {
			const struct mail_part *p = &m->part[i];
			returned = returned || p->kind == PART_MESSAGE || p->kind == PART_HEADERS;
			if (p->kind == (round < 2 ? PART_TEXT : PART_HTML) && returned == (round == 1)) {
				buf_add(&b, round < 2 ? p->body : html_text(p->body, a));
				buf_addc(&b, '\n');
			}
		}
	}
	struct str text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return text;
}

/* All of HTML, up to where the notice's own words end. */
static struct str html_of(const struct mail_parts *m, struct arena *a)
{
	struct buf b = {0};
	for (int i = 0; i < m->count && b.len < MAIL_TEXT_MAX; i++)
		if (m->part[i].kind == PART_HTML)
			buf_add(&b, html_text(m->part[i].body, a));
	struct str text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return str_slice(text, 0, free_end(text, a));
}

/* ---- the original ---- */

static void find_original(const struct mail_parts *m, struct str returned, struct arena *a, struct original *o)
{
	struct str body;
	for (int i = 0; i < m->count; i++) {
		const struct mail_part *p = &m->part[i];
		if (p->kind == PART_MESSAGE || p->kind == PART_HEADERS)
			original_read(mime_head(p->body, &body), a, o);
		else if (i > 0 && original_is_head(p->head)) /* a part that forgot to say what it is */
			original_read(p->head, a, o);
		if (o->message_id.len)
			return;
	}
	if (returned.len)
		original_read(mime_head(returned, &body), a, o);
}

/* ---- reports ---- */

static void read_reports(const struct mail_parts *m, struct arena *a, struct fates *out)
{
	for (int i = 0; i < m->count; i++)
		if (m->part[i].kind == PART_STATUS)
			report_read(m->part[i].body, a, out);
}

static bool name_recipients(const struct fates *f)
{
	for (int i = 0; i < f->count; i++)
		if (f->items[i].recipient.len)
			return true;
	return false;
}

static struct str two_lines(struct str one, struct str two, struct arena *a)
{
	return arena_printf(a, "%.*s\n%.*s", (int)one.len, one.p, (int)two.len, two.p);
}

/* What the report leaves open is taken from the words beside it. */
static void complete(const struct notice *n, struct arena *a, struct fates *f)
{
	enum verdict v = VERDICT_NONE;
	bool asked = false;
	for (int i = 0; i < f->count; i++) {
		struct fate *one = &f->items[i];
		if (one->recipient.len == 0 && f->count == 1 && n->original->recipient_count == 1)
			one->recipient = n->original->recipients[0];
		if (one->outcome == OUTCOME_QUEUED) {
			v = asked ? v : free_verdict(n, a);
			asked = true;
			one->outcome = v == VERDICT_DELAYED ? OUTCOME_DEFERRED : OUTCOME_FAILED;
		}
		if (one->recipient.len == 0 || i >= WORDS_FOR_MAX)
			continue;
		one->words = words_naming(n->text, one->recipient, a);
		struct str parent = words_parent(one->words);
		one->recipient = parent.len ? parent : one->recipient;
		if (one->response.len == 0)
			one->response = one->words;
		if (f->count == 1)
			one->words = two_lines(one->words, words_transcript_of(n->text, a), a);
	}
}

/* ---- a notice ---- */

static void read_head(const struct mail_parts *m, struct arena *a, struct notice *n, struct mail_news *out)
{
	struct str path = mime_field(m->head, "Return-Path", a), precedence = mime_field(m->head, "Precedence", a);
	struct str automatic = mime_field(m->head, "Auto-Submitted", a);
	n->subject = mime_words(mime_field(m->head, "Subject", a), a);
	n->from = mime_words(mime_field(m->head, "From", a), a);
	n->from_address = address_of_header(n->from);
	n->to = address_of_header(mime_field(m->head, "To", a));
	n->failed_recipients = mime_field(m->head, "X-Failed-Recipients", a);
	n->null_path = str_eq(path, STR("<>")) || str_starts_nocase(path, STR("<mailer-daemon"));
	n->auto_submitted = automatic.len && !str_starts_nocase(automatic, STR("no")) && precedence.len == 0;
	n->is_report = m->is_report || has(m, PART_STATUS);
	struct str id = mime_field(m->head, "Message-ID", a);
	out->own_id = address_of_field(id);
	out->date_s = mime_date(mime_field(m->head, "Date", a));
}

/* An object of JSON and nothing else but what is below a signature's line; "": something else. */
static struct str json_of(struct str text)
{
	struct str rest = text = str_trim(text), line;
	if (text.len == 0 || text.p[0] != '{')
		return STR("");
	while (str_next(&rest, '\n', &line))
		if (str_starts(line, STR("--")))
			return str_slice(text, 0, (size_t)(line.p - text.p));
	return text;
}

static void read_one(struct str mail, int depth, struct arena *a, struct mail_news *out);

/* A report within a text that names nobody before it. */
static void read_report_within(struct str all, const struct notice *n, struct arena *a, struct mail_news *out)
{
	size_t at = report_within(all);
	struct str body;
	if (at == SIZE_MAX)
		return;
	all = str_slice(all, at, SIZE_MAX);
	report_read(all, a, &out->fates);
	if ((at = original_within(all)) != SIZE_MAX) {
		out->original = original_none();
		original_read(mime_head(str_slice(all, at, SIZE_MAX), &body), a, &out->original);
	}
	complete(n, a, &out->fates);
	out->names_nobody = !name_recipients(&out->fates);
}

/* Is it told in free words? `all`: with what follows the notice's own words. */
static void read_words(struct str all, const struct notice *n, struct arena *a, struct mail_news *out)
{
	enum verdict v = free_verdict(n, a);
	out->fates = fates_none();
	if (v == VERDICT_NONE)
		return;
	if (!n->has_original)
		original_hints(n->text, a, &out->original);
	out->names_nobody = !free_read(n, v == VERDICT_FAILED ? OUTCOME_FAILED : OUTCOME_DEFERRED, a, &out->fates);
	if (out->names_nobody)
		read_report_within(all, n, a, out);
}

/* A report that somebody passed on. */
static void read_passed_on(const struct mail_parts *m, int depth, struct arena *a, struct mail_news *out)
{
	for (int i = 0; i < m->count && out->fates.count == 0 && depth < NESTED_MAX; i++) {
		if (m->part[i].kind != PART_MESSAGE ||
		    str_find_nocase(m->part[i].body, STR("delivery-status"), 0) == SIZE_MAX)
			continue;
		struct mail_news inner;
		read_one(m->part[i].body, depth + 1, a, &inner);
		if (inner.fates.count)
			*out = inner;
	}
}

static void read_one(struct str mail, int depth, struct arena *a, struct mail_news *out)
{
	struct mail_parts *m = arena_alloc(a, sizeof *m);
	mime_read(mail, a, m);
	*out = (struct mail_news){.fates = fates_none(), .original = original_none(), .limit = m->limit};
	struct notice n = {.original = &out->original};
	read_head(m, a, &n, out);
	struct str all = own_text(m, a);
	if (has(m, PART_NO_DSN)) {
		if (!phrase_in(phrase_form(all, a), PHRASE_REJECTED))
			return;
		n.is_report = true;
	}
	out->event = n.is_report ? STR("") : json_of(all);
	if (out->event.len)
		return;
	n.text = str_slice(all, 0, free_end(all, a));
	size_t head_at = original_within(all);
	struct str returned = head_at == SIZE_MAX ? original_quoted(str_slice(all, n.text.len, SIZE_MAX), a)
						  : str_slice(all, head_at, SIZE_MAX);
	find_original(m, returned, a, &out->original);
	n.has_original = head_at != SIZE_MAX || has(m, PART_MESSAGE) || has(m, PART_HEADERS);

	struct fates *f = &out->fates;
	read_reports(m, a, f);
	size_t fields = name_recipients(f) ? SIZE_MAX : report_within(n.text);
	if (fields != SIZE_MAX && free_verdict(&n, a) != VERDICT_NONE)
		report_read(str_slice(n.text, fields, SIZE_MAX), a, f);
	if (f->count > 0) {
		original_hints(n.text, a, &out->original);
		complete(&n, a, f);
	}
	if (out->original.sender.len == 0)
		out->original.sender = n.to;
	if (name_recipients(f))
		return;
	read_words(all, &n, a, out);
	if (out->names_nobody && has(m, PART_HTML)) {
		n.text = html_of(m, a);
		read_words(n.text, &n, a, out);
	}
	read_passed_on(m, depth, a, out);
}

void notice_read(struct str mail, struct arena *a, struct mail_news *out)
{
	read_one(mail, 0, a, out);
	if (!out->limit)
		out->limit = out->fates.limit;
}
