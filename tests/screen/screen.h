/* screen.h - the real program in a pty, seen through libvterm. For tests only.
 *
 * Nothing here sleeps: each wait ends with what it waits for or fails after SCREEN_DEADLINE_MS.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include "base.h"

#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

enum { SCREEN_DEADLINE_MS = 10000 };

struct screen {
	int master, slave;
	int alive; /* reads end of file when the program has ended */
	pid_t pid; /* 0: not started, or waited for */
	int status;
	int w, h;
	struct termios before;
	VTerm *vt;
	VTermScreen *vs;
	struct buf sent;     /* all that the program has sent */
	struct buf held;     /* sent by the program, not yet shown to vt */
	unsigned syncs;      /* TERM_SYNCs sent */
	unsigned idle_syncs; /* of the newest idle title */
	bool idle;           /* an idle title came at all */
	bool cursor, alternate;
	int mouse; /* VTERM_PROP_MOUSE_… */
};

/* Runs argv in a terminal of w by h cells, in folder `dir`, with just the environment `env`. */
bool screen_start(struct screen *s, int w, int h, char *const argv[], char *const env[], const char *dir,
		  struct err *e);
/* Ends the program if it still runs. */
void screen_stop(struct screen *s);

/* Types bytes and waits until the program has dealt with them and has nothing left to do, or has ended. */
bool screen_type(struct screen *s, struct str bytes, struct err *e);
bool screen_resize(struct screen *s, int w, int h, struct err *e);
bool screen_wait_idle(struct screen *s, struct err *e);
/* Takes in what the program has sent up to now, without waiting. */
bool screen_drain(struct screen *s, struct err *e);
/* Waits for what comes without a key: somebody else's change. */
bool screen_wait_text(struct screen *s, struct str text, struct err *e);
/* Writes on the screen as another program on the same terminal would. */
void screen_garble(struct screen *s, struct str bytes);
bool screen_settle(struct screen *s, struct err *e);
/* Has it not ended yet? */
bool screen_runs(const struct screen *s);
/* Exit code, or 128 + the signal that ended it. */
bool screen_wait_exit(struct screen *s, int *code, struct err *e);
bool screen_tty_is_restored(const struct screen *s, struct err *e); /* its settings are as before */
/* … and the alternate screen is left, the mouse is off, the cursor shows. */
bool screen_is_restored(const struct screen *s, struct err *e);

/* The rows as text, without trailing blanks. */
void screen_text(const struct screen *s, struct buf *out);
/* Text, attributes as a letter for each kind, a legend of the kinds, the cursor: what goldens hold. */
void screen_golden(const struct screen *s, struct buf *out);

#endif
