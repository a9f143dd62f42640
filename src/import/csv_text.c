#include "import/csv_text.h"

#include <string.h>

const char csv_delimiters[] = ",\t;|";

bool csv_open(struct str line, char delimiter, bool open)
{
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

int csv_split(char *record, size_t len, char delimiter, struct str cells[CSV_CELLS_MAX])
{
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
