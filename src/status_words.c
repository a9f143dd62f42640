#include "status_words.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

static size_t skip_space(struct str s, size_t at)
{
	while (at < s.len && is_space(s.p[at]))
		at++;
	return at;
}

static bool ends_in_one_of(struct str s, const char *chars)
{
	return s.len && s.p[s.len - 1] && strchr(chars, s.p[s.len - 1]);
}

static struct str trim_end(struct str s, const char *also)
{
	while (s.len && (is_space(s.p[s.len - 1]) || ends_in_one_of(s, also)))
		s.len--;
	return s;
}

/* Does `s` end in `word`, which is not the end of a longer one? */
static bool ends_in(struct str s, struct str word)
{
	if (s.len < word.len || !str_starts_nocase(str_slice(s, s.len - word.len, word.len), word))
		return false;
	return s.len == word.len || !is_word(s.p[s.len - word.len - 1]) || !is_word(word.p[0]);
}

static bool ends_in_any(struct str s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ends_in(s, str_of(words[i])))
			return true;
	return false;
}

/* ---- before and behind a number ---- */

/* Before a colon: what follows is a server's own words. */
static const char *const server_words[] = {"said", "says", "talk to me", "replied", "answered", "responded"};

/* Before a colon or an equals sign: a reply may follow. ] > ) end an address, SIZE=1234 ends Exim's MAIL FROM. */
static const char *const colon_words[] = {
	"]",      ">",       ")",       "answer",      "attempt",     "code",     "command",  "connection",
	"data",   "detail",  "details", "diagnostic",  "diagnostics", "error",    "errors",   "exception",
	"failed", "failure", "host",    "info",        "message",     "reason",   "rejected", "reply",
	"result", "follows", "rcpt to", "mail from",   "returned",    "response", "server",   "smtp",
	"stat",   "status",  "was",     "permanently", "temporarily",
};

/* The same in other languages. */
static const char *const foreign_words[] = {
	"antwort",       "causa",    "chyba",       "erreur",     "erro",    "errore",      "fehler",     "fehlercode",
	"fehlermeldung", "fout",     "foutmelding", "geantwoord", "grund",   "ha risposto", "motif",      "motivo",
	"odpowiedź",     "powód",    "raison",      "razón",      "reden",   "respondeu",   "respondió",  "resposta",
	"respuesta",     "risposta", "répondu",     "réponse",    "ursache", "Ответ",       "ответ",      "ответил",
	"Ошибка",        "ошибка",   "Причина",     "причина",    "сервера", "エラー",      "メッセージ", "内容",
	"情報",          "応答",     "理由",        "原因",       "错误",    "信息",        "返回",       "錯誤",
	"오류",          "응답",     "사유",
};

/* Directly before. */
static const char *const plain_words[] = {
	"<--",
	"],",
	"smtp;",
	"->",
	">>>",
	"<<<",
	"=>",
	"...",
	"code",
	"error",
	"got",
	"replied",
	"reply",
	"reported",
	"response",
	"responsecode",
	"returned",
	"returns",
	"said",
	"smtp",
	"status",
	"answered with",
	"failed with",
	"rejected with",
	"replied with",
	"responded with",
	"returned with",
};

/* Does it end in a colon, also a wide one, or in an equals sign? *name is what stands before. */
static bool before_colon(struct str s, struct str *name)
{
	static const char wide[] = "\xef\xbc\x9a"; /* ： */
	size_t n = sizeof wide - 1;
	bool is_wide = s.len >= n && memcmp(s.p + s.len - n, wide, n) == 0;
	if (!is_wide && !ends_in_one_of(s, ":="))
		return false;
	*name = trim_end(str_slice(s, 0, s.len - (is_wide ? n : 1)), "\"'");
	return true;
}

/* "bob@example.com: 550 no": an address, and what was said of it. */
static bool ends_in_address(struct str s)
{
	for (size_t i = s.len; i > 0 && s.len - i < 255 && !is_space(s.p[i - 1]); i--)
		if (s.p[i - 1] == '@')
			return i > 1 && i < s.len && !is_space(s.p[i - 2]) && is_word(s.p[s.len - 1]);
	return false;
}

enum lead_in words_lead_in(struct str text, size_t at)
{
	struct str before = str_slice(text, 0, at);
	/* "#550" names a ticket as well: the sign counts for nothing. */
	if (ends_in_one_of(before, "#"))
		before.len--;
	bool opened = ends_in_one_of(before, "\"'(<");
	struct str rest = trim_end(before, "\"'(<#[");
	struct str bulleted = trim_end(before, "\"'(<#[-*|");
	bool line_start = bulleted.len == 0 || memchr(bulleted.p + bulleted.len, '\n', before.len - bulleted.len);
	struct str name;
	if (before_colon(rest, &name)) {
		if (ends_in_any(name, server_words, COUNT_OF(server_words)))
			return LEAD_SERVER;
		if (ends_in_any(name, colon_words, COUNT_OF(colon_words)) ||
		    ends_in_any(name, foreign_words, COUNT_OF(foreign_words)) ||
		    ends_in_any(name, plain_words, COUNT_OF(plain_words)))
			return LEAD_PLACE;
		if (ends_in_address(name))
			return LEAD_PLACE;
		while (name.len && name.p[name.len - 1] >= '0' && name.p[name.len - 1] <= '9')
			name.len--;
		if (ends_in(name, STR("size=")))
			return LEAD_PLACE;
	}
	if (line_start || opened || ends_in_any(rest, plain_words, COUNT_OF(plain_words)))
		return LEAD_PLACE;
	/* "<<<" is an arrow, and no bracket that opens. */
	return ends_in_any(trim_end(before, ""), plain_words, COUNT_OF(plain_words)) ? LEAD_PLACE : LEAD_NONE;
}

static const char *const measures[] = {
	"b",    "byte", "bytes", "octets",  "kb",     "kib",   "mb",      "mib",      "gb",      "ms",
	"s",    "sec",  "secs",  "seconds", "second", "min",   "mins",    "minutes",  "minute",  "hours",
	"hour", "days", "day",   "weeks",   "times",  "tries", "retries", "attempts", "percent", "of",
};

bool words_measure(struct str text, size_t at)
{
	struct str rest = str_slice(text, skip_space(text, at), text.len);
	for (size_t i = 0; i < COUNT_OF(measures); i++) {
		struct str m = str_of(measures[i]);
		if (str_starts_nocase(rest, m) && (rest.len == m.len || !is_word(rest.p[m.len])))
			return true;
	}
	return false;
}

static const char *const versioned[] = {
	"amavisd-new", "appendix", "build",    "chapter", "clamav",         "courier", "dovecot",  "esmtp",
	"exchange",    "exim",     "greylist", "haraka",  "kernel",         "linux",   "milter",   "mimedefang",
	"opensmtpd",   "openssl",  "php",      "policyd", "policyd-weight", "postfix", "postgrey", "powermta",
	"qmail",       "release",  "revision", "rfc",     "rspamd",         "section", "sendmail", "spamassassin",
	"v",           "v.",       "ver",      "ver.",    "version",
};

bool words_version(struct str text, size_t at)
{
	return ends_in_any(trim_end(str_slice(text, 0, at), "(=:"), versioned, COUNT_OF(versioned));
}

bool words_port(struct str text, size_t at)
{
	return ends_in(trim_end(str_slice(text, 0, at), ":="), STR("port"));
}

bool words_relay(struct str text, size_t at)
{
	struct str before = trim_end(str_slice(text, 0, at), "\"'#");
	if (!ends_in_one_of(before, ":="))
		return false;
	struct str name = trim_end(str_slice(before, 0, before.len - 1), "\"'");
	return ends_in(name, STR("status")) || ends_in(name, STR("dsn"));
}

/* ---- phrases ---- */

/* Where `phrase` ends when it stands at `at` as whole words, else 0. */
static size_t phrase_end(struct str text, size_t at, const char *phrase, bool exact_case)
{
	for (; *phrase; phrase++) {
		if (*phrase == ' ') {
			size_t next = skip_space(text, at);
			if (next == at)
				return 0;
			at = next;
		} else if (at < text.len &&
			   (text.p[at] == *phrase || (!exact_case && lower(text.p[at]) == lower(*phrase)))) {
			at++;
		} else {
			return 0;
		}
	}
	return at < text.len && is_word(text.p[at]) ? 0 : at;
}

/* What may be answered. SMTP's own verbs count in capitals only: "after data was lost" names no command. */
static const struct command {
	const char *text;
	bool exact_case;
	enum stage stage;
} commands[] = {
	{"AUTH", true, STAGE_AUTH},
	{"BDAT", true, STAGE_END_OF_DATA},
	{"DATA", true, STAGE_DATA},
	{"EHLO", true, STAGE_EHLO},
	{"HELO", true, STAGE_EHLO},
	{"LHLO", true, STAGE_EHLO},
	{"MAIL", true, STAGE_MAIL},
	{"RCPT", true, STAGE_RCPT},
	{"STARTTLS", true, STAGE_STARTTLS},
	{"data block", false, STAGE_DATA},
	{"end of data", false, STAGE_END_OF_DATA},
	{"initial connection", false, STAGE_GREETING},
	{"initial server greeting", false, STAGE_GREETING},
	{"message body", false, STAGE_DATA},
	{"message content", false, STAGE_DATA},
};

static enum stage command_at(struct str text, size_t at)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (phrase_end(text, at, commands[i].text, commands[i].exact_case))
			return commands[i].stage;
	return STAGE_NONE;
}

/* How much a phrase tells of the stage; less is better evidence. */
enum rank {
	RANK_COMMAND,  /* the command that was answered, or the greeting */
	RANK_WORDS,    /* a command named in passing, or our own word on what failed */
	RANK_NO_REPLY, /* a connection that did not open: only where no server replied */
	RANK_DROPPED,  /* nothing of the stage: never attempted, by a provider's suppression */
};

static const struct phrase {
	const char *text;
	enum rank rank;
	enum stage stage; /* STAGE_NONE: a command must follow, and gives it */
} phrases[] = {
	/* sorted by first letter: phrases_count() relies on it */
	{"able to establish an smtp connection", RANK_NO_REPLY, STAGE_CONNECT},
	{"account suppression list", RANK_DROPPED, STAGE_NONE},
	{"after", RANK_WORDS, STAGE_NONE},
	{"after pipelined", RANK_WORDS, STAGE_NONE},
	{"after sending", RANK_WORDS, STAGE_NONE},
	{"cannot start tls", RANK_WORDS, STAGE_STARTTLS},
	{"connect to", RANK_NO_REPLY, STAGE_CONNECT},
	{"connection refused", RANK_NO_REPLY, STAGE_CONNECT},
	{"connection timed out", RANK_NO_REPLY, STAGE_CONNECT},
	{"did not accept our requests to connect", RANK_NO_REPLY, STAGE_CONNECT},
	{"did not send the message to this address because it is on the suppression list", RANK_DROPPED, STAGE_NONE},
	{"found inactive addresses", RANK_DROPPED, STAGE_NONE},
	{"global suppression list", RANK_DROPPED, STAGE_NONE},
	{"has suppressed sending to this address", RANK_DROPPED, STAGE_NONE},
	{"host is unreachable", RANK_NO_REPLY, STAGE_CONNECT},
	{"host not found", RANK_NO_REPLY, STAGE_CONNECT},
	{"host or domain name not found", RANK_NO_REPLY, STAGE_CONNECT},
	{"in reply to", RANK_COMMAND, STAGE_NONE},
	{"in response to", RANK_COMMAND, STAGE_NONE},
	{"name service error", RANK_NO_REPLY, STAGE_CONNECT},
	{"network is unreachable", RANK_NO_REPLY, STAGE_CONNECT},
	{"no route to host", RANK_NO_REPLY, STAGE_CONNECT},
	{"not delivering to a user who marked your messages as spam", RANK_DROPPED, STAGE_NONE},
	{"not delivering to previously bounced address", RANK_DROPPED, STAGE_NONE},
	{"not delivering to unsubscribed address", RANK_DROPPED, STAGE_NONE},
	{"not delivering to unsubscribed recipient", RANK_DROPPED, STAGE_NONE},
	{"recipient address suppressed", RANK_DROPPED, STAGE_NONE},
	{"recipient address was suppressed", RANK_DROPPED, STAGE_NONE},
	{"recipients that have been marked as inactive", RANK_DROPPED, STAGE_NONE},
	{"recipient(s) that have been marked as inactive", RANK_DROPPED, STAGE_NONE},
	{"refused to talk to me", RANK_COMMAND, STAGE_GREETING},
	{"sasl authentication failed", RANK_WORDS, STAGE_AUTH},
	{"server certificate not trusted", RANK_WORDS, STAGE_STARTTLS},
	{"server certificate not verified", RANK_WORDS, STAGE_STARTTLS},
	{"ssl_connect error", RANK_WORDS, STAGE_STARTTLS},
	{"starttls failed", RANK_WORDS, STAGE_STARTTLS},
	{"tls handshake", RANK_WORDS, STAGE_STARTTLS},
	{"tls is required, but was not offered", RANK_WORDS, STAGE_STARTTLS},
	{"tls negotiation", RANK_WORDS, STAGE_STARTTLS},
	{"unable to connect", RANK_NO_REPLY, STAGE_CONNECT},
	{"while performing the", RANK_COMMAND, STAGE_NONE},
	{"while receiving the", RANK_COMMAND, STAGE_NONE},
	{"while sending", RANK_COMMAND, STAGE_NONE},
};

/* Where the phrases of each letter begin; the row behind the last letter ends them. */
static size_t phrases_of['z' - 'a' + 2];
static atomic_bool phrases_counted;

static void phrases_count(void)
{
	size_t i = 0;
	for (size_t letter = 0; letter < COUNT_OF(phrases_of); letter++) {
		phrases_of[letter] = i;
		while (i < COUNT_OF(phrases) && phrases[i].text[0] == (char)('a' + letter))
			i++;
	}
}

/* The whole text, where one word is all that is said. Providers' reasons for a drop among them. */
static const char *const dropped_texts[] = {
	"bounced address",
	"drop",
	"dropped",
	"onaccountsuppressionlist",
	"spam reporting address",
	"suppress-bounce",
	"suppress-complaint",
	"suppress-unsubscribe",
	"suppressed",
	"unsubscribed address",
};

static bool is_dropped_text(struct str text)
{
	text = trim_end(str_trim(text), ".");
	if (str_starts_nocase(text, STR("dropped:")) || str_starts_nocase(text, STR("dropped -")))
		return true;
	for (size_t i = 0; i < COUNT_OF(dropped_texts); i++)
		if (str_eq_nocase(text, str_of(dropped_texts[i])))
			return true;
	return false;
}

void words_phrases(struct str text, bool replied, enum stage *stage, bool *dropped)
{
	*stage = STAGE_NONE;
	*dropped = is_dropped_text(text);
	enum rank best = replied ? RANK_NO_REPLY : RANK_DROPPED;
	once(&phrases_counted, phrases_count);
	for (size_t at = 0; at + 1 < text.len; at++) {
		char letter = lower(text.p[at]);
		if (letter < 'a' || letter > 'z' || (at && is_word(text.p[at - 1])))
			continue;
		char second = lower(text.p[at + 1]);
		for (size_t i = phrases_of[letter - 'a'], end = phrases_of[letter - 'a' + 1]; i < end; i++) {
			const struct phrase *p = &phrases[i];
			if (p->text[1] != second || (p->rank != RANK_DROPPED && p->rank >= best))
				continue;
			size_t behind = phrase_end(text, at, p->text, false);
			if (!behind)
				continue;
			if (p->rank == RANK_DROPPED) {
				*dropped = true;
				continue;
			}
			enum stage found = p->stage ? p->stage : command_at(text, skip_space(text, behind));
			if (found) {
				best = p->rank;
				*stage = found;
			}
		}
	}
}

enum stage words_transcript(struct str text, size_t at)
{
	struct str before = str_slice(text, 0, at);
	static const char sent[] = ">>>";
	for (size_t i = before.len; i >= sizeof sent; i--) {
		size_t start = i - sizeof sent;
		if (memcmp(before.p + start, sent, sizeof sent - 1) == 0)
			return command_at(text, skip_space(text, start + sizeof sent - 1));
	}
	return STAGE_NONE;
}
