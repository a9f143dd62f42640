/* fault.c - LD_PRELOAD: one call of the C library fails, or ends the program, where a test says so. For tests only.
 *
 *   FAULT=KIND:N:HOW   the Nth call of that kind (1: the first) fails; KIND is alloc, open, read, write, sync, place (rename,
 *                      link), unlink or truncate. HOW is an errno as a number; `kill`: the program is killed instead of the
 *                      call; `short`: just one byte is taken or given. A + behind N: all later calls too.
 *   FAULT_NO_TMPFILE   when set: a file system without O_TMPFILE.
 *   FAULT_COUNT=PATH   how many calls of each kind there were is written there when the program ends.
 *
 * What the C library calls for itself (stdio's write) is not seen; what it allocates is.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { ALLOC, OPEN, READ, WRITE, SYNC, PLACE, UNLINK, TRUNCATE, KINDS };
static const char *const names[KINDS] = {"alloc", "open", "read", "write", "sync", "place", "unlink", "truncate"};

enum { SHORT = -1, KILL = -2 };
static enum kind kind = KINDS;
static long nth;
static bool and_later;
static int how;
static bool no_tmpfile;
static atomic_long counts[KINDS];
static atomic_bool ready;

__attribute__((constructor)) static void start(void)
{
	const char *fault = getenv("FAULT");
	if (fault) {
		for (int k = 0; k < KINDS; k++)
			if (strncmp(fault, names[k], strlen(names[k])) == 0 && fault[strlen(names[k])] == ':')
				kind = (enum kind)k;
		char *end;
		const char *n = strchr(fault, ':');
		nth = n ? strtol(n + 1, &end, 10) : 0;
		and_later = n && *end == '+';
		const char *last = strrchr(fault, ':');
		how = !last                         ? EIO
		      : strcmp(last, ":kill") == 0  ? KILL
		      : strcmp(last, ":short") == 0 ? SHORT
						    : atoi(last + 1);
	}
	no_tmpfile = getenv("FAULT_NO_TMPFILE") != NULL;
	ready = true;
}

__attribute__((destructor)) static void finish(void)
{
	const char *path = getenv("FAULT_COUNT");
	if (!path)
		return;
	ready = false;
	FILE *f = fopen(path, "w");
	for (int k = 0; f && k < KINDS; k++)
		fprintf(f, "%s %ld\n", names[k], atomic_load(&counts[k]));
	if (f)
		fclose(f);
}

/* True: this call is to fail, and errno is set. False with *len 1: it is to be short. */
static bool fails(enum kind k, size_t *len)
{
	if (!ready)
		return false;
	long n = atomic_fetch_add(&counts[k], 1) + 1;
	if (k != kind || (n != nth && !(and_later && n > nth)))
		return false;
	if (how == KILL)
		kill(getpid(), SIGKILL);
	if (how == SHORT) {
		if (len && *len > 1)
			*len = 1;
		return false;
	}
	errno = how;
	return true;
}

/* ---- memory ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	return fails(ALLOC, NULL) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(ALLOC, NULL) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return size > 0 && fails(ALLOC, NULL) ? NULL : __libc_realloc(p, size);
}

/* ---- files ---- */

static bool takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

static int open_in(int dir, const char *path, int flags, mode_t mode)
{
	if (no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return fails(OPEN, NULL) ? -1 : (int)syscall(SYS_openat, dir, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	va_start(ap, flags);
	mode_t mode = takes_mode(flags) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return open_in(AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	va_list ap;
	va_start(ap, flags);
	mode_t mode = takes_mode(flags) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return open_in(dir, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int dir, const char *path, int flags, ...) __attribute__((alias("openat")));

ssize_t read(int fd, void *p, size_t len)
{
	return fails(READ, &len) ? -1 : syscall(SYS_read, fd, p, len);
}

ssize_t pread(int fd, void *p, size_t len, off_t at)
{
	return fails(READ, &len) ? -1 : syscall(SYS_pread64, fd, p, len, at);
}

ssize_t pread64(int fd, void *p, size_t len, off_t at) __attribute__((alias("pread")));

ssize_t write(int fd, const void *p, size_t len)
{
	return fails(WRITE, &len) ? -1 : syscall(SYS_write, fd, p, len);
}

ssize_t pwrite(int fd, const void *p, size_t len, off_t at)
{
	return fails(WRITE, &len) ? -1 : syscall(SYS_pwrite64, fd, p, len, at);
}

ssize_t pwrite64(int fd, const void *p, size_t len, off_t at) __attribute__((alias("pwrite")));

int fsync(int fd)
{
	return fails(SYNC, NULL) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return fails(SYNC, NULL) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t len)
{
	return fails(TRUNCATE, NULL) ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

int ftruncate64(int fd, off_t len) __attribute__((alias("ftruncate")));

int rename(const char *from, const char *to)
{
	return fails(PLACE, NULL) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return fails(PLACE, NULL) ? -1 : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return fails(PLACE, NULL) ? -1 : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	return fails(PLACE, NULL) ? -1 : (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int unlink(const char *path)
{
	return fails(UNLINK, NULL) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
	return fails(UNLINK, NULL) ? -1 : (int)syscall(SYS_unlinkat, dir, path, flags);
}
