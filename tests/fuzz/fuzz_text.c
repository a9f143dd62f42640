/* Showable text of any bytes: valid UTF-8 without control, format or invisible characters, of the width told, unchanged
 * when shown again, never wider than asked for; cells cover the source; searching finds what was folded. */
#include "text.h"
#include "text_data.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* A table of all characters: to search the ranges for each would be most of what the fuzzer does. */
static bool is_hidden(char32_t c)
{
	static bool hidden[0x110000], made;
	for (size_t i = 0; !made && i < text_range_count; i++)
		for (char32_t h = text_ranges[i].first; h <= text_ranges[i].last; h++)
			hidden[h] = text_ranges[i].kind == TEXT_HIDDEN;
	made = true;
	return hidden[c];
}

static void check_valid(struct str shown, bool ascii)
{
	size_t len;
	for (size_t at = 0; at < shown.len; at += len) {
		char32_t c = 0;
		len = text_decode(shown, at, &c);
		must(len != 0 && c >= ' ' && c != 0x7F && (c < 0x80 || !ascii));
		must(!is_hidden(c));
	}
}

static void check_cells(struct str s, bool ascii)
{
	struct text_walk w = text_walk_of(s, ascii);
	struct text_cell cell;
	size_t from = 0, end = 0;
	int width = 0;
	while (text_next(&w, &cell)) {
		must(cell.len > 0 && (cell.width == 1 || cell.width == 2) && cell.ch[0]);
		must(cell.from == end || (cell.stand_in && cell.from == from && cell.from + cell.len == end));
		from = cell.from;
		end = cell.from + cell.len;
		width += cell.width;
	}
	must(end == s.len && width == text_width(s, ascii));
}

static void check_shown(struct str s, int columns, bool ascii)
{
	struct buf once = {0}, twice = {0};
	text_show(&once, s, columns, ascii);
	check_valid(buf_str(&once), ascii);
	int width = text_width(buf_str(&once), ascii);
	must(columns ? width <= columns : width == text_width(s, ascii));
	text_show(&twice, buf_str(&once), columns, ascii);
	must(str_eq(buf_str(&once), buf_str(&twice)));
	buf_free(&once);
	buf_free(&twice);
}

/* Any whole characters taken out of the text are found in it, folded or not. */
static void check_search(struct str s, size_t from, size_t len)
{
	struct arena a = {0};
	struct str folded = text_fold(&a, s);
	must(str_eq(text_fold(&a, folded), folded));
	char32_t c;
	size_t start = 0, end, step;
	while (start < s.len && start < from)
		start += (step = text_decode(s, start, &c)) ? step : 1;
	for (end = start; end < s.len && end - start < len;)
		end += (step = text_decode(s, end, &c)) ? step : 1;
	struct str needle = text_fold(&a, str_slice(s, start, end - start));
	must(text_holds(s, needle) && text_holds(folded, needle));
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct str s = {(const char *)data + 2, size - 2};
	for (int ascii = 0; ascii <= 1; ascii++) {
		check_cells(s, ascii);
		check_shown(s, 0, ascii);
		check_shown(s, data[0] + 1, ascii);
	}
	check_search(s, data[0], data[1]);
	return 0;
}
