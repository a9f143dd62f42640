/* term_signal.h - signals, and the tty given back whatever happens. Internal to term.
 *
 * Layer 6. The only mutable globals of the program live behind this: what a signal handler must reach. One guard at a
 * time; main thread only. A signal that asks (INT, TERM, HUP, TSTP, CONT, WINCH) comes as its number, one byte, through a
 * pipe. One that cannot wait (QUIT, SEGV, ABRT, BUS, FPE, ILL; a second INT, TERM or HUP while the first is unread) gives the
 * tty back in the handler and then ends the program as that signal does.
 */
#ifndef TERM_SIGNAL_H
#define TERM_SIGNAL_H

#include "base.h"

#include <termios.h>

enum { TERM_RESET_MAX = 512 };

/* Installs the handlers; those that the parent set to be ignored stay so. Gives the pipe's end to read. Call before
 * newterm(): curses takes only signals that nobody handles. */
bool term_signal_open(int *read_fd, struct err *e);
void term_signal_close(void); /* former handlers back, pipe closed */

/* From now on a signal that ends the program writes `reset` to `tty` and sets `saved`. Longer than TERM_RESET_MAX is cut. */
void term_signal_arm(int tty, const struct termios *saved, struct str reset);
void term_signal_disarm(void);
/* What the handler does: the tty as it was, once. Async-signal-safe; does nothing when not armed. */
void term_signal_restore(void);

int term_signal_take(int read_fd); /* number of the next signal that came, 0: none */
/* Stops the whole foreground job, as ^Z without raw mode does; returns when it is continued. */
void term_signal_stop(void);

#endif
