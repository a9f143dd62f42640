/* Tables of any bytes: splitting in place stays inside and loses no cell, rows that are taken have a recipient and
 * a key, and the same table read again gives the same. */
#include "import/csv_text.h"

#include "records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_split(struct str record, char delimiter)
{
	struct str cells[CSV_CELLS_MAX];
	struct buf copy = {0};
	buf_add(&copy, record);
	int n = csv_split(copy.p, copy.len, delimiter, cells);
	must(n >= 1 && n <= CSV_CELLS_MAX);
	const char *end = copy.p;
	for (int i = 0; i < n; i++) {
		must(cells[i].p >= end && cells[i].p + cells[i].len <= copy.p + copy.len);
		end = cells[i].p + cells[i].len;
	}
	/* Without quotes and escapes every delimiter ends a cell and nothing is left out. */
	if (str_find(record, STR("\""), 0) == SIZE_MAX && str_find(record, STR("\\"), 0) == SIZE_MAX) {
		size_t kept = (size_t)n - 1;
		for (int i = 0; i < n; i++)
			kept += cells[i].len;
		must(kept == record.len && !csv_open(record, delimiter, false));
	}
	buf_free(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str table = {(const char *)data, size};
	static const char *const map[] = {"recipient=x", "outcome=y"};
	/* The last byte says whether columns are named by hand. */
	struct import_options o = {.columns = map, .column_count = size && data[size - 1] % 4 == 0 ? 2 : 0};
	for (const char *d = csv_delimiters; *d; d++)
		check_split(table, *d);
	struct err e = {0}, e2 = {0};
	struct list *l = list_new_on_heap(), *again = list_new_on_heap();
	bool ok = list_feed(l, &import_csv, &o, table, 1793008800, &e);
	must(ok == list_feed(again, &import_csv, &o, table, 1793008800, &e2));
	must(ok || (e.kind == ERR_INPUT && e.msg[0]));
	must_be_sound(l, again);
	for (int i = 0; i < l->count; i++)
		must(l->items[i].record.source_line > 0);
	must_score(&import_csv, table);
	lists_free(l, again);
	return 0;
}
