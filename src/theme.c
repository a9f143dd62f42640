#include "theme.h"

#define PLAIN(a)                                                                                                       \
	{                                                                                                              \
		-1, -1, (a)                                                                                            \
	}

/* Without colours. */
static const struct look none[ROLE_COUNT] = {
	[ROLE_TEXT] = PLAIN(0),
	[ROLE_DIM] = PLAIN(LOOK_DIM),
	[ROLE_STRONG] = PLAIN(LOOK_BOLD),
	[ROLE_HEADER] = PLAIN(LOOK_REVERSE | LOOK_BOLD),
	[ROLE_HEADER_DIM] = PLAIN(LOOK_REVERSE),
	[ROLE_FOOTER] = PLAIN(0),
	[ROLE_KEY] = PLAIN(LOOK_BOLD),
	[ROLE_BORDER] = PLAIN(LOOK_DIM),
	[ROLE_BORDER_FOCUS] = PLAIN(LOOK_BOLD),
	[ROLE_TITLE] = PLAIN(LOOK_BOLD),
	[ROLE_SELECT] = PLAIN(LOOK_REVERSE),
	[ROLE_SELECT_BLUR] = PLAIN(LOOK_UNDERLINE),
	[ROLE_MARK] = PLAIN(LOOK_BOLD),
	[ROLE_PERMANENT] = PLAIN(LOOK_BOLD),
	[ROLE_TEMPORARY] = PLAIN(LOOK_UNDERLINE),
	[ROLE_SUCCESS] = PLAIN(0),
	[ROLE_DROPPED] = PLAIN(LOOK_UNDERLINE),
	[ROLE_BAR] = PLAIN(0),
	[ROLE_SPARK] = PLAIN(0),
	[ROLE_SPARK_TEMPORARY] = PLAIN(LOOK_DIM),
	[ROLE_SPARK_DROPPED] = PLAIN(LOOK_UNDERLINE),
	[ROLE_EVIDENCE] = PLAIN(LOOK_BOLD | LOOK_UNDERLINE),
	[ROLE_WARNING] = PLAIN(LOOK_BOLD),
	[ROLE_ERROR] = PLAIN(LOOK_REVERSE),
	[ROLE_INPUT] = PLAIN(LOOK_BOLD),
	[ROLE_FRESH] = PLAIN(LOOK_BOLD),
	[ROLE_CURSOR_COLUMN] = PLAIN(LOOK_REVERSE),
};

const struct theme *theme_named(struct str name)
{
	for (size_t i = 0; i < theme_count; i++)
		if (str_eq_nocase(name, str_of(themes[i].name)))
			return &themes[i];
	return NULL;
}

/* Of the 16 colours: white, and the bright ones but the bright black. */
static bool is_light(int64_t colour)
{
	return colour == 7 || (colour >= 9 && colour <= 15);
}

const struct theme *theme_for(const char *colorfgbg)
{
	struct str rest = str_of(colorfgbg ? colorfgbg : ""), last;
	int64_t colour = -1;
	while (str_next(&rest, ';', &last))
		if (!str_to_int(last, &colour))
			colour = -1;
	const struct theme *light = is_light(colour) ? theme_named(STR("light")) : NULL;
	return light ? light : &themes[0];
}

struct look theme_look(const struct theme *t, enum role r, int colours)
{
	if (colours < 8)
		return none[r];
	return t->looks[colours >= 256 ? DEPTH_256 : colours >= 16 ? DEPTH_16 : DEPTH_8][r];
}
