#include "import/csv_head.h"
#include "import/csv_text.h"
#include "import/fact.h"

#include "import_list.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

enum { MTIME = 1793008800 }; /* 2026-10-26 10:00:00 UTC */

static const struct import_options plain = {0};

static struct list read_table(const char *text)
{
	struct list l = list_new();
	struct err e = {0};
	if (!list_feed(&l, &import_csv, &plain, str_of(text), MTIME, &e))
		fail_msg("%s", e.msg);
	return l;
}

static void assert_text(struct str got, const char *want)
{
	if (!str_eq(got, str_of(want)))
		fail_msg("got \"%.*s\", not \"%s\"", (int)got.len, got.p, want);
}

static void assert_code(struct ecode got, const char *want)
{
	char buf[ECODE_TEXT];
	assert_string_equal(ecode_text(got, buf), want);
}

/* "a|b" is two cells; '^' in the input stands for a quote that would be hard to read here. */
static void splits_cells(void **state)
{
	(void)state;
	static const struct {
		const char *record, *want;
	} cases[] = {
		{"", ""},
		{"a", "a"},
		{"a,b,", "a|b|"},
		{",", "|"},
		{"^a,b^,c", "a,b|c"},
		{"^a ^^b^^^,c", "a ^b^|c"},
		{"^^,x", "|x"},
		{"a^b,c^d", "a^b|c^d"},
		{"^a^b,c", "ab|c"},
		{"^a\nb^,c", "a\nb|c"},
		{"^open,c", "open,c"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf in = {0}, out = {0};
		struct str cells[CSV_CELLS_MAX];
		buf_add(&in, str_of(cases[i].record));
		for (size_t k = 0; k < in.len; k++)
			if (in.p[k] == '^')
				in.p[k] = '"';
		int n = csv_split(in.p, in.len, ',', cells);
		for (int k = 0; k < n; k++) {
			buf_add(&out, k ? STR("|") : STR(""));
			buf_add(&out, cells[k]);
		}
		for (size_t k = 0; k < out.len; k++)
			if (out.p[k] == '"')
				out.p[k] = '^';
		assert_text(buf_str(&out), cases[i].want);
		buf_free(&in);
		buf_free(&out);
	}
	char tsv[] = "\"a\tb\\t\\n\\\\t\\x\\\t";
	struct str cells[CSV_CELLS_MAX];
	assert_int_equal(csv_split(tsv, sizeof tsv - 1, '\t', cells), 3);
	assert_text(cells[0], "\"a");
	assert_text(cells[1], "b\t\n\\t\\x\\");
	assert_false(csv_open(STR("\"a"), '\t', false));
	assert_true(csv_open(STR("a,\"b"), ',', false));
	assert_true(csv_open(STR("c"), ',', true));
	assert_true(csv_open(STR("say \"\""), ',', true));
	assert_false(csv_open(STR("end\",x"), ',', true));
	assert_false(csv_open(STR("a,b\"c"), ',', false));
	assert_true(csv_open(STR("end\",\"next"), ',', true));
}

static void more_cells_than_can_be(void **state)
{
	(void)state;
	struct buf b = {0};
	struct str cells[CSV_CELLS_MAX];
	for (int i = 0; i < 2000; i++)
		buf_addc(&b, ',');
	assert_int_equal(csv_split(b.p, b.len, ',', cells), CSV_CELLS_MAX);
	assert_int_equal(cells[CSV_CELLS_MAX - 1].len, 2000 - (CSV_CELLS_MAX - 1));
	buf_free(&b);
}

/* The columns that deadletter exports, CRLF, quotes, a guarded cell, a response of two lines. */
static void reads_our_own_export(void **state)
{
	(void)state;
	struct list l = read_table(
		"\xef\xbb\xbfid,time,recipient,sender,title,outcome,enhanced_code,basic_code,response,remote_mta,stage,"
		"attempts,"
		"queued_at,message_id,queue_id,source_file,source_line\r\n"
		"7,2026-10-26T09:00:00Z,bob@example.com,a@app.example,'=SUM(1),failed,5.1.1,550,\"550-5.1.1 no\r\n"
		"550 5.1.1 "
		"\"\"bob\"\"\",mx.example.com,RCPT,3,2026-10-26T08:00:00Z,one@app.example,4D2A61F00C,mail.log,12\r\n"
		"8,2026-10-26T09:00:01Z,eve@example.com,,,dropped,,,suppressed,,,0,,,,,\r\n");
	assert_int_equal(l.bad_count, 0);
	assert_int_equal(l.count, 2);
	const struct record *r = &l.items[0].record;
	assert_text(r->recipient, "bob@example.com");
	assert_text(r->sender, "a@app.example");
	assert_text(r->title, "=SUM(1)");
	assert_text(r->response, "550-5.1.1 no\r\n550 5.1.1 \"bob\"");
	assert_text(r->remote_mta, "mx.example.com");
	assert_text(r->message_id, "one@app.example");
	assert_text(r->queue_id, "4D2A61F00C");
	assert_text(r->source_file, "mail.log");
	assert_int_equal(r->source_line, 12);
	assert_int_equal(r->time, MTIME - 3600);
	assert_int_equal(r->queued_at, MTIME - 7200);
	assert_int_equal(r->outcome, OUTCOME_FAILED);
	assert_code(r->enhanced, "5.1.1");
	assert_int_equal(r->basic, 550);
	assert_int_equal(r->stage, STAGE_RCPT);
	assert_int_equal(r->attempts, 3);
	assert_int_equal(l.items[0].attempts, 0);
	r = &l.items[1].record;
	assert_int_equal(r->outcome, OUTCOME_DROPPED);
	assert_code(r->enhanced, "");
	assert_int_equal(r->source_line, 4);
	assert_true(r->source_key != 0 && r->source_key != l.items[0].record.source_key);
	list_free(&l);
}

/* What guards a cell of ours is a part of it elsewhere. */
static void other_tables_have_no_guard(void **state)
{
	(void)state;
	struct list l = read_table("recipient,status,title\na@example.com,failed,'=quoted'\n");
	assert_int_equal(l.count, 1);
	assert_text(l.items[0].record.title, "'=quoted'");
	list_free(&l);
	l = read_table("recipient,outcome,title\na@example.com,failed,'=quoted'\n");
	assert_text(l.items[0].record.title, "=quoted'");
	list_free(&l);
}

static uint64_t first_key(const char *table)
{
	struct list l = read_table(table);
	assert_int_equal(l.count, 1);
	uint64_t key = l.items[0].record.source_key;
	list_free(&l);
	return key;
}

static void an_id_counts_among_tables_of_one_kind(void **state)
{
	(void)state;
	uint64_t key = first_key("id,to,status,time\n1,a@example.com,failed,2026-10-26\n");
	assert_true(key == first_key("id,to,status,time\r\n1,a@example.com,dropped,2026-10-30\r\n"));
	assert_true(key != first_key("id,email,status,subject,time\n1,a@example.com,failed,Hi,2026-10-30\n"));
}

static void a_status_of_any_kind(void **state)
{
	(void)state;
	static const struct {
		const char *status;
		enum outcome outcome;
		const char *enhanced;
		int basic;
	} cases[] = {
		{"550 5.1.1 user unknown", OUTCOME_FAILED, "5.1.1", 550},
		{"550", OUTCOME_FAILED, "", 550},
		{"5.1.1", OUTCOME_FAILED, "5.1.1", 0},
		{"450 4.2.1 try later", OUTCOME_FAILED, "4.2.1", 450}, /* the last word on it */
		{"Dropped", OUTCOME_DROPPED, "", 0},
		{"Failed", OUTCOME_FAILED, "", 0},
		{"bounced", OUTCOME_FAILED, "", 0},
		{"Hard Bounce", OUTCOME_FAILED, "", 0},
		{"hard_bounce", OUTCOME_FAILED, "", 0},
		{"Bounced (hard)", OUTCOME_FAILED, "", 0},
		{"Delivery failed", OUTCOME_FAILED, "", 0},
		{"SUPPRESSED", OUTCOME_DROPPED, "", 0},
		{"Deferred", OUTCOME_DEFERRED, "", 0},
		{"sent", OUTCOME_DELIVERED, "", 0},
		{"opened", OUTCOME_OPENED, "", 0},
		{"processed", OUTCOME_QUEUED, "", 0},
		{"250 2.0.0 Ok", OUTCOME_DELIVERED, "2.0.0", 250},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b = {0};
		buf_printf(&b, "Email;Status\nbob@example.com;%s\n", cases[i].status);
		struct list l = read_table(b.p);
		if (l.count != 1)
			fail_msg("%s: %s", cases[i].status, l.bad[0].why);
		if (l.items[0].record.outcome != cases[i].outcome)
			fail_msg("%s: %s", cases[i].status, outcome_name(l.items[0].record.outcome));
		assert_code(l.items[0].record.enhanced, cases[i].enhanced);
		assert_int_equal(l.items[0].record.basic, cases[i].basic);
		list_free(&l);
		buf_free(&b);
	}
}

/* Lists of providers have no column for the outcome: a reason without a code is one all the same. */
static void a_reason_alone(void **state)
{
	(void)state;
	static const struct {
		const char *reason;
		enum outcome outcome;
		const char *enhanced;
	} cases[] = {
		{"550 5.1.1 no such user", OUTCOME_FAILED, "5.1.1"},
		{"Mail domain mentioned in email address is unknown", OUTCOME_FAILED, ""},
		{"Not delivering to previously bounced address", OUTCOME_DROPPED, ""},
		{"BOUNCE", OUTCOME_FAILED, ""},
		{"COMPLAINT", OUTCOME_DELIVERED, ""},
		{"250 2.0.0 ok", OUTCOME_DELIVERED, "2.0.0"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b = {0};
		buf_printf(&b, "status,reason,email,created\n,%s,a@example.com,1793008800\n", cases[i].reason);
		struct list l = read_table(b.p);
		assert_int_equal(l.count, 1);
		if (l.items[0].record.outcome != cases[i].outcome)
			fail_msg("%s: %s", cases[i].reason, outcome_name(l.items[0].record.outcome));
		assert_code(l.items[0].record.enhanced, cases[i].enhanced);
		assert_int_equal(l.items[0].record.time, MTIME);
		assert_false(l.items[0].record.time_guessed);
		list_free(&l);
		buf_free(&b);
	}
	struct list l = read_table("address,delivery-status code,delivery-status message,date\n"
				   "a@example.com,550,no such user,\"Mon, 26 Oct 2026 10:00:00 GMT\"\n");
	assert_int_equal(l.count, 1);
	assert_int_equal(l.items[0].record.time, MTIME);
	assert_int_equal(l.items[0].record.basic, 550);
	assert_text(l.items[0].record.response, "no such user");
	list_free(&l);
}

static void names_of_other_programs(void **state)
{
	(void)state;
	struct list l =
		read_table("Event Type\tTo Address\tFROM\tSubject\tReason\tTimestamp\tMessage-ID\tMX\tDSN\n"
			   "bounce\tBob <bob@example.com>\tShop <shop@app.example>\tYour order\t550 5.0.0 refused\t"
			   "1793005200123\t<one@app.example>\tmx.example.com\t5.7.1\n");
	assert_int_equal(l.count, 1);
	const struct record *r = &l.items[0].record;
	assert_text(r->recipient, "bob@example.com");
	assert_text(r->sender, "shop@app.example");
	assert_text(r->title, "Your order");
	assert_text(r->response, "550 5.0.0 refused");
	assert_text(r->message_id, "one@app.example");
	assert_text(r->remote_mta, "mx.example.com");
	assert_int_equal(r->time, MTIME - 3600);
	assert_code(r->enhanced, "5.7.1"); /* 5.0.0 says nothing */
	assert_int_equal(r->basic, 550);
	assert_int_equal(l.items[0].attempts, 1); /* an event of the message */
	list_free(&l);
}

/* "|" is between the addresses that are found. */
static void addresses_of_a_field(void **state)
{
	(void)state;
	static const struct {
		const char *field, *want;
	} cases[] = {
		{"", ""},
		{" , ;", " , ;"}, /* no addresses: as it is */
		{"<>", ""},
		{"bob", "bob"},
		{"Bob <bob>", "bob"},
		{"bob@example.com", "bob@example.com"},
		{" <bob@example.com> ", "bob@example.com"},
		{"\"a<b\" <bob@example.com>", "bob@example.com"},
		{"bob@example.com (Bob, the builder)", "bob@example.com"},
		{"Doe, John <john@example.com>", "john@example.com"},
		{"\"Doe, J@work\" <john@example.com>;", "john@example.com"},
		{"odd,one@example.com", "odd,one@example.com"},
		{"not one@example.com", "not one@example.com"},
		{"a@example.com,b@example.com;, \"C, D\" <c@example.com>,",
		 "a@example.com|b@example.com|c@example.com"},
		{"<a,b@example.com>, c@example.com", "a,b@example.com|c@example.com"},
		{"a@example.com, <>", "a@example.com"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fact_addresses f = {.rest = str_of(cases[i].field)};
		struct buf b = {0};
		struct str one;
		while (fact_addresses_next(&f, &one)) {
			buf_add(&b, f.found > 1 ? STR("|") : STR(""));
			buf_add(&b, one);
		}
		if (!str_eq(buf_str(&b), str_trim(str_of(cases[i].want))))
			fail_msg("%s is read as %.*s", cases[i].field, (int)b.len, b.p);
		buf_free(&b);
	}
	struct list l = read_table("id,to,status\n1,\"a@example.com, Bob <b@example.com>\",550\n2,<>,550\n");
	assert_int_equal(l.count, 2);
	assert_text(l.items[0].record.recipient, "a@example.com");
	assert_text(l.items[1].record.recipient, "b@example.com");
	assert_int_equal(l.bad_count, 1);
	list_free(&l);
}

/* Whatever the columns say, what a provider did not send for its suppression list has not failed anew. */
static void suppressed_is_a_drop(void **state)
{
	(void)state;
	static const char said[] = "Amazon SES has suppressed sending to this address";
	static const char *const rows[] = {
		"failed,,", "failed,5.1.1,", "bounced,,", ",5.1.1,", ",550,", ",,", "550 5.1.1 no,,", "Dropped,,",
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b = {0};
		buf_printf(&b, "to,status,code,response\na@example.com,%s%s\n", rows[i], said);
		struct list l = read_table(b.p);
		assert_int_equal(l.count, 1);
		if (l.items[0].record.outcome != OUTCOME_DROPPED)
			fail_msg("%s is read as %s", rows[i], outcome_name(l.items[0].record.outcome));
		assert_int_equal(l.items[0].record.attempts, 0);
		list_free(&l);
		buf_free(&b);
	}
	/* but no other outcome is changed for its words */
	struct list l = read_table("to,status,code,response\na@example.com,delivered,,Dropped\n"
				   "a@example.com,failed,550,550 5.7.1 you are on our suppression list\n");
	assert_int_equal(l.items[0].record.outcome, OUTCOME_DELIVERED);
	assert_int_equal(l.items[1].record.outcome, OUTCOME_FAILED);
	list_free(&l);
}

static void same_rows_have_same_keys(void **state)
{
	(void)state;
	struct list l = read_table("to,status,code,id,message id\n"
				   "a@example.com,failed,550,,\n"
				   "a@example.com,failed,550,,\n"
				   "a@example.com,failed,551,,\n"
				   "a@example.com,failed,550,9,\n"
				   "a@example.com,dropped,,9,\n"
				   "a@example.com,failed,550,9,<m@app.example>\n"
				   "a@example.com,failed,552,10,m@app.example\n");
	assert_int_equal(l.count, 7);
	const struct list_item *i = l.items;
	assert_true(i[0].record.source_key == i[1].record.source_key);
	assert_true(i[0].record.source_key != i[2].record.source_key);
	assert_true(i[3].record.source_key == i[4].record.source_key);
	assert_true(i[3].record.source_key != i[5].record.source_key);
	assert_true(i[5].record.source_key == i[6].record.source_key);
	assert_int_equal(i[0].window_s, 0);
	assert_int_equal(i[3].window_s, 0); /* a guessed time keeps nothing apart */
	assert_int_equal(i[0].record.time, MTIME);
	assert_true(i[0].record.time_guessed);
	list_free(&l);
	l = read_table("to,status,id,time\na@example.com,failed,9,2026-10-26\n");
	assert_true(l.items[0].window_s > 0);
	assert_false(l.items[0].record.time_guessed);
	list_free(&l);
}

static void malformed_rows_are_counted(void **state)
{
	(void)state;
	struct list l = read_table("to,status,time\n"
				   ",550,2026-10-26\n"
				   "a@example.com,who knows,2026-10-26\n"
				   "a@example.com,,2026-10-26\n"
				   "a@example.com,550,last week\n"
				   "a@example.com,550,2026-10-26,one too many\n"
				   "\n"
				   "a@example.com,550,2026-10-26,,\n"
				   "a@example.com,550\n"
				   "a@example.com,\"550,2026-10-26\n"
				   "a@example.com,550,2026-10-26\n");
	assert_int_equal(l.count, 3);
	assert_int_equal(l.bad_count, 6);
	for (int i = 0; i < 5; i++)
		assert_int_equal(l.bad[i].line, i + 2);
	assert_non_null(strstr(l.bad[1].why, "who knows"));
	assert_non_null(strstr(l.bad[3].why, "last week"));
	assert_int_equal(l.bad[5].line, 10); /* where the quote opens */
	list_free(&l);
}

static void an_endless_quote_has_an_end(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, STR("to,status\na@example.com,\"550\n"));
	for (int i = 0; i < 60000; i++)
		buf_add(&b, STR("b@example.com,550 5.1.1\n"));
	struct list l = list_new();
	struct err e = {0};
	assert_true(list_feed(&l, &import_csv, &plain, buf_str(&b), MTIME, &e));
	assert_int_equal(l.bad_count, 1);
	assert_int_equal(l.count, LIST_MAX);
	list_free(&l);
	buf_free(&b);
}

/* Whether the next quote comes soon, or never. */
static void a_stray_quote_costs_one_line(void **state)
{
	(void)state;
	struct list l = read_table("to,status\r\n"
				   "a@example.com,\"550\r\n"
				   "b@example.com,551\r\n"
				   "\r\n"
				   "c@example.com,\"552 no\r\nsuch\"\"user\"\r\n"
				   "d@example.com,\"553\r\n"
				   "e@example.com,554\r\n");
	assert_int_equal(l.bad_count, 2);
	assert_int_equal(l.bad[0].line, 2);
	assert_int_equal(l.bad[1].line, 7);
	assert_int_equal(l.count, 3);
	assert_text(l.items[0].record.recipient, "b@example.com");
	assert_int_equal(l.items[0].record.basic, 551);
	assert_int_equal(l.items[0].record.source_line, 3);
	assert_text(l.items[1].record.recipient, "c@example.com");
	assert_text(l.items[1].record.response, "552 no\r\nsuch\"user");
	assert_int_equal(l.items[1].record.source_line, 5);
	assert_text(l.items[2].record.recipient, "e@example.com");
	list_free(&l);
}

static void assert_head_error(const char *text, const struct import_options *o, enum err_kind kind, const char *holds)
{
	struct list l = list_new();
	struct err e = {0};
	assert_false(list_feed(&l, &import_csv, o, str_of(text), MTIME, &e));
	assert_int_equal(e.kind, kind);
	if (!strstr(e.msg, holds))
		fail_msg("\"%s\" lacks \"%s\"", e.msg, holds);
	list_free(&l);
}

static void columns_can_be_named(void **state)
{
	(void)state;
	static const char *const map[] = {"recipient=who", "outcome=WHAT"};
	struct import_options o = {.columns = map, .column_count = 2};
	struct list l = list_new();
	struct err e = {0};
	assert_true(list_feed(&l, &import_csv, &o, STR("to,who,what\nx@example.com,y@example.com,550\n"), MTIME, &e));
	assert_int_equal(l.count, 1);
	assert_text(l.items[0].record.recipient, "y@example.com");
	list_free(&l);

	assert_head_error("who,what\nx,y\n", &plain, ERR_INPUT, "who, what");
	assert_head_error("who,what\nx,y\n", &plain, ERR_INPUT, "--column recipient=");
	assert_head_error("to,when\nx,y\n", &plain, ERR_INPUT, "--column outcome=");
	assert_head_error("to,status\nx,y\n", &o, ERR_INPUT, "no column who");
	static const char *const wrong[] = {"addressee=who"}, *const half[] = {"recipient"};
	assert_head_error("", &(struct import_options){.columns = wrong, .column_count = 1}, ERR_USAGE,
			  "addressee=who");
	static const char *const near[] = {"recipent=who"};
	assert_head_error("", &(struct import_options){.columns = near, .column_count = 1}, ERR_USAGE,
			  "--column recipent=who: there is no recipent; did you mean recipient?");
	assert_head_error("", &(struct import_options){.columns = half, .column_count = 1}, ERR_USAGE, "OURS=THEIRS");
}

static void recognises_its_own(void **state)
{
	(void)state;
	assert_true(import_csv.score(STR("Recipient,Status\r\n")) >= IMPORT_SCORE_SURE);
	assert_true(import_csv.score(STR("\xef\xbb\xbf"
					 "email;reason;date\nx;y;z")) >= IMPORT_SCORE_SURE);
	int other = import_csv.score(STR("who,what\nx,y\n"));
	assert_true(other > 0 && other < IMPORT_SCORE_SURE);
	assert_int_equal(import_csv.score(STR("just text\nmore text\n")), 0);
	assert_int_equal(import_csv.score(STR("SQLite format 3\0to,status\n")), 0);
	assert_int_equal(import_csv.score(STR("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_cells),
		cmocka_unit_test(more_cells_than_can_be),
		cmocka_unit_test(reads_our_own_export),
		cmocka_unit_test(other_tables_have_no_guard),
		cmocka_unit_test(an_id_counts_among_tables_of_one_kind),
		cmocka_unit_test(a_status_of_any_kind),
		cmocka_unit_test(a_reason_alone),
		cmocka_unit_test(names_of_other_programs),
		cmocka_unit_test(addresses_of_a_field),
		cmocka_unit_test(suppressed_is_a_drop),
		cmocka_unit_test(same_rows_have_same_keys),
		cmocka_unit_test(malformed_rows_are_counted),
		cmocka_unit_test(an_endless_quote_has_an_end),
		cmocka_unit_test(a_stray_quote_costs_one_line),
		cmocka_unit_test(columns_can_be_named),
		cmocka_unit_test(recognises_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
