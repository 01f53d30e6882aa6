/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller's end of its hand; for hand_own.c and hand_ask.c alone.
 */
#pragma once

#include "user/sys/hand_parts.h"

struct hand {
	pid_t pid;
	bool linked; /* not our child */
	int quick, slow, lines;
	__u32 sequence;
	__u32 asked; /* the last question's */
	bool owes;   /* the answer to it */
	__u32 begun; /* hand_addresses_begin(); 0: never */
	bool told;   /* its answer has come, this */
	struct hand_quick_answer answer;
};
