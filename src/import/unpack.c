#include "import/unpack.h"
#include "import/inflate.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { IN_BYTES = 64 * 1024 };

struct unpack {
	struct inflate *inflate; /* NULL: the library's, and the rest is used */
	struct archive *archive;
	unpack_read_fn *read;
	void *ctx;
	char *head; /* handed out first */
	size_t head_len;
	bool gave_up;      /* `read` did */
	const char *plain; /* unpacked and not handed out; the library's memory */
	size_t plain_len;
	bool opened, at_end;
	char in[IN_BYTES];
};

bool unpack_knows(struct str head)
{
	if (inflate_kind_of(head) != INFLATE_NONE || str_starts(head, STR("\x28\xb5\x2f\xfd"))) /* zstd */
		return true;
	/* bzip2: "BZh", a size, then the first digits of pi. Words begin with BZh, too. */
	return head.len > 4 && str_starts(head, STR("BZh")) && head.p[3] >= '1' && head.p[3] <= '9' &&
	       (head.p[4] == '\x31' || head.p[4] == '\x17');
}

static la_ssize_t on_read(struct archive *a, void *ctx, const void **block)
{
	struct unpack *u = ctx;
	if (u->head_len) {
		*block = u->head;
		la_ssize_t n = (la_ssize_t)u->head_len;
		u->head_len = 0;
		return n;
	}
	ssize_t n = u->gave_up ? -1 : u->read(u->ctx, u->in, sizeof u->in);
	u->gave_up = n < 0;
	if (n < 0)
		archive_set_error(a, EIO, "it cannot be read");
	*block = u->in;
	return n;
}

struct unpack *unpack_new(struct str head, unpack_read_fn *read, void *ctx)
{
	struct unpack *u = calloc(1, sizeof *u);
	if (!u)
		die("out of memory");
	enum inflate_kind kind = inflate_kind_of(head);
	if (kind != INFLATE_NONE) {
		u->inflate = inflate_new(kind, head, read, ctx);
		return u;
	}
	char *copy = malloc(head.len + 1);
	struct archive *a = archive_read_new();
	if (!copy || !a)
		die("out of memory");
	if (head.len)
		memcpy(copy, head.p, head.len);
	u->archive = a;
	u->read = read;
	u->ctx = ctx;
	u->head = copy;
	u->head_len = head.len;
	/* By name: "all" would take uuencoded text in a mail for a compression, and start programs for rare ones. */
	archive_read_support_filter_zstd(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_format_raw(a);
	archive_read_support_format_empty(a);
	return u;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	inflate_free(u->inflate);
	if (u->archive)
		archive_read_free(u->archive);
	free(u->head);
	free(u);
}

/* The one entry that raw data is. ARCHIVE_EOF: there is nothing in it. */
static int open_it(struct unpack *u)
{
	struct archive_entry *entry;
	u->opened = true;
	int r = archive_read_open(u->archive, u, NULL, on_read, NULL);
	if (r == ARCHIVE_OK && archive_filter_count(u->archive) < 2) { /* what is there is too short for the library */
		archive_set_error(u->archive, EIO, "nothing follows its beginning");
		return ARCHIVE_FATAL;
	}
	return r == ARCHIVE_OK ? archive_read_next_header(u->archive, &entry) : r;
}

ssize_t unpack_next(struct unpack *u, char *to, size_t room)
{
	if (u->inflate)
		return inflate_next(u->inflate, to, room);
	int r = u->opened ? ARCHIVE_OK : open_it(u);
	while (r >= ARCHIVE_WARN && r != ARCHIVE_EOF && u->plain_len == 0 && !u->at_end) {
		const void *block = NULL;
		la_int64_t offset;
		r = archive_read_data_block(u->archive, &block, &u->plain_len, &offset);
		u->plain = block;
		if (r < ARCHIVE_WARN)
			u->plain_len = 0;
	}
	if (r < ARCHIVE_WARN)
		return -1;
	if (r == ARCHIVE_EOF)
		u->at_end = true;
	size_t n = u->plain_len < room ? u->plain_len : room;
	if (n)
		memcpy(to, u->plain, n);
	u->plain += n;
	u->plain_len -= n;
	return (ssize_t)n;
}

const char *unpack_why(const struct unpack *u)
{
	if (u->inflate)
		return inflate_why(u->inflate);
	const char *why = archive_error_string(u->archive);
	return why ? why : "its data is damaged";
}
