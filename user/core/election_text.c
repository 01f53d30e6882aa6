/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * States and reasons in words.  Decides nothing.
 */
#include "election.h"

const char *election_state_name(enum election_state state)
{
	switch (state) {
	case ELECTION_BACKUP:
		return "backup";
	case ELECTION_MASTER:
		return "master";
	case ELECTION_INIT:
	default:
		return "init";
	}
}

static const char *const reason_texts[REASON_COUNT] = {
	[REASON_NONE] = "not started",
	[REASON_STARTED] = "started",
	[REASON_STOPPED] = "stopped",
	[REASON_NO_VIPS] = "no virtual IPs: observing",
	[REASON_OBSERVES] = "observing",
	[REASON_LINK_DOWN] = "link down",
	[REASON_LINK_UP] = "link up",
	[REASON_TIMED_OUT] = "master timed out",
	[REASON_PREEMPT] = "preempting a slower master",
	[REASON_WILL_TIME_OUT] = "master will time out",
	[REASON_PEER_DEMOTED] = "master is more demoted",
	[REASON_FASTER_PEER] = "more frequent advertisement received",
	[REASON_LESS_DEMOTED_PEER] = "less demoted peer advertises",
	[REASON_LEASE_LAPSED] = "own lease had run out",
	[REASON_OPERATOR] = "requested by operator",
};

const char *election_reason_text(enum election_reason reason)
{
	if ((unsigned int)reason >= REASON_COUNT)
		return "unknown";
	return reason_texts[reason];
}
