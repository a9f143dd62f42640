#include "import/import.h"

#include "log_test.h"

#define AT "Oct 26 10:00:"
#define ID "59QA0012345678"

static void joins_interleaved_lines(void **state)
{
	(void)state;
	struct list l = log_read(
		&import_sendmail, AT
		"00 mx sm-mta[10]: 59QA0012345678: from=<a@app.example>, size=5938, class=0, nrcpts=3, "
		"msgid=<one@app.example>, bodytype=8BITMIME, proto=ESMTP, daemon=MTA, relay=app.example "
		"[192.0.2.7]\n" AT
		"00 mx sendmail[11]: 59QA00aa345678: from=root, size=300, class=0, nrcpts=1, msgid=<two@mx.example>, "
		"relay=root@localhost\n" AT "02 mx sm-mta[12]: 59QA0012345678: to=<bob@example.com>,<eve@example.com>, "
		"ctladdr=<team@app.example> (8/0), "
		"delay=00:00:02, xdelay=00:00:01, mailer=esmtp, pri=245938, relay=mx.example.com. [192.0.2.1], "
		"dsn=5.1.1, "
		"stat=User unknown\n" AT
		"03 mx sendmail[13]: 59QA00aa345678: to=ann@example.org, ctladdr=root (0/0), delay=1+00:00:03, "
		"xdelay=00:00:01, mailer=relay, pri=30300, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (Ok: "
		"queued, as (x))\n" AT "04 mx sm-mta[12]: 59QA0012345678: 59QA0412345679: DSN: User unknown\n" AT
		"04 other sm-mta[12]: 59QA0012345678: to=<bob@example.com>, delay=00:00:01, stat=Sent\n");
	assert_int_equal(l.bad_count, 0);
	assert_int_equal(l.count, 4);
	assert_int_equal(l.expiry_count, 0);
	static const char *const recipients[] = {"bob@example.com", "eve@example.com"};
	for (int i = 0; i < 2; i++) {
		const struct record *r = &l.items[i].record;
		assert_text(r->recipient, recipients[i]);
		assert_text(r->sender, "a@app.example");
		assert_text(r->message_id, "one@app.example");
		assert_text(r->queue_id, ID);
		assert_text(r->remote_mta, "mx.example.com");
		assert_text(r->response, "User unknown");
		assert_int_equal(r->outcome, OUTCOME_FAILED);
		assert_code(r->enhanced, "5.1.1");
		assert_int_equal(r->queued_at, LOG_TEN);
		assert_int_equal(r->time, LOG_TEN + 2);
		assert_int_equal(l.items[i].attempts, 1);
		assert_int_equal(l.items[i].window_s, 0);
	}
	const struct record *r = &l.items[2].record;
	assert_text(r->recipient, "ann@example.org");
	assert_text(r->sender, "root");
	assert_text(r->message_id, "two@mx.example");
	assert_text(r->remote_mta, "127.0.0.1");
	assert_text(r->response, "Ok: queued, as (x)");
	assert_int_equal(r->queued_at, LOG_TEN);

	/* Another host's id is another message; the delay says when it came. */
	r = &l.items[3].record;
	assert_true(r->source_key != l.items[0].record.source_key);
	assert_text(r->sender, "");
	assert_int_equal(r->queued_at, LOG_TEN + 3);
	list_free(&l);
}

static void every_construct(void **state)
{
	(void)state;
#define TO  "to=<bob@example.com>, delay=00:00:02, xdelay=00:00:01, mailer=esmtp, pri=30000, "
#define MX  "relay=mx.example.com. [192.0.2.1], "
#define BOB "bob@example.com"
	static const struct log_case cases[] = {
		{TO MX "dsn=5.1.1, stat=User unknown", BOB, OUTCOME_FAILED, "5.1.1", 0, STAGE_NONE, "mx.example.com",
		 "User unknown"},
		{TO MX "dsn=2.0.0, stat=Sent (ok:  Message 4711 accepted)", BOB, OUTCOME_DELIVERED, "2.0.0", 0,
		 STAGE_NONE, "mx.example.com", "ok:  Message 4711 accepted"},
		{TO "dsn=2.0.0, stat=Sent", BOB, OUTCOME_DELIVERED, "2.0.0", 0, STAGE_NONE, "", ""},
		{TO MX "dsn=4.2.0, stat=Deferred: 451 4.2.0 try later, please", BOB, OUTCOME_DEFERRED, "4.2.0", 451,
		 STAGE_NONE, "mx.example.com", "451 4.2.0 try later, please"},
		{TO MX "dsn=4.0.0, stat=Deferred: Connection refused by mx.example.com.", BOB, OUTCOME_DEFERRED,
		 "4.0.0", 0, STAGE_CONNECT, "mx.example.com", "Connection refused by mx.example.com."},
		{TO MX "dsn=4.0.0, stat=Deferred", BOB, OUTCOME_DEFERRED, "4.0.0", 0, STAGE_NONE, "mx.example.com", ""},
		{"to=\"|/usr/bin/x -y\", ctladdr=bob (1/2), delay=00:00:02, mailer=prog, pri=12, dsn=5.3.0, "
		 "stat=unknown "
		 "mailer error 127",
		 "bob", OUTCOME_FAILED, "5.3.0", 0, STAGE_NONE, "", "unknown mailer error 127"},
		{TO MX "dsn=4.0.0, stat=Cannot send message for 5 days", BOB, OUTCOME_FAILED, "4.0.0", 0, STAGE_NONE,
		 "mx.example.com", "Cannot send message for 5 days"},
		{TO MX "stat=451 4.7.1 Greylisted", BOB, OUTCOME_DEFERRED, "4.7.1", 451, STAGE_NONE, "mx.example.com",
		 "451 4.7.1 Greylisted"},
		{TO "stat=queued", BOB, OUTCOME_QUEUED, "", 0, STAGE_NONE, "", "queued"},
		{TO MX "dsn=5.1.2, stat=Host unknown (Name server: mx.example.com: host not found)", BOB,
		 OUTCOME_FAILED, "5.1.2", 0, STAGE_CONNECT, "mx.example.com",
		 "Host unknown (Name server: mx.example.com: host not found)"},
		{TO MX "dsn=5.0.0, stat=Service unavailable", BOB, OUTCOME_FAILED, "5.0.0", 0, STAGE_NONE,
		 "mx.example.com", "Service unavailable"},
		{TO MX "stat=Service unavailable", BOB, OUTCOME_FAILED, "", 0, STAGE_NONE, "mx.example.com",
		 "Service unavailable"},
		{TO MX "dsn=4.3.0, stat=I/O error", BOB, OUTCOME_DEFERRED, "4.3.0", 0, STAGE_NONE, "mx.example.com",
		 "I/O error"},
		{TO MX "dsn=5.7.1, reply=550 5.7.1 blocked, see our policy, stat=Service unavailable", BOB,
		 OUTCOME_FAILED, "5.7.1", 550, STAGE_NONE, "mx.example.com", "550 5.7.1 blocked, see our policy"},
		{"to=bob@example.com, ctladdr=root (0/0), delay=00:00:00, mailer=local, dsn=2.0.0, stat=Sent", BOB,
		 OUTCOME_DELIVERED, "2.0.0", 0, STAGE_NONE, "", ""},
		{"to=\"|/usr/bin/vacation a, b\", ctladdr=<bob@example.com> (1/1), delay=00:00:00, mailer=prog, "
		 "dsn=5.3.0, "
		 "stat=unknown mailer error 2",
		 BOB, OUTCOME_FAILED, "5.3.0", 0, STAGE_NONE, "", "unknown mailer error 2"},
		{"to=/dev/null, ctladdr=<bob@example.com> (8/0), delay=00:00:00, mailer=*file*, dsn=2.0.0, stat=Sent",
		 BOB, OUTCOME_DELIVERED, "2.0.0", 0, STAGE_NONE, "", ""},
		{"to=<bob@example.com>, [more], delay=00:00:02, dsn=5.1.1, stat=User unknown", BOB, OUTCOME_FAILED,
		 "5.1.1", 0, STAGE_NONE, "", "User unknown"},
		{"ruleset=check_rcpt, arg1=<bob@example.com>, relay=bad.example [192.0.2.9], reject=550 5.7.1 Relaying "
		 "denied",
		 .recipient = NULL},
		{"<bob@example.com>... User unknown", .recipient = NULL},
		{"Milter: to=<bob@example.com>, reject=550 5.7.1 no", .recipient = NULL},
		{"59QA0412345679: DSN: User unknown", .recipient = NULL},
		{"59QA0412345679: sender notify: Warning: could not send message for past 4 hours", .recipient = NULL},
		{"done; delay=00:00:00, ntries=2", .recipient = NULL},
		{"lost input channel from bad.example [192.0.2.9] to MTA after rcpt", .recipient = NULL},
	};
	static const char *const heads[] = {
		AT "00 mx sendmail[7]: " ID ": ",
		AT "00 mx sm-mta[7]: " ID ": ",
		AT "00 mx sm-msp-queue[7]: " ID ": ",
		AT "00.123456 mx sendmail[7]: " ID ": ",
		"2026-10-26T10:00:00+0000 mx sendmail[7]: " ID ": ",
		"2026-10-26T10:00:00.123456+00:00 mx sm-mta[7]: " ID ": ",
		"Mon 2026-10-26 10:00:00 UTC mx sendmail[7]: " ID ": ",
	};
	for (size_t i = 0; i < COUNT_OF(heads); i++)
		log_check(&import_sendmail, heads[i], cases, COUNT_OF(cases));
}

static void many_recipients_in_one_line(void **state)
{
	(void)state;
	struct list l = log_read(&import_sendmail, AT
				 "00 mx sendmail[7]: " ID ": to=<a@example.com>,b@example.com,<\"c, d>\"@example.com>,"
				 "\"e, f\"@example.com,<g@example.com>, delay=00:00:01, dsn=2.0.0, stat=Sent\n");
	static const char *const want[] = {"a@example.com", "b@example.com", "\"c, d>\"@example.com",
					   "\"e, f\"@example.com", "g@example.com"};
	assert_int_equal(l.count, COUNT_OF(want));
	for (size_t i = 0; i < COUNT_OF(want); i++)
		assert_text(l.items[i].record.recipient, want[i]);
	list_free(&l);
}

static void giving_up_is_for_the_message(void **state)
{
	(void)state;
	struct list l = log_read(
		&import_sendmail,
		AT "00 mx sendmail[7]: " ID ": to=<a@example.com>, dsn=4.0.0, stat=Deferred: Connection timed out "
		   "with mx.example.com.\n" AT "05 mx sendmail[7]: " ID
		   ": 59QA0512345679: return to sender: Cannot send message for 5 days\n" AT "06 mx sendmail[7]: " ID
		   ": 59QA0512345680: sender notify: Cannot send message within 5 days\n");
	assert_int_equal(l.count, 1);
	assert_int_equal(l.expiry_count, 2);
	assert_true(l.expiries[0].source_key == l.items[0].record.source_key);
	assert_int_equal(l.expiries[0].time_s, LOG_TEN + 5);
	list_free(&l);
}

/* A refusal at our own door names recipients, but neither mailer nor relay. */
static void refusals_at_the_door(void **state)
{
	(void)state;
#define HEAD AT "00 mx sm-mta[7]: " ID ": "
	struct list l = log_read(&import_sendmail,
				 HEAD "Milter: data, reject=451 4.7.1 Greylisted\n" HEAD
				      "to=<a@example.com>, delay=00:00:01, pri=30512, stat=451 4.7.1 Greylisted\n" HEAD
				      "to=<a@example.com>,<b@example.com>, delay=00:00:01, pri=30512, stat=Blocked\n");
	assert_int_equal(l.count, 0);
	assert_int_equal(l.bad_count, 0);
	list_free(&l);
}

static void addresses_in_words(void **state)
{
	(void)state;
	static const struct {
		const char *field, *want;
	} cases[] = {
		{"Bob <bob@example.com>", "bob@example.com"},
		{"\"Smith, Bob <x>\" <bob@example.com>", "bob@example.com"},
		{"bob@example.com (Bob Smith)", "bob@example.com"},
		{"\\\\bob", "bob"},
		{"<\"bob smith\"@example.com>", "\"bob smith\"@example.com"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b = {0};
		buf_printf(&b, HEAD "to=%s, delay=00:00:01, mailer=local, dsn=5.1.1, stat=User unknown\n",
			   cases[i].field);
		struct list l = log_read(&import_sendmail, b.p);
		assert_int_equal(l.count, 1);
		assert_text(l.items[0].record.recipient, cases[i].want);
		list_free(&l);
		buf_free(&b);
	}
}

/* Copies and parts of a message know what is known of the whole. */
static void clones_and_splits(void **state)
{
	(void)state;
	struct list l = log_read(
		&import_sendmail, HEAD
		"from=<a@app.example>, size=1, class=0, nrcpts=3, msgid=<one@app.example>, relay=app\n" AT
		"01 mx sm-mta[7]: 59QA0112345679: clone " ID ", owner=owner-list@app.example\n" AT
		"02 mx sm-mta[7]: " ID ": split: maxrcpts=1, rcpts=3, count=2, ids=59QA0212345680; 59QA0212345681\n" AT
		"03 mx sm-mta[7]: 59QA0112345679: to=<b@example.com>, mailer=esmtp, dsn=5.0.0, stat=no\n" AT
		"03 mx sm-mta[7]: 59QA0212345681: to=<c@example.com>, mailer=esmtp, dsn=5.0.0, stat=no\n" AT
		"03 mx sm-mta[7]: 59QA0312345682: clone 59QA0000000000, owner=x@app.example\n" AT "03 mx sm-mta[7]: " ID
		": split: nothing\n");
	assert_int_equal(l.count, 2);
	for (int i = 0; i < 2; i++) {
		assert_text(l.items[i].record.message_id, "one@app.example");
		assert_int_equal(l.items[i].record.queued_at, LOG_TEN);
	}
	assert_text(l.items[0].record.sender, "owner-list@app.example");
	assert_text(l.items[1].record.sender, "a@app.example");
	list_free(&l);
}

static void lines_in_parts(void **state)
{
	(void)state;
#define PART(n) AT "00 mx sm-mta[7]: " ID "[" #n "]: "
	struct list l =
		log_read(&import_sendmail,
			 PART(1) "to=<a@example.com>, ...\n" AT "00 mx sm-mta[8]: 59QA0099995678: from=<x@y>\n" PART(
				 2) "<b@example.com>, mailer=esmtp, dsn=5.1.1, ...\n" PART(3) "stat=User unknown\n"
			 /* what is not whole is left out */
			 PART(1) "to=<c@example.com>, mailer=esmtp, ...\n" PART(3) "dsn=5.1.1, stat=no\n" PART(
				 0) "to=<d@example.com>, dsn=5.1.1, stat=no\n");
	assert_int_equal(l.bad_count, 0);
	assert_int_equal(l.count, 2);
	for (int i = 0; i < 2; i++) {
		assert_text(l.items[i].record.recipient, i ? "b@example.com" : "a@example.com");
		assert_code(l.items[i].record.enhanced, "5.1.1");
		assert_text(l.items[i].record.response, "User unknown");
	}
	list_free(&l);
}

static void passes_over_the_rest(void **state)
{
	(void)state;
	struct list l =
		log_read(&import_sendmail,
			 AT "00 mx sendmail[7]: NOQUEUE: connect from bad.example [192.0.2.9]\n" AT
			    "00 mx sendmail[7]: STARTTLS=client, relay=mx.example.com., version=TLSv1.3, verify=OK\n" AT
			    "00 mx postfix/smtp[1]: " ID ": to=<a@example.com>, stat=Sent\n" AT "00 mx cron[1]: " ID
			    ": to=<a@example.com>, stat=Sent\n"
			    "-- Journal begins at Mon 2026-10-26 --\n");
	assert_int_equal(l.count, 0);
	assert_int_equal(l.bad_count, 0);
	list_free(&l);
	l = log_read(&import_sendmail, "no stamp\n" AT "00 mx sendmail[7]: " ID ": to=<a@example.com>, delay=00:0\n" AT
				       "00 mx sendmail[7]: " ID ": to=<>, stat=Sent\n");
	assert_int_equal(l.count, 0);
	assert_int_equal(l.bad_count, 3);
	list_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_interleaved_lines),
		cmocka_unit_test(every_construct),
		cmocka_unit_test(many_recipients_in_one_line),
		cmocka_unit_test(giving_up_is_for_the_message),
		cmocka_unit_test(passes_over_the_rest),
		cmocka_unit_test(refusals_at_the_door),
		cmocka_unit_test(addresses_in_words),
		cmocka_unit_test(clones_and_splits),
		cmocka_unit_test(lines_in_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
