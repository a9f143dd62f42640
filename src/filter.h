/* filter.h - the filter line: text → terms, the column of a mistake, terms → canonical text.
 *
 * Layer 1. Knows the filter language; never SQL, never the screen. One row of filter_keys[] is one key: parser,
 * help, manual and completions read it.
 *
 * The language: words separated by spaces. `key:value` with a key of the table; a bare word is a code if it looks
 * like one (5.1.1, 550, 4xx, 5.7.*), else a part of a recipient. A leading `-` negates. Quotes keep spaces:
 * title:"your order". A `=` before the value of a text, outside its quotes, means the whole of the field instead of a part:
 * to:=bob@example.org; from:="" is a sender that is empty. A repeated key means "or", different keys mean "and", every
 * negated term means "and not".
 * Case never matters (in a domain: of ASCII letters, as in DNS). Without a `status:` term only failures are meant
 * (failed and dropped); `status:any` means all; a negated one narrows, and leaves that default in force.
 */
#ifndef FILTER_H
#define FILTER_H

#include "arg.h"
#include "record.h"

enum filter_key {
	FILTER_TO,      /* part of the recipient */
	FILTER_FROM,    /* part of the sender */
	FILTER_DOMAIN,  /* the recipient's domain, exactly, or *.example.com for everything below it; "" for none */
	FILTER_CODE,    /* 5.1.1, 5.7.*, 550, 4xx, or `none`: neither code */
	FILTER_CLASS,   /* 2, 4, 5, or success, temporary, permanent; see filter_class() */
	FILTER_SUBJECT, /* 0..7 or a part of its name; `none`: no enhanced code but a basic one */
	FILTER_STATUS,  /* an outcome, or `any` */
	FILTER_MX,      /* part of the remote MTA's name */
	FILTER_TITLE,   /* part of the email's own Subject header */
	FILTER_TEXT,    /* part of the response */
	FILTER_WORDING, /* a response, or its wording: see wording_mask() */
	FILTER_ID,      /* part of Message-ID or queue id; all digits: also the record's number */
	FILTER_SINCE,   /* 24h, 7d, 2w, 2026-11-01, 2026-11-01T12:30Z, 2026-11, today, yesterday; inclusive */
	FILTER_BEFORE,  /* the same; exclusive */
	FILTER_KEY_COUNT
};

struct filter_key_info {
	const char *name;    /* "to" */
	const char *value;   /* "TEXT", "CODE", "TIME": for help */
	const char *help;    /* one line */
	const char *example; /* "to:@example.com" */
	const struct arg *takes;
};
extern const struct filter_key_info filter_keys[FILTER_KEY_COUNT];
extern const struct arg filter_codes, filter_classes, filter_subjects, filter_outcomes, filter_times;

/* A code or a family of codes. */
struct code_pattern {
	bool none;                /* `none` */
	int basic_lo, basic_hi;   /* 550..550, 400..499; 0: this is no basic code */
	int cls, subject, detail; /* of an enhanced code; -1: any */
};

struct filter_term {
	enum filter_key key;
	bool negated;
	size_t column;   /* 1-based byte column where the term starts */
	struct str text; /* TO FROM DOMAIN MX TITLE TEXT ID: as typed, without quotes; WORDING: the wording */
	bool exact;      /* TO FROM MX TITLE TEXT ID: the whole field, not a part; the others always mean all */
	struct code_pattern code; /* CODE */
	int number;               /* CLASS; SUBJECT (-1: none); STATUS: enum outcome (-1: any) */
	int64_t time;             /* SINCE, BEFORE */
};

/* Zero-initialised: matches every failure. */
struct filter {
	const struct filter_term *terms;
	int count;
};

/* Parses `line`; terms and texts are owned by `a`. Times are relative to `now`, and in its zone unless a Z says UTC. False:
 * *e says what is wrong in one sentence with e->column set, and *out holds the terms before the mistake. A subject word that
 * fits several subjects means all of them. */
bool filter_parse(struct str line, struct moment now, struct arena *a, struct filter *out, struct err *e);

/* The line that, parsed in the same zone, gives this filter again: canonical keys, absolute times, quotes only where
 * needed. */
struct str filter_text(const struct filter *f, enum zone zone, struct arena *a);

/* Appends a value of a key, in quotes where it needs them. For a whole field put a `=` before. */
void filter_add_quoted(struct buf *b, struct str value);

/* The times that `since:` and `before:` leave: *from_s <= time < *until_s. INT64_MIN and INT64_MAX: no bound. */
void filter_range(const struct filter *f, int64_t *from_s, int64_t *until_s);

/* A deep copy, owned by `a`. */
struct filter filter_clone(const struct filter *f, struct arena *a);

/* Does `r` pass? The definition that every store is tested against. */
bool filter_matches(const struct filter *f, const struct record *r);

/* What `class:` means: 4 or 5 as status_class() has it, else 2 for a code of success. A record without codes, or with a
 * number outside all rules, has no class: 0, which no class: term picks. */
int filter_class(struct ecode enhanced, int basic);
/* Does it lift the default of failures only? */
bool filter_names_status(const struct filter *f);
/* What stands behind the last @; empty without one. */
struct str filter_domain(struct str recipient);
/* Is that `wanted`, or below it when it is "*.example.com"? Capitals and small letters of ASCII are the same. */
bool filter_domain_fits(struct str recipient, struct str wanted);

/* Filters that must all hold: what was typed, and the group that the tree's cursor stands on. The default of
 * failures only ends as soon as one of them has a `status:` term that is not negated. */
enum { SCOPE_MAX = 3 };
struct scope {
	struct filter all[SCOPE_MAX];
	int count;
};
struct scope scope_clone(const struct scope *s, struct arena *a);
bool scope_matches(const struct scope *s, const struct record *r);

#endif
