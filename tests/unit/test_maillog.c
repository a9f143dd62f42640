/* What holds for all readers of logs: each knows its own, whoever wrote the heads of the lines. */
#include "import/maillog.h"

#include "log_test.h"

static const struct {
	const char *format, *text;
} own[] = {
	{"postfix", "Oct 26 10:00:00 mx postfix/qmgr[1]: AB12CD34: removed\n"},
	{"postfix", "2026-10-26T10:00:00+0200 mx postfix/qmgr[1]: AB12CD34: removed\n"},
	{"postfix", "-- Boot 6f2a --\n2026-10-26T10:00:00.123456+0200 mx postfix/qmgr[1]: AB12CD34: removed\n"},
	{"postfix", "Mon 2026-10-26 10:00:00 CET mx postfix/qmgr[1]: AB12CD34: removed\n"},
	{"postfix", "Oct 26 10:00:00.123456 mx postfix/qmgr[1]: AB12CD34: removed\n"},
	{"exim", "2026-10-26 10:00:00 1vCxNK-000abc-1A Completed\n"},
	{"exim", "2026-10-26 10:00:00.123 +0200 [7] 1vCxNK-00000000abc-1Abc Completed\n"},
	{"exim", "2026-10-26 10:00:00 exim 4.97 daemon started: pid=1, listening for SMTP on port 25\n"},
	{"exim", "2026-10-26 10:00:00 H=bad.example [192.0.2.9] F=<x@bad.example> rejected RCPT <a@example.com>: no\n"},
	{"exim", "Oct 26 10:00:00 mx exim[7]: 2026-10-26 10:00:00 1vCxNK-000abc-1A Completed\n"},
	{"exim", "2026-10-26T10:00:00+0200 mx exim4[7]: 1vCxNK-000abc-1A Completed\n"},
	{"sendmail", "Oct 26 10:00:00 mx sendmail[7]: 59QA0012345678: to=<a@example.com>, stat=Sent\n"},
	{"sendmail", "2026-10-26T10:00:00+0200 mx sm-mta[7]: 59QA0012345678: to=<a@example.com>, stat=Sent\n"},
	{"csv", "recipient,status,time\na@example.com,550,2026-10-26\n"},
};

static void each_is_sure_of_its_own_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(own); i++) {
		for (size_t k = 0; import_formats[k]; k++) {
			int score = import_formats[k]->score(str_of(own[i].text));
			bool mine = strcmp(import_formats[k]->name, own[i].format) == 0;
			if (mine ? score < IMPORT_SCORE_SURE : score != 0)
				fail_msg("%s gives %d to %s", import_formats[k]->name, score, own[i].text);
		}
	}
}

/* A journal holds all of a host: the server that says most has it. */
static void most_lines_win(void **state)
{
	(void)state;
	struct str mixed = STR("Oct 26 10:00:00 mx sendmail[7]: x\nOct 26 10:00:00 mx postfix/smtp[1]: x\n"
			       "Oct 26 10:00:00 mx postfix/smtp[1]: x\nOct 26 10:00:00 mx sshd[1]: x\n");
	assert_true(import_postfix.score(mixed) > import_sendmail.score(mixed));
	assert_true(import_sendmail.score(mixed) >= IMPORT_SCORE_SURE);
}

/* All that journalctl prints gives the same email, for Postfix as for the others. */
static void journalctl_in_every_form(void **state)
{
	(void)state;
	static const char *const heads[] = {
		"Oct 26 10:00:00",           "Oct 26 10:00:00.123456",          "2026-10-26T10:00:00+0000",
		"2026-10-26T10:00:00+00:00", "2026-10-26T11:00:00.123456+0100", "Mon 2026-10-26 10:00:00 UTC",
	};
	static const struct {
		const struct import_format *format;
		const char *rest;
	} lines[] = {
		{&import_postfix, "postfix/smtp[1]: AB12CD34: to=<a@example.com>, relay=none, status=bounced (no)"},
		{&import_exim, "exim[1]: 1vCxNK-000abc-1A ** a@example.com: no"},
		{&import_sendmail, "sendmail[1]: 59QA0012345678: to=<a@example.com>, dsn=5.0.0, stat=no"},
	};
	for (size_t i = 0; i < COUNT_OF(heads); i++) {
		for (size_t k = 0; k < COUNT_OF(lines); k++) {
			struct buf b = {0};
			buf_printf(&b, "-- Journal begins at Thu 2026-10-01 00:00:00 UTC. --\n%s mx %s\n-- Reboot --\n",
				   heads[i], lines[k].rest);
			struct list l = log_read(lines[k].format, b.p);
			assert_int_equal(l.bad_count, 0);
			assert_int_equal(l.count, 1);
			assert_int_equal(l.items[0].record.time, LOG_TEN);
			assert_text(l.items[0].record.recipient, "a@example.com");
			assert_text(l.items[0].record.response, "no");
			list_free(&l);
			buf_free(&b);
		}
	}
}

/* Several servers of a host write to one log: whichever format the file is taken for, no email is left out. */
static void a_log_of_several_servers(void **state)
{
	(void)state;
	static const char text[] =
		"\xef\xbb\xbf"
		"Oct 26 10:00:00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, relay=none, status=bounced (no)\r\n"
		"Oct 26 10:00:01 mx exim[1]: 1vCxNK-000abc-1A ** b@example.com: no\n"
		"2026-10-26 10:00:02 1vCxNL-000abd-1A ** c@example.com: no\n"
		"Oct 26 10:00:03 mx mta-out/smtp[1]: AB12CD35: to=<d@example.com>, relay=none, status=bounced (no)\n"
		"Oct 26 10:00:04 mx sm-mta[1]: 59QA0012345678: to=<e@example.com>, mailer=esmtp, dsn=5.0.0, stat=no\n"
		"Oct 26 10:00:05 mx postfix@-.service[1]: AB12CD36: to=<f@example.com>, status=bounced (no)\n"
		"Oct 26 10:00:06 mx exim4.service[1]: 1vCxNM-000abc-1A ** g@example.com: no\n"
		"Oct 26 10:00:07 mx sendmail.service[1]: 59QA0712345678: to=<h@example.com>, dsn=5.0.0, stat=no\n";
	static const struct import_format *const formats[] = {&import_postfix, &import_sendmail, &import_exim};
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		struct list l = log_read(formats[i], text);
		assert_int_equal(l.bad_count, 0);
		assert_int_equal(l.count, 8);
		for (int k = 0; k < l.count; k++) {
			char want[] = "?@example.com";
			want[0] = (char)('a' + k);
			assert_text(l.items[k].record.recipient, want);
			assert_int_equal(l.items[k].record.time, LOG_TEN + k);
			assert_int_equal(l.items[k].record.outcome, OUTCOME_FAILED);
		}
		list_free(&l);
	}
}

static void what_is_an_address(void **state)
{
	(void)state;
	assert_true(maillog_is_address(STR("a@example.com")) && maillog_is_address(STR("root")));
	assert_true(maillog_is_address(STR("\"a b\"@example.com")));
	assert_false(maillog_is_address(STR("|/bin/x")) || maillog_is_address(STR("\"|/bin/x y\"")));
	assert_false(maillog_is_address(STR("/dev/null")) || maillog_is_address(STR(":include:/x")));
	assert_false(maillog_is_address(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_sure_of_its_own_alone),
		cmocka_unit_test(most_lines_win),
		cmocka_unit_test(journalctl_in_every_form),
		cmocka_unit_test(a_log_of_several_servers),
		cmocka_unit_test(what_is_an_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
