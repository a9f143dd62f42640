/* mail_words.h - the words of a notice about one recipient.
 *
 * Layer 3, beside import.h. Knows lines and paragraphs, replies of servers, transcripts; not who the recipients are. No
 * state.
 */
#ifndef IMPORT_MAIL_WORDS_H
#define IMPORT_MAIL_WORDS_H

#include "base.h"

enum { WORDS_PLACES_MAX = 200, WORDS_LINES_MAX = 5000, WORDS_MAX = 4000 };

/* Where a notice names an address. */
struct place {
	struct str address;
	int score;    /* how surely it is a failed recipient's */
	int line;     /* where the words about it begin; -1: nowhere */
	bool replied; /* a reply of a server stands right below */
};

struct places {
	struct place items[WORDS_PLACES_MAX];
	int count;
	bool full;         /* there are more */
	struct str *lines; /* of the notice */
	int line_count;
};

void words_split(struct str text, struct arena *a, struct places *out);
/* Lines [from, to) as they stand. */
struct str words_lines(const struct places *p, int from, int to);
/* What is said about items[i], at most WORDS_MAX bytes. */
struct str words_of(const struct places *p, int i, struct arena *a);

/* All lines that name the recipient, with what is indented below or replied; "": none. Linear in the text. */
struct str words_naming(struct str text, struct str recipient, struct arena *a);
/* "(generated from <list@example.com>)", "(expanded from: list@example.com)" among the words about a recipient: the
 * address that it stands for; "": none. */
struct str words_parent(struct str words);
/* The lines that are replies of a server. */
struct str words_transcript_of(struct str text, struct arena *a);
/* "host mx.example.com [192.0.2.1]" → the name; "": none. */
struct str words_host(struct str words);

bool words_is_reply(struct str line);           /* "550 …", "<<< 550 …", "5.1.1 …" */
bool words_is_field(struct str line);           /* "To: bob@example.com" tells of the email, not of its fate */
struct str words_without_bullets(struct str t); /* "* <bob@…" → "<bob@…" */
bool words_has_basic(struct str text);          /* a basic code is in there */

#endif
