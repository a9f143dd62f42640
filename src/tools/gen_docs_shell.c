/* Parts of the completions for bash, zsh and fish. The shells' own templates say how a place is completed; what may
 * stand there is told here.
 *
 * A place is an option, such as "export --format", or a command's first word or a later one: "export 1", "export 2".
 * Behind a filter's key it is "filter class". */
#include "gen_docs.h"

#include "cmd.h"

#include <string.h>

static const char *const kinds[] = {
	[ARG_TEXT] = "text",     [ARG_FILE] = "file", [ARG_DATABASE] = "database", [ARG_SOURCE] = "source",
	[ARG_FILTER] = "filter", [ARG_WORD] = "word", [ARG_LIST] = "list",         [ARG_PAIR] = "pair",
};

/* ---- places, for any shell ---- */

struct place {
	const char *group; /* "export", "filter" */
	const char *name;  /* "format", "1", "class" */
	char letter;       /* of an option that has one */
	bool option;
	const struct arg *takes;
};

typedef void place_fn(struct buf *out, const struct place *p);

typedef void option_fn(struct buf *out, const struct cmd *c, const struct opt *o);

static void each_option(struct buf *out, const struct cmd *c, option_fn *write)
{
	struct arena a = {0};
	size_t count;
	const struct opt *opts = cmd_opts(c, &a, &count);
	for (size_t i = 0; i < count; i++)
		write(out, c, &opts[i]);
	arena_free(&a);
}

static void each_place(struct buf *out, place_fn *write)
{
	for (size_t i = 0; cmds[i]; i++) {
		const struct cmd *c = cmds[i];
		struct arena a = {0};
		size_t count;
		const struct opt *opts = cmd_opts(c, &a, &count);
		for (size_t k = 0; k < count; k++)
			if (opts[k].arg)
				write(out, &(struct place){c->name, opts[k].name, opts[k].letter, true, opts[k].takes});
		arena_free(&a);
		if (c->first)
			write(out, &(struct place){c->name, "1", 0, false, c->first});
		if (c->rest)
			write(out, &(struct place){c->name, "2", 0, false, c->rest});
	}
	for (int k = 0; k < FILTER_KEY_COUNT; k++)
		write(out, &(struct place){"filter", filter_keys[k].name, 0, false, filter_keys[k].takes});
}

/* In the quotes of a shell: those of bash and zsh know no escape, those of fish know \' and \\. */
enum shell { POSIX, FISH };

static void add_escaped(struct buf *out, enum shell shell, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			buf_add(out, shell == FISH ? STR("\\'") : STR("'\\''"));
		else if (*text == '\\' && shell == FISH)
			buf_add(out, STR("\\\\"));
		else
			buf_addc(out, *text);
	}
}

/* 'export -o' | 'export --output' */
static void add_names(struct buf *out, const struct place *p, const char *between)
{
	if (p->letter)
		buf_printf(out, "'%s -%c'%s", p->group, p->letter, between);
	buf_printf(out, "'%s %s%s'", p->group, p->option ? "--" : "", p->name);
}

static void command_names(struct buf *out)
{
	for (size_t i = 0; cmds[i]; i++)
		buf_printf(out, "%s%s", i ? " " : "", cmds[i]->name);
}

static void filter_key_names(struct buf *out)
{
	for (int k = 0; k < FILTER_KEY_COUNT; k++)
		buf_printf(out, "%s%s:", k ? " " : "", filter_keys[k].name);
}

/* ---- bash ---- */

static void bash_place(struct buf *out, const struct place *p)
{
	struct arena a = {0};
	struct arg_words words = arg_words_of(p->takes, &a);
	buf_addc(out, '\t');
	add_names(out, p, " | ");
	buf_printf(out, ") kind=%s words='", kinds[p->takes->kind]);
	for (size_t i = 0; i < words.count; i++)
		buf_printf(out, "%s%s", i ? " " : "", words.items[i].text);
	buf_add(out, STR("' ;;\n"));
	arena_free(&a);
}

static void bash_places(struct buf *out)
{
	each_place(out, bash_place);
}

static void bash_option(struct buf *out, const struct cmd *c, const struct opt *o)
{
	(void)c;
	if (o->letter)
		buf_printf(out, "-%c ", o->letter);
	buf_printf(out, "--%s ", o->name);
	if (opt_has_opposite(o))
		buf_printf(out, "--no-%s ", o->name);
}

static void bash_options(struct buf *out)
{
	for (size_t i = 0; cmds[i]; i++) {
		buf_printf(out, "\t%s) words='", cmds[i]->name);
		each_option(out, cmds[i], bash_option);
		buf_add(out, STR("--help' ;;\n"));
	}
}

/* ---- zsh ---- */

/* 'word:help', where a colon in a word has a backslash. */
static void zsh_item(struct buf *out, const char *word, const char *help)
{
	buf_add(out, STR("\n\t\t'"));
	for (const char *c = word; *c; c++)
		buf_printf(out, *c == ':' ? "\\%c" : "%c", *c);
	if (help[0])
		buf_addc(out, ':');
	add_escaped(out, POSIX, help);
	buf_addc(out, '\'');
}

static void zsh_place(struct buf *out, const struct place *p)
{
	struct arena a = {0};
	struct arg_words words = arg_words_of(p->takes, &a);
	buf_printf(out, "\t('%s %s%s') kind=%s items=(", p->group, p->option ? "--" : "", p->name,
		   kinds[p->takes->kind]);
	for (size_t i = 0; i < words.count; i++)
		zsh_item(out, words.items[i].text, words.items[i].help);
	buf_add(out, words.count ? STR("\n\t\t) ;;\n") : STR(") ;;\n"));
	arena_free(&a);
}

static void zsh_places(struct buf *out)
{
	each_place(out, zsh_place);
}

static void zsh_commands(struct buf *out)
{
	for (size_t i = 0; cmds[i]; i++)
		zsh_item(out, cmds[i]->name, cmds[i]->help);
}

static void zsh_filter_keys(struct buf *out)
{
	struct arena a = {0};
	for (int k = 0; k < FILTER_KEY_COUNT; k++)
		zsh_item(out, arena_printf(&a, "%s:", filter_keys[k].name).p, filter_keys[k].help);
	arena_free(&a);
}

/* An option for _arguments: (-o --output)'{-o+,--output=}'[help]:FILE: _deadletter_at "export --output" */
static void zsh_option(struct buf *out, const struct cmd *c, const struct opt *o)
{
	struct buf help = {0}, spec = {0};
	opt_sentence(o, &help);
	buf_addc(&spec, '[');
	for (size_t i = 0; i < help.len; i++) {
		if (help.p[i] == ']' || help.p[i] == '[' || help.p[i] == '\\')
			buf_addc(&spec, '\\');
		buf_addc(&spec, help.p[i]);
	}
	buf_addc(&spec, ']');
	if (o->arg)
		buf_printf(&spec, ":%s: _deadletter_at \"%s --%s\"", o->arg, c->name, o->name);
	const char *equals = o->arg ? "=" : "";
	buf_add(out, STR(" \\\n\t\t\t"));
	if (o->arg && o->takes->kind == ARG_PAIR)
		buf_printf(out, "'*--%s%s", o->name, equals);
	else if (o->letter)
		buf_printf(out, "'(-%c --%s)'{-%c%s,--%s%s}'", o->letter, o->name, o->letter, o->arg ? "+" : "",
			   o->name, equals);
	else if (opt_has_opposite(o))
		buf_printf(out, "'(--%s --no-%s)'{--%s,--no-%s}'", o->name, o->name, o->name, o->name);
	else
		buf_printf(out, "'--%s%s", o->name, equals);
	add_escaped(out, POSIX, spec.p);
	buf_addc(out, '\'');
	buf_free(&help);
	buf_free(&spec);
}

static void zsh_arguments(struct buf *out)
{
	for (size_t i = 0; cmds[i]; i++) {
		const struct cmd *c = cmds[i];
		buf_printf(out, "\t(%s)\n\t\t_arguments -S $help", c->name);
		each_option(out, c, zsh_option);
		if (c->first)
			buf_printf(out, " \\\n\t\t\t'1: : _deadletter_at \"%s 1\"'", c->name);
		if (c->rest)
			buf_printf(out, " \\\n\t\t\t'*: : _deadletter_at \"%s 2\"'", c->name);
		buf_add(out, STR("\n\t\t;;\n"));
	}
}

/* ---- fish ---- */

/* A candidate with its description behind a tab. */
static void fish_item(struct buf *out, const char *word, const char *help)
{
	buf_add(out, STR(" \\\n\t\t\t\t'"));
	add_escaped(out, FISH, word);
	buf_add(out, help[0] ? STR("\t") : STR(""));
	add_escaped(out, FISH, help);
	buf_addc(out, '\'');
}

static void fish_place(struct buf *out, const struct place *p)
{
	struct arena a = {0};
	struct arg_words words = arg_words_of(p->takes, &a);
	buf_add(out, STR("\t\tcase "));
	add_names(out, p, " ");
	buf_printf(out, "\n\t\t\tprintf '%%s\\n' %s", kinds[p->takes->kind]);
	for (size_t i = 0; i < words.count; i++)
		fish_item(out, words.items[i].text, words.items[i].help);
	buf_addc(out, '\n');
	arena_free(&a);
}

static void fish_places(struct buf *out)
{
	each_place(out, fish_place);
}

static void fish_commands(struct buf *out)
{
	for (size_t i = 0; cmds[i]; i++)
		fish_item(out, cmds[i]->name, cmds[i]->help);
}

static void fish_filter_keys(struct buf *out)
{
	struct arena a = {0};
	for (int k = 0; k < FILTER_KEY_COUNT; k++)
		fish_item(out, arena_printf(&a, "%s:", filter_keys[k].name).p, filter_keys[k].help);
	arena_free(&a);
}

static void fish_option(struct buf *out, const struct cmd *c, const struct opt *o)
{
	struct buf help = {0};
	opt_sentence(o, &help);
	for (int no = 0; no < (opt_has_opposite(o) ? 2 : 1); no++) {
		buf_printf(out, "complete -c deadletter -n '__deadletter_in %s' -l %s%s", c->name, no ? "no-" : "",
			   o->name);
		if (o->letter)
			buf_printf(out, " -s %c", o->letter);
		if (o->arg)
			buf_printf(out, " -x -a '(__deadletter_at \"%s --%s\")'", c->name, o->name);
		buf_add(out, STR(" -d '"));
		add_escaped(out, FISH, help.p);
		buf_add(out, STR("'\n"));
	}
	buf_free(&help);
}

static void fish_options(struct buf *out)
{
	for (size_t i = 0; cmds[i]; i++)
		each_option(out, cmds[i], fish_option);
}

const struct part shell_parts[] = {
	{"command-names", command_names},
	{"filter-key-names", filter_key_names},
	{"bash-places", bash_places},
	{"bash-options", bash_options},
	{"zsh-places", zsh_places},
	{"zsh-commands", zsh_commands},
	{"zsh-filter-keys", zsh_filter_keys},
	{"zsh-arguments", zsh_arguments},
	{"fish-places", fish_places},
	{"fish-commands", fish_commands},
	{"fish-filter-keys", fish_filter_keys},
	{"fish-options", fish_options},
	{NULL, NULL},
};
