/* The timeline's range in the filter: what is selected becomes since: and before:, a visible part of the line that can be
 * removed like any other. */
#include "app.h"

#include "view.h"

static void narrow_to(struct app *app, int64_t from_s, int64_t until_s)
{
	const struct filter_term terms[] = {{.key = FILTER_SINCE, .time = from_s},
					    {.key = FILTER_BEFORE, .time = until_s}};
	app_filter_narrow(app, &(struct filter){terms, COUNT_OF(terms)});
}

void app_range_enter(struct app *app)
{
	int64_t from_s, until_s, now_from_s, now_until_s;
	if (!view_timeline_range(app, &from_s, &until_s))
		return;
	filter_range(&app->filter, &now_from_s, &now_until_s);
	if (from_s == now_from_s && until_s == now_until_s) {
		app_say(app, ROLE_DIM, "The filter has this range already.");
		return;
	}
	app->timeline.at_s = from_s;
	app->timeline.anchor_s = TIME_NONE;
	narrow_to(app, from_s, until_s);
}

/* The day, month or year that holds the range and is longer; false: no year does. */
static bool wider(const struct app *app, int64_t *from_s, int64_t *until_s)
{
	struct civil c = civil_in(app->zone, *from_s);
	struct civil day = {.year = c.year, .month = c.month, .day = c.day}, month = day, year;
	month.day = 1;
	year = month;
	year.month = 1;
	struct civil next_day = day, next_month = month, next_year = year;
	next_day.day++;
	next_month.month++;
	next_year.year++;
	const struct {
		struct civil from, until;
	} units[] = {{day, next_day}, {month, next_month}, {year, next_year}};
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		int64_t from = civil_to_in(app->zone, units[i].from), until = civil_to_in(app->zone, units[i].until);
		if (until >= *until_s && (from < *from_s || until > *until_s)) {
			*from_s = from;
			*until_s = until;
			return true;
		}
	}
	return false;
}

/* Would the range leave nothing out? */
static bool holds_all(const struct app *app, int64_t from_s, int64_t until_s)
{
	const struct reply *r = app->last[ASK_TOTALS];
	return r && r->totals.first_s != TIME_NONE && from_s <= r->totals.first_s && until_s > r->totals.last_s;
}

void app_range_leave(struct app *app)
{
	int64_t from_s, until_s;
	filter_range(&app->filter, &from_s, &until_s);
	app->timeline.anchor_s = TIME_NONE;
	if (from_s == INT64_MIN && until_s == INT64_MAX) {
		app_say(app, ROLE_DIM, "The timeline shows all there is.");
		return;
	}
	if (from_s != INT64_MIN && until_s != INT64_MAX && wider(app, &from_s, &until_s) &&
	    !holds_all(app, from_s, until_s)) {
		narrow_to(app, from_s, until_s);
		return;
	}
	struct buf line = {0};
	app_filter_without(app, 1u << FILTER_SINCE | 1u << FILTER_BEFORE, &line);
	app_filter_step(app, buf_str(&line));
	buf_free(&line);
	filter_range(&app->filter, &from_s, &until_s);
	if (from_s != INT64_MIN || until_s != INT64_MAX)
		app_say(app, ROLE_DIM, "The filter still has a range, by a negated since: or before:.");
}
