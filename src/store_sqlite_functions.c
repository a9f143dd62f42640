#include "store_sqlite.h"

#include "text.h"
#include "wording.h"

/* What WHERE clauses ask of text: the same functions as filter_matches() calls. */

/* text_holds(field, needle): the needle is folded already; a field that is NULL is empty. */
static void sql_text_holds(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	sqlite3_result_int(c, text_holds(value_str(argv[0]), value_str(argv[1])));
}

/* text_is(field, whole): likewise. */
static void sql_text_is(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	sqlite3_result_int(c, text_is(value_str(argv[0]), value_str(argv[1])));
}

/* field_start(id, column): of a field that may be too long for SQLite to hand out. */
static void sql_field_start(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	struct arena a = {0};
	struct str field = store_prefix(sqlite3_user_data(c), sqlite3_value_int64(argv[0]),
					(const char *)sqlite3_value_text(argv[1]), FIELD_MAX, &a);
	sqlite3_result_text64(c, field.p, field.len, SQLITE_TRANSIENT, SQLITE_UTF8);
	arena_free(&a);
}

/* wording(response): see wording_mask(). */
static void sql_wording(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	struct buf b = {0};
	wording_mask(value_str(argv[0]), &b);
	struct str wording = buf_str(&b);
	sqlite3_result_text64(c, wording.p, wording.len, SQLITE_TRANSIENT, SQLITE_UTF8);
	buf_free(&b);
}

/* text_ends(field, end): both in small letters; true for a field longer than its end. */
static void sql_text_ends(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	struct str s = value_str(argv[0]), end = value_str(argv[1]);
	sqlite3_result_int(c, s.len > end.len && str_eq(str_slice(s, s.len - end.len, end.len), end));
}

/* domain_fits(recipient, wanted): for where the column domain is further away than the recipient. */
static void sql_domain_fits(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	sqlite3_result_int(c, filter_domain_fits(value_str(argv[0]), value_str(argv[1])));
}

bool store_add_functions(struct store *st, struct err *e)
{
	static const struct {
		const char *name;
		int args;
		void (*run)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
		{"text_holds", 2, sql_text_holds},   {"text_is", 2, sql_text_is},
		{"text_ends", 2, sql_text_ends},     {"domain_fits", 2, sql_domain_fits},
		{"field_start", 2, sql_field_start}, {"wording", 1, sql_wording},
	};
	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		int rc = sqlite3_create_function(st->db, functions[i].name, functions[i].args,
						 SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, st,
						 functions[i].run, NULL, NULL);
		if (rc != SQLITE_OK)
			return store_fail(st, rc, e);
	}
	return true;
}
