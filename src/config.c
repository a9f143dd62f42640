#include "config.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH_MIN = 10, WIDTH_MAX = 60, HEIGHT_MIN = 20, HEIGHT_MAX = 80 };

static const struct str automatic = {"auto", 4};

/* ---- what the values may be ---- */

static void theme_words(struct arg_words *w) /* in the order of themes[], behind the first */
{
	arg_add(w, automatic.p, "As the terminal tells by COLORFGBG: light or dark; else dark.", true);
	for (size_t i = 0; i < theme_count; i++)
		arg_add(w, themes[i].name, themes[i].help, false);
}

static void zone_words(struct arg_words *w) /* in the order of enum zone */
{
	arg_add(w, "utc", "the same for all", false);
	arg_add(w, "local", "as TZ or the system says", true);
}

static void time_format_words(struct arg_words *w) /* in the order of enum time_format */
{
	arg_add(w, "short", "23 Nov 14:02", true);
	arg_add(w, "iso", "2026-11-23 14:02", false);
	arg_add(w, "relative", "3h ago, up to two months; older ones as short has them", false);
}

static void sort_words(struct arg_words *w) /* in the order of enum sort */
{
	arg_add(w, "time", "newest first", true);
	arg_add(w, "recipient", "A first", false);
	arg_add(w, "code", "enhanced code, then basic code", false);
}

static void group_words(struct arg_words *w)
{
	for (int i = 0; i < GROUP_COUNT; i++)
		arg_add(w, groupings[i].name, groupings[i].title, i == 0);
}

static const struct arg theme_arg = {ARG_WORD, theme_words};
static const struct arg zone_arg = {ARG_WORD, zone_words};
static const struct arg time_format_arg = {ARG_WORD, time_format_words};
static const struct arg columns_arg = {ARG_LIST, list_column_words};
static const struct arg sort_arg = {ARG_WORD, sort_words};
static const struct arg group_arg = {ARG_WORD, group_words};
static const struct arg filter_arg = {ARG_FILTER, NULL};

/* ---- reading them ---- */

/* The word's place in its table. False: there is no such one; `what` is it called. */
static bool word_of(const struct arg *arg, const char *what, struct str value, int *out, struct err *e)
{
	struct arena a = {0};
	struct buf why = {0};
	struct arg_words words = arg_words_of(arg, &a);
	const struct arg_word *word = arg_find(&words, value);
	if (word) {
		*out = (int)(word - words.items);
	} else {
		arg_unknown(&words, what, value, &why);
		err_set(e, ERR_INPUT, "%s", why.p);
	}
	buf_free(&why);
	arena_free(&a);
	return word != NULL;
}

static bool yes_or_no(enum option_id id, struct str value, bool *out, struct err *e)
{
	bool yes = str_eq_nocase(value, STR("yes"));
	if (!yes && !str_eq_nocase(value, STR("no")))
		return err_set(e, ERR_INPUT, "%s is yes or no, not \"%.*s\"", config_options[id].opt.name,
			       (int)value.len, value.p);
	*out = yes;
	return true;
}

/* 0 for "auto", too. */
static bool percent(enum option_id id, struct str value, int min, int max, int *out, struct err *e)
{
	int64_t n = 0;
	if (!str_eq_nocase(value, automatic) && (!str_to_int(value, &n) || (n != 0 && (n < min || n > max))))
		return err_set(e, ERR_INPUT, "%s is auto or a percentage from %d to %d, not \"%.*s\"",
			       config_options[id].opt.name, min, max, (int)value.len, value.p);
	*out = (int)n;
	return true;
}

static bool set_theme(struct config *c, struct str value, struct err *e)
{
	int i;
	if (!word_of(&theme_arg, "theme", value, &i, e))
		return false;
	c->theme = i == 0 ? theme_for(getenv("COLORFGBG")) : &themes[i - 1];
	return true;
}

static bool set_zone(struct config *c, struct str value, struct err *e)
{
	int i;
	if (!word_of(&zone_arg, "zone", value, &i, e))
		return false;
	c->zone = (enum zone)i;
	return true;
}

static bool set_time_format(struct config *c, struct str value, struct err *e)
{
	int i;
	if (!word_of(&time_format_arg, "format", value, &i, e))
		return false;
	c->time_format = (enum time_format)i;
	return true;
}

static bool add_column(struct str name, int ids[COLUMN_COUNT], int *count, struct err *e)
{
	int i;
	if (!word_of(&columns_arg, "column", name, &i, e))
		return false;
	for (int k = 0; k < *count; k++)
		if (ids[k] == i)
			return err_set(e, ERR_INPUT, "the column %s comes twice", list_columns[i].name);
	ids[(*count)++] = i;
	return true;
}

/* Names with blanks or commas between them, or "auto". */
static bool set_columns(struct config *c, struct str value, struct err *e)
{
	int ids[COLUMN_COUNT] = {0}, count = 0;
	struct str rest = value, part, name;
	while (!str_eq_nocase(value, automatic) && str_next(&rest, ',', &part))
		while (str_next(&part, ' ', &name))
			if (name.len > 0 && !add_column(name, ids, &count, e)) {
				e->column = (size_t)(name.p - value.p) + 1;
				return false;
			}
	memcpy(c->columns, ids, (size_t)count * sizeof *ids);
	c->column_count = count;
	return true;
}

static bool set_tree_width(struct config *c, struct str value, struct err *e)
{
	return percent(OPTION_TREE_WIDTH, value, WIDTH_MIN, WIDTH_MAX, &c->tree_width, e);
}

static bool set_list_height(struct config *c, struct str value, struct err *e)
{
	return percent(OPTION_LIST_HEIGHT, value, HEIGHT_MIN, HEIGHT_MAX, &c->list_height, e);
}

static bool set_sort(struct config *c, struct str value, struct err *e)
{
	int i;
	if (!word_of(&sort_arg, "order", value, &i, e))
		return false;
	c->sort = (enum sort)i;
	return true;
}

static bool set_group(struct config *c, struct str value, struct err *e)
{
	int i;
	if (!word_of(&group_arg, "grouping", value, &i, e))
		return false;
	c->group = (enum grouping)i;
	return true;
}

/* Only checked: its times are relative to the moment when it is used. */
static bool check_filter(struct str text, enum zone zone, struct err *e)
{
	struct arena a = {0};
	struct filter f;
	bool ok = filter_parse(text, moment_now(zone), &a, &f, e);
	arena_free(&a);
	return ok;
}

static bool set_filter(struct config *c, struct str value, struct err *e)
{
	if (!check_filter(value, c->zone, e))
		return false;
	c->filter = arena_str(&c->arena, value);
	return true;
}

static bool set_follow(struct config *c, struct str value, struct err *e)
{
	return yes_or_no(OPTION_FOLLOW, value, &c->follow, e);
}

static bool set_mouse(struct config *c, struct str value, struct err *e)
{
	return yes_or_no(OPTION_MOUSE, value, &c->mouse, e);
}

/* ---- the table ---- */

/* In the order of the file and of --help. */
const struct config_option config_options[OPTION_COUNT] = {
	[OPTION_THEME] = {{0, "theme", "THEME", "Colours of the screen", &theme_arg},
			  "auto",
			  "Rxvt, Konsole, iTerm and others set COLORFGBG in the environment, whose last number is the "
			  "background's. With NO_COLOR there are no colours, whatever the theme.",
			  set_theme},
	[OPTION_ZONE] = {{0, "zone", "ZONE", "Zone of the times that are shown and typed", &zone_arg},
			 "local",
			 NULL,
			 set_zone},
	[OPTION_TIME_FORMAT] = {{0, "time-format", "FORMAT", "Times in the list", &time_format_arg},
				"short",
				NULL,
				set_time_format},
	[OPTION_COLUMNS] =
		{{0, "columns", "LIST", "Columns of the list from left to right", &columns_arg},
		 "auto",
		 "Names with blanks or commas between them; auto is as many of the usual ones as fit. Where room "
		 "is short, the recipient, the time and the code stay longest.",
		 set_columns},
	[OPTION_TREE_WIDTH] = {{0, "tree-width", "PERCENT", "Width of the groups", &arg_text},
			       "auto",
			       "10 to 60 percent of the screen, or auto: as fits its size.",
			       set_tree_width},
	[OPTION_LIST_HEIGHT] =
		{{0, "list-height", "PERCENT", "Height of the list above the detail", &arg_text},
		 "auto",
		 "20 to 80 percent of the room that it shares with the detail, or auto: as fits the size. "
		 "Where the two are side by side it is the list's width.",
		 set_list_height},
	[OPTION_SORT] = {{0, "sort", "ORDER", "Order of the list", &sort_arg}, "time", NULL, set_sort},
	[OPTION_GROUP] = {{0, "group", "GROUPING", "What the tree groups by", &group_arg}, "code", NULL, set_group},
	[OPTION_FILTER] = {{0, "filter", "FILTER", "Filter to start with, where the command line has none",
			    &filter_arg},
			   "",
			   "In the browser it is removed like any other.",
			   set_filter},
	[OPTION_FOLLOW] = {{0, "follow", NULL, "Keep the cursor on the newest record as others come in", &arg_yes_no},
			   "no",
			   NULL,
			   set_follow},
	[OPTION_MOUSE] = {{0, "mouse", NULL, "Use the mouse, or leave it to the terminal", &arg_yes_no},
			  "yes",
			  NULL,
			  set_mouse},
};

/* "Colours of the screen" behind "dark, light or contrast; " */
static const char *sentence(const struct config_option *o, struct arena *a)
{
	char *help = arena_cstr(a, str_of(o->opt.help));
	if (o->opt.arg && o->opt.takes->kind == ARG_WORD && help[0] >= 'A' && help[0] <= 'Z')
		help[0] = (char)(help[0] - 'A' + 'a');
	bool names = o->opt.arg && o->fallback[0];
	return arena_printf(a, "%s%s%s.", help, names ? ", else " : "", names ? o->fallback : "").p;
}

void config_opts(struct arena *a, struct opt out[CONFIG_OPT_COUNT])
{
	out[CONFIG_OPT_FILE] = (struct opt){
		0, "config", "FILE", "Read this configuration instead of ~/.config/deadletter/config.", &arg_file};
	for (int i = 0; i < OPTION_COUNT; i++) {
		out[CONFIG_OPT_FIRST + i] = config_options[i].opt;
		out[CONFIG_OPT_FIRST + i].help = sentence(&config_options[i], a);
	}
}

/* ---- a configuration ---- */

bool config_set(struct config *c, enum option_id id, struct str value, struct err *e)
{
	const struct config_option *o = &config_options[id];
	value = str_trim(value);
	size_t bad = text_find_bad(value);
	if (bad !=
	    SIZE_MAX) { /* from a command line: a line end in it would be another setting when it is printed as a file */
		err_set(e, ERR_INPUT, "%s takes UTF-8 text without control characters", o->opt.name);
		e->column = bad + 1;
		return false;
	}
	if (value.len == 0 && o->fallback[0])
		return err_set(e, ERR_INPUT, "%s needs a value, such as %s", o->opt.name, o->fallback);
	if (!o->set(c, value, e))
		return false;
	c->texts[id] = arena_str(&c->arena, value);
	return true;
}

void config_init(struct config *c)
{
	struct err e = {0};
	*c = (struct config){0};
	keymap_init(&c->keymap);
	for (int i = 0; i < OPTION_COUNT; i++)
		if (!config_set(c, (enum option_id)i, str_of(config_options[i].fallback), &e))
			die("a default is wrong: %s", e.msg);
}

void config_free(struct config *c)
{
	arena_free(&c->arena);
	*c = (struct config){0};
}

/* ---- saved filters ---- */

bool config_saved_ok(struct str name, struct str text, struct err *e)
{
	if (name.len == 0)
		return err_set(e, ERR_INPUT, "a saved filter needs a name");
	if (name.len > SAVED_NAME_MAX)
		return err_set(e, ERR_INPUT, "the name of a saved filter is longer than %d bytes", SAVED_NAME_MAX);
	if (str_find(name, STR("="), 0) != SIZE_MAX || text_find_bad(name) != SIZE_MAX)
		return err_set(e, ERR_INPUT, "the name of a saved filter may hold neither = nor control characters");
	if (text.len > SAVED_TEXT_MAX)
		return err_set(e, ERR_INPUT, "a filter longer than %d bytes cannot be saved", SAVED_TEXT_MAX);
	if (text_find_bad(text) != SIZE_MAX)
		return err_set(e, ERR_INPUT, "a filter with control characters cannot be saved");
	return text.len == 0 || check_filter(text, ZONE_UTC, e);
}

bool config_put_saved(struct config *c, struct str name, struct str text, struct err *e)
{
	int i = 0;
	if (!config_saved_ok(name, text, e))
		return false;
	while (i < c->saved_count && !str_eq_nocase(c->saved[i].name, name))
		i++;
	if (text.len == 0) {
		if (i < c->saved_count)
			memmove(&c->saved[i], &c->saved[i + 1], (size_t)(--c->saved_count - i) * sizeof *c->saved);
		return true;
	}
	if (i == SAVED_MAX)
		return err_set(e, ERR_INPUT, "there are %d saved filters already; remove one", SAVED_MAX);
	c->saved[i] = (struct saved_filter){arena_str(&c->arena, name), arena_str(&c->arena, text)};
	c->saved_count += i == c->saved_count;
	return true;
}
