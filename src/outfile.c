#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_TRIES = 100 };

static bool is_standard_output(const char *path)
{
	return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0;
}

bool outfile_is_direct(const char *path)
{
	struct stat st;
	return is_standard_output(path) || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

static bool already_there(const struct outfile *f, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s exists; choose another name, or --force to replace it", f->path);
}

static bool cannot_write(const struct outfile *f, int errnum, struct err *e)
{
	return err_sys(e, errnum, "cannot write %s", is_standard_output(f->path) ? "standard output" : f->path);
}

void outfile_folders(const char *path)
{
	char *folder = strdup(path);
	if (!folder)
		die("out of memory");
	for (char *slash = folder; *slash && (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		mkdir(folder, 0700);
		*slash = '/';
	}
	free(folder);
}

/* What stands at the path already? */
static bool look(struct outfile *f, bool *direct, struct err *e)
{
	struct stat st;
	*direct = is_standard_output(f->path);
	if (*direct)
		return true;
	if (f->path[0] == '\0')
		return err_set(e, ERR_INPUT, "the file to write needs a name");
	if (stat(f->path, &st) != 0) {
		if (errno != ENOENT)
			return cannot_write(f, errno, e);
		if (lstat(f->path, &st) == 0)
			return err_set(e, ERR_INPUT, "%s is a link that leads nowhere; choose another name", f->path);
		return true;
	}
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_INPUT, "%s is a folder; name a file in it", f->path);
	*direct = !S_ISREG(st.st_mode);
	f->mode = st.st_mode & 0777;
	return *direct || f->force || already_there(f, e);
}

static bool open_direct(struct outfile *f, struct err *e)
{
	if (is_standard_output(f->path))
		f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		f->fd = open(f->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return f->fd >= 0 || cannot_write(f, errno, e);
}

/* Where a link leads, so that the file is replaced and not the link. */
static bool open_folder(struct outfile *f, struct err *e)
{
	char *real = realpath(f->path, NULL);
	const char *path = real ? real : f->path;
	const char *slash = strrchr(path, '/');
	char *folder = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	f->name = strdup(slash ? slash + 1 : path);
	if (!folder || !f->name)
		die("out of memory");
	f->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->dir_fd < 0)
		cannot_write(f, errno, e);
	free(folder);
	free(real);
	return f->dir_fd >= 0;
}

enum { FD_PATH_TEXT = 32 };

/* By which a file without a name is found. */
static const char *fd_path(const struct outfile *f, char buf[FD_PATH_TEXT])
{
	snprintf(buf, FD_PATH_TEXT, "/proc/self/fd/%d", f->fd);
	return buf;
}

/* A file in the folder that has no name until it is complete. False: this file system knows none, or /proc is not there to
 * name it by. */
static bool open_nameless(struct outfile *f)
{
	char path[FD_PATH_TEXT];
	struct stat st;
	f->fd = openat(f->dir_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
	f->nameless = f->fd >= 0 && stat(fd_path(f, path), &st) == 0;
	if (f->fd >= 0 && !f->nameless) {
		close(f->fd);
		f->fd = -1;
	}
	return f->nameless;
}

/* Gives the new file a name that nothing has: `make` is called with one after the other. */
static bool name_temporary(struct outfile *f, bool (*make)(struct outfile *f), struct err *e)
{
	for (int i = 0; i < NAME_TRIES; i++) {
		uint64_t random = 0;
		if (getrandom(&random, sizeof random, 0) < 0)
			break;
		snprintf(f->temporary, sizeof f->temporary, ".deadletter-%016llx", (unsigned long long)random);
		if (make(f))
			return true;
		if (errno != EEXIST)
			break;
	}
	f->temporary[0] = '\0'; /* it is not ours to remove */
	return cannot_write(f, errno, e);
}

static bool create_named(struct outfile *f)
{
	f->fd = openat(f->dir_fd, f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return f->fd >= 0;
}

static bool link_named(struct outfile *f)
{
	char path[FD_PATH_TEXT];
	return linkat(AT_FDCWD, fd_path(f, path), f->dir_fd, f->temporary, AT_SYMLINK_FOLLOW) == 0;
}

/* A new file in the same folder, so that the rename cannot cross file systems. */
static bool open_temporary(struct outfile *f, struct err *e)
{
	return open_nameless(f) || name_temporary(f, create_named, e);
}

bool outfile_open(struct outfile *f, const char *path, bool force, struct err *e)
{
	*f = (struct outfile){.fd = -1, .dir_fd = -1, .path = strdup(path), .force = force};
	if (!f->path)
		die("out of memory");
	bool direct;
	if (!look(f, &direct, e))
		return false;
	return direct ? open_direct(f, e) : open_folder(f, e) && open_temporary(f, e);
}

bool outfile_is_terminal(const struct outfile *f)
{
	return isatty(f->fd);
}

bool outfile_write(struct outfile *f, struct str bytes, struct err *e)
{
	while (bytes.len > 0 && !f->failed) {
		ssize_t n = write(f->fd, bytes.p, bytes.len);
		if (n > 0) {
			bytes = str_slice(bytes, (size_t)n, SIZE_MAX);
		} else if (n == 0 || errno != EINTR) {
			f->failed = true;
			cannot_write(f, n == 0 ? EIO : errno, e);
		}
	}
	return !f->failed;
}

static bool rename_temporary(struct outfile *f, struct err *e)
{
	if (f->force ? renameat(f->dir_fd, f->temporary, f->dir_fd, f->name) == 0
		     : renameat2(f->dir_fd, f->temporary, f->dir_fd, f->name, RENAME_NOREPLACE) == 0) {
		f->temporary[0] = '\0';
		return true;
	}
	/* A file system without that kind of rename: a second name does not replace either. outfile_abandon removes the
	 * first one. */
	if (!f->force && (errno == EINVAL || errno == ENOSYS) &&
	    linkat(f->dir_fd, f->temporary, f->dir_fd, f->name, 0) == 0)
		return true;
	return errno == EEXIST ? already_there(f, e) : cannot_write(f, errno, e);
}

static bool put_in_place(struct outfile *f, struct err *e)
{
	char path[FD_PATH_TEXT];
	if (!f->nameless)
		return rename_temporary(f, e);
	if (linkat(AT_FDCWD, fd_path(f, path), f->dir_fd, f->name, AT_SYMLINK_FOLLOW) == 0)
		return true;
	if (errno != EEXIST)
		return cannot_write(f, errno, e);
	return f->force ? name_temporary(f, link_named, e) && rename_temporary(f, e) : already_there(f, e);
}

bool outfile_commit(struct outfile *f, struct err *e)
{
	if (f->failed)
		return false;
	if (f->dir_fd < 0) {
		int code = close(f->fd);
		f->fd = -1;
		return code == 0 || cannot_write(f, errno, e);
	}
	if ((f->mode != 0 && fchmod(f->fd, f->mode) != 0) || fsync(f->fd) != 0)
		return cannot_write(f, errno, e);
	if (!put_in_place(f, e)) /* while it is open: a file without a name would be gone */
		return false;
	/* EINVAL: this file system cannot sync folders, and the file is in place all the same. */
	return fsync(f->dir_fd) == 0 || errno == EINVAL ||
	       err_sys(e, errno, "cannot make sure that %s is on the disk", f->path);
}

void outfile_abandon(struct outfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->temporary[0])
		unlinkat(f->dir_fd, f->temporary, 0);
	if (f->dir_fd >= 0)
		close(f->dir_fd);
	free(f->name);
	free(f->path);
	*f = (struct outfile){.fd = -1, .dir_fd = -1};
}
