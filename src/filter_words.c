#include "filter.h"

#include "codes.h"

/* What is proposed behind a key. The classes stand in filter_parse.c, where they are read. */

static void code_words(struct arg_words *w)
{
	arg_add(w, "none", "Neither code", false);
	codes_arg.words(w);
}

const struct arg filter_codes = {ARG_TEXT, code_words};

/* How many subjects a text is part of. */
static int subjects_with(struct str text)
{
	int n = 0;
	for (int s = 0; s <= 7; s++)
		n += str_find_nocase(str_of(codes_subject(s)->name), text, 0) != SIZE_MAX;
	return n;
}

/* The first word of a subject's name that means no other one, in small letters: "security" */
static const char *subject_word(int subject, struct arena *a)
{
	struct str rest = str_of(codes_subject(subject)->name), word;
	while (str_next(&rest, ' ', &word)) {
		if (subjects_with(word) > 1)
			continue;
		char *copy = arena_cstr(a, word);
		for (char *c = copy; *c; c++)
			*c = (char)(*c | 0x20);
		return copy;
	}
	return NULL;
}

static void subject_words(struct arg_words *w)
{
	for (int s = 0; s <= 7; s++)
		arg_add(w, arena_printf(w->a, "%d", s).p, codes_subject(s)->name, false);
	for (int s = 0; s <= 7; s++) {
		const char *word = subject_word(s, w->a);
		if (word)
			arg_add(w, word, codes_subject(s)->name, false);
	}
	arg_add(w, "none", "No enhanced code", false);
}

const struct arg filter_subjects = {ARG_TEXT, subject_words};

static void outcome_words(struct arg_words *w)
{
	for (int o = 0; o < OUTCOME_COUNT; o++)
		arg_add(w, outcome_name((enum outcome)o), "", outcome_is_failure((enum outcome)o));
	arg_add(w, "any", "", false);
}

const struct arg filter_outcomes = {ARG_WORD, outcome_words};

static void time_words(struct arg_words *w)
{
	static const char *const words[] = {"today", "yesterday", "24h", "7d", "2w"};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		arg_add(w, words[i], "", false);
}

const struct arg filter_times = {ARG_TEXT, time_words};
