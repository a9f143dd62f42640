#include "opt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void colour_words(struct arg_words *w)
{
	arg_add(w, "red", "As blood.", true);
	arg_add(w, "green", "", false);
	arg_add(w, "blue", "", false);
}

static const struct arg colour = {ARG_WORD, colour_words};

static const struct opt opts[] = {
	{'o', "output", "OUT", "Where to.", &arg_text},
	{'v', "verbose", NULL, "Say more.", NULL},
	{'q', "quiet", NULL, "Say less.", NULL},
	{0, "columns", "LIST", "Which columns.", &arg_text},
	{'c', "colour", "COLOUR", "else the colour that the walls of the kitchen have at night.", &colour},
};

enum { WORDS_MAX = 8 };

static bool parse(const char *line, struct arena *a, struct opt_result *out, struct err *e)
{
	char *argv[WORDS_MAX + 2] = {"export"};
	int argc = 1;
	struct str rest = str_of(line), one;
	while (line[0] && str_next(&rest, ' ', &one) && argc <= WORDS_MAX)
		argv[argc++] = arena_cstr(a, str_eq(one, STR("''")) ? STR("") : one);
	return opt_parse("deadletter export", opts, COUNT_OF(opts), argc, argv, a, out, e);
}

/* What was found as one line: the words, then each option with its values. */
static struct str found(const struct opt_result *r, struct arena *a)
{
	struct buf b = {0};
	for (int i = 0; i < r->word_count; i++)
		buf_printf(&b, "%s<%s>", i ? " " : "", r->words[i]);
	for (size_t i = 0; i < COUNT_OF(opts); i++) {
		assert_int_equal(r->values[i] != NULL, r->all[i].count > 0);
		for (int j = 0; j < r->all[i].count; j++)
			buf_printf(&b, " %s=%s", opts[i].name, r->all[i].values[j]);
		if (r->all[i].count > 0)
			assert_ptr_equal(r->values[i], r->all[i].values[r->all[i].count - 1]);
	}
	struct str s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static void test_forms(void **state)
{
	(void)state;
	static const struct {
		const char *line, *found;
	} rows[] = {
		{"", ""},
		{"mail.db bob", "<mail.db> <bob>"},
		{"--output x.csv mail.db", "<mail.db> output=x.csv"},
		{"--output=x.csv mail.db", "<mail.db> output=x.csv"},
		{"--output= mail.db", "<mail.db> output="},
		{"--output '' mail.db", "<mail.db> output="},
		{"mail.db -o x.csv", "<mail.db> output=x.csv"},
		{"mail.db -ox.csv", "<mail.db> output=x.csv"},
		{"-o -", " output=-"},
		{"-o -- mail.db", "<mail.db> output=--"},
		{"-v -q", " verbose= quiet="},
		{"-vq", " verbose= quiet="},
		{"-vqox", " output=x verbose= quiet="},
		{"-v --verbose", " verbose= verbose="},
		{"-o a --output=b -oc", " output=a output=b output=c"},
		{"--columns a=b,c", " columns=a=b,c"},
		{"--colour=red -c BLUE", " colour=red colour=blue"},
		{"-- -o --output", "<-o> <--output>"},
		{"a - '' -- b", "<a> <-> <> <b>"},
		{"mail.db -to:bob -5.1.1 -550 -STATUS:any -v",
		 "<mail.db> <-to:bob> <-5.1.1> <-550> <-STATUS:any> verbose="},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena a = {0};
		struct err e = {0};
		struct opt_result r;
		if (!parse(rows[i].line, &a, &r, &e))
			fail_msg("%s: %s", rows[i].line, e.msg);
		assert_string_equal(found(&r, &a).p ? found(&r, &a).p : "", rows[i].found);
		arena_free(&a);
	}
}

static void test_mistakes(void **state)
{
	(void)state;
	static const struct {
		const char *line, *msg;
	} rows[] = {
		{"--color x", "unknown option --color; did you mean --colour?"},
		{"--colour pink",
		 "there is no colour \"pink\": it is red, green or blue; see deadletter export --help"},
		{"--colour gren", "there is no colour \"gren\"; did you mean green?"},
		{"-cBLEU", "there is no colour \"BLEU\"; did you mean blue?"},
		{"--colour=", "there is no colour \"\": it is red, green or blue; see deadletter export --help"},
		{"--out x", "unknown option --out; see deadletter export --help"},
		{"--outputs x", "unknown option --outputs; did you mean --output?"},
		{"--clumns=x", "unknown option --clumns=x; did you mean --columns?"},
		{"--no-output", "unknown option --no-output; see deadletter export --help"},
		{"--=x", "unknown option --=x; see deadletter export --help"},
		{"-x", "unknown option -x; see deadletter export --help"},
		{"-vx", "unknown option -vx; see deadletter export --help"},
		{"-d", "unknown option -d; see deadletter export --help"},
		{"mail.db -o", "a value is missing behind -o; see deadletter export --help"},
		{"--columns", "a value is missing behind --columns; see deadletter export --help"},
		{"--verbose=yes", "no value belongs to --verbose=yes; see deadletter export --help"},
		{"--verbose=", "no value belongs to --verbose=; see deadletter export --help"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena a = {0};
		struct err e = {0};
		struct opt_result r;
		assert_false(parse(rows[i].line, &a, &r, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		assert_string_equal(e.msg, rows[i].msg);
		arena_free(&a);
	}
}

/* Without any option in the table a word with - is a mistake all the same. */
static void test_no_options(void **state)
{
	(void)state;
	struct arena a = {0};
	struct err e = {0};
	struct opt_result r;
	char *argv[] = {"init", "--force", NULL};
	assert_false(opt_parse("deadletter init", NULL, 0, 2, argv, &a, &r, &e));
	assert_string_equal(e.msg, "unknown option --force; see deadletter init --help");
	e = (struct err){0};
	assert_true(opt_parse("deadletter init", NULL, 0, 1, argv, &a, &r, &e));
	assert_int_equal(r.word_count, 0);
	arena_free(&a);
}

/* A switch that is on or off from elsewhere has an opposite. */
static void test_switch_with_an_opposite(void **state)
{
	(void)state;
	static const struct opt both[] = {
		{0, "mouse", NULL, "Use the mouse.", &arg_yes_no},
		{0, "no-wait", NULL, "Do not wait.", NULL},
	};
	static const struct {
		const char *word, *mouse, *no_wait; /* mouse NULL: a mistake */
	} rows[] = {
		{"--mouse", "yes", NULL}, {"--no-mouse", "no", NULL},   {"--no-wait", NULL, ""},
		{"--wait", NULL, NULL},   {"--no-mouse=1", NULL, NULL}, {"--no-no-wait", NULL, NULL},
	};
	struct arena a = {0};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *argv[] = {"browse", arena_cstr(&a, str_of(rows[i].word)), NULL};
		struct err e = {0};
		struct opt_result r;
		bool ok = opt_parse("deadletter", both, COUNT_OF(both), 2, argv, &a, &r, &e);
		assert_int_equal(ok, rows[i].mouse || rows[i].no_wait);
		if (ok && rows[i].mouse)
			assert_string_equal(r.values[0], rows[i].mouse);
		assert_true(!ok || !rows[i].no_wait || r.values[1]);
	}
	struct buf b = {0};
	opt_help(both, COUNT_OF(both), &b);
	assert_string_equal(b.p, "      --[no-]mouse  Use the mouse.\n"
				 "      --no-wait     Do not wait.\n");
	buf_free(&b);
	arena_free(&a);
}

static void test_help_is_aligned(void **state)
{
	(void)state;
	struct buf b = {0};
	opt_help(opts, COUNT_OF(opts), &b);
	assert_string_equal(b.p, "  -o, --output OUT     Where to.\n"
				 "  -v, --verbose        Say more.\n"
				 "  -q, --quiet          Say less.\n"
				 "      --columns LIST   Which columns.\n"
				 "  -c, --colour COLOUR  red, green or blue; else the colour that the walls of the\n"
				 "                       kitchen have at night.\n");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),           cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_no_options),      cmocka_unit_test(test_switch_with_an_opposite),
		cmocka_unit_test(test_help_is_aligned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
