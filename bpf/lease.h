/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The dead man's switch: may we speak for this slot now?  The only reader of
 * the clock in the data plane.  It never writes a lease: whoever could renew
 * one here could keep a dead controller's virtual IPs alive.
 */
#pragma once

#include "maps.bpf.h"

static __always_inline __u64 lease_now(void)
{
	return bpf_ktime_get_boot_ns();
}

static __always_inline __u64 lease_until(__u32 slot)
{
	struct carp_lease *lease = bpf_map_lookup_elem(&carp_leases, &slot);

	return lease ? *(volatile __u64 *)&lease->until_ns : 0;
}

/* The deadline is read once, before the clock, so that a lease taken away
 * while we look is never seen as longer than it was. */
static __always_inline bool lease_live(__u32 slot)
{
	struct carp_lease *lease = bpf_map_lookup_elem(&carp_leases, &slot);
	__u64 until;

	if (!lease)
		return false;
	until = *(volatile __u64 *)&lease->until_ns;
	return lease_now() < until;
}
