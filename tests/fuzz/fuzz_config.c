/* Any configuration file: what is wrong with it is named at one of its lines; what is printed then has no mistake, and is
 * the same when it is read and printed again. */
#include "config.h"

#include "text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void must_be_sane(const struct config *c, int lines)
{
	char key[KEY_NAME_MAX];
	struct buf b = {0};
	for (int i = 0; i < c->mistake_count && i < MISTAKES_MAX; i++) {
		must(c->mistakes[i].line >= 1 && c->mistakes[i].line <= lines);
		config_mistake(c, i, true, &b);
	}
	config_notice(c, true, &b);
	must((b.len > 0) == (c->mistake_count > 0));
	must(c->saved_count <= SAVED_MAX && c->column_count <= COLUMN_COUNT);
	must(keymap_first(&c->keymap, action_named(STR("quit")), key)[0] != '\0');
	buf_free(&b);
}

static void print(struct str text, int lines, struct buf *out, bool clean)
{
	struct config c;
	config_init(&c);
	config_read(&c, STR("fuzz/config"), text);
	must_be_sane(&c, lines);
	must(!clean || c.mistake_count == 0);
	config_print(&c, out);
	config_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct buf once = {0}, twice = {0};
	int lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	print(text, lines, &once, false);
	must(text_find_bad(buf_str(&once)) ==
	     str_find(buf_str(&once), STR("\n"), 0)); /* a line feed is the first control */
	print(buf_str(&once), 10000, &twice, true);
	must(str_eq(buf_str(&once), buf_str(&twice)));
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
