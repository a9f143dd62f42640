/* The terminal on a real pty: a program that reports every event runs as a shell would run it, below a session leader that
 * waits for it, so that stopping and continuing are the real thing. */
#include "term.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

enum { DEADLINE_MS = 60000 };

static const char enter_mouse[] = "\033[?1000h\033[?1002h\033[?1006h";

/* ---- the program in the terminal ---- */

static const char *const buttons[] = {"left", "middle", "right", "wheel-up", "wheel-down"};
static const char *const actions[] = {"press", "release", "drag"};

static void report_event(int report, const struct event *ev)
{
	char name[KEY_NAME_MAX];
	switch (ev->kind) {
	case EVENT_KEY:
		dprintf(report, "key %s\n", event_key_name(ev->key, name));
		break;
	case EVENT_MOUSE:
		dprintf(report, "mouse %d %d %s %s\n", ev->x, ev->y, buttons[ev->button], actions[ev->action]);
		break;
	case EVENT_PASTE:
		dprintf(report, "paste [%.*s]\n", (int)ev->text.len, ev->text.p);
		break;
	case EVENT_RESIZE:
		dprintf(report, "resize %d %d\n", ev->w, ev->h);
		break;
	case EVENT_HANGUP:
		dprintf(report, "hangup\n");
		break;
	case EVENT_REPLY:
	case EVENT_TICK:
		dprintf(report, "unexpected\n");
		break;
	}
}

static void draw(struct term *t, struct surface *s)
{
	int w, h;
	term_size(t, &w, &h);
	surface_resize(s, w, h);
	s->ascii = !term_utf8(t);
	for (int r = 0; r < ROLE_COUNT; r++)
		surface_printf(s, 0, r, -1, (enum role)r, "%s 日本 e\u0301 \u202e", role_name((enum role)r));
	s->select = true;
	surface_text(s, w - 2, h - 1, -1, ROLE_TEXT, STR("語"));
	term_present(t, s);
	term_idle(t);
}

static void obey(struct term *t, const struct event *ev, int report)
{
	switch (ev->key) {
	case 'c':
		dprintf(report, "copied %d\n", term_copy(t, STR("a\033b\nc")));
		break;
	case 'C': {
		char *big = calloc(1, TERM_COPY_MAX + 1);
		memset(big, 'x', TERM_COPY_MAX + 1);
		dprintf(report, "copied %d\n", term_copy(t, (struct str){big, TERM_COPY_MAX + 1}));
		free(big);
		break;
	}
	case 't':
		term_set_theme(t, theme_named(STR("light")));
		break;
	case 'd':
		die("an invariant broke");
	case 'e':
		dprintf(report, "escape waits %d ms\n", get_escdelay());
		break;
	case 's':
		dprintf(report, "stuck\n");
		poll(&(struct pollfd){term_signal_fd(t), POLLIN, 0}, 1, -1);
		dprintf(report, "woken\n");
		for (;;)
			pause();
	case 26:
		term_suspend(t);
		break;
	default:
		break;
	}
}

static int program(int report)
{
	struct err e = {0};
	struct term *t = term_open(&(const struct term_options){.mouse = true, .colour = true}, &e);
	if (!t) {
		dprintf(report, "error %s\n", e.msg);
		_exit(2); /* past the leak check: a newterm() that fails leaks */
	}
	struct surface s = {0};
	draw(t, &s);
	dprintf(report, "ready\n");
	bool quit = false;
	while (!quit) {
		struct pollfd p[] = {{term_fd(t), POLLIN, 0}, {term_signal_fd(t), POLLIN, 0}};
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		struct event ev;
		while (!quit && term_read(t, &ev)) {
			report_event(report, &ev);
			quit = ev.kind == EVENT_HANGUP || (ev.kind == EVENT_KEY && ev.key == 'q');
			if (ev.kind == EVENT_KEY)
				obey(t, &ev, report);
		}
		draw(t, &s);
	}
	term_close(t);
	surface_free(&s);
	return 0;
}

/* ---- its shell ---- */

struct setup {
	const char *term, *locale, *no_color;
	int w, h;
	bool ignore_hup, null_input, null_output;
};

static _Noreturn void shell(const struct setup *how, int slave, int report)
{
	login_tty(slave);
	signal(SIGTTOU, SIG_IGN);
	/* Whatever they are where the tests run: under nohup, or in the background. */
	signal(SIGHUP, how->ignore_hup ? SIG_IGN : SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	setlocale(LC_ALL, how->locale ? how->locale : "C.UTF-8");
	setenv("TERM", how->term ? how->term : "xterm-256color", 1);
	setenv("DEADLETTER_TEST", "1", 1);
	if (how->no_color)
		setenv("NO_COLOR", how->no_color, 1);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	pid_t pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(0, getpid());
		signal(SIGTTOU, SIG_DFL);
		int null = open("/dev/null", O_RDWR);
		if (how->null_input)
			dup2(null, STDIN_FILENO);
		if (how->null_output)
			dup2(null, STDOUT_FILENO);
		dprintf(report, "pid %d\n", (int)getpid());
		exit(program(report));
	}
	for (;;) {
		int status;
		if (waitpid(pid, &status, WUNTRACED) < 0)
			continue;
		if (WIFSTOPPED(status)) {
			dprintf(report, "stopped\n");
		} else {
			dprintf(report, WIFEXITED(status) ? "exit %d\n" : "signal %d\n",
				WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
			_exit(0);
		}
	}
}

/* ---- the test's side ---- */

struct pty {
	int master, slave, report;
	pid_t shell, pid;
	struct termios before;
	struct buf out; /* all that the program sent to its terminal */
	struct buf lines;
};

static void pump(struct pty *p, int wait_ms)
{
	char bytes[4096];
	struct pollfd fds[] = {{p->master, POLLIN, 0}, {p->report, POLLIN, 0}};
	if (poll(fds, 2, wait_ms) <= 0)
		fail_msg("nothing came in time; so far: %s", p->lines.p ? p->lines.p : "");
	struct buf *const to[] = {&p->out, &p->lines};
	for (int i = 0; i < 2; i++) {
		ssize_t n = fds[i].revents & POLLIN ? read(fds[i].fd, bytes, sizeof bytes) : 0;
		if (n > 0)
			buf_add(to[i], (struct str){bytes, (size_t)n});
		else if (i == 1 && (fds[i].revents & POLLHUP))
			fail_msg("the program is gone; so far: %s", p->lines.p ? p->lines.p : "");
	}
}

/* Takes the next line of the report; valid until the next call. */
static const char *next_line(struct pty *p)
{
	static char line[8192];
	char *end;
	while (!p->lines.len || !(end = memchr(p->lines.p, '\n', p->lines.len)))
		pump(p, DEADLINE_MS);
	size_t n = (size_t)(end - p->lines.p);
	snprintf(line, sizeof line, "%.*s", (int)n, p->lines.p);
	memmove(p->lines.p, end + 1, p->lines.len - n);
	p->lines.len -= n + 1;
	return line;
}

static void expect(struct pty *p, const char *line)
{
	assert_string_equal(next_line(p), line);
}

static struct pty start(const struct setup *how)
{
	struct pty p = {0};
	int report[2];
	const struct winsize size = {.ws_col = (unsigned short)(how->w ? how->w : 80),
				     .ws_row = (unsigned short)(how->h ? how->h : 24)};
	assert_int_equal(pipe(report), 0);
	assert_int_equal(openpty(&p.master, &p.slave, NULL, NULL, &size), 0);
	tcgetattr(p.slave, &p.before);
	p.shell = fork();
	if (p.shell == 0) {
		close(p.master);
		close(report[0]);
		shell(how, p.slave, report[1]);
	}
	close(report[1]);
	p.report = report[0];
	const char *line = next_line(&p);
	assert_int_equal(sscanf(line, "pid %d", &p.pid), 1);
	return p;
}

static struct pty start_ready(const struct setup *how)
{
	struct pty p = start(how);
	expect(&p, "ready");
	return p;
}

static void type(struct pty *p, const char *bytes)
{
	assert_int_equal(write(p->master, bytes, strlen(bytes)), strlen(bytes));
}

static bool sent(const struct pty *p, const char *bytes)
{
	return str_find(buf_str(&p->out), str_of(bytes), 0) != SIZE_MAX;
}

/* Takes in what is on its way to the terminal. What is written to a pty arrives when the kernel gets to it: a line of the
 * report that was written later may be there before, so it says nothing about that. */
static void take_sent(struct pty *p, const char *what)
{
	char bytes[4096];
	struct pollfd fd = {p->master, POLLIN, 0};
	ssize_t n = poll(&fd, 1, DEADLINE_MS) > 0 && (fd.revents & POLLIN) ? read(p->master, bytes, sizeof bytes) : 0;
	if (n <= 0)
		fail_msg("never sent: %s%s", *what == '\033' ? "ESC" : "", *what == '\033' ? what + 1 : what);
	buf_add(&p->out, (struct str){bytes, (size_t)n});
}

static void assert_sent(struct pty *p, const char *bytes)
{
	while (!sent(p, bytes))
		take_sent(p, bytes);
}

/* Takes in all that was sent up to now: what we send behind it ourselves comes last. */
static void drain(struct pty *p)
{
	size_t from = p->out.len;
	assert_int_equal(write(p->slave, "\005", 1), 1);
	while (str_find(buf_str(&p->out), STR("\005"), from) == SIZE_MAX)
		take_sent(p, "the mark behind all");
}

static void assert_restored(struct pty *p)
{
	struct termios now;
	assert_int_equal(tcgetattr(p->slave, &now), 0);
	assert_int_equal(now.c_iflag, p->before.c_iflag);
	assert_int_equal(now.c_oflag, p->before.c_oflag);
	assert_int_equal(now.c_lflag, p->before.c_lflag);
	assert_int_equal(now.c_cflag, p->before.c_cflag);
	assert_memory_equal(now.c_cc, p->before.c_cc, sizeof now.c_cc);
	static const char *const resets[] = {"\033[?1000l", "\033[?1002l", "\033[?1006l", "\033[?2004l",
					     "\033[?1l",    "\033[?25h",   "\033[?1049l"};
	for (size_t i = 0; i < COUNT_OF(resets); i++)
		assert_sent(p, resets[i]);
}

static void finish(struct pty *p)
{
	if (p->master >= 0)
		close(p->master);
	if (p->slave >= 0)
		close(p->slave);
	close(p->report);
	waitpid(p->shell, NULL, 0);
	buf_free(&p->out);
	buf_free(&p->lines);
}

static void quit(struct pty *p)
{
	type(p, "q");
	expect(p, "key q");
	expect(p, "exit 0");
}

/* ---- tests ---- */

static void opens_and_gives_back(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	assert_sent(&p, enter_mouse);
	assert_sent(&p, "\033[?2004h");
	struct termios now;
	tcgetattr(p.slave, &now);
	assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG), 0);
	quit(&p);
	assert_sent(&p, "\033]2;idle 1 0\007");
	assert_false(sent(&p, "\u202e"));
	assert_restored(&p);
	finish(&p);
}

static void keys_come_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *name;
	} keys[] = {
		{"\033OA", "Up"},    {"\033[A", "Up"},
		{"\033OB", "Down"},  {"\033[D", "Left"},
		{"\033[5~", "PgUp"}, {"\033[6~", "PgDn"},
		{"\033OH", "Home"},  {"\033[1~", "Home"},
		{"\033[F", "End"},   {"\033[3~", "Del"},
		{"\033[Z", "S-Tab"}, {"\033OP", "F1"},
		{"\033[24~", "F12"}, {"\r", "Enter"},
		{"\t", "Tab"},       {"\177", "Backspace"},
		{"\b", "Backspace"}, {"\x03", "C-c"},
		{"\x0c", "C-l"},     {"é", "é"},
		{"日", "日"},        {"\U0001F600", "\U0001F600"},
		{" ", "Space"},      {"\033", "Esc"},
	};
	struct pty p = start_ready(&(const struct setup){0});
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		char want[32];
		snprintf(want, sizeof want, "key %s", keys[i].name);
		type(&p, keys[i].bytes);
		expect(&p, want);
	}
	quit(&p);
	finish(&p);
}

/* Curses would wait a second for more of a sequence. */
static void escape_is_quick(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	type(&p, "e");
	expect(&p, "key e");
	expect(&p, "escape waits 25 ms");
	quit(&p);
	finish(&p);
}

static void unknown_sequences_are_no_commands(void **state)
{
	(void)state;
	static const char *const bytes[] = {"\033[99;99q",
					    "\033[?1;2c",
					    "\033[200",
					    "\033[<",
					    "\033[<1;2",
					    "\033[<1;2;3;4;5M",
					    "\033[<999999999999;1;1M",
					    "\033[<0;0;0M",
					    "\033[<-1;1;1M",
					    "\xff\xfe",
					    "\xc3",
					    "\xe6\x97"};
	for (size_t i = 0; i < COUNT_OF(bytes); i++) {
		struct pty p = start_ready(&(const struct setup){0});
		type(&p, bytes[i]);
		type(&p, "XY");
		/* Half a sequence may eat one key, never more, and never comes as letters of its own. */
		const char *line = next_line(&p);
		if (strcmp(line, "key X") == 0)
			line = next_line(&p);
		assert_string_equal(line, "key Y");
		kill(p.pid, SIGKILL);
		finish(&p);
	}
}

static void mouse_comes_in_cells(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *event;
	} clicks[] = {
		{"\033[<0;10;5M", "mouse 9 4 left press"},     {"\033[<0;10;5m", "mouse 9 4 left release"},
		{"\033[<2;1;1M", "mouse 0 0 right press"},     {"\033[<32;300;200M", "mouse 299 199 left drag"},
		{"\033[<64;3;3M", "mouse 2 2 wheel-up press"}, {"\033[<65;3;3M", "mouse 2 2 wheel-down press"},
		{"\033[<20;3;3M", "mouse 2 2 left press"},
	};
	struct pty p = start_ready(&(const struct setup){0});
	for (size_t i = 0; i < COUNT_OF(clicks); i++) {
		type(&p, clicks[i].bytes);
		expect(&p, clicks[i].event);
	}
	type(&p, "\033[<66;3;3M\033[<35;3;3M\033[<128;3;3M");
	quit(&p);
	finish(&p);
}

/* Their descriptions know no SGR mouse. */
static void mouse_and_arrows_work_below_tmux_and_screen(void **state)
{
	(void)state;
	static const char *const terms[] = {"tmux-256color", "screen", "linux", "xterm", "vt220"};
	for (size_t i = 0; i < COUNT_OF(terms); i++) {
		struct pty p = start_ready(&(const struct setup){.term = terms[i]});
		assert_sent(&p, enter_mouse);
		type(&p, "\033[<0;10;5M");
		expect(&p, "mouse 9 4 left press");
		type(&p, "\033[A");
		expect(&p, "key Up");
		type(&p, "\033OB");
		expect(&p, "key Down");
		quit(&p);
		finish(&p);
	}
}

static void mouse_comes_in_pieces_too(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	type(&p, "\033[<0;1");
	type(&p, "0;5");
	type(&p, "M");
	expect(&p, "mouse 9 4 left press");
	quit(&p);
	finish(&p);
}

static void paste_is_one_line_of_text(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	type(&p, "\033[200~q\r\nto:bob@example.com\t\x01\x1b[Aé\xff\xe2\x80\xa6\033[201~");
	expect(&p, "paste [q to:bob@example.com é…]");
	type(&p, "\033[200~\033[201~");
	expect(&p, "paste []");
	quit(&p);
	finish(&p);
}

enum { STALL_MS = 700 };

static void paste_over_a_bad_line_is_no_command(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	type(&p, "\033[200~to:");
	poll(NULL, 0, STALL_MS);
	type(&p, "bob\x03q\033[201~");
	expect(&p, "paste [to:bobq]");
	type(&p, "\033[200~whose end was lost");
	poll(NULL, 0, STALL_MS);
	type(&p, "\x03");
	expect(&p, "paste [whose end was lost]");
	type(&p, "k");
	expect(&p, "key k");
	quit(&p);
	finish(&p);
}

static void resize_is_told(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	static const int sizes[][2] = {{120, 36}, {1, 1}, {2, 1}, {40, 10}, {300, 100}};
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		const struct winsize size = {.ws_col = (unsigned short)sizes[i][0],
					     .ws_row = (unsigned short)sizes[i][1]};
		ioctl(p.master, TIOCSWINSZ, &size);
		char want[32];
		snprintf(want, sizeof want, "resize %d %d", sizes[i][0], sizes[i][1]);
		expect(&p, want);
	}
	quit(&p);
	finish(&p);
}

static void tiny_terminals_do(void **state)
{
	(void)state;
	for (int w = 1; w <= 3; w++) {
		struct pty p = start_ready(&(const struct setup){.w = w, .h = 1});
		quit(&p);
		assert_restored(&p);
		finish(&p);
	}
}

static void suspends_and_comes_back(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	for (int round = 0; round < 2; round++) {
		if (round == 0) {
			type(&p, "\x1a");
			expect(&p, "key C-z");
		} else {
			kill(p.pid, SIGTSTP);
		}
		expect(&p, "stopped");
		assert_restored(&p);
		buf_reset(&p.out);
		kill(p.pid, SIGCONT);
		expect(&p, "resize 80 24");
		type(&p, "k");
		while (strcmp(next_line(&p), "key k") != 0)
			;
		struct termios now;
		tcgetattr(p.slave, &now);
		assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG), 0);
		assert_sent(&p, enter_mouse);
		assert_sent(&p, "border-focus");
	}
	quit(&p);
	finish(&p);
}

/* Its description makes a key of ^Z. */
static void suspends_on_the_console_of_linux(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){.term = "linux"});
	type(&p, "\x1a");
	expect(&p, "key C-z");
	expect(&p, "stopped");
	kill(p.pid, SIGCONT);
	expect(&p, "resize 80 24");
	quit(&p);
	finish(&p);
}

static void stopped_by_force_takes_the_terminal_back(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	kill(p.pid, SIGSTOP);
	expect(&p, "stopped");
	tcsetattr(p.slave, TCSANOW, &p.before); /* as a shell does */
	drain(&p);
	buf_reset(&p.out);
	kill(p.pid, SIGCONT);
	expect(&p, "resize 80 24");
	quit(&p);
	assert_sent(&p, enter_mouse);
	assert_sent(&p, "border-focus");
	assert_restored(&p);
	finish(&p);
}

static void signals_that_ask_end_in_order(void **state)
{
	(void)state;
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		struct pty p = start_ready(&(const struct setup){0});
		kill(p.pid, signals[i]);
		expect(&p, "hangup");
		expect(&p, "exit 0");
		assert_restored(&p);
		finish(&p);
	}
}

static void expect_death(struct pty *p, int signal)
{
	char want[32];
	snprintf(want, sizeof want, "signal %d", signal);
	expect(p, want);
	assert_restored(p);
	finish(p);
}

static void second_request_ends_a_stuck_program(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	type(&p, "s");
	expect(&p, "key s");
	expect(&p, "stuck");
	kill(p.pid, SIGTERM);
	expect(&p, "woken");
	kill(p.pid, SIGTERM);
	expect_death(&p, SIGTERM);
}

static void crash_gives_the_terminal_back(void **state)
{
	(void)state;
	static const int signals[] = {SIGQUIT, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		struct pty p = start_ready(&(const struct setup){0});
		kill(p.pid, signals[i]);
		expect_death(&p, signals[i]);
	}
}

static void die_gives_the_terminal_back_first(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	type(&p, "d");
	expect(&p, "key d");
	expect(&p, "signal 6");
	assert_restored(&p);
	size_t reset = str_find(buf_str(&p.out), STR("\033[?1049l"), 0);
	assert_true(str_find(buf_str(&p.out), STR("an invariant broke"), reset) != SIZE_MAX);
	finish(&p);
}

static void closed_terminal_ends_the_program(void **state)
{
	(void)state;
	for (int ignore = 0; ignore < 2; ignore++) {
		struct pty p = start_ready(&(const struct setup){.ignore_hup = ignore});
		close(p.slave);
		close(p.master);
		p.slave = p.master = -1;
		expect(&p, "hangup");
		finish(&p);
	}
}

static bool has_colour(struct str out)
{
	for (size_t at = 0; (at = str_find(out, STR("\033["), at)) != SIZE_MAX; at += 2) {
		struct str rest = str_slice(out, at + 2, 30), part;
		size_t end = str_find(rest, STR("m"), 0);
		rest = str_slice(rest, 0, end == SIZE_MAX ? 0 : end);
		while (str_next(&rest, ';', &part)) {
			int64_t n;
			if (str_to_int(part, &n) && ((n >= 30 && n <= 48 && n != 39) || (n >= 90 && n <= 107)))
				return true;
			if (!str_to_int(part, &n))
				break;
		}
	}
	return false;
}

static void colours_are_what_the_terminal_and_the_user_say(void **state)
{
	(void)state;
	static const struct {
		const char *term, *no_color;
		bool colour, palette;
	} cases[] = {
		{"xterm-256color", NULL, true, true},  {"xterm-256color", "", true, true},
		{"xterm-256color", "1", false, false}, {"xterm", NULL, true, false},
		{"linux", NULL, true, false},          {"vt100", NULL, false, false},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pty p = start_ready(&(const struct setup){.term = cases[i].term, .no_color = cases[i].no_color});
		quit(&p);
		drain(&p);
		assert_int_equal(has_colour(buf_str(&p.out)), cases[i].colour);
		assert_int_equal(sent(&p, "38;5;"), cases[i].palette);
		finish(&p);
	}
}

static void theme_changes_while_running(void **state)
{
	(void)state;
	const int dark = theme_look(&themes[0], ROLE_PERMANENT, 256).fg;
	const int light = theme_look(theme_named(STR("light")), ROLE_PERMANENT, 256).fg;
	char before[32], after[32];
	snprintf(before, sizeof before, "38;5;%dm", dark);
	snprintf(after, sizeof after, "38;5;%dm", light);
	struct pty p = start_ready(&(const struct setup){0});
	drain(&p);
	assert_sent(&p, before);
	assert_false(sent(&p, after));
	type(&p, "t");
	expect(&p, "key t");
	quit(&p);
	drain(&p);
	assert_sent(&p, after);
	finish(&p);
}

static void plain_locale_gets_ascii(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){.locale = "C"});
	type(&p, "\xc3\xa9");
	quit(&p);
	drain(&p);
	for (size_t i = 0; i < p.out.len; i++)
		assert_true((unsigned char)p.out.p[i] < 0x80);
	finish(&p);
}

static void copy_is_clean_and_bounded(void **state)
{
	(void)state;
	struct pty p = start_ready(&(const struct setup){0});
	type(&p, "c");
	expect(&p, "key c");
	expect(&p, "copied 1");
	type(&p, "C");
	expect(&p, "key C");
	expect(&p, "copied 0");
	quit(&p);
	drain(&p);
	assert_sent(&p, "\033]52;c;YeKQm2IKYw==\007"); /* a␛b, line feed, c */
	finish(&p);
}

static void unusable_terminals_get_one_sentence(void **state)
{
	(void)state;
	static const char *const terms[] = {"", "dumb", "unknown", "no-such-terminal"};
	for (size_t i = 0; i < COUNT_OF(terms); i++) {
		struct pty p = start(&(const struct setup){.term = terms[i]});
		const char *line = next_line(&p);
		assert_true(strncmp(line, "error TERM is ", 14) == 0);
		assert_non_null(strstr(line, "xterm-256color"));
		expect(&p, "exit 2");
		struct termios now;
		tcgetattr(p.slave, &now);
		assert_int_equal(now.c_lflag, p.before.c_lflag);
		finish(&p);
	}
}

static void half_a_terminal_gets_one_sentence(void **state)
{
	(void)state;
	static const struct setup halves[] = {{.null_input = true}, {.null_output = true}};
	for (size_t i = 0; i < COUNT_OF(halves); i++) {
		struct pty p = start(&halves[i]);
		const char *line = next_line(&p);
		if (strncmp(line, "error ", 6) != 0 || !strstr(line, "needs a terminal for input and output"))
			fail_msg("without %s: %s", i ? "output" : "input", line);
		expect(&p, "exit 2");
		finish(&p);
	}
}

static void no_terminal_at_all_gets_one_sentence(void **state)
{
	(void)state;
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	int former = dup(STDIN_FILENO);
	dup2(fds[0], STDIN_FILENO);
	struct err e = {0};
	assert_null(term_open(&(const struct term_options){0}, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.msg, "needs a terminal"));
	dup2(former, STDIN_FILENO);
	close(former);
	close(fds[0]);
	close(fds[1]);
	term_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_and_gives_back),
		cmocka_unit_test(keys_come_by_name),
		cmocka_unit_test(escape_is_quick),
		cmocka_unit_test(unknown_sequences_are_no_commands),
		cmocka_unit_test(mouse_comes_in_cells),
		cmocka_unit_test(mouse_and_arrows_work_below_tmux_and_screen),
		cmocka_unit_test(mouse_comes_in_pieces_too),
		cmocka_unit_test(paste_is_one_line_of_text),
		cmocka_unit_test(paste_over_a_bad_line_is_no_command),
		cmocka_unit_test(resize_is_told),
		cmocka_unit_test(tiny_terminals_do),
		cmocka_unit_test(suspends_and_comes_back),
		cmocka_unit_test(suspends_on_the_console_of_linux),
		cmocka_unit_test(stopped_by_force_takes_the_terminal_back),
		cmocka_unit_test(signals_that_ask_end_in_order),
		cmocka_unit_test(second_request_ends_a_stuck_program),
		cmocka_unit_test(crash_gives_the_terminal_back),
		cmocka_unit_test(die_gives_the_terminal_back_first),
		cmocka_unit_test(closed_terminal_ends_the_program),
		cmocka_unit_test(colours_are_what_the_terminal_and_the_user_say),
		cmocka_unit_test(theme_changes_while_running),
		cmocka_unit_test(plain_locale_gets_ascii),
		cmocka_unit_test(copy_is_clean_and_bounded),
		cmocka_unit_test(unusable_terminals_get_one_sentence),
		cmocka_unit_test(half_a_terminal_gets_one_sentence),
		cmocka_unit_test(no_terminal_at_all_gets_one_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
