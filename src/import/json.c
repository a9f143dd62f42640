#include "import/json.h"

#include <json-c/json.h>
#include <string.h>

/* ---- one value ---- */

/* json-c takes about a kilobyte for an object, however short its text is. */
static bool within_bounds(struct str text)
{
	int values = 0;
	bool in_string = false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];
		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '[' || c == ','))
			values++;
	}
	return text.len <= JSON_ITEM_MAX && values <= JSON_VALUES_MAX;
}

static struct json_object *parse(struct str text, const char **why)
{
	*why = "an object of too many values";
	if (!within_bounds(text))
		return NULL;
	struct json_tokener *t = json_tokener_new_ex(JSON_DEPTH_MAX);
	if (!t)
		die("out of memory");
	struct json_object *o = json_tokener_parse_ex(t, text.p, (int)text.len);
	enum json_tokener_error error = json_tokener_get_error(t);
	*why = error == json_tokener_continue ? "an object that is not whole" : json_tokener_error_desc(error);
	struct str rest = str_trim(str_slice(text, json_tokener_get_parse_end(t), SIZE_MAX));
	if (o && rest.len) {
		*why = "text behind an object";
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(t);
	return o;
}

struct json_object *json_parse(struct str text)
{
	const char *why;
	return parse(text, &why);
}

void json_put(struct json_object *o)
{
	json_object_put(o);
}

struct json_object *json_at(struct json_object *o, const char *path)
{
	struct str rest = str_of(path), name;
	char key[64];
	while (o && path[0] && str_next(&rest, '.', &name)) {
		if (name.len >= sizeof key || !json_object_is_type(o, json_type_object))
			return NULL;
		memcpy(key, name.p, name.len);
		key[name.len] = '\0';
		struct json_object *value = NULL;
		json_object_object_get_ex(o, key, &value);
		o = value;
	}
	return o;
}

struct str json_text(struct json_object *o, const char *path)
{
	o = json_at(o, path);
	if (json_object_is_type(o, json_type_string))
		return (struct str){json_object_get_string(o), (size_t)json_object_get_string_len(o)};
	if (json_object_is_type(o, json_type_int) || json_object_is_type(o, json_type_double))
		return str_of(json_object_get_string(o));
	return STR("");
}

struct str json_first(struct json_object *o, const char *const *paths)
{
	for (; *paths; paths++) {
		struct str s = json_text(o, *paths);
		if (str_trim(s).len)
			return s;
	}
	return STR("");
}

bool json_is_object(struct json_object *o)
{
	return json_object_is_type(o, json_type_object);
}

static bool hand_out(struct json_object *value, bool (*each)(void *ctx, struct json_object *value), void *ctx)
{
	struct str text = str_trim(json_text(value, ""));
	if (!str_starts(text, STR("{")) && !str_starts(text, STR("[")))
		return each(ctx, value);
	struct json_object *within = json_parse(text);
	bool ok = each(ctx, within ? within : value);
	json_put(within);
	return ok;
}

bool json_each(struct json_object *o, bool (*each)(void *ctx, struct json_object *value), void *ctx)
{
	for (int i = 0; i < json_count(o); i++)
		if (!hand_out(json_item(o, i), each, ctx))
			return false;
	if (!json_is_object(o))
		return true;
	json_object_object_foreach(o, key, value)
	{
		(void)key;
		if (!hand_out(value, each, ctx))
			return false;
	}
	return true;
}

int json_count(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? (int)json_object_array_length(array) : 0;
}

struct json_object *json_item(struct json_object *array, int i)
{
	return i < json_count(array) ? json_object_array_get_idx(array, (size_t)i) : NULL;
}

/* ---- objects in a stream ---- */

enum { KNOWN_DEPTH = 64 }; /* so deep is it remembered which brackets are open */

static void forget(struct json_items *j)
{
	buf_reset(&j->text);
	j->depth = 0;
	j->last = '\0';
	j->key_len = 0;
	j->in_string = j->escaped = j->skipping = false;
}

static enum json_got broken(struct json_items *j, const char *why, struct json_found *out)
{
	*out = (struct json_found){.line = j->line, .why = why};
	j->quiet = true;
	return JSON_BROKEN;
}

static enum json_got give_up(struct json_items *j, const char *why, struct json_found *out)
{
	bool known = j->skipping; /* it has been reported, or is the end of an answer */
	forget(j);
	return known ? JSON_MORE : broken(j, why, out);
}

static void open_bracket(struct json_items *j, char c)
{
	uint64_t bit = j->depth < KNOWN_DEPTH ? UINT64_C(1) << j->depth : 0;
	j->is_object = c == '{' ? j->is_object | bit : j->is_object & ~bit;
	j->depth++;
}

/* Is the innermost open bracket a {? -1: too deep to be known. */
static int in_object(const struct json_items *j)
{
	if (j->depth > KNOWN_DEPTH)
		return -1;
	return (int)(j->is_object >> (j->depth - 1) & 1);
}

/* Where nothing of an object is open. */
static enum json_got between(struct json_items *j, char c, int64_t line, struct json_found *out)
{
	static const char filling[] = " \t\r\n,[\x1e\xef\xbb\xbf"; /* with a byte order mark */
	if (c == '{') {
		j->line = line;
		j->quiet = false;
		open_bracket(j, c);
		buf_addc(&j->text, c);
		j->last = c;
	} else if (c == ']' && j->in_list) { /* what else the answer says is of no interest */
		j->in_list = false;
		j->line = line;
		open_bracket(j, '{');
		j->last = c;
		j->skipping = true;
	} else if (c != ']' && !(c && strchr(filling, c)) && !j->quiet) {
		j->line = line;
		return broken(j, "no JSON object", out);
	}
	return JSON_MORE;
}

static bool is_list_name(const struct json_items *j)
{
	struct str key = str_slice(buf_str(&j->text), j->key_at, j->key_len);
	for (size_t i = 0; j->lists && j->lists[i]; i++)
		if (str_eq(key, str_of(j->lists[i])))
			return true;
	return false;
}

static enum json_got closed(struct json_items *j, struct json_found *out)
{
	const char *why = NULL;
	bool skipped = j->skipping;
	struct json_object *o = skipped ? NULL : parse(buf_str(&j->text), &why);
	forget(j);
	if (skipped)
		return JSON_MORE;
	if (!o)
		return broken(j, why, out);
	j->object = o;
	*out = (struct json_found){.object = o, .line = j->line};
	return JSON_OBJECT;
}

static enum json_got in_string(struct json_items *j, char c, struct json_found *out)
{
	if (c == '\n')
		return give_up(j, "a string that does not end on its line", out);
	if (j->escaped) {
		j->escaped = false;
	} else if (c == '\\') {
		j->escaped = true;
	} else if (c == '"') {
		j->in_string = false;
		j->last = c;
		if (j->depth == 1)
			j->key_len = j->text.len - j->key_at;
	}
	if (!j->skipping)
		buf_addc(&j->text, c);
	return JSON_MORE;
}

static enum json_got on_bracket(struct json_items *j, char c, struct json_found *out)
{
	int object = in_object(j);
	if (c == '}' || c == ']') {
		if (object >= 0 && object != (c == '}'))
			return give_up(j, "an object whose brackets do not match", out);
		return --j->depth == 0 ? closed(j, out) : JSON_MORE;
	}
	if (c == '[' && j->depth == 1 && !j->skipping && !j->in_list && j->last == ':' && is_list_name(j)) {
		forget(j);
		j->in_list = true;
		return JSON_MORE;
	}
	open_bracket(j, c);
	return JSON_MORE;
}

/* A { where no value may be: the object before it was never closed. */
static bool is_next_object(const struct json_items *j)
{
	int object = in_object(j);
	return object == 1 ? j->last != ':' : object == 0 ? j->last != '[' && j->last != ',' : false;
}

static enum json_got within(struct json_items *j, char c, struct json_found *out)
{
	if (c == '\0')
		return give_up(j, "a NUL byte in an object", out);
	if (j->in_string)
		return in_string(j, c, out);
	if (!j->skipping)
		buf_addc(&j->text, c);
	if (char_is_space(c))
		return JSON_MORE;
	enum json_got got = JSON_MORE;
	if (c == '"') {
		j->in_string = true;
		j->key_at = j->text.len;
	} else if (strchr("{}[]", c)) {
		got = on_bracket(j, c, out);
	}
	if (j->depth > 0)
		j->last = c;
	return got;
}

static enum json_got check_bounds(struct json_items *j, struct json_found *out)
{
	if (j->skipping || (j->text.len <= JSON_ITEM_MAX && j->depth <= JSON_DEPTH_MAX))
		return JSON_MORE;
	const char *why =
		j->depth > JSON_DEPTH_MAX ? "an object that is nested too deep" : "an object larger than 1 MiB";
	buf_reset(&j->text);
	j->skipping = true;
	return broken(j, why, out);
}

enum json_got json_next(struct json_items *j, struct str *bytes, int64_t line, struct json_found *out)
{
	json_put(j->object);
	j->object = NULL;
	enum json_got got = JSON_MORE;
	while (got == JSON_MORE && bytes->len) {
		char c = bytes->p[0];
		if (j->depth > 0 && c == '{' && !j->in_string && is_next_object(j)) {
			got = give_up(j, "an object that is not closed before the next one", out);
			continue; /* which begins here */
		}
		*bytes = str_slice(*bytes, 1, SIZE_MAX);
		got = j->depth > 0 ? within(j, c, out) : between(j, c, line, out);
		if (got == JSON_MORE)
			got = check_bounds(j, out);
	}
	return got;
}

enum json_got json_end(struct json_items *j, struct json_found *out)
{
	enum json_got got = JSON_MORE;
	if (j->depth > 0)
		got = give_up(j, "an object that is not whole when the file ends", out);
	else if (j->in_list)
		got = broken(j, "a list that is not whole when the file ends", out);
	forget(j);
	j->in_list = j->quiet = false;
	return got;
}

void json_free(struct json_items *j)
{
	json_put(j->object);
	j->object = NULL;
	buf_free(&j->text);
}
