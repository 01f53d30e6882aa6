/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames to a virtual MAC of ours.  The stack knows only the NIC's own
 * address, so with a live lease the destination becomes that; without one the
 * frame dies here.  Never admits anything on the strength of the role.
 */
#pragma once

#include "lease.h"
#include "parse.h"

static __always_inline enum carp_verdict vmac_take(struct frame *frame)
{
	__u8 vhid = carp_vmac_vhid(frame->ethernet->destination);
	struct carp_vhid *group;

	if (!vhid)
		return CARP_V_passed;
	group = map_group(vhid);
	if (!group || group->role < CARP_ROLE_INIT)
		return CARP_V_passed;
	frame->vhid = vhid;
	if (!lease_live(vhid))
		return group->role == CARP_ROLE_MASTER ? CARP_V_vmac_lease_dead
						       : CARP_V_vmac_not_owner;
	mac_copy(frame->ethernet->destination, group->nic_mac);
	return CARP_V_vmac_admitted;
}
