#include "screen.h"

#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct screen *s = user;
	unsigned n, syncs;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		s->cursor = value->boolean;
	else if (prop == VTERM_PROP_ALTSCREEN)
		s->alternate = value->boolean;
	else if (prop == VTERM_PROP_MOUSE)
		s->mouse = value->number;
	else if (prop == VTERM_PROP_TITLE && sscanf(value->string, "idle %u %u", &n, &syncs) == 2) {
		s->idle = true;
		s->idle_syncs = syncs;
	}
	return 1;
}

static void emulator_open(struct screen *s)
{
	static const VTermScreenCallbacks callbacks = {.settermprop = on_property};
	s->vt = vterm_new(s->h, s->w);
	vterm_set_utf8(s->vt, 1);
	s->vs = vterm_obtain_screen(s->vt);
	vterm_screen_set_callbacks(s->vs, &callbacks, s);
	vterm_screen_enable_altscreen(s->vs, 1);
	vterm_screen_reset(s->vs, 1);
}

static _Noreturn void become(int slave, char *const argv[], char *const env[], const char *dir)
{
	login_tty(slave);
	for (int sig = 1; sig < NSIG; sig++) /* a shell that runs us in the background has some ignored */
		signal(sig, SIG_DFL);
	if (chdir(dir) == 0)
		execve(argv[0], argv, env);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

bool screen_start(struct screen *s, int w, int h, char *const argv[], char *const env[], const char *dir, struct err *e)
{
	*s = (struct screen){.master = -1, .slave = -1, .alive = -1, .w = w, .h = h, .cursor = true};
	const struct winsize size = {.ws_col = (unsigned short)w, .ws_row = (unsigned short)h};
	int alive[2];
	if (pipe(alive) != 0)
		return err_sys(e, errno, "no pipe");
	s->alive = alive[0];
	if (openpty(&s->master, &s->slave, NULL, NULL, &size) != 0) {
		close(alive[1]);
		return err_sys(e, errno, "no pty");
	}
	fcntl(s->master, F_SETFD, FD_CLOEXEC);
	fcntl(alive[0], F_SETFD, FD_CLOEXEC);
	tcgetattr(s->slave, &s->before);
	emulator_open(s);
	s->pid = fork();
	if (s->pid == 0)
		become(s->slave, argv, env, dir);
	close(alive[1]);
	return s->pid > 0 || err_sys(e, errno, "no process");
}

void screen_stop(struct screen *s)
{
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	if (s->vt) {
		vterm_free(s->vt);
		buf_free(&s->held);
		buf_free(&s->sent);
		if (s->master >= 0) /* a test may have closed it */
			close(s->master);
		if (s->slave >= 0)
			close(s->slave);
		close(s->alive);
	}
	*s = (struct screen){0};
}

/* Shows bytes to the emulator, but keeps back an OSC string whose end is still to come: libvterm 0.1 loses those that come
 * in pieces. */
static void show(struct screen *s, struct str bytes)
{
	buf_add(&s->sent, bytes);
	buf_add(&s->held, bytes);
	struct str all = buf_str(&s->held);
	size_t from = 0, end = all.len;
	for (size_t at; (at = str_find(all, STR("\033]"), from)) != SIZE_MAX; from++) {
		from = str_find(all, STR("\007"), at);
		if (from == SIZE_MAX) {
			end = at;
			break;
		}
	}
	if (end == all.len && end > 0 && all.p[end - 1] == '\033')
		end--;
	vterm_input_write(s->vt, all.p, end);
	struct buf rest = {0};
	buf_add(&rest, str_slice(all, end, SIZE_MAX));
	buf_free(&s->held);
	s->held = rest;
}

void screen_garble(struct screen *s, struct str bytes)
{
	vterm_input_write(s->vt, bytes.p, bytes.len);
}

/* What an ended program has sent arrives when the kernel gets to it; a mark that we send behind it comes last. */
static void take_rest(struct screen *s)
{
	char bytes[4096];
	struct pollfd p = {s->master, POLLIN, 0};
	bool marked = s->slave < 0 || write(s->slave, "\005", 1) != 1;
	while (!marked && poll(&p, 1, SCREEN_DEADLINE_MS) > 0) {
		ssize_t n = read(s->master, bytes, sizeof bytes);
		if (n <= 0)
			return;
		marked = bytes[n - 1] == '\005';
		show(s, (struct str){bytes, (size_t)n - marked});
	}
}

/* Takes in what the program has sent; waits for it when there is nothing. *ended: it will send no more. */
static bool pump(struct screen *s, int64_t until_ms, bool *ended, struct err *e)
{
	int64_t left = until_ms - clock_ms();
	struct pollfd p[] = {{s->master, POLLIN, 0}, {s->alive, POLLIN, 0}};
	if (left <= 0 || poll(p, 2, (int)left) <= 0)
		return err_set(e, ERR_IO, "nothing came within %d s", SCREEN_DEADLINE_MS / 1000);
	char bytes[16384];
	ssize_t n = p[0].revents & POLLIN ? read(s->master, bytes, sizeof bytes) : 0;
	if (n > 0)
		show(s, (struct str){bytes, (size_t)n});
	else
		*ended = p[1].revents != 0;
	if (*ended)
		take_rest(s);
	return true;
}

bool screen_drain(struct screen *s, struct err *e)
{
	struct pollfd p = {s->master, POLLIN, 0};
	bool ended = false, ok = true;
	while (ok && !ended && poll(&p, 1, 0) > 0 && (p.revents & POLLIN))
		ok = pump(s, clock_ms() + SCREEN_DEADLINE_MS, &ended, e);
	return ok;
}

bool screen_wait_idle(struct screen *s, struct err *e)
{
	const int64_t until_ms = clock_ms() + SCREEN_DEADLINE_MS;
	bool ended = false;
	while (!ended && !(s->idle && s->idle_syncs == s->syncs))
		if (!pump(s, until_ms, &ended, e))
			return false;
	return true;
}

bool screen_settle(struct screen *s, struct err *e)
{
	s->syncs++;
	if (write(s->master, TERM_SYNC, sizeof TERM_SYNC - 1) < 0)
		return err_sys(e, errno, "cannot write to the pty");
	return screen_wait_idle(s, e);
}

bool screen_wait_text(struct screen *s, struct str text, struct err *e)
{
	const int64_t until_ms = clock_ms() + SCREEN_DEADLINE_MS;
	bool ended = false;
	for (;;) {
		struct buf shown = {0};
		screen_text(s, &shown);
		bool there = str_find(buf_str(&shown), text, 0) != SIZE_MAX;
		buf_free(&shown);
		if (there)
			return screen_settle(s, e);
		if (ended)
			return err_set(e, ERR_IO, "the program ended without it");
		if (!pump(s, until_ms, &ended, e))
			return false;
	}
}

bool screen_type(struct screen *s, struct str bytes, struct err *e)
{
	if (write(s->master, bytes.p, bytes.len) < 0)
		return err_sys(e, errno, "cannot write to the pty");
	return screen_settle(s, e);
}

bool screen_resize(struct screen *s, int w, int h, struct err *e)
{
	const struct winsize size = {.ws_col = (unsigned short)w, .ws_row = (unsigned short)h};
	s->w = w;
	s->h = h;
	vterm_set_size(s->vt, h, w);
	if (ioctl(s->master, TIOCSWINSZ, &size) != 0)
		return err_sys(e, errno, "cannot resize the pty");
	return screen_settle(s, e);
}

bool screen_runs(const struct screen *s)
{
	struct pollfd p = {s->alive, POLLIN, 0};
	return s->pid > 0 && poll(&p, 1, 0) == 0;
}

bool screen_wait_exit(struct screen *s, int *code, struct err *e)
{
	const int64_t until_ms = clock_ms() + SCREEN_DEADLINE_MS;
	for (bool ended = false; !ended;)
		if (!pump(s, until_ms, &ended, e))
			return false;
	if (s->pid > 0)
		waitpid(s->pid, &s->status, 0);
	s->pid = 0;
	*code = WIFEXITED(s->status) ? WEXITSTATUS(s->status) : 128 + WTERMSIG(s->status);
	return true;
}

bool screen_tty_is_restored(const struct screen *s, struct err *e)
{
	struct termios now;
	if (tcgetattr(s->slave, &now) != 0)
		return err_sys(e, errno, "cannot read the tty's settings");
	if (now.c_iflag != s->before.c_iflag || now.c_oflag != s->before.c_oflag || now.c_lflag != s->before.c_lflag ||
	    now.c_cflag != s->before.c_cflag || memcmp(now.c_cc, s->before.c_cc, sizeof now.c_cc) != 0)
		return err_set(e, ERR_IO, "the tty's settings differ from before");
	return true;
}

bool screen_is_restored(const struct screen *s, struct err *e)
{
	if (!screen_tty_is_restored(s, e))
		return false;
	if (s->alternate)
		return err_set(e, ERR_IO, "the alternate screen is still on");
	if (s->mouse != VTERM_PROP_MOUSE_NONE)
		return err_set(e, ERR_IO, "the mouse is still on");
	return s->cursor || err_set(e, ERR_IO, "the cursor is still hidden");
}
