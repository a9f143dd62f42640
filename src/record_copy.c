#include "record.h"

#include <string.h>

static const size_t texts[] = {
	offsetof(struct record, recipient), offsetof(struct record, response),    offsetof(struct record, remote_mta),
	offsetof(struct record, sender),    offsetof(struct record, title),       offsetof(struct record, message_id),
	offsetof(struct record, queue_id),  offsetof(struct record, source_file),
};

static const struct str *text_of(const struct record *r, size_t i)
{
	return (const struct str *)(const void *)((const char *)r + texts[i]);
}

/* Most attempts say what the record says: that is kept once. */
static bool says_the_same(const struct attempt *a, const struct record *r)
{
	return str_eq(a->response, r->response) && str_eq(a->remote_mta, r->remote_mta);
}

size_t record_copy_size(const struct record *r, const struct attempt *attempts, int count)
{
	size_t n = (size_t)count * sizeof *attempts;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		n += text_of(r, i)->len;
	for (int i = 0; i < count; i++)
		n += says_the_same(&attempts[i], r) ? 0 : attempts[i].response.len + attempts[i].remote_mta.len;
	return n;
}

static void move_text(char **to, struct str *s)
{
	if (s->len)
		memcpy(*to, s->p, s->len);
	s->p = *to;
	*to += s->len;
}

struct attempt *record_copy(void *memory, const struct record *r, const struct attempt *attempts, int count,
			    struct record *out)
{
	struct attempt *copies = memory;
	char *to = (char *)(copies + count);
	*out = *r;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		move_text(&to, (struct str *)(void *)((char *)out + texts[i]));
	for (int i = 0; i < count; i++) {
		copies[i] = attempts[i];
		if (says_the_same(&attempts[i], r)) {
			copies[i].response = out->response;
			copies[i].remote_mta = out->remote_mta;
		} else {
			move_text(&to, &copies[i].response);
			move_text(&to, &copies[i].remote_mta);
		}
	}
	return copies;
}
