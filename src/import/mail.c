/* mail.c - mails about email that did not arrive: mbox files, single mails, folders of them (Maildir), standard input.
 *
 * A file is an mbox when it begins with a "From " line; any other is one mail. A message is known again by the original's
 * Message-ID, else by the notice's own, else by the notice's content, so that a second import changes nothing. Line ends are
 * LF, CRLF or CR; NUL bytes are left out.
 */
#include "import/import.h"
#include "import/mail_mime.h"
#include "import/mail_reader.h"

#include <stdlib.h>
#include <string.h>

enum { MAIL_MAX = 32 * 1024 * 1024 };

struct mail {
	int64_t mtime_s;
	struct buf text; /* of the mail so far */
	struct buf held; /* a "From " line, until the next line says whether it begins a mail */
	int64_t line;    /* where the mail begins */
	int64_t held_line;
	int64_t envelope_s;  /* what its "From " line says */
	bool is_mbox, began; /* of this file; began: something but blank lines was there */
	bool after_blank;    /* the line before was empty */
	bool cut;            /* some of it is not kept */
	struct mail_reader *reader;
};

/* ---- "From " lines ---- */

static bool two_digits(struct str s, size_t at)
{
	return at + 1 < s.len && s.p[at] >= '0' && s.p[at] <= '9' && s.p[at + 1] >= '0' && s.p[at + 1] <= '9';
}

/* "From bob@example.com  Mon Oct 26 10:00:00 2026": the clock tells it from a sentence. */
static bool is_from_line(struct str line)
{
	if (!str_starts(line, STR("From ")) || line.len > 1000)
		return false;
	for (size_t i = 5; i + 5 <= line.len; i++)
		if (line.p[i + 2] == ':' && two_digits(line, i) && two_digits(line, i + 3))
			return true;
	return false;
}

/* Its time, read as UTC. */
static int64_t from_line_time(struct str line)
{
	for (size_t i = 5; i + 5 <= line.len; i++) {
		if (line.p[i] != ' ')
			continue;
		struct civil c = {0};
		struct str s = str_trim(str_slice(line, i, 40));
		if (s.len < 4 || s.p[3] != ' ') /* no weekday */
			continue;
		char month[4], text[48];
		int year = 0;
		snprintf(text, sizeof text, "%.*s", (int)s.len, s.p);
		if (sscanf(text, "%*3s %3s %d %d:%d:%d %d", month, &c.day, &c.hour, &c.minute, &c.second, &year) != 6 &&
		    sscanf(text, "%*3s %3s %d %d:%d:%d %*5[A-Z+0-9-] %d", month, &c.day, &c.hour, &c.minute, &c.second,
			   &year) != 6)
			continue;
		c.year = year;
		for (int m = 1; m <= 12; m++)
			if (strcmp(month_name(m), month) == 0)
				c.month = m;
		if (c.month && c.year >= 1970 && c.year <= 9999 && c.day >= 1 && c.day <= 31 && c.hour >= 0 &&
		    c.hour < 24 && c.minute >= 0 && c.minute < 60 && c.second >= 0 && c.second <= 60)
			return civil_to(c);
	}
	return TIME_NONE;
}

/* ---- lines ---- */

static void keep(struct mail *m, struct str line)
{
	if (m->text.len + line.len + 1 > MAIL_MAX) {
		m->cut = true;
		return;
	}
	while (line.len) {
		const char *nul = memchr(line.p, '\0', line.len);
		size_t n = nul ? (size_t)(nul - line.p) : line.len;
		buf_add(&m->text, str_slice(line, 0, n));
		line = str_slice(line, nul ? n + 1 : n, SIZE_MAX);
	}
	buf_addc(&m->text, '\n');
}

static bool on_mail(struct mail *m, struct import_sink *s, struct err *e)
{
	const struct mail_item item = {
		.text = buf_str(&m->text),
		.line = m->line,
		.envelope_s = m->envelope_s,
		.mtime_s = m->mtime_s,
		.cut = m->cut,
	};
	bool ok = str_trim(item.text).len == 0 || mail_reader_add(m->reader, s, &item, e);
	buf_reset(&m->text);
	if (m->text.cap > 1024 * 1024) /* a large one is rare: do not keep its memory */
		buf_free(&m->text);
	m->cut = false;
	m->envelope_s = TIME_NONE;
	return ok;
}

static bool is_field(struct str line)
{
	struct str name, value;
	return mime_field_line(line, &name, &value) || str_starts(line, STR(">From "));
}

/* The held "From " line begins a mail, or it was a line like others. */
static bool settle(struct mail *m, struct import_sink *s, bool begins, struct err *e)
{
	bool ok = true;
	if (begins) {
		ok = on_mail(m, s, e);
		m->line = m->held_line;
		m->envelope_s = from_line_time(buf_str(&m->held));
	} else {
		keep(m, buf_str(&m->held));
	}
	buf_reset(&m->held);
	return ok;
}

static bool one_line(struct mail *m, struct import_sink *s, struct str line, struct err *e)
{
	bool blank = str_trim(line).len == 0;
	if (!m->began) {
		if (str_starts(line, STR("\xef\xbb\xbf")))
			line = str_slice(line, 3, SIZE_MAX);
		if (blank)
			return true;
		m->began = true;
		m->line = s->line;
		m->is_mbox = str_starts(line, STR("From "));
		if (m->is_mbox) {
			m->envelope_s = from_line_time(line);
			return true;
		}
	}
	if (m->held.len && !settle(m, s, is_field(line), e))
		return false;
	/* Some write no empty line before it: then it must tell a time in full. */
	if (m->is_mbox && is_from_line(line) && (m->after_blank || from_line_time(line) != TIME_NONE)) {
		buf_add(&m->held, line);
		m->held_line = s->line;
	} else if (m->is_mbox && str_starts(line, STR(">From "))) {
		keep(m, str_slice(line, 1, SIZE_MAX));
	} else {
		keep(m, blank ? STR("") : line);
	}
	m->after_blank = blank;
	return true;
}

static bool mail_line(void *state, struct import_sink *s, struct str line, struct err *e)
{
	struct mail *m = state;
	while (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0)
		return one_line(m, s, line, e);
	struct str part;
	while (str_next(&line, '\r', &part)) /* a CR within is a line's end too */
		if (!one_line(m, s, part, e))
			return false;
	return true;
}

static bool mail_file(void *state, struct import_sink *s, int64_t mtime_s, struct err *e)
{
	(void)s;
	(void)e;
	struct mail *m = state;
	m->mtime_s = mtime_s;
	m->began = m->is_mbox = m->after_blank = m->cut = false;
	m->line = 1;
	m->envelope_s = TIME_NONE;
	buf_reset(&m->text);
	buf_reset(&m->held);
	return true;
}

static bool mail_file_end(void *state, struct import_sink *s, struct err *e)
{
	struct mail *m = state;
	return (m->held.len == 0 || settle(m, s, false, e)) && on_mail(m, s, e) && mail_reader_flush(m->reader, s, e);
}

static bool mail_pause(void *state, struct import_sink *s, struct err *e)
{
	struct mail *m = state;
	return mail_reader_flush(m->reader, s, e);
}

/* ---- the format ---- */

static int mail_score(struct str head)
{
	static const char *const names[] = {"Received",
					    "Return-Path",
					    "From",
					    "To",
					    "Subject",
					    "Date",
					    "Message-ID",
					    "MIME-Version",
					    "Delivered-To",
					    "Content-Type",
					    "X-Original-To",
					    "Cc",
					    "X-Failed-Recipients",
					    "Auto-Submitted",
					    "DKIM-Signature",
					    "Envelope-To",
					    "Return-path",
					    "X-Apparently-To",
					    "Authentication-Results"};
	struct str line, name, value;
	int known = 0, lines = 0;
	bool mbox = false;
	if (str_starts(head, STR("\xef\xbb\xbf")))
		head = str_slice(head, 3, SIZE_MAX);
	while (head.len && (char_is_space(head.p[0]) || head.p[0] == '\0'))
		head = str_slice(head, 1, SIZE_MAX);
	bool cr = head.len && !memchr(head.p, '\n', head.len);
	while (known < 3 && lines < 200 && str_next(&head, cr ? '\r' : '\n', &line)) {
		if (lines++ == 0 && str_starts(line, STR("From "))) {
			mbox = is_from_line(line);
			continue;
		}
		if (str_trim(line).len == 0)
			break;
		if (line.p[0] == ' ' || line.p[0] == '\t' || str_starts(line, STR(">From ")))
			continue;
		if (!mime_field_line(line, &name, &value))
			break;
		for (size_t i = 0; i < COUNT_OF(names); i++)
			known += str_eq_nocase(name, str_of(names[i]));
	}
	return mbox && known ? 95 : known >= 3 ? 85 : known == 2 ? 70 : known ? 20 : mbox ? 40 : 0;
}

static void *mail_start(const struct import_options *o, struct err *e)
{
	struct mail *m = calloc(1, sizeof *m);
	if (!m)
		die("out of memory");
	m->reader = mail_reader_new(o, e);
	return m;
}

static void mail_finish(void *state)
{
	struct mail *m = state;
	mail_reader_free(m->reader);
	buf_free(&m->text);
	buf_free(&m->held);
	free(m);
}

const struct import_format import_mail = {
	.name = "mail",
	.help = "Bounce mails: mbox, Maildir, folders of .eml files, a single mail.",
	.score = mail_score,
	.start = mail_start,
	.file = mail_file,
	.line = mail_line,
	.pause = mail_pause,
	.file_end = mail_file_end,
	.finish = mail_finish,
};
