#include "import/mail_reader.h"

#include "import/mail_mime.h"
#include "import/mail_notice.h"
#include "status.h"
#include "worker_belt.h"

#include <stdlib.h>
#include <string.h>

enum {
	LOAD_BYTES = 128 * 1024, /* of mails; a longer one is read alone, so that few are in memory */
	READERS = 2,             /* threads: two have as much to do as the one that writes and the one that splits */
	LOADS = READERS * BELT_ITEMS,
};

/* A mail, and what it says once it is read. */
struct reading {
	struct mail_item mail; /* its text is to be found at `start` of the load's */
	size_t start;
	struct mail_news news;
	struct record *records;
	int count;
};

/* What goes on the belt. */
struct load {
	struct buf text;
	struct reading *mails;
	size_t count, cap;
	struct arena a; /* of what was read */
};

struct mail_reader {
	void *events;                /* state of the format that reads JSON */
	struct belt *belts[READERS]; /* NULL: there was too little for them */
	struct load loads[LOADS];
	struct load *load;  /* being filled */
	unsigned sent, put; /* counts of loads; the nth is loads[n % LOADS], and goes to belts[n % READERS] */
};

/* ---- records ---- */

static uint64_t key_of(const char *kind, struct str text)
{
	uint64_t key = str_hash(text, str_hash(str_of(kind), 0));
	return key ? key : 1;
}

static uint64_t key_of_news(const struct mail_news *n, struct str mail)
{
	if (n->original.message_id.len)
		return key_of("mail", n->original.message_id);
	return n->own_id.len ? key_of("mail notice", n->own_id) : key_of("mail content", mail);
}

static struct record record_of(const struct mail_item *m, const struct mail_news *n, const struct fate *f, uint64_t key)
{
	struct status st;
	status_read_pair(f->status, f->response, f->outcome, &st);
	bool dropped = st.dropped;
	if (f->words.len) {
		struct status more;
		status_read_pair(f->status, f->words, f->outcome, &more);
		if (st.basic == 0 && (st.enhanced.cls == 0 || (st.enhanced.subject == 0 && st.enhanced.detail == 0))) {
			st.enhanced = more.enhanced;
			st.basic = more.basic;
		} else if (st.basic == 0 && more.basic / 100 == st.enhanced.cls) {
			st.basic = more.basic;
		}
		st.stage = st.stage == STAGE_NONE ? more.stage : st.stage;
		dropped = dropped || (f->response.len == 0 && more.dropped);
	}
	/* A provider that reports its suppressions as bounces: nothing was tried, and nobody answered. */
	dropped = f->outcome == OUTCOME_FAILED && dropped;
	if (dropped)
		st = (struct status){0};
	int64_t times[] = {f->time_s, n->date_s, n->fates.arrival_s, m->envelope_s}, time_s = TIME_NONE;
	for (size_t i = 0; i < COUNT_OF(times) && time_s == TIME_NONE; i++)
		if (times[i] >= 0)
			time_s = times[i];
	return (struct record){
		.source_key = key,
		.message_id = n->original.message_id,
		.queue_id = n->fates.queue_id,
		.queued_at = n->original.date_s >= 0 ? n->original.date_s : n->fates.arrival_s,
		.time = time_s == TIME_NONE ? m->mtime_s : time_s,
		.time_guessed = time_s == TIME_NONE,
		.file_tells = true,
		.sender = n->original.sender,
		.recipient = f->recipient,
		.title = n->original.title,
		.outcome = dropped ? OUTCOME_DROPPED : f->outcome,
		.enhanced = st.enhanced,
		.basic = st.basic,
		.response = f->response,
		.remote_mta = f->remote_mta,
		.stage = st.stage,
		.attempts = !dropped,
		.source_line = m->line,
	};
}

static void read_mail(struct reading *r, struct arena *a)
{
	notice_read(r->mail.text, a, &r->news);
	const struct fates *f = &r->news.fates;
	uint64_t key = key_of_news(&r->news, r->mail.text);
	r->count = 0;
	r->records = arena_array(a, struct record, (size_t)f->count);
	for (int i = 0; i < f->count; i++)
		if (f->items[i].recipient.len)
			r->records[r->count++] = record_of(&r->mail, &r->news, &f->items[i], key);
}

/* ---- what was read is put ---- */

/* A mail that holds an event of a provider, as Amazon SNS sends them to subscribers. */
static bool put_event(void *events, struct import_sink *s, int64_t mtime_s, struct str json, struct err *e)
{
	if (import_events.score(json) < IMPORT_SCORE_SURE)
		return true;
	bool ok = import_events.file(events, s, mtime_s, e);
	for (struct str part; ok && json.len; json = str_slice(json, part.len, SIZE_MAX)) {
		const char *end = memchr(json.p, '\n', json.len);
		part = str_slice(json, 0, end ? (size_t)(end - json.p) + 1 : SIZE_MAX);
		ok = import_events.piece(events, s, part, e);
	}
	ok = ok && import_events.file_end(events, s, e);
	return ok;
}

static bool put_mail(struct mail_reader *m, struct import_sink *s, struct reading *r, struct err *e)
{
	const struct mail_news *n = &r->news;
	int64_t line = s->line;
	bool ok = true;
	s->line = r->mail.line;
	for (int i = 0; ok && i < r->count; i++)
		ok = s->put(s, &r->records[i], r->records[i].attempts && !r->records[i].time_guessed, 0, e);
	if (ok && n->event.len)
		ok = put_event(m->events, s, r->mail.mtime_s, n->event, e);
	if (n->names_nobody && r->count == 0)
		s->bad(s, r->mail.line, "a notice of failure that does not say for whom");
	if (r->count > 0 && n->limit)
		s->bad(s, r->mail.line, n->limit);
	if (r->mail.cut)
		s->bad(s, r->mail.line, "a mail longer than 32 MiB, only its beginning is read");
	s->line = line;
	return ok;
}

static bool put_load(struct mail_reader *m, struct import_sink *s, struct load *l, struct err *e)
{
	bool ok = true;
	for (size_t i = 0; ok && i < l->count; i++)
		ok = put_mail(m, s, &l->mails[i], e);
	l->count = 0;
	buf_reset(&l->text);
	arena_free(&l->a);
	return ok;
}

/* ---- loads ---- */

/* In the other thread, or here when that has nothing to do. */
static void read_load(void *ctx, void *item)
{
	(void)ctx;
	struct load *l = item;
	for (size_t i = 0; i < l->count; i++) {
		struct reading *r = &l->mails[i];
		r->mail.text = str_slice(buf_str(&l->text), r->start, r->mail.text.len);
		read_mail(r, &l->a);
	}
}

static void load_add(struct load *l, const struct mail_item *mail)
{
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->mails = realloc(l->mails, l->cap * sizeof *l->mails);
		if (!l->mails)
			die("out of memory");
	}
	l->mails[l->count++] = (struct reading){.mail = *mail, .start = l->text.len};
	buf_add(&l->text, mail->text);
}

static void belts_start(struct mail_reader *m)
{
	for (int i = 0; i < READERS; i++) {
		void *items[BELT_ITEMS];
		for (int k = 0; k < BELT_ITEMS; k++)
			items[k] = &m->loads[k * READERS + i];
		m->belts[i] = belt_start(read_load, NULL, items);
	}
	m->load = belt_take(m->belts[0]); /* the one that it is already */
}

/* Hands over the load, and puts what is in the next one. */
static bool load_send(struct mail_reader *m, struct import_sink *s, struct err *e)
{
	if (!m->belts[0])
		belts_start(m);
	belt_send(m->belts[m->sent++ % READERS], m->load);
	m->load = belt_take(m->belts[m->sent % READERS]);
	m->put += m->load->count > 0;
	return put_load(m, s, m->load, e);
}

bool mail_reader_flush(struct mail_reader *m, struct import_sink *s, struct err *e)
{
	bool ok = true;
	if (m->load->count > 0 && m->put == m->sent) {
		read_load(NULL, m->load);
		return put_load(m, s, m->load, e);
	}
	if (m->load->count > 0)
		ok = load_send(m, s, e);
	for (int i = 0; i < READERS && m->belts[i]; i++)
		belt_wait(m->belts[i]);
	for (; m->put != m->sent; m->put++)
		ok = ok && put_load(m, s, &m->loads[m->put % LOADS], e);
	return ok;
}

bool mail_reader_add(struct mail_reader *m, struct import_sink *s, const struct mail_item *mail, struct err *e)
{
	if (mail->text.len > LOAD_BYTES) {
		struct arena a = {0};
		struct reading r = {.mail = *mail};
		if (!mail_reader_flush(m, s, e))
			return false;
		read_mail(&r, &a);
		bool ok = put_mail(m, s, &r, e);
		arena_free(&a);
		return ok;
	}
	if (m->load->text.len + mail->text.len > LOAD_BYTES && !load_send(m, s, e))
		return false;
	load_add(m->load, mail);
	return true;
}

struct mail_reader *mail_reader_new(const struct import_options *o, struct err *e)
{
	struct mail_reader *m = calloc(1, sizeof *m);
	if (!m)
		die("out of memory");
	m->events = import_events.start(o, e);
	m->load = &m->loads[0];
	mime_begin();
	return m;
}

void mail_reader_free(struct mail_reader *m)
{
	for (int i = 0; i < READERS; i++)
		if (m->belts[i])
			belt_stop(m->belts[i]);
	for (int i = 0; i < LOADS; i++) {
		arena_free(&m->loads[i].a);
		buf_free(&m->loads[i].text);
		free(m->loads[i].mails);
	}
	import_events.finish(m->events);
	free(m);
}
