/* history.h - filter lines that were used, kept over sessions in a file: one line each, the newest at the end.
 *
 * Layer 4. Knows lines and a file; never what they mean. Several programs may add at once: each line is one append. One
 * thread. What goes wrong with the file is told once by history_open; after that the history lives in memory only.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include "base.h"

struct history;

enum { HISTORY_LINES_MAX = 500, HISTORY_LINE_MAX = 1000 /* bytes; longer ones are not kept */ };

/* Where it is kept: $XDG_STATE_HOME/deadletter/history, else ~/.local/state/deadletter/history; owned by `a`. NULL: there is
 * no home. */
const char *history_path(struct arena *a);
/* Reads the file; a missing one is made when the first line is added (mode 0600, its folders 0700). NULL path: in memory
 * only. Never NULL; *e says what was wrong with the file. */
struct history *history_open(const char *path, struct err *e);
void history_free(struct history *h); /* NULL is fine */

int history_count(const struct history *h);
/* The line that many steps back, 1 the newest; empty when there is none. Valid until the next history_add. */
struct str history_line(const struct history *h, int back);
/* Adds a line, unless it is empty, the newest already, or holds a line feed. False: *e says why the file does not have it. */
bool history_add(struct history *h, struct str line, struct err *e);

#endif
