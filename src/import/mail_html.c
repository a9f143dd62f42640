#include "import/mail_html.h"

#include "text.h"

#include <string.h>

enum { LINK_MAX = 500 };

static const struct {
	const char *name;
	const char *text;
} entities[] = {
	{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&nbsp;", " "}, {"&apos;", "'"},
};

/* Tags that begin a new line. */
static const char *const breaks[] = {"br", "p",  "/p", "div", "/div", "tr",  "/tr", "li",  "ul",   "/ul", "table",
				     "h1", "h2", "h3", "/h1", "/h2",  "/h3", "hr",  "pre", "/pre", "td",  "blockquote"};

static bool is_break(struct str tag)
{
	size_t n = 0;
	while (n < tag.len && !char_is_space(tag.p[n]) && !(n > 0 && tag.p[n] == '/'))
		n++;
	for (size_t i = 0; i < COUNT_OF(breaks); i++)
		if (str_eq_nocase(str_slice(tag, 0, n), str_of(breaks[i])))
			return true;
	return false;
}

/* Behind the element that starts with this tag and holds no words; `from` when it is not such. */
static size_t skip_element(struct str html, struct str tag, size_t from)
{
	static const char *const names[][2] = {{"style", "</style"}, {"script", "</script"}, {"title", "</title"}};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!str_starts_nocase(tag, str_of(names[i][0])))
			continue;
		size_t end = str_find_nocase(html, str_of(names[i][1]), from);
		return end == SIZE_MAX ? html.len : end;
	}
	return from;
}

/* "&#64;", "&#x40;" at the front: *c, and its length; 0: none. */
static size_t numbered(struct str s, char32_t *c)
{
	bool hex = str_starts_nocase(s, STR("&#x"));
	size_t i = hex ? 3 : 2, from = i;
	for (*c = 0; i < s.len && i < from + 7; i++) {
		char d = s.p[i];
		int value = d >= '0' && d <= '9'                        ? d - '0'
			    : hex && (d | 32) >= 'a' && (d | 32) <= 'f' ? (d | 32) - 'a' + 10
									: -1;
		if (value < 0)
			break;
		*c = *c * (hex ? 16 : 10) + (char32_t)value;
	}
	return i > from && i < s.len && s.p[i] == ';' ? i + 1 : 0;
}

/* Adds the sign that an entity at the front stands for; its length, 0: there is none. */
static size_t add_entity(struct buf *b, struct str s)
{
	for (size_t k = 0; k < COUNT_OF(entities); k++) {
		if (str_starts_nocase(s, str_of(entities[k].name))) {
			buf_addc(b, entities[k].text[0]);
			return strlen(entities[k].name);
		}
	}
	char32_t c;
	size_t len = str_starts(s, STR("&#")) ? numbered(s, &c) : 0;
	if (len == 0 || c < ' ' || c > 0x10ffff)
		return 0;
	if (c == 0xa0)
		buf_addc(b, ' ');
	else
		text_encode(b, c);
	return len;
}

/* The address of a link that is shown by another name: "<a href="mailto:bob@example.com">Bob</a>". */
static struct str linked_address(struct str html, struct str tag)
{
	size_t at = str_starts_nocase(tag, STR("a ")) ? str_find_nocase(tag, STR("mailto:"), 0) : SIZE_MAX;
	if (at == SIZE_MAX)
		return STR("");
	struct str address = str_slice(tag, at + 7, SIZE_MAX), shown = {tag.p + tag.len, 0};
	size_t n = 0;
	while (n < address.len && !char_is_space(address.p[n]) && !strchr("\"'?", address.p[n]))
		n++;
	shown.len = (size_t)(html.p + html.len - shown.p);
	shown = str_slice(shown, 0, LINK_MAX);
	shown = str_slice(shown, 0, str_find_nocase(shown, STR("</a"), 0));
	return memchr(shown.p, '@', shown.len) || str_find(shown, STR("&#"), 0) != SIZE_MAX ? STR("")
											    : str_slice(address, 0, n);
}

/* Adds what the tag or comment at `at` stands for; where the text goes on. */
static size_t add_tag(struct buf *b, struct str html, size_t at)
{
	if (str_starts(str_slice(html, at, 4), STR("<!--"))) {
		size_t end = str_find(html, STR("-->"), at);
		return end == SIZE_MAX ? html.len : end + 3;
	}
	size_t close = str_find(html, STR(">"), at);
	if (close == SIZE_MAX)
		return html.len;
	struct str tag = str_slice(html, at + 1, close - at - 1);
	struct str address = linked_address(html, tag);
	if (is_break(tag))
		buf_addc(b, '\n');
	if (address.len) {
		buf_addc(b, '<');
		buf_add(b, address);
		buf_add(b, STR("> "));
	}
	return skip_element(html, tag, close + 1);
}

struct str html_text(struct str html, struct arena *a)
{
	struct buf b = {0};
	for (size_t i = 0; i < html.len;) {
		char c = html.p[i];
		size_t len = c == '&' ? add_entity(&b, str_slice(html, i, SIZE_MAX)) : 0;
		if (c == '<') {
			i = add_tag(&b, html, i);
			continue;
		}
		if (len == 0)
			buf_addc(&b, c);
		i += len ? len : 1;
	}
	struct str out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}
