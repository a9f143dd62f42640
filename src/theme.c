#include "theme.h"

#define BOLD      LOOK_BOLD
#define DIM       LOOK_DIM
#define REVERSE   LOOK_REVERSE
#define UNDERLINE LOOK_UNDERLINE

struct row {
	const char *name;
	struct look c256, c16, c8, none;
};

/* Made for dark terminals: the terminal's own background, one soft grey for rows and the top line, colour only where it
 * says something. Below 256 colours grey is the terminal's dim: palette entry 8 is invisible in popular schemes. */
static const struct row rows[ROLE_COUNT] = {
	[ROLE_TEXT] = {"text", {-1, -1, 0}, {-1, -1, 0}, {-1, -1, 0}, {-1, -1, 0}},
	[ROLE_DIM] = {"dim", {246, -1, 0}, {-1, -1, DIM}, {-1, -1, DIM}, {-1, -1, DIM}},
	[ROLE_STRONG] = {"strong", {-1, -1, BOLD}, {-1, -1, BOLD}, {-1, -1, BOLD}, {-1, -1, BOLD}},
	[ROLE_HEADER] = {"header",
			 {255, 237, BOLD},
			 {-1, -1, REVERSE | BOLD},
			 {-1, -1, REVERSE | BOLD},
			 {-1, -1, REVERSE | BOLD}},
	[ROLE_HEADER_DIM] = {"header-dim", {250, 237, 0}, {-1, -1, REVERSE}, {-1, -1, REVERSE}, {-1, -1, REVERSE}},
	[ROLE_FOOTER] = {"footer", {246, -1, 0}, {-1, -1, 0}, {-1, -1, 0}, {-1, -1, 0}},
	[ROLE_KEY] = {"key", {80, -1, BOLD}, {14, -1, BOLD}, {6, -1, BOLD}, {-1, -1, BOLD}},
	[ROLE_BORDER] = {"border", {240, -1, 0}, {-1, -1, DIM}, {-1, -1, DIM}, {-1, -1, DIM}},
	[ROLE_BORDER_FOCUS] = {"border-focus", {73, -1, 0}, {6, -1, 0}, {6, -1, 0}, {-1, -1, BOLD}},
	[ROLE_TITLE] = {"title", {-1, -1, BOLD}, {-1, -1, BOLD}, {-1, -1, BOLD}, {-1, -1, BOLD}},
	[ROLE_SELECT] = {"select", {-1, 238, 0}, {15, 4, 0}, {-1, -1, REVERSE}, {-1, -1, REVERSE}},
	[ROLE_SELECT_BLUR] =
		{"select-blur", {-1, 235, 0}, {-1, -1, UNDERLINE}, {-1, -1, UNDERLINE}, {-1, -1, UNDERLINE}},
	[ROLE_MARK] = {"mark", {221, -1, BOLD}, {11, -1, BOLD}, {3, -1, BOLD}, {-1, -1, BOLD}},
	[ROLE_PERMANENT] = {"permanent", {203, -1, 0}, {9, -1, 0}, {1, -1, BOLD}, {-1, -1, BOLD}},
	[ROLE_TEMPORARY] = {"temporary", {179, -1, 0}, {11, -1, 0}, {3, -1, 0}, {-1, -1, UNDERLINE}},
	[ROLE_SUCCESS] = {"success", {114, -1, 0}, {10, -1, 0}, {2, -1, 0}, {-1, -1, 0}},
	[ROLE_DROPPED] = {"dropped", {140, -1, 0}, {13, -1, 0}, {5, -1, 0}, {-1, -1, UNDERLINE}},
	[ROLE_BAR] = {"bar", {67, -1, 0}, {6, -1, 0}, {6, -1, 0}, {-1, -1, 0}},
	[ROLE_SPARK] = {"spark", {73, -1, 0}, {6, -1, 0}, {6, -1, 0}, {-1, -1, 0}},
	[ROLE_EVIDENCE] = {"evidence",
			   {-1, -1, BOLD | UNDERLINE},
			   {-1, -1, BOLD | UNDERLINE},
			   {-1, -1, BOLD | UNDERLINE},
			   {-1, -1, BOLD | UNDERLINE}},
	[ROLE_WARNING] = {"warning", {214, -1, BOLD}, {11, -1, BOLD}, {3, -1, BOLD}, {-1, -1, BOLD}},
	[ROLE_ERROR] = {"error", {210, -1, BOLD}, {9, -1, BOLD}, {1, -1, BOLD}, {-1, -1, REVERSE}},
	[ROLE_INPUT] = {"input", {-1, -1, BOLD}, {-1, -1, BOLD}, {-1, -1, BOLD}, {-1, -1, BOLD}},
};

const char *role_name(enum role r)
{
	return rows[r].name;
}

struct look theme_look(enum role r, int colours)
{
	if (colours >= 256)
		return rows[r].c256;
	if (colours >= 16)
		return rows[r].c16;
	return colours >= 8 ? rows[r].c8 : rows[r].none;
}
