#include "codes_words.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- folding ---- */

/* "550", and with it "5.1.1" if that follows: what the lines of one reply begin with. */
struct prefix {
	struct str basic, code;
	size_t len; /* of both, with what stands between */
};

static size_t code_length(struct str s)
{
	struct ecode c;
	size_t n = 0;
	while (n < s.len && (is_digit(s.p[n]) || s.p[n] == '.'))
		n++;
	return ecode_of(str_slice(s, 0, n), &c) ? n : 0;
}

static bool prefix_of(struct str s, struct prefix *out)
{
	enum { BASIC_LEN = 3 };
	size_t n = 0;
	while (n < s.len && is_digit(s.p[n]))
		n++;
	if (n != BASIC_LEN || n == s.len || (s.p[n] != '-' && !is_space(s.p[n])))
		return false;
	*out = (struct prefix){.basic = str_slice(s, 0, n), .len = n + 1};
	struct str rest = str_slice(s, out->len, SIZE_MAX);
	out->code = str_slice(rest, 0, code_length(rest));
	out->len += out->code.len;
	return true;
}

/* Three digits alone are a reply's only where a line starts. */
static bool stands_as_prefix(const struct prefix *p, bool line_start)
{
	return line_start || p->code.len > 0;
}

struct str codes_words_fold(struct str response, char out[CODES_WORDS_MAX])
{
	struct str s = str_slice(str_trim(response), 0, CODES_WORDS_MAX);
	struct prefix first = {0}, p;
	size_t n = 0, at = 0;
	bool blank = false, line_start = true;
	while (at < s.len) {
		if (is_space(s.p[at])) {
			blank = true;
			line_start |= s.p[at++] == '\n';
			continue;
		}
		if ((blank || at == 0) && prefix_of(str_slice(s, at, SIZE_MAX), &p) &&
		    stands_as_prefix(&p, line_start)) {
			if (first.len == 0) {
				first = p;
			} else if (str_eq(p.basic, first.basic) && str_eq(p.code, first.code)) {
				at += p.len;
				continue;
			}
		}
		if (blank && n > 0)
			out[n++] = ' ';
		blank = line_start = false;
		out[n++] = s.p[at++];
	}
	return (struct str){out, n};
}

/* ---- what the words tell ---- */

enum claim { CLAIM_NO_USER, CLAIM_FULL, CLAIM_BLOCKED, CLAIM_RELAY, CLAIM_AUTHENTICATION, CLAIM_SENDER, CLAIM_COUNT };

/* Few, and only those that mean one thing whoever says them. */
static const struct {
	enum claim claim;
	const char *text;
} phrases[] = {
	{CLAIM_NO_USER, "account that you tried to reach does not exist"},
	{CLAIM_NO_USER, "mailbox does not exist"},
	{CLAIM_NO_USER, "mailbox not found"},
	{CLAIM_NO_USER, "no such mailbox"},
	{CLAIM_NO_USER, "no such recipient"},
	{CLAIM_NO_USER, "no such user"},
	{CLAIM_NO_USER, "recipient not found"},
	{CLAIM_NO_USER, "recipient unknown"},
	{CLAIM_NO_USER, "unknown recipient"},
	{CLAIM_NO_USER, "unknown user"},
	{CLAIM_NO_USER, "user does not exist"},
	{CLAIM_NO_USER, "user doesn't exist"},
	{CLAIM_NO_USER, "user unknown"},
	{CLAIM_FULL, "account is over quota"},
	{CLAIM_FULL, "account that you tried to reach is over quota"},
	{CLAIM_FULL, "inbox is full"},
	{CLAIM_FULL, "mailbox full"},
	{CLAIM_FULL, "mailbox is full"},
	{CLAIM_FULL, "mailbox is over quota"},
	{CLAIM_FULL, "mailbox over quota"},
	{CLAIM_FULL, "mailbox quota exceeded"},
	{CLAIM_FULL, "out of storage space"},
	{CLAIM_FULL, "user is over quota"},
	{CLAIM_FULL, "user over quota"},
	{CLAIM_BLOCKED, "as spam"},
	{CLAIM_BLOCKED, "bad reputation"},
	{CLAIM_BLOCKED, "blacklisted"},
	{CLAIM_BLOCKED, "blocked using"},
	{CLAIM_BLOCKED, "blocklisted"},
	{CLAIM_BLOCKED, "is spam"},
	{CLAIM_BLOCKED, "looks like spam"},
	{CLAIM_BLOCKED, "low reputation"},
	{CLAIM_BLOCKED, "on a blacklist"},
	{CLAIM_BLOCKED, "on a blocklist"},
	{CLAIM_BLOCKED, "poor reputation"},
	{CLAIM_BLOCKED, "spam detected"},
	{CLAIM_BLOCKED, "spam message"},
	{CLAIM_BLOCKED, "spamcop"},
	{CLAIM_BLOCKED, "spamhaus"},
	{CLAIM_RELAY, "not permitted to relay"},
	{CLAIM_RELAY, "relay access denied"},
	{CLAIM_RELAY, "relay denied"},
	{CLAIM_RELAY, "relay not permitted"},
	{CLAIM_RELAY, "relaying denied"},
	{CLAIM_RELAY, "relaying not allowed"},
	{CLAIM_RELAY, "relaying not permitted"},
	{CLAIM_RELAY, "unable to relay"},
	{CLAIM_AUTHENTICATION, "dkim"},
	{CLAIM_AUTHENTICATION, "dmarc"},
	{CLAIM_AUTHENTICATION, "spf"},
	{CLAIM_SENDER, "invalid sender"},
	{CLAIM_SENDER, "sender address rejected"},
	{CLAIM_SENDER, "sender denied"},
	{CLAIM_SENDER, "sender rejected"},
	{CLAIM_SENDER, "sender verify failed"},
};

/* The words are told as if a provider meant them. */
#define WORDS(told, what_happened, whose, advice, sentence)                                                            \
	{                                                                                                              \
		told,                                                                                                  \
		{                                                                                                      \
			"The words", "any", what_happened, advice, sentence, whose                                     \
		}                                                                                                      \
	}

static const struct code_words claims[CLAIM_COUNT] = {
	[CLAIM_NO_USER] = WORDS("the mailbox does not exist", "The mailbox does not exist.", SIDE_RECIPIENT,
				"Look for a typing mistake and ask the customer for the right address by another way.",
				"Our email did not reach you, because the address we have for you does not exist; "
				"please send us your current email address."),
	[CLAIM_FULL] =
		WORDS("the mailbox is full", "The mailbox is full.", SIDE_RECIPIENT,
		      "Ask the customer by another way to make room, then send again. The address itself is good.",
		      "Our email did not reach you, because your mailbox is full; please delete some messages and let "
		      "us know so that we can send it again."),
	[CLAIM_BLOCKED] = WORDS("our server or the message is taken for spam, or is on a list of such",
				"Our server or the message is taken for spam, or is on a list of such.", SIDE_SENDER,
				"Do not remove the address. Read the response: if it names a list, have our server "
				"taken off there; else look at the content of the message.",
				"Our email did not reach you, because your mail system took it for unwanted email; we "
				"are looking into it."),
	[CLAIM_RELAY] = WORDS("the server does not pass on mail for this address",
			      "The server does not take mail for this domain, nor pass it on.", SIDE_ADMIN,
			      "Check that we send to the servers that the domain names in the DNS. If we do, its mail "
			      "administrator has to make the server accept the domain.",
			      "Our email did not reach you, because the mail server for your address does not accept "
			      "email for it; please ask whoever looks after your email to check this."),
	[CLAIM_AUTHENTICATION] = WORDS(
		"the message failed SPF, DKIM or DMARC",
		"The message failed SPF, DKIM or DMARC, which show where it comes from.", SIDE_SENDER,
		"Do not remove the address. Have our mail administrator check SPF, DKIM and DMARC of the sender's "
		"domain, then send again.",
		"Our email did not reach you because of a fault in our own email settings; we are correcting it."),
	[CLAIM_SENDER] = WORDS("the sender's address was refused, not the recipient's",
			       "The sender's address was refused, not the recipient's.", SIDE_SENDER,
			       "Do not remove the address. Check that the sender's address exists, can receive email "
			       "and is allowed there, then send again.",
			       "Our email did not reach you because of a problem with our own sender address; we are "
			       "looking into it."),
};

/* Certain words, but of several things: none of them is told as the reason. */
#define SEVERAL(whose)                                                                                                 \
	WORDS("there is another reason, or more than one",                                                             \
	      "The response gives several reasons, and its code is none of them.", whose,                              \
	      "Read the response before you tell the customer anything.",                                              \
	      "Our email did not reach you; we are finding out why and will come back to you.")
static const struct code_words several_of_theirs = SEVERAL(SIDE_RECIPIENT), several_of_ours = SEVERAL(SIDE_SENDER);

enum { REFUSALS = 1 << CLAIM_BLOCKED | 1 << CLAIM_RELAY | 1 << CLAIM_AUTHENTICATION | 1 << CLAIM_SENDER };

/* Which claims a code rules out. What is in no row may go with any words: X.0.x, 554 and the like say too little. */
static const struct {
	int subject, lo, hi; /* of an enhanced code's details; subject -1: of basic codes, where none says more */
	unsigned claims;
} ruled_out[] = {
	/* 5.1.0 may be about the sender's address, 5.1.7 and 5.1.8 are; 5.1.2 also says that a domain is not there. */
	{1, 0, 0, 1 << CLAIM_FULL},
	{1, 1, 1, 1 << CLAIM_FULL | REFUSALS},
	{1, 2, 2, 1 << CLAIM_FULL | (REFUSALS & ~(1 << CLAIM_RELAY))},
	{1, 3, 6, 1 << CLAIM_FULL | REFUSALS},
	{1, 7, 8, 1 << CLAIM_NO_USER | 1 << CLAIM_FULL},
	{1, 10, 10, 1 << CLAIM_FULL | REFUSALS},
	{2, 1, 1, 1 << CLAIM_FULL | REFUSALS},
	{2, 2, 2, 1 << CLAIM_NO_USER | REFUSALS},
	/* 5.7.3 to 5.7.19 are about logins, encryption and owners of mailboxes: an unknown user may be ours. */
	{7, 0, 2, 1 << CLAIM_NO_USER | 1 << CLAIM_FULL},
	{7, 20, 30, 1 << CLAIM_NO_USER | 1 << CLAIM_FULL},
	{-1, 450, 450, REFUSALS},
	{-1, 452, 452, 1 << CLAIM_NO_USER | REFUSALS},
	{-1, 550, 551, 1 << CLAIM_FULL | REFUSALS},
	{-1, 552, 552, 1 << CLAIM_NO_USER | REFUSALS},
	{-1, 553, 553, 1 << CLAIM_FULL | REFUSALS},
};

static unsigned ruled_out_by(struct ecode enhanced, int basic)
{
	bool telling = enhanced.cls != 0 && enhanced.subject != 0;
	int subject = telling ? enhanced.subject : -1, number = telling ? enhanced.detail : basic;
	for (size_t i = 0; i < COUNT_OF(ruled_out); i++)
		if (ruled_out[i].subject == subject && ruled_out[i].lo <= number && number <= ruled_out[i].hi)
			return ruled_out[i].claims;
	return 0;
}

/* An answer to our login: its unknown user is ours. */
static bool is_login(int basic)
{
	return basic == 432 || basic == 454 || (basic >= 530 && basic <= 538);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_word(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || (unsigned char)c >= 0x80;
}

/* Not a part of a longer name, an address or a page's. */
static bool starts_word(struct str s, size_t at)
{
	return at == 0 || (!is_word(s.p[at - 1]) && !strchr("-_./@", s.p[at - 1]));
}

static bool ends_word(struct str s, size_t at)
{
	if (at >= s.len)
		return true;
	if (is_word(s.p[at]) || (s.p[at] && strchr("-_@", s.p[at])))
		return false;
	return s.p[at] != '.' || at + 1 >= s.len || !is_word(s.p[at + 1]);
}

static unsigned claims_of(struct str s)
{
	unsigned found = 0;
	for (size_t at = 0; at < s.len; at++) {
		char letter = lower(s.p[at]);
		if (letter < 'a' || letter > 'z' || !starts_word(s, at))
			continue;
		for (size_t i = 0; i < COUNT_OF(phrases); i++) {
			if (phrases[i].text[0] != letter) /* most end here, unmeasured */
				continue;
			struct str p = str_of(phrases[i].text);
			if (str_starts_nocase(str_slice(s, at, SIZE_MAX), p) && ends_word(s, at + p.len))
				found |= 1u << phrases[i].claim;
		}
	}
	/* "Sender address rejected: User unknown" */
	if (found & 1 << CLAIM_SENDER)
		found &= ~(1u << CLAIM_NO_USER | 1u << CLAIM_FULL);
	return found;
}

const struct code_words *codes_words_against(struct ecode enhanced, int basic, struct str folded)
{
	unsigned out = enhanced.cls == 2 || is_login(basic) ? 0 : ruled_out_by(enhanced, basic);
	unsigned found = out ? claims_of(folded) : 0;
	if (found == 0 || (found & ~out) != 0)
		return NULL;
	for (int c = 0; c < CLAIM_COUNT; c++)
		if (found == 1u << c)
			return &claims[c];
	return found & REFUSALS ? &several_of_ours : &several_of_theirs;
}
