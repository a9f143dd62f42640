#include "status_scan.h"

#include "status_words.h"

#include <string.h>

enum {
	BASIC_DIGITS = 3,
	BASIC_MIN = 200,
	BASIC_MAX = 699, /* providers go beyond the 5xx of RFC 5321 */
};

/* A run of digits and dots: a number, a code, an address or a version. */
struct number {
	size_t at, len; /* without the full stops of a sentence's end */
	size_t run_len; /* with them */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char char_at(struct str s, size_t at)
{
	return at < s.len ? s.p[at] : '\0';
}

static struct number number_at(struct str text, size_t at)
{
	size_t end = at;
	while (end < text.len && (is_digit(text.p[end]) || text.p[end] == '.'))
		end++;
	struct number n = {.at = at, .len = end - at, .run_len = end - at};
	while (n.len && text.p[at + n.len - 1] == '.')
		n.len--;
	return n;
}

/* Neither a part of a longer word, an address, a path, nor behind a hyphen that belongs to a word. */
static bool starts_clean(struct str text, size_t at)
{
	if (at == 0)
		return true;
	char c = text.p[at - 1];
	if (is_name_char(c) || (c && strchr(".@/\\+%$", c)))
		return false;
	return c != '-' || at == 1 || !is_name_char(text.p[at - 2]);
}

static bool ends_clean(struct str text, size_t end)
{
	char c = char_at(text, end);
	return !is_name_char(c) && c != '@' && c != '%' && c != '/';
}

static bool read_code(struct str text, struct number n, struct ecode *out)
{
	size_t end = n.at + n.len;
	if (!ends_clean(text, end) || (char_at(text, end) == '-' && is_name_char(char_at(text, end + 1))))
		return false;
	return ecode_of(str_slice(text, n.at, n.len), out);
}

static bool read_basic(struct str text, struct number n, int *out)
{
	int64_t value;
	size_t end = n.at + n.len;
	if (n.len != BASIC_DIGITS || !str_to_int(str_slice(text, n.at, n.len), &value) || value < BASIC_MIN ||
	    value > BASIC_MAX || !ends_clean(text, end))
		return false;
	char c = char_at(text, end);
	char next = char_at(text, end + 1);
	if ((c == ':' || c == ',') && is_digit(next)) /* a port, a thousand */
		return false;
	if (c == '-' && is_digit(next)) { /* "550-5.1.1", "550-192.0.2.1 is …", but no telephone number */
		struct number after = number_at(text, end + 1);
		if (!memchr(text.p + after.at, '.', after.len))
			return false;
	}
	*out = (int)value;
	return true;
}

/* The enhanced code that follows a basic one directly, as in "550-5.1.1", "550 #5.1.0" or "550 (#5.7.1)". */
static bool code_behind(struct str text, size_t at, struct number *n, struct ecode *out)
{
	while (at < text.len && text.p[at] && strchr(" \t\r\n-#:([<", text.p[at]))
		at++;
	if (!is_digit(char_at(text, at)))
		return false;
	*n = number_at(text, at);
	return read_code(text, *n, out);
}

static void add(struct status_hits *out, const struct status_hit *h)
{
	for (size_t i = 0; i < out->count; i++) {
		const struct status_hit *have = &out->hit[i];
		if (have->basic == h->basic && have->relay == h->relay && ecode_cmp(have->code, h->code) == 0)
			return;
	}
	if (out->count < STATUS_HITS_MAX)
		out->hit[out->count++] = *h;
}

/* Does a line start here whose numbers are not SMTP: "x-unix; 255", with its field name or without? */
static bool is_foreign_line(struct str text, size_t at)
{
	struct str line = str_slice(text, at, text.len);
	static const char field[] = "Diagnostic-Code";
	if (str_starts_nocase(line, STR(field))) {
		size_t i = sizeof field - 1;
		while (i < line.len && (line.p[i] == ' ' || line.p[i] == '\t' || line.p[i] == ':'))
			i++;
		line = str_slice(line, i, line.len);
	}
	if (!str_starts_nocase(line, STR("x-")))
		return false;
	size_t i = 2;
	while (i < line.len && (is_name_char(line.p[i]) || line.p[i] == '-'))
		i++;
	while (i < line.len && line.p[i] == ' ')
		i++;
	return char_at(line, i) == ';';
}

static bool is_continuation(struct str text, size_t at)
{
	char c = char_at(text, at);
	return c == ' ' || c == '\t';
}

/* Takes the number as a code, if it is one. Returns where to go on. */
static size_t take_number(struct str text, struct number n, bool foreign, struct status_hits *out)
{
	size_t next = n.at + n.run_len;
	struct status_hit h = {0};
	if (!starts_clean(text, n.at))
		return next;
	if (read_basic(text, n, &h.basic) && !words_port(text, n.at)) {
		struct number code;
		bool pair = code_behind(text, next, &code, &h.code);
		enum lead_in lead = words_lead_in(text, n.at);
		bool placed = pair || (lead != LEAD_NONE && !words_measure(text, next));
		if (!placed || (foreign && lead != LEAD_SERVER))
			return next;
		h.basic_at = (struct span){n.at, n.len};
		if (pair) {
			h.code_at = (struct span){code.at, code.len};
			next = code.at + code.run_len;
		}
		add(out, &h);
	} else if (!foreign && read_code(text, n, &h.code) && !words_version(text, n.at)) {
		h.code_at = (struct span){n.at, n.len};
		h.relay = words_relay(text, n.at);
		add(out, &h);
	}
	return next;
}

/* Behind the address of a page whose "://" is at `at`: numbers in there are no codes. */
static size_t skip_url(struct str text, size_t at)
{
	while (at < text.len && (unsigned char)text.p[at] > ' ' && !strchr("\"'<>()[]{}|,;", text.p[at]))
		at++;
	return at;
}

void status_scan(struct str text, struct status_hits *out)
{
	out->count = 0;
	bool foreign = is_foreign_line(text, 0);
	for (size_t at = 0; at < text.len;) {
		char c = text.p[at];
		if (is_digit(c)) {
			at = take_number(text, number_at(text, at), foreign, out);
			continue;
		}
		if (c == ':' && str_starts(str_slice(text, at, 3), STR("://"))) {
			at = skip_url(text, at);
			continue;
		}
		at++;
		if (c == '\n' && !is_continuation(text, at))
			foreign = is_foreign_line(text, at);
	}
}
