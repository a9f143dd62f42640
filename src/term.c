#include "term_internal.h"

#include "term_signal.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

enum { ESC_DELAY_MS = 25 };

/* Curses turns the mouse on only where terminfo says so, which tmux's does not. 1002: with drags; 2004: pastes are marked. */
static const char enter_mouse[] = "\033[?1000h\033[?1002h\033[?1006h";
static const char leave_mouse[] = "\033[?1006l\033[?1002l\033[?1000l";
static const char enter_paste[] = "\033[?2004h";
static const char leave_paste[] = "\033[?2004l";

static void send(const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(STDOUT_FILENO, p, len);
		if (n < 0 && errno != EINTR)
			return; /* the terminal is gone: the loop will see that */
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}

/* ---- opening and closing ---- */

/* A terminfo string without its padding, "$<5>". */
static void add_capability(struct buf *b, const char *name)
{
	const char *s = tigetstr(name);
	if (!s || s == (const char *)-1)
		return;
	for (; *s; s++) {
		if (s[0] == '$' && s[1] == '<' && strchr(s, '>'))
			s = strchr(s, '>');
		else
			buf_addc(b, *s);
	}
}

static void modes_enter(const struct term *t)
{
	if (!t->ansi)
		return;
	if (t->mouse)
		send(enter_mouse, sizeof enter_mouse - 1);
	send(enter_paste, sizeof enter_paste - 1);
}

static void modes_leave(const struct term *t)
{
	if (!t->ansi)
		return;
	if (t->mouse)
		send(leave_mouse, sizeof leave_mouse - 1);
	send(leave_paste, sizeof leave_paste - 1);
}

/* Once more behind endwin(): to leave the alternate screen brings the cursor back as it was when it was last saved, and
 * where scrolling saves it, that was hidden (terminals on libvterm). */
static void show_cursor(void)
{
	struct buf b = {0};
	add_capability(&b, "cnorm");
	if (b.len)
		send(b.p, b.len);
	buf_free(&b);
}

static void guard_arm(const struct term *t)
{
	struct buf reset = {0};
	if (t->ansi && t->mouse)
		buf_add(&reset, STR(leave_mouse));
	if (t->ansi)
		buf_add(&reset, STR(leave_paste));
	static const char *const capabilities[] = {"sgr0", "op", "rmkx", "rmcup", "cnorm"};
	for (size_t i = 0; i < COUNT_OF(capabilities); i++)
		add_capability(&reset, capabilities[i]);
	term_signal_arm(STDOUT_FILENO, &t->saved, buf_str(&reset));
	buf_free(&reset);
}

static bool usable(struct err *e)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(e, ERR_USAGE,
			       "the browser needs a terminal for input and output; in scripts use summary or export");
	const char *name = getenv("TERM");
	if (!name || !name[0])
		return err_set(e, ERR_USAGE, "TERM is not set; say what the terminal is, e.g. TERM=xterm-256color");
	if (strcmp(name, "dumb") == 0 || strcmp(name, "unknown") == 0)
		return err_set(e, ERR_USAGE, "TERM is \"%s\", which cannot show a screen; try TERM=xterm-256color",
			       name);
	return true;
}

static bool screen_open(struct term *t, struct err *e)
{
	t->screen = newterm(NULL, stdout, stdin);
	const char *move = t->screen ? tigetstr("cup") : NULL;
	if (!move || move == (const char *)-1) {
		if (t->screen)
			endwin();
		return err_set(e, ERR_USAGE,
			       "TERM is \"%s\", which is not known here or cannot show a screen; "
			       "try TERM=xterm-256color or TERM=vt100",
			       getenv("TERM"));
	}
	t->ansi = strncmp(move, "\033[", 2) == 0;
	raw();
	noecho();
	nonl();
	set_escdelay(ESC_DELAY_MS);
	curs_set(0);
	return true;
}

static void colours_open(struct term *t, bool wanted)
{
	const char *no_colour = getenv("NO_COLOR");
	if (!wanted || (no_colour && no_colour[0]) || !has_colors() || start_color() == ERR)
		return;
	t->colours = COLORS;
	t->defaults = use_default_colors() == OK;
}

struct term *term_open(const struct term_options *o, struct err *e)
{
	if (!usable(e))
		return NULL;
	struct term *t = calloc(1, sizeof *t);
	if (!t)
		die("out of memory: no room for the terminal's state");
	t->mouse = o->mouse;
	t->theme = o->theme ? o->theme : &themes[0];
	const char *test = getenv("DEADLETTER_TEST");
	t->test = test && strcmp(test, "1") == 0;
	if (tcgetattr(STDOUT_FILENO, &t->saved) != 0) {
		err_sys(e, errno, "cannot read the terminal's settings");
		goto no_signals;
	}
	if (!term_signal_open(&t->signal_fd, e))
		goto no_signals;
	if (!screen_open(t, e))
		goto no_screen;
	guard_arm(t);
	die_hook = term_signal_restore;
	colours_open(t, o->colour);
	term_input_open(&t->in, term_utf8(t), t->mouse, t->test);
	modes_enter(t);
	return t;

no_screen:
	term_signal_close();
no_signals:
	if (t->screen)
		delscreen(t->screen);
	free(t);
	return NULL;
}

void term_close(struct term *t)
{
	if (!t)
		return;
	modes_leave(t);
	endwin();
	show_cursor();
	tcsetattr(STDOUT_FILENO, TCSADRAIN, &t->saved);
	die_hook = NULL;
	term_signal_close();
	term_input_close(&t->in);
	delscreen(t->screen);
	free(t->line);
	free(t);
}

/* ---- what the terminal is ---- */

int term_fd(const struct term *t)
{
	(void)t;
	return STDIN_FILENO;
}

int term_signal_fd(const struct term *t)
{
	return t->signal_fd;
}

bool term_utf8(const struct term *t)
{
	(void)t;
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool term_mono(const struct term *t)
{
	return t->colours < 8;
}

void term_size(const struct term *t, int *w, int *h)
{
	(void)t;
	struct winsize ws;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0 && ws.ws_row > 0) {
		*w = ws.ws_col;
		*h = ws.ws_row;
	} else {
		*w = COLS;
		*h = LINES;
	}
}

/* ---- events ---- */

static bool resize_event(const struct term *t, struct event *out)
{
	*out = (struct event){.kind = EVENT_RESIZE};
	term_size(t, &out->w, &out->h);
	resizeterm(out->h, out->w);
	return true;
}

/* Somebody stopped us without asking and may have left the tty in any state. */
static void take_back(struct term *t)
{
	reset_prog_mode();
	guard_arm(t);
	modes_enter(t);
	clearok(curscr, TRUE);
}

static bool signal_event(struct term *t, int signal, struct event *out)
{
	switch (signal) {
	case SIGTSTP:
		term_suspend(t);
		return resize_event(t, out);
	case SIGCONT:
		take_back(t);
		return resize_event(t, out);
	case SIGWINCH:
		return resize_event(t, out);
	default:
		*out = (struct event){.kind = EVENT_HANGUP};
		return true;
	}
}

static bool is_gone(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL));
}

bool term_read(struct term *t, struct event *out)
{
	int signal = term_signal_take(t->signal_fd);
	if (signal)
		return signal_event(t, signal, out);
	if (term_input_next(&t->in, out))
		return true;
	if (t->hung_up || !is_gone())
		return false;
	t->hung_up = true;
	*out = (struct event){.kind = EVENT_HANGUP};
	return true;
}

/* ---- showing ---- */

/* Curses' number for a pair of colours; pairs are made as they come. 0, the default, when there is no room. */
static short pair_of(struct term *t, int fg, int bg)
{
	if (!t->defaults) {
		fg = fg >= 0 ? fg : t->theme->light ? COLOR_BLACK : COLOR_WHITE;
		bg = bg >= 0 ? bg : t->theme->light ? COLOR_WHITE : COLOR_BLACK;
	} else if (fg < 0 && bg < 0) {
		return 0;
	}
	for (int i = 0; i < t->pair_count; i++)
		if (t->pairs[i].fg == fg && t->pairs[i].bg == bg)
			return (short)(i + 1);
	int next = t->pair_count + 1;
	if (t->pair_count == PAIRS_MAX || next >= COLOR_PAIRS || init_pair((short)next, (short)fg, (short)bg) == ERR)
		return 0;
	t->pairs[t->pair_count].fg = fg;
	t->pairs[t->pair_count++].bg = bg;
	return (short)next;
}

static attr_t attrs_of(unsigned attrs)
{
	static const struct {
		unsigned ours;
		attr_t curses;
	} map[] = {
		{LOOK_BOLD, A_BOLD},
		{LOOK_DIM, A_DIM},
		{LOOK_REVERSE, A_REVERSE},
		{LOOK_UNDERLINE, A_UNDERLINE},
	};
	attr_t out = A_NORMAL;
	for (size_t i = 0; i < COUNT_OF(map); i++)
		if (attrs & map[i].ours)
			out |= map[i].curses;
	return out;
}

static void cell_to_curses(struct term *t, const struct cell *c, cchar_t *out)
{
	wchar_t text[TEXT_CELL_MAX + 1] = {0};
	for (int i = 0; i < TEXT_CELL_MAX; i++)
		text[i] = (wchar_t)c->ch[i];
	struct look look = surface_look(c, t->theme, t->colours);
	short pair = t->colours ? pair_of(t, look.fg, look.bg) : 0;
	if (setcchar(out, text, attrs_of(look.attrs), pair, NULL) == ERR)
		setcchar(out, L"?", A_NORMAL, 0, NULL);
}

static void present_line(struct term *t, const struct surface *s, int y, int w)
{
	int n = 0;
	for (int x = 0; x < w; x++) {
		const struct cell *c = &s->cells[y * s->w + x];
		if (c->ch[0]) /* curses makes the right half of a wide character itself */
			cell_to_curses(t, c, &t->line[n++]);
	}
	mvadd_wchnstr(y, 0, t->line, n);
}

void term_set_theme(struct term *t, const struct theme *theme)
{
	t->theme = theme;
	t->pair_count = 0; /* their numbers are given anew */
}

void term_present(struct term *t, const struct surface *s)
{
	int w = s->w < COLS ? s->w : COLS;
	int h = s->h < LINES ? s->h : LINES;
	if (w > t->line_cap) {
		free(t->line);
		t->line = calloc((size_t)w, sizeof *t->line);
		if (!t->line)
			die("out of memory: a line of %d columns", w);
		t->line_cap = w;
	}
	if (s->w < COLS || s->h < LINES)
		erase();
	for (int y = 0; y < h; y++)
		present_line(t, s, y, w);
	bool cursor = s->cursor_x >= 0 && s->cursor_x < w && s->cursor_y >= 0 && s->cursor_y < h;
	curs_set(cursor);
	move(cursor ? s->cursor_y : 0, cursor ? s->cursor_x : 0);
	refresh();
}

void term_repaint(struct term *t)
{
	(void)t;
	clearok(curscr, TRUE);
}

void term_idle(struct term *t)
{
	if (!t->test)
		return;
	char title[48];
	int n = snprintf(title, sizeof title, "\033]2;idle %u %u\007", ++t->idle_count, t->in.sync_count);
	send(title, (size_t)n);
}

/* ---- the rest ---- */

void term_suspend(struct term *t)
{
	modes_leave(t);
	endwin();
	show_cursor();
	term_signal_disarm();
	term_signal_stop();
	take_back(t);
}

static void base64(struct buf *out, struct str s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < s.len; i += 3) {
		unsigned bits = 0;
		for (size_t j = 0; j < 3; j++)
			bits = bits << 8 | (i + j < s.len ? (unsigned char)s.p[i + j] : 0);
		for (size_t j = 0; j < 4; j++)
			buf_addc(out, i + j <= s.len ? digits[bits >> (18 - 6 * j) & 63] : '=');
	}
}

bool term_copy(struct term *t, struct str text)
{
	(void)t;
	struct buf shown = {0}, out = {0};
	struct str line;
	for (struct str rest = {text.p ? text.p : "", text.len}; str_next(&rest, '\n', &line);) {
		text_show(&shown, line, 0, false);
		if (rest.p)
			buf_addc(&shown, '\n');
	}
	bool fits = shown.len <= TERM_COPY_MAX;
	if (fits) {
		buf_add(&out, STR("\033]52;c;"));
		base64(&out, buf_str(&shown));
		buf_addc(&out, '\007');
		send(out.p, out.len);
	}
	buf_free(&shown);
	buf_free(&out);
	return fits;
}
