#include "tree.h"

#include "codes.h"
#include "filter.h"

#include <stdlib.h>

const struct grouping_info groupings[GROUP_COUNT] = {
	[GROUP_CODE] = {"code", "Subjects", "The subjects of the codes, and the codes below them.", 'c', NULL},
	[GROUP_DOMAIN] = {"domain", "Domains", "The recipient's domain.", 'd', "domain:"},
	[GROUP_MX] = {"mx", "Remote MTAs", "The server that answered.", 'm', "mx:="},
	[GROUP_SENDER] = {"sender", "Senders", "The sender's address.", 's', "from:="},
	[GROUP_DAY] = {"day", "Days", "The day on which it failed.", 'y', NULL},
	[GROUP_WORDING] = {"wording", "Wordings", "What was answered, but for names, numbers and addresses.", 'w',
			   "wording:"},
};

/* Groups that are no subject, in their order below the subjects (which have numbers up to 999). */
enum family { FAMILY_BASIC = 1000, FAMILY_NO_CODE, FAMILY_DROPPED, FAMILY_END };

static const struct {
	const char *label, *filter;
} families[] = {
	[FAMILY_BASIC - FAMILY_BASIC] = {"No enhanced code", "subject:none -status:dropped"},
	[FAMILY_NO_CODE - FAMILY_BASIC] = {"No code", "code:none -status:dropped"},
	[FAMILY_DROPPED - FAMILY_BASIC] = {"Dropped", "status:dropped"},
};

static int family_of(const struct group *g)
{
	if (g->outcome == OUTCOME_DROPPED)
		return FAMILY_DROPPED;
	if (g->enhanced.cls)
		return g->enhanced.subject;
	return g->basic ? FAMILY_BASIC : FAMILY_NO_CODE;
}

/* A line of the tree in the making: a family, or a code in it. */
struct line {
	int family;
	struct ecode enhanced;
	int basic;
	int64_t count;
};

static bool same_code(const struct line *a, const struct line *b)
{
	return a->family == b->family && ecode_cmp(a->enhanced, b->enhanced) == 0 && a->basic == b->basic;
}

/* By family, then code, so that equal ones lie together. */
static int by_code(const void *pa, const void *pb)
{
	const struct line *a = pa, *b = pb;
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	int c = ecode_cmp(a->enhanced, b->enhanced);
	return c ? c : (a->basic > b->basic) - (a->basic < b->basic);
}

static int by_count(const void *pa, const void *pb)
{
	const struct line *a = pa, *b = pb;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return by_code(pa, pb);
}

/* Subjects by count, the other families behind them in their own order. */
static int by_place(const void *pa, const void *pb)
{
	const struct line *a = pa, *b = pb;
	bool subjects = a->family < FAMILY_BASIC && b->family < FAMILY_BASIC;
	return subjects ? by_count(pa, pb) : by_code(pa, pb);
}

/* Whatever their subjects: 4.2.2 before 5.1.1. */
static int by_number(const void *pa, const void *pb)
{
	const struct line *a = pa, *b = pb;
	int c = a->enhanced.cls && b->enhanced.cls ? ecode_cmp(a->enhanced, b->enhanced) : 0;
	return c ? c : by_code(pa, pb);
}

static void sort(struct line *lines, int count, int (*compare)(const void *, const void *))
{
	if (count > 0)
		qsort(lines, (size_t)count, sizeof *lines, compare);
}

/* Sums up neighbours that are the same; returns how many are left. */
static int merge(struct line *lines, int count, bool (*same)(const struct line *, const struct line *))
{
	int n = 0;
	for (int i = 0; i < count; i++) {
		if (n > 0 && same(&lines[n - 1], &lines[i]))
			lines[n - 1].count += lines[i].count;
		else
			lines[n++] = lines[i];
	}
	return n;
}

static bool same_family(const struct line *a, const struct line *b)
{
	return a->family == b->family;
}

/* One line a code, in their order; the basic code only counts where there is no enhanced one. */
static struct line *code_lines(const struct groups *g, struct arena *a, int *count)
{
	struct line *lines = arena_array(a, struct line, (size_t)g->count);
	for (int i = 0; i < g->count; i++) {
		const struct group *row = &g->rows[i];
		struct line *l = &lines[i];
		*l = (struct line){.family = family_of(row), .count = row->count};
		if (l->family < FAMILY_BASIC)
			l->enhanced = row->enhanced;
		else if (l->family == FAMILY_BASIC)
			l->basic = row->basic;
	}
	sort(lines, g->count, by_code);
	*count = merge(lines, g->count, same_code);
	return lines;
}

static bool has_codes(int family)
{
	return family <= FAMILY_BASIC;
}

static void family_node(int family, struct arena *a, struct tree_node *out)
{
	if (family >= FAMILY_BASIC) {
		out->label = str_of(families[family - FAMILY_BASIC].label);
		out->filter = str_of(families[family - FAMILY_BASIC].filter);
		return;
	}
	const struct code_entry *subject = codes_subject(family);
	out->label = arena_printf(a, "%d %s", family, subject ? subject->name : "(not registered)");
	out->filter = arena_printf(a, "subject:%d -status:dropped", family);
}

/* Label and filter of a code, or of a family without codes. */
static void code_node(const struct line *l, struct arena *a, struct tree_node *out)
{
	char e[ECODE_TEXT];
	if (l->enhanced.cls) {
		out->label = arena_str(a, str_of(ecode_text(l->enhanced, e)));
		out->filter = arena_printf(a, "code:%s -status:dropped", e);
	} else if (l->basic) {
		out->label = arena_printf(a, "%d", l->basic);
		out->filter = arena_printf(a, "code:%d subject:none -status:dropped", l->basic);
	} else {
		family_node(l->family, a, out);
	}
	out->enhanced = l->enhanced;
	out->basic = l->basic;
}

static struct tree_node *add(struct tree *t)
{
	return &t->nodes[t->count++];
}

static void start(const struct groups *g, struct str label, size_t most, struct arena *a, struct tree *out)
{
	*out = (struct tree){.nodes = arena_array(a, struct tree_node, most), .more = g->more};
	for (int i = 0; i < g->count; i++)
		out->total += g->rows[i].count;
	struct tree_node *all = add(out);
	all->label = label;
	all->filter = STR("");
	all->count = out->total;
}

void tree_by_code(const struct groups *g, enum group_order order, tree_open_fn *is_open, void *ctx, struct arena *a,
		  struct tree *out)
{
	int code_count;
	struct line *codes = code_lines(g, a, &code_count);
	bool failures = true;
	for (int i = 0; i < g->count; i++)
		failures = failures && outcome_is_failure(g->rows[i].outcome);
	start(g, failures ? STR("All failures") : STR("All email"), 1 + 2 * (size_t)code_count, a, out);

	struct line *tops = arena_array(a, struct line, (size_t)code_count);
	for (int i = 0; i < code_count; i++)
		tops[i] = (struct line){.family = codes[i].family, .count = codes[i].count};
	int top_count = merge(tops, code_count, same_family);
	if (order == ORDER_COUNT) {
		sort(tops, top_count, by_place);
		sort(codes, code_count, by_count);
	}
	for (int i = 0; i < top_count; i++) {
		struct tree_node *top = add(out);
		top->depth = 1;
		top->count = tops[i].count;
		family_node(tops[i].family, a, top);
		top->expandable = has_codes(tops[i].family);
		top->expanded = top->expandable && is_open && is_open(ctx, top->filter);
		for (int j = 0; j < code_count && top->expanded; j++) {
			if (codes[j].family != tops[i].family)
				continue;
			struct tree_node *n = add(out);
			n->depth = 2;
			n->count = codes[j].count;
			code_node(&codes[j], a, n);
		}
	}
}

/* ---- groups by key ---- */

/* The day `days_on` days after the one that a key names, at midnight. */
static struct civil day_of_key(struct str key, int days_on)
{
	int64_t year = 0, month = 1, day = 1;
	str_to_int(str_slice(key, 0, 4), &year);
	str_to_int(str_slice(key, 5, 2), &month);
	str_to_int(str_slice(key, 8, 2), &day);
	return civil_of(civil_to((struct civil){.year = year, .month = (int)month, .day = (int)day + days_on}));
}

static struct str day_filter(struct str key, struct arena *a)
{
	struct civil next = day_of_key(key, 1);
	if (next.year > 9999) /* that is no year of a filter; and nothing is later */
		return arena_printf(a, "since:%.*s", (int)key.len, key.p);
	return arena_printf(a, "since:%.*s before:%04lld-%02d-%02d", (int)key.len, key.p, (long long)next.year,
			    next.month, next.day);
}

struct str tree_key_filter(enum grouping by, struct str key, struct arena *a)
{
	if (by == GROUP_DAY)
		return day_filter(key, a);
	struct buf b = {0};
	buf_add(&b, str_of(groupings[by].pick));
	filter_add_quoted(&b, key);
	struct str s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static struct str key_label(enum grouping by, struct str key, struct arena *a)
{
	if (key.len == 0)
		return STR("(none)");
	if (by != GROUP_DAY)
		return key;
	struct civil c = day_of_key(key, 0);
	return arena_printf(a, "%s %2d %s %lld", weekday_name(c.weekday), c.day, month_name(c.month),
			    (long long)c.year);
}

/* A key may hold any byte. */
static struct str both(struct str first, struct str second, struct arena *a)
{
	struct buf b = {0};
	buf_add(&b, first);
	buf_addc(&b, ' ');
	buf_add(&b, second);
	struct str line = arena_str(a, buf_str(&b));
	buf_free(&b);
	return line;
}

/* The codes within the group that `top` stands for. */
static void add_codes(const struct groups *g, enum group_order order, struct str top, struct arena *a, struct tree *out)
{
	int count;
	struct line *lines = code_lines(g, a, &count);
	sort(lines, count, order == ORDER_COUNT ? by_count : by_number);
	for (int i = 0; i < count; i++) {
		struct tree_node *n = add(out);
		n->depth = 2;
		n->count = lines[i].count;
		code_node(&lines[i], a, n);
		n->filter = both(top, n->filter, a);
	}
}

void tree_by_key(const struct groups *g, enum grouping by, enum group_order order, const struct groups *const *codes,
		 struct arena *a, struct tree *out)
{
	size_t most = 1 + (size_t)g->count;
	for (int i = 0; i < g->count; i++)
		most += codes[i] ? (size_t)codes[i]->count : 0;
	start(g, STR("All"), most, a, out); /* the groups do not say of what */
	for (int i = 0; i < g->count; i++) {
		struct tree_node *top = add(out);
		*top = (struct tree_node){
			.depth = 1,
			.label = key_label(by, g->rows[i].key, a),
			.filter = tree_key_filter(by, g->rows[i].key, a),
			.count = g->rows[i].count,
			.expandable = true,
			.expanded = codes[i] != NULL,
		};
		if (codes[i])
			add_codes(codes[i], order, top->filter, a, out);
	}
}
