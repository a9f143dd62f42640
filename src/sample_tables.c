#include "sample_tables.h"

#include "embedded.h"

enum { CELLS_MAX = 8 };

/* Walks over the rows of one embedded table. */
struct table {
	const char *path;
	struct str rest;
	int line;
	int cells; /* in each row */
	struct str cell[CELLS_MAX];
};

static _Noreturn void wrong(const struct table *t, const char *what)
{
	die("%s:%d: %s", t->path, t->line, what);
}

static struct table table_open(const char *path, int cells)
{
	return (struct table){.path = path, .rest = embedded_file(path), .cells = cells};
}

static bool table_next(struct table *t)
{
	struct str line;
	while (str_next(&t->rest, '\n', &line)) {
		t->line++;
		if (line.len == 0 || line.p[0] == '#')
			continue;
		for (int i = 0; i < t->cells; i++)
			if (!str_next(&line, '\t', &t->cell[i]) || t->cell[i].len == 0)
				wrong(t, "a cell is missing or empty");
		if (line.p)
			wrong(t, "too many cells");
		return true;
	}
	return false;
}

/* How many rows there are, to size the array. */
static size_t table_count(struct table t)
{
	size_t n = 0;
	while (table_next(&t))
		n++;
	if (n == 0)
		wrong(&t, "no rows");
	return n;
}

static int number(const struct table *t, int cell)
{
	int64_t v;
	if (!str_to_int(t->cell[cell], &v) || v < 0 || v > 10000)
		wrong(t, "a whole number from 0 to 10000 was expected");
	return (int)v;
}

static bool choice(const struct table *t, int cell, struct str no, struct str yes)
{
	if (!str_eq(t->cell[cell], no) && !str_eq(t->cell[cell], yes))
		wrong(t, "a cell holds neither of its two words");
	return str_eq(t->cell[cell], yes);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \n, \\ and \xHH become bytes. */
static struct str unescape(const struct table *t, struct str s, struct arena *a)
{
	if (str_find(s, STR("\\"), 0) == SIZE_MAX)
		return s;
	char *p = arena_alloc(a, s.len);
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++) {
		struct str rest = str_slice(s, i, SIZE_MAX);
		if (s.p[i] != '\\') {
			p[n++] = s.p[i];
		} else if (str_starts(rest, STR("\\n"))) {
			p[n++] = '\n';
			i++;
		} else if (str_starts(rest, STR("\\\\"))) {
			p[n++] = '\\';
			i++;
		} else if (str_starts(rest, STR("\\x")) && rest.len >= 4 && hex_digit(rest.p[2]) >= 0 &&
			   hex_digit(rest.p[3]) >= 0) {
			p[n++] = (char)(unsigned char)(hex_digit(rest.p[2]) * 16 + hex_digit(rest.p[3]));
			i += 3;
		} else {
			wrong(t, "an unknown escape: only \\n, \\\\ and \\xHH are known");
		}
	}
	return (struct str){p, n};
}

static struct answer answer_of(const struct table *t, struct arena *a)
{
	struct answer r = {
		.weight = number(t, 0),
		.defer = number(t, 1),
		.style = t->cell[5],
		.drops = choice(t, 6, STR("no"), STR("yes")),
		.text = unescape(t, t->cell[7], a),
	};
	if (!str_eq(t->cell[2], STR("-")))
		r.basic = number(t, 2);
	if (!str_eq(t->cell[3], STR("-")) && !ecode_of(t->cell[3], &r.enhanced))
		wrong(t, "this is no enhanced code");
	if (!str_eq(t->cell[4], STR("none")) && !stage_of(t->cell[4], &r.stage))
		wrong(t, "this is no stage");
	return r;
}

struct sample_tables sample_tables_read(struct arena *a)
{
	struct sample_tables s = {0};

	struct table t = table_open("data/sample/people.tsv", 4);
	struct person *people = arena_array(a, struct person, table_count(t));
	while (table_next(&t))
		people[s.person_count++] = (struct person){t.cell[0], t.cell[1], t.cell[2], t.cell[3]};
	s.people = people;

	t = table_open("data/sample/domains.tsv", 5);
	struct domain *domains = arena_array(a, struct domain, table_count(t));
	while (table_next(&t))
		domains[s.domain_count++] = (struct domain){number(&t, 0), t.cell[1], t.cell[2], t.cell[3], t.cell[4]};
	s.domains = domains;

	t = table_open("data/sample/titles.tsv", 4);
	struct title *titles = arena_array(a, struct title, table_count(t));
	while (table_next(&t))
		titles[s.title_count++] =
			(struct title){number(&t, 0), choice(&t, 1, STR("any"), STR("incident")), t.cell[2], t.cell[3]};
	s.titles = titles;

	t = table_open("data/sample/responses.tsv", 8);
	struct answer *answers = arena_array(a, struct answer, table_count(t));
	while (table_next(&t))
		answers[s.answer_count++] = answer_of(&t, a);
	s.answers = answers;
	return s;
}

bool sample_has_word(struct str words, struct str word)
{
	struct str w;
	while (str_next(&words, ' ', &w))
		if (str_eq(w, word))
			return true;
	return false;
}
