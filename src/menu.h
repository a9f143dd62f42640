/* menu.h - a choice in a frame over the panes: items with a key, a label and a note.
 *
 * Layer 5. Knows nothing of what the items mean. Zero-initialise; menu_free at the end. One thread.
 */
#ifndef MENU_H
#define MENU_H

#include "event.h"
#include "surface.h"

struct app;

struct menu_item {
	char32_t key; /* chooses it at once; 0: none */
	struct str label, note;
	bool on; /* is what holds now */
};

enum { MENU_ITEMS_MAX = 260 };

struct menu {
	char title[80];
	struct menu_item items[MENU_ITEMS_MAX];
	int count, index, top; /* index -1: none is under the cursor */
	struct arena arena;    /* owns the texts */
	struct rect shown;     /* as last drawn, with its frame */
	void (*chosen)(struct app *app, int index);
};

void menu_clear(struct menu *m); /* no items, no title */
/* Adds an item; the texts are copied. One too many is left out. */
void menu_add(struct menu *m, char32_t key, struct str label, struct str note, bool on);
void menu_free(struct menu *m);

enum menu_answer { MENU_STAYS, MENU_CHOSEN, MENU_CLOSED };
/* What a key does; after MENU_CHOSEN m->index is the item. */
enum menu_answer menu_key(struct menu *m, char32_t key);
void menu_move(struct menu *m, int rows);
/* The item at a cell of the screen; -1: none. */
int menu_at(const struct menu *m, int x, int y);
/* Draws it within `room`: in its middle, or `low`: at its left bottom. */
void menu_draw(struct menu *m, struct surface *s, struct rect room, bool low);

#endif
