#include "theme.h"

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
	ROLE_STRONG,  ROLE_HEADER,      ROLE_KEY,     ROLE_BORDER_FOCUS, ROLE_TITLE,
	ROLE_SELECT,  ROLE_SELECT_BLUR, ROLE_MARK,    ROLE_PERMANENT,    ROLE_TEMPORARY,
	ROLE_DROPPED, ROLE_EVIDENCE,    ROLE_WARNING, ROLE_ERROR,        ROLE_INPUT,
};

static void what_stands_out_does_so_at_any_depth(void **state)
{
	(void)state;
	for (size_t d = 0; d < COUNT_OF(depths); d++)
		for (size_t i = 0; i < COUNT_OF(standing_out); i++)
			if (same(theme_look(standing_out[i], depths[d]), theme_look(ROLE_TEXT, depths[d])))
				fail_msg("%s looks like text with %d colours", role_name(standing_out[i]), depths[d]);
}

static void without_colour_there_is_none(void **state)
{
	(void)state;
	for (int r = 0; r < ROLE_COUNT; r++) {
		struct look look = theme_look((enum role)r, 0);
		assert_int_equal(look.fg, -1);
		assert_int_equal(look.bg, -1);
		assert_true(same(look, theme_look((enum role)r, 7)));
	}
}

static void what_must_be_told_apart_differs(void **state)
{
	(void)state;
	static const enum role pairs[][2] = {
		{ROLE_SELECT, ROLE_SELECT_BLUR}, {ROLE_BORDER, ROLE_BORDER_FOCUS}, {ROLE_PERMANENT, ROLE_TEMPORARY},
		{ROLE_EVIDENCE, ROLE_STRONG},    {ROLE_HEADER, ROLE_HEADER_DIM},   {ROLE_KEY, ROLE_FOOTER},
	};
	for (size_t d = 0; d < COUNT_OF(depths); d++)
		for (size_t i = 0; i < COUNT_OF(pairs); i++)
			assert_false(same(theme_look(pairs[i][0], depths[d]), theme_look(pairs[i][1], depths[d])));
}

static void colours_exist_at_their_depth(void **state)
{
	(void)state;
	for (size_t d = 0; d < COUNT_OF(depths); d++)
		for (int r = 0; r < ROLE_COUNT; r++) {
			struct look look = theme_look((enum role)r, depths[d]);
			assert_in_range(look.fg + 1, 0, depths[d]);
			assert_in_range(look.bg + 1, 0, depths[d]);
		}
}

/* Relative luminance (WCAG) of the xterm palette's cube and greys; the first 16 are the user's own. */
static double luminance(int colour)
{
	double rgb[3];
	if (colour >= 232) {
		rgb[0] = rgb[1] = rgb[2] = 8 + (colour - 232) * 10;
	} else {
		const int cube[3] = {(colour - 16) / 36, (colour - 16) / 6 % 6, (colour - 16) % 6};
		for (int i = 0; i < 3; i++)
			rgb[i] = cube[i] ? 55 + cube[i] * 40 : 0;
	}
	for (int i = 0; i < 3; i++) {
		double c = rgb[i] / 255;
		rgb[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
	}
	return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

static double contrast(int fg, int bg)
{
	double a = luminance(fg), b = luminance(bg);
	return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

static void text_is_readable_with_256_colours(void **state)
{
	(void)state;
	const int black = 16, row = theme_look(ROLE_SELECT, 256).bg;
	for (int r = 0; r < ROLE_COUNT; r++) {
		struct look look = theme_look((enum role)r, 256);
		if (look.fg < 0 || r == ROLE_BORDER)
			continue;
		double on_own = contrast(look.fg, look.bg < 0 ? black : look.bg), on_row = contrast(look.fg, row);
		if (on_own < 4.5 || (look.bg < 0 && on_row < 3.0 && r != ROLE_BAR))
			fail_msg("%s: contrast %.1f, on the selected row %.1f", role_name((enum role)r), on_own,
				 on_row);
	}
}

static void names_are_unique(void **state)
{
	(void)state;
	for (int a = 0; a < ROLE_COUNT; a++) {
		assert_non_null(role_name((enum role)a));
		for (int b = 0; b < a; b++)
			assert_string_not_equal(role_name((enum role)a), role_name((enum role)b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_out_does_so_at_any_depth), cmocka_unit_test(without_colour_there_is_none),
		cmocka_unit_test(what_must_be_told_apart_differs),      cmocka_unit_test(colours_exist_at_their_depth),
		cmocka_unit_test(text_is_readable_with_256_colours),    cmocka_unit_test(names_are_unique),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
