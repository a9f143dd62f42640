#include "view.h"

#include "config.h"
#include "status.h"

#include <string.h>

enum { ROOMY_W = 100 };

void view_scroll(int *top, int index, int count, int height)
{
	if (height < 1)
		height = 1;
	if (*top > count - height)
		*top = count - height;
	if (*top < 0)
		*top = 0;
	if (index < *top)
		*top = index;
	if (index >= *top + height)
		*top = index - height + 1;
}

void view_more(struct surface *s, struct rect r, bool above, bool below)
{
	int x = r.x + r.w - 1;
	if (above)
		surface_glyph(s, x, r.y + 1, ROLE_KEY, GLYPH_UP);
	if (below)
		surface_glyph(s, x, r.y + r.h - 2, ROLE_KEY, GLYPH_DOWN);
}

/* ---- numbers and times ---- */

const char *view_number(int64_t n, char buf[NUMBER_TEXT])
{
	char digits[NUMBER_TEXT];
	int len = snprintf(digits, sizeof digits, "%lld", (long long)(n < 0 ? -n : n));
	int out = 0;
	if (n < 0)
		buf[out++] = '-';
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf[out++] = ',';
		buf[out++] = digits[i];
	}
	buf[out] = '\0';
	return buf;
}

void view_failures(int64_t n, struct buf *out)
{
	char number[NUMBER_TEXT];
	buf_printf(out, n == 1 ? "%s failure" : "%s failures", view_number(n, number));
}

void view_failures_of(const struct totals *t, struct buf *out)
{
	char tracked[NUMBER_TEXT];
	double percent = t->tracked > 0 ? 100.0 * (double)t->failures / (double)t->tracked : 0;
	view_failures(t->failures, out);
	buf_printf(out, " of %s tracked (%.1f%%)", view_number(t->tracked, tracked), percent);
}

const char *view_time(enum zone z, int64_t t, int64_t now_s, char buf[TIME_TEXT])
{
	if (t == TIME_NONE)
		return strcpy(buf, "unknown");
	struct civil c = civil_in(z, t);
	if (c.year == civil_in(z, now_s).year)
		snprintf(buf, TIME_TEXT, "%2d %s %02d:%02d", c.day, month_name(c.month), c.hour, c.minute);
	else
		snprintf(buf, TIME_TEXT, "%2d %s %5lld", c.day, month_name(c.month), (long long)c.year);
	return buf;
}

const char *view_time_long(enum zone z, int64_t t, char buf[TIME_TEXT])
{
	if (t == TIME_NONE)
		return strcpy(buf, "unknown");
	struct civil c = civil_in(z, t);
	snprintf(buf, TIME_TEXT, "%04lld-%02d-%02d %02d:%02d:%02d", (long long)c.year, c.month, c.day, c.hour, c.minute,
		 c.second);
	return buf;
}

const char *view_date(enum zone z, int64_t t, char buf[DATE_TEXT])
{
	if (t == TIME_NONE)
		return strcpy(buf, "unknown");
	struct civil c = civil_in(z, t);
	if (c.year == civil_in(z, clock_now()).year)
		snprintf(buf, DATE_TEXT, "%d %s", c.day, month_name(c.month));
	else
		snprintf(buf, DATE_TEXT, "%d %s %lld", c.day, month_name(c.month), (long long)c.year);
	return buf;
}

enum role view_role_of(enum outcome o, struct ecode enhanced, int basic)
{
	switch (o) {
	case OUTCOME_DROPPED:
		return ROLE_DROPPED;
	case OUTCOME_DELIVERED:
	case OUTCOME_OPENED:
		return ROLE_SUCCESS;
	case OUTCOME_DEFERRED:
	case OUTCOME_QUEUED:
		return ROLE_TEMPORARY;
	case OUTCOME_FAILED:
	case OUTCOME_COUNT:
		break;
	}
	return status_class(enhanced, basic) == 4 ? ROLE_TEMPORARY : ROLE_PERMANENT;
}

/* ---- header ---- */

/* From the oldest failure to the newest. */
static void range_text(enum zone z, const struct totals *t, const char *dash, struct buf *out)
{
	char a[TIME_TEXT], b[TIME_TEXT];
	if (t->first_s == TIME_NONE)
		return;
	view_date(z, t->first_s, a);
	view_date(z, t->last_s, b);
	if (strcmp(a, b) == 0)
		buf_printf(out, "%s   ", a);
	else
		buf_printf(out, "%s %s %s   ", a, dash, b);
}

/* Will what others write be seen? */
static const char *state_name(const struct app *app)
{
	if (app->lost.kind != ERR_NONE)
		return "lost";
	return app->snapshot ? "snapshot" : app->follow ? "following" : "live";
}

void view_header_draw(const struct app *app, struct surface *s, struct rect r)
{
	surface_fill(s, r, ROLE_HEADER);
	int x = 1 + surface_text(s, 1, r.y, -1, ROLE_HEADER, STR("deadletter"));
	struct buf right = {0};
	const struct reply *t = app->last[ASK_TOTALS];
	if (t && r.w >= ROOMY_W)
		range_text(app->zone, &t->totals, s->ascii ? "-" : "–", &right);
	char zone[ZONE_TEXT];
	buf_printf(&right, "%s   %s", zone_name(app->zone, clock_now(), zone), state_name(app));
	int end = surface_text_right(s, r.w - 1, r.y, r.w / 2, ROLE_HEADER_DIM, buf_str(&right));

	buf_reset(&right);
	if (t)
		view_failures_of(&t->totals, &right);
	int room = end - x - 4;
	int numbers = text_width(buf_str(&right), s->ascii);
	int name = room - numbers - 2;
	if (name >= 8)
		x += 2 + surface_text(s, x + 2, r.y, name, ROLE_HEADER_DIM, str_of(app->name));
	if (numbers + 2 <= end - x)
		surface_text_right(s, end - 3, r.y, numbers, ROLE_HEADER, buf_str(&right));
	else if (t) { /* no room for the whole sentence */
		buf_reset(&right);
		view_failures(t->totals.failures, &right);
		surface_text(s, x + 2, r.y, end - x - 3, ROLE_HEADER, buf_str(&right));
	}
	buf_free(&right);
}

/* ---- filter line ---- */

static int64_t fresh_of(const struct app *app)
{
	return app->last[ASK_COUNT] ? app->last[ASK_COUNT]->fresh : 0;
}

static void counts_text(const struct app *app, struct buf *out)
{
	char n[NUMBER_TEXT];
	int waiting = app_keys_waiting(app);
	if (waiting > 0)
		buf_printf(out, waiting == 1 ? "%d key waits, " : "%d keys wait, ", waiting);
	if (app->marks.count > 0)
		buf_printf(out, "%s marked, ", view_number((int64_t)app->marks.count, n));
	if (fresh_of(app) > 0)
		buf_printf(out, "%s new, ", view_number(fresh_of(app), n));
	if (app->list.total < 0)
		buf_add(out, app_pending(app, ASK_COUNT) ? STR("counting") : STR("not counted"));
	else
		buf_printf(out, "%s shown", view_number(app->list.total, n));
}

/* The filter, and what the selected group adds to it. */
static void filter_text_draw(const struct app *app, struct surface *s, struct rect r, bool bad)
{
	struct str line = buf_str(&app->filter_edit.text), group = app->tree.selected;
	int x = r.x;
	if (line.len > 0)
		x += surface_text(s, x, r.y, r.w, bad ? ROLE_ERROR : ROLE_STRONG, line);
	else
		x += surface_text(s, x, r.y, r.w, ROLE_DIM, group.len > 0 ? STR("none") : STR("none: all failures"));
	if (group.len == 0 || r.x + r.w - x < 8)
		return;
	x += 1 + surface_text(s, x + 1, r.y, -1, ROLE_DIM, STR("+")) + 1;
	surface_text(s, x, r.y, r.x + r.w - x, ROLE_DIM, group);
}

void view_filter_draw(const struct app *app, struct surface *s, struct rect r)
{
	bool typing = app->mode == MODE_FILTER;
	surface_fill(s, r, ROLE_TEXT);
	surface_text(s, 1, r.y, -1, typing ? ROLE_KEY : ROLE_DIM, STR("Filter"));
	struct buf right = {0};
	counts_text(app, &right);
	enum role role = app->marks.count ? ROLE_MARK : fresh_of(app) > 0 ? ROLE_FRESH : ROLE_DIM;
	int end = surface_text_right(s, r.w - 1, r.y, r.w / 2, role, buf_str(&right));
	buf_free(&right);

	int x = 9, columns = end - x - 2;
	size_t bad = app->filter_err.kind != ERR_NONE ? app->filter_err.column : 0;
	if (typing)
		edit_draw(&app->filter_edit, s, x, r.y, columns, bad);
	else
		filter_text_draw(app, s, (struct rect){x, r.y, columns, 1}, bad > 0);
}

/* ---- footer ---- */

static void hints_draw(struct app *app, struct surface *s, struct rect r)
{
	/* Help and Quit keep their place at the end; the others come in as far as they fit. */
	int x = 1;
	const struct action *last[] = {action_named(STR("help")), action_named(STR("quit"))};
	int keep = 0;
	for (size_t i = 0; i < COUNT_OF(last); i++)
		keep += 3 + (int)strlen(last[i]->hint) + 1;
	for (size_t i = 0; i < action_count + COUNT_OF(last); i++) {
		bool tail = i >= action_count;
		const struct action *a = tail ? last[i - action_count] : &actions[i];
		if (!a->hint || !(a->where & (1u << app->focus)) || (!tail && (a == last[0] || a == last[1])))
			continue;
		char key[KEY_NAME_MAX];
		int width = text_width(str_of(keymap_first(&app->config->keymap, a, key)), s->ascii);
		int need = width + 1 + (int)strlen(a->hint) + 2;
		if (width == 0 || x + need + (tail ? 0 : keep) > r.w + 1)
			continue;
		if (app->hint_count < HINTS_MAX)
			app->hints[app->hint_count++] = (struct hint_place){.x = x, .w = need - 2, .action = a};
		x += surface_text(s, x, r.y, -1, ROLE_KEY, str_of(key)) + 1;
		x += surface_text(s, x, r.y, -1, ROLE_FOOTER, str_of(a->hint)) + 2;
	}
}

void view_footer_draw(struct app *app, struct surface *s, struct rect r)
{
	const struct err *fault = app_fault(app);
	app->hint_count = 0;
	surface_fill(s, r, ROLE_FOOTER);
	int columns = r.w - 2;
	if (app->mode == MODE_PROMPT) {
		int x = 1 + surface_text(s, 1, r.y, columns / 2, ROLE_KEY, str_of(app->prompt.label)) + 1;
		edit_draw(&app->prompt.edit, s, x, r.y, r.w - x - 1, 0);
	} else if (app->mode == MODE_CONFIRM) {
		surface_text(s, 1, r.y, columns, ROLE_WARNING, str_of(app->confirm.question));
	} else if (app->mode == MODE_MENU) {
		surface_text(s, 1, r.y, columns, ROLE_FOOTER,
			     STR("The key before a line or Enter chooses, Esc goes back."));
	} else if (app->mode == MODE_HELP) {
		surface_text(s, 1, r.y, columns, ROLE_FOOTER, STR("Up and Down scroll, any other key goes back."));
	} else if (app->mode == MODE_FILTER && app->complete.count > 0) {
		surface_text(s, 1, r.y, columns, ROLE_FOOTER,
			     STR("Tab and Down go on, Enter takes it, Esc closes the list."));
	} else if (app->mode == MODE_FILTER && app->filter_err.kind != ERR_NONE) {
		surface_text(s, 1, r.y, columns, ROLE_ERROR, str_of(app->filter_err.msg));
	} else if (app->message.len > 0) {
		surface_text(s, 1, r.y, columns, app->message_role, buf_str(&app->message));
	} else if (app_slow(app)) {
		surface_text(s, 1, r.y, columns, ROLE_WARNING, STR("Searching. Esc stops it."));
	} else if (fault) {
		surface_text(s, 1, r.y, columns, ROLE_ERROR, str_of(fault->msg));
	} else if (app->mode == MODE_FILTER) {
		surface_text(s, 1, r.y, columns, ROLE_FOOTER,
			     STR("Tab completes: to: from: domain: code: class: subject: status: mx: title: text: "
				 "since: before:"));
	} else {
		hints_draw(app, s, r);
	}
}
