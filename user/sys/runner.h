/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The runner: a process without privilege, of a user of its own, which runs
 * other people's programs for the controller, for that may run none.  Checks it
 * runs again and again, hooks once, each in a process of its own, without a
 * shell, with an end at its timeout for all it has started.
 *
 * What it says is believed as far as it goes: a check that is known has come
 * out so, with a text.  It may end or fall silent at any time, and is made
 * anew.
 */
#pragma once

#include "user/core/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct confine;
struct loop;
struct runner;

enum runner_limits {
	RUNNER_CHECKS_MAX = 64,
	RUNNER_HOOKS_MAX = 16,	  /* at work at the same time */
	RUNNER_WORDS_MAX = 32,	  /* of one command */
	RUNNER_WORDS_SIZE = 1024, /* all of them, with their ends */
	RUNNER_INPUT_MAX = 32768, /* of a hook */
	RUNNER_TEXT_SIZE = 128,	  /* with its end */
	RUNNER_TIME_MIN_MS = 100, /* TRACK_TIME_MIN_MS of track.h */
	RUNNER_TIME_MAX_MS = 3600000,
};

enum runner_kind {
	RUNNER_COMMAND = 1, /* words: an absolute path, and arguments */
	RUNNER_PROBE,	    /* words: what the caller's own function takes */
	RUNNER_KINDS,
};

/* Something to be run.  All bytes behind size are 0. */
struct runner_job {
	uint32_t kind;
	uint32_t interval_ms; /* from start to start; a hook has none */
	uint32_t timeout_ms;
	uint32_t words;
	uint32_t size;
	char text[RUNNER_WORDS_SIZE]; /* the words, each with its end */
};

/* How one run has come out. */
struct runner_result {
	uint32_t id;
	bool hook;
	bool up;       /* with status 0, in time */
	int32_t value; /* of a probe */
	uint32_t took_ms;
	char text[RUNNER_TEXT_SIZE]; /* one line, printable */
};

/* Looks at something without running a program: up or not, with a value and a
 * text. */
typedef bool runner_probe(const char *const *words, size_t count,
			  unsigned int timeout_ms, int *value,
			  char text[RUNNER_TEXT_SIZE]);

/* --- words (runner_check.c) ----------------------------------------------- */

/* One word more; false: there is no room. */
bool runner_add_word(struct runner_job *job, const char *word);
/* The next word behind that one; NULL: the first, and none behind the last. */
const char *runner_word(const struct runner_job *job, const char *before);
/* NULL: it can be run; or what is wrong. */
const char *runner_job_refuse(const struct runner_job *job);

/* --- the controller's side (runner_own.c) ----------------------------------
 */

struct runner_events {
	/* A run is over. */
	void (*result)(void *context, const struct runner_result *result);
	/* There is a runner (again), which knows no check; or none any more. */
	void (*reached)(void *context, bool there);
	/* A connection to a new runner, or -errno; may take a while. */
	int (*open)(void *context);
	void *context;
};

/* What one is forked from while there is privilege, and again whenever there is
 * to be a new one.  0 or -errno. */
struct nursery;
int nursery_start(runner_probe *probe, struct nursery **out);
/* A connection to a new runner, in place of the last; or -errno. */
int nursery_open(struct nursery *nursery);
/* It ends, and all that comes of it.  Takes NULL. */
void nursery_stop(struct nursery *nursery);

/* Has none yet.  0 or -errno. */
int runner_new(struct loop *loop, const struct runner_events *events,
	       struct runner **out);
/* Takes NULL.  It ends, and all that it runs. */
void runner_free(struct runner *runner);
/* Whether there is to be one; if so there is one soon, again and again. */
void runner_want(struct runner *runner, bool wanted);
/* When runner_tick() wants to be called. */
struct instant runner_deadline(const struct runner *runner);
/* Makes one, or gives up one that is silent. */
void runner_tick(struct runner *runner, struct instant now);
/* Where no loop runs: waits for a report and takes it.  False: it is time, or
 * other is readable (-1: is not looked at), or there is no runner. */
bool runner_wait(struct runner *runner, int other, struct instant until);
/* Why there is none; NULL: there is. */
const char *runner_trouble(const struct runner *runner);
/* Of all that have been: how often one was made. */
unsigned int runner_starts(const struct runner *runner);

/* Runs it from now on, the first time at once, and again under the same number
 * when that is told.  id: not 0.  0, or -errno: nothing has been told. */
int runner_check(struct runner *runner, uint32_t id,
		 const struct runner_job *job);
/* Not any more. */
void runner_forget(struct runner *runner, uint32_t id);
/* Once at once, for something has changed. */
void runner_nudge(struct runner *runner, uint32_t id);
/* Runs it once, with those bytes on its standard input; the result bears the
 * number that comes back.  0: it has not been told. */
uint32_t runner_hook(struct runner *runner, const struct runner_job *job,
		     const char *input, size_t size);

/* --- the runner's side ------------------------------------------------------
 */

/* The runner at the end of that connection, whoever it runs as: becomes
 * unprivileged for good, and ends with it. */
__attribute__((noreturn)) void runner_live(int connection, runner_probe *probe);
