/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The live view's screen, from top to bottom: title, groups, verdicts, changes.
 * What does not fit is cut off; what may be scrolled is the groups.
 */
#include "user/cli/field.h"
#include "user/cli/screen.h"
#include "user/cli/top.h"
#include "user/daemon/verdicts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum draw_numbers {
	BAR_WIDTH = 20,
	STALE_MS = 5000,
};

/* --- title ---------------------------------------------------------------- */

static void draw_title(const struct top *top, int64_t now_ms)
{
	static const char *const sorts[] = { "rate", "total", "name" };
	char text[256], clock[16];
	const time_t now = time(NULL);
	struct tm local;

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &local));
	snprintf(text, sizeof(text), "carp-xdp top  %s  by %s%s", clock,
		 sorts[top->sort], top->paused ? "  PAUSED" : "");
	screen_line(0, SCREEN_BOLD, text);
	if (!top->connected)
		snprintf(text, sizeof(text), "no controller answers on %s",
			 top->path);
	else if (now_ms - top->status_ms > STALE_MS)
		snprintf(text, sizeof(text),
			 "the controller has not answered for %lld s",
			 (long long)(now_ms - top->status_ms) / 1000);
	else
		snprintf(text, sizeof(text),
			 "q quit, p pause, s sort, arrows and pages scroll");
	screen_line(1, top->connected ? SCREEN_DIM : SCREEN_REVERSED, text);
}

/* --- groups --------------------------------------------------------------- */

/* Seconds since anybody was heard; -1: nobody was. */
static double gap_of(struct json_object *group)
{
	struct json_object *told = NULL;
	double least = -1;

	for (size_t i = 0; i < field_count(group, "senders"); i++) {
		struct json_object *sender = field_element(group, "senders", i);
		const double heard = field_seconds(sender, "heard_seconds");

		/* null: not since a restart. */
		if (!json_object_object_get_ex(sender, "heard_seconds",
					       &told) ||
		    !told)
			continue;
		if (least < 0 || heard < least)
			least = heard;
	}
	return least;
}

static const char *master_of(struct json_object *group)
{
	struct json_object *master = field(group, "master", json_type_object);

	if (!master)
		return "none heard";
	return field_true(master, "self") ? "this host"
					  : field_text(master, "address");
}

static void bar_fill(char bar[BAR_WIDTH + 1], double share)
{
	int full = (int)(share * BAR_WIDTH + 0.5);

	full = full < 0 ? 0 : full > BAR_WIDTH ? BAR_WIDTH : full;
	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', (size_t)full);
	bar[BAR_WIDTH] = '\0';
}

static void draw_group(int y, struct json_object *group)
{
	const double dead = (double)field_number(group, "master_down_us") / 1e6;
	const double lease =
		(double)field_number(group, "lease_remaining_us") / 1e6;
	const bool master = !strcmp(field_text(group, "state"), "master");
	const double gap = master ? dead - lease : gap_of(group);
	char text[256], bar[BAR_WIDTH + 1], state[16], seconds[16];

	bar_fill(bar, gap > 0 && dead > 0 ? gap / dead : 0);
	snprintf(seconds, sizeof(seconds), gap < 0 ? "-" : "%.1f", gap);
	snprintf(text, sizeof(text),
		 "%-10.15s %4lld  %-6s  %-20.39s %5s/%.1f %s",
		 field_text(group, "interface"), field_number(group, "vhid"),
		 field_upper(group, "state", state, sizeof(state)),
		 master_of(group), seconds, dead, bar);
	screen_line(y, master ? SCREEN_BOLD : SCREEN_PLAIN, text);
}

static int draw_groups(struct top *top, int y, int height)
{
	const int count = (int)field_count(top->status, "groups");
	const int most = count > height ? count - height : 0;

	top->scroll = top->scroll > most ? most : top->scroll;
	top->scroll = top->scroll < 0 ? 0 : top->scroll;
	screen_line(y++, SCREEN_UNDERLINED,
		    "INTERFACE  VHID  STATE   MASTER               "
		    "  GAP/DEAD s");
	for (int i = 0; i < height && i + top->scroll < count; i++)
		draw_group(y++, field_element(top->status, "groups",
					      (size_t)i + (size_t)top->scroll));
	return y;
}

/* --- verdicts and changes ------------------------------------------------- */

static int draw_rates(const struct top *top, int y, int height)
{
	char text[128];

	screen_line(y++, SCREEN_UNDERLINED,
		    "VERDICT              PER SECOND         TOTAL");
	for (int i = 0; i < CARP_V_COUNT && height > 0; i++) {
		const struct top_rate *rate = &top->rates[i];

		if (!rate->total)
			continue;
		snprintf(text, sizeof(text), "%-20s %10.1f %13lld",
			 verdict_names[rate->verdict], rate->per_second,
			 (long long)rate->total);
		screen_line(y++, SCREEN_PLAIN, text);
		height--;
	}
	return y;
}

static void draw_changes(const struct top *top, int y)
{
	unsigned long count = top->changes_count;
	const int height = screen_height();

	screen_line(y++, SCREEN_UNDERLINED, "CHANGES, the last one first");
	for (unsigned long i = 0;
	     i < count && i < TOP_CHANGES_MAX && y < height; i++)
		screen_line(y++, SCREEN_PLAIN,
			    top->changes[(count - 1 - i) % TOP_CHANGES_MAX]);
}

void top_draw(struct top *top, int64_t now_ms)
{
	const int room = screen_height() - 5;
	const int groups = (int)field_count(top->status, "groups");
	const int half = room > 4 ? room / 2 : 2;
	int y;

	screen_clear();
	draw_title(top, now_ms);
	y = draw_groups(top, 2, groups < half ? groups : half);
	y = draw_rates(top, y, (screen_height() - y - 2) / 2);
	draw_changes(top, y);
	screen_show();
}
