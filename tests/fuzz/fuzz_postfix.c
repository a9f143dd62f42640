/* Log lines of any bytes: what is taken for an email has a recipient, a key and codes in their ranges, its texts
 * lie in the log, and the same log read again gives the same. */
#include "../unit/import_list.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str log = {(const char *)data, size};
	/* The first byte says whether the year is given. */
	struct import_options o = {.year = size && data[0] % 2 ? 2026 : 0};
	struct err e = {0};
	struct list *l = malloc(sizeof *l), *again = malloc(sizeof *again);
	must(l && again);
	*l = list_new();
	*again = list_new();
	must(list_feed(l, &import_postfix, &o, log, 1793008800, &e));
	must(list_feed(again, &import_postfix, &o, log, 1793008800, &e));
	must(l->count == again->count && l->bad_count == again->bad_count && l->expiry_count == again->expiry_count);
	for (int i = 0; i < l->count; i++) {
		const struct record *r = &l->items[i].record;
		must(r->recipient.len > 0 && r->source_key != 0 && r->queue_id.len > 0);
		must(str_find(log, r->recipient, 0) != SIZE_MAX && str_find(log, r->response, 0) != SIZE_MAX);
		must(str_find(log, r->sender, 0) != SIZE_MAX && str_find(log, r->title, 0) != SIZE_MAX);
		must(r->basic == 0 || (r->basic >= 200 && r->basic <= 999));
		must((unsigned)r->outcome < OUTCOME_COUNT && (unsigned)r->stage < STAGE_COUNT);
		must(l->items[i].attempts == 1 && l->items[i].attempt.time == r->time);
		must(r->source_key == again->items[i].record.source_key && r->time == again->items[i].record.time);
	}
	int score = import_postfix.score(log);
	must(score >= 0 && score <= 100);
	list_free(l);
	list_free(again);
	free(l);
	free(again);
	return 0;
}
