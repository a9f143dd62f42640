/* text.h - UTF-8, display width, ellipsis, and making hostile text showable: the one way out for bytes from outside.
 *
 * Layer 0. Every sink uses it: screen cells, status line, file and column names, error texts, stdout on a terminal.
 * Stored bytes are never changed. No state, no locale; any thread.
 *
 * What is shown as itself: characters that Unicode 14 assigns a visible form. Up to two marks (accents, Hangul vowels
 * and finals) join the character before them; further ones, and those without one, sit on a dotted circle of their own.
 * What is shown as a stand-in:                                           UTF-8       ASCII
 *   C0 and DEL                                                           ␛ ␊ ␡       <1B> <0A> <7F>
 *   C1, each byte of invalid UTF-8                                       <9B>        <9B>
 *   bidi controls, zero-width, variation selectors, tags, BOM, soft
 *   hyphen, fillers, line separators, private use, unassigned            <U+202E>    <U+202E>
 *   any other character beyond ASCII, together with its marks            itself      ? for each column
 * So an emoji joined from several shows as its parts with <U+200D> between. An ASCII character with marks is a ? too.
 */
#ifndef TEXT_H
#define TEXT_H

#include "base.h"

#include <uchar.h>

enum { TEXT_CELL_MAX = 3 }; /* a base and at most two combining marks */

/* One screen position's worth of text. */
struct text_cell {
	char32_t ch[TEXT_CELL_MAX]; /* showable code points, the unused ones 0 */
	int width;                  /* columns: 1 or 2 */
	size_t from, len;           /* the source bytes it stands for */
	bool stand_in;              /* not the character itself but a mark for it */
};

/* Walks over text. A stand-in such as <U+202E> comes as several cells that share one source range. */
struct text_walk {
	struct str s;
	size_t at;
	char pending[16]; /* rest of a stand-in in the making */
	int pending_len, pending_at;
	size_t pending_from, pending_bytes;
	bool ascii; /* only ASCII may come out: LANG=C */
};

struct text_walk text_walk_of(struct str s, bool ascii);
bool text_next(struct text_walk *w, struct text_cell *out); /* false: at the end */

/* Decodes one code point at s.p[at]. Returns its length in bytes, 0 when the byte there starts none (truncated,
 * overlong, a surrogate, beyond U+10FFFF) or at the end. */
size_t text_decode(struct str s, size_t at, char32_t *out);
void text_encode(struct buf *b, char32_t c); /* UTF-8; U+FFFD for what is no code point */

/* Where the first control character or byte of invalid UTF-8 is; SIZE_MAX: nowhere. */
size_t text_find_bad(struct str s);

int text_width(struct str s, bool ascii); /* columns of the showable form */

/* Appends the showable form of `s` to `b`: valid UTF-8 on one line, without any control, bidi or invisible
 * character. At most `columns` wide (0: no limit, negative: nothing); what was cut ends in an ellipsis (… or ~ in
 * ASCII). Showing what was shown changes nothing. */
void text_show(struct buf *b, struct str s, int columns, bool ascii);
/* Appends the words of `s` in their showable form. Before column `right` a new line is begun, with the next word at
 * column `left`. `at` is the column that the text begins in. */
void text_wrap(struct buf *b, struct str s, int at, int left, int right, bool ascii);
/* The same as text_show into an arena, for messages. */
struct str text_shown(struct arena *a, struct str s, int columns, bool ascii);

/* Does `hay` hold `needle`, whatever the case? Unicode simple case folding, but the two signs that fold into ASCII
 * letters (long s, Kelvin) stay themselves; invalid bytes match only themselves. An empty needle is in everything.
 * `needle` is folded by text_fold beforehand, once per search. */
struct str text_fold(struct arena *a, struct str s);
void text_add_folded(struct buf *b, struct str s); /* the same, appended */
bool text_holds(struct str hay, struct str folded_needle);
bool text_is(struct str s, struct str folded); /* the whole of it */

#endif
