#include "import/mail_mime.h"

#include <errno.h>
#include <string.h>

#include <gmime/gmime.h>

/* GLib ends the program when memory is out: in the words and the way of this one. */
static void on_log(const char *domain, GLogLevelFlags level, const char *message, void *unused)
{
	if ((level & G_LOG_FLAG_FATAL) && strstr(message, "failed to allocate"))
		die("out of memory, says GLib");
	g_log_default_handler(domain, level, message, unused);
}

void mime_begin(void)
{
	g_log_set_default_handler(on_log, NULL);
	g_mime_init();
}

/* ---- header fields ---- */

bool mime_field_line(struct str line, struct str *name, struct str *value)
{
	size_t n = 0;
	while (n < line.len && line.p[n] > ' ' && line.p[n] < 127 && line.p[n] != ':')
		n++;
	size_t colon = n;
	while (colon < line.len && (line.p[colon] == ' ' || line.p[colon] == '\t'))
		colon++;
	if (n == 0 || n > 76 || colon >= line.len || line.p[colon] != ':')
		return false;
	*name = str_slice(line, 0, n);
	*value = str_trim(str_slice(line, colon + 1, SIZE_MAX));
	return true;
}

static bool is_folded(struct str line)
{
	return line.len && (line.p[0] == ' ' || line.p[0] == '\t');
}

bool mime_next_field(struct str *rest, struct str *name, struct str *value)
{
	struct str line;
	while (str_next(rest, '\n', &line)) {
		if (is_folded(line) || !mime_field_line(line, name, value))
			continue;
		const char *end = line.p + line.len;
		while (rest->p && is_folded(*rest)) {
			str_next(rest, '\n', &line);
			end = line.p + line.len;
		}
		*value = str_trim((struct str){value->p, (size_t)(end - value->p)});
		return true;
	}
	return false;
}

struct str mime_unfold(struct str value, struct arena *a)
{
	value = str_trim(str_slice(value, 0, MAIL_FIELD_MAX));
	if (value.len == 0 || !memchr(value.p, '\n', value.len))
		return value;
	char *out = arena_alloc(a, value.len + 1);
	size_t n = 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] != '\n') {
			out[n++] = value.p[i];
			continue;
		}
		while (i + 1 < value.len && char_is_space(value.p[i + 1]))
			i++;
		out[n++] = ' ';
	}
	return (struct str){out, n};
}

struct str mime_field(struct str head, const char *name, struct arena *a)
{
	struct str n, v;
	while (mime_next_field(&head, &n, &v))
		if (str_eq_nocase(n, str_of(name)))
			return mime_unfold(v, a);
	return STR("");
}

struct str mime_head(struct str mail, struct str *body)
{
	if (mail.len && mail.p[0] == '\n') {
		*body = str_slice(mail, 1, SIZE_MAX);
		return str_slice(mail, 0, 0);
	}
	size_t at = str_find(mail, STR("\n\n"), 0);
	*body = at == SIZE_MAX ? str_slice(mail, mail.len, 0) : str_slice(mail, at + 2, SIZE_MAX);
	return str_slice(mail, 0, at);
}

struct str mime_words(struct str value, struct arena *a)
{
	value = str_slice(value, 0, MAIL_FIELD_MAX);
	if (str_find(value, STR("=?"), 0) == SIZE_MAX)
		return value;
	char *decoded = g_mime_utils_header_decode_text(NULL, arena_cstr(a, value));
	struct str out = arena_str(a, str_of(decoded));
	g_free(decoded);
	return out;
}

int64_t mime_date(struct str value)
{
	char text[128];
	value = str_trim(value);
	if (value.len == 0 || value.len >= sizeof text)
		return TIME_NONE;
	memcpy(text, value.p, value.len);
	text[value.len] = '\0';
	GDateTime *t = g_mime_utils_header_decode_date(text);
	if (!t)
		return TIME_NONE;
	int64_t s = g_date_time_to_unix(t);
	g_date_time_unref(t);
	return s;
}

/* ---- content types ---- */

struct content {
	enum part_kind kind;
	bool is_multipart, is_report;
	struct str boundary, charset;
};

static const struct {
	const char *type, *subtype; /* NULL: any */
	enum part_kind kind;
} kinds[] = {
	{"text", "html", PART_HTML},
	{"text", "rfc822-headers", PART_HEADERS},
	{"text", "rfc822-header", PART_HEADERS},
	{"message", "rfc822-headers", PART_HEADERS},
	{"message", "global-headers", PART_HEADERS},
	{"message", "rfc822", PART_MESSAGE},
	{"message", "global", PART_MESSAGE},
	{"message", "delivery-status", PART_STATUS},
	{"message", "global-delivery-status", PART_STATUS},
	{"message", "feedback-report", PART_NO_DSN},
	{"message", "disposition-notification", PART_NO_DSN},
	{"message", "global-disposition-notification", PART_NO_DSN},
	{"text", "calendar", PART_OTHER},
	{"text", "x-vcard", PART_OTHER},
	{"text", NULL, PART_TEXT},
};

static struct str param(GMimeContentType *ct, const char *name, struct arena *a)
{
	const char *v = g_mime_content_type_get_parameter(ct, name);
	return v ? arena_str(a, str_of(v)) : STR("");
}

/* What stands behind "boundary=" however it is written. */
static struct str raw_boundary(struct str value)
{
	size_t at = str_find_nocase(value, STR("boundary="), 0);
	if (at == SIZE_MAX)
		return STR("");
	struct str b = str_slice(value, at + 9, SIZE_MAX);
	if (b.len && b.p[0] == '"') {
		b = str_slice(b, 1, SIZE_MAX);
		return str_slice(b, 0, str_find(b, STR("\""), 0));
	}
	size_t n = 0;
	while (n < b.len && b.p[n] != ';' && !char_is_space(b.p[n]))
		n++;
	return str_slice(b, 0, n);
}

static struct content content_of(struct str head, struct arena *a)
{
	struct content c = {.kind = PART_TEXT};
	struct str value = mime_field(head, "Content-Type", a);
	if (value.len == 0)
		return c;
	GMimeContentType *ct = g_mime_content_type_parse(NULL, arena_cstr(a, value));
	if (!ct)
		return c;
	c.is_multipart = g_mime_content_type_is_type(ct, "multipart", "*");
	c.is_report = g_mime_content_type_is_type(ct, "multipart", "report");
	c.kind = PART_OTHER;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (g_mime_content_type_is_type(ct, kinds[i].type, kinds[i].subtype ? kinds[i].subtype : "*")) {
			c.kind = kinds[i].kind;
			break;
		}
	}
	c.charset = param(ct, "charset", a);
	c.boundary = str_trim(raw_boundary(value));
	struct str report = param(ct, "report-type", a);
	if (c.is_report && report.len && str_find_nocase(report, STR("delivery"), 0) == SIZE_MAX)
		c.kind = PART_NO_DSN;
	g_object_unref(ct);
	return c;
}

/* ---- encodings and charsets ---- */

static struct str decode(struct str body, struct str head, size_t max, struct mail_parts *out, struct arena *a)
{
	GMimeContentEncoding how =
		g_mime_content_encoding_from_string(arena_cstr(a, mime_field(head, "Content-Transfer-Encoding", a)));
	if (body.len > max && how != GMIME_CONTENT_ENCODING_DEFAULT) {
		body = str_slice(body, 0, max);
		out->limit = "a part is very long, only its first part is read";
	}
	if (how != GMIME_CONTENT_ENCODING_BASE64 && how != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		return body;
	GMimeEncoding state;
	g_mime_encoding_init_decode(&state, how);
	char *text = arena_alloc(a, g_mime_encoding_outlen(&state, body.len) + 1);
	size_t n = g_mime_encoding_flush(&state, body.p, body.len, text);
	size_t kept = 0; /* line ends as everywhere, no NUL */
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\0' && !(text[i] == '\r' && i + 1 < n && text[i + 1] == '\n'))
			text[kept++] = text[i] == '\r' ? '\n' : text[i];
	return (struct str){text, kept};
}

/* Bytes that are not of that charset stay as they are. */
static struct str convert(struct str body, const char *charset, struct arena *a)
{
	iconv_t cd = g_mime_iconv_open("UTF-8", charset);
	if (cd == (iconv_t)-1)
		return body;
	struct buf b = {0};
	char chunk[4096];
	char *in = (char *)body.p; /* iconv does not write there */
	size_t in_left = body.len;
	while (in_left > 0) {
		char *to = chunk;
		size_t to_left = sizeof chunk;
		size_t got = g_mime_iconv(cd, &in, &in_left, &to, &to_left);
		int why = errno;
		buf_add(&b, (struct str){chunk, sizeof chunk - to_left});
		if (got == (size_t)-1 && why != E2BIG && in_left > 0) {
			if (*in)
				buf_addc(&b, *in);
			in++;
			in_left--;
		}
	}
	g_mime_iconv_close(cd);
	struct str out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static struct str to_utf8(struct str body, struct str charset, struct arena *a)
{
	/* Escape sequences of ISO 2022 tell of themselves. */
	if ((charset.len == 0 || str_eq_nocase(charset, STR("us-ascii"))) &&
	    str_find(body, STR("\x1b$"), 0) != SIZE_MAX)
		charset = STR("ISO-2022-JP");
	if (str_eq_nocase(charset, STR("unicode-1-1-utf-7"))) /* its older name */
		charset = STR("UTF-7");
	if (charset.len == 0 || charset.len > 40 || str_eq_nocase(charset, STR("utf-8")) ||
	    str_eq_nocase(charset, STR("us-ascii")))
		return body;
	for (size_t i = 0; i < charset.len; i++)
		if (!g_ascii_isalnum(charset.p[i]) && !strchr("-_.:", charset.p[i]))
			return body;
	return convert(body, arena_cstr(a, charset), a);
}

/* ---- the structure ---- */

struct reader {
	struct mail_parts *out;
	struct arena *a;
};

static void read_entity(struct reader *r, struct str entity, int depth);

/* A report that is called something else ("application/octet-stream") all the same. */
static bool is_report(struct str body)
{
	struct str t = str_trim(str_slice(body, 0, 80));
	return str_starts_nocase(t, STR("Reporting-MTA:")) || str_starts_nocase(t, STR("Final-Recipient:")) ||
	       str_starts_nocase(t, STR("Original-Recipient:")) || str_starts_nocase(t, STR("Original-Envelope-Id:"));
}

static void add_part(struct reader *r, enum part_kind kind, struct str head, struct str body, struct str charset)
{
	struct mail_parts *out = r->out;
	if (kind == PART_OTHER && is_report(body))
		kind = PART_STATUS;
	if (out->count == MAIL_PARTS_MAX) {
		out->limit = "more than 100 parts, the rest is not read";
		return;
	}
	bool text = kind == PART_TEXT || kind == PART_HTML;
	size_t max = text ? MAIL_TEXT_MAX : kind == PART_STATUS ? MAIL_STATUS_MAX : MAIL_MESSAGE_MAX;
	if (kind != PART_OTHER) {
		body = decode(body, head, max, out, r->a);
		if (body.len > max && (text || kind == PART_STATUS)) {
			body = str_slice(body, 0, max);
			out->limit = "a part is very long, only its first part is read";
		}
	}
	if (text || kind == PART_STATUS)
		body = to_utf8(body, charset, r->a);
	out->part[out->count++] = (struct mail_part){kind, head, kind == PART_OTHER ? STR("") : body};
}

/* Is the line "--boundary" or "--boundary--"? */
static bool is_boundary(struct str line, struct str boundary, bool *last)
{
	if (line.len < boundary.len + 2 || line.p[0] != '-' || line.p[1] != '-' ||
	    memcmp(line.p + 2, boundary.p, boundary.len) != 0)
		return false;
	struct str rest = str_trim(str_slice(line, boundary.len + 2, SIZE_MAX));
	*last = str_eq(rest, STR("--"));
	return rest.len == 0 || *last;
}

/* Hands on each part between boundaries; what follows the last one belongs to it if no end is marked. False: no such
 * boundary. */
static bool read_multipart(struct reader *r, struct str body, struct str boundary, int depth)
{
	const char *from = NULL;
	struct str rest = body, line;
	bool found = false, last = false;
	while (!last && r->out->count < MAIL_PARTS_MAX && str_next(&rest, '\n', &line)) {
		if (!is_boundary(line, boundary, &last))
			continue;
		if (from)
			read_entity(r, (struct str){from, (size_t)(line.p - from)}, depth + 1);
		else if (!last)
			add_part(r, PART_OTHER, STR(""), STR(""), STR("")); /* where the preamble was */
		found = true;
		from = rest.p ? rest.p : line.p + line.len;
	}
	if (r->out->count >= MAIL_PARTS_MAX)
		r->out->limit = "more than 100 parts, the rest is not read";
	else if (from && !last && from < body.p + body.len)
		read_entity(r, (struct str){from, (size_t)(body.p + body.len - from)}, depth + 1);
	return found;
}

/* The boundary that the body itself uses: a line "--x" with a Content field below. "": none. */
static struct str guess_boundary(struct str body)
{
	struct str line, above = {0};
	while (str_next(&body, '\n', &line)) {
		if (above.len > 2 && str_starts(above, STR("--")) && str_starts_nocase(line, STR("content-")))
			return str_trim(str_slice(above, 2, SIZE_MAX));
		above = line;
	}
	return STR("");
}

static void read_entity(struct reader *r, struct str entity, int depth)
{
	if (depth > MAIL_DEPTH_MAX) {
		r->out->limit = "parts nested more than 12 deep are not read";
		return;
	}
	struct str body, head = mime_head(entity, &body);
	struct str name, value, rest = head;
	if (head.len && !mime_next_field(&rest, &name, &value)) { /* a part without a header, nor the line to end it */
		body = entity;
		head = STR("");
	}
	struct content c = content_of(head, r->a);
	if (depth == 0) {
		r->out->head = head;
		r->out->is_report = c.is_report && c.kind != PART_NO_DSN;
	}
	if (c.kind == PART_NO_DSN && c.is_multipart)
		add_part(r, PART_NO_DSN, STR(""), STR(""), STR(""));
	if (c.is_multipart && c.boundary.len && read_multipart(r, body, c.boundary, depth))
		return;
	bool untyped = depth == 0 && mime_field(head, "Content-Type", r->a).len == 0;
	if (c.is_multipart || untyped) {
		struct str guessed = guess_boundary(body);
		if (guessed.len && read_multipart(r, body, guessed, depth))
			return;
	}
	add_part(r, c.is_multipart ? PART_TEXT : c.kind, head, body, c.charset);
}

void mime_read(struct str mail, struct arena *a, struct mail_parts *out)
{
	*out = (struct mail_parts){0};
	struct reader r = {out, a};
	read_entity(&r, mail, 0);
}
