#include "view.h"

enum { LABEL_W = 19, BAR_MAX_W = 4 };

/* What is written behind the bars: the range and the peak. */
static void range_draw(const struct timeline *t, struct surface *s, struct rect r, int x, bool roomy)
{
	char a[TIME_TEXT], b[TIME_TEXT], n[NUMBER_TEXT];
	int64_t peak = t->buckets[t->peak].temporary + t->buckets[t->peak].permanent + t->buckets[t->peak].dropped;
	struct buf text = {0};
	if (roomy)
		buf_printf(&text, "%s %s %s  ", view_date(t->first_s, a), s->ascii ? "-" : "–",
			   view_date(t->last_s, b));
	static const char *const when[UNIT_COUNT] = {"on", "on", "in the week of", "in the month of"};
	buf_printf(&text, "peak %s %s %s", view_number(peak, n), when[t->unit], view_date(t->starts_s[t->peak], a));
	if (t->unit == UNIT_HOUR)
		buf_printf(&text, " %02d:00", civil_of(t->starts_s[t->peak]).hour);
	surface_text(s, x, r.y + r.h - 1, r.w - x - 1, ROLE_DIM, buf_str(&text));
	buf_free(&text);
}

static int side_width(int w)
{
	return w >= 110 ? 40 : 33;
}

int view_timeline_columns(int w)
{
	int columns = w - LABEL_W - side_width(w);
	return columns > 1 ? columns : 1;
}

void view_timeline_draw(const struct app *app, struct surface *s, struct rect r)
{
	const struct reply *reply = app->last[ASK_TIMELINE];
	if (!reply)
		return;
	const struct timeline *t = &reply->timeline;
	s->stale = app_stale(app, ASK_TIMELINE);
	int bottom = r.y + r.h - 1;
	if (t->peak < 0) {
		surface_text(s, 1, bottom, r.w - 2, ROLE_DIM, STR("no failures in this range"));
		s->stale = false;
		return;
	}
	surface_printf(s, 1, bottom, LABEL_W - 2, ROLE_DIM, "failures per %s", unit_name(t->unit));
	int columns = view_timeline_columns(r.w);
	int bar = t->count > 0 ? columns / t->count : 1;
	bar = bar < 1 ? 1 : bar > BAR_MAX_W ? BAR_MAX_W : bar;
	const struct bucket *top = &t->buckets[t->peak];
	int64_t max = top->temporary + top->permanent + top->dropped;
	int x = LABEL_W;
	for (int i = 0; i < t->count && x < LABEL_W + columns; i++) {
		const struct bucket *b = &t->buckets[i];
		int64_t n = b->temporary + b->permanent + b->dropped;
		for (int row = 0; row < r.h; row++) { /* from the bottom: each row shows its share of the height */
			int64_t part = n * r.h - max * row;
			part = part < 0 ? 0 : part > max ? max : part;
			for (int k = 0; k < bar; k++)
				surface_spark(s, x + k, bottom - row, ROLE_SPARK, part, max);
		}
		x += bar;
	}
	range_draw(t, s, r, x + 1, r.w >= 110);
	s->stale = false;
}
