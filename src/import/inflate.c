#define ZLIB_CONST
#include "import/inflate.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { IN_BYTES = 64 * 1024, GZIP_ONLY = 16 };

struct inflate {
	enum inflate_kind kind;
	unpack_read_fn *read;
	void *ctx;
	char *head; /* handed out first */
	const char *in;
	size_t in_len;
	bool in_end;  /* nothing follows in[] */
	bool between; /* gzip: a member has ended, and the next one, or the end, has not been seen */
	bool ended;
	const char *why; /* it failed */
	z_stream gzip;
	lzma_stream xz;
	char block[IN_BYTES];
};

enum inflate_kind inflate_kind_of(struct str head)
{
	if (str_starts(head, STR("\x1f\x8b\x08")))
		return INFLATE_GZIP;
	return str_starts(head, STR("\xfd\x37\x7a\x58\x5a")) ? INFLATE_XZ : INFLATE_NONE;
}

struct inflate *inflate_new(enum inflate_kind kind, struct str head, unpack_read_fn *read, void *ctx)
{
	struct inflate *f = calloc(1, sizeof *f);
	char *copy = malloc(head.len + 1);
	if (!f || !copy)
		die("out of memory");
	if (head.len)
		memcpy(copy, head.p, head.len);
	f->kind = kind;
	f->read = read;
	f->ctx = ctx;
	f->head = copy;
	f->in = copy;
	f->in_len = head.len;
	f->xz = (lzma_stream)LZMA_STREAM_INIT;
	bool ok = kind == INFLATE_GZIP ? inflateInit2(&f->gzip, MAX_WBITS + GZIP_ONLY) == Z_OK
				       : lzma_stream_decoder(&f->xz, INFLATE_MEMORY_MAX, LZMA_CONCATENATED) == LZMA_OK;
	if (!ok)
		die("out of memory");
	return f;
}

void inflate_free(struct inflate *f)
{
	if (!f)
		return;
	if (f->kind == INFLATE_GZIP)
		inflateEnd(&f->gzip);
	lzma_end(&f->xz);
	free(f->head);
	free(f);
}

/* Between the members of a gzip file, and behind the last, there may be zeros. */
static void next_member(struct inflate *f)
{
	while (f->in_len && f->in[0] == '\0') {
		f->in++;
		f->in_len--;
	}
	f->ended = f->in_len == 0 && f->in_end;
	if (f->in_len == 0)
		return;
	f->between = false;
	if (f->in[0] != '\x1f')
		f->why = "something else follows the compressed data";
	else
		inflateReset(&f->gzip);
}

/* Takes from f->in, puts at `to`: how many. */
static size_t step_gzip(struct inflate *f, char *to, size_t room)
{
	if (f->between) {
		next_member(f);
		return 0;
	}
	z_stream *z = &f->gzip;
	z->next_in = (const Bytef *)f->in;
	z->avail_in = (uInt)f->in_len;
	z->next_out = (Bytef *)to;
	z->avail_out = (uInt)room;
	int r = inflate(z, Z_NO_FLUSH);
	bool stuck = r == Z_BUF_ERROR && f->in_len == 0;
	f->in = (const char *)z->next_in;
	f->in_len = z->avail_in;
	f->between = r == Z_STREAM_END;
	if (stuck && f->in_end)
		f->why = "it is cut off";
	else if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		f->why = z->msg ? z->msg : "its data is damaged";
	return room - z->avail_out;
}

static const char *xz_why(lzma_ret r)
{
	static const struct {
		lzma_ret ret;
		const char *why;
	} known[] = {
		{LZMA_BUF_ERROR, "it is cut off"},
		{LZMA_FORMAT_ERROR, "something else follows the compressed data"},
		{LZMA_OPTIONS_ERROR, "it is of a kind that is not known here"},
		{LZMA_MEMLIMIT_ERROR, "to unpack it takes more than 100 MiB of memory"},
	};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (known[i].ret == r)
			return known[i].why;
	return "its data is damaged";
}

static size_t step_xz(struct inflate *f, char *to, size_t room)
{
	lzma_stream *x = &f->xz;
	x->next_in = (const uint8_t *)f->in;
	x->avail_in = f->in_len;
	x->next_out = (uint8_t *)to;
	x->avail_out = room;
	lzma_ret r = lzma_code(x, f->in_end ? LZMA_FINISH : LZMA_RUN);
	f->in = (const char *)x->next_in;
	f->in_len = x->avail_in;
	f->ended = r == LZMA_STREAM_END;
	if (r != LZMA_OK && r != LZMA_STREAM_END && (r != LZMA_BUF_ERROR || f->in_end))
		f->why = xz_why(r);
	return room - x->avail_out;
}

/* False: `read` gave up. */
static bool fill(struct inflate *f)
{
	if (f->in_len > 0 || f->in_end)
		return true;
	ssize_t n = f->read(f->ctx, f->block, sizeof f->block);
	if (n < 0) {
		f->why = "it cannot be read";
		return false;
	}
	f->in = f->block;
	f->in_len = (size_t)n;
	f->in_end = n == 0;
	return true;
}

ssize_t inflate_next(struct inflate *f, char *to, size_t room)
{
	size_t n = 0;
	while (n == 0 && !f->ended && !f->why && room > 0 && fill(f))
		n = (f->kind == INFLATE_GZIP ? step_gzip : step_xz)(f, to, room);
	return n == 0 && f->why ? -1 : (ssize_t)n;
}

const char *inflate_why(const struct inflate *f)
{
	return f->why ? f->why : "its data is damaged";
}
