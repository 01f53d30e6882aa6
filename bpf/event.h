/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Records for the controller.  Never blocks: a full ring loses the record and
 * the caller says so in its verdict.
 */
#pragma once

#include "maps.bpf.h"

static __always_inline bool event_report(struct carp_event *event)
{
	return !bpf_ringbuf_output(&carp_events, event, sizeof(*event), 0);
}
