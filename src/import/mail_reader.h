/* mail_reader.h - mails → records, in their order, read in another thread while more come in.
 *
 * Layer 3, beside import.h. mail_notice.h tells what a mail says; here that becomes records. All functions are for one
 * thread, and only that one calls the sink; the other thread is started when there is enough for it.
 */
#ifndef IMPORT_MAIL_READER_H
#define IMPORT_MAIL_READER_H

#include "import/import.h"

struct mail_item {
	struct str text;    /* as notice_read wants it */
	int64_t line;       /* where it begins */
	int64_t envelope_s; /* what its "From " line says; TIME_NONE: nothing */
	int64_t mtime_s;    /* of the file */
	bool cut;           /* some of it is not there */
};

struct mail_reader;

struct mail_reader *mail_reader_new(const struct import_options *o, struct err *e);
void mail_reader_free(struct mail_reader *m); /* what is not flushed is forgotten */

/* Keeps a copy. What it says is put when it has been read: during a later call, at the latest by mail_reader_flush. The
 * sink must be that of the same source until then. False: stop, *e is set. */
bool mail_reader_add(struct mail_reader *m, struct import_sink *s, const struct mail_item *mail, struct err *e);
bool mail_reader_flush(struct mail_reader *m, struct import_sink *s, struct err *e);

#endif
