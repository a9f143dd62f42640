#include "import/import.h"

#include "log_test.h"

#define AT "2026-10-26 10:00:"
/* Made at 2026-10-26 09:59:50 by its own account. */
#define ID  "1vCxNK-000abc-1A"
#define ID2 "1vCxNK-00000000abd-1Bcd"

static void joins_interleaved_lines(void **state)
{
	(void)state;
	struct list l = log_read(
		&import_exim, AT
		"00 " ID
		" <= a@app.example H=app.example (helo.example) [192.0.2.7] P=esmtps X=TLS1.3:AES_256:256 CV=no "
		"S=1234 id=one@app.example T=\"News \\\"from\\\" id=home \\\\o/\" from <a@app.example> for "
		"bob@example.com "
		"id=fake@example.com\n" AT "00 [4711] " ID2 " <= <> R=" ID
		" U=Debian-exim P=local S=900 id=two@app.example\n" AT "02 " ID
		" => bob@example.com F=<a@app.example> R=dnslookup T=remote_smtp H=mx1.example.com [198.51.100.4] "
		"X=TLS1.3:AES_256:256 CV=yes DN=\"/C=GB, CN=a: b\" C=\"250 2.0.0 Ok: \\\"queued\\\"\" QT=2s DT=1s\n" AT
		"03 [4712] " ID2
		" ** eve@example.org R=dnslookup T=remote_smtp H=mx.example.org [198.51.100.5]: SMTP error "
		"from remote mail server after RCPT TO:<eve@example.org>: 550-5.1.1 no such\\n550 5.1.1 user\n" AT
		"03 " ID
		" -> ann@example.com R=dnslookup T=remote_smtp H=mx1.example.com [198.51.100.4] C=\"250 Ok\"\n" AT
		"04 " ID " Completed\n" AT "04 " ID2 " Completed\n" AT "05 " ID
		" => late@example.com R=dnslookup T=remote_smtp H=mx1.example.com [198.51.100.4] C=\"250 Ok\"\n");
	assert_int_equal(l.bad_count, 0);
	assert_int_equal(l.count, 4);
	const struct record *r = &l.items[0].record;
	assert_text(r->recipient, "bob@example.com");
	assert_text(r->sender, "a@app.example");
	assert_text(r->message_id, "one@app.example");
	assert_text(r->title, "News \"from\" id=home \\o/");
	assert_text(r->queue_id, ID);
	assert_text(r->remote_mta, "mx1.example.com");
	assert_text(r->response, "250 2.0.0 Ok: \"queued\"");
	assert_int_equal(r->outcome, OUTCOME_DELIVERED);
	assert_int_equal(r->time, LOG_TEN + 2);
	assert_int_equal(r->queued_at, LOG_TEN);
	assert_int_equal(l.items[0].attempts, 1);
	assert_int_equal(l.items[0].window_s, 0);

	r = &l.items[1].record;
	assert_text(r->recipient, "eve@example.org");
	assert_text(r->sender, "");
	assert_text(r->message_id, "two@app.example");
	assert_text(r->queue_id, ID2);
	assert_text(r->response,
		    "SMTP error from remote mail server after RCPT TO:<eve@example.org>: 550-5.1.1 no such\n"
		    "550 5.1.1 user");
	assert_code(r->enhanced, "5.1.1");
	assert_int_equal(r->basic, 550);
	assert_int_equal(r->stage, STAGE_RCPT);
	assert_text(l.items[1].attempt.response, "SMTP error from remote mail server after RCPT TO:<eve@example.org>: "
						 "550-5.1.1 no such\n550 5.1.1 user");

	assert_text(l.items[2].record.recipient, "ann@example.com");
	assert_text(l.items[2].record.sender, "a@app.example");
	assert_true(l.items[2].record.source_key != l.items[0].record.source_key); /* each is given up alone */

	/* After "Completed" the message is forgotten; its id still says when it came. */
	assert_text(l.items[3].record.sender, "");
	assert_text(l.items[3].record.message_id, "");
	assert_true(l.items[3].record.queued_at < LOG_TEN && l.items[3].record.queued_at > LOG_TEN - 366 * 86400);
	list_free(&l);
}

static void every_construct(void **state)
{
	(void)state;
#define RCPT "SMTP error from remote mail server after RCPT TO:<bob@example.com>: "
	static const struct log_case cases[] = {
		{"** bob@example.com F=<a@app.example> R=dnslookup T=remote_smtp: " RCPT
		 "host mx.example.net [192.0.2.1]: 550 5.1.1 <bob@example.com>: unknown",
		 "bob@example.com", OUTCOME_FAILED, "5.1.1", 550, STAGE_RCPT, "mx.example.net",
		 RCPT "host mx.example.net [192.0.2.1]: 550 5.1.1 <bob@example.com>: unknown"},
		{"== bob@example.com R=dnslookup T=remote_smtp defer (-44) H=mx.example.net [192.0.2.1]: " RCPT
		 "450 4.2.0 greylisted",
		 "bob@example.com", OUTCOME_DEFERRED, "4.2.0", 450, STAGE_RCPT, "mx.example.net",
		 RCPT "450 4.2.0 greylisted"},
		{"== bob@example.com R=dnslookup T=remote_smtp defer (110) H=mx.example.net [2001:db8::1]:25: "
		 "Connection timed out",
		 "bob@example.com", OUTCOME_DEFERRED, "", 0, STAGE_CONNECT, "mx.example.net", "Connection timed out"},
		{"== bob@example.com R=dnslookup T=remote_smtp defer (111): Connection refused H=mx.example.net "
		 "[192.0.2.1]:25",
		 "bob@example.com", OUTCOME_DEFERRED, "", 0, STAGE_CONNECT, "mx.example.net", "Connection refused"},
		{"== bob@example.com R=x T=y defer (111): Connection refused H=[192.0.2.1]: later", "bob@example.com",
		 OUTCOME_DEFERRED, "", 0, STAGE_CONNECT, "192.0.2.1", "Connection refused H=[192.0.2.1]: later"},
		{"== bob@example.com R=x defer (-1): a H=b c", "bob@example.com", OUTCOME_DEFERRED, "", 0, STAGE_NONE,
		 "", "a H=b c"},
		{"== bob@example.com R=dnslookup defer (-1): host lookup did not complete", "bob@example.com",
		 OUTCOME_DEFERRED, "", 0, STAGE_NONE, "", "host lookup did not complete"},
		{"** bob@example.com: Unrouteable address", "bob@example.com", OUTCOME_FAILED, "", 0, STAGE_NONE, "",
		 "Unrouteable address"},
		{"** bob@example.com F=<>: Unrouteable address QT=1s DT=0.000s", "bob@example.com", OUTCOME_FAILED, "",
		 0, STAGE_NONE, "", "Unrouteable address"},
		{"== bob@example.com R=dnslookup T=remote_smtp defer (-44) H=mx.example.net [192.0.2.1] DT=0.1s: " RCPT
		 "450 no",
		 "bob@example.com", OUTCOME_DEFERRED, "", 450, STAGE_RCPT, "mx.example.net", RCPT "450 no"},
		{"== bob@here.example <bob@example.com> R=local T=spool defer (-1) DT=0.005s", "bob@here.example",
		 OUTCOME_DEFERRED, "", 0, STAGE_NONE, "", ""},
		{"** bob@example.com <alias@example.com>: Unrouteable address", "bob@example.com", OUTCOME_FAILED, "",
		 0, STAGE_NONE, "", "Unrouteable address"},
		{"** bob@example.com R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.1]: " RCPT
		 "451 4.7.1 greylisted: retry timeout exceeded",
		 "bob@example.com", OUTCOME_FAILED, "4.7.1", 451, STAGE_RCPT, "mx.example.net",
		 RCPT "451 4.7.1 greylisted: retry timeout exceeded"},
		{"** bob@example.com R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.1] X=TLS1.2:RSA:256 CV=yes: "
		 "SMTP error "
		 "from remote mail server after end of data: 554 5.7.1 spam",
		 "bob@example.com", OUTCOME_FAILED, "5.7.1", 554, STAGE_END_OF_DATA, "mx.example.net",
		 "SMTP error from remote mail server after end of data: 554 5.7.1 spam"},
		{"** bob@example.com R=dnslookup T=remote_smtp H=[192.0.2.1] : SMTP error from remote mail server "
		 "after EHLO "
		 "app.example: 550 go away",
		 "bob@example.com", OUTCOME_FAILED, "", 550, STAGE_EHLO, "192.0.2.1",
		 "SMTP error from remote mail server after EHLO app.example: 550 go away"},
		{"=> bob <bob@example.com> R=local_user T=mail_spool", "bob@example.com", OUTCOME_DELIVERED, "", 0,
		 STAGE_NONE, "", ""},
		{"=> bob <bob@example.com> <team@example.com> R=local_user T=mail_spool", "bob@example.com",
		 OUTCOME_DELIVERED, "", 0, STAGE_NONE, "", ""},
		{"=> bob@example.net <alias@example.com> R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.1] "
		 "C=\"250 2.1.5 "
		 "Ok\"",
		 "bob@example.net", OUTCOME_DELIVERED, "2.1.5", 250, STAGE_NONE, "mx.example.net", "250 2.1.5 Ok"},
		{"-> |/usr/bin/vacation <bob@example.com> R=userforward T=address_pipe", "bob@example.com",
		 OUTCOME_DELIVERED, "", 0, STAGE_NONE, "", ""},
		{"-> /var/mail/archive <bob@example.com> R=system_aliases T=address_file", "bob@example.com",
		 OUTCOME_DELIVERED, "", 0, STAGE_NONE, "", ""},
		{"=> :blackhole: <bob@example.com> R=system_aliases", "bob@example.com", OUTCOME_DELIVERED, "", 0,
		 STAGE_NONE, "", ""},
		{"=> \"bob smith\"@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.1]",
		 "\"bob smith\"@example.com", OUTCOME_DELIVERED, "", 0, STAGE_NONE, "mx.example.com", ""},
		{">> bob@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.1] C=\"250 ok\"",
		 "bob@example.com", OUTCOME_DELIVERED, "", 250, STAGE_NONE, "mx.example.com", "250 ok"},
		{"*> bob@example.com R=dnslookup T=remote_smtp", .recipient = NULL},
		{"Completed", .recipient = NULL},
		{"Frozen", .recipient = NULL},
		{"*** Frozen (delivery error message)", .recipient = NULL},
		{"Message is frozen", .recipient = NULL},
		{"Unfrozen by forced delivery", .recipient = NULL},
		{"H=mx.example.net [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<x@example.com>: 450 "
		 "wait",
		 .recipient = NULL},
		{"H=bad.example [192.0.2.9] F=<x@bad.example> rejected after DATA: spam => bob@example.com",
		 .recipient = NULL},
	};
#undef RCPT
	static const char *const heads[] = {
		AT "00 " ID " ",
		AT "00.123 " ID2 " ",
		AT "00 +0000 [4711] " ID " ",
		AT "00.999 +0000 " ID2 " ",
		"Oct 26 10:00:00 mx exim[4711]: " AT "00 " ID " ",
		"Oct 26 10:00:00 mx exim4[4711]: " ID2 " ",
		"2026-10-26T10:00:00+0000 mx exim[4711]: " ID " ",
		"2026-10-26T12:00:00.123456+02:00 mx exim[4711]: [4711] " ID2 " ",
		"Mon 2026-10-26 10:00:00 UTC mx exim[4711]: " ID " ",
	};
	for (size_t i = 0; i < COUNT_OF(heads); i++)
		log_check(&import_exim, heads[i], cases, COUNT_OF(cases));
}

static void stamps_with_and_without_a_zone(void **state)
{
	(void)state;
	static const char *const stamps[] = {"2026-10-26 10:00:00",       "2026-10-26 10:00:00.123",
					     "2026-10-26 12:00:00 +0200", "2026-10-26 04:30:00.5 -0530",
					     "2026-10-26 10:00:00 [1]",   "2026-10-26 12:00:00 +0200 [31337]"};
	for (size_t i = 0; i < COUNT_OF(stamps); i++) {
		struct buf b = {0};
		buf_printf(&b, "%s " ID " ** bob@example.com: Unrouteable address\n", stamps[i]);
		struct list l = log_read(&import_exim, b.p);
		assert_int_equal(l.count, 1);
		assert_int_equal(l.items[0].record.time, LOG_TEN);
		list_free(&l);
		buf_free(&b);
	}
}

/* One recipient is given up; the tries before say why, those of others are not touched. */
static void giving_up_keeps_the_cause(void **state)
{
	(void)state;
	struct list l = log_read(
		&import_exim,
		AT "00 " ID " <= a@app.example H=app.example [192.0.2.7] P=esmtp S=1234\n" AT "01 " ID
		   " == bob@example.com R=dnslookup T=remote_smtp defer (-44): SMTP error from remote mail server "
		   "after RCPT TO:<bob@example.com>: host mx.example.com [192.0.2.1]: 452 4.2.2 full\n" AT "01 " ID
		   " == eve@example.com R=dnslookup T=remote_smtp defer (110): Connection timed out\n" AT "09 " ID
		   " ** bob@example.com: retry timeout exceeded DT=0.001s\n" AT "09 " ID
		   " ** all@example.com R=dnslookup T=remote_smtp: all hosts for 'example.com' have been failing for "
		   "a long time (and retry time not reached)\n" AT "09 " ID
		   " == eve@example.com R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host for "
		   "'example.com'\n");
	assert_int_equal(l.count, 5);
	assert_int_equal(l.expiry_count, 2);
	assert_true(l.expiries[0].source_key == l.items[0].record.source_key);
	assert_int_equal(l.expiries[0].time_s, LOG_TEN + 9);
	/* What the line itself says yields to any try. */
	for (int i = 2; i < 5; i++) {
		assert_int_equal(l.items[i].record.outcome, OUTCOME_DEFERRED);
		assert_int_equal(l.items[i].attempts, 0);
		assert_int_equal(l.items[i].record.time, LOG_TEN);
	}
	assert_text(l.items[2].record.response, "retry timeout exceeded");
	assert_true(l.items[4].record.source_key == l.items[1].record.source_key);
	list_free(&l);
}

/* Of what syslog could not take at once: "/" cuts anywhere, "\\" at a line end. */
static void lines_in_parts(void **state)
{
	(void)state;
#define PART(n) "Oct 26 10:00:00 mx exim[7]: [" n "] "
	struct list l = log_read(
		&import_exim, PART("1/3") "2026-10-26 10:00:00 " ID " ** bob@exam"
					  "\n"
					  "Oct 26 10:00:00 mx exim[8]: 2026-10-26 10:00:00 1vCxNK-000abd-1A "
					  "Completed\n" PART("2\\3") "ple.com H=mx.example.com [192.0.2.1]: 550-5.1.1 "
								     "no\n" PART("3/3") "550 5.1.1 such user\n"
		/* what is not whole is left out */
		PART("2/2") "2026-10-26 10:00:00 " ID " ** eve@example.com: no\n" PART(
			"1/2") "2026-10-26 10:00:00 " ID
			       " ** ann@example.com\n" PART("3/2") ": no\n" PART("0/2") ": no\n" PART("x/2") ": no\n");
	assert_int_equal(l.bad_count, 0);
	assert_int_equal(l.count, 1);
	assert_text(l.items[0].record.recipient, "bob@example.com");
	assert_text(l.items[0].record.response, "550-5.1.1 no\n550 5.1.1 such user");
	assert_code(l.items[0].record.enhanced, "5.1.1");
	assert_int_equal(l.items[0].record.time, LOG_TEN);
	list_free(&l);
}

static void passes_over_the_rest(void **state)
{
	(void)state;
	struct list l = log_read(
		&import_exim,
		AT "00 exim 4.97 daemon started: pid=1, -q30m, listening for SMTP on port 25\n" AT
		   "00 H=bad.example [192.0.2.9] F=<x@bad.example> rejected RCPT <bob@example.com>: 550 "
		   "relay not permitted\n" AT "00 Start queue run: pid=77\n" AT
		   "00 SMTP connection from [192.0.2.9] lost\n" AT "00 1vCxNK-000abc-1 => bob@example.com R=x T=y\n" AT
		   "00 1vCxNK-000abc-1AB => bob@example.com R=x T=y\n" AT
		   "00 no host name found for IP address 192.0.2.9\n" AT "00 " ID
		   " => blackhole (DATA ACL discarded recipients)\n" AT "00 " ID " => discarded (system filter)\n"
		   "Oct 26 10:00:00 mx postfix/smtp[1]: " ID " => bob@example.com\n"
		   "Oct 26 10:00:00 mx sshd[1]: " ID " => bob@example.com\n"
		   "-- Boot 6f2a --\n\n\r\n");
	assert_int_equal(l.count, 0);
	assert_int_equal(l.bad_count, 0);
	list_free(&l);
	l = log_read(&import_exim, "no stamp\n" AT "00 " ID " ** \n" AT "00 " ID " =>  \r\n");
	assert_int_equal(l.count, 0);
	assert_int_equal(l.bad_count, 3);
	list_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_interleaved_lines),        cmocka_unit_test(every_construct),
		cmocka_unit_test(stamps_with_and_without_a_zone), cmocka_unit_test(giving_up_keeps_the_cause),
		cmocka_unit_test(passes_over_the_rest),           cmocka_unit_test(lines_in_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
