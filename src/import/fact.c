#include "import/fact.h"

struct str fact_address(struct str s)
{
	s = str_trim(s);
	size_t open = str_find(s, STR("<"), 0);
	if (open != SIZE_MAX && s.p[s.len - 1] == '>')
		return str_slice(s, open + 1, s.len - open - 2);
	return s;
}

struct str fact_id(struct str s)
{
	s = str_trim(s);
	return s.len >= 2 && s.p[0] == '<' && s.p[s.len - 1] == '>' ? str_slice(s, 1, s.len - 2) : s;
}
