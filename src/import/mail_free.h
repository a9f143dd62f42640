/* mail_free.h - notices in free words → whether they tell of a failure, of which recipients, and in what words.
 *
 * Layer 3, beside import.h. General rules over the table in mail_phrases.h; knows no vendor. Linear in the text, with a
 * factor for the recipients: at most WORDS_PLACES_MAX. No state.
 */
#ifndef IMPORT_MAIL_FREE_H
#define IMPORT_MAIL_FREE_H

#include "import/mail_original.h"
#include "import/mail_report.h"

/* A mail that may be a notice. */
struct notice {
	struct str subject;            /* decoded */
	struct str from, from_address; /* the whole field, and its address */
	struct str to;                 /* its own recipient: who sent the original */
	struct str failed_recipients;  /* X-Failed-Recipients */
	bool null_path;                /* Return-Path: <> */
	bool auto_submitted, is_report;
	bool has_original; /* some of the original came with it */
	struct str text;   /* its own words: UTF-8, without the returned part */
	const struct original *original;
};

enum verdict { VERDICT_NONE, VERDICT_FAILED, VERDICT_DELAYED };
/* Does it tell of an email that did not arrive? */
enum verdict free_verdict(const struct notice *n, struct arena *a);

/* Adds the recipients and what is said about them. False: it names none. */
bool free_read(const struct notice *n, enum outcome outcome, struct arena *a, struct fates *out);
/* The notice's own words end here: a returned mail begins, or a line that announces it. */
size_t free_end(struct str text, struct arena *a);

#endif
