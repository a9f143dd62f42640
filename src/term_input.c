#include "term_internal.h"

#include <wchar.h>

/* How long the rest of a mouse report may take over a slow line, and that of a paste, which would run as commands if it were
 * given up too early. Should its end have been lost, ^C behind a pause ends it as well. */
enum { PARTIAL_WAIT_MS = 500, PASTE_WAIT_MS = 60000, CTRL_C = 3 };

/* Beyond curses' own and its extended key codes. */
enum { CODE_MOUSE = 0x2000, CODE_PASTE_BEGIN, CODE_PASTE_END, CODE_SYNC };

static const struct {
	const char *bytes;
	int code;
} sequences[] = {
	{"\033[<", CODE_MOUSE},
	{"\033[200~", CODE_PASTE_BEGIN},
	{"\033[201~", CODE_PASTE_END},
	/* What terminals send that do not obey their own description. */
	{"\033[A", KEY_UP},
	{"\033[B", KEY_DOWN},
	{"\033[C", KEY_RIGHT},
	{"\033[D", KEY_LEFT},
	{"\033OA", KEY_UP},
	{"\033OB", KEY_DOWN},
	{"\033OC", KEY_RIGHT},
	{"\033OD", KEY_LEFT},
	{"\033[H", KEY_HOME},
	{"\033[F", KEY_END},
	{"\033OH", KEY_HOME},
	{"\033OF", KEY_END},
	{"\033[1~", KEY_HOME},
	{"\033[4~", KEY_END},
	{"\033[7~", KEY_HOME},
	{"\033[8~", KEY_END},
	{"\033[2~", KEY_IC},
	{"\033[3~", KEY_DC},
	{"\033[5~", KEY_PPAGE},
	{"\033[6~", KEY_NPAGE},
	{"\033[Z", KEY_BTAB},
	{"\033OM", KEY_ENTER},
};

static const struct {
	int code;
	char32_t key;
} keys[] = {
	{KEY_UP, K_UP},        {KEY_DOWN, K_DOWN},   {KEY_LEFT, K_LEFT},      {KEY_RIGHT, K_RIGHT}, {KEY_HOME, K_HOME},
	{KEY_END, K_END},      {KEY_PPAGE, K_PGUP},  {KEY_NPAGE, K_PGDN},     {KEY_IC, K_INS},      {KEY_DC, K_DEL},
	{KEY_BTAB, K_BACKTAB}, {KEY_ENTER, K_ENTER}, {KEY_BACKSPACE, K_BACK}, {KEY_A1, K_HOME},     {KEY_A3, K_PGUP},
	{KEY_C1, K_END},       {KEY_C3, K_PGDN},     {KEY_SR, K_UP},          {KEY_SF, K_DOWN},
};

static bool is_known(int code)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (keys[i].code == code)
			return true;
	return false;
}

/* Some descriptions make keys of control characters that are none to us: ^Z "suspends" on the console of Linux. They
 * shall come as what they are. */
static void free_controls(void)
{
	for (int c = 1; c < ' '; c++) {
		const char bytes[] = {(char)c, '\0'};
		int code = key_defined(bytes);
		if (code > 0 && !is_known(code))
			define_key(bytes, 0);
	}
}

void term_input_open(struct term_input *in, bool utf8, bool mouse, bool test)
{
	in->utf8 = utf8;
	in->wants_mouse = mouse;
	in->pad = newpad(1, 1);
	if (!in->pad)
		die("out of memory: no window to read keys from");
	keypad(in->pad, TRUE);
	nodelay(in->pad, TRUE);
	free_controls();
	for (size_t i = 0; i < COUNT_OF(sequences); i++)
		if (sequences[i].code >= CODE_MOUSE || key_defined(sequences[i].bytes) == 0)
			define_key(sequences[i].bytes, sequences[i].code);
	if (test)
		define_key(TERM_SYNC, CODE_SYNC);
}

void term_input_close(struct term_input *in)
{
	if (in->pad)
		delwin(in->pad);
	in->pad = NULL;
	buf_free(&in->paste);
}

static bool key_event(struct event *out, char32_t key)
{
	*out = (struct event){.kind = EVENT_KEY, .key = key};
	return true;
}

/* ---- characters ---- */

/* Bytes to a character. Not wget_wch(): it waits for the rest of half a character and drops keys behind a bad byte. */
static bool decode_byte(struct term_input *in, unsigned char byte, char32_t *out)
{
	if (!in->utf8) {
		wint_t wide = byte < 0x80 ? (wint_t)byte : btowc(byte);
		*out = (char32_t)wide;
		return wide != WEOF;
	}
	if ((byte & 0xC0) != 0x80)
		in->utf8_len = 0; /* what came before was cut short: dropped */
	else if (in->utf8_len == 0)
		return false;
	in->utf8_bytes[in->utf8_len++] = (char)byte;
	if (text_decode((struct str){in->utf8_bytes, in->utf8_len}, 0, out) == in->utf8_len) {
		in->utf8_len = 0;
		return true;
	}
	if (in->utf8_len == sizeof in->utf8_bytes)
		in->utf8_len = 0;
	return false;
}

/* ---- paste ---- */

/* One line of characters: line ends and tabs become a blank, other controls and keys vanish. */
static void paste_byte(struct term_input *in, int code)
{
	char32_t c;
	if (code > 0xFF || !decode_byte(in, (unsigned char)code, &c))
		return;
	if (c == '\r' || c == '\n' || c == '\t') {
		if (in->paste.len && in->paste.p[in->paste.len - 1] == ' ')
			return;
		c = ' ';
	}
	if (c < 0x20 || (c >= 0x7F && c < 0xA0) || in->paste.len + 4 > PASTE_MAX)
		return;
	text_encode(&in->paste, c);
}

static bool paste_event(struct term_input *in, struct event *out)
{
	in->partial = PARTIAL_NONE;
	in->utf8_len = 0;
	*out = (struct event){.kind = EVENT_PASTE, .text = buf_str(&in->paste)};
	return true;
}

/* ---- mouse ---- */

/* "button;x;y" and M or m, 1-based. False: nothing that we know. */
static bool mouse_event(const struct term_input *in, char last, struct event *out)
{
	struct str rest = {in->mouse, in->mouse_len}, part;
	int64_t n[3];
	for (int i = 0; i < 3; i++)
		if (!str_next(&rest, ';', &part) || !str_to_int(part, &n[i]) || n[i] < 0 || n[i] > 0xFFFF)
			return false;
	if (rest.p || n[1] < 1 || n[2] < 1 || !in->wants_mouse)
		return false;
	enum { MOTION = 32, WHEEL = 64, MORE = 128 };
	int button = (int)(n[0] & 3);
	*out = (struct event){.kind = EVENT_MOUSE, .x = (int)n[1] - 1, .y = (int)n[2] - 1};
	if ((n[0] & MORE) || button > ((n[0] & WHEEL) ? 1 : 2))
		return false;
	out->button = (enum mouse_button)(button + ((n[0] & WHEEL) ? MOUSE_WHEEL_UP : MOUSE_LEFT));
	out->action = last == 'm' ? MOUSE_RELEASE : (n[0] & MOTION) ? MOUSE_DRAG : MOUSE_PRESS;
	return true;
}

/* True: `code` belongs to the report; *whole with an event when it was its end. */
static bool mouse_byte(struct term_input *in, int code, struct event *out, bool *whole)
{
	if (code >= 0x20 && code < 0x40) {
		if (in->mouse_len < sizeof in->mouse)
			in->mouse[in->mouse_len++] = (char)code;
		return true;
	}
	in->partial = PARTIAL_NONE;
	if (code < 0x40 || code > 0x7E)
		return false;
	*whole = (code == 'M' || code == 'm') && mouse_event(in, (char)code, out);
	return true;
}

/* ---- keys ---- */

/* Behind ESC: a sequence that nobody knows must not come as single letters, which would be commands. True: it was one. */
static bool swallow_sequence(const struct term_input *in)
{
	int code = wgetch(in->pad);
	if (code == ERR)
		return false;
	if (code == 'O') {
		wgetch(in->pad);
		return true;
	}
	if (code != '[') {
		ungetch(code);
		return false;
	}
	do
		code = wgetch(in->pad);
	while (code >= 0x20 && code < 0x40);
	if (code != ERR && (code < 0x40 || code > 0x7E))
		ungetch(code); /* it was cut short by something else */
	return true;
}

static bool code_event(struct term_input *in, int code, struct event *out)
{
	if (code == CODE_MOUSE || code == CODE_PASTE_BEGIN) {
		in->partial = code == CODE_MOUSE ? PARTIAL_MOUSE : PARTIAL_PASTE;
		in->mouse_len = in->utf8_len = 0;
		if (code == CODE_PASTE_BEGIN)
			buf_reset(&in->paste);
		return false;
	}
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return key_event(out, (char32_t)(K_F1 + code - KEY_F(1)));
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (keys[i].code == code)
			return key_event(out, keys[i].key);
	return false;
}

static bool byte_event(struct term_input *in, int code, struct event *out)
{
	char32_t c;
	if (code == 27 && swallow_sequence(in))
		return false;
	return decode_byte(in, (unsigned char)code, &c) && key_event(out, event_key_of_control(c));
}

bool term_input_next(struct term_input *in, struct event *out)
{
	if (in->partial == PARTIAL_PASTE && clock_ms() - in->since_ms > PASTE_WAIT_MS)
		return paste_event(in, out);
	if (in->partial == PARTIAL_MOUSE && clock_ms() - in->since_ms > PARTIAL_WAIT_MS)
		in->partial = PARTIAL_NONE;
	int code;
	while ((code = wgetch(in->pad)) != ERR) {
		bool whole = false;
		int64_t now_ms = clock_ms();
		bool paused = now_ms - in->since_ms > PARTIAL_WAIT_MS;
		in->since_ms = now_ms;
		if (code == CODE_SYNC) {
			in->sync_count++;
		} else if (in->partial == PARTIAL_PASTE) {
			if (code == CODE_PASTE_END || (paused && code == CTRL_C))
				return paste_event(in, out);
			paste_byte(in, code);
		} else if (in->partial == PARTIAL_MOUSE && mouse_byte(in, code, out, &whole)) {
			if (whole)
				return true;
		} else if (code > 0xFF ? code_event(in, code, out) : byte_event(in, code, out)) {
			return true;
		}
	}
	return false;
}
