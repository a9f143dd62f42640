/* mail_html.h - the words of an HTML page, for notices that come as nothing else.
 *
 * Layer 3, beside import.h. Knows tags and the commonest entities. Linear. No state.
 */
#ifndef IMPORT_MAIL_HTML_H
#define IMPORT_MAIL_HTML_H

#include "base.h"

/* Text in lines as a browser would break them, roughly. */
struct str html_text(struct str html, struct arena *a);

#endif
