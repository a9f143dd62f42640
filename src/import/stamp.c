#include "import/stamp.h"

#include <string.h>
#include <time.h>

enum { DAY_S = 86400, HOUR_S = 3600 };

/* `n` digits at s.p[at], or -1. */
static int digits(struct str s, size_t at, size_t n)
{
	int v = 0;
	if (at > s.len || n > s.len - at)
		return -1;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

static bool is_at(struct str s, size_t at, char c)
{
	return at < s.len && s.p[at] == c;
}

static int month_days(int64_t year, int month)
{
	static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

/* "Z", "+02:00", "+0200", "+02" at *at; nothing there is UTC. */
static bool zone(struct str s, size_t *at, int *offset_s)
{
	*offset_s = 0;
	if (is_at(s, *at, 'Z') || is_at(s, *at, 'z')) {
		++*at;
		return true;
	}
	if (!is_at(s, *at, '+') && !is_at(s, *at, '-'))
		return true;
	int hours = digits(s, *at + 1, 2);
	size_t minute_at = *at + 3 + is_at(s, *at + 3, ':');
	int minutes = digits(s, minute_at, 2);
	if (hours < 0 || hours > 23 || minutes > 59)
		return false;
	*offset_s = (hours * 60 + (minutes < 0 ? 0 : minutes)) * (s.p[*at] == '-' ? -60 : 60);
	*at = minutes < 0 ? *at + 3 : minute_at + 2;
	return true;
}

bool stamp_iso(struct str s, size_t *used, int64_t *utc_s)
{
	struct civil c = {.year = digits(s, 0, 4), .month = digits(s, 5, 2), .day = digits(s, 8, 2)};
	if (c.year < 0 || !is_at(s, 4, '-') || !is_at(s, 7, '-') || c.month < 1 || c.month > 12 || c.day < 1 ||
	    c.day > month_days(c.year, c.month))
		return false;
	size_t at = 10;
	int offset_s = 0;
	int hour = is_at(s, 10, 'T') || is_at(s, 10, 't') || is_at(s, 10, ' ') ? digits(s, 11, 2) : -1;
	if (hour >= 0) {
		c.hour = hour;
		c.minute = digits(s, 14, 2);
		if (hour > 23 || !is_at(s, 13, ':') || c.minute < 0 || c.minute > 59)
			return false;
		at = 16;
		if (is_at(s, at, ':')) {
			c.second = digits(s, 17, 2);
			if (c.second < 0 || c.second > 60) /* 60: a leap second */
				return false;
			at = 19;
			if (is_at(s, at, '.') || is_at(s, at, ','))
				do
					at++;
				while (digits(s, at, 1) >= 0);
		}
		if (is_at(s, at, ' ') && (is_at(s, at + 1, '+') || is_at(s, at + 1, '-')))
			at++; /* "2026-11-01 12:30:00 +0200" */
		if (!zone(s, &at, &offset_s))
			return false;
	}
	*used = at;
	*utc_s = civil_to(c) - offset_s;
	return true;
}

/* A number as programs write it: "1790000000.25", "1.79e+12". At most 15 digits of a fraction tell anything. */
static bool number(struct str s, double *out)
{
	int count = 0, power = 0, digit;
	bool fraction = false;
	size_t i = 0;
	*out = 0;
	for (; (digit = digits(s, i, 1)) >= 0 || (is_at(s, i, '.') && !fraction); i++) {
		if (digit < 0) {
			fraction = true;
		} else if (!fraction || count < 15) {
			*out = *out * 10 + digit;
			power -= fraction;
			count++;
		}
	}
	if (count && (is_at(s, i, 'e') || is_at(s, i, 'E'))) {
		bool minus = is_at(s, i + 1, '-');
		i += minus || is_at(s, i + 1, '+') ? 2 : 1;
		size_t places = s.len - i == 1 ? 1 : 2;
		int exponent = digits(s, i, places);
		if (exponent < 0)
			return false;
		power += minus ? -exponent : exponent;
		i += places;
	}
	double scale = 1;
	for (int n = power < 0 ? -power : power; n > 0; n--)
		scale *= 10;
	*out = power < 0 ? *out / scale : *out * scale;
	return count && i == s.len;
}

static bool since_1970(double n, int64_t *utc_s)
{
	static const double julian_1850 = 2396758.5, julian_2100 = 2488069.5, julian_1970 = 2440587.5;
	if (n >= 1e14)
		n /= 1e6;
	else if (n >= 1e11)
		n /= 1e3;
	else if (n > julian_1850 && n < julian_2100)
		n = (n - julian_1970) * DAY_S + 0.001; /* days are a little inexact */
	if (n < 0 || n >= 1e11)
		return false;
	*utc_s = (int64_t)n;
	return true;
}

bool stamp_any(struct str s, int64_t *utc_s)
{
	s = str_trim(s);
	size_t used;
	double n;
	if (stamp_iso(s, &used, utc_s)) {
		struct str rest = str_trim(str_slice(s, used, SIZE_MAX));
		return rest.len == 0 || str_eq_nocase(rest, STR("UTC")) || str_eq_nocase(rest, STR("GMT"));
	}
	return number(s, &n) ? since_1970(n, utc_s) : stamp_mail(s, utc_s);
}

/* The next word of *rest, which blanks end. */
static struct str word_next(struct str *rest)
{
	struct str s = str_trim(*rest), word = STR("");
	*rest = s;
	str_next(rest, ' ', &word);
	return word;
}

/* 1..12, or 0. */
static int month_of(const char *three)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; i < 12; i++)
		if (memcmp(names + (size_t)i * 3, three, 3) == 0)
			return i + 1;
	return 0;
}

static bool clock_of(struct str s, struct civil *c)
{
	c->hour = digits(s, 0, 2);
	c->minute = digits(s, 3, 2);
	c->second = s.len > 5 ? digits(s, 6, 2) : 0;
	return (s.len == 5 || (s.len == 8 && is_at(s, 5, ':'))) && is_at(s, 2, ':') && c->hour >= 0 && c->hour < 24 &&
	       c->minute >= 0 && c->minute < 60 && c->second >= 0 && c->second <= 60;
}

/* The names that RFC 5322, section 4.3 still lets mail have for zones; none is UTC. */
static bool named_zone(struct str name, int *offset_s)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {
		{"", 0},     {"GMT", 0},  {"UT", 0},   {"UTC", 0},  {"EST", -5}, {"EDT", -4},
		{"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7},
	};
	for (size_t i = 0; i < COUNT_OF(zones); i++)
		if (str_eq_nocase(name, str_of(zones[i].name))) {
			*offset_s = zones[i].hours * 3600;
			return true;
		}
	return false;
}

bool stamp_mail(struct str s, int64_t *utc_s)
{
	size_t comma = str_find(s, STR(","), 0);
	struct str rest = str_slice(s, comma == SIZE_MAX ? 0 : comma + 1, SIZE_MAX);
	struct str day = word_next(&rest), month = word_next(&rest), year = word_next(&rest), time = word_next(&rest);
	struct civil c = {.day = digits(day, 0, day.len < 2 ? 1 : 2),
			  .month = month.len < 3 ? 0 : month_of(month.p),
			  .year = digits(year, 0, 4)};
	int offset_s = 0;
	size_t at = 0;
	if (day.len < 1 || day.len > 2 || year.len != 4 || c.year < 0 || c.month == 0 || c.day < 1 ||
	    c.day > month_days(c.year, c.month) || !clock_of(time, &c))
		return false;
	struct str name = word_next(&rest);
	if (!named_zone(name, &offset_s) && (!zone(name, &at, &offset_s) || at != name.len))
		return false;
	*utc_s = civil_to(c) - offset_s;
	return true;
}

/* ---- syslog ---- */

struct stamp_clock stamp_clock_of(int year, int64_t latest_s)
{
	return (struct stamp_clock){.year = year, .latest_s = latest_s};
}

/* The UTC second of that hour on the local clock. */
static int64_t local_hour(int year, int month, int day, int hour)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_isdst = -1};
	return (int64_t)mktime(&tm);
}

/* False when no year near gives such a day: 30 February. */
static bool hour_by_latest(const struct stamp_clock *c, int month, int day, int hour, int64_t *out)
{
	int year = (int)civil_of(c->latest_s + DAY_S).year;
	for (int y = year; y > year - 9; y--) { /* 29 February is at most eight years away */
		if (day > month_days(y, month))
			continue;
		*out = local_hour(y, month, day, hour);
		if (*out <= c->latest_s + DAY_S)
			return true;
	}
	return false;
}

static bool hour_by_year(struct stamp_clock *c, int month, int day, int hour, int64_t *out)
{
	/* Lines come nearly in order: half a year back is the turn of the year, half a year on is a late line
	 * before it. */
	if (c->last_month && c->last_month - month > 6)
		c->year++;
	else if (c->last_month && month - c->last_month > 6)
		c->year--;
	c->last_month = month;
	if (day > month_days(c->year, month))
		return false;
	*out = local_hour(c->year, month, day, hour);
	return true;
}

/* "Oct 26 10:00:00" or "Oct  6 10:00:00": 15 bytes. */
static bool stamp_traditional(struct stamp_clock *c, struct str s, int64_t *utc_s)
{
	if (s.len < 15 || s.p[3] != ' ' || s.p[6] != ' ' || s.p[9] != ':' || s.p[12] != ':')
		return false;
	int minute = digits(s, 10, 2), second = digits(s, 13, 2);
	if (minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	if (memcmp(c->hour_text, s.p, sizeof c->hour_text) != 0) {
		int month = month_of(s.p), hour = digits(s, 7, 2);
		int day = s.p[4] == ' ' ? digits(s, 5, 1) : digits(s, 4, 2);
		if (month == 0 || day < 1 || day > 31 || hour < 0 || hour > 23)
			return false;
		int64_t hour_s;
		bool ok = c->year ? hour_by_year(c, month, day, hour, &hour_s)
				  : hour_by_latest(c, month, day, hour, &hour_s);
		if (!ok)
			return false;
		c->hour_s = hour_s;
		memcpy(c->hour_text, s.p, sizeof c->hour_text);
	}
	*utc_s = c->hour_s + minute * 60 + second;
	return true;
}

bool stamp_log(struct stamp_clock *c, struct str s, size_t *used, int64_t *utc_s)
{
	if (!stamp_iso(s, used, utc_s))
		return false;
	/* A zone is the last thing in a stamp: a letter, or a sign behind the date. */
	struct str zone_at = str_slice(s, 10, *used - 10);
	if (*used < 16 || zone_at.p[zone_at.len - 1] == 'Z' || zone_at.p[zone_at.len - 1] == 'z' ||
	    str_find(zone_at, STR("+"), 0) != SIZE_MAX || str_find(zone_at, STR("-"), 0) != SIZE_MAX)
		return true;
	if (memcmp(c->iso_text, s.p, sizeof c->iso_text) != 0) {
		c->iso_hour_s = local_hour(digits(s, 0, 4), digits(s, 5, 2), digits(s, 8, 2), digits(s, 11, 2));
		memcpy(c->iso_text, s.p, sizeof c->iso_text);
	}
	struct civil read = civil_of(*utc_s);
	*utc_s = c->iso_hour_s + read.minute * 60 + read.second;
	return true;
}

/* The part up to the next blank, and *rest behind it. */
static struct str word(struct str *rest)
{
	struct str w = {rest->p, 0};
	const char *blank = rest->len ? memchr(rest->p, ' ', rest->len) : NULL;
	w.len = blank ? (size_t)(blank - rest->p) : rest->len;
	*rest = str_slice(*rest, w.len + 1, SIZE_MAX);
	return w;
}

/* "Oct 26 10:00:00.123456" */
static bool stamp_short(struct stamp_clock *c, struct str s, size_t *used, int64_t *utc_s)
{
	if (!stamp_traditional(c, s, utc_s))
		return false;
	*used = 15;
	if (is_at(s, *used, '.'))
		do
			++*used;
		while (digits(s, *used, 1) >= 0);
	return true;
}

/* "Mon 2026-10-26 10:00:00 CET": the zone is UTC or, by its local name, the one this program runs in. */
static bool stamp_full(struct stamp_clock *c, struct str s, size_t *used, int64_t *utc_s)
{
	int64_t as_utc;
	if (!is_at(s, 3, ' ') || !is_at(s, 8, '-') || !stamp_iso(str_slice(s, 4, 19), used, &as_utc) || *used != 19)
		return false;
	struct str rest = str_slice(s, 4 + *used + 1, SIZE_MAX), name = word(&rest);
	if (!is_at(s, 4 + *used, ' ') || name.len == 0)
		return false;
	bool ok = stamp_log(c, str_slice(s, 4, *used), used, utc_s);
	if (str_eq(name, STR("UTC")))
		*utc_s = as_utc;
	*used += 4 + 1 + name.len;
	return ok;
}

/* "1793008800.123456" */
static bool stamp_unix(struct str s, size_t *used, int64_t *utc_s)
{
	enum { SECOND_DIGITS = 10 }; /* so it is from 2001 to 2286 */
	size_t at = SECOND_DIGITS + 1;
	if (digits(s, 0, 1) < 1 || !is_at(s, SECOND_DIGITS, '.') || digits(s, at, 1) < 0 ||
	    !str_to_int(str_slice(s, 0, SECOND_DIGITS), utc_s))
		return false;
	while (digits(s, at, 1) >= 0)
		at++;
	*used = at;
	return true;
}

static bool stamp_any_log(struct stamp_clock *c, struct str s, size_t *used, int64_t *utc_s)
{
	return stamp_short(c, s, used, utc_s) || stamp_log(c, s, used, utc_s) || stamp_full(c, s, used, utc_s) ||
	       stamp_unix(s, used, utc_s);
}

/* "<22>", as it is sent over the network. */
static struct str without_priority(struct str s)
{
	size_t n = 1;
	while (n < 4 && digits(s, n, 1) >= 0)
		n++;
	return is_at(s, 0, '<') && n > 1 && is_at(s, n, '>') ? str_slice(s, n + 1, SIZE_MAX) : s;
}

/* Facility and level, which some daemons write in front of the host or the tag: "mail.info", "mail:info", "<mail.info>". */
static bool is_level(struct str s)
{
	static const char *const levels[] = {"debug", "info", "notice", "warn",  "warning", "err",
					     "error", "crit", "alert",  "emerg", "panic"};
	if (s.len && s.p[0] == '<' && s.p[s.len - 1] == '>')
		s = str_slice(s, 1, s.len - 2);
	size_t at = 0;
	while (at < s.len && ((s.p[at] >= 'a' && s.p[at] <= 'z') || digits(s, at, 1) >= 0))
		at++;
	struct str level = str_slice(s, at + 1, SIZE_MAX);
	for (size_t i = 0; at && (is_at(s, at, '.') || is_at(s, at, ':')) && i < COUNT_OF(levels); i++)
		if (str_eq(level, str_of(levels[i])))
			return true;
	return false;
}

/* "-", or any number of "[name key=\"value\" …]" */
static void skip_structured_data(struct str *rest)
{
	struct str s = *rest;
	while (s.len && s.p[0] == '[') {
		size_t i = 1;
		for (bool quoted = false; i < s.len && (quoted || s.p[i] != ']'); i++) {
			if (quoted && s.p[i] == '\\')
				i++;
			else if (s.p[i] == '"')
				quoted = !quoted;
		}
		s = str_slice(s, i + 1, SIZE_MAX);
	}
	if (s.len == rest->len)
		word(&s);
	else if (s.len && s.p[0] == ' ')
		s = str_slice(s, 1, SIZE_MAX);
	*rest = s;
}

/* Behind the stamp, RFC 5424: "mx postfix/smtp 123 - - message". */
static void split_5424(struct str rest, struct syslog_line *out)
{
	out->host = word(&rest);
	out->tag = word(&rest);
	word(&rest); /* process */
	word(&rest); /* kind of message */
	skip_structured_data(&rest);
	out->message = str_starts(rest, STR("\xef\xbb\xbf")) ? str_slice(rest, 3, SIZE_MAX) : rest;
}

/* The same as daemons have always written it: "mx postfix/smtp[123]: message". */
static void split_3164(struct str rest, struct syslog_line *out)
{
	out->host = word(&rest);
	if (out->host.len && out->host.p[0] == '<' && is_level(out->host)) /* a host may well be called mail.info */
		out->host = word(&rest);
	struct str tag = word(&rest);
	if (is_level(tag))
		tag = word(&rest);
	/* "last message repeated 2 times", "-- MARK --": no tag */
	bool tagged = tag.len > 1 && tag.p[tag.len - 1] == ':';
	if (tagged && str_starts(rest, STR("[ID "))) { /* Solaris: "[ID 197553 mail.info] " */
		size_t end = str_find(str_slice(rest, 0, 40), STR("] "), 0);
		rest = end == SIZE_MAX ? rest : str_slice(rest, end + 2, SIZE_MAX);
	}
	out->tag = tagged ? str_slice(tag, 0, tag.len - 1) : STR("");
	out->message = tagged ? rest : STR("");
}

bool syslog_split(struct stamp_clock *c, struct str line, struct syslog_line *out, const char **why)
{
	size_t used;
	struct str s = without_priority(line);
	bool is_5424 = s.len < line.len && str_starts(s, STR("1 "));
	s = is_5424 ? str_slice(s, 2, SIZE_MAX) : s;
	if (!stamp_any_log(c, s, &used, &out->time_s)) {
		*why = "does not begin with a time stamp";
		return false;
	}
	if (!is_at(s, used, ' ')) {
		*why = "ends after the time stamp";
		return false;
	}
	(is_5424 ? split_5424 : split_3164)(str_slice(s, used + 1, SIZE_MAX), out);
	return true;
}
