#include "store_sqlite.h"

#include "text.h"

/* text_holds(field, needle): the needle is folded already; a field that is NULL is empty. */
static void sql_text_holds(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	struct str part[2];
	for (int i = 0; i < 2; i++) {
		const char *p = sqlite3_value_blob(argv[i]);
		part[i] = p ? (struct str){p, (size_t)sqlite3_value_bytes(argv[i])} : STR("");
	}
	sqlite3_result_int(c, text_holds(part[0], part[1]));
}

bool store_add_functions(struct store *st, struct err *e)
{
	int rc =
	    sqlite3_create_function(st->db, "text_holds", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
				    NULL, sql_text_holds, NULL, NULL);
	return rc == SQLITE_OK || store_fail(st, rc, e);
}
