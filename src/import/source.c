#include "import/source.h"
#include "import/import.h"
#include "import/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_DEPTH_MAX = 32, READ_BYTES = 256 * 1024, IDLE_MS = 500 };

/* ---- order ---- */

/* "mail.log.2" and "mail.log-20261025" are rotated forms of "mail.log". */
struct rotated {
	struct str stem, number;
	bool newest_first; /* small numbers are young: ".2"; of dates the small ones are old */
};

/* "mail.log.2.gz" is mail.log.2, written by another program. */
static struct str without_packing(struct str s)
{
	static const char *const endings[] = {".gz", ".xz", ".zst", ".bz2"};
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		size_t n = strlen(endings[i]);
		if (s.len > n && str_eq(str_slice(s, s.len - n, n), str_of(endings[i])))
			return str_slice(s, 0, s.len - n);
	}
	return s;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_year(struct str s)
{
	return s.len == 4 && is_digit(s.p[0]) && is_digit(s.p[1]) && is_digit(s.p[2]) && is_digit(s.p[3]);
}

static struct rotated rotated_of(const char *path)
{
	struct str s = without_packing(str_of(path));
	size_t at = s.len;
	while (at > 0 && is_digit(s.p[at - 1]))
		at--;
	/* A date may have dashes, and a time may follow: "mail.log-2026-10-25-0400". */
	for (size_t i = at; i > 0 && at < s.len && (is_digit(s.p[i - 1]) || s.p[i - 1] == '-'); i--)
		if (s.p[i - 1] == '-' && is_year(str_slice(s, i, 4)))
			at = i;
	bool dot = at > 1 && s.p[at - 1] == '.', dash = at > 1 && s.p[at - 1] == '-';
	if (at == s.len || !(dot || dash))
		return (struct rotated){.stem = s};
	return (struct rotated){str_slice(s, 0, at - 1), str_slice(s, at, SIZE_MAX), dot};
}

int source_order(const char *a, const char *b)
{
	struct rotated x = rotated_of(a), y = rotated_of(b);
	int c = str_cmp(x.stem, y.stem);
	if (c)
		return c;
	if ((x.number.len == 0) != (y.number.len == 0))
		return x.number.len == 0 ? 1 : -1; /* the current one comes last */
	if (x.newest_first != y.newest_first)
		return x.newest_first ? 1 : -1;
	/* Numbers by length first: they may be of any size. */
	c = x.number.len != y.number.len ? (x.number.len < y.number.len ? -1 : 1) : str_cmp(x.number, y.number);
	if (c)
		return x.newest_first ? -c : c;
	return strcmp(a, b);
}

static int by_order(const void *a, const void *b)
{
	return source_order(((const struct source *)a)->path, ((const struct source *)b)->path);
}

/* ---- finding ---- */

struct finder {
	struct arena *arena;
	struct source_list *list;
	bool size_unknown;
	void (*skipped)(void *ctx, const char *why);
	void *ctx;
};

static void found(struct finder *f, const char *path, bool in_folder, int64_t size)
{
	struct source_list *l = f->list;
	if (l->count == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct source *items = arena_array(f->arena, struct source, cap);
		if (l->count)
			memcpy(items, l->items, l->count * sizeof *items);
		l->items = items;
		l->cap = cap;
	}
	l->items[l->count++] = (struct source){path, in_folder, size};
	l->bytes += size;
}

static void find_below(struct finder *f, const char *folder, int depth, struct err *e)
{
	DIR *d = opendir(folder);
	if (!d || depth > FOLDER_DEPTH_MAX) {
		if (d)
			err_set(e, ERR_INPUT, "%s: folders lie more than %d deep", folder, FOLDER_DEPTH_MAX);
		else
			err_sys(e, errno, "cannot read the folder %s", folder);
		goto out;
	}
	const struct dirent *entry;
	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		size_t n = strlen(folder);
		const char *slash = n && folder[n - 1] == '/' ? "" : "/";
		const char *path = arena_printf(f->arena, "%s%s%s", folder, slash, entry->d_name).p;
		struct stat st;
		if (lstat(path, &st) != 0)
			continue; /* gone meanwhile */
		if (S_ISREG(st.st_mode)) {
			found(f, path, true, st.st_size);
		} else if (S_ISDIR(st.st_mode)) {
			struct err why = {0};
			find_below(f, path, depth + 1, &why);
			if (why.kind != ERR_NONE)
				f->skipped(f->ctx, why.msg);
		}
	}
out:
	if (d)
		closedir(d);
}

static bool find_one(struct finder *f, const char *path, struct err *e)
{
	struct stat st;
	if (strcmp(path, "-") == 0) {
		f->size_unknown = true;
		found(f, path, false, 0);
		return true;
	}
	if (stat(path, &st) != 0)
		return err_sys(e, errno, "cannot read %s", path);
	if (S_ISDIR(st.st_mode)) {
		find_below(f, path, 0, e);
		return e->kind == ERR_NONE;
	}
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return err_set(e, ERR_INPUT, "%s is neither a file, a pipe nor a folder", path);
	f->size_unknown |= !S_ISREG(st.st_mode);
	found(f, path, false, S_ISREG(st.st_mode) ? st.st_size : 0);
	return true;
}

bool source_find(const char *const *paths, int count, struct arena *a, void (*skipped)(void *ctx, const char *why),
		 void *ctx, struct source_list *out, struct err *e)
{
	*out = (struct source_list){0};
	struct finder f = {.arena = a, .list = out, .skipped = skipped, .ctx = ctx};
	for (int i = 0; i < count; i++)
		if (!find_one(&f, paths[i], e))
			return false;
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, by_order);
	if (f.size_unknown)
		out->bytes = 0;
	return true;
}

int source_open(const struct source *s, bool *regular, int64_t *mtime_s, struct err *e)
{
	struct stat st;
	bool standard_input = strcmp(s->path, "-") == 0;
	/* What lay in a folder as a file may have become a pipe since: opening that must not hang. */
	int fd = standard_input ? dup(STDIN_FILENO)
				: open(s->path, O_RDONLY | O_CLOEXEC | (s->in_folder ? O_NOFOLLOW | O_NONBLOCK : 0));
	if (fd < 0 && errno == EINTR) {
		err_set(e, ERR_CANCEL, "stopped");
		return -1;
	}
	if (fd < 0 || fstat(fd, &st) != 0) {
		err_sys(e, errno, "cannot read %s", standard_input ? "standard input" : s->path);
		goto fail;
	}
	*regular = S_ISREG(st.st_mode);
	if (S_ISDIR(st.st_mode) || (s->in_folder && !*regular)) {
		err_set(e, ERR_INPUT, "%s is not a file", standard_input ? "standard input" : s->path);
		goto fail;
	}
	*mtime_s = *regular ? (int64_t)st.st_mtime : clock_now();
	return fd;
fail:
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ---- lines ---- */

struct lines lines_of(int fd, bool regular)
{
	struct lines l = {.fd = fd, .regular = regular, .buf = malloc(IMPORT_LINE_MAX + READ_BYTES)};
	if (!l.buf)
		die("out of memory");
	return l;
}

void lines_free(struct lines *l)
{
	unpack_free(l->unpack);
	l->unpack = NULL;
	free(l->buf);
	l->buf = NULL;
}

struct str lines_head(const struct lines *l)
{
	return (struct str){l->buf + l->start, l->sniffed ? l->end - l->start : 0};
}

const char *lines_why(const struct lines *l)
{
	return unpack_why(l->unpack);
}

enum lines_got lines_next(struct lines *l, struct str *line)
{
	for (;;) {
		struct str rest = lines_head(l);
		const char *lf = rest.len > l->looked ? memchr(rest.p + l->looked, '\n', rest.len - l->looked) : NULL;
		size_t n = lf ? (size_t)(lf - rest.p) : rest.len;
		l->looked = n;
		if (!lf && !l->at_end && n <= IMPORT_LINE_MAX)
			return LINES_MORE;
		if (!lf && n == 0) /* no line after the last LF */
			return l->at_end ? LINES_NONE : LINES_MORE;
		bool skipped = l->skipping;
		l->skipping = !lf && !l->at_end;
		l->start += n + (lf ? 1 : 0);
		l->looked = 0;
		if (skipped)
			continue;
		l->line++;
		*line = (struct str){rest.p, n};
		return n > IMPORT_LINE_MAX ? LINES_OVERLONG : LINES_ONE;
	}
}

enum lines_got lines_piece(struct lines *l, struct str *piece)
{
	struct str rest = lines_head(l);
	if (rest.len == 0)
		return l->at_end ? LINES_NONE : LINES_MORE;
	const char *lf = memchr(rest.p, '\n', rest.len);
	*piece = str_slice(rest, 0, lf ? (size_t)(lf - rest.p) + 1 : rest.len);
	l->start += piece->len;
	l->line += !l->amid;
	l->amid = !lf;
	return LINES_ONE;
}

/* Bytes as they are in the file. LINES_READ with *got 0: its end. */
static enum lines_fill read_some(struct lines *l, char *to, size_t room, size_t *got)
{
	*got = 0;
	if (!l->regular) {
		struct pollfd p = {.fd = l->fd, .events = POLLIN};
		int ready = poll(&p, 1, IDLE_MS);
		if (ready == 0 || (ready < 0 && errno == EINTR))
			return LINES_IDLE;
	}
	ssize_t n = read(l->fd, to, room);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? LINES_IDLE : LINES_FAILED;
	*got = (size_t)n;
	l->bytes += n;
	return LINES_READ;
}

/* For unpack, which cannot be left amid a block: it waits here. */
static ssize_t read_packed(void *ctx, char *to, size_t room)
{
	struct lines *l = ctx;
	size_t got;
	l->waited = LINES_IDLE;
	while (l->waited == LINES_IDLE) {
		l->waited = read_some(l, to, room, &got);
		if (l->waited == LINES_IDLE && l->stop && l->stop(l->stop_ctx))
			break;
	}
	l->waited_errno = errno;
	return l->waited == LINES_READ ? (ssize_t)got : -1;
}

static enum lines_fill fill_unpacked(struct lines *l)
{
	l->waited = LINES_READ;
	ssize_t n = unpack_next(l->unpack, l->buf + l->end, READ_BYTES);
	if (n < 0 && l->waited != LINES_READ) {
		errno = l->waited_errno;
		return l->waited;
	}
	l->damaged = n < 0;
	l->at_end = n <= 0;
	l->end += n > 0 ? (size_t)n : 0;
	if (l->damaged) {
		const char *lf = l->end > l->start ? memrchr(l->buf + l->start, '\n', l->end - l->start) : NULL;
		l->end = lf ? (size_t)(lf + 1 - l->buf) : l->start;
	}
	return LINES_READ;
}

static enum lines_fill fill_plain(struct lines *l)
{
	size_t got;
	enum lines_fill f = read_some(l, l->buf + l->end, READ_BYTES, &got);
	if (f != LINES_READ)
		return f;
	l->end += got;
	l->at_end = got == 0;
	if (l->sniffed || (l->end < UNPACK_MAGIC && !l->at_end))
		return LINES_READ;
	l->sniffed = true;
	struct str head = lines_head(l);
	if (unpack_knows(head)) {
		l->unpack = unpack_new(head, read_packed, l);
		l->start = l->end = 0;
		l->at_end = false;
	}
	return LINES_READ;
}

enum lines_fill lines_fill(struct lines *l)
{
	if (l->start > 0) {
		memmove(l->buf, l->buf + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	/* lines_next leaves at most IMPORT_LINE_MAX bytes, so there is room. */
	return l->unpack ? fill_unpacked(l) : fill_plain(l);
}
