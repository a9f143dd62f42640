/* exim.c - Exim main logs, as files or through syslog: "=>", "->" and ">>" deliver, "**" fails, "==" puts off, each for one
 * recipient; "<=" supplies sender, Message-ID and title. Rejects at our own door are no tracked email.
 *
 * Exim gives up one recipient at a time ("retry timeout exceeded"), often on a line without a cause. So source_key is
 * the hash of message id and recipient: store_expire then means that recipient alone, whichever run has read the tries
 * before. The host stays out of it, main logs do not name it. Message ids never come back.
 */
#include "import/maillog.h"

#include <string.h>

enum {
	ID_OLD = 16, /* 1xEabc-000abc-XY */
	ID_NEW = 23, /* 1xEabc-00000000abc-XYZ0, since Exim 4.97 */
	ID_SECOND_DIGITS = 6,
	QUEUE_MAX_S = 366 * 86400, /* nobody retries for longer: an older id was made by a wrong clock */
};

/* A line about a message: "ID FLAG rest". */
struct about {
	int64_t time_s;
	struct str id, rest;
	uint64_t key; /* of the message */
};

/* ---- reading parts of a line ---- */

static int base62(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'z' ? c - 'a' + 36 : -1;
}

/* The length of the message id that `s` begins with, 0: none. */
static size_t id_at(struct str s)
{
	static const struct {
		size_t len, dash1, dash2;
	} forms[] = {{ID_OLD, 6, 13}, {ID_NEW, 6, 18}};
	for (size_t f = 0; f < COUNT_OF(forms); f++) {
		size_t n = forms[f].len, i = 0;
		for (; i < n && i < s.len; i++)
			if (i == forms[f].dash1 || i == forms[f].dash2 ? s.p[i] != '-' : base62(s.p[i]) < 0)
				break;
		if (i == n && (s.len == n || s.p[n] == ' '))
			return n;
	}
	return 0;
}

/* The id says when the message came. */
static int64_t arrival_of(struct str id, int64_t time_s)
{
	int64_t s = 0;
	for (size_t i = 0; i < ID_SECOND_DIGITS; i++)
		s = s * 62 + base62(id.p[i]);
	return s <= time_s && s > time_s - QUEUE_MAX_S ? s : TIME_NONE;
}

/* Up to the next blank; a part in quotes, from a '"' at the beginning or behind '=', may hold blanks. */
static struct str token(struct str *s)
{
	while (s->len && s->p[0] == ' ')
		*s = str_slice(*s, 1, SIZE_MAX);
	bool quoted = false;
	size_t i = 0;
	for (; i < s->len && (quoted || s->p[i] != ' '); i++) {
		if (s->p[i] == '"')
			quoted = !quoted && (i == 0 || s->p[i - 1] == '=' || s->p[i - 1] == '<');
		else if (quoted && s->p[i] == '\\')
			i++;
	}
	i = i < s->len ? i : s->len;
	struct str t = str_slice(*s, 0, i);
	*s = str_slice(*s, i, SIZE_MAX);
	return t;
}

/* Takes a ':' off the end of *t: text follows then. */
static bool ends_head(struct str *t)
{
	if (t->len == 0 || t->p[t->len - 1] != ':')
		return false;
	t->len--;
	return true;
}

/* Appends `s` to m->text without Exim's escapes: \" and \\ of quoted values, \n between the lines of a reply. */
static struct str unescaped(struct maillog *m, struct str s, bool quoted)
{
	size_t start = m->text.len;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i], next = i + 1 < s.len ? s.p[i + 1] : '\0';
		if (c == '\\' && next == 'n') {
			c = '\n';
			i++;
		} else if (quoted && c == '\\' && (next == '"' || next == '\\')) {
			c = next;
			i++;
		}
		buf_addc(&m->text, c);
	}
	return str_slice(buf_str(&m->text), start, SIZE_MAX);
}

static struct str without_quotes(struct maillog *m, struct str s)
{
	bool quoted = s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"';
	return unescaped(m, quoted ? str_slice(s, 1, s.len - 2) : s, quoted);
}

/* ---- deliveries ---- */

struct delivery {
	struct str recipient, sender, host, answer, text;
};

/* How long it took (log selectors queue_time and deliver_time) stands behind the text, and is no part of it. */
static struct str without_durations(struct str s)
{
	for (;;) {
		size_t at = s.len;
		while (at > 0 && s.p[at - 1] != ' ')
			at--;
		struct str last = str_slice(s, at, SIZE_MAX);
		if (!(str_starts(last, STR("DT=")) || str_starts(last, STR("QT="))) || last.p[last.len - 1] != 's')
			return s;
		s = str_trim(str_slice(s, 0, at));
	}
}

/* "defer (111): Connection refused H=mx.example.com [192.0.2.1]": the host stands behind what the system said. */
static void take_late_host(struct delivery *d)
{
	size_t at = d->host.len ? SIZE_MAX : str_find(d->text, STR(" H="), 0);
	if (at == SIZE_MAX)
		return;
	struct str s = str_slice(d->text, at + 3, SIZE_MAX);
	struct str host = token(&s), address = host.len && host.p[0] == '[' ? host : token(&s);
	if (address.len == 0 || address.p[0] != '[')
		return;
	d->host = host;
	if (str_trim(s).len == 0) /* else Exim's own words are behind it */
		d->text = str_slice(d->text, 0, at);
}

/* "bob@example.com <alias@example.com>" is a delivery to bob. "bob <bob@example.com>", "|/usr/bin/program <bob@…>": within
 * this host, of what was addressed to that. Behind it come up to the first ':' fields, and then text. */
static bool delivery_read(struct str s, struct delivery *d)
{
	struct str t = token(&s);
	bool text = t.len && t.p[0] != ':' && ends_head(&t); /* ":blackhole:" is a place */
	*d = (struct delivery){.recipient = maillog_unbracketed(t)};
	while (!text && s.len) {
		t = token(&s);
		if (t.len == 0)
			break;
		text = ends_head(&t);
		if (t.p[0] == '<' &&
		    (str_find(d->recipient, STR("@"), 0) == SIZE_MAX || !maillog_is_address(d->recipient)))
			d->recipient = maillog_unbracketed(t);
		else if (maillog_skip(&t, "F="))
			d->sender = maillog_unbracketed(t);
		else if (maillog_skip(&t, "H="))
			d->host = t;
		else if (maillog_skip(&t, "C="))
			d->answer = t;
	}
	d->text = without_durations(str_trim(s));
	take_late_host(d);
	return d->recipient.len > 0;
}

/* "mx.example.com", "[192.0.2.1]:25"; else from the text of older versions: "…: host mx.example.com [192.0.2.1]: 550". */
static struct str remote_mta(const struct delivery *d)
{
	struct str h = d->host;
	size_t at = h.len ? SIZE_MAX : str_find(d->text, STR(": host "), 0);
	if (at != SIZE_MAX) {
		h = str_slice(d->text, at + 7, SIZE_MAX);
		h = token(&h);
	}
	if (h.len && h.p[0] == '[')
		return str_slice(h, 1, str_find(h, STR("]"), 0) - 1);
	return h;
}

/* The whole text says most; where it hides the code behind other words, the reply alone has it. */
static void read_status(struct str text, enum outcome outcome, struct status *st)
{
	status_read(text, outcome, st);
	size_t at = str_find(text, STR("error from remote mail server after "), 0);
	size_t end = at == SIZE_MAX ? SIZE_MAX : str_find(text, STR(": "), at);
	if (st->basic || st->enhanced.cls || end == SIZE_MAX)
		return;
	struct str reply = str_slice(text, end + 2, SIZE_MAX);
	if (str_starts(reply, STR("host ")))
		reply = str_slice(reply, str_find(reply, STR("]: "), 0) + 3, SIZE_MAX);
	enum stage stage = st->stage;
	status_read(reply, outcome, st);
	st->stage = stage;
}

static uint64_t key_of(const struct about *a, struct str recipient)
{
	uint64_t key = str_hash(recipient, a->key);
	return key ? key : 1;
}

static bool put(struct maillog *m, struct import_sink *s, const struct about *a, const struct delivery *d,
		enum outcome outcome, bool tried, struct err *e)
{
	struct maillog_delivery put = {
		.key = a->key,
		.source_key = key_of(a, d->recipient),
		.time_s = a->time_s,
		.queued_s = arrival_of(a->id, a->time_s),
		.queue_id = a->id,
		.recipient = d->recipient,
		.remote_mta = remote_mta(d),
		.sender = d->sender,
		.text = outcome == OUTCOME_DELIVERED ? without_quotes(m, d->answer) : unescaped(m, d->text, false),
		.outcome = outcome,
		.tried = tried,
	};
	read_status(put.text, outcome, &put.status);
	if (!tried) { /* older than any try, so that it never hides what one says */
		const struct queue_entry *known = queue_find(m->queue, a->key);
		int64_t queued_s = known ? known->first_s : put.queued_s;
		put.time_s = queued_s != TIME_NONE ? queued_s : a->time_s - QUEUE_MAX_S;
	}
	return maillog_put(m, s, &put, e);
}

/* "=> blackhole (DATA ACL discarded recipients)", "=> discarded (system filter)": of no recipient, and nobody's failure. */
static bool is_discarded(const struct delivery *d)
{
	return str_eq(d->recipient, STR("blackhole")) || str_eq(d->recipient, STR("discarded"));
}

/* Given up, on a line that does not say why: the tries before do. */
static bool is_bare_timeout(struct str text)
{
	return str_eq(text, STR("retry timeout exceeded")) ||
	       (str_starts(text, STR("all hosts ")) && str_find(text, STR(" for a long time"), 0) != SIZE_MAX);
}

static bool on_delivery(struct maillog *m, struct import_sink *s, const struct about *a, enum outcome outcome,
			struct err *e)
{
	struct delivery d;
	if (!delivery_read(a->rest, &d)) {
		s->bad(s, s->line, "a delivery without a recipient");
		return true;
	}
	if (is_discarded(&d))
		return true;
	buf_reset(&m->text);
	if (outcome == OUTCOME_FAILED && is_bare_timeout(d.text))
		return put(m, s, a, &d, OUTCOME_DEFERRED, false, e) &&
		       s->expire(s, key_of(a, d.recipient), a->time_s, 0, d.sender, e);
	/* "retry time not reached": nothing was tried. */
	bool tried = outcome != OUTCOME_DEFERRED || str_find_nocase(d.text, STR("retry time not "), 0) == SIZE_MAX;
	return put(m, s, a, &d, outcome, tried, e);
}

/* ---- what other lines tell ---- */

/* "a@app.example H=app.example [192.0.2.7] P=esmtps S=4711 id=abc@app.example T="Your order" from <a@app.example> for …" */
static void on_arrival(struct maillog *m, const struct about *a)
{
	struct str s = a->rest;
	struct queue_entry *entry = queue_open(m->queue, a->key, a->time_s);
	entry->first_s = a->time_s;
	buf_reset(&m->text);
	queue_set(entry, QUEUE_SENDER, maillog_unbracketed(token(&s)));
	while (s.len) {
		struct str t = token(&s);
		if (maillog_skip(&t, "id="))
			queue_set(entry, QUEUE_MESSAGE_ID, t);
		else if (maillog_skip(&t, "T="))
			queue_set(entry, QUEUE_TITLE, without_quotes(m, t));
		else if (str_eq(t, STR("from")) || str_eq(t, STR("for")))
			break; /* the recipients: their local parts may look like fields */
	}
}

static const struct flag {
	const char *flag;
	enum outcome outcome;
} flags[] = {
	{"=> ", OUTCOME_DELIVERED}, {"-> ", OUTCOME_DELIVERED}, {">> ", OUTCOME_DELIVERED},
	{"** ", OUTCOME_FAILED},    {"== ", OUTCOME_DEFERRED},
};

static bool on_message(struct maillog *m, struct import_sink *s, struct about *a, struct err *e)
{
	a->key = str_hash(a->id, 0);
	a->key = a->key ? a->key : 1;
	if (maillog_skip(&a->rest, "<= "))
		on_arrival(m, a);
	else if (str_eq(a->rest, STR("Completed")) || str_starts(a->rest, STR("Completed ")))
		queue_close(m->queue, a->key);
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (maillog_skip(&a->rest, flags[i].flag))
			return on_delivery(m, s, a, flags[i].outcome, e);
	return true; /* frozen, unfrozen, warnings: the message stays as it is */
}

/* ---- the format ---- */

/* "2026-10-26 10:00:00.123 +0200 [4711] ": behind it, what Exim says. Through syslog the stamp may be there or not. */
static struct str skip_head(struct stamp_clock *c, struct str s, int64_t *time_s, bool *stamped)
{
	size_t used;
	int64_t t;
	*stamped = stamp_log(c, s, &used, &t) && used >= 16 && used < s.len && s.p[used] == ' ';
	if (*stamped) {
		*time_s = t;
		s = str_slice(s, used + 1, SIZE_MAX);
	}
	size_t end = s.len && s.p[0] == '[' ? str_find(s, STR("] "), 0) : SIZE_MAX;
	for (size_t i = 1; i < end && end != SIZE_MAX; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return s;
	return end == SIZE_MAX ? s : str_slice(s, end + 2, SIZE_MAX);
}

bool exim_split(struct maillog *m, struct str line, struct syslog_line *out)
{
	bool stamped;
	*out = (struct syslog_line){.message = line};
	struct str rest = skip_head(&m->clock, line, &out->time_s, &stamped);
	return stamped && id_at(rest);
}

/* "[2/5] ", "[2\\5] ": of a line that was too long for syslog, or that holds line ends. False: the rest is still to come, or
 * a part is missing. Then *s is the whole. */
static bool join_parts(struct maillog *m, const struct syslog_line *l, struct str *s)
{
	int64_t part, parts;
	size_t end = s->len && s->p[0] == '[' ? str_find(str_slice(*s, 0, 16), STR("] "), 0) : SIZE_MAX;
	size_t slash = end == SIZE_MAX ? SIZE_MAX : str_find(*s, STR("/"), 0);
	size_t split = slash < end ? slash : end == SIZE_MAX ? SIZE_MAX : str_find(*s, STR("\\"), 0);
	if (split >= end || !str_to_int(str_slice(*s, 1, split - 1), &part) ||
	    !str_to_int(str_slice(*s, split + 1, end - split - 1), &parts) || part < 1 || part > parts)
		return true;
	uint64_t key = maillog_key(m, l->host, l->tag);
	/* How a part ends is said by its own mark, so by the one before. */
	const char *glue = m->joined.ends_line ? "\n" : "";
	bool known = maillog_join(m, key, part, glue, str_slice(*s, end + 2, SIZE_MAX));
	m->joined.ends_line = s->p[split] == '\\';
	*s = buf_str(&m->joined.text);
	return known && part == parts;
}

bool exim_read(struct maillog *m, struct import_sink *s, const struct syslog_line *l, struct err *e)
{
	struct about a = {.time_s = l->time_s};
	bool stamped;
	struct str message = l->message;
	if (!join_parts(m, l, &message))
		return true;
	struct str rest = skip_head(&m->clock, message, &a.time_s, &stamped);
	size_t n = id_at(rest);
	if (n == 0)
		return true;
	a.id = str_slice(rest, 0, n);
	a.rest = str_slice(rest, n + 1, SIZE_MAX);
	return on_message(m, s, &a, e);
}

/* Words that only Exim has in a main log, where no message is at hand. */
static bool is_eximish(struct str rest)
{
	static const char *const words[] = {"exim ", "Start queue run: ", "End queue run: ", "SMTP connection from "};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_starts(rest, str_of(words[i])))
			return true;
	return str_starts(rest, STR("H=")) && str_find(rest, STR(" rejected "), 0) != SIZE_MAX;
}

static int exim_score(struct str head)
{
	struct stamp_clock c = stamp_clock_of(0, 0);
	struct str all = head, line;
	int known = 0;
	while (str_next(&head, '\n', &line)) {
		int64_t t;
		bool stamped;
		struct str rest = skip_head(&c, line, &t, &stamped);
		if (stamped && id_at(rest))
			return 90;
		known += stamped && is_eximish(rest);
	}
	return known ? 60 : maillog_score(all, MAILLOG_EXIM, 0);
}

const struct import_format import_exim = {
	.name = "exim",
	.help = "Exim main log (mainlog, syslog or journalctl).",
	.score = exim_score,
	.start = maillog_start,
	.file = maillog_file,
	.line = maillog_line,
	.finish = maillog_finish,
};
