#include "codes_words.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- folding ---- */

/* "550", and with it "5.1.1" if that follows: what the lines of one reply begin with. */
struct prefix {
	struct str basic, code;
	size_t len; /* of both, with what stands between */
};

static size_t code_length(struct str s)
{
	struct ecode c;
	size_t n = 0;
	while (n < s.len && (is_digit(s.p[n]) || s.p[n] == '.'))
		n++;
	return ecode_of(str_slice(s, 0, n), &c) ? n : 0;
}

static bool prefix_of(struct str s, struct prefix *out)
{
	enum { BASIC_LEN = 3 };
	size_t n = 0;
	while (n < s.len && is_digit(s.p[n]))
		n++;
	if (n != BASIC_LEN || n == s.len || (s.p[n] != '-' && !is_space(s.p[n])))
		return false;
	*out = (struct prefix){.basic = str_slice(s, 0, n), .len = n + 1};
	struct str rest = str_slice(s, out->len, SIZE_MAX);
	out->code = str_slice(rest, 0, code_length(rest));
	out->len += out->code.len;
	return true;
}

/* Three digits alone are a reply's only where a line starts. */
static bool stands_as_prefix(const struct prefix *p, bool line_start)
{
	return line_start || p->code.len > 0;
}

struct str codes_words_fold(struct str response, char out[CODES_WORDS_MAX])
{
	struct str s = str_slice(str_trim(response), 0, CODES_WORDS_MAX);
	struct prefix first = {0}, p;
	size_t n = 0, at = 0;
	bool blank = false, line_start = true;
	while (at < s.len) {
		if (is_space(s.p[at])) {
			blank = true;
			line_start |= s.p[at++] == '\n';
			continue;
		}
		if ((blank || at == 0) && prefix_of(str_slice(s, at, SIZE_MAX), &p) &&
		    stands_as_prefix(&p, line_start)) {
			if (first.len == 0) {
				first = p;
			} else if (str_eq(p.basic, first.basic) && str_eq(p.code, first.code)) {
				at += p.len;
				continue;
			}
		}
		if (blank && n > 0)
			out[n++] = ' ';
		blank = line_start = false;
		out[n++] = s.p[at++];
	}
	return (struct str){out, n};
}
