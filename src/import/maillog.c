#include "import/maillog.h"

#include <stdlib.h>
#include <string.h>

/* ---- the state of a run ---- */

void *maillog_start(const struct import_options *o, struct err *e)
{
	(void)e;
	struct maillog *m = calloc(1, sizeof *m);
	if (!m)
		die("out of memory");
	m->year = o->year;
	m->queue = queue_new();
	return m;
}

bool maillog_file(void *state, struct import_sink *s, int64_t mtime_s, struct err *e)
{
	(void)s;
	(void)e;
	struct maillog *m = state;
	m->clock = stamp_clock_of(m->year, mtime_s);
	return true;
}

void maillog_finish(void *state)
{
	struct maillog *m = state;
	queue_free(m->queue);
	buf_free(&m->text);
	buf_free(&m->joined.text);
	free(m);
}

uint64_t maillog_key(struct maillog *m, struct str host, struct str queue_id)
{
	host = str_slice(host, 0, MAILLOG_HOST_MAX);
	if (!str_eq(host, (struct str){m->host, m->host_len})) {
		memcpy(m->host, host.p, host.len);
		m->host_len = host.len;
		m->host_hash = str_hash(host, 0);
	}
	uint64_t key = str_hash(queue_id, m->host_hash);
	return key ? key : 1; /* 0 stands for none */
}

/* ---- lines ---- */

/* Nothing, or what journalctl puts between lines: "-- Boot 6f2a --". */
static bool is_blank(struct str line)
{
	return line.len == 0 || str_starts(line, STR("-- "));
}

bool maillog_line(void *state, struct import_sink *s, struct str line, struct err *e)
{
	static maillog_read_fn *const readers[] = {
		[MAILLOG_OTHER] = postfix_read, /* the administrator may have chosen any name for it */
		[MAILLOG_POSTFIX] = postfix_read,
		[MAILLOG_SENDMAIL] = sendmail_read,
		[MAILLOG_EXIM] = exim_read,
	};
	struct maillog *m = state;
	struct syslog_line l;
	const char *why;
	maillog_skip(&line, "\xef\xbb\xbf");
	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	if (is_blank(line))
		return true;
	if (exim_split(m, line, &l))
		return exim_read(m, s, &l, e);
	if (syslog_split(&m->clock, line, &l, &why))
		return readers[maillog_server_of(l.tag)](m, s, &l, e);
	s->bad(s, s->line, why);
	return true;
}

bool maillog_join(struct maillog *m, uint64_t key, int64_t part, const char *glue, struct str text)
{
	if (part == 1) {
		buf_reset(&m->joined.text);
		m->joined.key = key;
		m->joined.parts = 0;
	}
	if (m->joined.key != key || part != m->joined.parts + 1 ||
	    m->joined.text.len + text.len >= (size_t)IMPORT_LINE_MAX)
		return false;
	m->joined.parts++;
	if (part > 1)
		buf_add(&m->joined.text, str_of(glue));
	buf_add(&m->joined.text, text);
	return true;
}

enum maillog_server maillog_server_of(struct str tag)
{
	/* Programs of Postfix log as "postfix/smtp[123]"; the first part is the administrator's to choose. */
	if (str_find(tag, STR("/"), 0) != SIZE_MAX)
		return str_starts_nocase(tag, STR("postfix")) ? MAILLOG_POSTFIX : MAILLOG_OTHER;
	if (str_starts(tag, STR("sendmail")) || str_starts(tag, STR("sm-")))
		return MAILLOG_SENDMAIL;
	return str_starts(tag, STR("exim")) ? MAILLOG_EXIM : MAILLOG_OTHER;
}

int maillog_score(struct str head, enum maillog_server mine, int otherwise)
{
	struct stamp_clock c = stamp_clock_of(0, 0);
	int lines = 0, syslog = 0, ours = 0, theirs = 0;
	struct str line;
	while (str_next(&head, '\n', &line)) {
		struct syslog_line l;
		const char *why;
		lines += line.len > 0;
		if (!syslog_split(&c, line, &l, &why))
			continue;
		syslog += l.tag.len > 0;
		enum maillog_server server = maillog_server_of(l.tag);
		ours += server == mine;
		theirs += server != mine && server != MAILLOG_OTHER;
	}
	if (ours)
		return ours >= theirs ? 90 : 60;
	/* Some other program's log may tell of mail further down, or the server goes by another name. */
	return theirs == 0 && syslog * 2 > lines ? otherwise : 0;
}

/* ---- what a line says ---- */

bool maillog_put(struct maillog *m, struct import_sink *s, const struct maillog_delivery *d, struct err *e)
{
	const struct queue_entry *known = queue_find(m->queue, d->key);
	struct str sender = queue_get(known, QUEUE_SENDER);
	struct record r = {
		.source_key = d->source_key,
		.message_id = queue_get(known, QUEUE_MESSAGE_ID),
		.queue_id = d->queue_id,
		.queued_at = known && known->first_s != TIME_NONE ? known->first_s : d->queued_s,
		.time = d->time_s,
		.sender = sender.len ? sender : d->sender,
		.recipient = d->recipient,
		.title = queue_get(known, QUEUE_TITLE),
		.outcome = d->outcome,
		.enhanced = d->status.enhanced,
		.basic = d->status.basic,
		.response = d->text,
		.remote_mta = d->remote_mta,
		.stage = d->status.stage,
	};
	return s->put(s, &r, d->tried, d->window_s, e);
}

/* ---- parts of a line ---- */

bool maillog_skip(struct str *s, const char *prefix)
{
	size_t n = strlen(prefix);
	if (s->len < n || (n && memcmp(s->p, prefix, n) != 0))
		return false;
	*s = str_slice(*s, n, SIZE_MAX);
	return true;
}

struct str maillog_value(struct str *s)
{
	size_t end = str_find(*s, STR(", "), 0);
	struct str v = str_slice(*s, 0, end);
	*s = str_slice(*s, v.len, SIZE_MAX);
	return v;
}

struct str maillog_address(struct str *s)
{
	if (s->len == 0 || s->p[0] != '<')
		return maillog_value(s);
	size_t i = 1;
	if (i < s->len && s->p[i] == '"') {
		for (i++; i < s->len && s->p[i] != '"'; i++)
			if (s->p[i] == '\\')
				i++;
		if (i + 1 >= s->len || s->p[i + 1] != '@') /* no quoted local part after all */
			i = 1;
	}
	for (; i < s->len; i++)
		if (s->p[i] == '>' && (i + 1 == s->len || s->p[i + 1] == ',' || s->p[i + 1] == ' '))
			break;
	struct str a = str_slice(*s, 1, i - 1);
	*s = str_slice(*s, i + 1, SIZE_MAX);
	return a;
}

struct str maillog_unbracketed(struct str s)
{
	return s.len >= 2 && s.p[0] == '<' && s.p[s.len - 1] == '>' ? str_slice(s, 1, s.len - 2) : s;
}

bool maillog_is_address(struct str s)
{
	return s.len && !memchr("|/:", s.p[0], 3) && !str_starts(s, STR("\"|")) && !str_starts(s, STR("\"/"));
}
