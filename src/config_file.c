/* The configuration file: where it is, its lines, and how a filter is put into it. */
#include "config.h"

#include "outfile.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char no_file[] = "/dev/null"; /* the usual way to have none */

enum { FILE_BYTES_MAX = 1 << 20, LINE_BYTES_MAX = 4000, SHOWN_COLUMNS = 40 };

/* ---- where ---- */

const char *config_path(const char *named, struct arena *a, bool *must)
{
	const char *other = getenv("DEADLETTER_CONFIG"), *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (!named && other && other[0])
		named = other;
	*must = named != NULL;
	if (named)
		return arena_cstr(a, str_of(named));
	if (folder && folder[0] == '/')
		return arena_printf(a, "%s/deadletter/config", folder).p;
	if (home && home[0] == '/')
		return arena_printf(a, "%s/.config/deadletter/config", home).p;
	return NULL;
}

/* ---- mistakes ---- */

/* In the order of lines. */
static void mistake(struct config *c, int line, size_t column, const char *what)
{
	int i = c->mistake_count++;
	if (i >= MISTAKES_MAX)
		return;
	for (; i > 0 && c->mistakes[i - 1].line > line; i--)
		c->mistakes[i] = c->mistakes[i - 1];
	c->mistakes[i] = (struct mistake){line, column, arena_str(&c->arena, str_of(what))};
}

void config_mistake(const struct config *c, int i, bool whole_path, struct buf *out)
{
	const struct mistake *m = &c->mistakes[i];
	const char *slash = strrchr(c->path.p, '/');
	buf_add(out, whole_path || !slash ? c->path : str_of(slash + 1));
	if (m->line)
		buf_printf(out, ":%d", m->line);
	if (m->column)
		buf_printf(out, ":%zu", m->column);
	buf_add(out, STR(": "));
	buf_add(out, m->what);
}

void config_notice(const struct config *c, bool whole_path, struct buf *out)
{
	if (c->mistake_count == 0)
		return;
	config_mistake(c, 0, whole_path, out);
	if (c->mistake_count > 1)
		buf_printf(out, "; and %d more: deadletter config shows them", c->mistake_count - 1);
}

/* ---- lines ---- */

struct line {
	struct config *c;
	int number;
	struct str whole;
};

/* `at` points into the line. */
static void wrong(struct line *l, const char *at, const char *what)
{
	mistake(l->c, l->number, at ? (size_t)(at - l->whole.p) + 1 : 0, what);
}

static void wrong_value(struct line *l, struct str value, const struct err *e)
{
	char what[sizeof e->msg + 40];
	const char *msg = e->msg, *colon = strchr(msg, ':');
	if (strncmp(msg, "filter, column ", 15) == 0 && colon && colon[1] == ' ')
		msg = colon + 2; /* the column is told in the line */
	/* The only comments are whole lines; who is used to others gets a hint. */
	bool comment = str_find(value, STR(" #"), 0) != SIZE_MAX;
	snprintf(what, sizeof what, "%s%s", msg, comment ? "; a comment needs a line of its own" : "");
	wrong(l, e->column ? value.p + e->column - 1 : NULL, what);
}

static void unknown_option(struct line *l, struct str name)
{
	struct guess g = {.word = name};
	struct err e = {0};
	struct buf shown = {0};
	for (int i = 0; i < OPTION_COUNT; i++)
		guess_offer(&g, config_options[i].opt.name);
	text_show(&shown, name, SHOWN_COLUMNS, false);
	if (g.nearest)
		err_set(&e, ERR_INPUT, "there is no option \"%s\"; did you mean %s?", shown.p, g.nearest);
	else
		err_set(&e, ERR_INPUT, "there is no option \"%s\"; deadletter config lists them",
			shown.p ? shown.p : "");
	buf_free(&shown);
	wrong(l, name.p, e.msg);
}

static void read_option(struct line *l, struct str name, struct str value)
{
	struct err e = {0};
	for (int i = 0; i < OPTION_COUNT; i++)
		if (str_eq_nocase(name, str_of(config_options[i].opt.name))) {
			if (!config_set(l->c, (enum option_id)i, value, &e))
				wrong_value(l, value, &e);
			return;
		}
	unknown_option(l, name);
}

/* What stands behind a word and white space; false: the text does not start so. */
static bool behind(struct str text, struct str word, struct str *rest)
{
	if (!str_starts_nocase(text, word) || (text.len > word.len && !char_is_space(text.p[word.len])))
		return false;
	*rest = str_trim(str_slice(text, word.len, SIZE_MAX));
	return true;
}

static void read_setting(struct line *l, struct str left, struct str value)
{
	struct str name;
	struct err e = {0};
	if (behind(left, STR("bind"), &name)) {
		if (!keymap_bind(&l->c->keymap, name, value, &e))
			wrong_value(l, value, &e);
	} else if (behind(left, STR("saved"), &name)) {
		if (value.len == 0)
			wrong(l, NULL, "a saved filter needs a filter behind =");
		else if (!config_put_saved(l->c, name, value, &e))
			wrong_value(l, value, &e);
	} else {
		read_option(l, left, value);
	}
}

static void read_line(struct line *l)
{
	struct str text = str_trim(l->whole);
	if (text.len == 0 || text.p[0] == '#')
		return;
	if (text.len > LINE_BYTES_MAX) {
		wrong(l, NULL, "the line is longer than 4000 bytes");
		return;
	}
	size_t bad = text_find_bad(text);
	if (bad != SIZE_MAX) {
		wrong(l, text.p + bad, "that is no text; write it in UTF-8 without control characters");
		return;
	}
	size_t equals = str_find(text, STR("="), 0);
	if (equals == SIZE_MAX) {
		wrong(l, NULL, "there is no = in it; write NAME = VALUE");
		return;
	}
	read_setting(l, str_trim(str_slice(text, 0, equals)), str_trim(str_slice(text, equals + 1, SIZE_MAX)));
}

static bool quit_bound(const struct config *c)
{
	char key[KEY_NAME_MAX];
	return keymap_first(&c->keymap, action_named(STR("quit")), key)[0] != '\0';
}

void config_read(struct config *c, struct str path, struct str text)
{
	struct str rest, line;
	struct buf plain = {0};
	int lost_at = 0; /* where quit lost its last key */
	c->path = arena_str(&c->arena, path);
	c->found = true;
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_slice(text, 3, SIZE_MAX);
	buf_add(&plain, text);
	for (size_t i = 0; i < plain.len; i++)
		plain.p[i] = plain.p[i] == '\t' ? ' ' : plain.p[i];
	rest = buf_str(&plain);
	for (int number = 1; str_next(&rest, '\n', &line); number++) {
		bool could_quit = quit_bound(c);
		struct line l = {.c = c, .number = number, .whole = line};
		read_line(&l);
		if (could_quit && !quit_bound(c))
			lost_at = number;
	}
	if (!quit_bound(c)) {
		struct err e = {0};
		const struct action *quit = action_named(STR("quit"));
		mistake(c, lost_at, 0, "that leaves quit without a key; it keeps its own");
		keymap_bind(&c->keymap, str_of(quit->name), str_of(quit->keys), &e);
	}
	buf_free(&plain);
}

/* ---- the file ---- */

static bool read_all(int fd, struct buf *out, struct err *e)
{
	struct stat st;
	char bytes[8192];
	ssize_t n;
	if (fstat(fd, &st) != 0)
		return err_sys(e, errno, "cannot read it");
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "it is no regular file");
	while ((n = read(fd, bytes, sizeof bytes)) > 0) {
		buf_add(out, (struct str){bytes, (size_t)n});
		if (out->len > FILE_BYTES_MAX)
			return err_set(e, ERR_INPUT, "it is larger than 1 MB, which no configuration is");
	}
	return n == 0 || err_sys(e, errno, "cannot read it");
}

/* False with ERR_NONE: there is no such file. */
static bool read_file(const char *path, struct buf *out, struct err *e)
{
	if (strcmp(path, no_file) == 0)
		return true;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? false : err_sys(e, errno, "cannot open it");
	bool ok = read_all(fd, out, e);
	close(fd);
	return ok;
}

bool config_load(struct config *c, const char *named, struct err *e)
{
	bool must;
	const char *path = config_path(named, &c->arena, &must);
	if (!path)
		return true;
	struct buf text = {0};
	struct err why = {0};
	c->path = str_of(path);
	bool ok = read_file(path, &text, &why);
	if (ok)
		config_read(c, c->path, buf_str(&text));
	else if (must)
		err_set(e, ERR_INPUT, "%s: %s", path, why.kind == ERR_NONE ? "there is no such file" : why.msg);
	else if (why.kind != ERR_NONE)
		mistake(c, 0, 0, why.msg);
	buf_free(&text);
	return ok || !must;
}

/* ---- saving a filter ---- */

/* Is it the line that saves a filter under this name? */
static bool saves(struct str line, struct str name)
{
	size_t equals = str_find(line, STR("="), 0);
	struct str left = str_trim(str_slice(line, 0, equals)), its_name;
	return equals != SIZE_MAX && behind(left, STR("saved"), &its_name) && str_eq_nocase(its_name, name);
}

static void add_saved(struct buf *out, struct str name, struct str text)
{
	buf_add(out, STR("saved "));
	buf_add(out, name);
	buf_add(out, STR(" = "));
	buf_add(out, text);
	buf_addc(out, '\n');
}

/* The file's text with the one line changed, added or left out. */
static void with_saved(struct str before, struct str name, struct str text, struct buf *out)
{
	bool placed = text.len == 0;
	struct str line;
	while (str_next(&before, '\n', &line)) {
		if (saves(line, name)) {
			if (!placed)
				add_saved(out, name, text);
			placed = true;
		} else if (before.p || line.len > 0) {
			buf_add(out, line);
			buf_addc(out, '\n');
		}
	}
	if (!placed)
		add_saved(out, name, text);
}

static bool write_file(const char *path, struct str text, struct err *e)
{
	struct outfile f;
	outfile_folders(path);
	bool ok = outfile_open(&f, path, true, e) && outfile_write(&f, text, e) && outfile_commit(&f, e);
	outfile_abandon(&f);
	return ok;
}

bool config_save_filter(const char *path, struct str name, struct str text, struct err *e)
{
	struct buf before = {0}, after = {0};
	struct err why = {0};
	name = str_trim(name);
	text = str_trim(text);
	if (!config_saved_ok(name, text, e))
		return false;
	if (strcmp(path, no_file) == 0)
		return err_set(e, ERR_INPUT, "the configuration is %s, which keeps nothing", no_file);
	bool ok = read_file(path, &before, &why);
	if (ok || why.kind == ERR_NONE) {
		with_saved(buf_str(&before), name, text, &after);
		ok = write_file(path, buf_str(&after), e);
	} else {
		err_set(e, ERR_IO, "%s: %s", path, why.msg);
	}
	buf_free(&before);
	buf_free(&after);
	return ok;
}
