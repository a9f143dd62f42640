/* tree.h - groups of records → the lines of a tree: subjects, codes below them, and what has no enhanced code.
 *
 * Layer 1. Knows codes and how groups are named in the filter language; never the store, never the screen. The browser and
 * `summary` show the same tree. All results are owned by the arena given. Any thread.
 */
#ifndef TREE_H
#define TREE_H

#include "record.h"

/* Records that share a key: outcome and both codes, or a text. */
struct group {
	struct str key; /* empty when grouped by code */
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
};

/* Which groups show their codes, by the group's filter line. */
typedef bool tree_open_fn(void *ctx, struct str filter);

/* Groups by code: subjects by count, then "No enhanced code" by basic code, "No answer", "Dropped". Dropped email is
 * counted under "Dropped" only, whatever code it has. */
void tree_by_code(const struct groups *g, tree_open_fn *is_open, void *ctx, struct arena *a, struct tree *out);

/* Groups by a text that the filter key `key` picks, in the order given. codes[i] are the groups by code within row i, for those
 * that are open; NULL for the others. */
void tree_by_key(const struct groups *g, const char *key, const struct groups *const *codes, struct arena *a,
		 struct tree *out);

/* The filter line that picks a group by text: domain:example.com, quoted where needed. */
struct str tree_key_filter(const char *key, struct str value, struct arena *a);

#endif
