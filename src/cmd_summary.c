#include "cmd.h"

#include "codes.h"
#include "export_format.h"

#include <string.h>

enum { OPT_FORMAT };

static const struct opt opts[] = {
    [OPT_FORMAT] = {0, "format", "FORMAT", "text or json."},
};

enum { GROUPS_MAX = 5000, LABEL_W = 26, BAR_W = 20 };

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

static void as_text(const struct tree *t, struct buf *b)
{
	for (int i = 0; i < t->count; i++) {
		const struct tree_node *n = &t->nodes[i];
		int indent = 2 * n->depth;
		buf_printf(b, "%*s%-*s %10lld", indent, "", LABEL_W - indent, n->label.p, (long long)n->count);
		buf_printf(b, " %5.1f%%", t->total > 0 ? 100.0 * (double)n->count / (double)t->total : 0.0);
		if (n->depth == 1) {
			buf_add(b, STR("  "));
			add_bar(b, n->count, t->total);
		} else if (n->depth == 2) {
			buf_printf(b, "  %s", name_of(n));
		}
		buf_addc(b, '\n');
	}
}

static void add_member(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, "\"%s\":", name);
	export_add_json(b, value);
}

/* A group's object, with its codes as an array in it. */
static void as_json(const struct tree *t, const struct totals *totals, struct buf *b)
{
	buf_printf(b, "{\"tracked\":%lld,\"failures\":%lld,\"selected\":%lld,\"groups\":[", (long long)totals->tracked,
		   (long long)totals->failures, (long long)t->total);
	bool group_open = false, first_code = true;
	for (int i = 1; i < t->count; i++) {
		const struct tree_node *n = &t->nodes[i];
		if (n->depth == 1) {
			buf_add(b, group_open ? STR("]},{") : STR("{"));
			add_member(b, "name", n->label);
			buf_addc(b, ',');
			add_member(b, "filter", n->filter);
			buf_printf(b, ",\"count\":%lld,\"codes\":[", (long long)n->count);
			group_open = first_code = true;
			continue;
		}
		buf_add(b, first_code ? STR("{") : STR(",{"));
		first_code = false;
		add_member(b, "code", n->label);
		buf_addc(b, ',');
		add_member(b, "name", str_of(name_of(n)));
		buf_printf(b, ",\"count\":%lld}", (long long)n->count);
	}
	buf_add(b, group_open ? STR("]}]}\n") : STR("]}\n"));
}

static int run(const struct cmd *self, const struct opt_result *o, struct arena *a)
{
	if (o->word_count < 1)
		return cmd_usage(self, "name a database");
	const char *format = o->values[OPT_FORMAT] ? o->values[OPT_FORMAT] : "text";
	bool json = strcmp(format, "json") == 0;
	if (!json && strcmp(format, "text") != 0)
		return cmd_usage(self, "there is no format \"%s\": it is text or json", format);
	struct err e = {0};
	struct scope scope = {.count = 1};
	if (!cmd_filter(o->words + 1, o->word_count - 1, a, &scope.all[0], &e))
		return cmd_fail(&e);
	struct store *st = store_open(o->words[0], &e);
	if (!st)
		return cmd_fail(&e);
	struct groups g;
	struct totals totals;
	bool ok = store_groups(st, &scope, GROUP_CODE, GROUPS_MAX, a, &g, &e) && store_totals(st, &totals, &e);
	store_close(st);
	if (!ok)
		return cmd_fail(&e);
	struct tree t;
	tree_by_code(&g, all_open, NULL, a, &t);
	struct buf b = {0};
	if (json)
		as_json(&t, &totals, &b);
	else
		as_text(&t, &b);
	int code = cmd_print(&b);
	buf_free(&b);
	return code;
}

const struct cmd cmd_summary = {
    .name = "summary",
    .usage = "FILE [FILTER]",
    .help = "Print how many failed, by subject and code.",
    .opts = opts,
    .opt_count = COUNT_OF(opts),
    .run = run,
};
