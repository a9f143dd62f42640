/* view.h - the panes: each draws itself from the application's state and moves its own cursor.
 *
 * Layer 5. A view's rectangle includes its frame.
 */
#ifndef VIEW_H
#define VIEW_H

#include "app.h"

enum { VIEW_MIN_W = 40, VIEW_MIN_H = 10 }; /* below it there is only a notice */
struct layout view_layout(const struct app *app);
/* Moves the first shown row so that row `index` of `count` is on the screen, and no row is wasted at the end. */
void view_scroll(int *top, int index, int count, int height);

void view_header_draw(const struct app *app, struct surface *s, struct rect r);
void view_timeline_draw(const struct app *app, struct surface *s, struct rect r);
int view_timeline_columns(const struct app *app); /* buckets that fit */
void view_timeline_move(struct app *app, int bars);
void view_timeline_end(struct app *app, bool last);
/* Puts the cursor on the bar at column x; `drag`: selects from where it was. False: there is no bar. */
bool view_timeline_click(struct app *app, int x, bool drag);
/* What the bar under the cursor, or the selected range, spans: *from_s <= time < *until_s. False: there are no bars. */
bool view_timeline_range(const struct app *app, int64_t *from_s, int64_t *until_s);
enum unit view_timeline_unit(const struct app *app);
void view_filter_draw(const struct app *app, struct surface *s, struct rect r);
void view_footer_draw(struct app *app, struct surface *s, struct rect r);

void view_tree_draw(struct app *app, struct surface *s, struct rect r);
void view_tree_move(struct app *app, int rows);
void view_tree_open(struct app *app, bool open); /* right and left: open or close the node, or go to its parent */
void view_tree_toggle(struct app *app);
void view_tree_adopt(struct app *app); /* a new tree has come */
int view_tree_height(const struct app *app);
void view_tree_click(struct app *app, int y, bool second); /* the second click opens and closes */
void view_tree_reread(struct app *app); /* the zone is another one: what the selected group's filter line means, too */
void view_tree_forget(struct app *app); /* nothing is selected or open any more */

void view_list_draw(struct app *app, struct surface *s, struct rect r);
void view_list_move(struct app *app, int64_t rows);
void view_list_home(struct app *app);
void view_list_end(struct app *app);
void view_list_adopt(struct app *app); /* a new page has come */
void view_list_select(struct app *app, int index);
bool view_list_click(struct app *app, int y); /* false: there is no record */
/* Rank of the record under the cursor among all in the list, 0-based; -1: not known yet. */
int64_t view_list_rank(const struct app *app);

void view_detail_draw(struct app *app, struct surface *s, struct rect r);
void view_detail_scroll(struct app *app, int rows);
/* What it comes down to, in one line: the code's name and whose side it is on; empty without a record. */
void view_detail_gist(const struct app *app, bool ascii, struct buf *out);
/* A sentence for the customer about the record under the cursor; empty without one. */
void view_detail_sentence(const struct app *app, struct buf *out);
/* Its facts in one line: time, recipient, codes, response. */
void view_detail_facts(const struct app *app, struct buf *out);
/* Which record that is, in few words that follow `out` and fit with it in so many columns: its recipient, what went wrong,
 * its day. What does not fit is left out as a whole; nothing without a record. */
void view_detail_which(const struct app *app, int columns, struct buf *out);

void view_help_draw(struct app *app, struct surface *s, struct rect r);

/* Arrows on the frame `r`: there is more above, below. */
void view_more(struct surface *s, struct rect r, bool above, bool below);

/* "13,635"; returns buf. */
enum { NUMBER_TEXT = 32 };
const char *view_number(int64_t n, char buf[NUMBER_TEXT]);
/* "1,571 failures", "1 failure"; and with what they are of: "1,571 failures of 19,835 tracked (7.9%)". Appended. */
void view_failures(int64_t n, struct buf *out);
void view_failures_of(const struct totals *t, struct buf *out);
/* "23 Nov 14:02", or with the year when that is not now's: "23 Nov 2025". */
enum { TIME_TEXT = 48 };
const char *view_time(enum zone z, int64_t t, int64_t now_s, char buf[TIME_TEXT]);
const char *view_time_long(enum zone z, int64_t t, char buf[TIME_TEXT]); /* "2026-11-23 14:02:05" */
enum { DATE_TEXT = 24 };
const char *view_date(enum zone z, int64_t t,
		      char buf[DATE_TEXT]); /* "23 Nov", or "23 Nov 2025" when that is not now's */
/* How a code stands for severity: permanent, temporary, success, dropped. */
enum role view_role_of(enum outcome o, struct ecode enhanced, int basic);

#endif
