#include "list_column.h"

#include "codes.h"
#include "config.h"
#include "view.h"

enum { MINUTE_S = 60, HOUR_S = 60 * MINUTE_S, DAY_S = 24 * HOUR_S, RELATIVE_DAYS_MAX = 60 };

/* ---- what stands in them ---- */

/* "3h ago"; false: it is too far away for that, or to come. */
static bool add_relative(int64_t t, int64_t now_s, struct buf *out)
{
	int64_t age_s = t == TIME_NONE || t > now_s ? -1 : now_s - t;
	if (age_s < 0 || age_s >= RELATIVE_DAYS_MAX * (int64_t)DAY_S)
		return false;
	if (age_s < MINUTE_S)
		buf_add(out, STR("now"));
	else if (age_s < HOUR_S)
		buf_printf(out, "%lldm ago", (long long)(age_s / MINUTE_S));
	else if (age_s < DAY_S)
		buf_printf(out, "%lldh ago", (long long)(age_s / HOUR_S));
	else
		buf_printf(out, "%lldd ago", (long long)(age_s / DAY_S));
	return true;
}

static enum role draw_time(const struct list_clock *c, const struct record *r, struct buf *out)
{
	char t[TIME_TEXT];
	enum time_format format = c->config->time_format;
	if (format == TIME_ISO)
		buf_add(out, str_slice(str_of(view_time_long(c->now.zone, r->time, t)), 0, 16)); /* to the minute */
	else if (format != TIME_RELATIVE || !add_relative(r->time, c->now.now_s, out))
		buf_add(out, str_of(view_time(c->now.zone, r->time, c->now.now_s, t)));
	return ROLE_TEXT;
}

static enum role draw_recipient(const struct list_clock *c, const struct record *r, struct buf *out)
{
	(void)c;
	buf_add(out, r->recipient);
	return ROLE_STRONG;
}

static enum role draw_code(const struct list_clock *c, const struct record *r, struct buf *out)
{
	(void)c;
	char e[ECODE_TEXT];
	if (r->basic)
		buf_printf(out, "%3d ", r->basic);
	else
		buf_add(out, STR("    "));
	buf_add(out, str_of(ecode_text(r->enhanced, e)));
	if (!r->basic && !r->enhanced.cls) {
		buf_reset(out);
		buf_add(out, str_of(r->outcome == OUTCOME_DROPPED  ? "Dropped"
				    : r->outcome == OUTCOME_FAILED ? codes_entry(r)->name
								   : outcome_name(r->outcome)));
	}
	return view_role_of(r->outcome, r->enhanced, r->basic);
}

static enum role draw_outcome(const struct list_clock *c, const struct record *r, struct buf *out)
{
	(void)c;
	buf_add(out, str_of(outcome_name(r->outcome)));
	return view_role_of(r->outcome, r->enhanced, r->basic);
}

static enum role draw_title(const struct list_clock *c, const struct record *r, struct buf *out)
{
	(void)c;
	buf_add(out, r->title);
	return ROLE_TEXT;
}

/* The response without the codes at its start, which have a column of their own. */
static struct str behind_codes(const struct record *r)
{
	char code[ECODE_TEXT];
	struct str s = str_trim(r->response), prefix;
	snprintf(code, sizeof code, "%d", r->basic);
	prefix = str_of(code);
	if (r->basic && str_starts(s, prefix) && s.len > prefix.len &&
	    (s.p[prefix.len] == ' ' || s.p[prefix.len] == '-'))
		s = str_trim(str_slice(s, prefix.len + 1, SIZE_MAX));
	prefix = str_of(ecode_text(r->enhanced, code));
	if (prefix.len > 0 && str_starts(s, prefix) && s.len > prefix.len && s.p[prefix.len] == ' ')
		s = str_trim(str_slice(s, prefix.len + 1, SIZE_MAX));
	return s;
}

static enum role draw_response(const struct list_clock *c, const struct record *r, struct buf *out)
{
	(void)c;
	buf_add(out, behind_codes(r));
	return ROLE_DIM;
}

static enum role draw_sender(const struct list_clock *c, const struct record *r, struct buf *out)
{
	(void)c;
	buf_add(out, r->sender);
	return ROLE_TEXT;
}

static enum role draw_mx(const struct list_clock *c, const struct record *r, struct buf *out)
{
	(void)c;
	buf_add(out, r->remote_mta);
	return ROLE_DIM;
}

static enum role draw_attempts(const struct list_clock *c, const struct record *r, struct buf *out)
{
	(void)c;
	if (r->attempts > 0)
		buf_printf(out, "%5d", r->attempts);
	return ROLE_TEXT;
}

/* ---- which, and how wide ---- */

const struct list_column list_columns[COLUMN_COUNT] = {
	[COLUMN_TIME] = {"time", "Time", "when its outcome became known", true, 12, 12, 1, draw_time},
	[COLUMN_RECIPIENT] = {"recipient", "Recipient", "the address it was for", true, 18, 36, 0, draw_recipient},
	[COLUMN_CODE] = {"code", "Code", "basic and enhanced", true, 11, 11, 2, draw_code},
	[COLUMN_OUTCOME] = {"outcome", "Outcome", "failed, dropped, …", true, 9, 9, 5, draw_outcome},
	[COLUMN_TITLE] = {"title", "Title", "the email's own Subject header", true, 34, 40, 4, draw_title},
	[COLUMN_RESPONSE] = {"response", "Response", "what the remote server answered", true, 16, 400, 3,
			     draw_response},
	[COLUMN_SENDER] = {"sender", "Sender", "the address it came from", false, 20, 36, 6, draw_sender},
	[COLUMN_MX] = {"mx", "MX", "the remote MTA", false, 20, 40, 7, draw_mx},
	[COLUMN_ATTEMPTS] = {"attempts", "Tries", "how often it was tried", false, 5, 5, 8, draw_attempts},
};

enum { ISO_TIME_W = 16 };

/* The configuration's columns, or the usual ones. */
static void choose(const struct config *c, struct list_columns *out)
{
	*out = (struct list_columns){0};
	for (int i = 0; i < c->column_count; i++)
		out->places[out->count++].column = &list_columns[c->columns[i]];
	for (int i = 0; i < COLUMN_COUNT && c->column_count == 0; i++)
		if (list_columns[i].usual)
			out->places[out->count++].column = &list_columns[i];
}

static int least(const struct config *c, const struct list_column *col)
{
	return col == &list_columns[COLUMN_TIME] && c->time_format == TIME_ISO ? ISO_TIME_W : col->min;
}

/* The most important ones get what they need, until one does not fit. Returns what is left of the room. */
static int give_least(const struct config *c, int room, struct list_columns *set)
{
	int left = room + COLUMN_GAP;
	bool fits = true;
	for (int rank = 0; rank < COLUMN_COUNT && fits; rank++)
		for (int i = 0; i < set->count; i++) {
			struct list_place *p = &set->places[i];
			int need = least(c, p->column) + COLUMN_GAP;
			if (p->column->rank != rank)
				continue;
			fits = need <= left;
			p->width = fits ? need - COLUMN_GAP : 0;
			left -= fits ? need : 0;
		}
	return left;
}

/* What is left over goes to those that may grow, the most important one first. */
static void give_more(int left, struct list_columns *set)
{
	for (int rank = 0; rank < COLUMN_COUNT && left > 0; rank++)
		for (int i = 0; i < set->count; i++) {
			struct list_place *p = &set->places[i];
			int more = p->column->max - p->width;
			if (p->column->rank != rank || p->width == 0 || more <= 0)
				continue;
			more = more < left ? more : left;
			p->width += more;
			left -= more;
		}
}

void list_columns_fit(const struct config *c, int room, struct list_columns *out)
{
	choose(c, out);
	give_more(give_least(c, room, out), out);
	int shown = 0;
	for (int i = 0; i < out->count; i++)
		if (out->places[i].width > 0)
			out->places[shown++] = out->places[i];
	out->count = shown;
}

void list_column_words(struct arg_words *out)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		arg_add(out, list_columns[i].name, list_columns[i].help, list_columns[i].usual);
}
