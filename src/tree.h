/* tree.h - what records may be grouped by, and groups → the lines of a tree: subjects with their codes, or domains, days, ….
 *
 * Layer 1. Knows codes and how groups are named in the filter language; never the store, never the screen. The browser and
 * `summary` show the same tree. All results are owned by the arena given. Any thread.
 */
#ifndef TREE_H
#define TREE_H

#include "record.h"

/* One row of groupings[] each. */
enum grouping {
	GROUP_CODE, /* outcome and codes */
	GROUP_DOMAIN,
	GROUP_MX,
	GROUP_SENDER,
	GROUP_DAY, /* of a zone */
	GROUP_WORDING,
	GROUP_COUNT
};
struct grouping_info {
	const char *name;  /* "mx" */
	const char *title; /* "Remote MTAs": the tree's */
	const char *help;  /* one line */
	char letter;       /* in menus: no other row has it */
	const char *pick;  /* how the filter line starts that picks one group: "mx:="; NULL: another way */
};
extern const struct grouping_info groupings[GROUP_COUNT];

enum group_order {
	ORDER_COUNT, /* most first */
	ORDER_NAME,  /* A first, case ignored; the newest day first; subjects and codes by number */
};

/* Records that share a key: outcome and both codes, or a text, or a day. */
struct group {
	struct str key; /* as one of its records spells it; "2026-11-23" for a day; empty when grouped by code */
	enum outcome outcome;
	struct ecode enhanced;
	int basic;
	int64_t count;
};
struct groups {
	struct group *rows;
	int count;
	bool more; /* a limit cut the list */
};

struct tree_node {
	int depth;         /* 0: all, 1: a group, 2: a code in it */
	struct str label;  /* "1 Addressing", "5.1.1", "Dropped" */
	struct str filter; /* the filter line that picks just what is counted here; "" for all */
	int64_t count;
	bool expandable, expanded;
	struct ecode enhanced; /* of a node that is an enhanced code; else cls 0 */
	int basic;             /* of a node that is a basic code; else 0 */
};

struct tree {
	struct tree_node *nodes; /* the first one is all */
	int count;
	int64_t total;
	bool more; /* a limit left groups out */
};

/* Which groups show their codes, by the group's filter line. */
typedef bool tree_open_fn(void *ctx, struct str filter);

/* Groups by code: subjects, then "No enhanced code" by basic code, "No code", "Dropped". Dropped email is counted under
 * "Dropped" only, whatever code it has. */
void tree_by_code(const struct groups *g, enum group_order order, tree_open_fn *is_open, void *ctx, struct arena *a,
		  struct tree *out);

/* Groups by something else, as they come; `order` is that of their codes. codes[i] are the groups by code within row i, for
 * those that are open; NULL for the others. */
void tree_by_key(const struct groups *g, enum grouping by, enum group_order order, const struct groups *const *codes,
		 struct arena *a, struct tree *out);

/* The filter line that picks the group with this key: domain:example.com, quoted where needed. A day's is to be read in the
 * zone that it is of. */
struct str tree_key_filter(enum grouping by, struct str key, struct arena *a);

#endif
