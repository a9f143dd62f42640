/* Putting email in: what meets, what is merged, that neither repetition nor order matters. */
#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const int64_t T0 = 1700000000, HOUR = 3600, DAY = 86400;

static struct record email(uint64_t key, const char *recipient, int64_t time_s, enum outcome outcome,
			   struct ecode enhanced, int basic, const char *response)
{
	return (struct record){.source_key = key,
			       .recipient = str_of(recipient),
			       .time = time_s,
			       .queued_at = TIME_NONE,
			       .outcome = outcome,
			       .enhanced = enhanced,
			       .basic = basic,
			       .response = str_of(response)};
}

static enum put put(struct store *st, struct record *r, int64_t window_s)
{
	struct err e = {0};
	enum put what;
	struct attempt a = record_attempt(r);
	assert_ok(store_put(st, r, &a, 1, window_s, &what, &e), e);
	return what;
}

static struct store *open_new(const struct scratch *s)
{
	struct err e = {0};
	struct store *st = store_open_rw(s->path, true, &e);
	if (!st)
		fail_msg("%s", e.msg);
	return st;
}

static void adds_then_recognises(void **state)
{
	struct store *st = open_new(*state);
	sqlite3 *db = plain_open(((struct scratch *)*state)->path);
	struct record r =
		email(7, "Bob@example.com", T0, OUTCOME_FAILED, (struct ecode){5, 1, 1}, 550, "550 5.1.1 no such user");
	assert_int_equal(put(st, &r, DAY), PUT_ADDED);
	assert_int_equal(r.id, 1);
	assert_int_equal(put(st, &r, DAY), PUT_UNCHANGED);
	r.recipient = STR("bob@EXAMPLE.com");
	assert_int_equal(put(st, &r, DAY), PUT_UNCHANGED);
	r.title = STR("Your order");
	assert_int_equal(put(st, &r, DAY), PUT_CHANGED);
	assert_int_equal(put(st, &r, DAY), PUT_UNCHANGED);
	assert_int_equal(plain_int(db, "SELECT count(*) FROM email"), 1);
	assert_int_equal(plain_int(db, "SELECT count(*) FROM attempt"), 1);
	assert_int_equal(plain_int(db, "SELECT attempts FROM email"), 1);
	assert_int_equal(tally_faults(db), 0);
	sqlite3_close(db);
	store_close(st);
}

static void tells_emails_apart(void **state)
{
	struct store *st = open_new(*state);
	struct record first = email(7, "a@example.com", T0, OUTCOME_DELIVERED, (struct ecode){0}, 250, "250 ok");
	first.message_id = STR("1@example.com");
	assert_int_equal(put(st, &first, DAY), PUT_ADDED);

	struct record r = first;
	r.recipient = STR("b@example.com");
	assert_int_equal(put(st, &r, DAY), PUT_ADDED);
	r = first;
	r.message_id = STR("2@example.com");
	assert_int_equal(put(st, &r, DAY), PUT_ADDED);
	r = first;
	r.time += 2 * DAY; /* a queue id used again */
	assert_int_equal(put(st, &r, DAY), PUT_ADDED);
	r.time += 9 * DAY;
	assert_int_equal(put(st, &r, 0), PUT_CHANGED);
	r = first;
	r.source_key = 0;
	assert_int_equal(put(st, &r, DAY), PUT_ADDED);
	assert_int_equal(put(st, &r, DAY), PUT_ADDED);
	r = first;
	r.message_id = STR("");
	assert_int_equal(put(st, &r, DAY), PUT_UNCHANGED);
	assert_int_equal(r.id, first.id);
	store_close(st);
}

/* Everything about the emails that must not depend on the order. */
static char *contents(sqlite3 *db)
{
	return plain_text(
		db, "SELECT group_concat(x, '; ') FROM (SELECT time || ' ' || outcome || ' ' ||"
		    " ifnull(enhanced_code, '-') || ' ' || ifnull(basic_code, 0) || ' ' || ifnull(response, '-') ||"
		    " ' ' || attempts || ' ' || ifnull(sender, '-') || ' ' || ifnull(queued_at, 0) || ' ' ||"
		    " (SELECT group_concat(time) FROM (SELECT time FROM attempt a WHERE email_id = email.id"
		    " ORDER BY time)) AS x FROM email ORDER BY recipient, time)");
}

/* What a log, a bounce mail and a provider's event say of one email that another message goes before. */
static void tell(struct store *st, int source, enum put *what)
{
	struct record r =
		email(100 + (uint64_t)source, "ann@example.com", T0, OUTCOME_FAILED, (struct ecode){0}, 0, "");
	r.message_id = STR("order-1@shop.example");
	switch (source) {
	case 0: /* the log: what was answered, and when */
		r.enhanced = (struct ecode){5, 1, 1};
		r.basic = 550;
		r.response = STR("550 5.1.1 <ann@example.com>: no such user here");
		r.queue_id = STR("4ABC123");
		r.sender = STR("shop@shop.example");
		break;
	case 1: /* the bounce mail: later, with the title and less of the answer */
		r.time = T0 + 4;
		r.enhanced = (struct ecode){5, 1, 1};
		r.title = STR("Your order");
		break;
	case 2: /* an event: later still, no more than that it failed */
		r.time = T0 + 60;
		break;
	case 3: /* a warning of delay that was read last */
		r.time = T0 + HOUR;
		r.outcome = OUTCOME_DEFERRED;
		r.response = STR("still trying");
		break;
	default:
		break;
	}
	static const char *const files[] = {"mail.log", "bounces.mbox", "hook.json", "bounces.mbox"};
	r.source_file = str_of(files[source]);
	r.source_line = source + 1;
	*what = put(st, &r, 0);
}

#define ALL_SOURCES                                                                                                    \
	"SELECT group_concat(x, '; ') FROM (SELECT source_file || ':' || ifnull(source_line, 0) || ' ' || (time - "    \
	"1700000000) ||"                                                                                               \
	" ' ' || outcome || ' ' || ifnull(enhanced_code, '-') AS x FROM source ORDER BY source_key, source_file)"

static void one_email_told_by_several_sources(void **state)
{
	enum { SOURCES = 4 };
	static const int orders[][SOURCES] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 0, 3, 2}, {2, 3, 0, 1},
					      {1, 2, 0, 3}, {3, 0, 2, 1}, {2, 0, 1, 3}, {0, 3, 1, 2}};
	struct scratch *s = *state;
	for (size_t o = 0; o < COUNT_OF(orders); o++) {
		struct store *st = open_new(s);
		sqlite3 *db = plain_open(s->path);
		enum put what;
		for (int i = 0; i < SOURCES; i++) {
			tell(st, orders[o][i], &what);
			assert_int_equal(what == PUT_ADDED, i == 0);
		}
		for (int i = 0; i < SOURCES; i++) {
			tell(st, i, &what);
			assert_int_equal(what, PUT_UNCHANGED);
		}
		char *text = plain_text(
			db, "SELECT time || outcome || enhanced_code || basic_code || response || queue_id ||"
			    " sender || title FROM email");
		assert_string_equal(text,
				    "1700000000failed5.1.1550550 5.1.1 <ann@example.com>: no such user here4ABC123"
				    "shop@shop.exampleYour order");
		free(text);
		text = plain_text(db,
				  "SELECT group_concat(x, '; ') FROM (SELECT outcome || ' ' || (time - 1700000000) ||"
				  " ' ' || ifnull(response, '-') AS x FROM attempt ORDER BY time)");
		assert_string_equal(text, "failed 0 550 5.1.1 <ann@example.com>: no such user here;"
					  " deferred 3600 still trying");
		free(text);
		assert_int_equal(plain_int(db, "SELECT attempts FROM email"), 2);
		text = plain_text(db, ALL_SOURCES);
		assert_string_equal(text, "mail.log:1 0 failed 5.1.1; bounces.mbox:2 4 failed 5.1.1;"
					  " hook.json:3 60 failed -; bounces.mbox:4 3600 deferred -");
		free(text);
		assert_int_equal(plain_int(db, "SELECT count(*) FROM email"), 1);
		assert_int_equal(tally_faults(db), 0);
		assert_int_equal(sqlite3_exec(db, "DELETE FROM email", NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(plain_int(db, "SELECT count(*) FROM source"), 0);
		sqlite3_close(db);
		store_close(st);
	}
}

/* A copy of a bounce mail in another file tells of it there too; a log that was rotated is the same log. */
static void files_that_tell(void **state)
{
	const struct scratch *s = *state;
	struct store *st = open_new(s);
	sqlite3 *db = plain_open(s->path);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 4; i++) {
			static const char *const files[] = {"a.eml", "b.eml", "mail.log", "mail.log.1"};
			bool mail = i < 2;
			struct record r = email(mail ? 1 : 2, mail ? "ann@example.com" : "bob@example.com", T0,
						OUTCOME_FAILED, (struct ecode){5, 1, 1}, 550, "");
			r.source_file = str_of(files[i]);
			r.file_tells = mail;
			enum put expected = round == 0 && (i == 0 || i == 2) ? PUT_ADDED : PUT_UNCHANGED;
			assert_int_equal(put(st, &r, 0), expected);
		}
	}
	char *text = plain_text(db, ALL_SOURCES);
	assert_string_equal(text, "a.eml:0 0 failed 5.1.1; b.eml:0 0 failed 5.1.1");
	free(text);
	sqlite3_close(db);
	store_close(st);
}

/* Events come without attempts, a bounce mail with the one that failed. */
static void one_attempt_that_failed(void **state)
{
	const struct scratch *s = *state;
	struct store *st = open_new(s);
	sqlite3 *db = plain_open(s->path);
	for (int round = 0; round < 2; round++) {
		struct err e = {0};
		enum put what;
		struct record event = email(1, "ann@example.com", T0, OUTCOME_FAILED, (struct ecode){0}, 0, "");
		struct record mail =
			email(2, "ann@example.com", T0, OUTCOME_FAILED, (struct ecode){5, 1, 1}, 550, "no");
		event.message_id = mail.message_id = STR("order-2@shop.example");
		event.attempts = mail.attempts = 1;
		assert_ok(store_put(st, &event, NULL, 0, 0, &what, &e), e);
		assert_int_equal(what, round == 0 ? PUT_ADDED : PUT_UNCHANGED);
		assert_int_equal(put(st, &mail, 0), round == 0 ? PUT_CHANGED : PUT_UNCHANGED);
		assert_int_equal(plain_int(db, "SELECT attempts FROM email"), 1);
		assert_int_equal(plain_int(db, "SELECT count(*) FROM attempt"), 1);
	}
	sqlite3_close(db);
	store_close(st);
}

/* The log of a message whose provider's event came first: it defers, without a Message-ID on later days, and gives up. */
static void second_source_goes_on(void **state)
{
	const struct scratch *s = *state;
	for (int order = 0; order < 2; order++) {
		struct err e = {0};
		int64_t changed;
		struct store *st = open_new(s);
		sqlite3 *db = plain_open(s->path);
		struct record event = email(1, "ann@example.com", T0, OUTCOME_DEFERRED, (struct ecode){0}, 0, "");
		struct record log =
			email(2, "ann@example.com", T0 + 9, OUTCOME_DEFERRED, (struct ecode){4, 4, 1}, 0, "timed out");
		struct record later = log;
		event.message_id = log.message_id = STR("slow-1@shop.example");
		later.time = T0 + HOUR;
		assert_int_equal(put(st, &event, 0), PUT_ADDED);
		assert_int_equal(put(st, &log, 6 * DAY), PUT_CHANGED);
		if (order == 0)
			assert_int_equal(put(st, &later, 6 * DAY), PUT_CHANGED);
		assert_ok(store_expire(st, 2, T0 + 5 * DAY, 6 * DAY, STR(""), &changed, &e), e);
		assert_int_equal(changed, 1);
		if (order == 1) /* an older log, read after it */
			put(st, &later, 6 * DAY);
		assert_int_equal(plain_int(db, "SELECT count(*) FROM email"), 1);
		char *text = plain_text(db, "SELECT outcome || ' ' || enhanced_code || ' ' || response || ' ' ||"
					    " ((time - 1700000000) / 86400) FROM email");
		assert_string_equal(text, "failed 4.4.1 timed out 5");
		free(text);
		text = plain_text(db, "SELECT group_concat(outcome, ' ') FROM (SELECT outcome FROM source"
				      " ORDER BY source_key)");
		assert_string_equal(text, "deferred failed");
		free(text);
		assert_int_equal(tally_faults(db), 0);
		plain_exec(db, "DELETE FROM email; DELETE FROM given_up");
		sqlite3_close(db);
		store_close(st);
	}
}

enum { REPORTS = 5 };

/* Says the n-th thing that a source knows of one message: three deferrals, one expiry, one other recipient. */
static void report(struct store *st, int n)
{
	struct err e = {0};
	int64_t changed;
	struct record r;
	switch (n) {
	case 0:
		r = email(9, "late@example.com", T0, OUTCOME_DEFERRED, (struct ecode){4, 2, 2}, 452, "452 4.2.2 full");
		r.queued_at = T0 - 5;
		break;
	case 1:
		r = email(9, "late@example.com", T0 + HOUR, OUTCOME_DEFERRED, (struct ecode){4, 4, 1}, 0, "timed out");
		break;
	case 2:
		r = email(9, "late@example.com", T0 + 2 * HOUR, OUTCOME_DEFERRED, (struct ecode){4, 7, 0}, 421,
			  "421 4.7.0");
		break;
	case 3:
		assert_ok(store_expire(st, 9, T0 + 5 * DAY, 6 * DAY, STR("us@example.org"), &changed, &e), e);
		return;
	default:
		r = email(9, "fine@example.com", T0, OUTCOME_DELIVERED, (struct ecode){2, 0, 0}, 250, "250 ok");
		break;
	}
	put(st, &r, 6 * DAY);
}

static void order_does_not_matter(void **state)
{
	const struct scratch *s = *state;
	char *expected = NULL;
	int order[REPORTS] = {0, 1, 2, 3, 4};
	for (int round = 0; round < 120; round++) {
		/* The round as a number in the factorial base names a permutation. */
		int left[REPORTS] = {0, 1, 2, 3, 4}, code = round;
		for (int i = 0; i < REPORTS; i++) {
			int n = REPORTS - i, pick = code % n;
			code /= n;
			order[i] = left[pick];
			memmove(left + pick, left + pick + 1, (size_t)(n - pick - 1) * sizeof left[0]);
		}
		unlink(s->path);
		struct store *st = open_new(s);
		struct err e = {0};
		assert_ok(store_begin(st, &e), e);
		for (int i = 0; i < REPORTS; i++)
			report(st, order[i]);
		for (int i = 0; i < REPORTS; i++) /* and once more: nothing may change */
			report(st, order[REPORTS - 1 - i]);
		assert_ok(store_commit(st, &e), e);
		store_close(st);
		sqlite3 *db = plain_open(s->path);
		assert_int_equal(tally_faults(db), 0);
		char *got = contents(db);
		sqlite3_close(db);
		if (expected)
			assert_string_equal(got, expected);
		else
			expected = strdup(got);
		free(got);
	}
	assert_non_null(strstr(expected, "1700432000 failed 4.7.0 421 421 4.7.0 3 us@example.org 1699999995"));
	free(expected);
}

static void newest_fact_wins(void **state)
{
	struct store *st = open_new(*state);
	sqlite3 *db = plain_open(((struct scratch *)*state)->path);
	struct record bounce =
		email(3, "x@example.com", T0 + HOUR, OUTCOME_FAILED, (struct ecode){5, 2, 1}, 550, "gone");
	struct record sent = email(3, "x@example.com", T0, OUTCOME_DELIVERED, (struct ecode){2, 0, 0}, 250, "relayed");
	sent.sender = STR("shop@example.org");
	put(st, &bounce, DAY);
	assert_int_equal(put(st, &sent, DAY), PUT_CHANGED);
	char *outcome = plain_text(db, "SELECT outcome || response || sender || attempts FROM email");
	assert_string_equal(outcome, "failedgoneshop@example.org2");
	free(outcome);
	sqlite3_close(db);
	store_close(st);
}

static void attempts_are_a_set(void **state)
{
	struct store *st = open_new(*state);
	sqlite3 *db = plain_open(((struct scratch *)*state)->path);
	struct record r = email(3, "x@example.com", T0, OUTCOME_DEFERRED, (struct ecode){0}, 0, "no route");
	struct attempt a[3] = {record_attempt(&r), record_attempt(&r), record_attempt(&r)};
	a[2].response = STR("timed out");
	struct err e = {0};
	enum put what;
	assert_ok(store_put(st, &r, a, 3, DAY, &what, &e), e);
	assert_int_equal(plain_int(db, "SELECT attempts FROM email"), 2);
	assert_ok(store_put(st, &r, a, 3, DAY, &what, &e), e);
	assert_int_equal(what, PUT_UNCHANGED);
	assert_int_equal(plain_int(db, "SELECT count(*) FROM attempt"), 2);
	sqlite3_close(db);
	store_close(st);
}

static void bytes_are_kept(void **state)
{
	struct store *st = open_new(*state);
	sqlite3 *db = plain_open(((struct scratch *)*state)->path);
	struct record r = email(0, "\xff@example.com", T0, OUTCOME_FAILED, (struct ecode){0}, 0, "");
	r.response = STR("a\0b\x1b[2J\xc3");
	put(st, &r, 0);
	char *hex = plain_text(db, "SELECT hex(CAST(response AS BLOB)) || hex(recipient) FROM email");
	assert_string_equal(hex, "6100621B5B324AC3"
				 "FF406578616D706C652E636F6D");
	free(hex);
	sqlite3_close(db);
	store_close(st);
}

static void refuses_nonsense_in_a_sentence(void **state)
{
	struct store *st = open_new(*state);
	struct record r = email(0, "x@example.com", -1, OUTCOME_FAILED, (struct ecode){0}, 0, "");
	struct err e = {0};
	enum put what;
	assert_false(store_put(st, &r, NULL, 0, 0, &what, &e));
	assert_int_equal(e.kind, ERR_INPUT);
	assert_non_null(strstr(e.msg, "time is a whole number of UTC seconds since 1970"));
	/* The next one is fine. */
	r.time = T0;
	assert_int_equal(put(st, &r, 0), PUT_ADDED);
	store_close(st);
}

static void rollback_leaves_nothing(void **state)
{
	struct store *st = open_new(*state);
	sqlite3 *db = plain_open(((struct scratch *)*state)->path);
	struct err e = {0};
	struct record r = email(1, "x@example.com", T0, OUTCOME_FAILED, (struct ecode){0}, 0, "");
	assert_ok(store_begin(st, &e), e);
	put(st, &r, 0);
	store_rollback(st);
	assert_int_equal(plain_int(db, "SELECT (SELECT count(*) FROM email) + (SELECT count(*) FROM attempt) +"
				       " (SELECT count(*) FROM tally)"),
			 0);
	sqlite3_close(db);
	store_close(st);
}

/* Not all of very many attempts are counted anew for each that comes. */
static void very_many_attempts(void **state)
{
	enum { MANY = 2500 };
	struct store *st = open_new(*state);
	sqlite3 *db = plain_open(((struct scratch *)*state)->path);
	struct err e = {0};
	for (int round = 0; round < 2; round++) {
		assert_ok(store_begin(st, &e), e);
		for (int i = 0; i < MANY; i++) {
			struct record r = email(7, "a@example.com", T0 + i, OUTCOME_DEFERRED, (struct ecode){4, 2, 0},
						450, "later");
			assert_int_equal(put(st, &r, 0), round ? PUT_UNCHANGED : i ? PUT_CHANGED : PUT_ADDED);
		}
		assert_ok(store_commit(st, &e), e);
		assert_int_equal(plain_int(db, "SELECT attempts FROM email"), MANY);
		assert_int_equal(plain_int(db, "SELECT count(*) FROM attempt"), MANY);
	}
	sqlite3_close(db);
	store_close(st);
}

/* ---- memory ---- */

static sqlite3_mem_methods memory;
static int allocations_left = -1; /* before one of SQLite's fails; -1: none does */

static bool runs_out(void)
{
	return allocations_left >= 0 && allocations_left-- == 0;
}

static void *failing_malloc(int n)
{
	return runs_out() ? NULL : memory.xMalloc(n);
}

static void *failing_realloc(void *p, int n)
{
	return runs_out() ? NULL : memory.xRealloc(p, n);
}

static void install_failing_memory(void)
{
	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory);
	sqlite3_mem_methods failing = memory;
	failing.xMalloc = failing_malloc;
	failing.xRealloc = failing_realloc;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
}

/* In a process of its own, for it may end: has it put the email in? */
static bool puts_without(const char *path, int allocations)
{
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e = {0};
		struct rlimit no_core = {0};
		enum put what;
		struct record r = email(7, "a@example.com", T0, OUTCOME_FAILED, (struct ecode){5, 1, 1}, 550, "no");
		struct attempt a = record_attempt(&r);
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		freopen("/dev/null", "w", stderr);
		struct store *st = store_open_rw(path, false, &e);
		allocations_left = allocations;
		_exit(st && store_put(st, &r, &a, 1, 0, &what, &e) ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) || WTERMSIG(status) == SIGABRT);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Out of memory is told, and never loses a part of what is put in: a code that could not be bound was written as none. */
static void no_memory_loses_nothing(void **state)
{
	const char *path = ((struct scratch *)*state)->path;
	int put_in = 0, failed = 0;
	store_close(open_new(*state));
	for (int n = 0; put_in < 10; n++) { /* until nothing is asked for any more */
		assert_in_range(n, 0, 5000);
		bool done = puts_without(path, n);
		sqlite3 *db = plain_open(path);
		assert_int_equal(
			plain_int(db, "SELECT count(*) FROM email WHERE enhanced_code IS '5.1.1' AND response = 'no'"),
			done);
		assert_int_equal(plain_int(db, "SELECT count(*) FROM attempt WHERE enhanced_code IS '5.1.1'"), done);
		assert_int_equal(tally_faults(db), 0);
		plain_exec(db, "DELETE FROM email");
		sqlite3_close(db);
		put_in += done;
		failed += !done;
	}
	assert_in_range(failed, 10, 5000);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Two imports make one database: that of the one that has nothing to put in must not take the other's away. */
static void discards_what_nobody_uses(void **state)
{
	const struct scratch *s = *state;
	struct err e = {0};
	struct record r = email(7, "a@example.com", T0, OUTCOME_FAILED, (struct ecode){5, 1, 1}, 550, "no");
	struct store *mine = store_open_rw(s->path, true, &e);
	assert_non_null(mine);
	store_discard(mine);
	assert_false(is_there(s->path));

	mine = store_open_rw(s->path, true, &e);
	struct store *other = store_open_rw(s->path, true, &e);
	assert_non_null(mine);
	assert_non_null(other);
	assert_ok(store_begin(other, &e), e);
	put(other, &r, 0);
	store_discard(mine); /* while the other is at work */
	assert_ok(store_commit(other, &e), e);
	assert_true(is_there(s->path));
	mine = store_open_rw(s->path, true, &e);
	assert_non_null(mine);
	store_discard(mine); /* when it is done */
	assert_true(is_there(s->path));
	store_close(other);

	/* Before it has begun: it must be told that the file is gone. */
	assert_int_equal(unlink(s->path), 0);
	mine = store_open_rw(s->path, true, &e);
	other = store_open_rw(s->path, true, &e);
	assert_non_null(mine);
	assert_non_null(other);
	store_discard(mine);
	enum put what;
	assert_false(store_put(other, &r, NULL, 0, 0, &what, &e));
	assert_non_null(strstr(e.msg, "was moved or deleted"));
	store_close(other);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(adds_then_recognises),
		TEST(tells_emails_apart),
		TEST(one_email_told_by_several_sources),
		TEST(files_that_tell),
		TEST(one_attempt_that_failed),
		TEST(second_source_goes_on),
		TEST(order_does_not_matter),
		TEST(newest_fact_wins),
		TEST(attempts_are_a_set),
		TEST(bytes_are_kept),
		TEST(refuses_nonsense_in_a_sentence),
		TEST(rollback_leaves_nothing),
		TEST(very_many_attempts),
		TEST(no_memory_loses_nothing),
		TEST(discards_what_nobody_uses),
	};
	install_failing_memory();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
