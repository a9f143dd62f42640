/* Events of any bytes: what is taken for one has a recipient, a key and codes in their ranges; the same bytes read again
 * give the same; lines do not depend on how the bytes are cut. */
#include "../unit/import_list.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static struct list *read_whole(struct str text)
{
	struct import_options o = {0};
	struct err e = {0};
	struct list *l = malloc(sizeof *l);
	must(l);
	*l = list_new();
	must(list_feed(l, &import_events, &o, text, 1793008800, &e));
	return l;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct list *l = read_whole(text), *again = read_whole(text);
	must(l->count == again->count && l->bad_count == again->bad_count);
	for (int i = 0; i < l->count; i++) {
		const struct record *r = &l->items[i].record;
		must(r->recipient.len > 0 && r->source_key != 0 && r->source_line > 0);
		must(r->basic == 0 || (r->basic >= 200 && r->basic <= 999));
		must((unsigned)r->outcome < OUTCOME_COUNT && (unsigned)r->stage < STAGE_COUNT);
		must(r->outcome != OUTCOME_DROPPED || (r->basic == 0 && r->enhanced.cls == 0));
		must(l->items[i].attempts == 0 || l->items[i].attempt.time == r->time);
		must(r->source_key == again->items[i].record.source_key && r->time == again->items[i].record.time);
	}
	for (int i = 0; i < l->bad_count; i++)
		must(l->bad[i].line > 0 && l->bad[i].why[0]);
	int score = import_events.score(text);
	must(score >= 0 && score <= 100);
	list_free(l);
	list_free(again);
	free(l);
	free(again);
	return 0;
}
