/* fact.h - how sources write what a record needs: addresses, Message-IDs.
 *
 * Layer 3, beside import.h. No state; any thread.
 */
#ifndef IMPORT_FACT_H
#define IMPORT_FACT_H

#include "base.h"

/* "Bob <bob@example.com>" or "bob@example.com (Bob)" → "bob@example.com" */
struct str fact_address(struct str s);
struct str fact_id(struct str s); /* a Message-ID without < > */

/* The addresses of a field that may name several: "Bob <bob@example.com>, eve@example.com". Commas and semicolons part them,
 * if there is an address on each side. Zero-initialise but for `rest`, the field. Linear. */
struct fact_addresses {
	struct str rest;
	int found; /* how many have been handed out */
	/* private */
	bool begun, whole;
};
bool fact_addresses_next(struct fact_addresses *f, struct str *out); /* false: no more */

#endif
