/* Runs the scripts tests/screen/NAME.script (or those given) on the real program and prints TAP. A script is lines of
 *
 *   size W H                 of the terminal; 80 24 at the start
 *   env NAME=VALUE           for the program
 *   db sample | PATH         a private copy of the sample, or of a file beside the script, as the program's database
 *   args WORDS               instead of just the database; @db stands for it
 *   keys TEXT                typed; <Enter>, <C-l>, <F1>, … are keys, <lt> is <
 *   paste TEXT               as a bracketed paste; \n, \t, \e stand for themselves
 *   mouse ACTION X Y [BUTTON]   press, release or drag at a cell, 0-based; left, middle, right, wheel-up, wheel-down
 *   resize W H
 *   signal NAME              HUP, INT, TERM, QUIT, …
 *   sh COMMAND               run in the program's folder, which is empty at the start; must succeed
 *   match NAME.screen        the screen is the golden's; APPROVE=1 writes it
 *   find TEXT, nofind TEXT   a row of the screen holds the text, none does
 *   await TEXT               the text comes onto the screen without a key
 *   exit CODE                the program ends with it by itself; 128 + n for signal n
 *   tty restored             and has left the terminal as it was
 *   record PATH              writes all that the program has sent to its terminal up to now to a file
 *   garble TEXT              another program writes on the terminal
 *   again                    the next line starts the program anew, with the same database and arguments
 *
 * The program starts at the first line that needs it. What a line does has come to rest before the next one. A line that
 * cannot be done fails and ends its script.
 */
#include "screen.h"

#include "event.h"
#include "text.h"

#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char frozen_now[] = "1795435200"; /* 2026-11-23 12:00:00 UTC */

struct run {
	const char *bin;   /* absolute */
	const char *build; /* where sample.db is */
	char scratch[PATH_MAX];
	bool approve;
	int count, failed;
};

enum { ENV_MAX = 40, ARGS_MAX = 40, DIR_MAX = PATH_MAX + 64 };

struct script {
	struct run *run;
	const char *path;
	char folder[PATH_MAX]; /* of the script and its goldens */
	char dir[DIR_MAX];     /* where the program runs */
	int w, h;
	bool started;
	char *env[ENV_MAX], *args[ARGS_MAX];
	int env_count, arg_count;
	char *db;
	struct arena arena;
	struct screen screen;
};

/* ---- files ---- */

static bool file_read(const char *path, struct buf *out, struct err *e)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return err_sys(e, errno, "%s", path);
	char bytes[65536];
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
		buf_add(out, (struct str){bytes, n});
	fclose(f);
	return true;
}

static bool file_write(const char *path, struct str bytes, struct err *e)
{
	FILE *f = fopen(path, "wb");
	bool ok = f && fwrite(bytes.p, 1, bytes.len, f) == bytes.len;
	if (!ok)
		err_sys(e, errno, "%s", path);
	if (f && fclose(f) != 0)
		ok = err_sys(e, errno, "%s", path);
	return ok;
}

static bool file_copy(const char *from, const char *to, struct err *e)
{
	struct buf b = {0};
	bool ok = file_read(from, &b, e) && file_write(to, buf_str(&b), e);
	buf_free(&b);
	return ok;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

/* ---- the program ---- */

static char *joined(struct script *s, const char *a, const char *b, const char *c)
{
	return arena_cstr(&s->arena, arena_printf(&s->arena, "%s%s%s", a, b, c));
}

static void env_add(struct script *s, char *assignment)
{
	size_t name = strcspn(assignment, "=") + 1;
	for (int i = 0; i < s->env_count; i++)
		if (strncmp(s->env[i], assignment, name) == 0) {
			s->env[i] = assignment;
			return;
		}
	if (s->env_count == ENV_MAX - 1)
		die("%s: more than %d env lines", s->path, ENV_MAX - 1);
	s->env[s->env_count++] = assignment;
}

static void env_standard(struct script *s)
{
	static const char *const fixed[] = {"TERM=xterm-256color", "TZ=UTC", "LC_ALL=C.UTF-8", "DEADLETTER_TEST=1"};
	static const char *const folders[] = {"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
					      "XDG_CACHE_HOME"};
	static const char *const passed[] = {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"};
	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		env_add(s, joined(s, fixed[i], "", ""));
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		env_add(s, joined(s, folders[i], "=", s->dir));
	for (size_t i = 0; i < COUNT_OF(passed); i++)
		if (getenv(passed[i]))
			env_add(s, joined(s, passed[i], "=", getenv(passed[i])));
	env_add(s, joined(s, "TERMINFO=", s->run->scratch, "/terminfo"));
	env_add(s, joined(s, "DEADLETTER_NOW=", frozen_now, ""));
}

/* Descriptions of terminals without "repeat this character": libvterm 0.1 wraps a column too early behind it. */
static void terminfo_make(const struct run *run)
{
	char command[PATH_MAX + 128];
	snprintf(command, sizeof command,
		 "for t in xterm xterm-256color; do infocmp -1 -x $t | grep -v rep= | tic -x -o '%s/terminfo' -; done",
		 run->scratch);
	if (system(command) != 0)
		die("cannot make terminal descriptions: %s", command);
}

static bool start(struct script *s, struct err *e)
{
	if (s->started)
		return true;
	s->started = true;
	char *argv[ARGS_MAX + 2] = {joined(s, s->run->bin, "", "")};
	int n = 1;
	for (int i = 0; i < s->arg_count; i++)
		argv[n++] = strcmp(s->args[i], "@db") == 0 && s->db ? s->db : s->args[i];
	if (s->arg_count == 0 && s->db)
		argv[n++] = s->db;
	return screen_start(&s->screen, s->w, s->h, argv, s->env, s->dir, e) && screen_wait_idle(&s->screen, e);
}

/* ---- lines ---- */

static bool two_numbers(struct str arg, int *a, int *b)
{
	char line[64];
	snprintf(line, sizeof line, "%.*s", (int)arg.len, arg.p);
	return sscanf(line, "%d %d", a, b) == 2 && *a >= 0 && *b >= 0;
}

static bool do_size(struct script *s, struct str arg, struct err *e)
{
	return two_numbers(arg, &s->w, &s->h) || err_set(e, ERR_INPUT, "not two numbers");
}

static bool do_resize(struct script *s, struct str arg, struct err *e)
{
	int w, h;
	if (!two_numbers(arg, &w, &h))
		return err_set(e, ERR_INPUT, "not two numbers");
	return start(s, e) && screen_resize(&s->screen, w, h, e);
}

static bool do_env(struct script *s, struct str arg, struct err *e)
{
	if (str_find(arg, STR("="), 0) == SIZE_MAX)
		return err_set(e, ERR_INPUT, "not NAME=VALUE");
	env_add(s, arena_cstr(&s->arena, arg));
	return true;
}

static bool do_db(struct script *s, struct str arg, struct err *e)
{
	bool sample = str_eq(arg, STR("sample"));
	s->db = sample ? joined(s, "sample.db", "", "") : arena_cstr(&s->arena, arg);
	const char *from = joined(s, sample ? s->run->build : s->folder, "/", s->db);
	return file_copy(from, joined(s, s->dir, "/", s->db), e);
}

static bool do_args(struct script *s, struct str arg, struct err *e)
{
	struct str word;
	while (str_next(&arg, ' ', &word)) {
		if (s->arg_count == ARGS_MAX)
			return err_set(e, ERR_INPUT, "more than %d words", ARGS_MAX);
		s->args[s->arg_count++] = arena_cstr(&s->arena, word);
	}
	return true;
}

static const struct {
	char32_t key;
	const char *bytes; /* as xterm sends them to a program that asked for application keys */
} key_bytes[] = {
	{K_ESC, "\033"},    {K_ENTER, "\r"},      {K_TAB, "\t"},        {K_BACKTAB, "\033[Z"}, {K_BACK, "\177"},
	{K_DEL, "\033[3~"}, {K_INS, "\033[2~"},   {K_UP, "\033OA"},     {K_DOWN, "\033OB"},    {K_RIGHT, "\033OC"},
	{K_LEFT, "\033OD"}, {K_HOME, "\033OH"},   {K_END, "\033OF"},    {K_PGUP, "\033[5~"},   {K_PGDN, "\033[6~"},
	{K_F1, "\033OP"},   {K_F1 + 1, "\033OQ"}, {K_F1 + 2, "\033OR"}, {K_F1 + 3, "\033OS"},  {K_F1 + 4, "\033[15~"},
};

static bool key_add(struct buf *out, struct str name, struct err *e)
{
	char32_t key;
	if (str_eq(name, STR("lt"))) {
		buf_addc(out, '<');
		return true;
	}
	if (!event_key_of(name, &key))
		return err_set(e, ERR_INPUT, "no key is called %.*s", (int)name.len, name.p);
	for (size_t i = 0; i < COUNT_OF(key_bytes); i++)
		if (key_bytes[i].key == key) {
			buf_add(out, str_of(key_bytes[i].bytes));
			return true;
		}
	if (key >= KEYS_START)
		return err_set(e, ERR_INPUT, "do not know what %.*s sends", (int)name.len, name.p);
	text_encode(out, key);
	return true;
}

static bool do_keys(struct script *s, struct str arg, struct err *e)
{
	struct buf bytes = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < arg.len; i++) {
		size_t end = arg.p[i] == '<' ? str_find(arg, STR(">"), i) : SIZE_MAX;
		if (end == SIZE_MAX) {
			buf_addc(&bytes, arg.p[i]);
			continue;
		}
		ok = key_add(&bytes, str_slice(arg, i + 1, end - i - 1), e);
		i = end;
	}
	ok = ok && start(s, e) && screen_type(&s->screen, buf_str(&bytes), e);
	buf_free(&bytes);
	return ok;
}

static bool do_paste(struct script *s, struct str arg, struct err *e)
{
	static const char from[] = "nte", to[] = "\n\t\033";
	struct buf bytes = {0};
	buf_add(&bytes, STR("\033[200~"));
	for (size_t i = 0; i < arg.len; i++) {
		const char *hit = arg.p[i] == '\\' && i + 1 < arg.len ? strchr(from, arg.p[i + 1]) : NULL;
		buf_addc(&bytes, hit ? to[hit - from] : arg.p[i]);
		i += hit != NULL;
	}
	buf_add(&bytes, STR("\033[201~"));
	bool ok = start(s, e) && screen_type(&s->screen, buf_str(&bytes), e);
	buf_free(&bytes);
	return ok;
}

static bool do_mouse(struct script *s, struct str arg, struct err *e)
{
	static const struct {
		const char *name;
		int code;
	} buttons[] = {{"left", 0}, {"middle", 1}, {"right", 2}, {"wheel-up", 64}, {"wheel-down", 65}};
	char line[80], action[16], button[16] = "left";
	int x, y;
	snprintf(line, sizeof line, "%.*s", (int)arg.len, arg.p);
	if (sscanf(line, "%15s %d %d %15s", action, &x, &y, button) < 3)
		return err_set(e, ERR_INPUT, "not ACTION X Y [BUTTON]");
	for (size_t i = 0; i < COUNT_OF(buttons); i++) {
		if (strcmp(buttons[i].name, button) != 0)
			continue;
		int code = buttons[i].code + (strcmp(action, "drag") == 0 ? 32 : 0);
		char bytes[64];
		int n = snprintf(bytes, sizeof bytes, "\033[<%d;%d;%d%c", code, x + 1, y + 1,
				 strcmp(action, "release") == 0 ? 'm' : 'M');
		return start(s, e) && screen_type(&s->screen, (struct str){bytes, (size_t)n}, e);
	}
	return err_set(e, ERR_INPUT, "no button is called %s", button);
}

static bool do_signal(struct script *s, struct str arg, struct err *e)
{
	static const struct {
		const char *name;
		int signal;
	} signals[] = {{"HUP", SIGHUP},   {"INT", SIGINT},   {"TERM", SIGTERM}, {"QUIT", SIGQUIT},
		       {"SEGV", SIGSEGV}, {"ABRT", SIGABRT}, {"BUS", SIGBUS}};
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		if (str_eq(arg, str_of(signals[i].name)))
			return start(s, e) &&
			       (kill(s->screen.pid, signals[i].signal) == 0 || err_sys(e, errno, "cannot signal"));
	return err_set(e, ERR_INPUT, "no signal is called %.*s", (int)arg.len, arg.p);
}

static bool do_sh(struct script *s, struct str arg, struct err *e)
{
	const char *command = arena_cstr(&s->arena, arg);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		if (chdir(s->dir) == 0)
			execle("/bin/sh", "sh", "-c", command, (char *)NULL, s->env);
		_exit(127);
	}
	int status;
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return err_sys(e, errno, "cannot run a shell");
	return status == 0 || err_set(e, ERR_INPUT, "the command failed");
}

/* ---- checks ---- */

static void print_block(const char *label, struct str text)
{
	printf("# %s\n", label);
	struct str line;
	while (str_next(&text, '\n', &line))
		if (text.p || line.len)
			printf("#   %.*s\n", (int)line.len, line.p);
}

static bool do_match(struct script *s, struct str arg, struct err *e)
{
	struct buf got = {0}, want = {0};
	bool ok = start(s, e);
	if (!ok)
		return false;
	screen_golden(&s->screen, &got);
	char *path = joined(s, s->folder, "/", arena_cstr(&s->arena, arg));
	if (s->run->approve) {
		ok = file_write(path, buf_str(&got), e);
	} else if (file_read(path, &want, e) && !str_eq(buf_str(&got), buf_str(&want))) {
		print_block("expected:", buf_str(&want));
		print_block("got:", buf_str(&got));
		err_set(e, ERR_INPUT, "the screen differs; if it is right, run make approve");
	}
	ok = ok && e->kind == ERR_NONE;
	buf_free(&got);
	buf_free(&want);
	return ok;
}

static bool look_for(struct script *s, struct str arg, bool wanted, struct err *e)
{
	if (!start(s, e))
		return false;
	struct buf text = {0};
	screen_text(&s->screen, &text);
	bool ok = (str_find(buf_str(&text), arg, 0) != SIZE_MAX) == wanted;
	if (!ok) {
		print_block("the screen:", buf_str(&text));
		err_set(e, ERR_INPUT, wanted ? "not on the screen" : "is on the screen");
	}
	buf_free(&text);
	return ok;
}

static bool do_find(struct script *s, struct str arg, struct err *e)
{
	return look_for(s, arg, true, e);
}

static bool do_nofind(struct script *s, struct str arg, struct err *e)
{
	return look_for(s, arg, false, e);
}

static bool do_await(struct script *s, struct str arg, struct err *e)
{
	return start(s, e) && screen_wait_text(&s->screen, arg, e);
}

static bool do_record(struct script *s, struct str arg, struct err *e)
{
	return start(s, e) && file_write(arena_cstr(&s->arena, arg), buf_str(&s->screen.sent), e);
}

static bool do_again(struct script *s, struct str arg, struct err *e)
{
	(void)e;
	(void)arg;
	screen_stop(&s->screen);
	s->started = false;
	return true;
}

static bool do_garble(struct script *s, struct str arg, struct err *e)
{
	struct buf bytes = {0};
	if (!start(s, e))
		return false;
	buf_printf(&bytes, "\0337\033[3;5H%.*s\0338", (int)arg.len, arg.p);
	screen_garble(&s->screen, buf_str(&bytes));
	buf_free(&bytes);
	return true;
}

static bool do_exit(struct script *s, struct str arg, struct err *e)
{
	int64_t want;
	int code;
	if (!str_to_int(arg, &want))
		return err_set(e, ERR_INPUT, "not a number");
	if (!start(s, e) || !screen_wait_exit(&s->screen, &code, e))
		return false;
	return code == want || err_set(e, ERR_INPUT, "ended with %d", code);
}

static bool do_tty(struct script *s, struct str arg, struct err *e)
{
	if (!str_eq(arg, STR("restored")))
		return err_set(e, ERR_INPUT, "only \"tty restored\" is known");
	return start(s, e) && screen_is_restored(&s->screen, e);
}

static const struct {
	const char *name;
	bool (*run)(struct script *s, struct str arg, struct err *e);
	bool check; /* has a result of its own */
} steps[] = {
	{"size", do_size, false},     {"env", do_env, false},       {"db", do_db, false},
	{"args", do_args, false},     {"keys", do_keys, false},     {"paste", do_paste, false},
	{"mouse", do_mouse, false},   {"resize", do_resize, false}, {"signal", do_signal, false},
	{"sh", do_sh, true},          {"match", do_match, true},    {"find", do_find, true},
	{"nofind", do_nofind, true},  {"exit", do_exit, true},      {"tty", do_tty, true},
	{"await", do_await, true},    {"again", do_again, false},   {"record", do_record, true},
	{"garble", do_garble, false},
};

/* ---- running ---- */

static bool step_run(struct script *s, struct str line, bool *check, struct err *e)
{
	size_t blank = str_find(line, STR(" "), 0);
	struct str name = str_slice(line, 0, blank);
	struct str arg = blank == SIZE_MAX ? STR("") : str_trim(str_slice(line, blank, SIZE_MAX));
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (str_eq(name, str_of(steps[i].name))) {
			*check = steps[i].check;
			return steps[i].run(s, arg, e);
		}
	return err_set(e, ERR_INPUT, "no line starts with %.*s", (int)name.len, name.p);
}

static void result(struct run *run, bool ok, const char *path, int line_number, struct str line, const struct err *e)
{
	const char *slash = strrchr(path, '/');
	run->failed += !ok;
	printf("%s %d - %s:%d %.*s\n", ok ? "ok" : "not ok", ++run->count, slash ? slash + 1 : path, line_number,
	       (int)line.len, line.p);
	if (!ok)
		printf("# %s\n", e->msg);
}

static void script_run(struct run *run, const char *path)
{
	struct script s = {.run = run, .path = path, .w = 80, .h = 24};
	struct buf text = {0};
	struct err e = {0};
	const char *slash = strrchr(path, '/');
	snprintf(s.folder, sizeof s.folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	snprintf(s.dir, sizeof s.dir, "%s/%d", run->scratch, run->count);
	env_standard(&s);
	if (mkdir(s.dir, 0700) != 0)
		err_sys(&e, errno, "%s", s.dir);
	if (e.kind != ERR_NONE || !file_read(path, &text, &e))
		result(run, false, path, 0, STR("cannot be read"), &e);
	struct str rest = buf_str(&text), line;
	for (int number = 1; e.kind == ERR_NONE && str_next(&rest, '\n', &line); number++) {
		bool check = false;
		line = str_trim(line);
		if (line.len == 0 || line.p[0] == '#')
			continue;
		bool ok = step_run(&s, line, &check, &e);
		if (check || !ok)
			result(run, ok, path, number, line, &e);
		if (!ok && !check && s.screen.vt) {
			struct buf shown = {0};
			screen_text(&s.screen, &shown);
			print_block("at the end:", buf_str(&shown));
			buf_free(&shown);
		}
	}
	screen_stop(&s.screen);
	buf_free(&text);
	arena_free(&s.arena);
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	char bin[PATH_MAX];
	const char *given = getenv("BIN"), *temp = getenv("TMPDIR");
	if (!realpath(given ? given : "build/deadletter", bin))
		die("%s: %s", given ? given : "build/deadletter", strerror(errno));
	struct run run = {.bin = bin,
			  .build = getenv("BUILD") ? getenv("BUILD") : "build",
			  .approve = getenv("APPROVE") && strcmp(getenv("APPROVE"), "1") == 0};
	snprintf(run.scratch, sizeof run.scratch, "%s/deadletter-screen-XXXXXX", temp ? temp : "/tmp");
	if (!mkdtemp(run.scratch))
		die("%s: %s", run.scratch, strerror(errno));
	terminfo_make(&run);

	glob_t found = {0};
	if (argc == 1)
		glob("tests/screen/*.script", 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		script_run(&run, found.gl_pathv[i]);
	for (int i = 1; i < argc; i++)
		script_run(&run, argv[i]);
	globfree(&found);
	printf("1..%d\n", run.count);
	nftw(run.scratch, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return run.failed || run.count == 0;
}
