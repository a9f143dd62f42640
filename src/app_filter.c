/* The filter line: typing it, the lines used before, narrowing it by what the cursor is on, and the way back. */
#include "app.h"

#include "view.h"

#include <string.h>

enum { CTRL_C = 3, CTRL_N = 14, CTRL_P = 16 };

/* ---- the line and what it means ---- */

static bool same_filter(const struct filter *f, const struct filter *g, struct arena *a)
{
	return str_eq(filter_text(f, ZONE_UTC, a), filter_text(g, ZONE_UTC, a));
}

/* Is there no blank behind this column? */
static bool is_last_word(const struct app *app, size_t column)
{
	struct str line = buf_str(&app->filter_edit.text);
	return column > 0 && str_find(line, STR(" "), column - 1) == SIZE_MAX;
}

void app_filter_typed(struct app *app)
{
	struct arena a = {0};
	struct filter f;
	struct err e = {0};
	app->dirty = true;
	bool ok = filter_parse(buf_str(&app->filter_edit.text), moment_now(app->zone), &a, &f, &e);
	app->filter_err = e;
	/* Half a word is on its way to be one: the terms before it hold. With any other mistake the list stays. */
	bool half = app->filter_edit.at == app->filter_edit.text.len && is_last_word(app, e.column);
	if (!ok && (!half || same_filter(&f, &app->filter, &a))) {
		arena_free(&a);
		return;
	}
	arena_free(&app->filter_arena);
	app->filter_arena = a;
	app->filter = f;
	app_refresh(app);
}

void app_set_filter(struct app *app, struct str line)
{
	edit_set(&app->filter_edit, line);
	app_filter_typed(app);
}

/* A word is cut out together with the blanks behind it. */
void app_filter_without(const struct app *app, unsigned keys, struct buf *out)
{
	struct str line = buf_str(&app->filter_edit.text);
	const struct filter *f = &app->filter;
	size_t kept_from = 0;
	for (int i = 0; i < f->count; i++) {
		const struct filter_term *t = &f->terms[i];
		int next = i + 1; /* a word may be several terms: a subject's name */
		while (next < f->count && f->terms[next].column == t->column)
			next++;
		if (t->negated || !(keys >> t->key & 1))
			continue;
		size_t from = t->column - 1, until = next < f->count ? f->terms[next].column - 1 : line.len;
		if (from < kept_from)
			continue;
		buf_add(out, str_slice(line, kept_from, from - kept_from));
		kept_from = until;
	}
	buf_add(out, str_slice(line, kept_from, SIZE_MAX));
	struct str trimmed = str_trim(buf_str(out));
	size_t front = trimmed.len ? (size_t)(trimmed.p - out->p) : 0;
	if (out->len) {
		memmove(out->p, out->p + front, trimmed.len);
		out->len = trimmed.len;
		out->p[out->len] = '\0';
	}
}

/* ---- steps and the way back ---- */

enum { STEPS_MAX = 64 * 1024 };

static void remember(struct app *app, struct str line)
{
	struct err e = {0};
	struct buf *steps = &app->steps;
	buf_add(steps, line);
	buf_addc(steps, '\n');
	while (steps->len > STEPS_MAX) { /* the oldest goes */
		size_t cut = str_find(buf_str(steps), STR("\n"), 0) + 1;
		memmove(steps->p, steps->p + cut, steps->len - cut + 1);
		steps->len -= cut;
	}
	if (app->history && !history_add(app->history, buf_str(&app->filter_edit.text), &e))
		app_say(app, ROLE_WARNING, "%s", e.msg);
}

bool app_filter_step(struct app *app, struct str line)
{
	struct buf former = {0};
	buf_add(&former, buf_str(&app->filter_edit.text));
	bool other = !str_eq(buf_str(&former), line);
	if (other) {
		app_set_filter(app, line);
		remember(app, buf_str(&former));
	}
	buf_free(&former);
	return other;
}

bool app_filter_back(struct app *app)
{
	struct buf *steps = &app->steps;
	if (steps->len > 0) {
		size_t from = steps->len - 1;
		while (from > 0 && steps->p[from - 1] != '\n')
			from--;
		steps->p[steps->len - 1] = '\0';
		steps->len--;
		app_set_filter(app, str_slice(buf_str(steps), from, SIZE_MAX));
		steps->len = from;
		return true;
	}
	if (app->filter.count == 0 || app->filter_err.kind != ERR_NONE)
		return false;
	struct buf shorter = {0};
	size_t last = app->filter.terms[app->filter.count - 1].column - 1;
	buf_add(&shorter, str_trim(str_slice(buf_str(&app->filter_edit.text), 0, last)));
	app_set_filter(app, buf_str(&shorter));
	buf_free(&shorter);
	return true;
}

void app_filter_narrow(struct app *app, const struct filter *add)
{
	struct buf line = {0};
	struct arena a = {0};
	unsigned keys = 0;
	for (int i = 0; i < add->count; i++)
		keys |= add->terms[i].negated ? 0 : 1u << add->terms[i].key;
	if (keys & (1u << FILTER_SINCE | 1u << FILTER_BEFORE))
		keys |= 1u << FILTER_SINCE | 1u << FILTER_BEFORE;
	app_filter_without(app, keys, &line);
	if (line.len > 0)
		buf_addc(&line, ' ');
	buf_add(&line, filter_text(add, app->zone, &a));
	app_filter_step(app, buf_str(&line));
	arena_free(&a);
	buf_free(&line);
}

/* ---- typing ---- */

void app_filter_start(struct app *app)
{
	app->detail.zoomed = false;
	buf_reset(&app->filter_kept);
	buf_add(&app->filter_kept, buf_str(&app->filter_edit.text));
	edit_key(&app->filter_edit, K_END);
	if (app->filter_edit.text.len > 0) /* the next word begins */
		edit_paste(&app->filter_edit, STR(" "));
	app->recalled = 0;
	app->mode = MODE_FILTER;
	app_focus(app, app->focus == PANE_TIMELINE ? PANE_LIST : app->focus);
}

/* To a line used before: `by` 1 is older. The line being typed is not lost: it is the newest. */
static void recall(struct app *app, int by)
{
	int to = app->recalled + by;
	if (!app->history || to < 0 || to > history_count(app->history))
		return;
	if (app->recalled == 0) {
		buf_reset(&app->typed);
		buf_add(&app->typed, buf_str(&app->filter_edit.text));
	}
	app->recalled = to;
	app_set_filter(app, to ? history_line(app->history, to) : buf_str(&app->typed));
}

static void commit(struct app *app)
{
	if (app->filter_err.kind != ERR_NONE)
		return; /* the list shows something else: mend it, or Esc */
	app->mode = MODE_BROWSE;
	app_focus(app, PANE_LIST);
	edit_trim(&app->filter_edit);
	if (!str_eq(buf_str(&app->filter_kept), buf_str(&app->filter_edit.text)))
		remember(app, buf_str(&app->filter_kept));
}

static void type(struct app *app, char32_t key)
{
	app_complete_close(app);
	if (edit_key(&app->filter_edit, key))
		app_filter_typed(app);
}

void app_filter_key(struct app *app, char32_t key)
{
	bool listed = app->complete.count > 0;
	switch (key) {
	case K_TAB:
		app_complete(app, false);
		return;
	case K_BACKTAB:
		app_complete(app, true);
		return;
	case K_ENTER:
		if (!app_complete_take(app))
			commit(app);
		return;
	case K_DOWN:
	case CTRL_N:
		if (listed)
			menu_move(&app->complete, 1);
		else if (app->recalled > 0)
			recall(app, -1);
		else
			commit(app);
		return;
	case K_UP:
	case CTRL_P:
		if (listed)
			menu_move(&app->complete, -1);
		else
			recall(app, 1);
		return;
	case K_ESC:
	case CTRL_C:
		if (listed && key == K_ESC) {
			app_complete_close(app);
			return;
		}
		app_complete_close(app);
		app->mode = MODE_BROWSE;
		app_set_filter(app, buf_str(&app->filter_kept));
		return;
	default:
		type(app, key);
	}
}
