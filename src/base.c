#include "base.h"

#include <errno.h>
#include <limits.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

void (*die_hook)(void);

/* ---- byte strings ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool char_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_of(const char *cstr)
{
	return cstr ? (struct str){cstr, strlen(cstr)} : STR("");
}

struct str str_slice(struct str s, size_t from, size_t len)
{
	if (from > s.len)
		from = s.len;
	if (len > s.len - from)
		len = s.len - from;
	return (struct str){s.p ? s.p + from : "", len};
}

struct str str_trim(struct str s)
{
	while (s.len && char_is_space(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len && char_is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool str_eq_nocase(struct str a, struct str b)
{
	return a.len == b.len && str_starts_nocase(a, b);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.p, prefix.p, prefix.len) == 0);
}

bool str_starts_nocase(struct str s, struct str prefix)
{
	if (s.len < prefix.len)
		return false;
	for (size_t i = 0; i < prefix.len; i++)
		if (lower(s.p[i]) != lower(prefix.p[i]))
			return false;
	return true;
}

size_t str_find(struct str s, struct str needle, size_t from)
{
	if (from > s.len || needle.len > s.len - from)
		return SIZE_MAX;
	if (needle.len == 0)
		return from;
	const char *hit = memmem(s.p + from, s.len - from, needle.p, needle.len);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t str_find_nocase(struct str s, struct str needle, size_t from)
{
	if (needle.len == 0)
		return from <= s.len ? from : SIZE_MAX;
	const char first = lower(needle.p[0]);
	const char other = first >= 'a' && first <= 'z' ? (char)(first - ('a' - 'A')) : first;
	for (size_t i = from; i <= s.len && needle.len <= s.len - i; i++)
		if ((s.p[i] == first || s.p[i] == other) && str_starts_nocase((struct str){s.p + i, s.len - i}, needle))
			return i;
	return SIZE_MAX;
}

bool str_next(struct str *rest, char sep, struct str *part)
{
	if (!rest->p)
		return false;
	const char *hit = rest->len ? memchr(rest->p, sep, rest->len) : NULL;
	if (!hit) {
		*part = *rest;
		*rest = (struct str){NULL, 0};
		return true;
	}
	size_t n = (size_t)(hit - rest->p);
	*part = (struct str){rest->p, n};
	*rest = (struct str){hit + 1, rest->len - n - 1};
	return true;
}

bool str_to_int(struct str s, int64_t *out)
{
	size_t i = 0;
	bool negative = s.len && s.p[0] == '-';
	if (s.len && (s.p[0] == '-' || s.p[0] == '+'))
		i = 1;
	if (i == s.len)
		return false;
	int64_t v = 0; /* kept negative: INT64_MIN has no positive twin */
	for (; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s.p[i] - '0', &v))
			return false;
	}
	if (!negative && v == INT64_MIN)
		return false;
	*out = negative ? v : -v;
	return true;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

int str_distance(struct str a, struct str b)
{
	int d[24][24]; /* between the first i letters of `a` and the first j of `b` */
	if (a.len >= COUNT_OF(d) || b.len >= COUNT_OF(d))
		return INT_MAX;
	for (size_t i = 0; i <= a.len; i++)
		for (size_t j = 0; j <= b.len; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = (int)(i + j);
				continue;
			}
			char x = lower(a.p[i - 1]), y = lower(b.p[j - 1]);
			d[i][j] = least(d[i - 1][j - 1] + (x != y), least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && x == lower(b.p[j - 2]) && y == lower(a.p[i - 2]))
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[a.len][b.len];
}

enum { GUESS_MAX = 2 }; /* letters that may differ, as long as some do not */

void guess_offer(struct guess *g, const char *name)
{
	int d = str_distance(g->word, str_of(name));
	if (d > GUESS_MAX || (size_t)d >= g->word.len || (g->nearest && d >= g->distance))
		return;
	g->nearest = name;
	g->distance = d;
}

uint64_t str_hash(struct str s, uint64_t seed)
{
	uint64_t h = 14695981039346656037u ^ seed;
	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
	return h;
}

/* ---- arena ---- */

enum { CHUNK_BYTES = 32 * 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, cap;
	alignas(max_align_t) char bytes[];
};

static void *must(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX - align - sizeof(struct arena_chunk))
		die("out of memory: %zu bytes asked for at once", size);
	size = (size + align - 1) / align * align;
	struct arena_chunk *c = a->chunks;
	if (!c || c->cap - c->used < size) {
		size_t cap = size > CHUNK_BYTES ? size : CHUNK_BYTES;
		c = must(calloc(1, sizeof *c + cap));
		c->cap = cap;
		c->next = a->chunks;
		a->chunks = c;
	}
	void *p = c->bytes + c->used;
	c->used += size;
	return p;
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		die("out of memory: %zu items of %zu bytes", n, size);
	return arena_alloc(a, bytes);
}

char *arena_cstr(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.len + 1);
	if (s.len)
		memcpy(p, s.p, s.len);
	return p;
}

struct str arena_str(struct arena *a, struct str s)
{
	return (struct str){arena_cstr(a, s), s.len};
}

struct str arena_lower(struct arena *a, struct str s)
{
	char *p = arena_cstr(a, s);
	for (size_t i = 0; i < s.len; i++)
		p[i] = lower(p[i]);
	return (struct str){p, s.len};
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("bad format: %s", fmt);
	char *p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){p, (size_t)n};
}

void arena_free(struct arena *a)
{
	while (a->chunks) {
		struct arena_chunk *next = a->chunks->next;
		free(a->chunks);
		a->chunks = next;
	}
}

/* ---- growing buffer ---- */

static void buf_room(struct buf *b, size_t more)
{
	if (more > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		die("out of memory: a text of %zu bytes", more);
	size_t need = b->len + more + 1;
	if (need <= b->cap)
		return;
	size_t cap = b->cap ? b->cap : 64;
	while (cap < need)
		cap *= 2;
	b->p = must(realloc(b->p, cap));
	b->cap = cap;
}

void buf_add(struct buf *b, struct str s)
{
	buf_room(b, s.len);
	if (s.len)
		memcpy(b->p + b->len, s.p, s.len);
	b->len += s.len;
	b->p[b->len] = '\0';
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, (struct str){&c, 1});
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("bad format: %s", fmt);
	buf_room(b, (size_t)n);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
	va_end(again);
	b->len += (size_t)n;
}

struct str buf_str(const struct buf *b)
{
	return b->p ? (struct str){b->p, b->len} : STR("");
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->p)
		b->p[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){0};
}

/* ---- errors ---- */

static void err_vset(struct err *e, enum err_kind kind, const char *fmt, va_list ap)
{
	e->kind = kind;
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
}

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	if (e->kind != ERR_NONE)
		return false;
	va_list ap;
	va_start(ap, fmt);
	err_vset(e, kind, fmt, ap);
	va_end(ap);
	return false;
}

bool err_sys(struct err *e, int errnum, const char *fmt, ...)
{
	if (e->kind != ERR_NONE)
		return false;
	va_list ap;
	va_start(ap, fmt);
	err_vset(e, ERR_IO, fmt, ap);
	va_end(ap);
	size_t n = strlen(e->msg);
	char why[128];
	snprintf(e->msg + n, sizeof e->msg - n, ": %s", strerror_r(errnum, why, sizeof why));
	return false;
}

_Noreturn void die(const char *fmt, ...)
{
	if (die_hook)
		die_hook();
	va_list ap;
	va_start(ap, fmt);
	fputs("deadletter: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}
