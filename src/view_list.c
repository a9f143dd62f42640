#include "view.h"

#include "codes.h"
#include "config.h"
#include "list_column.h"
#include "flow.h"

enum { MARK_W = 3 };

/* ---- the window and its cursor ---- */

static const struct page *page_of(const struct app *app)
{
	static const struct page none = {0};
	return app->last[ASK_PAGE] ? &app->last[ASK_PAGE]->page : &none;
}

static int rows_shown(const struct app *app)
{
	return app->list.height > 0 ? app->list.height : 1;
}

static void scroll(struct app *app)
{
	view_scroll(&app->list.top, app->list.index, page_of(app)->count, rows_shown(app));
}

int64_t view_list_rank(const struct app *app)
{
	const struct reply *r = app->last[ASK_PAGE];
	if (!r || r->page.count == 0)
		return -1;
	if (r->first_rank >= 0)
		return r->first_rank + app->list.index;
	if (r->at_end && app->list.total >= 0)
		return app->list.total - r->page.count + app->list.index;
	return -1;
}

static void place_cursor(struct app *app, int index)
{
	const struct page *p = page_of(app);
	struct list_view *v = &app->list;
	if (index >= p->count)
		index = p->count - 1;
	if (index < 0)
		index = 0;
	v->index = index;
	v->id = p->count > 0 ? p->rows[index].id : 0;
	scroll(app);
}

/* Asks for the next window before the cursor reaches the end of this one. */
static void look_ahead(struct app *app)
{
	const struct reply *r = app->last[ASK_PAGE];
	if (!r || app_pending(app, ASK_PAGE))
		return;
	int h = rows_shown(app);
	bool near_start = app->list.index < h && !r->at_start;
	bool near_end = app->list.index >= r->page.count - h && !r->at_end;
	if (near_start || near_end)
		app_ask_page(app, WANT_AROUND, view_list_rank(app));
}

void view_list_select(struct app *app, int index)
{
	app->list.to_anchor = false;
	app->follow = app->follow && index == 0;
	place_cursor(app, index);
	look_ahead(app);
}

void view_list_move(struct app *app, int64_t rows)
{
	int64_t to = app->list.index + rows;
	int last = page_of(app)->count - 1;
	view_list_select(app, (int)(to < 0 ? 0 : to > last ? last : to));
}

void view_list_home(struct app *app)
{
	const struct reply *r = app->last[ASK_PAGE];
	if (r && r->at_start) {
		view_list_select(app, 0);
		return;
	}
	app->list.to_anchor = true;
	app->list.at_end = false;
	app_ask_page(app, WANT_START, 0);
}

void view_list_end(struct app *app)
{
	const struct reply *r = app->last[ASK_PAGE];
	app->follow = false;
	if (r && r->at_end) {
		view_list_select(app, r->page.count - 1);
		return;
	}
	app->list.to_anchor = true;
	app->list.at_end = true;
	app_ask_page(app, WANT_END, 0);
}

void view_list_adopt(struct app *app)
{
	const struct reply *r = app->last[ASK_PAGE];
	struct list_view *v = &app->list;
	int on_screen = v->index - v->top;
	bool from_start = v->top == 0 && v->at_start;
	v->at_start = r->at_start;
	if (v->to_anchor) {
		v->to_anchor = false;
		place_cursor(app, v->at_end ? r->page.count - 1 : r->anchor);
		v->at_end = false;
		return;
	}
	int index = r->anchor;
	for (int i = 0; i < r->page.count; i++)
		if (r->page.rows[i].id == v->id)
			index = i;
	v->index = index;
	/* The eye stays where it was; but who looks at the very first rows sees new ones come. */
	v->top = from_start && r->at_start ? 0 : index - on_screen;
	place_cursor(app, index);
	if (r->err.kind == ERR_NONE) /* else it ends at a fault, and would end there again */
		look_ahead(app);
}

bool view_list_click(struct app *app, int y)
{
	app_focus(app, PANE_LIST);
	int index = app->list.top + y - app->layout.list.y - 2;
	if (y < app->layout.list.y + 2 || index >= page_of(app)->count)
		return false;
	view_list_select(app, index);
	return true;
}

/* ---- drawing ---- */

static void title_text(const struct app *app, struct buf *out)
{
	const struct reply *tree = app->last[ASK_TREE];
	if (!tree || app->tree.index >= tree->tree.count) {
		buf_add(out, STR("Failures"));
		return;
	}
	const struct tree_node *n = &tree->tree.nodes[app->tree.index];
	const struct code_entry *code = n->enhanced.cls ? codes_enhanced(n->enhanced)
					: n->basic      ? codes_basic(n->basic)
							: NULL;
	buf_add(out, n->label);
	if (code)
		buf_printf(out, " %s", code->name);
}

static void position_text(const struct app *app, struct buf *out)
{
	char a[NUMBER_TEXT], b[NUMBER_TEXT];
	int64_t rank = view_list_rank(app), total = app->list.total;
	if (total < 0)
		buf_add(out, app_pending(app, ASK_COUNT) ? STR("counting") : STR("not counted"));
	else if (rank < 0 || total == 0)
		buf_add(out, str_of(view_number(total, a)));
	else
		buf_printf(out, "%s of %s", view_number(rank + 1, a), view_number(total, b));
}

static void row_draw(const struct app *app, struct surface *s, const struct record *r, const struct list_columns *set,
		     struct rect row, bool cursor, const struct list_clock *clock)
{
	if (idset_has(&app->marks, r->id))
		surface_glyph(s, row.x, row.y, ROLE_MARK, GLYPH_MARK);
	else if (app_is_fresh(app, r))
		surface_glyph(s, row.x, row.y, ROLE_FRESH, GLYPH_FRESH);
	if (cursor)
		surface_glyph(s, row.x + 1, row.y, ROLE_STRONG, GLYPH_CURSOR);
	int x = row.x + MARK_W;
	struct buf text = {0};
	for (int i = 0; i < set->count; i++) {
		buf_reset(&text);
		const struct list_column *c = set->places[i].column;
		enum role role = c->draw(clock, r, &text);
		if (c == &list_columns[COLUMN_TIME] && app_is_fresh(app, r))
			role = ROLE_FRESH;
		surface_text(s, x, row.y, set->places[i].width, role, buf_str(&text));
		x += set->places[i].width + COLUMN_GAP;
	}
	buf_free(&text);
}

/* The terms without which something would be there. */
static void without_draw(const struct app *app, struct flow *f)
{
	const struct reply *r = app->last[ASK_WITHOUT];
	char n[NUMBER_TEXT];
	bool any = false;
	if (!r || app_pending(app, ASK_WITHOUT))
		return;
	for (int i = 0; i < r->without_count; i++) {
		struct buf b = {0};
		if (r->without[i].count > 0) {
			any = true;
			buf_printf(&b, "%s without  ", view_number(r->without[i].count, n));
			buf_add(&b, r->without[i].term);
			flow_line(f, ROLE_KEY, buf_str(&b));
		}
		buf_free(&b);
	}
	if (!any && r->without_count > 1)
		flow_line(f, ROLE_TEXT, STR("Nothing either without any one of its terms."));
	if (any || r->without_count > 1)
		flow_blank(f);
}

static void keys_draw(const struct app *app, struct flow *f, const char *text)
{
	struct buf b = {0};
	keymap_sentence(&app->config->keymap, text, &b);
	flow_text(f, 0, ROLE_TEXT, buf_str(&b), NULL, 0);
	buf_free(&b);
}

/* Nothing to list: say why, and what to do. */
static void empty_draw(const struct app *app, struct surface *s, struct rect r)
{
	const struct reply *totals = app->last[ASK_TOTALS];
	struct flow f = {.s = s, .r = {r.x + 2, r.y + 2, r.w - 3, r.h - 2}};
	struct buf command = {0};
	if (app_pending(app, ASK_PAGE) || !app->last[ASK_PAGE])
		return;
	if (totals && totals->totals.tracked == 0) {
		flow_line(&f, ROLE_STRONG, STR("This database is empty."));
		flow_blank(&f);
		flow_text(&f, 0, ROLE_TEXT, STR("Fill it from the shell, while this stays open:"), NULL, 0);
		buf_printf(&command, "deadletter import /var/log/mail.log --into %s", app->name);
		flow_text(&f, 2, ROLE_KEY, buf_str(&command), NULL, 0);
		buf_free(&command);
		flow_text(&f, 0, ROLE_DIM,
			  STR("What comes in shows here by itself. deadletter import --help tells more."), NULL, 0);
	} else if (app->filter.count > 0) {
		flow_line(&f, ROLE_STRONG, STR("Nothing matches the filter."));
		flow_blank(&f);
		without_draw(app, &f);
		if (!filter_names_status(&app->filter))
			flow_text(&f, 0, ROLE_TEXT, STR("Only failures were searched: status:any searches all email."),
				  NULL, 0);
		keys_draw(app, &f, "{filter} changes the filter, {widen} goes back a step, {clear-filter} removes it.");
	} else {
		flow_line(&f, ROLE_STRONG, STR("No email has failed."));
		flow_blank(&f);
		keys_draw(app, &f, "status:any in the filter shows the others: {filter} begins it.");
	}
}

/* Where the detail takes turns with the list, the list's bottom line tells the gist of the record under the cursor. */
static void gist_draw(const struct app *app, struct surface *s, struct rect r, bool focus)
{
	struct buf gist = {0};
	int y = r.y + r.h - 1, room = r.w - 6;
	view_detail_gist(app, s->ascii, &gist);
	if (gist.len > 0 && room > 10) {
		int used = surface_text(s, r.x + 3, y, room, focus ? ROLE_TEXT : ROLE_DIM, buf_str(&gist));
		surface_text(s, r.x + 2, y, 1, ROLE_TEXT, STR(" "));
		surface_text(s, r.x + 3 + used, y, 1, ROLE_TEXT, STR(" "));
	}
	buf_free(&gist);
}

void view_list_draw(struct app *app, struct surface *s, struct rect r)
{
	const struct page *p = page_of(app);
	bool focus = app->focus == PANE_LIST;
	struct buf title = {0}, position = {0};
	title_text(app, &title);
	position_text(app, &position);
	surface_frame(s, r, focus, buf_str(&title), buf_str(&position));
	buf_free(&title);
	buf_free(&position);
	if (app->layout.detail.w == 0)
		gist_draw(app, s, r, focus);

	app->list.height = r.h - 3;
	scroll(app);
	struct rect inner = {r.x + 1, r.y + 1, r.w - 2, r.h - 2};
	struct rect former = surface_clip(s, inner);
	struct list_columns set;
	list_columns_fit(app->config, inner.w - MARK_W - 1, &set);
	int x = inner.x + MARK_W;
	for (int i = 0; i < set.count; i++) {
		surface_text(s, x, inner.y, set.places[i].width, ROLE_DIM, str_of(set.places[i].column->title));
		x += set.places[i].width + COLUMN_GAP;
	}
	if (p->count == 0)
		empty_draw(app, s, inner);
	const struct list_clock clock = {moment_now(app->zone), app->config};
	s->stale = app_stale(app, ASK_PAGE) && app->list.to_anchor;
	for (int i = app->list.top; i < p->count && i - app->list.top < app->list.height; i++) {
		struct rect row = {inner.x, inner.y + 1 + i - app->list.top, inner.w, 1};
		s->select = i == app->list.index;
		s->blur = !focus;
		if (s->select)
			surface_fill(s, row, ROLE_TEXT);
		row_draw(app, s, &p->rows[i], &set, row, s->select, &clock);
	}
	s->select = s->blur = s->stale = false;
	surface_unclip(s, former);
}
