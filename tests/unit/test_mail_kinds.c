#include "mail_test.h"

/* A mail of a daemon in UTF-8 with this Subject and text. */
static void check(const char *name, const char *subject, const char *text, const char *want)
{
	struct buf b = {0};
	buf_printf(&b, DAEMON "Subject: %s\nContent-Type: text/plain; charset=utf-8\n\n%s", subject, text);
	struct list *l = read_bytes(buf_str(&b));
	assert_news(name, l, want);
	done(l);
	buf_free(&b);
}

/* Neither the Subject alone nor the text alone must be needed: the other one is English nonsense. */
static void speaks_languages(void **state)
{
	(void)state;
	static const struct {
		const char *name, *subject, *text, *want;
	} rows[] = {
		{"German", "Zustellung fehlgeschlagen",
		 "Ihre Nachricht konnte nicht zugestellt werden:\n\n  bob@example.com\n\nGrund: 550 unbekannt\n",
		 "failed bob@example.com 550"},
		{"German, verbatim", "Hallo",
		 "Fehler bei der Nachrichtenzustellung an folgende Empfänger:\n\nbob@example.com\n#550 5.1.1 nein ##\n",
		 "failed bob@example.com 5.1.1 550"},
		{"French", "Bonjour",
		 "Votre message n’a pas pu être délivré à :\n\nbob@example.com\n\nLe serveur a répondu : 550 Inconnu\n",
		 "failed bob@example.com 550"},
		{"Spanish", "Hola",
		 "Su mensaje NO PUDO SER ENTREGADO a:\n\n  bob@example.com\n\nEl servidor respondió: 552 lleno\n",
		 "failed bob@example.com 552"},
		{"Italian", "Ciao", "Il messaggio non è stato consegnato a:\n\nbob@example.com\n   550 inesistente\n",
		 "failed bob@example.com 550"},
		{"Portuguese", "Olá", "A mensagem não foi entregue:\n\nbob@example.com: 550 desconhecido\n",
		 "failed bob@example.com 550"},
		{"Dutch", "Hallo", "Uw bericht kon niet worden bezorgd:\n\nbob@example.com\n",
		 "failed bob@example.com"},
		{"Polish", "Niedostarczona wiadomość", "Wiadomość nie została dostarczona:\n\nbob@example.com\n",
		 "failed bob@example.com"},
		{"Russian", "НЕДОСТАВЛЕННОЕ СООБЩЕНИЕ",
		 "Не удалось выполнить доставку:\n\nbob@example.com\nОшибка: 550 нет такого\n",
		 "failed bob@example.com 550"},
		{"Japanese", "お知らせ",
		 "以下の宛先に配送できませんでした。\n\nbob@example.com\n\nエラー内容: 550 no\n",
		 "failed bob@example.com 550"},
		{"Chinese", "通知", "您的邮件未能送达以下收件人：\n\nbob@example.com\n\n退信原因：550 无此用户\n",
		 "failed bob@example.com 550"},
		{"Japanese, at once behind it", "お知らせ",
		 "bob@example.comへのメールは配信できません（bob@example.com）\n550 no\n",
		 "failed bob@example.com 550"},
		{"Chinese, in wide brackets", "通知", "邮件未能送达（bob@example.com）。\n退信原因：550 无此用户\n",
		 "failed bob@example.com 550"},
		{"Chinese, short", "未传递: 你好", "无法到达下列收件人：\n\n  bob@example.com 2026/11/2\n",
		 "failed bob@example.com"},
		{"Japanese, blocked", "配信状態通知", "bob@example.com へのメールはブロックされました。\n\n550 no\n",
		 "failed bob@example.com 550"},
		{"Korean", "[반송] 안내", "메일을 보내지 못했습니다.\n\n받는 사람: bob@example.com\n사유: 550 no\n",
		 "failed bob@example.com 550"},
		{"German, passive", "Bericht",
		 "Ihr Dokument wurde nicht zugestellt an:\n\nbob@example.com\n\nUrsache: voll\n",
		 "failed bob@example.com"},
		{"French, of Sun", "Bonjour",
		 "Ne peut être remis :\n\n  Adresse du destinataire : bob@example.com\n  Motif : "
		 "alias inconnu\n",
		 "failed bob@example.com"},
		{"Japanese, a label", "お知らせ",
		 "次の受取人に配送できません。\n  受取人アドレス: bob@example.com\n  理由: 不明\n",
		 "failed bob@example.com"},
		{"French, literary", "Echec de distribution", "Votre message à bob@example.com n’a pu être délivré.\n",
		 "failed bob@example.com"},
		{"French, a report", "Rapport de non-livraison",
		 "Ce message n'a pas été livré :\n\nbob@example.com\n552 5.2.2 plein\n",
		 "failed bob@example.com 5.2.2 552"},
		{"Spanish, sent back", "Mensaje devuelto", "No pudo ser enviado a:\n\nbob@example.com\n",
		 "failed bob@example.com"},
		{"Italian, old style", "Avviso",
		 "Il messaggio per <bob@example.com> non ha potuto essere consegnato.\n", "failed bob@example.com"},
		{"a delay in Russian", "Доставка отложена", "Доставка отложена:\n\nbob@example.com\n",
		 "deferred bob@example.com"},
		{"absent in Italian", "Fuori sede: Ciao", "Non sono qui. Scriva a eve@example.com\n", ""},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check(rows[i].name, rows[i].subject, rows[i].text, rows[i].want);
}

static void speaks_dialects(void **state)
{
	(void)state;
	static const struct {
		const char *name, *subject, *text, *want;
	} rows[] = {
		{"MDaemon", "Warning: bob@example.com - User unknown!",
		 "Your message has encountered delivery problems\nto the following recipient(s):\n\n  "
		 "bob@example.com\n\n"
		 "  ----- Transcript of session -----\n  <-- 220 mx1.example.com ESMTP\n  --> RCPT "
		 "To:<bob@example.com>\n"
		 "  <-- 550 <bob@example.com>, Recipient unknown\n  --> QUIT\n",
		 "failed bob@example.com 550"},
		{"smail", "mail failed, returning to sender",
		 "|--- Message log follows: ---|\n no valid recipients were found for this message\n"
		 "|--- Failed addresses follow: ---|\n <bob@example.com> ... unknown host\n|--- Message text follows: "
		 "---|\n" ORIGINAL,
		 "failed bob@example.com"},
		{"a conversation in brackets", "There was an error sending your mail",
		 "We had trouble delivering your message.\n\n1 error(s):\n\nSMTP Server <mx1.example.com> rejected "
		 "recipient "
		 "<bob@example.com>\n  (Error following RCPT command). It responded as follows: [550 5.1.1 who?]\n",
		 "failed bob@example.com 5.1.1 550"},
		{"behind bullets", "Email Delivery Failure",
		 "An email you addressed to :\n\n-- bob@example.com\n\ncould not be delivered. The problem appears to "
		 "be "
		 ":\n\n-- Wrong address\n\nAdditional information follows :\n\n-- 550 Invalid Recipient\n",
		 "failed bob@example.com 550"},
		{"Exim, an alias", "Mail delivery failed",
		 "The following address(es) failed:\n\n  old@isp.example\n    (generated from list@example.com)\n    "
		 "SMTP error "
		 "after RCPT TO:<old@isp.example>:\n    550 5.1.1 unknown\n  eve@example.org\n    552 5.2.2 full\n",
		 "failed list@example.com 5.1.1 550; failed eve@example.org 5.2.2 552"},
		{"Sendmail, an alias", "Returned mail: User unknown",
		 "   ----- The following addresses had permanent fatal errors -----\n<old@isp.example>\n    (reason: "
		 "550 5.1.1 "
		 "no)\n    (expanded from: <list@example.com>)\n",
		 "failed list@example.com 5.1.1 550"},
		{"numbers that are no codes", "Undeliverable mail",
		 "It could not be delivered to the following recipient:\n\n  bob@example.com\n\nThe message of 550 KB "
		 "is over the "
		 "limit of Server (version 5.7.1) at 192.0.2.55.\nTicket #554321, call +1 550 555 1234 or see "
		 "https://example.org/550/5.1.1?code=550.\nReference 4.16.55.1, build 5.2.2-rc1, 5.50 USD.\n",
		 "failed bob@example.com"},
		{"a quoted name", "Undelivered Mail", "<\"b b\"@example.com>: 550 5.1.1 no\n",
		 "failed \"b b\"@example.com 5.1.1 550"},
		{"to oneself", "Undelivered Mail", "<ann@example.net>: host mx said: 550 5.1.1 no\n",
		 "failed ann@example.net 5.1.1 550"},
		{"not to oneself", "Undelivered Mail", "<ann@example.net>:\nbob@example.com: 550 5.1.1 no\n",
		 "failed bob@example.com 5.1.1 550"},
		{"an address below a signature", "Undelivered Mail",
		 "bob@example.com: 552 full\n-- \nhotline@example.com\n", "failed bob@example.com 552"},
		{"frozen", "Message 1h0aBc-0005Xy-Qk has been frozen",
		 "The following address(es) have yet to be delivered:\n\n  bob@example.com: SMTP error from remote "
		 "mail server\n",
		 "deferred bob@example.com"},
		{"a list of what is held", "Quarantine summary: 2 messages",
		 "  bob@example.org  Undeliverable: hi  550 KB\n", ""},
		{"from one to another", "Undeliverable: hi",
		 "Message from <eve@example.org> to <bob@example.com> was not delivered.\nReason: 550 5.7.1 "
		 "<eve@example.org>: no\n",
		 "failed bob@example.com 5.7.1 550"},
		{"behind a name", "Undeliverable: hi",
		 "It could not be delivered:\n\n   Bob Miller <bob@example.com>\n\nReason: full\n",
		 "failed bob@example.com"},
		{"a table", "Delivery failure",
		 "Delivery failed.\nRecipient . . . : bob@example.com\nStatus  . . . . : 552 5.2.2 Mailbox full\n",
		 "failed bob@example.com 5.2.2 552"},
		{"mail to who helps", "Undeliverable: hi",
		 "Your message could not be delivered to bob@example.com.\n\nPlease send mail to hotline@example.com "
		 "for help.\nOr "
		 "contact: team@example.com\n",
		 "failed bob@example.com"},
		{"a greeting is nobody's fate", "Undeliverable mail",
		 "Hello ann@example.net,\n\nthe group you tried to contact may not exist.\n\n----- Original message "
		 "-----\n" ORIGINAL,
		 "failed bob@example.com"},
		{"behind an arrow", "Undeliverable mail",
		 "These had fatal errors:\n\n>>>   bob@example.com\n\nWe heard <<< 550 Nobody here\n",
		 "failed bob@example.com 550"},
		{"quoted", "Undeliverable mail",
		 "The mail system could not deliver what you sent:\n\n> eve@example.org wrote: hi\n", ""},
		{"in a box", "Undeliverable mail",
		 "| Your message could not be delivered:\n| bob@example.com\n|   550 nobody here\n",
		 "failed bob@example.com 550"},
		{"a diagnostic", "Undeliverable mail",
		 "bob@example.com\n\nDiagnostic: 550 User <bob@example.com> is new\n", "failed bob@example.com 550"},
		{"an alias of an alias", "Mail delivery failed",
		 "The following address(es) failed:\n\n  eve@isp.example\n    (ultimately generated from "
		 "bob@example.com)\n"
		 "    550 no\n",
		 "failed bob@example.com 550"},
		{"a delay that the other server spoke of", "Undelivered Mail Returned to Sender",
		 "<bob@example.com>: 450 4.7.1 has been delayed, will try again\n", "failed bob@example.com 4.7.1 450"},
		{"time is up", "Mail delivery failed",
		 "The following address(es) failed:\n\n  bob@example.com\n    451 delivery delayed: retry timeout "
		 "exceeded\n",
		 "failed bob@example.com 451"},
		{"a warning that is sent back", "Returned mail: warning: cannot send message for 4 hours",
		 "bob@example.com\nyou do not need to resend your message\n", "deferred bob@example.com"},
		{"known from the Subject alone", "User unknown: bob@example.com", "We could not deliver it.\n",
		 "failed bob@example.com"},
		{"not from the Subject", "Undeliverable: Write to eve@example.org",
		 "It could not be delivered.\n\n" ORIGINAL, "failed bob@example.com"},
		{"known from the envelope", "Mail delivery failed",
		 "The following address(es) failed:\n\n  bob\n    550 no\n\nReceived: from a by b with SMTP id c\n  "
		 "for "
		 "<bob@example.com>; Mon, 26 Oct 2026 08:00:00 +0000\nMessage-ID: <o1@example.net>\nFrom: "
		 "ann@example.net\n\nHello\n",
		 "failed bob@example.com 550"},
		{"a pipe, and who has it", "Mail delivery failed",
		 "The following address(es) failed:\n\n  save to /srv/bob/\n    generated by bob@example.com\n    disk "
		 "is full\n",
		 "failed bob@example.com"},
		{"an alias on two lines", "Undelivered Mail",
		 "<a-rather-long-address@isp.example> (expanded from\n    <bob@example.com>): host mx said: 550 5.1.1 "
		 "no\n",
		 "failed bob@example.com 5.1.1 550"},
		{"who only helps", "Undeliverable mail",
		 "Your message to bob@example.com could not be delivered: mailbox is full.\n\nIf you need help, write "
		 "to "
		 "helpdesk@example.net, or to our team at team@gw.example.net.\n-- \nExample, info@gw.example.net, tel "
		 "550 1\n",
		 "failed bob@example.com"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check(rows[i].name, rows[i].subject, rows[i].text, rows[i].want);
}

#define DISPOSITION(text)                                                                                              \
	DAEMON "Subject: Rejected: Hi\nContent-Type: multipart/report; report-type=disposition-notification; "         \
	       "boundary=b1\n\n--b1\nContent-Type: text/plain\n\n" text                                                \
	       "\n--b1\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; bob@example.com\n"  \
	       "Disposition: automatic-action/MDN-sent-automatically; deleted\n\n"

/* What delivers into a mailbox refuses in the form of a report about reading. */
static void refused_at_the_mailbox(void **state)
{
	(void)state;
	struct list *l = read_mail(DISPOSITION(
		"Your message to <bob@example.com> was automatically rejected:\nQuota exceeded (mailbox is full)\n")
					   RETURNED);
	assert_news("rejected", l, "failed bob@example.com");
	assert_text(l->items[0].record.message_id, "o1@example.net");
	done(l);
	l = read_mail(DISPOSITION("Your message was deleted without being read.\n") RETURNED);
	assert_news("unread", l, "");
	done(l);
}

/* A list's server refuses, and quotes what it refused. */
#define LIST_SERVER                                                                                                    \
	"Return-Path: <cats-admin@example.org>\nFrom: cats-admin@example.org\nTo: ann@example.net\n"                   \
	"Date: Mon, 26 Oct 2026 09:00:00 +0000\nMessage-ID: <n1@example.org>\n"

static void refused_by_a_list(void **state)
{
	(void)state;
	static const struct {
		const char *mail, *want, *id;
	} rows[] = {
		{LIST_SERVER
		 "Subject: system error message\n\nDuplicated Message-ID in <cats@example.org>.\nOriginal mail "
		 "as follows:\n\n>Received: from x by y\n>From: ann@example.net\n>To: dogs@example.org\n"
		 ">Message-ID: <o1@example.net>\n>\n>Hello\n",
		 "failed cats@example.org", "o1@example.net"},
		{LIST_SERVER
		 "Subject: You are not member (cats)\n\nYou are not a member of this list.\nOriginal mail as "
		 "follows:\n\n   Date: Mon, 26 Oct 2026 08:00:00 +0000\n   From: ann@example.net\n"
		 "   To: cats@example.org\n   Message-ID: <o2@example.net>\n\n   Hello\n",
		 "failed cats@example.org", "o2@example.net"},
		{LIST_SERVER
		 "Subject: You are not member yet\n\nDo you, ann@example.net, want to join <cats@example.org>?\n",
		 "", NULL},
		{LIST_SERVER "Subject: [cats] hello\n\nEve: you are not a member of <club@example.org>, I hear.\n", "",
		 NULL},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct list *l = read_mail(rows[i].mail);
		assert_news(rows[i].mail, l, rows[i].want);
		if (rows[i].id)
			assert_text(l->items[0].record.message_id, rows[i].id);
		done(l);
	}
}

/* A part with a report in it, whatever it is called. */
static void report_by_another_name(void **state)
{
	(void)state;
	struct list *l = read_mail(
		REPORT_HEAD "--b1\nContent-Type: application/octet-stream; name=details\n\nReporting-MTA: dns; x\n\n"
			    "Final-Recipient: rfc822; bob@example.com\nAction: failed\nStatus: 5.1.1\n\n" RETURNED);
	assert_news("octets", l, "failed bob@example.com 5.1.1");
	done(l);
	l = read_mail(REPORT_HEAD
		      "--b1\nContent-Type: application/octet-stream\n\nFinal results: 550 5.1.1\n\n" RETURNED);
	assert_news("other octets", l, "failed bob@example.com");
	done(l);
}

static void completes_reports(void **state)
{
	(void)state;
	static const struct {
		const char *text, *fields, *want;
	} rows[] = {
		{"", "Final-Recipient: utf-8; zo\\x{EB}@ex\\x{E4}mple.de\nAction: failed\nStatus: 5.1.1\n",
		 "failed zoë@exämple.de 5.1.1"},
		{"",
		 "Original-Recipient: rfc822;b+2Bc@example.com\nFinal-Recipient: rfc822; b+c@example.com\nAction: "
		 "failed\n",
		 "failed b+c@example.com"},
		{"",
		 "Original-Recipient: rfc822;b+2Bc@example.com\nFinal-Recipient: rfc822; x@example.com\nAction: "
		 "failed\n",
		 "failed b+2Bc@example.com"},
		{"", "Final-Recipient: rfc822; bob\nX-Actual-Recipient: rfc822; bob@example.com\nAction: failed\n",
		 "failed bob@example.com"},
		{"",
		 "Final-Recipient: rfc822; bob@example.com\nX-Actual-Recipient: rfc822; x@inner.example\nAction: "
		 "failed\n",
		 "failed bob@example.com"},
		{"", "Final-Recipient: rfc822;SMTP:bob@example.com\nAction: failed\n", "failed bob@example.com"},
		{">>> RCPT TO:<x@inner.example>\n<<< 553 Invalid recipient\n",
		 "Final-Recipient: rfc822; <bob@example.com>\nAction: failed\nStatus: 5.7.1\n",
		 "failed bob@example.com 5.7.1 553"},
		{"<old@isp.example>: 550 5.1.1 no\n    (expanded from: <list@example.com>)\n",
		 "Final-Recipient: rfc822; old@isp.example\nAction: failed\nStatus: 5.1.1\n",
		 "failed list@example.com 5.1.1 550"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b = {0};
		buf_printf(&b, "%s%s%sReporting-MTA: dns; mx.example.net\n\n%s\n%s", REPORT_HEAD, rows[i].text, STATUS,
			   rows[i].fields, RETURNED);
		struct list *l = read_bytes(buf_str(&b));
		assert_news(rows[i].fields, l, rows[i].want);
		done(l);
		buf_free(&b);
	}
}

/* Amazon SES reports by a bounce of 5.1.1 what it never tried to send. */
static void suppressed_is_a_drop(void **state)
{
	(void)state;
	static const char *const said[] = {
		"Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an\n"
		"    invalid address.",
		"Amazon SES did not send the message to this address because it is on the suppression list\n"
		"    for your account.",
	};
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		struct buf b = {0};
		buf_printf(&b,
			   REPORT_HEAD STATUS
			   "Reporting-MTA: dns; a.smtp-out.amazonses.com\n\n"
			   "Final-Recipient: rfc822; bob@example.com\nAction: failed\nStatus: 5.1.1\n"
			   "Diagnostic-Code: smtp; 550 5.1.1 %s\n\n" RETURNED,
			   said[i]);
		struct list *l = read_bytes(buf_str(&b));
		assert_news(said[i], l, "dropped bob@example.com");
		const struct list_item *item = &l->items[0];
		assert_int_equal(item->record.attempts, 0);
		assert_int_equal(item->attempts, 0);
		assert_int_equal(item->record.stage, STAGE_NONE);
		assert_true(str_find(item->record.response, STR("Amazon SES"), 0) != SIZE_MAX);
		done(l);
		buf_free(&b);
	}
	/* a server that says so of our whole domain refuses; that is no drop */
	check("refused", "Undelivered Mail Returned to Sender",
	      "Your message could not be delivered to:\n\nbob@example.com\n"
	      "550 5.7.1 you are on our suppression list\n",
	      "failed bob@example.com 5.7.1 550");
}

/* A subscription by e-mail to what Amazon SES tells. */
static void holds_an_event(void **state)
{
	(void)state;
	static const char head[] =
		"From: no-reply@sns.example\nTo: ann@example.net\nSubject: AWS Notification Message\n\n";
	struct buf b = {0};
	buf_printf(
		&b,
		"%s{\"notificationType\":\"Bounce\",\n\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":"
		"[{\"emailAddress\":\"bob@example.com\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 "
		"no\"}],"
		"\"timestamp\":\"2026-10-26T09:00:00.000Z\"},\"mail\":{\"messageId\":\"m1\",\"source\":\"ann@example."
		"net\","
		"\"destination\":[\"bob@example.com\"]}}\n\n--\nTo stop receiving {notifications}, visit the link "
		"below\n",
		head);
	struct list *l = read_bytes(buf_str(&b));
	assert_news("event", l, "failed bob@example.com 5.1.1 550");
	assert_int_equal(l->items[0].record.source_line, 1);
	assert_int_equal(l->items[0].record.time, MTIME - 3600);
	assert_int_equal(l->bad_count, 0);
	done(l);
	buf_reset(&b);
	buf_printf(&b, "%s{\"parcel\": \"could not be delivered to bob@example.com\", \"code\": 550}\n", head);
	l = read_bytes(buf_str(&b));
	assert_news("some other JSON", l, "");
	assert_int_equal(l->bad_count, 0);
	done(l);
	buf_free(&b);
}

static void no_empty_line_between(void **state)
{
	(void)state;
	struct list *l =
		read_mail("From x  Mon Oct 26 09:00:00 2026\n" DAEMON "Subject: failure notice\n\n<a@example.com>:\nno "
			  "such user\nFrom ann Mon Oct 26 at 09:00\nFrom Bob at 10:00: no\nFrom y  Mon Oct 26 "
			  "09:30:00 2026\n" DAEMON "Subject: failure notice\n\n<b@example.com>:\nno such user\n");
	assert_news("mbox", l, "failed a@example.com; failed b@example.com");
	done(l);
}

static void reads_utf7(void **state)
{
	(void)state;
	struct list *l = read_mail(DAEMON "Subject: Undeliverable mail\nContent-Type: text/plain; "
					  "charset=unicode-1-1-utf-7\n\nbob+AEA-example.com: 550 no\n");
	assert_news("UTF-7", l, "failed bob@example.com 550");
	done(l);
}

static void reads_html(void **state)
{
	(void)state;
	static const char head[] = DAEMON "Subject: Undeliverable mail\nMIME-Version: 1.0\nContent-Type: ";
	static const struct {
		const char *rest, *want;
	} rows[] = {
		{"text/html\n\n<p>Failed to deliver to bob&#64;example&#46;com:<p>&#x35;50&#32;no",
		 "failed bob@example.com 550"},
		{"text/html\n\n<!-- > eve@example.org 552 --><p>Failed to deliver to bob@example.com<p>550 no",
		 "failed bob@example.com 550"},
		{"text/html\n\n<p>Failed to deliver to <a href='mailto:bob@example.com?subject=x'>Bob</a><p>550 no",
		 "failed bob@example.com 550"},
		{"text/html\n\n<p>Failed to deliver to <a href=\"mailto:eve@example.org\">bob@example.com</a>: 550 no",
		 "failed bob@example.com 550"},
		{"text/html\n\n<p>Failed to deliver &#; &#x; &#1; &#9999999; &# to bob@example.com <!-- "
		 "eve@example.org",
		 "failed bob@example.com"},
		{"multipart/alternative; boundary=b1\n\n--b1\n\nDelivery failed, see the other "
		 "part.\n--b1\nContent-Type: "
		 "text/html\n\n<p>Failed to deliver to bob@example.com<p>550 no\n--b1--\n",
		 "failed bob@example.com 550"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b = {0};
		buf_printf(&b, "%s%s", head, rows[i].rest);
		struct list *l = read_bytes(buf_str(&b));
		assert_news(rows[i].rest, l, rows[i].want);
		done(l);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_languages),
		cmocka_unit_test(speaks_dialects),
		cmocka_unit_test(refused_by_a_list),
		cmocka_unit_test(report_by_another_name),
		cmocka_unit_test(refused_at_the_mailbox),
		cmocka_unit_test(completes_reports),
		cmocka_unit_test(suppressed_is_a_drop),
		cmocka_unit_test(holds_an_event),
		cmocka_unit_test(no_empty_line_between),
		cmocka_unit_test(reads_utf7),
		cmocka_unit_test(reads_html),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
