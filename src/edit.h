/* edit.h - one line of text being typed: the filter, a path, a number.
 *
 * Layer 5. Knows keys and UTF-8; never what the text means. The text is valid UTF-8 without control characters.
 */
#ifndef EDIT_H
#define EDIT_H

#include "event.h"
#include "surface.h"

struct edit {
	struct buf text;
	size_t at; /* the cursor: byte offset, on a character's start */
};

void edit_set(struct edit *e, struct str text); /* cursor at the end */
void edit_trim(struct edit *e);                 /* no blanks at the end */
/* Does what a line editor does with the key; false: not a key for editing. */
bool edit_key(struct edit *e, char32_t key);
void edit_paste(struct edit *e, struct str text); /* control characters and bad bytes are left out */
/* Puts `text` in the place of the `count` bytes before the cursor, which begin a character; cleaned as by edit_paste. */
void edit_replace(struct edit *e, size_t count, struct str text);
/* Draws at most `columns`, scrolled so that the cursor shows, and places the terminal's cursor. What lies at or behind the
 * 1-based byte column `bad` (0: none) is drawn as an error. */
void edit_draw(const struct edit *e, struct surface *s, int x, int y, int columns, size_t bad);
void edit_free(struct edit *e);

#endif
