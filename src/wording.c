#include "wording.h"

#include "record.h"
#include "text.h"

#include <string.h>

/* One response on its way into a wording. What becomes a star counts as a digit from then on, so that a second pass finds
 * nothing new. */
struct masking {
	struct str s;
	size_t at;
	size_t len;                          /* of `out` */
	bool blank;                          /* one is due before what comes next */
	bool new_line;                       /* nothing but white space since a line's end */
	bool full;                           /* nothing more fits */
	char basic[4], enhanced[ECODE_TEXT]; /* the codes that were kept; "": none */
	bool coded;                          /* they were */
	char out[WORDING_MAX];
};

/* What a character is. */
enum {
	LOWER = 1 << 0,
	UPPER = 1 << 1,
	HIGH = 1 << 2, /* a byte of a character beyond ASCII */
	DIGIT = 1 << 3,
	JOINT = 1 << 4, /* a word may start with it, too: _ and @ */
	BLANK = 1 << 5,
	ENDS_RUN = 1 << 6, /* of what an address, a URL or a number may be made of */
	ENDS_URL = 1 << 7,
	AROUND = 1 << 8,   /* a word, without being part of it */
	OPENS = 1 << 9,    /* a bracket or a quote */
	TELLING = 1 << 10, /* with none of these a word is not particular */
	LETTER = LOWER | UPPER | HIGH,
	WORD = LETTER | DIGIT | JOINT, /* all else is punctuation */
};
#define TIMES_2(k)  k, k
#define TIMES_8(k)  TIMES_2(k), TIMES_2(k), TIMES_2(k), TIMES_2(k)
#define TIMES_32(k) TIMES_8(k), TIMES_8(k), TIMES_8(k), TIMES_8(k)
#define LETTERS(k)  TIMES_8(k), TIMES_8(k), TIMES_8(k), TIMES_2(k)
static const unsigned short kinds[256] = {
	[0] = TIMES_32(BLANK),
	[' '] = BLANK,
	[0x7F] = BLANK,
	['a'] = LETTERS(LOWER),
	['A'] = LETTERS(UPPER),
	[0x80] = TIMES_32(HIGH | TELLING),
	TIMES_32(HIGH | TELLING),
	TIMES_32(HIGH | TELLING),
	TIMES_32(HIGH | TELLING),
	['0'] = TIMES_8(DIGIT | TELLING),
	TIMES_2(DIGIT | TELLING),
	['*'] = DIGIT | TELLING,
	['_'] = JOINT,
	['@'] = JOINT | TELLING,
	['<'] = ENDS_RUN | ENDS_URL | OPENS,
	['>'] = ENDS_RUN | ENDS_URL,
	['['] = ENDS_RUN | ENDS_URL | OPENS,
	[']'] = ENDS_RUN | ENDS_URL,
	['('] = ENDS_RUN | ENDS_URL,
	[')'] = ENDS_RUN | ENDS_URL,
	['{'] = ENDS_RUN | ENDS_URL | OPENS,
	['}'] = ENDS_RUN | ENDS_URL,
	['"'] = ENDS_RUN | ENDS_URL | OPENS,
	['`'] = ENDS_RUN | ENDS_URL | OPENS,
	['\''] = OPENS,
	[','] = ENDS_RUN | AROUND,
	[';'] = ENDS_RUN | AROUND,
	['='] = ENDS_RUN | AROUND,
	['|'] = ENDS_RUN | AROUND,
	['.'] = AROUND | TELLING,
	[':'] = AROUND | TELLING,
	['!'] = AROUND,
	['?'] = AROUND,
	['-'] = AROUND,
	['/'] = AROUND,
	['&'] = AROUND,
	['%'] = AROUND,
	['+'] = AROUND,
	['#'] = AROUND,
	['~'] = AROUND,
	['^'] = AROUND,
	['$'] = AROUND,
	['\\'] = AROUND,
};

static bool is(char c, unsigned kind)
{
	return kinds[(unsigned char)c] & kind;
}

static bool is_word(char c)
{
	return is(c, WORD);
}

static bool is_blank(char c)
{
	return is(c, BLANK);
}

static char char_at(struct str s, size_t at)
{
	return at < s.len ? s.p[at] : '\0';
}

/* ---- what comes out ---- */

/* The character before what comes next; NUL: none. */
static char former(const struct masking *m)
{
	return m->len == 0 ? '\0' : m->blank ? ' ' : m->out[m->len - 1];
}

static size_t room(const struct masking *m)
{
	size_t used = m->len + m->blank;
	return used < WORDING_MAX ? WORDING_MAX - used : 0;
}

/* No longer than `max`, and no character cut in two. */
static struct str cut(struct str s, size_t max)
{
	if (s.len <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80)
		max--;
	return str_slice(s, 0, max);
}

static void put(struct masking *m, struct str s)
{
	struct str fits = cut(s, room(m));
	m->full = m->full || fits.len < s.len;
	if (fits.len == 0)
		return;
	if (m->blank)
		m->out[m->len++] = ' ';
	m->blank = m->new_line = false;
	memcpy(m->out + m->len, fits.p, fits.len);
	m->len += fits.len;
}

/* ---- codes ---- */

/* Length of the basic code that `s` starts with; 0: none. */
static size_t basic_length(struct str s)
{
	bool three = s.len >= 3 && s.p[0] >= '2' && s.p[0] <= '6' && s.p[1] >= '0' && s.p[1] <= '9' && s.p[2] >= '0' &&
		     s.p[2] <= '9';
	return three && (s.len == 3 || is_blank(s.p[3]) || s.p[3] == '-') ? 3 : 0;
}

static size_t enhanced_length(struct str s)
{
	struct ecode c;
	size_t n = 0;
	while ((char_at(s, n) >= '0' && char_at(s, n) <= '9') || char_at(s, n) == '.')
		n++;
	while (n > 0 && s.p[n - 1] == '.')
		n--;
	char next = char_at(s, n);
	return ecode_of(str_slice(s, 0, n), &c) && !is_word(next) && next != '-' && next != '/' ? n : 0;
}

/* What stands between the two: "550-5.1.1", "550 #5.1.1". */
static size_t joint_length(struct str s)
{
	size_t n = char_at(s, 0) == '-';
	while (n < s.len && is_blank(s.p[n]))
		n++;
	return n + (char_at(s, n) == '#');
}

static bool is_behind_said(const struct masking *m)
{
	static const char said[] = "said:";
	size_t n = sizeof said - 1;
	return m->len >= n && memcmp(m->out + m->len - n, said, n) == 0;
}

/* The first codes stay: at the start, behind "said:", or wherever both stand together. */
static bool keep_codes(struct masking *m, struct str rest)
{
	size_t basic = basic_length(rest);
	size_t joint = basic ? joint_length(str_slice(rest, basic, SIZE_MAX)) : 0;
	size_t enhanced = enhanced_length(str_slice(rest, basic + joint, SIZE_MAX));
	bool both = basic && enhanced;
	if (!both && (basic + enhanced == 0 || !(m->len == 0 || is_behind_said(m))))
		return false;
	if (room(m) < basic + 1 + enhanced) {
		m->full = true; /* half a code would be another one */
		return true;
	}
	memcpy(m->basic, rest.p, basic);
	memcpy(m->enhanced, rest.p + basic + joint, enhanced);
	m->basic[basic] = m->enhanced[enhanced] = '\0';
	m->coded = true;
	put(m, str_of(m->basic));
	m->blank = m->blank || basic;
	put(m, str_of(m->enhanced));
	m->at += enhanced ? basic + joint + enhanced : basic + (char_at(rest, basic) == '-');
	return true;
}

/* Further lines repeat them; so do replies of several lines that were made one. */
static bool drop_codes(struct masking *m, struct str rest)
{
	size_t basic = strlen(m->basic), n = basic;
	if (basic == 0 || !str_starts(rest, str_of(m->basic)) || basic_length(rest) == 0)
		return false;
	n += joint_length(str_slice(rest, n, SIZE_MAX));
	struct str behind = str_slice(rest, n, SIZE_MAX);
	size_t enhanced = enhanced_length(behind);
	if (enhanced && str_eq(str_slice(behind, 0, enhanced), str_of(m->enhanced)))
		n += enhanced;
	else if (char_at(rest, basic) == '-')
		n = basic + 1;
	else if (m->new_line)
		n = basic;
	else
		return false;
	m->at += n;
	m->blank = true;
	return true;
}

static bool take_codes(struct masking *m)
{
	char first = m->s.p[m->at];
	if (first < '0' || first > '9')
		return false;
	char before = former(m);
	if (before && before != ' ' && before != ';')
		return false;
	struct str rest = str_slice(m->s, m->at, SIZE_MAX);
	return m->coded ? drop_codes(m, rest) : keep_codes(m, rest);
}

/* ---- values ---- */

/* Where the bracket or quote at m->at is closed, without white space in between; 0: nowhere. */
static size_t closed_at(const struct masking *m)
{
	static const char pairs[][2] = {{'<', '>'}, {'[', ']'}, {'{', '}'}, {'"', '"'}, {'\'', '\''}, {'`', '\''}};
	char open = m->s.p[m->at], close = '\0';
	if (!is(open, OPENS))
		return 0;
	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		if (pairs[i][0] == open)
			close = pairs[i][1];
	bool apostrophe = open == '\'' && is_word(former(m));
	if (!close || apostrophe || char_at(m->s, m->at + 1) == close)
		return 0;
	for (size_t i = m->at + 1; i < m->s.len && !is_blank(m->s.p[i]); i++)
		if (m->s.p[i] == close && (close != '\'' || !is_word(char_at(m->s, i + 1))))
			return i;
	return 0;
}

static bool take_value(struct masking *m)
{
	size_t end = closed_at(m);
	if (end == 0)
		return false;
	const char value[3] = {m->s.p[m->at], '*', m->s.p[end]};
	if (room(m) < sizeof value)
		m->full = true;
	else
		put(m, (struct str){value, sizeof value});
	m->at = end + 1;
	return true;
}

/* ---- words ---- */

/* mx1.example.net, but not RESOLVER.ADR.Ambiguous: the last part of a host name is written in one case. */
static bool is_host(struct str s)
{
	size_t dots = 0, part = 0; /* the length of the part */
	bool lower = false, upper = false;
	for (size_t i = 0; i < s.len && s.p[i] != '/'; i++) {
		char c = s.p[i];
		if (c == '.' ? part == 0 : !is_word(c) && c != '-')
			return false;
		dots += c == '.';
		part = c == '.' ? 0 : part + 1;
		lower = c != '.' && (lower || (c >= 'a' && c <= 'z'));
		upper = c != '.' && (upper || (c >= 'A' && c <= 'Z'));
	}
	return dots > 0 && part > 1 && !(lower && upper);
}

static bool is_url_at(struct str s, size_t colon)
{
	return s.p[colon] == ':' && s.len - colon > 2 && s.p[colon + 1] == '/' && s.p[colon + 2] == '/';
}

/* Also what is no text: so a wording can always be shown and typed. */
static bool is_particular(struct str word)
{
	char32_t c;
	for (size_t i = 0, len = 1; i < word.len; i += len) {
		char at = word.p[i];
		len = (unsigned char)at < 0x80 ? 1 : text_decode(word, i, &c);
		if (len == 0 || is(at, DIGIT) || at == '@' || (at == ':' && is_url_at(word, i)))
			return true;
	}
	return is_host(word);
}

enum { WORD_MAX = 40 };

/* A run of what an address, a URL or a number may be made of; *telling: there may be a particular word in it. */
static struct str run_at(struct str s, size_t at, bool *telling)
{
	unsigned ends = ENDS_RUN | BLANK, seen = 0;
	size_t end = at;
	while (end < s.len && !is(s.p[end], ends)) {
		bool quote = s.p[end] == '\'';
		if (quote && !(end > at && is_word(s.p[end - 1]) && is_word(char_at(s, end + 1))))
			break;
		if (end > at && is_url_at(s, end))
			ends = ENDS_URL | BLANK;
		seen |= kinds[(unsigned char)s.p[end++]];
	}
	*telling = seen & TELLING;
	return str_slice(s, at, end - at);
}

/* The word in a run, without the punctuation around it. */
static struct str word_in(struct str run)
{
	size_t from = 0, to = run.len;
	while (from < to && is(run.p[from], AROUND))
		from++;
	while (to > from && is(run.p[to - 1], AROUND))
		to--;
	return str_slice(run, from, to - from);
}

static bool take_word(struct masking *m)
{
	bool telling;
	struct str run = run_at(m->s, m->at, &telling);
	if (run.len == 0)
		return false;
	m->at += run.len;
	struct str word = word_in(run);
	bool particular = telling && is_particular(word);
	if (!particular && run.len > room(m)) {
		bool text_without_blanks = run.len > WORD_MAX; /* Japanese, say */
		run = cut(run, text_without_blanks
				       ? room(m)
				       : 0); /* and look again: what is left of it may seem something else */
		while (run.len > 0 && run.p[run.len - 1] == '\'')
			run.len--;
		word = word_in(run);
		particular = is_particular(word);
		m->full = true;
	}
	if (!particular) {
		put(m, run);
		return true;
	}
	size_t before = (size_t)(word.p - run.p);
	put(m, str_slice(run, 0, before));
	put(m, STR("*"));
	put(m, str_slice(run, before + word.len, SIZE_MAX));
	return true;
}

/* ---- all ---- */

/* A character that the end cuts in two is left out. */
static struct str readable(struct str s)
{
	if (s.len < WORDING_READ_MAX)
		return s;
	s = str_slice(s, 0, WORDING_READ_MAX);
	for (size_t back = 1; back <= 3; back++) {
		unsigned char c = (unsigned char)s.p[s.len - back];
		if (c < 0xC0)
			continue;
		size_t whole = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
		return whole > back ? str_slice(s, 0, s.len - back) : s;
	}
	return s;
}

/* A quote that nothing follows any more would close another one. */
static void drop_last_quotes(struct masking *m)
{
	m->blank = false;
	while (former(m) == '\'' || former(m) == ' ')
		m->len--;
}

void wording_mask(struct str response, struct buf *out)
{
	struct masking m;
	memset(&m, 0, offsetof(struct masking, out));
	m.s = readable(response);
	while (m.at < m.s.len && !m.full) {
		char c = m.s.p[m.at];
		if (is_blank(c)) {
			m.blank = m.len > 0;
			m.new_line = m.new_line || c == '\n';
			m.at++;
		} else if (!take_codes(&m) && !take_value(&m) && !take_word(&m)) {
			put(&m, str_slice(m.s, m.at++, 1));
		}
	}
	if (m.full)
		drop_last_quotes(&m);
	buf_add(out, (struct str){m.out, m.len});
}
