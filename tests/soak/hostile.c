#include "hostile.h"

#include "store.h"
#include "text.h"
#include "text_data.h"

#include <string.h>

/* ---- the texts ---- */

enum { CASES_MAX = 600 };

struct list {
	struct arena *a;
	struct hostile *items;
	int count;
};

static void add(struct list *l, const char *name, struct str text)
{
	if (l->count == CASES_MAX)
		die("more than %d hostile texts", CASES_MAX);
	struct hostile *h = &l->items[l->count++];
	snprintf(h->name, sizeof h->name, "%s", name);
	h->text = arena_str(l->a, text);
}

static void add_code_points(struct list *l, const char *kind, char32_t first, char32_t last)
{
	for (char32_t c = first; c <= last; c++) {
		struct buf b = {0};
		char name[40];
		snprintf(name, sizeof name, "%s U+%04X", kind, (unsigned)c);
		buf_add(&b, STR("a"));
		text_encode(&b, c);
		buf_add(&b, STR("b"));
		add(l, name, buf_str(&b));
		buf_free(&b);
	}
}

/* The same text many times over. */
static void add_flood(struct list *l, const char *name, const char *what, int times)
{
	struct buf b = {0};
	for (int i = 0; i < times; i++)
		buf_add(&b, str_of(what));
	add(l, name, buf_str(&b));
	buf_free(&b);
}

static const struct {
	const char *kind;
	char32_t first, last;
} ranges[] = {
	{"C0", 0x00, 0x1F},
	{"DEL", 0x7F, 0x7F},
	{"C1", 0x80, 0x9F},
	{"soft hyphen", 0xAD, 0xAD},
	{"grapheme joiner", 0x34F, 0x34F},
	{"bidi", 0x61C, 0x61C},
	{"filler", 0x115F, 0x1160},
	{"invisible vowel", 0x17B4, 0x17B5},
	{"Mongolian", 0x180B, 0x180F},
	{"zero width", 0x200B, 0x200D},
	{"bidi", 0x200E, 0x200F},
	{"line separator", 0x2028, 0x2029},
	{"bidi", 0x202A, 0x202E},
	{"invisible", 0x2060, 0x206F},
	{"filler", 0x3164, 0x3164},
	{"private", 0xE000, 0xE000},
	{"variation", 0xFE00, 0xFE0F},
	{"BOM", 0xFEFF, 0xFEFF},
	{"filler", 0xFFA0, 0xFFA0},
	{"interlinear", 0xFFF9, 0xFFFB},
	{"no character", 0xFFFE, 0xFFFF},
	{"format", 0x110BD, 0x110BD},
	{"shorthand", 0x1BCA0, 0x1BCA3},
	{"music", 0x1D173, 0x1D17A},
	{"no character", 0x1FFFE, 0x1FFFF},
	{"tag", 0xE0001, 0xE0001},
	{"tag", 0xE0020, 0xE0024},
	{"tag", 0xE007F, 0xE007F},
	{"variation", 0xE0100, 0xE0103},
	{"private", 0x10FFFD, 0x10FFFD},
};

/* Sequences that do something on common terminals. None could come from the program itself. */
static const struct {
	const char *name, *text;
} sequences[] = {
	{"CSI", "\033[31;7777m\033[7777z"},
	{"CSI clears", "\033[2J\033[7777z"},
	{"CSI asks", "\033[6n\033[7777z"},
	{"CSI mouse", "\033[?1003h\033[7777z"},
	{"CSI cut short", "a\033["},
	{"ESC alone", "a\033"},
	{"ESC reset", "\033c"},
	{"ESC index", "\033D\033E\033#8"},
	{"OSC title", "\033]2;owned\007"},
	{"OSC title, ST", "\033]0;owned\033\\"},
	{"OSC copy", "\033]52;c;b3duZWQ=\007"},
	{"OSC copy, ST", "\033]52;c;b3duZWQ=\033\\"},
	{"OSC link", "\033]8;;file:///etc/passwd\033\\click\033]8;;\033\\"},
	{"OSC colour", "\033]4;1;rgb:00/00/00\007"},
	{"OSC cut short", "\033]52;c;"},
	{"DCS", "\033P+q544e\033\\"},
	{"DCS sixel", "\033Pq#0;2;0;0;0\033\\"},
	{"APC", "\033_Gi=1;AAAA\033\\"},
	{"PM", "\033^owned\033\\"},
	{"SOS", "\033Xowned\033\\"},
	{"CSI, C1", "\x9b"
		    "31m\x9b"
		    "7777z"},
	{"OSC, C1", "\x9d"
		    "2;owned\x9c"},
	{"DCS, C1", "\x90"
		    "q\x9c"},
	{"CSI, C1 in UTF-8", "\xc2\x9b"
			     "7777z"},
	{"OSC, C1 in UTF-8", "\xc2\x9d"
			     "52;c;b3duZWQ=\xc2\x9c"},
	{"charset", "\033(0\016qqq\017"},
	{"line end", "one\r\ntwo"},
	{"line ends", "one\n\n\r\r\ntwo\n"},
	{"overprint", "good\rbad"},
	{"backspaces", "good\b\b\b\bbad!"},
	{"tabs", "\ta\t\tb\t"},
	{"bell", "\a\a\a"},
	{"lone continuation", "a\x80\xbf"},
	{"cut short, 2", "a\xc3"},
	{"cut short, 3", "a\xe2\x82"},
	{"cut short, 4", "a\xf0\x9f\x98"},
	{"cut by ASCII", "\xe2\x82"
			 "b\xc3("},
	{"overlong slash", "\xc0\xaf"},
	{"overlong ESC, 2", "\xc0\x9b[7777z"},
	{"overlong ESC, 3", "\xe0\x80\x9b[7777z"},
	{"overlong ESC, 4", "\xf0\x80\x80\x9b[7777z"},
	{"overlong bidi", "\xf0\x82\x80\xae"},
	{"surrogate", "\xed\xa0\x80"},
	{"surrogates", "\xed\xa0\xbd\xed\xb8\x80"},
	{"beyond Unicode", "\xf4\x90\x80\x80"},
	{"five bytes", "\xf8\x88\x80\x80\x80"},
	{"six bytes", "\xfc\x84\x80\x80\x80\x80"},
	{"FE FF", "\xfe\xff"},
	{"Latin 1", "M\xfcller \xdf"},
	{"UTF-16", "\xff\xfe"
		   "a"},
	{"reversed", "\u202Ecod.exe\u202C"},
	{"isolates", "\u2066a\u2067b\u2068c\u2069"},
	{"mark first", "\u0301a"},
	{"mark after control", "\033\u0301\u0302"},
	{"mark after space", " \u0301 \u20dd"},
	{"mark after bad byte", "\xff\u0301"},
	{"enclosing", "a\u20dd\u20e0"},
	{"wide", "日本語テスト한글"},
	{"wide with marks", "日\u0301\u0302\u0303語"},
	{"Hangul parts", "\u1112\u1161\u11ab\u1161\u11ab"},
	{"full width", "ＡＢＣ＠ｅｘ"},
	{"emoji", "\U0001F600\U0001F4A9"},
	{"emoji joined", "\U0001F468\u200D\U0001F469\u200D\U0001F467"},
	{"emoji with skin", "\U0001F44D\U0001F3FF"},
	{"emoji flag", "\U0001F1E9\U0001F1EA"},
	{"emoji style", "\u2764\uFE0F\u2764\uFE0E"},
	{"keycap", "1\uFE0F\u20E3"},
	{"Arabic", "\u0645\u0631\u062d\u0628\u0627 \u0600\u0605"},
	{"Hebrew", "\u05e9\u05dc\u05d5\u05dd 123"},
	{"Thai", "\u0e19\u0e49\u0e33\u0e33"},
	{"Devanagari", "\u0915\u094d\u0937\u093f"},
	{"quotes", "\"a\" 'b' \\\" -to: \"\"\""},
	{"filter words", "to:x -code:5.1.1 \"class:5"},
	{"formats", "%s%n%1000000d%%{filter}"},
	{"stand-ins themselves", "<U+202E><9B>\u241b…~"},
	{"blanks", "   a   "},
	{"ideographic space", "\u3000\u00a0\u2003"},
};

static const char some_of_all[] = "a\033[7777z\xc2\x9b\x9b\u202e\u200b\xfe\U000E0041\u0301\u0301\u0301\x7f\t\r\a\b\"z";

int hostile_all(struct arena *a, struct hostile **out)
{
	struct list l = {.a = a, .items = arena_array(a, struct hostile, CASES_MAX)};
	add(&l, "a bit of all", str_of(some_of_all)); /* the first one: the short form always has it */
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		add_code_points(&l, ranges[i].kind, ranges[i].first, ranges[i].last);
	for (unsigned byte = 0x80; byte <= 0xFF; byte++) {
		char name[40], bytes[] = {'a', (char)byte, 'b'};
		snprintf(name, sizeof name, "byte %02X", byte);
		add(&l, name, (struct str){bytes, sizeof bytes});
	}
	for (size_t i = 0; i < COUNT_OF(sequences); i++)
		add(&l, sequences[i].name, str_of(sequences[i].text));
	add_flood(&l, "flood of marks", "\u0301\u0489", 30);
	add_flood(&l, "flood of controls", "\033[7777z\u202e", 10);
	add_flood(&l, "flood of wide", "語\u0301", 40);
	add_flood(&l, "very long", "long\u200b \xff", 60);
	*out = l.items;
	return l.count;
}

/* ---- a database ---- */

enum { RECIPIENT_PART_MAX = 200 };

/* The text in every column of an email, and of an attempt. */
static int64_t put_record(struct store *st, struct str text, int64_t time_s, int64_t cause)
{
	struct buf to = {0}, response = {0};
	struct err e = {0};
	enum put what;
	const struct str part = str_slice(text, 0, RECIPIENT_PART_MAX); /* a recipient has 1000 bytes at most */
	buf_printf(&to, "bob");
	buf_add(&to, part);
	buf_addc(&to, '@');
	buf_add(&to, part);
	buf_printf(&response, "550 5.1.1 ");
	buf_add(&response, text);
	struct record r = {
		.time = time_s,
		.queued_at = time_s - 60,
		.recipient = buf_str(&to),
		.sender = text,
		.title = text,
		.message_id = text,
		.queue_id = text,
		.source_file = text,
		.source_line = 1,
		.outcome = cause ? OUTCOME_DROPPED : OUTCOME_FAILED,
		.caused_by = cause,
		.enhanced = {5, 1, 1},
		.basic = 550,
		.response = buf_str(&response),
		.remote_mta = text,
	};
	struct attempt tried = {
		.time = time_s - 30,
		.outcome = OUTCOME_DEFERRED,
		.remote_mta = text,
		.response = text,
	};
	if (!store_put(st, &r, &tried, 1, 0, &what, &e))
		die("cannot put in a record: %s", e.msg);
	buf_free(&to);
	buf_free(&response);
	return r.id;
}

void hostile_database(const char *path, struct str text)
{
	struct err e = {0};
	struct store *st = store_open_rw(path, true, &e);
	if (!st || !store_begin(st, &e))
		die("%s: %s", path, e.msg);
	int64_t cause = put_record(st, text, 1795000000, 0);
	put_record(st, STR("harmless.example"), 1794990000, 0);
	put_record(st, text, 1795000060, cause);
	if (!store_commit(st, &e))
		die("%s: %s", path, e.msg);
	store_close(st);
}

/* ---- the judge ---- */

struct judge {
	struct str s;
	size_t at;
	unsigned allowed;
	int copies, marks;
	struct err *e;
};

static bool complain(struct judge *j, const char *what)
{
	struct buf b = {0};
	text_show(&b, str_slice(j->s, j->at > 20 ? j->at - 20 : 0, 60), 0, true);
	err_set(j->e, ERR_INPUT, "%s at byte %zu: %s", what, j->at, b.p);
	buf_free(&b);
	return false;
}

/* What must never be seen, whatever the program's own table says. */
static const struct {
	char32_t first, last;
} never[] = {
	{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x34F, 0x34F},      {0x61C, 0x61C},   {0x115F, 0x1160},
	{0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},    {0xE000, 0xF8FF}, {0xFE00, 0xFE0F},
	{0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0x10FFFF},
};

static bool is_hidden(char32_t c)
{
	for (size_t i = 0; i < COUNT_OF(never); i++)
		if (c >= never[i].first && c <= never[i].last)
			return true;
	for (size_t i = 0; i < text_range_count; i++)
		if (c >= text_ranges[i].first && c <= text_ranges[i].last)
			return text_ranges[i].kind == TEXT_HIDDEN;
	return false;
}

static bool is_mark(char32_t c)
{
	for (size_t i = 0; i < text_range_count; i++)
		if (c >= text_ranges[i].first && c <= text_ranges[i].last)
			return text_ranges[i].kind == TEXT_MARK;
	return false;
}

static bool judge_character(struct judge *j)
{
	char32_t c;
	size_t n = text_decode(j->s, j->at, &c);
	if (n == 0)
		return complain(j, "invalid UTF-8");
	if (is_hidden(c))
		return complain(j, "an invisible or control character");
	j->marks = is_mark(c) ? j->marks + 1 : 0;
	if (j->marks > 2)
		return complain(j, "too many marks on one character");
	j->at += n;
	return true;
}

/* ESC [ parameters letter */
static bool judge_csi(struct judge *j)
{
	size_t end = j->at + 2;
	long number = 0;
	while (end < j->s.len && j->s.p[end] >= 0x20 && j->s.p[end] < 0x40) {
		number = j->s.p[end] >= '0' && j->s.p[end] <= '9' ? number * 10 + j->s.p[end] - '0' : 0;
		if (number > 2004) /* none of ours is higher */
			return complain(j, "a foreign sequence");
		end++;
	}
	char last = end < j->s.len ? j->s.p[end] : 0;
	const char *good = j->allowed & ALLOW_SCREEN ? "HABCDGdJKXPLM@rhlmSTbtg" : j->allowed & ALLOW_COLOUR ? "m" : "";
	if (!last || !strchr(good, last))
		return complain(j, "a foreign sequence");
	j->at = end + 1;
	return true;
}

static int digit_of(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

static bool judge_copied(struct judge *j, struct str base64)
{
	struct buf text = {0};
	unsigned bits = 0;
	int have = 0;
	for (size_t i = 0; i < base64.len && base64.p[i] != '='; i++) {
		int digit = digit_of(base64.p[i]);
		if (digit < 0)
			return complain(j, "a copy that is not base64");
		bits = bits << 6 | (unsigned)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(&text, (char)(bits >> have & 0xFF));
		}
	}
	j->copies++;
	struct str line;
	bool ok = text.len > 0 || complain(j, "an empty copy");
	for (struct str rest = buf_str(&text); ok && rest.p && str_next(&rest, '\n', &line);)
		ok = hostile_judge(line, 0, NULL, j->e);
	buf_free(&text);
	return ok;
}

static bool judge_osc(struct judge *j)
{
	size_t end = str_find(j->s, STR("\007"), j->at);
	struct str body = str_slice(j->s, j->at + 2, end == SIZE_MAX ? 0 : end - j->at - 2);
	unsigned a, b;
	char more;
	char line[64];
	snprintf(line, sizeof line, "%.*s", (int)body.len, body.p);
	bool idle = (j->allowed & ALLOW_SCREEN) && sscanf(line, "2;idle %u %u%c", &a, &b, &more) == 2;
	idle = idle || ((j->allowed & ALLOW_SCREEN) && str_eq(body, STR("104"))); /* colours as they were, by curses */
	bool copy = (j->allowed & ALLOW_COPY) && str_starts(body, STR("52;c;"));
	if (!idle && !copy)
		return complain(j, "a foreign title, copy or other string");
	if (copy && !judge_copied(j, str_slice(body, 5, SIZE_MAX)))
		return false;
	j->at = end + 1;
	return true;
}

static bool judge_escape(struct judge *j)
{
	char next = j->at + 1 < j->s.len ? j->s.p[j->at + 1] : 0;
	j->marks = 0;
	if (next == '[')
		return judge_csi(j);
	if (next == ']')
		return judge_osc(j);
	if (!(j->allowed & ALLOW_SCREEN) || !next || !strchr("78=>M()", next))
		return complain(j, "a foreign escape");
	j->at += next == '(' || next == ')' ? 3 : 2;
	return true;
}

bool hostile_judge(struct str sent, unsigned allowed, int *copies, struct err *e)
{
	struct judge j = {.s = sent, .allowed = allowed, .e = e};
	bool ok = true;
	while (ok && j.at < sent.len) {
		char c = sent.p[j.at];
		if (c == '\033') {
			ok = judge_escape(&j);
		} else if ((c == '\r' || c == '\n') && (allowed & (ALLOW_LINES | ALLOW_SCREEN))) {
			j.at++;
			j.marks = 0;
		} else if ((c == '\b' && (allowed & ALLOW_SCREEN)) ||
			   (c == '\t' && (allowed & (ALLOW_TABS | ALLOW_SCREEN)))) {
			j.at++;
			j.marks = 0;
		} else {
			ok = judge_character(&j);
		}
	}
	if (copies)
		*copies = j.copies;
	return ok;
}

bool hostile_take(struct buf *sent, unsigned allowed, int *copies, struct err *e)
{
	size_t whole = sent->len;
	while (whole > 0 && sent->p[whole - 1] != '\a')
		whole--;
	bool ok = hostile_judge(str_slice(buf_str(sent), 0, whole), allowed, copies, e);
	if (whole > 0) {
		memmove(sent->p, sent->p + whole, sent->len - whole);
		sent->len -= whole;
	}
	return ok;
}
