/* The table email without its computed columns, while it is filled for the first time.
 *
 * SQLite computes them row by row even when they are not stored, which takes more than half of an INSERT. A row that has
 * code_key as an ordinary column and no domain is the same in the file, down to its last bit: so it is enough to change what
 * the schema says about the table, and to change it back (sqlite.org/lang_altertable.html, "Making Other Kinds Of Table
 * Schema Changes"). Nobody else sees it: a transaction is open.
 */
#include "store_sqlite.h"

#include "embedded.h"

#include <stdlib.h>
#include <string.h>

#define MAKE            "CREATE TABLE IF NOT EXISTS "
#define KEPT            "CREATE TABLE " /* how SQLite writes that */
#define COMPUTED        "\t-- The recipient's domain"
#define BEHIND_COMPUTED "\tCONSTRAINT \"id is above 0\""

static bool is_ours(struct str sql)
{
	const char *start = strstr(embedded_file("data/schema.sql").p, MAKE "email (") + strlen(MAKE);
	struct str ours = {start, (size_t)(strstr(start, "\n);") - start) + strlen("\n)")};
	return str_starts(sql, STR(KEPT)) && str_eq(str_slice(sql, strlen(KEPT), SIZE_MAX), ours);
}

static bool set_sql(struct store *st, const char *sql, struct err *e)
{
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	sqlite3_stmt *s = NULL;
	bool ok =
		store_exec(st, "PRAGMA writable_schema = on", e) &&
		(s = store_prepare(st, "UPDATE sqlite_schema SET sql = ?1 WHERE type = 'table' AND name = 'email'", e));
	if (ok) {
		bind_text(s, 1, str_of(sql));
		ok = stmt_run(st, s, e);
	}
	sqlite3_finalize(s);
	ok = store_exec(st, "PRAGMA writable_schema = reset", ok ? e : &(struct err){0}) && ok;
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return ok;
}

bool plain_begin(struct store *st, char **computed, struct err *e)
{
	*computed = NULL;
	sqlite3_stmt *s =
		store_prepare(st,
			      "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'email' AND NOT EXISTS"
			      " (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'email')",
			      e);
	bool row = false, ok = s && stmt_ask(st, s, &row, e);
	const char *sql = ok && row ? (const char *)sqlite3_column_text(s, 0) : NULL;
	if (sql && is_ours(str_of(sql))) {
		struct buf plain = {0};
		*computed = strdup(sql);
		if (!*computed)
			die("out of memory");
		buf_add(&plain, (struct str){sql, (size_t)(strstr(sql, COMPUTED) - sql)});
		buf_add(&plain, STR("\tcode_key INTEGER,\n"));
		buf_add(&plain, str_of(strstr(sql, BEHIND_COMPUTED)));
		sqlite3_reset(s);
		ok = set_sql(st, plain.p, e);
		buf_free(&plain);
	}
	sqlite3_finalize(s);
	return ok;
}

bool plain_end(struct store *st, char **computed, struct err *e)
{
	bool ok = !*computed || set_sql(st, *computed, e);
	free(*computed);
	*computed = NULL;
	return ok;
}
