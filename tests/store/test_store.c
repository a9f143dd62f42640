/* The contract of a store: whatever it is asked, it answers as scope_matches() and a sort of all records would.
 * Records come in through plain SQL, are changed and deleted by it, and by store_put. */
#include "scratch.h"

#include "text.h"
#include "zones.h"

static const int64_t T0 = 1700000000, DAY = 86400;
static const struct moment now = {.now_s = 1700000000, .zone = ZONE_UTC};

/* ---- random records ---- */

struct rng {
	uint64_t x;
};

static unsigned pick(struct rng *g, unsigned n)
{
	g->x ^= g->x << 13;
	g->x ^= g->x >> 7;
	g->x ^= g->x << 17;
	return (unsigned)(g->x >> 33) % n;
}

#define PICK(g, list) ((list)[pick((g), COUNT_OF(list))])

static const char *const recipients[] = {
	"ann@example.com",     "Bob@Example.org",      "bob@example.org",
	"zoë@exämple.test",    "ZOË@exämple.test",     "root",
	"\"a@b\"@example.net", "x@mail.example.com",   "y@example.com",
	"sam@example.org",     "\u017fam@example.org", "Sam@example.org",
	"x%_'\"@example.com",  "\xff\xfe@bad.example", "long.local.part.of.an.address@sub.domain.example.org"};
static const char *const texts[] = {NULL,
				    "",
				    "550 5.1.1 User unknown",
				    "mailbox FULL",
				    "Straße gesperrt",
				    "a\tb\xc3(",
				    "100%",
				    "=1",
				    "550 5.2.2 <bob@example.org> full 17",
				    "550 5.2.2 <> FULL",
				    "550-5.2.2 <ann> FULL 4"};
static const char *const codes[] = {NULL,     NULL,    "5.1.1", "5.1.2", "5.1.10",   "4.2.2",
				    "5.7.26", "5.7.1", "4.4.7", "2.0.0", "5.999.999"};
static const int basics[] = {0, 0, 550, 450, 421, 554, 250, 605};

struct row {
	int64_t id;
	struct record r;
	bool deleted;
};

struct world {
	struct arena a;
	sqlite3 *db;
	struct store *st;
	struct row *rows;
	int count;
};

enum { ROWS = 700 };

static struct str maybe(const char *t)
{
	return str_of(t);
}

static struct record random_record(struct rng *g)
{
	struct record r = {.recipient = str_of(PICK(g, recipients)),
			   /* Few distinct times, some on the edge of a day: ties and edges are where faults live. */
			   .time = pick(g, 3) ? T0 - T0 % DAY + (int64_t)pick(g, 12) * DAY - pick(g, 2)
					      : T0 + (int64_t)pick(g, 40) * 7000,
			   .outcome = (enum outcome)pick(g, OUTCOME_COUNT),
			   .basic = PICK(g, basics),
			   .sender = maybe(PICK(g, texts)),
			   .title = maybe(PICK(g, texts)),
			   .response = maybe(PICK(g, texts)),
			   .remote_mta = maybe(PICK(g, texts)),
			   .message_id = maybe(pick(g, 2) ? "Abc-1@example.com" : NULL),
			   .queue_id = maybe(pick(g, 2) ? "4F2D12" : NULL),
			   .queued_at = TIME_NONE,
			   .stage = (enum stage)pick(g, STAGE_COUNT)};
	const char *code = PICK(g, codes);
	if (pick(g, 3) == 0) /* most of what happens in the field is a failure */
		r.outcome = OUTCOME_FAILED;
	if (code)
		assert_true(ecode_of(str_of(code), &r.enhanced));
	return r;
}

static void bind(sqlite3_stmt *s, int i, struct str t, struct rng *g)
{
	if (t.len == 0 && pick(g, 2))
		sqlite3_bind_null(s, i); /* NULL and '' are the same thing to a reader */
	else
		sqlite3_bind_text(s, i, t.p, (int)t.len, SQLITE_STATIC);
}

static void write_plainly(struct world *w, struct rng *g, int64_t id, const struct record *r, const char *sql)
{
	sqlite3_stmt *s;
	char code[ECODE_TEXT];
	if (sqlite3_prepare_v2(w->db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(w->db));
	sqlite3_bind_int64(s, 1, id);
	sqlite3_bind_text(s, 2, r->recipient.p, (int)r->recipient.len, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, r->time);
	sqlite3_bind_text(s, 4, outcome_name(r->outcome), -1, SQLITE_STATIC);
	if (r->enhanced.cls)
		sqlite3_bind_text(s, 5, ecode_text(r->enhanced, code), -1, SQLITE_TRANSIENT);
	if (r->basic)
		sqlite3_bind_int(s, 6, r->basic);
	bind(s, 7, r->sender, g);
	bind(s, 8, r->title, g);
	bind(s, 9, r->response, g);
	bind(s, 10, r->remote_mta, g);
	bind(s, 11, r->message_id, g);
	bind(s, 12, r->queue_id, g);
	if (r->stage != STAGE_NONE)
		sqlite3_bind_text(s, 13, stage_name(r->stage), -1, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_DONE)
		fail_msg("%s", sqlite3_errmsg(w->db));
	sqlite3_finalize(s);
}

#define COLUMNS                                                                                                        \
	"(id, recipient, time, outcome, enhanced_code, basic_code, sender, title, response, remote_mta,"               \
	" message_id, queue_id, stage) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"

/* Deferred, then delivered; or given up and thrown away: many at once, by what any program may write. */
static void change_many(struct world *w, struct rng *g)
{
	char sql[200];
	int64_t one = pick(g, 60);
	bool gone = pick(g, 2);
	snprintf(sql, sizeof sql,
		 gone ? "DELETE FROM email WHERE id %% 60 = %lld"
		      : "UPDATE email SET outcome = 'delivered', time = time + 60, basic_code = 250, enhanced_code = "
			"NULL"
			" WHERE id %% 60 = %lld",
		 (long long)one);
	plain_exec(w->db, sql);
	for (int i = 0; i < w->count; i++) {
		struct row *row = &w->rows[i];
		if (row->deleted || row->id % 60 != one)
			continue;
		row->deleted = gone;
		row->r.outcome = OUTCOME_DELIVERED;
		row->r.time += 60;
		row->r.basic = 250;
		row->r.enhanced = (struct ecode){0};
	}
}

/* Rows beside the email, which go with it. */
static void tell_more(struct world *w, const struct row *row)
{
	char sql[400];
	snprintf(sql, sizeof sql,
		 "INSERT INTO source (email_id, source_key, time, outcome) VALUES (%lld, 7, 1700000000, 'failed');"
		 "INSERT INTO attempt (email_id, time, outcome) VALUES (%lld, 1700000000, 'failed');",
		 (long long)row->id, (long long)row->id);
	plain_exec(w->db, sql);
}

static void change_world(struct world *w, struct rng *g, int changes)
{
	plain_exec(w->db, "BEGIN");
	for (int i = 0; i < changes; i++) {
		unsigned dice = pick(g, 13);
		struct record r = random_record(g);
		struct row *row = w->count ? &w->rows[pick(g, (unsigned)w->count)] : NULL;
		if (w->count < ROWS && (dice < 6 || !row)) {
			row = &w->rows[w->count++];
			*row = (struct row){.id = w->count, .r = r};
			write_plainly(w, g, row->id, &r, "INSERT INTO email " COLUMNS);
		} else if (dice < 7 && !row->deleted) {
			char sql[64];
			snprintf(sql, sizeof sql, "DELETE FROM email WHERE id = %lld", (long long)row->id);
			plain_exec(w->db, sql);
			row->deleted = true;
		} else if (dice < 8) {
			write_plainly(w, g, row->id, &r, "INSERT OR REPLACE INTO email " COLUMNS);
			*row = (struct row){.id = row->id, .r = r};
		} else if (dice < 9) {
			write_plainly(w, g, row->id, &r, "INSERT OR IGNORE INTO email " COLUMNS);
			if (row->deleted)
				*row = (struct row){.id = row->id, .r = r};
		} else if (dice == 10) {
			write_plainly(
				w, g, row->id, &r,
				"INSERT INTO email " COLUMNS " ON CONFLICT (id) DO UPDATE SET"
				" recipient = excluded.recipient, time = excluded.time, outcome = excluded.outcome,"
				" enhanced_code = excluded.enhanced_code, basic_code = excluded.basic_code,"
				" sender = excluded.sender, title = excluded.title, response = excluded.response,"
				" remote_mta = excluded.remote_mta, message_id = excluded.message_id,"
				" queue_id = excluded.queue_id, stage = excluded.stage");
			*row = (struct row){.id = row->id, .r = r};
		} else if (dice == 11) {
			if (pick(g, 8) == 0)
				change_many(w, g);
		} else if (dice == 12) {
			if (!row->deleted)
				tell_more(w, row);
		} else if (!row->deleted) {
			write_plainly(w, g, row->id, &r,
				      "UPDATE email SET recipient = ?2, time = ?3, outcome = ?4, enhanced_code = ?5,"
				      " basic_code = ?6, sender = ?7, title = ?8, response = ?9, remote_mta = ?10,"
				      " message_id = ?11, queue_id = ?12, stage = ?13 WHERE id = ?1");
			row->r = r;
		}
	}
	plain_exec(w->db, "COMMIT");
	for (int i = 0; i < w->count; i++)
		w->rows[i].r.id = w->rows[i].id;
}

/* ---- random scopes ---- */

static const char *const terms[] = {"to:BOB",
				    "to:zoË",
				    "to:'",
				    "to:%",
				    "to:@",
				    "from:straSSe",
				    "from:user",
				    "domain:Example.COM",
				    "domain:*.example.com",
				    "domain:*.org",
				    "domain:exämple.test",
				    "code:5.1.1",
				    "code:5.1.*",
				    "code:5.7.*",
				    "code:550",
				    "code:4xx",
				    "code:none",
				    "code:605",
				    "code:5.9.9",
				    "class:5",
				    "class:4",
				    "class:2",
				    "subject:1",
				    "subject:none",
				    "subject:security",
				    "status:any",
				    "status:failed",
				    "status:dropped",
				    "status:delivered",
				    "status:queued",
				    "mx:full",
				    "title:full",
				    "text:\"user unknown\"",
				    "text:FULL",
				    "id:abc",
				    "id:4f2d",
				    "id:7",
				    "to:=bob@example.ORG",
				    "to:=\"zoË@exämple.test\"",
				    "to:=sam@example.org",
				    "to:=\u017fam@example.org",
				    "to:=bob",
				    "from:=\"\"",
				    "from:=\"550 5.1.1 user UNKNOWN\"",
				    "from:\"=1\"",
				    "mx:=\"=1\"",
				    "mx:=\"mailbox full\"",
				    "title:=\"strasse gesperrt\"",
				    "text:=100%",
				    "id:=abc-1@EXAMPLE.com",
				    "id:=4f2d12",
				    "id:=12",
				    "wording:\"550 5.2.2 <*> full 5\"",
				    "wording:\"Mailbox full\"",
				    "wording:\"\"",
				    "since:2023-11-15",
				    "since:2023-11-17T03:20",
				    "before:2023-11-20",
				    "before:2023-11-18T10:00"};

static struct filter random_filter(struct rng *g, struct arena *a, struct buf *line)
{
	struct filter f;
	struct err e = {0};
	unsigned n = pick(g, 4);
	struct buf own = {0};
	for (unsigned i = 0; i < n; i++)
		buf_printf(&own, "%s%s%s", i ? " " : "", pick(g, 4) ? "" : "-", PICK(g, terms));
	assert_ok(filter_parse(buf_str(&own), now, a, &f, &e), e);
	buf_printf(line, "[%s]", own.len ? own.p : "");
	buf_free(&own);
	return f;
}

/* ---- what the answers must be ---- */

static int nocase_cmp(struct str a, struct str b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];
		x = x >= 'A' && x <= 'Z' ? (unsigned char)(x + 32) : x;
		y = y >= 'A' && y <= 'Z' ? (unsigned char)(y + 32) : y;
		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static int newest_first(const struct record *a, const struct record *b)
{
	if (a->time != b->time)
		return a->time > b->time ? -1 : 1;
	return (a->id < b->id) - (a->id > b->id);
}

static int by_time(const void *x, const void *y)
{
	return newest_first(x, y);
}

static int by_recipient(const void *x, const void *y)
{
	const struct record *a = x, *b = y;
	int d = nocase_cmp(a->recipient, b->recipient);
	return d ? d : newest_first(a, b);
}

static int by_code(const void *x, const void *y)
{
	const struct record *a = x, *b = y;
	int d = ecode_cmp(a->enhanced, b->enhanced);
	d = d ? d : (a->basic > b->basic) - (a->basic < b->basic);
	return d ? d : newest_first(a, b);
}

static int (*const comparers[SORT_COUNT])(const void *, const void *) = {
	[SORT_TIME] = by_time,
	[SORT_RECIPIENT] = by_recipient,
	[SORT_CODE] = by_code,
};

static int expected_rows(const struct world *w, const struct scope *s, struct record *out)
{
	int n = 0;
	for (int i = 0; i < w->count; i++)
		if (!w->rows[i].deleted && scope_matches(s, &w->rows[i].r))
			out[n++] = w->rows[i].r;
	return n;
}

static void assert_same(const struct record *got, const struct record *want, const char *what)
{
	if (got->id != want->id || got->time != want->time || got->outcome != want->outcome ||
	    got->basic != want->basic || ecode_cmp(got->enhanced, want->enhanced) != 0 || got->stage != want->stage ||
	    !str_eq(got->recipient, want->recipient) || !str_eq(got->sender, want->sender) ||
	    !str_eq(got->title, want->title) || !str_eq(got->response, want->response) ||
	    !str_eq(got->remote_mta, want->remote_mta) || !str_eq(got->message_id, want->message_id) ||
	    !str_eq(got->queue_id, want->queue_id))
		fail_msg("%s: got email %lld, wanted %lld", what, (long long)got->id, (long long)want->id);
}

static void check_pages(struct world *w, const struct scope *s, enum sort sort, const struct record *want, int n,
			struct rng *g, const char *what)
{
	struct arena a = {0};
	struct err e = {0};
	struct page page;
	/* Forwards and backwards through all, and somewhere in between. */
	int limit = 1 + (int)pick(g, 90);
	struct cursor at = {.at = CURSOR_START};
	int seen = 0;
	do {
		assert_ok(store_page(w->st, s, sort, &at, false, limit, &a, &page, &e), e);
		for (int i = 0; i < page.count && seen < n; i++)
			assert_same(&page.rows[i], &want[seen++], what);
		if (page.count)
			at = cursor_of(&page.rows[page.count - 1]);
	} while (page.count == limit);
	if (seen != n || (n && at.id != want[n - 1].id))
		fail_msg("%s: %d of %d rows forwards", what, seen, n);
	at = (struct cursor){.at = CURSOR_END};
	do {
		assert_ok(store_page(w->st, s, sort, &at, true, limit, &a, &page, &e), e);
		for (int i = page.count; i > 0 && seen > 0; i--)
			assert_same(&page.rows[i - 1], &want[--seen], what);
		if (page.count)
			at = cursor_of(&page.rows[0]);
	} while (page.count == limit);
	if (seen != 0)
		fail_msg("%s: %d rows missing backwards", what, seen);
	arena_free(&a);
}

static void check_ranks(struct world *w, const struct scope *s, enum sort sort, const struct record *want, int n,
			struct rng *g, const char *what)
{
	struct arena a = {0};
	struct err e = {0};
	int64_t rank;
	struct cursor at;
	for (int tries = 0; n && tries < 3; tries++) {
		int i = (int)pick(g, (unsigned)n);
		at = cursor_of(&want[i]);
		assert_ok(store_rank(w->st, s, sort, &at, &rank, &e), e);
		if (rank != i)
			fail_msg("%s: rank %lld, wanted %d", what, (long long)rank, i);
		assert_ok(store_at_rank(w->st, s, sort, i, &a, &at, &e), e);
		if (at.at != CURSOR_RECORD || at.id != want[i].id)
			fail_msg("%s: at rank %d is %lld, wanted %lld", what, i, (long long)at.id,
				 (long long)want[i].id);
	}
	assert_ok(store_at_rank(w->st, s, sort, n, &a, &at, &e), e);
	assert_int_equal(at.at, CURSOR_END);
	assert_ok(store_rank(w->st, s, sort, &at, &rank, &e), e);
	assert_int_equal(rank, n);
	/* A place that no record of the scope has. */
	struct record other = random_record(g);
	other.id = 350;
	at = cursor_of(&other);
	int64_t before = 0;
	for (int i = 0; i < n; i++)
		before += comparers[sort](&want[i], &other) < 0;
	assert_ok(store_rank(w->st, s, sort, &at, &rank, &e), e);
	if (rank != before)
		fail_msg("%s: rank of a stranger %lld, wanted %lld", what, (long long)rank, (long long)before);
	arena_free(&a);
}

static void check_sums(struct world *w, const struct scope *s, const struct record *want, int n, const char *what)
{
	struct arena a = {0};
	struct err e = {0};
	int64_t count, first, last;
	struct groups groups;
	assert_ok(store_count(w->st, s, &count, &e), e);
	if (count != n)
		fail_msg("%s: count %lld, wanted %d", what, (long long)count, n);
	assert_ok(store_span(w->st, s, &first, &last, &e), e);
	int64_t oldest = TIME_NONE, newest = TIME_NONE;
	for (int i = 0; i < n; i++) {
		oldest = oldest == TIME_NONE || want[i].time < oldest ? want[i].time : oldest;
		newest = want[i].time > newest ? want[i].time : newest;
	}
	if (first != oldest || last != newest)
		fail_msg("%s: from %lld to %lld, wanted %lld to %lld", what, (long long)first, (long long)last,
			 (long long)oldest, (long long)newest);
	const struct group_by by_code = {.grouping = GROUP_CODE, .limit = 1000};
	assert_ok(store_groups(w->st, s, &by_code, &a, &groups, &e), e);
	count = 0;
	for (int i = 0; i < groups.count; i++) {
		const struct group *g = &groups.rows[i];
		int64_t wanted = 0;
		for (int r = 0; r < n; r++)
			wanted += want[r].outcome == g->outcome && want[r].basic == g->basic &&
				  ecode_cmp(want[r].enhanced, g->enhanced) == 0;
		if (g->count != wanted)
			fail_msg("%s: group %s %d.%d.%d/%d holds %lld, wanted %lld", what, outcome_name(g->outcome),
				 g->enhanced.cls, g->enhanced.subject, g->enhanced.detail, g->basic,
				 (long long)g->count, (long long)wanted);
		count += g->count;
	}
	assert_int_equal(count, n);
	arena_free(&a);
}

/* How many of these the filter line of a group picks. */
static int64_t picked(struct str line, enum zone zone, const struct record *want, int n)
{
	struct arena a = {0};
	struct err e = {0};
	struct scope s = {.count = 2};
	int64_t count = 0;
	assert_ok(filter_parse(line, (struct moment){T0, zone}, &a, &s.all[0], &e), e);
	assert_ok(filter_parse(STR("status:any"), now, &a, &s.all[1], &e), e);
	for (int i = 0; i < n; i++)
		count += scope_matches(&s, &want[i]);
	arena_free(&a);
	return count;
}

static bool in_order(const struct group *a, const struct group *b, const struct group_by *how)
{
	struct arena scratch = {0};
	int by_name = str_cmp(text_fold(&scratch, a->key), text_fold(&scratch, b->key));
	arena_free(&scratch);
	if (how->grouping == GROUP_DAY)
		by_name = -by_name;
	return how->order == ORDER_COUNT && a->count != b->count ? a->count > b->count : by_name < 0;
}

/* Every group picks as many as it counts, no record is in two of them or in none, and a limit cuts the list. */
static void check_groups(struct world *w, const struct scope *s, const struct record *want, int n,
			 const struct group_by *how, const char *what)
{
	struct arena a = {0};
	struct err e = {0};
	struct groups groups, few;
	struct group_by less = *how;
	const char *name = groupings[how->grouping].name;
	int64_t count = 0;
	assert_ok(store_groups(w->st, s, how, &a, &groups, &e), e);
	for (int i = 0; i < groups.count; i++) {
		const struct group *g = &groups.rows[i];
		int64_t wanted = picked(tree_key_filter(how->grouping, g->key, &a), how->zone, want, n);
		if (g->count != wanted)
			fail_msg("%s: %s %s holds %lld, wanted %lld", what, name, g->key.p, (long long)g->count,
				 (long long)wanted);
		if (i > 0 && !in_order(&groups.rows[i - 1], g, how))
			fail_msg("%s: %s %s before %s", what, name, groups.rows[i - 1].key.p, g->key.p);
		count += g->count;
	}
	assert_int_equal(count, n);
	assert_false(groups.more);
	less.limit = 1 + groups.count / 2;
	assert_ok(store_groups(w->st, s, &less, &a, &few, &e), e);
	assert_int_equal(few.count, groups.count < less.limit ? groups.count : less.limit);
	assert_int_equal(few.more, groups.count > less.limit);
	for (int i = 0; i < few.count; i++)
		assert_true(str_eq(few.rows[i].key, groups.rows[i].key) && few.rows[i].count == groups.rows[i].count);
	arena_free(&a);
}

static void check_all_groups(struct world *w, const struct scope *s, const struct record *want, int n, const char *what)
{
	for (int by = GROUP_CODE + 1; by < GROUP_COUNT; by++) {
		for (int order = ORDER_COUNT; order <= ORDER_NAME; order++) {
			struct group_by how = {(enum grouping)by, (enum group_order)order, ZONE_UTC, 1000};
			check_groups(w, s, want, n, &how, what);
			how.zone = ZONE_LOCAL;
			if (by == GROUP_DAY)
				check_groups(w, s, want, n, &how, what);
		}
	}
}

static void check_fresh(struct world *w, const struct scope *s, const struct record *want, int n, struct rng *g,
			const char *what)
{
	struct err e = {0};
	for (int tries = 0; tries < 3; tries++) {
		int64_t after_id = pick(g, ROWS), after_s = T0 + ((int64_t)pick(g, 16) - 2) * DAY, got, expected = 0;
		for (int i = 0; i < n; i++)
			expected += want[i].id > after_id || want[i].time > after_s;
		assert_ok(store_count_fresh(w->st, s, after_id, after_s, &got, &e), e);
		if (got != expected)
			fail_msg("%s: %lld fresh, wanted %lld", what, (long long)got, (long long)expected);
	}
	int64_t all;
	assert_ok(store_count_fresh(w->st, s, 0, TIME_NONE, &all, &e), e);
	assert_int_equal(all, n);
}

/* Every domain that begins so, once. */
static void check_domains(struct world *w)
{
	static const char *const prefixes[] = {"", "e", "EXAM", "example.com", "ex\xc3\xa4", "mail.", "zzz", "%"};
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		for (int limit = 1; limit < 20; limit += 3) {
			struct arena a = {0};
			struct err e = {0};
			struct str *got;
			int count;
			char *list, sql[300];
			struct buf b = {0};
			assert_ok(store_domains(w->st, str_of(prefixes[i]), limit, &a, &got, &count, &e), e);
			for (int k = 0; k < count; k++)
				buf_printf(&b, "%s%s", k ? "," : "", got[k].p);
			snprintf(sql, sizeof sql,
				 "SELECT group_concat(domain) FROM (SELECT DISTINCT domain FROM email WHERE outcome IN"
				 " ('failed', 'dropped') AND domain <> '' AND substr(domain, 1, %zu) = lower('%s')"
				 " ORDER BY domain LIMIT %d)",
				 strlen(prefixes[i]) - (i == 4), prefixes[i], limit);
			list = plain_text(w->db, sql);
			assert_string_equal(b.len ? b.p : "", list);
			free(list);
			buf_free(&b);
			arena_free(&a);
		}
	}
}

static void check_timeline(struct world *w, const struct scope *s, const struct record *want, int n, int64_t from_s,
			   int64_t step_s, const char *what)
{
	struct bucket got[30], expected[30] = {0};
	int64_t starts_s[31];
	struct err e = {0};
	for (int i = 0; i <= 30; i++)
		starts_s[i] = from_s + i * step_s;
	assert_ok(store_timeline(w->st, s, starts_s, 30, got, &e), e);
	for (int i = 0; i < n; i++) {
		const struct record *r = &want[i];
		int64_t b = r->time < from_s ? -1 : (r->time - from_s) / step_s;
		if (b < 0 || b >= 30 || !outcome_is_failure(r->outcome))
			continue;
		if (r->outcome == OUTCOME_DROPPED)
			expected[b].dropped++;
		else if (filter_class(r->enhanced, r->basic) == 4)
			expected[b].temporary++;
		else
			expected[b].permanent++;
	}
	if (memcmp(got, expected, sizeof got) != 0)
		fail_msg("%s: timeline by %lld s differs", what, (long long)step_s);
}

struct counter {
	const struct record *want;
	int seen, n;
	const char *what;
};

static bool count_each(void *ctx, const struct record *r, struct err *e)
{
	struct counter *c = ctx;
	(void)e;
	if (c->seen >= c->n)
		fail_msg("%s: one too many", c->what);
	assert_same(r, &c->want[c->seen++], c->what);
	return true;
}

static void check_each(struct world *w, const struct scope *s, const struct record *want, int n, const char *what)
{
	struct arena a = {0};
	struct err e = {0};
	struct counter c = {.want = want, .n = n, .what = what};
	const struct each each = {READ_ALL, count_each, &c};
	int64_t *ids;
	size_t count;
	assert_ok(store_each(w->st, s, NULL, 0, &each, &e), e);
	assert_int_equal(c.seen, n);
	assert_ok(store_ids(w->st, s, &a, &ids, &count, &e), e);
	assert_int_equal(count, n);
	int64_t sum = 0;
	for (int i = 0; i < n; i++)
		sum += want[i].id - ids[i];
	assert_int_equal(sum, 0);
	c.seen = 0;
	/* By id: in the order of the ids. */
	int64_t *in_order = arena_array(&a, int64_t, (size_t)n + 1);
	for (int i = 0; i < n; i++)
		in_order[i] = want[i].id;
	assert_ok(store_each(w->st, s, in_order, (size_t)n, &each, &e), e);
	assert_int_equal(c.seen, n);
	arena_free(&a);
}

static void check_answers(struct world *w, struct rng *g, int scopes)
{
	struct record *want = calloc(ROWS, sizeof *want);
	assert_non_null(want);
	check_domains(w);
	for (int i = 0; i < scopes; i++) {
		struct arena a = {0};
		struct buf what = {0};
		struct scope s = {.count = (int)pick(g, SCOPE_MAX + 1)};
		buf_printf(&what, "scope ");
		for (int f = 0; f < s.count; f++)
			s.all[f] = random_filter(g, &a, &what);
		int n = expected_rows(w, &s, want);
		check_sums(w, &s, want, n, what.p);
		check_fresh(w, &s, want, n, g, what.p);
		check_all_groups(w, &s, want, n, what.p);
		for (int sort = 0; sort < SORT_COUNT; sort++) {
			qsort(want, (size_t)n, sizeof *want, comparers[sort]);
			check_pages(w, &s, (enum sort)sort, want, n, g, what.p);
			check_ranks(w, &s, (enum sort)sort, want, n, g, what.p);
		}
		qsort(want, (size_t)n, sizeof *want, by_time);
		check_each(w, &s, want, n, what.p);
		int64_t day0 = T0 - T0 % DAY;
		check_timeline(w, &s, want, n, day0, DAY, what.p);
		check_timeline(w, &s, want, n, day0 - 2 * DAY, 2 * DAY, what.p);
		check_timeline(w, &s, want, n, day0 + 3600, 7200, what.p);
		check_timeline(w, &s, want, n, day0 - 3600, DAY, what.p);
		check_timeline(w, &s, want, n, day0 - 2 * DAY, 2 * DAY - 7200, what.p);
		check_timeline(w, &s, want, n, day0 - 17 * DAY + 3600, 7 * DAY, what.p);
		buf_free(&what);
		arena_free(&a);
	}
	free(want);
}

static void check_world(struct world *w, struct rng *g, int scopes)
{
	assert_int_equal(tally_faults(w->db), 0);
	assert_int_equal(plain_int(w->db, "SELECT count(*) FROM (SELECT email_id FROM source UNION ALL SELECT email_id"
					  " FROM attempt) WHERE email_id NOT IN (SELECT id FROM email)"),
			 0);
	char *whole = plain_text(w->db, "PRAGMA integrity_check"); /* each index holds just what it must */
	assert_string_equal(whole, "ok");
	free(whole);
	check_answers(w, g, scopes);
}

static struct world *world_make(const struct scratch *s)
{
	struct world *w = calloc(1, sizeof *w);
	struct err e = {0};
	assert_non_null(w);
	w->rows = calloc(ROWS, sizeof *w->rows);
	assert_non_null(w->rows);
	struct store *rw = store_open_rw(s->path, true, &e);
	if (!rw)
		fail_msg("%s", e.msg);
	store_close(rw);
	w->db = plain_open(s->path);
	w->st = store_open(s->path, &e);
	if (!w->st)
		fail_msg("%s", e.msg);
	return w;
}

static void world_free(struct world *w)
{
	store_close(w->st);
	sqlite3_close(w->db);
	arena_free(&w->a);
	free(w->rows);
	free(w);
}

static void answers_as_the_definition(void **state)
{
	struct world *w = world_make(*state);
	struct rng g = {88172645463325252u};
	check_world(w, &g, 20); /* empty */
	for (int round = 0; round < 6; round++) {
		use_zone(test_zones[round]);
		change_world(w, &g, 200);
		check_world(w, &g, 40);
	}
	use_zone("UTC");
	world_free(w);
}

/* Everything that makes it fast is taken away; by and by it is put back. Nothing may depend on it but the time. */
static const char strip[] =
	"DROP TABLE tally; DROP TABLE replaced; DROP INDEX attempt_email; DROP INDEX source_email;"
	"DROP INDEX source_named; DROP INDEX email_time; DROP INDEX email_recipient;"
	"DROP INDEX email_source; DROP INDEX email_caused_by; DROP INDEX failure_time;"
	"DROP INDEX failure_recipient; DROP INDEX failure_code; DROP INDEX failure_domain;"
	"DROP INDEX failure_mx; DROP INDEX failure_sender; DROP INDEX failure_text;"
	"DROP INDEX email_message_id; DROP TRIGGER email_before_insert;"
	"DROP TRIGGER email_after_insert; DROP TRIGGER email_after_replace;"
	"DROP TRIGGER email_after_delete; DROP TRIGGER email_after_update; DROP TRIGGER email_id_stays";

static void note_step(void *ctx, const char *what, int number, int count)
{
	buf_printf(ctx, "%d/%d %s\n", number, count, what);
}

static void answers_without_any_index(void **state)
{
	const struct scratch *s = *state;
	struct world *w = world_make(*state);
	struct rng g = {88172645463325252u};
	struct err e = {0};
	struct buf why = {0}, steps = {0};
	int added;
	assert_false(store_is_slow(w->st, &why));
	change_world(w, &g, 300);
	store_close(w->st);
	plain_exec(w->db, strip);
	assert_non_null(w->st = store_open(s->path, &e));
	assert_true(store_is_slow(w->st, &why));
	assert_string_equal(why.p, "Slow: deadletter tune FILE adds index failure_time and 15 more.");
	for (int round = 0; round < 3; round++) { /* and beside one that writes */
		change_world(w, &g, 150);
		check_answers(w, &g, 30);
	}
	struct store *rw = store_open_tune(s->path, &e);
	assert_non_null(rw);
	assert_ok(store_tune(rw, note_step, &steps, &added, &e), e);
	assert_int_equal(added, 16);
	assert_true(
		str_starts(buf_str(&steps), STR("1/16 index failure_time\n2/16 the tally\n3/16 index failure_code\n")));
	buf_reset(&steps);
	assert_ok(store_tune(rw, note_step, &steps, &added, &e), e);
	assert_int_equal(added + (int)steps.len, 0);
	store_close(rw);
	plain_exec(w->db, "DELETE FROM source; DELETE FROM attempt"); /* whose emails went while no trigger was there */
	change_world(w, &g, 150);
	int64_t version;
	assert_ok(store_version(w->st, &version, &e), e); /* the handle from before goes on, and finds what has come */
	check_world(w, &g, 30);
	buf_reset(&why);
	assert_false(store_is_slow(w->st, &why));
	buf_free(&why);
	buf_free(&steps);
	world_free(w);
}

static bool stop_after_some(void *ctx)
{
	return --*(int *)ctx < 0;
}

/* Stopped at any time, it goes on where it was. */
static void tuning_is_resumed(void **state)
{
	const struct scratch *s = *state;
	struct world *w = world_make(*state);
	struct buf steps = {0};
	int runs = 0, sum = 0, added;
	bool done = false;
	plain_exec(w->db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
			  " INSERT INTO email (recipient, time, outcome) SELECT 'x@example.com', 1700000000 + i,"
			  " 'failed' FROM n");
	plain_exec(w->db, strip);
	for (; !done; runs++) {
		struct err e = {0};
		int polls = 40 * (runs + 1);
		struct store *rw = store_open_tune(s->path, &e);
		if (!rw)
			fail_msg("%s", e.msg);
		store_set_stale(rw, stop_after_some, &polls);
		done = store_tune(rw, note_step, &steps, &added, &e);
		assert_int_equal(e.kind, done ? ERR_NONE : ERR_STALE);
		sum += added;
		store_close(rw);
		assert_in_range(runs, 0, 200);
	}
	assert_true(runs > 3);
	assert_int_equal(sum, 16);
	assert_int_equal(tally_faults(w->db), 0);
	buf_free(&steps);
	world_free(w);
}

/* ---- one thing each ---- */

static void totals_and_details(void **state)
{
	struct world *w = world_make(*state);
	struct arena a = {0};
	struct err e = {0};
	struct totals t;
	assert_ok(store_totals(w->st, &t, &e), e);
	assert_int_equal(t.tracked + t.failures, 0);
	assert_int_equal(t.first_s, TIME_NONE);
	assert_int_equal(t.max_id, 0);
	assert_int_equal(t.max_s, TIME_NONE);
	plain_exec(w->db, "INSERT INTO email (id, recipient, time, outcome, enhanced_code, response) VALUES"
			  " (1, 'bob@example.com', 1700000000, 'delivered', NULL, NULL),"
			  " (2, 'BOB@example.com', 1700000100, 'failed', '5.1.1', 'no such user'),"
			  " (3, 'bob@example.com', 1700000200, 'dropped', NULL, NULL),"
			  " (4, 'bob@example.com', 1700000300, 'dropped', NULL, NULL),"
			  " (5, 'ann@example.com', 1700000400, 'delivered', NULL, NULL);"
			  "UPDATE email SET caused_by = 2 WHERE outcome = 'dropped';"
			  "INSERT INTO attempt (email_id, time, outcome, basic_code, response) VALUES"
			  " (2, 1700000100, 'failed', 550, 'last'), (2, 1700000050, 'deferred', 450, 'first')");
	assert_ok(store_totals(w->st, &t, &e), e);
	assert_int_equal(t.tracked, 5);
	assert_int_equal(t.failures, 3);
	assert_int_equal(t.first_s, 1700000100);
	assert_int_equal(t.last_s, 1700000300);
	assert_int_equal(t.max_id, 5);
	assert_int_equal(t.max_s, 1700000400);
	struct detail d;
	assert_ok(store_detail(w->st, 3, &a, &d, &e), e);
	assert_int_equal(d.cause.id, 2);
	assert_true(str_eq(d.cause.response, STR("no such user")));
	assert_int_equal(d.history_count, 3);
	assert_int_equal(d.history_total, 3);
	assert_int_equal(d.history[0].id, 4);
	assert_int_equal(d.suppressed, 0);
	assert_ok(store_detail(w->st, 2, &a, &d, &e), e);
	assert_int_equal(d.suppressed, 2);
	assert_int_equal(d.cause.id, 0);
	assert_int_equal(d.attempt_count, 2);
	assert_true(str_eq(d.attempts[0].response, STR("first")));
	assert_true(str_eq(d.attempts[1].response, STR("last")));
	assert_false(store_detail(w->st, 77, &a, &d, &e));
	assert_int_equal(e.kind, ERR_INPUT);
	plain_exec(w->db, "DELETE FROM email WHERE id = 2");
	assert_int_equal(plain_int(w->db, "SELECT count(*) FROM attempt"), 0);
	e = (struct err){0};
	assert_ok(store_detail(w->st, 3, &a, &d, &e), e);
	assert_int_equal(d.cause.id, 0);
	arena_free(&a);
	world_free(w);
}

/* A drop that names no failure, or nothing that is one, is about the newest permanent failure of its address before it; and
 * drops may name drops. */
static void drops_find_the_failure_behind_them(void **state)
{
	struct world *w = world_make(*state);
	static const struct {
		int id, cause;
		bool named;
		int suppressed;
	} want[] = {
		{1, 0, false, 0},  {2, 0, false, 3},   {3, 2, false, 0},  {4, 0, false, 0}, {5, 2, false, 0},
		{6, 0, false, 2},  {7, 6, true, 1},    {8, 6, true, 0},   {9, 2, false, 0}, {10, 0, false, 0},
		{11, 0, false, 1}, {12, 11, false, 0}, {13, 0, false, 0},
	};
	plain_exec(w->db, "INSERT INTO email (id, recipient, time, outcome, enhanced_code, basic_code) VALUES"
			  " (1, 'bob@example.com', 100, 'failed', '5.2.2', 552), (2, 'BOB@example.com', 200, 'failed', "
			  "NULL, 550),"
			  " (3, 'bob@example.com', 300, 'dropped', NULL, NULL), (4, 'bob@example.com', 300, 'failed', "
			  "'4.2.2', NULL),"
			  " (5, 'bob@example.com', 400, 'dropped', NULL, NULL), (6, 'ann@example.com', 100, 'failed', "
			  "'5.1.1', NULL),"
			  " (7, 'ann@example.com', 200, 'dropped', NULL, NULL), (8, 'ann@example.com', 300, 'dropped', "
			  "NULL, NULL),"
			  " (9, 'bob@example.com', 500, 'dropped', NULL, NULL), (10, 'eve@example.com', 50, 'dropped', "
			  "NULL, NULL),"
			  " (11, 'eve@example.com', 60, 'failed', '4.4.1', NULL), (12, 'eve@example.com', 60, "
			  "'dropped', NULL, NULL),"
			  " (13, 'eve@example.com', 70, 'delivered', '2.0.0', NULL);"
			  "UPDATE email SET caused_by = 6 WHERE id = 7; UPDATE email SET caused_by = 7 WHERE id = 8");
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		struct arena a = {0};
		struct err e = {0};
		struct detail d;
		assert_ok(store_detail(w->st, want[i].id, &a, &d, &e), e);
		if (d.cause.id != want[i].cause || d.cause_named != want[i].named || d.suppressed != want[i].suppressed)
			fail_msg("%d: cause %d, named %d, suppressed %d", want[i].id, (int)d.cause.id, d.cause_named,
				 (int)d.suppressed);
		arena_free(&a);
	}
	/* A cause that is none of the kind, and one that goes round in a circle. */
	plain_exec(w->db, "UPDATE email SET caused_by = 13 WHERE id = 12; UPDATE email SET caused_by = 8 WHERE id = 7");
	struct arena a = {0};
	struct err e = {0};
	struct detail d;
	assert_ok(store_detail(w->st, 12, &a, &d, &e), e);
	assert_int_equal(d.cause.id, 11);
	assert_false(d.cause_named);
	assert_ok(store_detail(w->st, 8, &a, &d, &e), e);
	assert_int_equal(d.cause.id, 6);
	assert_false(d.cause_named);
	arena_free(&a);
	world_free(w);
}

static bool always(void *ctx)
{
	++*(int *)ctx;
	return true;
}

static void stale_questions_end(void **state)
{
	struct world *w = world_make(*state);
	struct err e = {0};
	struct arena a = {0};
	struct page page;
	int polls = 0;
	plain_exec(w->db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
			  " INSERT INTO email (recipient, time, outcome) SELECT 'x@example.com', 1700000000 + i, "
			  "'failed' FROM n");
	struct filter f;
	assert_ok(filter_parse(STR("to:nobody"), now, &a, &f, &e), e);
	struct scope s = {.all = {f}, .count = 1};
	store_set_stale(w->st, always, &polls);
	assert_false(store_page(w->st, &s, SORT_TIME, &(struct cursor){0}, false, 10, &a, &page, &e));
	assert_int_equal(e.kind, ERR_STALE);
	assert_int_equal(page.count, 0);
	assert_int_equal(polls, 1);
	/* And the handle is as good as new. */
	store_set_stale(w->st, NULL, NULL);
	int64_t n;
	e = (struct err){0};
	assert_ok(store_count(w->st, &(struct scope){0}, &n, &e), e);
	assert_int_equal(n, 20000);
	arena_free(&a);
	world_free(w);
}

static void version_follows_other_writers(void **state)
{
	struct world *w = world_make(*state);
	const struct scratch *s = *state;
	struct err e = {0};
	int64_t before, after;
	assert_ok(store_version(w->st, &before, &e), e);
	assert_ok(store_version(w->st, &after, &e), e);
	assert_int_equal(before, after);
	plain_exec(w->db,
		   "INSERT INTO email (recipient, time, outcome) VALUES ('x@example.com', 1700000000, 'failed')");
	assert_ok(store_version(w->st, &after, &e), e);
	assert_int_not_equal(before, after);
	char other[128];
	snprintf(other, sizeof other, "%s/other.db", s->dir);
	struct store *rw = store_open_rw(other, true, &e);
	assert_non_null(rw);
	store_close(rw);
	assert_int_equal(rename(other, s->path), 0);
	assert_false(store_version(w->st, &after, &e));
	assert_non_null(strstr(e.msg, "was replaced or deleted; open it again"));
	world_free(w);
}

static bool note_id(void *ctx, const struct record *r, struct err *e)
{
	(void)e;
	buf_printf(ctx, "%lld ", (long long)r->id);
	return true;
}

/* One field of 20 MB spoils itself only: it is cut, and everything else is there. */
static bool add_length(void *ctx, const struct record *r, struct err *e)
{
	(void)e;
	*(size_t *)ctx += r->response.len;
	return true;
}

static void a_giant_field_is_cut_on_the_screen(void **state)
{
	struct world *w = world_make(*state);
	struct err e = {0};
	struct arena a = {0};
	plain_exec(
		w->db,
		"INSERT INTO email (recipient, time, outcome, response, title) VALUES"
		" ('a@example.com', 1700000001, 'failed', 'small', 'one'),"
		" ('b@example.com', 1700000002, 'failed', replace(hex(zeroblob(10000000)), '00', 'ww'), 'two'),"
		" ('c@example.com', 1700000003, 'failed', 'small as well', 'three');"
		"INSERT INTO attempt (email_id, time, outcome, response) SELECT 2, 1700000002, 'failed', response FROM "
		"email");
	struct filter f;
	struct page page;
	struct detail d;
	int64_t n;
	assert_ok(store_page(w->st, &(struct scope){0}, SORT_TIME, &(struct cursor){0}, false, 10, &a, &page, &e), e);
	assert_int_equal(page.count, 3);
	assert_true(str_eq(page.rows[1].title, STR("two")));
	assert_int_equal(page.rows[1].response.len, PAGE_RESPONSE_MAX);
	assert_ok(filter_parse(STR("text:small"), now, &a, &f, &e), e);
	struct scope s = {.all = {f}, .count = 1};
	struct buf seen = {0};
	assert_ok(store_each(w->st, &s, NULL, 0, &(struct each){READ_ALL, note_id, &seen}, &e),
		  e); /* the first is handed over before the giant */
	assert_string_equal(seen.p, "3 1 ");
	buf_free(&seen);
	assert_ok(store_count(w->st, &s, &n, &e), e);
	assert_int_equal(n, 2);
	assert_ok(filter_parse(STR("text:=SMALL"), now, &a, &s.all[0], &e), e);
	assert_ok(store_count(w->st, &s, &n, &e), e);
	assert_int_equal(n, 1);
	assert_ok(filter_parse(STR("wording:small wording:\"small as well\""), now, &a, &s.all[0], &e), e);
	assert_ok(store_count(w->st, &s, &n, &e), e);
	assert_int_equal(n, 2);
	assert_ok(filter_parse(STR("text:www"), now, &a, &f, &e), e);
	s.all[0] = f;
	assert_ok(store_page(w->st, &s, SORT_RECIPIENT, &(struct cursor){0}, false, 10, &a, &page, &e), e);
	assert_int_equal(page.count, 1);
	assert_ok(store_detail(w->st, 2, &a, &d, &e), e);
	assert_in_range(d.record.response.len, 1 << 20, 20000000);
	size_t whole = 0; /* but never on its way out */
	assert_ok(store_each(w->st, &(struct scope){0}, NULL, 0, &(struct each){READ_ALL, add_length, &whole}, &e), e);
	assert_int_equal(whole, strlen("small") + 20000000 + strlen("small as well"));
	assert_int_equal(d.attempt_count, 3);
	arena_free(&a);
	world_free(w);
}

/* A search is remembered only as long as nobody writes. */
static void a_search_is_not_remembered_too_long(void **state)
{
	struct world *w = world_make(*state);
	struct arena a = {0};
	struct err e = {0};
	struct scope s = {.count = 1};
	struct page page;
	int64_t n;
	plain_exec(w->db,
		   "INSERT INTO email (recipient, time, outcome) VALUES ('bob@example.com', 1700000000, 'failed')");
	assert_ok(filter_parse(STR("to:bob"), now, &a, &s.all[0], &e), e);
	for (int i = 1; i < 4; i++) {
		assert_ok(store_count(w->st, &s, &n, &e), e);
		assert_int_equal(n, i);
		assert_ok(store_page(w->st, &s, SORT_CODE, &(struct cursor){0}, false, 10, &a, &page, &e), e);
		assert_int_equal(page.count, i);
		plain_exec(w->db,
			   "INSERT INTO email (recipient, time, outcome) VALUES ('Bobby', 1700000000, 'dropped')");
	}
	arena_free(&a);
	world_free(w);
}

/* Memory is bounded: of very many senders not all are counted, and it is said. */
static void there_may_be_a_sender_for_each_email(void **state)
{
	struct world *w = world_make(*state);
	struct arena a = {0};
	struct err e = {0};
	struct groups g;
	const struct group_by how = {.grouping = GROUP_SENDER, .limit = 10};
	plain_exec(w->db,
		   "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 100200)"
		   " INSERT INTO email (recipient, time, outcome, sender) SELECT 'x@example.com', 1700000000 + i,"
		   " 'failed', iif(i % 2, 'bounces+' || i || '@example.org', 'News@example.org') FROM n");
	assert_ok(store_groups(w->st, &(struct scope){0}, &how, &a, &g, &e), e);
	assert_int_equal(g.count, 10);
	assert_true(g.more);
	assert_true(str_eq(g.rows[0].key, STR("News@example.org")));
	assert_int_equal(g.rows[0].count, 50101);
	arena_free(&a);
	world_free(w);
}

/* SQLite gives the highest id again when its email is gone: what was dropped because of the old one must not name the new. */
static void an_id_that_comes_again_is_no_cause(void **state)
{
	struct world *w = world_make(*state);
	plain_exec(w->db,
		   "INSERT INTO email (id, recipient, time, outcome, caused_by) VALUES"
		   " (1, 'x', 1700000000, 'dropped', 3), (2, 'x', 1700000000, 'dropped', 1),"
		   " (3, 'x', 1700000000, 'failed', NULL);"
		   "INSERT INTO source (email_id, source_key, time, outcome) VALUES (3, 7, 1700000000, 'failed');"
		   "DELETE FROM email WHERE id = 3;"
		   "INSERT INTO email (recipient, time, outcome) VALUES ('y', 1700000000, 'failed')");
	assert_int_equal(plain_int(w->db, "SELECT id FROM email WHERE recipient = 'y'"), 3);
	assert_int_equal(plain_int(w->db, "SELECT count(*) FROM email WHERE caused_by = 3"), 0);
	assert_int_equal(plain_int(w->db, "SELECT count(*) FROM email WHERE caused_by = 1"), 1);
	assert_int_equal(plain_int(w->db, "SELECT count(*) FROM source"), 0);
	assert_int_equal(tally_faults(w->db), 0);
	world_free(w);
}

/* What an application gets wrong is told in words. */
static void the_schema_speaks(void **state)
{
	static const struct {
		const char *values, *says; /* "" : nothing is wrong */
	} rows[] = {
		{"'x@example.com', 1700000000, 'failed', '5.1.1', 550", ""},
		{"'x@example.com', 1700000000, 'failed', NULL, NULL", ""},
		{"'x@example.com', 1700000000, 'failed', '5.999.100', 200", ""},
		{"replace(hex(zeroblob(500)), '00', 'é'), 1700000000, 'failed', NULL, NULL", ""},
		{"replace(hex(zeroblob(500)), '00', 'é') || '@', 1700000000, 'failed', NULL, NULL",
		 "recipient is 1000 bytes at most"},
		{"replace(hex(zeroblob(1000000)), '00', 'é') || '@', 1700000000, 'failed', NULL, NULL",
		 "recipient is 1000 bytes at most"}, /* at once: to look for its domain would take hours */
		{"NULL, 1700000000, 'failed', NULL, NULL", "email.recipient"},
		{"x'41', 1700000000, 'failed', NULL, NULL", "recipient is text"},
		{"'x', 1700000000000, 'failed', NULL, NULL", "time is a whole number of UTC seconds since 1970"},
		{"'x', '2026-11-01', 'failed', NULL, NULL", "time is a whole number of UTC seconds since 1970"},
		{"'x', 1700000000, 'bounced', NULL, NULL", "outcome is queued, deferred, delivered"},
		{"'x', 1700000000, 'failed', '3.1.1', NULL", "enhanced_code looks like 5.1.1"},
		{"'x', 1700000000, 'failed', '5.1', NULL", "enhanced_code looks like 5.1.1"},
		{"'x', 1700000000, 'failed', '5.1.1.', NULL", "enhanced_code looks like 5.1.1"},
		{"'x', 1700000000, 'failed', '5.01.1', NULL", "enhanced_code looks like 5.1.1"},
		{"'x', 1700000000, 'failed', '5.1.1000', NULL", "enhanced_code looks like 5.1.1"},
		{"'x', 1700000000, 'failed', '', NULL", "enhanced_code looks like 5.1.1"},
		{"'x', 1700000000, 'failed', NULL, 55", "basic_code is a number from 200 to 999"},
		{"'x', 1700000000, 'failed', NULL, '5.1.1'", "basic_code is a number from 200 to 999"},
	};
	struct world *w = world_make(*state);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char sql[256], *msg = NULL;
		snprintf(sql, sizeof sql,
			 "INSERT INTO email (recipient, time, outcome, enhanced_code, basic_code) VALUES (%s)",
			 rows[i].values);
		sqlite3_exec(w->db, sql, NULL, NULL, &msg);
		if ((msg != NULL) != (rows[i].says[0] != '\0') || (msg && !strstr(msg, rows[i].says)))
			fail_msg("%s: \"%s\", wanted \"%s\"", rows[i].values, msg ? msg : "", rows[i].says);
		sqlite3_free(msg);
	}
	assert_int_equal(tally_faults(w->db), 0);
	world_free(w);
}

/* Writes that name an id that is there, then free it for the next email. */
static void the_tally_survives_every_conflict(void **state)
{
	static const char *const conflicts[] = {
		"INSERT OR IGNORE INTO email (id, recipient, time, outcome) VALUES (2, 'x', 1700000000, 'dropped')",
		"INSERT INTO email (id, recipient, time, outcome) VALUES (2, 'x', 1700000000, 'dropped')"
		" ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome",
		"INSERT OR REPLACE INTO email (id, recipient, time, outcome) VALUES (2, 'x', 1700000000, 'dropped')",
		"PRAGMA recursive_triggers = on;"
		"INSERT OR REPLACE INTO email (id, recipient, time, outcome) VALUES (2, 'x', 1700000000, 'dropped')",
	};
	struct world *w = world_make(*state);
	for (size_t i = 0; i < COUNT_OF(conflicts); i++) {
		plain_exec(w->db, "DELETE FROM email; INSERT INTO email (id, recipient, time, outcome) VALUES"
				  " (1, 'x', 1700000000, 'failed'), (2, 'x', 1700000000, 'failed')");
		plain_exec(w->db, conflicts[i]);
		if (tally_faults(w->db))
			fail_msg("wrong after %s", conflicts[i]);
		plain_exec(w->db, "DELETE FROM email WHERE id = 2; INSERT INTO email (recipient, time, outcome)"
				  " VALUES ('x', 1700000000, 'failed')");
		assert_int_equal(plain_int(w->db, "SELECT max(id) FROM email"), 2);
		if (tally_faults(w->db))
			fail_msg("wrong when the id is used again after %s", conflicts[i]);
	}
	world_free(w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_as_the_definition),
		TEST(answers_without_any_index),
		TEST(tuning_is_resumed),
		TEST(an_id_that_comes_again_is_no_cause),
		TEST(drops_find_the_failure_behind_them),
		TEST(totals_and_details),
		TEST(stale_questions_end),
		TEST(version_follows_other_writers),
		TEST(a_giant_field_is_cut_on_the_screen),
		TEST(a_search_is_not_remembered_too_long),
		TEST(there_may_be_a_sender_for_each_email),
		TEST(the_schema_speaks),
		TEST(the_tally_survives_every_conflict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
