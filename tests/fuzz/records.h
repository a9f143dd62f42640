/* records.h - what holds for every record that a format reads, whatever the input. */
#ifndef FUZZ_RECORDS_H
#define FUZZ_RECORDS_H

#include "../unit/import_list.h"

#include <stdlib.h>

static inline void must(bool holds)
{
	if (!holds)
		abort();
}

static inline struct list *list_new_on_heap(void)
{
	struct list *l = malloc(sizeof *l);
	must(l);
	*l = list_new();
	return l;
}

/* Also: `again`, the same input read once more, gives the same. */
static inline void must_be_sound(const struct list *l, const struct list *again)
{
	must(l->count == again->count && l->bad_count == again->bad_count && l->expiry_count == again->expiry_count);
	for (int i = 0; i < l->count; i++) {
		const struct record *r = &l->items[i].record;
		must(r->recipient.len > 0 && r->source_key != 0 && r->attempts >= 0);
		must(r->basic == 0 || (r->basic >= 200 && r->basic <= 999));
		must((unsigned)r->outcome < OUTCOME_COUNT && (unsigned)r->stage < STAGE_COUNT);
		must(r->source_key == again->items[i].record.source_key && r->time == again->items[i].record.time);
	}
	for (int i = 0; i < l->bad_count; i++)
		must(l->bad[i].line > 0 && l->bad[i].why[0]);
}

static inline void must_score(const struct import_format *f, struct str input)
{
	int score = f->score(input);
	must(score >= 0 && score <= 100);
}

static inline void lists_free(struct list *l, struct list *again)
{
	list_free(l);
	list_free(again);
	free(l);
	free(again);
}

#endif
