/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The words of the talk; for handover_give.c and handover_take.c alone.
 */
#pragma once

#include "user/daemon/handover.h"

enum handover_kind {
	HANDOVER_ASK_NIC = 1,
	HANDOVER_ASK_STATE,
};

struct handover_question {
	uint32_t kind;
	uint32_t index;	   /* of the interface */
	uint64_t plumbing; /* what one is prepared for */
};

/* In front of an answer's values. */
enum handover_word {
	HANDOVER_NIC = 1,
	HANDOVER_LAST,	  /* no more interfaces */
	HANDOVER_STATE,	  /* it is all yours */
	HANDOVER_CHANGED, /* prepare anew */
	HANDOVER_BUSY,	  /* ask again in a moment */
};
