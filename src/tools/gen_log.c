/* gen_log.c - writes a believable Postfix log for tests and the bench: gen_log LINES [SEED] [rfc3339] > mail.log
 *
 * Deterministic: the same arguments give the same bytes. Messages overlap as on a busy server: each is a chain of
 * steps, and a heap by time decides whose step is next. What was deferred is tried again at growing intervals, and
 * after five days expires. Reserved names and addresses only.
 */
#include "base.h"

#include <stdlib.h>

enum {
	START_S = 1790762400, /* 2026-09-30 10:00:00 UTC */
	NEW_EVERY_MS = 4000,  /* messages come so far apart on average: a million lines are ten days */
	LIFETIME_MS = 5 * 86400 * 1000,
	RETRY_MS = 300 * 1000,
	RETRY_MAX_MS = 4000 * 1000,
};

/* What becomes of a try, in a thousand. %h: the host with its address, %r: the recipient, %q: a queue id there. */
static const struct answer {
	int weight;
	const char *status, *dsn, *relay, *text;
} answers[] = {
	{850, "sent", "2.0.0", "%h:25", "250 2.0.0 Ok: queued as %q"},
	{45, "sent", "2.6.0", "%h:25", "250 2.6.0 <%q@app.example> Queued mail for delivery"},
	{5, "sent", "2.0.0", "local", "delivered to mailbox"},
	{20, "bounced", "5.1.1", "%h:25", "host %h said: 550 5.1.1 <%r>: user unknown (in reply to RCPT TO command)"},
	{6, "bounced", "5.2.2", "%h:25", "host %h said: 552 5.2.2 <%r>: mailbox full (in reply to RCPT TO command)"},
	{5, "bounced", "5.7.1", "%h:25", "host %h said: 554 5.7.1 Refused by policy (in reply to end of DATA command)"},
	{3, "bounced", "5.7.26", "%h:25",
	 "host %h said: 550-5.7.26 Unauthenticated email is not accepted. 550-5.7.26 Set up SPF or DKIM 550 5.7.26 for "
	 "the "
	 "sending domain. (in reply to end of DATA command)"},
	{3, "bounced", "5.0.0", "%h:25", "host %h said: 550 Not today, not ever (in reply to RCPT TO command)"},
	{5, "bounced", "5.4.4", "none",
	 "Host or domain name not found. Name service error for name=%r: Host not found"},
	{22, "deferred", "4.2.0", "%h:25", "host %h said: 450 4.2.0 <%r>: Greylisted (in reply to RCPT TO command)"},
	{10, "deferred", "4.4.1", "none", "connect to %h:25: Connection timed out"},
	{8, "deferred", "4.4.2", "%h:25", "lost connection with %h while receiving the initial server greeting"},
	{9, "deferred", "4.3.2", "%h:25", "host %h said: 451 4.3.2 Busy, come back (in reply to MAIL FROM command)"},
	{9, "deferred", "4.7.1", "%h:25", "host %h refused to talk to me: 421 4.7.1 Too many connections"},
};
enum { FIRST_DEFERRED = 9, ANSWERS = COUNT_OF(answers) };

enum step { CLIENT, MESSAGE_ID, TITLE, ACTIVE, TRY, REMOVE, EXPIRE, NOTIFY, NOISE };

struct message {
	int64_t due_ms, came_ms;
	uint64_t number;
	enum step step;
	int tries;
	bool hopeless; /* will never be taken */
};

struct generator {
	struct message *heap;
	size_t count, cap;
	uint64_t random;
	bool rfc3339;
	struct buf out;
};

static uint64_t mix(uint64_t z) /* splitmix64 */
{
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static int below(struct generator *g, int n)
{
	return (int)(mix(g->random += 0x9E3779B97F4A7C15u) % (uint64_t)n);
}

/* ---- whose step is next ---- */

static bool sooner(const struct message *a, const struct message *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->number < b->number;
}

static void push(struct generator *g, struct message m)
{
	if (g->count == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 1024;
		g->heap = realloc(g->heap, g->cap * sizeof *g->heap);
		if (!g->heap)
			die("out of memory");
	}
	size_t i = g->count++;
	for (; i && sooner(&m, &g->heap[(i - 1) / 2]); i = (i - 1) / 2)
		g->heap[i] = g->heap[(i - 1) / 2];
	g->heap[i] = m;
}

static struct message pop(struct generator *g)
{
	struct message top = g->heap[0], last = g->heap[--g->count];
	size_t i = 0;
	for (size_t k; (k = 2 * i + 1) < g->count; i = k) {
		if (k + 1 < g->count && sooner(&g->heap[k + 1], &g->heap[k]))
			k++;
		if (!sooner(&g->heap[k], &last))
			break;
		g->heap[i] = g->heap[k];
	}
	g->heap[i] = last;
	return top;
}

/* ---- lines ---- */

static void add_head(struct generator *g, int64_t ms, const char *program, uint64_t pid)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c = civil_of(START_S + ms / 1000);
	if (g->rfc3339)
		buf_printf(&g->out, "%04d-%02d-%02dT%02d:%02d:%02d.%03d000+00:00", (int)c.year, c.month, c.day, c.hour,
			   c.minute, c.second, (int)(ms % 1000));
	else
		buf_printf(&g->out, "%.3s %2d %02d:%02d:%02d", months + ((size_t)c.month - 1) * 3, c.day, c.hour,
			   c.minute, c.second);
	buf_printf(&g->out, " mx1 %s[%d]: ", program, (int)(pid % 30000 + 1000));
}

/* Even numbers have a short id, odd ones a long one: 6 letters of seconds, 4 of microseconds, z, the inode. */
static void add_queue_id(struct buf *b, const struct message *m)
{
	static const char letters[] = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxy";
	if (m->number % 2 == 0) {
		buf_printf(b, "%010llX", (unsigned long long)(m->number * 0x9E3779B1u % ((uint64_t)1 << 40)));
		return;
	}
	char id[17] = "4000000000z000000";
	uint64_t time = (uint64_t)m->came_ms, inode = m->number;
	for (int i = 9; i > 0; i--, time /= 51)
		id[i] = letters[time % 51];
	for (int i = 16; i > 10; i--, inode /= 51)
		id[i] = letters[inode % 51];
	buf_add(b, (struct str){id, sizeof id});
}

static void add_line_head(struct generator *g, const struct message *m, const char *program)
{
	add_head(g, m->due_ms, program, mix(m->number + (uint64_t)m->step));
	add_queue_id(&g->out, m);
	buf_add(&g->out, STR(": "));
}

static void add_sender(struct buf *b, const struct message *m)
{
	buf_printf(b, "%s@app%d.example", mix(m->number) % 3 ? "orders" : "news", (int)(mix(m->number + 1) % 20));
}

static void add_recipient(struct buf *b, const struct message *m)
{
	static const char *const names[] = {"ann", "bob", "carol", "dan", "eve", "frank", "grace", "heidi"};
	static const char *const domains[] = {"example.com", "example.net", "example.org"};
	uint64_t r = mix(m->number + 2);
	buf_printf(b, "%s.%d@m%d.%s", names[r % 8], (int)(r / 8 % 40000), (int)(r / 1000003 % 400), domains[r / 7 % 3]);
}

static void add_filled(struct buf *b, const char *text, const struct message *m)
{
	uint64_t r = mix(m->number + 2);
	for (; *text; text++) {
		if (*text != '%') {
			buf_addc(b, *text);
			continue;
		}
		switch (*++text) {
		case 'h':
			buf_printf(b, "mx.m%d.example.net[198.51.100.%d]", (int)(r / 1000003 % 400), (int)(r % 250));
			break;
		case 'r':
			add_recipient(b, m);
			break;
		default:
			buf_printf(b, "%08X", (unsigned)(mix(m->number + 3) & 0xFFFFFFFF));
		}
	}
}

static const struct answer *choose_answer(struct generator *g, struct message *m)
{
	if (m->hopeless)
		return &answers[FIRST_DEFERRED + below(g, ANSWERS - FIRST_DEFERRED)];
	int at = below(g, 1000);
	size_t i = 0;
	while (at >= answers[i].weight)
		at -= answers[i++].weight;
	if (i >= FIRST_DEFERRED && m->tries == 0)
		m->hopeless = below(g, 100) < 6;
	return &answers[i];
}

static void try_once(struct generator *g, struct message *m)
{
	const struct answer *a = choose_answer(g, m);
	m->tries++;
	add_line_head(g, m, str_eq(str_of(a->relay), STR("local")) ? "postfix/local" : "postfix/smtp");
	buf_add(&g->out, STR("to=<"));
	add_recipient(&g->out, m);
	buf_add(&g->out, STR(">, relay="));
	add_filled(&g->out, a->relay, m);
	int64_t delay_ms = m->due_ms - m->came_ms;
	buf_printf(&g->out, ", delay=%d.%d, delays=0.1/0/0.5/%d, dsn=%s, status=%s (", (int)(delay_ms / 1000),
		   (int)(delay_ms / 100 % 10), (int)(delay_ms / 1000), a->dsn, a->status);
	add_filled(&g->out, a->text, m);
	buf_add(&g->out, STR(")\n"));
	if (str_eq(str_of(a->status), STR("deferred"))) {
		int64_t wait_ms = RETRY_MS << (m->tries < 4 ? m->tries : 4);
		m->step = delay_ms > LIFETIME_MS ? EXPIRE : ACTIVE;
		m->due_ms += m->step == EXPIRE ? 1 : wait_ms < RETRY_MAX_MS ? wait_ms : RETRY_MAX_MS;
	} else {
		m->step = str_eq(str_of(a->status), STR("bounced")) ? NOTIFY : REMOVE;
	}
}

static void active(struct generator *g, struct message *m)
{
	add_line_head(g, m, "postfix/qmgr");
	buf_add(&g->out, STR("from=<"));
	add_sender(&g->out, m);
	buf_printf(&g->out, ">, size=%d, nrcpt=1 (queue active)\n", 900 + (int)(m->number % 50000));
	m->step = TRY;
	m->due_ms += 100 + below(g, 4000);
}

/* What other programs log, and rejects at our own door. */
static void noise(struct generator *g, const struct message *m)
{
	int client = below(g, 250);
	if (m->number % 3 == 0) {
		add_head(g, m->due_ms, "sshd", m->number);
		buf_printf(&g->out, "Connection closed by 203.0.113.%d port 4711\n", client);
		return;
	}
	add_head(g, m->due_ms, "postfix/smtpd", m->number);
	if (m->number % 3 == 1) {
		buf_printf(&g->out, "disconnect from unknown[203.0.113.%d] ehlo=1 quit=1 commands=2\n", client);
		return;
	}
	buf_printf(&g->out, "NOQUEUE: reject: RCPT from unknown[203.0.113.%d]: 554 5.7.1 <", client);
	add_recipient(&g->out, m);
	buf_add(&g->out, STR(">: Relay access denied; from=<x@spam.example> to=<"));
	add_recipient(&g->out, m);
	buf_add(&g->out, STR("> proto=ESMTP helo=<spam.example>\n"));
}

/* One line of the message, and its next step. False: that was the last. */
static bool step(struct generator *g, struct message *m)
{
	switch (m->step) {
	case CLIENT:
		add_line_head(g, m, "postfix/smtpd");
		buf_printf(&g->out, "client=app.example[192.0.2.%d]\n", (int)(m->number % 250));
		m->step = MESSAGE_ID;
		break;
	case MESSAGE_ID:
		add_line_head(g, m, "postfix/cleanup");
		buf_printf(&g->out, "message-id=<%llu.%x@app.example>\n", (unsigned long long)m->number,
			   (unsigned)mix(m->number) % 65536);
		m->step = m->number % 4 ? ACTIVE : TITLE;
		break;
	case TITLE:
		add_line_head(g, m, "postfix/cleanup");
		buf_printf(&g->out, "info: header Subject: Your order %d from app.example[192.0.2.%d]; from=<",
			   (int)(m->number % 100000), (int)(m->number % 250));
		add_sender(&g->out, m);
		buf_add(&g->out, STR("> to=<"));
		add_recipient(&g->out, m);
		buf_add(&g->out, STR("> proto=ESMTP helo=<app.example>\n"));
		m->step = ACTIVE;
		break;
	case ACTIVE:
		active(g, m);
		return true;
	case TRY:
		try_once(g, m);
		return true;
	case EXPIRE:
		add_line_head(g, m, "postfix/qmgr");
		buf_add(&g->out, STR("from=<"));
		add_sender(&g->out, m);
		buf_add(&g->out, STR(">, status=expired, returned to sender\n"));
		m->step = NOTIFY;
		break;
	case NOTIFY:
		add_line_head(g, m, "postfix/bounce");
		buf_printf(&g->out, "sender non-delivery notification: %010X\n", (unsigned)mix(m->number + 9) >> 4);
		m->step = REMOVE;
		break;
	case REMOVE:
		add_line_head(g, m, "postfix/qmgr");
		buf_add(&g->out, STR("removed\n"));
		return false;
	case NOISE:
		noise(g, m);
		return false;
	}
	m->due_ms += 1 + below(g, 60);
	return true;
}

int main(int argc, char **argv)
{
	int64_t lines = 0, seed = 1;
	bool rfc3339 = argc > 3 && str_eq(str_of(argv[3]), STR("rfc3339"));
	if (argc < 2 || argc > 4 || !str_to_int(str_of(argv[1]), &lines) || lines < 1 ||
	    (argc > 2 && !str_to_int(str_of(argv[2]), &seed)) || (argc > 3 && !rfc3339)) {
		fputs("usage: gen_log LINES [SEED] [rfc3339] > mail.log\n", stderr);
		return 2;
	}
	struct generator g = {.random = mix((uint64_t)seed), .rfc3339 = rfc3339};
	uint64_t number = (uint64_t)seed << 32;
	struct message next = {.number = number};
	for (int64_t n = 0; n < lines; n++) {
		if (g.count == 0 || !sooner(&g.heap[0], &next)) {
			push(&g, next);
			number++;
			next = (struct message){.number = number, .due_ms = next.due_ms + below(&g, 2 * NEW_EVERY_MS)};
			next.came_ms = next.due_ms;
			next.step = below(&g, 5) == 0 ? NOISE : CLIENT;
		}
		struct message m = pop(&g);
		if (step(&g, &m))
			push(&g, m);
		if (g.out.len > 60000) {
			fwrite(g.out.p, 1, g.out.len, stdout);
			buf_reset(&g.out);
		}
	}
	fwrite(g.out.p, 1, g.out.len, stdout);
	buf_free(&g.out);
	free(g.heap);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
