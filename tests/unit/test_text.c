#include "text.h"

#include <gnu/libc-version.h>
#include <limits.h>
#include <locale.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

static struct str encoded(struct buf *b, char32_t c)
{
	buf_reset(b);
	text_encode(b, c);
	return buf_str(b);
}

static void test_decodes_what_it_encodes(void **state)
{
	(void)state;
	struct buf b = {0};
	for (char32_t c = 0; c <= 0x10FFFF; c++) {
		if (c == 0xD800)
			c = 0xE000;
		struct str s = encoded(&b, c);
		char32_t back = 0;
		assert_int_equal(text_decode(s, 0, &back), s.len);
		assert_int_equal(back, c);
		assert_int_equal(text_decode(str_slice(s, 0, s.len - 1), 0, &back), 0);
	}
	assert_string_equal(encoded(&b, 0xD800).p, "\xEF\xBF\xBD");
	assert_string_equal(encoded(&b, 0x110000).p, "\xEF\xBF\xBD");
	buf_free(&b);
}

static void test_refuses_bad_utf8(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"\x80",
		"\xBF",
		"\xC0\x80",
		"\xC1\xBF",
		"\xC3",
		"\xC3(",
		"\xE0\x80\x80",
		"\xE0\x9F\xBF",
		"\xE2\x82",
		"\xE2(\xA1",
		"\xE2\x82(",
		"\xED\xA0\x80",
		"\xED\xBF\xBF",
		"\xF0\x80\x80\x80",
		"\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80",
		"\xF0\x9F\x98",
		"\xFE",
		"\xFF",
	};
	char32_t c;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(text_decode(str_of(bad[i]), 0, &c), 0);
}

struct shown {
	const char *in;
	size_t len; /* 0: strlen */
	int columns;
	const char *utf8, *ascii;
};

static const struct shown shown[] = {
	{.in = "", .utf8 = "", .ascii = ""},
	{.in = "plain text ~", .utf8 = "plain text ~", .ascii = "plain text ~"},
	{.in = "a\0b", .len = 3, .utf8 = "a␀b", .ascii = "a<00>b"},
	{.in = "\x1b[31mred\x1b]0;x\a", .utf8 = "␛[31mred␛]0;x␇", .ascii = "<1B>[31mred<1B>]0;x<07>"},
	{.in = "one\r\ntwo\t\x7f", .utf8 = "one␍␊two␉␡", .ascii = "one<0D><0A>two<09><7F>"},
	/* C1, as a code point and as a byte */
	{.in = "\xC2\x9B"
	       "31m \x9b"
	       "31m",
	 .utf8 = "<9B>31m <9B>31m",
	 .ascii = "<9B>31m <9B>31m"},
	{.in = "\xE2\x82 \xF0\x9F", .utf8 = "<E2><82> <F0><9F>", .ascii = "<E2><82> <F0><9F>"},
	{.in = "\xED\xA0\x80", .utf8 = "<ED><A0><80>", .ascii = "<ED><A0><80>"},
	/* bidi override, isolate; zero-width space, joiner; BOM; soft hyphen; separators; tag; annotation */
	{.in = "\u202Egpj.exe\u2066", .utf8 = "<U+202E>gpj.exe<U+2066>", .ascii = "<U+202E>gpj.exe<U+2066>"},
	{.in = "a\u200Bb\u200Dc\uFEFF", .utf8 = "a<U+200B>b<U+200D>c<U+FEFF>", .ascii = "a<U+200B>b<U+200D>c<U+FEFF>"},
	{.in = "\u00AD\u2028\u2029", .utf8 = "<U+00AD><U+2028><U+2029>", .ascii = "<U+00AD><U+2028><U+2029>"},
	{.in = "\U000E0041\uFFF9", .utf8 = "<U+E0041><U+FFF9>", .ascii = "<U+E0041><U+FFF9>"},
	/* variation selector, invisible filler, private use, not assigned, no character */
	{.in = "\u2764\uFE0F\u3164", .utf8 = "❤<U+FE0F><U+3164>", .ascii = "?<U+FE0F><U+3164>"},
	{.in = "\uE000\u0378\uFFFF", .utf8 = "<U+E000><U+0378><U+FFFF>", .ascii = "<U+E000><U+0378><U+FFFF>"},
	{.in = "\U0010FFFF", .utf8 = "<U+10FFFF>", .ascii = "<U+10FFFF>"},
	{.in = "zoë \U0001F600 件名", .utf8 = "zoë \U0001F600 件名", .ascii = "zo? ?? ????"},
	/* marks: joined, alone at the start, after a stand-in, too many, on a wide character; Hangul in parts */
	{.in = "e\u0301", .utf8 = "e\u0301", .ascii = "?"},
	{.in = "\u0301x", .utf8 = "\u25CC\u0301x", .ascii = "?x"},
	{.in = "\n\u0301", .utf8 = "␊\u25CC\u0301", .ascii = "<0A>?"},
	{.in = "a\u0301\u0302\u0303\u0304\u0305",
	 .utf8 = "a\u0301\u0302\u25CC\u0303\u0304\u25CC\u0305",
	 .ascii = "???"},
	{.in = "件\u0301", .utf8 = "件\u0301", .ascii = "??"},
	{.in = "\u1112\u1161\u11AB", .utf8 = "\u1112\u1161\u11AB", .ascii = "??"},
	/* clipping */
	{.in = "abcdef", .columns = 6, .utf8 = "abcdef", .ascii = "abcdef"},
	{.in = "abcdefg", .columns = 6, .utf8 = "abcde…", .ascii = "abcde~"},
	{.in = "abc", .columns = 1, .utf8 = "…", .ascii = "~"},
	{.in = "abc", .columns = -1, .utf8 = "", .ascii = ""},
	{.in = "件名件名", .columns = 8, .utf8 = "件名件名", .ascii = "????????"},
	{.in = "件名件名", .columns = 7, .utf8 = "件名件…", .ascii = "??????~"},
	{.in = "件名件名", .columns = 6, .utf8 = "件名…", .ascii = "?????~"},
	{.in = "e\u0301e\u0301e\u0301", .columns = 2, .utf8 = "e\u0301…", .ascii = "?~"},
};

static void test_shows(void **state)
{
	(void)state;
	struct buf b = {0};
	for (size_t i = 0; i < COUNT_OF(shown); i++) {
		const struct shown *t = &shown[i];
		struct str in = {t->in, t->len ? t->len : strlen(t->in)};
		for (int ascii = 0; ascii <= 1; ascii++) {
			buf_reset(&b);
			buf_add(&b, STR("> "));
			text_show(&b, in, t->columns, ascii);
			assert_string_equal(b.p + 2, ascii ? t->ascii : t->utf8);
			if (t->columns == 0)
				assert_int_equal(text_width(str_slice(buf_str(&b), 2, b.len), ascii),
						 text_width(in, ascii));
			else if (t->columns > 0)
				assert_true(text_width(str_slice(buf_str(&b), 2, b.len), ascii) <= t->columns);
		}
	}
	buf_free(&b);
}

static void test_shows_into_an_arena(void **state)
{
	(void)state;
	struct arena a = {0};
	assert_string_equal(text_shown(&a, STR("x\033y"), 0, false).p, "x␛y");
	assert_string_equal(text_shown(&a, STR(""), 0, false).p, "");
	arena_free(&a);
}

/* The cells of a walk cover the source bytes in order, without gap; a stand-in's cells share their range. */
static void test_cells_cover_the_source(void **state)
{
	(void)state;
	struct text_walk w = text_walk_of(STR("a\u0301\u202Eb\xFF件"), false);
	static const struct {
		size_t from, len;
		int cells, width;
		bool stand_in;
	} want[] = {
		{0, 3, 1, 1, false}, {3, 3, 8, 1, true}, {6, 1, 1, 1, false}, {7, 1, 4, 1, true}, {8, 3, 1, 2, false}};
	struct text_cell cell;
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		for (int n = 0; n < want[i].cells; n++) {
			assert_true(text_next(&w, &cell));
			assert_int_equal(cell.from, want[i].from);
			assert_int_equal(cell.len, want[i].len);
			assert_int_equal(cell.width, want[i].width);
			assert_int_equal(cell.stand_in, want[i].stand_in);
		}
	}
	assert_false(text_next(&w, &cell));
	assert_false(text_next(&w, &cell));
}

/* Every character shown as itself takes the columns that the C library, and so curses, gives it. */
static void test_widths_agree_with_the_c_library(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	struct buf b = {0};
	int shown_as_itself = 0, differ = 0;
	for (char32_t c = 0x20; c <= 0x10FFFF; c++) {
		if (c == 0xD800)
			c = 0xE000;
		struct text_walk w = text_walk_of(encoded(&b, c), false);
		struct text_cell cell;
		assert_true(text_next(&w, &cell));
		if (cell.stand_in && cell.ch[0] != 0x25CC)
			continue;
		shown_as_itself++;
		bool mark = cell.stand_in;
		if (wcwidth((wchar_t)c) != (mark ? 0 : cell.width))
			differ++;
	}
	buf_free(&b);
	setlocale(LC_CTYPE, "C");
	assert_true(shown_as_itself > 140000);
	/* The table is of glibc 2.36; each new Unicode changes the width of a few characters. */
	assert_true(differ <= (strcmp(gnu_get_libc_version(), "2.36") == 0 ? 0 : 256));
}

struct held {
	const char *hay, *needle;
	bool holds;
};

static const struct held held[] = {
	{"", "", true},
	{"abc", "", true},
	{"", "a", false},
	{"ann@EXAMPLE.com", "@example", true},
	{"ANN@example.com", "nn@EX", true},
	{"aaaab", "AAB", true},
	{"aAaAaB", "aab", true},
	{"aaaa", "aab", false},
	{"@[`{", "@[`{", true},
	{"[", "{", false},
	{"@", "`", false},
	{"ZOË@EXÄMPLE.DE", "zoë@exä", true},
	{"zoë", "OË", true},
	{"zoe", "zoë", false},
	{"ΟΔΟΣ", "οδος", true}, /* final sigma is the same letter */
	{"ПОЧТА не дошла", "почта НЕ", true},
	{"ԲԱՐԵՎ", "բարև", false},
	{"ԲԱՐԵՎ", "բարեվ", true},
	{"ĀĂĄ ŁÓDŹ", "łódź", true},
	{"STRAẞE", "straße", true}, /* three bytes and two */
	{"ȺB", "ⱥb", true},         /* two and three */
	{"件名", "名", true},
	{"12345678é", "É", true},
	{"123456789012é", "É", true},
	{"\u212A", "k", false},
	{"k", "\u212A", false},
	{"a\xFF"
	 "b",
	 "\xFF"
	 "B",
	 true},
	{"é", "\xA9", false}, /* half of a character */
	{"é", "\xC3", false},
	{"\xC3 \xA9", "é", false},
	{"\xC3", "\xC3", true},
};

static void test_holds(void **state)
{
	(void)state;
	struct arena a = {0};
	for (size_t i = 0; i < COUNT_OF(held); i++) {
		struct str needle = text_fold(&a, str_of(held[i].needle));
		if (text_holds(str_of(held[i].hay), needle) != held[i].holds)
			fail_msg("\"%s\" in \"%s\" should be %d", held[i].needle, held[i].hay, held[i].holds);
	}
	arena_free(&a);
}

static void test_is(void **state)
{
	(void)state;
	static const struct {
		const char *text, *whole;
		bool is;
	} rows[] = {
		{"", "", true},           {"a", "", false},       {"", "a", false},       {"Bob", "bOB", true},
		{"Bobby", "bob", false},  {"Bo", "bob", false},   {"ZOË", "zoë", true},   {"STRAẞE", "straße", true},
		{"ⱥ", "Ⱥ", true},         {"\u212A", "k", false}, {"\u017f", "s", false}, {"\u017f", "\u017f", true},
		{"a\xFF", "A\xFF", true}, {"é", "\xC3", false},   {"\xC3", "é", false},
	};
	struct arena a = {0};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_is(str_of(rows[i].text), text_fold(&a, str_of(rows[i].whole))) != rows[i].is)
			fail_msg("\"%s\" is \"%s\" should be %d", rows[i].text, rows[i].whole, rows[i].is);
	assert_false(text_is(STR("a\0b"), STR("a\0c")));
	arena_free(&a);
}

static void test_folding_is_stable(void **state)
{
	(void)state;
	struct arena a = {0};
	struct buf b = {0};
	int changed = 0;
	for (char32_t c = 0; c <= 0x1FFFF; c++) {
		struct str s = encoded(&b, c);
		struct str once = text_fold(&a, s);
		changed += !str_eq(once, s);
		assert_true(str_eq(text_fold(&a, once), once));
		assert_true(text_holds(s, once));
		if (c % 4096 == 0)
			arena_free(&a);
	}
	arena_free(&a);
	buf_free(&b);
	assert_true(changed > 1300);
}

static void test_wraps(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int at, left, right;
		const char *wrapped;
	} rows[] = {
		{"", 0, 0, 5, ""},
		{"one", 0, 0, 5, "one"},
		{"one two", 0, 0, 7, "one two"},
		{"one two", 0, 0, 6, "one\ntwo"},
		{"one two six", 2, 1, 9, "one two\n six"},
		{"unbreakable", 0, 2, 5, "unbreakable"},
		{"a unbreakable b", 0, 2, 5, "a\n  unbreakable\n  b"},
		{"zoë zoë", 0, 0, 7, "zoë zoë"},
		{"日本 語", 0, 0, 7, "日本 語"},
		{"日本 語", 0, 0, 6, "日本\n語"},
		{"\033[2J x", 0, 0, 80, "␛[2J x"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b = {0};
		text_wrap(&b, str_of(rows[i].text), rows[i].at, rows[i].left, rows[i].right, false);
		assert_string_equal(b.p ? b.p : "", rows[i].wrapped);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decodes_what_it_encodes),
		cmocka_unit_test(test_refuses_bad_utf8),
		cmocka_unit_test(test_shows),
		cmocka_unit_test(test_shows_into_an_arena),
		cmocka_unit_test(test_wraps),
		cmocka_unit_test(test_cells_cover_the_source),
		cmocka_unit_test(test_widths_agree_with_the_c_library),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_is),
		cmocka_unit_test(test_folding_is_stable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
