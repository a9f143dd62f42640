#include "cmd.h"

#include "codes.h"
#include "status.h"
#include "text.h"

#include <errno.h>
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
	text_wrap(&p->out, text, LABEL_W, LABEL_W, p->width, p->ascii);
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

static void warning(struct sheet *p, const struct status *s, const struct explanation *x)
{
	struct buf b = {0};
	status_warning(s->enhanced, s->basic, s, x, &b);
	field(p, "Beware", "33", buf_str(&b));
	buf_free(&b);
}

static bool in_span(size_t at, struct span s)
{
	return at >= s.start && at - s.start < s.len;
}

/* A line that ends: the marks go below it. */
static void end_line(struct sheet *p, struct buf *marks)
{
	struct str m = buf_str(marks);
	while (m.len > 0 && m.p[m.len - 1] == ' ')
		m.len--;
	buf_addc(&p->out, '\n');
	if (m.len > 0)
		buf_printf(&p->out, "%*s%.*s\n", LABEL_W, "", (int)m.len, m.p);
	buf_reset(marks);
}

/* The text itself, with marks below the characters that gave the codes. Not when it is no more than the codes. */
static void evidence(struct sheet *p, struct str text, const struct status *s)
{
	if (text.len <= s->enhanced_at.len + s->basic_at.len + 1)
		return;
	struct text_walk w = text_walk_of(text, p->ascii);
	struct text_cell cell;
	struct buf marks = {0};
	style(p, "2");
	buf_printf(&p->out, "%-*s", LABEL_W, "Evidence");
	style(p, "0");
	for (int at = LABEL_W; text_next(&w, &cell);) {
		bool new_line = text.p[cell.from] == '\n';
		if (new_line || at + cell.width > p->width) {
			end_line(p, &marks);
			buf_printf(&p->out, "%*s", LABEL_W, "");
			at = LABEL_W;
		}
		if (new_line) {
			while (w.pending_at < w.pending_len) /* the rest of its stand-in */
				text_next(&w, &cell);
			continue;
		}
		for (int i = 0; i < TEXT_CELL_MAX && cell.ch[i]; i++)
			text_encode(&p->out, cell.ch[i]);
		bool mark = in_span(cell.from, s->basic_at) || in_span(cell.from, s->enhanced_at);
		buf_printf(&marks, "%*s", cell.width, mark ? "^" : " ");
		at += cell.width;
	}
	end_line(p, &marks);
	buf_free(&marks);
}

/* Half a code, as the RFCs write families: X.1.1, 5.7.*, 4.*, 5xx. NULL: `text` is not that. */
static const struct code_entry *family_of(struct str text)
{
	struct arena a = {0};
	struct err e = {0};
	struct filter f;
	const struct code_entry *found = NULL;
	if (filter_parse(text, (struct moment){0}, &a, &f, &e) && f.count == 1 && f.terms[0].key == FILTER_CODE) {
		const struct code_pattern *c = &f.terms[0].code;
		if (c->basic_hi - c->basic_lo == 99)
			found = codes_class(c->basic_lo / 100);
		else if (c->cls < 0 && c->detail >= 0)
			found = codes_enhanced((struct ecode){5, c->subject, c->detail});
		else if (c->detail < 0 && c->subject >= 0)
			found = codes_subject(c->subject);
		else if (c->detail < 0 && c->cls >= 0)
			found = codes_class(c->cls);
	}
	arena_free(&a);
	return found;
}

/* What the registry remarks on the class that a code is meant for. */
static void remark(struct sheet *p, const struct code_entry *row)
{
	struct buf b = {0};
	if (row && codes_useful_as(row)[0])
		buf_printf(&b, "only as %s, says the registry", codes_useful_as(row));
	field(p, "Useful", "0", buf_str(&b));
	buf_free(&b);
}

static void explain_family(struct sheet *p, struct str text, const struct code_entry *entry)
{
	struct buf b = {0};
	style(p, "1");
	text_show(&p->out, text, 0, p->ascii);
	buf_printf(&p->out, "  %s\n", entry->name);
	style(p, "0");
	buf_printf(&b, "%s: %s", side_name(entry->side), entry->side_why);
	field(p, "Meaning", "0", str_of(entry->meaning));
	field(p, "Whose side", "1", buf_str(&b));
	field(p, "What to do", "0", str_of(entry->todo));
	field(p, "Tell them", "0", str_of(entry->customer));
	field(p, "More", "0", str_of(entry->info));
	remark(p, entry);
	field(p, "Defined in", "0", str_of(entry->rfc));
	buf_free(&b);
}

static bool found(const struct status *s)
{
	return s->basic || s->enhanced.cls || s->dropped || s->stage != STAGE_NONE;
}

/* False: there is nothing in the text that could be explained. */
static bool explain(struct sheet *p, struct str text)
{
	struct status s;
	struct explanation x;
	struct buf b = {0};
	/* A failure first; a success is skipped there, and read when there is nothing else. */
	enum outcome outcome = OUTCOME_FAILED;
	status_read(text, outcome, &s);
	if (!found(&s)) {
		outcome = OUTCOME_DELIVERED;
		status_read(text, outcome, &s);
	}
	if (!found(&s))
		return false;
	/* Who asks what 450 means has an email that is still tried, as far as is known. */
	if (outcome == OUTCOME_FAILED && status_class(s.enhanced, s.basic) == 4)
		outcome = OUTCOME_DEFERRED;
	codes_explain(&(struct record){.outcome = s.dropped ? OUTCOME_DROPPED : outcome,
				       .enhanced = s.enhanced,
				       .basic = s.basic,
				       .stage = s.stage,
				       .response = text},
		      &x);
	title(p, &s, &x);
	field(p, "Meaning", "0", str_of(x.entry->meaning));
	warning(p, &s, &x);
	if (!s.basic && !s.enhanced.cls && !s.dropped)
		field(p, "Beware", "33",
		      STR("The text holds no status code, such as 550 or 5.1.1: this fits if it is all that was "
			  "said."));
	evidence(p, text, &s);
	const struct code_entry *registered = codes_enhanced(s.enhanced);
	if (registered && registered != x.entry)
		field(p, "Registered as", "0", str_of(registered->name));
	if (x.provider)
		field(p, x.provider->provider, "0", str_of(x.provider->meaning));
	buf_add(&b, str_of(x.side_name));
	if (x.side_why[0])
		buf_printf(&b, ": %s", x.side_why);
	field(p, "Whose side", "1", buf_str(&b));
	field(p, "What to do", "0", str_of(x.todo));
	field(p, "Tell them", "0", str_of(x.customer));
	field(p, "More", "0", str_of(x.entry->info));
	if (x.basic && x.basic != x.entry) {
		buf_reset(&b);
		buf_printf(&b, "%s. %s", x.basic->name, x.basic->meaning);
		char label[16];
		snprintf(label, sizeof label, "%d", s.basic);
		field(p, label, "0", buf_str(&b));
	}
	remark(p, registered);
	field(p, "Stage", "0", str_of(stage_name(s.stage)));
	field(p, "Defined in", "0", str_of(x.rfc));
	buf_free(&b);
	return true;
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
	if (ferror(stdin))
		return err_sys(e, errno, "cannot read standard input");
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
		return cmd_usage(self, "name a code or a text, for example: deadletter explain 5.1.1");
	}
	const char *no_colour = getenv("NO_COLOR");
	struct sheet p = {
		.width = terminal_width(),
		.colour = cmd_is_terminal(stdout) && (!no_colour || !no_colour[0]),
		.ascii = !cmd_utf8(),
	};
	const struct code_entry *family = family_of(status);
	bool known = true;
	if (family)
		explain_family(&p, status, family);
	else
		known = explain(&p, status);
	if (!known)
		err_set(&e, ERR_INPUT, "no status is in \"%.60s\"; a code looks like 550, 5.1.1 or 5.7.*", text.p);
	int code = known ? cmd_print(&p.out) : cmd_fail(&e);
	buf_free(&p.out);
	buf_free(&text);
	return code;
}

const struct cmd cmd_explain = {
	.name = "explain",
	.usage = "CODE|TEXT",
	.help = "Say what a code or a whole reply means; - reads standard input.",
	.first = &codes_arg,
	.rest = &arg_text,
	.run = run,
};
