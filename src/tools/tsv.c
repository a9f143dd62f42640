#include "tsv.h"

#include <errno.h>
#include <string.h>

bool tsv_open(struct tsv *t, const char *tool, const char *path, struct arena *a)
{
	FILE *f = fopen(path, "rb");
	struct buf b = {0};
	char chunk[8192];
	size_t n;
	while (f && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
		buf_add(&b, (struct str){chunk, n});
	bool ok = f && !ferror(f);
	if (!ok)
		fprintf(stderr, "%s: %s: %s\n", tool, path, strerror(errno));
	*t = (struct tsv){.path = path, .rest = arena_str(a, buf_str(&b))};
	buf_free(&b);
	if (f)
		fclose(f);
	return ok;
}

bool tsv_next(struct tsv *t, struct str *line)
{
	while (str_next(&t->rest, '\n', line)) {
		t->line++;
		if (line->len > 0 && line->p[0] != '#')
			return true;
	}
	return false;
}

bool tsv_complain(const struct tsv *t, const char *fmt, ...)
{
	va_list ap;
	fprintf(stderr, "%s:%d: ", t->path, t->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return false;
}

/* ---- cells ---- */

bool tsv_cells(const struct tsv *t, struct str line, struct str *cells, size_t count)
{
	struct str cell;
	size_t n = 0;
	while (str_next(&line, '\t', &cell)) {
		if (n < count)
			cells[n] = cell;
		n++;
	}
	return n == count || tsv_complain(t, "has %zu columns, must have %zu (separated by tabs)", n, count);
}

bool tsv_fail(const char **why, const char *reason)
{
	*why = reason;
	return false;
}

/* Length of the UTF-8 character at s.p[0]; 0 when it is none or a control. Overlong forms and surrogates are none. */
static size_t character(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	if (c < 0x80)
		return c >= 0x20 && c != 0x7f;
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || s.len < n)
		return 0;
	uint32_t v = c & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		unsigned char next = (unsigned char)s.p[i];
		if ((next & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (next & 0x3f);
	}
	bool overlong = (n == 3 && v < 0x800) || (n == 4 && v < 0x10000);
	return overlong || v < 0xa0 || (v >= 0xd800 && v < 0xe000) || v > 0x10ffff ? 0 : n;
}

static bool is_plain(struct str cell)
{
	while (cell.len) {
		size_t n = character(cell);
		if (n == 0)
			return false;
		cell = str_slice(cell, n, SIZE_MAX);
	}
	return true;
}

bool tsv_cell_ok(struct str cell, bool may_be_empty, const char **why)
{
	if (!is_plain(cell))
		return tsv_fail(why, "holds a control character or is not UTF-8");
	if (cell.len == 0)
		return may_be_empty || tsv_fail(why, "is empty");
	if (str_trim(cell).len != cell.len || str_find(cell, STR("  "), 0) != SIZE_MAX)
		return tsv_fail(why, "has a blank too many");
	return true;
}

/* ---- the rest ---- */

const char *tsv_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

void tsv_put_string(struct str s)
{
	putchar('"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			putchar('\\');
		putchar(s.p[i]);
	}
	putchar('"');
}
