/* term_internal.h - what term.c and term_input.c share. Layer 6, main thread only. */
#ifndef TERM_INTERNAL_H
#define TERM_INTERNAL_H

#include "term.h"

#define NCURSES_NOMACROS
#include <curses.h>
#include <termios.h>

enum {
	PAIRS_MAX = 64,
	PASTE_MAX = 64 * 1024, /* what is longer is cut: a filter is a line */
	MOUSE_BYTES_MAX = 32,
};

/* Bytes that have begun something whose end is still to come. */
enum partial { PARTIAL_NONE, PARTIAL_MOUSE, PARTIAL_PASTE };

struct term_input {
	WINDOW *pad; /* keys are read from a pad: reading from a window would refresh it */
	bool utf8, wants_mouse;
	enum partial partial;
	int64_t since_ms;   /* the last byte of it; half a sequence is given up in time */
	char utf8_bytes[4]; /* a character in the making */
	size_t utf8_len;
	char mouse[MOUSE_BYTES_MAX]; /* parameters behind ESC [ < */
	size_t mouse_len;
	struct buf paste;
	unsigned sync_count; /* TERM_SYNCs read */
};

struct term {
	SCREEN *screen;
	struct termios saved;
	int signal_fd;
	bool test, mouse, hung_up;
	bool ansi;     /* takes ESC [ sequences, so private modes too */
	int colours;   /* 0: none */
	bool defaults; /* knows the terminal's default colours */
	const struct theme *theme;
	struct {
		int fg, bg;
	} pairs[PAIRS_MAX]; /* curses' pair i + 1 */
	int pair_count;
	unsigned idle_count;
	cchar_t *line; /* one row on its way to curses */
	int line_cap;
	struct term_input in;
};

/* Registers the sequences that curses does not know; after newterm(). */
void term_input_open(struct term_input *in, bool utf8, bool mouse, bool test);
void term_input_close(struct term_input *in);
/* The next key, click or paste; false when the terminal has sent nothing whole. */
bool term_input_next(struct term_input *in, struct event *out);

#endif
