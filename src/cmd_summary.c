#include "cmd.h"

#include "codes.h"
#include "export_format.h"
#include "text.h"
#include "tree.h"
#include "view.h"
#include "worker_threads.h"

#include <string.h>

enum { OPT_FORMAT, OPT_BY, OPT_ORDER };

static void format_words(struct arg_words *w)
{
	arg_add(w, "text", "", true);
	arg_add(w, "json", "", false);
}

static void grouping_words(struct arg_words *w)
{
	for (int i = 0; i < GROUP_COUNT; i++)
		arg_add(w, groupings[i].name, groupings[i].help, i == GROUP_CODE);
}

static void order_words(struct arg_words *w)
{
	arg_add(w, "count", "most first", true);
	arg_add(w, "name", "A first; the newest day first", false);
}

static const struct arg format_arg = {ARG_WORD, format_words}, grouping_arg = {ARG_WORD, grouping_words},
			order_arg = {ARG_WORD, order_words};

static const struct opt opts[] = {
	[OPT_FORMAT] = {0, "format", "FORMAT", "else text.", &format_arg},
	[OPT_BY] = {0, "by", "GROUPING", "else code.", &grouping_arg},
	[OPT_ORDER] = {0, "order", "ORDER", "else count.", &order_arg},
};

enum { GROUPS_MAX = 5000, LABEL_W = 26, LABEL_MAX_W = 60, BAR_W = 20 };

/* All that is told. */
struct summary {
	struct str filter; /* canonical; "" for all failures */
	struct totals totals;
	enum grouping by;
	enum group_order order;
	struct tree tree;
};

static bool all_open(void *ctx, struct str filter)
{
	(void)ctx;
	(void)filter;
	return true;
}

static const char *name_of(const struct tree_node *n)
{
	const struct code_entry *c = n->enhanced.cls ? codes_enhanced(n->enhanced)
				     : n->basic      ? codes_basic(n->basic)
						     : NULL;
	return c ? c->name : n->enhanced.cls || n->basic ? "(not registered)" : "";
}

static void add_bar(struct buf *b, int64_t value, int64_t total)
{
	int n = total > 0 ? (int)((value * BAR_W + total - 1) / total) : 0;
	for (int i = 0; i < n; i++)
		buf_add(b, cmd_utf8() ? STR("█") : STR("#"));
}

static double percent(int64_t n, int64_t of)
{
	return of > 0 ? 100.0 * (double)n / (double)of : 0.0;
}

static void head_text(const struct summary *s, struct buf *b)
{
	char first[TIME_TEXT], last[TIME_TEXT];
	const struct totals *t = &s->totals;
	view_failures_of(t, b);
	if (t->first_s != TIME_NONE)
		buf_printf(b, ", %.10s to %.10s", view_time_long(cmd_zone(), t->first_s, first),
			   view_time_long(cmd_zone(), t->last_s, last));
	buf_addc(b, '\n');
	if (s->filter.len > 0) {
		buf_add(b, STR("Filter: "));
		cmd_add_text(b, s->filter, stdout);
		buf_addc(b, '\n');
	}
	buf_addc(b, '\n');
}

static struct str shown_label(const struct tree_node *n, struct arena *a)
{
	struct buf label = {0};
	cmd_add_text(&label, n->label, stdout);
	struct str shown = arena_str(a, buf_str(&label));
	buf_free(&label);
	return shown;
}

/* Columns for the labels; 0: they are sentences, and stand at the end of the line. */
static int label_width(const struct tree *t)
{
	struct arena a = {0};
	int widest = LABEL_W;
	for (int i = 0; i < t->count; i++) {
		int w = 2 * t->nodes[i].depth + text_width(shown_label(&t->nodes[i], &a), false);
		widest = w > widest ? w : widest;
	}
	arena_free(&a);
	return widest <= LABEL_MAX_W ? widest : 0;
}

static void add_line(struct buf *b, const struct tree_node *n, int label_w, int64_t total)
{
	struct arena a = {0};
	struct str label = shown_label(n, &a);
	char count[NUMBER_TEXT];
	int indent = 2 * n->depth, room = label_w - indent - text_width(label, false);
	if (label_w > 0) {
		buf_printf(b, "%*s", indent, "");
		buf_add(b, label);
		buf_printf(b, "%*s ", room, "");
	}
	buf_printf(b, "%10s %5.1f%%", view_number(n->count, count), percent(n->count, total));
	if (label_w == 0) {
		buf_printf(b, "  %*s", indent, "");
		buf_add(b, label);
	} else if (n->depth == 1) {
		buf_add(b, STR("  "));
		add_bar(b, n->count, total);
	} else if (n->depth == 2) {
		buf_printf(b, "  %s", name_of(n));
	}
	buf_addc(b, '\n');
	arena_free(&a);
}

static void as_text(const struct summary *s, struct buf *b)
{
	const struct tree *t = &s->tree;
	int label_w = label_width(t);
	head_text(s, b);
	for (int i = 0; i < t->count; i++)
		add_line(b, &t->nodes[i], label_w, t->total);
	if (t->more)
		buf_printf(b, "  ... and further groups: only the %s %d are listed\n",
			   s->order == ORDER_COUNT ? "largest" : "first", t->count - 1);
}

/* JSON hides control characters behind escapes, but neither bidi nor invisible ones. */
static void add_member(struct buf *b, const char *name, struct str value)
{
	struct buf text = {0};
	cmd_add_text(&text, value, stdout);
	buf_printf(b, "\"%s\":", name);
	export_add_json(b, buf_str(&text));
	buf_free(&text);
}

static void add_time_member(struct buf *b, const char *name, int64_t t)
{
	char text[TIME_TEXT];
	if (t == TIME_NONE)
		buf_printf(b, "\"%s\":null", name);
	else
		buf_printf(b, "\"%s\":\"%.10sT%sZ\"", name, view_time_long(ZONE_UTC, t, text), text + 11);
}

static void head_json(const struct summary *s, struct buf *b)
{
	const struct totals *t = &s->totals;
	buf_printf(b, "{\"tracked\":%lld,\"failures\":%lld,", (long long)t->tracked, (long long)t->failures);
	add_time_member(b, "first", t->first_s);
	buf_addc(b, ',');
	add_time_member(b, "last", t->last_s);
	buf_addc(b, ',');
	add_member(b, "filter", s->filter);
	buf_addc(b, ',');
	add_member(b, "by", str_of(groupings[s->by].name));
	buf_printf(b, ",\"selected\":%lld,\"more\":%s,\"groups\":[", (long long)s->tree.total,
		   s->tree.more ? "true" : "false");
}

/* A group's object, with its codes as an array in it. */
static void as_json(const struct summary *s, struct buf *b)
{
	bool group_open = false, first_code = true;
	head_json(s, b);
	for (int i = 1; i < s->tree.count; i++) {
		const struct tree_node *n = &s->tree.nodes[i];
		bool group = n->depth == 1;
		if (group)
			buf_add(b, group_open ? STR("]},{") : STR("{"));
		else
			buf_add(b, first_code ? STR("{") : STR(",{"));
		if (!group) {
			add_member(b, "code", n->label);
			buf_addc(b, ',');
		}
		add_member(b, "name", group ? n->label : str_of(name_of(n)));
		buf_addc(b, ',');
		add_member(b, "filter", n->filter);
		buf_printf(b, ",\"count\":%lld%s", (long long)n->count, group ? ",\"codes\":[" : "}");
		group_open = true;
		first_code = group;
	}
	buf_add(b, group_open ? STR("]}]}\n") : STR("]}\n"));
}

static bool ask(struct store *st, const struct scope *scope, struct summary *s, struct arena *a, struct err *e)
{
	struct groups g;
	int64_t all = 0;
	const struct group_by how = {.grouping = s->by, .order = s->order, .zone = cmd_zone(), .limit = GROUPS_MAX};
	if (!store_totals(st, &s->totals, e) || !store_groups(st, scope, &how, a, &g, e))
		return false;
	if (s->by == GROUP_CODE)
		tree_by_code(&g, s->order, all_open, NULL, a, &s->tree);
	else
		tree_by_key(&g, s->by, s->order, arena_array(a, const struct groups *, (size_t)g.count), a, &s->tree);
	if (!g.more)
		return true;
	if (!store_count(st, scope, &all, e))
		return false;
	s->tree.total = s->tree.nodes[0].count = all;
	return true;
}

static enum grouping grouping_of(const char *name)
{
	for (int i = 0; name && i < GROUP_COUNT; i++)
		if (strcmp(name, groupings[i].name) == 0)
			return (enum grouping)i;
	return GROUP_CODE;
}

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	struct err e = {0};
	const char *order = o->values[OPT_ORDER];
	struct summary s = {
		.by = grouping_of(o->values[OPT_BY]),
		.order = order && strcmp(order, "name") == 0 ? ORDER_NAME : ORDER_COUNT,
	};
	struct scope scope = {.count = 1};
	const char *format = o->values[OPT_FORMAT];
	bool json = format && strcmp(format, "json") == 0;
	if (o->word_count < 1)
		return cmd_usage(self, "name a database");
	if (!cmd_filter(o->words + 1, o->word_count - 1, a, &scope.all[0], &e))
		return cmd_fail(&e);
	s.filter = filter_text(&scope.all[0], cmd_zone(), a);
	struct store *st = store_open(o->words[0], &e);
	if (!st)
		return cmd_fail(&e);
	cmd_say_config();
	cmd_say_slow(st);
	store_set_threads(st, threads_wanted(READERS_MAX), threads_run);
	bool ok = ask(st, &scope, &s, a, &e);
	store_close(st);
	if (!ok)
		return cmd_fail(&e);
	struct buf b = {0};
	if (json)
		as_json(&s, &b);
	else
		as_text(&s, &b);
	int code = cmd_print(&b);
	buf_free(&b);
	return code;
}

const struct cmd cmd_summary = {
	.name = "summary",
	.usage = "FILE [FILTER]",
	.help = "Print how many failed, by subject and code or otherwise grouped.",
	.more = "Without FILTER all failures are counted; deadletter --help tells what a filter may be.",
	.first = &arg_database,
	.rest = &arg_filter,
	.opts = opts,
	.opt_count = COUNT_OF(opts),
	.run = run,
};
