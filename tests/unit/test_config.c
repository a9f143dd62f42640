/* The configuration: what a file may say, what it may not, and how it is written again. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct config *config_of(const char *text)
{
	static struct config c;
	config_init(&c);
	config_read(&c, STR("/home/ann/.config/deadletter/config"), str_of(text));
	return &c;
}

static const char *keys_of(const struct config *c, const char *action)
{
	static char text[200];
	struct buf b = {0};
	keymap_keys(&c->keymap, action_named(str_of(action)), &b);
	snprintf(text, sizeof text, "%.*s", (int)b.len, b.len > 0 ? b.p : "");
	buf_free(&b);
	return text;
}

static bool is(struct str s, const char *text)
{
	return str_eq(s, str_of(text));
}

/* ---- what a file says ---- */

static void nothing_said_is_the_default(void **state)
{
	(void)state;
	struct config *c = config_of("");
	assert_ptr_equal(c->theme, &themes[0]);
	assert_int_equal(c->zone, ZONE_LOCAL);
	assert_int_equal(c->time_format, TIME_SHORT);
	assert_int_equal(c->column_count, 0);
	assert_int_equal(c->tree_width, 0);
	assert_int_equal(c->list_height, 0);
	assert_int_equal(c->sort, SORT_TIME);
	assert_int_equal(c->group, GROUP_CODE);
	assert_int_equal(c->filter.len, 0);
	assert_true(c->mouse);
	assert_false(c->follow);
	assert_int_equal(c->saved_count, 0);
	assert_int_equal(c->mistake_count, 0);
	for (size_t i = 0; i < action_count; i++)
		assert_string_equal(keys_of(c, actions[i].name), actions[i].keys);
	config_free(c);
}

static void every_option_can_be_said(void **state)
{
	(void)state;
	struct config *c = config_of("# of mine\n"
				     "\n"
				     "theme = light\n"
				     "  zone=UTC  \n"
				     "\ttime-format\t=\tiso\r\n"
				     "columns = response, time  recipient,mx\n"
				     "tree-width = 30\n"
				     "list-height = 60\n"
				     "Sort = code\n"
				     "group = domain\n"
				     "filter = class:5 since:7d text:\"a = b #c\"\n"
				     "follow = yes\n"
				     "mouse = no\n"
				     "bind export = x C-e\n"
				     "bind suspend =\n"
				     "saved over quota = subject:mailbox\n"
				     "saved gmail = domain:gmail.com class:5");
	assert_int_equal(c->mistake_count, 0);
	assert_string_equal(c->theme->name, "light");
	assert_int_equal(c->zone, ZONE_UTC);
	assert_int_equal(c->time_format, TIME_ISO);
	assert_int_equal(c->column_count, 4);
	assert_int_equal(c->columns[0], COLUMN_RESPONSE);
	assert_int_equal(c->columns[1], COLUMN_TIME);
	assert_int_equal(c->columns[2], COLUMN_RECIPIENT);
	assert_int_equal(c->columns[3], COLUMN_MX);
	assert_int_equal(c->tree_width, 30);
	assert_int_equal(c->list_height, 60);
	assert_int_equal(c->sort, SORT_CODE);
	assert_int_equal(c->group, GROUP_DOMAIN);
	assert_true(is(c->filter, "class:5 since:7d text:\"a = b #c\""));
	assert_true(c->follow);
	assert_false(c->mouse);
	assert_string_equal(keys_of(c, "export"), "x C-e");
	assert_string_equal(keys_of(c, "suspend"), "");
	assert_int_equal(c->saved_count, 2);
	assert_true(is(c->saved[0].name, "over quota") && is(c->saved[0].text, "subject:mailbox"));
	assert_true(is(c->saved[1].name, "gmail") && is(c->saved[1].text, "domain:gmail.com class:5"));
	config_free(c);
}

static void later_lines_go_before_earlier_ones(void **state)
{
	(void)state;
	struct config *c = config_of("\xEF\xBB\xBFtheme = light\ntheme = contrast\n"
				     "columns = time\ncolumns = auto\n"
				     "saved a = 5.1.1\nsaved b = 5.2.2\nsaved A = 4xx\n"
				     "bind export = x\nbind copy = x\n");
	assert_int_equal(c->mistake_count, 0);
	assert_string_equal(c->theme->name, "contrast");
	assert_int_equal(c->column_count, 0);
	assert_int_equal(c->saved_count, 2);
	assert_true(is(c->saved[0].text, "4xx"));
	assert_string_equal(keys_of(c, "export"), "");
	assert_string_equal(keys_of(c, "copy"), "x");
	config_free(c);
}

static void the_command_line_goes_before_the_file(void **state)
{
	(void)state;
	struct config *c = config_of("theme = light\nmouse = no\n");
	struct err e = {0};
	assert_true(config_set(c, OPTION_THEME, STR("contrast"), &e));
	assert_true(config_set(c, OPTION_FILTER, STR("5.1.1"), &e));
	assert_string_equal(c->theme->name, "contrast");
	assert_false(c->mouse);
	assert_false(config_set(c, OPTION_THEME, STR("none"), &e));
	assert_string_equal(c->theme->name, "contrast");
	config_free(c);
}

/* Printed as a file, a line end in a value would be a setting of its own. */
static void a_value_is_one_line_of_text(void **state)
{
	(void)state;
	static const char *const values[] = {"to:a\nbind quit =", "to:\033[2J", "to:\xff", "to:\xc2\x9b"};
	struct config *c = config_of("filter = class:5\n");
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct err e = {0};
		assert_false(config_set(c, OPTION_FILTER, str_of(values[i]), &e));
		assert_int_equal(e.kind, ERR_INPUT);
		assert_true(is(c->filter, "class:5"));
		assert_true(is(c->texts[OPTION_FILTER], "class:5"));
	}
	config_free(c);
}

/* ---- mistakes ---- */

static const struct {
	const char *text, *mistake; /* the first one */
	int count;
} wrong[] = {
	{"thme = light", "1:1: there is no option \"thme\"; did you mean theme?", 1},
	{"\n\n  colour = light", "3:3: there is no option \"colour\"; deadletter config lists them", 1},
	{"theme light", "1: there is no = in it; write NAME = VALUE", 1},
	{"= light", "1:1: there is no option \"\"; deadletter config lists them", 1},
	{"theme =", "1: theme needs a value, such as auto", 1},
	{"theme = lihgt", "1: there is no theme \"lihgt\"; did you mean light?", 1},
	{"theme = mine", "1: there is no theme \"mine\": it is auto, dark, contrast, distinct or light", 1},
	{"theme = light # mine",
	 "1: there is no theme \"light # mine\": it is auto, dark, contrast, distinct or light; a comment "
	 "needs a line of its own",
	 1},
	{"zone = CET", "1: there is no zone \"CET\": it is utc or local", 1},
	{"time-format = long", "1: there is no format \"long\": it is short, iso or relative", 1},
	{"columns = time recipent", "1:16: there is no column \"recipent\"; did you mean recipient?", 1},
	{"columns = time,code, time", "1:22: the column time comes twice", 1},
	{"tree-width = 5", "1: tree-width is auto or a percentage from 10 to 60, not \"5\"", 1},
	{"list-height = 20%", "1: list-height is auto or a percentage from 20 to 80, not \"20%\"", 1},
	{"sort = weight", "1: there is no order \"weight\": it is time, recipient or code", 1},
	{"group = subject", "1: there is no grouping \"subject\"", 1},
	{"mouse = on", "1: mouse is yes or no, not \"on\"", 1},
	{"filter = class:9 5.1.1", "1:16: class: is 2, 4, 5, success, temporary or permanent", 1},
	{"filter = 5.1.1 sucject:1", "1:16: there is no key \"sucject:\"; did you mean subject:?", 1},
	{"bind exprot = x", "1: there is no action \"exprot\"; did you mean export?", 1},
	{"bind export = PageUp", "1: there is no key \"PageUp\"; did you mean PgUp?", 1},
	{"bind = x", "1: there is no action \"\"; deadletter config lists them", 1},
	{"saved = 5.1.1", "1: a saved filter needs a name", 1},
	{"saved x =", "1: a saved filter needs a filter behind =", 1},
	{"saved x = sucject:1", "1:11: there is no key \"sucject:\"; did you mean subject:?", 1},
	{"theme = a\x01", "1:10: that is no text; write it in UTF-8 without control characters", 1},
	{"theme = a\xff", "1:10: that is no text; write it in UTF-8 without control characters", 1},
	{"bind quit =\ntheme = light", "1: that leaves quit without a key; it keeps its own", 1},
	{"bind export = q C-c\nzone = x", "1: that leaves quit without a key; it keeps its own", 2},
	{"a = 1\nb = 2\nc = 3\n", "1:1: there is no option \"a\"; deadletter config lists them", 3},
};

static void mistakes_are_named_by_their_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct config *c = config_of(wrong[i].text);
		struct buf b = {0}, want = {0};
		assert_int_equal(c->mistake_count, wrong[i].count);
		config_mistake(c, 0, false, &b);
		buf_printf(&want, "config:%s", wrong[i].mistake);
		if (!str_starts(buf_str(&b), buf_str(&want)))
			fail_msg("%s\ngives %s\nnot   %s", wrong[i].text, b.p, want.p);
		buf_free(&b);
		buf_free(&want);
		config_free(c);
	}
}

static void the_rest_of_a_wrong_file_holds(void **state)
{
	(void)state;
	struct config *c =
		config_of("theme = lihgt\nzone = utc\ncolumns = time foo\nbind quit =\nbind export = x\nfoo\n");
	struct buf b = {0};
	assert_int_equal(c->mistake_count, 4);
	assert_ptr_equal(c->theme, &themes[0]);
	assert_int_equal(c->zone, ZONE_UTC);
	assert_int_equal(c->column_count, 0);
	assert_string_equal(keys_of(c, "export"), "x");
	assert_string_equal(keys_of(c, "quit"), "q C-c");
	for (int i = 1; i < c->mistake_count; i++)
		assert_true(c->mistakes[i - 1].line < c->mistakes[i].line);
	config_notice(c, false, &b);
	assert_string_equal(b.p, "config:1: there is no theme \"lihgt\"; did you mean light?; and 3 more: deadletter "
				 "config shows them");
	buf_reset(&b);
	config_mistake(c, 3, true, &b);
	assert_string_equal(b.p, "/home/ann/.config/deadletter/config:6: there is no = in it; write NAME = VALUE");
	buf_free(&b);
	config_free(c);
}

static void there_is_an_end_to_everything(void **state)
{
	(void)state;
	struct buf b = {0};
	for (int i = 0; i < 2 * MISTAKES_MAX; i++)
		buf_add(&b, STR("foo\n"));
	struct config *c = config_of(b.p);
	assert_int_equal(c->mistake_count, 2 * MISTAKES_MAX);
	assert_int_equal(c->mistakes[MISTAKES_MAX - 1].line, MISTAKES_MAX);
	config_free(c);
	buf_reset(&b);
	for (int i = 0; i <= SAVED_MAX; i++)
		buf_printf(&b, "saved %d = 5.1.1\n", i);
	c = config_of(b.p);
	assert_int_equal(c->saved_count, SAVED_MAX);
	assert_int_equal(c->mistake_count, 1);
	assert_int_equal(c->mistakes[0].line, SAVED_MAX + 1);
	config_free(c);
	buf_reset(&b);
	for (int i = 0; i < 1 << 20; i++)
		buf_addc(&b, 'a');
	buf_add(&b, STR("\ntheme = light"));
	c = config_of(b.p);
	assert_int_equal(c->mistake_count, 1);
	assert_string_equal(c->theme->name, "light");
	config_free(c);
	buf_free(&b);
	config_init(c);
	config_read(c, STR("config"), (struct str){"theme = li\0ght\nzone = utc", 25});
	assert_int_equal(c->mistake_count, 1);
	assert_int_equal(c->mistakes[0].column, 11);
	assert_int_equal(c->zone, ZONE_UTC);
	config_free(c);
}

/* ---- written and read again ---- */

static void must_survive(const char *text)
{
	struct buf once = {0}, twice = {0};
	struct config *c = config_of(text);
	config_print(c, &once);
	config_free(c);
	c = config_of(once.p);
	assert_int_equal(c->mistake_count, 0);
	config_print(c, &twice);
	config_free(c);
	assert_string_equal(once.p, twice.p);
	buf_free(&once);
	buf_free(&twice);
}

static void what_is_printed_gives_the_same_again(void **state)
{
	(void)state;
	must_survive("");
	must_survive("theme = Light\ncolumns = time, code\nfilter = to:\"a b\"\nmouse = no\ntree-width = 0\n");
	must_survive("saved x = 5.1.1\nsaved a long  name = text:\"#\"\n");
	must_survive("bind export = q C-c\nbind quit = Q\n"); /* whatever the order: in between quit has no key */
	must_survive("bind mark = e\nbind export = Space\nbind toggle =\nbind copy = é 日 C-Space F12\n");
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		must_survive(wrong[i].text);
}

static void only_what_is_not_default_counts(void **state)
{
	(void)state;
	struct buf b = {0};
	struct config *c = config_of("zone = utc\nbind export = x\n");
	config_print(c, &b);
	config_free(c);
	struct str rest = buf_str(&b), line;
	int settings = 0;
	while (str_next(&rest, '\n', &line))
		settings += line.len > 0 && line.p[0] != '#';
	assert_int_equal(settings, 2);
	assert_non_null(strstr(b.p, "\nzone = utc\n"));
	assert_non_null(strstr(b.p, "\nbind export = x\n"));
	assert_non_null(strstr(b.p, "\n#theme = auto\n"));
	assert_non_null(strstr(b.p, "\n#bind copy = y\n"));
	buf_free(&b);
}

/* A theme that is named goes before what the terminal says. */
static void the_theme_suits_the_background(void **state)
{
	(void)state;
	static const struct {
		const char *text, *theme;
	} rows[] = {
		{"", "light"},
		{"theme = auto\n", "light"},
		{"theme = dark\n", "dark"},
		{"theme = contrast\n", "contrast"},
		{"theme = contrast\ntheme = auto\n", "light"},
		{"theme = lihgt\n", "light"},
	};
	setenv("COLORFGBG", "0;15", 1);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct config *c = config_of(rows[i].text);
		assert_string_equal(c->theme->name, rows[i].theme);
		config_free(c);
	}
	unsetenv("COLORFGBG");
	struct config *c = config_of("");
	assert_string_equal(c->theme->name, "dark");
	config_free(c);
}

static void options_are_the_command_lines_too(void **state)
{
	(void)state;
	struct arena a = {0};
	struct opt opts[CONFIG_OPT_COUNT];
	config_opts(&a, opts);
	assert_string_equal(opts[CONFIG_OPT_FILE].name, "config");
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct opt *o = &opts[CONFIG_OPT_FIRST + i];
		assert_string_equal(o->name, config_options[i].opt.name);
		assert_non_null(o->takes);
		assert_int_equal(o->help[strlen(o->help) - 1], '.');
	}
	arena_free(&a);
}

/* ---- files ---- */

struct place {
	char dir[64], file[128];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	strcpy(p->dir, "/tmp/deadletter-config-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof p->file, "%s/config", p->dir);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;
	char command[100];
	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	unsetenv("DEADLETTER_CONFIG");
	unsetenv("XDG_CONFIG_HOME");
	free(p);
	return 0;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void must_hold(const char *path, const char *want)
{
	char text[2000] = "";
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(text, want);
}

static void the_place_is_found(void **state)
{
	(void)state;
	struct arena a = {0};
	bool must;
	unsetenv("DEADLETTER_CONFIG");
	setenv("HOME", "/home/ann", 1);
	setenv("XDG_CONFIG_HOME", "/etc/mine", 1);
	assert_string_equal(config_path(NULL, &a, &must), "/etc/mine/deadletter/config");
	assert_false(must);
	setenv("XDG_CONFIG_HOME", "relative", 1);
	assert_string_equal(config_path(NULL, &a, &must), "/home/ann/.config/deadletter/config");
	setenv("DEADLETTER_CONFIG", "", 1);
	assert_string_equal(config_path(NULL, &a, &must), "/home/ann/.config/deadletter/config");
	setenv("DEADLETTER_CONFIG", "./mine", 1);
	assert_string_equal(config_path(NULL, &a, &must), "./mine");
	assert_true(must);
	assert_string_equal(config_path("other", &a, &must), "other");
	assert_true(must);
	unsetenv("DEADLETTER_CONFIG");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	assert_null(config_path(NULL, &a, &must));
	arena_free(&a);
}

/* A file that nobody named may be missing, and never keeps the browser from starting. */
static void must_load(const char *named, bool ok, const char *mistake)
{
	struct config c;
	struct err e = {0};
	struct buf b = {0};
	config_init(&c);
	assert_int_equal(config_load(&c, named, &e), ok);
	config_notice(&c, false, &b);
	assert_int_equal(c.mistake_count, ok && mistake ? 1 : 0);
	if (mistake && !strstr(ok ? b.p : e.msg, mistake))
		fail_msg("%s\nis not %s", ok ? b.p : e.msg, mistake);
	buf_free(&b);
	config_free(&c);
}

static void files_are_loaded(void **state)
{
	struct place *p = *state;
	char folder[100];
	setenv("XDG_CONFIG_HOME", p->dir, 1);
	must_load(NULL, true, NULL);
	must_load(p->file, false, "there is no such file");
	must_load("/dev/null", true, NULL);
	must_load(p->dir, false, "it is no regular file");
	put(p->file, "theme = light\n");
	must_load(p->file, true, NULL);
	snprintf(folder, sizeof folder, "%s/deadletter", p->dir);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(p->file, sizeof p->file, "%s/config", folder);
	assert_int_equal(mkfifo(p->file, 0600), 0);
	must_load(NULL, true, "config: it is no regular file");
	must_load(p->file, false, "it is no regular file");
	assert_int_equal(unlink(p->file), 0);
	assert_int_equal(symlink("/dev/zero", p->file), 0);
	must_load(NULL, true, "config: it is no regular file");
	assert_int_equal(unlink(p->file), 0);
	put(p->file, "");
	assert_int_equal(truncate(p->file, (1 << 20) + 1), 0);
	must_load(NULL, true, "config: it is larger than 1 MB");
}

static void must_save(const char *path, const char *name, const char *text)
{
	struct err e = {0};
	if (!config_save_filter(path, str_of(name), str_of(text), &e))
		fail_msg("%s", e.msg);
}

static void filters_are_saved_in_a_file_of_their_own(void **state)
{
	struct place *p = *state;
	char path[160];
	struct stat st;
	snprintf(path, sizeof path, "%s/a/b/config", p->dir);
	must_save(path, " over quota ", " subject:mailbox ");
	must_hold(path, "saved over quota = subject:mailbox\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(path, sizeof path, "%s/a", p->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void the_rest_of_the_file_stays(void **state)
{
	struct place *p = *state;
	struct stat st;
	put(p->file, "# mine\n\ntheme = foo\nSaved\tA = 5.1.1\nsaved b = 4xx\nsaved a=5.2.2\n  odd");
	assert_int_equal(chmod(p->file, 0644), 0);
	must_save(p->file, "a", "class:5");
	must_hold(p->file, "# mine\n\ntheme = foo\nsaved a = class:5\nsaved b = 4xx\n  odd\n");
	must_save(p->file, "c", "5.7.1");
	must_hold(p->file, "# mine\n\ntheme = foo\nsaved a = class:5\nsaved b = 4xx\n  odd\nsaved c = 5.7.1\n");
	must_save(p->file, "A", "");
	must_save(p->file, "none", "");
	must_hold(p->file, "# mine\n\ntheme = foo\nsaved b = 4xx\n  odd\nsaved c = 5.7.1\n");
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
}

static void what_cannot_be_saved_changes_nothing(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *name, *text, *why;
	} rows[] = {
		{"", "5.1.1", "a saved filter needs a name"},
		{"a=b", "5.1.1", "the name of a saved filter may hold neither = nor control characters"},
		{"a\nb", "5.1.1", "the name of a saved filter may hold neither = nor control characters"},
		{"a\xff", "5.1.1", "the name of a saved filter may hold neither = nor control characters"},
		{"a", "sucject:1", "filter, column 1: there is no key \"sucject:\"; did you mean subject:?"},
		{"a", "text:\"a\nb\"", "a filter with control characters cannot be saved"},
	};
	put(p->file, "saved a = 5.1.1\n");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct err e = {0};
		assert_false(config_save_filter(p->file, str_of(rows[i].name), str_of(rows[i].text), &e));
		assert_string_equal(e.msg, rows[i].why);
		must_hold(p->file, "saved a = 5.1.1\n");
	}
	struct err e = {0};
	assert_int_equal(truncate(p->file, (1 << 20) + 1), 0);
	assert_false(config_save_filter(p->file, STR("a"), STR("5.1.1"), &e));
	assert_non_null(strstr(e.msg, "larger than 1 MB"));
	e = (struct err){0};
	assert_false(config_save_filter("/dev/zero", STR("a"), STR("5.1.1"), &e));
	e = (struct err){0};
	assert_false(config_save_filter("/dev/null", STR("a"), STR("5.1.1"), &e));
	e = (struct err){0};
	assert_false(config_save_filter("/proc/none/config", STR("a"), STR("5.1.1"), &e));
}

#define in_a_place(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_the_default),
		cmocka_unit_test(every_option_can_be_said),
		cmocka_unit_test(later_lines_go_before_earlier_ones),
		cmocka_unit_test(the_command_line_goes_before_the_file),
		cmocka_unit_test(a_value_is_one_line_of_text),
		cmocka_unit_test(mistakes_are_named_by_their_line),
		cmocka_unit_test(the_rest_of_a_wrong_file_holds),
		cmocka_unit_test(there_is_an_end_to_everything),
		cmocka_unit_test(what_is_printed_gives_the_same_again),
		cmocka_unit_test(only_what_is_not_default_counts),
		cmocka_unit_test(the_theme_suits_the_background),
		cmocka_unit_test(options_are_the_command_lines_too),
		cmocka_unit_test(the_place_is_found),
		in_a_place(files_are_loaded),
		in_a_place(filters_are_saved_in_a_file_of_their_own),
		in_a_place(the_rest_of_the_file_stays),
		in_a_place(what_cannot_be_saved_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
