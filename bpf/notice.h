/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Tells the controller of oddities that are counted anyway, so that it can
 * warn and set neighbours right.  The first of a kind at once, then so seldom
 * that no flood can crowd out advertisements or keep the controller awake.
 */
#pragma once

#include "event.h"
#include "lease.h"
#include "parse.h"

/* The barrier keeps the stamps of different kinds from becoming one variable
 * offset, which the verifier refuses. */
static __always_inline bool notice_due(__u64 *last, __u64 now, __u64 gap)
{
	CARP_BARRIER(last);
	if (now - *last < gap)
		return false;
	*last = now;
	return true;
}

/* Reading the clock costs more than most refusals.  Of a flood, only the first
 * frame of each jiffy does it: far more often than anything is told. */
static __always_inline bool notice_looks(__u32 *jiffy)
{
	__u32 now = (__u32)bpf_jiffies64();

	CARP_BARRIER(jiffy);
	if (*jiffy == now)
		return false;
	*jiffy = now;
	return true;
}

/* For the three kinds that are about an advertisement. */
static __always_inline void notice_advert(struct carp_event *event,
					  enum carp_event_kind kind,
					  __u64 *last, __u32 *jiffy)
{
	if (!notice_looks(jiffy))
		return;
	event->time_ns = lease_now();
	if (!notice_due(last, event->time_ns, CARP_NOTICE_GAP_NS))
		return;
	event->kind = kind;
	event_report(event);
}

/* VRRP with the number of a vhid of ours is counted for that vhid. */
static __always_inline enum carp_verdict notice_vrrp(struct frame *frame,
						     struct carp_vhid *group,
						     struct carp_event *event,
						     __u8 vhid)
{
	if (!group || group->role == CARP_ROLE_NONE)
		return CARP_V_vrrp;
	frame->vhid = vhid;
	event->vhid = vhid;
	mac_copy(event->source_mac, frame->ethernet->source);
	notice_advert(event, CARP_EVENT_VRRP, &group->last_vrrp_ns,
		      &group->vrrp_jiffy);
	return CARP_V_vrrp;
}

/* `mac` says that it has the virtual IP at `vip`. */
static __always_inline void notice_claim(__u32 vhid, __u8 family,
					 const void *mac, const void *vip)
{
	struct carp_vhid *group = map_group(vhid);
	struct scratch *scratch = scratch_open();
	struct carp_event *event;
	__u64 now;

	if (!scratch || !group || !notice_looks(&group->claim_jiffy))
		return;
	now = lease_now();
	if (!notice_due(&group->last_claim_ns, now, CARP_CLAIM_GAP_NS))
		return;
	event = event_new(scratch, CARP_EVENT_CLAIM);
	event->vhid = (__u8)vhid;
	event->family = family;
	event->time_ns = now;
	mac_copy(event->source_mac, mac);
	if (family == 4)
		word_copy(event->target, vip, 4);
	else
		word_copy(event->target, vip, 16);
	event_report(event);
}
