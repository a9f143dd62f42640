/* browse.h - the browser on the terminal: wires worker, application and terminal, and runs their loop.
 *
 * Layer 6. Main thread only.
 */
#ifndef BROWSE_H
#define BROWSE_H

#include "config.h"

struct browse_options {
	struct config *config; /* filters are saved into it */
	struct str filter;     /* a filter line to start with; empty: the configuration's */
};

/* Browses until the user quits. False: *e says why it could not start (ERR_USAGE: no terminal to browse on). */
bool browse_run(const char *path, const struct browse_options *o, struct err *e);

#endif
