/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What is tracked: checks that the runner runs, and what they have come to in
 * the ledger.  The runner decides nothing: rise and fall are counted here, and
 * while there is none, all stays as it was.
 */
#include "user/controller.h"
#include "user/sys/log.h"
#include "user/sys/runner.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)TRACK_TIME_MIN_MS == (int)RUNNER_TIME_MIN_MS,
	      "no honest report may count as one too many");

enum track_times {
	AGAIN_MS = 100, /* to tell a runner that would not take more */
};

struct tracks {
	struct controller *controller;
	struct nursery *nursery; /* the caller's; NULL: the hand knows one */
	struct runner *runner;
	struct tracked list[RUNNER_CHECKS_MAX];
	size_t count;
	uint32_t numbered;
	unsigned int wanted_for; /* enum controller_runner_for */
	struct instant tell_at;
};

/* --- results -------------------------------------------------------------- */
void tracks_sum_up(struct controller *c)
{
	for (size_t i = 0; c->tracks && i < c->tracks->count; i++)
		news_track_sum(c, &c->tracks->list[i]);
}

/* What a file says is a demotion, if it can be one. */
static bool judge(const struct tracked *t, const struct runner_result *result,
		  char text[TRACK_TEXT_SIZE])
{
	snprintf(text, TRACK_TEXT_SIZE, "%s", result->text);
	if (!result->up || !t->track.rules.valued ||
	    (result->value >= 0 && result->value <= TRACK_DEMOTION_MAX))
		return result->up;
	snprintf(text, TRACK_TEXT_SIZE, "value %d: allowed are 0 to %d",
		 result->value, TRACK_DEMOTION_MAX);
	return false;
}

static void enter(struct controller *c, const struct tracked *t)
{
	if (!node_track(&c->node, &t->track, loop_now()))
		log_warnx("track %s: the demotion ledger is full: %d entries "
			  "at most",
			  t->track.rules.name, LEDGER_ENTRIES_MAX);
}

static void on_result(void *context, const struct runner_result *result)
{
	struct tracks *tracks = context;
	struct controller *c = tracks->controller;
	char text[TRACK_TEXT_SIZE];
	struct tracked *t = NULL;
	bool up;

	if (result->hook) {
		if (c->events.hooked)
			c->events.hooked(c->events.context, result);
		return;
	}
	for (size_t i = 0; i < tracks->count; i++)
		if (tracks->list[i].id == result->id)
			t = &tracks->list[i];
	/* Of a check that was changed since, or of none at all. */
	if (!t)
		return;
	up = judge(t, result, text);
	if (!track_result(&t->track, up, up ? result->value : 0, text,
			  loop_now()))
		return;
	news_track(c, t);
	enter(c, t);
	if (c->events.tracked)
		c->events.tracked(c->events.context, &t->track);
	controller_settle(c);
}

/* --- the runner ----------------------------------------------------------- */

/* For the background. */
struct opening {
	struct hand *hand;
	int fd; /* or -errno */
};

static void open_slowly(void *argument)
{
	struct opening *o = argument;

	o->fd = hand_runner(o->hand);
}

static int open_runner(void *context)
{
	struct tracks *tracks = context;
	struct opening o = { tracks->controller->hand, -ENOENT };

	if (tracks->nursery)
		return nursery_open(tracks->nursery);
	controller_background(tracks->controller, open_slowly, &o);
	return o.fd;
}

static void tell(struct tracks *tracks)
{
	tracks->tell_at = INSTANT_NEVER;
	for (size_t i = 0; i < tracks->count; i++) {
		struct tracked *t = &tracks->list[i];

		if (t->told)
			continue;
		t->told = runner_check(tracks->runner, t->id, &t->job) == 0;
		if (!t->told)
			tracks->tell_at =
				instant_add(loop_now(), span_ms(AGAIN_MS));
	}
}

static void on_reached(void *context, bool there)
{
	struct tracks *tracks = context;

	for (size_t i = 0; i < tracks->count; i++)
		tracks->list[i].told = false;
	tracks->tell_at = INSTANT_NEVER;
	if (there)
		tell(tracks);
	controller_settle(tracks->controller);
}

int tracks_open(struct controller *c, struct nursery *nursery, char *error,
		size_t size)
{
	struct tracks *tracks = calloc(1, sizeof(*tracks));
	const struct runner_events events = { .result = on_result,
					      .reached = on_reached,
					      .open = open_runner,
					      .context = tracks };

	if (!tracks || runner_new(c->loop, &events, &tracks->runner) != 0) {
		free(tracks);
		snprintf(error, size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	tracks->controller = c;
	tracks->nursery = nursery;
	tracks->tell_at = INSTANT_NEVER;
	c->tracks = tracks;
	return 0;
}

void tracks_close(struct controller *c)
{
	if (!c->tracks)
		return;
	runner_free(c->tracks->runner);
	free(c->tracks);
	c->tracks = NULL;
}

struct instant tracks_deadline(const struct controller *c)
{
	if (!c->tracks)
		return INSTANT_NEVER;
	return instant_min(runner_deadline(c->tracks->runner),
			   c->tracks->tell_at);
}

void tracks_tick(struct controller *c, struct instant now)
{
	/* Slow work may be what is being done. */
	if (!c->tracks || c->busy)
		return;
	runner_tick(c->tracks->runner, now);
	if (instant_due(c->tracks->tell_at, now))
		tell(c->tracks);
}

/* Its name is one of the words. */
static bool looks_at(const struct runner_job *job, const char *name)
{
	const char *word = NULL;

	if (job->kind != RUNNER_PROBE)
		return false;
	while ((word = runner_word(job, word)))
		if (!strcmp(word, name ? name : "interface"))
			return true;
	return false;
}

void tracks_look(struct controller *c, const char *name)
{
	struct tracks *tracks = c->tracks;

	for (size_t i = 0; tracks && i < tracks->count; i++)
		if (looks_at(&tracks->list[i].job, name))
			runner_nudge(tracks->runner, tracks->list[i].id);
}

struct runner *controller_runner(struct controller *c,
				 enum controller_runner_for what, bool wanted)
{
	struct tracks *tracks = c->tracks;

	if (wanted)
		tracks->wanted_for |= what;
	else
		tracks->wanted_for &= ~(unsigned int)what;
	runner_want(tracks->runner, tracks->wanted_for);
	controller_settle(c);
	return tracks->runner;
}

/* --- what is tracked ------------------------------------------------------ */

static struct tracked *find(const struct controller *c, const char *name)
{
	struct tracks *tracks = c->tracks;

	for (size_t i = 0; tracks && i < tracks->count; i++)
		if (!strcmp(tracks->list[i].track.rules.name, name))
			return &tracks->list[i];
	return NULL;
}

bool tracks_know(const struct controller *c, const char *name)
{
	return find(c, name);
}

const struct tracked *tracks_next(const struct controller *c,
				  const struct tracked *before)
{
	const struct tracks *tracks = c->tracks;
	const struct tracked *next = before ? before + 1 : tracks->list;

	return next < tracks->list + tracks->count ? next : NULL;
}

int tracks_demotion(const struct controller *c, const struct track *track)
{
	const struct ledger *ledger = &c->node.ledger;
	char by[LEDGER_BY_SIZE];

	snprintf(by, sizeof(by), "track %s", track->rules.name);
	for (unsigned int i = 0; i < ledger->count; i++)
		if (ledger->entries[i].automatic &&
		    !strcmp(ledger->entries[i].by, by))
			return ledger->entries[i].amount;
	return 0;
}

const char *tracks_trouble(const struct controller *c)
{
	return runner_trouble(c->tracks->runner);
}

static void want(struct controller *c)
{
	controller_runner(c, RUNNER_FOR_TRACKS, c->tracks->count);
}

static void set_job(struct tracks *tracks, struct tracked *t,
		    const struct runner_job *job)
{
	if (t->id && t->told)
		runner_forget(tracks->runner, t->id);
	t->job = *job;
	t->id = ++tracks->numbered;
	t->told = false;
	tracks->tell_at = loop_now();
}

static void add(struct controller *c, const struct config_track *wanted)
{
	struct tracks *tracks = c->tracks;
	struct tracked *t = &tracks->list[tracks->count++];

	*t = (struct tracked){ .id = 0 };
	track_init(&t->track, &wanted->rules);
	t->track.since = loop_now();
	set_job(tracks, t, &wanted->job);
	enter(c, t);
}

/* Another thing that is looked at: nothing is known of it. */
static bool looks_elsewhere(const struct runner_job *a,
			    const struct runner_job *b)
{
	return a->kind != b->kind || a->size != b->size ||
	       memcmp(a->text, b->text, a->size);
}

static void change(struct controller *c, struct tracked *t,
		   const struct config_track *wanted)
{
	/* The place of its entry may be another one. */
	node_track_end(&c->node, &t->track, loop_now());
	if (looks_elsewhere(&t->job, &wanted->job))
		track_init(&t->track, &wanted->rules);
	t->track.rules = wanted->rules;
	t->track.streak = 0;
	if (!config_track_same_job(&t->job, &wanted->job))
		set_job(c->tracks, t, &wanted->job);
	enter(c, t);
}

enum track_action tracks_settle(struct controller *c,
				const struct config_track *wanted, bool dry)
{
	struct tracked *t = find(c, wanted->rules.name);

	if (t)
		t->seen = true;
	if (t && config_track_same_rules(&t->track.rules, &wanted->rules) &&
	    config_track_same_job(&t->job, &wanted->job))
		return TRACK_KEEP;
	if (!dry && t)
		change(c, t, wanted);
	if (!dry && !t && c->tracks->count == RUNNER_CHECKS_MAX)
		return TRACK_NO_ROOM;
	if (!dry && !t) {
		add(c, wanted);
		find(c, wanted->rules.name)->seen = true;
	}
	if (!dry)
		want(c);
	return t ? TRACK_CHANGE : TRACK_ADD;
}

void tracks_unsee(struct controller *c)
{
	for (size_t i = 0; i < c->tracks->count; i++)
		c->tracks->list[i].seen = false;
}

void tracks_remove(struct controller *c, const char *name)
{
	struct tracks *tracks = c->tracks;
	struct tracked *t = find(c, name);

	node_track_end(&c->node, &t->track, loop_now());
	if (t->told)
		runner_forget(tracks->runner, t->id);
	memmove(t, t + 1,
		(size_t)(&tracks->list[--tracks->count] - t) * sizeof(*t));
	want(c);
}

/* --- on to another process ------------------------------------------------ */

void tracks_describe(const struct controller *c, struct pack *pack)
{
	const struct tracks *tracks = c->tracks;

	pack_put(pack, &tracks->count, sizeof(tracks->count));
	pack_put(pack, &tracks->numbered, sizeof(tracks->numbered));
	pack_put(pack, tracks->list, tracks->count * sizeof(*tracks->list));
}

/* Its runner has run none of them yet. */
int tracks_take(struct controller *c, struct pack *pack)
{
	struct tracks *tracks = c->tracks;

	pack_get(pack, &tracks->count, sizeof(tracks->count));
	pack_get(pack, &tracks->numbered, sizeof(tracks->numbered));
	if (tracks->count > RUNNER_CHECKS_MAX) {
		tracks->count = 0;
		return -EBADMSG;
	}
	pack_get(pack, tracks->list, tracks->count * sizeof(*tracks->list));
	for (size_t i = 0; i < tracks->count; i++)
		tracks->list[i].told = false;
	want(c);
	return 0;
}
