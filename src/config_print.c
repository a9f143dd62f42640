/* The effective configuration as a file. */
#include "config.h"

#include "text.h"

enum { COMMENT_W = 80 };

/* Wrapped, each line behind "# ". */
static void comment(struct buf *out, const char *text)
{
	struct buf wrapped = {0};
	text_wrap(&wrapped, str_of(text), 0, 0, COMMENT_W - 2, false); /* "# " */
	struct str rest = buf_str(&wrapped), line;
	while (str_next(&rest, '\n', &line)) {
		buf_add(out, STR("# "));
		buf_add(out, line);
		buf_addc(out, '\n');
	}
	buf_free(&wrapped);
}

static void head(const struct config *c, struct buf *out)
{
	struct buf line = {0};
	comment(out, "Configuration of deadletter " DEADLETTER_VERSION ", as it holds now.");
	if (c->path.len == 0)
		buf_add(&line, STR("No file was read: there is no home folder."));
	else
		buf_printf(&line, c->found ? "Read from %s" : "There is no file %s", c->path.p);
	comment(out, buf_str(&line).p);
	buf_add(out, STR("#\n"));
	comment(out,
		"A setting a line: NAME = VALUE. What is at its default stands behind #. A comment needs a line of its "
		"own. On the command line: --NAME VALUE.");
	buf_free(&line);
}

static void words(const struct arg *arg, struct buf *out)
{
	struct arena a = {0};
	struct arg_words w = arg_words_of(arg, &a);
	for (size_t i = 0; i < w.count; i++)
		buf_printf(out, "#   %-11s %s\n", w.items[i].text, w.items[i].help);
	arena_free(&a);
}

static void option(const struct config *c, int i, struct buf *out)
{
	const struct config_option *o = &config_options[i];
	struct buf sentence = {0};
	buf_printf(&sentence, "%s%s", o->opt.help, o->opt.arg ? "." : ": yes or no.");
	if (o->more)
		buf_printf(&sentence, " %s", o->more);
	buf_addc(out, '\n');
	comment(out, sentence.p);
	if (o->opt.arg)
		words(o->opt.takes, out);
	buf_add(out, str_eq(c->texts[i], str_of(o->fallback)) ? STR("#") : STR(""));
	buf_printf(out, "%s =%s", o->opt.name, c->texts[i].len > 0 ? " " : "");
	buf_add(out, c->texts[i]);
	buf_addc(out, '\n');
	buf_free(&sentence);
}

static void bindings(const struct config *c, struct buf *out)
{
	struct buf keys = {0};
	buf_addc(out, '\n');
	comment(out, "Keys: bind ACTION = KEYS, with blanks between them. Nothing behind = takes them away; a key that "
		     "another action has goes over to this one.");
	for (size_t i = 0; i < action_count; i++) {
		buf_reset(&keys);
		keymap_keys(&c->keymap, &actions[i], &keys);
		buf_addc(out, '\n');
		comment(out, actions[i].help);
		buf_add(out, str_eq(buf_str(&keys), str_of(actions[i].keys)) ? STR("#") : STR(""));
		buf_printf(out, "bind %s =%s%s\n", actions[i].name, keys.len > 0 ? " " : "",
			   keys.len > 0 ? keys.p : "");
	}
	buf_free(&keys);
}

static void saved_filters(const struct config *c, struct buf *out)
{
	buf_addc(out, '\n');
	comment(out, "Saved filters: saved NAME = FILTER.");
	for (int i = 0; i < c->saved_count; i++) {
		buf_add(out, STR("saved "));
		buf_add(out, c->saved[i].name);
		buf_add(out, STR(" = "));
		buf_add(out, c->saved[i].text);
		buf_addc(out, '\n');
	}
	if (c->saved_count == 0)
		buf_add(out, STR("#saved over quota = subject:mailbox since:7d\n"));
}

void config_print(const struct config *c, struct buf *out)
{
	head(c, out);
	for (int i = 0; i < OPTION_COUNT; i++)
		option(c, i, out);
	bindings(c, out);
	saved_filters(c, out);
}
