#include "event.h"

#include "text.h"

static const struct {
	char32_t key;
	const char *name;
} names[] = {
	{K_ESC, "Esc"},   {K_ENTER, "Enter"}, {K_TAB, "Tab"},   {K_BACKTAB, "S-Tab"}, {K_BACK, "Backspace"},
	{K_DEL, "Del"},   {K_UP, "Up"},       {K_DOWN, "Down"}, {K_LEFT, "Left"},     {K_RIGHT, "Right"},
	{K_HOME, "Home"}, {K_END, "End"},     {K_PGUP, "PgUp"}, {K_PGDN, "PgDn"},     {K_INS, "Ins"},
	{U' ', "Space"},  {0, "C-Space"},
};

char32_t event_key_of_control(char32_t c)
{
	switch (c) {
	case 8:
	case 127:
		return K_BACK;
	case '\t':
		return K_TAB;
	case '\n':
	case '\r':
		return K_ENTER;
	case 27:
		return K_ESC;
	default:
		return c;
	}
}

const char *event_key_name(char32_t key, char buf[KEY_NAME_MAX])
{
	key = event_key_of_control(key);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (names[i].key == key) {
			snprintf(buf, KEY_NAME_MAX, "%s", names[i].name);
			return buf;
		}
	if (key >= K_F1 && key <= K_F12) {
		snprintf(buf, KEY_NAME_MAX, "F%u", (unsigned)(key - K_F1 + 1));
	} else if (key < 32) {
		char letter = (char)(key + 64);
		snprintf(buf, KEY_NAME_MAX, "C-%c", letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
	} else if (key <= 0x10FFFF) {
		struct buf utf8 = {0};
		text_encode(&utf8, key);
		snprintf(buf, KEY_NAME_MAX, "%s", utf8.p);
		buf_free(&utf8);
	} else {
		snprintf(buf, KEY_NAME_MAX, "?");
	}
	return buf;
}

bool event_key_of(struct str name, char32_t *out)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq_nocase(name, str_of(names[i].name))) {
			*out = names[i].key;
			return true;
		}
	char32_t c;
	if (name.len && text_decode(name, 0, &c) == name.len) {
		*out = event_key_of_control(c);
		return true;
	}
	if (name.len == 3 && str_starts_nocase(name, STR("C-"))) {
		char upper = name.p[2] >= 'a' && name.p[2] <= 'z' ? (char)(name.p[2] - 'a' + 'A') : name.p[2];
		if (upper < '@' || upper > '_')
			return false;
		*out = event_key_of_control((char32_t)(upper - '@'));
		return true;
	}
	for (char32_t f = K_F1; f <= K_F12; f++) {
		char buf[KEY_NAME_MAX];
		if (str_eq_nocase(name, str_of(event_key_name(f, buf)))) {
			*out = f;
			return true;
		}
	}
	return false;
}
