/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Rise, fall and demotion of what is tracked.
 */
#include "track.h"

#include <stdio.h>
#include <string.h>

#define NS_PER_MS 1000000ULL

void track_init(struct track *track, const struct track_rules *rules)
{
	*track = (struct track){ .rules = *rules };
}

/* No run begins before the last one is over, or sooner than that after it has
 * begun: so of three, the last ends as much later than the first.  Whoever
 * runs checks may run wild, and is not heard that often. */
static bool too_soon(const struct track *track, struct instant now)
{
	return track->other.ns && instant_since(track->other, now).ns <
					  TRACK_TIME_MIN_MS * NS_PER_MS;
}

static bool moves(struct track *track, bool up)
{
	const enum track_state wanted = up ? TRACK_UP : TRACK_DOWN;

	if (track->state == wanted) {
		track->streak = 0;
		return false;
	}
	track->streak++;
	/* Nothing is known that would have to be outweighed. */
	if (track->state != TRACK_UNKNOWN &&
	    track->streak < (up ? track->rules.rise : track->rules.fall))
		return false;
	track->state = wanted;
	track->streak = 0;
	return true;
}

bool track_result(struct track *track, bool up, int value, const char *text,
		  struct instant now)
{
	const int before = track->value;
	bool changed;

	if (too_soon(track, now))
		return false;
	track->other = track->last;
	track->last = now;
	track->last_up = up;
	track->runs[up]++;
	snprintf(track->text, sizeof(track->text), "%s", text);
	if (up)
		track->value = value;
	changed = moves(track, up);
	if (changed) {
		track->since = now;
		track->changes++;
	}
	return changed || (track->rules.valued && track->state == TRACK_UP &&
			   track->value != before);
}

int track_demotion(const struct track *track, bool *weighed)
{
	const bool down =
		track->state == TRACK_DOWN ||
		(track->state == TRACK_UNKNOWN && track->rules.guilty);

	*weighed = down && track->rules.demotion == TRACK_WEIGHED;
	if (down)
		return track->rules.demotion;
	return track->state == TRACK_UP && track->rules.valued ? track->value
							       : 0;
}

bool track_stale(const struct track *track, uint32_t timeout_ms,
		 struct instant now)
{
	const uint64_t patience =
		(2ULL * track->rules.interval_ms + timeout_ms) * NS_PER_MS;

	return track->last.ns && instant_since(track->last, now).ns > patience;
}

const char *track_state_name(enum track_state state)
{
	static const char *const names[] = {
		[TRACK_UNKNOWN] = "unknown",
		[TRACK_UP] = "up",
		[TRACK_DOWN] = "down",
	};

	return names[state];
}
