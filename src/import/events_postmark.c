/* events_postmark.c - Postmark: webhooks, the bounces API, the list of suppressed addresses. */
#include "import/events.h"

static const char *const lists[] = {"Bounces", "Suppressions", NULL};

static const struct event_word records[] = {
	{"Bounce", OUTCOME_FAILED},     {"Delivery", OUTCOME_DELIVERED},
	{"Open Click", OUTCOME_OPENED}, {"SpamComplaint SubscriptionChange Inbound SMTPApiError", EVENT_NO_OUTCOME},
	{NULL, EVENT_NO_OUTCOME},
};

/* Types of bounce that are more, or less, than a failure. */
static const struct event_word types[] = {
	{"Transient DnsError", OUTCOME_DEFERRED}, /* it goes on trying, and tells of a bounce in the end */
	{"ManuallyDeactivated", OUTCOME_DROPPED},
	{"SpamComplaint AutoResponder AddressChange ChallengeVerification Subscribe Unsubscribe OpenRelayTest "
	 "InboundError",
	 EVENT_NO_OUTCOME},
	{NULL, EVENT_NO_OUTCOME},
};

static bool is_listed(struct json_object *o)
{
	return json_text(o, "EmailAddress").len && json_text(o, "SuppressionReason").len;
}

static bool is_bounce(struct json_object *o)
{
	return json_text(o, "Email").len && json_text(o, "BouncedAt").len;
}

/* Webhooks of before did not say what they are. */
static struct str record_of(struct json_object *o)
{
	struct str record = json_text(o, "RecordType");
	if (record.len || !json_text(o, "MessageID").len || !json_text(o, "Recipient").len)
		return record;
	return json_text(o, "DeliveredAt").len  ? STR("Delivery")
	       : json_text(o, "ReceivedAt").len ? STR("Open")
						: record;
}

static bool knows(struct json_object *o)
{
	return record_of(o).len || is_bounce(o) || is_listed(o);
}

static bool read(struct event_reader *r, struct json_object *o)
{
	static const char *const recipients[] = {"Email", "Recipient", "EmailAddress", NULL};
	static const char *const times[] = {"BouncedAt", "DeliveredAt", "ReceivedAt", "CreatedAt", NULL};
	static const char *const responses[] = {"Details", "Description", NULL};
	struct event ev = {
		.outcome = OUTCOME_FAILED,
		.recipient = json_first(o, recipients),
		.sender = json_text(o, "From"),
		.title = json_text(o, "Subject"),
		.queue_id = json_text(o, "MessageID"),
		.time = json_first(o, times),
		.response = json_first(o, responses),
	};
	struct str record = record_of(o);
	if (record.len && !event_word(records, record, &ev.outcome)) {
		event_strange(r, "the record type", record);
		return true;
	}
	if (ev.outcome == OUTCOME_FAILED)
		event_word(types, json_text(o, "Type"), &ev.outcome);
	if (is_listed(o) && !str_eq_nocase(json_text(o, "SuppressionReason"), STR("HardBounce")))
		ev.outcome = EVENT_NO_OUTCOME;
	return event_put(r, &ev);
}

const struct provider provider_postmark = {"Postmark", lists, knows, read};
