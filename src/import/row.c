#include "import/row.h"
#include "import/fact.h"
#include "import/stamp.h"
#include "status.h"

#include <string.h>

enum { ID_WINDOW_S = 30 * 86400 };

/* Without the spreadsheet guard of our own export: ' before what would run as a formula. */
static struct str unguarded(struct str s)
{
	if (s.len >= 2 && s.p[0] == '\'' && memchr("=+-@\t\r\n", s.p[1], 7))
		return str_slice(s, 1, SIZE_MAX);
	return s;
}

static struct str cell(const struct rows *t, const struct str *cells, int count, enum column c)
{
	int i = t->head.at[c];
	if (i < 0 || i >= count)
		return STR("");
	return t->head.ours ? unguarded(cells[i]) : cells[i];
}

/* A status without a word: "550 5.1.1 …", "5.1.1", "Dropped: …". It is the last that is known of the email, so
 * that a temporary code is a failure too. */
static bool outcome_by_code(struct str s, enum outcome *out)
{
	struct status st;
	status_read(s, OUTCOME_FAILED, &st);
	if (st.dropped) {
		*out = OUTCOME_DROPPED;
		return true;
	}
	if (st.enhanced.cls || st.basic) {
		*out = OUTCOME_FAILED;
		return true;
	}
	status_read(s, OUTCOME_DELIVERED, &st);
	*out = OUTCOME_DELIVERED;
	return st.enhanced.cls == 2 || (st.basic >= 200 && st.basic < 300);
}

static bool told_outcome(struct str word, struct str code, struct str response, enum outcome *out)
{
	if (outcome_of(word, out) || csv_outcome_word(word, out) || outcome_by_code(word, out))
		return true;
	if (word.len)
		return false;
	if (outcome_by_code(code, out) || outcome_by_code(response, out) || csv_outcome_word(response, out))
		return true;
	*out = OUTCOME_FAILED; /* a reason, and nothing that says it went well */
	return response.len > 0;
}

static bool find_outcome(struct str word, struct str code, struct str response, enum outcome *out)
{
	if (!told_outcome(word, code, response, out))
		return false;
	if (*out != OUTCOME_FAILED)
		return true;
	struct status st;
	status_read(response, OUTCOME_FAILED, &st);
	if (st.dropped) /* a provider that reports its suppressions as bounces */
		*out = OUTCOME_DROPPED;
	return true;
}

/* The columns' codes, filled up by what the texts hold. */
static void find_codes(struct record *r, struct str enhanced, struct str basic, struct str code, struct str word)
{
	struct status st, of_basic, of_code;
	status_read(code.len ? code : word, r->outcome, &of_code);
	status_read(basic, r->outcome, &of_basic);
	bool reads_text = r->outcome != OUTCOME_DROPPED; /* what is said there is why an earlier email failed */
	struct str text = r->response.len ? r->response : word;
	status_read_pair(str_trim(enhanced), reads_text ? text : STR(""), r->outcome, &st);
	r->enhanced = st.enhanced.cls ? st.enhanced : of_code.enhanced;
	r->basic = of_basic.basic ? of_basic.basic : of_code.basic ? of_code.basic : st.basic;
	r->stage = st.stage;
}

static uint64_t key_of(struct str kind, struct str text)
{
	uint64_t key = str_hash(text, str_hash(kind, 0));
	return key ? key : 1;
}

uint64_t row_key(struct str text)
{
	return key_of(STR("csv row"), text);
}

/* Small numbers name rows in many tables: they mean the same only in tables of one kind. */
static uint64_t key_of_id(const struct rows *t, struct str id)
{
	uint64_t key = str_hash(id, t->head.kind);
	return key ? key : 1;
}

static int64_t number_or(struct str s, int64_t none)
{
	int64_t n;
	return str_to_int(str_trim(s), &n) && n >= 0 && n <= INT32_MAX ? n : none;
}

static void bad_cell(struct import_sink *s, int64_t line, const char *what, struct str text, const char *advice)
{
	struct buf b = {0};
	buf_printf(&b, "%s \"", what);
	buf_add(&b, str_slice(text, 0, 60));
	buf_printf(&b, "\" %s", advice);
	s->bad(s, line, b.p);
	buf_free(&b);
}

/* False: a malformed row, and said so. */
static bool row_read(const struct rows *t, struct import_sink *s, const struct str *cells, int count, int64_t line,
		     struct record *r)
{
	struct str word = str_trim(cell(t, cells, count, COL_OUTCOME));
	struct str code = cell(t, cells, count, COL_CODE), enhanced = cell(t, cells, count, COL_ENHANCED);
	struct str basic = cell(t, cells, count, COL_BASIC), time = str_trim(cell(t, cells, count, COL_TIME));
	*r = (struct record){
		.message_id = fact_id(cell(t, cells, count, COL_MESSAGE_ID)),
		.queue_id = str_trim(cell(t, cells, count, COL_QUEUE_ID)),
		.queued_at = TIME_NONE,
		.time = t->mtime_s,
		.time_guessed = time.len == 0,
		.sender = fact_address(cell(t, cells, count, COL_SENDER)),
		.recipient = str_trim(cell(t, cells, count, COL_RECIPIENT)), /* as it is: it may name several */
		.title = cell(t, cells, count, COL_TITLE),
		.response = cell(t, cells, count, COL_RESPONSE),
		.remote_mta = str_trim(cell(t, cells, count, COL_MTA)),
		.source_file = cell(t, cells, count, COL_SOURCE_FILE),
		.source_line = number_or(cell(t, cells, count, COL_SOURCE_LINE), 0),
	};
	if (time.len && !stamp_any(time, &r->time)) {
		bad_cell(s, line, "the time", time,
			 "is not like 2026-11-01T12:30:00Z, a date as mail has it, or seconds since 1970");
		return false;
	}
	struct str any_code = code.len ? code : enhanced.len ? enhanced : basic;
	if (!find_outcome(word, any_code, r->response, &r->outcome)) {
		if (word.len)
			bad_cell(s, line, "the outcome", word, "is not known");
		else
			s->bad(s, line, "a row that does not say what became of the email");
		return false;
	}
	int64_t queued;
	if (stamp_any(cell(t, cells, count, COL_QUEUED_AT), &queued)) {
		r->queued_at = queued;
		if (r->time_guessed)
			r->time = queued;
		r->time_guessed = false;
	}
	find_codes(r, enhanced, basic, code, word);
	enum stage stage;
	if (stage_of(str_trim(cell(t, cells, count, COL_STAGE)), &stage) && stage != STAGE_NONE)
		r->stage = stage;
	/* A status such as "550 5.1.1 user unknown" is the only response there is. */
	enum outcome plain;
	if (r->response.len == 0 && word.len && !outcome_of(word, &plain) && !csv_outcome_word(word, &plain))
		r->response = word;
	return true;
}

bool row_put(const struct rows *t, struct import_sink *s, const struct str *cells, int count, uint64_t key,
	     int64_t line, struct err *e)
{
	struct record r;
	if (!row_read(t, s, cells, count, line, &r))
		return true;
	if (r.source_line == 0)
		r.source_line = line;
	struct str id = str_trim(cell(t, cells, count, COL_ID));
	/* A content filter hands the same message on under another queue id. */
	uint64_t message_key = str_hash(r.queue_id, key_of(STR("csv message"), r.message_id));
	r.source_key = r.message_id.len ? message_key + (message_key == 0) : id.len ? key_of_id(t, id) : key;
	bool tried = r.outcome == OUTCOME_DELIVERED || r.outcome == OUTCOME_DEFERRED || r.outcome == OUTCOME_FAILED;
	r.attempts = (int)number_or(cell(t, cells, count, COL_ATTEMPTS), tried);
	/* Tables with the same head may still count from 1 each: only what is close in time is the same email. */
	int64_t window_s = r.message_id.len == 0 && id.len && !r.time_guessed ? ID_WINDOW_S : 0;
	/* Without a count of attempts, rows with one Message-ID are events of one email. */
	bool event = t->head.at[COL_ATTEMPTS] < 0 && r.message_id.len && tried && !r.time_guessed;
	struct fact_addresses to = {.rest = r.recipient};
	while (fact_addresses_next(&to, &r.recipient)) {
		struct record one = r; /* the sink fills it in */
		if (!s->put(s, &one, event, window_s, e))
			return false;
	}
	if (to.found == 0)
		s->bad(s, line, "a row without a recipient");
	return true;
}

void row_say_no_times(const struct rows *t, const struct import_sink *s)
{
	if (t->head.at[COL_TIME] >= 0 || !t->options->report)
		return;
	struct buf b = {0};
	buf_add(&b, s->file);
	buf_add(&b, STR(": no column holds the time, so all rows get the file's; name one with --column time=NAME"));
	t->options->report(t->options->ctx, b.p);
	buf_free(&b);
}
