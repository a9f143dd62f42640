/* maillog.h - what readers of mail servers' logs share: whose line it is, its clock, the messages at hand, the parts that
 * such lines are made of, and the record that comes of it.
 *
 * Layer 3, beside import.h. Knows the heads of lines and forms that several servers use, no server's own words. A host may
 * run several servers that write to one log: each of the formats reads the lines of all. One thread.
 *
 * An address that the server put in another's place (Postfix "orig_to=", Exim "bob@example.com <alias@…>", Sendmail
 * "ctladdr=") stays out of the record, whose recipient is the one delivered to: one alias may stand for many, each with an
 * outcome of its own. So a bounce mail that names the alias alone is a record of its own.
 */
#ifndef IMPORT_MAILLOG_H
#define IMPORT_MAILLOG_H

#include "import/import.h"
#include "import/queue.h"
#include "import/stamp.h"
#include "status.h"

enum { MAILLOG_HOST_MAX = 255 };

struct maillog {
	int year;
	struct stamp_clock clock;
	struct queue *queue;
	char host[MAILLOG_HOST_MAX]; /* the last one and its hash: nearly all lines have the same */
	size_t host_len;
	uint64_t host_hash;
	struct buf text; /* room for a format that takes escapes off */
	struct {
		struct buf text;
		uint64_t key;
		int parts;      /* so many are there */
		bool ends_line; /* Exim's: a line end follows */
	} joined;
};

/* For struct import_format; the state is a struct maillog. */
void *maillog_start(const struct import_options *o, struct err *e);
bool maillog_file(void *state, struct import_sink *s, int64_t mtime_s, struct err *e);
bool maillog_line(void *state, struct import_sink *s, struct str line, struct err *e);
void maillog_finish(void *state);

/* ---- lines ---- */

/* The server's own reader of a line that is its own, without head. False: stop, *e is set. */
typedef bool maillog_read_fn(struct maillog *m, struct import_sink *s, const struct syslog_line *l, struct err *e);
maillog_read_fn postfix_read, sendmail_read, exim_read;
/* A line as Exim writes it to a file of its own: then out->message is the whole. */
bool exim_split(struct maillog *m, struct str line, struct syslog_line *out);

/* A line that was too long for syslog comes in parts, numbered from 1. `key` names the whole; the parts of one are held at a
 * time. A part goes behind those before it, with `glue` between; false: they are missing, or the whole is longer than a
 * line may be. Then joined.text has what there is. */
bool maillog_join(struct maillog *m, uint64_t key, int64_t part, const char *glue, struct str text);

/* Whose line is it, by the tag? */
enum maillog_server { MAILLOG_OTHER, MAILLOG_POSTFIX, MAILLOG_SENDMAIL, MAILLOG_EXIM };
enum maillog_server maillog_server_of(struct str tag);
/* For `score` of a format that reads syslog: sure when most of those lines are `mine`, 0 when all are others'. Where no
 * server is known, `otherwise`, if it is a log at all. */
int maillog_score(struct str head, enum maillog_server mine, int otherwise);

/* Names a message: never 0. */
uint64_t maillog_key(struct maillog *m, struct str host, struct str queue_id);

/* ---- what a line says ---- */

struct maillog_delivery {
	uint64_t key;        /* of the message: what earlier lines said of it is added */
	uint64_t source_key; /* see record.h */
	int64_t time_s;
	int64_t queued_s; /* when no earlier line told of the arrival; TIME_NONE: unknown */
	int64_t window_s; /* see store_put */
	struct str queue_id, recipient, remote_mta;
	struct str sender; /* when no earlier line told of it */
	struct str text;   /* the response */
	enum outcome outcome;
	struct status status;
	bool tried; /* false: nobody has tried to deliver it now, so that this is no attempt */
};
/* False: stop, *e is set. */
bool maillog_put(struct maillog *m, struct import_sink *s, const struct maillog_delivery *d, struct err *e);

/* ---- parts of a line ---- */

/* Moves *s behind `prefix`, if it starts so. */
bool maillog_skip(struct str *s, const char *prefix);
/* A value up to the next ", ", or to the end; moves *s behind it. */
struct str maillog_value(struct str *s);
/* An address, bare (then a value) or in < >. A quoted local part may hold anything, even ">, ". */
struct str maillog_address(struct str *s);
/* "<a@b>" → "a@b" */
struct str maillog_unbracketed(struct str s);
/* Is this "a@b" or the like, no program or file that mail is handed to? */
bool maillog_is_address(struct str s);

#endif
