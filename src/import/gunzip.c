#include "import/gunzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	IN_BYTES = 64 * 1024,
	WINDOW_BITS = 15 + 16, /* the largest window, and gzip's head and checksum around it */
};

struct gunzip {
	z_stream z;
	unpack_read_fn *read;
	void *ctx;
	bool between; /* one gzip file has ended; nothing has been seen behind it */
	bool at_end;
	const char *why; /* once it is damaged */
	unsigned char *in;
};

bool gunzip_knows(struct str head)
{
	return str_starts(head, STR("\x1f\x8b\x08"));
}

struct gunzip *gunzip_new(struct str head, unpack_read_fn *read, void *ctx)
{
	struct gunzip *g = calloc(1, sizeof *g);
	unsigned char *in = malloc(head.len > IN_BYTES ? head.len : IN_BYTES);
	if (!g || !in || inflateInit2(&g->z, WINDOW_BITS) != Z_OK)
		die("out of memory");
	g->read = read;
	g->ctx = ctx;
	g->in = in;
	if (head.len)
		memcpy(in, head.p, head.len);
	g->z.next_in = in;
	g->z.avail_in = (uInt)head.len;
	return g;
}

void gunzip_free(struct gunzip *g)
{
	if (!g)
		return;
	inflateEnd(&g->z);
	free(g->in);
	free(g);
}

/* There is a byte to read, or the end has been seen: then at_end, or `why` when it came too early. False: `read` gave up. */
static bool fill(struct gunzip *g)
{
	if (g->z.avail_in)
		return true;
	ssize_t n = g->read(g->ctx, (char *)g->in, IN_BYTES);
	if (n < 0)
		return false;
	g->z.next_in = g->in;
	g->z.avail_in = (uInt)n;
	if (n == 0 && g->between)
		g->at_end = true;
	else if (n == 0)
		g->why = "it ends too early";
	return true;
}

/* Goes over to the next gzip file, or past a byte of padding. */
static void begin_next(struct gunzip *g)
{
	if (g->z.next_in[0] == '\x1f') {
		inflateReset(&g->z);
		g->between = false;
	} else if (g->z.next_in[0] == 0) {
		g->z.next_in++;
		g->z.avail_in--;
	} else {
		g->why = "behind its end is something else";
	}
}

ssize_t gunzip_next(struct gunzip *g, char *to, size_t room)
{
	g->z.next_out = (unsigned char *)to;
	g->z.avail_out = (uInt)room;
	while (g->z.avail_out == room && !g->at_end && !g->why) {
		if (!fill(g))
			return -1;
		if (g->at_end || g->why)
			break;
		if (g->between) {
			begin_next(g);
			continue;
		}
		int r = inflate(&g->z, Z_NO_FLUSH);
		g->between = r == Z_STREAM_END;
		if (r == Z_MEM_ERROR)
			die("out of memory");
		if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
			g->why = g->z.msg ? g->z.msg : "its data is damaged";
	}
	size_t got = room - g->z.avail_out; /* what came before the damage is handed out first */
	return got || !g->why ? (ssize_t)got : -1;
}

const char *gunzip_why(const struct gunzip *g)
{
	return g->why ? g->why : "it cannot be read";
}
