#include "codes.h"
#include "codes_data.h"
#include "filter.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ecode code(const char *text)
{
	struct ecode c = {0};
	if (text[0])
		assert_true(ecode_of(str_of(text), &c));
	return c;
}

static struct explanation explain_at(enum outcome o, const char *enhanced, int basic, const char *mta,
				     const char *response)
{
	struct explanation x;
	memset(&x, 0xa5, sizeof x);
	struct record r = {.outcome = o,
			   .enhanced = code(enhanced),
			   .basic = basic,
			   .remote_mta = str_of(mta),
			   .response = str_of(response)};
	codes_explain(&r, &x);
	assert_ptr_equal(x.entry, codes_entry(&r));
	assert_non_null(x.entry);
	assert_non_null(x.customer);
	assert_true(x.customer[0] != '\0');
	assert_true(x.side_name[0] != '\0');
	assert_true(x.lasting[0] != '\0');
	return x;
}

static struct explanation explain(enum outcome o, const char *enhanced, int basic)
{
	return explain_at(o, enhanced, basic, "", "");
}

/* ---- the tables ---- */

static void test_counts(void **state)
{
	(void)state;
	size_t enhanced, basic;
	assert_non_null(codes_enhanced_rows(&enhanced));
	assert_non_null(codes_basic_rows(&basic));
	assert_int_equal(enhanced, 81);
	assert_true(basic >= 33);
	assert_int_equal(codes_data[TABLE_CLASSES].count, 3);
	assert_int_equal(codes_data[TABLE_SUBJECTS].count, 8);
	assert_int_equal(codes_data[TABLE_SPECIAL].count, SPECIAL_COUNT);
	assert_true(codes_providers_count > 0);
}

static void test_every_registered_code_is_found(void **state)
{
	(void)state;
	static const int last_detail[] = {0, 10, 4, 6, 7, 6, 10, 30};
	size_t found = 0;
	for (int subject = 0; subject < (int)COUNT_OF(last_detail); subject++) {
		assert_non_null(codes_subject(subject));
		for (int detail = 0; detail <= last_detail[subject]; detail++, found++) {
			char want[ECODE_TEXT];
			snprintf(want, sizeof want, "X.%d.%d", subject, detail);
			const struct code_entry *e = codes_enhanced((struct ecode){5, subject, detail});
			assert_non_null(e);
			assert_string_equal(e->code, want);
			assert_ptr_equal(e, codes_enhanced((struct ecode){4, subject, detail}));
		}
		assert_null(codes_enhanced((struct ecode){5, subject, last_detail[subject] + 1}));
	}
	assert_int_equal(found, 81);
}

static void test_every_failure_basic_is_found(void **state)
{
	(void)state;
	static const int basics[] = {421, 422, 430, 432, 450, 451, 452, 453, 454, 455, 458,
				     459, 500, 501, 502, 503, 504, 521, 523, 524, 525, 530,
				     533, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556};
	assert_int_equal(COUNT_OF(basics), 33);
	for (size_t i = 0; i < COUNT_OF(basics); i++) {
		const struct code_entry *e = codes_basic(basics[i]);
		assert_non_null(e);
		assert_int_equal(atoi(e->code), basics[i]);
	}
}

static void test_unknown_keys_are_null(void **state)
{
	(void)state;
	static const struct ecode wrong[] = {{0, 0, 0},         {0, 1, 1},
					     {3, 1, 1},         {6, 1, 1},
					     {5, 8, 0},         {5, 999, 999},
					     {5, 1, 1001},      {5, 0, 1001},
					     {5, -1, 1},        {5, 2, -1},
					     {5, 2147483, 647}, {5, 2147483647, 2147483647},
					     {-5, 1, 1},        {5, 1, -2147483647 - 1}};
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_null(codes_enhanced(wrong[i]));
	assert_null(codes_basic(0));
	assert_null(codes_basic(498));
	assert_null(codes_basic(-550));
	assert_null(codes_class(3));
	assert_null(codes_class(0));
	assert_null(codes_subject(8));
	assert_null(codes_subject(-1));
}

static void assert_sentence(const char *what, const char *code_text, const char *s)
{
	size_t n = strlen(s);
	if (n < 4 || s[n - 1] != '.')
		fail_msg("%s: %s is no sentence: \"%s\"", code_text, what, s);
}

static void test_every_field_is_there(void **state)
{
	(void)state;
	for (int t = 0; t < TABLE_COUNT; t++) {
		for (size_t i = 0; i < codes_data[t].count; i++) {
			const struct code_entry *e = &codes_data[t].rows[i];
			assert_true(e->code[0] && e->name[0] && e->side_why[0] && e->rfc[0]);
			assert_non_null(e->basics);
			assert_sentence("meaning", e->code, e->meaning);
			assert_sentence("info", e->code, e->info);
			assert_sentence("todo", e->code, e->todo);
			assert_sentence("customer", e->code, e->customer);
			assert_in_range(e->side, 0, SIDE_COUNT - 1);
			assert_in_range(e->useful, 0, USEFUL_COUNT - 1);
			if (i > 0)
				assert_true(codes_data[t].keys[i - 1] < codes_data[t].keys[i]);
		}
	}
	for (size_t i = 0; i < codes_providers_count; i++) {
		const struct provider_note *n = &codes_providers[i].note;
		assert_true(n->provider[0] && n->code[0]);
		assert_sentence("meaning", n->code, n->meaning);
		assert_sentence("todo", n->code, n->todo);
		assert_sentence("customer", n->code, n->customer);
	}
}

static void test_registered_names(void **state)
{
	(void)state;
	static const struct {
		const char *code, *name;
	} facts[] = {
		{"5.0.0", "Other undefined Status"},
		{"5.1.1", "Bad destination mailbox address"},
		{"5.1.6", "Destination mailbox has moved, No forwarding address"},
		{"5.1.8", "Bad sender's system address"},
		{"5.6.5", "Conversion Failed"},
		{"5.6.8", "UTF-8 string reply is required, but not permitted by the SMTP client"},
		{"5.7.1", "Delivery not authorized, message refused"},
		{"5.7.10", "Encryption Needed"},
		{"5.7.30", "REQUIRETLS support required"},
	};
	for (size_t i = 0; i < COUNT_OF(facts); i++)
		assert_string_equal(codes_enhanced(code(facts[i].code))->name, facts[i].name);
	assert_string_equal(codes_subject(7)->name, "Security or policy");
}

static bool listed(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

static void test_usefulness_is_the_registry_s(void **state)
{
	(void)state;
	static const char *const permanent[] = {"X.1.1", "X.1.2", "X.1.3", "X.1.6", "X.2.3", "X.3.4", "X.5.1", "X.5.2",
						"X.5.4", "X.6.1", "X.7.1", "X.7.2", "X.7.3", "X.7.4", NULL};
	static const char *const transient[] = {"X.2.2", "X.3.1", "X.4.1", "X.4.2", "X.4.3", "X.4.5", "X.4.6", NULL};
	static const char *const success[] = {"X.1.5", "X.3.6", NULL};
	size_t count;
	const struct code_entry *rows = codes_enhanced_rows(&count);
	for (size_t i = 0; i < count; i++) {
		enum useful want = listed(rows[i].code, permanent)   ? USEFUL_PERMANENT
				   : listed(rows[i].code, transient) ? USEFUL_TRANSIENT
				   : listed(rows[i].code, success)   ? USEFUL_SUCCESS
								     : USEFUL_ANY;
		if (rows[i].useful != want)
			fail_msg("%s: useful is %d, must be %d", rows[i].code, (int)rows[i].useful, (int)want);
	}
}

static void test_useful_as(void **state)
{
	(void)state;
	assert_string_equal(codes_useful_as(codes_enhanced(code("5.2.2"))), "a persistent transient error");
	assert_string_equal(codes_useful_as(codes_basic(550)), "");
}

static void test_associated_basics(void **state)
{
	(void)state;
	assert_string_equal(codes_enhanced(code("5.0.0"))->basics, "any");
	assert_string_equal(codes_enhanced(code("5.1.0"))->basics, "");
	assert_string_equal(codes_enhanced(code("5.1.1"))->basics, "451 550");
	assert_string_equal(codes_enhanced(code("5.1.10"))->basics, "556");
	assert_string_equal(codes_enhanced(code("5.5.0"))->basics,
			    "220 250 251 252 253 451 452 454 458 459 501 502 503 554");
	assert_string_equal(codes_enhanced(code("5.7.11"))->basics, "524 538");
	assert_string_equal(codes_enhanced(code("5.7.15"))->basics, "450 550 4xx 5xx");
	assert_string_equal(codes_enhanced(code("5.7.28"))->basics, "");
}

/* ---- what the customer reads ---- */

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void assert_no_jargon(const char *code_text, const char *sentence)
{
	static const char *const jargon[] = {
		"SMTP", "ESMTP", "DSN", "DKIM", "SPF",    "DMARC",  "ARC",    "MX",       "MTA",    "DNS",
		"PTR",  "RFC",   "TLS", "IP",   "HELO",   "RRVS",   "UTF",    "ASCII",    "MIME",   "domain",
		"code", "relay", "hop", "null", "bounce", "header", "syntax", "protocol", "tenant", "greylisting"};
	struct str s = str_of(sentence);
	for (size_t i = 0; i < COUNT_OF(jargon); i++) {
		struct str j = str_of(jargon[i]);
		for (size_t at = 0; (at = str_find_nocase(s, j, at)) != SIZE_MAX; at++) {
			bool starts = at == 0 || !is_word_byte(s.p[at - 1]);
			bool ends = at + j.len == s.len || !is_word_byte(s.p[at + j.len]);
			if (starts && ends)
				fail_msg("%s: jargon \"%s\" in \"%s\"", code_text, jargon[i], sentence);
		}
	}
	assert_null(strpbrk(sentence, "0123456789"));
	assert_null(strstr(sentence, ". "));
}

static void test_customer_sentences_are_plain(void **state)
{
	(void)state;
	for (int t = 0; t < TABLE_COUNT; t++)
		for (size_t i = 0; i < codes_data[t].count; i++)
			assert_no_jargon(codes_data[t].rows[i].code, codes_data[t].rows[i].customer);
	for (size_t i = 0; i < codes_providers_count; i++)
		assert_no_jargon(codes_providers[i].note.code, codes_providers[i].note.customer);
}

/* ---- explanation ---- */

static void test_entry_is_the_most_telling_row(void **state)
{
	(void)state;
	static const struct {
		enum outcome outcome;
		const char *enhanced;
		int basic;
		const char *entry, *lasting;
		bool registered;
	} cases[] = {
		/* exact */
		{OUTCOME_FAILED, "5.1.1", 550, "X.1.1", "permanent", true},
		{OUTCOME_FAILED, "5.2.2", 0, "X.2.2", "permanent", true},
		{OUTCOME_FAILED, "4.2.2", 0, "X.2.2", "temporary", true},
		{OUTCOME_DEFERRED, "4.4.1", 0, "X.4.1", "temporary", true},
		{OUTCOME_FAILED, "", 550, "550", "permanent", true},
		{OUTCOME_DEFERRED, "", 451, "451", "temporary", true},
		{OUTCOME_FAILED, "5.0.0", 0, "X.0.0", "permanent", true},
		/* detail not registered: its subject */
		{OUTCOME_FAILED, "5.7.606", 550, "7", "permanent", false},
		{OUTCOME_FAILED, "5.1.99", 0, "1", "permanent", false},
		{OUTCOME_FAILED, "5.0.9", 0, "0", "permanent", false},
		/* no subject either: the basic code, else the class */
		{OUTCOME_FAILED, "5.9.9", 552, "552", "permanent", false},
		{OUTCOME_FAILED, "5.9.9", 0, "5", "permanent", false},
		{OUTCOME_FAILED, "4.8.0", 0, "4", "temporary", false},
		/* X.0.0 says nothing that a basic code does not say better */
		{OUTCOME_FAILED, "5.0.0", 550, "550", "permanent", true},
		{OUTCOME_FAILED, "5.0.9", 550, "550", "permanent", false},
		{OUTCOME_FAILED, "5.0.0", 598, "X.0.0", "permanent", true},
		/* unknown basic codes: the first digit, else nothing is known */
		{OUTCOME_FAILED, "", 498, "4", "temporary", true},
		{OUTCOME_FAILED, "", 585, "5", "permanent", true},
		{OUTCOME_FAILED, "", 605, "unknown", "unknown", true},
		{OUTCOME_FAILED, "", 399, "unknown", "unknown", true},
		/* contradictions: cause by the enhanced code, lasting by the basic one */
		{OUTCOME_FAILED, "4.4.7", 550, "X.4.7", "permanent", true},
		{OUTCOME_DEFERRED, "5.1.1", 450, "X.1.1", "temporary", true},
		/* a success explains no failure */
		{OUTCOME_FAILED, "2.0.0", 250, "success", "unknown", true},
		{OUTCOME_FAILED, "2.6.4", 0, "success", "unknown", true},
		{OUTCOME_FAILED, "", 220, "success", "unknown", true},
		{OUTCOME_DEFERRED, "", 250, "success", "temporary", true},
		{OUTCOME_FAILED, "2.0.0", 550, "550", "permanent", true},
		{OUTCOME_FAILED, "5.1.1", 250, "X.1.1", "permanent", true},
		{OUTCOME_FAILED, "4.2.2", 220, "X.2.2", "temporary", true},
		{OUTCOME_DROPPED, "2.0.0", 250, "dropped", "permanent", true},
		/* no code, drops */
		{OUTCOME_FAILED, "", 0, "no code", "unknown", true},
		{OUTCOME_DEFERRED, "", 0, "no code", "temporary", true},
		{OUTCOME_QUEUED, "", 0, "queued", "unknown", true},
		{OUTCOME_DROPPED, "", 0, "dropped", "permanent", true},
		{OUTCOME_DROPPED, "5.1.1", 550, "dropped", "permanent", true},
		/* success, also under codes whose rows speak of failures */
		{OUTCOME_DELIVERED, "", 0, "2", "success", true},
		{OUTCOME_OPENED, "", 0, "2", "success", true},
		{OUTCOME_DELIVERED, "2.0.0", 250, "250", "success", true},
		{OUTCOME_DELIVERED, "2.0.0", 0, "2", "success", true},
		{OUTCOME_DELIVERED, "2.6.0", 0, "2", "success", true},
		{OUTCOME_DELIVERED, "2.1.1", 250, "250", "success", true},
		{OUTCOME_DELIVERED, "2.1.5", 250, "X.1.5", "success", true},
		{OUTCOME_DELIVERED, "2.1.9", 0, "X.1.9", "success", true},
		{OUTCOME_DELIVERED, "2.3.6", 251, "X.3.6", "success", true},
		{OUTCOME_DELIVERED, "2.6.4", 250, "X.6.4", "success", true},
		{OUTCOME_DELIVERED, "2.6.8", 252, "X.6.8", "success", true},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct explanation x = explain(cases[i].outcome, cases[i].enhanced, cases[i].basic);
		if (strcmp(x.entry->code, cases[i].entry) != 0 || strcmp(x.lasting, cases[i].lasting) != 0 ||
		    x.registered != cases[i].registered)
			fail_msg("case %zu, %s %d: got %s, %s, %s", i, cases[i].enhanced, cases[i].basic, x.entry->code,
				 x.lasting, x.registered ? "registered" : "not registered");
	}
}

/* Its attempts have ended: nobody is to wait for retries, or to be told of them. */
static void assert_no_waiting(const struct explanation *x)
{
	static const char *const waiting[] = {"ait for the retries", "retries get through", "retries will",
					      "et the retries run",  "again by itself",     "which we are doing"};
	const char *name = x->provider ? x->provider->provider : x->entry->name;
	assert_int_not_equal(x->side, SIDE_WAIT);
	assert_non_null(x->ended);
	for (size_t i = 0; i < COUNT_OF(waiting); i++)
		if (strstr(x->todo, waiting[i]) || strstr(x->customer, waiting[i]))
			fail_msg("%s: %s %s", name, x->todo, x->customer);
}

static void test_given_up_is_not_waited_for(void **state)
{
	(void)state;
	size_t count;
	const struct code_entry *rows = codes_enhanced_rows(&count);
	for (size_t i = 0; i < count; i++) {
		struct str text = str_of(rows[i].code + 1);
		char temporary[ECODE_TEXT];
		snprintf(temporary, sizeof temporary, "4%.*s", (int)text.len, text.p);
		if (rows[i].useful == USEFUL_SUCCESS)
			continue;
		struct explanation x = explain(OUTCOME_FAILED, temporary, 0);
		assert_no_waiting(&x);
	}
	rows = codes_basic_rows(&count);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].code[0] != '4' && rows[i].code[0] != '3')
			continue;
		struct explanation x = explain(OUTCOME_FAILED, "", atoi(rows[i].code));
		if (x.ended || x.side == SIDE_WAIT)
			assert_no_waiting(&x);
	}
	static const struct {
		const char *enhanced;
		int basic;
		const char *response;
	} cases[] = {
		{"", 450, ""},
		{"4.0.0", 499, ""},
		{"4.8.1", 0, ""},
		{"4.4.99", 0, ""},
		{"4.4.2", 554, ""},
		{"4.4.1", 0, "Connection timed out"},
		{"4.7.1", 450, "greylisted, try again later"},
		{"4.7.605", 451, "x.prod.outlook.com"},
		{"4.7.850", 451, "x.prod.outlook.com"},
		{"", 451, "Internal resources are temporarily unavailable - mimecast"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct explanation x =
			explain_at(OUTCOME_FAILED, cases[i].enhanced, cases[i].basic, "", cases[i].response);
		assert_no_waiting(&x);
	}

	/* while it is tried, and where there was nothing to try again */
	struct explanation x = explain(OUTCOME_DEFERRED, "", 450);
	assert_null(x.ended);
	assert_int_equal(x.side, SIDE_WAIT);
	assert_null(explain(OUTCOME_FAILED, "5.1.1", 550).ended);

	/* put off, or never reached */
	x = explain(OUTCOME_FAILED, "", 421);
	assert_string_equal(x.ended->code, "given up");
	assert_ptr_equal(x.customer, x.ended->customer);
	x = explain(OUTCOME_FAILED, "4.4.5", 421);
	assert_string_equal(x.ended->code, "given up");
	x = explain(OUTCOME_FAILED, "4.4.2", 421);
	assert_string_equal(x.ended->code, "unreached");
	assert_ptr_equal(x.todo, x.ended->todo);

	/* what the recipient or we have to do stays, and is the one advice */
	x = explain(OUTCOME_FAILED, "4.1.1", 450);
	assert_non_null(x.ended);
	assert_int_equal(x.side, SIDE_RECIPIENT);
	assert_ptr_equal(x.todo, x.entry->todo);
	assert_null(strstr(x.ended->meaning, "send"));
}

/* What the pane says of a code is what class: picks it by. */
static void test_lasting_is_the_class_of_the_filter(void **state)
{
	(void)state;
	static const char *const words[] = {[2] = "success", [4] = "temporary", [5] = "permanent"};
	static const int classes[] = {0, 2, 4, 5}, basics[] = {0, 250, 354, 421, 550, 554, 605};
	for (size_t c = 0; c < COUNT_OF(classes); c++) {
		for (size_t b = 0; b < COUNT_OF(basics); b++) {
			struct ecode e = {classes[c], classes[c] ? 4 : 0, classes[c] ? 2 : 0};
			struct explanation x;
			int cls = filter_class(e, basics[b]);
			/* success codes count for nothing where nothing arrived */
			bool fine = classes[c] == 2 || basics[b] == 250;
			const struct record r = {.outcome = fine ? OUTCOME_DELIVERED : OUTCOME_FAILED,
						 .enhanced = e,
						 .basic = basics[b]};
			codes_explain(&r, &x);
			assert_string_equal(x.lasting, cls ? words[cls] : "unknown");
		}
	}
}

static void test_all_rows_that_apply_are_given(void **state)
{
	(void)state;
	struct explanation x = explain(OUTCOME_FAILED, "5.7.606", 550);
	assert_ptr_equal(x.cls, codes_class(5));
	assert_ptr_equal(x.subject, codes_subject(7));
	assert_ptr_equal(x.basic, codes_basic(550));
	assert_null(x.provider);

	x = explain(OUTCOME_FAILED, "5.9.9", 0);
	assert_ptr_equal(x.cls, codes_class(5));
	assert_null(x.subject);
	assert_null(x.basic);

	x = explain(OUTCOME_FAILED, "", 0);
	assert_null(x.cls);
	assert_null(x.subject);
	assert_int_equal(x.side, SIDE_ADMIN);
	assert_string_equal(x.side_name, "recipient's mail administrator");
}

static void test_no_failure_is_told_as_a_success(void **state)
{
	(void)state;
	struct explanation x = explain(OUTCOME_FAILED, "2.0.0", 250);
	assert_null(x.cls);
	assert_null(x.subject);
	assert_null(x.basic);
	assert_null(strstr(x.customer, "accepted"));
	assert_int_equal(x.side, SIDE_ADMIN);
}

/* "No answer" needs evidence: that there is no code is none. */
static void test_without_a_code(void **state)
{
	(void)state;
	static const struct {
		struct record r;
		const char *entry;
	} cases[] = {
		{{.response = {"Connection timed out", 20}}, "none"},
		{{.response = {"connect to mx.example.com[192.0.2.1]:25: No route to host", 57}}, "none"},
		{{.response = {"Host or domain name not found", 29}}, "none"},
		{{.stage = STAGE_CONNECT}, "none"},
		{{.stage = STAGE_GREETING}, "none"},
		{{.outcome = OUTCOME_FAILED}, "no code"},
		{{.response = {"The recipient's mailbox is full", 31}}, "no code"},
		{{.stage = STAGE_RCPT}, "no code"},
		{{.stage = STAGE_RCPT, .response = {"Connection timed out", 20}}, "no code"},
		{{.response = {"TLS is required, but was not offered", 36}}, "no code"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct record r = cases[i].r;
		r.outcome = OUTCOME_FAILED;
		if (strcmp(codes_entry(&r)->code, cases[i].entry) != 0)
			fail_msg("case %zu: got %s", i, codes_entry(&r)->code);
		r.outcome = OUTCOME_DEFERRED;
		assert_string_equal(codes_entry(&r)->code, cases[i].entry);
		r.outcome = OUTCOME_QUEUED;
		assert_string_equal(codes_entry(&r)->code, "queued");
	}
	struct explanation x = explain_at(OUTCOME_FAILED, "", 0, "", "The recipient's mailbox is full");
	assert_null(strstr(x.customer, "reached"));
}

/* Who unsubscribed or complained is not told that their address does not work. */
static void test_reasons_of_drops(void **state)
{
	(void)state;
	static const struct {
		const char *response, *entry;
		enum side side;
		bool failed_before;
		const char *customer; /* is in the sentence */
	} cases[] = {
		{"", "dropped", SIDE_EARLIER, true, "an earlier email came back"},
		{"Dropped", "dropped", SIDE_EARLIER, true, "an earlier email came back"},
		{"Bounced Address", "dropped", SIDE_EARLIER, true, "an earlier email came back"},
		{"Invalid", "dropped", SIDE_EARLIER, true, "confirm your email address"},
		{"suppress-bounce", "dropped", SIDE_EARLIER, true, "an earlier email came back"},
		{"Not delivering to previously bounced address", "dropped", SIDE_EARLIER, true, "came back"},
		{"Amazon SES has suppressed sending to this address because it has a recent history of bouncing",
		 "dropped", SIDE_RECIPIENT, true, "an earlier email came back"},
		{"Amazon SES did not send the message to this address because it is on the suppression list for your "
		 "account",
		 "dropped", SIDE_RECIPIENT, true, "came back or was marked as spam"},
		{"550 5.7.1 spam content", "dropped", SIDE_EARLIER, true, "came back"}, /* the failure's own words */
		{"Unsubscribed Address", "unsubscribed", SIDE_RECIPIENT, false, "You have unsubscribed"},
		{"Dropped: recipient has unsubscribed.", "unsubscribed", SIDE_RECIPIENT, false, "unsubscribed"},
		{"suppress-unsubscribe", "unsubscribed", SIDE_RECIPIENT, false, "You have unsubscribed"},
		{"Not delivering to unsubscribed address", "unsubscribed", SIDE_RECIPIENT, false, "unsubscribed"},
		{"UnsubscribedRecipient", "unsubscribed", SIDE_RECIPIENT, false, "You have unsubscribed"},
		{"Spam Reporting Address", "complaint", SIDE_RECIPIENT, false, "marked as spam"},
		{"suppress-complaint", "complaint", SIDE_RECIPIENT, false, "marked as spam"},
		{"Not delivering to a user who marked your messages as spam", "complaint", SIDE_RECIPIENT, false,
		 "marked as spam"},
		{"Invalid SMTPAPI header", "refused", SIDE_SENDER, false, "on our side"},
		{" Spam Content ", "refused", SIDE_SENDER, false, "on our side"},
		{"Recipient List over Package Quota", "refused", SIDE_SENDER, false, "on our side"},
		{"You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: "
		 "bob@example.com. Inactive recipients are ones that have generated a hard bounce, a spam complaint, "
		 "or a manual suppression.",
		 "suppressed", SIDE_SENDER, true, "whether you would like"},
		{"554 5.7.1 recipient address was suppressed due to customer policy", "suppressed", SIDE_SENDER, true,
		 "whether you would like"},
		{"The recipient was manually deactivated.", "suppressed", SIDE_SENDER, true, "whether"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct record r = {.outcome = OUTCOME_DROPPED, .response = str_of(cases[i].response)};
		struct explanation x = explain_at(OUTCOME_DROPPED, "", 0, "", cases[i].response);
		if (strcmp(x.entry->code, cases[i].entry) != 0)
			fail_msg("case %zu: got %s", i, x.entry->code);
		assert_int_equal(x.side, cases[i].side);
		assert_int_equal(codes_failed_before(&r), cases[i].failed_before);
		if (!strstr(x.customer, cases[i].customer))
			fail_msg("case %zu: %s", i, x.customer);
		r.outcome = OUTCOME_FAILED;
		assert_false(codes_failed_before(&r));
	}
}

static void test_every_possible_code_is_explained(void **state)
{
	(void)state;
	static const int classes[] = {0, 2, 4, 5};
	static const int details[] = {0, 1, 5, 31, 606, 999};
	struct explanation x;
	for (int o = 0; o < OUTCOME_COUNT; o++)
		for (size_t c = 0; c < COUNT_OF(classes); c++)
			for (int s = 0; s < 12; s++)
				for (size_t d = 0; d < COUNT_OF(details); d++)
					for (int basic = 0; basic < 1000; basic += 50) {
						struct record r = {.outcome = (enum outcome)o,
								   .enhanced = {classes[c], s, details[d]},
								   .basic = basic};
						codes_explain(&r, &x);
						assert_non_null(x.entry);
						assert_true(x.customer[0] && x.lasting[0] && x.side_name[0]);
					}
}

/* ---- providers ---- */

static void test_providers(void **state)
{
	(void)state;
	static const struct {
		const char *enhanced;
		int basic;
		const char *mta, *response;
		const char *provider; /* NULL: none */
		const char *code;
		enum side side;
	} cases[] = {
		{"5.7.26", 550, "gmail-smtp-in.l.google.com", "", "Gmail", "5.7.26", SIDE_SENDER},
		{"5.7.27", 550, "GMAIL-SMTP-IN.L.GOOGLE.COM.", "", "Gmail", "5.7.27", SIDE_SENDER},
		{"5.7.30", 550, "aspmx.l.google.com[192.0.2.1]:25", "", "Gmail", "5.7.30", SIDE_SENDER},
		{"5.7.26", 550, "dns; aspmx.l.google.com (192.0.2.1)", "", "Gmail", "5.7.26", SIDE_SENDER},
		{"5.7.26", 550, "", "550-5.7.26 not authenticated\r\n550 5.7.26 x1-2y3.4 - gsmtp", "Gmail", "5.7.26",
		 SIDE_SENDER},
		{"4.7.26", 421, "aspmx.l.google.com", "", "Gmail", "4.7.26", SIDE_SENDER},
		{"5.7.26", 550, "mx.notgoogle.com", "", NULL, "", SIDE_WAIT},
		{"5.7.26", 550, "google.com.example", "", NULL, "", SIDE_WAIT},
		{"5.7.26", 550, "mx.example.com", "checks failed", NULL, "", SIDE_WAIT},
		{"5.1.1", 550, "aspmx.l.google.com", "", NULL, "", SIDE_WAIT},
		{"5.7.1", 550, "aspmx.l.google.com", "likely Unsolicited mail", "Gmail", "5.7.1", SIDE_SENDER},
		{"5.7.1", 550, "aspmx.l.google.com", "no access", NULL, "", SIDE_WAIT},
		{"5.4.1", 550, "", "Recipient address rejected: Access denied.", "Microsoft", "5.4.1", SIDE_RECIPIENT},
		{"5.4.1", 550, "x.mail.protection.outlook.com", "no answer", NULL, "", SIDE_WAIT},
		{"5.1.10", 550, "x.mail.protection.outlook.com", "", "Microsoft", "5.1.10", SIDE_RECIPIENT},
		{"5.1.10", 550, "mx.example.com", "", NULL, "", SIDE_WAIT},
		{"5.1.8", 550, "", "5.1.8 Access denied, bad outbound sender", "Microsoft", "5.1.8", SIDE_SENDER},
		{"5.7.606", 550, "", "Access denied, banned sending IP [192.0.2.1]", "Microsoft", "5.7.606-649",
		 SIDE_SENDER},
		{"5.7.649", 550, "", "Access denied, banned sending IP [192.0.2.1]", "Microsoft", "5.7.606-649",
		 SIDE_SENDER},
		{"5.7.605", 550, "", "Access denied, banned sending IP [192.0.2.1]", NULL, "", SIDE_WAIT},
		{"5.7.650", 550, "", "Access denied, banned sending IP [192.0.2.1]", NULL, "", SIDE_WAIT},
		{"5.7.9", 554, "mta5.am0.yahoodns.net", "not accepted for policy reasons", "Yahoo", "5.7.9",
		 SIDE_SENDER},
		{"", 451, "mx.example.org", "451 Greylisted, come back", "Greylisting", "400-499", SIDE_WAIT},
		{"4.7.1", 0, "mx.example.org", "graylisting in effect", "Greylisting", "4.7.0-1", SIDE_WAIT},
		{"5.7.1", 550, "mx.example.org", "no longer greylisted: refused", NULL, "", SIDE_WAIT},
		{"5.7.1", 554, "mx.example.org", "blocked using zen.SPAMHAUS.org", "Spamhaus", "any", SIDE_SENDER},
		/* split over the lines of a reply, or flattened to one with the prefixes left in */
		{"5.4.1", 550, "", "550-5.4.1 Recipient address rejected:\n550 5.4.1 Access denied", "Microsoft",
		 "5.4.1", SIDE_RECIPIENT},
		{"5.4.1", 550, "", "550-5.4.1 Recipient  address rejected: 550 5.4.1 Access\r\n denied", "Microsoft",
		 "5.4.1", SIDE_RECIPIENT},
		{"5.4.1", 550, "",
		 "host mx.example.net[192.0.2.7] said: 550-5.4.1 Recipient address rejected: 550 5.4.1 Access denied",
		 "Microsoft", "5.4.1", SIDE_RECIPIENT},
		{"5.7.509", 550, "", "550-5.7.509 example.com does not\r\n550 5.7.509 pass DMARC verification",
		 "Microsoft", "5.7.509", SIDE_SENDER},
		{"", 554, "", "554-yahoo: this mailbox is\n554 disabled", "Yahoo", "554", SIDE_RECIPIENT},
		{"5.4.1", 550, "", "550-5.4.1 Recipient address rejected:\n550 5.1.1 Access denied", NULL, "",
		 SIDE_WAIT},
		{"5.7.26", 550, "", "550 5.7.26 see https://support.google.com/mail/answer/81126", "Gmail", "5.7.26",
		 SIDE_SENDER},
		{"", 605, "", "Not delivering to previously bounced address", "Mailgun", "605", SIDE_RECIPIENT},
		{"", 0, "", "", NULL, "", SIDE_WAIT},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct provider_note *n = codes_provider(code(cases[i].enhanced), cases[i].basic,
							       str_of(cases[i].mta), str_of(cases[i].response));
		if (!n != !cases[i].provider)
			fail_msg("case %zu: got %s", i, n ? n->provider : "none");
		if (!n)
			continue;
		assert_string_equal(n->provider, cases[i].provider);
		assert_string_equal(n->code, cases[i].code);
		assert_int_equal(n->side, cases[i].side);
	}
}

static void test_provider_goes_before_the_registry(void **state)
{
	(void)state;
	struct explanation x = explain_at(OUTCOME_FAILED, "5.4.1", 550, "x.mail.protection.outlook.com",
					  "550 5.4.1 Recipient address rejected: Access denied.");
	assert_string_equal(x.entry->code, "X.4.1");
	assert_non_null(x.provider);
	assert_int_equal(x.entry->side, SIDE_ADMIN);
	assert_int_equal(x.side, SIDE_RECIPIENT);
	assert_string_equal(x.side_name, "recipient");
	assert_ptr_equal(x.customer, x.provider->customer);
}

/* ---- words against codes ---- */

static void test_words_that_speak_against_the_code(void **state)
{
	(void)state;
	static const struct {
		const char *enhanced;
		int basic;
		const char *response, *tell;
		enum side side;
	} cases[] = {
		{"5.1.1", 550, "550 5.1.1 IP blacklisted", "spam", SIDE_SENDER},
		{"5.1.1", 550, "550 5.1.1 <a@b.example>: Sender address rejected: User unknown", "sender's",
		 SIDE_SENDER},
		{"5.1.1", 550, "550 5.1.1 mailbox is full", "full", SIDE_RECIPIENT},
		{"5.1.1", 550, "550-5.1.1 the mailbox\r\n550 5.1.1 is full", "full", SIDE_RECIPIENT},
		{"5.1.1", 550, "550 5.1.1 relaying denied", "pass on", SIDE_ADMIN},
		{"5.1.10", 550, "550 5.1.10 failed DMARC.", "DMARC", SIDE_SENDER},
		{"5.2.1", 550, "550 5.2.1 low reputation of your network", "spam", SIDE_SENDER},
		{"5.2.2", 550, "550 5.2.2 user unknown", "not exist", SIDE_RECIPIENT},
		{"5.7.1", 550, "550 5.7.1 user unknown", "not exist", SIDE_RECIPIENT},
		{"5.7.1", 550, "550 5.7.1 mailbox full", "full", SIDE_RECIPIENT},
		{"5.7.26", 550, "550 5.7.26 no such user", "not exist", SIDE_RECIPIENT},
		{"5.7.1", 550, "550 5.7.1 mailbox full or user unknown", "another reason", SIDE_RECIPIENT},
		{"5.1.1", 550, "550 5.1.1 SPF failed and looks like spam", "another reason", SIDE_SENDER},
		/* the words are a blocklist's, which has a row of its own */
		{"5.1.1", 550, "550 5.1.1 blocked using zen.spamhaus.org", "spam", SIDE_SENDER},
		/* a basic code that stands for more than one reason */
		{"", 550, "550 DMARC policy", "DMARC", SIDE_SENDER},
		{"5.0.0", 550, "550 5.0.0 DMARC check failed", "DMARC", SIDE_SENDER},
		{"", 550, "550 relay not permitted", "pass on", SIDE_ADMIN},
		{"", 552, "552 looks like spam", "spam", SIDE_SENDER},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct explanation x =
			explain_at(OUTCOME_FAILED, cases[i].enhanced, cases[i].basic, "", cases[i].response);
		if (!x.words || !strstr(x.words->tell, cases[i].tell))
			fail_msg("\"%s\": got %s", cases[i].response, x.words ? x.words->tell : "nothing");
		assert_non_null(x.provider);
		assert_int_equal(x.side, cases[i].side);
		assert_true(x.customer != x.entry->customer);
		assert_sentence("meaning", cases[i].response, x.provider->meaning);
		assert_sentence("todo", cases[i].response, x.provider->todo);
		assert_sentence("customer", cases[i].response, x.customer);
		assert_no_jargon(cases[i].response, x.customer);
	}
}

static void test_words_that_fit_the_code(void **state)
{
	(void)state;
	static const struct {
		enum outcome outcome;
		const char *enhanced;
		int basic;
		const char *response;
	} cases[] = {
		{OUTCOME_FAILED, "5.1.1", 550, "550 5.1.1 user unknown"},
		{OUTCOME_FAILED, "5.1.1", 550,
		 "550 5.1.1 user unknown, we keep a list of who is spam-blacklisted-here"},
		{OUTCOME_FAILED, "5.1.1", 550, "550 5.1.1 user unknown; such senders are blacklisted"},
		{OUTCOME_FAILED, "5.1.1", 550,
		 "550 5.1.1 no: https://example.com/spf and spf.example.com, a@dmarc.example"},
		{OUTCOME_FAILED, "5.1.1", 550, "550 5.1.1 no"},
		{OUTCOME_FAILED, "5.1.1", 550, ""},
		{OUTCOME_FAILED, "5.1.0", 550, "550 5.1.0 <a@b.example>: Sender address rejected: User unknown"},
		{OUTCOME_FAILED, "5.1.8", 501, "501 5.1.8 sender rejected, SPF"},
		{OUTCOME_FAILED, "5.1.2", 550, "550 5.1.2 relay access denied"},
		{OUTCOME_FAILED, "5.2.1", 550, "550 5.2.1 user unknown"},
		{OUTCOME_FAILED, "5.2.2", 552, "552 5.2.2 mailbox full"},
		{OUTCOME_FAILED, "5.7.1", 554, "554 5.7.1 relay access denied"},
		{OUTCOME_FAILED, "5.7.26", 550, "550 5.7.26 SPF, DKIM"},
		{OUTCOME_FAILED, "5.3.0", 554, "554 5.3.0 user unknown"},
		{OUTCOME_FAILED, "", 550, "550 user unknown"},
		{OUTCOME_FAILED, "", 552, "552 mailbox full"},
		{OUTCOME_FAILED, "", 554, "554 looks like spam"},
		/* our own login */
		{OUTCOME_FAILED, "5.7.8", 535, "535 5.7.8 user unknown"},
		{OUTCOME_FAILED, "5.7.0", 535, "535 5.7.0 user unknown"},
		/* no failure of this email */
		{OUTCOME_DELIVERED, "2.1.5", 250, "250 2.1.5 mailbox is full"},
		{OUTCOME_DROPPED, "5.1.1", 550, "550 5.1.1 mailbox is full"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct explanation x =
			explain_at(cases[i].outcome, cases[i].enhanced, cases[i].basic, "", cases[i].response);
		if (x.words || x.provider)
			fail_msg("\"%s\": got %s", cases[i].response, x.words ? x.words->tell : x.provider->provider);
	}
	/* a provider's own use of the very code */
	struct explanation x = explain_at(OUTCOME_FAILED, "5.1.10", 550, "x.mail.protection.outlook.com",
					  "550 5.1.10 looks like spam");
	assert_null(x.words);
	assert_string_equal(x.provider->provider, "Microsoft");
}

/* A row behind one of the same provider that takes all it could take would never be used. */
static void test_every_provider_row_can_be_reached(void **state)
{
	(void)state;
	for (size_t i = 0; i < codes_providers_count; i++) {
		const struct provider_row *r = &codes_providers[i];
		struct ecode e = {0};
		int basic = 0;
		if (r->codes.lo >= 0 && r->codes.subject < 0)
			basic = r->codes.hi;
		else if (r->codes.lo >= 0)
			e = (struct ecode){r->codes.cls ? r->codes.cls : 5, r->codes.subject, r->codes.hi};
		struct str marks = str_of(r->marks), words = str_of(r->words), mta = str_of(r->mta), mark, word, host;
		assert_true(str_next(&marks, ';', &mark) && str_next(&words, ';', &word) && str_next(&mta, ' ', &host));
		struct arena a = {0};
		struct str response = arena_printf(&a, "%.*s: %.*s", (int)mark.len, mark.p, (int)word.len, word.p);
		const struct provider_note *n = codes_provider(e, basic, host, response);
		arena_free(&a);
		if (n != &r->note)
			fail_msg("%s %s: %s", r->note.provider, r->note.code, n ? n->meaning : "not found");
	}
}

static void test_hostile_text(void **state)
{
	(void)state;
	static char big[1 << 20];
	memset(big, 'g', sizeof big);
	memcpy(big + sizeof big - 5, "gsmtp", 5);
	struct str huge = {big, sizeof big};
	assert_null(codes_provider(code("5.7.26"), 550, STR(""), huge));
	assert_null(codes_provider(code("5.7.26"), 550, huge, STR("")));
	assert_null(codes_provider(code("5.7.26"), 550, (struct str){NULL, 0}, (struct str){NULL, 0}));
	assert_null(codes_provider(code("5.7.26"), 550, STR("....[::"), STR("\0\0\xff\xfe\x1b[2J")));
	assert_null(codes_provider(code("5.7.26"), 550, STR("dns;"), STR(";;;")));
	assert_non_null(codes_provider(code("5.7.26"), 550, STR(""), STR("a\0b\xff gsmtp")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_every_registered_code_is_found),
		cmocka_unit_test(test_every_failure_basic_is_found),
		cmocka_unit_test(test_unknown_keys_are_null),
		cmocka_unit_test(test_every_field_is_there),
		cmocka_unit_test(test_registered_names),
		cmocka_unit_test(test_usefulness_is_the_registry_s),
		cmocka_unit_test(test_useful_as),
		cmocka_unit_test(test_associated_basics),
		cmocka_unit_test(test_customer_sentences_are_plain),
		cmocka_unit_test(test_entry_is_the_most_telling_row),
		cmocka_unit_test(test_given_up_is_not_waited_for),
		cmocka_unit_test(test_lasting_is_the_class_of_the_filter),
		cmocka_unit_test(test_all_rows_that_apply_are_given),
		cmocka_unit_test(test_no_failure_is_told_as_a_success),
		cmocka_unit_test(test_without_a_code),
		cmocka_unit_test(test_reasons_of_drops),
		cmocka_unit_test(test_every_possible_code_is_explained),
		cmocka_unit_test(test_providers),
		cmocka_unit_test(test_provider_goes_before_the_registry),
		cmocka_unit_test(test_words_that_speak_against_the_code),
		cmocka_unit_test(test_words_that_fit_the_code),
		cmocka_unit_test(test_every_provider_row_can_be_reached),
		cmocka_unit_test(test_hostile_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
