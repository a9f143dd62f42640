#include "import/csv_head.h"
#include "import/csv_text.h"
#include "export.h"

enum { NAMES_MAX = 160 }; /* bytes of a list of column names in a message */

/* Other names that programs give a column, in small letters and digits alone, the most telling first. */
static const struct {
	const char *name; /* for --column, and in what deadletter exports */
	const char *others;
} columns[COL_COUNT] = {
	[COL_RECIPIENT] = {"recipient",
			   "rcpt rcptto recipientaddress recipientemail emailto toaddress toaddr toemail to "
			   "emailaddress email address"},
	[COL_SENDER] = {"sender",
			"mailfrom envelopefrom senderaddress senderemail fromaddress fromaddr fromemail from"},
	[COL_TITLE] = {"title", "subject mailsubject emailsubject"},
	[COL_OUTCOME] = {"outcome", "status state event eventtype result deliverystatus action"},
	[COL_CODE] = {"code", "statuscode errorcode bouncecode responsecode deliverystatuscode"},
	[COL_ENHANCED] = {"enhanced_code", "enhanced enhancedstatus enhancedstatuscode dsn dsncode dsnstatus"},
	[COL_BASIC] = {"basic_code", "basic smtpcode replycode smtpreply smtpstatus"},
	[COL_RESPONSE] = {"response",
			  "smtpresponse diagnosticcode diagnostic reason bouncereason errormessage lasterror error "
			  "deliverystatusmessage description details bouncedetail bouncedetails statustext"},
	[COL_TIME] = {"time", "failedat bouncedat droppedat eventtime lasteventtime timestamp datetime date updatedat "
			      "lastupdatetime "
			      "sentat createdat created when"},
	[COL_QUEUED_AT] = {"queued_at", "submittedat enqueuedat sentat createdat when"},
	[COL_MESSAGE_ID] = {"message_id", "msgid smtpid sgmessageid providermessageid"},
	[COL_QUEUE_ID] = {"queue_id", "qid"},
	[COL_MTA] = {"remote_mta", "mx mxhost remotehost remotemx mta host relay"},
	[COL_STAGE] = {"stage", ""},
	[COL_ATTEMPTS] = {"attempts", "attempt attemptcount tries retries"},
	[COL_ID] = {"id", "emailid eventid sgeventid uuid"},
	[COL_SOURCE_FILE] = {"source_file", ""},
	[COL_SOURCE_LINE] = {"source_line", ""},
};

/* Words for what became of an email, in small letters and digits alone. */
static const struct {
	enum outcome outcome;
	const char *words;
} outcome_words[] = {
	{OUTCOME_QUEUED, "queued pending processed processing scheduled sending new accepted injected"},
	{OUTCOME_DEFERRED,
	 "deferred defer deferral delayed delay deliverydelayed deliverydelay retry retrying temporaryfailure "
	 "temporarilyfailed tempfail"},
	{OUTCOME_DELIVERED,
	 "delivered delivery sent send success successful ok relayed complaint complained spamreport "
	 "unsubscribed unsubscribe"},
	{OUTCOME_OPENED, "opened open clicked click read"},
	{OUTCOME_FAILED, "failed fail failure error bounced bounce hardbounce hardbounced softbounce softbounced "
			 "permanentfailure permanentlyfailed permfail deliveryfailed deliveryfailure senderror "
			 "sendfailed undelivered undeliverable notdelivered rejected reject "
			 "blocked block invalid expired timeout outofband"},
	{OUTCOME_DROPPED, "dropped drop suppressed suppression suppress skipped"},
};

/* Small letters and digits of a name: "To Address", "to_addr" and "To-Addr" are alike. At most `size` - 1. */
static struct str plain_name(struct str s, char *buf, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len && n + 1 < size; i++) {
		char c = s.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80))
			buf[n++] = c;
	}
	return (struct str){buf, n};
}

static bool plain_equal(struct str a, struct str b)
{
	char x[64], y[64];
	return str_eq(plain_name(a, x, sizeof x), plain_name(b, y, sizeof y));
}

/* Index of `name` (plain) among words separated by blanks, -1. */
static int word_index(struct str name, const char *words)
{
	struct str rest = str_of(words), word;
	for (int i = 0; name.len && str_next(&rest, ' ', &word); i++)
		if (str_eq(word, name))
			return i;
	return -1;
}

/* How well a head cell names a column: 0 best, -1 not at all. */
static int name_rank(struct str cell, enum column c)
{
	char buf[64];
	struct str name = plain_name(cell, buf, sizeof buf);
	if (plain_equal(cell, str_of(columns[c].name)))
		return 0;
	int i = word_index(name, columns[c].others);
	return i < 0 ? -1 : i + 1;
}

static void map_by_name(const struct str *cells, struct csv_head *h)
{
	h->known = 0;
	for (int c = 0; c < COL_COUNT; c++) {
		int best = -1;
		h->at[c] = -1;
		for (int i = 0; i < h->cells; i++) {
			int rank = name_rank(cells[i], (enum column)c);
			if (rank >= 0 && (best < 0 || rank < best)) {
				best = rank;
				h->at[c] = i;
			}
		}
		h->known += best >= 0;
	}
}

/* "recipient=to_addr" → column and the name in the head. */
static bool mapping_read(const char *text, enum column *c, struct str *theirs)
{
	struct str rest = str_of(text), ours;
	str_next(&rest, '=', &ours);
	for (int i = 0; rest.p && i < COL_COUNT; i++) {
		if (plain_equal(ours, str_of(columns[i].name))) {
			*c = (enum column)i;
			*theirs = rest;
			return true;
		}
	}
	return false;
}

static bool exported_names(const struct str *cells, int count)
{
	for (int i = 0; i < count; i++) {
		size_t c = 0;
		while (c < export_column_count && !str_eq(cells[i], str_of(export_columns[c].name)))
			c++;
		if (c == export_column_count)
			return false;
	}
	return true;
}

static void add_names(struct buf *b, const struct str *cells, int count)
{
	for (int i = 0; i < count; i++) {
		buf_add(b, i ? STR(", ") : STR(""));
		buf_add(b, str_slice(str_trim(cells[i]), 0, 40));
		if (b->len > NAMES_MAX) {
			buf_add(b, STR(", …"));
			break;
		}
	}
}

static bool map_by_option(struct csv_head *h, const struct str *cells, const struct import_options *o, struct str file,
			  const char *names, struct err *e)
{
	for (int m = 0; m < o->column_count; m++) {
		enum column c;
		struct str theirs;
		if (!mapping_read(o->columns[m], &c, &theirs))
			continue; /* csv_head_check has seen to it */
		int i = 0;
		while (i < h->cells && !str_eq_nocase(str_trim(cells[i]), theirs))
			i++;
		if (i == h->cells)
			return err_set(e, ERR_INPUT, "%.*s has no column %.*s; its columns are: %s", (int)file.len,
				       file.p, (int)theirs.len, theirs.p, names);
		h->at[c] = i;
	}
	return true;
}

void csv_head_guess(struct str line, struct csv_head *out)
{
	*out = (struct csv_head){.delimiter = csv_delimiters[0]};
	struct buf copy = {0};
	for (const char *d = csv_delimiters; *d; d++) {
		struct str cells[CSV_CELLS_MAX];
		buf_reset(&copy);
		buf_add(&copy, line);
		struct csv_head h = {.delimiter = *d, .cells = csv_split(copy.p, copy.len, *d, cells)};
		map_by_name(cells, &h);
		if (h.known > out->known || (h.known == out->known && h.cells > out->cells))
			*out = h;
	}
	buf_free(&copy);
}

bool csv_head_uses(const struct csv_head *h, int cell)
{
	for (int c = 0; c < COL_COUNT; c++)
		if (h->at[c] == cell)
			return true;
	return false;
}

/* Nothing is left out without a word; but our own export says more than a record holds. */
static void say_unused(const struct csv_head *h, const struct str *cells, const struct import_options *o,
		       struct str file)
{
	struct str unused[CSV_CELLS_MAX];
	int count = 0;
	for (int i = 0; i < h->cells; i++)
		if (!csv_head_uses(h, i) && str_trim(cells[i]).len > 0)
			unused[count++] = cells[i];
	if (count == 0 || h->ours || !o->report)
		return;
	struct buf b = {0};
	buf_add(&b, file);
	buf_add(&b, STR(": columns left out, as their names are not known (--column OURS=THEIRS takes one in): "));
	add_names(&b, unused, count);
	o->report(o->ctx, b.p);
	buf_free(&b);
}

/* What an import cannot do without: a column for the recipient, and one that says what became of the email. */
static const char *lacking(const struct csv_head *h, const char **meaning)
{
	static const char *const demands[][2] = {{"recipient", "for the recipient"},
						 {"outcome", "that says what became of the email"}};
	const int *at = h->at;
	bool has[] = {at[COL_RECIPIENT] >= 0, at[COL_OUTCOME] >= 0 || at[COL_CODE] >= 0 || at[COL_ENHANCED] >= 0 ||
						      at[COL_BASIC] >= 0 || at[COL_RESPONSE] >= 0};
	for (size_t i = 0; i < COUNT_OF(has); i++) {
		*meaning = demands[i][1];
		if (!has[i])
			return demands[i][0];
	}
	return NULL;
}

/* `h` is known by names; adds what was named by hand, and demands what an import needs. */
static bool head_complete(struct csv_head *h, const struct str *cells, const struct import_options *o, struct str file,
			  struct err *e)
{
	struct buf names = {0};
	const char *meaning, *lack = NULL;
	add_names(&names, cells, h->cells);
	bool ok = map_by_option(h, cells, o, file, names.p, e);
	if (ok && (lack = lacking(h, &meaning)))
		ok = err_set(e, ERR_INPUT, "%.*s has no column %s: name one with --column %s=NAME; its columns are: %s",
			     (int)file.len, file.p, meaning, lack, names.p);
	buf_free(&names);
	return ok;
}

bool csv_head_read(struct str record, const struct import_options *o, struct str file, struct csv_head *out,
		   struct err *e)
{
	struct str cells[CSV_CELLS_MAX];
	struct buf copy = {0};
	csv_head_guess(record, out);
	buf_add(&copy, record);
	out->cells = csv_split(copy.p, copy.len, out->delimiter, cells);
	out->ours = exported_names(cells, out->cells);
	out->kind = str_hash(record, 0);
	bool ok = head_complete(out, cells, o, file, e);
	if (ok)
		say_unused(out, cells, o, file);
	buf_free(&copy);
	return ok;
}

/* "recipient is to_addr, time is sent_at" */
static void say_used(const struct csv_head *h, const struct str *cells, const struct import_options *o, struct str file)
{
	struct buf b = {0};
	const char *before = ": ";
	buf_add(&b, file);
	for (int c = 0; c < COL_COUNT; c++) {
		if (h->at[c] < 0)
			continue;
		buf_printf(&b, "%s%s is ", before, columns[c].name);
		buf_add(&b, cells[h->at[c]]);
		before = ", ";
	}
	if (o->report)
		o->report(o->ctx, b.p);
	buf_free(&b);
}

static void head_of_names(const struct str *names, int count, struct csv_head *out)
{
	*out = (struct csv_head){.cells = count};
	map_by_name(names, out);
	for (int i = 0; i < count; i++)
		out->kind = str_hash(STR(","), str_hash(names[i], out->kind));
}

bool csv_head_names(const struct str *names, int count, const struct import_options *o, struct str table,
		    struct csv_head *out, struct err *e)
{
	head_of_names(names, count, out);
	if (!head_complete(out, names, o, table, e))
		return false;
	say_used(out, names, o, table);
	say_unused(out, names, o, table);
	return true;
}

bool csv_head_fits(const struct str *names, int count, const struct import_options *o)
{
	struct csv_head h;
	struct err e = {0};
	head_of_names(names, count, &h);
	return head_complete(&h, names, o, STR(""), &e);
}

static bool mapping_wrong(const char *text, struct err *e)
{
	struct str rest = str_of(text);
	struct guess ours = {0};
	struct buf names = {0};
	str_next(&rest, '=', &ours.word);
	for (int k = 0; k < COL_COUNT; k++) {
		guess_offer(&ours, columns[k].name);
		buf_printf(&names, "%s%s", k ? ", " : "", columns[k].name);
	}
	if (rest.p && ours.nearest)
		err_set(e, ERR_USAGE, "--column %s: there is no %.*s; did you mean %s?", text, (int)ours.word.len,
			ours.word.p, ours.nearest);
	else
		err_set(e, ERR_USAGE, "--column %s: it takes OURS=THEIRS, where OURS is one of %s", text, names.p);
	buf_free(&names);
	return false;
}

bool csv_head_check(const struct import_options *o, struct err *e)
{
	for (int i = 0; i < o->column_count; i++) {
		enum column c;
		struct str theirs;
		if (mapping_read(o->columns[i], &c, &theirs))
			continue;
		return mapping_wrong(o->columns[i], e);
	}
	return true;
}

void csv_head_words(struct arg_words *w)
{
	for (int c = 0; c < COL_COUNT; c++)
		arg_add(w, columns[c].name, "", false);
}

bool csv_outcome_word(struct str s, enum outcome *out)
{
	char buf[32];
	struct str word = str_slice(s, 0, str_find(s, STR(" ("), 0)); /* "Bounced (hard)" */
	struct str name = plain_name(word, buf, sizeof buf);
	for (size_t i = 0; i < COUNT_OF(outcome_words); i++) {
		if (word_index(name, outcome_words[i].words) >= 0) {
			*out = outcome_words[i].outcome;
			return true;
		}
	}
	return false;
}
