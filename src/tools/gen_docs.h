/* gen_docs.h - the parts of the manual and of the completions that are made of the program's tables. */
#ifndef GEN_DOCS_H
#define GEN_DOCS_H

#include "base.h"

/* Takes the place of @name@ in a template. */
struct part {
	const char *name;
	void (*write)(struct buf *out);
};

/* Each ends in a row without a name. */
extern const struct part man_parts[];   /* gen_docs_man.c */
extern const struct part shell_parts[]; /* gen_docs_shell.c */

#endif
