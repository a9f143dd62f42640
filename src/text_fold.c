#include "text.h"

#include "text_data.h"

#include <stdlib.h>
#include <string.h>

static unsigned char fold_ascii(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

static int compare_range(const void *key, const void *row)
{
	char32_t c = *(const char32_t *)key;
	const struct text_fold_range *r = row;
	return c < r->first ? -1 : c > r->last;
}

static char32_t fold(char32_t c)
{
	if (c < 0x80)
		return fold_ascii((unsigned char)c);
	const struct text_fold_range *r =
		bsearch(&c, text_fold_ranges, text_fold_range_count, sizeof text_fold_ranges[0], compare_range);
	if (!r || (c - r->first) % r->step)
		return c;
	return (char32_t)((int32_t)c + r->delta);
}

/* Most text is ASCII: eight bytes at a time. */
static size_t skip_ascii(struct str s, size_t at)
{
	uint64_t eight;
	while (s.len - at >= sizeof eight) {
		memcpy(&eight, s.p + at, sizeof eight);
		if (eight & 0x8080808080808080u)
			break;
		at += sizeof eight;
	}
	while (at < s.len && (unsigned char)s.p[at] < 0x80)
		at++;
	return at;
}

/* A stretch of ASCII; returns its length. */
static size_t add_ascii(struct buf *b, struct str s, size_t at)
{
	size_t from = b->len, n = skip_ascii(s, at) - at;
	buf_add(b, str_slice(s, at, n));
	for (size_t i = from; i < b->len; i++)
		b->p[i] = (char)fold_ascii((unsigned char)b->p[i]);
	return n;
}

void text_add_folded(struct buf *b, struct str s)
{
	for (size_t at = add_ascii(b, s, 0); at < s.len; at += add_ascii(b, s, at)) {
		char32_t c;
		size_t len = text_decode(s, at, &c);
		if (len)
			text_encode(b, fold(c));
		else
			buf_addc(b, s.p[at]);
		at += len ? len : 1;
	}
}

struct str text_fold(struct arena *a, struct str s)
{
	struct buf b = {0};
	text_add_folded(&b, s);
	struct str folded = arena_str(a, buf_str(&b));
	buf_free(&b);
	return folded;
}

/* One unit of text, folded: a code point, or a bad byte as a number that no code point has. Returns its length. */
static size_t unit_at(struct str s, size_t at, char32_t *out)
{
	size_t len = text_decode(s, at, out);
	if (len) {
		*out = fold(*out);
		return len;
	}
	*out = 0x110000u + (unsigned char)s.p[at];
	return 1;
}

/* Where in `hay` the needle ends if it stands at `at`; SIZE_MAX: it does not. */
static size_t match_end(struct str hay, size_t at, struct str needle)
{
	for (size_t i = 0; i < needle.len;) {
		if (at >= hay.len)
			return SIZE_MAX;
		unsigned char h = (unsigned char)hay.p[at];
		unsigned char n = (unsigned char)needle.p[i];
		if ((h | n) < 0x80) {
			if (fold_ascii(h) != n)
				return SIZE_MAX;
			at++;
			i++;
			continue;
		}
		char32_t hc, nc;
		at += unit_at(hay, at, &hc);
		i += unit_at(needle, i, &nc);
		if (hc != nc)
			return SIZE_MAX;
	}
	return at;
}

static bool matches_at(struct str hay, size_t at, struct str needle)
{
	return match_end(hay, at, needle) != SIZE_MAX;
}

bool text_is(struct str s, struct str folded)
{
	return match_end(s, 0, folded) == s.len;
}

static size_t find_byte(struct str s, char c, size_t from)
{
	const char *hit = from < s.len ? memchr(s.p + from, c, s.len - from) : NULL;
	return hit ? (size_t)(hit - s.p) : s.len;
}

/* The needle starts with an ASCII byte: only its two cases can start a match, and memchr finds them fast. */
static bool holds_from_ascii(struct str hay, struct str needle)
{
	char lower = needle.p[0];
	char upper = lower >= 'a' && lower <= 'z' ? (char)(lower - ('a' - 'A')) : lower;
	size_t next_lower = find_byte(hay, lower, 0);
	size_t next_upper = upper == lower ? hay.len : find_byte(hay, upper, 0);
	for (;;) {
		size_t at = next_lower < next_upper ? next_lower : next_upper;
		if (at == hay.len)
			return false;
		if (matches_at(hay, at, needle))
			return true;
		if (at == next_lower)
			next_lower = find_byte(hay, lower, at + 1);
		else
			next_upper = find_byte(hay, upper, at + 1);
	}
}

static bool holds_from_beyond_ascii(struct str hay, struct str needle)
{
	char32_t c;
	for (size_t at = skip_ascii(hay, 0); at < hay.len; at = skip_ascii(hay, at)) {
		if (matches_at(hay, at, needle))
			return true;
		at += unit_at(hay, at, &c);
	}
	return false;
}

bool text_holds(struct str hay, struct str folded_needle)
{
	if (folded_needle.len == 0)
		return true;
	if ((unsigned char)folded_needle.p[0] < 0x80)
		return holds_from_ascii(hay, folded_needle);
	return holds_from_beyond_ascii(hay, folded_needle);
}
