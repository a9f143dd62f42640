#include "action.h"

#include "outfile.h"
#include "view.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- moving ---- */

static void move(struct app *app, int rows)
{
	switch (app->focus) {
	case PANE_TREE:
		view_tree_move(app, rows);
		break;
	case PANE_LIST:
		view_list_move(app, rows);
		break;
	case PANE_DETAIL:
		view_detail_scroll(app, rows);
		break;
	case PANE_TIMELINE:
		view_timeline_move(app, rows);
		break;
	case PANE_COUNT:
		break;
	}
}

enum { PAGE_BARS = 10 };

static int page_rows(const struct app *app)
{
	if (app->focus == PANE_TIMELINE)
		return PAGE_BARS;
	int rows = app->focus == PANE_TREE   ? view_tree_height(app)
		   : app->focus == PANE_LIST ? app->list.height
					     : app->detail.height;
	return rows > 2 ? rows - 1 : 1;
}

/* The bars of the timeline lie side by side: down leads to what is below them. */
static void act_down(struct app *app)
{
	if (app->focus == PANE_TIMELINE)
		app_focus(app, PANE_LIST);
	else
		move(app, 1);
}

static void act_up(struct app *app)
{
	if (app->focus == PANE_TIMELINE)
		app_range_leave(app);
	else
		move(app, -1);
}

static void act_page_down(struct app *app)
{
	move(app, page_rows(app));
}

static void act_page_up(struct app *app)
{
	move(app, -page_rows(app));
}

enum { FAR_ROWS = 1000000 };

static void act_home(struct app *app)
{
	if (app->focus == PANE_LIST)
		view_list_home(app);
	else if (app->focus == PANE_TIMELINE)
		view_timeline_end(app, false);
	else
		move(app, -FAR_ROWS);
}

static void act_end(struct app *app)
{
	if (app->focus == PANE_LIST)
		view_list_end(app);
	else if (app->focus == PANE_TIMELINE)
		view_timeline_end(app, true);
	else
		move(app, FAR_ROWS);
}

static void act_next_record(struct app *app)
{
	view_list_move(app, 1);
}

static void act_previous_record(struct app *app)
{
	view_list_move(app, -1);
}

static void jump_to(struct app *app, struct str text)
{
	struct str number = str_trim(text);
	bool percent = number.len > 0 && number.p[number.len - 1] == '%';
	if (percent)
		number.len--;
	int64_t n;
	if (!str_to_int(str_trim(number), &n) || n < 0 || (percent && n > 100)) {
		app_say(app, ROLE_ERROR, "Type a row's number, or a percentage from 0%% to 100%%.");
		return;
	}
	if (percent && app->list.total < 0) {
		app_say(app, ROLE_WARNING, "Still counting: try again when the total is there.");
		return;
	}
	int64_t rank = percent ? (app->list.total - 1) * n / 100 : n - 1;
	if (app->list.total >= 0 && rank >= app->list.total)
		rank = app->list.total - 1;
	app->list.to_anchor = true;
	app->follow = false;
	app_ask_page(app, WANT_RANK, rank > 0 ? rank : 0);
}

static void act_jump(struct app *app)
{
	app_prompt(app, "Go to row, or percent with %:", STR(""), jump_to);
}

/* ---- panes ---- */

/* The cursor begins on the highest bar: that is what the eye has met. */
static void enter_timeline(struct app *app)
{
	app->timeline.at_s = app->timeline.anchor_s = TIME_NONE;
	app_focus_timeline(app);
}

static void go_to_pane(struct app *app, enum pane pane)
{
	if (pane == PANE_TIMELINE)
		enter_timeline(app);
	else
		app_focus(app, pane);
}

static void act_next_pane(struct app *app)
{
	go_to_pane(app, (enum pane)((app->focus + 1) % PANE_COUNT));
}

static void act_previous_pane(struct app *app)
{
	go_to_pane(app, (enum pane)((app->focus + PANE_COUNT - 1) % PANE_COUNT));
}

static void act_left(struct app *app)
{
	if (app->focus == PANE_TREE)
		view_tree_open(app, false);
	else if (app->focus == PANE_TIMELINE)
		move(app, -1);
	else
		app_focus(app, app->focus == PANE_DETAIL ? PANE_LIST : PANE_TREE);
}

static void act_right(struct app *app)
{
	if (app->focus == PANE_TREE)
		view_tree_open(app, true);
	else if (app->focus == PANE_TIMELINE)
		move(app, 1);
	else if (app->focus == PANE_LIST)
		app_focus(app, PANE_DETAIL);
}

static void act_back(struct app *app)
{
	if (app->exporting) {
		app->port.cancel(app->port.ctx, ASK_EXPORT);
	} else if (app_slow(app)) {
		app_stop(app);
	} else if (app->focus == PANE_TIMELINE) {
		if (app->timeline.anchor_s != TIME_NONE)
			app->timeline.anchor_s = TIME_NONE;
		else
			app_focus(app, app->came_from);
	} else if (app->detail.zoomed) {
		app->detail.zoomed = false;
		app_focus(app, PANE_LIST);
	} else if (app->focus == PANE_DETAIL) {
		app_focus(app, PANE_LIST);
	} else if (app->focus == PANE_LIST) {
		app_focus(app, PANE_TREE);
	} else if (app->filter_edit.text.len > 0) {
		app_say_keys(app, ROLE_DIM,
			     "{widen} goes back to the filter before, {clear-filter} removes it, {quit} quits.");
	} else {
		app_say_keys(app, ROLE_DIM, "{quit} quits.");
	}
}

static void act_toggle(struct app *app)
{
	view_tree_toggle(app);
}

/* ---- filter, sort, grouping ---- */

static void act_clear_filter(struct app *app)
{
	app_filter_step(app, STR(""));
}

static void act_widen(struct app *app)
{
	if (!app_filter_back(app))
		app_say(app, ROLE_DIM, "There is no filter to widen.");
}

static void sort_groups(struct app *app)
{
	struct tree_view *t = &app->tree;
	t->order = t->order == ORDER_COUNT ? ORDER_NAME : ORDER_COUNT;
	app_ask_tree(app);
	app_say(app, ROLE_TEXT, t->order == ORDER_COUNT ? "Groups are sorted by count." : "Groups are sorted by name.");
}

static void act_sort(struct app *app)
{
	static const char *const names[SORT_COUNT] = {"time, newest first", "recipient", "code"};
	app->list.sort = (enum sort)((app->list.sort + 1) % SORT_COUNT);
	app->follow = app->follow && app->list.sort == SORT_TIME;
	app->list.to_anchor = true;
	app_ask_page(app, WANT_START, 0);
	app_say(app, ROLE_TEXT, "Sorted by %s.", names[app->list.sort]);
}

/* ---- time ---- */

static void act_timeline(struct app *app)
{
	if (app->focus == PANE_TIMELINE)
		app_focus(app, app->came_from);
	else
		enter_timeline(app);
}

static void act_range(struct app *app)
{
	struct timeline_view *v = &app->timeline;
	int64_t from_s, until_s;
	if (!view_timeline_range(app, &from_s, &until_s))
		return;
	if (v->anchor_s != TIME_NONE) {
		v->anchor_s = TIME_NONE;
		return;
	}
	v->anchor_s = v->at_s = from_s;
	app_say_keys(app, ROLE_TEXT, "{left} and {right} widen the range, {zoom-in} filters by it.");
}

/* What is written in the filter is meant in the zone that is shown. */
static void act_zone(struct app *app)
{
	char name[ZONE_TEXT];
	app->zone = app->zone == ZONE_UTC ? ZONE_LOCAL : ZONE_UTC;
	view_tree_reread(app);
	app_filter_typed(app);
	app_say(app, ROLE_TEXT, "Times are %s, in the filter too.", zone_name(app->zone, clock_now(), name));
}

static void act_refresh(struct app *app)
{
	app->fresh_known = false;
	app->port.repaint(app->port.ctx);
	app_reload(app);
	app_say(app, ROLE_DIM, "Read again.");
}

static void act_follow(struct app *app)
{
	app->follow = !app->follow;
	if (!app->follow) {
		app_say(app, ROLE_TEXT, "The cursor stays where it is.");
		return;
	}
	app->list.sort = SORT_TIME;
	app->list.to_anchor = true;
	app_ask_page(app, WANT_START, 0);
	app_focus(app, PANE_LIST);
	app_say(app, ROLE_TEXT, "The cursor stays on the newest, until you move it.");
}

/* The story of the address of a dropped email, with the cursor on the failure behind the drop. */
static void act_cause(struct app *app)
{
	const struct record *r = app_record(app);
	const struct reply *known = app->last[ASK_DETAIL];
	if (!r || !known || known->detail.record.id != r->id || known->detail.cause.id == 0) {
		app_say(app, ROLE_DIM, "This is no dropped email whose cause is known.");
		return;
	}
	struct arena a = {0};
	struct record cause = known->detail.cause;
	cause.recipient = arena_str(&a, cause.recipient);
	const struct filter_term to = {.key = FILTER_TO, .text = cause.recipient, .exact = true};
	view_tree_forget(app);
	if (!app_filter_step(app, filter_text(&(struct filter){&to, 1}, app->zone, &a)))
		app_refresh(app); /* the group was another one */
	app_ask_page_at(app, &cause);
	app_focus(app, PANE_LIST);
	arena_free(&a);
}

/* ---- marks ---- */

static void act_mark(struct app *app)
{
	const struct record *r = app_record(app);
	if (!r)
		return;
	if (idset_has(&app->marks, r->id))
		idset_remove(&app->marks, r->id);
	else
		idset_add(&app->marks, r->id);
	view_list_move(app, 1);
}

static void mark_shown(struct app *app, bool invert)
{
	app->invert = invert;
	struct request r = {.ask = ASK_MARKS, .scope = app_scope(app)};
	app_ask(app, &r);
}

static void act_mark_all(struct app *app)
{
	mark_shown(app, false);
}

static void act_mark_invert(struct app *app)
{
	mark_shown(app, true);
}

static void act_mark_none(struct app *app)
{
	idset_clear(&app->marks);
	app_say(app, ROLE_TEXT, "No record is marked.");
}

/* ---- export ---- */

static void export_start(struct app *app, bool force)
{
	struct arena a = {0};
	struct request r = {
		.ask = ASK_EXPORT,
		.scope = app_scope(app),
		.path = app->export_path,
		.export = {.force = force, .format = export_format_for(str_of(app->export_path))},
	};
	if (app->marks.count > 0) {
		r.ids = idset_list(&app->marks, &a);
		r.id_count = app->marks.count;
	}
	app->exporting = true;
	app->export_marked = (int64_t)app->marks.count;
	app_ask(app, &r);
	app_say(app, ROLE_DIM, "Exporting to %s. Esc stops.", app->export_path);
	arena_free(&a);
}

static void export_over(struct app *app)
{
	export_start(app, true);
}

static void export_to(struct app *app, struct str text)
{
	struct str path = str_trim(text);
	if (path.len == 0) {
		app_say(app, ROLE_TEXT, "Nothing was written.");
		return;
	}
	struct buf full = {0};
	const char *home = getenv("HOME");
	if (home && str_starts(path, STR("~/"))) {
		buf_add(&full, str_of(home));
		path = str_slice(path, 1, SIZE_MAX);
	}
	buf_add(&full, path);
	free(app->export_path);
	app->export_path = strdup(full.p);
	buf_free(&full);
	if (!app->export_path)
		die("out of memory");

	struct stat st;
	bool exists = stat(app->export_path, &st) == 0;
	/* Such as the screen itself, or a pipe that waits for its reader. */
	if (outfile_is_direct(app->export_path) || (exists && !S_ISREG(st.st_mode))) {
		app_say(app, ROLE_ERROR, "%s is no regular file; choose another name.", app->export_path);
		return;
	}
	if (exists) {
		snprintf(app->confirm.question, sizeof app->confirm.question, "Replace it? (y/n)  %s exists.",
			 app->export_path);
		app->confirm.yes = export_over;
		app->confirm.no = "Nothing was written.";
		app->mode = MODE_CONFIRM;
		return;
	}
	export_start(app, false);
}

static void act_export(struct app *app)
{
	if (app->exporting) {
		app_say_keys(app, ROLE_WARNING, "An export is running. {back} stops it.");
		return;
	}
	char label[80], n[NUMBER_TEXT], path[64];
	if (app->marks.count > 0)
		snprintf(label, sizeof label, "Export %s marked to:", view_number((int64_t)app->marks.count, n));
	else if (app->list.total >= 0)
		snprintf(label, sizeof label, "Export %s shown to:", view_number(app->list.total, n));
	else
		snprintf(label, sizeof label, "Export all shown to:");
	if (app->marks.count == 0 && app->list.total == 0) {
		app_say(app, ROLE_WARNING, "There is nothing to export: no record is shown or marked.");
		return;
	}
	struct civil c = civil_in(app->zone, clock_now());
	snprintf(path, sizeof path, "failures-%04lld-%02d-%02d.csv", (long long)c.year, c.month, c.day);
	app_prompt(app, label, str_of(path), export_to);
}

/* ---- copying ---- */

/* All of the text goes to the clipboard; what is said of it fits the line. */
static void copy(struct app *app, const struct buf *text, const char *what)
{
	struct buf said = {0};
	if (text->len == 0) {
		app_say(app, ROLE_DIM, "There is no record to copy from.");
	} else if (app->port.copy(app->port.ctx, buf_str(text))) {
		buf_printf(&said, "Copied %s", what);
		view_detail_which(app, app->layout.footer.w - 2, &said);
		app_say(app, ROLE_STRONG, "%s", said.p);
	} else {
		app_say(app, ROLE_ERROR, "Too long to copy.");
	}
	buf_free(&said);
}

static void act_copy(struct app *app)
{
	struct buf b = {0};
	view_detail_sentence(app, &b);
	copy(app, &b, "for the customer");
	buf_free(&b);
}

static void act_copy_facts(struct app *app)
{
	struct buf b = {0};
	view_detail_facts(app, &b);
	copy(app, &b, "the facts");
	buf_free(&b);
}

/* ---- program ---- */

static void act_help(struct app *app)
{
	app->mode = MODE_HELP;
	app->help_top = 0;
}

static void act_suspend(struct app *app)
{
	app->port.suspend(app->port.ctx);
}

static void quit(struct app *app)
{
	app->quit = true;
}

static void act_quit(struct app *app)
{
	if (!app->exporting) {
		quit(app);
		return;
	}
	snprintf(app->confirm.question, sizeof app->confirm.question, "An export is running. Stop it and quit? (y/n)");
	app->confirm.yes = quit;
	app->confirm.no = "The export goes on.";
	app->mode = MODE_CONFIRM;
}

/* In the order of the help screen. Hints are shown in this order as far as they fit. */
const struct action actions[] = {
	{"filter", "/", "Filter", "Type a filter; the list follows, Tab completes, Up recalls.", "Find", IN_ALL, true,
	 app_filter_start},
	{"clear-filter", "\\", NULL, "Remove the filter.", "Find", IN_ALL, true, act_clear_filter},
	{"open", "Enter", "Open", "Go deeper: from the groups to the list, from the list to the whole record.", "Move",
	 IN_TREE | IN_LIST, false, app_open},
	{"whole", "Enter", "Whole", "Show the record alone, or beside the others again.", "Move", IN_DETAIL, false,
	 app_open},
	{"zoom-in", "Enter +", "Zoom in", "Filter by the bar or the selected range, and show it in finer bars.",
	 "Timeline", IN_TIMELINE, false, app_range_enter},
	{"zoom-out", "- Backspace", "Zoom out", "Widen the range to its day, month or year, then to all.", "Timeline",
	 IN_TIMELINE, false, app_range_leave},
	{"range", "Space v", "Range", "Begin a range at the bar under the cursor, or drop it.", "Timeline", IN_TIMELINE,
	 false, act_range},
	{"back", "Esc", "Back", "Go back to the list, or from the timeline to where you came from.", "Move",
	 IN_DETAIL | IN_TIMELINE, true, act_back},
	{"leave", "Esc", NULL, "Go back to the groups; stop a search or a running export.", "Move", IN_TREE | IN_LIST,
	 true, act_back},
	{"toggle", "Space", "Open/close", "Open or close the group.", "Move", IN_TREE, false, act_toggle},
	{"mark", "Space", "Mark", "Mark the record or take its mark away, and go down.", "Mark and export",
	 IN_LIST | IN_DETAIL, false, act_mark},
	{"narrow", "n", "Narrow",
	 "Filter by what the cursor is on: code, recipient, domain, MTA, sender, day, wording.", "Find", IN_RECORDS,
	 false, app_menu_narrow},
	{"widen", "w", NULL, "Go back to the filter before, one step at a time.", "Find", IN_ALL, false, act_widen},
	{"saved", "f", NULL, "Choose a saved filter, or save the one there is.", "Find", IN_ALL, false, app_menu_saved},
	{"group", "b", "Group", "Choose by what to group.", "Find", IN_ALL, false, app_menu_groupings},
	{"sort-groups", "s", "Sort", "Sort the groups by count or by name.", "Find", IN_TREE, false, sort_groups},
	{"sort", "s", "Sort", "Sort the list by time, recipient or code.", "Find", IN_LIST | IN_DETAIL, false,
	 act_sort},
	{"cause", "c", NULL, "Go to the failure because of which an email was dropped.", "Find", IN_RECORDS, false,
	 act_cause},
	{"follow", "F", NULL, "Keep the cursor on the newest record as others come in.", "Find", IN_ALL, false,
	 act_follow},
	{"export", "e", "Export", "Write the marked records, else all that are shown, to a file.", "Mark and export",
	 IN_ALL, false, act_export},
	{"copy", "y", "Copy", "Copy a sentence for the customer, through the terminal (OSC 52).", "Mark and export",
	 IN_RECORDS, false, act_copy},
	{"copy-facts", "Y", NULL, "Copy the record's facts: time, recipient, codes, response.", "Mark and export",
	 IN_RECORDS, false, act_copy_facts},
	{"mark-all", "a", NULL, "Mark all that are shown.", "Mark and export", IN_ALL, false, act_mark_all},
	{"mark-invert", "i", NULL, "Mark the shown ones that are not marked, and the other way round.",
	 "Mark and export", IN_ALL, false, act_mark_invert},
	{"mark-none", "u", NULL, "Take all marks away.", "Mark and export", IN_ALL, false, act_mark_none},
	{"timeline", "t", "Timeline", "Go to the timeline and back.", "Timeline", IN_ALL, false, act_timeline},
	{"next-pane", "Tab", NULL, "Go to the next pane.", "Move", IN_ALL, false, act_next_pane},
	{"previous-pane", "S-Tab", NULL, "Go to the pane before.", "Move", IN_ALL, false, act_previous_pane},
	{"down", "Down j", NULL, "Go down.", "Move", IN_ALL, false, act_down},
	{"up", "Up k", NULL, "Go up.", "Move", IN_ALL, false, act_up},
	{"left", "Left h", NULL, "Close the group, or go to the pane or bar on the left.", "Move", IN_ALL, false,
	 act_left},
	{"right", "Right l", NULL, "Open the group, or go to the pane or bar on the right.", "Move", IN_ALL, false,
	 act_right},
	{"page-down", "PgDn C-f C-d", NULL, "Go down a page.", "Move", IN_ALL, false, act_page_down},
	{"page-up", "PgUp C-b C-u", NULL, "Go up a page.", "Move", IN_ALL, false, act_page_up},
	{"home", "Home g", NULL, "Go to the first.", "Move", IN_ALL, false, act_home},
	{"end", "End G", NULL, "Go to the last.", "Move", IN_ALL, false, act_end},
	{"jump", "%", NULL, "Go to a row by its number, or to a percentage.", "Move", IN_ALL, false, act_jump},
	{"next-record", "J", NULL, "Go to the next record, in any pane.", "Move", IN_ALL, false, act_next_record},
	{"previous-record", "K", NULL, "Go to the record before, in any pane.", "Move", IN_ALL, false,
	 act_previous_record},
	{"zone", "U", NULL, "Show and read times in UTC, or in local time.", "Program", IN_ALL, false, act_zone},
	{"theme", "T", NULL, "Choose a theme.", "Program", IN_ALL, false, app_menu_themes},
	{"refresh", "C-l r", NULL,
	 "Read everything again, and draw it anew; what has come in till now is no longer new.", "Program", IN_ALL,
	 true, act_refresh},
	{"suspend", "C-z", NULL, "Suspend; fg in the shell goes on.", "Program", IN_ALL, true, act_suspend},
	{"help", "? F1", "Help", "Show this help.", "Program", IN_ALL, true, act_help},
	{"quit", "q C-c", "Quit", "Quit.", "Program", IN_ALL, true, act_quit},
};
const size_t action_count = COUNT_OF(actions);
