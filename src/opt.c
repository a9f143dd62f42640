#include "opt.h"

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

/* `attached`: the value in the same word, or NULL. */
static bool found(struct parse *p, size_t i, const char *word, const char *attached)
{
	if (!p->opts[i].arg) {
		if (attached)
			return usage(p, "no value belongs to", word);
		give(p, i, "");
		return true;
	}
	if (!attached && p->at + 1 >= p->argc)
		return usage(p, "a value is missing behind", word);
	give(p, i, attached ? attached : p->argv[++p->at]);
	return true;
}

static bool long_option(struct parse *p, const char *word)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	for (size_t i = 0; i < p->count; i++)
		if (strlen(p->opts[i].name) == len && memcmp(p->opts[i].name, name, len) == 0)
			return found(p, i, word, equals ? equals + 1 : NULL);
	return usage(p, "unknown option", word);
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

void opt_help(const struct opt *opts, size_t count, struct buf *out)
{
	int widest = 0;
	for (size_t i = 0; i < count; i++) {
		int w = (int)strlen(opts[i].name) + (opts[i].arg ? 1 + (int)strlen(opts[i].arg) : 0);
		widest = w > widest ? w : widest;
	}
	for (size_t i = 0; i < count; i++) {
		char left[80];
		snprintf(left, sizeof left, "%s%s%s", opts[i].name, opts[i].arg ? " " : "",
			 opts[i].arg ? opts[i].arg : "");
		if (opts[i].letter)
			buf_printf(out, "  -%c, --%-*s  %s\n", opts[i].letter, widest, left, opts[i].help);
		else
			buf_printf(out, "      --%-*s  %s\n", widest, left, opts[i].help);
	}
}
