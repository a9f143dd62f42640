/* Random keys, clicks and pastes into the real program, while others write to its database: it neither ends nor lets a byte
 * of it through to the terminal, and leaves the terminal as it was. SOAK_KEYS=n keys, clicks and bytes of pastes;
 * SOAK_SEED=n other ones. Made to be run with SAN=address,undefined; SAN_BIN goes before BIN.
 */
#include "hostile.h"
#include "screen.h"
#include "soak.h"

#include "store.h"
#include "text.h"

enum { BATCH_BYTES = 400, NOBODY = 65534, W_MAX = 300, H_MAX = 100 };

struct storm {
	uint64_t random;
	struct hostile *texts;
	int text_count;
	long keys; /* sent */
	struct buf batch;
	int last_row; /* of the screen; there are hints to click on, among them the one to quit */
	bool may_end; /* the batch holds something that ends the program */
};

static unsigned below(struct storm *s, unsigned n)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (unsigned)((s->random >> 11) % n);
}

/* ---- what is typed ---- */

static void add_key(struct storm *s, const char *bytes)
{
	buf_add(&s->batch, str_of(bytes));
	s->keys++;
}

static void any_character(struct storm *s)
{
	char32_t c = below(s, 8) ? ' ' + below(s, 95) : below(s, 0x3000);
	if (c == 'q' || c == 3) /* those that end it come rarely, below */
		c = 'j';
	text_encode(&s->batch, c ? c : 1);
	s->keys++;
}

static void special_key(struct storm *s)
{
	static const char *const keys[] = {
		"\033",     "\r",      "\t",      "\033[Z",   "\177",    "\033[3~", "\033OA", "\033OB",
		"\033OC",   "\033OD",  "\033OH",  "\033OF",   "\033[5~", "\033[6~", "\033OP", "\033[1;5C",
		"\033[A",   "\033[1~", "\033[2~", "\033[24~", "\001",    "\027",    "\025",   "\013",
		"\033\033", "\014",    "\016",    "\020",     "\032",
	};
	add_key(s, keys[below(s, COUNT_OF(keys))]);
}

/* What leads deeper than single keys do by chance. */
static void a_few_words(struct storm *s)
{
	static const char *const words[] = {
		"/code:5.1.1\r",
		"/class:4 -to:bob\r",
		"/domain:\t\t",
		"/text:mailbox\r",
		"\\",
		"bd",
		"bm",
		"bs",
		"bw",
		"by",
		"bc",
		"t+--",
		"tv",
		"nc",
		"nr",
		"nd",
		"ny",
		"nw",
		"nm",
		"ns",
		"w",
		"%50%\r",
		"%999999\r",
		"e\rn",
		"\033\033e\025a.csv\r",
		"fsname\r",
		"f1",
		"T",
		"a",
		"i",
		"u",
		"F",
		"U",
		"G",
		"g",
		"c",
		"y",
		"Y",
		"/since:7d before:today\r",
		"?G",
		"s",
	};
	add_key(s, words[below(s, COUNT_OF(words))]);
	s->keys += 1;
}

static void mouse_report(struct storm *s)
{
	static const int buttons[] = {0, 0, 0, 1, 2, 32, 32, 64, 65, 35, 128, 20};
	bool odd = below(s, 40) == 0;
	int button = buttons[below(s, COUNT_OF(buttons))];
	int x = (int)below(s, odd ? 70000 : W_MAX / 2) + !odd, y = (int)below(s, odd ? 70000 : H_MAX / 2) + !odd;
	buf_printf(&s->batch, "\033[<%d;%d;%d%c", button, x, y, below(s, 3) ? 'M' : 'm');
	s->may_end = s->may_end || y == s->last_row;
	s->keys++;
}

static void paste(struct storm *s)
{
	buf_add(&s->batch, STR("\033[200~"));
	size_t from = s->batch.len;
	if (below(s, 2)) {
		buf_add(&s->batch, s->texts[below(s, (unsigned)s->text_count)].text);
	} else {
		for (unsigned n = below(s, 40); n > 0; n--)
			buf_addc(&s->batch, (char)below(s, 256));
	}
	s->keys += (long)(s->batch.len - from);
	buf_add(&s->batch, STR("\033[201~"));
}

static void any_bytes(struct storm *s)
{
	for (unsigned n = 1 + below(s, 6); n > 0; n--) {
		char c = (char)below(s, 256);
		buf_addc(&s->batch, c == 'q' || c == 3 ? 'k' : c);
		s->keys++;
	}
}

static void fill(struct storm *s)
{
	static void (*const kinds[])(struct storm *) = {
		any_character, any_character, any_character, special_key,  special_key, special_key,
		a_few_words,   a_few_words,   mouse_report,  mouse_report, paste,       any_bytes,
	};
	buf_reset(&s->batch);
	s->may_end = below(s, 60) == 0;
	bool quits = s->may_end;
	while (s->batch.len < BATCH_BYTES)
		kinds[below(s, COUNT_OF(kinds))](s);
	if (quits)
		add_key(s, below(s, 2) ? "\033\033q" : "\003");
	add_key(s, "\033OA"); /* half a sequence would take the mark behind the batch for its end */
}

/* ---- the program ---- */

struct world {
	struct soak k;
	struct soak_env env;
	struct screen screen;
	struct store *store; /* the other one, who writes */
	char db[PATH_MAX];
	long starts, writes, copies;
};

static bool begin(struct world *w, struct err *e)
{
	char *argv[] = {w->k.bin, w->db, NULL};
	w->starts++;
	return screen_start(&w->screen, 120, 36, argv, w->env.list, w->k.dir, e) && screen_wait_idle(&w->screen, e);
}

static bool end(struct world *w, struct err *e)
{
	int code = 0;
	bool ok = screen_wait_exit(&w->screen, &code, e);
	if (ok && code != 0)
		ok = err_set(e, ERR_IO, "ended with %d; see what it says in %s", code, w->k.dir);
	ok = ok && screen_is_restored(&w->screen, e);
	screen_stop(&w->screen);
	return ok;
}

static bool write_a_row(struct world *w, struct storm *s, struct err *e)
{
	enum put what;
	struct record r = {
		.time = 1795435200 - below(s, 4000000),
		.queued_at = TIME_NONE,
		.recipient = s->texts[below(s, (unsigned)s->text_count)].text,
		.response = s->texts[below(s, (unsigned)s->text_count)].text,
		.sender = s->texts[below(s, (unsigned)s->text_count)].text,
		.outcome = below(s, 2) ? OUTCOME_FAILED : OUTCOME_DROPPED,
	};
	w->writes++;
	return store_put(w->store, &r, NULL, 0, 0, &what, e);
}

static bool not_asked(struct world *w, struct err *e)
{
	int code = 0;
	return screen_wait_exit(&w->screen, &code, e) &&
	       err_set(e, ERR_IO, "ended with %d without being asked to", code);
}

static bool batch(struct world *w, struct storm *s, struct err *e)
{
	if (below(s, 20) == 0 && !write_a_row(w, s, e))
		return false;
	s->last_row = w->screen.h;
	fill(s);
	if (!screen_type(&w->screen, buf_str(&s->batch), e))
		return false;
	if (!screen_runs(&w->screen))
		return (s->may_end || not_asked(w, e)) && end(w, e) && begin(w, e);
	int copies = 0;
	if (!hostile_take(&w->screen.sent, ALLOW_SCREEN | ALLOW_COPY, &copies, e))
		return false;
	w->copies += copies;
	if (below(s, 50) == 0)
		return screen_resize(&w->screen, 1 + (int)below(s, W_MAX), 1 + (int)below(s, H_MAX), e);
	return below(s, 50) > 0 || screen_resize(&w->screen, 120, 36, e);
}

static bool quit(struct world *w, struct err *e)
{
	for (int i = 0; i < 8 && screen_runs(&w->screen); i++)
		if (!screen_type(&w->screen, STR("\033\033\003y"), e))
			return false;
	return end(w, e);
}

static void copy(const char *from, const char *to)
{
	char command[3 * PATH_MAX + 64];
	snprintf(command, sizeof command, "cp '%s' '%s' && chmod 755 '%s'", from, to, to);
	if (system(command) != 0)
		die("cannot run %s", command);
}

/* Copies of the program and of the sample: where they are, nobody may not be let in. */
static void copy_all(struct world *w)
{
	char path[PATH_MAX + 16];
	snprintf(path, sizeof path, "%s/sample.db", w->k.build);
	snprintf(w->db, sizeof w->db, "%s/mail.db", w->k.dir);
	copy(path, w->db);
	snprintf(path, sizeof path, "%s/deadletter", w->k.dir);
	copy(w->k.bin, path);
	snprintf(w->k.bin, sizeof w->k.bin, "%s/deadletter", w->k.dir);
}

/* Keys may name any file to export to: nothing of the machine may be in reach of that. */
static void drop_rights(struct world *w)
{
	if (getuid() != 0)
		return;
	if (chown(w->k.dir, NOBODY, NOBODY) != 0 || chown(w->db, NOBODY, NOBODY) != 0 || setgid(NOBODY) != 0 ||
	    setuid(NOBODY) != 0)
		die("cannot become nobody: %s", strerror(errno));
}

static void print_reports(const struct world *w)
{
	char command[PATH_MAX];
	snprintf(command, sizeof command, "sed 's/^/# /' '%s'/report.* 2>/dev/null", w->k.dir);
	fflush(stdout);
	if (system(command) != 0)
		printf("# no report of a sanitizer\n");
}

int main(void)
{
	static struct world w;
	struct storm s = {0};
	struct arena a = {0};
	struct err e = {0};
	soak_start(&w.k);
	if (getenv("SAN_BIN"))
		soak_path(w.k.bin, "SAN_BIN", "");
	copy_all(&w);
	drop_rights(&w);
	soak_env_standard(&w.env, w.k.dir);
	soak_env_set(&w.env, "ASAN_OPTIONS=log_path=%s/report:detect_leaks=1", w.k.dir);
	soak_env_set(&w.env, "UBSAN_OPTIONS=log_path=%s/report:print_stacktrace=1", w.k.dir);
	long want = soak_number("SOAK_KEYS", 20000, 1000000), seed = soak_number("SOAK_SEED", 1, 1);
	s.random = 88172645463325252ULL ^ (uint64_t)seed << 20;
	s.text_count = hostile_all(&a, &s.texts);
	w.store = store_open_rw(w.db, false, &e);
	bool ok = w.store && begin(&w, &e);
	while (ok && s.keys < want) {
		ok = batch(&w, &s, &e);
		if (!ok) {
			struct buf shown = {0};
			text_show(&shown, buf_str(&s.batch), 0, false);
			printf("# after %ld keys, of which the last are: %s\n", s.keys, shown.p);
			buf_free(&shown);
		}
	}
	soak_result(&w.k, ok, e.msg, "%ld keys", s.keys);
	soak_result(&w.k, ok && quit(&w, &e), e.msg, "it ends, and the terminal is as it was");
	if (!ok)
		print_reports(&w);
	store_close(w.store);
	screen_stop(&w.screen);
	buf_free(&s.batch);
	arena_free(&a);
	return soak_end(&w.k,
			"%ld keys, clicks and bytes of pastes in %ld runs, %ld rows written meanwhile, %ld copies",
			s.keys, w.starts, w.writes, w.copies);
}
