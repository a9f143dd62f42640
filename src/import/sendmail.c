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
	struct str recipients, ctladdr, delay, relay, dsn, reply, stat;
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
			d->ctladdr = maillog_address(&s);
			maillog_value(&s); /* " (1/2)" */
		} else if (maillog_skip(&s, "delay=")) {
			d->delay = maillog_value(&s);
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

/* Takes the word off the front of *text. What is neither sent, deferred nor queued has failed, unless its code says that
 * it is to be tried again. */
static enum outcome outcome_of_stat(struct str *text, struct str dsn)
{
	struct str s = *text;
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
	return str_starts(dsn, STR("4.")) ? OUTCOME_DEFERRED : OUTCOME_FAILED;
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
		put.recipient = next_recipient(&list);
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
	if (!str_starts_nocase(text, STR("Cannot send message ")))
		return true;
	return s->expire(s, a->key, a->time_s, 0, STR(""), e);
}

/* ---- the format ---- */

bool sendmail_read(struct maillog *m, struct import_sink *s, const struct syslog_line *l, struct err *e)
{
	size_t colon = str_find(str_slice(l->message, 0, QUEUE_ID_MAX + 2), STR(": "), 0);
	struct about a = {.time_s = l->time_s, .queue_id = str_slice(l->message, 0, colon)};
	if (colon == SIZE_MAX || !is_queue_id(a.queue_id))
		return true;
	a.rest = str_slice(l->message, colon + 2, SIZE_MAX);
	a.key = maillog_key(m, l->host, a.queue_id);
	if (maillog_skip(&a.rest, "to="))
		return on_delivery(m, s, &a, e);
	if (maillog_skip(&a.rest, "from=")) {
		on_sender(m, &a);
		return true;
	}
	colon = str_find(str_slice(a.rest, 0, QUEUE_ID_MAX + 2), STR(": "), 0);
	if (colon != SIZE_MAX && is_queue_id(str_slice(a.rest, 0, colon)))
		return on_notice(s, &a, str_slice(a.rest, colon + 2, SIZE_MAX), e);
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
