/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Advertisements, signed and sealed as a peer would, or nearly; and VRRP.
 */
#include <string.h>

#include "frames.h"

static const uint8_t group4[4] = { 224, 0, 0, 18 };
static const uint8_t group6[16] = { 0xff, 2, [15] = 0x12 };
static const uint8_t group4_mac[6] = { 1, 0, 0x5e, 0, 0, 0x12 };
static const uint8_t group6_mac[6] = { 0x33, 0x33, 0, 0, 0, 0x12 };

/* An advertisement on its way to the wire. */
struct advert {
	struct stage_group *group;
	struct carp_header header;
	uint8_t source[16];
	bool six, unicast;
};

static void fill_header(struct advert *a, struct choices *c)
{
	static const uint8_t bases[4] = { 1, 0, 60, 255 };
	static const uint8_t skews[4] = { 0, 100, 240, 255 };

	a->header.version_type = CARP_VERSION_TYPE;
	a->header.vhid = a->group->vhid;
	a->header.authlen = CARP_AUTHLEN;
	a->header.advbase = bases[choose(c, 4)];
	a->header.advskew = skews[choose(c, 4)];
	if (once_in(c, 4))
		a->header.demote = (uint8_t)choose(c, 256);
}

static const struct carp_recipe *recipe_of(const struct stage_group *group,
					   struct choices *c)
{
	/* The last is the one in use, but any may still be believed. */
	uint32_t at = group->auth.recipes[1].blocks && !once_in(c, 4);

	return &group->auth.recipes[at];
}

static uint64_t draw_counter(struct advert *a, const struct carp_recipe *recipe,
			     struct choices *c)
{
	const struct carp_header *h = &a->header;
	uint64_t head = carp_seal_head(h->vhid, h->advbase, h->advskew,
				       h->demote, a->six ? 6 : 4);
	uint64_t sequence = a->group->sequence;

	switch (choose(c, 10)) {
	default:
		sequence = ++a->group->sequence;
		break;
	case 5:
		sequence -= choose(c, 1000);
		break;
	case 6:
		return choose64(c);
	case 7:
		return 0x1122334455667788ULL;
	case 8:
		return 0x2000000000000000ULL + ++a->group->sequence;
	case 9:
		return a->group->vhid * 1000000ULL + choose(c, 8);
	}
	return carp_seal_counter(&recipe->seal, head, sequence, a->source);
}

static void sign(struct advert *a, const struct stage *stage, struct choices *c)
{
	const struct carp_recipe *recipe = recipe_of(a->group, c);
	uint64_t counter = draw_counter(a, recipe, c);
	uint32_t digest[5];

	for (int i = 0; i < 8; i++)
		a->header.counter[i] = (uint8_t)(counter >> (56 - 8 * i));
	if (once_in(c, 12))
		recipe = recipe_of(frame_group(stage, c), c);
	carp_hmac_finish(recipe, counter, digest);
	for (int i = 0; i < 5; i++)
		digest[i] = carp_htonl(digest[i]);
	memcpy(a->header.digest, digest, sizeof(digest));
}

/* NetBSD sums the pseudo-header in, over IPv6. */
static void sum_pseudo(struct made *made)
{
	uint8_t *carp = made->bytes + made->carp;
	uint32_t sum;

	frame_put16(carp + 6, 0);
	sum = (uint16_t)~frame_sum(CARP_HEADER_SIZE + CARP_PROTOCOL, carp - 32,
				   32);
	frame_put16(carp + 6, frame_sum(sum, carp, CARP_HEADER_SIZE));
}

static void write_ip(struct made *made, const struct advert *a,
		     struct choices *c, uint32_t length)
{
	const uint8_t *to = a->six ? group6 : group4;
	uint32_t options = once_in(c, 10) ? choose(c, 11) : 0;
	uint8_t ttl = CARP_TTL;

	if (a->unicast)
		to = a->six ? a->group->entry.source6
			    : (const uint8_t[]){ 10, 9, 0, 200 };
	if (once_in(c, 12))
		ttl = (uint8_t)choose(c, 256);
	if (a->six)
		frame_ip6(made, a->source, to, CARP_PROTOCOL, ttl, length);
	else
		frame_ip4(made, a->source, to, CARP_PROTOCOL, ttl, options,
			  length);
}

static void draw_source(struct advert *a, struct choices *c)
{
	uint32_t host = choose(c, STAGE_HOSTS);

	memset(a->source, 0, sizeof(a->source));
	memcpy(a->source, a->six ? stage_hosts6[host] : stage_hosts4[host],
	       a->six ? 16 : 4);
	if (once_in(c, 16))
		a->source[a->six ? 15 : 3] = 200;
}

void frame_advert(struct made *made, struct stage *stage, struct choices *c)
{
	struct advert a = { .group = &stage->groups[choose(c, stage->count)] };
	uint32_t trailing = once_in(c, 10) ? choose(c, 40) : 0;
	uint8_t from[6];

	a.six = choose(c, 2);
	a.unicast = once_in(c, 3);
	draw_source(&a, c);
	fill_header(&a, c);
	sign(&a, stage, c);
	carp_vmac_fill(from, a.group->vhid);
	if (once_in(c, 4))
		memcpy(from, stage_host_macs[choose(c, STAGE_HOSTS)], 6);
	frame_begin(made, c,
		    a.unicast ? stage_nic : (a.six ? group6_mac : group4_mac),
		    from, a.six ? CARP_ETH_IPV6 : CARP_ETH_IPV4);
	write_ip(made, &a, c, CARP_HEADER_SIZE + trailing);
	made->carp = made->size;
	frame_add(made, &a.header, sizeof(a.header));
	frame_fill(made, 0, trailing);
	if (a.six && once_in(c, 4))
		sum_pseudo(made);
	else
		frame_resum(made);
}

/* Version 2 with so many addresses, or version 3. */
void frame_vrrp(struct made *made, const struct stage *stage, struct choices *c)
{
	uint8_t body[16 + 4 * 8] = { CARP_VERSION_TYPE };
	uint32_t count = once_in(c, 2) ? 7 : choose(c, 9);
	uint32_t size = 16 + 4 * count;
	uint8_t from[6];

	if (once_in(c, 3))
		body[0] = 0x31;
	body[1] = frame_group(stage, c)->vhid;
	body[2] = 100;
	body[3] = (uint8_t)count;
	body[5] = 1;
	for (uint32_t i = 8; i < size; i++)
		body[i] = (uint8_t)choose(c, 256);
	frame_put16(body + 6, frame_sum(0, body, size));
	carp_vmac_fill(from, body[1]);
	frame_begin(made, c, group4_mac, from, CARP_ETH_IPV4);
	frame_ip4(made, stage_hosts4[0], group4, CARP_PROTOCOL, CARP_TTL, 0,
		  size);
	frame_add(made, body, size);
}
