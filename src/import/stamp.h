/* stamp.h - times as files write them: ISO 8601, seconds since 1970, and the head of a syslog line.
 *
 * Layer 3, beside import.h. Knows text and the clock, nothing of mail. No globals beyond the C library's time zone
 * (TZ): a stamp of the local clock is read in the zone this program runs in. One thread per struct stamp_clock.
 */
#ifndef IMPORT_STAMP_H
#define IMPORT_STAMP_H

#include "base.h"

/* "2026-10-26T10:00:00.123456+02:00", with a blank for the T, without the fraction, with Z, +0200 or no zone at
 * all (then UTC), or a date alone. The year has four digits, ranges are checked. *used: bytes read; what follows
 * is the caller's. False: not such a stamp. */
bool stamp_iso(struct str s, size_t *used, int64_t *utc_s);

/* The whole of `s` (white space at the ends aside) is an ISO stamp as above, a date as mail has it (stamp_mail), or a
 * number, also with a fraction or an exponent: of seconds, milliseconds or microseconds since 1970, or of Julian days as
 * SQLite has them. They are told apart by size, so that milliseconds and microseconds mean a time after 1973. */
bool stamp_any(struct str s, int64_t *utc_s);

/* The whole of `s` is a date as mail has it: "Fri, 21 Oct 2026 11:02:55 +0200", the weekday and the seconds being optional,
 * the zone a number, GMT, UTC, UT or Z; without one it is UTC. */
bool stamp_mail(struct str s, int64_t *utc_s);

/* Supplies what the stamp of a traditional syslog line lacks: the year and the zone. */
struct stamp_clock {
	int year;         /* of the first stamp, later ones follow the turn of the year; 0: by latest_s */
	int64_t latest_s; /* with year 0: each stamp gets the last year that does not put it a day beyond this */
	/* private */
	int last_month;
	char hour_text[9]; /* "Oct 26 10", and the UTC second at which that hour starts */
	int64_t hour_s;
	char iso_text[13]; /* the same for "2026-10-26T10" without a zone */
	int64_t iso_hour_s;
};
struct stamp_clock stamp_clock_of(int year, int64_t latest_s);

/* An ISO stamp at the beginning of a log line: as stamp_iso, but without a zone it is the local clock's. */
bool stamp_log(struct stamp_clock *c, struct str s, size_t *used, int64_t *utc_s);

/* A line of a syslog file, split: "STAMP HOST TAG: MESSAGE". The stamp is "Oct 26 10:00:00", also with a fraction, in ISO
 * form, "Mon 2026-10-26 10:00:00 CET" or "1793008800.123456": what syslog daemons write and journalctl prints (short,
 * short-precise, short-iso, short-iso-precise, short-full, short-unix, with-unit). Also with what a daemon adds to it: a
 * priority in front (of RFC 5424 the whole), facility and level in front of host, tag or message. */
struct syslog_line {
	int64_t time_s;
	struct str host, tag, message; /* tag without ":" : "postfix/smtp[123]"; both "" when there is no tag */
};
/* False with *why set: no syslog line. */
bool syslog_split(struct stamp_clock *c, struct str line, struct syslog_line *out, const char **why);

#endif
