#include "app.h"

#include "config.h"
#include "view.h"

#include <stdlib.h>
#include <string.h>

enum { STALE_AFTER_MS = 100 };

/* ---- small services ---- */

void app_say(struct app *app, enum role role, const char *fmt, ...)
{
	char line[600];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	buf_reset(&app->message);
	buf_add(&app->message, str_of(line));
	app->message_role = role;
	app->dirty = true;
}

void app_say_keys(struct app *app, enum role role, const char *text)
{
	struct buf sentence = {0};
	keymap_sentence(&app->config->keymap, text, &sentence);
	app_say(app, role, "%s", sentence.p);
	buf_free(&sentence);
}

void app_focus(struct app *app, enum pane pane)
{
	bool other_bars = (pane == PANE_TIMELINE) != (app->focus == PANE_TIMELINE);
	if (pane != PANE_DETAIL)
		app->detail.zoomed = false;
	app->focus = pane;
	app->layout = view_layout(app);
	app->dirty = true;
	if (other_bars)
		app_ask_timeline(app);
}

void app_focus_timeline(struct app *app)
{
	if (app->focus != PANE_TIMELINE)
		app->came_from = app->focus;
	app_focus(app, PANE_TIMELINE);
}

void app_open(struct app *app)
{
	if (app->focus == PANE_TREE) {
		app_focus(app, PANE_LIST);
	} else if (app->focus == PANE_TIMELINE) {
		app_range_enter(app);
	} else if (app_record(app)) {
		app->detail.zoomed = app->focus == PANE_DETAIL ? !app->detail.zoomed : true;
		app_focus(app, PANE_DETAIL);
	}
}

void app_menu(struct app *app, const char *title, void (*chosen)(struct app *, int))
{
	menu_clear(&app->menu);
	snprintf(app->menu.title, sizeof app->menu.title, "%s", title);
	app->menu.chosen = chosen;
	app->mode = MODE_MENU;
}

void app_prompt(struct app *app, const char *label, struct str text, void (*done)(struct app *, struct str))
{
	snprintf(app->prompt.label, sizeof app->prompt.label, "%s", label);
	edit_set(&app->prompt.edit, text);
	app->prompt.done = done;
	app->mode = MODE_PROMPT;
}

const struct record *app_record(const struct app *app)
{
	const struct reply *r = app->last[ASK_PAGE];
	if (!r || app->list.index < 0 || app->list.index >= r->page.count)
		return NULL;
	return &r->page.rows[app->list.index];
}

/* ---- other lines and questions ---- */

static void prompt_key_pressed(struct app *app, char32_t key)
{
	if (key == K_ENTER) {
		app->mode = MODE_BROWSE;
		struct buf text = {0}; /* `done` may open the next prompt */
		buf_add(&text, buf_str(&app->prompt.edit.text));
		app->prompt.done(app, buf_str(&text));
		buf_free(&text);
	} else if (key == K_ESC || key == 3) {
		app->mode = MODE_BROWSE;
	} else {
		edit_key(&app->prompt.edit, key);
	}
}

static void confirm_key_pressed(struct app *app, char32_t key)
{
	app->mode = MODE_BROWSE;
	if (key == 'y' || key == 'Y')
		app->confirm.yes(app);
	else
		app_say(app, ROLE_TEXT, "%s", app->confirm.no);
}

static void menu_key_pressed(struct app *app, char32_t key)
{
	enum menu_answer answer = menu_key(&app->menu, key);
	if (answer != MENU_STAYS)
		app->mode = MODE_BROWSE; /* `chosen` may open the next menu */
	if (answer == MENU_CHOSEN)
		app->menu.chosen(app, app->menu.index);
}

static void help_key_pressed(struct app *app, char32_t key)
{
	int page = app->h > 4 ? app->h - 4 : 1;
	switch (key) {
	case K_DOWN:
	case 'j':
		app->help_top++;
		break;
	case K_UP:
	case 'k':
		app->help_top--;
		break;
	case K_PGDN:
	case ' ':
		app->help_top += page;
		break;
	case K_PGUP:
		app->help_top -= page;
		break;
	case K_HOME:
	case 'g':
		app->help_top = 0;
		break;
	case K_END:
	case 'G':
		app->help_top = 100000; /* drawing brings it back */
		break;
	default:
		app->mode = MODE_BROWSE;
	}
}

/* ---- events ---- */

/* Does the pane in focus still show what is about to be replaced? A key must not act on that: the wrong record would be
 * marked or copied. */
static bool behind(const struct app *app)
{
	if (app->focus == PANE_TREE)
		return app_pending(app, ASK_TREE);
	if (app->focus == PANE_TIMELINE)
		return app_pending(app, ASK_TIMELINE);
	return app_pending(app, ASK_PAGE) && app->list.to_anchor;
}

static void key_pressed(struct app *app, char32_t key)
{
	buf_reset(&app->message);
	switch (app->mode) {
	case MODE_FILTER:
		app_filter_key(app, key);
		return;
	case MODE_PROMPT:
		prompt_key_pressed(app, key);
		return;
	case MODE_CONFIRM:
		confirm_key_pressed(app, key);
		return;
	case MODE_MENU:
		menu_key_pressed(app, key);
		return;
	case MODE_HELP:
		help_key_pressed(app, key);
		return;
	case MODE_BROWSE:
		break;
	}
	const struct action *act = action_find(&app->config->keymap, key, app->focus);
	if (act && act->urgent) {
		app->ahead_count = 0;
		act->run(app);
		return;
	}
	if (app->ahead_count > 0 || behind(app)) {
		if (app->ahead_count < AHEAD_MAX)
			app->ahead[app->ahead_count++] = key;
		return;
	}
	if (act) {
		act->run(app);
		return;
	}
	char name[KEY_NAME_MAX], help[KEY_NAME_MAX];
	app_say(app, ROLE_DIM, "%s does nothing here. %s lists the keys.", event_key_name(key, name),
		keymap_first(&app->config->keymap, action_named(STR("help")), help));
}

/* The keys that waited, as far as the screen has caught up with them. */
static void catch_up(struct app *app)
{
	while (app->ahead_count > 0 && (app->mode != MODE_BROWSE || !behind(app))) {
		char32_t key = app->ahead[0];
		int rest = app->ahead_count - 1;
		char32_t later[AHEAD_MAX];
		memcpy(later, app->ahead + 1, (size_t)rest * sizeof *later);
		app->ahead_count = 0; /* or it would wait for itself */
		key_pressed(app, key);
		memcpy(app->ahead, later, (size_t)rest * sizeof *later);
		app->ahead_count = rest;
	}
}

static void say_written(struct app *app, const struct export_result *x, const char *path)
{
	char n[NUMBER_TEXT];
	struct buf b = {0};
	buf_printf(&b, "Wrote %s %s to %s", view_number(x->rows, n), x->rows == 1 ? "record" : "records", path);
	if (x->guarded)
		buf_printf(&b,
			   x->guarded == 1 ? "; %s cell that looks like a formula got a leading '"
					   : "; %s cells that look like formulas got a leading '",
			   view_number(x->guarded, n));
	if (x->rows < app->export_marked)
		buf_printf(&b, "; of those marked %s had been deleted", view_number(app->export_marked - x->rows, n));
	app_say(app, ROLE_STRONG, "%s.", b.p);
	buf_free(&b);
}

static void export_ended(struct app *app, const struct reply *r)
{
	char n[NUMBER_TEXT];
	if (r->running) {
		app_say(app, ROLE_DIM, "Exporting to %s: %s rows. Esc stops.", app->export_path,
			view_number(r->exported.rows, n));
		return;
	}
	app->exporting = false;
	if (r->err.kind == ERR_CANCEL || r->err.kind == ERR_STALE)
		app_say(app, ROLE_WARNING, "Export stopped. Nothing was written.");
	else if (r->err.kind != ERR_NONE)
		app_say(app, ROLE_ERROR, "%s", r->err.msg);
	else
		say_written(app, &r->exported, r->path);
}

static void marks_came(struct app *app, const struct reply *r)
{
	char n[NUMBER_TEXT];
	for (size_t i = 0; i < r->id_count; i++) {
		if (app->invert && idset_has(&app->marks, r->ids[i]))
			idset_remove(&app->marks, r->ids[i]);
		else
			idset_add(&app->marks, r->ids[i]);
	}
	app_say(app, ROLE_TEXT, "%s marked.", view_number((int64_t)app->marks.count, n));
}

/* What is there when the browser starts, or is told to begin anew, is not news. */
static void totals_came(struct app *app, const struct totals *t)
{
	if (app->fresh_known)
		return;
	app->fresh_known = true;
	app->fresh_after_id = t->max_id;
	app->fresh_after_s = t->max_s;
}

/* Else its fault is told once, or where its answer would be. */
static bool is_always_shown(enum ask kind)
{
	return kind == ASK_PAGE || kind == ASK_TREE || kind == ASK_COUNT || kind == ASK_TOTALS || kind == ASK_TIMELINE;
}

const struct err *app_fault(const struct app *app)
{
	if (app->lost.kind != ERR_NONE)
		return &app->lost;
	for (int k = 0; k < ASK_KINDS; k++)
		if (app->faults[k].kind != ERR_NONE)
			return &app->faults[k];
	return NULL;
}

static void reply_came(struct app *app, struct reply *r)
{
	app->dirty = true;
	if (r->ask == ASK_VERSION) {
		app->lost = r->err;
		app->snapshot = r->snapshot;
		reply_free(r);
		app_reload(app);
		return;
	}
	if (!r->running)
		app->got[r->ask] = r->generation;
	if (r->err.kind == ERR_STALE && r->ask != ASK_EXPORT) {
		reply_free(r);
		return;
	}
	if (is_always_shown(r->ask))
		app->faults[r->ask] = r->err;
	else if (r->err.kind != ERR_NONE && r->ask != ASK_EXPORT && r->ask != ASK_DETAIL)
		app_say(app, ROLE_ERROR, "%s", r->err.msg);
	if (r->ask == ASK_EXPORT || r->ask == ASK_MARKS || r->ask == ASK_DOMAINS) {
		if (r->ask == ASK_EXPORT)
			export_ended(app, r);
		else if (r->err.kind == ERR_NONE && r->ask == ASK_MARKS)
			marks_came(app, r);
		else if (r->err.kind == ERR_NONE)
			app_complete_domains(app, r);
		reply_free(r);
		return;
	}
	/* What was read before a fault is worth showing; nothing at all is not worth losing the last good page for. */
	if (r->err.kind != ERR_NONE && !(r->ask == ASK_PAGE && r->page.count > 0)) {
		reply_free(r);
		return;
	}
	struct reply *former = app->last[r->ask];
	app->last[r->ask] = r;
	switch (r->ask) {
	case ASK_PAGE:
		view_list_adopt(app);
		app_ask_detail(app);
		if (r->page.count == 0 && app->filter.count > 0)
			app_ask_without(app);
		break;
	case ASK_TREE:
		view_tree_adopt(app);
		break;
	case ASK_COUNT:
		app->list.total = r->count;
		break;
	case ASK_TOTALS:
		totals_came(app, &r->totals);
		break;
	case ASK_DETAIL:
	case ASK_TIMELINE:
	case ASK_DOMAINS:
	case ASK_WITHOUT:
	case ASK_VERSION:
	case ASK_MARKS:
	case ASK_EXPORT:
	case ASK_KINDS:
		break;
	}
	reply_free(former);
}

static void resized(struct app *app, int w, int h)
{
	app->w = w;
	app->h = h;
	app->layout = view_layout(app);
	app->dirty = true;
	app_ask_timeline(app);
}

void app_handle(struct app *app, const struct event *ev)
{
	switch (ev->kind) {
	case EVENT_KEY:
		key_pressed(app, ev->key);
		break;
	case EVENT_MOUSE:
		app_mouse(app, ev);
		break;
	case EVENT_PASTE:
		if (app->mode == MODE_FILTER) {
			app_complete_close(app);
			edit_paste(&app->filter_edit, ev->text);
			app_filter_typed(app);
		} else if (app->mode == MODE_PROMPT) {
			edit_paste(&app->prompt.edit, ev->text);
		} else {
			app_say_keys(app, ROLE_DIM, "Pasted text goes into the filter: press {filter} first.");
		}
		break;
	case EVENT_RESIZE:
		resized(app, ev->w, ev->h);
		break;
	case EVENT_REPLY:
		reply_came(app, ev->reply);
		app_reload_if_due(app);
		catch_up(app);
		break;
	case EVENT_TICK:
		break;
	case EVENT_HANGUP:
		app->quit = true;
		return;
	}
	app->dirty = true;
	app_ask_detail(app);
}

/* ---- drawing ---- */

static void draw_tiny(const struct app *app, struct surface *s)
{
	surface_text(s, 0, 0, app->w, ROLE_STRONG, STR("deadletter"));
	surface_printf(s, 0, 1, app->w, ROLE_TEXT, "needs %dx%d", VIEW_MIN_W, VIEW_MIN_H);
	surface_printf(s, 0, 2, app->w, ROLE_DIM, "has %dx%d", app->w, app->h);
}

/* Above the filter line, but not over all of the list that follows the typing. */
static struct rect complete_room(const struct app *app)
{
	enum { ROWS = 12, X = 5 };
	int h = app->h - 3 < ROWS ? app->h - 3 : ROWS;
	return (struct rect){X, app->h - 2 - h, app->w - X - 2, h};
}

void app_draw(struct app *app, struct surface *s)
{
	if (s->w != app->w || s->h != app->h)
		surface_resize(s, app->w, app->h);
	surface_clear(s);
	app->dirty = false;
	app->layout = view_layout(app);
	const struct layout *l = &app->layout;
	if (l->tiny) {
		draw_tiny(app, s);
		return;
	}
	view_header_draw(app, s, l->header);
	if (app->mode == MODE_HELP) {
		struct rect r = {0, 1, app->w, app->h - 2};
		view_help_draw(app, s, r);
		view_footer_draw(app, s, l->footer);
		return;
	}
	if (l->timeline.w)
		view_timeline_draw(app, s, l->timeline);
	if (l->tree.w)
		view_tree_draw(app, s, l->tree);
	if (l->list.w)
		view_list_draw(app, s, l->list);
	if (l->detail.w)
		view_detail_draw(app, s, l->detail);
	view_filter_draw(app, s, l->filter);
	view_footer_draw(app, s, l->footer);
	struct rect room = {2, 1, app->w - 4, app->h - 3};
	if (app->mode == MODE_MENU)
		menu_draw(&app->menu, s, room, false);
	else if (app->mode == MODE_FILTER && app->complete.count > 0)
		menu_draw(&app->complete, s, complete_room(app), true);
}

/* ---- life ---- */

void app_init(struct app *app, const struct app_port *port, const struct config *config, const char *name,
	      bool snapshot, int w, int h)
{
	*app = (struct app){
		.port = *port,
		.config = config,
		.name = strdup(name),
		.snapshot = snapshot,
		.w = w,
		.h = h,
		.focus = PANE_TREE,
		.zone = config->zone,
		.tree_share = config->tree_width,
		.list_share = config->list_height,
		.follow = config->follow,
		.list = {.total = -1, .sort = config->follow ? SORT_TIME : config->sort},
		.tree = {.grouping = config->group},
		.timeline = {.at_s = TIME_NONE, .anchor_s = TIME_NONE},
		.stale_after_ms = STALE_AFTER_MS,
	};
	if (!app->name)
		die("out of memory");
	app->layout = view_layout(app);
	app->list.height = app->layout.list.h;
	struct request totals = {.ask = ASK_TOTALS};
	app_refresh(app);
	app_ask(app, &totals);
	app->dirty = true;
}

void app_free(struct app *app)
{
	for (int k = 0; k < ASK_KINDS; k++)
		reply_free(app->last[k]);
	arena_free(&app->filter_arena);
	arena_free(&app->group_arena);
	arena_free(&app->tree.arena);
	edit_free(&app->filter_edit);
	edit_free(&app->prompt.edit);
	buf_free(&app->filter_kept);
	buf_free(&app->steps);
	buf_free(&app->typed);
	menu_free(&app->menu);
	menu_free(&app->complete);
	buf_free(&app->message);
	idset_free(&app->marks);
	free(app->tree.open);
	free(app->export_path);
	free(app->name);
}
