/* Nothing that strangers wrote reaches the terminal of the browser as it is: each hostile text is put into every column, the
 * name of the database, saved filters, mistakes of the configuration, the history, what is typed and pasted; then every view,
 * menu, line and message that shows it is shown. What is sent is judged, and where harmless text of the same look must give
 * the same screen, that is compared. SOAK_EVERY=n takes every nth text.
 */
#include "hostile.h"
#include "screen.h"
#include "soak.h"

#include "text.h"

enum { NAME_BYTES_MAX = 200 };

/* In keys {} stands for the text as a paste. */
static const struct sink {
	const char *name, *keys;
	const char *must; /* is on the screen; NULL: whatever is */
	int copies;
	bool same; /* as harmless text looks */
} sinks[] = {
	{"list, header and mistakes at the start", "", "deadletter", 0, false},
	{"cursor on it", "\t", "harmless", 0, true},
	{"detail", "\r", "We did not try to send", 0, true},
	{"end of the detail", "G", NULL, 0, true},
	{"copy for the customer", "y", NULL, 1, false},
	{"copy of the facts", "Y", NULL, 1, false},
	{"groups by code", "\033\033bc", "Subjects", 0, true},
	{"groups by domain", "bd\033OB", "Domains", 0, false},
	{"groups by MTA", "bm\033OB", NULL, 0, false},
	{"groups by sender", "bs\033OB", NULL, 0, false},
	{"groups by wording", "bw\033OB", NULL, 0, false},
	{"groups by day", "by\033OB", NULL, 0, true},
	{"every group in turn", "bs\033OB\033OB\033OA\033OA\033OC\033OD", NULL, 0, false},
	{"menu to narrow", "bc\t\033OHn", "Narrow to", 0, false},
	{"narrowed to the sender", "s", NULL, 0, false},
	{"narrowed to the wording", "wnw", NULL, 0, false},
	{"narrowed to the recipient", "wnr", NULL, 0, false},
	{"cause of a drop", "\\\033OHc", NULL, 0, false},
	{"saved filters", "\\f", NULL, 0, false},
	{"a saved filter chosen", "1", NULL, 0, false},
	{"history", "\\/\033OA", NULL, 0, false},
	{"completion", "\033/\025domain:\t", NULL, 0, false},
	{"filter typed", "\033\033\\/\025{}", NULL, 0, false},
	{"filter of a key", "\025title:\"{}\"", NULL, 0, false},
	{"filter that is wrong", "\025code:{}", NULL, 0, false},
	{"name of the export", "\033\033\\e", "failures-2026-11-23.csv", 0, true},
	{"export typed", "\025{}", NULL, 0, false},
	{"export done or refused", "\r", NULL, 0, false},
	{"export once more", "e\025{}\r", NULL, 0, false},
	{"place typed", "n\033%{}", NULL, 0, false},
	{"place refused", "\r", NULL, 0, false},
	{"name to save under", "\033\033/x\rfs{}", NULL, 0, false},
	{"saved or refused", "\r", NULL, 0, false},
	{"timeline", "\033\033\\t", "Failures per", 0, true},
	{"help", "\033?", "Help", 0, true},
	{"end of the help", "G", NULL, 0, true},
	{"a key that does nothing", "\033\033\xe2\x80\xae", "does nothing", 0, false},
	{"the database is gone", NULL, "mail", 0, false},
};

struct place {
	const struct soak *k;
	char dir[PATH_MAX];
	char db[PATH_MAX + 300];
	struct soak_env env;
	struct screen screen;
	struct buf shown[COUNT_OF(sinks)];
};

static void write_file(struct place *p, const char *name, struct str text)
{
	char path[PATH_MAX + 64];
	snprintf(path, sizeof path, "%s/deadletter", p->dir);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/deadletter/%s", p->dir, name);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(text.p, 1, text.len, f) != text.len || fclose(f) != 0)
		die("%s: %s", path, strerror(errno));
}

static bool is_name(struct str text)
{
	return text.len > 0 && text.len < NAME_BYTES_MAX && !memchr(text.p, '/', text.len) &&
	       !memchr(text.p, '\0', text.len);
}

/* Both the text and its harmless twin must be a name, or neither is one here. */
static void prepare(struct place *p, struct str text, bool in_name)
{
	struct buf config = {0}, history = {0};
	nftw(p->dir, soak_remove, 16, FTW_DEPTH | FTW_PHYS);
	if (mkdir(p->dir, 0700) != 0)
		die("%s: %s", p->dir, strerror(errno));
	snprintf(p->db, sizeof p->db, "%s/mail%.*s.db", p->dir, in_name ? (int)text.len : 0, text.p);
	hostile_database(p->db, text);
	static const char *const lines[] = {"saved ", " = class:5\nsaved b = title:\"", "\"\ntheme = ", "\n", " = 1\n"};
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		buf_add(&config, str_of(lines[i]));
		if (i < COUNT_OF(lines) - 1)
			buf_add(&config, text);
	}
	write_file(p, "config", buf_str(&config));
	buf_printf(&history, "to:");
	buf_add(&history, text);
	buf_addc(&history, '\n');
	write_file(p, "history", buf_str(&history));
	buf_free(&config);
	buf_free(&history);
}

static void add_keys(struct buf *out, const char *keys, struct str text)
{
	for (struct str rest = str_of(keys); rest.len > 0;) {
		size_t at = str_find(rest, STR("{}"), 0);
		buf_add(out, str_slice(rest, 0, at));
		if (at == SIZE_MAX)
			return;
		buf_add(out, STR("\033[200~"));
		buf_add(out, text);
		buf_add(out, STR("\033[201~"));
		rest = str_slice(rest, at + 2, SIZE_MAX);
	}
}

/* ESC would take a key right behind it for a sequence: it is sent alone. */
static bool type(struct place *p, const char *keys, struct str text, struct err *e)
{
	while (keys[0] == '\033' && keys[1] != 'O') {
		if (!screen_type(&p->screen, STR("\033"), e))
			return false;
		keys++;
	}
	struct buf bytes = {0};
	add_keys(&bytes, keys, text);
	bool ok = bytes.len == 0 || screen_type(&p->screen, buf_str(&bytes), e);
	buf_free(&bytes);
	return ok;
}

static bool show(struct place *p, const struct sink *s, struct str text, struct buf *shown, struct err *e)
{
	if (!s->keys) {
		if (unlink(p->db) != 0)
			return err_sys(e, errno, "cannot remove the database");
		if (!screen_wait_text(&p->screen, STR("mail"), e))
			return false;
	} else if (!type(p, s->keys, text, e)) {
		return false;
	}
	kill(p->screen.pid, SIGCONT); /* draws all of it anew */
	if (!screen_settle(&p->screen, e))
		return false;
	if (!screen_runs(&p->screen))
		return err_set(e, ERR_IO, "the program has ended");
	int copies = 0;
	if (!hostile_take(&p->screen.sent, ALLOW_SCREEN | (s->copies ? ALLOW_COPY : 0), &copies, e))
		return false;
	buf_reset(shown);
	screen_text(&p->screen, shown);
	if (copies != s->copies)
		return err_set(e, ERR_IO, "%d copies", copies);
	return !s->must || str_find(buf_str(shown), str_of(s->must), 0) != SIZE_MAX ||
	       err_set(e, ERR_IO, "\"%s\" is not shown", s->must);
}

/* All sinks with one text; the index of the one that failed, or -1. */
static int browse(struct place *p, struct str text, bool in_name, struct err *e)
{
	char program[PATH_MAX];
	prepare(p, text, in_name);
	soak_env_standard(&p->env, p->dir);
	memcpy(program, p->k->bin, sizeof program);
	char *argv[] = {program, p->db, NULL};
	int failed = -1;
	if (!screen_start(&p->screen, 120, 36, argv, p->env.list, p->dir, e) || !screen_wait_idle(&p->screen, e))
		failed = 0;
	for (size_t i = 0; failed < 0 && i < COUNT_OF(sinks); i++)
		if (!show(p, &sinks[i], text, &p->shown[i], e))
			failed = (int)i;
	if (failed >= 0) {
		struct buf b = {0};
		struct str line;
		screen_text(&p->screen, &b);
		for (struct str rest = buf_str(&b); rest.p && str_next(&rest, '\n', &line);)
			printf("#   %.*s\n", (int)line.len, line.p);
		buf_free(&b);
	}
	screen_stop(&p->screen);
	return failed;
}

static void print_other_lines(struct str a, struct str b)
{
	struct str x, y;
	while (a.p && b.p && str_next(&a, '\n', &x) && str_next(&b, '\n', &y))
		if (!str_eq(x, y))
			printf("#   %.*s\n# harmless:\n#   %.*s\n", (int)x.len, x.p, (int)y.len, y.p);
}

/* Where harmless text of the same look does not lie the same way: line ends begin lines in a response, white space at its ends
 * is left out in the list, a mark at the start sits on what is before it, and stand-ins are not cut where lines end. */
static bool has_no_twin(struct str text)
{
	enum { NEVER_WRAPPED_W = 45 };
	struct text_walk w = text_walk_of(text, false);
	struct text_cell first;
	bool mark = text_next(&w, &first) && first.stand_in && first.ch[1];
	return mark || str_trim(text).len < text.len || memchr(text.p, '\n', text.len) ||
	       text_width(text, false) > NEVER_WRAPPED_W;
}

static int differs(struct place *hostile, struct place *harmless, struct str text, struct err *e)
{
	if (has_no_twin(text))
		return -1;
	for (size_t i = 0; i < COUNT_OF(sinks); i++) {
		if (!sinks[i].same || str_eq(buf_str(&hostile->shown[i]), buf_str(&harmless->shown[i])))
			continue;
		print_other_lines(buf_str(&hostile->shown[i]), buf_str(&harmless->shown[i]));
		err_set(e, ERR_IO, "harmless text gives another screen");
		return (int)i;
	}
	return -1;
}

int main(void)
{
	static struct place hostile, harmless;
	static struct soak k;
	struct arena a = {0};
	struct hostile *texts;
	soak_start(&k);
	hostile.k = harmless.k = &k;
	snprintf(hostile.dir, sizeof hostile.dir, "%s/hostile", k.dir);
	snprintf(harmless.dir, sizeof harmless.dir, "%s/harmless", k.dir);
	int count = hostile_all(&a, &texts);
	long every = soak_number("SOAK_EVERY", 90, 1);
	for (long c = 0; c < count; c += every) {
		struct buf shown = {0};
		struct err e = {0};
		text_show(&shown, texts[c].text, 0, false);
		bool in_name = is_name(texts[c].text) && is_name(buf_str(&shown));
		int failed = browse(&hostile, texts[c].text, in_name, &e);
		if (failed < 0)
			failed = browse(&harmless, buf_str(&shown), in_name, &e);
		if (failed < 0)
			failed = differs(&hostile, &harmless, texts[c].text, &e);
		if (failed >= 0)
			printf("# %s\n", sinks[failed].name);
		soak_result(&k, failed < 0, e.msg, "%s", texts[c].name);
		buf_free(&shown);
	}
	arena_free(&a);
	return soak_end(&k, "%zu sinks of the browser x %d texts", COUNT_OF(sinks), k.count);
}
