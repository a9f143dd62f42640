/* gen_docs - fills the templates of data/docs/ with the program's own tables: the manual, completions for shells.
 *
 * usage: gen_docs TEMPLATE > FILE      @name@ stands for a part; an unknown one ends it with "file:line: ...", exit 1. */
#include "gen_docs.h"

#include <errno.h>
#include <string.h>

static const struct part *find(struct str name)
{
	static const struct part *const tables[] = {man_parts, shell_parts};
	for (size_t t = 0; t < COUNT_OF(tables); t++)
		for (const struct part *p = tables[t]; p->name; p++)
			if (str_eq(name, str_of(p->name)))
				return p;
	return NULL;
}

/* Is there a mark at the start of `s`? */
static bool mark_at(struct str s, struct str *name)
{
	size_t end = 1;
	while (end < s.len && ((s.p[end] >= 'a' && s.p[end] <= 'z') || s.p[end] == '-'))
		end++;
	*name = str_slice(s, 1, end - 1);
	return s.len > 0 && s.p[0] == '@' && end > 1 && end < s.len && s.p[end] == '@';
}

static bool fill_line(const char *path, int number, struct str line, struct buf *out)
{
	struct str name;
	for (size_t i = 0; i < line.len; i++) {
		if (!mark_at(str_slice(line, i, SIZE_MAX), &name)) {
			buf_addc(out, line.p[i]);
			continue;
		}
		const struct part *p = find(name);
		if (!p) {
			fprintf(stderr, "%s:%d: there is no part @%.*s@\n", path, number, (int)name.len, name.p);
			return false;
		}
		p->write(out);
		i += name.len + 1;
	}
	/* A part that is made of lines has ended its last one. */
	if (out->len == 0 || out->p[out->len - 1] != '\n' || line.len == 0)
		buf_addc(out, '\n');
	return true;
}

static bool read_file(const char *path, struct buf *text)
{
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	for (int c; (c = getc(f)) != EOF;)
		buf_addc(text, (char)c);
	bool ok = !ferror(f);
	fclose(f);
	return ok;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: gen_docs TEMPLATE > FILE\n");
		return 2;
	}
	struct buf text = {0}, out = {0};
	if (!read_file(argv[1], &text)) {
		fprintf(stderr, "gen_docs: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	struct str rest = buf_str(&text), line;
	bool ok = true;
	for (int number = 1; ok && str_next(&rest, '\n', &line) && (rest.p || line.len > 0); number++)
		ok = fill_line(argv[1], number, line, &out);
	ok = ok && fwrite(out.p, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
	buf_free(&text);
	buf_free(&out);
	return !ok;
}
