#include "base.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The clock, dates, zones. */

enum { DAY_S = 86400 };

int64_t clock_now(void)
{
	const char *frozen = getenv("DEADLETTER_NOW");
	int64_t t;
	if (frozen && str_to_int(str_of(frozen), &t))
		return t;
	return (int64_t)time(NULL);
}

int64_t clock_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const char *month_name(int month)
{
	static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	return names[month - 1];
}

const char *weekday_name(int weekday)
{
	static const char *const names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	return names[weekday];
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t day_of(int64_t utc_s)
{
	return floor_div(utc_s, DAY_S);
}

/* Days to a date and back in eras of 400 years that start on 1 March: leap days fall at the end. */
struct civil civil_of(int64_t utc_s)
{
	int64_t days = day_of(utc_s);
	int64_t second = utc_s - days * DAY_S;
	int64_t z = days + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	return (struct civil){
		.year = yoe + era * 400 + (month <= 2),
		.month = month,
		.day = (int)(doy - (153 * mp + 2) / 5 + 1),
		.hour = (int)(second / 3600),
		.minute = (int)(second / 60 % 60),
		.second = (int)(second % 60),
		.weekday = (int)(days + 4 - floor_div(days + 4, 7) * 7),
	};
}

int64_t civil_to(struct civil c)
{
	int64_t year = c.year + floor_div(c.month - 1, 12);
	int64_t month = c.month - 1 - floor_div(c.month - 1, 12) * 12 + 1;
	year -= month <= 2;
	int64_t era = floor_div(year, 400);
	int64_t yoe = year - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + c.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	int64_t days = era * 146097 + doe - 719468;
	return days * DAY_S + (int64_t)c.hour * 3600 + (int64_t)c.minute * 60 + c.second;
}

/* ---- zones ---- */

/* False: the C library does not know that year. */
static bool local_tm(int64_t utc_s, struct tm *out)
{
	time_t t = (time_t)utc_s;
	return (int64_t)t == utc_s && localtime_r(&t, out);
}

/* How far its clocks are ahead of UTC. */
static int64_t offset_s(enum zone z, int64_t utc_s)
{
	struct tm tm;
	return z == ZONE_LOCAL && local_tm(utc_s, &tm) ? tm.tm_gmtoff : 0;
}

struct civil civil_in(enum zone z, int64_t utc_s)
{
	return civil_of(utc_s + offset_s(z, utc_s));
}

/* Not by mktime: which of two equal hours it means depends on what it was asked before. */
int64_t civil_to_in(enum zone z, struct civil c)
{
	int64_t wall_s = civil_to(c);
	int64_t early_s = wall_s - offset_s(z, wall_s - DAY_S), late_s = wall_s - offset_s(z, wall_s + DAY_S);
	bool early_fits = early_s + offset_s(z, early_s) == wall_s, late_fits = late_s + offset_s(z, late_s) == wall_s;
	return !early_fits && late_fits ? late_s : early_s;
}

static int64_t midnight_of(enum zone z, struct civil c, int days_on)
{
	return civil_to_in(z, (struct civil){.year = c.year, .month = c.month, .day = c.day + days_on});
}

int64_t day_start_in(enum zone z, int64_t utc_s, int days_on)
{
	struct civil c = civil_in(z, utc_s);
	/* Clocks that are set back over midnight show the day before once more: it is over all the same. */
	bool over = midnight_of(z, c, 1) <= utc_s;
	return midnight_of(z, c, days_on + over);
}

static bool is_showable(const char *name)
{
	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return name[0] != '\0';
}

const char *zone_name(enum zone z, int64_t utc_s, char buf[ZONE_TEXT])
{
	struct tm tm;
	if (z == ZONE_UTC || !local_tm(utc_s, &tm))
		return strcpy(buf, "UTC");
	if (strftime(buf, ZONE_TEXT, "%Z", &tm) == 0 || !is_showable(buf))
		strftime(buf, ZONE_TEXT, "%z", &tm);
	return buf;
}

struct moment moment_now(enum zone z)
{
	return (struct moment){.now_s = clock_now(), .zone = z};
}
