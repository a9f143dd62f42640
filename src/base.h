/* base.h - arena, byte strings, a growing buffer, errors, the clock: what every file stands on.
 *
 * Layer 0. Knows nothing of mail, terminals or databases. No globals, so safe in any thread as long
 * as one object is used by one thread at a time. Out of memory ends the program through die().
 */
#ifndef BASE_H
#define BASE_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* ---- byte strings ---- */

/* Bytes that somebody else owns; may hold NUL and invalid UTF-8, need not end in NUL. */
struct str {
	const char *p;
	size_t len;
};

#define STR(lit) ((struct str){(lit), sizeof(lit) - 1})

bool char_is_space(char c);                                  /* ASCII white space */
struct str str_of(const char *cstr);                         /* NULL gives the empty string */
struct str str_slice(struct str s, size_t from, size_t len); /* clipped to s */
struct str str_trim(struct str s);                           /* without ASCII white space at both ends */
bool str_eq(struct str a, struct str b);
int str_cmp(struct str a, struct str b);        /* <0, 0, >0 in the order of bytes */
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix);
/* Offset of `needle` in `s` at or after `from`, or SIZE_MAX. The _nocase one folds ASCII letters. */
size_t str_find(struct str s, struct str needle, size_t from);
size_t str_find_nocase(struct str s, struct str needle, size_t from);
/* Splits off the part of *rest before `sep` and moves *rest behind it. False when *rest.p is NULL:
 * the last part has been handed out. */
bool str_next(struct str *rest, char sep, struct str *part);
/* A whole decimal number, optional sign, nothing else. False: not one, or out of range. */
bool str_to_int(struct str s, int64_t *out);
/* How many letters must be added, removed, replaced or swapped with their neighbour to make `b` of `a`, whatever the case;
 * for "did you mean". Long texts count as far apart. */
int str_distance(struct str a, struct str b);
/* Which name a mistyped word means: offer all there are, then take the nearest; NULL: none is near. */
struct guess {
	struct str word;
	const char *nearest;
	int distance; /* of `nearest` */
};
void guess_offer(struct guess *g, const char *name); /* the name must stay */
uint64_t str_hash(struct str s, uint64_t seed);      /* FNV-1a, stable over versions and machines */

/* ---- arena ---- */

/* Memory freed all at once. Zero-initialise: struct arena a = {0}. */
struct arena {
	struct arena_chunk *chunks;
};

void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for anything */
#define arena_array(a, type, n) ((type *)arena_alloc_array((a), (n), sizeof(type)))
void *arena_alloc_array(struct arena *a, size_t n, size_t size); /* dies on overflow */
struct str arena_str(struct arena *a, struct str s);             /* a copy, with a NUL behind it */
char *arena_cstr(struct arena *a, struct str s);                 /* the same as a C string */
struct str arena_lower(struct arena *a, struct str s);           /* a copy in small ASCII letters */
struct str arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *a); /* frees all; the arena may be used again */

/* ---- growing buffer ---- */

/* Zero-initialise; the bytes are b.p[0..b.len), and always end in NUL once anything was added. */
struct buf {
	char *p;
	size_t len, cap;
};

void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct str buf_str(const struct buf *b);
void buf_reset(struct buf *b); /* empty, memory kept */
void buf_free(struct buf *b);

/* ---- errors ---- */

enum err_kind {
	ERR_NONE,
	ERR_USAGE,  /* wrong call: exit 2 */
	ERR_INPUT,  /* bad data: says what and where */
	ERR_IO,     /* the system refused: says what, on which file */
	ERR_STALE,  /* a newer request made this one pointless; never shown */
	ERR_CANCEL, /* the user stopped it */
};

/* One clear sentence: what, where, what to do. May hold bytes from outside: show it through text_show. */
struct err {
	enum err_kind kind;
	size_t column; /* 1-based byte column of the fault in the input, 0 when that means nothing */
	char msg[400];
};

/* Fills *e, unless it holds an earlier error: the first one is the cause. Always returns false. */
bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same, with ": strerror(errnum)" appended. */
bool err_sys(struct err *e, int errnum, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* For out of memory and broken invariants. Restores the terminal by the hook, prints, aborts. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern void (*die_hook)(void); /* set once by term.c; runs in the dying thread */

/* ---- tables made when they are needed first ---- */

/* Calls `make` unless *done, and sets that; any thread, the others wait. `make` calls once() for nothing else. */
void once(atomic_bool *done, void (*make)(void));

/* ---- clock ---- */

#define TIME_NONE INT64_MIN

/* UTC seconds since 1970. DEADLETTER_NOW=<seconds> in the environment freezes it (tests). */
int64_t clock_now(void);
/* Monotonic milliseconds since an arbitrary start; never frozen. */
int64_t clock_ms(void);

/* Civil UTC date and time; proleptic Gregorian, any year that fits. */
struct civil {
	int64_t year;
	int month, day;           /* 1..12, 1..31 */
	int hour, minute, second; /* 0..23, 0..59, 0..59 */
	int weekday;              /* 0 = Sunday; set by civil_of, ignored by civil_to */
};

const char *month_name(int month);     /* 1: "Jan" */
const char *weekday_name(int weekday); /* 0: "Sun" */

struct civil civil_of(int64_t utc_s);
int64_t civil_to(struct civil c); /* fields out of range carry over */
int64_t day_of(int64_t utc_s);    /* days since 1970-01-01, rounded down also before it */

/* Whose clock a date is read from. Local: as the environment's TZ, or the system, says. */
enum zone { ZONE_UTC, ZONE_LOCAL };

struct civil civil_in(enum zone z, int64_t utc_s);
/* Fields out of range carry over. A time that comes twice, when clocks are set back, is its first; one that is left out,
 * when they are set forward, is as long after the change as it would have been. */
int64_t civil_to_in(enum zone z, struct civil c);
/* Where the day of `utc_s`, or the one `days_on` days later, starts. Days follow each other without a gap; they may have 23
 * or 25 hours. */
int64_t day_start_in(enum zone z, int64_t utc_s, int days_on);
/* What the zone is called at that time: "UTC", "CET", "+0545"; printable ASCII without blanks. Returns buf. */
enum { ZONE_TEXT = 16 };
const char *zone_name(enum zone z, int64_t utc_s, char buf[ZONE_TEXT]);

/* Now, and whose midnight "today" starts at. */
struct moment {
	int64_t now_s;
	enum zone zone;
};
struct moment moment_now(enum zone z); /* clock_now() there */

#endif
