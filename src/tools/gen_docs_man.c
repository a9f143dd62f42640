/* Parts of the manual, in the macros of man(7). */
#include "gen_docs.h"

#include "action.h"
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

/* ---- text as roff ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Text that may stand anywhere: at the start of a line, or behind a font. */
static void add_text(struct buf *out, struct str s)
{
	if (s.len > 0 && (s.p[0] == '.' || s.p[0] == '\''))
		buf_add(out, STR("\\&"));
	for (size_t i = 0; i < s.len; i++) {
		bool in_word = i > 0 && is_letter(s.p[i - 1]) && i + 1 < s.len && is_letter(s.p[i + 1]);
		switch (s.p[i]) {
		case '\\':
			buf_add(out, STR("\\e"));
			break;
		case '-':
			buf_add(out, STR("\\-"));
			break;
		case '\'': /* within a word it is an apostrophe, else the character itself is meant */
			buf_add(out, in_word ? STR("'") : STR("\\(aq"));
			break;
		case '"':
			buf_add(out, STR("\\(dq"));
			break;
		case '^':
			buf_add(out, STR("\\(ha"));
			break;
		case '~':
			buf_add(out, STR("\\(ti"));
			break;
		case '`':
			buf_add(out, STR("\\(ga"));
			break;
		default:
			buf_addc(out, s.p[i]);
		}
	}
}

/* FONT is B or I. */
static void add_font(struct buf *out, char font, struct str s)
{
	buf_printf(out, "\\f%c", font);
	add_text(out, s);
	buf_add(out, STR("\\fR"));
}

/* Each sentence on a line of its own: roff puts the space between them. */
static void add_sentences(struct buf *out, struct str s)
{
	size_t end;
	while ((end = str_find(s, STR(". "), 0)) != SIZE_MAX) {
		add_text(out, str_slice(s, 0, end + 1));
		buf_addc(out, '\n');
		s = str_slice(s, end + 2, SIZE_MAX);
	}
	add_text(out, s);
	buf_addc(out, '\n');
}

/* "FILE [FILTER] [-o OUT]": what is in capitals is to be replaced, options are typed as they are. */
static void add_usage(struct buf *out, struct str s)
{
	while (s.len > 0) {
		size_t n = 0;
		if (s.p[0] >= 'A' && s.p[0] <= 'Z') {
			while (n < s.len && s.p[n] >= 'A' && s.p[n] <= 'Z')
				n++;
			add_font(out, 'I', str_slice(s, 0, n));
		} else if (s.p[0] == '-') {
			while (n < s.len && s.p[n] != ' ' && s.p[n] != ']')
				n++;
			add_font(out, 'B', str_slice(s, 0, n));
		} else {
			n = 1;
			add_text(out, str_slice(s, 0, n));
		}
		s = str_slice(s, n, SIZE_MAX);
	}
}

/* ---- parts ---- */

static void version(struct buf *out)
{
	buf_add(out, STR(DEADLETTER_VERSION));
}

/* Of this version, not of the day on which it is built. */
static void date(struct buf *out)
{
	int64_t t = 0;
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	if (!epoch || !str_to_int(str_of(epoch), &t))
		die("SOURCE_DATE_EPOCH is not set: it tells the date of the manual");
	struct civil c = civil_of(t);
	buf_printf(out, "%04lld-%02d-%02d", (long long)c.year, c.month, c.day);
}

static void add_call(struct buf *out, const struct cmd *c)
{
	buf_add(out, STR("\\fBdeadletter"));
	if (c != cmds[0])
		buf_printf(out, " %s", c->name);
	buf_add(out, STR("\\fR "));
	add_usage(out, str_of(c->usage));
}

static void synopsis(struct buf *out)
{
	for (size_t i = 0; cmds[i]; i++) {
		buf_add(out, i ? STR(".br\n") : STR(""));
		add_call(out, cmds[i]);
		buf_addc(out, '\n');
	}
}

/* Words with a line each; of a list, a star marks those that are there without the option. */
static void add_words(struct buf *out, const struct opt *o)
{
	struct arena a = {0};
	struct arg_words words = arg_words_of(o->takes, &a);
	bool list = o->takes && o->takes->kind == ARG_LIST;
	if (words.count > 0 && words.items[0].help[0]) {
		if (list)
			buf_add(out, STR("Those with a star are the usual ones:\n"));
		buf_add(out, STR(".RS\n.PD 0\n"));
		for (size_t i = 0; i < words.count; i++) {
			buf_add(out, STR(".TP 16\n"));
			add_font(out, 'B', str_of(words.items[i].text));
			buf_add(out, list && words.items[i].usual ? STR(" *\n") : STR("\n"));
			add_sentences(out, str_of(words.items[i].help));
		}
		buf_add(out, STR(".RE\n.PD\n"));
	} else if (o->arg && o->takes->kind == ARG_PAIR) {
		struct buf names = {0};
		arg_enumerate(&words, &names);
		add_font(out, 'I', str_slice(str_of(o->arg), 0, strcspn(o->arg, "=")));
		buf_add(out, STR(" is "));
		add_text(out, buf_str(&names));
		buf_add(out, STR(".\n"));
		buf_free(&names);
	}
	arena_free(&a);
}

static void add_option(struct buf *out, const struct opt *o)
{
	buf_add(out, STR(".TP\n"));
	if (o->letter)
		buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
	buf_add(out, STR("\\fB\\-\\-"));
	add_text(out, str_of(o->name));
	buf_add(out, STR("\\fR"));
	if (o->arg) {
		buf_addc(out, ' ');
		add_usage(out, str_of(o->arg));
	}
	buf_addc(out, '\n');
	struct buf help = {0};
	opt_sentence(o, &help);
	add_sentences(out, buf_str(&help));
	buf_free(&help);
	add_words(out, o);
}

static void commands(struct buf *out)
{
	for (size_t i = 0; cmds[i]; i++) {
		const struct cmd *c = cmds[i];
		buf_add(out, STR(".SS "));
		buf_addc(out, '"');
		add_call(out, c);
		buf_add(out, STR("\"\n"));
		add_sentences(out, str_of(c->help));
		if (c->more) {
			buf_add(out, STR(".PP\n"));
			add_sentences(out, str_of(c->more));
		}
		for (size_t k = 0; k < c->opt_count; k++)
			add_option(out, &c->opts[k]);
		if (c->configured)
			buf_add(out, STR(".PP\nIt takes the options of\n.B CONFIGURATION\ntoo.\n"));
	}
}

/* ---- configuration ---- */

/* As it stands in the file. */
static void add_setting(struct buf *out, const struct config_option *o)
{
	struct buf help = {0};
	buf_printf(&help, "%s.%s%s", o->opt.help, o->more ? " " : "", o->more ? o->more : "");
	buf_add(out, STR(".TP\n"));
	add_font(out, 'B', str_of(o->opt.name));
	buf_add(out, STR(" = "));
	if (o->opt.arg)
		add_usage(out, str_of(o->opt.arg));
	else
		buf_add(out, STR("\\fByes\\fR or \\fBno\\fR"));
	buf_addc(out, '\n');
	add_sentences(out, buf_str(&help));
	if (o->fallback[0]) {
		buf_add(out, STR("By default "));
		add_font(out, 'B', str_of(o->fallback));
		buf_add(out, STR(".\n"));
	}
	if (o->opt.arg && o->opt.takes->kind != ARG_FILTER)
		add_words(out, &o->opt);
	buf_free(&help);
}

static void configuration(struct buf *out)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		add_setting(out, &config_options[i]);
}

/* "Down, j" */
static void add_keys(struct buf *out, const char *keys)
{
	struct str rest = str_of(keys), one;
	for (bool first = true; str_next(&rest, ' ', &one); first = false) {
		buf_add(out, first ? STR("") : STR(", "));
		add_font(out, 'B', one);
	}
	buf_addc(out, '\n');
}

static void keys(struct buf *out)
{
	for (size_t g = 0; g < action_count; g++) {
		bool met = false;
		for (size_t i = 0; i < g; i++)
			met = met || strcmp(actions[i].group, actions[g].group) == 0;
		if (met)
			continue;
		buf_add(out, STR(".SS "));
		buf_addc(out, '"');
		add_text(out, str_of(actions[g].group));
		buf_add(out, STR("\"\n.PD 0\n"));
		for (size_t i = g; i < action_count; i++) {
			if (strcmp(actions[i].group, actions[g].group) != 0)
				continue;
			buf_add(out, STR(".TP 16\n"));
			add_keys(out, actions[i].keys);
			add_text(out, str_of(actions[i].help));
			buf_add(out, STR(" ("));
			add_font(out, 'I', str_of(actions[i].name));
			buf_add(out, STR(")\n"));
		}
		buf_add(out, STR(".PD\n"));
	}
}

/* An example, which stays on one line. */
static void add_example(struct buf *out, const char *text)
{
	struct str rest = str_of(text), part;
	buf_add(out, STR("\\fB"));
	for (bool first = true; str_next(&rest, ' ', &part); first = false) {
		buf_add(out, first ? STR("") : STR("\\ "));
		add_text(out, part);
	}
	buf_add(out, STR("\\fR"));
}

static void filter_terms(struct buf *out)
{
	buf_add(out, STR(".PD 0\n"));
	for (int k = 0; k < FILTER_KEY_COUNT; k++) {
		const struct filter_key_info *key = &filter_keys[k];
		buf_printf(out, ".TP 18\n\\fB%s:\\fI%s\\fR\n", key->name, key->value);
		add_text(out, str_of(key->help));
		buf_add(out, STR(" ("));
		add_example(out, key->example);
		buf_add(out, STR(")\n"));
	}
	buf_add(out, STR(".PD\n"));
}

const struct part man_parts[] = {
	{"version", version},
	{"date", date},
	{"synopsis", synopsis},
	{"commands", commands},
	{"keys", keys},
	{"filter-terms", filter_terms},
	{"configuration", configuration},
	{NULL, NULL},
};
