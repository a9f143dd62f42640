/* json.h - JSON as others write it: the objects in a stream of bytes one by one, and what is in them.
 *
 * Layer 3, beside import.h. json.c is the only user of json-c. The input is hostile: an object is bounded in size, depth and
 * number of values, what is broken costs itself alone, and everything is linear. Knows nothing of mail. One thread.
 */
#ifndef IMPORT_JSON_H
#define IMPORT_JSON_H

#include "base.h"

enum {
	JSON_ITEM_MAX = 1024 * 1024, /* bytes of one object */
	JSON_DEPTH_MAX = 32,
	JSON_VALUES_MAX = 20000, /* in one object; each may take a kilobyte of memory */
};

struct json_object; /* json-c's; NULL stands for null, and for what is not there */

/* ---- objects in a stream ---- */

/* Splits a stream: one object, several in a row or a line each, arrays of them however nested, and answers such as
 * {"total": 2, "results": [{…}, {…}]}, whose list has one of the names given. Zero-initialise but for `lists`. */
struct json_items {
	const char *const *lists; /* ends in NULL */
	/* private */
	struct buf text;            /* of the object that is being read */
	struct json_object *object; /* handed out last */
	int64_t line;               /* where it begins */
	int depth;                  /* of brackets; 0: between objects */
	uint64_t is_object;         /* a bit for each of the first 64: { or [ */
	size_t key_at, key_len;     /* the last string of the outermost object, in text */
	char last;                  /* byte that was neither white space nor within a string */
	bool in_string, escaped;
	bool skipping; /* to the end of the object, without keeping it */
	bool in_list;  /* of an answer */
	bool quiet;    /* that there is no object here has been said */
};

enum json_got {
	JSON_MORE,   /* all bytes are used up */
	JSON_OBJECT, /* *object, valid until the next call */
	JSON_BROKEN, /* *why goes on from "file:line: " */
};
struct json_found {
	struct json_object *object;
	int64_t line; /* where the object, or what is broken, begins */
	const char *why;
};
/* Takes from the front of *bytes, which are of line `line` and have an LF only at their end. */
enum json_got json_next(struct json_items *j, struct str *bytes, int64_t line, struct json_found *out);
/* No more bytes will come. JSON_MORE: all was whole. Ready for another stream. */
enum json_got json_end(struct json_items *j, struct json_found *out);
void json_free(struct json_items *j);

/* ---- one value ---- */

/* Parses the whole of a text, such as JSON within a string. NULL: it is none, or beyond the bounds above. To be put. */
struct json_object *json_parse(struct str text);
void json_put(struct json_object *o); /* frees it; NULL is fine */

/* The value at a path of names: "mail.commonHeaders.subject", "" for the object itself. NULL when there is none; NULL objects are fine. */
struct json_object *json_at(struct json_object *o, const char *path);
/* A string, or a number as written; "" for anything else. Valid as long as the object. */
struct str json_text(struct json_object *o, const char *path);
/* The first of these paths (NULL ends them) that has a text which is not empty. */
struct str json_first(struct json_object *o, const char *const *paths);
bool json_is_object(struct json_object *o);
/* Hands out the values of an object or array; JSON within a string as what it holds, valid until `each` returns. Ends when
 * `each` returns false, and does the same. */
bool json_each(struct json_object *o, bool (*each)(void *ctx, struct json_object *value), void *ctx);

int json_count(struct json_object *array); /* 0: no array, or empty */
struct json_object *json_item(struct json_object *array, int i);

#endif
