#include "opt.h"

#include "text.h"

#include <string.h>

struct parse {
	const char *command;
	const struct opt *opts;
	size_t count;
	int argc;
	char **argv;
	int at;
	struct arena *a;
	struct opt_result *out;
	struct err *e;
};

static bool usage(struct parse *p, const char *what, const char *word)
{
	return err_set(p->e, ERR_USAGE, "%s %s; see %s --help", what, word, p->command);
}

static void give(struct parse *p, size_t i, const char *value)
{
	struct opt_multi *m = &p->out->all[i];
	const char **values = arena_array(p->a, const char *, (size_t)m->count + 1);
	if (m->count > 0)
		memcpy(values, m->values, (size_t)m->count * sizeof *values);
	values[m->count++] = value;
	m->values = values;
	p->out->values[i] = value;
}

bool opt_has_opposite(const struct opt *o)
{
	return !o->arg && o->takes == &arg_yes_no;
}

/* "FORMAT" as a word within a sentence. */
static const char *noun(struct parse *p, const struct opt *o)
{
	char *word = arena_cstr(p->a, str_of(o->arg));
	for (char *c = word; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
	return word;
}

/* A value of those that are one word among several, as the table has it. */
static bool give_word(struct parse *p, size_t i, const char *value)
{
	const struct opt *o = &p->opts[i];
	struct arg_words words = arg_words_of(o->takes, p->a);
	const struct arg_word *word = arg_find(&words, str_of(value));
	if (word) {
		give(p, i, word->text);
		return true;
	}
	struct buf why = {0};
	bool near = arg_unknown(&words, noun(p, o), str_of(value), &why);
	if (!near)
		buf_printf(&why, "; see %s --help", p->command);
	err_set(p->e, ERR_USAGE, "%s", why.p);
	buf_free(&why);
	return false;
}

/* `attached`: the value in the same word, or NULL. */
static bool found(struct parse *p, size_t i, const char *word, const char *attached)
{
	if (!p->opts[i].arg) {
		if (attached)
			return usage(p, "no value belongs to", word);
		give(p, i, opt_has_opposite(&p->opts[i]) ? "yes" : "");
		return true;
	}
	if (!attached && p->at + 1 >= p->argc)
		return usage(p, "a value is missing behind", word);
	const char *value = attached ? attached : p->argv[++p->at];
	if (p->opts[i].takes->kind == ARG_WORD)
		return give_word(p, i, value);
	give(p, i, value);
	return true;
}

static bool unknown_option(struct parse *p, const char *word, struct str name)
{
	bool no = str_starts(name, STR("no-"));
	struct guess g = {.word = no ? str_slice(name, 3, SIZE_MAX) : name};
	for (size_t i = 0; i < p->count; i++)
		if (!no || opt_has_opposite(&p->opts[i]))
			guess_offer(&g, p->opts[i].name);
	if (!g.nearest)
		return usage(p, "unknown option", word);
	return err_set(p->e, ERR_USAGE, "unknown option %s; did you mean --%s%s?", word, no ? "no-" : "", g.nearest);
}

static bool long_option(struct parse *p, const char *word)
{
	const char *equals = strchr(word, '=');
	struct str name = str_slice(str_of(word), 2, equals ? (size_t)(equals - word - 2) : SIZE_MAX);
	bool no = str_starts(name, STR("no-"));
	for (size_t i = 0; i < p->count; i++) {
		if (str_eq(name, str_of(p->opts[i].name)))
			return found(p, i, word, equals ? equals + 1 : NULL);
		if (no && opt_has_opposite(&p->opts[i]) && !equals &&
		    str_eq(str_slice(name, 3, SIZE_MAX), str_of(p->opts[i].name))) {
			give(p, i, "no");
			return true;
		}
	}
	return unknown_option(p, word, name);
}

static bool short_options(struct parse *p, const char *word)
{
	for (const char *c = word + 1; *c; c++) {
		size_t i = 0;
		while (i < p->count && p->opts[i].letter != *c)
			i++;
		if (i == p->count)
			return usage(p, "unknown option", word);
		if (p->opts[i].arg)
			return found(p, i, word, c[1] ? c + 1 : NULL);
		give(p, i, "");
	}
	return true;
}

/* A negated term of a filter, such as -status:dropped or -5.1.1, is no option. */
static bool is_term(const char *word)
{
	const char *c = word + 1;
	while ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z'))
		c++;
	return (c > word + 1 && *c == ':') || (word[1] >= '0' && word[1] <= '9');
}

bool opt_parse(const char *command, const struct opt *opts, size_t count, int argc, char **argv, struct arena *a,
	       struct opt_result *out, struct err *e)
{
	const char **words = arena_array(a, const char *, (size_t)argc);
	*out = (struct opt_result){
		.words = words,
		.values = arena_array(a, const char *, count),
		.all = arena_array(a, struct opt_multi, count),
	};
	struct parse p = {command, opts, count, argc, argv, 0, a, out, e};
	bool options = true;
	for (p.at = 1; p.at < argc; p.at++) {
		const char *word = argv[p.at];
		if (!options || word[0] != '-' || word[1] == '\0' || is_term(word))
			words[out->word_count++] = word;
		else if (strcmp(word, "--") == 0)
			options = false;
		else if (!(word[1] == '-' ? long_option(&p, word) : short_options(&p, word)))
			return false;
	}
	return true;
}

void opt_sentence(const struct opt *o, struct buf *out)
{
	struct arena a = {0};
	if (o->arg && o->takes->kind == ARG_WORD) {
		struct arg_words words = arg_words_of(o->takes, &a);
		arg_enumerate(&words, out);
		buf_add(out, STR("; "));
	}
	buf_add(out, str_of(o->help));
	arena_free(&a);
}

void opt_row(struct buf *out, const char *left, int width, struct str words)
{
	buf_printf(out, "%-*s", width, left);
	text_wrap(out, words, width, width, HELP_COLUMNS, false);
	buf_addc(out, '\n');
}

/* "--output FILE", "--[no-]mouse" */
static void add_name(const struct opt *o, struct buf *out)
{
	buf_printf(out, "--%s%s%s%s", opt_has_opposite(o) ? "[no-]" : "", o->name, o->arg ? " " : "",
		   o->arg ? o->arg : "");
}

void opt_help(const struct opt *opts, size_t count, struct buf *out)
{
	enum { BEFORE = 6, BEHIND = 2 }; /* "  -o, ", and the blanks before the help */
	struct buf left = {0}, help = {0};
	size_t widest = 0;
	for (size_t i = 0; i < count; i++) {
		buf_reset(&left);
		add_name(&opts[i], &left);
		widest = left.len > widest ? left.len : widest;
	}
	for (size_t i = 0; i < count; i++) {
		const struct opt *o = &opts[i];
		buf_reset(&left);
		buf_reset(&help);
		if (o->letter)
			buf_printf(&left, "  -%c, ", o->letter);
		else
			buf_add(&left, STR("      "));
		add_name(o, &left);
		opt_sentence(o, &help);
		opt_row(out, left.p, BEFORE + (int)widest + BEHIND, buf_str(&help));
	}
	buf_free(&left);
	buf_free(&help);
}
