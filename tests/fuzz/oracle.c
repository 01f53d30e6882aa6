/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Counting, admission, what leaves.
 */
#include "oracle.h"

#include <string.h>

static bool same(const struct judged *j, uint32_t from)
{
	return !memcmp(j->before->bytes + from, j->after + from,
		       j->before->size - from);
}

/* Behind at most two tags; how far the data plane may look. */
static uint32_t find_network(const struct made *frame)
{
	uint32_t at = 12;

	while (at < 20 && at + 2 <= frame->size &&
	       ((frame->bytes[at] == 0x81 && frame->bytes[at + 1] == 0x00) ||
		(frame->bytes[at] == 0x88 && frame->bytes[at + 1] == 0xa8)))
		at += 4;
	return at + 2;
}

static bool any_node_leased(const struct judged *j)
{
	for (uint32_t i = 0; i < j->stage->nodes; i++)
		if (stage_leased(j->stage, j->stage->groups[i].vhid))
			return true;
	return false;
}

static const char *admitted(const struct judged *j)
{
	bool shared = j->out.verdict == CARP_V_vmac_admitted && j->group &&
		      j->group->vhid == j->stage->leader;

	if (!stage_leased(j->stage, j->out.index) &&
	    !(shared && any_node_leased(j)))
		return "admitted without a lease";
	if (memcmp(j->after, stage_nic, 6) || !same(j, 6))
		return "admitted, but not as the NIC's";
	return NULL;
}

static const char *touched(const struct judged *j)
{
	switch (j->out.verdict) {
	case CARP_V_arp_answered:
	case CARP_V_ndp_answered:
		return oracle_answer(j);
	case CARP_V_vmac_admitted:
	case CARP_V_share_accepted:
		return admitted(j);
	default:
		return same(j, 0) ? NULL : "touched for no reason";
	}
}

/* Where the frame is not ours to count for, that is 0. */
static const char *counted(struct judged *j)
{
	const struct native_outcome *out = &j->out;

	j->group = stage_find(j->stage, out->index);
	if (out->moved != 1)
		return "not counted once";
	if (out->action != carp_verdict_action((enum carp_verdict)out->verdict))
		return "not the verdict's action";
	if (out->index && !j->group)
		return "counted for a stranger";
	if (out->action == CARP_TX && !stage_leased(j->stage, out->index))
		return "sent without a lease";
	return NULL;
}

const char *oracle_received(struct judged *j)
{
	const char *fault = counted(j);

	j->network = find_network(j->before);
	if (!fault)
		fault = touched(j);
	return fault ? fault : oracle_state(j);
}

/* Is there an advertisement, and is it the bow-out? */
static bool sent_advert(const struct judged *j, bool *bow_out)
{
	const uint8_t *b = j->before->bytes;
	uint32_t carp = b[12] == 0x08 ? 34 : 54;

	if (j->before->size < carp + CARP_HEADER_SIZE ||
	    (b[12] == 0x08 && (b[13] != 0x00 || b[23] != CARP_PROTOCOL)) ||
	    (b[12] == 0x86 && (b[13] != 0xdd || b[20] != CARP_PROTOCOL)) ||
	    (b[12] != 0x08 && b[12] != 0x86))
		return false;
	*bow_out = b[carp + 5] == CARP_BOW_OUT && b[carp + 2] == CARP_BOW_OUT;
	return true;
}

/* Must the guard stop it? */
static bool guarded(const struct judged *j)
{
	static const uint8_t start[5] = { 0, 0, 0x5e, 0, 1 };
	const uint8_t *from = j->before->bytes + 6;
	const struct stage_group *group = stage_find(j->stage, from[5]);
	bool bow_out = false;

	if (memcmp(from, start, 5) || !group ||
	    group->entry.role < CARP_ROLE_INIT)
		return false;
	if (group->entry.balancing == CARP_BALANCING_IP ||
	    group->entry.balancing == CARP_BALANCING_IP_STEALTH)
		return true;
	if (stage_leased(j->stage, group->vhid))
		return false;
	return !sent_advert(j, &bow_out) ||
	       (group->entry.role != CARP_ROLE_MASTER && !bow_out);
}

/* The sum of an ICMPv6 message that ends with the frame. */
static bool sum6_good(const uint8_t *frame, uint32_t size)
{
	uint32_t length = (uint32_t)(frame[18] << 8 | frame[19]);
	uint32_t sum;

	if (size < 54 + length)
		return false;
	sum = (uint16_t)~frame_sum(length + CARP_IP_ICMPV6, frame + 22, 32);
	return !frame_sum(sum, frame + 54, length);
}

/* Put in: the source, and the sender of ARP or the first option of ND. */
static const char *named(const struct judged *j)
{
	const uint8_t *before = j->before->bytes, *after = j->after;
	uint32_t size = j->before->size;

	if (memcmp(before, after, 6))
		return "sent to somebody else";
	if (before[12] == 0x08) {
		if (memcmp(before + 12, after + 12, 10) ||
		    memcmp(before + 28, after + 28, size - 28))
			return "ARP changed elsewhere";
		return NULL;
	}
	if (memcmp(before + 12, after + 12, 44) ||
	    memcmp(before + 58, after + 58, 20) ||
	    (size > 86 && memcmp(before + 86, after + 86, size - 86)))
		return "ND changed elsewhere";
	if (sum6_good(before, size) && !sum6_good(after, size))
		return "ND with a bad sum";
	return NULL;
}

const char *oracle_sent(struct judged *j, bool tagged)
{
	const struct native_outcome *out = &j->out;
	bool shot = out->verdict == CARP_V_out_guarded;
	const struct native_change *changes;

	if (native_changes(j->host, &changes))
		return "changed a map on the way out";
	if (out->moved > 1 ||
	    (out->moved && !shot && out->verdict != CARP_V_out_virtual))
		return "not counted once";
	if ((out->action == NATIVE_SENT_SHOT) != shot)
		return "not the verdict's action";
	if (tagged || j->before->size < 14)
		return out->moved || !same(j, 0) ? "not ours" : NULL;
	if (guarded(j) && !shot)
		return "sent from a virtual MAC without a lease";
	if (out->verdict == CARP_V_out_virtual)
		return named(j);
	return same(j, 0) ? NULL : "touched on the way out";
}
