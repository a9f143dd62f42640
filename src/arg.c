#include "arg.h"

#include <string.h>

const struct arg arg_text = {ARG_TEXT, NULL};
const struct arg arg_file = {ARG_FILE, NULL};
const struct arg arg_database = {ARG_DATABASE, NULL};
const struct arg arg_source = {ARG_SOURCE, NULL};

static void yes_no_words(struct arg_words *w)
{
	arg_add(w, "yes", "", false);
	arg_add(w, "no", "", false);
}

const struct arg arg_yes_no = {ARG_WORD, yes_no_words};

void arg_add(struct arg_words *w, const char *text, const char *help, bool usual)
{
	if (w->count == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 16;
		struct arg_word *more = arena_array(w->a, struct arg_word, w->cap);
		if (w->count > 0)
			memcpy(more, w->items, w->count * sizeof *more);
		w->items = more;
	}
	w->items[w->count++] = (struct arg_word){text, help, usual};
}

struct arg_words arg_words_of(const struct arg *arg, struct arena *a)
{
	struct arg_words w = {.a = a};
	if (arg && arg->words)
		arg->words(&w);
	return w;
}

const struct arg_word *arg_find(const struct arg_words *w, struct str text)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq_nocase(str_of(w->items[i].text), text))
			return &w->items[i];
	return NULL;
}

void arg_enumerate(const struct arg_words *w, struct buf *out)
{
	for (size_t i = 0; i < w->count; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : i + 1 < w->count ? ", " : " or ", w->items[i].text);
}

bool arg_unknown(const struct arg_words *w, const char *what, struct str text, struct buf *out)
{
	struct guess g = {.word = text};
	for (size_t i = 0; i < w->count; i++)
		guess_offer(&g, w->items[i].text);
	buf_printf(out, "there is no %s \"%.*s\"", what, (int)text.len, text.p ? text.p : "");
	if (g.nearest) {
		buf_printf(out, "; did you mean %s?", g.nearest);
	} else {
		buf_add(out, STR(": it is "));
		arg_enumerate(w, out);
	}
	return g.nearest != NULL;
}
