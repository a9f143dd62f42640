/* Which keys mean which action: the table's, until the user binds others. */
#include "action.h"

#include <string.h>

/* ---- finding ---- */

const struct action *action_find(const struct keymap *m, char32_t key, enum pane pane)
{
	for (int i = 0; i < m->count; i++)
		if (m->bindings[i].key == key && (m->bindings[i].action->where & (1u << pane)))
			return m->bindings[i].action;
	return NULL;
}

const struct action *action_named(struct str name)
{
	for (size_t i = 0; i < action_count; i++)
		if (str_eq(name, str_of(actions[i].name)))
			return &actions[i];
	return NULL;
}

void keymap_keys(const struct keymap *m, const struct action *a, struct buf *out)
{
	char name[KEY_NAME_MAX];
	const char *between = "";
	for (int i = 0; i < m->count; i++)
		if (m->bindings[i].action == a) {
			buf_printf(out, "%s%s", between, event_key_name(m->bindings[i].key, name));
			between = " ";
		}
}

const char *keymap_first(const struct keymap *m, const struct action *a, char buf[KEY_NAME_MAX])
{
	for (int i = 0; i < m->count; i++)
		if (m->bindings[i].action == a)
			return event_key_name(m->bindings[i].key, buf);
	return strcpy(buf, "");
}

void keymap_sentence(const struct keymap *m, const char *text, struct buf *out)
{
	char key[KEY_NAME_MAX];
	for (; *text; text++) {
		size_t len = strcspn(text, "}");
		const struct action *a =
			*text == '{' && text[len] ? action_named((struct str){text + 1, len - 1}) : NULL;
		if (!a) {
			buf_addc(out, *text);
			continue;
		}
		buf_add(out, str_of(keymap_first(m, a, key)[0] ? key : a->name));
		text += len;
	}
}

/* ---- binding ---- */

static void drop(struct keymap *m, int i)
{
	memmove(&m->bindings[i], &m->bindings[i + 1], (size_t)(--m->count - i) * sizeof *m->bindings);
}

/* Takes the key from all actions that would get it too. */
static void add(struct keymap *m, char32_t key, const struct action *a)
{
	for (int i = m->count - 1; i >= 0; i--)
		if (m->bindings[i].key == key && (m->bindings[i].action->where & a->where))
			drop(m, i);
	m->bindings[m->count++] = (struct binding){key, a};
}

void keymap_init(struct keymap *m)
{
	m->count = 0;
	for (size_t i = 0; i < action_count; i++) {
		struct str keys = str_of(actions[i].keys), name;
		char32_t key;
		while (str_next(&keys, ' ', &name))
			if (event_key_of(name, &key) && m->count < KEYMAP_MAX)
				add(m, key, &actions[i]);
	}
}

static bool unknown_action(struct str name, struct err *e)
{
	struct guess g = {.word = name};
	for (size_t i = 0; i < action_count; i++)
		guess_offer(&g, actions[i].name);
	if (g.nearest)
		return err_set(e, ERR_INPUT, "there is no action \"%.*s\"; did you mean %s?", (int)name.len, name.p,
			       g.nearest);
	return err_set(e, ERR_INPUT, "there is no action \"%.*s\"; deadletter config lists them", (int)name.len,
		       name.p);
}

static bool unknown_key(struct str name, struct err *e)
{
	char names[K_LAST - K_ESC][KEY_NAME_MAX];
	struct guess g = {.word = name};
	for (char32_t key = K_ESC; key < K_LAST; key++)
		guess_offer(&g, event_key_name(key, names[key - K_ESC]));
	if (g.nearest && name.len > 2)
		return err_set(e, ERR_INPUT, "there is no key \"%.*s\"; did you mean %s?", (int)name.len, name.p,
			       g.nearest);
	return err_set(e, ERR_INPUT, "there is no key \"%.*s\"; keys are written e, Space, C-e, Up, PgDn, F5",
		       (int)name.len, name.p);
}

bool keymap_bind(struct keymap *m, struct str name, struct str keys, struct err *e)
{
	const struct action *a = action_named(name);
	if (!a)
		return unknown_action(name, e);
	struct keymap to = *m;
	for (int i = to.count - 1; i >= 0; i--)
		if (to.bindings[i].action == a)
			drop(&to, i);
	struct str one;
	char32_t key;
	while (str_next(&keys, ' ', &one)) {
		if (one.len == 0)
			continue;
		if (!event_key_of(one, &key))
			return unknown_key(one, e);
		if (to.count == KEYMAP_MAX)
			return err_set(e, ERR_INPUT, "more than %d keys are bound", KEYMAP_MAX);
		add(&to, key, a);
	}
	*m = to;
	return true;
}
