/* maillog.h - what readers of mail servers' logs share: whose line it is, its clock, the messages at hand, and the parts
 * that such lines are made of.
 *
 * Layer 3, beside import.h. Knows the heads of lines and forms that several servers use, no server's own words. One thread.
 */
#ifndef IMPORT_MAILLOG_H
#define IMPORT_MAILLOG_H

#include "import/import.h"
#include "import/queue.h"
#include "import/stamp.h"

enum { MAILLOG_HOST_MAX = 255 };

struct maillog {
	int year;
	struct stamp_clock clock;
	struct queue *queue;
	char host[MAILLOG_HOST_MAX]; /* the last one and its hash: nearly all lines have the same */
	size_t host_len;
	uint64_t host_hash;
	struct buf text; /* room for a format that takes escapes off */
};

/* For struct import_format; the state is a struct maillog. */
void *maillog_start(const struct import_options *o, struct err *e);
bool maillog_file(void *state, struct import_sink *s, int64_t mtime_s, struct err *e);
void maillog_finish(void *state);

/* ---- lines ---- */

/* Nothing, or what journalctl puts between lines: "-- Boot 6f2a --". A CR at the end of *line is taken off. */
bool maillog_is_blank(struct str *line);
/* The line split; false: none that says anything. One without a time stamp is counted as malformed. */
bool maillog_split(struct maillog *m, struct import_sink *s, struct str line, struct syslog_line *out);

/* Whose line is it, by the tag? */
enum maillog_server { MAILLOG_OTHER, MAILLOG_POSTFIX, MAILLOG_SENDMAIL, MAILLOG_EXIM };
enum maillog_server maillog_server_of(struct str tag);
/* For `score` of a format that reads syslog: sure when most of those lines are `mine`, 0 when all are others'. Where no
 * server is known, `otherwise`, if it is a log at all. */
int maillog_score(struct str head, enum maillog_server mine, int otherwise);

/* Names a message: never 0. */
uint64_t maillog_key(struct maillog *m, struct str host, struct str queue_id);

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
