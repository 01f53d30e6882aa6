/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The one right answer to a question, built from the question.
 */
#include <string.h>

#include "oracle.h"

static bool hides(const struct stage_group *group)
{
	return group->entry.balancing == CARP_BALANCING_IP ||
	       group->entry.balancing == CARP_BALANCING_IP_STEALTH;
}

/* What the group's neighbours are told. */
static void name_of(const struct stage_group *group, uint8_t mac[6])
{
	const uint8_t virtual[6] = { 0, 0, 0x5e, 0, 1, group->vhid };

	memcpy(mac, virtual, 6);
	mac[0] = group->entry.balancing == CARP_BALANCING_IP;
}

static void source_of(const struct stage_group *group, uint8_t mac[6])
{
	name_of(group, mac);
	if (hides(group))
		memcpy(mac, stage_nic, 6);
}

static const char *answer_arp(const struct judged *j)
{
	static const uint8_t start[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };
	const uint8_t *asked = j->before->bytes + j->network;
	struct made want = *j->before;
	uint8_t *arp = want.bytes + j->network;

	if (j->before->size < j->network + 28 || memcmp(asked, start, 8))
		return "answered what is no ARP request";
	if (stage_owner4(j->stage, asked + 24) != j->group)
		return "answered for another's address";
	memcpy(want.bytes, asked + 8, 6);
	source_of(j->group, want.bytes + 6);
	arp[7] = 2;
	name_of(j->group, arp + 8);
	memcpy(arp + 14, asked + 24, 4);
	memcpy(arp + 18, asked + 8, 10);
	return memcmp(want.bytes, j->after, want.size) ? "a wrong ARP answer"
						       : NULL;
}

/* The same frame with the sum left out. */
static bool sum_good(const uint8_t *ip, uint32_t length)
{
	uint32_t sum;

	sum = (uint16_t)~frame_sum(length + CARP_IP_ICMPV6, ip + 8, 32);
	return !frame_sum(sum, ip + 40, length);
}

static bool is_question(const struct judged *j, const uint8_t *ip,
			uint32_t length)
{
	return ip[0] >> 4 == 6 && ip[6] == CARP_IP_ICMPV6 &&
	       ip[7] == CARP_TTL && length >= 24 && ip[40] == 135 && !ip[41] &&
	       j->before->size >= j->network + 40 + length &&
	       sum_good(ip, length);
}

static void write_message(const struct judged *j, struct made *want,
			  const uint8_t *asked, uint32_t options)
{
	bool probe = !asked[8] && !memcmp(asked + 8, asked + 9, 15);
	uint8_t *ip = want->bytes + j->network, *nd = ip + 40;
	uint32_t length = 24 + (options ? 8 : 0);

	memset(ip, 0, 6);
	ip[0] = 0x60;
	ip[5] = (uint8_t)length;
	memcpy(ip + 8, asked + 48, 16);
	memcpy(ip + 24, asked + 8, 16);
	memcpy(want->bytes, j->before->bytes + 6, 6);
	source_of(j->group, want->bytes + 6);
	if (probe) {
		memcpy(ip + 24, (const uint8_t[16]){ 0xff, 2, [15] = 1 }, 16);
		memcpy(want->bytes, (const uint8_t[]){ 0x33, 0x33, 0, 0, 0, 1 },
		       6);
	}
	memset(nd, 0, 8);
	nd[0] = 136;
	nd[4] = (uint8_t)(0x20 | (probe ? 0 : 0x40) |
			  (j->group->entry.nd_router ? 0x80 : 0));
	memset(nd + 24, 0, options);
	if (options) {
		nd[24] = 2;
		nd[25] = 1;
		name_of(j->group, nd + 26);
	}
	frame_put16(nd + 2,
		    frame_sum((uint16_t)~frame_sum(length + 58, ip + 8, 32), nd,
			      length));
}

static const char *answer_neighbour(const struct judged *j)
{
	const uint8_t *asked = j->before->bytes + j->network;
	struct made want = *j->before;
	uint32_t length;

	if (j->before->size < j->network + 64)
		return "answered what is no solicitation";
	length = (uint32_t)(asked[4] << 8 | asked[5]);
	if (!is_question(j, asked, length))
		return "answered what is no solicitation";
	if (stage_owner6(j->stage, asked + 48) != j->group)
		return "answered for another's address";
	write_message(j, &want, asked, length - 24);
	return memcmp(want.bytes, j->after, want.size) ? "a wrong ND answer"
						       : NULL;
}

const char *oracle_answer(const struct judged *j)
{
	return j->out.verdict == CARP_V_arp_answered ? answer_arp(j)
						     : answer_neighbour(j);
}
