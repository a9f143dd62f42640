/* zones.h - time zones for tests, spelled out so that they need no zone files on the machine. */
#ifndef ZONES_H
#define ZONES_H

#include <stdlib.h>
#include <time.h>

#define BERLIN    "CET-1CEST,M3.5.0,M10.5.0/3"
#define NEW_YORK  "EST5EDT,M3.2.0,M11.1.0"
#define KATHMANDU "<+0545>-5:45"
#define LORD_HOWE "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0" /* changes by half an hour */
/* Clocks change at a minute past midnight: forward out of the day's second minute, back into the day before. */
#define ST_JOHNS "NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01"
#define SANTIAGO "<-04>4<-03>,M9.1.6/24,M4.1.6/24" /* at midnight: in spring a day starts at 1:00 */

static const char *const test_zones[] = {"UTC", BERLIN, NEW_YORK, KATHMANDU, LORD_HOWE, ST_JOHNS, SANTIAGO};

static inline void use_zone(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

#endif
