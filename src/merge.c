#include "merge.h"

/* How far an outcome is from being told: a later one is not undone by a straggler, such as a warning of delay that is read
 * after the bounce, or a delivery to a server that bounced the email hours later; who was refused was tried, so not dropped. */
static int finality(enum outcome o)
{
	static const int ranks[OUTCOME_COUNT] = {
		[OUTCOME_QUEUED] = 0, [OUTCOME_DEFERRED] = 1, [OUTCOME_DELIVERED] = 2,
		[OUTCOME_OPENED] = 3, [OUTCOME_FAILED] = 5,   [OUTCOME_DROPPED] = 4,
	};
	return ranks[o];
}

/* How much a report of a failure says: the log, the bounce mail and the provider all tell of one refusal. */
static int richness(const struct record *r)
{
	return (r->enhanced.cls && (r->enhanced.subject || r->enhanced.detail) ? 4 : 0) + (r->basic ? 2 : 0) +
	       (r->response.len > 0 ? 1 : 0);
}

int fact_cmp(const struct record *a, const struct record *b)
{
	int fa = finality(a->outcome), fb = finality(b->outcome);
	if (fa != fb)
		return fa < fb ? -1 : 1;
	if (outcome_is_failure(a->outcome)) {
		int ra = richness(a), rb = richness(b);
		if (ra != rb)
			return ra < rb ? -1 : 1;
		if (a->response.len != b->response.len)
			return a->response.len < b->response.len ? -1 : 1;
	} else if (a->time != b->time) {
		return a->time < b->time ? -1 : 1;
	}
	int d = ecode_cmp(b->enhanced, a->enhanced); /* none sorts last: any code is more than none */
	d = d ? d : b->basic - a->basic;
	if (d)
		return d;
	if (a->stage != b->stage)
		return a->stage < b->stage ? -1 : 1;
	d = str_cmp(a->response, b->response);
	return d ? d : str_cmp(a->remote_mta, b->remote_mta);
}

void fact_take(struct record *r, const struct record *from)
{
	r->time = from->time;
	r->outcome = from->outcome;
	r->enhanced = from->enhanced;
	r->basic = from->basic;
	r->response = from->response;
	r->remote_mta = from->remote_mta;
	r->stage = from->stage;
	r->source_file = from->source_file;
	r->source_line = from->source_line;
}

void fact_join(struct record *r, const struct record *more)
{
	bool both_failed = outcome_is_failure(r->outcome) && r->outcome == more->outcome;
	int64_t first_s = r->time < more->time ? r->time : more->time;
	if (fact_cmp(more, r) > 0)
		fact_take(r, more);
	if (both_failed)
		r->time = first_s;
}

static void fill_text(struct str *have, struct str more)
{
	if (have->len == 0)
		*have = more;
}

/* The failure of `old` is the source's giving up, and `r` a try before that: its codes are those of the last
 * try, at `newest_s` or now `r`. */
static void merge_expired(struct record *old, const struct record *r, int64_t newest_s)
{
	struct record last = *old;
	last.time = newest_s;
	last.outcome = OUTCOME_DEFERRED;
	if (newest_s != TIME_NONE && fact_cmp(r, &last) <= 0)
		return;
	last = *old;
	fact_take(old, r);
	old->time = last.time;
	old->outcome = last.outcome;
}

void record_merge(struct record *old, const struct record *r, bool expired, int64_t newest_s, int attempts_now)
{
	if (expired)
		merge_expired(old, r, newest_s);
	else
		fact_join(old, r);
	fill_text(&old->sender, r->sender);
	fill_text(&old->title, r->title);
	fill_text(&old->message_id, r->message_id);
	fill_text(&old->queue_id, r->queue_id);
	if (old->caused_by == 0)
		old->caused_by = r->caused_by;
	if (r->queued_at != TIME_NONE && (old->queued_at == TIME_NONE || r->queued_at < old->queued_at))
		old->queued_at = r->queued_at;
	if (attempts_now > 0)
		old->attempts = attempts_now;
	else if (r->attempts > old->attempts)
		old->attempts = r->attempts;
}

bool record_same(const struct record *a, const struct record *b)
{
	return fact_cmp(a, b) == 0 && a->time == b->time && str_eq(a->sender, b->sender) &&
	       str_eq(a->title, b->title) && str_eq(a->message_id, b->message_id) && str_eq(a->queue_id, b->queue_id) &&
	       a->queued_at == b->queued_at && a->attempts == b->attempts && a->caused_by == b->caused_by;
}
