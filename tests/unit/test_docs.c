/* The manual and the completions hold every row of the tables that they are made of. BUILD is the folder of the build. */
#include "action.h"
#include "cmd.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *docs[4]; /* as names[] */
static const char *const names[COUNT_OF(docs)] = {"deadletter.1", "deadletter.bash", "_deadletter", "deadletter.fish"};

/* Without the escapes of roff, so that all can be searched for the same text. */
static char *read_doc(const char *name)
{
	const char *build = getenv("BUILD");
	struct arena a = {0};
	struct buf text = {0};
	FILE *f = fopen(arena_printf(&a, "%s/docs/%s", build ? build : "build", name).p, "r");
	assert_non_null(f);
	bool roff = strcmp(name, "deadletter.1") == 0;
	for (int c; (c = getc(f)) != EOF;) {
		if (roff && c == '\\') {
			c = getc(f);
			if (c == 'f') {
				getc(f); /* a font */
				continue;
			}
			c = c == 'e' ? '\\' : c;
		}
		buf_addc(&text, (char)c);
	}
	fclose(f);
	arena_free(&a);
	return text.p;
}

static int setup(void **state)
{
	(void)state;
	for (size_t d = 0; d < COUNT_OF(docs); d++)
		docs[d] = read_doc(names[d]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t d = 0; d < COUNT_OF(docs); d++)
		free(docs[d]);
	return 0;
}

static void expect(size_t doc, const char *text)
{
	if (!strstr(docs[doc], text))
		fail_msg("%s does not hold \"%s\"", names[doc], text);
}

static void expect_everywhere(const char *text)
{
	for (size_t d = 0; d < COUNT_OF(docs); d++)
		expect(d, text);
}

static void expect_option(const struct cmd *c, const struct opt *o, bool configured)
{
	struct arena a = {0};
	expect(0, arena_printf(&a, configured ? "%s =" : "--%s", o->name).p);
	expect(1, arena_printf(&a, "--%s ", o->name).p);
	expect(2, arena_printf(&a, "--%s", o->name).p);
	expect(3, arena_printf(&a, "'__deadletter_in %s' -l %s ", c->name, o->name).p);
	if (opt_has_opposite(o)) {
		expect(1, arena_printf(&a, "--no-%s ", o->name).p);
		expect(2, arena_printf(&a, "--no-%s", o->name).p);
		expect(3, arena_printf(&a, "'__deadletter_in %s' -l no-%s ", c->name, o->name).p);
	}
	/* What takes a value says which. */
	assert_true(!o->arg || o->takes);
	struct arg_words words = arg_words_of(o->takes, &a);
	for (size_t i = 0; o->arg && i < words.count; i++)
		expect_everywhere(words.items[i].text);
	arena_free(&a);
}

static void test_commands_and_options(void **state)
{
	(void)state;
	struct arena a = {0};
	for (size_t i = 0; cmds[i]; i++) {
		expect_everywhere(cmds[i]->name);
		expect(0, cmds[i]->help);
		size_t count;
		const struct opt *opts = cmd_opts(cmds[i], &a, &count);
		for (size_t k = 0; k < count; k++)
			expect_option(cmds[i], &opts[k], k > cmds[i]->opt_count);
	}
	arena_free(&a);
}

static void test_filter_keys(void **state)
{
	(void)state;
	struct arena a = {0};
	for (int k = 0; k < FILTER_KEY_COUNT; k++) {
		expect(0, arena_printf(&a, "%s:%s", filter_keys[k].name, filter_keys[k].value).p);
		expect(1, arena_printf(&a, " %s:", filter_keys[k].name).p + (k == 0));
		expect(2, arena_printf(&a, "'%s\\::", filter_keys[k].name).p);
		expect(3, arena_printf(&a, "'%s:\t", filter_keys[k].name).p);
	}
	arena_free(&a);
}

/* The manual's section of a group of actions, up to the next one. */
static struct str section_of(const char *group, struct arena *a)
{
	struct str manual = str_of(docs[0]);
	size_t from = str_find(manual, arena_printf(a, "\n.SS \"%s\"\n", group), 0);
	if (from == SIZE_MAX)
		fail_msg("%s has no section %s", names[0], group);
	size_t until = str_find(manual, STR("\n.S"), from + 1);
	return str_slice(manual, from, until - from);
}

/* Each action has a paragraph of its own in its group's section: its keys, what it does, its name. */
static void test_actions(void **state)
{
	(void)state;
	struct arena a = {0};
	for (size_t i = 0; i < action_count; i++) {
		struct str keys = str_of(actions[i].keys), one, section = section_of(actions[i].group, &a);
		struct buf want = {0};
		buf_add(&want, STR(".TP 16\n"));
		for (bool first = true; str_next(&keys, ' ', &one); first = false)
			buf_printf(&want, "%s%.*s", first ? "" : ", ", (int)one.len, one.p);
		buf_printf(&want, "\n%s (%s)\n", actions[i].help, actions[i].name);
		size_t at = str_find(section, buf_str(&want), 0);
		if (at == SIZE_MAX)
			fail_msg("section %s of %s does not hold:\n%s", actions[i].group, names[0], want.p);
		assert_true(str_find(section, buf_str(&want), at + 1) == SIZE_MAX);
		buf_free(&want);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands_and_options),
		cmocka_unit_test(test_filter_keys),
		cmocka_unit_test(test_actions),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
