/* cmd.h - the subcommands: a row each, which main, --help, the manual and the completions read.
 *
 * Layer 6. Each command is one file cmd_*.c. Exit codes: 0 done, 1 could not, 2 wrong usage.
 */
#ifndef CMD_H
#define CMD_H

#include "config.h"
#include "opt.h"
#include "store.h"

enum { EXIT_DONE = 0, EXIT_COULD_NOT = 1, EXIT_USAGE = 2 };

struct cmd {
	const char *name;
	const char *usage;              /* words behind the name: "FILE [FILTER] [-o OUT]" */
	const char *help;               /* one sentence */
	const char *more;               /* a paragraph for its --help and the manual; NULL: none */
	const struct arg *first, *rest; /* what its words may be; NULL: there is no such word */
	const struct opt *opts;         /* its own; cmd_opts has all */
	size_t opt_count;
	bool configured; /* takes the options of the configuration too */
	int (*run)(const struct cmd *self, const struct opt_result *o, struct arena *a); /* returns the exit code */
};

extern const struct cmd cmd_browse, cmd_export, cmd_summary, cmd_import, cmd_explain, cmd_init, cmd_tune, cmd_demo,
	cmd_config;
extern const struct cmd *const cmds[]; /* ends in NULL; the first one is what a bare FILE means */

/* Prints "deadletter: …" to stderr, showable; returns the exit code that fits. */
int cmd_fail(const struct err *e);
/* Says on a terminal that this database is slow, and why. */
void cmd_say_slow(const struct store *st);
/* Says in one line on stderr what is wrong with the configuration, for a command that takes no more of it than the zone and
 * goes on. */
void cmd_say_config(void);
/* Wrong usage of `self`: one sentence with a hint to --help; returns EXIT_USAGE. */
int cmd_usage(const struct cmd *self, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* In which zone times are typed and told. */
enum zone cmd_zone(void);
extern const struct arg arg_filter; /* what cmd_filter takes */
/* All options of a command, its own ones first; owned by `a`. */
const struct opt *cmd_opts(const struct cmd *c, struct arena *a, size_t *count);
/* The configuration as the file and then the command line have it, for a command that is `configured`. Initialises *out.
 * False: *e says why not. */
bool cmd_configure(const struct cmd *self, const struct opt_result *o, struct config *out, struct err *e);
/* Joins words with blanks, and parses them as a filter. False: *e is set. */
bool cmd_filter(const char *const *words, int count, struct arena *a, struct filter *out, struct err *e);
/* A filter's words as one line. */
struct str cmd_words(const char *const *words, int count, struct arena *a);
/* True when this stream is a terminal that can show more than ASCII; false too when it is no terminal. */
bool cmd_is_terminal(FILE *f);
bool cmd_utf8(void);
/* Appends text from outside as it may go to `f`: showable on a terminal, as it is elsewhere. */
void cmd_add_text(struct buf *b, struct str text, FILE *f);
/* Writes all to stdout and flushes; a failure is said on stderr. Returns the exit code. */
int cmd_print(const struct buf *b);
/* Ctrl-C, TERM and HUP set a flag from now on, instead of ending the program; those that are ignored stay so. */
void cmd_catch_signals(void);
bool cmd_stopped(void *unused); /* has one come? */
/* Has another come, half a second later or more: what is to be finished after the first takes too long? For any thread. */
bool cmd_insisted(void *unused);

#endif
