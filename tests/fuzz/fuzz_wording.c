/* Any response: its wording is short, is UTF-8, has no white space but single blanks inside, is its own wording, and is the
 * same for the response as a page of a list has it. */
#include "store.h"
#include "text.h"
#include "wording.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool is_utf8(struct str s)
{
	char32_t c;
	for (size_t at = 0, len; at < s.len; at += len)
		if ((len = text_decode(s, at, &c)) == 0)
			return false;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The store looks for a word of the wording first. */
static void must_hold_all_words(struct str response, struct str wording)
{
	for (size_t at = 0, end; at < wording.len; at = end + 1) {
		for (end = at; end < wording.len && is_letter(wording.p[end]);)
			end++;
		must(str_find(response, str_slice(wording, at, end - at), 0) != SIZE_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str response = {(const char *)data, size};
	struct buf once = {0}, twice = {0}, cut = {0};
	wording_mask(response, &once);
	struct str w = buf_str(&once);
	must(w.len <= WORDING_MAX);
	for (size_t i = 0; i < w.len; i++) {
		must((unsigned char)w.p[i] >= ' ');
		must(w.p[i] != ' ' || (i > 0 && i + 1 < w.len && w.p[i - 1] != ' '));
	}
	must(is_utf8(w));
	must_hold_all_words(response, w);

	wording_mask(w, &twice);
	must(str_eq(buf_str(&twice), w));
	wording_mask(str_slice(response, 0, PAGE_RESPONSE_MAX), &cut);
	must(str_eq(buf_str(&cut), w));

	buf_free(&once);
	buf_free(&twice);
	buf_free(&cut);
	return 0;
}
