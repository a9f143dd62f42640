#include "import/import.h"
#include "import/queue.h"

#include "log_test.h"

#define AT  "Oct 26 10:00:"
#define ISO "2026-10-26T10:00:"

enum { HOUR = LOG_TEN };

static struct list read_log(const char *text)
{
	return log_read(&import_postfix, text);
}

/* Two messages at once: facts go by queue id. */
static void joins_interleaved_lines(void **state)
{
	(void)state;
	struct list l = read_log(
		AT
		"00 mx postfix/smtpd[1]: 4D2A61F00C: client=app.example[192.0.2.7]\n" AT
		"00 mx postfix/submission/smtpd[2]: 4gXyZ2k4Fbz3Bv: client=app.example[192.0.2.8], "
		"sasl_method=PLAIN\n" AT "01 mx postfix/cleanup[3]: 4gXyZ2k4Fbz3Bv: message-id=<two@app.example>\n" AT
		"01 mx postfix/cleanup[4]: 4D2A61F00C: message-id=<one@app.example>\n" AT
		"01 mx postfix/cleanup[4]: 4D2A61F00C: info: header Subject: News from home from "
		"app.example[192.0.2.7]; "
		"from=<a@app.example> to=<bob@example.com> proto=ESMTP helo=<app.example>\n" AT
		"02 mx postfix/qmgr[5]: 4gXyZ2k4Fbz3Bv: from=<b@app.example>, size=900, nrcpt=1 (queue active)\n" AT
		"02 mx postfix/qmgr[5]: 4D2A61F00C: from=<a@app.example>, size=1200, nrcpt=2 (queue active)\n" AT
		"04 mx postfix/smtp[6]: 4D2A61F00C: to=<bob@example.com>, orig_to=<b@here.example>, "
		"relay=mx1.example.com[198.51.100.4]:25, conn_use=2, delay=4.2, delays=0.1/0/2/2.1, dsn=5.1.1, "
		"status=bounced (host mx1.example.com[198.51.100.4] said: 550 5.1.1 <bob@example.com>: user unknown "
		"(in reply to RCPT TO command))\n" AT
		"05 mx postfix-out/lmtp[7]: 4gXyZ2k4Fbz3Bv: to=<eve@example.org>, relay=mx.example.org[/var/run/lmtp], "
		"delay=5, delays=1/0/2/2, dsn=2.0.0, status=sent (250 2.0.0 Ok (stored))\n" AT
		"05 mx postfix/qmgr[5]: 4D2A61F00C: removed\n" AT
		"06 mx postfix/smtp[6]: 4D2A61F00C: to=<late@example.com>, relay=none, delay=6, dsn=4.4.1, "
		"status=deferred (connect to mx2.example.com[198.51.100.5]:25: Connection timed out)\n");
	assert_int_equal(l.bad_count, 0);
	assert_int_equal(l.count, 3);

	const struct record *r = &l.items[0].record;
	assert_text(r->recipient, "bob@example.com");
	assert_text(r->sender, "a@app.example");
	assert_text(r->message_id, "one@app.example");
	assert_text(r->title, "News from home");
	assert_text(r->queue_id, "4D2A61F00C");
	assert_text(r->remote_mta, "mx1.example.com");
	assert_text(r->response, "host mx1.example.com[198.51.100.4] said: 550 5.1.1 <bob@example.com>: user unknown "
				 "(in reply to RCPT TO command)");
	assert_int_equal(r->outcome, OUTCOME_FAILED);
	assert_code(r->enhanced, "5.1.1");
	assert_int_equal(r->basic, 550);
	assert_int_equal(r->stage, STAGE_RCPT);
	assert_int_equal(r->time, HOUR + 4);
	assert_int_equal(r->queued_at, HOUR);
	assert_int_equal(l.items[0].attempts, 1);
	assert_int_equal(l.items[0].attempt.time, HOUR + 4);
	assert_int_equal(l.items[0].attempt.outcome, OUTCOME_FAILED);
	assert_true(l.items[0].window_s > 5 * 86400); /* a short id comes back */

	r = &l.items[1].record;
	assert_text(r->sender, "b@app.example");
	assert_text(r->message_id, "two@app.example");
	assert_text(r->title, "");
	assert_text(r->remote_mta, "mx.example.org");
	assert_text(r->response, "250 2.0.0 Ok (stored)");
	assert_int_equal(r->outcome, OUTCOME_DELIVERED);
	assert_int_equal(l.items[1].window_s, 0); /* a long one does not */
	assert_true(r->source_key != l.items[0].record.source_key);

	/* After "removed" the id is forgotten; the delay tells when the message came. */
	r = &l.items[2].record;
	assert_text(r->sender, "");
	assert_text(r->remote_mta, "mx2.example.com");
	assert_int_equal(r->outcome, OUTCOME_DEFERRED);
	assert_int_equal(r->queued_at, HOUR);
	assert_true(r->source_key == l.items[0].record.source_key);
	list_free(&l);
}

static void every_status(void **state)
{
	(void)state;
	static const struct {
		const char *status;
		int outcome; /* -1: not tracked */
	} cases[] = {
		{"sent", OUTCOME_DELIVERED}, {"deferred", OUTCOME_DEFERRED},       {"bounced", OUTCOME_FAILED},
		{"expired", OUTCOME_FAILED}, {"SOFTBOUNCE", OUTCOME_DEFERRED},     {"undeliverable", OUTCOME_FAILED},
		{"deliverable", -1},         {"undeliverable-but-not-cached", -1},
	};
	static const char *const agents[] = {"smtp",  "lmtp",  "local",   "virtual",  "pipe",
					     "error", "retry", "discard", "out/smtp", "relay/smtp"};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t k = 0; k < COUNT_OF(agents); k++) {
			struct buf b = {0};
			buf_printf(&b,
				   ISO "00+00:00 mx postfix/%s[1]: AB12CD34: to=<x@example.com>, relay=none, delay=0, "
				       "delays=0/0/0/0, dsn=5.2.2, status=%s (mailbox full)\n",
				   agents[k], cases[i].status);
			struct list l = read_log(b.p);
			assert_int_equal(l.bad_count, 0);
			assert_int_equal(l.count, cases[i].outcome >= 0);
			if (l.count) {
				assert_int_equal(l.items[0].record.outcome, cases[i].outcome);
				assert_text(l.items[0].record.response, "mailbox full");
			}
			list_free(&l);
			buf_free(&b);
		}
	}
}

/* The word of Postfix counts where no server answered. */
static void codes_without_a_reply(void **state)
{
	(void)state;
	struct list l = read_log(
		AT "00 mx postfix/local[1]: AB12CD34: to=nobody@mx.example, relay=local, delay=0.05, dsn=5.1.1, "
		   "status=bounced (unknown user: \"nobody\")\n" AT
		   "01 mx postfix/error[1]: AB12CD35: to=<a@example.com>, relay=none, delay=70000, dsn=4.4.2, "
		   "status=deferred "
		   "(delivery temporarily suspended: lost connection with mx.example.com[192.0.2.1] while sending RCPT "
		   "TO)\n" AT
		   "02 mx postfix/smtp[1]: AB12CD36: to=<a@example.com>, relay=none, delay=3, status=deferred "
		   "(Host or domain name not found)\n");
	assert_int_equal(l.count, 3);
	assert_text(l.items[0].record.recipient, "nobody@mx.example");
	assert_code(l.items[0].record.enhanced, "5.1.1");
	assert_int_equal(l.items[0].record.basic, 0);
	assert_text(l.items[0].record.remote_mta, "local");
	assert_code(l.items[1].record.enhanced, "4.4.2");
	assert_int_equal(l.items[1].record.basic, 0);
	assert_text(l.items[1].record.remote_mta, "mx.example.com");
	assert_int_equal(l.items[1].record.queued_at, HOUR + 1 - 70000);
	assert_code(l.items[2].record.enhanced, "");
	assert_text(l.items[2].record.remote_mta, "");
	list_free(&l);
}

static void expiry_has_its_own_line(void **state)
{
	(void)state;
	struct list l = read_log(
		AT "00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, relay=none, delay=3, dsn=4.4.1, "
		   "status=deferred (connect to mx.example.com[192.0.2.1]:25: Connection refused)\n" AT
		   "01 mx postfix/qmgr[1]: AB12CD34: from=<s@app.example>, status=expired, returned to sender\n" AT
		   "02 mx postfix/qmgr[1]: AB12CD35: from=<>, status=force-expired, returned to sender\n");
	assert_int_equal(l.count, 1);
	assert_int_equal(l.expiry_count, 2);
	assert_true(l.expiries[0].source_key == l.items[0].record.source_key);
	assert_int_equal(l.expiries[0].time_s, HOUR + 1);
	assert_text(l.expiries[0].sender, "s@app.example");
	assert_text(l.expiries[1].sender, "");
	list_free(&l);
}

/* What looks like a result and is none. */
static void passes_over_the_rest(void **state)
{
	(void)state;
	struct list l = read_log(
		AT
		"00 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from bad.example[192.0.2.9]: 550 5.1.1 <a@example.com>: "
		"user unknown; from=<x@bad.example> to=<a@example.com> proto=ESMTP helo=<bad.example>\n" AT
		"00 mx postfix/cleanup[1]: AB12CD34: milter-reject: END-OF-MESSAGE from bad.example[192.0.2.9]: 5.7.1 "
		"Blocked; from=<x@bad.example> to=<a@example.com> proto=ESMTP helo=<bad.example>\n" AT
		"00 mx postfix/postscreen[1]: NOQUEUE: reject: RCPT from [192.0.2.9]:2413: 550 5.5.1 Protocol error; "
		"from=<x@bad.example>, to=<a@example.com>, proto=SMTP, helo=<bad.example>\n" AT
		"00 mx postfix/smtp[1]: AB12CD34: host mx.example.com[192.0.2.1] said: 450 4.2.0 try again\n" AT
		"00 mx postfix/bounce[1]: AB12CD34: sender non-delivery notification: AB12CD35\n" AT
		"00 mx postfix/smtp[1]: warning: to=<a@example.com>, status=sent (no)\n" AT
		"00 mx cron[1]: AB12CD34: to=<a@example.com>, relay=none, status=sent (ok)\n" AT
		"00 mx sshd[1]: Accepted publickey for root\n" AT "00 mx last message repeated 2 times\n"
		"\n");
	assert_int_equal(l.count, 0);
	assert_int_equal(l.bad_count, 0);
	list_free(&l);
}

static void counts_malformed_lines(void **state)
{
	(void)state;
	struct list l =
		read_log("no stamp at all\n" AT "00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, relay=no\n" AT
			 "00 mx postfix/smtp[1]: AB12CD34: to=<>, relay=none, status=sent (x)\n" AT
			 "00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, status=lost (x)\n" AT
			 "00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, status=sent\r\n" AT
			 "00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, status=bounced (cut off he\n");
	assert_int_equal(l.bad_count, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(l.bad[i].line, i + 1);
	assert_int_equal(l.count, 2);
	assert_text(l.items[0].record.response, "");
	assert_text(l.items[1].record.response, "cut off he");
	list_free(&l);
}

/* An id is up to 5 digits of time and 16 of an inode. */
static void the_longest_id(void **state)
{
	(void)state;
	struct list l = read_log(AT "00 mx postfix/smtp[1]: ED06590130AA1C9D6D862: to=<a@example.com>, relay=none, "
				    "status=bounced (no)\n");
	assert_int_equal(l.count, 1);
	assert_text(l.items[0].record.queue_id, "ED06590130AA1C9D6D862");
	list_free(&l);
}

static void odd_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *field, *want;
	} cases[] = {
		{"<\"a, relay=b>, c\"@example.com>", "\"a, relay=b>, c\"@example.com"},
		{"<\"no end@example.com>", "\"no end@example.com"},
		{"<a>b@example.com>", "a>b@example.com"},
		{"<Bob.O'Hara+x=y@EXAMPLE.com>", "Bob.O'Hara+x=y@EXAMPLE.com"},
		{"<\xff\xfe@example.com>", "\xff\xfe@example.com"},
		{"<zo\xc3\xab@example.com>", "zo\xc3\xab@example.com"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b = {0};
		buf_printf(&b,
			   AT "00 mx postfix/smtp[1]: AB12CD34: to=%s, relay=mx.example.com[192.0.2.1]:25, delay=1, "
			      "dsn=2.0.0, status=sent (250 ok)\n",
			   cases[i].field);
		struct list l = read_log(b.p);
		assert_int_equal(l.count, 1);
		assert_text(l.items[0].record.recipient, cases[i].want);
		assert_text(l.items[0].record.remote_mta, "mx.example.com");
		list_free(&l);
		buf_free(&b);
	}
}

/* A sender in a Subject cannot end it early, and one without "from" stays whole. */
static void title_ends_where_the_log_ends_it(void **state)
{
	(void)state;
	struct list l =
		read_log(AT "00 mx postfix/cleanup[4]: AB12CD34: warning: header Subject: a from b; from=<x@y> c from "
			    "local; from=<s@app.example> to=<t@example.com>\n" AT
			    "00 mx postfix/smtp[1]: AB12CD34: to=<t@example.com>, status=sent (x)\n");
	assert_int_equal(l.count, 1);
	assert_text(l.items[0].record.title, "a from b; from=<x@y> c");
	list_free(&l);
}

static void recognises_its_own(void **state)
{
	(void)state;
	assert_true(import_postfix.score(STR("Oct 26 10:00:00 mx sshd[1]: x\nOct 26 10:00:00 mx postfix/qmgr[1]: A")) >=
		    IMPORT_SCORE_SURE);
	assert_true(import_postfix.score(STR("2026-10-26T10:00:00+0200 mx postfix-out/smtp[1]: A")) >=
		    IMPORT_SCORE_SURE);
	int other = import_postfix.score(STR("Oct 26 10:00:00 mx sshd[1]: x\n"));
	assert_true(other > 0 && other < IMPORT_SCORE_SURE);
	assert_int_equal(import_postfix.score(STR("recipient,status\na@example.com,550\n")), 0);
	assert_int_equal(import_postfix.score(STR("\0\1\2\3")), 0);
	assert_int_equal(import_postfix.score(STR("")), 0);
}

/* However many messages, the memory is the same; those heard of last are still known. */
static void queue_forgets_the_oldest(void **state)
{
	(void)state;
	enum { MANY = 200000 };
	struct queue *q = queue_new();
	for (uint64_t key = 1; key <= MANY; key++) {
		char text[32];
		snprintf(text, sizeof text, "%llu", (unsigned long long)key);
		queue_set(queue_open(q, key, 0), QUEUE_SENDER, str_of(text));
	}
	assert_null(queue_find(q, 1));
	assert_text(queue_get(queue_find(q, MANY), QUEUE_SENDER), "200000");
	queue_close(q, MANY);
	assert_null(queue_find(q, MANY));
	assert_text(queue_get(NULL, QUEUE_SENDER), "");

	struct queue_entry *entry = queue_open(q, MANY + 1, 7);
	queue_set(entry, QUEUE_TITLE, STR("kept"));
	char big[QUEUE_TEXT_MAX * 2];
	for (int i = 0; i < 100; i++) { /* a fact that changes all the time does not pile up */
		memset(big, 'a' + i % 2, sizeof big);
		queue_set(entry, QUEUE_SENDER, (struct str){big, sizeof big});
	}
	assert_int_equal(queue_get(entry, QUEUE_SENDER).len, QUEUE_TEXT_MAX);
	assert_int_equal(queue_get(entry, QUEUE_SENDER).p[0], 'b');
	assert_text(queue_get(entry, QUEUE_TITLE), "kept");
	assert_true(entry->text.cap < 16 * QUEUE_TEXT_MAX);
	queue_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_interleaved_lines),
		cmocka_unit_test(every_status),
		cmocka_unit_test(codes_without_a_reply),
		cmocka_unit_test(expiry_has_its_own_line),
		cmocka_unit_test(passes_over_the_rest),
		cmocka_unit_test(counts_malformed_lines),
		cmocka_unit_test(odd_addresses),
		cmocka_unit_test(the_longest_id),
		cmocka_unit_test(title_ends_where_the_log_ends_it),
		cmocka_unit_test(recognises_its_own),
		cmocka_unit_test(queue_forgets_the_oldest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
