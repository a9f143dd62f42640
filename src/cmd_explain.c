#include "cmd.h"

#include "codes.h"
#include "status.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LABEL_W = 14, WIDTH_MIN = 40, WIDTH_MAX = 100, WIDTH_DEFAULT = 80, INPUT_MAX = 1 << 20 };

struct sheet {
	struct buf out;
	int width;
	bool colour, ascii;
};

static void style(struct sheet *p, const char *sgr)
{
	if (p->colour)
		buf_printf(&p->out, "\033[%sm", sgr);
}

/* Words wrapped behind a label. */
static void field(struct sheet *p, const char *label, const char *sgr, struct str text)
{
	if (text.len == 0)
		return;
	style(p, "2");
	buf_printf(&p->out, "%-*s", LABEL_W, label);
	style(p, "0");
	style(p, sgr);
	struct buf word = {0};
	int at = LABEL_W;
	struct str one;
	while (str_next(&text, ' ', &one)) {
		buf_reset(&word);
		text_show(&word, one, 0, p->ascii);
		int w = text_width(buf_str(&word), p->ascii);
		if (at > LABEL_W && at + 1 + w > p->width) {
			buf_printf(&p->out, "\n%-*s", LABEL_W, "");
			at = LABEL_W;
		}
		if (at > LABEL_W) {
			buf_addc(&p->out, ' ');
			at++;
		}
		buf_add(&p->out, buf_str(&word));
		at += w;
	}
	buf_free(&word);
	style(p, "0");
	buf_addc(&p->out, '\n');
}

static void title(struct sheet *p, const struct status *s, const struct explanation *x)
{
	char e[ECODE_TEXT];
	struct buf b = {0};
	if (s->basic)
		buf_printf(&b, "%d", s->basic);
	if (s->enhanced.cls)
		buf_printf(&b, "%s%s", b.len ? " " : "", ecode_text(s->enhanced, e));
	style(p, "1");
	buf_printf(&p->out, "%s%s%s", b.len ? b.p : "", b.len ? "  " : "", x->entry->name);
	style(p, "0");
	style(p, "2");
	buf_printf(&p->out, "  %s", x->lasting);
	style(p, "0");
	buf_addc(&p->out, '\n');
	buf_free(&b);
}

static void warning(struct sheet *p, const struct status *s)
{
	struct buf b = {0};
	status_warning(s->enhanced, s->basic, s->flags, &b);
	field(p, "Beware", "33", buf_str(&b));
	buf_free(&b);
}

/* The characters that gave the codes, in their surroundings when there is more text than that. */
static void evidence(struct sheet *p, struct str text, const struct status *s)
{
	if (s->enhanced_at.len + s->basic_at.len == 0 || text.len <= s->enhanced_at.len + s->basic_at.len + 1)
		return;
	struct buf b = {0};
	const struct span spans[] = {s->basic_at, s->enhanced_at};
	for (size_t i = 0; i < COUNT_OF(spans); i++)
		if (spans[i].len > 0)
			buf_printf(&b, "%s\"%.*s\" at byte %zu", b.len ? ", " : "", (int)spans[i].len,
				   text.p + spans[i].start, spans[i].start + 1);
	field(p, "Evidence", "4", buf_str(&b));
	buf_free(&b);
}

static void explain(struct sheet *p, struct str text)
{
	struct status s;
	struct explanation x;
	struct buf b = {0};
	status_read(text, OUTCOME_FAILED, &s);
	codes_explain(s.dropped ? OUTCOME_DROPPED : OUTCOME_FAILED, s.enhanced, s.basic, STR(""), text, &x);
	title(p, &s, &x);
	field(p, "Meaning", "0", str_of(x.entry->meaning));
	warning(p, &s);
	evidence(p, text, &s);
	if (x.provider) {
		field(p, x.provider->provider, "0", str_of(x.provider->meaning));
	}
	buf_add(&b, str_of(x.side_name));
	if (!x.provider && x.entry->side_why[0])
		buf_printf(&b, ": %s", x.entry->side_why);
	field(p, "Whose side", "1", buf_str(&b));
	field(p, "What to do", "0", str_of(x.provider ? x.provider->todo : x.entry->todo));
	field(p, "Tell them", "0", str_of(x.customer));
	field(p, "More", "0", str_of(x.entry->info));
	if (x.basic && x.basic != x.entry) {
		buf_reset(&b);
		buf_printf(&b, "%s. %s", x.basic->name, x.basic->meaning);
		char label[16];
		snprintf(label, sizeof label, "%d", s.basic);
		field(p, label, "0", buf_str(&b));
	}
	field(p, "Stage", "0", str_of(stage_name(s.stage)));
	field(p, "Defined in", "0", str_of(x.entry->rfc));
	buf_free(&b);
}

static bool read_stdin(struct buf *text, struct err *e)
{
	char chunk[4096];
	size_t n;
	while ((n = fread(chunk, 1, sizeof chunk, stdin)) > 0) {
		buf_add(text, (struct str){chunk, n});
		if (text->len > INPUT_MAX)
			return err_set(e, ERR_INPUT, "standard input is longer than 1 MiB: give one status text");
	}
	return true;
}

static int terminal_width(void)
{
	struct winsize ws;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0)
		return WIDTH_DEFAULT;
	return ws.ws_col < WIDTH_MIN ? WIDTH_MIN : ws.ws_col > WIDTH_MAX ? WIDTH_MAX : ws.ws_col;
}

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	struct err e = {0};
	struct buf text = {0};
	bool from_stdin =
	    o->word_count == 0 ? !cmd_is_terminal(stdin) : o->word_count == 1 && strcmp(o->words[0], "-") == 0;
	if (from_stdin && !read_stdin(&text, &e)) {
		buf_free(&text);
		return cmd_fail(&e);
	}
	if (!from_stdin)
		buf_add(&text, cmd_words(o->words, o->word_count, a));
	struct str status = str_trim(buf_str(&text));
	if (status.len == 0) {
		buf_free(&text);
		return cmd_usage(self, "which code or text? For example: deadletter explain 5.1.1");
	}
	const char *no_colour = getenv("NO_COLOR");
	struct sheet p = {
	    .width = terminal_width(),
	    .colour = cmd_is_terminal(stdout) && (!no_colour || !no_colour[0]),
	    .ascii = !cmd_utf8(),
	};
	explain(&p, status);
	int code = cmd_print(&p.out);
	buf_free(&p.out);
	buf_free(&text);
	return code;
}

const struct cmd cmd_explain = {
    .name = "explain",
    .usage = "CODE|TEXT",
    .help = "Say what a code or a whole reply means; - reads standard input.",
    .run = run,
};
