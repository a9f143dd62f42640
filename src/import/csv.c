/* csv.c - tables of email from any program, and what `deadletter export` wrote: CSV, TSV and the like with a head
 * line.
 *
 * Columns are known by the names in csv_head.c or by --column. A message is known again by its Message-ID, else by an
 * id column, else by the whole row, so that a second import changes nothing. Times without a zone are UTC.
 */
#include "import/csv_head.h"
#include "import/csv_text.h"
#include "import/fact.h"
#include "import/stamp.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

enum { ID_WINDOW_S = 30 * 86400 };

struct csv {
	const struct import_options *options;
	int64_t mtime_s;
	bool has_head;        /* read and understood */
	struct csv_head head; /* before: only its delimiter */
	struct buf record;    /* the record so far, LFs within it included */
	int64_t record_line;  /* its first line */
	bool open;            /* it ends within quotes */
};

/* ---- a row ---- */

/* Without the spreadsheet guard of our own export: ' before what would run as a formula. */
static struct str unguarded(struct str s)
{
	if (s.len >= 2 && s.p[0] == '\'' && memchr("=+-@\t\r\n", s.p[1], 7))
		return str_slice(s, 1, SIZE_MAX);
	return s;
}

static struct str cell(const struct csv *v, const struct str *cells, int count, enum column c)
{
	int i = v->head.at[c];
	if (i < 0 || i >= count)
		return STR("");
	return v->head.ours ? unguarded(cells[i]) : cells[i];
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

static bool find_outcome(struct str word, struct str code, struct str response, enum outcome *out)
{
	if (outcome_of(word, out))
		return true;
	if (csv_outcome_word(word, out) || outcome_by_code(word, out)) {
		struct status st;
		status_read(response, OUTCOME_FAILED, &st);
		if (*out == OUTCOME_FAILED && st.dropped) /* a provider that reports its suppressions as bounces */
			*out = OUTCOME_DROPPED;
		return true;
	}
	if (word.len)
		return false;
	*out = OUTCOME_FAILED;
	return outcome_by_code(code, out) || outcome_by_code(response, out) || response.len > 0;
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

/* Small numbers name rows in many tables: they mean the same only in tables of one kind. */
static uint64_t key_of_id(const struct csv *v, struct str id)
{
	uint64_t key = str_hash(id, v->head.kind);
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
static bool row_read(const struct csv *v, struct import_sink *s, const struct str *cells, int count, struct record *r)
{
	struct str word = str_trim(cell(v, cells, count, COL_OUTCOME));
	struct str code = cell(v, cells, count, COL_CODE), enhanced = cell(v, cells, count, COL_ENHANCED);
	struct str basic = cell(v, cells, count, COL_BASIC), time = str_trim(cell(v, cells, count, COL_TIME));
	*r = (struct record){
		.message_id = fact_id(cell(v, cells, count, COL_MESSAGE_ID)),
		.queue_id = str_trim(cell(v, cells, count, COL_QUEUE_ID)),
		.queued_at = TIME_NONE,
		.time = v->mtime_s,
		.time_guessed = time.len == 0,
		.sender = fact_address(cell(v, cells, count, COL_SENDER)),
		.recipient = fact_address(cell(v, cells, count, COL_RECIPIENT)),
		.title = cell(v, cells, count, COL_TITLE),
		.response = cell(v, cells, count, COL_RESPONSE),
		.remote_mta = str_trim(cell(v, cells, count, COL_MTA)),
		.source_file = cell(v, cells, count, COL_SOURCE_FILE),
		.source_line = number_or(cell(v, cells, count, COL_SOURCE_LINE), 0),
	};
	if (r->recipient.len == 0) {
		s->bad(s, v->record_line, "a row without a recipient");
		return false;
	}
	if (time.len && !stamp_any(time, &r->time)) {
		bad_cell(s, v->record_line, "the time", time, "is not like 2026-11-01T12:30:00Z or seconds since 1970");
		return false;
	}
	struct str any_code = code.len ? code : enhanced.len ? enhanced : basic;
	if (!find_outcome(word, any_code, r->response, &r->outcome)) {
		if (word.len)
			bad_cell(s, v->record_line, "the outcome", word, "is not known");
		else
			s->bad(s, v->record_line, "a row that does not say what became of the email");
		return false;
	}
	int64_t queued;
	if (stamp_any(cell(v, cells, count, COL_QUEUED_AT), &queued)) {
		r->queued_at = queued;
		if (r->time_guessed)
			r->time = queued;
		r->time_guessed = false;
	}
	find_codes(r, enhanced, basic, code, word);
	enum stage stage;
	if (stage_of(str_trim(cell(v, cells, count, COL_STAGE)), &stage) && stage != STAGE_NONE)
		r->stage = stage;
	/* A status such as "550 5.1.1 user unknown" is the only response there is. */
	enum outcome plain;
	if (r->response.len == 0 && word.len && !outcome_of(word, &plain) && !csv_outcome_word(word, &plain))
		r->response = word;
	return true;
}

static bool on_row(struct csv *v, struct import_sink *s, struct err *e)
{
	uint64_t row_key = key_of(STR("csv row"), buf_str(&v->record)); /* before it is split in place */
	struct str cells[CSV_CELLS_MAX];
	int count = csv_split(v->record.p, v->record.len, v->head.delimiter, cells);
	for (int i = v->head.cells; i < count; i++) {
		if (str_trim(cells[i]).len) {
			s->bad(s, v->record_line, "more cells than the head line has");
			return true;
		}
	}
	struct record r;
	if (!row_read(v, s, cells, count, &r))
		return true;
	if (r.source_line == 0)
		r.source_line = v->record_line;
	struct str id = str_trim(cell(v, cells, count, COL_ID));
	/* A content filter hands the same message on under another queue id. */
	uint64_t message_key = str_hash(r.queue_id, key_of(STR("csv message"), r.message_id));
	r.source_key = r.message_id.len ? message_key + (message_key == 0) : id.len ? key_of_id(v, id) : row_key;
	bool tried = r.outcome == OUTCOME_DELIVERED || r.outcome == OUTCOME_DEFERRED || r.outcome == OUTCOME_FAILED;
	r.attempts = (int)number_or(cell(v, cells, count, COL_ATTEMPTS), tried);
	/* Tables with the same head may still count from 1 each: only what is close in time is the same email. */
	int64_t window_s = r.message_id.len == 0 && id.len && !r.time_guessed ? ID_WINDOW_S : 0;
	if (v->head.at[COL_ATTEMPTS] >= 0 || !r.message_id.len || !tried || r.time_guessed)
		return s->put(s, &r, NULL, 0, window_s, e);
	/* Without a count of attempts, rows with one Message-ID are events of one email. */
	struct attempt a = {r.time, r.outcome, r.enhanced, r.basic, r.stage, r.remote_mta, r.response};
	return s->put(s, &r, &a, 1, window_s, e);
}

/* ---- the format ---- */

static struct str without_bom(struct str s)
{
	return str_starts(s, STR("\xef\xbb\xbf")) ? str_slice(s, 3, SIZE_MAX) : s;
}

static struct str without_cr(struct str s)
{
	return s.len && s.p[s.len - 1] == '\r' ? str_slice(s, 0, s.len - 1) : s;
}

static int csv_score(struct str head)
{
	struct str line, second;
	struct csv_head h, below = {0};
	head = without_bom(head);
	if (!str_next(&head, '\n', &line) || (line.len && memchr(line.p, '\0', line.len)))
		return 0;
	csv_head_guess(without_cr(line), &h);
	if (h.at[COL_RECIPIENT] >= 0 && h.known >= 2)
		return 80;
	/* Some table with names of its own; to be named by --column. */
	if (str_next(&head, '\n', &second))
		csv_head_guess(without_cr(second), &below);
	return h.cells >= 2 && h.cells == below.cells && h.delimiter == below.delimiter ? 5 : 0;
}

static void *csv_start(const struct import_options *o, struct err *e)
{
	if (!csv_head_check(o, e))
		return NULL;
	struct csv *v = calloc(1, sizeof *v);
	if (!v)
		die("out of memory");
	v->options = o;
	return v;
}

static bool csv_file(void *state, struct import_sink *s, int64_t mtime_s, struct err *e)
{
	(void)s;
	(void)e;
	struct csv *v = state;
	v->mtime_s = mtime_s;
	v->has_head = false;
	v->open = false;
	buf_reset(&v->record);
	return true;
}

/* Such rows get the file's own time, which the reader of a timeline must know. */
static void say_no_times(const struct csv *v, const struct import_sink *s)
{
	if (!v->options->report)
		return;
	struct buf b = {0};
	buf_add(&b, s->file);
	buf_add(&b, STR(": no column holds the time, so all rows get the file's; name one with --column time=NAME"));
	v->options->report(v->options->ctx, b.p);
	buf_free(&b);
}

/* Begins a record, or goes on with the open one. */
static void add_line(struct csv *v, struct str line, int64_t number)
{
	if (v->open) {
		buf_addc(&v->record, '\n');
	} else {
		buf_reset(&v->record);
		v->record_line = number;
		if (!v->has_head) {
			line = without_bom(line);
			csv_head_guess(without_cr(line), &v->head);
		}
	}
	v->open = csv_open(line, v->head.delimiter, v->open);
	buf_add(&v->record, line);
}

static bool on_record(struct csv *v, struct import_sink *s, struct err *e)
{
	v->record.len = without_cr(buf_str(&v->record)).len;
	if (str_trim(buf_str(&v->record)).len == 0)
		return true;
	if (v->has_head)
		return on_row(v, s, e);
	v->has_head = true;
	if (!csv_head_read(buf_str(&v->record), v->options, s->file, &v->head, e))
		return false;
	if (v->head.at[COL_TIME] < 0)
		say_no_times(v, s);
	return true;
}

/* The record's first line has a quote that nothing closes: only that line is lost, those behind it are rows of their
 * own. Just the last of them may be open again, so that no line is read more than twice. */
static bool read_again(struct csv *v, struct import_sink *s, struct err *e)
{
	static const char why[] = "a quote that is opened here and not closed";
	struct buf lines = v->record;
	struct str rest = buf_str(&lines), line;
	int64_t number = v->record_line;
	bool ok = true;
	s->bad(s, number, why);
	v->record = (struct buf){0};
	v->open = false;
	str_next(&rest, '\n', &line);
	while (ok && str_next(&rest, '\n', &line)) {
		add_line(v, line, ++number);
		if (!v->open) {
			ok = on_record(v, s, e);
		} else if (rest.p) {
			s->bad(s, number, why);
			v->open = false;
		}
	}
	buf_free(&lines);
	return ok;
}

static bool csv_line(void *state, struct import_sink *s, struct str line, struct err *e)
{
	struct csv *v = state;
	bool amid = v->open && csv_ends_amid(line, v->head.delimiter);
	add_line(v, line, s->line);
	if (amid || (v->open && v->record.len > IMPORT_LINE_MAX))
		return read_again(v, s, e);
	return v->open || on_record(v, s, e);
}

static bool csv_file_end(void *state, struct import_sink *s, struct err *e)
{
	struct csv *v = state;
	bool ok = true;
	while (ok && v->open)
		ok = read_again(v, s, e);
	return ok;
}

static void csv_finish(void *state)
{
	struct csv *v = state;
	buf_free(&v->record);
	free(v);
}

const struct import_format import_csv = {
	.name = "csv",
	.help = "CSV or TSV with a head line, of any program or of deadletter export.",
	.score = csv_score,
	.start = csv_start,
	.file = csv_file,
	.line = csv_line,
	.file_end = csv_file_end,
	.finish = csv_finish,
};
