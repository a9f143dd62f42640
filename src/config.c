#include "config.h"

void config_init(struct config *c)
{
	*c = (struct config){0};
	keymap_init(&c->keymap);
}
