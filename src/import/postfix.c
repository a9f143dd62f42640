/* postfix.c - Postfix mail logs: every line that says what became of an email for a recipient is an attempt; earlier
 * lines with the same queue id supply sender, Message-ID, title and the time of arrival. Rejects at our own door are
 * no tracked email.
 *
 * A message's source_key is the hash of host and queue id. The instance name in the tag ("postfix-out/smtp") stays
 * out of it: services of one queue may log under several. A short queue id comes back after days, and is the same
 * message only within SHORT_ID_S; a long one never does.
 */
#include "import/maillog.h"

#include <string.h>

enum {
	SHORT_ID_S = 30 * 86400, /* six times as long as Postfix keeps a message unless told otherwise */
	QUEUE_ID_MIN = 5,
	LONG_ID_MIN = 10,
	QUEUE_ID_MAX = 21, /* a short one: 5 digits of time and 16 of an inode */
};

/* A line about a message: "ID: rest". */
struct about {
	int64_t time_s;
	struct str queue_id, rest;
	uint64_t key;
	int64_t window_s;
};

/* ---- reading parts of a line ---- */

enum id_kind { ID_NONE, ID_SHORT, ID_LONG };

/* Short: upper case hexadecimal. Long: digits and consonants, so that a word of English is never taken for one. */
static enum id_kind id_kind_of(struct str s)
{
	bool hex = s.len >= QUEUE_ID_MIN, base52 = s.len >= LONG_ID_MIN;
	for (size_t i = 0; i < s.len && (hex || base52); i++) {
		char c = s.p[i], up = (char)(c & ~0x20);
		bool digit = c >= '0' && c <= '9', letter = up >= 'A' && up <= 'Z';
		hex = hex && (digit || (c >= 'A' && c <= 'F'));
		base52 = base52 && (digit || (letter && !memchr("AEIOU", up, 5)));
	}
	return hex ? ID_SHORT : base52 ? ID_LONG : ID_NONE;
}

/* "5.4/0.06/5.1/0.03", "63495": whole seconds. */
static bool whole_seconds(struct str s, int64_t *out)
{
	return str_to_int(str_slice(s, 0, str_find(s, STR("."), 0)), out) && *out >= 0 && *out < INT32_MAX;
}

/* ---- deliveries ---- */

struct delivery {
	struct str recipient, relay, delay, dsn, status, text;
};

/* "<a@b>, orig_to=<c@d>, relay=…, delay=…, delays=…, dsn=…, status=word (text)". Unknown fields are passed over. */
static bool delivery_read(struct str s, struct delivery *d)
{
	*d = (struct delivery){.recipient = maillog_address(&s)};
	while (maillog_skip(&s, ", ")) {
		if (maillog_skip(&s, "status=")) {
			size_t end = str_find(s, STR(" "), 0);
			d->status = str_slice(s, 0, end);
			s = str_trim(str_slice(s, d->status.len, SIZE_MAX));
			if (maillog_skip(&s, "(") && s.len && s.p[s.len - 1] == ')')
				s.len--;
			d->text = s;
			return true;
		}
		if (maillog_skip(&s, "relay="))
			d->relay = maillog_value(&s);
		else if (maillog_skip(&s, "delay="))
			d->delay = maillog_value(&s);
		else if (maillog_skip(&s, "dsn="))
			d->dsn = maillog_value(&s);
		else if (maillog_skip(&s, "orig_to="))
			maillog_address(&s);
		else
			maillog_value(&s);
	}
	return false;
}

/* A probe asks whether an address could be delivered to; there is no email behind it. The answer "undeliverable"
 * is kept all the same: it is what `sendmail -bv` was asked for. */
static const struct status_word {
	const char *word;
	bool tracked;
	enum outcome outcome;
} status_words[] = {
	{"sent", true, OUTCOME_DELIVERED},         {"deferred", true, OUTCOME_DEFERRED},
	{"bounced", true, OUTCOME_FAILED},         {"expired", true, OUTCOME_FAILED},
	{"undeliverable", true, OUTCOME_FAILED},   {"SOFTBOUNCE", true, OUTCOME_DEFERRED},
	{"deliverable", false, OUTCOME_DELIVERED}, {"undeliverable-but-not-cached", false, OUTCOME_FAILED},
};

static const struct status_word *status_word_of(struct str s)
{
	for (size_t i = 0; i < COUNT_OF(status_words); i++)
		if (str_eq(s, str_of(status_words[i].word)))
			return &status_words[i];
	return NULL;
}

/* The server's name: from relay=host[address]:port, else from the words that Postfix puts before an answer. */
static struct str remote_mta(struct str relay, struct str text)
{
	static const char *const before[] = {"host ", "connect to ", "lost connection with ", "conversation with "};
	if (relay.len && !str_eq(relay, STR("none")))
		return str_slice(relay, 0, str_find(relay, STR("["), 0));
	maillog_skip(&text, "delivery temporarily suspended: ");
	for (size_t i = 0; i < COUNT_OF(before); i++) {
		struct str s = text;
		size_t end = str_find(s, STR("["), 0);
		if (end != SIZE_MAX && maillog_skip(&s, before[i])) {
			s = str_slice(s, 0, end - strlen(before[i]));
			return str_find(s, STR(" "), 0) == SIZE_MAX ? s : STR("");
		}
	}
	return STR("");
}

static bool on_delivery(struct maillog *p, struct import_sink *s, const struct about *a, struct err *e)
{
	struct delivery d;
	if (!delivery_read(a->rest, &d)) {
		s->bad(s, s->line, "a delivery without status=");
		return true;
	}
	if (d.recipient.len == 0) {
		s->bad(s, s->line, "a delivery without a recipient");
		return true;
	}
	const struct status_word *w = status_word_of(d.status);
	if (!w) {
		s->bad(s, s->line, "a delivery with a status= that Postfix does not use");
		return true;
	}
	if (!w->tracked)
		return true;

	int64_t delay_s;
	struct maillog_delivery put = {
		.key = a->key,
		.source_key = a->key,
		.time_s = a->time_s,
		.queued_s = whole_seconds(d.delay, &delay_s) ? a->time_s - delay_s : TIME_NONE,
		.window_s = a->window_s,
		.queue_id = a->queue_id,
		.recipient = d.recipient,
		.remote_mta = remote_mta(d.relay, d.text),
		.text = d.text,
		.outcome = w->outcome,
		.tried = true,
	};
	status_read_pair(d.dsn, d.text, w->outcome, &put.status);
	return maillog_put(p, s, &put, e);
}

/* ---- what other lines tell ---- */

static bool on_arrival(struct maillog *p, struct import_sink *s, const struct about *a, struct err *e)
{
	(void)s;
	(void)e;
	queue_open(p->queue, a->key, a->time_s);
	return true;
}

static bool on_message_id(struct maillog *p, struct import_sink *s, const struct about *a, struct err *e)
{
	(void)s;
	(void)e;
	queue_set(queue_open(p->queue, a->key, a->time_s), QUEUE_MESSAGE_ID, maillog_unbracketed(a->rest));
	return true;
}

/* "Your order 4711 from host.example[192.0.2.1]; from=<a@b> to=<c@d> proto=ESMTP helo=<host.example>" */
static bool on_title(struct maillog *p, struct import_sink *s, const struct about *a, struct err *e)
{
	(void)s;
	(void)e;
	struct str title = a->rest;
	for (size_t at = 0; (at = str_find(a->rest, STR("; from=<"), at)) != SIZE_MAX; at++)
		title = str_slice(a->rest, 0, at);
	struct str whole = title;
	for (size_t at = 0; (at = str_find(whole, STR(" from "), at)) != SIZE_MAX; at++)
		title = str_slice(whole, 0, at);
	queue_set(queue_open(p->queue, a->key, a->time_s), QUEUE_TITLE, title);
	return true;
}

/* "<a@b>, size=4711, nrcpt=1 (queue active)", "<a@b>, status=expired, returned to sender" */
static bool on_sender(struct maillog *p, struct import_sink *s, const struct about *a, struct err *e)
{
	struct str rest = a->rest;
	struct str sender = maillog_address(&rest);
	if (maillog_skip(&rest, ", status=expired") || maillog_skip(&rest, ", status=force-expired"))
		return s->expire(s, a->key, a->time_s, a->window_s, sender, e);
	/* The queue manager tells the sender at every retry; only cleanup and smtpd were there at the arrival. */
	struct queue_entry *known = queue_find(p->queue, a->key);
	queue_set(known ? known : queue_open(p->queue, a->key, TIME_NONE), QUEUE_SENDER, sender);
	return true;
}

static bool on_removed(struct maillog *p, struct import_sink *s, const struct about *a, struct err *e)
{
	(void)s;
	(void)e;
	queue_close(p->queue, a->key);
	return true;
}

static const struct line_kind {
	const char *prefix;
	bool (*read)(struct maillog *p, struct import_sink *s, const struct about *a, struct err *e);
} line_kinds[] = {
	{"to=", on_delivery},
	{"from=", on_sender},
	{"message-id=", on_message_id},
	{"removed", on_removed},
	{"client=", on_arrival},
	{"uid=", on_arrival},
	{"info: header Subject: ", on_title},
	{"warning: header Subject: ", on_title},
};

/* ---- the format ---- */

bool postfix_read(struct maillog *p, struct import_sink *s, const struct syslog_line *l, struct err *e)
{
	/* Programs of Postfix log as "postfix/smtp[123]"; the first part is the administrator's to choose. The journal may
	 * show the unit instead: "postfix@-.service[123]". */
	if (str_find(l->tag, STR("/"), 0) == SIZE_MAX && !str_starts(l->tag, STR("postfix")))
		return true;
	size_t colon = str_find(str_slice(l->message, 0, QUEUE_ID_MAX + 2), STR(": "), 0);
	if (colon == SIZE_MAX)
		return true;
	struct about a = {.time_s = l->time_s, .queue_id = str_slice(l->message, 0, colon)};
	enum id_kind kind = id_kind_of(a.queue_id);
	if (kind == ID_NONE)
		return true;
	struct str rest = str_slice(l->message, colon + 2, SIZE_MAX);
	for (size_t i = 0; i < COUNT_OF(line_kinds); i++) {
		a.rest = rest;
		if (maillog_skip(&a.rest, line_kinds[i].prefix)) {
			a.key = maillog_key(p, l->host, a.queue_id);
			a.window_s = kind == ID_LONG ? 0 : SHORT_ID_S;
			return line_kinds[i].read(p, s, &a, e);
		}
	}
	return true;
}

static int postfix_score(struct str head)
{
	return maillog_score(head, MAILLOG_POSTFIX, 10);
}

const struct import_format import_postfix = {
	.name = "postfix",
	.help = "Postfix mail log (syslog or journalctl -o short-iso).",
	.score = postfix_score,
	.start = maillog_start,
	.file = maillog_file,
	.line = maillog_line,
	.finish = maillog_finish,
};
