/* Mails of any bytes: records that are taken have a recipient and a key, the same mail read again gives the same, and
 * addresses lie within the text they were found in. */
#include "import/mail_address.h"
#include "import/mail_html.h"
#include "import/mail_mime.h"

#include "../unit/import_list.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_addresses(struct str text)
{
	struct str a;
	size_t before = 0;
	for (size_t at = 0; address_next(text, &at, &a); before = at) {
		must(at > before && at <= text.len);
		must(a.p >= text.p + before && a.p + a.len <= text.p + at);
		must(str_find(a, STR("@"), 0) != SIZE_MAX);
	}
}

static void check_html(struct str text)
{
	struct arena a = {0};
	must(html_text(text, &a).len <= text.len);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str mail = {(const char *)data, size};
	struct import_options o = {0};
	struct err e = {0};
	check_addresses(mail);
	check_html(mail);
	struct list *l = malloc(sizeof *l), *again = malloc(sizeof *again);
	must(l && again);
	*l = list_new();
	*again = list_new();
	must(list_feed(l, &import_mail, &o, mail, 1793008800, &e));
	must(list_feed(again, &import_mail, &o, mail, 1793008800, &e));
	must(l->count == again->count && l->bad_count == again->bad_count);
	for (int i = 0; i < l->count; i++) {
		const struct record *r = &l->items[i].record;
		must(r->recipient.len > 0 && r->source_key != 0 && r->source_line > 0);
		must(r->basic == 0 || (r->basic >= 200 && r->basic <= 999));
		must(r->outcome == OUTCOME_FAILED || r->outcome == OUTCOME_DEFERRED || r->outcome == OUTCOME_DELIVERED);
		must((unsigned)r->stage < STAGE_COUNT);
		must(r->source_key == again->items[i].record.source_key);
	}
	int score = import_mail.score(mail);
	must(score >= 0 && score <= 100);
	list_free(l);
	list_free(again);
	free(l);
	free(again);
	return 0;
}
