/* events.h - what providers of email tell by webhook or API: the frame of the format "events", and what a provider must
 * offer.
 *
 * Layer 3, beside import.h. A provider is one file events_NAME.c and one row in the table of events.c. It knows names of
 * fields; envelopes, codes, times, keys and the putting are done for all of them in events.c. One thread.
 */
#ifndef IMPORT_EVENTS_H
#define IMPORT_EVENTS_H

#include "import/json.h"
#include "record.h"

/* What became of one message to one recipient. Texts as the provider writes them; "" for what it does not say. */
struct event {
	enum outcome outcome; /* or EVENT_NO_OUTCOME */
	struct str recipient, sender, title;
	struct str message_id; /* the Message-ID field */
	struct str queue_id;   /* the provider's name for the message: all its events have it, or none */
	struct str time, queued_at;
	struct str response;
	struct str enhanced, basic; /* the provider's own fields for codes; the response is better evidence */
	struct str mta;
};

struct event_reader;
/* False: the import must stop. */
bool event_put(struct event_reader *r, const struct event *ev);
/* The event says something that is not known: `what` and the word for it. Never ends the import. */
void event_strange(struct event_reader *r, const char *what, struct str word);

struct provider {
	const char *name;
	const char *const *lists; /* names of lists in the answers of its API; ends in NULL */
	bool (*knows)(struct json_object *o);
	bool (*read)(struct event_reader *r, struct json_object *o); /* as event_put */
};
extern const struct provider provider_sendgrid, provider_mailgun, provider_ses, provider_postmark, provider_sparkpost;

/* A provider's word for a kind of event. Several words: separated by blanks. */
struct event_word {
	const char *words;
	enum outcome outcome;
};
#define EVENT_NO_OUTCOME OUTCOME_COUNT /* not about whether it arrived: to be passed over */
/* Case ignored. False: not among them, ended by NULL. */
bool event_word(const struct event_word *table, struct str word, enum outcome *out);
/* The value of a header among [{"name": …, "value": …}] or [[name, value]]. */
struct str event_header(struct json_object *headers, const char *name);

#endif
