#include "import/import.h"
#include "import/mail_address.h"
#include "import/mail_html.h"
#include "import/mail_mime.h"
#include "import/mail_report.h"

#include "mail_test.h"

static void reads_a_report(void **state)
{
	(void)state;
	struct list *l = read_mail(REPORT_HEAD STATUS FATE_BOB RETURNED);
	assert_news("report", l, "failed bob@example.com 5.1.1 550");
	const struct record *r = &l->items[0].record;
	assert_text(r->message_id, "o1@example.net");
	assert_text(r->sender, "ann@example.net");
	assert_text(r->title, "Grüße");
	assert_text(r->response, "550 5.1.1 <bob@example.com>: no mailbox of that name");
	assert_text(r->remote_mta, "mx1.example.com");
	assert_text(r->queue_id, "4D2A61F00C");
	assert_int_equal(r->time, MTIME - 3602);
	assert_int_equal(r->queued_at, MTIME - 7200);
	assert_false(r->time_guessed);
	assert_int_equal(r->source_line, 1);
	assert_int_equal(l->items[0].attempts, 1);
	assert_int_equal(l->items[0].window_s, 0);
	assert_int_equal(l->bad_count, 0);
	/* The same with CRLF, CR, NUL bytes, without its end, and in an mbox: the same key. */
	struct buf b = {0};
	const char *text = REPORT_HEAD STATUS FATE_BOB RETURNED;
	for (int form = 0; form < 5; form++) {
		buf_reset(&b);
		if (form == 4)
			buf_add(&b, STR("From MAILER-DAEMON  Mon Oct 26 09:00:00 2026\n"));
		for (const char *c = text; *c; c++) {
			if (*c == '\n' && form < 2)
				buf_add(&b, form == 0 ? STR("\r\n") : STR("\r"));
			else
				buf_addc(&b, *c);
			if (form == 2 && *c == ' ')
				buf_addc(&b, '\0');
		}
		if (form == 3)
			b.len -= strlen("\n--b1--\n") + 6;
		struct list *again = read_bytes(buf_str(&b));
		assert_news("other line ends", again, "failed bob@example.com 5.1.1 550");
		assert_true(again->items[0].record.source_key == r->source_key);
		assert_text(again->items[0].record.title, "Grüße");
		done(again);
	}
	buf_free(&b);
	done(l);
}

static void actions_decide(void **state)
{
	(void)state;
	static const struct {
		const char *fields, *want;
	} rows[] = {
		{"Final-Recipient: rfc822; a@example.com\nAction: delayed\nStatus: 4.4.1\n",
		 "deferred a@example.com 4.4.1"},
		{"Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 4.4.7\n",
		 "failed a@example.com 4.4.7"},
		{"Final-Recipient: rfc822; a@example.com\nAction: relayed\nStatus: 2.1.9\n",
		 "delivered a@example.com 2.1.9"},
		{"Final-Recipient: rfc822; <a@example.com>\nStatus: 5.2.2 (mailbox full)\n",
		 "failed a@example.com 5.2.2"},
		{"Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.0.0\n\n"
		 "Final-Recipient: RFC822;b@example.com\nAction: delivered\nStatus: 2.0.0\n\n"
		 "Final-Recipient: rfc822;c@example.com\nAction: failed\nStatus: 5.0.0\n"
		 "Diagnostic-Code: smtp;552 5.2.3 too big\n",
		 "failed a@example.com 5.0.0; delivered b@example.com 2.0.0; failed c@example.com 5.2.3 552"},
		{"Original-Recipient : rfc822;a@example.com\nFinal-Recipient : rfc822;x@inner.example\nAction : "
		 "failed\n"
		 "Status : 5.0.0\nDiagnostic-Code : smtp;550 5.7.1 refused\n",
		 "failed a@example.com 5.7.1 550"},
		{"Final-Recipient: utf-8; b\xc3\xb6"
		 "b@example.com\nAction: failed\nStatus: 5.6.7\n",
		 "failed b\xc3\xb6"
		 "b@example.com 5.6.7"},
		{"Final-Recipient: X400; /G=Bob/S=Test/O=Firm/C=DE/\nAction: failed\nStatus: 5.1.1\n",
		 "failed /G=Bob/S=Test/O=Firm/C=DE/ 5.1.1"},
		{"Final-Recipient: rfc822; a@example.com\nAction: expired\nStatus:\n", "failed a@example.com"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b = {0};
		buf_printf(&b, "%s%sReporting-MTA: dns; mx.example.net\n\n%s\n%s", REPORT_HEAD, STATUS, rows[i].fields,
			   RETURNED);
		struct list *l = read_bytes(buf_str(&b));
		assert_news(rows[i].fields, l, rows[i].want);
		done(l);
		buf_free(&b);
	}
}

/* Base64 and quoted-printable reports, boundaries that are wrong or missing, a report within a report. */
static void broken_and_nested(void **state)
{
	(void)state;
	static const struct {
		const char *name, *mail, *want;
	} rows[] = {
		{"base64",
		 REPORT_HEAD "--b1\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
			     "UmVwb3J0aW5nLU1UQTogZG5zOyBteC5leGFtcGxlLm5ldA0KDQpGaW5hbC1SZWNpcGllbnQ6IHJm\n"
			     "YzgyMjsgYm9iQGV4YW1wbGUuY29tDQpBY3Rpb246IGZhaWxlZA0KU3RhdHVzOiA1LjIuMg0K\n" RETURNED,
		 "failed bob@example.com 5.2.2"},
		{"quoted-printable",
		 REPORT_HEAD
		 "--b1\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n"
		 "Final-Recipient: rfc822; bob@exam=\nple.com\nAction: failed\nStatus: 5.2=2E2\n" RETURNED,
		 "failed bob@example.com 5.2.2"},
		{"wrong boundary",
		 DAEMON "Subject: Returned mail\nContent-Type: multipart/report; report-type=delivery-status; "
			"boundary=other\n\n--b1\nContent-Type: text/plain\n\nSorry\n" STATUS FATE_BOB RETURNED,
		 "failed bob@example.com 5.1.1 550"},
		{"no type at all",
		 DAEMON "Subject: Returned mail\n\n--b1\nContent-Type: text/plain\n\nSorry\n" STATUS FATE_BOB,
		 "failed bob@example.com 5.1.1 550"},
		{"fields in a text", DAEMON "Subject: Returned mail\n\nIt could not be delivered.\n\n" FATE_BOB,
		 "failed bob@example.com 5.1.1 550"},
		{"passed on",
		 "From: ann@example.net\nTo: help@example.net\nSubject: Fwd: what is this?\nContent-Type: "
		 "multipart/mixed; "
		 "boundary=f\n\n--f\n\nsee below\n--f\nContent-Type: message/rfc822\n\n" REPORT_HEAD STATUS FATE_BOB
			 RETURNED "--f--\n",
		 "failed bob@example.com 5.1.1 550"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct list *l = read_mail(rows[i].mail);
		assert_news(rows[i].name, l, rows[i].want);
		done(l);
	}
}

/* The ways in which mail systems tell of failures in their own words. */
static void free_words(void **state)
{
	(void)state;
	static const struct {
		const char *name, *mail, *want;
	} rows[] = {
		{"qmail",
		 DAEMON
		 "Subject: failure notice\n\nHi. This is the qmail-send program at mx.example.net.\nI'm afraid I "
		 "wasn't able "
		 "to deliver your message to the following addresses.\nThis is a permanent error; I've given up.\n\n"
		 "<bob@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no bob\nGiving "
		 "up on "
		 "192.0.2.1.\n\n<eve@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
		 "--- Below this line is a copy of the message.\n\n" ORIGINAL,
		 "failed bob@example.com 5.1.1 550; failed eve@example.org 5.1.1"},
		{"exim",
		 DAEMON "X-Failed-Recipients: bob@example.com,\n  eve@example.org\nAuto-Submitted: "
			"auto-replied\nSubject: Mail "
			"delivery failed: returning message to sender\n\nA message that you sent could not be "
			"delivered to one or "
			"more of its\nrecipients.\n\n  bob@example.com\n    host mx1.example.com [192.0.2.1]\n    SMTP "
			"error from "
			"remote mail server after RCPT TO:<bob@example.com>:\n    550 5.1.1 who is bob\n  "
			"eve@example.org\n    "
			"Unrouteable address\n\n------ This is a copy of the message, including all the headers. "
			"------\n\n" ORIGINAL,
		 "failed bob@example.com 5.1.1 550; failed eve@example.org"},
		{"postfix",
		 DAEMON "Subject: Undelivered Mail Returned to Sender\n\nI'm sorry to have to inform you that your "
			"message could "
			"not\nbe delivered to one or more recipients. It's attached below.\n\nFor further assistance, "
			"please send "
			"mail to <postmaster@mx.example.net>\n\n<bob@example.com>: host mx1.example.com[192.0.2.1] "
			"said: 552 5.2.2 "
			"over\n    quota (in reply to RCPT TO command)\n\n" ORIGINAL,
		 "failed bob@example.com 5.2.2 552"},
		{"exchange",
		 "From: System Administrator <postmaster@example.com>\nTo: ann@example.net\nSubject: Undeliverable: "
		 "Hi\n\n"
		 "Your message did not reach some or all of the intended recipients.\n\n      Subject:\tHi\n      "
		 "Sent:\t10/26/2026 10:00 AM\n\nThe following recipient(s) could not be reached:\n\n      "
		 "bob@example.com on "
		 "10/26/2026 10:01 AM\n            The e-mail account does not exist at the organization.\n            "
		 "<mx.example.com #5.1.1>\n",
		 "failed bob@example.com 5.1.1"},
		{"domino",
		 "From: Postmaster@example.com\nTo: ann@example.net\nSubject: DELIVERY FAILURE: User bob "
		 "(bob@example.com) not "
		 "listed in Domino Directory\n\nYour message\n\n  Subject: Hi\n\nwas not delivered to:\n\n  "
		 "bob@example.com\n\nbecause:\n\n  User bob (bob@example.com) not listed in Domino Directory\n",
		 "failed bob@example.com"},
		{"courier",
		 "From: \"Courier mail server at mx.example.net\" <postmaster@mx.example.net>\nTo: "
		 "ann@example.net\nSubject: NOTICE: "
		 "mail delivery status.\n\nThis is a delivery status notification from mx.example.net.\n\n             "
		 "           "
		 "UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be "
		 "delivered:\n\n<bob@example.com>:\n    "
		 "mx1.example.com [192.0.2.1]:\n>>> RCPT TO:<bob@example.com>\n<<< 550 User unknown.\n\n" ORIGINAL,
		 "failed bob@example.com 550"},
		{"sendmail",
		 DAEMON
		 "Subject: Returned mail: User unknown\n\nThe original message was received at Mon, 26 Oct 2026\nfrom "
		 "app "
		 "[192.0.2.9]\n\n   ----- The following addresses had permanent fatal errors "
		 "-----\n<bob@example.com>\n\n   "
		 "----- Transcript of session follows -----\n... while talking to mx1.example.com.:\n>>> RCPT "
		 "To:<bob@example.com>\n<<< 550 5.1.1 <bob@example.com>... User unknown\n550 <bob@example.com>... User "
		 "unknown\n\n   ----- Original message follows -----\n" ORIGINAL,
		 "failed bob@example.com 5.1.1 550"},
		{"x.400",
		 "From: X400-Gateway <postmaster@gw.example.com>\nTo: ann@example.net\nSubject: Delivery Report "
		 "(failure) for "
		 "bob@example.com\n\nThis report relates to your message: Hi\n\nYour message was not delivered to\n    "
		 "bob@example.com\nfor the following reason:\n    Unknown address\n    MTA 'gw' gives error message: "
		 "550 no such "
		 "O/R name\n",
		 "failed bob@example.com 550"},
		{"html alone",
		 DAEMON "Subject: Delivery failed\nContent-Type: text/html; "
			"charset=iso-8859-1\n\n<html><style>p{}</style><p>Your "
			"message could not be delivered to:</p><p>&lt;bob@example.com&gt;</p><p>550 5.2.1 "
			"disabled</p></html>\n",
		 "failed bob@example.com 5.2.1 550"},
		{"japanese",
		 "From: postmaster@example.com\nTo: ann@example.net\nSubject: error\nContent-Type: text/plain; "
		 "charset=iso-2022-jp\n\n\x1b$B%a!<%k$rAw?.$G$-$^$;$s$G$7$?!#\x1b(B\n\nbob@example.com\n",
		 "failed bob@example.com"},
		{"whom nobody names",
		 DAEMON "Subject: Mail delivery failed\n\nYour message could not be delivered.\n\n" ORIGINAL,
		 "failed bob@example.com"},
		{"gave up",
		 DAEMON "Subject: Returned mail: Cannot send message for 5 days\n\n<bob@example.com>... Deferred: "
			"Connection timed "
			"out\nMessage could not be delivered for 5 days\nMessage will be deleted from queue\n",
		 "failed bob@example.com"},
		{"a delay",
		 DAEMON "Subject: Warning: could not send message for past 4 hours\n\n** THIS IS A WARNING MESSAGE "
			"ONLY **\n** YOU DO "
			"NOT NEED TO RESEND YOUR MESSAGE **\n\n<bob@example.com>... Deferred: Connection refused\n",
		 "deferred bob@example.com"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct list *l = read_mail(rows[i].mail);
		assert_news(rows[i].name, l, rows[i].want);
		done(l);
	}
}

static void no_failures(void **state)
{
	(void)state;
	static const struct {
		const char *name, *mail;
	} rows[] = {
		{"vacation",
		 "Return-Path: <>\nFrom: Bob <bob@example.com>\nTo: ann@example.net\nSubject: Automatic reply: "
		 "Hi\nAuto-Submitted: auto-replied\n\nI am away. Mail to eve@example.com if you need help.\n"},
		{"feedback",
		 DAEMON "Subject: complaint\nContent-Type: multipart/report; report-type=feedback-report; "
			"boundary=b1\n\n--b1\n\nAn abuse report\n--b1\nContent-Type: message/feedback-report\n\n"
			"Feedback-Type: abuse\nOriginal-Rcpt-To: bob@example.com\n" RETURNED},
		{"read",
		 DAEMON "Subject: Read: Hi\nContent-Type: multipart/report; report-type=disposition-notification; "
			"boundary=b1\n\n--b1\n\nseen\n--b1\nContent-Type: message/disposition-notification\n\n"
			"Final-Recipient: rfc822; bob@example.com\nDisposition: manual-action; displayed\n\n--b1--\n"},
		{"ordinary",
		 "From: Bob <bob@example.com>\nTo: ann@example.net\nSubject: Re: lunch\n\nYour parcel could not be "
		 "delivered, said eve@example.com: 550 is too much.\n"},
		{"about a bounce",
		 "From: Bob <bob@example.com>\nTo: help@example.net\nSubject: Re: mails\n\nI got this:\n\n> Your "
		 "message could not be delivered\n> <eve@example.com>: 550 5.1.1 no\n"},
		{"success", DAEMON "Subject: Delivery Status Notification (Success)\n\nYour message was delivered to "
				   "bob@example.com\n"},
		{"shop", "From: no-reply@shop.example\nTo: ann@example.net\nSubject: Your order\n\nYour parcel was not "
			 "delivered. "
			 "Write to bob@shop.example.\n"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct list *l = read_mail(rows[i].mail);
		assert_news(rows[i].name, l, "");
		assert_int_equal(l->bad_count, 0);
		done(l);
	}
}

static void cuts_an_mbox(void **state)
{
	(void)state;
#define ONE(who)                                                                                                       \
	REPORT_HEAD "From here on all is text at 10:00\n\nFrom that day at 10:00\nnothing.\n\n>From all\n" STATUS      \
		    "Final-Recipient: rfc822; " who "\nAction: failed\nStatus: 5.1.1\n\n--b1--\n\n"
	struct list *l = read_mail("From MAILER-DAEMON  Mon Oct 26 09:00:00 2026\n" ONE(
		"a@example.com") "From MAILER-DAEMON@mx.example.net Mon Oct 26 09:30:00 2026\n" ONE("b@example.com"));
	assert_news("mbox", l, "failed a@example.com 5.1.1; failed b@example.com 5.1.1");
	assert_true(l->items[1].record.source_line > 20);
	done(l);
	/* Its own time where nothing else tells one; the file's where not even that is there. */
	l = read_mail("From x  Mon Oct 26 09:30:00 2026\nFrom: MAILER-DAEMON\nSubject: failure "
		      "notice\n\n<a@example.com>:\nno\n");
	assert_int_equal(l->count, 1);
	assert_int_equal(l->items[0].record.time, MTIME - 1800);
	done(l);
	l = read_mail("From: MAILER-DAEMON\nSubject: failure notice\n\n<a@example.com>:\nno\n");
	assert_int_equal(l->count, 1);
	assert_int_equal(l->items[0].record.time, MTIME);
	assert_true(l->items[0].record.time_guessed);
	done(l);
}

static void knows_mail_by_content(void **state)
{
	(void)state;
	assert_true(import_mail.score(STR(REPORT_HEAD)) >= IMPORT_SCORE_SURE);
	assert_true(import_mail.score(STR("From a  Mon Oct 26 09:00:00 2026\nFrom: b\n")) >= 90);
	assert_true(import_mail.score(STR("Return-Path: <>\rFrom: b\rTo: c\rSubject: d\r\rtext\r")) >=
		    IMPORT_SCORE_SURE);
	assert_true(import_mail.score(STR("From now on\nthis is a text\n")) < IMPORT_SCORE_SURE);
	assert_int_equal(import_mail.score(STR("recipient,status\na@example.com,550\n")), 0);
	assert_int_equal(import_mail.score(STR("")), 0);
	assert_true(import_postfix.score(STR(REPORT_HEAD)) < IMPORT_SCORE_SURE);
	assert_true(import_csv.score(STR(REPORT_HEAD)) < IMPORT_SCORE_SURE);
}

/* Limits hold, and say so. */
static void limits_are_told(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, STR(REPORT_HEAD STATUS FATE_BOB));
	for (int i = 0; i < 200; i++)
		buf_add(&b, STR("--b1\nContent-Type: text/plain\n\nx\n"));
	struct list *l = read_bytes(buf_str(&b));
	assert_int_equal(l->count, 1);
	assert_int_equal(l->bad_count, 1);
	assert_non_null(strstr(l->bad[0].why, "100 parts"));
	done(l);
	for (int depth = 12; depth <= 13; depth++) {
		buf_reset(&b);
		buf_add(&b, STR(REPORT_HEAD STATUS FATE_BOB "--b1\n"));
		for (int i = 1; i < depth; i++)
			buf_printf(&b, "Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n", i, i);
		buf_add(&b, STR("Content-Type: text/plain\n\nx\n"));
		l = read_bytes(buf_str(&b));
		assert_int_equal(l->count, 1);
		assert_int_equal(l->bad_count, depth > 12);
		if (depth > 12)
			assert_string_equal(l->bad[0].why, "parts nested more than 12 deep are not read");
		done(l);
	}
	buf_reset(&b);
	buf_add(&b, STR(DAEMON "Subject: failure notice\n"));
	for (int i = 0; i < 100; i++)
		buf_printf(&b, "Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n", i, i);
	buf_add(&b, STR("\n<a@example.com>:\n550 no\n"));
	l = read_bytes(buf_str(&b));
	assert_true(l->count <= 1);
	done(l);
	l = read_mail(DAEMON "Subject: failure notice\n\nYour message could not be delivered.\n");
	assert_int_equal(l->count, 0);
	assert_int_equal(l->bad_count, 1);
	assert_non_null(strstr(l->bad[0].why, "for whom"));
	done(l);
	buf_free(&b);
}

static void finds_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"<bob@example.com>: no", "bob@example.com"},
		{"to bob@example.com.", "bob@example.com"},
		{"'bob@example.com'", "bob@example.com"},
		{"\"b b\"@example.com x", "\"b b\"@example.com"},
		{"mailto:bob@example.com", "bob@example.com"},
		{"RCPT TO:<bob@[192.0.2.1]>", "bob@[192.0.2.1]"},
		{"\xe5\xae\x9b\xe5\x85\x88"
		 "bob@example.com",
		 "bob@example.com"},
		{"<b\xc3\xb6"
		 "b@example.com>",
		 "b\xc3\xb6"
		 "b@example.com"},
		{"@ @x x@ @@", ""},
		{"b=2Bc@example.com", "b=2Bc@example.com"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str a = STR("");
		size_t at = 0;
		if (!address_next(str_of(rows[i].text), &at, &a))
			a = STR("");
		assert_text(a, rows[i].want);
	}
	assert_text(address_of_field(STR("rfc822; <bob@example.com>")), "bob@example.com");
	assert_text(address_of_field(STR("bob@example.com (Bob)")), "bob@example.com");
	assert_text(address_of_field(STR("rfc822;rfc822;bob@example.com")), "bob@example.com");
	assert_text(address_of_header(STR("\"x@y.example\" <bob@example.com>")), "bob@example.com");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_report),        cmocka_unit_test(actions_decide),
		cmocka_unit_test(broken_and_nested),     cmocka_unit_test(free_words),
		cmocka_unit_test(no_failures),           cmocka_unit_test(cuts_an_mbox),
		cmocka_unit_test(knows_mail_by_content), cmocka_unit_test(limits_are_told),
		cmocka_unit_test(finds_addresses),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
