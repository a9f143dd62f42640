#include "surface.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

static const int depths[] = {256, 16, 8, 0};

static bool same(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attrs == b.attrs;
}

/* Roles that a reader must find at a glance, or whose meaning no glyph or word beside them repeats. */
static const enum role standing_out[] = {
	ROLE_STRONG,      ROLE_HEADER, ROLE_KEY,       ROLE_BORDER_FOCUS, ROLE_TITLE,         ROLE_SELECT,
	ROLE_SELECT_BLUR, ROLE_MARK,   ROLE_PERMANENT, ROLE_TEMPORARY,    ROLE_DROPPED,       ROLE_EVIDENCE,
	ROLE_WARNING,     ROLE_ERROR,  ROLE_INPUT,     ROLE_FRESH,        ROLE_CURSOR_COLUMN,
};

static void at_every_depth(void (*check)(const struct theme *t, int colours))
{
	for (size_t i = 0; i < theme_count; i++)
		for (size_t d = 0; d < COUNT_OF(depths); d++)
			check(&themes[i], depths[d]);
}

static void must_differ(const struct theme *t, int colours, enum role a, enum role b)
{
	if (same(theme_look(t, a, colours), theme_look(t, b, colours)))
		fail_msg("%s: %s looks like %s with %d colours", t->name, role_name(a), role_name(b), colours);
}

static void stands_out(const struct theme *t, int colours)
{
	for (size_t i = 0; i < COUNT_OF(standing_out); i++)
		must_differ(t, colours, standing_out[i], ROLE_TEXT);
}

static void what_stands_out_does_so_at_any_depth(void **state)
{
	(void)state;
	at_every_depth(stands_out);
}

static void differs(const struct theme *t, int colours)
{
	static const enum role pairs[][2] = {
		{ROLE_SELECT, ROLE_SELECT_BLUR},
		{ROLE_BORDER, ROLE_BORDER_FOCUS},
		{ROLE_PERMANENT, ROLE_TEMPORARY},
		{ROLE_EVIDENCE, ROLE_STRONG},
		{ROLE_HEADER, ROLE_HEADER_DIM},
		{ROLE_KEY, ROLE_FOOTER},
		{ROLE_SPARK, ROLE_SPARK_TEMPORARY},
		{ROLE_SPARK, ROLE_SPARK_DROPPED},
		{ROLE_SPARK, ROLE_CURSOR_COLUMN},
		{ROLE_SPARK_TEMPORARY, ROLE_SPARK_DROPPED},
		{ROLE_WARNING, ROLE_ERROR},
		{ROLE_SPARK_DROPPED, ROLE_CURSOR_COLUMN},
		{ROLE_SPARK_TEMPORARY, ROLE_CURSOR_COLUMN},
	};
	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		must_differ(t, colours, pairs[i][0], pairs[i][1]);
}

static void what_must_be_told_apart_differs(void **state)
{
	(void)state;
	at_every_depth(differs);
}

static void without_colour_all_themes_are_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < theme_count; i++)
		for (int r = 0; r < ROLE_COUNT; r++) {
			struct look look = theme_look(&themes[i], (enum role)r, 0);
			assert_int_equal(look.fg, -1);
			assert_int_equal(look.bg, -1);
			assert_true(same(look, theme_look(&themes[0], (enum role)r, 7)));
		}
}

static void exists(const struct theme *t, int colours)
{
	for (int r = 0; r < ROLE_COUNT; r++) {
		struct look look = theme_look(t, (enum role)r, colours);
		assert_in_range(look.fg + 1, 0, colours);
		assert_in_range(look.bg + 1, 0, colours);
		if (colours == 256) /* the first 16 are the user's own: nobody knows their contrast */
			assert_true((look.fg < 0 || look.fg >= 16) && (look.bg < 0 || look.bg >= 16));
	}
}

static void colours_exist_at_their_depth(void **state)
{
	(void)state;
	at_every_depth(exists);
}

/* ---- contrast ---- */

/* The first 16 as xterm has them. */
static const unsigned char basic[16][3] = {
	{0, 0, 0},     {205, 0, 0},     {0, 205, 0},     {205, 205, 0},   {0, 0, 238}, {205, 0, 205},
	{0, 205, 205}, {229, 229, 229}, {127, 127, 127}, {255, 0, 0},     {0, 255, 0}, {255, 255, 0},
	{92, 92, 255}, {255, 0, 255},   {0, 255, 255},   {255, 255, 255},
};

/* Relative luminance (WCAG) of the xterm palette. */
static double luminance(int colour)
{
	double rgb[3];
	const int cube[3] = {(colour - 16) / 36, (colour - 16) / 6 % 6, (colour - 16) % 6};
	for (int i = 0; i < 3; i++)
		rgb[i] = colour >= 232 ? 8 + (colour - 232) * 10
			 : colour < 16 ? basic[colour][i]
			 : cube[i]     ? 55 + cube[i] * 40
				       : 0;
	for (int i = 0; i < 3; i++) {
		double c = rgb[i] / 255;
		rgb[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
	}
	return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

/* Of a look on a terminal of the kind that the theme is made for. Where there are many colours, backgrounds are seldom
 * quite black or white. */
static double contrast(const struct theme *t, int colours, struct look l)
{
	const int ink = t->light ? 16 : 252;
	const int paper = colours < 256 ? (t->light ? 15 : 0) : t->light ? 255 : 234;
	double a = luminance(l.fg < 0 ? ink : l.fg), b = luminance(l.bg < 0 ? paper : l.bg);
	return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

static bool is_bar(enum role r)
{
	return r == ROLE_BAR || r == ROLE_SPARK || r == ROLE_SPARK_TEMPORARY || r == ROLE_SPARK_DROPPED;
}

/* Bars need less than text, and borders may all but vanish. */
static double wanted(const struct theme *t, enum role r)
{
	if (strcmp(t->name, "contrast") == 0)
		return 7;
	return r == ROLE_BORDER ? 1.5 : is_bar(r) ? 3 : 4.5;
}

static void must_be_readable(const struct theme *t, int colours, enum role r, struct look look, double at_least)
{
	double c = contrast(t, colours, look);
	if (c < at_least)
		fail_msg("%s: %s with %d colours, %d on %d: contrast %.1f, must be %.1f", t->name, role_name(r),
			 colours, look.fg, look.bg, c, at_least);
}

static void text_is_readable(void **state)
{
	(void)state;
	for (const struct theme *t = themes; t < themes + theme_count; t++)
		for (int r = 0; r < ROLE_COUNT; r++)
			must_be_readable(t, 256, (enum role)r, theme_look(t, (enum role)r, 256),
					 wanted(t, (enum role)r));
}

/* What rows of lists and trees are made of, bars apart. */
static const enum role in_rows[] = {
	ROLE_TEXT,      ROLE_DIM,     ROLE_STRONG,  ROLE_KEY,      ROLE_TITLE,   ROLE_MARK,  ROLE_PERMANENT,
	ROLE_TEMPORARY, ROLE_SUCCESS, ROLE_DROPPED, ROLE_EVIDENCE, ROLE_WARNING, ROLE_ERROR, ROLE_FRESH,
};

static void text_is_readable_under_the_cursor(void **state)
{
	(void)state;
	for (const struct theme *t = themes; t < themes + theme_count; t++)
		for (size_t i = 0; i < COUNT_OF(in_rows); i++)
			for (int blur = 0; blur < 2; blur++) {
				struct cell c = {.role = in_rows[i], .select = true, .blur = blur};
				struct look look = surface_look(&c, t, 256);
				must_be_readable(t, 256, c.role, look, wanted(t, c.role));
				if (look.bg >= 0 && look.fg < 0)
					fail_msg("theme %s: text under the cursor has the terminal's own colour",
						 t->name);
			}
}

/* The palette is the user's own there, so that this is only a sign of care. */
static void few_colours_are_readable_as_xterm_has_them(void **state)
{
	(void)state;
	static const int few[] = {16, 8};
	for (const struct theme *t = themes; t < themes + theme_count; t++)
		for (size_t d = 0; d < COUNT_OF(few); d++)
			for (int r = 0; r < ROLE_COUNT; r++)
				must_be_readable(t, few[d], (enum role)r, theme_look(t, (enum role)r, few[d]),
						 strcmp(t->name, "contrast") == 0 ? 7 : 3);
}

static void high_contrast_is_never_dim(void **state)
{
	(void)state;
	for (int r = 0; r < ROLE_COUNT; r++)
		for (size_t d = 0; d < COUNT_OF(depths) - 1; d++)
			assert_false(theme_look(theme_named(STR("contrast")), (enum role)r, depths[d]).attrs &
				     LOOK_DIM);
}

/* ---- names ---- */

static void themes_are_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(theme_named(STR("dark")), &themes[0]);
	assert_ptr_equal(theme_named(STR("Light")), theme_named(STR("light")));
	assert_true(theme_named(STR("light"))->light);
	assert_null(theme_named(STR("dar")));
	assert_null(theme_named(STR("")));
	assert_true(theme_count >= 3);
	for (size_t i = 0; i < theme_count; i++) {
		assert_true(themes[i].help[0]);
		assert_ptr_equal(theme_named(str_of(themes[i].name)), &themes[i]);
	}
}

static void the_background_chooses(void **state)
{
	(void)state;
	static const char *const light[] = {"0;15", "0;7", "0;9", "15;default;7", "0;default;15", "15"};
	static const char *const dark[] = {
		"15;0", "0;8",        "7;0",        "15;6",   "0;16",  "0;-7",  "0;255", "15;",
		"",     "15;default", "0;default;", "0;15;0", "0;15x", "light", "0; 7",  "0;99999999999999999999"};
	for (size_t i = 0; i < COUNT_OF(light); i++)
		assert_string_equal(theme_for(light[i])->name, "light");
	for (size_t i = 0; i < COUNT_OF(dark); i++)
		assert_string_equal(theme_for(dark[i])->name, "dark");
	for (int colour = 0; colour < 20; colour++) {
		char value[16];
		snprintf(value, sizeof value, "0;%d", colour);
		assert_int_equal(theme_for(value)->light, colour == 7 || (colour > 8 && colour < 16));
	}
	assert_ptr_equal(theme_for(NULL), &themes[0]);
}

static void names_are_unique(void **state)
{
	(void)state;
	for (int a = 0; a < ROLE_COUNT; a++) {
		assert_non_null(role_name((enum role)a));
		enum role found;
		assert_true(role_of(str_of(role_name((enum role)a)), &found)); /* so no two are called the same */
		assert_int_equal(found, a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_out_does_so_at_any_depth),
		cmocka_unit_test(without_colour_all_themes_are_the_same),
		cmocka_unit_test(what_must_be_told_apart_differs),
		cmocka_unit_test(colours_exist_at_their_depth),
		cmocka_unit_test(text_is_readable),
		cmocka_unit_test(text_is_readable_under_the_cursor),
		cmocka_unit_test(few_colours_are_readable_as_xterm_has_them),
		cmocka_unit_test(high_contrast_is_never_dim),
		cmocka_unit_test(themes_are_found_by_name),
		cmocka_unit_test(the_background_chooses),
		cmocka_unit_test(names_are_unique),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
