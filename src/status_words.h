/* status_words.h - the words around codes in real mail, as tables; private to status.c and status_scan.c.
 *
 * Layer 1. All comparing ignores the case of ASCII letters unless said otherwise, and a blank in a phrase stands
 * for any white space, for long lines come folded. No state.
 */
#ifndef STATUS_WORDS_H
#define STATUS_WORDS_H

#include "record.h"

/* What stands before three digits. */
enum lead_in {
	LEAD_NONE,   /* nothing that makes them a reply: "port 550", "in 450 seconds" */
	LEAD_PLACE,  /* a place where replies stand: start of a line, "(", "code", "smtp;" */
	LEAD_SERVER, /* a server's words are quoted: "said:", "refused to talk to me:" */
};

enum lead_in words_lead_in(struct str text, size_t at);
bool words_measure(struct str text, size_t at); /* does a unit follow: " seconds", "MB"? */
bool words_version(struct str text, size_t at); /* software or a section of a document stands before */
bool words_port(struct str text, size_t at);    /* does "port" stand before? */
bool words_relay(struct str text, size_t at);   /* "Status:" or "dsn=" stands before */

/* What the text as a whole says. The best evidence for the stage is the command that was answered, in words such as "in
 * reply to RCPT TO command"; `replied`: the text holds an SMTP reply, so a connection was open. */
void words_phrases(struct str text, bool replied, enum stage *stage, bool *dropped);

/* The last command sent (">>> RCPT To:<...>") before the answer at `at` in a transcript, STAGE_NONE without one. */
enum stage words_transcript(struct str text, size_t at);

#endif
