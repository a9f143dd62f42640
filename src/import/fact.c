#include "import/fact.h"

#include <string.h>

struct str fact_address(struct str s)
{
	s = str_trim(s);
	char last = s.len ? s.p[s.len - 1] : '\0';
	if (last == '>') {
		size_t open = s.len - 1;
		while (open > 0 && s.p[open] != '<')
			open--;
		return s.p[open] == '<' ? str_trim(str_slice(s, open + 1, s.len - open - 2)) : s;
	}
	size_t comment = last == ')' ? str_find(s, STR(" ("), 0) : SIZE_MAX;
	return comment != SIZE_MAX ? str_trim(str_slice(s, 0, comment)) : s;
}

struct str fact_id(struct str s)
{
	s = str_trim(s);
	return s.len >= 2 && s.p[0] == '<' && s.p[s.len - 1] == '>' ? str_slice(s, 1, s.len - 2) : s;
}

/* Takes what is before the next comma or semicolon that is not within quotes or < >. */
static struct str part_next(struct str *rest)
{
	char close = '\0'; /* what ends the part that is enclosed */
	size_t i = 0;
	for (; i < rest->len; i++) {
		char c = rest->p[i];
		if (close)
			close = c == close ? '\0' : close;
		else if (c == '"' || c == '<')
			close = c == '"' ? '"' : '>';
		else if (c == ',' || c == ';')
			break;
	}
	struct str part = str_slice(*rest, 0, i);
	*rest = str_slice(*rest, i + 1, SIZE_MAX);
	return str_trim(part);
}

/* "Doe, John <john@example.com>" is one address. */
static bool is_list(struct str s)
{
	int parts = 0;
	while (s.len) {
		struct str part = fact_address(part_next(&s));
		if (part.len && !memchr(part.p, '@', part.len))
			return false;
		parts += part.len > 0;
	}
	return parts > 0;
}

bool fact_addresses_next(struct fact_addresses *f, struct str *out)
{
	if (!f->begun) {
		f->begun = true;
		f->whole = !is_list(f->rest);
	}
	do {
		*out = f->whole ? f->rest : part_next(&f->rest);
		if (f->whole)
			f->rest = STR("");
		*out = fact_address(*out);
	} while (out->len == 0 && f->rest.len);
	f->found += out->len > 0;
	return out->len > 0;
}
