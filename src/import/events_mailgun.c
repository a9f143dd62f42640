/* events_mailgun.c - Mailgun: the events API, webhooks of now (in "event-data") and of before, the list of bounces. */
#include "import/events.h"

static const char *const lists[] = {"items", NULL};

static const struct event_word kinds[] = {
	{"accepted", OUTCOME_QUEUED},
	{"delivered", OUTCOME_DELIVERED},
	{"opened clicked", OUTCOME_OPENED},
	{"failed rejected bounced dropped", OUTCOME_FAILED},
	{"complained unsubscribed stored list_member_uploaded list_member_upload_error list_uploaded",
	 EVENT_NO_OUTCOME},
	{NULL, EVENT_NO_OUTCOME},
};

static bool is_event(struct json_object *o)
{
	return json_text(o, "event").len &&
	       (json_text(o, "recipient").len || json_is_object(json_at(o, "message.headers")));
}

/* Bounces and complaints that it remembers. */
static bool is_listed(struct json_object *o)
{
	return json_text(o, "address").len && json_text(o, "created_at").len;
}

static bool knows(struct json_object *o)
{
	return is_event(o) || is_listed(o);
}

/* Its own numbers begin at 600; those of before had "dropped" also for what a server refused, or was tried for too long. */
static bool is_dropped(struct json_object *o, struct str kind, struct str code)
{
	struct str reason = json_text(o, "reason");
	bool own_number = code.len == 0 || code.p[0] == '6';
	return str_starts_nocase(reason, STR("suppress-")) ||
	       (str_eq_nocase(kind, STR("dropped")) && own_number && !str_eq_nocase(reason, STR("old")));
}

static bool outcome_of_event(struct json_object *o, struct str kind, struct str code, enum outcome *out)
{
	if (!event_word(kinds, kind, out))
		return false;
	if (*out != OUTCOME_FAILED)
		return true;
	if (is_dropped(o, kind, code))
		*out = OUTCOME_DROPPED;
	else if (str_eq_nocase(json_text(o, "severity"), STR("temporary")))
		*out = OUTCOME_DEFERRED;
	return true;
}

static bool read(struct event_reader *r, struct json_object *o)
{
	static const char *const ids[] = {"message.headers.message-id", "Message-Id", "message-id", NULL};
	static const char *const senders[] = {"envelope.sender", "sender", "message.headers.from", "from", NULL};
	static const char *const titles[] = {"message.headers.subject", "subject", NULL};
	static const char *const recipients[] = {"recipient", "address", "message.headers.to", NULL};
	static const char *const times[] = {"timestamp", "created_at", NULL};
	static const char *const codes[] = {"delivery-status.code", "code", NULL};
	static const char *const responses[] = {"delivery-status.message",
						"delivery-status.description",
						"error",
						"description",
						"notification",
						"reject.description",
						"reject.reason",
						"reason",
						NULL};
	struct event ev = {
		.recipient = json_first(o, recipients),
		.sender = json_first(o, senders),
		.title = json_first(o, titles),
		.message_id = json_first(o, ids),
		.time = json_first(o, times),
		.response = json_first(o, responses),
		.enhanced = json_text(o, "delivery-status.enhanced-code"),
		.basic = json_first(o, codes),
		.mta = json_text(o, "delivery-status.mx-host"),
	};
	struct str kind = json_text(o, "event");
	if (kind.len == 0) { /* the lists of complaints and unsubscribed addresses have neither */
		ev.outcome = ev.basic.len || json_text(o, "error").len ? OUTCOME_FAILED : EVENT_NO_OUTCOME;
	} else if (!outcome_of_event(o, kind, ev.basic, &ev.outcome)) {
		event_strange(r, "the event", kind);
		return true;
	}
	/* A webhook of before has the message's header fields as JSON in a string. */
	struct json_object *headers = json_parse(json_text(o, "message-headers"));
	if (!ev.title.len)
		ev.title = event_header(headers, "Subject");
	if (!ev.sender.len)
		ev.sender = event_header(headers, "From");
	if (!ev.message_id.len)
		ev.message_id = event_header(headers, "Message-Id");
	bool ok = event_put(r, &ev);
	json_put(headers);
	return ok;
}

const struct provider provider_mailgun = {"Mailgun", lists, knows, read};
