/* config.h - what the user may choose: the configuration file and the command line, by one table of options.
 *
 * Layer 5, because keys are bound to actions. Main thread.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "action.h"

struct config {
	struct keymap keymap;
};

/* Everything at its default. */
void config_init(struct config *c);

#endif
