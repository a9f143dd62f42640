/* text_data.h - what Unicode says of characters, as two sorted tables; private to text.c and text_fold.c.
 *
 * Layer 0. text_data.c is generated: python3 src/tools/gen_text_data.py > src/text_data.c
 * Of Unicode 14 and the wcwidth() of glibc 2.36 under C.UTF-8. A table of our own, because wcwidth() and towlower()
 * follow the process's locale, and know nothing beyond ASCII in the C locale.
 */
#ifndef TEXT_DATA_H
#define TEXT_DATA_H

#include <stddef.h>
#include <stdint.h>
#include <uchar.h>

enum text_kind {
	TEXT_NARROW, /* one column; everything that no range holds */
	TEXT_WIDE,   /* two columns */
	TEXT_MARK,   /* no column: drawn onto the character before it */
	TEXT_HIDDEN, /* control, format, invisible, private or unassigned: a stand-in must be shown */
};

struct text_range {
	char32_t first, last; /* inclusive */
	enum text_kind kind;
};

/* first, first + step, ... last fold to themselves plus delta. */
struct text_fold_range {
	char32_t first, last;
	char32_t step; /* 1 or 2 */
	int32_t delta;
};

extern const struct text_range text_ranges[];
extern const size_t text_range_count;
extern const struct text_fold_range text_fold_ranges[];
extern const size_t text_fold_range_count;

#endif
