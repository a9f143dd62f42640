/* Mails of an mbox are read in several threads: the order, the stops and the pauses must not show it. */
#include "scratch_import.h"

enum {
	MANY = 3000,
	LARGE_EVERY = 700, /* such a mail is longer than what threads are given at once */
	LARGE = 160 * 1024,
	NOBODY_EVERY = 500, /* and such a one is malformed */
	SAID_MAX = 3,
};

static bool names_nobody(int i)
{
	return i % NOBODY_EVERY == NOBODY_EVERY - 1;
}

static void add_mail(struct buf *b, int i)
{
	buf_printf(
		b,
		"From MAILER-DAEMON Mon Oct 26 10:00:00 2026\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\n"
		"Message-ID: <n%d@mx.example>\nSubject: Undelivered Mail\n\nThis is the mail system.\n\n",
		i);
	if (names_nobody(i))
		buf_add(b, STR("Your message could not be delivered.\n\n"));
	else
		buf_printf(b, "<u%d@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1 no u%d here\n\n", i,
			   i);
	if (i % LARGE_EVERY == LARGE_EVERY - 1)
		for (int k = 0; k < LARGE / 64; k++)
			buf_add(b, STR("Words that say nothing of why the mail has not been delivered.\n"));
}

/* lines[i]: where the mail begins. */
static const char *put_mails(const struct scratch *s, int lines[MANY], char path[128])
{
	struct buf b = {0};
	int line = 1;
	for (int i = 0; i < MANY; i++) {
		size_t before = b.len;
		lines[i] = line;
		add_mail(&b, i);
		for (size_t at = before; at < b.len; at++)
			line += b.p[at] == '\n';
	}
	snprintf(path, 128, "%s/mbox", s->dir);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(b.p, 1, b.len, f), b.len);
	assert_int_equal(fclose(f), 0);
	buf_free(&b);
	return path;
}

static void note_report(void *ctx, const char *line)
{
	buf_printf(ctx, "%s\n", strrchr(line, '/'));
}

/* Records, and what is said of malformed mails, come as the mails stand in the file. */
static void many_mails_in_their_order(void **state)
{
	const struct scratch *s = *state;
	char path[128];
	struct buf said = {0};
	int lines[MANY];
	struct import_options o = {.report = note_report, .ctx = &said, .bad_limit = SAID_MAX};
	struct import_result r;
	struct err e = {0};
	assert_ok(import_into(s, put_mails(s, lines, path), &o, &r, &e), e);
	assert_int_equal(r.added, MANY - MANY / NOBODY_EVERY);
	assert_int_equal(r.bad, MANY / NOBODY_EVERY);

	sqlite3 *db = plain_open(s->path);
	sqlite3_stmt *rows;
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT recipient, source_line, basic_code FROM email ORDER BY id", -1,
					    &rows, NULL),
			 SQLITE_OK);
	for (int i = 0; i < MANY; i++) {
		char recipient[32];
		if (names_nobody(i))
			continue;
		snprintf(recipient, sizeof recipient, "u%d@example.com", i);
		assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
		assert_string_equal((const char *)sqlite3_column_text(rows, 0), recipient);
		assert_int_equal(sqlite3_column_int(rows, 1), lines[i]);
		assert_int_equal(sqlite3_column_int(rows, 2), 550);
	}
	assert_int_equal(sqlite3_step(rows), SQLITE_DONE);
	sqlite3_finalize(rows);
	sqlite3_close(db);

	struct buf want = {0};
	for (int i = 1; i <= SAID_MAX; i++)
		buf_printf(&want, "/mbox:%d: a notice of failure that does not say for whom\n",
			   lines[i * NOBODY_EVERY - 1]);
	assert_string_equal(said.p, want.p);
	buf_free(&said);
	buf_free(&want);
}

/* What was complete when it was stopped is in, and the same import again completes it. */
static void a_stop_among_mails(void **state)
{
	const struct scratch *s = *state;
	char path[128];
	int lines[MANY];
	struct countdown c = {.left = 12};
	struct import_options o = {.cancelled = stop_soon, .ctx = &c};
	struct import_result r;
	struct err e = {0}, e2 = {0};
	assert_false(import_into(s, put_mails(s, lines, path), &o, &r, &e));
	assert_int_equal(e.kind, ERR_CANCEL);
	int64_t before = r.added, complete = 0, named = 0;
	for (; complete + 1 < MANY && lines[complete + 1] < r.lines; complete++) /* the next one has begun */
		named += !names_nobody((int)complete);
	assert_true(complete > 0 && complete + 1 < MANY);
	assert_int_equal(before, named);
	assert_ok(import_into(s, path, &(struct import_options){0}, &r, &e2), e2);
	assert_int_equal(r.unchanged, before);
	assert_int_equal(r.added, MANY - MANY / NOBODY_EVERY - before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(many_mails_in_their_order, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_stop_among_mails, scratch_setup, scratch_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
