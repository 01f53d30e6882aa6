/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A lane for each group that has something to run: jobs in their order, the
 * first of which may be at work.  Nothing here waits.
 */
#include "user/daemon/hooks.h"
#include "user/daemon/hooks_parts.h"
#include "user/daemon/status.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum hooks_numbers {
	JOBS_MAX = 4, /* of one hook and group that wait */
	LATE_S = 5,   /* beyond the timeout: its end has not been told */
	LOOK_S = 1,   /* after those, and after a runner */
};

/* --- jobs ----------------------------------------------------------------- */

static void job_free(struct job *job)
{
	free(job->event);
	free(job);
}

static struct lane *lane_of(struct hooks *h, const char *interface,
			    unsigned int vhid)
{
	struct lane **at = &h->lanes;

	for (; *at; at = &(*at)->next)
		if ((*at)->vhid == vhid && !strcmp((*at)->interface, interface))
			return *at;
	*at = calloc(1, sizeof(**at));
	if (*at) {
		snprintf((*at)->interface, sizeof((*at)->interface), "%s",
			 interface);
		(*at)->vhid = vhid;
	}
	return *at;
}

/* The oldest that waits makes room, so that the newest is never lost. */
static void make_room(struct lane *lane, const char *hook)
{
	struct job **at = &lane->jobs, **oldest = NULL;
	unsigned int waiting = 0;

	if (lane->running)
		at = &(*at)->next;
	for (; *at; at = &(*at)->next) {
		if (strcmp((*at)->hook, hook) != 0)
			continue;
		oldest = oldest ? oldest : at;
		waiting++;
	}
	if (waiting >= JOBS_MAX) {
		struct job *gone = *oldest;

		*oldest = gone->next;
		job_free(gone);
	}
}

void hooks_enqueue(struct hooks *h, const char *interface, unsigned int vhid,
		   const char *hook, const char *to, const char *event)
{
	struct lane *lane = lane_of(h, interface, vhid);
	struct job *job = lane ? calloc(1, sizeof(*job)) : NULL, **at;

	if (!job || !(job->event = strdup(event))) {
		free(job);
		return;
	}
	snprintf(job->hook, sizeof(job->hook), "%s", hook);
	snprintf(job->to, sizeof(job->to), "%s", to);
	make_room(lane, hook);
	for (at = &lane->jobs; *at; at = &(*at)->next)
		;
	*at = job;
}

/* --- results -------------------------------------------------------------- */

static const struct config_hook *same_name(const struct config_hook *list,
					   size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].name, name))
			return &list[i];
	return NULL;
}

static const struct config_hook *find(const struct hooks *h, const char *name)
{
	return same_name(h->list, h->count, name);
}

/* Ten lines a minute of each; what was left out is told by the next. */
static bool draw(struct hooks *h, const struct config_hook *hook,
		 unsigned int *more)
{
	struct news_quota *quota = &h->quotas[hook - h->list];
	const struct instant now = loop_now();

	*more = 0;
	if (instant_since(h->minute, now).ns >= span_ms(60000).ns) {
		for (size_t i = 0; i < h->count; i++)
			h->quotas[i].told = 0;
		h->minute = now;
	}
	if (quota->told == NEWS_LINES) {
		quota->more++;
		return false;
	}
	quota->told++;
	*more = quota->more;
	quota->more = 0;
	return true;
}

void hooks_tell(struct hooks *h, const struct lane *lane, const struct job *job,
		bool well, const char *said)
{
	const struct config_hook *hook = find(h, job->hook);
	char text[512], left_out[64] = "";
	struct news news = { .kind = NEWS_HOOK,
			     .at = loop_now(),
			     .interface = lane->interface,
			     .vhid = lane->vhid,
			     .hook = job->hook,
			     .to = job->to,
			     .reason = said,
			     .well = well,
			     .text = text };
	unsigned int more = 0;
	bool line = hook && draw(h, hook, &more);

	if (more)
		snprintf(left_out, sizeof(left_out),
			 " (and %u runs that are not told)", more);
	snprintf(text, sizeof(text), "%s vhid %u: hook %s for %s: %s%s%s%s",
		 lane->interface, lane->vhid, job->hook, job->to,
		 well ? "done" : "failed", *said ? ": " : "", said, left_out);
	news_tell(h->controller, &news, line);
}

/* The first job of a lane is over; the lane goes behind all others. */
static void finish(struct hooks *h, struct lane *lane, bool well,
		   const char *said)
{
	struct job *job = lane->jobs;
	struct lane **at = &h->lanes;

	lane->running = 0;
	h->running--;
	lane->jobs = job->next;
	hooks_tell(h, lane, job, well, said);
	job_free(job);
	while (*at != lane)
		at = &(*at)->next;
	*at = lane->next;
	lane->next = NULL;
	while (*at)
		at = &(*at)->next;
	*at = lane;
}

void hooks_result(struct hooks *h, const struct runner_result *result)
{
	struct lane *lane = h ? h->lanes : NULL;

	while (lane && lane->running != result->id)
		lane = lane->next;
	if (!lane)
		return;
	finish(h, lane, result->up, result->text);
	hooks_work(h);
}

/* --- at work -------------------------------------------------------------- */

/* True: its first job is being run.  False: not now. */
static bool start(struct hooks *h, struct lane *lane,
		  const struct config_hook *hook)
{
	struct runner *runner =
		controller_runner(h->controller, RUNNER_FOR_HOOKS, true);
	const char *event = lane->jobs->event;

	if (runner_trouble(runner))
		return false;
	lane->running = runner_hook(runner, &hook->job, event, strlen(event));
	if (!lane->running)
		return false;
	h->starts = runner_starts(runner);
	h->running++;
	lane->until = instant_add(
		loop_now(), span_ms(hook->job.timeout_ms + LATE_S * 1000));
	return true;
}

/* Jobs of hooks that are no more have nothing to wait for. */
static const struct config_hook *first_hook(struct hooks *h, struct lane *lane)
{
	const struct config_hook *hook = NULL;

	while (lane->jobs && !(hook = find(h, lane->jobs->hook))) {
		struct job *job = lane->jobs;

		lane->jobs = job->next;
		job_free(job);
	}
	return hook;
}

/* The runner has ended under it: once more, but only once. */
static void lost(struct hooks *h, struct lane *lane, const char *why)
{
	if (!lane->jobs->again) {
		lane->jobs->again = true;
		lane->running = 0;
		h->running--;
	} else {
		finish(h, lane, false, why);
	}
}

static struct lane *overdue(struct hooks *h, bool ended)
{
	struct lane *lane = h->lanes;

	while (lane && !(lane->running &&
			 (ended || instant_due(lane->until, loop_now()))))
		lane = lane->next;
	return lane;
}

static void on_alarm(void *context)
{
	struct hooks *h = context;
	const struct runner *runner =
		controller_runner(h->controller, RUNNER_FOR_HOOKS, true);
	const bool ended =
		runner_trouble(runner) || runner_starts(runner) != h->starts;
	struct lane *lane;

	alarm_clear(&h->alarm);
	while ((lane = overdue(h, ended)))
		lost(h, lane, "its runner has ended");
	hooks_work(h);
}

void hooks_work(struct hooks *h)
{
	struct lane **at = &h->lanes;
	bool willing = true;

	while (*at) {
		struct lane *lane = *at;
		const struct config_hook *hook;

		if (lane->running) {
			at = &lane->next;
			continue;
		}
		hook = first_hook(h, lane);
		if (!hook) {
			*at = lane->next;
			free(lane);
			continue;
		}
		if (willing)
			willing = h->running < RUNNER_HOOKS_MAX &&
				  start(h, lane, hook);
		at = &lane->next;
	}
	if (h->lanes && !h->alarm.source)
		alarm_set(&h->alarm, h->loop, LOOK_S, on_alarm, h);
}

/* --- what happens --------------------------------------------------------- */

static bool is_for(const struct config_hook *hook, const struct news *news)
{
	bool named = !hook->groups_count;

	for (size_t i = 0; i < hook->groups_count && !named; i++)
		named = news->group && !strcmp(hook->groups[i], news->group);
	for (int state = 0; named && state <= ELECTION_MASTER; state++)
		if (hook->on & 1U << state &&
		    !strcmp(news->to,
			    election_state_name((enum election_state)state)))
			return true;
	return false;
}

void hooks_told(struct hooks *h, const struct news *news)
{
	struct json_object *object;
	const char *event;

	if (!h || news->kind != NEWS_STATE || !h->count)
		return;
	object = status_news(news);
	event = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	for (size_t i = 0; i < h->count && event; i++)
		if (is_for(&h->list[i], news))
			hooks_enqueue(h, news->interface, news->vhid,
				      h->list[i].name, news->to, event);
	json_object_put(object);
	hooks_work(h);
}

/* --- the configuration ---------------------------------------------------- */

static void report_step(const struct config_report *report,
			enum config_action action, const char *name)
{
	const struct config_step step = { .action = action, .name = name };

	report->step(report->context, &step);
}

void hooks_settle(struct hooks *h, const struct config *wanted, bool dry,
		  const struct config_report *report)
{
	const struct config_hook *list = wanted->hooks;
	const size_t count = wanted->hooks_count;

	for (size_t i = 0; i < count; i++) {
		const struct config_hook *is = find(h, list[i].name);

		report_step(report,
			    !is ? CONFIG_HOOK_ADD
			    : config_hook_same(is, &list[i])
				    ? CONFIG_KEEP
				    : CONFIG_HOOK_CHANGE,
			    list[i].name);
	}
	for (size_t i = 0; i < h->count; i++)
		if (!same_name(list, count, h->list[i].name))
			report_step(report, CONFIG_HOOK_REMOVE,
				    h->list[i].name);
	if (dry)
		return;
	memset(h->quotas, 0, sizeof(h->quotas));
	h->count = count;
	if (count)
		memcpy(h->list, list, count * sizeof(*list));
	controller_runner(h->controller, RUNNER_FOR_HOOKS, count);
}

bool hooks_fill(const struct hooks *h, struct config *config)
{
	for (size_t i = 0; i < h->count; i++) {
		struct config_hook *hook = config_hook_add(config);

		if (!hook)
			return false;
		*hook = h->list[i];
	}
	return true;
}

/* --- beginning and end ---------------------------------------------------- */

struct hooks *hooks_new(struct loop *loop, struct controller *c)
{
	struct hooks *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->loop = loop;
	h->controller = c;
	h->alarm = ALARM_NONE;
	return h;
}

void hooks_free(struct hooks *h)
{
	if (!h)
		return;
	alarm_clear(&h->alarm);
	while (h->lanes) {
		struct lane *lane = h->lanes;

		h->lanes = lane->next;
		while (lane->jobs) {
			struct job *job = lane->jobs;

			lane->jobs = job->next;
			job_free(job);
		}
		free(lane);
	}
	free(h);
}
