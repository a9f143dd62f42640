/* However the program ends, on whatever terminal, the terminal is as it was: its settings, the screen, the cursor, the mouse,
 * the marks around pastes. Every terminal x size x ending; SOAK_EVERY=n takes every nth.
 *
 * The program runs below a shell of our own, or stopping and continuing would not be the real thing.
 */
#include "screen.h"
#include "soak.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

/* ---- the shell ---- */

/* Tells the program's process id, then 's' for each time that it stops, to the pipe whose number is in the arguments. */
static int shell(char **argv)
{
	int report = atoi(argv[0]);
	signal(SIGTTOU, SIG_IGN);
	pid_t pid = fork();
	if (pid == 0) {
		close(report);
		setpgid(0, 0);
		tcsetpgrp(0, getpid());
		signal(SIGTTOU, SIG_DFL);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	if (write(report, &pid, sizeof pid) != sizeof pid)
		return 127;
	int status;
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status))
		if (write(report, "s", 1) != 1)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- one run ---- */

static const char *const terms[] = {"xterm-256color", "xterm", "linux", "vt100", "tmux", "screen"};
static const int sizes[][2] = {{80, 24}, {120, 36}, {300, 100}, {40, 10}, {39, 9}, {2, 1}, {1, 1}};

struct world {
	struct soak k;
	struct soak_env env;
	char self[PATH_MAX];
	struct screen screen;
	int report; /* of the shell */
	pid_t pid;  /* of the program */
};

static bool start(struct world *w, const char *term, int columns, int rows, bool usable, struct err *e)
{
	int fds[2];
	char number[16], db[] = "sample.db";
	soak_env_set(&w->env, "TERM%s%s", term ? "=" : "", term ? term : "");
	if (pipe(fds) != 0)
		return err_sys(e, errno, "no pipe");
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	snprintf(number, sizeof number, "%d", fds[1]);
	char shell_word[] = "--shell";
	char *argv[] = {w->self, shell_word, number, w->k.bin, db, NULL};
	bool ok = screen_start(&w->screen, columns, rows, argv, w->env.list, w->k.dir, e);
	close(fds[1]);
	w->report = fds[0];
	if (ok && read(w->report, &w->pid, sizeof w->pid) != sizeof w->pid)
		ok = err_set(e, ERR_IO, "the shell does not tell of the program");
	return ok && (!usable || screen_wait_idle(&w->screen, e));
}

static void finish(struct world *w)
{
	if (screen_runs(&w->screen))
		kill(w->pid, SIGKILL);
	screen_stop(&w->screen);
	close(w->report);
}

/* ---- what it must be like at the end ---- */

/* Is a private mode on, by the last that was sent of it? */
static bool mode_is_on(struct str sent, int mode, bool at_first)
{
	bool on = at_first;
	for (size_t at = 0; (at = str_find(sent, STR("\033[?"), at)) != SIZE_MAX;) {
		bool named = false;
		int number = 0;
		for (at += 3; at < sent.len; at++) {
			char c = sent.p[at];
			named = named || ((c < '0' || c > '9') && number == mode);
			if (c == 'h' || c == 'l') {
				on = named ? c == 'h' : on;
				break;
			}
			if (c != ';' && (c < '0' || c > '9'))
				break;
			number = c == ';' ? 0 : number * 10 + c - '0';
		}
	}
	return on;
}

static bool is_restored(struct world *w, struct err *e)
{
	static const struct {
		int mode;
		bool on;
		const char *what;
	} modes[] = {
		{1000, false, "the mouse is still on"},
		{1002, false, "dragging is still told"},
		{1006, false, "the mouse is still told in SGR"},
		{2004, false, "pastes are still marked"},
		{1049, false, "the alternate screen is still on"},
		{1, false, "arrows are still those of applications"},
		{25, true, "the cursor is still hidden"},
	};
	for (size_t i = 0; i < COUNT_OF(modes); i++)
		if (mode_is_on(buf_str(&w->screen.sent), modes[i].mode, modes[i].on) != modes[i].on)
			return err_set(e, ERR_IO, "%s", modes[i].what);
	return screen_is_restored(&w->screen, e);
}

static bool ends_with(struct world *w, int want, struct err *e)
{
	int code;
	if (!screen_wait_exit(&w->screen, &code, e))
		return false;
	if (code != want)
		return err_set(e, ERR_IO, "ended with %d, not %d", code, want);
	return is_restored(w, e);
}

/* ---- endings ---- */

static bool by_key(struct world *w, int unused, struct err *e)
{
	(void)unused;
	return screen_type(&w->screen, STR("q"), e) && ends_with(w, 0, e);
}

static bool by_request(struct world *w, int sig, struct err *e)
{
	kill(w->pid, sig);
	return ends_with(w, 0, e);
}

static bool by_crash(struct world *w, int sig, struct err *e)
{
	kill(w->pid, sig);
	return ends_with(w, 128 + sig, e);
}

/* The cable is pulled: nothing is left to be as it was, but nobody must go on in the dark. */
static bool by_closing(struct world *w, int unused, struct err *e)
{
	(void)unused;
	close(w->screen.master);
	close(w->screen.slave);
	w->screen.master = w->screen.slave = -1;
	struct pollfd p = {w->screen.alive, POLLIN, 0};
	return poll(&p, 1, SCREEN_DEADLINE_MS) > 0 || err_set(e, ERR_IO, "still running");
}

static bool stopped(struct world *w, struct err *e)
{
	char c;
	struct pollfd p = {w->report, POLLIN, 0};
	if (poll(&p, 1, SCREEN_DEADLINE_MS) <= 0 || read(w->report, &c, 1) != 1)
		return err_set(e, ERR_IO, "it did not stop");
	return screen_drain(&w->screen, e);
}

static bool is_back(struct world *w, struct err *e)
{
	struct termios now;
	if (!screen_settle(&w->screen, e))
		return false;
	tcgetattr(w->screen.slave, &now);
	if (now.c_lflag & (ICANON | ECHO | ISIG))
		return err_set(e, ERR_IO, "the tty was not taken back");
	return mode_is_on(buf_str(&w->screen.sent), 2004, false) ||
	       err_set(e, ERR_IO, "pastes are not marked any more");
}

/* Twice by key or signal, then the end. */
static bool by_stopping(struct world *w, int sig, struct err *e)
{
	for (int i = 0; i < 2; i++) {
		if (sig)
			kill(w->pid, sig);
		else if (write(w->screen.master, "\032", 1) != 1)
			return err_sys(e, errno, "cannot type");
		if (!stopped(w, e) || (sig != SIGSTOP && !is_restored(w, e)))
			return false;
		kill(w->pid, SIGCONT);
		if (!is_back(w, e))
			return false;
	}
	return by_key(w, 0, e);
}

enum { STORM = 300 };

static void resize(struct world *w, int i)
{
	const struct winsize size = {.ws_col = (unsigned short)(1 + i * 37 % 300),
				     .ws_row = (unsigned short)(1 + i * 23 % 100)};
	ioctl(w->screen.master, TIOCSWINSZ, &size);
}

static bool by_storm(struct world *w, int sig, struct err *e)
{
	for (int i = 0; i < STORM; i++) {
		resize(w, i);
		kill(w->pid, i % 7 == 0 ? SIGCONT : SIGWINCH);
		if (i % 10 == 0 && !screen_drain(&w->screen, e))
			return false;
	}
	if (sig)
		return by_request(w, sig, e);
	return screen_resize(&w->screen, 80, 24, e) && by_key(w, 0, e);
}

/* Nobody reads what it writes: it must end all the same when it is told twice. What it could not write is lost, so only
 * the tty's settings can be as they were. */
static bool by_request_when_blocked(struct world *w, int sig, struct err *e)
{
	for (int i = 0; i < STORM; i++) {
		resize(w, i);
		kill(w->pid, SIGWINCH);
		usleep(500);
	}
	struct pollfd p = {w->screen.alive, POLLIN, 0};
	int64_t until_ms = clock_ms() + SCREEN_DEADLINE_MS;
	while (poll(&p, 1, 20) == 0) {
		if (clock_ms() > until_ms)
			return err_set(e, ERR_IO, "blocked, and does not end");
		kill(w->pid, sig);
	}
	return screen_tty_is_restored(&w->screen, e);
}

static const struct ending {
	const char *name;
	bool (*run)(struct world *w, int sig, struct err *e);
	int sig;
} endings[] = {
	{"q", by_key, 0},
	{"HUP", by_request, SIGHUP},
	{"INT", by_request, SIGINT},
	{"TERM", by_request, SIGTERM},
	{"QUIT", by_crash, SIGQUIT},
	{"SEGV", by_crash, SIGSEGV},
	{"ABRT", by_crash, SIGABRT},
	{"BUS", by_crash, SIGBUS},
	{"a closed terminal", by_closing, 0},
	{"C-z", by_stopping, 0},
	{"TSTP", by_stopping, SIGTSTP},
	{"STOP, which cannot be caught", by_stopping, SIGSTOP},
	{"resizing without end", by_storm, 0},
	{"resizing and TERM", by_storm, SIGTERM},
	{"TERM while its output is blocked", by_request_when_blocked, SIGTERM},
	{"HUP while its output is blocked", by_request_when_blocked, SIGHUP},
	{"QUIT while its output is blocked", by_request_when_blocked, SIGQUIT},
};

/* ---- terminals that cannot show a screen ---- */

static void refused(struct world *w, const char *term, const int size[2])
{
	struct err e = {0};
	int code = 0;
	bool ok = start(w, term, size[0], size[1], false, &e) && screen_wait_exit(&w->screen, &code, &e) &&
		  is_restored(w, &e);
	struct str sent = buf_str(&w->screen.sent);
	if (ok && (code != 2 || sent.len == 0 || str_find(sent, STR("\n"), 0) != sent.len - 1 ||
		   str_find(sent, STR("\033"), 0) != SIZE_MAX))
		ok = err_set(&e, ERR_IO, "exit %d with: %.*s", code, (int)sent.len, sent.p);
	finish(w);
	soak_result(&w->k, ok, e.msg, "TERM %s, %dx%d: one line", term ? term : "unset", size[0], size[1]);
}

static void run(struct world *w, const char *term, const int size[2], const struct ending *by)
{
	struct err e = {0};
	bool ok = start(w, term, size[0], size[1], true, &e) && by->run(w, by->sig, &e);
	finish(w);
	soak_result(&w->k, ok, e.msg, "%s, %dx%d, %s", term, size[0], size[1], by->name);
}

int main(int argc, char **argv)
{
	static struct world w;
	static const char *const no_screens[] = {NULL, "", "dumb", "unknown", "no-such-terminal"};
	if (argc > 3 && strcmp(argv[1], "--shell") == 0)
		return shell(argv + 2);
	soak_start(&w.k);
	if (!realpath(argv[0], w.self))
		die("%s: %s", argv[0], strerror(errno));
	char command[3 * PATH_MAX];
	snprintf(command, sizeof command, "cp '%s/sample.db' '%s'", w.k.build, w.k.dir);
	if (system(command) != 0)
		die("cannot run %s", command);
	soak_env_standard(&w.env, w.k.dir);
	soak_env_set(&w.env, "ASAN_OPTIONS=detect_leaks=0"); /* newterm() leaks when it fails */
	long every = soak_number("SOAK_EVERY", 23, 1), n = 0;
	for (size_t t = 0; t < COUNT_OF(terms); t++)
		for (size_t s = 0; s < COUNT_OF(sizes); s++)
			for (size_t i = 0; i < COUNT_OF(endings); i++)
				if (n++ % every == 0)
					run(&w, terms[t], sizes[s], &endings[i]);
	for (size_t t = 0; t < COUNT_OF(no_screens); t++)
		for (size_t s = 0; s < COUNT_OF(sizes); s++)
			if (n++ % every == 0)
				refused(&w, no_screens[t], sizes[s]);
	return soak_end(&w.k, "%zu terminals x %zu sizes x %zu endings, and %zu that show no screen: %d runs",
			COUNT_OF(terms), COUNT_OF(sizes), COUNT_OF(endings), COUNT_OF(no_screens), w.k.count);
}
