/* What the application asks the worker, and what is still open. */
#include "app.h"

#include "view.h"

enum { PAGE_ROWS_MIN = 200 };

bool app_pending(const struct app *app, enum ask kind)
{
	return app->asked[kind] != app->got[kind];
}

bool app_settled(const struct app *app)
{
	for (int k = 0; k < ASK_KINDS; k++)
		if (app_pending(app, (enum ask)k))
			return false;
	return true;
}

void app_ask(struct app *app, const struct request *r)
{
	if (!app_pending(app, r->ask)) /* a question that is asked anew has been waiting since the first time */
		app->asked_ms[r->ask] = clock_ms();
	app->asked[r->ask] = app->port.ask(app->port.ctx, r);
}

bool app_stale(const struct app *app, enum ask kind)
{
	return app_pending(app, kind) && clock_ms() - app->asked_ms[kind] >= app->stale_after_ms;
}

int app_timeout_ms(const struct app *app)
{
	for (int k = 0; k < ASK_KINDS; k++)
		if (app_pending(app, (enum ask)k) && !app_stale(app, (enum ask)k))
			return app->stale_after_ms;
	return -1;
}

struct scope app_scope(const struct app *app)
{
	return (struct scope){.all = {app->filter, app->group}, .count = 2};
}

void app_ask_page(struct app *app, enum want want, int64_t rank)
{
	struct request r = {
		.ask = ASK_PAGE,
		.scope = app_scope(app),
		.want = want,
		.sort = app->list.sort,
		.rank = rank,
		.rows = 4 * app->list.height > PAGE_ROWS_MIN ? 4 * app->list.height : PAGE_ROWS_MIN,
	};
	const struct record *at = app_record(app);
	if (want == WANT_AROUND) {
		if (at)
			r.cursor = cursor_of(at);
		else
			r.want = WANT_START;
	}
	app_ask(app, &r);
}

static void ask_tree(struct app *app, bool open_first)
{
	struct request r = {
		.ask = ASK_TREE,
		.scope = {.all = {app->filter}, .count = 1},
		.zone = app->zone,
		.grouping = app->tree.grouping,
		.open = app->tree.open,
		.open_count = app->tree.open_count,
		.open_first = open_first,
		.rows = view_tree_height(app),
	};
	app_ask(app, &r);
}

void app_ask_tree(struct app *app)
{
	ask_tree(app, !app->tree.met);
}

static void ask_scope(struct app *app, enum ask kind)
{
	struct request r = {.ask = kind, .scope = app_scope(app)};
	app_ask(app, &r);
}

void app_ask_timeline(struct app *app)
{
	struct request r = {
		.ask = ASK_TIMELINE,
		.scope = app_scope(app),
		.zone = app->zone,
		.columns = view_timeline_columns(app),
	};
	app_ask(app, &r);
}

void app_ask_detail(struct app *app)
{
	const struct record *at = app_record(app);
	const struct reply *known = app->last[ASK_DETAIL];
	if (!at || (known && known->detail.record.id == at->id && !app_pending(app, ASK_DETAIL)))
		return;
	struct request r = {.ask = ASK_DETAIL, .id = at->id};
	app_ask(app, &r);
}

void app_refresh_group(struct app *app)
{
	app->list.to_anchor = true;
	app->list.at_end = false;
	app_ask_page(app, WANT_START, 0);
	app->list.total = -1;
	ask_scope(app, ASK_COUNT);
	app_ask_timeline(app);
}

void app_refresh(struct app *app)
{
	app_refresh_group(app);
	app_ask_tree(app);
}

void app_reload(struct app *app)
{
	struct request totals = {.ask = ASK_TOTALS};
	app_ask(app, &totals);
	app_ask_page(app, WANT_AROUND, -1);
	ask_scope(app, ASK_COUNT);
	app_ask_timeline(app);
	app_ask_tree(app);
	const struct record *at = app_record(app);
	if (at) {
		struct request r = {.ask = ASK_DETAIL, .id = at->id};
		app_ask(app, &r);
	}
}
