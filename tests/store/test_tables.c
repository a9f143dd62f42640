/* Tables of other programs' databases: what is read, what is not, and how a table of email is found among them. */
#include "store_table.h"

#include "scratch_import.h"

static void make(const struct scratch *s, const char *name, const char *sql, char path[128])
{
	snprintf(path, 128, "%s/%s", s->dir, name);
	sqlite3 *db = plain_open(path);
	plain_exec(db, sql);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

struct seen {
	struct buf text;
	int rows, stop_at;
};

static bool see(void *ctx, const struct str *cells, int count, struct err *e)
{
	struct seen *n = ctx;
	if (!cells)
		buf_add(&n->text, STR("too long"));
	for (int i = 0; i < count; i++) {
		buf_add(&n->text, i ? STR("|") : STR(""));
		buf_add(&n->text, cells[i]);
	}
	buf_addc(&n->text, '\n');
	return ++n->rows != n->stop_at || err_set(e, ERR_CANCEL, "enough");
}

static void names_and_cells(void **state)
{
	char path[128];
	make(*state, "odd.db",
	     "CREATE TABLE \"a \"\"b\" (x, \"y \"\"z\", g AS (x || '!'));"
	     "INSERT INTO \"a \"\"b\" VALUES (NULL, 1790000000), (1.5, x'00ff'), ('t', '');"
	     "CREATE TABLE keyed (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO keyed VALUES ('b', 2), ('a', 1);"
	     "CREATE TABLE hides (_rowid_, v); INSERT INTO hides VALUES ('q', 1), ('q', 2);"
	     "CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE f USING fts5(to_addr);",
	     path);
	struct err e = {0};
	struct arena a = {0};
	struct names n;
	struct tables *t = tables_open(path, &e);
	assert_ok(t != NULL, e);
	assert_false(tables_is_ours(t));
	assert_ok(tables_list(t, &a, &n, &e), e);
	assert_true(n.count >= 3 && str_eq(n.p[0], STR("a \"b")));
	for (int i = 0; i < n.count; i++)
		assert_false(str_eq(n.p[i], STR("v")) || str_eq(n.p[i], STR("f")));
	static const struct {
		const char *table, *want;
	} cases[] = {{"a \"b", "|1790000000|\n1.5||1.5!\nt||t!\n"}, {"keyed", "a|1\nb|2\n"}, {"hides", "q|1\nq|2\n"}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct seen seen = {0};
		bool wanted[] = {true, true, true};
		assert_ok(tables_columns(t, str_of(cases[i].table), &a, &n, &e), e);
		assert_ok(tables_each(t, str_of(cases[i].table), &n, wanted, see, &seen, &e), e);
		struct str blob = STR("\0\xff");
		size_t at = str_find(buf_str(&seen.text), blob, 0);
		assert_int_equal(at != SIZE_MAX, i == 0);
		if (i == 0) /* leave it out of the text to compare */
			memmove(seen.text.p + at, seen.text.p + at + 2, seen.text.len - at - 1);
		assert_string_equal(seen.text.p, cases[i].want);
		buf_free(&seen.text);
	}
	struct str missing[] = {STR("v"), STR("f"), STR("nothing"), STR("sqlite_schema")};
	for (size_t i = 0; i < COUNT_OF(missing); i++) {
		assert_ok(tables_columns(t, missing[i], &a, &n, &e), e);
		assert_int_equal(n.count, 0);
	}
	tables_close(t);
	arena_free(&a);
}

/* More rows than are read at once, a field that is too long at their edge, negative numbers of rows, a stop. */
static void many_rows(void **state)
{
	char path[128];
	make(*state, "many.db",
	     "CREATE TABLE m (id INTEGER PRIMARY KEY, x, y);"
	     "WITH RECURSIVE i(n) AS (SELECT -5 UNION ALL SELECT n + 1 FROM i WHERE n < 2500)"
	     " INSERT INTO m SELECT n * 3, n, 'y' FROM i;"
	     "UPDATE m SET x = zeroblob(5000000) WHERE id IN (-15, 2985, 7500); UPDATE m SET y = zeroblob(5000000)"
	     " WHERE id = 9;",
	     path);
	struct err e = {0};
	struct arena a = {0};
	struct names n;
	struct seen seen = {0}, stopped = {.stop_at = 1500};
	bool wanted[] = {true, true, false};
	struct tables *t = tables_open(path, &e);
	assert_ok(t != NULL, e);
	assert_ok(tables_columns(t, STR("M"), &a, &n, &e), e);
	assert_ok(tables_each(t, STR("m"), &n, wanted, see, &seen, &e), e);
	assert_int_equal(seen.rows, 2506);
	int long_ones = 0;
	for (size_t at = 0; (at = str_find(buf_str(&seen.text), STR("too long"), at)) != SIZE_MAX; at++)
		long_ones++;
	assert_int_equal(long_ones, 3);
	assert_true(str_find(buf_str(&seen.text), STR("\n9|3|\n"), 0) != SIZE_MAX);
	assert_false(tables_each(t, STR("m"), &n, wanted, see, &stopped, &e));
	assert_int_equal(e.kind, ERR_CANCEL);
	assert_int_equal(stopped.rows, 1500);
	/* The owner can write between. */
	sqlite3 *owner = plain_open(path);
	plain_exec(owner, "DELETE FROM m");
	sqlite3_close(owner);
	buf_free(&seen.text);
	buf_free(&stopped.text);
	tables_close(t);
	arena_free(&a);
}

struct told {
	struct buf text;
};

static void tell(void *ctx, const char *line)
{
	struct told *t = ctx;
	buf_add(&t->text, str_of(line));
	buf_addc(&t->text, '\n');
}

static const char outbox[] =
	"CREATE TABLE contacts (id, email, name);"
	"CREATE TABLE outbox (id INTEGER PRIMARY KEY, to_addr, status, sent_at, last_error, tenant);"
	"INSERT INTO outbox VALUES (1, 'bob@example.com', 'bounced', 1790000000, '550 5.1.1 no', 't'),"
	" (2, 'eve@example.com', 'sent', 1790000000123, NULL, 't'),"
	" (3, NULL, 'sent', 1790000000, NULL, 't'),"
	" (4, 'ann@example.com', 'dropped', 1790000001.5, x'6162', 't');";

static void a_table_of_email(void **state)
{
	const struct scratch *s = *state;
	char path[128];
	struct told told = {0};
	struct import_options o = {.report = tell, .ctx = &told, .bad_limit = 5};
	struct import_result r;
	struct err e = {0};
	make(s, "crm.db", outbox, path);
	assert_ok(import_into(s, path, &o, &r, &e), e);
	assert_int_equal(r.added, 3);
	assert_int_equal(r.lines, 4);
	assert_int_equal(r.bad, 1);
	assert_non_null(strstr(told.text.p,
			       ": table outbox: recipient is to_addr, outcome is status, response is last_error, "
			       "time is sent_at"));
	assert_non_null(strstr(told.text.p, ": tenant\n"));
	assert_non_null(strstr(told.text.p, "crm.db:3: a row without a recipient\n"));
	assert_ok(import_into(s, path, &o, &r, &e), e);
	assert_int_equal(r.added + r.changed, 0);
	assert_int_equal(r.unchanged, 3);
	sqlite3 *db = plain_open(s->path);
	char *got = plain_text(
		db, "SELECT group_concat(recipient || ' ' || outcome || ' ' || ifnull(enhanced_code, '-') ||"
		    " ' ' || time || ' ' || ifnull(response, '-'), ';') FROM (SELECT * FROM email ORDER BY id)");
	assert_string_equal(got, "bob@example.com failed 5.1.1 1790000000 550 5.1.1 no;"
				 "eve@example.com delivered - 1790000000 -;ann@example.com dropped - 1790000001 ab");
	free(got);
	sqlite3_close(db);
	buf_free(&told.text);
}

/* Names and texts of a database whose texts are in UTF-16. */
static void texts_in_utf16(void **state)
{
	const struct scratch *s = *state;
	char path[128];
	struct told told = {0};
	struct import_options o = {.report = tell, .ctx = &told, .bad_limit = 5};
	struct import_result r;
	struct err e = {0};
	make(s, "wide.db",
	     "PRAGMA encoding = 'UTF-16le'; CREATE TABLE sent (mail_to, status, error, at);"
	     "CREATE TABLE outbox (to_addr, status, error, sent_at);"
	     "INSERT INTO outbox VALUES ('j\xc3\xbcrg@example.com', 'bounced', '550 5.1.1 no', 2461331.9166667);",
	     path);
	assert_ok(import_into(s, path, &o, &r, &e), e);
	assert_int_equal(r.added, 1);
	sqlite3 *db = plain_open(s->path);
	char *got = plain_text(db, "SELECT recipient || ' ' || enhanced_code || ' ' || time FROM email");
	assert_string_equal(got, "j\xc3\xbcrg@example.com 5.1.1 1792317600");
	free(got);
	sqlite3_close(db);
	buf_free(&told.text);
}

/* A database of ours that its owner made with texts in UTF-16 is read like any other. */
static void ours_in_utf16(void **state)
{
	const struct scratch *s = *state;
	char path[128];
	struct import_options o = {0};
	struct import_result r;
	struct err e = {0};
	make(s, "crm.db", outbox, path);
	assert_ok(import_into(s, path, &o, &r, &e), e);
	sqlite3 *db = plain_open(s->path);
	char *sql = plain_text(db, "SELECT 'PRAGMA encoding = ''UTF-16be''; PRAGMA user_version = ' || user_version ||"
				   " '; PRAGMA application_id = ' || application_id || ';' ||"
				   " (SELECT group_concat(sql, ';') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%')"
				   " FROM pragma_user_version, pragma_application_id");
	sqlite3_close(db);
	assert_int_equal(unlink(s->path), 0);
	db = plain_open(s->path);
	plain_exec(db, sql);
	sqlite3_close(db);
	free(sql);
	assert_ok(import_into(s, path, &o, &r, &e), e);
	assert_int_equal(r.added, 3);
	assert_ok(import_into(s, path, &o, &r, &e), e);
	assert_int_equal(r.unchanged, 3);
	struct arena a = {0};
	struct page page;
	struct store *st = store_open(s->path, &e);
	assert_ok(st != NULL, e);
	struct cursor start = {0};
	assert_ok(store_page(st, &(struct scope){0}, SORT_RECIPIENT, &start, false, 9, &a, &page, &e), e);
	assert_int_equal(page.count, 2);
	assert_true(str_eq(page.rows[1].recipient, STR("bob@example.com")));
	assert_int_equal(page.rows[0].outcome, OUTCOME_DROPPED);
	assert_int_equal(page.rows[1].basic, 550);
	store_close(st);
	arena_free(&a);
}

static void which_table(void **state)
{
	const struct scratch *s = *state;
	char crm[128], two[128], none[128], ours[128];
	struct err e = {0};
	make(s, "crm.db", outbox, crm);
	make(s, "two.db", "CREATE TABLE a (recipient, status); CREATE TABLE b (\"to\", result); CREATE TABLE c (x);",
	     two);
	make(s, "none.db", "CREATE TABLE people (who, what); INSERT INTO people VALUES ('a@example.com', '550')", none);
	snprintf(ours, sizeof ours, "%s.copy", s->path);
	store_close(store_open_rw(ours, true, &e));
	static const char *const map[] = {"recipient=who", "outcome=what"};
	const struct {
		const char *path, *table;
		int columns;
		const char *lacks; /* NULL: it works */
	} cases[] = {
		{crm, NULL, 0, NULL},
		{crm, "OUTBOX", 0, NULL},
		{crm, "inbox", 0, "no table of that name: name one with --table NAME; there are: contacts, outbox"},
		{crm, "contacts", 0, "table contacts has no column that says what became of the email"},
		{two, NULL, 0, "several tables that may be of email: name one with --table NAME; there are: a, b"},
		{two, "a", 0, NULL},
		{none, NULL, 0, "; there are: people"},
		{none, NULL, 2, NULL},
		{ours, NULL, 0, "is a database of deadletter: browse it"},
		{s->path, NULL, 0, "is what the import writes to: name another source"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct import_options o = {.table = cases[i].table, .columns = map, .column_count = cases[i].columns};
		struct import_result r;
		e = (struct err){0};
		bool ok = import_into(s, cases[i].path, &o, &r, &e);
		if (ok != !cases[i].lacks || (!ok && !strstr(e.msg, cases[i].lacks)))
			fail_msg("case %zu: %s", i, e.msg);
	}
	/* Among other files in a folder, databases are passed over. */
	struct import_options o = {0};
	struct import_result r;
	e = (struct err){0};
	assert_ok(import_into(s, s->dir, &o, &r, &e), e);
	assert_int_equal(r.files, 0);
	assert_true(r.ignored_files >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_and_cells, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(many_rows, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_table_of_email, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(texts_in_utf16, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(ours_in_utf16, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(which_table, scratch_setup, scratch_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
