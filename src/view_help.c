#include "view.h"

#include "config.h"
#include "flow.h"

#include <string.h>

enum { KEY_W = 16 };

struct help {
	struct flow f;
	const struct keymap *keymap;
};

/* A key or term, and beside it, wrapped, what it means. */
static void line(struct help *h, enum role left_role, const char *left, const char *right)
{
	int y = flow_y(&h->f), used = text_width(str_of(left), h->f.s->ascii);
	if (y >= 0)
		surface_text(h->f.s, h->f.r.x, y, h->f.r.w, left_role, str_of(left));
	if (right)
		flow_text(&h->f, used > KEY_W - 2 ? used + 2 : KEY_W, ROLE_TEXT, str_of(right), NULL, 0);
	else
		flow_blank(&h->f);
}

static void actions_draw(struct help *h)
{
	struct buf keys = {0};
	/* Groups in the order in which the table first names them. */
	for (size_t g = 0; g < action_count; g++) {
		bool met = false;
		for (size_t i = 0; i < g; i++)
			met = met || strcmp(actions[i].group, actions[g].group) == 0;
		if (met)
			continue;
		line(h, ROLE_TITLE, actions[g].group, NULL);
		for (size_t i = g; i < action_count; i++) {
			if (strcmp(actions[i].group, actions[g].group) != 0)
				continue;
			buf_reset(&keys);
			keymap_keys(h->keymap, &actions[i], &keys);
			line(h, ROLE_KEY, keys.len > 0 ? keys.p : "(no key)", actions[i].help);
		}
		line(h, ROLE_TEXT, "", NULL);
	}
	buf_free(&keys);
}

static void filter_draw(struct help *h)
{
	line(h, ROLE_TITLE, "Filter language", NULL);
	flow_text(&h->f, 0, ROLE_TEXT,
		  STR("A bare word is part of a recipient, or a code: 5.1.1, 550, 4xx, 5.7.*. A leading - negates, a "
		      "repeated "
		      "key means or, different keys mean and, quotes keep spaces."),
		  NULL, 0);
	struct buf b = {0};
	for (int k = 0; k < FILTER_KEY_COUNT; k++) {
		buf_reset(&b);
		buf_printf(&b, "%s:%s", filter_keys[k].name, filter_keys[k].value);
		line(h, ROLE_KEY, b.p, filter_keys[k].help);
	}
	buf_free(&b);
}

static void mouse_draw(struct help *h)
{
	line(h, ROLE_TITLE, "Mouse", NULL);
	line(h, ROLE_KEY, "Click", "Selects; a double click opens, closes or zooms in. A hint at the bottom acts.");
	line(h, ROLE_KEY, "Wheel", "Scrolls the pane under it.");
	line(h, ROLE_KEY, "Drag", "Moves the border between two panes; selects a range of the timeline.");
	line(h, ROLE_TEXT, "", NULL);
}

static void typing_draw(struct help *h)
{
	line(h, ROLE_TITLE, "In the filter line", NULL);
	line(h, ROLE_KEY, "Tab", "Completes keys, values, codes and the domains there are; again: the next one.");
	line(h, ROLE_KEY, "Up Down", "Filters used before.");
	line(h, ROLE_KEY, "Enter", "Keeps the filter and goes to the list.");
	line(h, ROLE_KEY, "Esc", "Goes back to the filter before.");
	line(h, ROLE_KEY, "C-w C-u C-k", "Delete the word before the cursor, all before it, all behind it.");
	line(h, ROLE_TEXT, "", NULL);
}

static void all_draw(struct help *h)
{
	actions_draw(h);
	mouse_draw(h);
	typing_draw(h);
	filter_draw(h);
}

void view_help_draw(struct app *app, struct surface *s, struct rect r)
{
	surface_frame(s, r, true, STR("Help"), STR(DEADLETTER_VERSION));
	struct rect inner = {r.x + 2, r.y + 1, r.w - 4, r.h - 2};
	struct help measure = {.f = {.s = s, .r = {inner.x, inner.y, inner.w, 0}}, .keymap = &app->config->keymap};
	all_draw(&measure);
	int most = measure.f.line > inner.h ? measure.f.line - inner.h : 0;
	if (app->help_top > most)
		app->help_top = most;
	if (app->help_top < 0)
		app->help_top = 0;
	struct help h = {.f = {.s = s, .r = inner, .top = app->help_top}, .keymap = &app->config->keymap};
	struct rect former = surface_clip(s, inner);
	all_draw(&h);
	surface_unclip(s, former);
	view_more(s, r, app->help_top > 0, app->help_top < most);
}
