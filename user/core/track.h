/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Something outside that decides how well this host can serve: what runs of its
 * check have come to, and what demotion follows.  Knows results, not checks.
 */
#pragma once

#include "instant.h"
#include "settings.h"

enum track_numbers {
	TRACK_TEXT_SIZE = 128,
	TRACK_COUNT_MAX = 100,	  /* rise and fall */
	TRACK_TIME_MIN_MS = 100,  /* from run to run */
	TRACK_DEMOTION_MAX = 255, /* and most of a file's value */
	TRACK_WEIGHED = 0,	  /* demotion: as a lost link has it */
};

enum track_state {
	TRACK_UNKNOWN, /* no run is over yet */
	TRACK_UP,
	TRACK_DOWN,
};

struct track_rules {
	char name[SETTINGS_NAME_SIZE];
	bool all;	  /* counts for every group of the host */
	bool valued;	  /* up, it demotes by its value */
	bool guilty;	  /* unknown counts as down */
	uint8_t rise;	  /* runs in a row until it is up again: 1..100 */
	uint8_t fall;	  /* the same until it is down */
	uint8_t demotion; /* while down: 1..255, or TRACK_WEIGHED */
	uint8_t pad[2];
	uint32_t interval_ms; /* between runs */
};

struct track {
	struct track_rules rules;
	enum track_state state;
	unsigned int streak;	    /* runs that say otherwise */
	int value;		    /* the last of a run that was up */
	struct instant since;	    /* of the state; 0: none yet */
	struct instant last, other; /* the last run, and the one before */
	uint64_t runs[2];	    /* down, up */
	uint64_t changes;
	bool last_up;
	char text[TRACK_TEXT_SIZE]; /* of the last run */
};

/* Nothing is known of it yet. */
void track_init(struct track *track, const struct track_rules *rules);
/* A run is over: true if state or demotion are others now.  Not looked at if
 * there have been two within TRACK_TIME_MIN_MS. */
bool track_result(struct track *track, bool up, int value, const char *text,
		  struct instant now);
/* What it demotes by now; weighed: as much as a lost link does. */
int track_demotion(const struct track *track, bool *weighed);
/* It should have been heard of since. */
bool track_stale(const struct track *track, uint32_t timeout_ms,
		 struct instant now);
const char *track_state_name(enum track_state state);
