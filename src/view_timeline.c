/* The timeline: a strip of bars, and with the keys going to it an instrument with axes, a cursor and the counts of each bar. */
#include "view.h"

enum {
	LABEL_W = 19, /* of the strip */
	STRIP_BAR_MAX_W = 4,
	BAR_MAX_W = 14, /* of the instrument */
	SCALE_W = 9,    /* its numbers on the left */
	BELOW = 3,      /* its lines below the bars: axis, labels, counts */
	ROOMY_W = 110,
};

static const struct timeline *timeline_of(const struct app *app)
{
	static const struct timeline none = {.peak = -1};
	return app->last[ASK_TIMELINE] ? &app->last[ASK_TIMELINE]->timeline : &none;
}

static int64_t sum(const struct bucket *b)
{
	return b->temporary + b->permanent + b->dropped;
}

/* ---- where the bars are ---- */

/* Where it is narrow, bars go before words: the unit is told by the peak's date. */
static int label_width(int w)
{
	return w >= ROOMY_W ? LABEL_W : 1;
}

static int side_width(int w)
{
	return w >= ROOMY_W ? 40 : 19;
}

int view_timeline_columns(const struct app *app)
{
	int columns =
		app->focus == PANE_TIMELINE ? app->w - 3 - SCALE_W : app->w - label_width(app->w) - side_width(app->w);
	return columns > 1 ? columns : 1;
}

struct bars {
	struct rect r;
	int step; /* columns from one bar to the next */
	int w;    /* of a bar; what is left is a gap */
};

static struct bars bars_of(const struct app *app)
{
	const struct rect r = app->layout.timeline;
	const struct timeline *t = timeline_of(app);
	bool big = app->layout.instrument;
	int columns = view_timeline_columns(app), most = big ? BAR_MAX_W : STRIP_BAR_MAX_W;
	struct bars b = {.r = {label_width(app->w), r.y, columns, r.h}};
	if (big)
		b.r = (struct rect){r.x + 1 + SCALE_W, r.y + 1, columns, r.h - 2 - BELOW};
	b.step = t->count > 0 ? columns / t->count : 1;
	b.step = b.step < 1 ? 1 : b.step > most ? most : b.step;
	b.w = b.step > 2 ? b.step - 1 : b.step;
	return b;
}

/* ---- the cursor ---- */

static int index_of(const struct timeline *t, int64_t time_s)
{
	int i = t->count - 1;
	while (i > 0 && t->starts_s[i] > time_s)
		i--;
	return i;
}

/* The bar under the cursor: at first the highest, which is what the eye has met. */
static int cursor_index(const struct app *app)
{
	const struct timeline *t = timeline_of(app);
	return app->timeline.at_s == TIME_NONE ? t->peak : index_of(t, app->timeline.at_s);
}

bool view_timeline_range(const struct app *app, int64_t *from_s, int64_t *until_s)
{
	const struct timeline *t = timeline_of(app);
	int to = cursor_index(app), from = to;
	if (t->count == 0 || t->peak < 0 || to < 0)
		return false;
	if (app->timeline.anchor_s != TIME_NONE)
		from = index_of(t, app->timeline.anchor_s);
	*from_s = t->starts_s[from < to ? from : to];
	*until_s = t->starts_s[(from < to ? to : from) + 1];
	return true;
}

enum unit view_timeline_unit(const struct app *app)
{
	return timeline_of(app)->unit;
}

static void place(struct app *app, int index)
{
	const struct timeline *t = timeline_of(app);
	if (t->count == 0)
		return;
	index = index < 0 ? 0 : index >= t->count ? t->count - 1 : index;
	app->timeline.at_s = t->starts_s[index];
}

void view_timeline_move(struct app *app, int bars)
{
	place(app, cursor_index(app) + bars);
}

void view_timeline_end(struct app *app, bool last)
{
	place(app, last ? timeline_of(app)->count - 1 : 0);
}

bool view_timeline_click(struct app *app, int x, bool drag)
{
	struct bars b = bars_of(app);
	int index = (x - b.r.x) / b.step;
	if (x < b.r.x || index >= timeline_of(app)->count)
		return false;
	if (!drag)
		app->timeline.anchor_s = TIME_NONE;
	else if (app->timeline.anchor_s == TIME_NONE && index != cursor_index(app))
		app->timeline.anchor_s = app->timeline.at_s;
	place(app, index);
	return true;
}

/* ---- words ---- */

static const char *unit_text(const struct app *app, enum unit unit, int64_t start_s, bool weekday, char buf[TIME_TEXT])
{
	struct civil c = civil_in(app->zone, start_s);
	char date[DATE_TEXT];
	view_date(app->zone, start_s, date);
	switch (unit) {
	case UNIT_HOUR:
		snprintf(buf, TIME_TEXT, "%s %02d:00", date, c.hour % 24);
		break;
	case UNIT_WEEK:
		snprintf(buf, TIME_TEXT, "week of %s", date);
		break;
	case UNIT_MONTH:
		snprintf(buf, TIME_TEXT, "%.3s %lld", month_name(c.month), (long long)c.year);
		break;
	case UNIT_DAY:
	case UNIT_COUNT:
		snprintf(buf, TIME_TEXT, "%s%s%s", weekday ? weekday_name(c.weekday) : "", weekday ? " " : "", date);
		break;
	}
	return buf;
}

/* "6 Nov", or from the first to the last of a selected range. */
static void range_text(const struct app *app, bool ascii, struct buf *out)
{
	const struct timeline *t = timeline_of(app);
	int64_t from_s, until_s;
	char a[TIME_TEXT], b[TIME_TEXT];
	if (!view_timeline_range(app, &from_s, &until_s))
		return;
	int first = index_of(t, from_s), last = index_of(t, until_s - 1);
	buf_add(out, str_of(unit_text(app, t->unit, t->starts_s[first], first == last, a)));
	if (first != last)
		buf_printf(out, " %s %s", ascii ? "-" : "–", unit_text(app, t->unit, t->starts_s[last], false, b));
}

static struct bucket range_sum(const struct app *app)
{
	const struct timeline *t = timeline_of(app);
	struct bucket b = {0};
	int64_t from_s, until_s;
	if (!view_timeline_range(app, &from_s, &until_s))
		return b;
	for (int i = 0; i < t->count; i++) {
		if (t->starts_s[i] < from_s || t->starts_s[i] >= until_s)
			continue;
		b.temporary += t->buckets[i].temporary;
		b.permanent += t->buckets[i].permanent;
		b.dropped += t->buckets[i].dropped;
	}
	return b;
}

static void peak_text(const struct app *app, struct buf *out)
{
	static const char *const when[UNIT_COUNT] = {"on", "on", "in the", "in"};
	const struct timeline *t = timeline_of(app);
	char n[NUMBER_TEXT], at[TIME_TEXT];
	buf_printf(out, "peak %s %s %s", view_number(sum(&t->buckets[t->peak]), n), when[t->unit],
		   unit_text(app, t->unit, t->starts_s[t->peak], false, at));
}

static void span_text(const struct app *app, bool ascii, struct buf *out)
{
	const struct timeline *t = timeline_of(app);
	char a[TIME_TEXT], b[TIME_TEXT];
	view_date(app->zone, t->first_s, a);
	view_date(app->zone, t->last_s, b);
	buf_add(out, str_of(a));
	if (!str_eq(str_of(a), str_of(b)))
		buf_printf(out, " %s %s", ascii ? "-" : "–", b);
}

/* ---- bars ---- */

/* In the order in which they lie on each other. */
static const struct {
	enum role role;
	const char *name;
} parts[] = {{ROLE_SPARK, "permanent"}, {ROLE_SPARK_TEMPORARY, "temporary"}, {ROLE_SPARK_DROPPED, "dropped"}};

static void parts_of(const struct bucket *b, struct stack_part out[COUNT_OF(parts)])
{
	const int64_t values[COUNT_OF(parts)] = {b->permanent, b->temporary, b->dropped};
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		out[i] = (struct stack_part){parts[i].role, values[i]};
}

static void bars_draw(const struct app *app, struct surface *s, const struct bars *b)
{
	const struct timeline *t = timeline_of(app);
	int64_t max = sum(&t->buckets[t->peak]);
	struct rect former = surface_clip(s, b->r);
	for (int i = 0; i < t->count; i++) {
		struct stack_part stack[COUNT_OF(parts)];
		parts_of(&t->buckets[i], stack);
		surface_stack(s, (struct rect){b->r.x + i * b->step, b->r.y, b->w, b->r.h}, stack, COUNT_OF(parts),
			      max);
	}
	surface_unclip(s, former);
}

/* ---- the strip ---- */

static void strip_draw(const struct app *app, struct surface *s, struct rect r)
{
	const struct timeline *t = timeline_of(app);
	struct bars b = bars_of(app);
	int bottom = r.y + r.h - 1;
	struct buf text = {0};
	if (r.w >= ROOMY_W)
		surface_printf(s, 1, bottom, LABEL_W - 2, ROLE_DIM, "failures per %s", unit_name(t->unit));
	bars_draw(app, s, &b);
	if (r.w >= ROOMY_W) {
		span_text(app, s->ascii, &text);
		buf_add(&text, STR("  "));
	}
	peak_text(app, &text);
	int x = b.r.x + t->count * b.step + 1;
	surface_text(s, x, bottom, r.w - x - 1, ROLE_DIM, buf_str(&text));
	buf_free(&text);
}

/* ---- the instrument ---- */

static void scale_draw(const struct app *app, struct surface *s, const struct bars *b)
{
	const struct timeline *t = timeline_of(app);
	int x = b->r.x - 1;
	for (int y = b->r.y; y < b->r.y + b->r.h; y++)
		surface_glyph(s, x, y, ROLE_BORDER, y == b->r.y ? GLYPH_TEE_RIGHT : GLYPH_VLINE);
	char n[NUMBER_TEXT];
	surface_text_right(s, x - 1, b->r.y, SCALE_W - 2, ROLE_DIM, str_of(view_number(sum(&t->buckets[t->peak]), n)));
}

/* Is the bar one that gets a label, when there is no room for all? */
static bool is_major(enum unit unit, const struct civil *c, int step)
{
	switch (unit) {
	case UNIT_HOUR:
		return step >= 6 || (step >= 2 ? c->hour % 6 == 0 : c->hour == 0);
	case UNIT_DAY:
		return step >= 7 || (step >= 2 ? c->weekday == 1 : c->day == 1);
	case UNIT_WEEK:
		return step >= 8 || c->day <= 7;
	case UNIT_MONTH:
	case UNIT_COUNT:
		break;
	}
	return step >= 5 || c->month == 1 || (step >= 2 && c->month == 7);
}

static const char *label_text(const struct app *app, enum unit unit, int64_t start_s, char buf[TIME_TEXT])
{
	struct civil c = civil_in(app->zone, start_s);
	if (unit == UNIT_HOUR && c.hour > 0)
		snprintf(buf, TIME_TEXT, "%02d:00", c.hour);
	else if (unit == UNIT_MONTH && c.month > 1)
		snprintf(buf, TIME_TEXT, "%.3s", month_name(c.month));
	else if (unit == UNIT_MONTH)
		snprintf(buf, TIME_TEXT, "%lld", (long long)c.year);
	else
		snprintf(buf, TIME_TEXT, "%d %s", c.day, month_name(c.month));
	return buf;
}

static void axis_draw(const struct app *app, struct surface *s, const struct bars *b)
{
	const struct timeline *t = timeline_of(app);
	int y = b->r.y + b->r.h, right = b->r.x + b->r.w, free_from = b->r.x;
	int end = b->r.x + t->count * b->step; /* behind it time has not come yet */
	int64_t from_s = 0, until_s = 0;
	view_timeline_range(app, &from_s, &until_s);
	for (int x = b->r.x - 1; x < end && x < right; x++)
		surface_glyph(s, x, y, ROLE_BORDER, GLYPH_HLINE);
	for (int i = 0; i < t->count; i++) {
		struct civil c = civil_in(app->zone, t->starts_s[i]);
		char text[TIME_TEXT];
		int x = b->r.x + i * b->step;
		if (is_major(t->unit, &c, b->step) && x >= free_from) {
			struct str label = str_of(label_text(app, t->unit, t->starts_s[i], text));
			if (x + (int)label.len <= right) {
				surface_glyph(s, x, y, ROLE_BORDER, GLYPH_TICK);
				free_from = x + 2 + surface_text(s, x, y + 1, right - x, ROLE_DIM, label);
			}
		}
		for (int k = 0; k < b->w && t->starts_s[i] >= from_s && t->starts_s[i] < until_s; k++)
			surface_glyph(s, x + k, y, ROLE_CURSOR_COLUMN, GLYPH_CARET);
	}
}

/* What the bars under the cursor count, part by part, each with its filling: the legend too. */
static void counts_draw(const struct app *app, struct surface *s, struct rect line)
{
	struct bucket b = range_sum(app);
	struct stack_part stack[COUNT_OF(parts)];
	struct buf when = {0};
	char n[NUMBER_TEXT];
	parts_of(&b, stack);
	range_text(app, s->ascii, &when);
	int x = line.x + surface_text(s, line.x, line.y, line.w, ROLE_STRONG, buf_str(&when)) + 2;
	x += surface_printf(s, x, line.y, line.x + line.w - x, ROLE_STRONG, "%s", view_number(sum(&b), n)) + 3;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		int room = line.x + line.w - x;
		bool brief = line.w < 90;
		if (room < 8)
			break;
		surface_stack_key(s, x, line.y, parts[i].role, (int)i);
		x += 2 +
		     surface_printf(s, x + 2, line.y, room - 2, ROLE_TEXT, "%s %.*s", view_number(stack[i].value, n),
				    brief ? 4 : 20, parts[i].name) +
		     2;
	}
	buf_free(&when);
}

static void instrument_draw(const struct app *app, struct surface *s, struct rect r)
{
	const struct timeline *t = timeline_of(app);
	struct buf title = {0}, right = {0};
	buf_printf(&title, "Failures per %s", unit_name(t->unit));
	span_text(app, s->ascii, &right);
	if (r.w >= STRIP_BAR_MAX_W + ROOMY_W - 40) {
		buf_add(&right, STR("   "));
		peak_text(app, &right);
	}
	s->stale = false;
	surface_frame(s, r, true, buf_str(&title), buf_str(&right));
	buf_free(&title);
	buf_free(&right);
	s->stale = app_stale(app, ASK_TIMELINE);
	struct bars b = bars_of(app);
	if (b.r.h > 0) {
		scale_draw(app, s, &b);
		bars_draw(app, s, &b);
		axis_draw(app, s, &b);
	}
	counts_draw(app, s, (struct rect){r.x + 2, r.y + r.h - 2, r.w - 4, 1});
}

void view_timeline_draw(const struct app *app, struct surface *s, struct rect r)
{
	if (!app->last[ASK_TIMELINE])
		return;
	bool big = app->layout.instrument;
	s->stale = app_stale(app, ASK_TIMELINE);
	if (timeline_of(app)->peak < 0) {
		if (big)
			surface_frame(s, r, true, STR("Failures over time"), STR(""));
		surface_text(s, big ? 3 : 1, big ? r.y + 1 : r.y + r.h - 1, r.w - 4, ROLE_DIM,
			     STR("no failures in this range"));
	} else if (big) {
		instrument_draw(app, s, r);
	} else {
		strip_draw(app, s, r);
	}
	s->stale = false;
}
