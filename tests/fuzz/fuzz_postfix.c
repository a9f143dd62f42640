/* Log lines of any bytes: what is taken for an email has a recipient, a key and codes in their ranges, its texts
 * lie in the log, and the same log read again gives the same. */
#include "records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str log = {(const char *)data, size};
	/* The first byte says whether the year is given. */
	struct import_options o = {.year = size && data[0] % 2 ? 2026 : 0};
	struct err e = {0};
	struct list *l = list_new_on_heap(), *again = list_new_on_heap();
	must(list_feed(l, &import_postfix, &o, log, 1793008800, &e));
	must(list_feed(again, &import_postfix, &o, log, 1793008800, &e));
	must_be_sound(l, again);
	for (int i = 0; i < l->count; i++) {
		const struct record *r = &l->items[i].record;
		must(r->queue_id.len > 0);
		must(str_find(log, r->recipient, 0) != SIZE_MAX && str_find(log, r->response, 0) != SIZE_MAX);
		must(str_find(log, r->sender, 0) != SIZE_MAX && str_find(log, r->title, 0) != SIZE_MAX);
		must(l->items[i].attempts == 1 && l->items[i].attempt.time == r->time);
	}
	must_score(&import_postfix, log);
	lists_free(l, again);
	return 0;
}
