/* fuzz_log.h - what must hold for a reader of logs, given lines of any bytes: what is taken for an email has a recipient, a
 * key and codes in their ranges, and the same log read again gives the same. */
#ifndef FUZZ_LOG_H
#define FUZZ_LOG_H

#include "../unit/import_list.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool holds)
{
	if (!holds)
		abort();
}

/* In the log, byte for byte? */
static inline void must_hold(struct str log, struct str text)
{
	must(text.len == 0 || str_find(log, text, 0) != SIZE_MAX);
}

static inline void fuzz_record(struct str log, const struct list_item *i, const struct list_item *again)
{
	const struct record *r = &i->record;
	must(r->recipient.len > 0 && r->source_key != 0 && r->queue_id.len > 0);
	must_hold(log, r->recipient);
	must_hold(log, r->sender);
	must_hold(log, r->message_id);
	must_hold(log, r->remote_mta);
	must(r->basic == 0 || (r->basic >= 200 && r->basic <= 999));
	must((unsigned)r->outcome < OUTCOME_COUNT && (unsigned)r->stage < STAGE_COUNT);
	must(i->attempts <= 1 && (i->attempts == 0 || i->attempt.time == r->time));
	must(r->source_key == again->record.source_key && r->time == again->record.time);
	must(str_eq(r->response, again->record.response));
}

/* `verbatim`: responses and titles lie in the log as they are; but lines of Exim may stand in any log, and they write a
 * line's end as \n. */
static inline int fuzz_log(const struct import_format *f, const uint8_t *data, size_t size, bool verbatim)
{
	struct str log = {(const char *)data, size};
	/* The first byte says whether the year is given. */
	struct import_options o = {.year = size && data[0] % 2 ? 2026 : 0};
	struct err e = {0};
	struct list *l = malloc(sizeof *l), *again = malloc(sizeof *again);
	verbatim = verbatim && str_find(log, STR("\\"), 0) == SIZE_MAX;
	must(l && again);
	*l = list_new();
	*again = list_new();
	must(list_feed(l, f, &o, log, 1793008800, &e));
	must(list_feed(again, f, &o, log, 1793008800, &e));
	must(l->count == again->count && l->bad_count == again->bad_count && l->expiry_count == again->expiry_count);
	for (int i = 0; i < l->count; i++) {
		fuzz_record(log, &l->items[i], &again->items[i]);
		if (verbatim) {
			must_hold(log, l->items[i].record.response);
			must_hold(log, l->items[i].record.title);
		}
	}
	int score = f->score(log);
	must(score >= 0 && score <= 100);
	list_free(l);
	list_free(again);
	free(l);
	free(again);
	return 0;
}

#endif
