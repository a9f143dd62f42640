#include "surface.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <locale.h>
#include <string.h>

static struct surface grid(int w, int h)
{
	struct surface s = {0};
	surface_resize(&s, w, h);
	return s;
}

/* Compares the dump and frees the surface. */
static void assert_dump(struct surface *s, bool roles, const char *want)
{
	struct buf b = {0};
	surface_dump(s, roles, &b);
	assert_string_equal(b.p ? b.p : "", want);
	buf_free(&b);
	surface_free(s);
}

static void text_is_drawn_and_cut(void **state)
{
	(void)state;
	struct surface s = grid(10, 3);
	assert_int_equal(surface_text(&s, 0, 0, -1, ROLE_TEXT, STR("abc")), 3);
	assert_int_equal(surface_text(&s, 0, 1, 5, ROLE_TEXT, STR("abcdefgh")), 5);
	assert_int_equal(surface_text(&s, 6, 2, -1, ROLE_TEXT, STR("abcdefgh")), 4);
	assert_dump(&s, false, "abc\nabcd…\n      abc…\n");
}

static void text_that_fits_exactly_is_whole(void **state)
{
	(void)state;
	struct surface s = grid(4, 2);
	assert_int_equal(surface_text(&s, 0, 0, 4, ROLE_TEXT, STR("abcd")), 4);
	assert_int_equal(surface_text(&s, 0, 1, 4, ROLE_TEXT, STR("日本")), 4);
	assert_dump(&s, false, "abcd\n日本\n");
}

static void text_with_no_room_draws_nothing(void **state)
{
	(void)state;
	struct surface s = grid(4, 1);
	assert_int_equal(surface_text(&s, 4, 0, -1, ROLE_TEXT, STR("a")), 0);
	assert_int_equal(surface_text(&s, 0, 0, 0, ROLE_TEXT, STR("a")), 0);
	assert_int_equal(surface_text(&s, 9, 0, 3, ROLE_TEXT, STR("a")), 0);
	surface_text(&s, 0, 1, -1, ROLE_TEXT, STR("below"));
	surface_text(&s, 0, -1, -1, ROLE_TEXT, STR("above"));
	assert_dump(&s, false, "\n");
}

static void text_left_of_the_clip_shows_its_rest(void **state)
{
	(void)state;
	struct surface s = grid(5, 2);
	surface_text(&s, -2, 0, -1, ROLE_TEXT, STR("abcdef"));
	surface_text(&s, -1, 1, -1, ROLE_TEXT, STR("日x"));
	assert_dump(&s, false, "cdef\n x\n");
}

static void wide_character_is_not_cut_in_half(void **state)
{
	(void)state;
	struct surface s = grid(8, 2);
	surface_text(&s, 0, 0, 4, ROLE_TEXT, STR("日本語"));
	struct rect former = surface_clip(&s, (struct rect){0, 1, 3, 1});
	surface_glyph(&s, 3, 1, ROLE_TEXT, GLYPH_MARK);
	surface_unclip(&s, former);
	assert_dump(&s, false, "日…\n\n");
}

static void overwritten_half_leaves_a_blank(void **state)
{
	(void)state;
	struct surface s = grid(6, 2);
	surface_text(&s, 0, 0, -1, ROLE_TEXT, STR("日本語"));
	surface_text(&s, 1, 0, 2, ROLE_TEXT, STR("ab"));
	surface_text(&s, 0, 1, -1, ROLE_TEXT, STR("日本語"));
	surface_text(&s, 1, 1, 2, ROLE_TEXT, STR("字"));
	assert_dump(&s, false, " ab 語\n 字 語\n");
}

static void combining_marks_stay_with_their_base(void **state)
{
	(void)state;
	struct surface s = grid(4, 1);
	assert_int_equal(surface_text(&s, 0, 0, -1, ROLE_TEXT, STR("e\u0301x")), 2);
	assert_int_equal(s.cells[0].ch[1], 0x301);
	assert_int_equal(s.cells[1].ch[0], 'x');
	surface_free(&s);
}

static void hostile_text_is_harmless(void **state)
{
	(void)state;
	static const char hostile[] = "\033]52;c;AA\007\x9b\r\n\t\0\xff\xe2\x80\xae";
	for (int ascii = 0; ascii < 2; ascii++) {
		struct surface s = grid(120, 1);
		s.ascii = ascii;
		surface_text(&s, 0, 0, -1, ROLE_TEXT, (struct str){hostile, sizeof hostile - 1});
		struct buf b = {0};
		surface_dump(&s, false, &b);
		for (size_t i = 0; i + 1 < b.len; i++) {
			assert_true((unsigned char)b.p[i] >= 0x20 && b.p[i] != 0x7F);
			assert_true(!ascii || (unsigned char)b.p[i] < 0x7F);
		}
		buf_free(&b);
		surface_free(&s);
	}
}

static void printf_takes_long_lines(void **state)
{
	(void)state;
	struct surface s = grid(700, 1);
	assert_int_equal(surface_printf(&s, 0, 0, -1, ROLE_TEXT, "%0600d|%s", 7, "end"), 604);
	assert_int_equal(s.cells[599].ch[0], '7');
	assert_int_equal(s.cells[603].ch[0], 'd');
	surface_free(&s);
}

static void text_right_ends_before_its_column(void **state)
{
	(void)state;
	struct surface s = grid(10, 3);
	assert_int_equal(surface_text_right(&s, 10, 0, -1, ROLE_TEXT, STR("1,204")), 5);
	assert_int_equal(surface_text_right(&s, 6, 1, 4, ROLE_TEXT, STR("123456")), 2);
	assert_int_equal(surface_text_right(&s, 0, 2, -1, ROLE_TEXT, STR("x")), 0);
	assert_dump(&s, false, "     1,204\n  123…\n\n");
}

static void clip_only_narrows(void **state)
{
	(void)state;
	struct surface s = grid(6, 3);
	struct rect all = surface_clip(&s, (struct rect){1, 1, 3, 1});
	struct rect inner = surface_clip(&s, (struct rect){-5, -5, 100, 100});
	surface_fill(&s, (struct rect){0, 0, 6, 3}, ROLE_HEADER);
	for (int y = 0; y < 3; y++)
		surface_text(&s, 0, y, -1, ROLE_DIM, STR("abcdef"));
	surface_unclip(&s, inner);
	surface_unclip(&s, all);
	surface_text(&s, 0, 2, -1, ROLE_TEXT, STR("x"));
	assert_dump(&s, true, "\n bc…\nx\n\n ddd\n\n");
}

static void empty_and_tiny_grids_take_everything(void **state)
{
	(void)state;
	for (int w = -1; w <= 3; w++)
		for (int h = -1; h <= 3; h++) {
			struct surface s = grid(w, h);
			surface_frame(&s, (struct rect){0, 0, w, h}, true, STR("title"), STR("right"));
			surface_frame(&s, (struct rect){-4, -4, 20, 20}, false, STR("日本"), STR(""));
			surface_text(&s, -1, 0, -1, ROLE_TEXT, STR("日本"));
			surface_bar(&s, 0, 0, 90, ROLE_BAR, 5, 5);
			surface_stack(&s, (struct rect){w - 1, -3, 9, h + 4}, &(const struct stack_part){ROLE_SPARK, 5},
				      1, 5);
			surface_fill(&s, (struct rect){-9, -9, 99, 99}, ROLE_TEXT);
			surface_free(&s);
		}
}

static void frame_has_title_and_right_text(void **state)
{
	(void)state;
	struct surface s = grid(24, 3);
	surface_frame(&s, (struct rect){0, 0, 24, 3}, true, STR("Subjects"), STR("3,890"));
	assert_dump(&s, true,
		    "┌ Subjects ───── 3,890 ┐\n│                      │\n└──────────────────────┘\n"
		    "cllllllllllcccccdddddddc\nc                      c\ncccccccccccccccccccccccc\n");
}

static void frame_drops_the_right_text_before_the_title(void **state)
{
	(void)state;
	struct surface s = grid(14, 2);
	s.ascii = true;
	surface_frame(&s, (struct rect){0, 0, 14, 2}, false, STR("Security or policy"), STR("3,890"));
	assert_dump(&s, false, "+ Security ~ +\n+------------+\n");
}

static void bar_counts_in_eighths(void **state)
{
	(void)state;
	struct surface s = grid(6, 6);
	surface_bar(&s, 0, 0, 4, ROLE_BAR, 100, 100);
	surface_bar(&s, 0, 1, 4, ROLE_BAR, 50, 100);
	surface_bar(&s, 0, 2, 4, ROLE_BAR, 35, 100);
	surface_bar(&s, 0, 3, 4, ROLE_BAR, 1, INT64_MAX);
	surface_bar(&s, 0, 4, 4, ROLE_BAR, 0, 100);
	surface_bar(&s, 0, 5, 4, ROLE_BAR, 900, 100);
	assert_dump(&s, false, "████\n██\n█▍\n▏\n\n████\n");
}

static void ascii_bar(void **state)
{
	(void)state;
	struct surface s = grid(6, 2);
	s.ascii = true;
	surface_bar(&s, 0, 0, 4, ROLE_BAR, 50, 100);
	surface_bar(&s, 0, 1, 4, ROLE_BAR, 1, 100000);
	assert_dump(&s, false, "##\n#\n");
}

/* A bar of one column at x, as high as the grid. */
static void stack(struct surface *s, int x, int64_t permanent, int64_t temporary, int64_t dropped, int64_t max)
{
	const struct stack_part parts[] = {
		{ROLE_SPARK, permanent}, {ROLE_SPARK_TEMPORARY, temporary}, {ROLE_SPARK_DROPPED, dropped}};
	surface_stack(s, (struct rect){x, 0, 1, s->h}, parts, 3, max);
}

static void stack_of_one_part_goes_from_blank_to_full(void **state)
{
	(void)state;
	struct surface s = grid(10, 1);
	for (int i = 0; i <= 8; i++)
		stack(&s, i, i, 0, 0, 8);
	stack(&s, 9, 1, 0, 0, 1000);
	assert_dump(&s, false, " ▁▂▃▄▅▆▇█▁\n");

	struct surface ascii = grid(5, 1);
	ascii.ascii = true;
	for (int i = 0; i <= 4; i++)
		stack(&ascii, i, i, 0, 0, 4);
	assert_dump(&ascii, false, " .:+#\n");
}

static void stack_shows_its_parts_in_colour(void **state)
{
	(void)state;
	struct surface s = grid(1, 2);
	stack(&s, 0, 12, 4, 0, 16); /* a cell of one part, and one that two parts share */
	assert_int_equal(s.cells[1].ch[0], U'█');
	assert_int_equal(s.cells[1].role, ROLE_SPARK);
	assert_int_equal(s.cells[1].under, ROLE_TEXT);
	assert_int_equal(s.cells[0].ch[0], U'▄');
	assert_int_equal(s.cells[0].role, ROLE_SPARK);
	assert_int_equal(s.cells[0].under, ROLE_SPARK_TEMPORARY);
	struct look look = surface_look(&s.cells[0], &themes[0], 256);
	assert_int_equal(look.fg, theme_look(&themes[0], ROLE_SPARK, 256).fg);
	assert_int_equal(look.bg, theme_look(&themes[0], ROLE_SPARK_TEMPORARY, 256).fg);
	surface_free(&s);
}

static void stack_shows_its_parts_without_colour(void **state)
{
	(void)state;
	struct surface s = grid(2, 4);
	s.mono = true;
	stack(&s, 0, 16, 8, 8, 32);
	stack(&s, 1, 8, 0, 0, 32);
	assert_dump(&s, false, "░\n▒\n█\n██\n");

	struct surface ascii = grid(2, 4);
	ascii.ascii = true;
	stack(&ascii, 0, 16, 8, 8, 32);
	stack(&ascii, 1, 0, 0, 1, 32);
	assert_dump(&ascii, false, "o\n+\n#\n#o\n");
}

/* One dropped email among hundreds is there, and the bar is as high as without it. */
static void stack_loses_no_small_part(void **state)
{
	(void)state;
	struct surface s = grid(2, 2);
	stack(&s, 0, 500, 0, 1, 1002);
	stack(&s, 1, 501, 0, 0, 1002);
	assert_int_equal(s.cells[2].under, ROLE_SPARK_DROPPED);
	assert_int_equal(s.cells[2].ch[0], U'▇');
	assert_int_equal(s.cells[3].ch[0], U'█');
	assert_int_equal(s.cells[0].ch[0], ' ');
	surface_free(&s);
}

static void every_glyph_has_an_ascii_twin(void **state)
{
	(void)state;
	for (int ascii = 0; ascii < 2; ascii++)
		for (int g = 0; g < GLYPH_COUNT; g++) {
			struct surface s = grid(1, 1);
			s.ascii = ascii;
			surface_glyph(&s, 0, 0, ROLE_TEXT, (enum glyph)g);
			assert_true(ascii ? s.cells[0].ch[0] > 0x20 && s.cells[0].ch[0] < 0x7F
					  : s.cells[0].ch[0] > 0x7F);
			surface_free(&s);
		}
}

static void dump_tells_selected_and_stale(void **state)
{
	(void)state;
	struct surface s = grid(4, 3);
	s.select = true;
	surface_fill(&s, (struct rect){0, 0, 3, 1}, ROLE_TEXT);
	surface_text(&s, 0, 0, -1, ROLE_PERMANENT, STR("5"));
	s.select = false;
	s.stale = true;
	surface_text(&s, 0, 1, -1, ROLE_PERMANENT, STR("5"));
	s.stale = false;
	surface_text(&s, 0, 2, -1, ROLE_PERMANENT, STR("5"));
	assert_dump(&s, true, "5\n5\n5\nPTT\n~\np\n");
}

static void selected_cell_keeps_its_colour_on_the_rows_background(void **state)
{
	(void)state;
	struct cell c = {.ch = {'5'}, .role = ROLE_PERMANENT, .select = true};
	const struct theme *t = theme_named(STR("dark"));
	struct look plain = theme_look(t, ROLE_PERMANENT, 256), row = theme_look(t, ROLE_SELECT, 256);
	assert_int_equal(surface_look(&c, t, 256).fg, plain.fg);
	assert_int_equal(surface_look(&c, t, 256).bg, row.bg);
	assert_true(surface_look(&c, t, 0).attrs & LOOK_REVERSE);
	assert_true(surface_look(&c, t, 0).attrs & theme_look(t, ROLE_PERMANENT, 0).attrs);
	c.blur = true;
	assert_int_equal(surface_look(&c, t, 256).bg, theme_look(t, ROLE_SELECT_BLUR, 256).bg);
	c.select = false;
	c.stale = true;
	assert_int_equal(surface_look(&c, t, 256).fg, theme_look(t, ROLE_DIM, 256).fg);
}

int main(void)
{
	setlocale(LC_CTYPE, "");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_drawn_and_cut),
		cmocka_unit_test(text_that_fits_exactly_is_whole),
		cmocka_unit_test(text_with_no_room_draws_nothing),
		cmocka_unit_test(text_left_of_the_clip_shows_its_rest),
		cmocka_unit_test(wide_character_is_not_cut_in_half),
		cmocka_unit_test(overwritten_half_leaves_a_blank),
		cmocka_unit_test(combining_marks_stay_with_their_base),
		cmocka_unit_test(hostile_text_is_harmless),
		cmocka_unit_test(printf_takes_long_lines),
		cmocka_unit_test(text_right_ends_before_its_column),
		cmocka_unit_test(clip_only_narrows),
		cmocka_unit_test(empty_and_tiny_grids_take_everything),
		cmocka_unit_test(frame_has_title_and_right_text),
		cmocka_unit_test(frame_drops_the_right_text_before_the_title),
		cmocka_unit_test(bar_counts_in_eighths),
		cmocka_unit_test(ascii_bar),
		cmocka_unit_test(stack_of_one_part_goes_from_blank_to_full),
		cmocka_unit_test(stack_shows_its_parts_in_colour),
		cmocka_unit_test(stack_shows_its_parts_without_colour),
		cmocka_unit_test(stack_loses_no_small_part),
		cmocka_unit_test(every_glyph_has_an_ascii_twin),
		cmocka_unit_test(dump_tells_selected_and_stale),
		cmocka_unit_test(selected_cell_keeps_its_colour_on_the_rows_background),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
