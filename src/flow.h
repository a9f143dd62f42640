/* flow.h - text that wraps and scrolls inside a rectangle: labels, paragraphs, evidence.
 *
 * Layer 5. Lines are counted from the first one even where they are scrolled out, so that the caller learns the height.
 */
#ifndef FLOW_H
#define FLOW_H

#include "status.h"
#include "surface.h"

struct flow {
	struct surface *s;
	struct rect r;
	int top;        /* lines scrolled out above */
	int line;       /* the next one */
	enum zone zone; /* of the times that its users write into it */
};

/* The screen row of the next line; -1 when it is scrolled out. */
int flow_y(const struct flow *f);
void flow_blank(struct flow *f);
/* One line, cut with an ellipsis when too long. */
void flow_line(struct flow *f, enum role role, struct str text);
/* Wrapped text behind `indent` columns. Line feeds in it start new lines. Bytes in `spans` are drawn as evidence. */
void flow_text(struct flow *f, int indent, enum role role, struct str text, const struct span *spans, int span_count);
/* A label, and wrapped text beside it. Nothing when the text is empty. */
void flow_field(struct flow *f, const char *label, enum role role, struct str text);
void flow_heading(struct flow *f, const char *text);

enum { FLOW_LABEL_W = 14 };

#endif
