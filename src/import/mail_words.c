#include "import/mail_words.h"

#include "import/mail_address.h"
#include "import/mail_mime.h"
#include "import/mail_phrases.h"
#include "status.h"

#include <string.h>

/* ---- lines ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "550 …", "<<< 550 …", "5.1.1 …" */
bool words_is_reply(struct str line)
{
	size_t i = 0;
	while (i < line.len && (char_is_space(line.p[i]) || strchr("<>-", line.p[i])))
		i++;
	line = str_slice(line, i, SIZE_MAX);
	return line.len > 3 && (line.p[0] == '4' || line.p[0] == '5') &&
	       ((is_digit(line.p[1]) && is_digit(line.p[2]) && strchr(" -:#", line.p[3])) ||
		(line.p[1] == '.' && is_digit(line.p[2])));
}

struct str words_without_bullets(struct str t)
{
	for (;;) {
		t = str_trim(t);
		if (t.len && strchr("*-+=['\"`(|", t.p[0]))
			t = str_slice(t, 1, SIZE_MAX);
		else if (str_starts(t, STR("\xe2\x80\xa2")) || str_starts(t, STR("\xc2\xb7"))) /* • · */
			t = str_slice(t, str_starts(t, STR("\xc2")) ? 2 : 3, SIZE_MAX);
		else if (str_starts(t, STR(">>>"))) /* one or two are a quotation */
			t = str_slice(t, 3, SIZE_MAX);
		else
			return t;
	}
}

/* Lines such as "To: bob@example.com", which tell of the email and not of its fate. */
bool words_is_field(struct str line)
{
	static const char *const names[] = {"to",
					    "from",
					    "cc",
					    "sender",
					    "reply-to",
					    "subject",
					    "sent",
					    "date",
					    "bcc",
					    "message-id",
					    "received",
					    "return-path",
					    "von",
					    "an",
					    "de",
					    "à",
					    "para",
					    "delivered-to",
					    "references",
					    "final-recipient",
					    "original-recipient"};
	struct str name, value;
	if (!mime_field_line(str_trim(line), &name, &value))
		return false;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return true;
	return false;
}

void words_split(struct str text, struct arena *a, struct places *out)
{
	struct str rest = text, line;
	int count = 0;
	while (count < WORDS_LINES_MAX && str_next(&rest, '\n', &line))
		count++;
	out->lines = arena_array(a, struct str, (size_t)count);
	for (rest = text; out->line_count < count && str_next(&rest, '\n', &line);)
		out->lines[out->line_count++] = line;
}

struct str words_lines(const struct places *p, int from, int to)
{
	to = to > p->line_count ? p->line_count : to;
	if (from >= to)
		return STR("");
	const char *end = p->lines[to - 1].p + p->lines[to - 1].len;
	return (struct str){p->lines[from].p, (size_t)(end - p->lines[from].p)};
}

bool words_has_basic(struct str text)
{
	struct status st;
	status_read(text, OUTCOME_FAILED, &st);
	return st.basic != 0;
}

static bool has_code(struct str text)
{
	struct status st;
	status_read(text, OUTCOME_FAILED, &st);
	return st.basic || st.enhanced.cls;
}

/* "554 <bob@example.com>... 550 Host unknown": what the other server said. */
static struct str inner_reply(struct str line)
{
	size_t at = str_find(line, STR("... "), 0);
	if (at == SIZE_MAX)
		return line;
	struct str inner = str_slice(line, at + 4, SIZE_MAX);
	return words_is_reply(line) && words_is_reply(inner) ? inner : line;
}

/* The first line of a transcript that leads up to the line. */
static int exchange_start(const struct places *f, int line)
{
	while (line > 0 && (str_starts(str_trim(f->lines[line - 1]), STR("<<<")) ||
			    str_starts(str_trim(f->lines[line - 1]), STR(">>>"))))
		line--;
	return line;
}

/* ---- paragraphs ---- */

/* Only signs: "=======". */
static bool is_rule(struct str t)
{
	for (size_t i = 0; i < t.len; i++)
		if (!char_is_space(t.p[i]) && !strchr("-=*_#~+", t.p[i]))
			return false;
	return true;
}

/* The next paragraph of *rest, without rules around it; false: no more. */
static bool next_paragraph(struct str *rest, struct str *out)
{
	struct str line;
	*out = STR("");
	while (str_next(rest, '\n', &line)) {
		if (is_rule(line)) {
			if (out->len)
				break;
			continue;
		}
		const char *from = out->len ? out->p : line.p;
		*out = (struct str){from, (size_t)(line.p + line.len - from)};
	}
	*out = str_trim(*out);
	return out->len > 0;
}

static bool introduces(struct str paragraph)
{
	return paragraph.len && paragraph.p[paragraph.len - 1] == ':';
}

/* The paragraph with the evidence. */
static struct str around_code(struct str block)
{
	struct status st;
	status_read(block, OUTCOME_FAILED, &st);
	size_t at = st.basic_at.len ? st.basic_at.start : st.enhanced_at.start;
	struct str rest = block, p;
	while (next_paragraph(&rest, &p))
		if (p.p + p.len > block.p + at)
			break;
	return p.len > 0 ? p : str_trim(block);
}

/* Without the address that it starts with, and what sets that off. */
static struct str without_address(struct str block, struct str address)
{
	struct str t = words_without_bullets(block);
	while (t.len && (t.p[0] == '<' || t.p[0] == '"'))
		t = str_slice(t, 1, SIZE_MAX);
	if (!str_starts_nocase(t, address))
		return block;
	t = str_slice(t, address.len, SIZE_MAX);
	if (str_starts_nocase(t, STR("<mailto:")))
		t = str_slice(t, str_find(t, STR(">"), 0), SIZE_MAX);
	size_t i = 0;
	while (i < t.len && (char_is_space(t.p[i]) || strchr(">\":,;'", t.p[i])))
		i++;
	return str_slice(t, i, SIZE_MAX);
}

/* The first paragraph that says something. */
static struct str first_words(struct str block)
{
	struct str rest = block, p;
	while (next_paragraph(&rest, &p))
		if (!introduces(p))
			return p;
	return STR("");
}

/* When nothing is said about an address: the last paragraph that tells of failure, else the longest. */
static struct str general_words(struct str text, struct arena *a)
{
	struct str rest = text, p, best = STR(""), longest = STR("");
	while (next_paragraph(&rest, &p)) {
		if (!introduces(p) && phrase_in(phrase_form(p, a), PHRASE_FAILED))
			best = p;
		longest = p.len > longest.len ? p : longest;
	}
	return best.len ? best : longest;
}

/* ---- about a recipient ---- */

/* A sentence that only names the address is followed by one that says why. */
static struct str own_words(struct str block, struct str bare, struct str address, struct arena *a)
{
	struct str own = first_words(bare);
	if (bare.p != block.p || str_find_nocase(own, address, 0) == SIZE_MAX)
		return own;
	struct str more = first_words(str_slice(bare, (size_t)(own.p + own.len - bare.p), SIZE_MAX));
	return phrase_in(phrase_form(more, a), PHRASE_FAILED) ? more : own;
}

static struct str about(const struct places *f, int i, struct arena *a)
{
	const struct place *p = &f->items[i];
	struct str all = words_lines(f, 0, f->line_count);
	if (p->line < 0)
		return has_code(all) && f->count == 1 ? around_code(all) : general_words(all, a);
	int next = f->line_count, from = exchange_start(f, p->line);
	for (int k = 0; k < f->count; k++)
		if (f->items[k].line > p->line && f->items[k].line < next)
			next = f->items[k].line;
	struct str inner = inner_reply(f->lines[p->line]);
	if (inner.p != f->lines[p->line].p)
		return str_trim(inner);
	struct str block = words_lines(f, from, next), bare = without_address(block, p->address);
	if (has_code(bare))
		return around_code(bare);
	struct str own = own_words(block, bare, p->address, a);
	if (f->count == 1)
		return has_code(all) ? around_code(all) : own.len ? own : general_words(all, a);
	struct str said = words_naming(all, p->address, a);
	if (has_code(said))
		return said;
	/* Addresses in a row share what is said below the last of them. */
	int last_line = f->items[f->count - 1].line;
	struct str last = words_lines(f, last_line < 0 ? 0 : last_line, f->line_count);
	bool alone = next - p->line <= 2 && own.len == 0;
	return alone && has_code(last) ? around_code(last) : own.len ? own : general_words(last, a);
}

struct str words_of(const struct places *p, int i, struct arena *a)
{
	return str_slice(about(p, i, a), 0, WORDS_MAX);
}

static size_t indent_of(struct str line)
{
	size_t n = 0;
	while (n < line.len && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n;
}

struct str words_naming(struct str text, struct str recipient, struct arena *a)
{
	struct buf b = {0};
	struct str rest = text, line;
	bool within = false;
	size_t base = 0; /* what is said is indented deeper than the line that names the recipient first */
	while (b.len < WORDS_MAX && str_next(&rest, '\n', &line)) {
		struct str t = str_trim(line);
		bool names = str_find_nocase(line, recipient, 0) != SIZE_MAX && !words_is_field(line);
		bool indented = indent_of(line) > base;
		base = names && !within ? indent_of(line) : base;
		within = names || (within && t.len && (indented || str_starts(t, STR("<<<")) || words_is_reply(t)));
		if (!within || str_trim(without_address(t, recipient)).len == 0)
			continue;
		if (b.len)
			buf_addc(&b, '\n');
		buf_add(&b, str_slice(t, 0, WORDS_MAX));
	}
	struct str out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

struct str words_parent(struct str words)
{
	static const char *const leads[] = {"generated from ", "(expanded from: ", "(expanded from ",
					    "(expanded from\n", "\n    generated by "};
	for (size_t i = 0; i < COUNT_OF(leads); i++) {
		size_t at = str_find(words, str_of(leads[i]), 0);
		if (at == SIZE_MAX)
			continue;
		struct str rest = str_trim(str_slice(words, at + strlen(leads[i]), 1000)), address;
		size_t from = 0;
		rest = str_slice(rest, 0, str_find(rest, STR("\n"), 0));
		rest = str_slice(rest, 0, str_find(rest, STR(")"), 0));
		if (address_next(rest, &from, &address) && address.p - rest.p <= 1) /* behind <, or at once */
			return address;
	}
	return STR("");
}

struct str words_transcript_of(struct str text, struct arena *a)
{
	struct buf b = {0};
	struct str rest = text, line;
	while (b.len < WORDS_MAX && str_next(&rest, '\n', &line)) {
		if (!words_is_reply(line))
			continue;
		buf_add(&b, str_slice(str_trim(line), 0, WORDS_MAX));
		buf_addc(&b, '\n');
	}
	struct str out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

struct str words_host(struct str words)
{
	size_t at = str_find(words, STR("host "), 0);
	if (at == SIZE_MAX)
		return STR("");
	struct str h = str_slice(words, at + 5, 255);
	size_t n = 0;
	while (n < h.len && !char_is_space(h.p[n]) && h.p[n] != '[')
		n++;
	struct str name = str_slice(h, 0, n);
	bool followed = n + 1 < h.len && (h.p[n] == '[' || h.p[n + 1] == '[');
	return followed && name.len && memchr(name.p, '.', name.len) ? name : STR("");
}
