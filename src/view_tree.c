#include "view.h"

#include "codes.h"

#include <stdlib.h>

static const struct tree *tree_of(const struct app *app)
{
	static const struct tree none = {0};
	return app->last[ASK_TREE] ? &app->last[ASK_TREE]->tree : &none;
}

static const struct tree_node *selected(const struct app *app)
{
	const struct tree *t = tree_of(app);
	return app->tree.index < t->count ? &t->nodes[app->tree.index] : NULL;
}

int view_tree_height(const struct app *app)
{
	return app->layout.tree.h - 2;
}

static void scroll(struct app *app)
{
	view_scroll(&app->tree.top, app->tree.index, tree_of(app)->count, view_tree_height(app));
}

static void set_group(struct app *app, struct str line)
{
	struct arena a = {0};
	struct filter f = {0};
	struct err e = {0};
	if (!filter_parse(line, moment_now(app->zone), &a, &f, &e))
		die("the tree made a filter that does not parse: %s", e.msg);
	struct str selected = arena_str(&a, line);
	arena_free(&app->group_arena);
	app->group_arena = a;
	app->group = f;
	app->tree.selected = selected;
}

void view_tree_reread(struct app *app)
{
	if (app->tree.selected.len > 0)
		set_group(app, app->tree.selected);
}

/* The list shows what the node stands for. */
static void select_node(struct app *app, int index)
{
	const struct tree *t = tree_of(app);
	struct tree_view *v = &app->tree;
	if (index >= t->count)
		index = t->count - 1;
	if (index < 0)
		index = 0;
	if (t->count == 0)
		return;
	v->index = index;
	scroll(app);
	if (str_eq(t->nodes[index].filter, v->selected))
		return;
	set_group(app, t->nodes[index].filter);
	app_refresh_group(app);
}

void view_tree_move(struct app *app, int rows)
{
	select_node(app, app->tree.index + rows);
}

/* The arrow before a group is too small to aim at: any second click opens or closes it. */
void view_tree_click(struct app *app, int y, bool second)
{
	app_focus(app, PANE_TREE);
	int index = app->tree.top + y - app->layout.tree.y - 1;
	if (y <= app->layout.tree.y || index >= tree_of(app)->count)
		return;
	select_node(app, index);
	if (second)
		view_tree_toggle(app);
}

void view_tree_forget(struct app *app)
{
	struct tree_view *t = &app->tree;
	t->open_count = 0;
	t->index = t->top = 0;
	t->selected = STR("");
	app->group = (struct filter){0};
}

static int open_index(const struct tree_view *v, struct str filter)
{
	for (int i = 0; i < v->open_count; i++)
		if (str_eq(v->open[i], filter))
			return i;
	return -1;
}

static void set_open(struct app *app, const struct tree_node *n, bool open)
{
	struct tree_view *v = &app->tree;
	int at = open_index(v, n->filter);
	if (open && at < 0) {
		v->open = realloc(v->open, ((size_t)v->open_count + 1) * sizeof *v->open);
		if (!v->open)
			die("out of memory");
		v->open[v->open_count++] = arena_str(&v->arena, n->filter);
	} else if (!open && at >= 0) {
		v->open[at] = v->open[--v->open_count];
	}
	app_ask_tree(app);
}

void view_tree_toggle(struct app *app)
{
	const struct tree_node *n = selected(app);
	if (n && n->expandable)
		set_open(app, n, !n->expanded);
}

void view_tree_open(struct app *app, bool open)
{
	const struct tree *t = tree_of(app);
	const struct tree_node *n = selected(app);
	if (!n)
		return;
	if (open) {
		if (n->expandable && !n->expanded)
			set_open(app, n, true);
		else if (n->expanded)
			view_tree_move(app, 1);
		else
			app_focus(app, PANE_LIST);
		return;
	}
	if (n->expanded) {
		set_open(app, n, false);
		return;
	}
	int parent = app->tree.index;
	while (parent > 0 && t->nodes[parent].depth >= n->depth)
		parent--;
	select_node(app, parent);
}

void view_tree_adopt(struct app *app)
{
	struct tree_view *v = &app->tree;
	const struct tree *t = tree_of(app);
	if (!v->met) { /* what came open must be known as open */
		v->met = true;
		for (int i = 0; i < t->count; i++) {
			if (t->nodes[i].expanded && open_index(v, t->nodes[i].filter) < 0) {
				v->open = realloc(v->open, ((size_t)v->open_count + 1) * sizeof *v->open);
				if (!v->open)
					die("out of memory");
				v->open[v->open_count++] = arena_str(&v->arena, t->nodes[i].filter);
			}
		}
	}
	for (int i = 0; i < t->count; i++) {
		if (str_eq(t->nodes[i].filter, v->selected)) {
			v->index = i;
			scroll(app);
			return;
		}
	}
	/* The group is gone under this filter: up to all. */
	select_node(app, 0);
}

/* Less of a code's name than this says nothing. */
enum { CODE_W = 9, CODE_NAME_MIN_W = 16 };

static const struct code_entry *code_of(const struct tree_node *n)
{
	return n->enhanced.cls ? codes_enhanced(n->enhanced) : n->basic ? codes_basic(n->basic) : NULL;
}

static void node_draw(struct app *app, struct surface *s, const struct tree_node *n, struct rect r, int64_t max)
{
	bool long_names = app->tree.grouping != GROUP_CODE && app->tree.grouping != GROUP_DAY;
	int bar_w = r.w >= 44 && !long_names ? 10 : r.w >= 38 ? 5 : r.w >= 32 ? 3 : 0;
	char count[NUMBER_TEXT], widest[NUMBER_TEXT];
	int count_w = (int)str_of(view_number(tree_of(app)->total, widest)).len;
	int right = r.x + r.w - 1;
	if (bar_w) {
		surface_bar(s, right - bar_w, r.y, bar_w, ROLE_BAR, n->depth > 0 || n->expandable ? n->count : 0, max);
		right -= bar_w + 1;
	}
	surface_text_right(s, right, r.y, count_w, ROLE_TEXT, str_of(view_number(n->count, count)));
	right -= count_w + 1;

	int x = r.x + 1 + 2 * n->depth;
	if (n->expandable)
		surface_glyph(s, n->depth > 0 ? x - 2 : x, r.y, ROLE_DIM, n->expanded ? GLYPH_OPEN : GLYPH_CLOSED);
	if (n->expandable && n->depth == 0)
		x += 2;
	surface_text(s, x, r.y, right - x, n->depth > 1 ? ROLE_DIM : ROLE_TEXT, n->label);
	x += CODE_W;
	const struct code_entry *code = code_of(n);
	if (code && right - x >= CODE_NAME_MIN_W)
		surface_text(s, x, r.y, right - x, ROLE_DIM, str_of(code->name));
}

void view_tree_draw(struct app *app, struct surface *s, struct rect r)
{
	struct tree_view *v = &app->tree;
	const struct tree *t = tree_of(app);
	bool focus = app->focus == PANE_TREE;
	surface_frame(s, r, focus, str_of(groupings[v->grouping].title), STR(""));
	scroll(app);
	int64_t max = 1;
	for (int i = 1; i < t->count; i++)
		if (t->nodes[i].count > max)
			max = t->nodes[i].count;
	struct rect former = surface_clip(s, (struct rect){r.x + 1, r.y + 1, r.w - 2, r.h - 2});
	s->stale = app_stale(app, ASK_TREE);
	for (int i = v->top; i < t->count && i - v->top < r.h - 2; i++) {
		struct rect row = {r.x + 1, r.y + 1 + i - v->top, r.w - 2, 1};
		s->select = i == v->index;
		s->blur = !focus;
		surface_fill(s, row, ROLE_TEXT);
		node_draw(app, s, &t->nodes[i], row, max);
	}
	s->select = s->blur = s->stale = false;
	surface_unclip(s, former);
	view_more(s, r, v->top > 0, t->count - v->top > r.h - 2);
}
