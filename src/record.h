/* record.h - the plain things that the rooms hand to each other: a tracked email, its attempts, pages.
 *
 * Layer 1. Times are UTC seconds, TIME_NONE when unknown. Text is bytes as stored, never cleaned;
 * who owns it is said by the function that fills the struct.
 */
#ifndef RECORD_H
#define RECORD_H

#include "base.h"

/* What became of a tracked email. The order is the order in the database's CHECK and in help texts. */
enum outcome {
	OUTCOME_QUEUED,
	OUTCOME_DEFERRED,
	OUTCOME_DELIVERED,
	OUTCOME_OPENED,
	OUTCOME_FAILED,
	OUTCOME_DROPPED,
	OUTCOME_COUNT
};

/* Where in the SMTP dialogue the answer came. */
enum stage {
	STAGE_NONE,
	STAGE_CONNECT,
	STAGE_GREETING,
	STAGE_EHLO,
	STAGE_STARTTLS,
	STAGE_AUTH,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_END_OF_DATA,
	STAGE_COUNT
};

/* Names as stored, typed and shown: "failed", "end of data". Never NULL. */
const char *outcome_name(enum outcome o);
bool outcome_of(struct str name, enum outcome *out); /* case ignored */
const char *stage_name(enum stage s);                /* STAGE_NONE is "" */
bool stage_of(struct str name, enum stage *out);
/* Failed or dropped: what the browser is about. */
bool outcome_is_failure(enum outcome o);

/* Enhanced code class.subject.detail of RFC 3463; cls 0 = there is none. */
struct ecode {
	int cls, subject, detail;
};

/* "5.1.1" and nothing else: class 2, 4 or 5, no leading zeros, 1 to 3 digits. */
bool ecode_of(struct str text, struct ecode *out);
/* Class, then subject, then detail; "none" sorts last. <0, 0, >0. */
int ecode_cmp(struct ecode a, struct ecode b);
/* Writes "5.1.1", or "" for none; returns buf. */
enum { ECODE_TEXT = 16 };
const char *ecode_text(struct ecode c, char buf[ECODE_TEXT]);

/* One message to one recipient, with what became of it. */
struct record {
	int64_t id;            /* 0: not stored yet */
	uint64_t source_key;   /* names the message at its source; 0: none. See store.h */
	struct str message_id; /* without < > */
	struct str queue_id;
	int64_t queued_at; /* when we took it */
	int64_t time;      /* when its outcome became known: the time that lists, ranges and counts use */
	bool time_guessed; /* the source does not say the time. Counts for store_put alone, is not stored */
	bool file_tells; /* each file that holds it is a source (a mail, unlike a log that rotates). As time_guessed */
	struct str sender;
	struct str recipient;
	struct str title; /* the email's own Subject header */
	enum outcome outcome;
	struct ecode enhanced; /* cls 0: none */
	int basic;             /* 200..999, 0: none */
	struct str response;   /* what the remote server answered */
	struct str remote_mta;
	enum stage stage;
	int attempts;
	int64_t caused_by; /* for a drop: id of the failure that caused it, 0: unknown */
	struct str source_file;
	int64_t source_line; /* 1-based, 0: none */
};

/* One try to hand the email over. */
struct attempt {
	int64_t time;
	enum outcome outcome; /* delivered, deferred or failed */
	struct ecode enhanced;
	int basic;
	enum stage stage;
	struct str remote_mta;
	struct str response;
};

/* The attempt that ended as the record says; its texts are the record's. */
struct attempt record_attempt(const struct record *r);

/* A copy of a record and its attempts, with all texts, into so many bytes, aligned for a struct attempt. Returns the
 * attempts there. *out must not be *r. */
size_t record_copy_size(const struct record *r, const struct attempt *attempts, int count);
struct attempt *record_copy(void *memory, const struct record *r, const struct attempt *attempts, int count,
			    struct record *out);

#endif
