/* gen_codes - checks the tables of data/codes/ and turns them into C (see codes_data.h).
 *
 * usage: gen_codes classes.tsv subjects.tsv enhanced.tsv basic.tsv special.tsv providers.tsv > codes_data.c
 * A wrong row ends it with "file:line: column N (name) ..." and exit 1. */
#include "codes_data.h"
#include "tsv.h"

#include <string.h>

/* ---- what a cell may hold ---- */

/* One check a kind of cell; false and a reason when the cell is wrong. */
typedef bool cell_check(struct str cell, const char **why);

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int index_of(struct str word, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (str_eq(word, str_of(words[i])))
			return i;
	return -1;
}

static const char *const side_words[SIDE_COUNT] = {
	[SIDE_RECIPIENT] = "recipient", [SIDE_ADMIN] = "admin",     [SIDE_SENDER] = "sender",
	[SIDE_WAIT] = "wait",           [SIDE_EARLIER] = "earlier",
};
static const char *const side_consts[SIDE_COUNT] = {
	[SIDE_RECIPIENT] = "SIDE_RECIPIENT", [SIDE_ADMIN] = "SIDE_ADMIN",     [SIDE_SENDER] = "SIDE_SENDER",
	[SIDE_WAIT] = "SIDE_WAIT",           [SIDE_EARLIER] = "SIDE_EARLIER",
};
static const char *const useful_words[USEFUL_COUNT] = {
	[USEFUL_ANY] = "any",
	[USEFUL_PERMANENT] = "permanent",
	[USEFUL_TRANSIENT] = "transient",
	[USEFUL_SUCCESS] = "success",
};
static const char *const useful_consts[USEFUL_COUNT] = {
	[USEFUL_ANY] = "USEFUL_ANY",
	[USEFUL_PERMANENT] = "USEFUL_PERMANENT",
	[USEFUL_TRANSIENT] = "USEFUL_TRANSIENT",
	[USEFUL_SUCCESS] = "USEFUL_SUCCESS",
};
static const char *const special_words[SPECIAL_COUNT] = {
	[SPECIAL_DROPPED] = "dropped",
	[SPECIAL_NONE] = "none",
	[SPECIAL_QUEUED] = "queued",
	[SPECIAL_UNKNOWN] = "unknown",
	[SPECIAL_GIVEN_UP] = "given up",
	[SPECIAL_UNREACHED] = "unreached",
	[SPECIAL_SUCCESS] = "success",
	[SPECIAL_NO_CODE] = "no code",
	[SPECIAL_UNSUBSCRIBED] = "unsubscribed",
	[SPECIAL_COMPLAINT] = "complaint",
	[SPECIAL_SUPPRESSED] = "suppressed",
	[SPECIAL_REFUSED] = "refused",
};

static bool check_side(struct str cell, const char **why)
{
	return index_of(cell, side_words, SIDE_COUNT) >= 0 ||
	       tsv_fail(why, "must be one of recipient, admin, sender, wait, earlier");
}

static bool check_useful(struct str cell, const char **why)
{
	return index_of(cell, useful_words, USEFUL_COUNT) >= 0 ||
	       tsv_fail(why, "must be one of any, permanent, transient, success");
}

static bool check_sentence(struct str cell, const char **why)
{
	return cell.p[cell.len - 1] == '.' || tsv_fail(why, "must end with a full stop");
}

/* What a customer reads: one sentence, and nothing that could be a code. */
static bool check_customer(struct str cell, const char **why)
{
	for (size_t i = 0; i < cell.len; i++)
		if (is_digit(cell.p[i]))
			return tsv_fail(why, "must not hold a digit: customers get no codes");
	if (str_find(cell, STR(". "), 0) != SIZE_MAX)
		return tsv_fail(why, "must be one sentence");
	return check_sentence(cell, why);
}

/* "any", or basic codes: "451 550 5xx". */
static bool check_basics(struct str cell, const char **why)
{
	if (cell.len == 0 || str_eq(cell, STR("any")))
		return true;
	struct str rest = cell, b;
	while (str_next(&rest, ' ', &b)) {
		bool digits = b.len == 3 && is_digit(b.p[1]) && is_digit(b.p[2]);
		if (b.len != 3 || b.p[0] < '2' || b.p[0] > '5' || (!digits && !str_eq(str_slice(b, 1, 2), STR("xx"))))
			return tsv_fail(why, "must be \"any\" or basic codes of three digits, one blank between them");
	}
	return true;
}

/* ---- columns ---- */

enum column_id {
	COL_CODE,
	COL_NAME,
	COL_MEANING,
	COL_INFO,
	COL_SIDE,
	COL_SIDE_WHY,
	COL_TODO,
	COL_CUSTOMER,
	COL_BASICS,
	COL_USEFUL,
	COL_RFC,
	COL_PROVIDER,
	COL_MTA,
	COL_MARKS,
	COL_WORDS,
	COL_COUNT
};

static const struct column {
	const char *name;
	bool may_be_empty;
	cell_check *check;
} columns[COL_COUNT] = {
	[COL_CODE] = {"code", false, NULL}, /* checked by the table's key */
	[COL_NAME] = {"name", false, NULL},
	[COL_MEANING] = {"meaning", false, check_sentence},
	[COL_INFO] = {"info", false, check_sentence},
	[COL_SIDE] = {"side", false, check_side},
	[COL_SIDE_WHY] = {"side_why", false, NULL},
	[COL_TODO] = {"todo", false, check_sentence},
	[COL_CUSTOMER] = {"customer", false, check_customer},
	[COL_BASICS] = {"basics", true, check_basics},
	[COL_USEFUL] = {"useful", false, check_useful},
	[COL_RFC] = {"rfc", false, NULL},
	[COL_PROVIDER] = {"provider", false, NULL},
	[COL_MTA] = {"mta", true, NULL},
	[COL_MARKS] = {"marks", true, NULL},
	[COL_WORDS] = {"words", true, NULL},
};

/* ---- tables ---- */

enum { MAX_COLUMNS = 11, MAX_ROWS = 1000 };

struct row {
	int line;
	struct code_range codes; /* what the rows are sorted by, with the provider before it */
	struct str cells[COL_COUNT];
};

static bool number_of(struct str s, int lo, int hi, int *out)
{
	int64_t v;
	if (s.len == 0 || !is_digit(s.p[0]) || (s.len > 1 && s.p[0] == '0') || !str_to_int(s, &v) || v < lo || v > hi)
		return false;
	*out = (int)v;
	return true;
}

static bool key_class(struct str code, struct code_range *k, const char **why)
{
	return (number_of(code, 2, 5, &k->lo) && k->lo != 3) || tsv_fail(why, "must be 2, 4 or 5");
}

static bool key_subject(struct str code, struct code_range *k, const char **why)
{
	return number_of(code, 0, 7, &k->lo) || tsv_fail(why, "must be a subject, 0 to 7");
}

static bool key_basic(struct str code, struct code_range *k, const char **why)
{
	return (code.len == 3 && number_of(code, 200, 599, &k->lo)) ||
	       tsv_fail(why, "must be a basic code of three digits, 200 to 599");
}

static bool key_special(struct str code, struct code_range *k, const char **why)
{
	k->lo = index_of(code, special_words, SPECIAL_COUNT);
	return k->lo >= 0 || tsv_fail(why, "must be one of dropped, none, queued, unknown, given up, unreached, "
					   "success, no code, unsubscribed, complaint, suppressed, refused");
}

/* "606-649", or a single number as a range of one. */
static bool span_of(struct str text, int min, int max, struct code_range *k)
{
	struct str rest = text, lo, hi;
	str_next(&rest, '-', &lo);
	if (!str_next(&rest, '-', &hi))
		hi = lo;
	return !rest.p && number_of(lo, min, max, &k->lo) && number_of(hi, k->lo, max, &k->hi);
}

/* "5.7.606-649", "X.1.1" */
static bool range_of(struct str code, struct code_range *k)
{
	struct str rest = code, cls, subject, details;
	if (!str_next(&rest, '.', &cls) || !str_next(&rest, '.', &subject) || !str_next(&rest, '.', &details) || rest.p)
		return false;
	if (!str_eq(cls, STR("X")) && (!number_of(cls, 2, 5, &k->cls) || k->cls == 3))
		return false;
	return number_of(subject, 0, 7, &k->subject) && span_of(details, 0, 999, k);
}

static bool key_enhanced(struct str code, struct code_range *k, const char **why)
{
	if (code.len && code.p[0] == 'X' && range_of(code, k) && k->lo == k->hi &&
	    str_find(code, STR("-"), 0) == SIZE_MAX) {
		k->lo += k->subject * ENHANCED_STEP;
		return true;
	}
	return tsv_fail(why, "must be X.subject.detail, such as X.1.1");
}

static bool key_provider(struct str code, struct code_range *k, const char **why)
{
	*k = (struct code_range){.subject = -1, .lo = -1};
	if (str_eq(code, STR("any")) || span_of(code, 200, 999, k))
		return true;
	*k = (struct code_range){0};
	return range_of(code, k) || tsv_fail(why, "must be such as 5.7.26, 5.7.606-649, X.1.1, 554, 400-499 or any");
}

static const enum column_id columns_plain[] = {COL_CODE,     COL_NAME, COL_MEANING,  COL_INFO, COL_SIDE,
					       COL_SIDE_WHY, COL_TODO, COL_CUSTOMER, COL_RFC};
static const enum column_id columns_enhanced[] = {COL_CODE,   COL_NAME,     COL_MEANING, COL_INFO,
						  COL_SIDE,   COL_SIDE_WHY, COL_TODO,    COL_CUSTOMER,
						  COL_BASICS, COL_USEFUL,   COL_RFC};
static const enum column_id columns_provider[] = {COL_PROVIDER, COL_CODE, COL_MTA,  COL_MARKS,   COL_WORDS,
						  COL_MEANING,  COL_SIDE, COL_TODO, COL_CUSTOMER};
#define SHAPE_COLUMNS(c) .columns = (c), .count = COUNT_OF(c)

enum { TABLE_PROVIDERS = TABLE_COUNT, SHAPE_COUNT };

static const struct shape {
	const char *file;  /* last part of the path */
	const char *table; /* name in the C file */
	bool (*key)(struct str code, struct code_range *k, const char **why);
	const enum column_id *columns;
	size_t count;
	size_t rows; /* must be there; 0: any number */
} shapes[SHAPE_COUNT] = {
	[TABLE_CLASSES] = {"classes.tsv", "classes", key_class, SHAPE_COLUMNS(columns_plain), .rows = 3},
	[TABLE_SUBJECTS] = {"subjects.tsv", "subjects", key_subject, SHAPE_COLUMNS(columns_plain), .rows = 8},
	[TABLE_ENHANCED] = {"enhanced.tsv", "enhanced", key_enhanced, SHAPE_COLUMNS(columns_enhanced)},
	[TABLE_BASIC] = {"basic.tsv", "basic", key_basic, SHAPE_COLUMNS(columns_plain)},
	[TABLE_SPECIAL] = {"special.tsv", "special", key_special, SHAPE_COLUMNS(columns_plain), .rows = SPECIAL_COUNT},
	[TABLE_PROVIDERS] = {"providers.tsv", "providers", key_provider, SHAPE_COLUMNS(columns_provider)},
};

/* ---- reading ---- */

static bool cell_ok(enum column_id id, struct str cell, const char **why)
{
	const struct column *col = &columns[id];
	return tsv_cell_ok(cell, col->may_be_empty, why) && (cell.len == 0 || !col->check || col->check(cell, why));
}

static int compare_ints(int a, int b)
{
	return (a > b) - (a < b);
}

/* Providers by name, then code; "any" last, and the row that asks for words before the one that does not. */
static int compare(const struct row *a, const struct row *b)
{
	struct str x = a->cells[COL_PROVIDER], y = b->cells[COL_PROVIDER];
	size_t n = x.len < y.len ? x.len : y.len;
	int c = n ? memcmp(x.p, y.p, n) : 0;
	if (c == 0)
		c = compare_ints((int)x.len, (int)y.len);
	if (c == 0)
		c = compare_ints(a->codes.lo < 0, b->codes.lo < 0);
	if (c == 0)
		c = compare_ints(a->codes.cls, b->codes.cls);
	if (c == 0)
		c = compare_ints(a->codes.subject, b->codes.subject);
	if (c == 0)
		c = compare_ints(a->codes.lo, b->codes.lo);
	if (c == 0)
		c = compare_ints(a->cells[COL_WORDS].len == 0, b->cells[COL_WORDS].len == 0);
	if (c == 0 && a->cells[COL_WORDS].len && !str_eq(a->cells[COL_WORDS], b->cells[COL_WORDS]))
		c = -1; /* same code, other words: any order */
	return c;
}

struct table {
	struct tsv tsv;
	const struct shape *shape;
	bool header_seen;
	struct row rows[MAX_ROWS];
	size_t count;
};

static bool read_cells(const struct table *t, struct str line, struct row *row)
{
	const struct shape *s = t->shape;
	struct str cells[MAX_COLUMNS];
	if (!tsv_cells(&t->tsv, line, cells, s->count))
		return false;
	*row = (struct row){.line = t->tsv.line};
	for (size_t i = 0; i < s->count; i++)
		row->cells[s->columns[i]] = cells[i];
	return true;
}

static bool read_header(struct table *t, const struct row *row)
{
	for (size_t i = 0; i < t->shape->count; i++) {
		enum column_id id = t->shape->columns[i];
		if (!str_eq(row->cells[id], str_of(columns[id].name)))
			return tsv_complain(&t->tsv, "column %zu of the first line must be named \"%s\"", i + 1,
					    columns[id].name);
	}
	t->header_seen = true;
	return true;
}

static bool read_row(struct table *t, struct row *row)
{
	const char *why = NULL;
	for (size_t i = 0; i < t->shape->count; i++) {
		enum column_id id = t->shape->columns[i];
		bool ok = cell_ok(id, row->cells[id], &why);
		if (ok && id == COL_CODE)
			ok = t->shape->key(row->cells[id], &row->codes, &why);
		if (!ok)
			return tsv_complain(&t->tsv, "column %zu (%s) %s", i + 1, columns[id].name, why);
	}
	if (t->shape == &shapes[TABLE_PROVIDERS] && row->cells[COL_MTA].len == 0 && row->cells[COL_MARKS].len == 0)
		return tsv_complain(&t->tsv, "needs a host name (mta) or words of the response (marks) to be found by");
	if (t->count == MAX_ROWS)
		return tsv_complain(&t->tsv, "is row %d: raise MAX_ROWS in gen_codes.c", MAX_ROWS + 1);
	const struct row *before = t->count ? &t->rows[t->count - 1] : NULL;
	int order = before ? compare(before, row) : -1;
	if (order >= 0)
		return tsv_complain(&t->tsv, "%.*s %s line %d", (int)row->cells[COL_CODE].len, row->cells[COL_CODE].p,
				    order == 0 ? "repeats" : "must stand before", before->line);
	t->rows[t->count++] = *row;
	return true;
}

static bool read_table(struct table *t)
{
	struct str line;
	while (tsv_next(&t->tsv, &line)) {
		struct row row;
		if (!read_cells(t, line, &row))
			return false;
		if (!(t->header_seen ? read_row(t, &row) : read_header(t, &row)))
			return false;
	}
	if (t->count == 0 || (t->shape->rows && t->count != t->shape->rows))
		return tsv_complain(&t->tsv, "the table has %zu rows, must have %s%zu", t->count,
				    t->shape->rows ? "" : "at least ", t->shape->rows ? t->shape->rows : 1);
	return true;
}

static const struct shape *shape_of(const char *path)
{
	for (size_t i = 0; i < SHAPE_COUNT; i++)
		if (strcmp(shapes[i].file, tsv_file_name(path)) == 0)
			return &shapes[i];
	fprintf(stderr, "gen_codes: %s: not the name of a table that is known here\n", path);
	return NULL;
}

/* ---- writing ---- */

static void put_text(const char *field, struct str s)
{
	printf("\t.%s = ", field);
	tsv_put_string(s);
	printf(",\n");
}

static void put_entry(const struct row *r)
{
	static const enum column_id texts[] = {COL_CODE, COL_NAME,     COL_MEANING, COL_INFO, COL_SIDE_WHY,
					       COL_TODO, COL_CUSTOMER, COL_BASICS,  COL_RFC};
	int useful = index_of(r->cells[COL_USEFUL], useful_words, USEFUL_COUNT);
	printf("    {\n");
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		put_text(columns[texts[i]].name, r->cells[texts[i]]);
	printf("\t.side = %s,\n", side_consts[index_of(r->cells[COL_SIDE], side_words, SIDE_COUNT)]);
	printf("\t.useful = %s,\n    },\n", useful_consts[useful < 0 ? USEFUL_ANY : useful]);
}

static void put_table(const struct table *t)
{
	printf("static const int %s_keys[] = {\n", t->shape->table);
	for (size_t i = 0; i < t->count; i++)
		printf("\t%d,\n", t->rows[i].codes.lo);
	printf("};\n\nstatic const struct code_entry %s_rows[] = {\n", t->shape->table);
	for (size_t i = 0; i < t->count; i++)
		put_entry(&t->rows[i]);
	printf("};\n\n");
}

static void put_providers(const struct table *t)
{
	static const enum column_id note[] = {COL_PROVIDER, COL_CODE, COL_MEANING, COL_TODO, COL_CUSTOMER};
	static const enum column_id rest[] = {COL_MTA, COL_MARKS, COL_WORDS};
	printf("const struct provider_row codes_providers[] = {\n");
	for (size_t i = 0; i < t->count; i++) {
		const struct row *r = &t->rows[i];
		printf("    {\n\t.note = {\n");
		for (size_t k = 0; k < COUNT_OF(note); k++)
			put_text(columns[note[k]].name, r->cells[note[k]]);
		printf("\t.side = %s,\n\t},\n", side_consts[index_of(r->cells[COL_SIDE], side_words, SIDE_COUNT)]);
		printf("\t.codes = {%d, %d, %d, %d},\n", r->codes.cls, r->codes.subject, r->codes.lo, r->codes.hi);
		for (size_t k = 0; k < COUNT_OF(rest); k++)
			put_text(columns[rest[k]].name, r->cells[rest[k]]);
		printf("    },\n");
	}
	printf("};\nconst size_t codes_providers_count = %zu;\n\n", t->count);
}

static void put_all(const struct table *tables)
{
	printf("/* Made by gen_codes from data/codes/. */\n#include \"codes_data.h\"\n\n");
	for (int i = 0; i < TABLE_COUNT; i++)
		put_table(&tables[i]);
	put_providers(&tables[TABLE_PROVIDERS]);
	printf("const struct code_table codes_data[TABLE_COUNT] = {\n");
	for (int i = 0; i < TABLE_COUNT; i++)
		printf("\t{%s_keys, %s_rows, %zu},\n", shapes[i].table, shapes[i].table, tables[i].count);
	printf("};\n");
}

int main(int argc, char **argv)
{
	struct arena a = {0};
	struct table *tables = arena_array(&a, struct table, SHAPE_COUNT);
	bool ok = true;
	for (int i = 1; i < argc; i++) {
		const struct shape *s = shape_of(argv[i]);
		struct tsv tsv;
		if (!s || !tsv_open(&tsv, "gen_codes", argv[i], &a)) {
			ok = false;
			continue;
		}
		struct table *t = &tables[s - shapes];
		*t = (struct table){.tsv = tsv, .shape = s};
		ok = read_table(t) && ok;
	}
	for (size_t i = 0; ok && i < SHAPE_COUNT; i++) {
		if (!tables[i].shape) {
			fprintf(stderr, "gen_codes: %s is missing on the command line\n", shapes[i].file);
			ok = false;
		}
	}
	if (ok)
		put_all(tables);
	ok = ok && fflush(stdout) == 0 && !ferror(stdout);
	arena_free(&a);
	return ok ? 0 : 1;
}
