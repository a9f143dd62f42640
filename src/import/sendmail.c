/* sendmail.c - Sendmail's syslog lines: each "to=" line says what became of an email for one or several recipients; "from="
 * supplies sender, Message-ID and the time of arrival. Rejects at our own door are no tracked email.
 *
 * A message's source_key is the hash of host and queue id, which is unique for sixty years.
 */
#include "import/maillog.h"

#include <string.h>

enum { QUEUE_ID_MIN = 8, QUEUE_ID_MAX = 24 };

/* A line about a message: "ID: rest". */
struct about {
	int64_t time_s;
	struct str queue_id, rest;
	uint64_t key;
};

/* ---- reading parts of a line ---- */

/* Letters and digits, and some of both: "NOQUEUE", "STARTTLS" and words are none. */
static bool is_queue_id(struct str s)
{
	bool digit = false, letter = false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i], low = (char)(c | 0x20);
		bool d = c >= '0' && c <= '9', l = low >= 'a' && low <= 'z';
		if (!d && !l)
			return false;
		digit = digit || d;
		letter = letter || l;
	}
	return digit && letter && s.len >= QUEUE_ID_MIN && s.len <= QUEUE_ID_MAX;
}

/* "1+02:03:04": days, hours, minutes, seconds. */
static bool duration(struct str s, int64_t *out)
{
	int64_t n = 0, part;
	size_t plus = str_find(s, STR("+"), 0);
	if (plus != SIZE_MAX) {
		if (!str_to_int(str_slice(s, 0, plus), &n) || n < 0 || n > 9999)
			return false;
		s = str_slice(s, plus + 1, SIZE_MAX);
	}
	struct str field;
	int fields = 0;
	for (; str_next(&s, ':', &field); fields++) {
		if (!str_to_int(field, &part) || part < 0 || part > 99 || fields == 3)
			return false;
		n = n * (fields == 0 ? 24 : 60) + part;
	}
	*out = n;
	return fields == 3;
}

/* "Bob <bob@example.com>", "bob@example.com (Bob)", "\\bob" (bob himself, whatever .forward says) → the address. */
static struct str bare_address(struct str r)
{
	size_t open = str_find(r, STR("<"), 0), comment = str_find(r, STR(" ("), 0);
	if (open != SIZE_MAX && r.p[r.len - 1] == '>') {
		for (size_t at; (at = str_find(r, STR("<"), open + 1)) != SIZE_MAX; open = at)
			;
		return str_slice(r, open + 1, r.len - open - 2);
	}
	if (comment != SIZE_MAX && r.p[r.len - 1] == ')')
		r = str_slice(r, 0, comment);
	while (r.len > 1 && r.p[0] == '\\')
		r = str_slice(r, 1, SIZE_MAX);
	return r;
}

/* One of "<a@b>,<c@d>", "root", "\"|/usr/bin/vacation a, b\"", as far as the ',' behind it. */
static struct str next_recipient(struct str *s)
{
	struct str r;
	if (s->len && s->p[0] == '<') {
		r = maillog_address(s);
	} else {
		size_t i = 0;
		bool quoted = s->len && s->p[0] == '"';
		for (i = quoted; i < s->len && (quoted || s->p[i] != ','); i++) {
			if (quoted && s->p[i] == '\\')
				i++;
			else if (quoted && s->p[i] == '"')
				quoted = false;
		}
		r = str_slice(*s, 0, i);
		*s = str_slice(*s, r.len, SIZE_MAX);
	}
	return r;
}

/* ---- deliveries ---- */

struct delivery {
	struct str recipients, ctladdr, delay, mailer, relay, dsn, reply, stat;
};

/* The list ends before ", "; of a long one there are several lines, and all but the last have " [more]" there. */
static struct str recipient_list(struct str *s)
{
	struct str start = *s;
	do
		next_recipient(s);
	while (s->len > 1 && s->p[0] == ',' && s->p[1] != ' ' && maillog_skip(s, ","));
	struct str list = str_slice(start, 0, start.len - s->len);
	maillog_skip(s, ", [more]");
	return list;
}

/* "LIST, ctladdr=<a@b> (1/2), delay=…, xdelay=…, mailer=…, pri=…, relay=…, dsn=…, reply=…, stat=…". */
static bool delivery_read(struct str s, struct delivery *d)
{
	*d = (struct delivery){.recipients = recipient_list(&s)};
	while (maillog_skip(&s, ", ")) {
		if (maillog_skip(&s, "stat=")) {
			d->stat = str_trim(s);
			return true;
		}
		if (maillog_skip(&s, "reply=")) { /* may hold ", " */
			d->reply = str_slice(s, 0, str_find(s, STR(", stat="), 0));
			s = str_slice(s, d->reply.len, SIZE_MAX);
		} else if (maillog_skip(&s, "ctladdr=")) {
			d->ctladdr = bare_address(maillog_address(&s)); /* "root (0/0)" */
			maillog_value(&s);                              /* behind "<root@mx.example>", too */
		} else if (maillog_skip(&s, "delay=")) {
			d->delay = maillog_value(&s);
		} else if (maillog_skip(&s, "mailer=")) {
			d->mailer = maillog_value(&s);
		} else if (maillog_skip(&s, "relay=")) {
			d->relay = maillog_value(&s);
		} else if (maillog_skip(&s, "dsn=")) {
			d->dsn = maillog_value(&s);
		} else {
			maillog_value(&s);
		}
	}
	return false;
}

/* "Cannot send message for 5 days": given up, though the code still is that of the last try. */
static bool is_giving_up(struct str text)
{
	return str_starts_nocase(text, STR("Cannot send message "));
}

/* Takes the word off the front of *text. What is neither sent, deferred nor queued has failed, unless its code says that
 * it is to be tried again. */
static enum outcome outcome_of_stat(struct str *text, struct str dsn)
{
	struct str s = *text;
	struct status st = {0};
	if (str_eq(s, STR("queued")))
		return OUTCOME_QUEUED;
	if (maillog_skip(&s, "Sent")) {
		s = str_trim(s);
		if (maillog_skip(&s, "(") && s.len && s.p[s.len - 1] == ')')
			s.len--;
		*text = s;
		return OUTCOME_DELIVERED;
	}
	if (maillog_skip(&s, "Deferred")) {
		maillog_skip(&s, ":");
		*text = str_trim(s);
		return OUTCOME_DEFERRED;
	}
	if (dsn.len == 0)
		status_read(s, OUTCOME_FAILED, &st);
	bool again = str_starts(dsn, STR("4.")) || status_class(st.enhanced, st.basic) == 4;
	return again && !is_giving_up(s) ? OUTCOME_DEFERRED : OUTCOME_FAILED;
}

/* Refused at our own door, by a milter or for its size: then the recipients are told of, but nothing of a delivery. */
static bool is_refused_here(const struct delivery *d)
{
	return d->mailer.len == 0 && d->relay.len == 0 && d->dsn.len == 0 && !str_starts(d->stat, STR("Sent")) &&
	       !str_starts(d->stat, STR("Deferred")) && !str_eq(d->stat, STR("queued"));
}

/* "mx.example.com. [192.0.2.1]" → "mx.example.com" */
static struct str remote_mta(struct str relay)
{
	struct str name = str_slice(relay, 0, str_find(relay, STR(" "), 0));
	if (name.len > 1 && name.p[0] == '[')
		return str_slice(name, 1, str_find(name, STR("]"), 0) - 1);
	return name.len && name.p[name.len - 1] == '.' ? str_slice(name, 0, name.len - 1) : name;
}

static bool on_delivery(struct maillog *m, struct import_sink *s, const struct about *a, struct err *e)
{
	struct delivery d;
	if (!delivery_read(a->rest, &d)) {
		s->bad(s, s->line, "a delivery without stat=");
		return true;
	}
	if (is_refused_here(&d))
		return true;
	struct str text = d.stat;
	enum outcome outcome = outcome_of_stat(&text, d.dsn);
	if (d.reply.len && outcome != OUTCOME_DELIVERED)
		text = d.reply;
	int64_t delay_s;
	struct maillog_delivery put = {
		.key = a->key,
		.source_key = a->key,
		.time_s = a->time_s,
		.queued_s = duration(d.delay, &delay_s) ? a->time_s - delay_s : TIME_NONE,
		.queue_id = a->queue_id,
		.remote_mta = remote_mta(d.relay),
		.text = text,
		.outcome = outcome,
		.tried = outcome != OUTCOME_QUEUED,
	};
	if (put.tried)
		status_read_pair(d.dsn, text, outcome, &put.status);
	bool any = false;
	struct str list = d.recipients;
	do {
		put.recipient = bare_address(next_recipient(&list));
		if (!maillog_is_address(put.recipient) && d.ctladdr.len)
			put.recipient = d.ctladdr; /* a program or file that this address stands for */
		any = any || put.recipient.len;
		if (put.recipient.len && !maillog_put(m, s, &put, e))
			return false;
	} while (maillog_skip(&list, ","));
	if (!any)
		s->bad(s, s->line, "a delivery without a recipient");
	return true;
}

/* ---- what other lines tell ---- */

/* "<a@b>, size=4711, class=0, nrcpts=1, msgid=<x@y>, proto=ESMTP, daemon=MTA, relay=…" */
static void on_sender(struct maillog *m, const struct about *a)
{
	struct str s = a->rest;
	struct queue_entry *entry = queue_open(m->queue, a->key, a->time_s);
	queue_set(entry, QUEUE_SENDER, maillog_address(&s));
	while (maillog_skip(&s, ", ")) {
		bool id = maillog_skip(&s, "msgid=");
		struct str v = maillog_value(&s);
		if (id)
			queue_set(entry, QUEUE_MESSAGE_ID, maillog_unbracketed(v));
	}
}

/* "ID2: return to sender: Cannot send message for 5 days": all that are still deferred have failed. Of any other notice
 * the to= lines have told. A mere warning says "could not send message for past 4 hours". */
static bool on_notice(struct import_sink *s, const struct about *a, struct str text, struct err *e)
{
	size_t colon = str_find(text, STR(": "), 0);
	text = colon == SIZE_MAX ? text : str_slice(text, colon + 2, SIZE_MAX);
	return !is_giving_up(text) || s->expire(s, a->key, a->time_s, 0, STR(""), e);
}

/* "clone ID, owner=list-owner@example.com": this message is a copy of that one, sent by another. */
static void on_clone(struct maillog *m, const struct about *a, struct str host)
{
	struct str s = a->rest, id = maillog_value(&s);
	queue_inherit(m->queue, maillog_key(m, host, id), a->key, a->time_s);
	if (maillog_skip(&s, ", owner="))
		queue_set(queue_open(m->queue, a->key, a->time_s), QUEUE_SENDER, maillog_address(&s));
}

/* "split: maxrcpts=20, rcpts=60, count=2, ids=ID2; ID3": some of the recipients have moved to other ids. */
static void on_split(struct maillog *m, const struct about *a, struct str host)
{
	size_t at = str_find(a->rest, STR(" id"), 0);
	struct str s = str_slice(a->rest, at == SIZE_MAX ? SIZE_MAX : at + 3, SIZE_MAX), id;
	maillog_skip(&s, "s");
	if (!maillog_skip(&s, "="))
		return;
	while (str_next(&s, ' ', &id)) {
		if (id.len && (id.p[id.len - 1] == ';' || id.p[id.len - 1] == ','))
			id.len--;
		if (is_queue_id(id))
			queue_inherit(m->queue, a->key, maillog_key(m, host, id), a->time_s);
	}
}

/* ---- the format ---- */

/* "ID[2]: rest": a line that was too long for syslog; " ..." says that more comes. False: it does, or a part is missing. Then
 * a->rest is the whole. */
static bool join_parts(struct maillog *m, struct about *a, int64_t part)
{
	struct str text = a->rest;
	bool more = text.len > 4 && str_eq(str_slice(text, text.len - 4, SIZE_MAX), STR(" ..."));
	if (more)
		text.len -= 4;
	/* It is cut at a blank, or within a list of recipients. */
	const char *glue = text.len && (text.p[0] == ' ' || text.p[0] == '<') ? "" : " ";
	bool known = maillog_join(m, a->key, part, glue, text);
	a->rest = buf_str(&m->joined.text);
	return known && !more;
}

/* "ID: rest", "ID[2]: rest". False: the line is not about a message, or only a part of what is said. */
static bool about_read(struct maillog *m, const struct syslog_line *l, struct about *a)
{
	size_t colon = str_find(str_slice(l->message, 0, QUEUE_ID_MAX + 8), STR(": "), 0);
	if (colon == SIZE_MAX)
		return false;
	int64_t part = 0;
	struct str id = str_slice(l->message, 0, colon);
	size_t open = id.len && id.p[id.len - 1] == ']' ? str_find(id, STR("["), 0) : SIZE_MAX;
	if (open != SIZE_MAX && (!str_to_int(str_slice(id, open + 1, id.len - open - 2), &part) || part < 1))
		return false;
	*a = (struct about){.time_s = l->time_s, .queue_id = str_slice(id, 0, open)};
	if (!is_queue_id(a->queue_id))
		return false;
	a->rest = str_slice(l->message, colon + 2, SIZE_MAX);
	a->key = maillog_key(m, l->host, a->queue_id);
	return part == 0 || join_parts(m, a, part);
}

bool sendmail_read(struct maillog *m, struct import_sink *s, const struct syslog_line *l, struct err *e)
{
	struct about a;
	if (!about_read(m, l, &a))
		return true;
	if (maillog_skip(&a.rest, "to="))
		return on_delivery(m, s, &a, e);
	size_t colon = str_find(str_slice(a.rest, 0, QUEUE_ID_MAX + 2), STR(": "), 0);
	if (colon != SIZE_MAX && is_queue_id(str_slice(a.rest, 0, colon)))
		return on_notice(s, &a, str_slice(a.rest, colon + 2, SIZE_MAX), e);
	if (maillog_skip(&a.rest, "from="))
		on_sender(m, &a);
	else if (maillog_skip(&a.rest, "clone "))
		on_clone(m, &a, l->host);
	else if (maillog_skip(&a.rest, "split: "))
		on_split(m, &a, l->host);
	return true;
}

static int sendmail_score(struct str head)
{
	return maillog_score(head, MAILLOG_SENDMAIL, 0);
}

const struct import_format import_sendmail = {
	.name = "sendmail",
	.help = "Sendmail log (syslog or journalctl).",
	.score = sendmail_score,
	.start = maillog_start,
	.file = maillog_file,
	.line = maillog_line,
	.finish = maillog_finish,
};
