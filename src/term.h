/* term.h - the terminal: keys and mouse in, cells out, and the tty left as it was whatever happens.
 *
 * Layer 6. The only user of curses.h. Main thread only. Handles HUP, INT, QUIT, TERM, TSTP/CONT, WINCH, SEGV, ABRT, BUS and a
 * closed tty. In test mode (DEADLETTER_TEST=1) term_idle() sets the title to "idle <n> <m>": n counts these titles, m the
 * TERM_SYNCs read. Who types keys and then a TERM_SYNC, and waits for its number, sees what the keys did.
 */
#ifndef TERM_H
#define TERM_H

#include "event.h"
#include "surface.h"

struct term;

#define TERM_SYNC "\033[5150~"

struct term_options {
	bool mouse;
	bool colour; /* false: none, whatever the terminal can; NO_COLOR in the environment says the same */
	const struct theme *theme; /* NULL: the default one */
};

/* NULL with *e set (ERR_USAGE): no terminal, TERM unset or unknown. The locale has been set, and threads that others start
 * block all signals: a stop or a resize must meet the main thread. */
struct term *term_open(const struct term_options *o, struct err *e);
void term_close(struct term *t); /* gives the tty back and frees t; NULL is fine */

int term_fd(const struct term *t);        /* poll for input */
int term_signal_fd(const struct term *t); /* poll: a signal arrived; term_read then gives its event */
bool term_utf8(const struct term *t);     /* can show more than ASCII */
bool term_mono(const struct term *t);     /* has no colours, or shall show none */
void term_size(const struct term *t, int *w, int *h);

/* The next event without waiting; false when there is none. */
bool term_read(struct term *t, struct event *out);
/* From the next picture on. */
void term_set_theme(struct term *t, const struct theme *theme);
/* Shows the surface; curses sends only what changed. */
void term_present(struct term *t, const struct surface *s);
/* The next term_present draws every cell, as if nothing were known of the terminal. */
void term_repaint(struct term *t);
/* Says to a test that everything asked for is on the screen and nothing is pending. Else nothing. */
void term_idle(struct term *t);
/* Stops the program as ^Z does, with the terminal restored; returns when continued. */
void term_suspend(struct term *t);
/* Puts text on the clipboard of the user's terminal (OSC 52), as showable characters and line feeds only. False: more than
 * TERM_COPY_MAX bytes, nothing was copied. Only on a key press. */
enum { TERM_COPY_MAX = 64 * 1024 };
bool term_copy(struct term *t, struct str text);

#endif
