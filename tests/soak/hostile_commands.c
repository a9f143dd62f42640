/* No command prints a control, bidi or invisible character of strangers to a terminal: each hostile text is put into each
 * place that a command may print from, with standard output and error on a terminal. SOAK_EVERY=n takes every
 * nth text, SOAK_SINK=name the places whose name holds that. */
#include "hostile.h"
#include "soak.h"

#include "text.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sqlite3.h>
#include <sys/wait.h>

enum { WORDS_MAX = 12, NAME_BYTES_MAX = 200, DEADLINE_MS = 20000 };

/* In words, names and contents {} stands for the hostile text. */
struct sink {
	const char *name;
	const char *words; /* between bars */
	const char *file;  /* made beforehand; NULL: none */
	const char *content;
	const char *env;
	unsigned allowed;
	bool lines; /* may say more or fewer lines than of harmless text: line ends in a file, other matches */
};

#define CSV_HEAD "recipient,time,status,response\n"

static const struct sink sinks[] = {
	{.name = "browse, no such database", .words = "{}.db"},
	{.name = "browse, no database", .words = "{}", .file = "{}", .content = "no database"},
	{.name = "filter, wrong code", .words = "summary|mail.db|code:{}"},
	{.name = "filter, unknown key", .words = "summary|mail.db|{}:x", .lines = true},
	{.name = "filter, wrong time", .words = "export|mail.db|since:{}"},
	{.name = "browse, no configuration", .words = "mail.db|--config|{}"},
	{.name = "browse, TERM", .words = "mail.db", .env = "TERM={}"},
	{.name = "command, misspelt", .words = "expor{}"},
	{.name = "command, help", .words = "help|{}"},
	{.name = "option, unknown", .words = "summary|mail.db|--{}"},
	{.name = "option, without value", .words = "summary|mail.db|--by={}"},
	{.name = "option, wrong value", .words = "summary|mail.db|--format|{}"},
	{.name = "option, short", .words = "export|mail.db|-{}"},
	{.name = "summary, filter", .words = "summary|mail.db|to:{}", .lines = true},
	{.name = "summary, by code", .words = "summary|hostile.db"},
	{.name = "summary, by domain", .words = "summary|hostile.db|--by|domain"},
	{.name = "summary, by MTA", .words = "summary|hostile.db|--by|mta"},
	{.name = "summary, by sender", .words = "summary|hostile.db|--by|sender"},
	{.name = "summary, by wording", .words = "summary|hostile.db|--by|wording", .lines = true},
	{.name = "summary, JSON by sender", .words = "summary|hostile.db|--by|sender|--format|json"},
	{.name = "summary, JSON by wording", .words = "summary|hostile.db|--by|wording|--format|json"},
	{.name = "summary, JSON filter", .words = "summary|mail.db|to:{}|--format|json"},
	{.name = "summary, no such database", .words = "summary|{}/mail.db"},
	{.name = "export, CSV", .words = "export|hostile.db|status:any", .lines = true},
	{.name = "export, TSV",
	 .words = "export|hostile.db|status:any|--format|tsv",
	 .allowed = ALLOW_TABS,
	 .lines = true},
	{.name = "export, JSON lines", .words = "export|hostile.db|status:any|--format|jsonl"},
	{.name = "export, raw", .words = "export|hostile.db|status:any|--raw"},
	{.name = "export, to the terminal by name", .words = "export|hostile.db|status:any|--raw|-o|/dev/tty"},
	{.name = "export, file exists", .words = "export|mail.db|-o|{}", .file = "{}", .content = "mine"},
	{.name = "export, written", .words = "export|mail.db|-o|{}.csv"},
	{.name = "export, no folder", .words = "export|mail.db|-o|{}/a.csv"},
	{.name = "export, unknown column", .words = "export|mail.db|--columns|recipient,{}"},
	{.name = "explain, text", .words = "explain|{}", .allowed = ALLOW_COLOUR},
	{.name = "explain, evidence",
	 .words = "explain|550 5.1.1 {} user unknown",
	 .allowed = ALLOW_COLOUR,
	 .lines = true},
	{.name = "explain, before the code", .words = "explain|{} 5.2.2", .allowed = ALLOW_COLOUR, .lines = true},
	{.name = "import, no such file", .words = "import|{}|--into|new.db"},
	{.name = "import, unknown content",
	 .words = "import|{}|--into|new.db",
	 .file = "{}",
	 .content = "some words\n"},
	{.name = "import, empty file", .words = "import|{}|--into|new.db", .file = "{}", .content = ""},
	{.name = "import, no folder", .words = "import|a.csv|--into|{}/new.db", .file = "a.csv", .content = CSV_HEAD},
	{.name = "import, into no database",
	 .words = "import|a.csv|--into|{}",
	 .file = "{}",
	 .content = "this is no database at all\n"},
	{.name = "import, head of CSV",
	 .words = "import|a.csv|--into|new.db",
	 .file = "a.csv",
	 .content = "recipient,time,status,{},response\nbob@example.com,2026-11-01,failed,x,550 no\n",
	 .lines = true},
	{.name = "import, cells of CSV",
	 .words = "import|a.csv|--into|new.db",
	 .file = "a.csv",
	 .content = CSV_HEAD "bob@example.com,{},failed,550\nbob{},2026-11-01,{},550 {}\n{}\n\"{}\",\"{}\n",
	 .lines = true},
	{.name = "import, named CSV with bad cells",
	 .words = "import|{}.csv|--into|new.db",
	 .file = "{}.csv",
	 .content = CSV_HEAD "bob@example.com,never,failed,550\n"},
	{.name = "import, log",
	 .words = "import|mail.log|--into|new.db|--format|postfix",
	 .file = "mail.log",
	 .content = "Nov  1 10:00:00 mx postfix/smtp[1]: 4XYZ: to=<{}>, relay={}, delay=1, dsn=5.1.1, status=bounced "
		    "(host {} said: 550 {})\nNov 99 10:00:00 mx postfix/smtp[1]: {}\n{}\n",
	 .lines = true},
	{.name = "import, JSON",
	 .words = "import|a.json|--into|new.db|--format|sendgrid",
	 .file = "a.json",
	 .content = "[{\"event\":\"{}\",\"email\":\"{}\",\"timestamp\":1}]\n{\"{}\":\n",
	 .lines = true},
	{.name = "import, mail",
	 .words = "import|a.eml|--into|new.db|--format|mail",
	 .file = "a.eml",
	 .content = "From: {}\nSubject: {}\nContent-Type: multipart/report; boundary={}\n\n{}\n",
	 .lines = true},
	{.name = "import, format", .words = "import|a.csv|--into|new.db|--format|{}", .file = "a.csv", .content = "a"},
	{.name = "import, year", .words = "import|a.csv|--into|new.db|--year|{}", .file = "a.csv", .content = "a"},
	{.name = "import, column of ours",
	 .words = "import|a.csv|--into|new.db|--column|{}=x",
	 .file = "a.csv",
	 .content = CSV_HEAD},
	{.name = "import, column of theirs",
	 .words = "import|a.csv|--into|new.db|--column|recipient={}",
	 .file = "a.csv",
	 .content = CSV_HEAD "bob@example.com,2026-11-01,failed,550\n"},
	{.name = "import, table", .words = "import|theirs.db|--into|new.db|--table|{}"},
	{.name = "import, tables of a database", .words = "import|theirs.db|--into|new.db"},
	{.name = "import, columns of a table", .words = "import|theirs.db|--into|new.db|--table|outbox"},
	{.name = "init, no folder", .words = "init|{}/mail.db"},
	{.name = "init, no database", .words = "init|{}", .file = "{}", .content = "this is no database at all\n"},
	{.name = "demo, file exists", .words = "demo|-o|{}", .file = "{}", .content = "mine"},
	{.name = "demo, a word", .words = "demo|{}"},
	{.name = "config, no such file", .words = "config|--config|{}"},
	{.name = "config, path", .words = "config|--path|--config|{}"},
	{.name = "config, place", .words = "config|--path", .env = "XDG_CONFIG_HOME=/{}"},
	{.name = "config, option", .words = "config|--theme|{}"},
	{.name = "config, filter option", .words = "config|--filter|to:{}", .lines = true},
	{.name = "config, named file",
	 .words = "config|--config|{}",
	 .file = "{}",
	 .content = "theme = none\nsaved a = code:x\n"},
	{.name = "summary, configuration",
	 .words = "summary|mail.db",
	 .file = "config",
	 .content = "{} = 1\nzone = {}\n",
	 .env = "DEADLETTER_CONFIG=config",
	 .lines = true},
	{.name = "export, configuration with this name",
	 .words = "export|mail.db|bob",
	 .file = "{}",
	 .content = "zone = none\n",
	 .env = "DEADLETTER_CONFIG={}"},
	{.name = "config, lines",
	 .words = "config|--config|config",
	 .file = "config",
	 .content = "{}\n{} = {}\ntheme = {}\ncolumns = time {}\nbind {} = x\nbind export = {}\nsaved {} = class:5\n"
		    "saved a = to:{}\nfilter = to:{}\ntree-width = {}\n",
	 .lines = true},
};

/* ---- a world for one run ---- */

static void fill(struct buf *out, const char *pattern, struct str text)
{
	for (struct str rest = str_of(pattern); rest.len > 0;) {
		size_t at = str_find(rest, STR("{}"), 0);
		buf_add(out, str_slice(rest, 0, at));
		if (at == SIZE_MAX)
			return;
		buf_add(out, text);
		rest = str_slice(rest, at + 2, SIZE_MAX);
	}
}

/* A database of somebody else, whose tables and columns are called so. */
static void make_theirs(const char *path, const char *name)
{
	sqlite3 *db;
	char *sql = sqlite3_mprintf("CREATE TABLE \"%w\" (a, \"%w\");"
				    "CREATE TABLE outbox (recipient, status, \"x%w\", time);"
				    "INSERT INTO outbox VALUES ('bob@example.com', %Q, %Q, %Q)",
				    name, name, name, name, name, name);
	if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("%s: %s", path, sqlite3_errmsg(db));
	sqlite3_free(sql);
	sqlite3_close(db);
}

static void make_file(const char *path, struct str content)
{
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(content.p, 1, content.len, f) != content.len || fclose(f) != 0)
		die("%s: %s", path, strerror(errno));
}

static bool holds_nul(struct str text)
{
	return memchr(text.p, 0, text.len) != NULL;
}

/* Can the text be where the sink wants it? A file's name and a word have their limits. */
static bool possible(const struct sink *s, struct str text)
{
	bool in_name = s->file && strstr(s->file, "{}");
	bool in_word = strstr(s->words, "{}") || s->env || strstr(s->words, "theirs");
	if ((in_word || in_name) && holds_nul(text))
		return false;
	return !in_name || (text.len > 0 && text.len < NAME_BYTES_MAX && !memchr(text.p, '/', text.len));
}

/* ---- running ---- */

/* Databases are made once for each text; commands that only read them get links. */
static const char *const databases[] = {"mail.db", "hostile.db", "theirs.db"};

struct place {
	char path[PATH_MAX];   /* the folder that it runs in */
	char shared[PATH_MAX]; /* where the databases are */
	struct buf sent;
};

static void place_make(const struct soak *k, const char *name, struct str text, struct place *p)
{
	char path[PATH_MAX + 64];
	snprintf(p->path, sizeof p->path, "%s/run", k->dir);
	snprintf(p->shared, sizeof p->shared, "%s/%s", k->dir, name);
	nftw(p->shared, soak_remove, 16, FTW_DEPTH | FTW_PHYS);
	if (mkdir(p->shared, 0700) != 0)
		die("%s: %s", p->shared, strerror(errno));
	snprintf(path, sizeof path, "%s/mail.db", p->shared);
	hostile_database(path, STR("harmless"));
	snprintf(path, sizeof path, "%s/hostile.db", p->shared);
	hostile_database(path, text);
	if (!holds_nul(text)) {
		struct arena a = {0};
		snprintf(path, sizeof path, "%s/theirs.db", p->shared);
		make_theirs(path, arena_cstr(&a, text));
		arena_free(&a);
	}
}

static _Noreturn void become(const struct soak *k, const struct sink *s, struct str text, const struct place *p)
{
	static struct soak_env env;
	struct arena a = {0};
	char *argv[WORDS_MAX + 2] = {arena_cstr(&a, str_of(k->bin))};
	int n = 1;
	struct str rest = str_of(s->words), word;
	while (n <= WORDS_MAX && str_next(&rest, '|', &word)) {
		struct buf b = {0};
		fill(&b, arena_cstr(&a, word), text);
		argv[n++] = arena_cstr(&a, buf_str(&b));
	}
	soak_env_standard(&env, p->path);
	soak_env_set(&env, "ASAN_OPTIONS=detect_leaks=0"); /* newterm() leaks when it fails */
	if (s->env) {
		struct buf b = {0};
		fill(&b, s->env, text);
		soak_env_set(&env, "%s", b.p);
	}
	if (chdir(p->path) == 0)
		execve(k->bin, argv, env.list);
	_exit(127);
}

static void run(const struct soak *k, const struct sink *s, struct str text, struct place *p)
{
	struct winsize size = {.ws_col = 80, .ws_row = 24};
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, &size);
	if (pid == 0)
		become(k, s, text, p);
	if (pid < 0)
		die("no pty: %s", strerror(errno));
	char bytes[16384];
	struct pollfd fd = {master, POLLIN, 0};
	ssize_t n = 0;
	buf_reset(&p->sent);
	while (poll(&fd, 1, DEADLINE_MS) > 0 && (n = read(master, bytes, sizeof bytes)) > 0)
		buf_add(&p->sent, (struct str){bytes, (size_t)n});
	if (n > 0)
		die("%s: still running after %d s", s->name, DEADLINE_MS / 1000);
	close(master);
	waitpid(pid, NULL, 0);
}

static void prepare(const struct sink *s, struct str text, const struct place *p)
{
	struct buf name = {0}, content = {0};
	char path[PATH_MAX + 300], shared[PATH_MAX + 64];
	nftw(p->path, soak_remove, 16, FTW_DEPTH | FTW_PHYS);
	if (mkdir(p->path, 0700) != 0)
		die("%s: %s", p->path, strerror(errno));
	for (size_t i = 0; i < COUNT_OF(databases); i++) {
		snprintf(shared, sizeof shared, "%s/%s", p->shared, databases[i]);
		snprintf(path, sizeof path, "%s/%s", p->path, databases[i]);
		if (strstr(s->words, databases[i]) && link(shared, path) != 0)
			die("%s: %s", path, strerror(errno));
	}
	if (s->file) {
		fill(&name, s->file, text);
		fill(&content, s->content, text);
		snprintf(path, sizeof path, "%s/%s", p->path, name.p);
		make_file(path, buf_str(&content));
	}
	buf_free(&name);
	buf_free(&content);
}

static int lines_of(struct str sent)
{
	int n = 0;
	for (size_t i = 0; i < sent.len; i++)
		n += sent.p[i] == '\n';
	return n;
}

/* `h` as it is in `p`, and as it is shown in `harmless`. */
static bool try(const struct soak *k, const struct sink *s, struct str text, struct str shown, struct place *p,
		struct place *harmless, struct err *e)
{
	prepare(s, text, p);
	run(k, s, text, p);
	if (p->sent.len == 0)
		return err_set(e, ERR_IO, "it says nothing");
	if (!hostile_judge(buf_str(&p->sent), s->allowed | ALLOW_LINES, NULL, e))
		return false;
	if (s->lines || !possible(s, shown))
		return true;
	prepare(s, shown, harmless);
	run(k, s, shown, harmless);
	int lines = lines_of(buf_str(&p->sent)), want = lines_of(buf_str(&harmless->sent));
	return lines == want || err_set(e, ERR_IO, "%d lines, not %d as with harmless text", lines, want);
}

int main(void)
{
	struct soak k;
	struct arena a = {0};
	struct hostile *texts;
	struct place p = {0}, harmless = {0};
	struct {
		int tried;
		struct err e;
		const char *with;
	} results[COUNT_OF(sinks)] = {0};
	soak_start(&k);
	int count = hostile_all(&a, &texts);
	long every = soak_number("SOAK_EVERY", 120, 1), tried = 0;
	const char *only = getenv("SOAK_SINK");
	for (long c = 0; c < count; c += every) {
		struct buf shown = {0};
		text_show(&shown, texts[c].text, 0, false);
		place_make(&k, "hostile", texts[c].text, &p);
		place_make(&k, "harmless", buf_str(&shown), &harmless);
		for (size_t i = 0; i < COUNT_OF(sinks); i++) {
			if (results[i].with || !possible(&sinks[i], texts[c].text) ||
			    (only && !strstr(sinks[i].name, only)))
				continue;
			results[i].tried++;
			if (!try(&k, &sinks[i], texts[c].text, buf_str(&shown), &p, &harmless, &results[i].e))
				results[i].with = texts[c].name;
		}
		buf_free(&shown);
	}
	for (size_t i = 0; i < COUNT_OF(sinks); i++) {
		if (only && !strstr(sinks[i].name, only))
			continue;
		tried += results[i].tried;
		if (results[i].with)
			printf("# with %s\n", results[i].with);
		soak_result(&k, !results[i].with && results[i].tried > 0, results[i].e.msg, "%s: %d texts",
			    sinks[i].name, results[i].tried);
	}
	buf_free(&p.sent);
	buf_free(&harmless.sent);
	arena_free(&a);
	return soak_end(&k, "%zu sinks of commands x %d texts: %ld tried", COUNT_OF(sinks), count, tried);
}
