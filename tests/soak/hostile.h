/* hostile.h - texts that must not reach a terminal as they are, and the judge of what did. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "base.h"

/* A hostile text. It may hold NUL. */
struct hostile {
	char name[40];
	struct str text;
};

/* All of them, in `a`. */
int hostile_all(struct arena *a, struct hostile **out);

/* Makes a database with the text in every column of two emails, one dropped because of the other, and of an attempt; and a
 * harmless email. */
void hostile_database(const char *path, struct str text);

/* What may stand in a program's output besides text. */
enum allowed {
	ALLOW_LINES = 1,  /* line ends */
	ALLOW_COLOUR = 2, /* select graphic rendition */
	ALLOW_SCREEN = 4, /* what curses sends for a screen, and the test mode's title */
	ALLOW_TABS = 8,
	ALLOW_COPY = 16, /* OSC 52, whose text must be clean as well, and is counted in `copies` */
};

/* Is all that was sent text without any control, bidi or invisible character, and what is allowed? False: *e says where it
 * is not. */
bool hostile_judge(struct str sent, unsigned allowed, int *copies, struct err *e);
/* The same of a screen that is being sent: judges all that has come whole, up to the end of the last title or copy, and takes
 * it out of `sent`. */
bool hostile_take(struct buf *sent, unsigned allowed, int *copies, struct err *e);

#endif
