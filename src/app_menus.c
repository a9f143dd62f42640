/* Choices over the panes: by what to group, to what to narrow, which saved filter. */
#include "app.h"

#include "config.h"
#include "view.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

/* ---- groupings ---- */

static void group_by(struct app *app, int index)
{
	struct tree_view *t = &app->tree;
	t->grouping = (enum grouping)index;
	view_tree_forget(app);
	app_refresh(app);
	app_focus(app, PANE_TREE);
	app_say(app, ROLE_TEXT, "Grouped by %s.", groupings[index].name);
}

void app_menu_groupings(struct app *app)
{
	app_menu(app, "Group by", group_by);
	for (int i = 0; i < GROUP_COUNT; i++)
		menu_add(&app->menu, (char32_t)groupings[i].letter, str_of(groupings[i].name),
			 str_of(groupings[i].help), (int)app->tree.grouping == i);
	app->menu.index = (int)app->tree.grouping;
}

/* ---- narrowing ---- */

/* What the cursor is on, as terms; the texts of `out` are in `a`. False: the record does not say. */
static bool narrow_code(const struct record *r, enum zone zone, struct arena *a, struct filter *out)
{
	struct filter_term *t = arena_array(a, struct filter_term, 2);
	(void)zone;
	t[0] = (struct filter_term){.key = FILTER_CODE, .code = {.cls = -1, .subject = -1, .detail = -1}};
	t[1] = (struct filter_term){.key = FILTER_STATUS, .number = (int)r->outcome};
	if (r->enhanced.cls) {
		t->code.cls = r->enhanced.cls;
		t->code.subject = r->enhanced.subject;
		t->code.detail = r->enhanced.detail;
	} else {
		t->code.basic_lo = t->code.basic_hi = r->basic;
		t->code.none = r->basic == 0;
	}
	/* A drop has no code, and no failure without one is like it. */
	*out = (struct filter){t, t->code.none ? 2 : 1};
	return true;
}

/* Can it stand in the filter line? That takes no control characters and no bad UTF-8: without them it would be another
 * text, and find nothing. */
static bool is_typable(struct str text)
{
	for (size_t i = 0; i < text.len;) {
		char32_t c;
		size_t n = text_decode(text, i, &c);
		if (n == 0 || c < ' ' || (c >= 0x7F && c < 0xA0))
			return false;
		i += n;
	}
	return true;
}

static bool narrow_text(enum filter_key key, struct str text, bool exact, struct arena *a, struct filter *out)
{
	struct filter_term *t = arena_array(a, struct filter_term, 1);
	*t = (struct filter_term){.key = key, .text = arena_str(a, text), .exact = exact};
	*out = (struct filter){t, 1};
	return text.len > 0 && is_typable(text);
}

static bool narrow_recipient(const struct record *r, enum zone zone, struct arena *a, struct filter *out)
{
	(void)zone;
	return narrow_text(FILTER_TO, r->recipient, true, a, out);
}

static bool narrow_domain(const struct record *r, enum zone zone, struct arena *a, struct filter *out)
{
	(void)zone;
	return narrow_text(FILTER_DOMAIN, filter_domain(r->recipient), false, a, out);
}

static bool narrow_mta(const struct record *r, enum zone zone, struct arena *a, struct filter *out)
{
	(void)zone;
	return narrow_text(FILTER_MX, r->remote_mta, true, a, out);
}

static bool narrow_sender(const struct record *r, enum zone zone, struct arena *a, struct filter *out)
{
	(void)zone;
	return narrow_text(FILTER_FROM, r->sender, true, a, out);
}

static bool narrow_wording(const struct record *r, enum zone zone, struct arena *a, struct filter *out)
{
	struct buf masked = {0};
	(void)zone;
	wording_mask(r->response, &masked);
	bool some = narrow_text(FILTER_WORDING, buf_str(&masked), false, a, out);
	buf_free(&masked);
	return some;
}

static bool narrow_day(const struct record *r, enum zone zone, struct arena *a, struct filter *out)
{
	if (r->time == TIME_NONE)
		return false;
	struct filter_term *t = arena_array(a, struct filter_term, 2);
	t[0] = (struct filter_term){.key = FILTER_SINCE, .time = day_start_in(zone, r->time, 0)};
	t[1] = (struct filter_term){.key = FILTER_BEFORE, .time = day_start_in(zone, r->time, 1)};
	*out = (struct filter){t, 2};
	return true;
}

static const struct narrow {
	char key;
	const char *name;
	bool (*make)(const struct record *r, enum zone zone, struct arena *a, struct filter *out);
} narrows[] = {
	{'c', "code", narrow_code},       {'r', "recipient", narrow_recipient}, {'d', "domain", narrow_domain},
	{'m', "MTA", narrow_mta},         {'s', "sender", narrow_sender},       {'y', "day", narrow_day},
	{'w', "wording", narrow_wording},
};

static void narrow_chosen(struct app *app, int index)
{
	/* The item's note is the filter: what is shown is what is done. */
	struct arena a = {0};
	struct filter f;
	struct err e = {0};
	if (filter_parse(app->menu.items[index].note, moment_now(app->zone), &a, &f, &e))
		app_filter_narrow(app, &f);
	else
		app_say(app, ROLE_ERROR, "%s", e.msg);
	arena_free(&a);
}

void app_menu_narrow(struct app *app)
{
	const struct record *r = app_record(app);
	struct arena a = {0};
	app_menu(app, "Narrow to", narrow_chosen);
	if (app->focus == PANE_TREE && app->group.count > 0)
		menu_add(&app->menu, 'g', STR("group"), filter_text(&app->group, app->zone, &a), false);
	for (size_t i = 0; r && i < COUNT_OF(narrows); i++) {
		struct filter f;
		if (narrows[i].make(r, app->zone, &a, &f))
			menu_add(&app->menu, (char32_t)narrows[i].key, str_of(narrows[i].name),
				 filter_text(&f, app->zone, &a), false);
	}
	arena_free(&a);
	if (app->menu.count == 0) {
		app->mode = MODE_BROWSE;
		app_say(app, ROLE_DIM, "There is no record to narrow to.");
	}
}

/* ---- saved filters ---- */

static void save_as(struct app *app, struct str name)
{
	struct err e = {0};
	struct str shown = str_trim(name);
	if (shown.len == 0)
		app_say(app, ROLE_TEXT, "The filter was not saved.");
	else if (app->port.save(app->port.ctx, shown, buf_str(&app->filter_edit.text), &e))
		app_say(app, ROLE_STRONG, "Saved. f offers it from now on, in later sessions too.");
	else
		app_say(app, ROLE_ERROR, "%s", e.msg);
}

static void saved_chosen(struct app *app, int index)
{
	const struct menu_item *item = &app->menu.items[index];
	if (item->key == 's')
		app_prompt(app, "Save this filter as:", STR(""), save_as);
	else
		app_filter_step(app, item->note);
}

void app_menu_saved(struct app *app)
{
	const struct config *c = app->config;
	struct str line = buf_str(&app->filter_edit.text);
	app_menu(app, "Saved filters", saved_chosen);
	for (int i = 0; i < c->saved_count; i++)
		menu_add(&app->menu, i < 9 ? (char32_t)('1' + i) : 0, c->saved[i].name, c->saved[i].text,
			 str_eq(c->saved[i].text, line));
	if (line.len > 0)
		menu_add(&app->menu, 's', STR("save this one"), line, false);
	if (app->menu.count == 0) {
		app->mode = MODE_BROWSE;
		app_say(app, ROLE_DIM, "No filter is saved. Type one with /, then f saves it under a name.");
	}
}

/* ---- themes ---- */

static void theme_chosen(struct app *app, int index)
{
	app->port.theme(app->port.ctx, &themes[index]);
	app->theme = &themes[index];
	app_say(app, ROLE_TEXT, "theme = %s in the configuration keeps it.", themes[index].name);
}

void app_menu_themes(struct app *app)
{
	const struct theme *now = app->theme ? app->theme : app->config->theme;
	app_menu(app, "Theme", theme_chosen);
	for (size_t i = 0; i < theme_count; i++) {
		menu_add(&app->menu, (char32_t)('1' + i), str_of(themes[i].name), str_of(themes[i].help),
			 &themes[i] == now);
		if (&themes[i] == now)
			app->menu.index = (int)i;
	}
}
