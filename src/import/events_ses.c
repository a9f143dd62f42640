/* events_ses.c - Amazon SES: notifications and published events, as they are or within envelopes of SNS, SQS and
 * EventBridge; the account's suppression list. */
#include "import/events.h"

static const char *const lists[] = {"SuppressedDestinationSummaries", NULL};

/* Where the parts of each kind of event are. */
static const struct kind {
	const char *name;
	enum outcome outcome;
	const char *part;       /* the object about it */
	const char *recipients; /* NULL: those of the mail */
} kinds[] = {
	{"Bounce", OUTCOME_FAILED, "bounce", "bounce.bouncedRecipients"},
	{"Delivery", OUTCOME_DELIVERED, "delivery", "delivery.recipients"},
	{"DeliveryDelay", OUTCOME_DEFERRED, "deliveryDelay", "deliveryDelay.delayedRecipients"},
	{"Send", OUTCOME_QUEUED, "send", NULL},
	/* Refused for its content, not for the recipient: so not a drop, which has an earlier failure as its cause. */
	{"Reject", OUTCOME_FAILED, "reject", NULL},
	{"Rendering Failure", OUTCOME_FAILED, "failure", NULL},
	{"RenderingFailure", OUTCOME_FAILED, "failure", NULL},
	{"Open", OUTCOME_OPENED, "open", NULL},
	{"Click", OUTCOME_OPENED, "click", NULL},
	{"Complaint", EVENT_NO_OUTCOME, "complaint", NULL},
	{"Subscription", EVENT_NO_OUTCOME, "subscription", NULL},
	{"Received", EVENT_NO_OUTCOME, "receipt", NULL}, /* email that came in */
	{"AmazonSnsSubscriptionSucceeded", EVENT_NO_OUTCOME, "", NULL},
};

static struct str name_of(struct json_object *o)
{
	static const char *const names[] = {"notificationType", "eventType", NULL};
	return json_first(o, names);
}

static bool is_listed(struct json_object *o)
{
	return json_text(o, "EmailAddress").len && json_text(o, "Reason").len;
}

static bool knows(struct json_object *o)
{
	return is_listed(o) || (name_of(o).len && (json_is_object(json_at(o, "mail")) || json_text(o, "message").len));
}

/* It answers 5.1.1 for addresses on its suppression lists, without having tried. */
static bool is_suppressed(struct json_object *part)
{
	struct str s = json_text(part, "bounceSubType");
	return str_eq_nocase(s, STR("Suppressed")) || str_eq_nocase(s, STR("OnAccountSuppressionList")) ||
	       str_eq_nocase(s, STR("UnsubscribedRecipient"));
}

static bool read_listed(struct event_reader *r, struct json_object *o)
{
	bool bounce = str_eq_nocase(json_text(o, "Reason"), STR("BOUNCE"));
	struct event ev = {
		.outcome = bounce ? OUTCOME_FAILED : EVENT_NO_OUTCOME,
		.recipient = json_text(o, "EmailAddress"),
		.queue_id = json_text(o, "Attributes.MessageId"),
		.time = json_text(o, "LastUpdateTime"),
	};
	return event_put(r, &ev);
}

/* What is the same for all recipients. */
static struct event event_of(struct json_object *o, const struct kind *k)
{
	static const char *const responses[] = {"smtpResponse", "reason", "errorMessage", NULL};
	static const char *const ids[] = {"mail.commonHeaders.messageId", NULL};
	struct json_object *part = json_at(o, k->part), *headers = json_at(o, "mail.headers");
	struct event ev = {
		.outcome = k->outcome,
		.sender = json_text(o, "mail.source"),
		.title = json_text(o, "mail.commonHeaders.subject"),
		.message_id = json_first(o, ids),
		.queue_id = json_text(o, "mail.messageId"),
		.time = json_text(part, "timestamp"),
		.queued_at = json_text(o, "mail.timestamp"),
		.response = json_first(part, responses),
		.mta = json_text(part, "remoteMtaIp"),
	};
	if (!ev.title.len)
		ev.title = event_header(headers, "Subject");
	if (!ev.message_id.len)
		ev.message_id = event_header(headers, "Message-ID");
	if (!ev.time.len) /* a refusal at once, which has no time of its own */
		ev.time = ev.queued_at;
	if (ev.outcome == OUTCOME_FAILED && is_suppressed(part)) {
		ev.outcome = OUTCOME_DROPPED;
		if (!ev.response.len)
			ev.response = json_text(part, "bounceSubType");
	}
	return ev;
}

static bool read(struct event_reader *r, struct json_object *o)
{
	if (is_listed(o))
		return read_listed(r, o);
	struct str name = name_of(o);
	const struct kind *k = kinds;
	while (k < kinds + COUNT_OF(kinds) && !str_eq_nocase(name, str_of(k->name)))
		k++;
	if (k == kinds + COUNT_OF(kinds)) {
		event_strange(r, "the event", name);
		return true;
	}
	struct event ev = event_of(o, k);
	struct json_object *recipients = json_at(o, k->recipients ? k->recipients : "mail.destination");
	struct str common = ev.response;
	int count = json_count(recipients);
	if (count == 0)
		return event_put(r, &ev); /* which says that there is none */
	for (int i = 0; i < count; i++) {
		struct json_object *one = json_item(recipients, i);
		struct str diagnostic = json_text(one, "diagnosticCode");
		bool plain = !json_is_object(one);
		ev.recipient = plain ? json_text(one, "") : json_text(one, "emailAddress");
		ev.response = diagnostic.len ? diagnostic : common;
		ev.enhanced = json_text(one, "status");
		if (!event_put(r, &ev))
			return false;
	}
	return true;
}

const struct provider provider_ses = {"Amazon SES", lists, knows, read};
