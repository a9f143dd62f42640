/* events_sendgrid.c - SendGrid: the event webhook, lists of suppressed addresses (bounces, blocks, invalid emails), the
 * email activity feed. */
#include "import/events.h"

static const char *const lists[] = {"messages", NULL};

static const struct event_word kinds[] = {
	{"processed processing", OUTCOME_QUEUED},
	{"deferred", OUTCOME_DEFERRED},
	{"delivered", OUTCOME_DELIVERED},
	{"open click", OUTCOME_OPENED},
	{"bounce blocked not_delivered", OUTCOME_FAILED},
	{"dropped", OUTCOME_DROPPED},
	{"spamreport unsubscribe group_unsubscribe group_resubscribe account_status_change", EVENT_NO_OUTCOME},
	{NULL, EVENT_NO_OUTCOME},
};

static bool is_event(struct json_object *o)
{
	return json_text(o, "event").len && (json_text(o, "email").len || json_text(o, "sg_event_id").len);
}

static bool is_listed(struct json_object *o)
{
	return json_text(o, "email").len && json_text(o, "created").len;
}

static bool is_activity(struct json_object *o)
{
	return json_text(o, "to_email").len && json_text(o, "msg_id").len;
}

static bool knows(struct json_object *o)
{
	return is_event(o) || is_listed(o) || is_activity(o);
}

/* "ID.filter-host-1-2.0": what is before the point names the message. */
static struct str message_of(struct str id)
{
	return str_slice(id, 0, str_find(id, STR("."), 0));
}

static bool read_activity(struct event_reader *r, struct json_object *o)
{
	struct event ev = {
		.recipient = json_text(o, "to_email"),
		.sender = json_text(o, "from_email"),
		.title = json_text(o, "subject"),
		.queue_id = message_of(json_text(o, "msg_id")),
		.time = json_text(o, "last_event_time"),
	};
	struct str status = json_text(o, "status");
	if (!event_word(kinds, status, &ev.outcome)) {
		event_strange(r, "the status", status);
		return true;
	}
	return event_put(r, &ev);
}

static bool read(struct event_reader *r, struct json_object *o)
{
	static const char *const responses[] = {"reason", "response", NULL};
	static const char *const times[] = {"timestamp", "created", NULL};
	if (is_activity(o))
		return read_activity(r, o);
	struct str kind = json_text(o, "event");
	struct event ev = {
		.recipient = json_text(o, "email"),
		.title = json_text(o, "subject"),
		.message_id = json_text(o, "smtp-id"),
		.queue_id = message_of(json_text(o, "sg_message_id")),
		.time = json_first(o, times),
		.response = json_first(o, responses),
		.enhanced = json_text(o, "status"),
	};
	/* The lists of complaints and of unsubscribed addresses give no reason. */
	ev.outcome = ev.response.len ? OUTCOME_FAILED : EVENT_NO_OUTCOME;
	if (kind.len && !event_word(kinds, kind, &ev.outcome)) {
		event_strange(r, "the event", kind);
		return true;
	}
	return event_put(r, &ev);
}

const struct provider provider_sendgrid = {"SendGrid", lists, knows, read};
