/* codes.h - the catalogue: what each status code means, whose side it is on, what to do about it.
 *
 * Layer 1. Sources are the .tsv files in data/codes, one row a code, checked and embedded by src/tools/gen_codes.c.
 * Knows RFC 5321 reply codes, RFC 3463 enhanced codes and the IANA registry of them (RFC 5248).
 * All text is UTF-8, static, never NULL: "" where a field does not apply. Any thread.
 */
#ifndef CODES_H
#define CODES_H

#include "arg.h"
#include "record.h"

/* Who has to act before the next email can arrive. */
enum side {
	SIDE_RECIPIENT, /* the person or the address written to */
	SIDE_ADMIN,     /* whoever runs the recipient's mail system */
	SIDE_SENDER,    /* us */
	SIDE_WAIT,      /* nobody: time will tell */
	SIDE_EARLIER,   /* of a drop: whose side the failure before it is on */
	SIDE_COUNT
};

/* The registry's remark on which class the code is useful with. */
enum useful { USEFUL_ANY, USEFUL_PERMANENT, USEFUL_TRANSIENT, USEFUL_SUCCESS, USEFUL_COUNT };

/* A row of the catalogue: an enhanced code X.s.d, a basic code, a class or a subject; or one of special.tsv, such as
 * "dropped" and "none", for an email without a code, or with one that does not tell. */
struct code_entry {
	const char *code;     /* "X.1.1", "550", "5", "1" */
	const char *name;     /* the registered name; for a basic code its meaning in a few words */
	const char *meaning;  /* what happened: one sentence */
	const char *info;     /* further information */
	const char *side_why; /* a few words behind the side: "check the spelling with the customer" */
	const char *todo;     /* what to do next */
	const char *customer; /* one sentence to send to the customer */
	const char *basics;   /* associated basic codes: "451 550", "450 550 4xx 5xx", "any" or "" */
	const char *rfc;      /* "RFC 3463, section 3.2" */
	enum side side;
	enum useful useful; /* enhanced codes only; USEFUL_ANY elsewhere */
};

const struct code_entry *codes_enhanced(struct ecode c); /* NULL: detail not registered */
const struct code_entry *codes_basic(int basic);         /* NULL: unknown */
const struct code_entry *codes_class(int cls);           /* 2, 4, 5; NULL otherwise */
const struct code_entry *codes_subject(int subject);     /* 0..7; NULL otherwise */

/* "a permanent error": what the registry calls a row useful for alone; "" where it makes no such remark. */
const char *codes_useful_as(const struct code_entry *row);

/* Rows in code order, for listing. */
const struct code_entry *codes_enhanced_rows(size_t *count);
const struct code_entry *codes_basic_rows(size_t *count);

/* Any text, with the codes of the catalogue as proposals: 5.1.1, 550. */
extern const struct arg codes_arg;

/* A provider's own use of a code, where it says more than the registered one or something else (providers.tsv).
 * Found by words of the response or by the MTA's name; also blocklists and greylisting, which name themselves. */
struct provider_note {
	const char *provider; /* "Gmail" */
	const char *code;     /* as in the table: "5.7.26", "5.7.606-649", "X.1.1", "554", "any" */
	const char *meaning;  /* what it means there: one sentence */
	const char *todo;
	const char *customer; /* one sentence, like that of a code */
	enum side side;
};

/* NULL: nothing known. `basic` 0 and `enhanced.cls` 0 mean none. */
const struct provider_note *codes_provider(struct ecode enhanced, int basic, struct str remote_mta,
					   struct str response);

/* What the words of a response tell where its code tells something else, or a basic code says too little: the reason
 * is then theirs. */
struct code_words {
	const char *tell;          /* "the mailbox is full" */
	struct provider_note note; /* as if a provider meant it; its "provider" is a word for the response */
};

/* What to say of a failure with these codes, whatever is known. Every field is set.
 * `entry` is the most telling row: for a drop "dropped", or another reason that the response gives; else the exact
 * enhanced code, else its subject. When those say nothing (X.0.x, a subject outside 0..7, a failure's code on a delivery)
 * or there is no enhanced code: the basic code, else the class, "unknown" for a number outside all rules. Success codes
 * count for nothing where the email did not arrive: "success" when there are no others. Without any code: "queued", "none"
 * where stage or response tell that no server answered, else "no code". */
struct explanation {
	const struct code_entry *entry;       /* never NULL */
	const struct code_entry *cls;         /* NULL without an enhanced code */
	const struct code_entry *subject;     /* NULL without one, or outside 0..7 */
	const struct code_entry *basic;       /* NULL without one, or unknown */
	const struct provider_note *provider; /* a provider's, else that of `words`; NULL: none */
	const struct code_words *words;       /* NULL: the response's words do not speak against the codes */
	bool registered;                      /* false: there is an enhanced code, and its detail is in no registry */
	/* Set when a failed email was refused only for now: the attempts have ended, and waiting helps no more. */
	const struct code_entry *ended;
	/* What follows is the provider's if any, else the entry's; or that of `ended` where those say to wait. */
	enum side side;
	const char *side_name; /* "recipient's mail administrator" */
	const char *side_why;  /* "" where a provider's side is told */
	const char *todo;
	const char *customer; /* a sentence for the customer, never "" */
	const char *lasting;  /* of the codes: "permanent", "temporary", "success" or "unknown", as class: picks
				 them; the outcome where they say nothing. A failed email may have a temporary one */
	const char *rfc;      /* of entry, unless that is only a class and no RFC has the basic code */
};

/* By outcome, codes, remote_mta, response and stage. */
void codes_explain(const struct record *r, struct explanation *out);
/* The entry alone: without a search for providers. */
const struct code_entry *codes_entry(const struct record *r);

/* Is it a drop that an earlier failure may have caused? Not if the response tells that the recipient unsubscribed or
 * complained, or that our own provider refused the message. */
bool codes_failed_before(const struct record *r);

const char *side_name(enum side s); /* "recipient", "sender (us)", ... */

#endif
