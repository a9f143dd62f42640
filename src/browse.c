#include "browse.h"

#include "app.h"
#include "term.h"
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct browse {
	struct worker *worker;
	struct term *term;
	struct config *config;
};

static unsigned port_ask(void *ctx, const struct request *r)
{
	return worker_ask(((struct browse *)ctx)->worker, r);
}

static void port_cancel(void *ctx, enum ask kind)
{
	worker_cancel(((struct browse *)ctx)->worker, kind);
}

static bool port_copy(void *ctx, struct str text)
{
	return term_copy(((struct browse *)ctx)->term, text);
}

static void port_suspend(void *ctx)
{
	term_suspend(((struct browse *)ctx)->term);
}

static void port_repaint(void *ctx)
{
	term_repaint(((struct browse *)ctx)->term);
}

static void port_theme(void *ctx, const struct theme *t)
{
	term_set_theme(((struct browse *)ctx)->term, t);
}

/* What could not be kept must not look as if it were. */
static bool port_save(void *ctx, struct str name, struct str filter, struct err *e)
{
	struct config *c = ((struct browse *)ctx)->config;
	if (c->path.len == 0)
		return err_set(e, ERR_IO, "there is no place for a configuration file; set HOME or XDG_CONFIG_HOME");
	struct str former = STR("");
	for (int k = 0; k < c->saved_count; k++)
		if (str_eq(c->saved[k].name, name))
			former = c->saved[k].text;
	if (!config_put_saved(c, name, filter, e))
		return false;
	if (config_save_filter(c->path.p, name, filter, e))
		return true;
	struct err ignored = {0};
	config_put_saved(c, name, former, &ignored); /* as it was; an empty text takes it away */
	return false;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* Takes all that has come, then draws once: a burst of keys costs one picture. */
static void loop(struct browse *b, struct app *app)
{
	struct surface s = {.ascii = !term_utf8(b->term), .mono = term_mono(b->term)};
	while (!app->quit) {
		if (app->dirty) {
			app_draw(app, &s);
			term_present(b->term, &s);
		}
		if (app_settled(app))
			term_idle(b->term);
		struct pollfd p[] = {
			{.fd = term_fd(b->term), .events = POLLIN},
			{.fd = term_signal_fd(b->term), .events = POLLIN},
			{.fd = worker_fd(b->worker), .events = POLLIN},
		};
		int ready = poll(p, COUNT_OF(p), app_timeout_ms(app));
		if (ready < 0 && errno != EINTR)
			break;
		if (ready == 0)
			app_handle(app, &(struct event){.kind = EVENT_TICK});
		if (p[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			break;                /* the terminal is gone */
		worker_wake_clear(b->worker); /* before taking, or a wake-up is lost */
		struct event ev;
		while (!app->quit && term_read(b->term, &ev))
			app_handle(app, &ev);
		for (struct reply *r; (r = worker_take(b->worker));) {
			ev = (struct event){.kind = EVENT_REPLY, .reply = r};
			app_handle(app, &ev);
		}
	}
	surface_free(&s);
}

/* What the configuration and the command line say about the first screen. */
static void start(struct app *app, const struct browse_options *o)
{
	struct buf notice = {0};
	struct str filter = o->filter.len > 0 ? o->filter : o->config->filter;
	if (filter.len > 0)
		app_set_filter(app, filter);
	config_notice(o->config, false, &notice);
	if (notice.len > 0)
		app_say(app, ROLE_WARNING, "%s", notice.p);
	buf_free(&notice);
}

bool browse_run(const char *path, const struct browse_options *o, struct err *e)
{
	struct browse b = {.config = o->config};
	b.worker = worker_start(path, e);
	if (!b.worker)
		return false;
	const char *no_colour = getenv("NO_COLOR");
	struct term_options to = {
		.mouse = o->config->mouse,
		.colour = !no_colour || !no_colour[0],
		.theme = o->config->theme,
	};
	b.term = term_open(&to, e);
	if (b.term) {
		struct app_port port = {port_ask,     port_cancel, port_copy, port_suspend,
					port_repaint, port_theme,  port_save, &b};
		struct app app;
		struct arena places = {0};
		struct err said = {0};
		int w, h;
		term_size(b.term, &w, &h);
		app_init(&app, &port, o->config, base_name(path), worker_is_snapshot(b.worker), w, h);
		app.history = history_open(history_path(&places), &said);
		start(&app, o);
		if (worker_slow(b.worker))
			app_say(&app, ROLE_WARNING, "%s", worker_slow(b.worker));
		if (said.kind != ERR_NONE)
			app_say(&app, ROLE_WARNING, "%s", said.msg);
		loop(&b, &app);
		history_free(app.history);
		arena_free(&places);
		app_free(&app);
		term_close(b.term);
	}
	worker_stop(b.worker);
	return b.term != NULL;
}
