/* What tests of mails share: reading them, and the mails that most are made of. */
#ifndef MAIL_TEST_H
#define MAIL_TEST_H

#include "import/import.h"

#include "import_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MTIME = 1793008800 }; /* 2026-10-26 10:00:00 UTC */

static const struct import_options plain = {0};

static inline struct list *read_bytes(struct str text)
{
	struct list *l = malloc(sizeof *l);
	struct err e = {0};
	assert_non_null(l);
	*l = list_new();
	if (!list_feed(l, &import_mail, &plain, text, MTIME, &e))
		fail_msg("%s", e.msg);
	return l;
}

static inline struct list *read_mail(const char *text)
{
	return read_bytes(str_of(text));
}

static inline void done(struct list *l)
{
	list_free(l);
	free(l);
}

static inline void assert_text(struct str got, const char *want)
{
	if (!str_eq(got, str_of(want)))
		fail_msg("got \"%.*s\", not \"%s\"", (int)got.len, got.p, want);
}

/* "failed bob@example.com 5.1.1 550", one after the other, separated by "; ". */
static inline void assert_news(const char *name, const struct list *l, const char *want)
{
	struct buf b = {0};
	for (int i = 0; i < l->count; i++) {
		const struct record *r = &l->items[i].record;
		char code[ECODE_TEXT];
		buf_printf(&b, "%s%s ", i ? "; " : "", outcome_name(r->outcome));
		buf_add(&b, r->recipient);
		if (r->enhanced.cls)
			buf_printf(&b, " %s", ecode_text(r->enhanced, code));
		if (r->basic)
			buf_printf(&b, " %d", r->basic);
	}
	if (!str_eq(buf_str(&b), str_of(want)))
		fail_msg("%s: got \"%s\", not \"%s\"", name, b.p ? b.p : "", want);
	buf_free(&b);
}

#define DAEMON                                                                                                         \
	"From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nTo: ann@example.net\n"                             \
	"Date: Mon, 26 Oct 2026 09:00:00 +0000\nMessage-ID: <n1@mx.example.net>\n"
#define ORIGINAL                                                                                                       \
	"Received: from app.example.net by mx.example.net; Mon, 26 Oct 2026 08:00:00 +0000\n"                          \
	"Message-ID: <o1@example.net>\nFrom: Ann <ann@example.net>\nTo: bob@example.com\n"                             \
	"Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\nDate: Mon, 26 Oct 2026 10:00:00 +0200\n\nHello\n"
#define REPORT_HEAD                                                                                                    \
	DAEMON "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"                                     \
	       "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"\n\n"                      \
	       "preamble\n--b1\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n"
#define STATUS "--b1\nContent-Type: message/delivery-status\n\n"
#define FATE_BOB                                                                                                       \
	"Reporting-MTA: dns; mx.example.net\nX-Postfix-Queue-ID: 4D2A61F00C\n"                                         \
	"Arrival-Date: Mon, 26 Oct 2026 08:00:01 +0000\n\n"                                                            \
	"Final-Recipient: rfc822; bob@example.com\nOriginal-Recipient: rfc822;bob@example.com\n"                       \
	"Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx1.example.com\n"                                            \
	"Diagnostic-Code: smtp; 550 5.1.1 <bob@example.com>: no mailbox\n    of that name\n"                           \
	"Last-Attempt-Date: Mon, 26 Oct 2026 08:59:58 +0000\n\n"
#define RETURNED "--b1\nContent-Type: message/rfc822\n\n" ORIGINAL "\n--b1--\n"

#endif
