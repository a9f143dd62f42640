/* arg.h - what may stand in one place: behind an option, as a command's word, behind a filter's key.
 *
 * Layer 0. Checks, messages, --help, the manual and the completions of the shells all read it. Knows kinds of values
 * and lists of words, which come from the table that gives them a meaning; never that meaning. Any thread.
 */
#ifndef ARG_H
#define ARG_H

#include "base.h"

enum arg_kind {
	ARG_TEXT, /* anything; the words are proposals */
	ARG_FILE,
	ARG_DATABASE,
	ARG_SOURCE, /* a file, a folder, or - */
	ARG_FILTER, /* a term of the filter language */
	ARG_WORD,   /* one of the words */
	ARG_LIST,   /* some of the words, with commas between */
	ARG_PAIR,   /* WORD=anything */
};

struct arg_word {
	const char *text;
	const char *help; /* a few words or a sentence; "": none */
	bool usual;       /* it holds where nothing is given */
};

struct arg_words {
	struct arena *a; /* owns the items and what is printed for them */
	struct arg_word *items;
	size_t count, cap;
};

struct arg {
	enum arg_kind kind;
	void (*words)(struct arg_words *out); /* adds all of them, in the order to show; NULL: there are none */
};

extern const struct arg arg_text, arg_file, arg_database, arg_source, arg_yes_no;

void arg_add(struct arg_words *w, const char *text, const char *help, bool usual);
/* The words of `arg`, which may be NULL. */
struct arg_words arg_words_of(const struct arg *arg, struct arena *a);
/* The word that `text` is, whatever its case; NULL: none. */
const struct arg_word *arg_find(const struct arg_words *w, struct str text);
/* Appends "csv, tsv or jsonl". */
void arg_enumerate(const struct arg_words *w, struct buf *out);
/* Appends that `text` is none of the words, `what` are they called: 'there is no theme "lihgt"; did you mean light?', or
 * where none is near, ': it is dark or light'. Bytes of `text` as they are. True: one is near. */
bool arg_unknown(const struct arg_words *w, const char *what, struct str text, struct buf *out);

#endif
