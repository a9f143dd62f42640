#include "import/mail_original.h"

#include "import/mail_address.h"
#include "import/mail_mime.h"

#include <string.h>

enum { QUOTED_MAX = 64 * 1024 };

struct original original_none(void)
{
	return (struct original){.date_s = TIME_NONE};
}

static struct str bare_id(struct str v)
{
	size_t open = str_find(v, STR("<"), 0), close = str_find(v, STR(">"), 0);
	if (open != SIZE_MAX && close != SIZE_MAX && close > open)
		return str_slice(v, open + 1, close - open - 1);
	return str_slice(v, 0, str_find(v, STR(" "), 0));
}

static void add_recipients(struct original *o, struct str value)
{
	struct str address;
	for (size_t at = 0; o->recipient_count < ORIGINAL_RECIPIENTS_MAX && address_next(value, &at, &address);) {
		bool known = false;
		for (int i = 0; i < o->recipient_count; i++)
			known = known || str_eq_nocase(o->recipients[i], address);
		if (!known)
			o->recipients[o->recipient_count++] = address;
	}
}

static void read_field(struct str name, struct str value, struct arena *a, struct original *o)
{
	if (str_eq_nocase(name, STR("Message-ID")) && o->message_id.len == 0)
		o->message_id = bare_id(mime_unfold(value, a));
	else if (str_eq_nocase(name, STR("From")) && o->sender.len == 0)
		o->sender = address_of_header(mime_unfold(value, a));
	else if (str_eq_nocase(name, STR("Subject")) && o->title.len == 0)
		o->title = mime_words(mime_unfold(value, a), a);
	else if ((str_eq_nocase(name, STR("Date")) || str_eq_nocase(name, STR("Sent"))) && o->date_s == TIME_NONE)
		o->date_s = mime_date(mime_unfold(value, a));
	else if (str_eq_nocase(name, STR("To")) || str_eq_nocase(name, STR("Cc")) || str_eq_nocase(name, STR("Bcc")))
		add_recipients(o, mime_unfold(value, a));
}

/* "from a by b with SMTP id c for <bob@example.com>; …" */
static struct str for_whom(struct str received)
{
	size_t at = str_find(received, STR(" for "), 0);
	struct str address;
	if (at == SIZE_MAX)
		return STR("");
	struct str rest = str_slice(received, at + 5, SIZE_MAX);
	rest = str_slice(rest, 0, str_find(rest, STR(";"), 0));
	size_t from = 0;
	return address_next(rest, &from, &address) ? address : STR("");
}

void original_read(struct str head, struct arena *a, struct original *out)
{
	struct str rest = head, name, value, path = {0}, received = {0};
	while (mime_next_field(&rest, &name, &value)) {
		read_field(name, value, a, out);
		if (received.len == 0 && str_eq_nocase(name, STR("Received")))
			received = value;
		if (path.len == 0 && str_eq_nocase(name, STR("Return-Path")))
			path = address_of_header(value);
	}
	if (out->sender.len == 0)
		out->sender = path;
	struct str whom = out->recipient_count == 0 ? for_whom(mime_unfold(received, a)) : STR("");
	if (whom.len)
		out->recipients[out->recipient_count++] = whom;
}

void original_hints(struct str text, struct arena *a, struct original *out)
{
	struct str line, name, value;
	while (str_next(&text, '\n', &line))
		if (mime_field_line(str_trim(line), &name, &value) && !str_eq_nocase(name, STR("From")))
			read_field(name, value, a, out);
}

/* Fields of a mail, those that a returned one starts with among them. */
static const char *const mail_fields[] = {
	"Received",     "Return-Path",    "Message-ID",          "From",         "Date",          "Subject", "To",
	"Delivered-To", "DKIM-Signature", "DomainKey-Signature", "MIME-Version", "X-Original-To", "Cc",      "Reply-To",
	"Sender",       "Content-Type",
};

static bool is_mail_field(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(mail_fields); i++)
		if (str_eq_nocase(name, str_of(mail_fields[i])))
			return true;
	return false;
}

bool original_is_head(struct str head)
{
	struct str name, value;
	bool id = false, from = false, subject = false;
	while (mime_next_field(&head, &name, &value)) {
		id = id || str_eq_nocase(name, STR("Received")) || str_eq_nocase(name, STR("Message-ID")) ||
		     str_eq_nocase(name, STR("Date"));
		from = from || str_eq_nocase(name, STR("From")) || str_eq_nocase(name, STR("Return-Path"));
		subject = subject || str_eq_nocase(name, STR("Subject")) || str_eq_nocase(name, STR("To"));
	}
	return id + from + subject >= 2;
}

size_t original_within(struct str text)
{
	struct str rest = text, line, name, value;
	size_t start = SIZE_MAX;
	int known = 0;
	while (str_next(&rest, '\n', &line)) {
		bool folded = line.len && (line.p[0] == ' ' || line.p[0] == '\t');
		if (start != SIZE_MAX && folded && str_trim(line).len)
			continue;
		if (folded || !mime_field_line(line, &name, &value)) {
			start = SIZE_MAX;
			known = 0;
			continue;
		}
		if (start == SIZE_MAX && is_mail_field(name))
			start = (size_t)(line.p - text.p);
		known += start != SIZE_MAX && is_mail_field(name);
		if (known >= 3)
			return start;
	}
	return SIZE_MAX;
}

static size_t quote_of(struct str line)
{
	size_t n = 0;
	while (n < line.len && strchr(" \t>|", line.p[n]))
		n++;
	return n;
}

struct str original_quoted(struct str text, struct arena *a)
{
	struct str rest = text, line, name, value;
	while (str_next(&rest, '\n', &line)) {
		struct str mark = str_slice(line, 0, quote_of(line));
		if (mark.len == 0 || !mime_field_line(str_slice(line, mark.len, SIZE_MAX), &name, &value) ||
		    !is_mail_field(name))
			continue;
		struct buf b = {0};
		do {
			buf_add(&b, str_slice(line, mark.len, SIZE_MAX));
			buf_addc(&b, '\n');
		} while (b.len < QUOTED_MAX && str_next(&rest, '\n', &line) && str_starts(line, mark));
		struct str head = arena_str(a, buf_str(&b));
		buf_free(&b);
		size_t at = original_within(head);
		if (at != SIZE_MAX)
			return str_slice(head, at, SIZE_MAX);
	}
	return STR("");
}
