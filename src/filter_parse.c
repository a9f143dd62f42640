#include "filter.h"

#include "codes.h"
#include "wording.h"

#include <string.h>

/* ---- words ---- */

/* A word of the line: [-][key:][=]value */
struct word {
	bool negated, has_key, exact, quoted;
	struct str key, value;
	size_t column, value_column; /* 1-based */
};

struct parser {
	struct str line;
	size_t at;
	struct moment now;
	struct arena *a;
	struct err *e;
	struct filter_term *terms;
	int count, cap;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool fail(struct parser *p, size_t column, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static bool fail(struct parser *p, size_t column, const char *fmt, ...)
{
	char what[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	err_set(p->e, ERR_INPUT, "filter, column %zu: %s", column, what);
	p->e->column = column;
	return false;
}

/* A value with quotes: they keep blanks, and \" and \\ stand for themselves. */
static bool read_quoted(struct parser *p, struct word *w)
{
	struct buf b = {0};
	size_t open = p->at++;
	while (p->at < p->line.len && p->line.p[p->at] != '"') {
		char c = p->line.p[p->at];
		if (c == '\\' && p->at + 1 < p->line.len &&
		    (p->line.p[p->at + 1] == '"' || p->line.p[p->at + 1] == '\\'))
			c = p->line.p[++p->at];
		buf_addc(&b, c);
		p->at++;
	}
	bool closed = p->at < p->line.len;
	p->at += closed;
	w->quoted = true;
	w->value = arena_str(p->a, buf_str(&b));
	buf_free(&b);
	if (!closed)
		return fail(p, open + 1, "the quote is not closed");
	if (p->at < p->line.len && !char_is_space(p->line.p[p->at]))
		return fail(p, p->at + 1, "a blank is missing behind the quote");
	return true;
}

/* False with no error set: the line ends here. */
static bool read_word(struct parser *p, struct word *w)
{
	struct str s = p->line;
	while (p->at < s.len && char_is_space(s.p[p->at]))
		p->at++;
	if (p->at >= s.len)
		return false;
	*w = (struct word){.column = p->at + 1};
	if (s.p[p->at] == '-' && p->at + 1 < s.len && !char_is_space(s.p[p->at + 1])) {
		w->negated = true;
		p->at++;
	}
	size_t end = p->at;
	while (end < s.len && is_letter(s.p[end]))
		end++;
	if (end > p->at && end < s.len && s.p[end] == ':') {
		w->has_key = true;
		w->key = str_slice(s, p->at, end - p->at);
		p->at = end + 1;
		w->exact = p->at < s.len && s.p[p->at] == '=';
		p->at += w->exact;
	}
	w->value_column = p->at + 1;
	if (p->at < s.len && s.p[p->at] == '"')
		return read_quoted(p, w);
	size_t from = p->at;
	while (p->at < s.len && !char_is_space(s.p[p->at]))
		p->at++;
	w->value = str_slice(s, from, p->at - from);
	return true;
}

/* ---- codes ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 550, 55x, 4xx, 4XX */
static bool basic_pattern(struct str s, struct code_pattern *out)
{
	if (s.len != 3 || s.p[0] < '2' || s.p[0] > '9')
		return false;
	int lo = 0, hi = 0;
	bool wild = false;
	for (size_t i = 0; i < 3; i++) {
		bool x = s.p[i] == 'x' || s.p[i] == 'X' || s.p[i] == '*';
		if (!x && (!is_digit(s.p[i]) || wild))
			return false;
		wild = wild || x;
		lo = lo * 10 + (x ? 0 : s.p[i] - '0');
		hi = hi * 10 + (x ? 9 : s.p[i] - '0');
	}
	*out = (struct code_pattern){.basic_lo = lo, .basic_hi = hi, .cls = -1, .subject = -1, .detail = -1};
	return true;
}

/* One part of an enhanced code: a number without leading zeros, or a star (x, X) for any. */
static bool code_part(struct str s, int *out)
{
	if (s.len == 1 && (s.p[0] == '*' || s.p[0] == 'x' || s.p[0] == 'X')) {
		*out = -1;
		return true;
	}
	int64_t n;
	if (s.len < 1 || s.len > 3 || !is_digit(s.p[0]) || (s.len > 1 && s.p[0] == '0') || !str_to_int(s, &n))
		return false;
	*out = (int)n;
	return true;
}

/* 5.1.1, 5.7.*, 5.*, x.1.1; what is left out at the end is any. */
static bool enhanced_pattern(struct str s, struct code_pattern *out)
{
	struct code_pattern c = {.cls = -1, .subject = -1, .detail = -1};
	int *const parts[] = {&c.cls, &c.subject, &c.detail};
	struct str one;
	size_t n = 0;
	while (str_next(&s, '.', &one)) {
		if (n == COUNT_OF(parts) || !code_part(one, parts[n++]))
			return false;
	}
	if (n < 2 || (c.cls != -1 && c.cls != 2 && c.cls != 4 && c.cls != 5))
		return false;
	if (n == 2 && c.subject != -1)
		return false; /* 5.1 may as well be a version or a half-typed code */
	*out = c;
	return true;
}

static bool code_pattern(struct str s, struct code_pattern *out)
{
	return basic_pattern(s, out) || enhanced_pattern(s, out);
}

/* ---- times ---- */

/* Reads digits up to `max` many from *s. */
static bool take_number(struct str *s, size_t max, int *out)
{
	size_t n = 0;
	*out = 0;
	while (n < s->len && n < max && is_digit(s->p[n]))
		*out = *out * 10 + (s->p[n++] - '0');
	*s = str_slice(*s, n, SIZE_MAX);
	return n == max;
}

static bool take(struct str *s, char c)
{
	if (s->len == 0 || s->p[0] != c)
		return false;
	*s = str_slice(*s, 1, SIZE_MAX);
	return true;
}

static int month_days(int64_t year, int month)
{
	struct civil first = {.year = year, .month = month, .day = 1},
		     next = {.year = year, .month = month + 1, .day = 1};
	return (int)(day_of(civil_to(next)) - day_of(civil_to(first)));
}

/* 2026, 2026-11, 2026-11-01, 2026-11-01T12:30, …:15, each with an optional Z for UTC */
static bool date_of(struct str s, enum zone zone, int64_t *out)
{
	int year, month = 1, day = 1, hour = 0, minute = 0, second = 0;
	if (!take_number(&s, 4, &year))
		return false;
	if (take(&s, '-')) {
		if (!take_number(&s, 2, &month))
			return false;
		if (take(&s, '-')) {
			if (!take_number(&s, 2, &day))
				return false;
			if (take(&s, 'T') || take(&s, 't')) {
				if (!take_number(&s, 2, &hour) || !take(&s, ':') || !take_number(&s, 2, &minute))
					return false;
				if (take(&s, ':') && !take_number(&s, 2, &second))
					return false;
			}
		}
	}
	if (take(&s, 'Z') || take(&s, 'z'))
		zone = ZONE_UTC;
	if (s.len > 0 || month < 1 || month > 12 || day < 1 || day > month_days(year, month) || hour > 23 ||
	    minute > 59 || second > 59)
		return false;
	*out = civil_to_in(zone, (struct civil){year, month, day, hour, minute, second, 0});
	return true;
}

/* 24h, 7d, 2w */
static bool ago_of(struct str s, int64_t now_s, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
	int64_t n;
	if (s.len < 2 || s.len > 6 || !is_digit(s.p[0]) || !str_to_int(str_slice(s, 0, s.len - 1), &n))
		return false;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if ((s.p[s.len - 1] | 0x20) == units[i].unit) {
			*out = now_s - n * units[i].seconds;
			return true;
		}
	}
	return false;
}

/* Within the years that have four digits in UTC, so that every time can be written. */
static int64_t within_years(int64_t t)
{
	const int64_t first = civil_to((struct civil){.year = 0, .month = 1, .day = 1}),
		      last = civil_to((struct civil){.year = 10000, .month = 1, .day = 1}) - 1;
	return t < first ? first : t > last ? last : t;
}

static bool time_of(struct str s, struct moment now, int64_t *out)
{
	if (str_eq_nocase(s, STR("today")))
		*out = day_start_in(now.zone, now.now_s, 0);
	else if (str_eq_nocase(s, STR("yesterday")))
		*out = day_start_in(now.zone, now.now_s, -1);
	else if (str_eq_nocase(s, STR("now")))
		*out = now.now_s;
	else if (!ago_of(s, now.now_s, out) && !date_of(s, now.zone, out))
		return false;
	*out = within_years(*out);
	return true;
}

/* ---- terms ---- */

static void add(struct parser *p, const struct filter_term *t)
{
	if (p->count == p->cap) {
		int cap = p->cap ? p->cap * 2 : 8;
		struct filter_term *more = arena_array(p->a, struct filter_term, (size_t)cap);
		if (p->count > 0)
			memcpy(more, p->terms, (size_t)p->count * sizeof *more);
		p->terms = more;
		p->cap = cap;
	}
	p->terms[p->count++] = *t;
}

static const struct {
	const char *name;
	int cls;
	bool proposed;
} classes[] = {
	{"2", 2, true},         {"4", 4, true},         {"5", 5, true},          {"success", 2, true},
	{"temporary", 4, true}, {"permanent", 5, true}, {"transient", 4, false},
};

static void class_words(struct arg_words *w)
{
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (classes[i].proposed)
			arg_add(w, classes[i].name, codes_class(classes[i].cls)->name, false);
}

const struct arg filter_classes = {ARG_WORD, class_words};

/* "class: is 2, 4 or 5" */
static bool not_among(struct parser *p, const struct word *w, enum filter_key key)
{
	struct arg_words words = arg_words_of(filter_keys[key].takes, p->a);
	struct buf names = {0};
	arg_enumerate(&words, &names);
	fail(p, w->value_column, "%s: is %s", filter_keys[key].name, names.p);
	buf_free(&names);
	return false;
}

static bool class_term(struct parser *p, const struct word *w, struct filter_term *t)
{
	for (size_t i = 0; i < COUNT_OF(classes); i++) {
		if (str_eq_nocase(w->value, str_of(classes[i].name))) {
			t->number = classes[i].cls;
			add(p, t);
			return true;
		}
	}
	return not_among(p, w, FILTER_CLASS);
}

/* Part of a name may fit several subjects: then all are meant. */
static bool subject_term(struct parser *p, const struct word *w, struct filter_term *t)
{
	int64_t n;
	t->number = -1;
	if (str_eq_nocase(w->value, STR("none"))) {
		add(p, t);
		return true;
	}
	if (w->value.len <= 3 && str_to_int(w->value, &n) && n >= 0) {
		t->number = (int)n;
		add(p, t);
		return true;
	}
	int found = 0;
	for (int s = 0; s <= 7 && w->value.len > 0; s++) {
		if (str_find_nocase(str_of(codes_subject(s)->name), w->value, 0) == SIZE_MAX)
			continue;
		t->number = s;
		add(p, t);
		found++;
	}
	return found > 0 ||
	       fail(p, w->value_column, "subject: is a number from 0 to 7, part of a subject's name, or none");
}

static bool status_term(struct parser *p, const struct word *w, struct filter_term *t)
{
	enum outcome o;
	if (str_eq_nocase(w->value, STR("any")))
		t->number = -1;
	else if (outcome_of(w->value, &o))
		t->number = (int)o;
	else
		return not_among(p, w, FILTER_STATUS);
	add(p, t);
	return true;
}

static bool time_term(struct parser *p, const struct word *w, struct filter_term *t)
{
	if (!time_of(w->value, p->now, &t->time))
		return fail(p, w->value_column,
			    "%s: is a time such as 24h, 7d, 2w, 2026-11-01, 2026-11-01T12:30, today or yesterday",
			    filter_keys[t->key].name);
	add(p, t);
	return true;
}

static bool code_term(struct parser *p, const struct word *w, struct filter_term *t)
{
	if (str_eq_nocase(w->value, STR("none")))
		t->code = (struct code_pattern){.none = true, .cls = -1, .subject = -1, .detail = -1};
	else if (!code_pattern(w->value, &t->code))
		return fail(p, w->value_column, "code: is a code such as 5.1.1, 5.7.*, 550 or 4xx, or none");
	add(p, t);
	return true;
}

static bool has_text(struct parser *p, const struct word *w, enum filter_key key)
{
	return w->value.len > 0 || w->quoted ||
	       fail(p, w->value_column, "%s: needs a text, for example %s", filter_keys[key].name,
		    filter_keys[key].example);
}

static bool text_term(struct parser *p, const struct word *w, struct filter_term *t)
{
	if (!has_text(p, w, t->key))
		return false;
	t->text = arena_str(p->a, w->value);
	if (t->key == FILTER_DOMAIN && filter_domain(t->text).len > 0) /* of a whole address */
		t->text = filter_domain(t->text);
	t->exact = w->exact && t->key != FILTER_DOMAIN; /* which is never a part */
	add(p, t);
	return true;
}

static bool wording_term(struct parser *p, const struct word *w, struct filter_term *t)
{
	if (!has_text(p, w, t->key))
		return false;
	struct buf wording = {0};
	wording_mask(w->value, &wording);
	t->text = arena_str(p->a, buf_str(&wording));
	add(p, t);
	buf_free(&wording);
	return true;
}

static const struct {
	bool (*parse)(struct parser *, const struct word *, struct filter_term *);
	bool is_text; /* a = may stand before it */
} values[FILTER_KEY_COUNT] = {
	[FILTER_TO] = {text_term, true},         [FILTER_FROM] = {text_term, true},
	[FILTER_DOMAIN] = {text_term, true},     [FILTER_CODE] = {code_term, false},
	[FILTER_CLASS] = {class_term, false},    [FILTER_SUBJECT] = {subject_term, false},
	[FILTER_STATUS] = {status_term, false},  [FILTER_MX] = {text_term, true},
	[FILTER_TITLE] = {text_term, true},      [FILTER_TEXT] = {text_term, true},
	[FILTER_WORDING] = {wording_term, true}, [FILTER_ID] = {text_term, true},
	[FILTER_SINCE] = {time_term, false},     [FILTER_BEFORE] = {time_term, false},
};

/* What the columns of lists, exports and the table email are called. */
static const struct {
	const char *name;
	enum filter_key key;
} synonyms[] = {
	{"recipient", FILTER_TO},   {"sender", FILTER_FROM},   {"mta", FILTER_MX},
	{"outcome", FILTER_STATUS}, {"response", FILTER_TEXT},
};

static bool find_key(struct parser *p, const struct word *w, enum filter_key *out)
{
	int nearest = 0, least = 100;
	for (size_t i = 0; i < COUNT_OF(synonyms); i++) {
		if (str_eq_nocase(w->key, str_of(synonyms[i].name))) {
			*out = synonyms[i].key;
			return true;
		}
	}
	for (int k = 0; k < FILTER_KEY_COUNT; k++) {
		struct str name = str_of(filter_keys[k].name);
		if (str_eq_nocase(w->key, name)) {
			*out = (enum filter_key)k;
			return true;
		}
		int d = str_distance(w->key, name);
		if (d < least) {
			least = d;
			nearest = k;
		}
	}
	struct arena a = {0};
	const char *key = arena_cstr(&a, str_slice(w->key, 0, 40));
	if (least <= 2 && least < (int)strlen(filter_keys[nearest].name))
		fail(p, w->column, "there is no key \"%s:\"; did you mean %s:?", key, filter_keys[nearest].name);
	else
		fail(p, w->column, "there is no key \"%s:\"; put the word in quotes to look for it in recipients", key);
	arena_free(&a);
	return false;
}

static bool parse_word(struct parser *p, const struct word *w)
{
	struct filter_term t = {.negated = w->negated, .column = w->column, .key = FILTER_TO};
	if (w->has_key && !find_key(p, w, &t.key))
		return false;
	if (!w->has_key && !w->quoted && code_pattern(w->value, &t.code))
		t.key = FILTER_CODE;
	if (w->exact && !values[t.key].is_text)
		return fail(p, w->value_column - 1, "%s: takes its value without a =", filter_keys[t.key].name);
	return values[t.key].parse(p, w, &t);
}

bool filter_parse(struct str line, struct moment now, struct arena *a, struct filter *out, struct err *e)
{
	struct parser p = {.line = line, .now = now, .a = a, .e = e};
	struct word w;
	bool ok = true;
	while (ok && read_word(&p, &w))
		ok = parse_word(&p, &w);
	*out = (struct filter){.terms = p.terms, .count = p.count};
	return e->kind == ERR_NONE;
}
