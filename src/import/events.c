/* events.c - reads what SendGrid, Mailgun, Amazon SES, Postmark and SparkPost tell: bodies of webhooks, answers of their
 * APIs, exported lists of suppressed addresses.
 *
 * An event often comes in envelopes (SNS, SQS, EventBridge, API Gateway, a signature, one of our own making): they are
 * opened here, whatever their names, also when their content is JSON within a string. All events of one message have one key. Opens make a record too: the email did arrive. What
 * says nothing about arriving (complaints, subscriptions) is passed over.
 */
#include "import/events.h"
#include "import/fact.h"
#include "import/import.h"
#include "import/stamp.h"
#include "status.h"

#include <stdlib.h>

static const struct provider *const providers[] = {&provider_mailgun, &provider_ses, &provider_sendgrid,
						   &provider_postmark, &provider_sparkpost};

enum { LISTS_MAX = 32 };

struct event_reader {
	struct json_items items;
	const char *lists[LISTS_MAX]; /* of all providers */
	int64_t mtime_s;
	/* the event at hand */
	struct import_sink *sink;
	int64_t line;
	const struct provider *provider;
	struct str envelope_time;
	struct err *e;
};

/* ---- an event becomes a record ---- */

void event_strange(struct event_reader *r, const char *what, struct str word)
{
	struct buf b = {0};
	buf_printf(&b, "%s: %s \"", r->provider->name, what);
	buf_add(&b, str_slice(word, 0, 60));
	buf_add(&b, STR("\" is not known"));
	r->sink->bad(r->sink, r->line, b.p);
	buf_free(&b);
}

/* The response is better evidence than the provider's fields. A drop was not answered by anybody: what is said there is
 * why an earlier email failed, or a number of the provider's own. */
static void find_codes(struct record *rec, const struct event *ev)
{
	struct status st, field;
	if (rec->outcome == OUTCOME_QUEUED || rec->outcome == OUTCOME_OPENED)
		return;
	status_read_pair(str_trim(ev->enhanced), ev->response, rec->outcome, &st);
	if (st.dropped && rec->outcome == OUTCOME_FAILED)
		rec->outcome = OUTCOME_DROPPED;
	if (rec->outcome == OUTCOME_DROPPED)
		return;
	rec->enhanced = st.enhanced;
	rec->basic = st.basic;
	rec->stage = st.stage;
	struct str fields[] = {ev->basic, ev->enhanced};
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		status_read(str_trim(fields[i]), rec->outcome, &field);
		if (!rec->basic)
			rec->basic = field.basic;
		if (!rec->enhanced.cls)
			rec->enhanced = field.enhanced;
	}
}

/* The names of messages that never were: the UUID of nothing but zeros stands for none in test events. */
static bool names_nothing(struct str id)
{
	for (size_t i = 0; i < id.len; i++)
		if (id.p[i] != '0' && id.p[i] != '-')
			return false;
	return true;
}

static uint64_t key_of(const struct event_reader *r, const struct event *ev)
{
	uint64_t key = str_hash(str_of(r->provider->name), 0);
	struct str name = ev->queue_id.len ? ev->queue_id : fact_id(ev->message_id);
	if (!names_nothing(name)) {
		key = str_hash(name, key);
	} else { /* a list of addresses: what is said tells one event from another */
		struct str facts[] = {ev->time, ev->response, ev->basic, ev->enhanced,
				      str_of(outcome_name(ev->outcome))};
		for (size_t i = 0; i < COUNT_OF(facts); i++)
			key = str_hash(facts[i], key);
	}
	return key ? key : 1;
}

static void not_known(struct event_reader *r)
{
	r->sink->bad(r->sink, r->line, "an object that is no event of a provider that is known");
}

bool event_put(struct event_reader *r, const struct event *ev)
{
	if (ev->outcome == EVENT_NO_OUTCOME)
		return true;
	struct str time = ev->time.len ? ev->time : r->envelope_time;
	struct record rec = {
		.source_key = key_of(r, ev),
		.message_id = fact_id(ev->message_id),
		.queue_id = str_trim(ev->queue_id),
		.queued_at = TIME_NONE,
		.time = r->mtime_s,
		.time_guessed = time.len == 0,
		.file_tells = true,
		.sender = fact_address(ev->sender),
		.title = ev->title,
		.outcome = ev->outcome,
		.response = str_trim(ev->response),
		.remote_mta = str_trim(ev->mta),
		.source_line = r->line,
	};
	if (time.len && !stamp_any(time, &rec.time)) {
		event_strange(r, "the time", time);
		return true;
	}
	if (str_find(rec.sender, STR("@"), 0) == SIZE_MAX) /* a display name alone */
		rec.sender = STR("");
	if (!stamp_any(ev->queued_at, &rec.queued_at))
		rec.queued_at = TIME_NONE;
	find_codes(&rec, ev);
	bool tried =
		rec.outcome == OUTCOME_DELIVERED || rec.outcome == OUTCOME_DEFERRED || rec.outcome == OUTCOME_FAILED;
	rec.attempts = tried;
	struct fact_addresses to = {.rest = ev->recipient};
	while (fact_addresses_next(&to, &rec.recipient)) {
		struct record one = rec; /* the sink fills it in */
		if (!r->sink->put(r->sink, &one, tried && !rec.time_guessed, 0, r->e))
			return false;
	}
	if (to.found == 0)
		r->sink->bad(r->sink, r->line, "an event without a recipient");
	return true;
}

/* ---- what providers share ---- */

bool event_word(const struct event_word *table, struct str word, enum outcome *out)
{
	for (; table->words; table++) {
		struct str rest = str_of(table->words), one;
		while (str_next(&rest, ' ', &one)) {
			if (str_eq_nocase(one, word)) {
				*out = table->outcome;
				return true;
			}
		}
	}
	return false;
}

struct str event_header(struct json_object *headers, const char *name)
{
	for (int i = 0; i < json_count(headers); i++) {
		struct json_object *h = json_item(headers, i);
		bool pair = json_count(h) >= 2;
		struct str its = pair ? json_text(json_item(h, 0), "") : json_text(h, "name");
		if (str_eq_nocase(its, str_of(name)))
			return pair ? json_text(json_item(h, 1), "") : json_text(h, "value");
	}
	return STR("");
}

/* ---- envelopes ---- */

enum { ENVELOPES_MAX = 8 };

static const struct provider *provider_of(struct json_object *o)
{
	for (size_t i = 0; i < COUNT_OF(providers); i++)
		if (providers[i]->knows(o))
			return providers[i];
	return NULL;
}

/* A message of the service that carries events, or about other things than email that was sent. */
static bool is_service(struct json_object *o)
{
	static const char *const about_email[] = {"msys.message_event", "msys.track_event", "msys.gen_event",
						  "msys.unsubscribe_event"};
	bool tells = !json_is_object(json_at(o, "msys"));
	for (size_t i = 0; i < COUNT_OF(about_email); i++)
		tells = tells || json_is_object(json_at(o, about_email[i]));
	struct str message = str_trim(json_text(o, "Message"));
	bool json = message.len && (message.p[0] == '{' || message.p[0] == '[');
	return !tells || (json_text(o, "TopicArn").len && !json);
}

/* What is no event is an envelope, and the events are somewhere within. */
struct search {
	struct event_reader *reader; /* NULL: to find out whether there is an event */
	struct str time;             /* when the innermost envelope was written; "" unsaid */
	int depth, found;
	int strange; /* objects in the list at hand that hold no event */
};

static bool look_into(void *ctx, struct json_object *o);

static bool look_into_item(void *ctx, struct json_object *o)
{
	struct search *s = ctx;
	int before = s->found;
	if (!look_into(s, o))
		return false;
	s->strange += s->found == before && json_is_object(o);
	return true;
}

/* Beside events, what is none is broken. */
static bool look_into_list(struct search *s, struct json_object *list)
{
	int before = s->found, strange = s->strange;
	s->strange = 0;
	if (!json_each(list, look_into_item, s))
		return false;
	for (; s->strange > 0 && s->found > before && s->reader; s->strange--)
		not_known(s->reader);
	s->strange = strange;
	return true;
}

static bool look_into(void *ctx, struct json_object *o)
{
	struct search *s = ctx;
	struct event_reader *r = s->reader;
	const struct provider *p = provider_of(o);
	if (p || is_service(o)) {
		s->found++;
		if (!p || !r)
			return r != NULL;
		r->provider = p;
		r->envelope_time = s->time;
		return p->read(r, o);
	}
	if (s->depth == ENVELOPES_MAX)
		return true;
	struct str before = s->time, time = json_text(o, "Timestamp");
	if (time.len)
		s->time = time;
	s->depth++;
	bool ok = json_count(o) ? look_into_list(s, o) : json_each(o, look_into, s);
	s->depth--;
	s->time = before;
	return ok;
}

/* ---- the format ---- */

static bool on_object(struct event_reader *r, const struct json_found *found)
{
	struct search s = {.reader = r};
	r->line = found->line;
	if (!look_into(&s, found->object))
		return false;
	if (s.found == 0)
		not_known(r);
	return true;
}

static void gather_lists(const char *lists[LISTS_MAX])
{
	int n = 0;
	lists[n++] = "Records";  /* what Lambda is called with */
	lists[n++] = "Messages"; /* what SQS answers */
	for (size_t i = 0; i < COUNT_OF(providers); i++)
		for (int k = 0; providers[i]->lists && providers[i]->lists[k] && n < LISTS_MAX - 1; k++)
			lists[n++] = providers[i]->lists[k];
	lists[n] = NULL;
}

/* Names that the first bytes of one very large event may hold. */
static bool has_telling_name(struct str head)
{
	static const char *const names[] = {
		"\"event-data\"", "notificationType\\\"", "eventType\\\"",   "\"notificationType\"",
		"\"eventType\"",  "\"RecordType\"",       "\"sg_event_id\"", "\"msys\""};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_find(head, str_of(names[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

static bool is_event(struct json_object *o)
{
	struct search s = {0};
	look_into(&s, o);
	return s.found > 0;
}

static int events_score(struct str head)
{
	const char *lists[LISTS_MAX];
	struct json_items items = {.lists = lists};
	struct json_found found;
	struct str rest = head, line;
	bool known = false, any = false;
	if (str_starts(rest, STR("\xef\xbb\xbf")))
		rest = str_slice(rest, 3, SIZE_MAX);
	rest = str_trim(rest);
	if (rest.len == 0 || (rest.p[0] != '{' && rest.p[0] != '['))
		return 0;
	gather_lists(lists);
	while (!known && str_next(&rest, '\n', &line)) {
		line.len += rest.p != NULL; /* with its LF */
		while (!known && line.len) {
			if (json_next(&items, &line, 1, &found) != JSON_OBJECT)
				continue;
			any = true;
			known = is_event(found.object);
		}
	}
	json_free(&items);
	return known || (!any && has_telling_name(head)) ? 90 : 0;
}

static void *events_start(const struct import_options *o, struct err *e)
{
	(void)o;
	(void)e;
	struct event_reader *r = calloc(1, sizeof *r);
	if (!r)
		die("out of memory");
	gather_lists(r->lists);
	r->items.lists = r->lists;
	return r;
}

static bool events_file(void *state, struct import_sink *s, int64_t mtime_s, struct err *e)
{
	(void)s;
	(void)e;
	struct event_reader *r = state;
	struct json_found dropped;
	json_end(&r->items, &dropped);
	r->mtime_s = mtime_s;
	return true;
}

static bool events_piece(void *state, struct import_sink *s, struct str bytes, struct err *e)
{
	struct event_reader *r = state;
	struct json_found found;
	r->sink = s;
	r->e = e;
	for (;;) {
		switch (json_next(&r->items, &bytes, s->line, &found)) {
		case JSON_MORE:
			return true;
		case JSON_BROKEN:
			s->bad(s, found.line, found.why);
			break;
		case JSON_OBJECT:
			if (!on_object(r, &found))
				return false;
			break;
		}
	}
}

static bool events_file_end(void *state, struct import_sink *s, struct err *e)
{
	(void)e;
	struct event_reader *r = state;
	struct json_found found;
	if (json_end(&r->items, &found) == JSON_BROKEN)
		s->bad(s, found.line, found.why);
	return true;
}

static void events_finish(void *state)
{
	struct event_reader *r = state;
	json_free(&r->items);
	free(r);
}

const struct import_format import_events = {
	.name = "events",
	.help = "JSON events of SendGrid, Mailgun, Amazon SES, Postmark or SparkPost.",
	.score = events_score,
	.start = events_start,
	.file = events_file,
	.piece = events_piece,
	.file_end = events_file_end,
	.finish = events_finish,
};
