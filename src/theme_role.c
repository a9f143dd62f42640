/* The names of roles, apart from theme.c because the generator of the themes needs them too. */
#include "theme.h"

static const char *const names[ROLE_COUNT] = {
	[ROLE_TEXT] = "text",
	[ROLE_DIM] = "dim",
	[ROLE_STRONG] = "strong",
	[ROLE_HEADER] = "header",
	[ROLE_HEADER_DIM] = "header-dim",
	[ROLE_FOOTER] = "footer",
	[ROLE_KEY] = "key",
	[ROLE_BORDER] = "border",
	[ROLE_BORDER_FOCUS] = "border-focus",
	[ROLE_TITLE] = "title",
	[ROLE_SELECT] = "select",
	[ROLE_SELECT_BLUR] = "select-blur",
	[ROLE_MARK] = "mark",
	[ROLE_PERMANENT] = "permanent",
	[ROLE_TEMPORARY] = "temporary",
	[ROLE_SUCCESS] = "success",
	[ROLE_DROPPED] = "dropped",
	[ROLE_BAR] = "bar",
	[ROLE_SPARK] = "spark",
	[ROLE_SPARK_TEMPORARY] = "spark-temporary",
	[ROLE_SPARK_DROPPED] = "spark-dropped",
	[ROLE_EVIDENCE] = "evidence",
	[ROLE_WARNING] = "warning",
	[ROLE_ERROR] = "error",
	[ROLE_INPUT] = "input",
	[ROLE_FRESH] = "fresh",
	[ROLE_CURSOR_COLUMN] = "cursor-column",
};

const char *role_name(enum role r)
{
	return names[r];
}

bool role_of(struct str name, enum role *out)
{
	for (int r = 0; r < ROLE_COUNT; r++)
		if (str_eq(name, str_of(names[r]))) {
			*out = (enum role)r;
			return true;
		}
	return false;
}
