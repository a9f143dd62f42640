#include "view.h"

#include "action.h"
#include "status.h"

#include <string.h>

enum { ROOMY_W = 100, WIDE_W = 160, NARROW_W = 70, SHORT_BODY = 13 };

/* ---- where things are ---- */

static int timeline_height(int h)
{
	return h < 16 ? 0 : h < 30 ? 1 : h < 45 ? 2 : 3;
}

static int tree_width(int w)
{
	return w < 100 ? 28 : w < 120 ? 36 : w < 160 ? 42 : 50;
}

struct layout view_layout(const struct app *app)
{
	struct layout l = {.tiny = app->w < VIEW_MIN_W || app->h < VIEW_MIN_H};
	if (l.tiny)
		return l;
	int w = app->w, h = app->h;
	int top = 1 + timeline_height(h);
	struct rect body = {0, top, w, h - 2 - top};
	l.header = (struct rect){0, 0, w, 1};
	if (top > 1)
		l.timeline = (struct rect){0, 1, w, top - 1};
	l.filter = (struct rect){0, h - 2, w, 1};
	l.footer = (struct rect){0, h - 1, w, 1};

	if (app->detail.zoomed) {
		l.detail = body;
		return l;
	}
	struct rect right = body;
	if (w < NARROW_W) { /* one column: the groups, or what they lead to */
		if (app->focus == PANE_TREE) {
			l.tree = body;
			return l;
		}
	} else {
		l.tree = (struct rect){0, body.y, tree_width(w), body.h};
		right.x = l.tree.w;
		right.w = w - l.tree.w;
	}
	if (w >= WIDE_W) {
		l.list = right;
		l.list.w = right.w * 11 / 20;
		l.detail = right;
		l.detail.x += l.list.w;
		l.detail.w -= l.list.w;
	} else if (body.h < SHORT_BODY) { /* they take turns */
		if (app->focus == PANE_DETAIL)
			l.detail = right;
		else
			l.list = right;
	} else { /* the list's bottom line is the detail's top line */
		l.list = right;
		l.list.h = body.h * 9 / 20 > 6 ? body.h * 9 / 20 : 6;
		l.detail = right;
		l.detail.y += l.list.h - 1;
		l.detail.h -= l.list.h - 1;
	}
	return l;
}

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

static const char *const months[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const char *view_time(int64_t t, int64_t now_s, char buf[TIME_TEXT])
{
	if (t == TIME_NONE)
		return strcpy(buf, "unknown");
	struct civil c = civil_of(t);
	if (c.year == civil_of(now_s).year)
		snprintf(buf, TIME_TEXT, "%2d %s %02d:%02d", c.day, months[c.month - 1], c.hour, c.minute);
	else
		snprintf(buf, TIME_TEXT, "%2d %s %5lld", c.day, months[c.month - 1], (long long)c.year);
	return buf;
}

const char *view_time_long(int64_t t, char buf[TIME_TEXT])
{
	if (t == TIME_NONE)
		return strcpy(buf, "unknown");
	struct civil c = civil_of(t);
	snprintf(buf, TIME_TEXT, "%04lld-%02d-%02d %02d:%02d:%02d", (long long)c.year, c.month, c.day, c.hour, c.minute,
		 c.second);
	return buf;
}

const char *view_date(int64_t t, char buf[TIME_TEXT])
{
	if (t == TIME_NONE)
		return strcpy(buf, "unknown");
	struct civil c = civil_of(t);
	snprintf(buf, TIME_TEXT, "%d %s", c.day, months[c.month - 1]);
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
static void range_text(const struct totals *t, const char *dash, struct buf *out)
{
	char a[TIME_TEXT], b[TIME_TEXT];
	if (t->first_s != TIME_NONE)
		buf_printf(out, "%s %s %s   ", view_date(t->first_s, a), dash, view_date(t->last_s, b));
}

void view_header_draw(const struct app *app, struct surface *s, struct rect r)
{
	surface_fill(s, r, ROLE_HEADER);
	int x = 1 + surface_text(s, 1, r.y, -1, ROLE_HEADER, STR("deadletter"));
	struct buf right = {0};
	const struct reply *t = app->last[ASK_TOTALS];
	if (t && r.w >= ROOMY_W)
		range_text(&t->totals, s->ascii ? "-" : "–", &right);
	buf_printf(&right, "UTC   %s", app->lost.kind != ERR_NONE ? "lost" : app->snapshot ? "snapshot" : "live");
	int end = surface_text_right(s, r.w - 1, r.y, r.w / 2, ROLE_HEADER_DIM, buf_str(&right));

	buf_reset(&right);
	if (t) {
		char failures[NUMBER_TEXT], tracked[NUMBER_TEXT];
		view_number(t->totals.failures, failures);
		view_number(t->totals.tracked, tracked);
		double percent =
			t->totals.tracked > 0 ? 100.0 * (double)t->totals.failures / (double)t->totals.tracked : 0;
		buf_printf(&right, "%s failures of %s tracked (%.1f%%)", failures, tracked, percent);
	}
	int room = end - x - 4;
	int numbers = text_width(buf_str(&right), s->ascii);
	int name = room - numbers - 2;
	if (name >= 8)
		x += 2 + surface_text(s, x + 2, r.y, name, ROLE_HEADER_DIM, str_of(app->name));
	if (numbers + 2 <= end - x)
		surface_text_right(s, end - 3, r.y, numbers, ROLE_HEADER, buf_str(&right));
	else if (t) { /* no room for the whole sentence */
		char failures[NUMBER_TEXT];
		surface_printf(s, x + 2, r.y, end - x - 3, ROLE_HEADER, "%s failures",
			       view_number(t->totals.failures, failures));
	}
	buf_free(&right);
}

/* ---- filter line ---- */

static void counts_text(const struct app *app, struct buf *out)
{
	char n[NUMBER_TEXT];
	if (app->marks.count > 0)
		buf_printf(out, "%s marked, ", view_number((int64_t)app->marks.count, n));
	if (app->list.total < 0)
		buf_add(out, STR("counting"));
	else
		buf_printf(out, "%s shown", view_number(app->list.total, n));
}

void view_filter_draw(const struct app *app, struct surface *s, struct rect r)
{
	bool typing = app->mode == MODE_FILTER;
	surface_fill(s, r, ROLE_TEXT);
	surface_text(s, 1, r.y, -1, typing ? ROLE_KEY : ROLE_DIM, STR("Filter"));
	struct buf right = {0};
	counts_text(app, &right);
	int end =
		surface_text_right(s, r.w - 1, r.y, r.w / 2, app->marks.count ? ROLE_MARK : ROLE_DIM, buf_str(&right));
	buf_free(&right);

	int x = 9, columns = end - x - 2;
	struct str line = buf_str(&app->filter_edit.text);
	size_t bad = app->filter_err.kind != ERR_NONE ? app->filter_err.column : 0;
	if (typing)
		edit_draw(&app->filter_edit, s, x, r.y, columns, bad);
	else if (line.len == 0)
		surface_text(s, x, r.y, columns, ROLE_DIM, STR("none: all failures"));
	else
		surface_text(s, x, r.y, columns, bad ? ROLE_ERROR : ROLE_STRONG, line);
}

/* ---- footer ---- */

static void hints_draw(const struct app *app, struct surface *s, struct rect r)
{
	/* Help and Quit keep their place at the end; the others come in as far as they fit. */
	int x = 1;
	const struct action *last[] = {action_find('?', app->focus), action_find('q', app->focus)};
	int keep = 0;
	for (size_t i = 0; i < COUNT_OF(last); i++)
		keep += 3 + (int)strlen(last[i]->hint) + 1;
	for (size_t i = 0; i < action_count + COUNT_OF(last); i++) {
		bool tail = i >= action_count;
		const struct action *a = tail ? last[i - action_count] : &actions[i];
		if (!a->hint || !(a->where & (1u << app->focus)) || (!tail && (a == last[0] || a == last[1])))
			continue;
		struct str keys = str_of(a->keys), key;
		str_next(&keys, ' ', &key);
		int need = (int)key.len + 1 + (int)strlen(a->hint) + 2;
		if (x + need + (tail ? 0 : keep) > r.w + 1)
			continue;
		x += surface_text(s, x, r.y, -1, ROLE_KEY, key) + 1;
		x += surface_text(s, x, r.y, -1, ROLE_FOOTER, str_of(a->hint)) + 2;
	}
}

void view_footer_draw(const struct app *app, struct surface *s, struct rect r)
{
	surface_fill(s, r, ROLE_FOOTER);
	int columns = r.w - 2;
	if (app->mode == MODE_PROMPT) {
		int x = 1 + surface_text(s, 1, r.y, columns / 2, ROLE_KEY, str_of(app->prompt.label)) + 1;
		edit_draw(&app->prompt.edit, s, x, r.y, r.w - x - 1, 0);
	} else if (app->mode == MODE_CONFIRM) {
		surface_text(s, 1, r.y, columns, ROLE_WARNING, str_of(app->confirm.question));
	} else if (app->mode == MODE_HELP) {
		surface_text(s, 1, r.y, columns, ROLE_FOOTER, STR("Up and Down scroll, any other key goes back."));
	} else if (app->mode == MODE_FILTER && app->filter_err.kind != ERR_NONE) {
		surface_text(s, 1, r.y, columns, ROLE_ERROR, str_of(app->filter_err.msg));
	} else if (app->message.len > 0) {
		surface_text(s, 1, r.y, columns, app->message_role, buf_str(&app->message));
	} else if (app->lost.kind != ERR_NONE) {
		surface_text(s, 1, r.y, columns, ROLE_ERROR, str_of(app->lost.msg));
	} else if (app->mode == MODE_FILTER) {
		surface_text(
			s, 1, r.y, columns, ROLE_FOOTER,
			STR("to: from: domain: code: class: subject: status: mx: title: text: id: since: before:"));
	} else {
		hints_draw(app, s, r);
	}
}
