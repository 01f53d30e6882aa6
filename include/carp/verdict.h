/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The list of every way a frame can end, coming in or (out_*) going out; frames
 * that go out as they are stay uncounted.  One row: name, XDP action, help; new
 * ones come last.  From it come the enum, the action, the named per-CPU
 * counter, the metric with its help, the column of the status, and the test
 * that demands that each verdict was produced.
 */
#pragma once

#include "types.h"

#define CARP_VERDICTS(V) \
	V(passed, PASS, "not CARP's business, passed untouched") \
	V(short_frame, PASS, "link or VLAN header cut short") \
	V(other_vlan, PASS, "tagged for another VLAN than this interface's") \
	V(vrrp, PASS, "VRRP, which shares protocol 112, passed untouched") \
	V(advert_other, PASS, "advertisement for a vhid not configured here") \
	V(advert_valid, PASS, "verified advertisement, multicast") \
	V(advert_unicast, DROP, "verified advertisement, unicast, consumed") \
	V(advert_unreported, DROP, "verified and stamped, event ring full") \
	V(advert_observed, PASS, "well-formed advertisement, observe mode") \
	V(advert_echo, DROP, "our own advertisement, reflected") \
	V(advert_fragment, DROP, "fragmented advertisement") \
	V(advert_ip, DROP, "advertisement with a bad IP header") \
	V(advert_ttl, DROP, "TTL or hop limit is not 255") \
	V(advert_stranger, DROP, "sender is not one of the group's peers") \
	V(advert_length, DROP, "shorter than 36 bytes") \
	V(advert_version, DROP, "CARP version is not 2") \
	V(advert_type, DROP, "CARP type is not advertisement") \
	V(advert_checksum, DROP, "bad CARP checksum") \
	V(advert_seal, DROP, \
	  "not sealed, or the seal is broken: forged or edited") \
	V(advert_replayed, DROP, "sealed, but not newer than the last one") \
	V(advert_digest, DROP, "HMAC mismatch: passphrase or VIPs differ") \
	V(arp_answered, TX, "ARP request for an owned VIP, answered") \
	V(arp_not_owner, DROP, "ARP request for a VIP owned elsewhere") \
	V(arp_lease_dead, DROP, "ARP request, but our lease has run out") \
	V(arp_claim, PASS, "ARP claim of our VIP from a foreign MAC") \
	V(ndp_answered, TX, "neighbour solicitation for an owned VIP") \
	V(ndp_deferred, DROP, "solicitation left to the controller") \
	V(ndp_not_owner, DROP, "solicitation for a VIP owned elsewhere") \
	V(ndp_lease_dead, DROP, "solicitation, but our lease has run out") \
	V(ndp_malformed, DROP, "malformed solicitation for a VIP") \
	V(ndp_claim, PASS, "ND claim of our VIP from a foreign MAC") \
	V(vmac_admitted, PASS, "to the virtual MAC, rewritten to the NIC's") \
	V(vmac_not_owner, DROP, "to a virtual MAC owned elsewhere") \
	V(vmac_lease_dead, DROP, "to our virtual MAC, lease has run out") \
	V(share_accepted, PASS, \
	  "to a balanced VIP, of a node we are master of") \
	V(share_elsewhere, DROP, "to a balanced VIP, another host's share") \
	V(share_lease_dead, DROP, "of our node, but its lease has run out") \
	V(out_virtual, PASS, "sent: ARP or ND for a VIP, virtual MAC put in") \
	V(out_guarded, DROP, "not sent: virtual MAC or VIP without a lease") \
	V(advert_stale, DROP, \
	  "old sequence amid many, tag unchecked: replayed or forged")

#define CARP_VERDICT_ENUM(name, action, help) CARP_V_##name,
enum carp_verdict {
	CARP_VERDICTS(CARP_VERDICT_ENUM) CARP_V_COUNT
};
#undef CARP_VERDICT_ENUM

/* One counter per verdict; frames, per CPU. */
#define CARP_VERDICT_FIELD(name, action, help) __u64 name;
struct carp_counters {
	CARP_VERDICTS(CARP_VERDICT_FIELD)
};
#undef CARP_VERDICT_FIELD
CARP_ASSERT_SIZE(struct carp_counters, CARP_V_COUNT * 8);

/* Value of XDP_DROP, XDP_PASS, XDP_TX in the kernel's UAPI.  The rows out_*
 * end frames on their way out, where only drop and pass exist. */
enum carp_action {
	CARP_DROP = 1,
	CARP_PASS = 2,
	CARP_TX = 3
};

CARP_INLINE int carp_verdict_action(enum carp_verdict verdict)
{
#define CARP_VERDICT_CASE(name, action, help) \
	case CARP_V_##name: \
		return CARP_##action;
	switch (verdict) {
		CARP_VERDICTS(CARP_VERDICT_CASE)
	default:
		return CARP_PASS;
	}
#undef CARP_VERDICT_CASE
}
