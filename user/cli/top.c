/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * carp-xdp top: asks, listens to keys and changes, and has it drawn.  Waits for
 * nothing but all of them at once.
 */
#include "user/cli/top.h"
#include "user/cli/field.h"
#include "user/cli/screen.h"
#include "user/cli/verbs.h"
#include "user/daemon/verdicts.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum top_numbers {
	INTERVAL_DEFAULT = 1, /* seconds */
	INTERVAL_MAX = 3600,
	ANSWER_PATIENCE_MS = 20000,
	RETRY_MS = 200,
	TERMINAL_ERROR_SIZE = 320,
};

struct view {
	struct top top;
	struct top_link status, monitor;
	int64_t interval_ms;
	int64_t next_ms;  /* status is asked for */
	int64_t asked_ms; /* and was */
	int64_t retry_ms; /* the monitor connects again */
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- what comes ----------------------------------------------------------- */

static void totals_add(struct json_object *answer, const char *list,
		       int64_t totals[CARP_V_COUNT])
{
	for (size_t i = 0; i < field_count(answer, list); i++) {
		struct json_object *counters =
			field(field_element(answer, list, i), "counters",
			      json_type_object);

		for (unsigned int v = 0; v < CARP_V_COUNT; v++)
			totals[v] += field_number(counters, verdict_names[v]);
	}
}

static enum top_sort sorted_by;

static int rate_compare(const void *left, const void *right)
{
	const struct top_rate *a = left, *b = right;

	if (sorted_by == TOP_BY_RATE && a->per_second != b->per_second)
		return a->per_second < b->per_second ? 1 : -1;
	if (sorted_by != TOP_BY_NAME && a->total != b->total)
		return a->total < b->total ? 1 : -1;
	return strcmp(verdict_names[a->verdict], verdict_names[b->verdict]);
}

static void rates_sort(struct top *top)
{
	sorted_by = top->sort;
	qsort(top->rates, CARP_V_COUNT, sizeof(top->rates[0]), rate_compare);
}

static void status_take(struct top *top, struct json_object *answer,
			int64_t now)
{
	int64_t totals[CARP_V_COUNT] = { 0 };
	const double seconds = (double)(now - top->status_ms) / 1000;

	totals_add(answer, "groups", totals);
	totals_add(answer, "interfaces", totals);
	for (unsigned int v = 0; v < CARP_V_COUNT; v++) {
		int64_t more = totals[v] - top->totals[v];

		/* Another controller, or a group less, has other counters. */
		if (!top->status_ms || more < 0 || seconds <= 0)
			more = 0;
		top->rates[v] =
			(struct top_rate){ v, totals[v],
					   more ? (double)more / seconds : 0 };
		top->totals[v] = totals[v];
	}
	rates_sort(top);
	json_object_put(top->status);
	top->status = answer;
	top->status_ms = now;
}

static void change_take(struct top *top, struct json_object *change)
{
	char *text = top->changes[top->changes_count % TOP_CHANGES_MAX];
	const char *event = field_text(change, "event");
	char from[16], to[16];

	if (!strcmp(event, "state"))
		snprintf(text, TOP_CHANGE_TEXT,
			 "%.32s  %.15s vhid %lld  %s -> %s  %.60s",
			 field_text(change, "time"),
			 field_text(change, "interface"),
			 field_number(change, "vhid"),
			 field_upper(change, "from", from, sizeof(from)),
			 field_upper(change, "to", to, sizeof(to)),
			 field_text(change, "reason"));
	else if (!strcmp(event, "warning"))
		snprintf(text, TOP_CHANGE_TEXT,
			 "%.32s  %.15s vhid %lld  WARNING %.80s",
			 field_text(change, "time"),
			 field_text(change, "interface"),
			 field_number(change, "vhid"),
			 field_text(change, "text"));
	else
		return;
	top->changes_count++;
}

/* --- asking --------------------------------------------------------------- */

static const char status_request[] = "{\"version\":1,\"verb\":\"status\"}\n";
static const char monitor_request[] = "{\"version\":1,\"verb\":\"monitor\"}\n";

static void ask(struct view *v, int64_t now)
{
	if (v->monitor.fd < 0 && now >= v->retry_ms) {
		top_link_ask(&v->monitor, v->top.path, monitor_request);
		v->retry_ms = now + RETRY_MS;
		if (v->monitor.fd >= 0)
			v->next_ms = now;
	}
	if (v->status.fd >= 0 && now - v->asked_ms > ANSWER_PATIENCE_MS)
		top_link_close(&v->status);
	if (v->status.fd >= 0 || now < v->next_ms || v->top.paused)
		return;
	top_link_ask(&v->status, v->top.path, status_request);
	v->asked_ms = now;
	v->next_ms = now + v->interval_ms;
}

static void listen_to(struct view *v, int64_t now)
{
	struct json_object *object;

	while ((object = top_link_read(&v->monitor))) {
		change_take(&v->top, object);
		v->next_ms = now;
		json_object_put(object);
	}
	object = top_link_read(&v->status);
	if (object) {
		top_link_close(&v->status);
		status_take(&v->top, object, now);
	}
	v->top.connected = v->monitor.fd >= 0;
}

/* --- keys ----------------------------------------------------------------- */

/* False: the user has had enough. */
static bool key_take(struct top *top, int key)
{
	switch (key) {
	case 'q':
		return false;
	case 'p':
		top->paused = !top->paused;
		break;
	case 's':
		top->sort = (top->sort + 1) % TOP_SORTS;
		rates_sort(top);
		break;
	case SCREEN_UP:
		top->scroll--;
		break;
	case SCREEN_DOWN:
		top->scroll++;
		break;
	case SCREEN_PAGE_UP:
		top->scroll -= screen_height() / 2;
		break;
	case SCREEN_PAGE_DOWN:
		top->scroll += screen_height() / 2;
		break;
	default:
		break;
	}
	return true;
}

static bool keys_take(struct top *top)
{
	int key;

	while ((key = screen_key()) != SCREEN_NO_KEY) {
		if (!key_take(top, key))
			return false;
	}
	return true;
}

/* --- the view ------------------------------------------------------------- */

static int wait_ms(const struct view *v, int64_t now)
{
	int64_t until = v->monitor.fd < 0 ? v->retry_ms : now + 1000;

	if (!v->top.paused && v->status.fd < 0 && v->next_ms < until)
		until = v->next_ms;
	return until <= now ? 0 : (int)(until - now);
}

static void look(struct view *v)
{
	bool more = true;

	while (more && !ended) {
		struct pollfd fds[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = v->monitor.fd, .events = POLLIN },
			{ .fd = v->status.fd, .events = POLLIN }
		};

		ask(v, now_ms());
		fds[1].fd = v->monitor.fd;
		fds[2].fd = v->status.fd;
		poll(fds, 3, wait_ms(v, now_ms()));
		listen_to(v, now_ms());
		more = keys_take(&v->top) && !(fds[0].revents & POLLHUP);
		top_draw(&v->top, now_ms());
	}
}

static int interval_get(const struct cli *cli, int64_t *out_ms)
{
	struct json_object *member =
		field(cli->request, "interval", json_type_int);
	const int64_t value =
		member ? json_object_get_int64(member) : INTERVAL_DEFAULT;

	*out_ms = value * 1000;
	if (value >= 1 && value <= INTERVAL_MAX)
		return 0;
	return cli_fail(EXIT_CODE_INVALID,
			"interval %lld: allowed are 1 to %d seconds",
			(long long)value, INTERVAL_MAX);
}

static int terminal_open(struct cli *cli)
{
	const char *term = getenv("TERM");
	char error[TERMINAL_ERROR_SIZE];
	int err = screen_open(error, sizeof(error));

	if (err == -ENOTTY)
		return cli_misused(cli, "terminal %s is not known here",
				   term ? term : "\"\"");
	return err ? cli_fail(EXIT_CODE_FAILED, "%s", error) : 0;
}

int verbs_top(struct cli *cli)
{
	const struct sigaction action = { .sa_handler = end };
	int64_t interval_ms;
	int code = interval_get(cli, &interval_ms);
	struct view *v;

	if (code)
		return code;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return cli_misused(cli, "needs a terminal; for programs there "
					"are status -j and monitor -j");
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	code = terminal_open(cli);
	if (code)
		return code;
	v = calloc(1, sizeof(*v));
	if (!v) {
		screen_close();
		return cli_fail(EXIT_CODE_FAILED, "out of memory");
	}
	v->top.path = cli->socket_path;
	v->status.fd = v->monitor.fd = -1;
	v->interval_ms = interval_ms;
	look(v);
	screen_close();
	top_link_close(&v->status);
	top_link_close(&v->monitor);
	json_object_put(v->top.status);
	free(v);
	return 0;
}
