/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What keepalived.conf defines to be tracked: scripts, processes, files.
 */
#include "user/import_track.h"
#include "user/probe/probe.h"

#include <stdlib.h>
#include <string.h>

enum numbers {
	INTERVAL_S = 1, /* keepalived's; a process and a link are looked at */
	INTERVAL_MAX_S = 3600,
	TIMEOUT_MAX_S = 60,
};

static const struct {
	const char *define, *also, *use, *probe;
} kinds[] = {
	[IMPORT_SCRIPT] = { "vrrp_script", "", "track_script", "" },
	[IMPORT_LINK] = { "", "", "track_interface", "interface" },
	[IMPORT_PROCESS] = { "vrrp_track_process", "track_process",
			     "track_process", "process" },
	[IMPORT_FILE] = { "vrrp_track_file", "track_file", "track_file",
			  "file" },
};

const char *import_define_word(enum import_kind kind)
{
	return kinds[kind].define;
}

const char *import_use_word(enum import_kind kind)
{
	return kinds[kind].use;
}

int import_defines(const char *block)
{
	for (int i = 0; *block && i < IMPORT_KINDS; i++)
		if (!strcmp(kinds[i].define, block) ||
		    !strcmp(kinds[i].also, block))
			return i;
	return -1;
}

int import_uses(const char *block)
{
	for (int i = 0; i < IMPORT_KINDS; i++)
		if (!strcmp(kinds[i].use, block))
			return i;
	return -1;
}

struct tracked *import_tracked_new(void)
{
	return calloc(1, sizeof(struct tracked));
}

void import_tracked_free(struct tracked *tracked)
{
	if (!tracked)
		return;
	free(tracked->definitions);
	free(tracked->uses);
	free(tracked);
}

void *import_grow(struct import *import, void **array, size_t *count,
		  size_t size)
{
	char *grown = reallocarray(*array, *count + 1, size);

	if (!grown) {
		import->failed = true;
		return NULL;
	}
	*array = grown;
	return memset(grown + (*count)++ * size, 0, size);
}

/* --- definitions ---------------------------------------------------------- */

void import_define(struct import *import, struct tracked *tracked,
		   enum import_kind kind, const char *name)
{
	void *array = tracked->definitions;
	struct definition *d = import_grow(
		import, &array, &tracked->definitions_count, sizeof(*d));

	tracked->definitions = array;
	if (!d)
		return;
	d->kind = kind;
	snprintf(d->name, sizeof(d->name), "%s", name);
	d->weight = kind == IMPORT_FILE;
	d->rise = d->fall = 1;
	if (kind != IMPORT_LINK)
		d->bad = "says not what is looked at";
}

const char *import_look_at(struct definition *d, enum import_kind kind,
			   const char *what)
{
	const char *const words[] = { kinds[kind].probe, what };
	char why[REQUEST_TEXT_MAX];
	struct carp_probe probe;

	memset(&d->job, 0, sizeof(d->job));
	d->job.kind = RUNNER_PROBE;
	if (strpbrk(what, " \t"))
		return "has a space in it";
	if (!carp_probe_parse(words, 2, &probe, why, sizeof(why)))
		return kind == IMPORT_FILE ? "not an absolute path"
					   : "not a name of 1 to 15 "
					     "characters";
	runner_add_word(&d->job, words[0]);
	runner_add_word(&d->job, words[1]);
	return NULL;
}

/* A command that only asks whether a process is there: its name; NULL: it does
 * more.  As a probe that needs no privilege. */
static const char *asks_for_process(const char *command)
{
	static const char *const programs[] = { "killall -0 ", "pidof ",
						"pgrep -x " };
	const char *program = command;

	for (const char *c = command; *c && *c != ' '; c++)
		if (*c == '/')
			program = c + 1;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (!strncmp(program, programs[i], strlen(programs[i])))
			return program + strlen(programs[i]);
	return NULL;
}

static void take_script(struct definition *d, const struct words *w)
{
	const char *process =
		w->count == 2 ? asks_for_process(w->word[1]) : NULL;

	if (process && !import_look_at(d, IMPORT_PROCESS, process)) {
		d->bad = NULL;
		return;
	}
	memset(&d->job, 0, sizeof(d->job));
	d->bad = import_words(w, 1, &d->job);
}

void import_weight(const struct words *w, size_t at, int *weight, bool *reverse)
{
	const long n = at < w->count ? strtol(w->word[at], NULL, 10) : 0;

	*weight = n < -IMPORT_WEIGHT_NONE  ? -IMPORT_WEIGHT_NONE
		  : n > IMPORT_WEIGHT_NONE ? IMPORT_WEIGHT_NONE
					   : (int)n;
	if (at + 1 < w->count)
		*reverse = !strcmp(w->word[at + 1], "reverse");
}

/* So many looks, at one a second, until it counts. */
static long looks(const char *seconds)
{
	const double s = strtod(seconds, NULL);

	return s > 0 && s < TRACK_COUNT_MAX ? 2 + (long)(s - 0.001) : 1;
}

static void take_script_option(struct import *import, struct definition *d,
			       const struct words *w)
{
	const char *name = w->word[0], *value = w->count > 1 ? w->word[1] : "";

	if (!strcmp(name, "script") && w->count > 1)
		take_script(d, w);
	else if (!strcmp(name, "interval"))
		d->interval = strtod(value, NULL);
	else if (!strcmp(name, "timeout"))
		d->timeout = strtod(value, NULL);
	else if (!strcmp(name, "rise"))
		d->rise = strtol(value, NULL, 10);
	else if (!strcmp(name, "fall"))
		d->fall = strtol(value, NULL, 10);
	else if (!strcmp(name, "init_fail"))
		d->rules.guilty = true;
	else if (strcmp(name, "user") != 0)
		import_note(import, "%s: not carried over", name);
}

static void take_process_option(struct import *import, struct definition *d,
				const struct words *w)
{
	const char *name = w->word[0], *value = w->count > 1 ? w->word[1] : "";
	const bool both = !strcmp(name, "delay");

	if (!strcmp(name, "process"))
		d->bad = w->count > 2
				 ? "has parameters"
				 : import_look_at(d, IMPORT_PROCESS, value);
	else if (both || !strcmp(name, "fork_delay"))
		d->rise = looks(value);
	else if (strcmp(name, "terminate_delay") != 0)
		import_note(import, "%s: not carried over", name);
	if (both || !strcmp(name, "terminate_delay"))
		d->fall = looks(value);
}

void import_define_option(struct import *import, struct tracked *tracked,
			  const struct words *w)
{
	const char *name = w->word[0];
	struct definition *d;

	if (!tracked->definitions_count)
		return; /* no memory */
	d = &tracked->definitions[tracked->definitions_count - 1];
	if (!strcmp(name, "weight"))
		import_weight(w, 1, &d->weight, &d->reverse);
	else if (d->kind == IMPORT_SCRIPT)
		take_script_option(import, d, w);
	else if (d->kind == IMPORT_PROCESS)
		take_process_option(import, d, w);
	else if (!strcmp(name, "file") && w->count > 1)
		d->bad = import_look_at(d, IMPORT_FILE, w->word[1]);
	else
		import_note(import, "%s: not carried over", name);
}

/* In milliseconds; what is out of range becomes the nearest that is not. */
static uint32_t take_time(struct import *import, const char *what, double s,
			  int most)
{
	const double least = RUNNER_TIME_MIN_MS / 1000.0;
	const double taken = !(s > least) ? least : s > most ? most : s;

	if (taken != s)
		import_note(import, "%s %g: becomes %g", what, s, taken);
	return (uint32_t)(taken * 1000 + 0.5);
}

static uint8_t take_count(struct import *import, const char *what, long n)
{
	const long taken = n < 1		 ? 1
			   : n > TRACK_COUNT_MAX ? TRACK_COUNT_MAX
						 : n;

	if (taken != n)
		import_note(import, "%s %ld: becomes %ld", what, n, taken);
	return (uint8_t)taken;
}

static void take_times(struct import *import, struct definition *d)
{
	const double interval = d->interval ? d->interval : INTERVAL_S;

	d->job.interval_ms =
		take_time(import, "interval", interval, INTERVAL_MAX_S);
	d->job.timeout_ms =
		take_time(import, "timeout", d->timeout ? d->timeout : interval,
			  TIMEOUT_MAX_S);
	d->rules.interval_ms = d->job.interval_ms;
	d->rules.rise = take_count(import, "rise", d->rise);
	d->rules.fall = take_count(import, "fall", d->fall);
	d->rules.valued = d->kind == IMPORT_FILE;
}

void import_define_end(struct import *import, const struct tracked *tracked)
{
	struct definition *d;

	if (!tracked->definitions_count)
		return;
	d = &tracked->definitions[tracked->definitions_count - 1];
	if (d->bad)
		import_note(import, "%s %s: not carried over: %s",
			    kinds[d->kind].define, d->name, d->bad);
	else
		take_times(import, d);
}
