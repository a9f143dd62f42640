#include "import/mail_phrases.h"

#include "import/mail_phrase_lists.h"
#include "text.h"

#include <string.h>

/* What counts as a blank, or as an apostrophe, beyond ASCII. */
static const struct {
	const char *text;
	char plain;
} plain_signs[] = {{"\xc2\xa0", ' '}, {"\xe3\x80\x80", ' '}, {"\xe2\x80\x99", '\''}};

/* The sign at the front, beyond ASCII: as one of ASCII where it counts as one, and how many bytes it takes. */
static char plain_sign(struct str s, size_t *len)
{
	*len = 1;
	for (size_t i = 0; i < COUNT_OF(plain_signs); i++) {
		if (str_starts(s, str_of(plain_signs[i].text))) {
			*len = strlen(plain_signs[i].text);
			return plain_signs[i].plain;
		}
	}
	return s.p[0];
}

struct str phrase_form(struct str text, struct arena *a)
{
	struct buf folded = {0};
	text_add_folded(&folded, text);
	char *out = arena_alloc(a, folded.len + 1);
	size_t n = 0;
	for (size_t i = 0, len = 1; i < folded.len; i += len, len = 1) {
		char c = folded.p[i];
		if ((unsigned char)c >= 0x80)
			c = plain_sign(str_slice(buf_str(&folded), i, SIZE_MAX), &len);
		else if (char_is_space(c))
			c = ' ';
		if (c != ' ' || (n && out[n - 1] != ' '))
			out[n++] = c;
	}
	while (n && out[n - 1] == ' ')
		n--;
	buf_free(&folded);
	return (struct str){out, n};
}

/* ---- looking for many phrases at once ---- */

enum { PAIRS = 4096, PHRASES_MAX = 1024 };

/* The phrases that begin with the same two bytes, for each kind: texts have few places where one may begin. */
static struct finder {
	uint16_t first[PAIRS]; /* 1 + index of the first link; 0: none */
	struct link {
		struct str text;
		uint16_t next; /* as `first` */
	} links[PHRASES_MAX];
} finders[PHRASE_KINDS];
static atomic_bool finders_made;

static unsigned pair_at(const char *p)
{
	return ((unsigned)(unsigned char)p[0] * 32 ^ (unsigned char)p[1]) % PAIRS;
}

static void finders_make(void)
{
	for (int kind = 0; kind < PHRASE_KINDS; kind++) {
		struct finder *f = &finders[kind];
		const struct phrase_list *l = &phrase_lists[kind];
		if (l->count > PHRASES_MAX)
			die("more than %d phrases of one kind", PHRASES_MAX);
		for (size_t i = 0; i < l->count; i++) {
			uint16_t *first = &f->first[pair_at(l->text[i])];
			f->links[i] = (struct link){str_of(l->text[i]), *first};
			*first = (uint16_t)(i + 1);
		}
	}
}

bool phrase_in(struct str form, enum phrase_kind kind)
{
	once(&finders_made, finders_make);
	const struct finder *f = &finders[kind];
	for (size_t at = 0; at + 1 < form.len; at++) {
		uint16_t n = f->first[pair_at(form.p + at)];
		for (; n; n = f->links[n - 1].next)
			if (str_starts(str_slice(form, at, SIZE_MAX), f->links[n - 1].text))
				return true;
	}
	return false;
}

bool phrase_starts(struct str form, enum phrase_kind kind)
{
	for (size_t i = 0; i < phrase_lists[kind].count; i++)
		if (str_starts(form, str_of(phrase_lists[kind].text[i])))
			return true;
	return false;
}

bool phrase_ends(struct str form, enum phrase_kind kind)
{
	for (size_t i = 0; i < phrase_lists[kind].count; i++) {
		struct str t = str_of(phrase_lists[kind].text[i]);
		if (form.len >= t.len && str_eq(str_slice(form, form.len - t.len, t.len), t))
			return true;
	}
	return false;
}
