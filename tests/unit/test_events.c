/* Events of the providers: every construct once; streams whole, broken and hostile. */
#include "codes.h"
#include "import/json.h"

#include "import_list.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MTIME = 1793008800 }; /* 2026-10-26 10:00:00 UTC */

static const struct import_options plain = {0};

static struct list read_events(struct str text)
{
	struct list l = list_new();
	struct err e = {0};
	if (!list_feed(&l, &import_events, &plain, text, MTIME, &e))
		fail_msg("%s", e.msg);
	return l;
}

/* "outcome recipient enhanced basic time" of each record, "-" for none; then "bad LINE" of what is malformed. */
static void summary(const struct list *l, struct buf *b)
{
	char code[ECODE_TEXT];
	for (int i = 0; i < l->count; i++) {
		const struct record *r = &l->items[i].record;
		buf_printf(b, "%s%s %.*s %s %d %lld", b->len ? "; " : "", outcome_name(r->outcome),
			   (int)r->recipient.len, r->recipient.p, r->enhanced.cls ? ecode_text(r->enhanced, code) : "-",
			   r->basic, (long long)r->time);
	}
	for (int i = 0; i < l->bad_count; i++)
		buf_printf(b, "%sbad %lld", b->len ? "; " : "", (long long)l->bad[i].line);
}

static void assert_reads(const char *text, const char *want)
{
	struct list l = read_events(str_of(text));
	struct buf b = {0};
	summary(&l, &b);
	if (strcmp(b.p ? b.p : "", want) != 0)
		fail_msg("%s\n  is read as \"%s\"\n  not as \"%s\"%s%s", text, b.p ? b.p : "", want,
			 l.bad_count ? ": " : "", l.bad_count ? l.bad[0].why : "");
	buf_free(&b);
	list_free(&l);
}

struct reading {
	const char *text, *want;
};

static void assert_all(const struct reading *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_reads(cases[i].text, cases[i].want);
}

static void sendgrid(void **state)
{
	(void)state;
#define SG(event, more)                                                                                                \
	"[{\"email\":\"bob@example.com\",\"timestamp\":1790000000,\"smtp-id\":\"<m@app.example>\",\"sg_message_id\":"  \
	"\"abc.filter-1\",\"event\":\"" event "\"" more "}]"
	static const struct reading cases[] = {
		{SG("bounce", ",\"type\":\"bounce\",\"status\":\"5.0.0\",\"reason\":\"550 5.1.1 no such user\""),
		 "failed bob@example.com 5.1.1 550 1790000000"},
		{SG("bounce", ",\"type\":\"blocked\",\"status\":\"554\",\"reason\":\"554 listed\""),
		 "failed bob@example.com - 554 1790000000"},
		{SG("bounce", ",\"status\":\"5.2.1\",\"reason\":\"no words\""),
		 "failed bob@example.com 5.2.1 0 1790000000"},
		{SG("deferred", ",\"response\":\"451 4.7.1 later\",\"attempt\":\"3\""),
		 "deferred bob@example.com 4.7.1 451 1790000000"},
		{SG("dropped", ",\"reason\":\"Bounced Address\""), "dropped bob@example.com - 0 1790000000"},
		{SG("dropped", ",\"reason\":\"Invalid\",\"status\":\"5.1.1\""),
		 "dropped bob@example.com - 0 1790000000"},
		{SG("processed", ""), "queued bob@example.com - 0 1790000000"},
		{SG("delivered", ",\"response\":\"250 2.0.0 OK\""), "delivered bob@example.com 2.0.0 250 1790000000"},
		{SG("open", ""), "opened bob@example.com - 0 1790000000"},
		{SG("click", ""), "opened bob@example.com - 0 1790000000"},
		{SG("spamreport", ""), ""},
		{SG("unsubscribe", ""), ""},
		{SG("flown", ""), "bad 1"},
		/* lists of suppressed addresses */
		{"[{\"created\":1790000000,\"email\":\"a@example.com\",\"reason\":\"550 5.1.1 "
		 "gone\",\"status\":\"5.1.1\"}]",
		 "failed a@example.com 5.1.1 550 1790000000"},
		{"[{\"created\":\"2026-11-01 10:00:00\",\"email\":\"a@example.com\",\"reason\":\"Mail domain mentioned "
		 "in "
		 "email address is unknown\"}]",
		 "failed a@example.com - 0 1793527200"},
		{"[{\"created\":1790000000,\"email\":\"a@example.com\",\"ip\":\"192.0.2.1\"}]", ""},
		{"{\"messages\":[{\"to_email\":\"a@example.com\",\"msg_id\":\"x.y\",\"status\":\"not_delivered\","
		 "\"last_event_time\":\"2026-11-01T10:00:00Z\"}]}",
		 "failed a@example.com - 0 1793527200"},
	};
	assert_all(cases, COUNT_OF(cases));
	struct list l = read_events(STR(SG("bounce", ",\"reason\":\"550 no\"") SG("open", "")));
	assert_int_equal(l.count, 2);
	assert_true(l.items[0].record.source_key == l.items[1].record.source_key);
	assert_int_equal(l.items[0].attempts, 1);
	assert_int_equal(l.items[1].attempts, 0);
	assert_true(str_eq(l.items[0].record.message_id, STR("m@app.example")));
	assert_true(str_eq(l.items[0].record.queue_id, STR("abc")));
	list_free(&l);
}

static void mailgun(void **state)
{
	(void)state;
#define MG(event, more)                                                                                                \
	"{\"signature\":{\"token\":\"x\"},\"event-data\":{\"event\":\"" event "\",\"timestamp\":1790000000.25,"        \
	"\"recipient\":\"bob@example.com\",\"message\":{\"headers\":{\"message-id\":\"m@app.example\",\"subject\":"    \
	"\"Hi\","                                                                                                      \
	"\"from\":\"App <app@app.example>\"}}" more "}}"
	static const struct reading cases[] = {
		{MG("failed", ",\"severity\":\"permanent\",\"reason\":\"bounce\",\"delivery-status\":{\"code\":550,"
			      "\"message\":\"5.1.1 no such user\",\"mx-host\":\"mx.example.com\"}"),
		 "failed bob@example.com 5.1.1 550 1790000000"},
		{MG("failed", ",\"severity\":\"permanent\",\"delivery-status\":{\"code\":550,\"message\":\"\","
			      "\"description\":\"No such user\",\"enhanced-code\":\"5.1.1\"}"),
		 "failed bob@example.com 5.1.1 550 1790000000"},
		{MG("failed",
		    ",\"severity\":\"permanent\",\"reason\":\"suppress-bounce\",\"delivery-status\":{\"code\":605}"),
		 "dropped bob@example.com - 0 1790000000"},
		{MG("failed",
		    ",\"severity\":\"temporary\",\"delivery-status\":{\"code\":452,\"message\":\"4.2.2 full\"}"),
		 "deferred bob@example.com 4.2.2 452 1790000000"},
		{MG("failed", ",\"severity\":\"temporary\",\"delivery-status\":{\"code\":498,\"message\":\"No MX\"}"),
		 "deferred bob@example.com - 498 1790000000"},
		{MG("rejected", ",\"reject\":{\"reason\":\"Sandbox\"}"), "failed bob@example.com - 0 1790000000"},
		{MG("accepted", ""), "queued bob@example.com - 0 1790000000"},
		{MG("delivered", ",\"delivery-status\":{\"code\":250,\"message\":\"OK\"}"),
		 "delivered bob@example.com - 250 1790000000"},
		{MG("opened", ""), "opened bob@example.com - 0 1790000000"},
		{MG("complained", ""), ""},
		{MG("unsubscribed", ""), ""},
		/* before */
		{"{\"event\":\"bounced\",\"recipient\":\"bob@example.com\",\"code\":\"550\",\"error\":\"5.1.1 gone\","
		 "\"timestamp\":\"1790000000\"}",
		 "failed bob@example.com 5.1.1 550 1790000000"},
		{"{\"event\":\"dropped\",\"recipient\":\"bob@example.com\",\"code\":\"605\",\"description\":\"Not "
		 "delivering "
		 "to previously bounced address\",\"timestamp\":1790000000}",
		 "dropped bob@example.com - 0 1790000000"},
		{"{\"event\":\"dropped\",\"recipient\":\"bob@example.com\",\"code\":\"550\",\"description\":\"5.1.1 "
		 "gone\","
		 "\"timestamp\":1790000000}",
		 "failed bob@example.com 5.1.1 550 1790000000"},
		{"{\"event\":\"dropped\",\"recipient\":\"bob@example.com\",\"code\":\"602\",\"reason\":\"old\","
		 "\"description\":"
		 "\"Too old\",\"timestamp\":1790000000}",
		 "failed bob@example.com - 602 1790000000"},
		/* refused before it was one message a recipient */
		{"{\"event-data\":{\"event\":\"rejected\",\"timestamp\":1790000000,\"reject\":{\"reason\":\"Sandbox\"},"
		 "\"message\":"
		 "{\"headers\":{\"to\":\"a@example.com, \\\"B, <the> b\\\" <b@example.com>\"}}}}",
		 "failed a@example.com - 0 1790000000; failed b@example.com - 0 1790000000"},
		/* answers of its API */
		{"{\"items\":[{\"event\":\"delivered\",\"recipient\":\"a@example.com\",\"timestamp\":1790000000}],"
		 "\"paging\":{\"next\":\"https://api.example.com/{x}\"}}",
		 "delivered a@example.com - 0 1790000000"},
		{"{\"items\":[{\"address\":\"a@example.com\",\"code\":\"550\",\"error\":\"No such "
		 "mailbox\",\"created_at\":"
		 "\"Sun, 01 Nov 2026 10:00:00 UTC\"}]}",
		 "failed a@example.com - 550 1793527200"},
		{"{\"items\":[{\"address\":\"a@example.com\",\"created_at\":\"Sun, 01 Nov 2026 10:00:00 UTC\"}]}", ""},
	};
	assert_all(cases, COUNT_OF(cases));
	struct list l = read_events(STR("{\"event\":\"delivered\",\"recipient\":\"a@example.com\",\"timestamp\":1,"
					"\"message-headers\":\"[[\\\"Subject\\\",\\\"Hi\\\"],[\\\"From\\\","
					"\\\"a@app.example\\\"],[\\\"Message-Id\\\",\\\"<m@x>\\\"]]\"}"));
	assert_int_equal(l.count, 1);
	assert_true(str_eq(l.items[0].record.title, STR("Hi")));
	assert_true(str_eq(l.items[0].record.sender, STR("a@app.example")));
	assert_true(str_eq(l.items[0].record.message_id, STR("m@x")));
	list_free(&l);
}

#define SES_MAIL                                                                                                       \
	"\"mail\":{\"timestamp\":\"2026-11-01T09:00:00.000Z\",\"messageId\":\"ses-1\",\"source\":\"app@app.example\"," \
	"\"destination\":[\"bob@example.com\"],\"headers\":[{\"name\":\"Subject\",\"value\":\"Hi\"}]}"
#define SES_BOUNCE                                                                                                     \
	"{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":["            \
	"{\"emailAddress\":\"bob@example.com\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 unknown\"},"  \
	"{\"emailAddress\":\"eve@example.com\",\"status\":\"5.2.2\"}],\"timestamp\":\"2026-11-01T10:00:00.000Z\"}"     \
	"," SES_MAIL "}"
#define SES_BOTH "failed bob@example.com 5.1.1 550 1793527200; failed eve@example.com 5.2.2 0 1793527200"

static void quoted(struct buf *b, const char *text)
{
	buf_addc(b, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *text);
	}
	buf_addc(b, '"');
}

static void ses(void **state)
{
	(void)state;
	static const struct reading cases[] = {
		{SES_BOUNCE, SES_BOTH},
		{"{\"detail-type\":\"Email Bounced\",\"source\":\"aws.ses\",\"detail\":" SES_BOUNCE "}", SES_BOTH},
		{"{\"eventType\":\"Bounce\",\"bounce\":{\"bounceSubType\":\"OnAccountSuppressionList\","
		 "\"bouncedRecipients\":[{\"emailAddress\":\"bob@example.com\",\"status\":\"5.1.1\",\"diagnosticCode\":"
		 "\"smtp; 550 5.1.1 on the list\"}],\"timestamp\":\"2026-11-01T10:00:00Z\"}," SES_MAIL "}",
		 "dropped bob@example.com - 0 1793527200"},
		{"{\"eventType\":\"Reject\",\"reject\":{\"reason\":\"Bad content\"}," SES_MAIL "}",
		 "failed bob@example.com - 0 1793523600"},
		{"{\"eventType\":\"Rendering Failure\",\"failure\":{\"errorMessage\":\"no attribute\"}," SES_MAIL "}",
		 "failed bob@example.com - 0 1793523600"},
		{"{\"eventType\":\"DeliveryDelay\",\"deliveryDelay\":{\"timestamp\":\"2026-11-01T10:00:00Z\","
		 "\"delayedRecipients\":[{\"emailAddress\":\"bob@example.com\",\"status\":\"4.4.1\",\"diagnosticCode\":"
		 "\"smtp; 421 4.4.1 no answer\"}]}," SES_MAIL "}",
		 "deferred bob@example.com 4.4.1 421 1793527200"},
		{"{\"eventType\":\"Delivery\",\"delivery\":{\"timestamp\":\"2026-11-01T10:00:00Z\",\"recipients\":"
		 "[\"bob@example.com\"],\"smtpResponse\":\"250 2.6.0 ok\"}," SES_MAIL "}",
		 "delivered bob@example.com 2.6.0 250 1793527200"},
		{"{\"eventType\":\"Send\",\"send\":{}," SES_MAIL "}", "queued bob@example.com - 0 1793523600"},
		{"{\"eventType\":\"Open\",\"open\":{\"timestamp\":\"2026-11-01T10:00:00Z\"}," SES_MAIL "}",
		 "opened bob@example.com - 0 1793527200"},
		{"{\"notificationType\":\"Complaint\",\"complaint\":{}," SES_MAIL "}", ""},
		{"{\"notificationType\":\"Wave\"," SES_MAIL "}", "bad 1"},
		{"{\"SuppressedDestinationSummaries\":[{\"EmailAddress\":\"a@example.com\",\"Reason\":\"BOUNCE\","
		 "\"LastUpdateTime\":1793527200.5},{\"EmailAddress\":\"b@example.com\",\"Reason\":\"COMPLAINT\"}]}",
		 "failed a@example.com - 0 1793527200"},
		{"{\"Type\":\"SubscriptionConfirmation\",\"TopicArn\":\"arn:x\",\"Message\":\"Please confirm\"}", ""},
		{"{\"Type\":\"Notification\",\"TopicArn\":\"arn:x\",\"Message\":\"Successfully validated\"}", ""},
	};
	assert_all(cases, COUNT_OF(cases));
	struct buf sns = {0}, sqs = {0};
	buf_add(&sns, STR("{\n \"Type\": \"Notification\",\n \"TopicArn\": \"arn:x\",\n \"Message\": "));
	quoted(&sns, SES_BOUNCE);
	buf_add(&sns, STR(",\n \"Timestamp\": \"2026-11-01T11:00:00Z\"\n}\n"));
	assert_reads(sns.p, SES_BOTH);
	buf_add(&sqs, STR("{\"Messages\":[{\"Body\":"));
	quoted(&sqs, sns.p);
	for (size_t i = 0; i < sqs.len; i++)
		if (sqs.p[i] == '\n')
			sqs.p[i] = ' ';
	buf_add(&sqs, STR("}]}"));
	assert_reads(sqs.p, SES_BOTH);
	buf_reset(&sqs);
	buf_add(&sqs, STR("{\"Records\":[{\"EventSource\":\"aws:sns\",\"Sns\":"));
	buf_add(&sqs, buf_str(&sns));
	buf_add(&sqs, STR("}]}"));
	assert_reads(sqs.p, SES_BOTH);
	buf_free(&sns);
	buf_free(&sqs);
}

static void postmark(void **state)
{
	(void)state;
#define PM(type)                                                                                                       \
	"{\"RecordType\":\"Bounce\",\"Type\":\"" type "\",\"Email\":\"bob@example.com\",\"BouncedAt\":"                \
	"\"2026-11-01T10:00:00.1234567Z\",\"MessageID\":\"pm-1\",\"Subject\":\"Hi\",\"From\":\"app@app.example\","     \
	"\"Details\":\"smtp;550 5.1.1 unknown\",\"Description\":\"It failed.\"}"
#define PM_RECORD(type, at)                                                                                            \
	"{\"RecordType\":\"" type "\",\"Recipient\":\"bob@example.com\",\"MessageID\":\"pm-1\",\"" at                  \
	"\":\"2026-11-01T10:00:00Z\"}"
	static const struct reading cases[] = {
		{PM("HardBounce"), "failed bob@example.com 5.1.1 550 1793527200"},
		{PM("SoftBounce"), "failed bob@example.com 5.1.1 550 1793527200"},
		{PM("Blocked"), "failed bob@example.com 5.1.1 550 1793527200"},
		{PM("SpamNotification"), "failed bob@example.com 5.1.1 550 1793527200"},
		{PM("NewAndUnheardOf"), "failed bob@example.com 5.1.1 550 1793527200"},
		{PM("Transient"), "deferred bob@example.com 5.1.1 550 1793527200"},
		{PM("ManuallyDeactivated"), "dropped bob@example.com - 0 1793527200"},
		{PM("AutoResponder"), ""},
		{PM_RECORD("Delivery", "DeliveredAt"), "delivered bob@example.com - 0 1793527200"},
		{PM_RECORD("Open", "ReceivedAt"), "opened bob@example.com - 0 1793527200"},
		{PM_RECORD("SubscriptionChange", "ChangedAt"), ""},
		{PM_RECORD("SpamComplaint", "BouncedAt"), ""},
		{PM_RECORD("Pigeon", "BouncedAt"), "bad 1"},
		{PM_RECORD("", "DeliveredAt"), "delivered bob@example.com - 0 1793527200"},
		{PM_RECORD("", "ReceivedAt"), "opened bob@example.com - 0 1793527200"},
		{"{\"TotalCount\":1,\"Bounces\":[{\"ID\":1,\"Type\":\"HardBounce\",\"TypeCode\":1,\"Email\":\"a@"
		 "example.com\","
		 "\"BouncedAt\":\"2026-11-01T10:00:00Z\",\"Details\":\"550 no\"}]}",
		 "failed a@example.com - 550 1793527200"},
		{"{\"Suppressions\":[{\"EmailAddress\":\"a@example.com\",\"SuppressionReason\":\"HardBounce\","
		 "\"CreatedAt\":"
		 "\"2026-11-01T10:00:00+00:00\"},{\"EmailAddress\":\"b@example.com\",\"SuppressionReason\":"
		 "\"SpamComplaint\",\"CreatedAt\":\"2026-11-01T10:00:00Z\"}]}",
		 "failed a@example.com - 0 1793527200"},
	};
	assert_all(cases, COUNT_OF(cases));
	/* Test events name no message, and are not about the same one. */
	struct list l = read_events(STR("{\"RecordType\":\"Bounce\",\"Email\":\"a@example.com\",\"MessageID\":"
					"\"00000000-0000-0000-0000-000000000000\",\"BouncedAt\":\"2026-11-01\"}"
					"{\"RecordType\":\"Open\",\"Recipient\":\"a@example.com\",\"MessageID\":"
					"\"00000000-0000-0000-0000-000000000000\",\"ReceivedAt\":\"2026-11-02\"}"));
	assert_int_equal(l.count, 2);
	assert_true(l.items[0].record.source_key != l.items[1].record.source_key);
	list_free(&l);
}

static void sparkpost(void **state)
{
	(void)state;
#define SP(type, more)                                                                                                 \
	"[{\"msys\":{\"message_event\":{\"type\":\"" type "\",\"rcpt_to\":\"bob@example.com\",\"message_id\":\"sp1\"," \
	"\"timestamp\":\"1790000000\",\"subject\":\"Hi\",\"msg_from\":\"b@bounces.example\"" more "}}}]"
	static const struct reading cases[] = {
		{SP("bounce", ",\"error_code\":\"550\",\"bounce_class\":\"10\",\"raw_reason\":\"550 5.1.1 unknown\""),
		 "failed bob@example.com 5.1.1 550 1790000000"},
		{SP("bounce", ",\"error_code\":\"552\",\"reason\":\"mailbox full\""),
		 "failed bob@example.com - 552 1790000000"},
		{SP("out_of_band", ",\"raw_reason\":\"550 5.2.1 off\""), "failed bob@example.com 5.2.1 550 1790000000"},
		{SP("out_of_band", ",\"bounce_class\":\"60\",\"reason\":\"I am away\""), ""},
		{SP("delay", ",\"raw_reason\":\"421 4.3.2 busy\""), "deferred bob@example.com 4.3.2 421 1790000000"},
		{SP("policy_rejection", ",\"error_code\":\"550\",\"raw_reason\":\"550 5.7.1 not allowed\""),
		 "failed bob@example.com 5.7.1 550 1790000000"},
		{SP("generation_failure", ",\"reason\":\"bad template\""), "failed bob@example.com - 0 1790000000"},
		{SP("delivery", ""), "delivered bob@example.com - 0 1790000000"},
		{SP("injection", ""), "queued bob@example.com - 0 1790000000"},
		{SP("generation_rejection",
		    ",\"error_code\":\"554\",\"reason\":\"554 5.7.1 [internal] recipient address was "
		    "suppressed due to customer policy\""),
		 "dropped bob@example.com - 0 1790000000"},
		{SP("spam_complaint", ""), ""},
		{SP("teleport", ""), "bad 1"},
		{"[{\"msys\":{\"track_event\":{\"type\":\"open\",\"rcpt_to\":\"a@example.com\",\"timestamp\":"
		 "1790000000}}}]",
		 "opened a@example.com - 0 1790000000"},
		{"[{\"msys\":{}}]", ""},
		{"{\"results\":[{\"type\":\"bounce\",\"rcpt_to\":\"a@example.com\",\"timestamp\":\"2026-11-01T10:00:00."
		 "000Z\","
		 "\"raw_reason\":\"550 no\"}],\"total_count\":1,\"links\":{}}",
		 "failed a@example.com - 550 1793527200"},
		{"{\"results\":[{\"recipient\":\"a@example.com\",\"type\":\"transactional\",\"source\":\"Bounce Rule\","
		 "\"description\":\"550 5.1.1 no\",\"updated\":\"2026-11-01T10:00:00+00:00\"},{\"recipient\":"
		 "\"b@example.com\",\"type\":\"transactional\",\"source\":\"Spam Complaint\"}]}",
		 "failed a@example.com 5.1.1 550 1793527200"},
	};
	assert_all(cases, COUNT_OF(cases));
}

#define ONE(name) "{\"email\":\"" name "@example.com\",\"event\":\"processed\",\"timestamp\":1790000000}"
#define GOT(name) "queued " name "@example.com - 0 1790000000"

static void broken_items_cost_themselves(void **state)
{
	(void)state;
	static const struct reading cases[] = {
		{"", ""},
		{"[]", ""},
		{"\xef\xbb\xbf" ONE("a") "\r\n" ONE("b"), GOT("a") "; " GOT("b")},
		{ONE("a") ONE("b"), GOT("a") "; " GOT("b")},
		{"[[" ONE("a") "],\n[" ONE("b") "]]", GOT("a") "; " GOT("b")},
		{"[" ONE("a") ",{\"email\":oops}," ONE("b") "]", GOT("a") "; " GOT("b") "; bad 1"},
		{"{\"email\":\"cut\n" ONE("b"), GOT("b") "; bad 1"},
		{"{\"email\":\"x\"\n" ONE("b"), GOT("b") "; bad 1"},
		{"{\"email\":\"x\",\n" ONE("b"), GOT("b") "; bad 1"},
		{"{\"email\":[1}\n" ONE("b"), GOT("b") "; bad 1"},
		{"hello\nworld\n" ONE("b"), GOT("b") "; bad 1"},
		{ONE("a") "\n{\"email\":", GOT("a") "; bad 2"},
		{"{\"items\":[" ONE("a"), GOT("a") "; bad 1"},
		{"{\"colour\":\"red\"}\n" ONE("b"), GOT("b") "; bad 1"},
		{"{\"event\":\"failed\",\"recipient\":\"\",\"message\":{\"headers\":{}}}\n" ONE("b"),
		 GOT("b") "; bad 1"},
		{"{\"email\":\"a@example.com\",\"event\":\"bounce\",\"timestamp\":\"noon\"}\n" ONE("b"),
		 GOT("b") "; bad 1"},
		{"{\"email\":\"a{[\\\"}]@example.com\",\"event\":\"processed\",\"timestamp\":1}",
		 "queued a{[\"}]@example.com - 0 1"},
	};
	assert_all(cases, COUNT_OF(cases));
	struct list l = read_events(STR("{\"email\":\"a\0b\"}" ONE("b")));
	assert_int_equal(l.count, 1);
	assert_int_equal(l.bad_count, 1);
	list_free(&l);
}

#define IN_STRING                                                                                                      \
	"\"{\\\"email\\\":\\\"a@example.com\\\",\\\"event\\\":\\\"processed\\\",\\\"timestamp\\\":1790000000}\""

static void envelopes_of_any_name(void **state)
{
	(void)state;
	static const struct reading cases[] = {
		{"{\"id\":7,\"payload\":" ONE("a") "}", GOT("a")},
		{"{\"at\":\"2026\",\"events\":[" ONE("a") ",[" ONE("b") "]]}", GOT("a") "; " GOT("b")},
		{"{\"httpMethod\":\"POST\",\"headers\":{\"Host\":\"x\"},\"body\":" IN_STRING "}", GOT("a")},
		{"{\"body\":\"[{\\\"email\\\":\\\"a@example.com\\\",\\\"event\\\":\\\"processed\\\",\\\"timestamp\\\":"
		 "1790000000}]\"}",
		 GOT("a")},
		{"{\"body\":\"{no JSON}\"}", "bad 1"},
		{"{\"queue\":[" IN_STRING "," ONE("b") "]}", GOT("a") "; " GOT("b")},
		/* beside events, what is none is broken */
		{"{\"events\":[" ONE("a") ",{\"colour\":\"red\"},5,null]}", GOT("a") "; bad 1"},
		{"{\"events\":[{\"colour\":\"red\"},{\"colour\":\"blue\"}]}", "bad 1"},
		/* what is within an event is its own */
		{"{\"email\":\"b@example.com\",\"event\":\"processed\",\"timestamp\":1790000000,\"Message\":" IN_STRING
		 "}",
		 GOT("b")},
		{"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":" ONE("a") "}}}}}}}}}", "bad 1"},
		/* email that came in, and other messages of the service */
		{"[{\"msys\":{\"relay_message\":{\"rcpt_to\":\"a@example.com\",\"content\":{}}}},{\"msys\":{\"ab_test_"
		 "event\":"
		 "{\"type\":\"ab_test_completed\"}}}]",
		 ""},
		{"{\"notificationType\":\"Received\",\"receipt\":{}," SES_MAIL "}", ""},
	};
	assert_all(cases, COUNT_OF(cases));
	/* An entry of the suppression list is about the message that bounced. */
	struct list l = read_events(
		STR("{\"SuppressedDestination\":{\"EmailAddress\":\"bob@example.com\",\"Reason\":\"BOUNCE\","
		    "\"LastUpdateTime\":\"2026-11-01\",\"Attributes\":{\"MessageId\":\"ses-1\"}}}" SES_BOUNCE));
	assert_int_equal(l.count, 3);
	assert_true(l.items[0].record.source_key == l.items[1].record.source_key);
	list_free(&l);
}

/* One that is too large, too deep or too rich, between two that are neither. */
static void bounds(void **state)
{
	(void)state;
	static const struct {
		const char *open, *fill, *close;
		int times;
	} cases[] = {
		{"{\"x\":\"", "0123456789", "\"}", JSON_ITEM_MAX / 10 + 1},
		{"", "{\"x\":", "", JSON_DEPTH_MAX + 1},
		{"{\"x\":[0", ",{}", "]}", JSON_VALUES_MAX},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b = {0}, got = {0};
		buf_add(&b, STR(ONE("a") "\n"));
		buf_add(&b, str_of(cases[i].open));
		for (int k = 0; k < cases[i].times; k++)
			buf_add(&b, str_of(cases[i].fill));
		buf_add(&b, str_of(cases[i].close));
		if (cases[i].open[0] == '\0') {
			buf_addc(&b, '1');
			for (int k = 0; k < cases[i].times; k++)
				buf_addc(&b, '}');
		}
		buf_add(&b, STR("\n" ONE("b")));
		struct list l = read_events(buf_str(&b));
		summary(&l, &got);
		assert_string_equal(got.p, GOT("a") "; " GOT("b") "; bad 2");
		list_free(&l);
		buf_free(&b);
		buf_free(&got);
	}
	assert_null(json_parse(STR("{\"a\":1} x")));
	assert_null(json_parse(STR("{\"a\":")));
	assert_null(json_at(NULL, "a"));
}

static void recognised_by_content(void **state)
{
	(void)state;
	static const char *const ours[] = {"[" ONE("a") "]", "\xef\xbb\xbf\n {\"msys\":{}}", SES_BOUNCE,
					   "{\"event-data\":{\"event\":\"delivered\",\"rec",
					   "{\"eventType\":\"Bounce\",\"mail\":{\"hea"};
	static const char *const others[] = {
		"", "{}", "[1,2]", "{\"colour\":\"red\"}", "to,status\na,b", "x " ONE("a"), "{\"colour\":\"r"};
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		assert_true(import_events.score(str_of(ours[i])) >= IMPORT_SCORE_SURE);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_int_equal(import_events.score(str_of(others[i])), 0);
	assert_int_equal(import_csv.score(STR(ONE("a") "\n" ONE("b"))) >= IMPORT_SCORE_SURE, 0);
}

/* A provider's reason for a drop stays with the record, in words that explain it. */
static void reasons_of_drops(void **state)
{
	(void)state;
	static const struct reading cases[] = {
		{"{\"email\":\"a@example.com\",\"event\":\"dropped\",\"reason\":\"Unsubscribed "
		 "Address\",\"timestamp\":1}",
		 "unsubscribed"},
		{"{\"email\":\"a@example.com\",\"event\":\"dropped\",\"reason\":\"Spam Reporting "
		 "Address\",\"timestamp\":1}",
		 "complaint"},
		{"{\"email\":\"a@example.com\",\"event\":\"dropped\",\"reason\":\"Invalid SMTPAPI "
		 "header\",\"timestamp\":1}",
		 "refused"},
		{"{\"email\":\"a@example.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\"timestamp\":1}",
		 "dropped"},
		{"{\"event\":\"failed\",\"recipient\":\"a@example.com\",\"timestamp\":1,\"severity\":\"permanent\","
		 "\"reason\":"
		 "\"suppress-unsubscribe\",\"delivery-status\":{\"code\":606,\"message\":\"\",\"description\":\"\"}}",
		 "unsubscribed"},
		{"{\"event\":\"failed\",\"recipient\":\"a@example.com\",\"timestamp\":1,\"severity\":\"permanent\","
		 "\"reason\":"
		 "\"suppress-complaint\",\"delivery-status\":{\"code\":607,\"message\":\"\",\"description\":\"Not "
		 "delivering "
		 "to a user who marked your messages as spam\"}}",
		 "complaint"},
		{"{\"eventType\":\"Bounce\",\"bounce\":{\"bounceSubType\":\"UnsubscribedRecipient\","
		 "\"bouncedRecipients\":"
		 "[{\"emailAddress\":\"bob@example.com\"}]}," SES_MAIL "}",
		 "unsubscribed"},
		{"{\"RecordType\":\"Bounce\",\"Type\":\"ManuallyDeactivated\",\"Email\":\"a@example.com\","
		 "\"BouncedAt\":"
		 "\"2026-11-01T10:00:00Z\",\"Details\":\"\",\"Description\":\"The recipient was manually "
		 "deactivated.\"}",
		 "suppressed"},
		{"{\"msys\":{\"message_event\":{\"type\":\"bounce\",\"event_id\":\"1\",\"rcpt_to\":\"a@example.com\","
		 "\"timestamp\":\"1\",\"raw_reason\":\"554 5.7.1 recipient address was suppressed due to customer "
		 "policy\"}}}",
		 "suppressed"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct list l = read_events(str_of(cases[i].text));
		assert_int_equal(l.count, 1);
		assert_int_equal(l.items[0].record.outcome, OUTCOME_DROPPED);
		if (strcmp(codes_entry(&l.items[0].record)->code, cases[i].want) != 0)
			fail_msg("case %zu: %s", i, codes_entry(&l.items[0].record)->code);
		list_free(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sendgrid),
		cmocka_unit_test(mailgun),
		cmocka_unit_test(ses),
		cmocka_unit_test(reasons_of_drops),
		cmocka_unit_test(postmark),
		cmocka_unit_test(sparkpost),
		cmocka_unit_test(broken_items_cost_themselves),
		cmocka_unit_test(envelopes_of_any_name),
		cmocka_unit_test(bounds),
		cmocka_unit_test(recognised_by_content),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
