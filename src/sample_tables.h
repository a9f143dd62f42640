/* sample_tables.h - the people, domains, titles and answers of data/sample as rows.
 *
 * Layer 1. Knows the form of those files; dies at file:line on a wrong row, which fails the build, since it makes a sample.
 * One thread.
 */
#ifndef SAMPLE_TABLES_H
#define SAMPLE_TABLES_H

#include "record.h"

struct person {
	struct str name;
	struct str ascii, own; /* local parts: in ASCII and in the person's script */
	struct str script;
};

struct domain {
	int weight;
	struct str name, mx;
	struct str style; /* words */
	struct str local; /* "ascii" or a script */
};

struct title {
	int weight;
	bool incident; /* belongs to the campaign that was refused */
	struct str sender, text;
};

struct answer {
	int weight, defer; /* as a final answer; as a passing deferral */
	int basic;
	struct ecode enhanced;
	enum stage stage; /* STAGE_NONE: our relay gave up */
	struct str style;
	bool drops;      /* later email to the recipient is dropped */
	struct str text; /* with places to fill */
};

struct sample_tables {
	const struct person *people;
	const struct domain *domains;
	const struct title *titles;
	const struct answer *answers;
	size_t person_count, domain_count, title_count, answer_count;
};

/* All rows; text is static or owned by `a`. */
struct sample_tables sample_tables_read(struct arena *a);

/* Is `word` one of the words in `words`? */
bool sample_has_word(struct str words, struct str word);

#endif
