/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which kind comes next, how it is broken, and the pieces all kinds are made
 * of.
 */
#include "frames.h"

#include <string.h>

void frame_add(struct made *made, const void *bytes, uint32_t size)
{
	if (made->size + size > FRAME_MAX)
		return;
	memcpy(made->bytes + made->size, bytes, size);
	made->size += size;
}

void frame_put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void frame_add16(struct made *made, uint16_t value)
{
	uint8_t bytes[2];

	frame_put16(bytes, value);
	frame_add(made, bytes, sizeof(bytes));
}

void frame_fill(struct made *made, uint8_t byte, uint32_t size)
{
	if (made->size + size > FRAME_MAX)
		size = FRAME_MAX - made->size;
	memset(made->bytes + made->size, byte, size);
	made->size += size;
}

uint16_t frame_sum(uint32_t start, const uint8_t *bytes, uint32_t size)
{
	uint32_t sum = start, i;

	for (i = 0; i + 1 < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (i < size)
		sum += (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void frame_begin(struct made *made, struct choices *c, const uint8_t *to,
		 const uint8_t *from, uint16_t type)
{
	uint32_t tags = once_in(c, 4) ? 1 + choose(c, 3) : 0;

	made->size = made->carp = 0;
	frame_add(made, to, 6);
	frame_add(made, from, 6);
	for (; tags; tags--) {
		frame_add16(made,
			    once_in(c, 3) ? CARP_ETH_QINQ : CARP_ETH_VLAN);
		/* Priority and the drop bit; seldom another LAN. */
		frame_add16(made, (uint16_t)(choose(c, 16) << 12 |
					     (once_in(c, 8) ? 100 : 0)));
	}
	frame_add16(made, type);
	made->network = made->size;
}

void frame_ip4(struct made *made, const uint8_t *from, const uint8_t *to,
	       uint8_t protocol, uint8_t ttl, uint32_t options, uint32_t length)
{
	uint32_t size = 20 + 4 * options;
	uint8_t header[60] = { (uint8_t)(0x40 | size / 4), CARP_TOS };

	frame_put16(header + 2, (uint16_t)(size + length));
	frame_put16(header + 4, 0x1234);
	header[6] = 0x40;
	header[8] = ttl;
	header[9] = protocol;
	memcpy(header + 12, from, 4);
	memcpy(header + 16, to, 4);
	memset(header + 20, 1, 40);
	frame_put16(header + 10, frame_sum(0, header, size));
	frame_add(made, header, size);
}

void frame_ip6(struct made *made, const uint8_t *from, const uint8_t *to,
	       uint8_t next, uint8_t hop_limit, uint32_t length)
{
	uint8_t header[40] = { 0x60 };

	frame_put16(header + 4, (uint16_t)length);
	header[6] = next;
	header[7] = hop_limit;
	memcpy(header + 8, from, 16);
	memcpy(header + 24, to, 16);
	frame_add(made, header, sizeof(header));
}

void frame_sum6(struct made *made, uint32_t icmp)
{
	uint32_t length = made->size - icmp, sum;
	uint8_t *at = made->bytes + icmp;

	frame_put16(at + 2, 0);
	sum = (uint16_t)~frame_sum(length + CARP_IP_ICMPV6, at - 32, 32);
	frame_put16(at + 2, frame_sum(sum, at, length));
}

void frame_resum(struct made *made)
{
	uint8_t *ip = made->bytes + made->network;
	uint8_t *carp = made->bytes + made->carp;
	uint32_t words;

	if (!made->carp || made->carp + CARP_HEADER_SIZE > made->size)
		return;
	frame_put16(carp + 6, 0);
	frame_put16(carp + 6, frame_sum(0, carp, CARP_HEADER_SIZE));
	words = ip[0] & 0x0f;
	if (ip[0] >> 4 != 4 || words < 5 ||
	    made->network + words * 4 > made->size)
		return;
	frame_put16(ip + 10, 0);
	frame_put16(ip + 10, frame_sum(0, ip, words * 4));
}

const struct stage_group *frame_group(const struct stage *stage,
				      struct choices *c)
{
	return &stage->groups[choose(c, stage->count)];
}

void frame_any_mac(uint8_t mac[6], const struct stage *stage, struct choices *c)
{
	switch (choose(c, 8)) {
	default:
		memcpy(mac, stage_host_macs[choose(c, STAGE_HOSTS)], 6);
		return;
	case 4:
	case 5:
		carp_vmac_fill(mac, frame_group(stage, c)->vhid);
		mac[0] = (uint8_t)once_in(c, 3);
		return;
	case 6:
		memcpy(mac, stage_nic, 6);
		return;
	case 7:
		carp_vmac_fill(mac, (uint8_t)choose(c, 256));
		mac[choose(c, 5)] ^= (uint8_t)(1 << choose(c, 8));
		return;
	}
}

void frame_any4(uint8_t address[4], const struct stage *stage,
		struct choices *c)
{
	const uint32_t kind = choose(c, 8);

	memcpy(address, frame_group(stage, c)->vips4[choose(c, STAGE_VIPS)], 4);
	if (kind < 4)
		return;
	memcpy(address, stage_hosts4[choose(c, STAGE_HOSTS)], 4);
	if (kind == 6)
		memset(address, 0, 4);
	if (kind == 7)
		address[choose(c, 4)] = (uint8_t)choose(c, 256);
}

void frame_any6(uint8_t address[16], const struct stage *stage,
		struct choices *c)
{
	const uint32_t kind = choose(c, 8);

	memcpy(address, frame_group(stage, c)->vips6[choose(c, STAGE_VIPS)],
	       16);
	if (kind < 4)
		return;
	memcpy(address, stage_hosts6[choose(c, STAGE_HOSTS)], 16);
	if (kind == 6)
		memset(address, 0, 16);
	if (kind == 7)
		address[choose(c, 16)] = (uint8_t)choose(c, 256);
}

static void make_noise(struct made *made, const struct stage *stage,
		       struct choices *c)
{
	static const uint16_t types[5] = { CARP_ETH_IPV4, CARP_ETH_IPV6,
					   CARP_ETH_ARP, CARP_ETH_VLAN,
					   0x88cc };
	uint32_t size = choose(c, 120);
	uint8_t to[6], from[6];

	frame_any_mac(to, stage, c);
	frame_any_mac(from, stage, c);
	frame_begin(made, c, to, from, types[choose(c, 5)]);
	for (; size >= 8; size -= 8) {
		uint64_t word = choose64(c);

		frame_add(made, &word, sizeof(word));
	}
	frame_fill(made, 0x45, size);
}

/* One of the last, as it was. */
static void make_again(struct made *made, struct past *past, struct choices *c)
{
	uint32_t kept = past->count < FRAME_RING ? past->count : FRAME_RING;

	*made = past->frames[choose(c, kept)];
}

static void make_kind(struct made *made, struct stage *stage, struct choices *c)
{
	switch (choose(c, 16)) {
	default:
		frame_advert(made, stage, c);
		return;
	case 5:
	case 6:
	case 7:
		frame_arp(made, stage, c);
		return;
	case 8:
	case 9:
	case 10:
	case 11:
		frame_neighbour(made, stage, c);
		return;
	case 12:
	case 13:
		frame_data(made, stage, c);
		return;
	case 14:
		frame_vrrp(made, stage, c);
		return;
	case 15:
		make_noise(made, stage, c);
	}
}

void frame_make(struct made *made, struct stage *stage, struct past *past,
		struct choices *c)
{
	if (past->count && once_in(c, 16)) {
		make_again(made, past, c);
	} else {
		make_kind(made, stage, c);
		past->frames[past->count++ % FRAME_RING] = *made;
	}
	if (once_in(c, 3))
		for (uint32_t times = 1 + choose(c, 3); times; times--)
			frame_break(made, c);
}

void frame_make_sent(struct made *made, struct stage *stage, struct choices *c)
{
	const struct stage_group *group = frame_group(stage, c);

	make_kind(made, stage, c);
	if (once_in(c, 2))
		carp_vmac_fill(made->bytes + 6, group->vhid);
	else if (once_in(c, 2))
		memcpy(made->bytes + 6, stage_nic, 6);
	if (once_in(c, 4))
		frame_break(made, c);
}

static void break_byte(struct made *made, struct choices *c, uint32_t at)
{
	static const uint8_t odd[8] = { 0, 1, 2, 7, 0x7f, 0x80, 0xfe, 0xff };

	switch (choose(c, 4)) {
	case 0:
		made->bytes[at] ^= (uint8_t)(1 << choose(c, 8));
		return;
	case 1:
		made->bytes[at] = odd[choose(c, 8)];
		return;
	case 2:
		made->bytes[at] = (uint8_t)choose(c, 256);
		return;
	default:
		made->bytes[at] = (uint8_t)(made->bytes[at] + 1);
	}
}

void frame_break(struct made *made, struct choices *c)
{
	uint32_t at = choose(c, made->size ? made->size : 1);

	switch (choose(c, 8)) {
	case 6:
		made->size = at;
		break;
	case 7:
		frame_fill(made, (uint8_t)choose(c, 256), 1 + choose(c, 64));
		break;
	default:
		if (made->size)
			break_byte(made, c, at);
	}
	if (once_in(c, 2))
		frame_resum(made);
}
