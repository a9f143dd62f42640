#include "history.h"

#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct history {
	char *path; /* NULL: in memory only */
	struct buf lines[HISTORY_LINES_MAX];
	int count, oldest; /* a ring */
};

enum { FILE_MAX = HISTORY_LINES_MAX * HISTORY_LINE_MAX };

const char *history_path(struct arena *a)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && state[0] == '/')
		return arena_printf(a, "%s/deadletter/history", state).p;
	if (home && home[0] == '/')
		return arena_printf(a, "%s/.local/state/deadletter/history", home).p;
	return NULL;
}

/* ---- in memory ---- */

int history_count(const struct history *h)
{
	return h->count;
}

struct str history_line(const struct history *h, int back)
{
	if (back < 1 || back > h->count)
		return STR("");
	return buf_str(&h->lines[(h->oldest + h->count - back) % HISTORY_LINES_MAX]);
}

/* False: not worth keeping. */
static bool keep(struct history *h, struct str line)
{
	if (line.len == 0 || line.len > HISTORY_LINE_MAX || memchr(line.p, '\n', line.len) ||
	    memchr(line.p, '\0', line.len) || str_eq(line, history_line(h, 1)))
		return false;
	int at = (h->oldest + h->count) % HISTORY_LINES_MAX;
	if (h->count == HISTORY_LINES_MAX)
		h->oldest = (h->oldest + 1) % HISTORY_LINES_MAX;
	else
		h->count++;
	buf_reset(&h->lines[at]);
	buf_add(&h->lines[at], line);
	return true;
}

/* ---- the file ---- */

/* Only its end when it has grown long: the newest lines. */
static bool read_end(int fd, struct buf *out, bool *cut, struct err *e)
{
	struct stat st;
	char bytes[4096];
	ssize_t n = 0;
	if (fstat(fd, &st) != 0)
		return err_sys(e, errno, "cannot read it");
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_IO, "it is no regular file");
	*cut = st.st_size > FILE_MAX;
	if (*cut && lseek(fd, st.st_size - FILE_MAX, SEEK_SET) < 0)
		return err_sys(e, errno, "cannot read it");
	while (out->len < FILE_MAX && (n = read(fd, bytes, sizeof bytes)) > 0)
		buf_add(out, (struct str){bytes, (size_t)n});
	return n >= 0 || err_sys(e, errno, "cannot read it");
}

static bool load(struct history *h, struct err *e)
{
	struct err why = {0};
	struct buf all = {0};
	bool cut = false;
	int fd = open(h->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return true;
	bool ok = fd >= 0 ? read_end(fd, &all, &cut, &why) : err_sys(&why, errno, "cannot open it");
	if (fd >= 0)
		close(fd);
	struct str rest = buf_str(&all), line;
	if (cut)
		str_next(&rest, '\n', &line); /* half a line */
	while (ok && rest.p && str_next(&rest, '\n', &line))
		keep(h, line);
	buf_free(&all);
	return ok || err_set(e, ERR_IO, "the history of filters in %s is not used: %s", h->path, why.msg);
}

struct history *history_open(const char *path, struct err *e)
{
	struct history *h = calloc(1, sizeof *h);
	if (!h || (path && !(h->path = strdup(path))))
		die("out of memory");
	if (path && !load(h, e)) {
		free(h->path);
		h->path = NULL;
	}
	return h;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	for (int i = 0; i < HISTORY_LINES_MAX; i++)
		buf_free(&h->lines[i]);
	free(h->path);
	free(h);
}

static bool append(const char *path, struct str line, struct err *e)
{
	struct buf b = {0};
	outfile_folders(path);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (fd < 0)
		return err_sys(e, errno, "cannot keep the filter in %s", path);
	buf_add(&b, line);
	buf_addc(&b, '\n');
	ssize_t n = write(fd, b.p, b.len);
	bool ok = n == (ssize_t)b.len || err_sys(e, n < 0 ? errno : ENOSPC, "cannot keep the filter in %s", path);
	buf_free(&b);
	if (close(fd) != 0)
		ok = err_sys(e, errno, "cannot keep the filter in %s", path);
	return ok;
}

bool history_add(struct history *h, struct str line, struct err *e)
{
	if (!keep(h, line) || !h->path || append(h->path, line, e))
		return true;
	free(h->path);
	h->path = NULL;
	return false;
}
