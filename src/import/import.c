#include "import/import.h"
#include "import/source.h"
#include "import/writer.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct import_format *const import_formats[] = {&import_postfix, &import_exim, &import_sendmail, &import_mail,
						      &import_events,  &import_csv,  &import_table,    NULL};

enum {
	FORMATS = COUNT_OF(import_formats) - 1,
	TICK_LINES = 128, /* so often are cancel, progress and the clock looked at */
	PROGRESS_MS = 100,
	RECIPIENT_MAX = 1000, /* bytes; the database takes no longer ones */
	/* An item may name any number of recipients, and each gets a record with all of its texts. Together they may be so many
	 * times as long as what was read, and so much besides; what is beyond that gets the beginnings of its texts. */
	TEXT_TIMES = 64,
	TEXT_BESIDES = 8 * 1024 * 1024,
	TEXT_BEGINNING = 200,
};

struct run {
	struct import_sink sink; /* first: a sink is a run */
	struct writer *writer;
	const struct import_options *options;
	void *states[FORMATS];
	int format; /* of the current source; -1: not known yet */
	struct import_result now;
	int64_t bytes_before, bytes_total;
	int64_t progress_ms;
	struct lines lines; /* of the current source */
	int64_t text_left;  /* bytes that the texts of records may still have */
	int64_t text_line;  /* where that was said not to be enough; 0: nowhere */
	struct err idle;    /* what went wrong while nothing came */
};

/* ---- the sink ---- */

static void report(const struct run *r, const char *line)
{
	if (r->options->report)
		r->options->report(r->options->ctx, line);
}

static void sink_bad(struct import_sink *s, int64_t line, const char *why)
{
	struct run *r = (struct run *)s;
	if (r->now.bad++ >= r->options->bad_limit)
		return;
	struct buf b = {0};
	buf_add(&b, s->file);
	buf_printf(&b, ":%lld: %s", (long long)line, why);
	report(r, b.p);
	buf_free(&b);
}

/* The database takes no other times. */
static bool time_fits(int64_t utc_s)
{
	return utc_s >= 0 && utc_s <= 253402300799; /* the end of the year 9999 */
}

static int64_t take_text(struct str *s, bool cut)
{
	if (cut)
		*s = str_slice(*s, 0, TEXT_BEGINNING);
	return (int64_t)s->len;
}

/* How long the texts are, once those of what is beyond the bounds are cut; some are stored with the attempt as well. */
static int64_t take_texts(struct record *rec, bool tried, bool cut)
{
	struct str *texts[] = {&rec->response, &rec->title,      &rec->sender,
			       &rec->queue_id, &rec->message_id, &rec->remote_mta};
	int64_t n = 0;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		n += take_text(texts[i], cut);
	return n + (tried ? (int64_t)(rec->response.len + rec->remote_mta.len) : 0);
}

/* See TEXT_TIMES. */
static void bound_texts(struct run *r, struct record *rec, bool tried)
{
	int64_t wanted = take_texts(rec, tried, false);
	if (wanted > r->text_left) {
		wanted = take_texts(rec, tried, true);
		if (r->text_line != r->sink.line)
			sink_bad(&r->sink, r->sink.line,
				 "so long a text for so many recipients that most get its beginning only");
		r->text_line = r->sink.line;
	}
	r->text_left -= wanted;
}

static bool sink_put(struct import_sink *s, struct record *rec, bool tried, int64_t window_s, struct err *e)
{
	struct run *r = (struct run *)s;
	if (rec->source_file.len == 0)
		rec->source_file = s->file;
	if (rec->source_line == 0)
		rec->source_line = s->line;
	if (!time_fits(rec->queued_at))
		rec->queued_at = TIME_NONE;
	if (!time_fits(rec->time)) {
		sink_bad(s, s->line, "a time before 1970 or after 9999");
		return true;
	}
	if (rec->recipient.len > RECIPIENT_MAX) {
		sink_bad(s, s->line, "a recipient longer than 1000 bytes");
		return true;
	}
	bound_texts(r, rec, tried);
	const struct attempt a = record_attempt(rec);
	return writer_put(r->writer, rec, &a, tried, window_s, e);
}

static bool sink_expire(struct import_sink *s, uint64_t source_key, int64_t time_s, int64_t window_s, struct str sender,
			struct err *e)
{
	struct run *r = (struct run *)s;
	return !time_fits(time_s) || writer_expire(r->writer, source_key, time_s, window_s, sender, e);
}

/* ---- which format ---- */

/* Forms of a file that nothing here reads, and what to do about them. */
static const struct {
	const char *magic;
	const char *advice;
} other_forms[] = {
	{"PK\x03\x04", "is a spreadsheet or an archive: save it as CSV first"},
	{"\xff\xfe", "is text in UTF-16: save it as UTF-8 first"},
	{"\xfe\xff", "is text in UTF-16: save it as UTF-8 first"},
};

/* "postfix or csv" */
static void format_names(struct buf *b)
{
	for (size_t i = 0; i < FORMATS; i++)
		buf_printf(b, "%s%s", i == 0 ? "" : i + 1 < FORMATS ? ", " : " or ", import_formats[i]->name);
}

static bool unknown_form(struct str file, struct str head, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(other_forms); i++)
		if (str_starts(head, str_of(other_forms[i].magic)))
			return err_set(e, ERR_INPUT, "%.*s %s", (int)file.len, file.p, other_forms[i].advice);
	struct buf names = {0};
	format_names(&names);
	err_set(e, ERR_INPUT, "%.*s is in no format that is recognised: name it with --format %s", (int)file.len,
		file.p, names.p);
	buf_free(&names);
	return false;
}

/* Index of the format named or recognised, -1 for none. */
static int format_of(const struct run *r, struct str head, int *score)
{
	int best = -1;
	*score = 0;
	for (int i = 0; i < (int)FORMATS; i++) {
		if (r->options->format) {
			if (strcmp(r->options->format, import_formats[i]->name) == 0) {
				*score = 100;
				return i;
			}
			continue;
		}
		int n = import_formats[i]->score(head);
		if (n > *score) {
			*score = n;
			best = i;
		}
	}
	return best;
}

static bool format_known(const char *name, struct err *e)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (!name || strcmp(name, import_formats[i]->name) == 0)
			return true;
	struct buf names = {0};
	format_names(&names);
	err_set(e, ERR_USAGE, "no format is called %s: --format takes %s", name, names.p);
	buf_free(&names);
	return false;
}

/* ---- one file ---- */

static void progress(struct run *r, const struct lines *l)
{
	int64_t now = clock_ms();
	if (!r->options->progress || now - r->progress_ms < PROGRESS_MS)
		return;
	r->progress_ms = now;
	r->options->progress(r->options->ctx, r->bytes_before + l->bytes, r->bytes_total, r->now.lines + l->line,
			     writer_records(r->writer));
}

static bool pause_format(struct run *r, struct err *e)
{
	const struct import_format *f = r->format < 0 ? NULL : import_formats[r->format];
	return !f || !f->pause || f->pause(r->states[r->format], &r->sink, e);
}

/* What is due now and then: cancel, the end of a batch, progress. */
static bool tick(struct run *r, const struct lines *l, bool idle, struct err *e)
{
	if (r->options->cancelled && r->options->cancelled(r->options->ctx))
		return err_set(e, ERR_CANCEL, "stopped");
	if (idle && !pause_format(r, e))
		return false;
	if (!writer_tick(r->writer, idle, e))
		return false;
	progress(r, l);
	return true;
}

/* A compressed pipe is silent: see lines.stop. */
static bool stop_waiting(void *ctx)
{
	struct run *r = ctx;
	return !tick(r, &r->lines, true, &r->idle);
}

static bool sink_next(struct import_sink *s, struct err *e)
{
	struct run *r = (struct run *)s;
	s->line = ++r->lines.line;
	r->text_left = r->text_left < TEXT_BESIDES ? TEXT_BESIDES : r->text_left;
	return s->line % TICK_LINES != 0 || tick(r, &r->lines, false, e);
}

static bool fill(struct run *r, struct lines *l, struct err *e)
{
	switch (lines_fill(l)) {
	case LINES_FAILED:
		return err_sys(e, errno, "cannot read %.*s", (int)r->sink.file.len, r->sink.file.p);
	case LINES_IDLE:
		if (r->idle.kind != ERR_NONE) {
			*e = r->idle;
			return false;
		}
		return tick(r, l, true, e);
	case LINES_READ:
		break;
	}
	return tick(r, l, false, e); /* a line may be longer than any number of reads */
}

/* Reads until the content tells the format. -1: it does not, not surely enough, or an error. */
static int recognise(struct run *r, struct lines *l, bool surely, struct err *e)
{
	for (;;) {
		struct str head = str_slice(lines_head(l), 0, IMPORT_HEAD_BYTES);
		bool whole = l->at_end || head.len == IMPORT_HEAD_BYTES;
		int score = 0;
		if (str_starts(head, STR("\xef\xbb\xbf"))) /* editors put it before text of any kind */
			head = str_slice(head, 3, SIZE_MAX);
		int found = head.len || whole ? format_of(r, head, &score) : -1;
		if (found >= 0 && score >= IMPORT_SCORE_SURE)
			return found;
		if (whole)
			return surely ? -1 : found;
		if (!fill(r, l, e))
			return -1;
	}
}

static bool feed(struct run *r, const struct import_format *f, void *state, struct lines *l, struct err *e)
{
	for (;;) {
		struct str got;
		switch (f->piece ? lines_piece(l, &got) : lines_next(l, &got)) {
		case LINES_ONE:
			r->sink.line = l->line;
			r->text_left += (int64_t)got.len * TEXT_TIMES;
			if (!(f->piece ? f->piece : f->line)(state, &r->sink, got, e))
				return false;
			break;
		case LINES_OVERLONG:
			r->sink.bad(&r->sink, l->line, "longer than 1 MiB");
			break;
		case LINES_MORE:
			if (!fill(r, l, e))
				return false;
			break;
		case LINES_NONE:
			return !f->file_end || f->file_end(state, &r->sink, e);
		}
		if (l->line % TICK_LINES == 0 && !tick(r, l, false, e))
			return false;
	}
}

/* What was read before the damage is kept. In a folder it does not end the import. */
static bool check_damage(struct run *r, const struct source *src, const struct lines *l, struct err *e)
{
	struct err why = {0};
	if (!l->damaged)
		return true;
	err_set(&why, ERR_INPUT, "%s is damaged or cut off; the %lld lines before that are read (%s)",
		strcmp(src->path, "-") == 0 ? "standard input" : src->path, (long long)l->line, lines_why(l));
	if (!src->in_folder) {
		*e = why;
		return false;
	}
	r->now.unreadable_files++;
	report(r, why.msg);
	return true;
}

static bool import_lines(struct run *r, const struct source *src, struct lines *l, int64_t mtime_s, struct err *e)
{
	int i = recognise(r, l, src->in_folder, e);
	if (e->kind != ERR_NONE)
		return false;
	struct str head = lines_head(l);
	if (i < 0) {
		if (src->in_folder) {
			r->now.ignored_files++;
			return true;
		}
		if (head.len == 0) { /* an empty file holds no email, whatever its format */
			r->now.files++;
			return check_damage(r, src, l, e);
		}
		return unknown_form(r->sink.file, head, e);
	}
	const struct import_format *f = import_formats[i];
	if (!r->states[i] && !(r->states[i] = f->start(r->options, e)))
		return false;
	r->format = i;
	r->now.files++;
	if (f->file && !f->file(r->states[i], &r->sink, mtime_s, e))
		return false;
	if (f->whole)
		return f->whole(r->states[i], &r->sink, src->path, e);
	return feed(r, f, r->states[i], l, e) && check_damage(r, src, l, e);
}

static bool import_source(struct run *r, const struct source *src, struct err *e)
{
	bool regular;
	int64_t mtime_s;
	struct err why = {0};
	int fd = source_open(src, &regular, &mtime_s, &why);
	if (fd < 0) {
		if (!src->in_folder) {
			*e = why;
			return false;
		}
		r->now.unreadable_files++;
		report(r, why.msg);
		return true;
	}
	struct lines *l = &r->lines;
	*l = lines_of(fd, regular);
	l->stop = stop_waiting;
	l->stop_ctx = r;
	r->sink.file = str_of(src->path);
	r->text_left = TEXT_BESIDES;
	r->text_line = 0;
	r->format = -1;
	bool ok = import_lines(r, src, l, mtime_s, e);
	/* What was read before it ended is put; where that fails, it failed before. */
	if (!ok)
		pause_format(r, &(struct err){0});
	r->bytes_before += l->bytes;
	r->now.bytes += l->bytes;
	r->now.lines += l->line;
	lines_free(l);
	close(fd);
	return ok;
}

/* ---- all of them ---- */

bool import_check(const struct import_options *o, struct err *e)
{
	if (!format_known(o->format, e))
		return false;
	for (size_t i = 0; i < FORMATS; i++) { /* each format knows its own options */
		void *state = import_formats[i]->start(o, e);
		if (!state)
			return false;
		import_formats[i]->finish(state);
	}
	return true;
}

/* The database that is written may lie in a folder of logs. */
static bool leave_out_own(const struct store *st, struct source_list *l, struct err *e)
{
	size_t kept = 0;
	for (size_t i = 0; i < l->count; i++) {
		const struct source *src = &l->items[i];
		struct stat file;
		bool there =
			strcmp(src->path, "-") == 0 ? fstat(STDIN_FILENO, &file) == 0 : stat(src->path, &file) == 0;
		if (!there || !store_owns(st, &file)) {
			l->items[kept++] = *src;
			continue;
		}
		if (!src->in_folder)
			return err_set(e, ERR_INPUT, "%s is what the import writes to: name another source",
				       strcmp(src->path, "-") == 0 ? "standard input" : src->path);
		l->bytes -= l->bytes ? src->size : 0;
	}
	l->count = kept;
	return true;
}

static void folder_skipped(void *ctx, const char *why)
{
	struct run *r = ctx;
	r->now.unreadable_files++;
	report(r, why);
}

/* Keeps the batch unless the database failed. That is said then, whatever had ended the run: what was read is not in. */
static bool conclude(struct run *r, bool ok, struct err *e)
{
	struct err why = {0};
	struct writer_counts kept;
	if (!writer_stop(r->writer, &kept, &why)) {
		*e = why;
		ok = false;
	}
	r->now.added = kept.added;
	r->now.changed = kept.changed;
	r->now.unchanged = kept.unchanged;
	return ok;
}

bool import_run(struct store *st, const char *const *sources, int source_count, const struct import_options *o,
		struct import_result *out, struct err *e)
{
	struct arena a = {0};
	struct source_list list;
	struct run r = {
		.sink = {.put = sink_put, .expire = sink_expire, .bad = sink_bad, .next = sink_next},
		.options = o,
	};
	bool ok = import_check(o, e) && source_find(sources, source_count, &a, folder_skipped, &r, &list, e) &&
		  leave_out_own(st, &list, e);
	if (ok) {
		r.bytes_total = list.bytes;
		r.writer = writer_start(st);
		for (size_t i = 0; ok && i < list.count; i++)
			ok = import_source(&r, &list.items[i], e);
		ok = conclude(&r, ok, e);
	}
	for (size_t i = 0; i < FORMATS; i++)
		if (r.states[i])
			import_formats[i]->finish(r.states[i]);
	arena_free(&a);
	*out = r.now;
	if (o->progress)
		o->progress(o->ctx, r.bytes_before, r.bytes_total, r.now.lines,
			    out->added + out->changed + out->unchanged);
	return ok;
}
