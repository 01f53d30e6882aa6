/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Plays frames to a native host and has each judged.  Frames lie against a
 * page that cannot be read, before or behind them in turns.
 */
#pragma once

#include "oracle.h"

struct play {
	struct native *host;
	struct stage stage;
	struct past past;
	struct made made;
	uint8_t *page; /* the readable ones, between two that are not */
	uint64_t frames, counted;
	uint64_t verdicts[CARP_V_COUNT + 1];
	const char *fault; /* the first; then nothing more is played */
};

void play_open(struct play *play);
void play_close(struct play *play);
/* Another host, from these choices. */
void play_stage(struct play *play, struct choices *c);
/* One frame, in or out, some time after the last; the fault or NULL. */
const char *play_frame(struct play *play, struct choices *c);
/* All frames of this stage are in the counters, no more; or the fault. */
const char *play_sum(struct play *play);
/* The fault and its frame, as hex. */
void play_tell(const struct play *play);
