#include "wording.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *response, *wording;
} wordings[] = {
	{"", ""},
	{" \t\r\n", ""},
	{"gone  for\tgood \r\n", "gone for good"},
	/* codes at the start */
	{"550 5.1.1 <bob@example.org>: user unknown in table 7", "550 5.1.1 <*>: user unknown in table *"},
	{"550 no one here", "550 no one here"},
	{"5.1.1 no one here", "5.1.1 no one here"},
	{"5.1.1: no one here", "5.1.1: no one here"},
	{"550", "550"},
	{"421-4.7.0 slow down", "421 4.7.0 slow down"},
	{"550 #5.1.0 no", "550 5.1.0 no"},
	{"550 5.1.1x no", "550 * no"},
	{"5501 no", "* no"},
	{"550: no", "*: no"},
	{"192.0.2.7 no", "* no"},
	{"no 550 here, nor 5.1.1", "no * here, nor *"},
	/* codes elsewhere */
	{"host mx7.example[192.0.2.1] said: 450 4.2.0 later", "host *[*] said: 450 4.2.0 later"},
	{"host mx7.example[192.0.2.1] said: 450 later", "host *[*] said: 450 later"},
	{"smtp;550 5.1.1 no", "smtp;550 5.1.1 no"},
	{"smtp; 550-5.1.1 no", "smtp; 550 5.1.1 no"},
	/* lines that repeat them, also made one line */
	{"550-5.1.1 no such\r\n550-5.1.1 person\r\n550 5.1.1 here", "550 5.1.1 no such person here"},
	{"550-5.1.1 no such 550-5.1.1 person 550 5.1.1 here", "550 5.1.1 no such person here"},
	{"550-no such\n550-person\n550 here", "550 no such person here"},
	{"550-no such 550-person 551 here", "550 no such person * here"},
	{"452 4.2.2 over 452 MB", "452 4.2.2 over * MB"},
	{"550-5.1.1 a\n550-5.7.1 b", "550 5.1.1 a * b"},
	/* what is in brackets and quotes */
	{"<a b> <> < a> [192.0.2.1] [a 7] {Q1} \"x\" \"two words\"", "<a b> <> < a> [*] [a *] {*} \"*\" \"two words\""},
	{"user 'bob' isn't here, nor is `ann', the users' box is full",
	 "user '*' isn't here, nor is `*', the users' box is full"},
	{"(mailbox full) (id 42)", "(mailbox full) (id *)"},
	{"<a@b>... no", "<*>... no"},
	{"unclosed <bob@example.org", "unclosed <*"},
	/* words that are somebody's or some thing's */
	{"bob@example.org, o'neil@example.org; ann@example.org.", "*, *; *."},
	{"mx1.example.net Mail.Example.NET mx.例え.テスト. Mail.Example.Net", "* * *. Mail.Example.Net"},
	{"see https://help.example/a?b=c,d&e;f (now).", "see * (now)."},
	{"see www.help.example/why", "see *"},
	{"name=mx.example type=MX", "name=* type=MX"},
	{"2001:db8::1 10.0.0.1:25 -7 +4.5% 3/4", "* * -* +*% *"},
	{"4BcX9z12Qw id-7f3 a_1", "* * *"},
	/* … and that are not */
	{"RESOLVER.ADR.Ambiguous e.g. end.Then and/or well-known",
	 "RESOLVER.ADR.Ambiguous e.g. end.Then and/or well-known"},
	{"受信者が存在しません (メール)", "受信者が存在しません (メール)"},
	{"a*b *", "* *"},
	{"bo\xeete \xff\xfe (\xe9) bytes", "* * (*) bytes"},
	{"bell\a esc\x1b[1m nul", "bell esc [* nul"},
};

static void test_wordings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wordings); i++) {
		struct buf once = {0}, twice = {0};
		wording_mask(str_of(wordings[i].response), &once);
		if (!str_eq(buf_str(&once), str_of(wordings[i].wording)))
			fail_msg("\"%s\" is \"%s\", should be \"%s\"", wordings[i].response, once.p ? once.p : "",
				 wordings[i].wording);
		wording_mask(buf_str(&once), &twice);
		assert_true(str_eq(buf_str(&twice), buf_str(&once)));
		buf_free(&once);
		buf_free(&twice);
	}
}

static void test_the_wording_is_appended(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, STR("said: "));
	wording_mask(STR("550 no"), &b);
	wording_mask(STR(" 7"), &b);
	assert_string_equal(b.p, "said: 550 no*");
	buf_free(&b);
}

/* Long ones are cut between words, between characters where there are no words, and where names in it do not matter. */
static void test_long_responses(void **state)
{
	(void)state;
	struct buf in = {0}, out = {0};
	buf_add(&in, STR("550 5.1.1"));
	for (int i = 0; i < 90; i++)
		buf_add(&in, STR(" word"));
	wording_mask(buf_str(&in), &out);
	assert_int_equal(out.len, 9 + 38 * 5);

	buf_reset(&in);
	buf_reset(&out);
	buf_add(&in, STR("550 "));
	for (int i = 0; i < 150; i++)
		buf_add(&in, STR("あ"));
	wording_mask(buf_str(&in), &out);
	assert_int_equal(out.len, 4 + 65 * 3);

	for (int names = 1; names <= 12; names += 11) {
		buf_reset(&in);
		buf_reset(&out);
		buf_add(&in, STR("550 no one called "));
		for (int i = 0; i < names; i++)
			buf_add(&in, STR("longname"));
		buf_add(&in, STR("@example.org"));
		for (int i = 0; i < 100; i++)
			buf_add(&in, STR(" is known"));
		wording_mask(buf_str(&in), &out);
		assert_true(str_starts(buf_str(&out), STR("550 no one called * is known is known")));
		assert_in_range(out.len, WORDING_MAX - 8, WORDING_MAX);
	}
	buf_free(&in);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wordings),
		cmocka_unit_test(test_the_wording_is_appended),
		cmocka_unit_test(test_long_responses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
