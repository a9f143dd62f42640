/* app_world.h - the application driven without a terminal: keys in, the surface out, a real store behind. */
#ifndef APP_WORLD_H
#define APP_WORLD_H

#include "config.h"
#include "view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { RECORDS = 1200, NOW_S = 1795435200 };

struct world {
	char path[64];
	struct store *store;
	struct config config;
	struct app app;
	struct surface s;
	struct buf screen, copied;
	struct request waiting[ASK_KINDS]; /* newest question of each kind */
	struct arena arenas[ASK_KINDS];
	bool asked[ASK_KINDS];
	unsigned generation[ASK_KINDS];
	const struct theme *theme; /* that the terminal was told */
	bool hold;                 /* answers do not come */
};

/* ---- a port whose answers come when the test says so ---- */

static inline unsigned port_ask(void *ctx, const struct request *r)
{
	struct world *w = ctx;
	arena_free(&w->arenas[r->ask]);
	w->waiting[r->ask] = request_copy(r, &w->arenas[r->ask]);
	w->waiting[r->ask].generation = ++w->generation[r->ask];
	w->asked[r->ask] = true;
	return w->generation[r->ask];
}

static inline void port_cancel(void *ctx, enum ask kind)
{
	struct world *w = ctx;
	w->asked[kind] = false;
	if (kind != ASK_EXPORT) /* as the worker does it */
		return;
	struct reply *r = calloc(1, sizeof *r);
	r->ask = kind;
	r->generation = w->generation[kind];
	err_set(&r->err, ERR_CANCEL, "stopped");
	struct event ev = {.kind = EVENT_REPLY, .reply = r};
	app_handle(&w->app, &ev);
}

static inline bool port_copy(void *ctx, struct str text)
{
	struct world *w = ctx;
	buf_reset(&w->copied);
	buf_add(&w->copied, text);
	return true;
}

static inline void port_suspend(void *ctx)
{
	(void)ctx;
}

static inline void port_repaint(void *ctx)
{
	(void)ctx;
}

static inline void port_theme(void *ctx, const struct theme *t)
{
	((struct world *)ctx)->theme = t;
}

static inline bool port_save(void *ctx, struct str name, struct str filter, struct err *e)
{
	return config_put_saved(&((struct world *)ctx)->config, name, filter, e);
}

static inline void pump(struct world *w)
{
	for (int k = 0; k < ASK_KINDS && !w->hold; k++) {
		if (!w->asked[k])
			continue;
		w->asked[k] = false;
		struct reply *r = calloc(1, sizeof *r);
		assert_non_null(r);
		query_answer(w->store, &w->waiting[k], r);
		struct event ev = {.kind = EVENT_REPLY, .reply = r};
		app_handle(&w->app, &ev);
		k = -1; /* an answer may ask again */
	}
}

static inline const char *draw(struct world *w)
{
	app_draw(&w->app, &w->s);
	buf_reset(&w->screen);
	surface_dump(&w->s, false, &w->screen);
	return w->screen.p;
}

static inline void key(struct world *w, const char *name)
{
	struct event ev = {.kind = EVENT_KEY};
	assert_true(event_key_of(str_of(name), &ev.key));
	app_handle(&w->app, &ev);
	pump(w);
	draw(w);
}

static inline void type(struct world *w, const char *text)
{
	for (; *text; text++) {
		struct event ev = {.kind = EVENT_KEY, .key = (unsigned char)*text};
		app_handle(&w->app, &ev);
		pump(w);
	}
	draw(w);
}

static inline void resize(struct world *w, int width, int height)
{
	struct event ev = {.kind = EVENT_RESIZE, .w = width, .h = height};
	app_handle(&w->app, &ev);
	pump(w);
	draw(w);
}

#define assert_shown(w, text)     assert_true(shown((w), (text)))
#define assert_not_shown(w, text) assert_false(strstr((w)->screen.p, (text)) != NULL)

static inline bool shown(const struct world *w, const char *text)
{
	if (strstr(w->screen.p, text))
		return true;
	print_message("not shown: %s\n%s\n", text, w->screen.p);
	return false;
}

/* ---- the records: two codes, drops, no answers, some delivered ---- */

static inline void put_records(struct store *st)
{
	struct err e = {0};
	assert_true(store_begin(st, &e));
	for (int i = 0; i < RECORDS; i++) {
		char to[64], title[32];
		snprintf(to, sizeof to, "user%04d@%s", i, i % 3 ? "example.com" : "example.org");
		snprintf(title, sizeof title, "Invoice %d", i);
		struct record r = {
			.time = NOW_S - i * 600,
			.queued_at = NOW_S - i * 600 - 30,
			.recipient = str_of(to),
			.sender = STR("shop@example.net"),
			.title = str_of(title),
			.outcome = OUTCOME_FAILED,
		};
		switch (i % 6) {
		case 0:
		case 1:
			r.enhanced = (struct ecode){5, 1, 1};
			r.basic = 550;
			r.response = STR("550 5.1.1 unknown user");
			break;
		case 2:
			r.enhanced = (struct ecode){4, 2, 2};
			r.response = STR("452 4.2.2 over quota");
			break;
		case 3:
			r.outcome = OUTCOME_DROPPED;
			break;
		case 4:
			r.outcome = OUTCOME_DELIVERED;
			r.enhanced = (struct ecode){2, 0, 0};
			break;
		case 5:
			r.response = STR("Connection timed out");
			break;
		}
		enum put what;
		assert_true(store_put(st, &r, NULL, 0, 0, &what, &e));
	}
	assert_true(store_commit(st, &e));
}

/* One failure more; returns its id. */
static inline int64_t put(struct world *w, int64_t time_s, const char *to)
{
	struct err e = {0};
	enum put what;
	struct record r = {.time = time_s,
			   .recipient = str_of(to),
			   .outcome = OUTCOME_FAILED,
			   .enhanced = {5, 1, 1},
			   .basic = 550,
			   .queued_at = TIME_NONE};
	assert_true(store_put(w->store, &r, NULL, 0, 0, &what, &e));
	return r.id;
}

/* bob@example.net has a full mailbox, and a later email to him was dropped for that; returns the cause's id. */
static inline int64_t put_drop_and_cause(struct world *w)
{
	struct err e = {0};
	enum put what;
	struct record cause = {.time = NOW_S - 5000,
			       .recipient = STR("bob@example.net"),
			       .outcome = OUTCOME_FAILED,
			       .enhanced = {5, 2, 2},
			       .queued_at = TIME_NONE};
	assert_true(store_put(w->store, &cause, NULL, 0, 0, &what, &e));
	struct record drop = {.time = NOW_S - 10,
			      .recipient = STR("bob@example.net"),
			      .outcome = OUTCOME_DROPPED,
			      .caused_by = cause.id,
			      .queued_at = TIME_NONE};
	assert_true(store_put(w->store, &drop, NULL, 0, 0, &what, &e));
	return cause.id;
}

/* The worker has noticed that others wrote, or has opened the file anew. */
static inline void noticed_as(struct world *w, bool snapshot)
{
	struct reply *r = calloc(1, sizeof *r);
	assert_non_null(r);
	r->ask = ASK_VERSION;
	r->snapshot = snapshot;
	struct event ev = {.kind = EVENT_REPLY, .reply = r};
	app_handle(&w->app, &ev);
	pump(w);
	draw(w);
}

static inline void noticed(struct world *w)
{
	noticed_as(w, false);
}

static inline int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	setenv("DEADLETTER_NOW", "1795435200", 1);
	strcpy(w->path, "/tmp/deadletter-app-XXXXXX");
	int fd = mkstemp(w->path);
	close(fd);
	unlink(w->path);
	struct err e = {0};
	w->store = store_open_rw(w->path, true, &e);
	if (!w->store)
		fail_msg("%s", e.msg);
	put_records(w->store);
	struct app_port port = {port_ask, port_cancel, port_copy, port_suspend, port_repaint, port_theme, port_save, w};
	config_init(&w->config);
	w->config.zone = ZONE_UTC;
	app_init(&w->app, &port, &w->config, "outbox.db", false, 120, 36);
	pump(w);
	draw(w);
	*state = w;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *w = *state;
	app_free(&w->app);
	config_free(&w->config);
	surface_free(&w->s);
	store_close(w->store);
	for (int k = 0; k < ASK_KINDS; k++)
		arena_free(&w->arenas[k]);
	buf_free(&w->screen);
	buf_free(&w->copied);
	const char *const sidecars[] = {"", "-wal", "-shm", "-journal"};
	for (size_t i = 0; i < COUNT_OF(sidecars); i++) {
		char path[80];
		snprintf(path, sizeof path, "%s%s", w->path, sidecars[i]);
		unlink(path);
	}
	free(w);
	return 0;
}

#define on_a_world(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
