/* opt.h - options on a command line: one table a command, which parser and --help read.
 *
 * Layer 4. Knows words and tables; never what an option does. Main thread.
 */
#ifndef OPT_H
#define OPT_H

#include "arg.h"

struct opt {
	char letter;      /* 'o', or 0 */
	const char *name; /* "output" */
	const char *arg;  /* "FILE", or NULL: a switch */
	const char *help; /* one sentence; of one word among several, what holds without it: "else csv." */
	const struct arg
		*takes; /* what the value may be; of a switch NULL, or arg_yes_no: --no-NAME says the opposite */
};

/* What was found. Texts point into argv. */
struct opt_result {
	const char *const *words; /* what is no option, in order */
	int word_count;
	const char *
		*values; /* values[i] of opts[i]: the last one given, "" or yes or no for a switch, NULL: not given */
	struct opt_multi {
		const char *const *values; /* all values of opts[i], in order */
		int count;
	} * all;
};

/* Reads argv[1..]: --name value, --name=value, -o value, -ovalue, `--` ends options. A negated
 * filter term (-to:bob, -5.1.1) is a word. A value that must be one of several words is that word as the table
 * spells it. `command` is for messages: "deadletter export". The result is owned by `a`. False: *e (ERR_USAGE) says
 * which word is wrong. */
bool opt_parse(const char *command, const struct opt *opts, size_t count, int argc, char **argv, struct arena *a,
	       struct opt_result *out, struct err *e);

/* Is it a switch that --no-NAME says the opposite of? */
bool opt_has_opposite(const struct opt *o);
/* The table as text, aligned, at most HELP_COLUMNS wide. */
enum { HELP_COLUMNS = 80 };
void opt_help(const struct opt *opts, size_t count, struct buf *out);
/* Appends an option's help as a sentence: "csv, tsv or jsonl; else csv." */
void opt_sentence(const struct opt *o, struct buf *out);
/* Appends one row of such a text: `left`, which takes `width` columns at least, then words. */
void opt_row(struct buf *out, const char *left, int width, struct str words);

#endif
