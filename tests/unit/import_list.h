/* import_list.h - a sink that keeps what a format reads, and feeds it text line by line as the frame does. For
 * tests. */
#ifndef TEST_IMPORT_LIST_H
#define TEST_IMPORT_LIST_H

#include "import/import.h"

#include <string.h>

enum { LIST_MAX = 64 };

struct list_item {
	struct record record;
	struct attempt attempt;
	int attempts;
	int64_t window_s;
	int64_t line;
};

struct list_expiry {
	uint64_t source_key;
	int64_t time_s;
	struct str sender;
};

struct list_bad {
	int64_t line;
	const char *why;
};

struct list {
	struct import_sink sink; /* first */
	struct arena arena;
	struct list_item items[LIST_MAX];
	struct list_expiry expiries[LIST_MAX];
	struct list_bad bad[LIST_MAX];
	int count, expiry_count, bad_count;
};

static inline bool list_put(struct import_sink *s, struct record *r, bool tried, int64_t window_s, struct err *e)
{
	(void)e;
	struct list *l = (struct list *)s;
	if (l->count == LIST_MAX)
		return true;
	struct list_item *i = &l->items[l->count++];
	*i = (struct list_item){.record = *r, .attempts = tried, .window_s = window_s, .line = s->line};
	struct str *texts[] = {&i->record.message_id, &i->record.queue_id,   &i->record.sender,
			       &i->record.recipient,  &i->record.title,      &i->record.response,
			       &i->record.remote_mta, &i->record.source_file};
	for (size_t t = 0; t < COUNT_OF(texts); t++)
		*texts[t] = arena_str(&l->arena, *texts[t]);
	if (tried)
		i->attempt = record_attempt(&i->record);
	return true;
}

static inline bool list_expire(struct import_sink *s, uint64_t source_key, int64_t time_s, int64_t window_s,
			       struct str sender, struct err *e)
{
	(void)window_s;
	(void)e;
	struct list *l = (struct list *)s;
	if (l->expiry_count < LIST_MAX)
		l->expiries[l->expiry_count++] = (struct list_expiry){source_key, time_s, arena_str(&l->arena, sender)};
	return true;
}

static inline void list_bad(struct import_sink *s, int64_t line, const char *why)
{
	struct list *l = (struct list *)s;
	if (l->bad_count < LIST_MAX)
		l->bad[l->bad_count++] = (struct list_bad){line, arena_str(&l->arena, str_of(why)).p};
}

static inline struct list list_new(void)
{
	return (struct list){.sink = {.file = STR("test"), .put = list_put, .expire = list_expire, .bad = list_bad}};
}

static inline void list_free(struct list *l)
{
	arena_free(&l->arena);
}

/* Feeds `text` as one file that was last written at mtime_s. */
static inline bool list_feed(struct list *l, const struct import_format *f, const struct import_options *o,
			     struct str text, int64_t mtime_s, struct err *e)
{
	void *state = f->start(o, e);
	if (!state)
		return false;
	bool ok = !f->file || f->file(state, &l->sink, mtime_s, e);
	struct str line;
	bool amid = false;
	l->sink.line = 0;
	while (ok && f->piece && text.len) { /* not all of a line at once, as it comes from a file */
		const char *lf = memchr(text.p, '\n', text.len < 7 ? text.len : 7);
		struct str piece = str_slice(text, 0, lf ? (size_t)(lf - text.p) + 1 : 7);
		text = str_slice(text, piece.len, SIZE_MAX);
		l->sink.line += !amid;
		amid = !lf;
		ok = f->piece(state, &l->sink, piece, e);
	}
	if (text.len && text.p[text.len - 1] == '\n')
		text.len--;
	while (ok && !f->piece && str_next(&text, '\n', &line)) {
		l->sink.line++;
		ok = f->line(state, &l->sink, line, e);
	}
	ok = ok && (!f->file_end || f->file_end(state, &l->sink, e));
	f->finish(state);
	return ok;
}

#endif
