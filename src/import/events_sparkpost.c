/* events_sparkpost.c - SparkPost: webhook batches, the events API, the list of suppressed addresses. */
#include "import/events.h"

static const char *const lists[] = {"results", NULL};

static const struct event_word kinds[] = {
	{"injection", OUTCOME_QUEUED},
	{"delay", OUTCOME_DEFERRED},
	{"delivery", OUTCOME_DELIVERED},
	{"open initial_open amp_open amp_initial_open click amp_click", OUTCOME_OPENED},
	{"bounce out_of_band policy_rejection generation_failure generation_rejection", OUTCOME_FAILED},
	{"spam_complaint list_unsubscribe link_unsubscribe sms_status ab_test_completed ab_test_cancelled "
	 "relay_injection relay_rejection relay_delivery relay_tempfail relay_permfail ingest_success ingest_error",
	 EVENT_NO_OUTCOME},
	{NULL, EVENT_NO_OUTCOME},
};

static bool is_event(struct json_object *o)
{
	return json_text(o, "type").len && (json_text(o, "rcpt_to").len || json_text(o, "event_id").len);
}

static bool is_listed(struct json_object *o)
{
	return json_text(o, "recipient").len && json_text(o, "type").len && json_text(o, "source").len;
}

static bool knows(struct json_object *o)
{
	return is_event(o) || is_listed(o);
}

/* Classes of "bounce" that are answers of people and programs: auto-reply, subscribe, unsubscribe, challenge. */
static bool is_reply(struct str bounce_class)
{
	static const struct event_word replies[] = {{"60 80 90 100", EVENT_NO_OUTCOME}, {NULL, EVENT_NO_OUTCOME}};
	enum outcome none;
	return event_word(replies, bounce_class, &none);
}

static bool read_listed(struct event_reader *r, struct json_object *o)
{
	static const char *const times[] = {"updated", "created", NULL};
	bool bounce = str_starts_nocase(json_text(o, "source"), STR("Bounce"));
	struct event ev = {
		.outcome = bounce ? OUTCOME_FAILED : EVENT_NO_OUTCOME,
		.recipient = json_text(o, "recipient"),
		.time = json_first(o, times),
		.response = json_text(o, "description"),
	};
	return event_put(r, &ev);
}

static bool read(struct event_reader *r, struct json_object *o)
{
	static const char *const recipients[] = {"raw_rcpt_to", "rcpt_to", NULL};
	static const char *const senders[] = {"msg_from", "friendly_from", NULL};
	static const char *const responses[] = {"raw_reason", "reason", NULL};
	static const char *const mtas[] = {"mx_host", "remote_addr", NULL};
	if (!is_event(o))
		return read_listed(r, o);
	struct event ev = {
		.recipient = json_first(o, recipients),
		.sender = json_first(o, senders),
		.title = json_text(o, "subject"),
		.queue_id = json_text(o, "message_id"),
		.time = json_text(o, "timestamp"),
		.queued_at = json_text(o, "injection_time"),
		.response = json_first(o, responses),
		.basic = json_text(o, "error_code"),
		.mta = json_first(o, mtas),
	};
	struct str kind = json_text(o, "type");
	if (!event_word(kinds, kind, &ev.outcome)) {
		event_strange(r, "the event", kind);
		return true;
	}
	if (ev.outcome == OUTCOME_FAILED && is_reply(json_text(o, "bounce_class")))
		ev.outcome = EVENT_NO_OUTCOME;
	return event_put(r, &ev);
}

const struct provider provider_sparkpost = {"SparkPost", lists, knows, read};
