#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_TRIES = 100 };

static const char *shown_path(const struct outfile *f)
{
	return strcmp(f->path, "-") == 0 ? "standard output" : f->path;
}

static bool already_there(const struct outfile *f, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s exists; choose another name, or --force to replace it", f->path);
}

/* A new file in the same folder, so that the rename cannot cross file systems. */
static bool open_temporary(struct outfile *f, struct err *e)
{
	size_t room = strlen(f->path) + 40;
	f->temporary = malloc(room);
	if (!f->temporary)
		die("out of memory");
	const char *slash = strrchr(f->path, '/');
	int folder = slash ? (int)(slash + 1 - f->path) : 0;
	for (int i = 0; i < NAME_TRIES; i++) {
		snprintf(f->temporary, room, "%.*s.%s.%ld-%d", folder, f->path, f->path + folder, (long)getpid(), i);
		f->fd = open(f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (f->fd >= 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	err_sys(e, errno, "cannot write %s", f->path);
	free(f->temporary); /* it is not ours to remove */
	f->temporary = NULL;
	return false;
}

bool outfile_open(struct outfile *f, const char *path, bool force, struct err *e)
{
	*f = (struct outfile){.fd = -1, .path = strdup(path), .force = force};
	if (!f->path)
		die("out of memory");
	if (strcmp(path, "-") == 0) {
		f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		return f->fd >= 0 || err_sys(e, errno, "standard output");
	}
	struct stat st;
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return err_set(e, ERR_INPUT, "%s is a folder; name a file in it", path);
		if (!S_ISREG(st.st_mode)) {
			f->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
			return f->fd >= 0 || err_sys(e, errno, "cannot write %s", path);
		}
		if (!force)
			return already_there(f, e);
	} else if (lstat(path, &st) == 0) {
		return err_set(e, ERR_INPUT, "%s is a link that leads nowhere; choose another name", path);
	}
	return open_temporary(f, e);
}

bool outfile_write(struct outfile *f, struct str bytes, struct err *e)
{
	while (bytes.len > 0 && !f->failed) {
		ssize_t n = write(f->fd, bytes.p, bytes.len);
		if (n >= 0) {
			bytes = str_slice(bytes, (size_t)n, SIZE_MAX);
		} else if (errno != EINTR) {
			f->failed = true;
			err_sys(e, errno, "cannot write %s", shown_path(f));
		}
	}
	return !f->failed;
}

static bool sync_folder(const struct outfile *f, struct err *e)
{
	char *folder = strdup(f->path);
	if (!folder)
		die("out of memory");
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = '\0';
	int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A folder that may be written but not read cannot be synced; the file is in place all the same. */
	bool ok = fd < 0 || fsync(fd) == 0 || errno == EINVAL;
	if (!ok)
		err_sys(e, errno, "cannot make sure that %s is on the disk", f->path);
	if (fd >= 0)
		close(fd);
	free(folder);
	return ok;
}

static bool put_in_place(struct outfile *f, struct err *e)
{
	if (f->force ? rename(f->temporary, f->path) == 0
		     : renameat2(AT_FDCWD, f->temporary, AT_FDCWD, f->path, RENAME_NOREPLACE) == 0)
		return true;
	if (errno == EEXIST)
		return already_there(f, e);
	if (f->force || (errno != EINVAL && errno != ENOSYS))
		return err_sys(e, errno, "cannot write %s", f->path);
	/* A file system without that kind of rename: a second name does not replace either. */
	if (link(f->temporary, f->path) == 0)
		return unlink(f->temporary) == 0 || err_sys(e, errno, "cannot remove %s", f->temporary);
	return errno == EEXIST ? already_there(f, e) : err_sys(e, errno, "cannot write %s", f->path);
}

bool outfile_commit(struct outfile *f, struct err *e)
{
	if (f->failed)
		return false;
	bool ok = !f->temporary || fsync(f->fd) == 0 || err_sys(e, errno, "cannot write %s", f->path);
	if (close(f->fd) < 0 && ok)
		ok = err_sys(e, errno, "cannot write %s", shown_path(f));
	f->fd = -1;
	if (!ok || !f->temporary)
		return ok;
	if (!put_in_place(f, e))
		return false;
	free(f->temporary);
	f->temporary = NULL;
	return sync_folder(f, e);
}

void outfile_abandon(struct outfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->temporary)
		unlink(f->temporary);
	free(f->temporary);
	free(f->path);
	*f = (struct outfile){.fd = -1};
}
