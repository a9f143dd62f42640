/* soak.h - what the long tests share: a folder of their own, how long to go on, results as TAP, and the last line with the
 * figure. SOAK=full in the environment asks for full length; a number of a test's own goes before that.
 */
#ifndef SOAK_H
#define SOAK_H

#include "base.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct soak {
	char bin[PATH_MAX]; /* of the program under test */
	char build[PATH_MAX];
	char dir[PATH_MAX / 2]; /* empty at the start, removed at the end */
	int count, failed;
};

static inline void soak_path(char out[PATH_MAX], const char *variable, const char *fallback)
{
	const char *given = getenv(variable);
	if (!realpath(given ? given : fallback, out))
		die("%s: %s", given ? given : fallback, strerror(errno));
}

static inline void soak_start(struct soak *s)
{
	const char *temp = getenv("TMPDIR");
	setlocale(LC_ALL, "C.UTF-8");
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	*s = (struct soak){0};
	soak_path(s->bin, "BIN", "build/deadletter");
	soak_path(s->build, "BUILD", "build");
	snprintf(s->dir, sizeof s->dir, "%s/deadletter-soak-XXXXXX", temp ? temp : "/tmp");
	if (!mkdtemp(s->dir))
		die("%s: %s", s->dir, strerror(errno));
}

static inline int soak_remove(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

/* One result. `why` is said when it is none. */
static inline void soak_result(struct soak *s, bool ok, const char *why, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static inline void soak_result(struct soak *s, bool ok, const char *why, const char *fmt, ...)
{
	va_list ap;
	printf("%s %d - ", ok ? "ok" : "not ok", ++s->count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	s->failed += !ok;
	if (!ok)
		printf("# %s\n", why);
}

/* The last line; returns the exit code. */
static inline int soak_end(struct soak *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline int soak_end(struct soak *s, const char *fmt, ...)
{
	va_list ap;
	printf("1..%d\n# figure: ", s->count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	nftw(s->dir, soak_remove, 16, FTW_DEPTH | FTW_PHYS);
	return s->failed || s->count == 0;
}

/* How many: the variable's number, or else by SOAK. */
static inline long soak_number(const char *variable, long when_short, long when_full)
{
	const char *given = getenv(variable), *length = getenv("SOAK");
	if (given && given[0])
		return atol(given);
	return length && strcmp(length, "full") == 0 ? when_full : when_short;
}

/* The environment that the program under test gets, one variable an element. */
enum { SOAK_ENV_MAX = 24 };
struct soak_env {
	char text[SOAK_ENV_MAX][PATH_MAX + 64];
	char *list[SOAK_ENV_MAX + 1];
	int count;
};

/* NAME=VALUE replaces what NAME had; NAME alone takes it away. */
static inline void soak_env_set(struct soak_env *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline void soak_env_set(struct soak_env *e, const char *fmt, ...)
{
	char line[sizeof e->text[0]];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	size_t name = strcspn(line, "=");
	int at = 0;
	while (at < e->count && (strncmp(e->text[at], line, name) != 0 || e->text[at][name] != '='))
		at++;
	if (!line[name]) {
		if (at < e->count)
			memmove(e->text[at], e->text[--e->count], sizeof e->text[0]);
	} else {
		if (at == SOAK_ENV_MAX)
			die("more than %d variables", SOAK_ENV_MAX);
		e->count += at == e->count;
		memcpy(e->text[at], line, sizeof line);
	}
	for (int i = 0; i < e->count; i++)
		e->list[i] = e->text[i];
	e->list[e->count] = NULL;
}

/* Everything frozen, in test mode, with `home` for all that the program keeps. */
static inline void soak_env_standard(struct soak_env *e, const char *home)
{
	static const char *const passed[] = {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"};
	static const char *const folders[] = {"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"};
	*e = (struct soak_env){0};
	soak_env_set(e, "TERM=xterm-256color");
	soak_env_set(e, "TZ=UTC");
	soak_env_set(e, "LC_ALL=C.UTF-8");
	soak_env_set(e, "DEADLETTER_TEST=1");
	soak_env_set(e, "DEADLETTER_NOW=1795435200");
	for (size_t i = 0; i < COUNT_OF(passed); i++)
		if (getenv(passed[i]))
			soak_env_set(e, "%s=%s", passed[i], getenv(passed[i]));
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		soak_env_set(e, "%s=%s", folders[i], home);
}

#endif
