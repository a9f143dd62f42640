/* Any filter line: parsed or refused at a column of the line; its canonical text gives the same terms, and the same text
 * again; a mistake leaves the terms before it; matching never fails. */
#include "filter.h"

#include <stdlib.h>
#include <time.h>

enum { NOW_S = 1795521600 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return 0;
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void must_be_same(const struct filter *a, const struct filter *b)
{
	must(a->count == b->count);
	for (int i = 0; i < a->count; i++) {
		const struct filter_term *x = &a->terms[i], *y = &b->terms[i];
		must(x->key == y->key && x->negated == y->negated && str_eq(x->text, y->text));
		must(x->exact == y->exact);
		must(x->number == y->number && x->time == y->time);
		must(x->code.none == y->code.none && x->code.basic_lo == y->code.basic_lo &&
		     x->code.basic_hi == y->code.basic_hi && x->code.cls == y->code.cls &&
		     x->code.subject == y->code.subject && x->code.detail == y->code.detail);
	}
}

/* A record that has something of the line itself in every field. */
static struct record record_of(struct str s)
{
	return (struct record){
		.id = (int64_t)s.len,
		.time = NOW_S - 86400,
		.recipient = s,
		.sender = s,
		.title = s,
		.response = s,
		.remote_mta = s,
		.message_id = s,
		.queue_id = s,
		.outcome = (enum outcome)(s.len % OUTCOME_COUNT),
		.enhanced = {.cls = s.len % 2 ? 5 : 0, .subject = (int)(s.len % 8), .detail = 1},
		.basic = s.len % 3 ? 550 : 0,
	};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct str line = {(const char *)data, size};
	struct filter f, again;
	struct err e = {0};
	enum zone zone = size % 2 ? ZONE_LOCAL : ZONE_UTC;
	const struct moment now = {.now_s = NOW_S, .zone = zone};
	bool ok = filter_parse(line, now, &a, &f, &e);
	must(ok == (e.kind == ERR_NONE));
	must(ok || (e.column >= 1 && e.column <= size + 1 && e.msg[0]));
	for (int i = 0; i < f.count; i++)
		must(f.terms[i].column >= 1 && f.terms[i].column <= size);

	struct str text = filter_text(&f, zone, &a);
	e = (struct err){0};
	must(filter_parse(text, now, &a, &again, &e));
	must_be_same(&f, &again);
	must(str_eq(text, filter_text(&again, zone, &a)));

	struct record r = record_of(line);
	must(filter_matches(&f, &r) == filter_matches(&again, &r));
	arena_free(&a);
	return 0;
}
