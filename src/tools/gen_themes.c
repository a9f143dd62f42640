/* gen_themes - checks the files of data/themes/ and turns them into C (see theme.h).
 *
 * usage: gen_themes NAME.tsv... > themes_data.c      The first one is the default theme.
 * A file holds a row "help", a row "background" (dark or light), a head line, then a row for each role with its look at
 * 256, 16 and 8 colours. A look is words with blanks between them: a colour's number, "on" and another one's for the
 * background, and bold, dim, reverse, underline; "-" for nothing. A colour left out is that of the role "text", and
 * there the terminal's own. A wrong row ends it with "file:line: ..." and exit 1. */
#include "theme.h"
#include "tsv.h"

#include <string.h>

static const struct {
	const char *column;
	int colours;
} depths[DEPTH_COUNT] = {[DEPTH_256] = {"256", 256}, [DEPTH_16] = {"16", 16}, [DEPTH_8] = {"8", 8}};

static const struct {
	const char *name;
	unsigned attr;
} attrs[] = {{"bold", LOOK_BOLD}, {"dim", LOOK_DIM}, {"reverse", LOOK_REVERSE}, {"underline", LOOK_UNDERLINE}};

struct reading {
	struct tsv tsv;
	struct str help, background;
	bool head_seen, seen[ROLE_COUNT];
	struct look looks[DEPTH_COUNT][ROLE_COUNT];
};

/* ---- reading ---- */

static bool colour_of(struct str word, int colours, int *out, const char **why)
{
	int64_t n;
	if (!str_to_int(word, &n) || n < 0 || n >= colours || word.p[0] == '+')
		return tsv_fail(why, "must be \"-\", or a colour's number below the column's, \"on\" with another one, "
				     "bold, dim, reverse or underline");
	if (*out >= 0)
		return tsv_fail(why, "names two colours for the same");
	*out = (int)n;
	return true;
}

static bool look_of(struct str cell, int colours, struct look *out, const char **why)
{
	*out = (struct look){-1, -1, 0};
	if (!tsv_cell_ok(cell, false, why))
		return false;
	if (str_eq(cell, STR("-")))
		return true;
	bool on = false;
	struct str word;
	while (str_next(&cell, ' ', &word)) {
		size_t i = 0;
		while (i < COUNT_OF(attrs) && !str_eq(word, str_of(attrs[i].name)))
			i++;
		if (!on && i < COUNT_OF(attrs))
			out->attrs |= attrs[i].attr;
		else if (!on && str_eq(word, STR("on")))
			on = true;
		else if (!colour_of(word, colours, on ? &out->bg : &out->fg, why))
			return false;
		else
			on = false;
	}
	return !on || tsv_fail(why, "names no colour behind \"on\"");
}

static bool read_property(struct reading *r, struct str line)
{
	struct str cells[2];
	const char *why = NULL;
	if (!tsv_cells(&r->tsv, line, cells, 2))
		return false;
	bool help = str_eq(cells[0], STR("help"));
	bool ok = tsv_cell_ok(cells[1], false, &why);
	if (ok && help)
		ok = cells[1].p[cells[1].len - 1] == '.' || tsv_fail(&why, "must end with a full stop");
	else if (ok)
		ok = str_eq(cells[1], STR("dark")) || str_eq(cells[1], STR("light")) ||
		     tsv_fail(&why, "must be dark or light");
	*(help ? &r->help : &r->background) = cells[1];
	return ok || tsv_complain(&r->tsv, "%s %s", help ? "help" : "background", why);
}

static bool read_role(struct reading *r, struct str line)
{
	struct str cells[1 + DEPTH_COUNT];
	enum role role;
	const char *why = NULL;
	if (!tsv_cells(&r->tsv, line, cells, COUNT_OF(cells)))
		return false;
	if (!role_of(cells[0], &role))
		return tsv_complain(&r->tsv, "there is no role \"%.*s\"", (int)cells[0].len, cells[0].p);
	if (r->seen[role])
		return tsv_complain(&r->tsv, "%s comes twice", role_name(role));
	r->seen[role] = true;
	for (int d = 0; d < DEPTH_COUNT; d++)
		if (!look_of(cells[1 + d], depths[d].colours, &r->looks[d][role], &why))
			return tsv_complain(&r->tsv, "column %s %s", depths[d].column, why);
	return true;
}

static bool read_line(struct reading *r, struct str line)
{
	if (str_starts(line, STR("help\t")) || str_starts(line, STR("background\t")))
		return read_property(r, line);
	if (r->head_seen)
		return read_role(r, line);
	r->head_seen = true;
	return str_eq(line, STR("role\t256\t16\t8")) ||
	       tsv_complain(&r->tsv, "the head line must be role, 256, 16, 8 (separated by tabs)");
}

/* What a role leaves open is the text's. Under the cursor the other roles keep their own colours, unless the row there
 * names one or is reversed. */
static void fill_in(struct reading *r)
{
	for (int d = 0; d < DEPTH_COUNT; d++) {
		const struct look text = r->looks[d][ROLE_TEXT];
		for (int i = 0; i < ROLE_COUNT; i++) {
			struct look *l = &r->looks[d][i];
			bool row = i == ROLE_SELECT || i == ROLE_SELECT_BLUR;
			if (l->fg < 0 && (!row || (l->attrs & LOOK_REVERSE)))
				l->fg = text.fg;
			if (l->bg < 0)
				l->bg = text.bg;
		}
	}
}

static bool read_theme(struct reading *r)
{
	struct str line;
	while (tsv_next(&r->tsv, &line))
		if (!read_line(r, line))
			return false;
	if (!r->help.len || !r->background.len)
		return tsv_complain(&r->tsv, "there is no row \"%s\"", r->help.len ? "background" : "help");
	for (int i = 0; i < ROLE_COUNT; i++)
		if (!r->seen[i])
			return tsv_complain(&r->tsv, "there is no row for the role %s", role_name((enum role)i));
	fill_in(r);
	return true;
}

/* ---- writing ---- */

static void put_theme(const struct reading *r)
{
	const char *file = tsv_file_name(r->tsv.path);
	printf("    {\n\t.name = \"%.*s\",\n\t.help = ", (int)strcspn(file, "."), file);
	tsv_put_string(r->help);
	printf(",\n\t.light = %s,\n\t.looks = {\n", str_eq(r->background, STR("light")) ? "true" : "false");
	for (int d = 0; d < DEPTH_COUNT; d++) {
		printf("\t    {\n");
		for (int i = 0; i < ROLE_COUNT; i++)
			printf("\t\t{%d, %d, %u}, /* %s */\n", r->looks[d][i].fg, r->looks[d][i].bg,
			       r->looks[d][i].attrs, role_name((enum role)i));
		printf("\t    },\n");
	}
	printf("\t},\n    },\n");
}

int main(int argc, char **argv)
{
	struct arena a = {0};
	struct reading *all = arena_array(&a, struct reading, (size_t)argc);
	bool ok = argc > 1;
	for (int i = 1; i < argc; i++)
		ok = tsv_open(&all[i].tsv, "gen_themes", argv[i], &a) && read_theme(&all[i]) && ok;
	if (ok) {
		printf("/* Made by gen_themes from data/themes/. */\n#include \"theme.h\"\n\n");
		printf("const struct theme themes[] = {\n");
		for (int i = 1; i < argc; i++)
			put_theme(&all[i]);
		printf("};\nconst size_t theme_count = COUNT_OF(themes);\n");
	}
	ok = ok && fflush(stdout) == 0 && !ferror(stdout);
	arena_free(&a);
	return ok ? 0 : 1;
}
