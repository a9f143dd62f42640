#include "import/csv_text.h"

#include <string.h>

const char csv_delimiters[] = ",\t;|";

bool csv_open(struct str line, char delimiter, bool open)
{
	if (delimiter == '\t')
		return false;
	size_t i = 0;
	for (;;) {
		if (open) { /* to the quote that closes; "" is two that do not */
			const char *quote = i < line.len ? memchr(line.p + i, '"', line.len - i) : NULL;
			if (!quote)
				return true;
			i = (size_t)(quote - line.p) + 1;
			if (i < line.len && line.p[i] == '"') {
				i++;
				continue;
			}
			open = false;
		} else if (i < line.len && line.p[i] == '"') {
			i++;
			open = true;
			continue;
		}
		const char *next = i < line.len ? memchr(line.p + i, delimiter, line.len - i) : NULL;
		if (!next)
			return false;
		i = (size_t)(next - line.p) + 1;
	}
}

bool csv_ends_amid(struct str line, char delimiter)
{
	size_t i = 0;
	for (;;) {
		const char *quote = i < line.len ? memchr(line.p + i, '"', line.len - i) : NULL;
		if (!quote)
			return false;
		i = (size_t)(quote - line.p) + 1;
		if (i == line.len || line.p[i] != '"')
			break;
		i++;
	}
	return i < line.len && line.p[i] != delimiter && line.p[i] != '\r' && line.p[i] != ' ';
}

/* "\\t" and the like of the tab-separated form, in place. */
static struct str unescaped(char *p, size_t len)
{
	static const char names[] = "tnr\\", bytes[] = "\t\n\r\\";
	size_t out = 0;
	for (size_t i = 0; i < len; i++) {
		const char *name = p[i] == '\\' && i + 1 < len ? memchr(names, p[i + 1], sizeof names - 1) : NULL;
		p[out++] = name ? bytes[name - names] : p[i];
		i += name != NULL;
	}
	return (struct str){p, out};
}

static int tsv_split(char *record, size_t len, struct str cells[CSV_CELLS_MAX])
{
	int count = 0;
	for (size_t start = 0;;) {
		const char *tab =
			count < CSV_CELLS_MAX - 1 && start < len ? memchr(record + start, '\t', len - start) : NULL;
		size_t n = tab ? (size_t)(tab - record) - start : len - start;
		cells[count++] = unescaped(record + start, n);
		if (!tab)
			return count;
		start += n + 1;
	}
}

int csv_split(char *record, size_t len, char delimiter, struct str cells[CSV_CELLS_MAX])
{
	if (delimiter == '\t')
		return tsv_split(record, len, cells);
	int count = 0;
	size_t i = 0, out = 0;
	for (;;) {
		size_t start = out;
		bool quoted = i < len && record[i] == '"';
		i += quoted;
		for (; i < len; i++) {
			if (quoted && record[i] == '"') {
				quoted = i + 1 < len && record[i + 1] == '"';
				i += quoted;
				if (!quoted)
					continue;
			} else if (!quoted && record[i] == delimiter && count < CSV_CELLS_MAX - 1) {
				break;
			}
			record[out++] = record[i];
		}
		cells[count++] = (struct str){record + start, out - start};
		if (i >= len)
			return count;
		i++;
	}
}
