#include "status.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

enum {
	CONTRADICTS = STATUS_CLASS_CONTRADICTS,
	DISAGREE = STATUS_CODES_DISAGREE,
	UNREGISTERED = STATUS_UNREGISTERED,
	INNER = STATUS_INNER_CAUSE,
	UNKNOWN = STATUS_UNKNOWN_BASIC,
};

/* A text and what must be read out of it. The evidence is told by what stands before it. */
struct reading {
	const char *text;
	const char *code; /* NULL: none */
	int basic;
	unsigned flags;
	enum stage stage;
	bool dropped;
	const char *before_code;  /* NULL: not checked */
	const char *before_basic; /* NULL: not checked */
};

static void check(const struct reading *r, struct str text, const struct status *s)
{
	char code[ECODE_TEXT];
	ecode_text(s->enhanced, code);
	if (strcmp(code, r->code ? r->code : "") || s->basic != r->basic || s->flags != r->flags ||
	    s->stage != r->stage || s->dropped != r->dropped)
		fail_msg("\"%s\": got %d \"%s\" flags %u stage \"%s\" dropped %d", r->text, s->basic, code, s->flags,
			 stage_name(s->stage), s->dropped);
	if (s->enhanced_at.len)
		assert_true(str_eq(str_slice(text, s->enhanced_at.start, s->enhanced_at.len), str_of(code)));
	if (s->basic_at.len) {
		int64_t basic;
		assert_true(str_to_int(str_slice(text, s->basic_at.start, s->basic_at.len), &basic));
		assert_int_equal(basic, s->basic);
	}
	if (r->before_code)
		assert_true(str_eq(str_slice(text, 0, s->enhanced_at.start), str_of(r->before_code)));
	if (r->before_basic)
		assert_true(str_eq(str_slice(text, 0, s->basic_at.start), str_of(r->before_basic)));
}

static void check_all(const struct reading *rows, size_t count, enum outcome outcome)
{
	for (size_t i = 0; i < count; i++) {
		struct status s;
		struct str text = str_of(rows[i].text);
		status_read(text, outcome, &s);
		check(&rows[i], text, &s);
		if (rows[i].code)
			assert_true(s.enhanced_at.len != 0);
	}
}

static void test_short_forms(void **state)
{
	(void)state;
	static const struct reading rows[] = {
		{.text = ""},
		{.text = " \r\n"},
		{.text = "550", .basic = 550, .before_basic = ""},
		{.text = "  421\n", .basic = 421, .before_basic = "  "},
		{.text = "5.1.1", .code = "5.1.1", .before_code = ""},
		{.text = "550 5.1.1", .code = "5.1.1", .basic = 550, .before_code = "550 ", .before_basic = ""},
		{.text = "550-5.1.1", .code = "5.1.1", .basic = 550},
		{.text = "4.2.2.", .code = "4.2.2"},
		{.text = "(550)", .basic = 550},
		{.text = "Dropped", .dropped = true},
		{.text = " dropped.\n", .dropped = true},
		{.text = "DROPPED: hard bounce last week", .dropped = true},
		{.text = "the message was dropped by a filter"},
		{.text = "no such person here"},
	};
	check_all(rows, COUNT_OF(rows), OUTCOME_FAILED);
}

static void test_replies_of_several_lines(void **state)
{
	(void)state;
	static const struct reading rows[] = {
		{.text = "550-5.1.1 Nobody of that name\r\n550-5.1.1 lives here.\r\n550 5.1.1 Look it up",
		 .code = "5.1.1",
		 .basic = 550,
		 .before_code = "550-"},
		{.text = "550-5.1.1 Nobody of that name 550-5.1.1 lives here. 550 5.1.1 Look it up",
		 .code = "5.1.1",
		 .basic = 550},
		{.text = "550-Go away.\n550-Your address is on a list.\n550 5.7.1 See our page",
		 .code = "5.7.1",
		 .basic = 550},
		{.text = "host mx.example.net[192.0.2.7] said: 554\n    5.7.1 <a@example.org>: not today",
		 .code = "5.7.1",
		 .basic = 554},
		{.text = "550 5.1.1 no mailbox; earlier: 550 5.2.1 closed",
		 .code = "5.1.1",
		 .basic = 550,
		 .flags = DISAGREE},
		{.text = "450 4.2.0 greylisted, 550 5.1.1 unknown", .code = "4.2.0", .basic = 450, .flags = DISAGREE},
		{.text = "550 unknown user\n451 try later", .basic = 550, .flags = DISAGREE},
		{.text = "550-192.0.2.1 is listed", .basic = 550},
	};
	check_all(rows, COUNT_OF(rows), OUTCOME_FAILED);
}

static void test_boundaries(void **state)
{
	(void)state;
	static const struct reading rows[] = {
		{.text = "550 #5.1.0 Address refused", .code = "5.1.0", .basic = 550, .before_code = "550 #"},
		{.text = "No route for that domain. (#5.4.4)",
		 .code = "5.4.4",
		 .before_code = "No route for that domain. (#"},
		{.text = "550 blocked by policy (#5.7.1)", .code = "5.7.1", .basic = 550},
		{.text = "5.1.1: user unknown", .code = "5.1.1"},
		{.text = "smtp;550 5.1.1 unknown", .code = "5.1.1", .basic = 550, .before_basic = "smtp;"},
		{.text = "SMTP; 550 unknown", .basic = 550},
		{.text = "Diagnostic-Code: smtp; 552 5.2.2 full", .code = "5.2.2", .basic = 552},
		{.text = "Status: 5.2.2 (mailbox full)", .code = "5.2.2", .before_code = "Status: "},
		{.text = "<5.2.2> full", .code = "5.2.2"},
		{.text = "Remote server returned '550 5.1.10 not found'", .code = "5.1.10", .basic = 550},
		{.text = "Remote server returned '550 not found'", .basic = 550},
		{.text = "(reason: 550 no such user)", .basic = 550},
		{.text = "<ann@example.com>... 550 no such host", .basic = 550},
		{.text = "host mx.example.com [192.0.2.20]: 550 no", .basic = 550},
		{.text = "SMTP error code 552", .basic = 552},
		{.text = "{\"code\": 552, \"message\": \"full\"}", .basic = 552},
		{.text = "<<< 550 no", .basic = 550},
		{.text = "Received <<< 550 no", .basic = 550},
		{.text = "|   550 no", .basic = 550},
		{.text = "Diagnostic: 550 no", .basic = 550},
		{.text = "could not deliver to bob@example.com: 550 no", .basic = 550},
		{.text = "failed temporarily: 421 try later", .basic = 421},
		{.text = "<-- 550 no", .basic = 550},
		{.text = "-- 550 no", .basic = 550},
		{.text = "failed with: 552 full", .basic = 552},
		{.text = "It responded as follows: [550 no such user]", .basic = 550},
		{.text = "bob@example.com: [192.0.2.5], 550 no", .basic = 550},
		{.text = "see http://example.com/450 then 550 5.1.1 no", .basic = 550, .code = "5.1.1"},
		{.text = "Fehlermeldung: 550 unbekannt", .basic = 550},
		{.text = "Le serveur a répondu : 550 inconnu", .basic = 550},
		{.text = "エラー内容: 550 no", .basic = 550},
		{.text = "退信原因：550 no", .basic = 550},
	};
	check_all(rows, COUNT_OF(rows), OUTCOME_FAILED);
}

static void test_what_only_looks_like_a_code(void **state)
{
	(void)state;
	static const struct reading rows[] = {
		{.text = "blocked: 4.16.55.1 is listed"},
		{.text = "client 192.0.2.5.1.1 odd"},
		{.text = "(version 4.8.3.54)"},
		{.text = "(version 4.8.3)"},
		{.text = "running v4.2.1 of it"},
		{.text = "milter-greylist-4.2.5 said no"},
		{.text = "mx.example.com ESMTP 8.15.2 ready"},
		{.text = "mx.example.com ESMTP Exim 4.94.2"},
		{.text = "agent/5.1.2 failed"},
		{.text = "see RFC 5321 section 4.2.1"},
		{.text = "see https://www.example.com/5.1.1/help"},
		{.text = "see https://example.com/error?code=550"},
		{.text = "see (http://example.com/?a=5.1.1&status=550)"},
		{.text = "from 5.1.1@example.com"},
		{.text = "05.1.1 and 5.01.1 and 5.1.01 and 5.1.1234 and 3.1.1"},
		{.text = "5.1.1-rc2"},
		{.text = "could not reach port 550"},
		{.text = "retry in 450 seconds"},
		{.text = "retry in\n450 seconds"},
		{.text = "550 bytes were lost"},
		{.text = "(450 seconds)"},
		{.text = "ticket #550 is open"},
		{.text = "those < 550 are open"},
		{.text = "tickets @: 550"},
		{.text = "call 555-0199 or (555-0199)"},
		{.text = "550,000 messages"},
		{.text = "550:25"},
		{.text = "5501"},
		{.text = "150 and 770"},
		{.text = "550user"},
		{.text = "x550"},
		{.text = "550@example.com"},
		/* beside a real one */
		{.text = "421 4.7.0 too much mail from you - 4.16.55.1; see our page", .code = "4.7.0", .basic = 421},
		{.text = "550 port 587 5.7.1 no", .code = "5.7.1", .basic = 550, .before_basic = ""},
		{.text = "550 no: port: 587 (5.7.1)", .code = "5.7.1", .basic = 550, .before_basic = ""},
		{.text = "550 RFC 5.3.21", .basic = 550},
		{.text = "550 policyd-weight 4.0.5", .basic = 550},
		{.text = "550 filter v. 5.1.1", .basic = 550},
		{.text = "550 filter V 5.1.1, ver. 4.2.1", .basic = 550},
		{.text = "550 Exchange 5.5.0", .basic = 550},
		{.text = "550 report 5.7.1", .code = "5.7.1", .basic = 550},
		{.text = "550 5.7.1 refused by milter-greylist-4.2.5 on port 587", .code = "5.7.1", .basic = 550},
	};
	check_all(rows, COUNT_OF(rows), OUTCOME_FAILED);
}

static void test_contradictions_and_causes(void **state)
{
	(void)state;
	static const struct reading rows[] = {
		{.text = "550 4.4.7 gave up", .code = "4.4.7", .basic = 550, .flags = CONTRADICTS},
		{.text = "550 4.2.2 full", .code = "4.2.2", .basic = 550, .flags = CONTRADICTS},
		{.text = "450 5.1.1 later, perhaps", .code = "5.1.1", .basic = 450, .flags = CONTRADICTS},
		{.text = "550 2.1.5 no", .code = "2.1.5", .basic = 550, .flags = CONTRADICTS},
		{.text = "554 4.4.7 too old, gave up <421 4.4.2 silence>",
		 .code = "4.4.2",
		 .basic = 421,
		 .flags = INNER,
		 .before_code = "554 4.4.7 too old, gave up <421 "},
		{.text = "554 5.4.7 expired; last word: (#4.4.1)",
		 .code = "4.4.1",
		 .basic = 554,
		 .flags = INNER | CONTRADICTS},
		{.text = "554 5.0.0 refused <550 5.1.1 unknown>", .code = "5.1.1", .basic = 550},
		{.text = "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.7.1 IP blacklisted",
		 .code = "5.7.1",
		 .basic = 550,
		 .flags = INNER},
		{.text = "Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.1 IP blacklisted",
		 .code = "5.7.1",
		 .basic = 550},
		{.text = "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.0.0 no", .code = "5.1.1", .basic = 550},
		{.text = "dsn=5.0.0, status=bounced (host mx.example.net[192.0.2.7] said: 552 5.2.2 full (in reply to "
			 "RCPT TO "
			 "command))",
		 .code = "5.2.2",
		 .basic = 552,
		 .stage = STAGE_RCPT},
		{.text = "550 5.7.606 banned address", .code = "5.7.606", .basic = 550, .flags = UNREGISTERED},
		{.text = "451 4.7.32 slow down", .code = "4.7.32", .basic = 451, .flags = UNREGISTERED},
		{.text = "5.9.9", .code = "5.9.9", .flags = UNREGISTERED},
		{.text = "498 odd", .basic = 498, .flags = UNKNOWN},
		{.text = "585 5.1.1 odd", .code = "5.1.1", .basic = 585, .flags = UNKNOWN},
		{.text = "605", .basic = 605, .flags = UNKNOWN},
		{.text = "220-mx.example.com ESMTP\n220 ready\n421 4.2.1 too many", .code = "4.2.1", .basic = 421},
		{.text = "220-mx.example.com ready 421 4.2.1 too many", .code = "4.2.1", .basic = 421},
		{.text = "250 2.1.5 fine"},
	};
	check_all(rows, COUNT_OF(rows), OUTCOME_FAILED);
	static const struct reading delivered[] = {
		{.text = "250 2.0.0 Ok: queued as 4F1C2", .code = "2.0.0", .basic = 250},
		{.text = "250 ok", .basic = 250},
	};
	check_all(delivered, COUNT_OF(delivered), OUTCOME_DELIVERED);
}

static void test_diagnostics_that_are_not_smtp(void **state)
{
	(void)state;
	static const struct reading rows[] = {
		{.text = "x-unix; 255"},
		{.text = "X-Unix; 550 5.1.1"},
		{.text = "Diagnostic-Code: x-unix; 554"},
		{.text = "Diagnostic-Code: X-Postfix; 5.1.1 it\n    says, 550 too"},
		{.text = "Status: 5.2.2\nDiagnostic-Code: x-unix; 554 4.4.1", .code = "5.2.2"},
		{.text = "Diagnostic-Code: x-unix; 554\nStatus: 5.2.2", .code = "5.2.2"},
		/* a server is quoted */
		{.text = "X-Postfix; host mx.example.net[192.0.2.7] said:\n    550 5.1.1 unknown",
		 .code = "5.1.1",
		 .basic = 550},
		{.text = "X-Postfix; host mx.example.net[192.0.2.7] refused to talk to me: 421 busy",
		 .basic = 421,
		 .stage = STAGE_GREETING},
	};
	check_all(rows, COUNT_OF(rows), OUTCOME_FAILED);
}

static void test_stages(void **state)
{
	(void)state;
	static const struct reading rows[] = {
		{.text = "host mx.example.net[192.0.2.7] said: 550 no (in reply to MAIL FROM command)",
		 .basic = 550,
		 .stage = STAGE_MAIL},
		{.text = "host mx.example.net[192.0.2.7] said: 550 no (in reply to\n    RCPT TO command)",
		 .basic = 550,
		 .stage = STAGE_RCPT},
		{.text = "host mx.example.net[192.0.2.7] said: 550 no (in reply to DATA command)",
		 .basic = 550,
		 .stage = STAGE_DATA},
		{.text = "host mx.example.net[192.0.2.7] said: 550 no (in reply to end of DATA command)",
		 .basic = 550,
		 .stage = STAGE_END_OF_DATA},
		{.text = "host mx.example.net[192.0.2.7] said: 550 after EHLO from you (in reply to RCPT TO command)",
		 .basic = 550,
		 .stage = STAGE_RCPT},
		{.text = "host mx.example.net[192.0.2.7] said: 502 no (in reply to HELO command)",
		 .basic = 502,
		 .stage = STAGE_EHLO},
		{.text = "SASL authentication failed; server mx.example.net[192.0.2.7] said: 535 5.7.8 no",
		 .code = "5.7.8",
		 .basic = 535,
		 .stage = STAGE_AUTH},
		{.text = "lost connection with mx.example.net[192.0.2.7] while sending MAIL FROM", .stage = STAGE_MAIL},
		{.text = "lost connection with mx.example.net[192.0.2.7] while sending message body",
		 .stage = STAGE_DATA},
		{.text = "lost connection with mx.example.net[192.0.2.7] while performing the EHLO handshake",
		 .stage = STAGE_EHLO},
		{.text = "conversation with mx.example.net[192.0.2.7] timed out while sending end of data -- message "
			 "may "
			 "be sent "
			 "more than once",
		 .stage = STAGE_END_OF_DATA},
		{.text = "conversation with mx.example.net[192.0.2.7] timed out while receiving the initial server "
			 "greeting",
		 .stage = STAGE_GREETING},
		{.text = "host mx.example.net[192.0.2.7] refused to talk to me: 421 4.3.2 busy",
		 .code = "4.3.2",
		 .basic = 421,
		 .stage = STAGE_GREETING},
		{.text = "connect to mx.example.net[192.0.2.7]:25: Connection timed out", .stage = STAGE_CONNECT},
		{.text = "connect to mx.example.net[192.0.2.7]:25: Connection refused", .stage = STAGE_CONNECT},
		{.text = "No route to host", .stage = STAGE_CONNECT},
		{.text = "Host or domain name not found. Name service error for name=example.net",
		 .stage = STAGE_CONNECT},
		{.text = "421 4.4.2 Connection timed out", .code = "4.4.2", .basic = 421},
		{.text = "TLS is required, but was not offered by host mx.example.net[192.0.2.7]",
		 .stage = STAGE_STARTTLS},
		{.text = "Cannot start TLS: handshake failure", .stage = STAGE_STARTTLS},
		{.text = "SMTP error from remote mail server after RCPT TO:<bob@example.org>: 550 no",
		 .basic = 550,
		 .stage = STAGE_RCPT},
		{.text = "SMTP error from remote mail server after MAIL FROM:<a@example.com> SIZE=1543: 550 no",
		 .basic = 550,
		 .stage = STAGE_MAIL},
		{.text = "SMTP error from remote mail server after pipelined RCPT TO:<bob@example.org>: 550 no",
		 .basic = 550,
		 .stage = STAGE_RCPT},
		{.text = "SMTP error from remote mail server after end of data: 550 no",
		 .basic = 550,
		 .stage = STAGE_END_OF_DATA},
		{.text = "SMTP error from remote mail server after initial connection: 554 no",
		 .basic = 554,
		 .stage = STAGE_GREETING},
		{.text = ">>> MAIL From:<a@example.com>\n<<< 250 ok\n>>> RCPT To:<b@example.org>\n<<< 550 no\n>>> "
			 "DATA\n<<< 503 "
			 "why",
		 .basic = 550,
		 .flags = DISAGREE,
		 .stage = STAGE_RCPT},
		{.text = "it failed after data was lost; mail server down"},
	};
	check_all(rows, COUNT_OF(rows), OUTCOME_FAILED);
}

static void test_suppressions(void **state)
{
	(void)state;
	static const struct reading rows[] = {
		{.text = "Status: 5.1.1\nDiagnostic-Code: Amazon SES did not send the message to this address because "
			 "it is on "
			 "the suppression list for your account",
		 .code = "5.1.1",
		 .dropped = true},
		{.text = "5.1.1 Amazon SES has suppressed sending to this address", .code = "5.1.1", .dropped = true},
		{.text = "Not delivering to previously bounced address", .dropped = true},
		{.text = "605 Not delivering to unsubscribed recipient",
		 .basic = 605,
		 .flags = UNKNOWN,
		 .dropped = true},
		{.text = "Bounced Address", .dropped = true},
		{.text = "Unsubscribed Address", .dropped = true},
		{.text = "suppress-bounce", .dropped = true},
		{.text = "You tried to send to recipient(s) that have been marked as inactive.", .dropped = true},
		/* a server that refuses, not a drop of ours */
		{.text = "550 5.7.1 you are on our suppression list", .code = "5.7.1", .basic = 550},
		{.text = "550 bounced address verification", .basic = 550},
	};
	check_all(rows, COUNT_OF(rows), OUTCOME_DROPPED);
}

static void test_a_field_beside_the_text(void **state)
{
	(void)state;
	static const struct {
		const char *field;
		struct reading r;
		bool from_field;
	} rows[] = {
		{"5.1.1", {.text = "550 5.7.1 IP blacklisted", .code = "5.7.1", .basic = 550, .flags = INNER}, false},
		{"5.0.0", {.text = "550 5.7.1 IP blacklisted", .code = "5.7.1", .basic = 550}, false},
		{"5.1.1", {.text = "550 5.0.0 no", .code = "5.1.1", .basic = 550}, true},
		{"5.1.1", {.text = "550 no", .code = "5.1.1", .basic = 550}, true},
		{"5.1.1", {.text = "550 5.1.1 no", .code = "5.1.1", .basic = 550}, false},
		{"", {.text = "550 5.1.1 no", .code = "5.1.1", .basic = 550}, false},
		{"5.2.2 (mailbox full)", {.text = "no room", .code = "5.2.2"}, true},
		{"5.0.0", {.text = "x-unix; 255", .code = "5.0.0"}, true},
		{"4.4.7",
		 {.text = "554 4.4.7 too old <421 4.4.2 silence>", .code = "4.4.2", .basic = 421, .flags = INNER},
		 false},
		{"4.4.1",
		 {.text = "connect to mx.example.net[192.0.2.7]:25: Connection refused",
		  .code = "4.4.1",
		  .stage = STAGE_CONNECT},
		 true},
		{"2.0.0", {.text = "550 no", .basic = 550}, true},
		{"nonsense", {.text = ""}, true},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct status s;
		struct str text = str_of(rows[i].r.text);
		status_read_pair(str_of(rows[i].field), text, OUTCOME_FAILED, &s);
		check(&rows[i].r, text, &s);
		assert_int_equal(s.enhanced_at.len == 0, rows[i].from_field);
	}
}

static void test_a_code_stored_beside_the_text(void **state)
{
	(void)state;
	enum { OTHER = STATUS_NOT_AS_STORED };
	static const struct {
		const char *code; /* stored */
		int basic;
		const char *text;
		unsigned flags;
		const char *code_seen, *basic_seen; /* the evidence of the stored ones */
	} rows[] = {
		{"5.1.1", 550, "550 5.1.1 no", 0, "5.1.1", "550"},
		{"5.1.1", 550, "550 5.7.1 IP blacklisted", OTHER, "", "550"},
		{"5.7.26", 550, "550 5.1.1 no such user", OTHER, "", "550"},
		{"5.2.2", 0, "550 5.1.1 no", OTHER, "", ""},
		{"5.1.1", 550, "552 full", OTHER, "", ""},
		{"", 550, "552 full", OTHER, "", ""},
		{"5.2.2", 550, "550 4.2.2 full", OTHER | CONTRADICTS, "", "550"},
		/* what says less contradicts nothing */
		{"5.2.2", 0, "Status 5.0.0", 0, "", ""},
		{"5.0.0", 550, "550 5.1.1 no", 0, "", "550"},
		{"5.1.1", 550, "550 5.0.0 no", 0, "", "550"},
		{"4.4.7", 0, "connection lost (#4.4.2)", 0, "", ""},
		{"5.7.1", 550, "Status: 5.1.1", 0, "", ""},
		{"5.7.1", 550, "Status: 5.1.1; 550 5.7.1 no", INNER, "5.7.1", "550"},
		{"5.1.1", 550, "Status: 5.1.1; 550 5.7.1 no", 0, "5.1.1", "550"},
		{"5.1.1", 0, "no code at all", 0, "", ""},
		{"", 0, "550 5.1.1 no", 0, "", ""},
		/* one of several: that one is underlined */
		{"5.2.1", 550, "550 5.1.1 no, then 550 5.2.1 closed", DISAGREE, "5.2.1", "550"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct status s;
		struct ecode code = {0};
		struct str text = str_of(rows[i].text);
		assert_true(rows[i].code[0] == '\0' || ecode_of(str_of(rows[i].code), &code));
		status_read_stored(text, OUTCOME_FAILED, code, rows[i].basic, &s);
		if (s.flags != rows[i].flags ||
		    !str_eq(str_slice(text, s.enhanced_at.start, s.enhanced_at.len), str_of(rows[i].code_seen)) ||
		    !str_eq(str_slice(text, s.basic_at.start, s.basic_at.len), str_of(rows[i].basic_seen)))
			fail_msg("%s %d beside \"%s\": flags %u, code at %zu+%zu, basic at %zu+%zu", rows[i].code,
				 rows[i].basic, rows[i].text, s.flags, s.enhanced_at.start, s.enhanced_at.len,
				 s.basic_at.start, s.basic_at.len);
	}
}

static void test_class(void **state)
{
	(void)state;
	assert_int_equal(status_class((struct ecode){4, 2, 2}, 550), 5);
	assert_int_equal(status_class((struct ecode){5, 1, 1}, 450), 4);
	assert_int_equal(status_class((struct ecode){5, 1, 1}, 0), 5);
	assert_int_equal(status_class((struct ecode){4, 4, 1}, 605), 4);
	assert_int_equal(status_class((struct ecode){0}, 421), 4);
	assert_int_equal(status_class((struct ecode){2, 0, 0}, 250), 0);
	assert_int_equal(status_class((struct ecode){0}, 0), 0);
}

/* Many codes, long runs of what the reader skips, NUL and bytes that are no text: nothing breaks or takes long. */
static void test_hostile(void **state)
{
	(void)state;
	struct buf b = {0};
	struct status s;
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "5.%d.%d ", i % 1000, i / 1000);
	status_read(buf_str(&b), OUTCOME_FAILED, &s);
	assert_true(s.enhanced.cls == 5 && s.flags & STATUS_CODES_DISAGREE);
	static const char *const runs[] = {" ",    "\n",   "(",      "#",   "1",      "1.",  ".",
					   "550 ", "550-", "after ", ">>>", "said: ", "\xFF"};
	for (size_t i = 0; i < COUNT_OF(runs); i++) {
		buf_reset(&b);
		while (b.len < 1000000)
			buf_add(&b, str_of(runs[i]));
		buf_add(&b, STR("\n550 5.1.1"));
		status_read(buf_str(&b), OUTCOME_FAILED, &s);
		assert_int_equal(s.basic, 550);
	}
	status_read(STR("\0\0\xff"
			"550 5.1.1\0"),
		    OUTCOME_FAILED, &s);
	assert_int_equal(s.basic, 550);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_forms),
		cmocka_unit_test(test_replies_of_several_lines),
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_what_only_looks_like_a_code),
		cmocka_unit_test(test_contradictions_and_causes),
		cmocka_unit_test(test_diagnostics_that_are_not_smtp),
		cmocka_unit_test(test_stages),
		cmocka_unit_test(test_suppressions),
		cmocka_unit_test(test_a_field_beside_the_text),
		cmocka_unit_test(test_a_code_stored_beside_the_text),
		cmocka_unit_test(test_class),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
