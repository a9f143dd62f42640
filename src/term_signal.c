#include "term_signal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SIGSTKSZ is no constant in newer C libraries; a crash handler needs little. */
enum { ALT_STACK_BYTES = 32 * 1024 };

/* How long a terminal may take to make room for the reset: over a slow line, but never for ever. */
enum { RESET_WAIT_MS = 1000 };

enum handling {
	ASKS,      /* told through the pipe */
	ASKS_ONCE, /* the same; ends the program when it comes again unread */
	ENDS,
};

static const struct {
	int signal;
	enum handling how;
} handled[] = {
	{SIGWINCH, ASKS},     {SIGTSTP, ASKS},     {SIGCONT, ASKS}, {SIGINT, ASKS_ONCE},
	{SIGTERM, ASKS_ONCE}, {SIGHUP, ASKS_ONCE}, {SIGQUIT, ENDS}, {SIGSEGV, ENDS},
	{SIGABRT, ENDS},      {SIGBUS, ENDS},      {SIGFPE, ENDS},  {SIGILL, ENDS},
};

/* All that a handler may touch. */
static struct {
	int wake_wr, wake_rd;
	volatile sig_atomic_t asked_to_end, armed;
	int tty;
	struct termios saved;
	char reset[TERM_RESET_MAX];
	size_t reset_len;
	/* only for closing */
	struct sigaction former[COUNT_OF(handled)];
	void *alt_stack;
} guard = {.wake_wr = -1, .wake_rd = -1};

/* Without waiting for ever: nobody may be reading what goes to the tty, and then who is told to end could not. */
static void send_reset(void)
{
	int flags = fcntl(guard.tty, F_GETFL);
	struct pollfd p = {.fd = guard.tty, .events = POLLOUT};
	if (flags < 0 || fcntl(guard.tty, F_SETFL, flags | O_NONBLOCK) != 0)
		return; /* a tty that is gone needs no reset */
	for (size_t sent = 0; sent < guard.reset_len && poll(&p, 1, RESET_WAIT_MS) > 0;) {
		ssize_t n = write(guard.tty, guard.reset + sent, guard.reset_len - sent);
		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	fcntl(guard.tty, F_SETFL, flags); /* the shell has this file open too */
}

void term_signal_restore(void)
{
	if (!guard.armed)
		return;
	guard.armed = 0;
	send_reset();
	tcsetattr(guard.tty, TCSANOW, &guard.saved);
}

static void on_end(int signal)
{
	term_signal_restore();
	raise(signal); /* blocked until we return, then with the default action: SA_RESETHAND */
}

static void on_ask(int signal)
{
	int errnum = errno;
	ssize_t n = write(guard.wake_wr, &(unsigned char){(unsigned char)signal}, 1);
	(void)n; /* a full pipe wakes the loop just as well */
	errno = errnum;
}

static void on_ask_to_end(int sig)
{
	if (guard.asked_to_end) {
		term_signal_restore();
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	guard.asked_to_end = 1;
	on_ask(sig);
}

static void install(size_t i)
{
	struct sigaction act = {.sa_flags = SA_ONSTACK};
	/* Everything waits while a handler runs: SIGTTOU above all, or giving back the tty from the background stops us. */
	sigfillset(&act.sa_mask);
	switch (handled[i].how) {
	case ASKS:
		act.sa_handler = on_ask;
		act.sa_flags |= SA_RESTART;
		break;
	case ASKS_ONCE:
		act.sa_handler = on_ask_to_end;
		act.sa_flags |= SA_RESTART;
		break;
	case ENDS:
		act.sa_handler = on_end;
		act.sa_flags |= (int)SA_RESETHAND;
		break;
	}
	sigaction(handled[i].signal, NULL, &guard.former[i]);
	if (guard.former[i].sa_handler != SIG_IGN)
		sigaction(handled[i].signal, &act, NULL);
}

bool term_signal_open(int *read_fd, struct err *e)
{
	int fds[2];
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0)
		return err_sys(e, errno, "no pipe for signals");
	guard.wake_rd = fds[0];
	guard.wake_wr = fds[1];
	guard.asked_to_end = 0;
	guard.alt_stack = calloc(1, ALT_STACK_BYTES);
	if (guard.alt_stack)
		sigaltstack(&(const stack_t){.ss_sp = guard.alt_stack, .ss_size = ALT_STACK_BYTES}, NULL);
	for (size_t i = 0; i < COUNT_OF(handled); i++)
		install(i);
	*read_fd = guard.wake_rd;
	return true;
}

void term_signal_close(void)
{
	term_signal_disarm();
	for (size_t i = 0; i < COUNT_OF(handled); i++)
		sigaction(handled[i].signal, &guard.former[i], NULL);
	sigaltstack(&(const stack_t){.ss_flags = SS_DISABLE}, NULL);
	free(guard.alt_stack);
	guard.alt_stack = NULL;
	close(guard.wake_rd);
	close(guard.wake_wr);
	guard.wake_rd = guard.wake_wr = -1;
}

void term_signal_arm(int tty, const struct termios *saved, struct str reset)
{
	guard.armed = 0;
	guard.tty = tty;
	guard.saved = *saved;
	guard.reset_len = reset.len < TERM_RESET_MAX ? reset.len : TERM_RESET_MAX;
	memcpy(guard.reset, reset.p, guard.reset_len);
	guard.armed = 1;
}

void term_signal_disarm(void)
{
	guard.armed = 0;
}

int term_signal_take(int read_fd)
{
	unsigned char signal;
	if (read(read_fd, &signal, 1) != 1)
		return 0;
	if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP)
		guard.asked_to_end = 0;
	return signal;
}

void term_signal_stop(void)
{
	struct sigaction ours;
	sigaction(SIGTSTP, &(const struct sigaction){.sa_handler = SIG_DFL}, &ours);
	kill(0, SIGTSTP); /* the whole job: a make that runs us would wait for ever */
	sigaction(SIGTSTP, &ours, NULL);
}
