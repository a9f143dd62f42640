/* Events of any bytes: what is taken for one has a recipient, a key and codes in their ranges; the same
 * bytes read again give the same. */
#include "records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct import_options o = {0};
	struct err e = {0};
	struct list *l = list_new_on_heap(), *again = list_new_on_heap();
	must(list_feed(l, &import_events, &o, text, 1793008800, &e));
	must(list_feed(again, &import_events, &o, text, 1793008800, &e));
	must_be_sound(l, again);
	for (int i = 0; i < l->count; i++) {
		const struct record *r = &l->items[i].record;
		must(r->source_line > 0 && (l->items[i].attempts == 0 || l->items[i].attempt.time == r->time));
		must(r->outcome != OUTCOME_DROPPED || (r->basic == 0 && r->enhanced.cls == 0));
	}
	must_score(&import_events, text);
	lists_free(l, again);
	return 0;
}
