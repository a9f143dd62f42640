/* fact.h - how sources write what a record needs: addresses, Message-IDs.
 *
 * Layer 3, beside import.h. No state; any thread.
 */
#ifndef IMPORT_FACT_H
#define IMPORT_FACT_H

#include "base.h"

struct str fact_address(struct str s); /* "Bob <bob@example.com>" → "bob@example.com" */
struct str fact_id(struct str s);      /* a Message-ID without < > */

#endif
