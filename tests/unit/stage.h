/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * An election brought to a state by events alone, for tests that begin there.
 */
#pragma once

#include "user/core/election.h"

/* What every promotion, every loss of mastership asks for. */
enum stage_actions {
	GAIN = ACTION_ADD_VIP | ACTION_LEASE_SET | ACTION_ADVERTISE |
	       ACTION_ANNOUNCE,
	LOSS = ACTION_LEASE_DROP | ACTION_REMOVE_VIP,
};

struct stage {
	struct election e;
	struct election_output out; /* of the last step */
	struct instant now;
};

/* advbase 1, advskew 100, both families, no preempt. */
struct election_settings stage_settings(enum compat compat);
/* Configured but not started. */
void stage_open(struct stage *stage, const struct election_settings *settings);
/* Started with the link up, advanced by timers until in that state; an
 * advertisement has been sent if it is MASTER. */
void stage_reach(struct stage *stage, enum election_state state);
/* Steps with stage->now filled in. */
void stage_step(struct stage *stage, struct election_event event);
void stage_wait(struct stage *stage, struct span span);
/* Ticks when the deadline is there; sends what is to be sent. */
void stage_tick(struct stage *stage);
