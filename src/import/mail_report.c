#include "import/mail_report.h"

#include "import/mail_address.h"
#include "import/mail_mime.h"
#include "text.h"

#include <string.h>

struct fates fates_none(void)
{
	return (struct fates){.arrival_s = TIME_NONE};
}

void fates_add(struct fates *f, struct fate one, struct arena *a)
{
	if (f->count == FATES_MAX) {
		f->limit = "more than 20000 recipients, the rest is not read";
		return;
	}
	if (f->count == f->cap) {
		int cap = f->cap ? f->cap * 2 : 8;
		struct fate *items = arena_array(a, struct fate, (size_t)cap);
		if (f->count)
			memcpy(items, f->items, (size_t)f->count * sizeof *items);
		f->items = items;
		f->cap = cap;
	}
	f->items[f->count++] = one;
}

/* ---- the fields of one recipient ---- */

enum field {
	F_FINAL,
	F_ORIGINAL,
	F_ACTUAL,
	F_ACTION,
	F_STATUS,
	F_DIAGNOSTIC,
	F_REMOTE_MTA,
	F_LAST_ATTEMPT,
	F_ARRIVAL,
	F_QUEUE_ID,
	F_TEXT,
	F_COUNT,
	F_NONE = F_COUNT
};

static const struct {
	const char *name;
	enum field field;
} fields[] = {
	{"Final-Recipient", F_FINAL},
	{"Original-Recipient", F_ORIGINAL},
	{"X-Final-Recipient", F_FINAL},
	{"X-Actual-Recipient", F_ACTUAL},
	{"Action", F_ACTION},
	{"Status", F_STATUS},
	{"Diagnostic-Code", F_DIAGNOSTIC},
	{"Remote-MTA", F_REMOTE_MTA},
	{"Last-Attempt-Date", F_LAST_ATTEMPT},
	{"Arrival-Date", F_ARRIVAL},
	{"X-Postfix-Queue-ID", F_QUEUE_ID},
	{"X-Original-Diagnostic", F_TEXT},
	{"X-Supplementary-Info", F_TEXT},
	{"Localized-Diagnostic", F_TEXT},
};

static enum field field_of(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (str_eq_nocase(name, str_of(fields[i].name)))
			return fields[i].field;
	return F_NONE;
}

static const struct {
	const char *start;
	enum outcome outcome;
} actions[] = {
	{"fail", OUTCOME_FAILED},     {"delay", OUTCOME_DEFERRED},     {"deliver", OUTCOME_DELIVERED},
	{"relay", OUTCOME_DELIVERED}, {"expand", OUTCOME_DELIVERED},   {"expire", OUTCOME_FAILED},
	{"bounce", OUTCOME_FAILED},   {"undeliver", OUTCOME_FAILED},   {"error", OUTCOME_FAILED},
	{"reject", OUTCOME_FAILED},   {"hardfail", OUTCOME_FAILED},    {"softfail", OUTCOME_DEFERRED},
	{"defer", OUTCOME_DEFERRED},  {"transient", OUTCOME_DEFERRED},
};

/* By the action, else by the status' class. */
static enum outcome outcome_by(struct str action, struct str status)
{
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (str_starts_nocase(action, str_of(actions[i].start)))
			return actions[i].outcome;
	if (status.len == 0)
		return OUTCOME_QUEUED;
	return status.p[0] == '2' ? OUTCOME_DELIVERED : status.p[0] == '5' ? OUTCOME_FAILED : OUTCOME_QUEUED;
}

/* "dns; mx.example.com (192.0.2.1)" */
static struct str mta_of(struct str v)
{
	size_t semi = str_find(v, STR(";"), 0);
	if (semi != SIZE_MAX)
		v = str_trim(str_slice(v, semi + 1, SIZE_MAX));
	return str_trim(str_slice(v, 0, str_find(v, STR(" "), 0)));
}

/* The words of an SMTP server stand for themselves; other types say how to read them. */
static struct str diagnostic_of(struct str v)
{
	return str_starts_nocase(v, STR("smtp;")) ? str_trim(str_slice(v, 5, SIZE_MAX)) : v;
}

static bool is_address(struct str s)
{
	return s.len && memchr(s.p, '@', s.len);
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

/* "\\x{EB}", as RFC 6533 writes what is beyond ASCII, at `at`: *c, and its length; 0: none. */
static size_t escape_at(struct str s, size_t at, char32_t *c)
{
	size_t i = at + 3, digits = 0;
	if (!str_starts(str_slice(s, at, SIZE_MAX), STR("\\x{")))
		return 0;
	for (*c = 0; i < s.len && digits < 6 && hex(s.p[i]) >= 0; i++, digits++)
		*c = *c * 16 + (char32_t)hex(s.p[i]);
	return digits && i < s.len && s.p[i] == '}' && *c > ' ' && *c < 0x110000 ? i + 1 - at : 0;
}

static struct str without_escapes(struct str address, struct arena *a)
{
	if (str_find(address, STR("\\x{"), 0) == SIZE_MAX)
		return address;
	struct buf b = {0};
	for (size_t i = 0; i < address.len;) {
		char32_t c;
		size_t len = escape_at(address, i, &c);
		if (len)
			text_encode(&b, c);
		else
			buf_addc(&b, address.p[i]);
		i += len ? len : 1;
	}
	struct str out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* Is `coded` the address with signs written as +2B (xtext)? */
static bool is_xtext_of(struct str coded, struct str address)
{
	size_t i = 0;
	for (size_t k = 0; k < address.len; k++) {
		if (i < coded.len && coded.p[i] == '+' && i + 2 < coded.len && hex(coded.p[i + 1]) >= 0 &&
		    hex(coded.p[i + 1]) * 16 + hex(coded.p[i + 2]) == address.p[k])
			i += 3;
		else if (i < coded.len && coded.p[i] == address.p[k])
			i++;
		else
			return false;
	}
	return i == coded.len;
}

static void add_block(const struct str v[F_COUNT], struct arena *a, struct fates *out)
{
	int64_t arrival = mime_date(v[F_ARRIVAL]);
	if (arrival != TIME_NONE && out->arrival_s == TIME_NONE)
		out->arrival_s = arrival;
	if (v[F_QUEUE_ID].len)
		out->queue_id = v[F_QUEUE_ID];
	if (v[F_FINAL].len == 0 && v[F_ORIGINAL].len == 0 && v[F_ACTION].len == 0)
		return;
	struct str original = without_escapes(address_of_field(v[F_ORIGINAL]), a);
	struct str final = without_escapes(address_of_field(v[F_FINAL]), a);
	if (is_xtext_of(original, final))
		original = final;
	if (!is_address(final) && is_address(v[F_ACTUAL])) /* a local name, a pipe */
		final = address_of_field(v[F_ACTUAL]);
	struct str text = v[F_DIAGNOSTIC].len ? v[F_DIAGNOSTIC] : v[F_TEXT];
	fates_add(out,
		  (struct fate){
			  .recipient = is_address(original) || final.len == 0 ? original : final,
			  .outcome = outcome_by(v[F_ACTION], v[F_STATUS]),
			  .status = v[F_STATUS],
			  .response = diagnostic_of(text),
			  .remote_mta = mta_of(v[F_REMOTE_MTA]),
			  .time_s = mime_date(v[F_LAST_ATTEMPT]),
		  },
		  a);
}

/* ---- blocks ---- */

/* Takes what the values tell, and empties them. */
static void block_end(struct str v[F_COUNT], struct arena *a, struct fates *out)
{
	for (int i = 0; i < F_COUNT; i++)
		v[i] = mime_unfold(v[i], a);
	add_block(v, a, out);
	memset(v, 0, F_COUNT * sizeof v[0]);
}

/* Appends a line to a value, as a folded one; some break long values without an indent. */
static struct str joined(struct str value, struct str line)
{
	const char *end = line.p + line.len;
	return value.len ? (struct str){value.p, (size_t)(end - value.p)} : line;
}

void report_read(struct str body, struct arena *a, struct fates *out)
{
	struct str v[F_COUNT] = {{0}}, line, name, value;
	enum field last = F_NONE;
	while (str_next(&body, '\n', &line)) {
		if (str_trim(line).len == 0 || str_starts(line, STR("--"))) {
			block_end(v, a, out);
			last = F_NONE;
			continue;
		}
		bool folded = line.p[0] == ' ' || line.p[0] == '\t';
		if (!mime_field_line(str_trim(line), &name, &value) || (folded && field_of(name) == F_NONE)) {
			if (last != F_NONE)
				v[last] = joined(v[last], line);
			continue;
		}
		enum field f = field_of(name);
		/* A second recipient without the empty line between. */
		if ((f == F_FINAL || f == F_ORIGINAL) && v[f].len) {
			block_end(v, a, out);
		}
		last = f != F_NONE && v[f].len == 0 ? f : F_NONE; /* the first of a name counts */
		if (last != F_NONE)
			v[f] = value;
	}
	block_end(v, a, out);
}

size_t report_within(struct str text)
{
	struct str rest = text, line, name, value;
	size_t block = 0;
	bool recipient = false, fate = false;
	while (str_next(&rest, '\n', &line)) {
		if (str_trim(line).len == 0) {
			block = (size_t)(line.p - text.p);
			recipient = fate = false;
			continue;
		}
		if (line.p[0] == ' ' || !mime_field_line(line, &name, &value))
			continue;
		enum field f = field_of(name);
		recipient = recipient || f == F_FINAL || f == F_ORIGINAL;
		fate = fate || f == F_ACTION || f == F_STATUS || f == F_DIAGNOSTIC;
		if (recipient && fate)
			return block;
	}
	return SIZE_MAX;
}
