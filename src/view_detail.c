#include "view.h"

#include "codes.h"
#include "flow.h"

#include <string.h>

/* The record under the cursor with all that is known of it: at first just its row, the rest when the answer is there. */
static const struct detail *detail_of(const struct app *app, struct detail *from_row)
{
	const struct record *r = app_record(app);
	if (!r)
		return NULL;
	const struct reply *known = app->last[ASK_DETAIL];
	if (known && known->detail.record.id == r->id)
		return &known->detail;
	*from_row = (struct detail){.record = *r};
	return from_row;
}

static void explain(const struct record *r, struct explanation *x)
{
	codes_explain(r, x);
}

/* "550 5.1.1", "5.1.1", "550", "Dropped", "No answer" or "No code". */
static void code_text(const struct record *r, struct buf *out)
{
	char e[ECODE_TEXT];
	if (r->basic)
		buf_printf(out, "%d", r->basic);
	if (r->enhanced.cls)
		buf_printf(out, "%s%s", r->basic ? " " : "", ecode_text(r->enhanced, e));
	if (out->len == 0)
		buf_add(out, str_of(r->outcome == OUTCOME_DROPPED  ? "Dropped"
				    : r->outcome == OUTCOME_FAILED ? codes_entry(r)->name
								   : outcome_name(r->outcome)));
}

/* Drawing happens at every key: a response of megabytes must not make it slow. */
enum { RESPONSE_SHOWN_MAX = 32 * 1024 };

static struct str shown_response(const struct record *r)
{
	return str_slice(r->response, 0, RESPONSE_SHOWN_MAX);
}

/* ---- parts ---- */

static void title_draw(struct flow *f, const struct record *r, const struct explanation *x)
{
	struct buf b = {0};
	code_text(r, &b);
	int y = flow_y(f);
	if (y >= 0) {
		enum role role = view_role_of(r->outcome, r->enhanced, r->basic);
		int end = surface_text_right(f->s, f->r.x + f->r.w, y, f->r.w / 2, role, str_of(x->lasting));
		int at = f->r.x + surface_text(f->s, f->r.x, y, f->r.w / 2, role, buf_str(&b)) + 2;
		if (!str_eq(str_of(x->entry->name), buf_str(&b)))
			surface_text(f->s, at, y, end - at - 2, x->provider ? ROLE_DIM : ROLE_STRONG,
				     str_of(x->entry->name));
	}
	f->line++;
	buf_free(&b);
}

/* Where a provider uses a code in its own way, that is what happened; the registered meaning follows with the codes. */
static void meaning_draw(struct flow *f, const struct explanation *x)
{
	struct buf b = {0};
	if (x->provider)
		buf_printf(&b, "%s: %s", x->provider->provider, x->provider->meaning);
	flow_text(f, 0, ROLE_TEXT, x->provider ? buf_str(&b) : str_of(x->entry->meaning), NULL, 0);
	buf_free(&b);
}

/* A drop is explained by the failure behind it. */
static const char *customer_sentence(const struct detail *d)
{
	struct explanation x;
	explain(d->cause.id ? &d->cause : &d->record, &x);
	return x.customer;
}

/* A temporary cause makes one wait for what will not come: the retries of a failed email are over. */
static void given_up_draw(struct flow *f, const struct explanation *x)
{
	if (x->ended)
		flow_field(f, "Given up", ROLE_STRONG, str_of(x->ended->meaning));
}

static void warning_draw(struct flow *f, const struct record *r, const struct status *st, const struct explanation *x)
{
	struct buf b = {0};
	status_warning(r->enhanced, r->basic, st, x, &b);
	flow_field(f, "Beware", ROLE_WARNING, buf_str(&b));
	buf_free(&b);
}

/* The side of a drop is that of the failure behind it; one that was not the address's fault leaves a good address held back. */
static void sides_draw(struct flow *f, const struct detail *d, const struct explanation *x)
{
	struct buf b = {0};
	struct explanation behind = *x;
	if (d->cause.id)
		explain(&d->cause, &behind);
	bool good = d->cause.id && (behind.side == SIDE_SENDER || behind.side == SIDE_WAIT);
	buf_add(&b, str_of(behind.side_name));
	if (good)
		buf_add(&b, STR(": the address itself is good"));
	else if (behind.side_why[0])
		buf_printf(&b, ": %s", behind.side_why);
	flow_field(f, "Whose side", ROLE_STRONG, buf_str(&b));
	buf_free(&b);
	flow_field(f, "What to do", ROLE_TEXT,
		   good ? STR("Do what the failure behind it asks for. Then take the address off the suppression list "
			      "and send again: nothing is wrong with it.")
			: str_of(x->todo));
}

/* What happened, in the fewest words. */
static const char *name_of(const struct explanation *x)
{
	return x->provider ? x->provider->meaning : x->entry->name;
}

static void codes_draw(struct flow *f, const struct record *r, const struct explanation *x)
{
	struct buf b = {0};
	if (x->basic && x->basic != x->entry) {
		char label[16];
		snprintf(label, sizeof label, "%d", r->basic);
		buf_printf(&b, "%s. %s", x->basic->name, x->basic->meaning);
		flow_field(f, label, ROLE_TEXT, buf_str(&b));
		buf_reset(&b);
	}
	if (x->cls)
		buf_printf(&b, "Class %s: %s. ", x->cls->code, x->cls->name);
	if (x->subject)
		buf_printf(&b, "Subject %s: %s. ", x->subject->code, x->subject->name);
	/* Many use the code otherwise all the same: no reason to warn. */
	const struct code_entry *exact = codes_enhanced(r->enhanced);
	if (exact && codes_useful_as(exact)[0])
		buf_printf(&b, "Useful only as %s, says the registry. ", codes_useful_as(exact));
	buf_printf(&b, "%s.", x->rfc);
	flow_field(f, "Code", ROLE_DIM, buf_str(&b));
	buf_free(&b);
}

static void response_draw(struct flow *f, const struct record *r, const struct status *st)
{
	if (r->response.len == 0)
		return;
	int y = flow_y(f);
	if (y >= 0)
		surface_text(f->s, f->r.x, y, FLOW_LABEL_W - 1, ROLE_DIM, STR("Response"));
	const struct span spans[] = {st->basic_at, st->enhanced_at};
	flow_text(f, FLOW_LABEL_W, ROLE_TEXT, shown_response(r), spans, (int)COUNT_OF(spans));
	if (r->response.len > RESPONSE_SHOWN_MAX) {
		char n[NUMBER_TEXT];
		struct buf b = {0};
		buf_printf(&b, "cut here; an export has all %s bytes", view_number((int64_t)r->response.len, n));
		flow_field(f, "", ROLE_WARNING, buf_str(&b));
		buf_free(&b);
	}
}

static void cause_draw(struct flow *f, const struct detail *d)
{
	char t[TIME_TEXT];
	struct buf b = {0};
	if (d->cause.id) {
		struct explanation x;
		explain(&d->cause, &x);
		buf_printf(&b, "%s  ", view_time_long(f->zone, d->cause.time, t));
		struct buf code = {0};
		code_text(&d->cause, &code);
		buf_printf(&b, "%s  %s", code.p, name_of(&x));
		buf_free(&code);
		flow_field(f, "Because of", ROLE_STRONG, buf_str(&b));
		flow_field(f, "", ROLE_TEXT, d->cause.response);
		if (!d->cause_named)
			flow_field(f, "", ROLE_DIM,
				   STR("The drop itself names none; this is the address's last failure before it."));
	} else if (codes_failed_before(&d->record)) {
		flow_field(f, "Because of", ROLE_TEXT, STR("an earlier permanent failure that is not recorded here"));
	}
	buf_reset(&b);
	if (d->suppressed > 0) {
		char n[NUMBER_TEXT];
		buf_printf(&b, "%s later %s to this address dropped because of this one", view_number(d->suppressed, n),
			   d->suppressed == 1 ? "email" : "emails");
		flow_field(f, "Led to", ROLE_DROPPED, buf_str(&b));
	}
	buf_free(&b);
}

/* The newest of the other emails that did arrive: the address worked then. */
static void arrived_draw(struct flow *f, const struct detail *d)
{
	int i = 0;
	while (i < d->history_count && d->history[i].outcome != OUTCOME_DELIVERED &&
	       d->history[i].outcome != OUTCOME_OPENED)
		i++;
	if (i == d->history_count)
		return;
	char t[TIME_TEXT];
	struct buf b = {0};
	buf_printf(&b, "%s  ", view_time_long(f->zone, d->history[i].time, t));
	buf_add(&b, d->history[i].title);
	flow_field(f, "Last arrived", ROLE_SUCCESS, buf_str(&b));
	buf_free(&b);
}

/* "mail.log:17", or "" */
static void source_text(const struct record *r, struct buf *out)
{
	buf_add(out, r->source_file);
	if (r->source_file.len > 0 && r->source_line > 0)
		buf_printf(out, ":%lld", (long long)r->source_line);
}

static void email_draw(struct flow *f, const struct record *r)
{
	char t[TIME_TEXT], zone[ZONE_TEXT];
	struct buf b = {0};
	flow_heading(f, "Email");
	flow_field(f, "Recipient", ROLE_STRONG, r->recipient);
	flow_field(f, "Sender", ROLE_TEXT, r->sender);
	flow_field(f, "Title", ROLE_TEXT, r->title);
	if (r->queued_at != TIME_NONE) {
		buf_printf(&b, "%s %s", view_time_long(f->zone, r->queued_at, t),
			   zone_name(f->zone, r->queued_at, zone));
		flow_field(f, "Queued", ROLE_TEXT, buf_str(&b));
		buf_reset(&b);
	}
	buf_printf(&b, "%s %s", view_time_long(f->zone, r->time, t), zone_name(f->zone, r->time, zone));
	char outcome[16];
	snprintf(outcome, sizeof outcome, "%s", outcome_name(r->outcome));
	outcome[0] = (char)(outcome[0] - 'a' + 'A');
	flow_field(f, outcome, ROLE_TEXT, buf_str(&b));
	buf_reset(&b);
	flow_field(f, "Remote MTA", ROLE_TEXT, r->remote_mta);
	flow_field(f, "Stage", ROLE_TEXT, str_of(stage_name(r->stage)));
	flow_field(f, "Message-ID", ROLE_TEXT, r->message_id);
	flow_field(f, "Queue id", ROLE_TEXT, r->queue_id);
	source_text(r, &b);
	flow_field(f, "Source", ROLE_DIM, buf_str(&b));
	buf_free(&b);
}

/* A line of the attempts or of the address's history: time, outcome, code, words. */
static void event_draw(struct flow *f, const struct record *r, struct str words)
{
	int y = flow_y(f);
	f->line++;
	if (y < 0)
		return;
	char t[TIME_TEXT];
	struct buf b = {0};
	enum role role = view_role_of(r->outcome, r->enhanced, r->basic);
	int x = f->r.x, end = f->r.x + f->r.w;
	x += surface_text(f->s, x, y, end - x, ROLE_TEXT, str_of(view_time_long(f->zone, r->time, t))) + 2;
	surface_text(f->s, x, y, end - x, role, str_of(outcome_name(r->outcome)));
	x += 11;
	if (r->basic || r->enhanced.cls)
		code_text(r, &b);
	surface_text(f->s, x, y, end - x, role, buf_str(&b));
	x += 12;
	surface_text(f->s, x, y, end - x, ROLE_DIM, words);
	buf_free(&b);
}

static void attempts_draw(struct flow *f, const struct detail *d)
{
	if (d->attempt_count == 0)
		return;
	char title[64];
	snprintf(title, sizeof title, d->attempt_count == 1 ? "Attempts: %d" : "Attempts: %d, oldest first",
		 d->attempt_count);
	flow_heading(f, title);
	for (int i = 0; i < d->attempt_count; i++) {
		const struct attempt *a = &d->attempts[i];
		struct record r = {.time = a->time, .outcome = a->outcome, .enhanced = a->enhanced, .basic = a->basic};
		event_draw(f, &r, a->response);
	}
}

static void sources_draw(struct flow *f, const struct detail *d)
{
	if (d->source_count == 0)
		return;
	char title[64];
	snprintf(title, sizeof title, "Told by %d sources", d->source_count);
	flow_heading(f, title);
	for (int i = 0; i < d->source_count; i++) {
		struct buf b = {0};
		source_text(&d->sources[i], &b);
		event_draw(f, &d->sources[i], buf_str(&b));
		buf_free(&b);
	}
}

static void history_draw(struct flow *f, const struct detail *d)
{
	if (d->history_total == 0)
		return;
	char title[96], n[NUMBER_TEXT];
	snprintf(title, sizeof title, "Other email to this address: %s%s", view_number(d->history_total, n),
		 d->history_total > d->history_count ? ", the newest of them" : ", newest first");
	flow_heading(f, title);
	for (int i = 0; i < d->history_count; i++)
		event_draw(f, &d->history[i], d->history[i].title);
}

/* ---- the pane ---- */

static void body_draw(struct flow *f, const struct detail *d)
{
	const struct record *r = &d->record;
	struct explanation x;
	struct status st;
	explain(r, &x);
	status_read_stored(shown_response(r), r->outcome, r->enhanced, r->basic, &st);

	title_draw(f, r, &x);
	meaning_draw(f, &x);
	cause_draw(f, d);
	arrived_draw(f, d);
	given_up_draw(f, &x);
	warning_draw(f, r, &st, &x);
	sides_draw(f, d, &x);
	response_draw(f, r, &st);
	flow_field(f, "Tell them", ROLE_TEXT, str_of(customer_sentence(d)));
	if (x.provider)
		flow_field(f, "Registered as", ROLE_TEXT, str_of(x.entry->meaning));
	flow_field(f, "More", ROLE_TEXT, str_of(x.entry->info));
	codes_draw(f, r, &x);
	email_draw(f, r);
	attempts_draw(f, d);
	sources_draw(f, d);
	history_draw(f, d);
}

void view_detail_draw(struct app *app, struct surface *s, struct rect r)
{
	struct detail_view *v = &app->detail;
	struct detail row;
	const struct detail *d = detail_of(app, &row);
	bool focus = app->focus == PANE_DETAIL;

	struct buf right = {0};
	if (app->detail.zoomed && view_list_rank(app) >= 0) {
		char a[NUMBER_TEXT], b[NUMBER_TEXT];
		buf_printf(&right, "%s of %s", view_number(view_list_rank(app) + 1, a),
			   view_number(app->list.total, b));
	}
	surface_frame(s, r, focus, d ? d->record.recipient : STR("Detail"), buf_str(&right));
	buf_free(&right);
	if (app->layout.list.w && app->layout.list.x == r.x) { /* shares the list's bottom line */
		surface_glyph(s, r.x, r.y, focus ? ROLE_BORDER_FOCUS : ROLE_BORDER, GLYPH_TEE_LEFT);
		surface_glyph(s, r.x + r.w - 1, r.y, focus ? ROLE_BORDER_FOCUS : ROLE_BORDER, GLYPH_TEE_RIGHT);
	}
	v->height = r.h - 2;
	if (!d)
		return;
	if (v->id != d->record.id) {
		v->id = d->record.id;
		v->top = 0;
	}
	struct rect inner = {r.x + 2, r.y + 1, r.w - 4, r.h - 2};
	struct flow f = {.s = s, .r = inner, .top = v->top, .zone = app->zone};
	struct rect former = surface_clip(s, inner);
	body_draw(&f, d);
	v->lines = f.line;
	if (v->top > 0 && v->top > v->lines - v->height) { /* scrolled too far: once more, at the end */
		v->top = v->lines > v->height ? v->lines - v->height : 0;
		surface_fill(s, inner, ROLE_TEXT);
		f = (struct flow){.s = s, .r = inner, .top = v->top, .zone = app->zone};
		body_draw(&f, d);
	}
	surface_unclip(s, former);
	view_more(s, r, v->top > 0, v->lines - v->top > v->height);
}

void view_detail_scroll(struct app *app, int rows)
{
	struct detail_view *v = &app->detail;
	int most = v->lines > v->height ? v->lines - v->height : 0;
	v->top += rows;
	if (v->top > most)
		v->top = most;
	if (v->top < 0)
		v->top = 0;
}

void view_detail_gist(const struct app *app, bool ascii, struct buf *out)
{
	struct detail row;
	struct explanation x;
	const struct detail *d = detail_of(app, &row);
	if (!d)
		return;
	if (d->cause.id) {
		struct buf code = {0};
		code_text(&d->cause, &code);
		explain(&d->cause, &x);
		buf_printf(out, "Dropped after %s %s", code.p, name_of(&x));
		buf_free(&code);
	} else {
		explain(&d->record, &x);
		buf_add(out, str_of(name_of(&x)));
	}
	buf_printf(out, " %s %s", ascii ? "-" : "·", x.side_name);
}

/* ---- copying ---- */

/* … of an email, as its addressee should hear it. */
static const char *what_became(enum outcome o)
{
	static const char *const words[OUTCOME_COUNT] = {
		[OUTCOME_QUEUED] = "has not been handed over yet",
		[OUTCOME_DEFERRED] = "has not arrived yet",
		[OUTCOME_DELIVERED] = "was accepted by your mail server",
		[OUTCOME_OPENED] = "has arrived and was opened",
		[OUTCOME_FAILED] = "did not arrive",
		[OUTCOME_DROPPED] = "did not arrive",
	};
	return words[o];
}

void view_detail_sentence(const struct app *app, struct buf *out)
{
	struct detail row;
	const struct detail *d = detail_of(app, &row);
	if (!d)
		return;
	struct civil c = civil_in(app->zone, d->record.time);
	buf_add(out, STR("Our email "));
	if (d->record.title.len > 0) {
		buf_add(out, STR("\""));
		buf_add(out, d->record.title);
		buf_add(out, STR("\" "));
	}
	buf_add(out, STR("to "));
	buf_add(out, d->record.recipient);
	buf_printf(out, " on %d %s %lld %s. %s", c.day, month_name(c.month), (long long)c.year,
		   what_became(d->record.outcome), customer_sentence(d));
}

void view_detail_facts(const struct app *app, struct buf *out)
{
	struct detail row;
	const struct detail *d = detail_of(app, &row);
	if (!d)
		return;
	char t[TIME_TEXT], zone[ZONE_TEXT];
	buf_printf(out, "%s %s  ", view_time_long(app->zone, d->record.time, t),
		   zone_name(app->zone, d->record.time, zone));
	buf_add(out, d->record.recipient);
	struct buf code = {0};
	code_text(&d->record, &code);
	buf_printf(out, "  %s  ", code.p);
	buf_free(&code);
	buf_add(out, d->record.response);
}

/* Whether the screen has more than ASCII is not known here: what fits must fit in both forms. */
static int widest(struct str s)
{
	int w = text_width(s, false), ascii = text_width(s, true);
	return w > ascii ? w : ascii;
}

void view_detail_which(const struct app *app, int columns, struct buf *out)
{
	struct detail row;
	const struct detail *d = detail_of(app, &row);
	if (!d)
		return;
	const struct record *why = d->cause.id ? &d->cause : &d->record;
	struct explanation x;
	struct buf code = {0};
	char day[DATE_TEXT];
	explain(why, &x);
	code_text(why, &code); /* the registered name says another thing than a provider means */
	const struct str parts[] = {d->record.recipient, x.provider ? buf_str(&code) : str_of(x.entry->name),
				    str_of(view_date(app->zone, d->record.time, day))};
	int left = columns - widest(buf_str(out));
	const char *before = ": ";
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		int need = 2 + widest(parts[i]);
		if (parts[i].len == 0 || need > left)
			continue;
		buf_add(out, str_of(before));
		buf_add(out, parts[i]);
		before = ", ";
		left -= need;
	}
	buf_free(&code);
}
