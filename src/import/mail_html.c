#include "import/mail_html.h"

#include <string.h>

static const struct {
	const char *name;
	const char *text;
} entities[] = {
	{"&lt;", "<"},  {"&gt;", ">"},  {"&amp;", "&"},  {"&quot;", "\""}, {"&nbsp;", " "},
	{"&#39;", "'"}, {"&#64;", "@"}, {"&#x40;", "@"}, {"&apos;", "'"},  {"&#160;", " "},
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

struct str html_text(struct str html, struct arena *a)
{
	char *out = arena_alloc(a, html.len + 1);
	size_t n = 0, i = 0;
	while (i < html.len) {
		char c = html.p[i];
		if (c == '<') {
			const char *close = memchr(html.p + i, '>', html.len - i);
			if (!close)
				break;
			struct str tag = str_slice(html, i + 1, (size_t)(close - html.p) - i - 1);
			i = skip_element(html, tag, (size_t)(close - html.p) + 1);
			if (is_break(tag))
				out[n++] = '\n';
			continue;
		}
		if (c == '&') {
			size_t k = 0;
			while (k < COUNT_OF(entities) &&
			       !str_starts_nocase(str_slice(html, i, SIZE_MAX), str_of(entities[k].name)))
				k++;
			if (k < COUNT_OF(entities)) {
				out[n++] = entities[k].text[0];
				i += strlen(entities[k].name);
				continue;
			}
		}
		out[n++] = c;
		i++;
	}
	return (struct str){out, n};
}
