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

/* Who types ahead sees at once that the keys wait; else a quick answer would only flicker. */
static int stale_after_ms(const struct app *app)
{
	enum { AHEAD_MS = 8 };
	return app->ahead_count > 0 && app->stale_after_ms > AHEAD_MS ? AHEAD_MS : app->stale_after_ms;
}

bool app_stale(const struct app *app, enum ask kind)
{
	return app_pending(app, kind) && clock_ms() - app->asked_ms[kind] >= stale_after_ms(app);
}

int app_keys_waiting(const struct app *app)
{
	for (int k = 0; k < ASK_KINDS; k++)
		if (app_stale(app, (enum ask)k))
			return app->ahead_count;
	return 0;
}

enum { SLOW_AFTER_MS = 1000 };

int app_timeout_ms(const struct app *app)
{
	int wait_ms = -1;
	for (int k = 0; k < ASK_KINDS; k++) {
		if (!app_pending(app, (enum ask)k))
			continue;
		if (!app_stale(app, (enum ask)k))
			return stale_after_ms(app);
		wait_ms = SLOW_AFTER_MS;
	}
	return wait_ms;
}

/* What the screen waits for; an export says so itself. */
static bool is_search(enum ask kind)
{
	return kind != ASK_VERSION && kind != ASK_EXPORT;
}

bool app_slow(const struct app *app)
{
	for (int k = 0; k < ASK_KINDS; k++)
		if (is_search((enum ask)k) && app_pending(app, (enum ask)k) &&
		    clock_ms() - app->asked_ms[k] >= SLOW_AFTER_MS)
			return true;
	return false;
}

static void cancel(struct app *app, enum ask kind)
{
	if (!app_pending(app, kind))
		return;
	app->port.cancel(app->port.ctx, kind);
	app->got[kind] = app->asked[kind];
}

void app_stop(struct app *app)
{
	for (int k = 0; k < ASK_KINDS; k++)
		if (is_search((enum ask)k))
			cancel(app, (enum ask)k);
	app->list.to_anchor = false;
	app_say(app, ROLE_WARNING, "Stopped. What is shown may not be what the filter says; r searches again.");
}

bool app_is_fresh(const struct app *app, const struct record *r)
{
	return app->fresh_known && (r->id > app->fresh_after_id || r->time > app->fresh_after_s);
}

struct scope app_scope(const struct app *app)
{
	return (struct scope){.all = {app->filter, app->group}, .count = 2};
}

static int page_rows(const struct app *app)
{
	return 4 * app->list.height > PAGE_ROWS_MIN ? 4 * app->list.height : PAGE_ROWS_MIN;
}

void app_ask_page(struct app *app, enum want want, int64_t rank)
{
	struct request r = {
		.ask = ASK_PAGE,
		.scope = app_scope(app),
		.want = want,
		.sort = app->list.sort,
		.rank = rank,
		.rows = page_rows(app),
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

void app_ask_page_at(struct app *app, const struct record *at)
{
	struct request r = {
		.ask = ASK_PAGE,
		.scope = app_scope(app),
		.want = WANT_AROUND,
		.sort = app->list.sort,
		.rank = -1,
		.rows = page_rows(app),
		.cursor = cursor_of(at),
	};
	app->follow = false;
	app->list.to_anchor = true;
	app->list.at_end = false;
	app_ask(app, &r);
}

static void ask_tree(struct app *app, bool open_first)
{
	struct request r = {
		.ask = ASK_TREE,
		.scope = {.all = {app->filter}, .count = 1},
		.zone = app->zone,
		.grouping = app->tree.grouping,
		.order = app->tree.order,
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

static void ask_count(struct app *app)
{
	struct request r = {
		.ask = ASK_COUNT,
		.scope = app_scope(app),
		.want_fresh = app->fresh_known,
		.fresh_after_id = app->fresh_after_id,
		.fresh_after_s = app->fresh_after_s,
	};
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

void app_ask_without(struct app *app)
{
	struct request r = {.ask = ASK_WITHOUT, .scope = app_scope(app), .zone = app->zone};
	app_ask(app, &r);
}

void app_ask_detail(struct app *app)
{
	const struct record *at = app_record(app);
	const struct reply *known = app->last[ASK_DETAIL];
	bool pending = app_pending(app, ASK_DETAIL);
	if (!at || (pending && app->detail.asked_id == at->id) ||
	    (!pending && known && known->detail.record.id == at->id))
		return;
	app->detail.asked_id = at->id;
	struct request r = {.ask = ASK_DETAIL, .id = at->id};
	app_ask(app, &r);
}

void app_refresh_group(struct app *app)
{
	cancel(app, ASK_WITHOUT); /* it is about another question, and the new one must not wait for it */
	reply_free(app->last[ASK_WITHOUT]);
	app->last[ASK_WITHOUT] = NULL;
	app->list.to_anchor = true;
	app->list.at_end = false;
	app_ask_page(app, WANT_START, 0);
	app->list.total = -1;
	ask_count(app);
	app_ask_timeline(app);
}

void app_refresh(struct app *app)
{
	app_refresh_group(app);
	app_ask_tree(app);
}

static bool searching(const struct app *app)
{
	for (int k = 0; k < ASK_KINDS; k++)
		if (is_search((enum ask)k) && app_pending(app, (enum ask)k))
			return true;
	return false;
}

void app_reload_if_due(struct app *app)
{
	if (app->reload_due && !searching(app))
		app_reload(app);
}

void app_reload(struct app *app)
{
	app->reload_due = searching(app);
	if (app->reload_due)
		return;
	struct request totals = {.ask = ASK_TOTALS};
	app_ask(app, &totals);
	if (app->follow) {
		app->list.to_anchor = true;
		app_ask_page(app, WANT_START, 0);
	} else {
		app_ask_page(app, WANT_AROUND, -1);
	}
	ask_count(app);
	app_ask_timeline(app);
	app_ask_tree(app);
	const struct record *at = app_record(app);
	if (at) {
		struct request r = {.ask = ASK_DETAIL, .id = at->id};
		app_ask(app, &r);
	}
}
