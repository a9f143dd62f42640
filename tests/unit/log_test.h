/* log_test.h - what tests of the readers of logs share. */
#ifndef TEST_LOG_TEST_H
#define TEST_LOG_TEST_H

#include "import_list.h"

#include <setjmp.h>

#include <cmocka.h>

enum { LOG_TEN = 1793008800 }; /* 2026-10-26 10:00:00 UTC */

/* Every line of it must be well formed, unless `bad` is wanted. */
static inline struct list log_read(const struct import_format *f, const char *text)
{
	static const struct import_options plain = {.year = 2026};
	struct list l = list_new();
	struct err e = {0};
	if (!list_feed(&l, f, &plain, str_of(text), LOG_TEN, &e))
		fail_msg("%s", e.msg);
	return l;
}

static inline void assert_text(struct str got, const char *want)
{
	if (!str_eq(got, str_of(want)))
		fail_msg("got \"%.*s\", not \"%s\"", (int)got.len, got.p, want);
}

static inline void assert_code(struct ecode got, const char *want)
{
	char buf[ECODE_TEXT];
	assert_string_equal(ecode_text(got, buf), want);
}

/* One line and the email that it must give; recipient NULL: none. */
struct log_case {
	const char *line, *recipient;
	enum outcome outcome;
	const char *enhanced;
	int basic;
	enum stage stage;
	const char *mta, *response;
};

static inline void log_check(const struct import_format *f, const char *head, const struct log_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct log_case *c = &cases[i];
		struct buf b = {0};
		buf_printf(&b, "%s%s\n", head, c->line);
		struct list l = log_read(f, b.p);
		if (l.count != (c->recipient != NULL) || l.bad_count)
			fail_msg("%d emails, %d malformed of %s", l.count, l.bad_count, c->line);
		if (c->recipient) {
			const struct record *r = &l.items[0].record;
			assert_text(r->recipient, c->recipient);
			if (r->outcome != c->outcome || r->basic != c->basic || r->stage != c->stage)
				fail_msg("%s %d %s of %s", outcome_name(r->outcome), r->basic, stage_name(r->stage),
					 c->line);
			assert_code(r->enhanced, c->enhanced);
			assert_text(r->remote_mta, c->mta);
			assert_text(r->response, c->response);
		}
		list_free(&l);
		buf_free(&b);
	}
}

#endif
