/* event.h - what the user does, as the terminal hands it to the application.
 *
 * Layer 4. Keys have names ("e", "Up", "C-c", "PgDn") that bindings, hints, help and the manual use. Any thread.
 */
#ifndef EVENT_H
#define EVENT_H

#include "base.h"

#include <uchar.h>

/* Keys that are no character. Characters are their code point; Ctrl-A.. are 1..26 and so on. */
enum key {
	KEYS_START = 0x200000,
	K_ESC,
	K_ENTER,
	K_TAB,
	K_BACKTAB,
	K_BACK,
	K_DEL,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PGUP,
	K_PGDN,
	K_INS,
	K_F1,
	K_F12 = K_F1 + 11,
	K_LAST
};

enum event_kind {
	EVENT_KEY,    /* key */
	EVENT_MOUSE,  /* x, y, button, press */
	EVENT_PASTE,  /* text: never runs commands */
	EVENT_RESIZE, /* w, h */
	EVENT_REPLY,  /* an answer of the worker */
	EVENT_TICK,   /* nothing happened for the time asked */
	EVENT_HANGUP, /* the terminal is gone, or a signal asks to end */
};

enum mouse_button { MOUSE_LEFT, MOUSE_MIDDLE, MOUSE_RIGHT, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };
enum mouse_action { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG };

struct event {
	enum event_kind kind;
	char32_t key; /* a code point or enum key */
	int x, y, w, h;
	enum mouse_button button;
	enum mouse_action action;
	struct str text;     /* owned by the terminal until the next term_read */
	struct reply *reply; /* owned by whoever handles the event */
};

/* "a", "Space", "Up", "C-l", "F5" and back. Returns buf. */
enum { KEY_NAME_MAX = 12 };
const char *event_key_name(char32_t key, char buf[KEY_NAME_MAX]);
bool event_key_of(struct str name, char32_t *out);
/* What a typed control character stands for: 13 is K_ENTER, 9 K_TAB, 127 K_BACK, 27 K_ESC; others are themselves. */
char32_t event_key_of_control(char32_t c);

#endif
