/* Completion in the filter line: keys, the values of those that have a fixed set, codes, and the domains that are known. */
#include "app.h"

#include "view.h"

/* The word before the cursor: [-][key:]value */
struct word {
	size_t from;       /* where the key or bare value begins */
	size_t value_from; /* behind the colon, or `from` */
	int key;           /* -1: none, or not a known one */
	struct str value;  /* up to the cursor */
};

static struct word word_of(const struct app *app)
{
	struct str line = str_slice(buf_str(&app->filter_edit.text), 0, app->filter_edit.at);
	size_t from = 0;
	bool quoted = false;
	for (size_t i = 0; i < line.len; i++) {
		quoted = line.p[i] == '"' ? !quoted : quoted;
		if (line.p[i] == ' ' && !quoted)
			from = i + 1;
	}
	if (from < line.len && line.p[from] == '-')
		from++;
	struct word w = {.from = from, .value_from = from, .key = -1};
	size_t colon = str_find(line, STR(":"), from);
	for (int k = 0; k < FILTER_KEY_COUNT && colon != SIZE_MAX; k++) {
		if (str_eq_nocase(str_slice(line, from, colon - from), str_of(filter_keys[k].name))) {
			w.key = k;
			w.value_from = colon + 1;
		}
	}
	w.value = str_slice(line, w.value_from, SIZE_MAX);
	return w;
}

/* ---- candidates ---- */

static void offer(struct menu *m, struct str typed, const char *text, const char *note)
{
	if (str_starts_nocase(str_of(text), typed))
		menu_add(m, 0, str_of(text), str_of(note), false);
}

static void offer_keys(struct menu *m, struct str typed)
{
	for (int k = 0; k < FILTER_KEY_COUNT; k++) {
		char name[32];
		snprintf(name, sizeof name, "%s:", filter_keys[k].name);
		offer(m, typed, name, filter_keys[k].help);
	}
}

static void offer_values(struct menu *m, struct str typed, const struct arg *arg)
{
	struct arena a = {0};
	struct arg_words w = arg_words_of(arg, &a);
	for (size_t i = 0; i < w.count; i++)
		offer(m, typed, w.items[i].text, w.items[i].help);
	arena_free(&a);
}

/* What stands behind the @ of an address, or behind domain:. False: the word is about no domain. */
static bool domain_typed(const struct word *w, struct str *out)
{
	size_t at = str_find(w->value, STR("@"), 0);
	if (w->key == FILTER_DOMAIN)
		*out = w->value;
	else if ((w->key == FILTER_TO || w->key == -1) && at != SIZE_MAX)
		*out = str_slice(w->value, at + 1, SIZE_MAX);
	else
		return false;
	return true;
}

static void offer_all(struct app *app, const struct word *w, struct menu *m)
{
	struct str domain;
	if (domain_typed(w, &domain)) {
		struct request r = {.ask = ASK_DOMAINS, .prefix = domain};
		app_ask(app, &r);
		return;
	}
	if (w->key >= 0) {
		offer_values(m, w->value, filter_keys[w->key].takes);
		return;
	}
	offer_keys(m, w->value);
	if (w->value.len > 0 && w->value.p[0] >= '2' && w->value.p[0] <= '5')
		offer_values(m, w->value, &filter_codes); /* a bare word may be a code */
}

/* ---- putting in ---- */

/* The typed part of the word becomes `text`; behind a whole value at the end of the line the next word begins. */
static void replace(struct app *app, size_t typed, struct str text, bool whole)
{
	struct edit *e = &app->filter_edit;
	bool at_end = e->at == e->text.len;
	edit_replace(e, typed, text);
	if (whole && at_end && text.len > 0 && text.p[text.len - 1] != ':')
		edit_paste(e, STR(" "));
	app_filter_typed(app);
}

static size_t typed_of(const struct word *w)
{
	struct str domain;
	return domain_typed(w, &domain) ? domain.len : w->value.len;
}

void app_complete_close(struct app *app)
{
	menu_clear(&app->complete);
}

bool app_complete_take(struct app *app)
{
	struct menu *m = &app->complete;
	if (m->count == 0 || m->index < 0)
		return false;
	struct word w = word_of(app);
	struct buf text = {0};
	buf_add(&text, m->items[m->index].label);
	app_complete_close(app);
	replace(app, typed_of(&w), buf_str(&text), true);
	buf_free(&text);
	return true;
}

static size_t common(struct str a, struct str b)
{
	size_t n = 0;
	while (n < a.len && n < b.len && (a.p[n] | 0x20) == (b.p[n] | 0x20))
		n++;
	return n;
}

/* One candidate goes in at once; several as far as they agree, and are listed. */
static void use_offers(struct app *app, const struct word *w)
{
	struct menu *m = &app->complete;
	if (m->count == 0) {
		app_say(app, ROLE_DIM, "Nothing known completes this.");
		return;
	}
	if (m->count == 1) {
		m->index = 0;
		app_complete_take(app);
		return;
	}
	struct str first = m->items[0].label;
	size_t agreed = first.len;
	for (int i = 1; i < m->count; i++) {
		size_t n = common(first, m->items[i].label);
		agreed = n < agreed ? n : agreed;
	}
	while (agreed > 0 && agreed < first.len && ((unsigned char)first.p[agreed] & 0xC0) == 0x80)
		agreed--; /* not through the middle of a character */
	if (agreed > typed_of(w))
		replace(app, typed_of(w), str_slice(first, 0, agreed), false);
	snprintf(m->title, sizeof m->title, "%s", w->key < 0 ? "Filter" : filter_keys[w->key].name);
}

void app_complete(struct app *app, bool backwards)
{
	struct menu *m = &app->complete;
	if (m->count > 0) {
		m->index = (m->index + (backwards ? m->count - 1 : 1)) % m->count;
		return;
	}
	struct word w = word_of(app);
	struct str domain;
	app_complete_close(app);
	offer_all(app, &w, m);
	if (!domain_typed(&w, &domain))
		use_offers(app, &w);
}

void app_complete_domains(struct app *app, const struct reply *r)
{
	struct word w = word_of(app);
	struct str domain;
	if (app->mode != MODE_FILTER || !domain_typed(&w, &domain) || !str_eq_nocase(domain, r->prefix))
		return; /* typed on meanwhile */
	app_complete_close(app);
	for (int i = 0; i < r->domain_count; i++)
		if (text_find_bad(r->domains[i]) == SIZE_MAX && str_find(r->domains[i], STR(" "), 0) == SIZE_MAX)
			menu_add(&app->complete, 0, r->domains[i], STR(""), false);
	use_offers(app, &w);
}
