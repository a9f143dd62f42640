#include "export_format.h"

#include "codes.h"
#include "text.h"

#include <string.h>

/* ---- columns ---- */

static void add_int(struct buf *out, int64_t n)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (n < 0)
		digits[--at] = '-';
	buf_add(out, (struct str){digits + at, sizeof digits - at});
}

/* Empty for 0: there is none. */
static void add_number(struct buf *out, int64_t n)
{
	if (n != 0)
		add_int(out, n);
}

static void two_digits(char *at, int n)
{
	at[0] = (char)('0' + n / 10 % 10);
	at[1] = (char)('0' + n % 10);
}

/* ISO 8601 in UTC; a printf for every row would take longer than reading it. */
static void add_time(struct buf *out, int64_t t)
{
	if (t == TIME_NONE)
		return;
	const struct civil c = civil_of(t);
	if (c.year < 0 || c.year > 9999) { /* no database holds such a time */
		buf_printf(out, "%lld-%02d-%02dT%02d:%02d:%02dZ", (long long)c.year, c.month, c.day, c.hour, c.minute,
			   c.second);
		return;
	}
	char text[] = "0000-00-00T00:00:00Z";
	two_digits(text, (int)c.year / 100);
	two_digits(text + 2, (int)c.year);
	two_digits(text + 5, c.month);
	two_digits(text + 8, c.day);
	two_digits(text + 11, c.hour);
	two_digits(text + 14, c.minute);
	two_digits(text + 17, c.second);
	buf_add(out, STR(text));
}

static void value_id(const struct record *r, struct buf *out)
{
	add_int(out, r->id);
}

static void value_time(const struct record *r, struct buf *out)
{
	add_time(out, r->time);
}

static void value_queued_at(const struct record *r, struct buf *out)
{
	add_time(out, r->queued_at);
}

static struct str text_recipient(const struct record *r)
{
	return r->recipient;
}

static struct str text_domain(const struct record *r)
{
	return filter_domain(r->recipient);
}

static struct str text_sender(const struct record *r)
{
	return r->sender;
}

static struct str text_title(const struct record *r)
{
	return r->title;
}

static struct str text_outcome(const struct record *r)
{
	return str_of(outcome_name(r->outcome));
}

static void value_enhanced_code(const struct record *r, struct buf *out)
{
	char e[ECODE_TEXT];
	buf_add(out, str_of(ecode_text(r->enhanced, e)));
}

static void value_basic_code(const struct record *r, struct buf *out)
{
	add_number(out, r->basic);
}

static struct str text_meaning(const struct record *r)
{
	return str_of(codes_entry(r)->name);
}

static struct str text_side(const struct record *r)
{
	struct explanation x;
	codes_explain(r, &x);
	return str_of(x.side_name);
}

static struct str text_response(const struct record *r)
{
	return r->response;
}

static struct str text_remote_mta(const struct record *r)
{
	return r->remote_mta;
}

static struct str text_stage(const struct record *r)
{
	return str_of(stage_name(r->stage));
}

static void value_attempts(const struct record *r, struct buf *out)
{
	add_int(out, r->attempts);
}

static void value_caused_by(const struct record *r, struct buf *out)
{
	add_number(out, r->caused_by);
}

static struct str text_message_id(const struct record *r)
{
	return r->message_id;
}

static struct str text_queue_id(const struct record *r)
{
	return r->queue_id;
}

static struct str text_source_file(const struct record *r)
{
	return r->source_file;
}

static void value_source_line(const struct record *r, struct buf *out)
{
	add_number(out, r->source_line);
}

const struct export_column export_columns[] = {
	{"time", "When the outcome became known, ISO 8601 in UTC.", NULL, value_time, 0, COLUMN_DEFAULT},
	{"recipient", "The recipient's address.", text_recipient, NULL, READ_RECIPIENT, COLUMN_DEFAULT},
	{"outcome", "failed, dropped, …", text_outcome, NULL, 0, COLUMN_DEFAULT},
	{"enhanced_code", "Enhanced code, RFC 3463.", NULL, value_enhanced_code, 0, COLUMN_DEFAULT},
	{"basic_code", "Basic code, RFC 5321.", NULL, value_basic_code, 0, COLUMN_NUMBER | COLUMN_DEFAULT},
	{"meaning", "The code's name.", text_meaning, NULL, READ_RESPONSE | READ_REST, COLUMN_DEFAULT},
	{"side", "Whose side it is on.", text_side, NULL, READ_RESPONSE | READ_REMOTE_MTA | READ_REST, COLUMN_DEFAULT},
	{"response", "What the remote server answered.", text_response, NULL, READ_RESPONSE, COLUMN_DEFAULT},
	{"sender", "The sender's address.", text_sender, NULL, READ_SENDER, COLUMN_DEFAULT},
	{"title", "The email's own Subject header.", text_title, NULL, READ_TITLE, COLUMN_DEFAULT},
	{"message_id", "Message-ID.", text_message_id, NULL, READ_MESSAGE_ID, COLUMN_DEFAULT},
	{"id", "The record's number.", NULL, value_id, 0, COLUMN_NUMBER},
	{"domain", "The recipient's domain.", text_domain, NULL, READ_RECIPIENT, 0},
	{"queued_at", "When we took the email, ISO 8601 in UTC.", NULL, value_queued_at, READ_REST, 0},
	{"queue_id", "Queue id.", text_queue_id, NULL, READ_QUEUE_ID, 0},
	{"remote_mta", "The server that answered.", text_remote_mta, NULL, READ_REMOTE_MTA, 0},
	{"stage", "Where in the SMTP dialogue it answered.", text_stage, NULL, READ_REST, 0},
	{"attempts", "How often delivery was tried.", NULL, value_attempts, READ_REST, COLUMN_NUMBER},
	{"caused_by", "Of a drop: the number of the failure that caused it.", NULL, value_caused_by, READ_REST,
	 COLUMN_NUMBER},
	{"source_file", "The file that tells of it; makes one row a source.", text_source_file, NULL, READ_REST,
	 COLUMN_PER_SOURCE},
	{"source_line", "The line in that file; makes one row a source.", NULL, value_source_line, READ_REST,
	 COLUMN_NUMBER | COLUMN_PER_SOURCE},
};
const size_t export_column_count = COUNT_OF(export_columns);

static bool unknown_column(struct str name, size_t place, struct err *e)
{
	char hint[80] = "";
	struct guess g = {.word = name};
	for (size_t i = 0; i < export_column_count; i++)
		guess_offer(&g, export_columns[i].name);
	if (g.nearest)
		snprintf(hint, sizeof hint, "; did you mean %s?", g.nearest);
	err_set(e, ERR_USAGE, "there is no column \"%.*s\" (character %zu of the list)%s",
		(int)(name.len < 60 ? name.len : 60), name.p, place, hint);
	e->column = place;
	return false;
}

bool export_columns_of(struct str list, struct export_options *o, struct err *e)
{
	struct str rest = list, name;
	o->column_count = 0;
	while (str_next(&rest, ',', &name)) {
		size_t column = (size_t)(name.p - list.p) + 1, i = 0;
		name = str_trim(name);
		while (i < export_column_count && !str_eq_nocase(name, str_of(export_columns[i].name)))
			i++;
		if (i == export_column_count)
			return unknown_column(name, column, e);
		if (o->column_count == EXPORT_COLUMNS_MAX) {
			err_set(e, ERR_USAGE, "there are more than %d columns", EXPORT_COLUMNS_MAX);
			e->column = column;
			return false;
		}
		o->columns[o->column_count++] = (int)i;
	}
	return true;
}

/* ---- formats ---- */

const struct export_format_info export_formats[EXPORT_FORMAT_COUNT] = {
	[EXPORT_CSV] = {"csv", ".csv", "Comma-separated values, RFC 4180."},
	[EXPORT_TSV] = {"tsv", ".tsv", "Tab-separated values; \\t, \\n, \\r and \\\\ stand for those characters."},
	[EXPORT_JSONL] = {"jsonl", ".jsonl", "JSON, one object a line; bytes that are no UTF-8 become U+FFFD."},
};

bool export_format_of(struct str name, enum export_format *out)
{
	for (int i = 0; i < EXPORT_FORMAT_COUNT; i++) {
		if (str_eq_nocase(name, str_of(export_formats[i].name))) {
			*out = (enum export_format)i;
			return true;
		}
	}
	return false;
}

enum export_format export_format_for(struct str path)
{
	for (int i = 0; i < EXPORT_FORMAT_COUNT; i++) {
		struct str suffix = str_of(export_formats[i].suffix);
		if (path.len > suffix.len && str_eq_nocase(str_slice(path, path.len - suffix.len, suffix.len), suffix))
			return (enum export_format)i;
	}
	static const struct str json = {".json", 5};
	if (path.len > json.len && str_eq_nocase(str_slice(path, path.len - json.len, json.len), json))
		return EXPORT_JSONL;
	return EXPORT_CSV;
}

/* Would a spreadsheet run this cell? */
static bool is_formula(struct str cell)
{
	return cell.len > 0 && memchr("=+-@\t\r\n", cell.p[0], 7);
}

/* Bytes that want quotes around their cell. */
static const bool csv_quoted[256] = {['"'] = true, [','] = true, ['\r'] = true, ['\n'] = true};

static bool wants_quotes(struct str cell)
{
	for (size_t i = 0; i < cell.len; i++)
		if (csv_quoted[(unsigned char)cell.p[i]])
			return true;
	return false;
}

/* `alone`: the only column, where an empty cell would make an empty line, which readers skip. */
static void add_csv(struct buf *out, struct str cell, bool guard, bool alone)
{
	bool quote = (alone && cell.len == 0) || wants_quotes(cell);
	if (quote)
		buf_addc(out, '"');
	if (guard)
		buf_addc(out, '\'');
	if (!quote) {
		buf_add(out, cell);
		return;
	}
	const char *end = cell.p + cell.len, *mark;
	for (const char *at = cell.p; at < end; at = mark + 1) {
		mark = memchr(at, '"', (size_t)(end - at));
		buf_add(out, (struct str){at, (size_t)((mark ? mark + 1 : end) - at)});
		if (!mark)
			break;
		buf_addc(out, '"');
	}
	buf_addc(out, '"');
}

static void add_tsv(struct buf *out, struct str cell, bool guard)
{
	if (guard)
		buf_addc(out, '\'');
	for (size_t i = 0; i < cell.len; i++) {
		switch (cell.p[i]) {
		case '\t':
			buf_add(out, STR("\\t"));
			break;
		case '\n':
			buf_add(out, STR("\\n"));
			break;
		case '\r':
			buf_add(out, STR("\\r"));
			break;
		case '\\':
			buf_add(out, STR("\\\\"));
			break;
		default:
			buf_addc(out, cell.p[i]);
		}
	}
}

void export_add_json(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.len;) {
		char32_t c;
		size_t n = text_decode(s, i, &c);
		if (n == 0) {
			buf_add(out, STR("\xEF\xBF\xBD"));
			i++;
			continue;
		}
		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", (int)c);
		else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029)
			buf_printf(out, "\\u%04x", (unsigned)c);
		else
			buf_add(out, str_slice(s, i, n));
		i += n;
	}
	buf_addc(out, '"');
}

static const struct export_column *column_of(const struct export_options *o, int i)
{
	return &export_columns[o->columns[i]];
}

static const char *line_end(const struct export_options *o)
{
	return o->format == EXPORT_CSV ? "\r\n" : "\n"; /* RFC 4180 */
}

void export_add_head(const struct export_options *o, struct buf *out)
{
	if (o->format == EXPORT_JSONL)
		return;
	for (int i = 0; i < o->column_count; i++) {
		if (i > 0)
			buf_addc(out, o->format == EXPORT_CSV ? ',' : '\t');
		buf_add(out, str_of(column_of(o, i)->name));
	}
	buf_add(out, str_of(line_end(o)));
}

static void add_json_member(const struct export_column *c, struct str cell, bool first, struct buf *out)
{
	buf_add(out, first ? STR("{\"") : STR(",\""));
	buf_add(out, str_of(c->name));
	buf_add(out, STR("\":"));
	if (cell.len == 0)
		buf_add(out, STR("null"));
	else if (c->flags & COLUMN_NUMBER)
		buf_add(out, cell);
	else
		export_add_json(out, cell);
}

/* The text as it may go to a terminal, in `cell`, where it may be already. */
static struct str make_showable(const struct export_options *o, struct str text, struct buf *cell)
{
	struct buf shown = {0};
	text_show(&shown, text, 0, o->ascii);
	buf_reset(cell);
	buf_add(cell, buf_str(&shown));
	buf_free(&shown);
	return buf_str(cell);
}

static struct str cell_of(const struct export_column *c, const struct record *r, struct buf *cell)
{
	if (c->text)
		return c->text(r);
	buf_reset(cell);
	c->value(r, cell);
	return buf_str(cell);
}

void export_add_record(const struct export_options *o, const struct record *r, struct buf *cell, struct buf *out,
		       int64_t *guarded)
{
	for (int i = 0; i < o->column_count; i++) {
		const struct export_column *c = column_of(o, i);
		struct str text = cell_of(c, r, cell);
		bool guard = o->format != EXPORT_JSONL && !o->raw && !(c->flags & COLUMN_NUMBER) && is_formula(text);
		*guarded += guard;
		if (o->showable)
			text = make_showable(o, text, cell);
		if (o->format == EXPORT_JSONL) {
			add_json_member(c, text, i == 0, out);
			continue;
		}
		if (i > 0)
			buf_addc(out, o->format == EXPORT_CSV ? ',' : '\t');
		if (o->format == EXPORT_CSV)
			add_csv(out, text, guard, o->column_count == 1);
		else
			add_tsv(out, text, guard);
	}
	if (o->format == EXPORT_JSONL)
		buf_addc(out, '}');
	buf_add(out, str_of(line_end(o)));
}
