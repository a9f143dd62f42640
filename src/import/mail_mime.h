/* mail_mime.h - a mail's bytes → its parts, decoded: header fields, MIME structure, encodings, charsets.
 *
 * Layer 3, beside import.h; only mail_mime.c includes gmime.h. Knows RFC 5322 and MIME, nothing of bounces. GMime decodes
 * (content types, encodings, charsets, encoded words, dates). The parts are found here and not by GMime's parser, which
 * makes objects of all parts and fields there are and cannot be told to stop: memory and time must stay bounded, and a
 * missing or wrong boundary must lose nothing. Lines end in LF. Linear in the mail's length. One thread.
 */
#ifndef IMPORT_MAIL_MIME_H
#define IMPORT_MAIL_MIME_H

#include "base.h"

/* Before all use; may be repeated. GMime cannot be started again once it was shut down, so it is left running. */
void mime_begin(void);

enum part_kind {
	PART_TEXT,
	PART_HTML,
	PART_STATUS,  /* message/delivery-status, message/global-delivery-status */
	PART_HEADERS, /* text/rfc822-headers, message/global-headers */
	PART_MESSAGE, /* message/rfc822, message/global */
	PART_NO_DSN,  /* feedback reports and notifications of disposition: no news of delivery */
	PART_OTHER    /* not decoded: body is empty */
};

struct mail_part {
	enum part_kind kind;
	struct str head, body; /* body: decoded, text in UTF-8 where its charset is known */
};

enum {
	MAIL_PARTS_MAX = 100,
	MAIL_DEPTH_MAX = 12,
	MAIL_TEXT_MAX = 256 * 1024,         /* of a text part, the rest is cut off */
	MAIL_STATUS_MAX = 4 * 1024 * 1024,  /* of a report part */
	MAIL_MESSAGE_MAX = 8 * 1024 * 1024, /* of an encoded message */
	MAIL_FIELD_MAX = 4096               /* of a header field's value */
};

struct mail_parts {
	struct str head;
	bool is_report; /* multipart/report; report-type=delivery-status */
	struct mail_part part[MAIL_PARTS_MAX];
	int count;
	const char *limit; /* a sentence about a limit that bit; NULL: none */
};

/* Splits `mail`. What is not decoded points into it; the rest is the arena's. */
void mime_read(struct str mail, struct arena *a, struct mail_parts *out);

/* Where the header ends: *body is what follows the first empty line. */
struct str mime_head(struct str mail, struct str *body);
/* The next field of a header block, its value still folded. False: no more. Lines that are no field are passed over. */
bool mime_next_field(struct str *rest, struct str *name, struct str *value);
/* "Name: value", or "Name : value" as some write; false: the line is no field. */
bool mime_field_line(struct str line, struct str *name, struct str *value);
/* The first field called `name`, unfolded and trimmed; "" when there is none. At most MAIL_FIELD_MAX bytes. */
struct str mime_field(struct str head, const char *name, struct arena *a);
struct str mime_unfold(struct str value, struct arena *a);
/* Encoded words of RFC 2047 → UTF-8. */
struct str mime_words(struct str value, struct arena *a);
/* RFC 5322 date → UTC seconds; TIME_NONE when it is none. */
int64_t mime_date(struct str value);

#endif
