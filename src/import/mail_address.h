/* mail_address.h - email addresses in any text.
 *
 * Layer 3, beside import.h. Knows how addresses are written, nothing else. No state. Linear.
 */
#ifndef IMPORT_MAIL_ADDRESS_H
#define IMPORT_MAIL_ADDRESS_H

#include "base.h"

/* The next address at or after *at: local part, @, domain, without what encloses it. *at moves behind it. A local part
 * beyond ASCII counts only within < >. False: no more. */
bool address_next(struct str s, size_t *at, struct str *out);
/* The address of a header field ("Bob <bob@example.com>", "bob@example.com (Bob)"): the one in < >, else the first.
 * "": none. */
struct str address_of_header(struct str value);
/* The address of a report's field: "rfc822; <bob@example.com>", with or without type, brackets and comments. What is no
 * address of the internet comes as it is. */
struct str address_of_field(struct str value);

#endif
