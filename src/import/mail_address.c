#include "import/mail_address.h"

#include <string.h>

enum { LOCAL_MAX = 320 };

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_local(char c)
{
	return is_alnum(c) || (c && strchr("!#$%&'*+/=?^_`{|}~.-", c));
}

static bool is_domain(char c)
{
	return is_alnum(c) || c == '.' || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* Where the local part before the @ starts; `low`: not before. */
static size_t local_start(struct str s, size_t at, size_t low)
{
	size_t i = at;
	low = at - low > LOCAL_MAX ? at - LOCAL_MAX : low;
	if (i > low && s.p[i - 1] == '"') {
		for (i--; i > low && s.p[i - 1] != '"' && s.p[i - 1] != '\n'; i--)
			;
		return i > low && s.p[i - 1] == '"' ? i - 1 : at;
	}
	while (i > low && is_local(s.p[i - 1]))
		i--;
	size_t wide = i; /* within < > also beyond ASCII */
	while (wide > low && (is_local(s.p[wide - 1]) || (unsigned char)s.p[wide - 1] >= 0x80))
		wide--;
	if (wide > low && s.p[wide - 1] == '<')
		return wide;
	while (i < at && strchr("'`*/|=", s.p[i]) && s.p[i] != '=')
		i++;
	return i;
}

/* Is it a sign beyond ASCII that stands in no name, such as "）", "“" or a wide blank? */
static bool is_sign(struct str s)
{
	unsigned char one = (unsigned char)s.p[0];
	if (one == 0xc2 || s.len < 3) /* what Latin-1 has besides letters */
		return one == 0xc2;
	unsigned char two = (unsigned char)s.p[1], three = (unsigned char)s.p[2];
	return (one == 0xe2 && two == 0x80) ||                  /* dashes, quotation marks */
	       (one == 0xe3 && two == 0x80 && three <= 0xa0) || /* 　、。「」 */
	       (one == 0xef && two == 0xbc && (three <= 0x8f || (three >= 0x9a && three <= 0xa0))) || /* （），：；＞ */
	       (one == 0xef && two == 0xbb && three == 0xbf);
}

/* Without words that follow at once, in scripts that put no blanks: the last label "exampleに" is "example". */
static size_t without_suffix(struct str s, size_t from, size_t end)
{
	size_t dot = end;
	while (dot > from && s.p[dot - 1] != '.')
		dot--;
	size_t i = dot;
	while (i < end && is_alnum(s.p[i]))
		i++;
	bool follows = i < end && (unsigned char)s.p[i] >= 0xe1;
	return dot > from && i > dot + 1 && follows ? i : end;
}

static size_t domain_end(struct str s, size_t from)
{
	size_t i = from;
	if (i < s.len && s.p[i] == '[') {
		size_t close = str_find(str_slice(s, 0, i + 50), STR("]"), i);
		return close == SIZE_MAX ? from : close + 1;
	}
	while (i < s.len && i - from < 255 && is_domain(s.p[i]) && !is_sign(str_slice(s, i, 3)))
		i++;
	while (i > from && !is_alnum(s.p[i - 1]) && (unsigned char)s.p[i - 1] < 0x80)
		i--;
	return without_suffix(s, from, i);
}

bool address_next(struct str s, size_t *at, struct str *out)
{
	size_t low = *at;
	for (size_t from = low; from < s.len;) {
		const char *hit = memchr(s.p + from, '@', s.len - from);
		if (!hit)
			break;
		size_t sign = (size_t)(hit - s.p), start = local_start(s, sign, low), end = domain_end(s, sign + 1);
		from = sign + 1;
		if (start == sign || end == sign + 1)
			continue;
		*out = str_slice(s, start, end - start);
		*at = end;
		return true;
	}
	*at = s.len;
	return false;
}

struct str address_of_header(struct str value)
{
	struct str a;
	size_t at = str_find(value, STR("<"), 0);
	if (at != SIZE_MAX && address_next(value, &at, &a))
		return a;
	at = 0;
	return address_next(value, &at, &a) ? a : STR("");
}

/* A type's name, such as "rfc822" or "x-local": not the address itself. */
static bool is_type(struct str s)
{
	return s.len <= 20 && !(s.len && memchr(s.p, '@', s.len)) && !(s.len && memchr(s.p, '"', s.len));
}

struct str address_of_field(struct str value)
{
	struct str v = str_trim(value);
	for (size_t semi; (semi = str_find(v, STR(";"), 0)) != SIZE_MAX && is_type(str_slice(v, 0, semi));)
		v = str_trim(str_slice(v, semi + 1, SIZE_MAX));
	size_t open = str_find(v, STR("<"), 0), close = str_find(v, STR(">"), 0);
	if (open != SIZE_MAX && close != SIZE_MAX && close > open + 1) {
		v = str_slice(v, open + 1, close - open - 1);
		return str_starts_nocase(v, STR("rfc822;")) || str_starts_nocase(v, STR("smtp:"))
			       ? address_of_field(str_slice(v, v.p[4] == ':' ? 5 : 7, SIZE_MAX))
			       : str_trim(v);
	}
	if (str_starts_nocase(v, STR("smtp:")))
		v = str_slice(v, 5, SIZE_MAX);
	size_t comment = str_find(v, STR(" ("), 0);
	v = str_trim(str_slice(v, 0, comment));
	while (v.len && (v.p[0] == '<' || v.p[0] == '\''))
		v = str_slice(v, 1, SIZE_MAX);
	while (v.len && strchr(">'.,", v.p[v.len - 1]))
		v.len--;
	return v;
}
