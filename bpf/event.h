/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Records for the controller.  Never blocks: a full ring loses the record and
 * the caller says so in its verdict.
 */
#pragma once

#include "scratch.h"

/* An empty one, which the next call empties again. */
static __always_inline struct carp_event *event_new(struct scratch *scratch,
						    enum carp_event_kind kind)
{
	carp_memset(&scratch->event, 0, sizeof(scratch->event));
	scratch->event.kind = kind;
	return &scratch->event;
}

static __always_inline bool event_report(struct carp_event *event)
{
	return !bpf_ringbuf_output(&carp_events, event, sizeof(*event), 0);
}
