/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Every single bit of a valid advertisement, ARP request and solicitation is
 * flipped once.  What has to happen is said here per byte, from the protocols
 * and not from the code.  Guards: no flipped bit is believed that a checksum
 * or a digest covers.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3
};

struct wanted {
	enum carp_verdict verdict;
	unsigned int index;
};

typedef struct wanted wanted_fn(const struct packet *p, size_t byte,
				uint8_t bit);

static struct wanted want(enum carp_verdict verdict)
{
	/* What belongs to nobody of ours is counted for the interface. */
	bool ours = verdict != CARP_V_passed && verdict != CARP_V_advert_other;

	return (struct wanted){ verdict, ours ? VHID : 0 };
}

static void set_up(void)
{
	rig_master(VHID);
}

/* The 36 bytes; `byte` counts from their start. */
static struct wanted advert_bit(const uint8_t *header, size_t byte, bool four)
{
	if (byte == 0 && header[0] >> 4 == 3)
		return want(CARP_V_vrrp);
	if (byte == 0)
		return want(header[0] >> 4 != 2 ? CARP_V_advert_version
						: CARP_V_advert_type);
	if (byte == 1)
		return want(CARP_V_advert_other);
	if (byte == 3 && header[3] == 5 &&
	    four) /* VRRPv2 with five addresses */
		return want(CARP_V_vrrp);
	return want(CARP_V_advert_checksum);
}

/* A header of another length: the vhid is read from the wrong place. */
static struct wanted displaced(const struct packet *p)
{
	const uint8_t *seen = p->bytes + 14 + 4 * (p->bytes[14] & 15);

	if ((p->bytes[14] & 15) < 5)
		return (struct wanted){ CARP_V_advert_ip, 0 };
	if (seen[0] >> 4 == 3)
		return (struct wanted){ CARP_V_vrrp,
					seen[1] == VHID ? VHID : 0 };
	return want(seen[1] == VHID ? CARP_V_advert_ip : CARP_V_advert_other);
}

static struct wanted advert4_bit(const struct packet *p, size_t byte,
				 uint8_t bit)
{
	if (byte < 12) /* addresses on the wire prove nothing */
		return want(CARP_V_advert_valid);
	if (byte < 14 || byte == 23) /* another protocol */
		return want(CARP_V_passed);
	if (byte == 14 && bit < 4)
		return displaced(p);
	if (byte == 20 && bit == 5)
		return want(CARP_V_advert_fragment);
	if ((byte == 20 && bit < 5) || byte == 21)
		return (struct wanted){ CARP_V_advert_fragment, 0 };
	if (byte < 34) /* the header checksum covers all of it */
		return want(CARP_V_advert_ip);
	return advert_bit(p->bytes + 34, byte - 34, true);
}

static struct wanted advert6_bit(const struct packet *p, size_t byte,
				 uint8_t bit)
{
	uint16_t length = (uint16_t)(p->bytes[18] << 8 | p->bytes[19]);

	if (byte < 12)
		return want(CARP_V_advert_valid);
	if (byte < 14 || byte == 20)
		return want(CARP_V_passed);
	if (byte == 14 && bit >= 4)
		return want(CARP_V_advert_ip);
	if (byte < 18) /* traffic class and flow: covered by nothing */
		return want(CARP_V_advert_valid);
	if (byte < 20)
		return want(length > 36 ? CARP_V_advert_ip
					: CARP_V_advert_length);
	if (byte == 21)
		return want(CARP_V_advert_ttl);
	if (byte == 38) /* no longer ff00::/8 */
		return want(CARP_V_advert_unicast);
	if (byte < 54)
		return want(CARP_V_advert_valid);
	return advert_bit(p->bytes + 54, byte - 54, false);
}

static struct wanted arp_bit(const struct packet *p, size_t byte, uint8_t bit)
{
	(void)p;
	(void)bit;
	if (byte < 12 || (byte >= 22 && byte < 38))
		return want(CARP_V_arp_answered);
	return want(CARP_V_passed); /* not ARP, no request, not our VIP */
}

static struct wanted solicit_bit(const struct packet *p, size_t byte,
				 uint8_t bit)
{
	(void)p;
	if (byte < 12 || (byte == 14 && bit < 4) || (byte > 14 && byte < 18))
		return want(CARP_V_ndp_answered);
	if (byte < 14 || byte == 20 || byte == 54 ||
	    (byte >= 62 && byte < 78)) /* protocol, type, target */
		return want(CARP_V_passed);
	return want(CARP_V_ndp_malformed);
}

/* `reply` says what the flipped frame is answered with; NULL: no answer. */
static void flip_all(const char *what, const struct packet *whole,
		     wanted_fn *wanted,
		     struct packet (*reply)(const struct packet *))
{
	char row[64];

	set_up();
	for (size_t i = 0; i < whole->size * 8; i++) {
		struct packet p = *whole, out;
		struct wanted w;

		p.bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		w = wanted(&p, i / 8, i % 8);
		out = p;
		if (carp_verdict_action(w.verdict) == CARP_TX)
			out = reply(&p);
		snprintf(row, sizeof(row), "%s, byte %zu bit %zu", what, i / 8,
			 i % 8);
		expect(row, &p, w.verdict, w.index, &out);
		rig_drain();
	}
	rig_close();
}

static struct packet arp_answer(const struct packet *request)
{
	return arp_reply(request, VHID);
}

static struct neighbour solicit(void)
{
	struct neighbour n = solicit_default("2001:db8::1");

	neighbour_option(&n, 1, 1, MAC_HOST);
	return n;
}

/* Only the Ethernet source of a flipped frame shows in the answer. */
static struct packet solicit_answer(const struct packet *request)
{
	struct neighbour n = solicit();

	memcpy(n.source_mac, request->bytes + 6, 6);
	return neighbour_reply(&n, VHID, false);
}

Test(bits, advert4)
{
	struct advert a = advert_default();
	struct packet p = advert_packet(&a);

	flip_all("IPv4 advertisement", &p, advert4_bit, NULL);
}

Test(bits, advert6)
{
	struct advert a = advert_default6();
	struct packet p = advert_packet(&a);

	flip_all("IPv6 advertisement", &p, advert6_bit, NULL);
}

Test(bits, arp)
{
	static const uint8_t nobody[6];
	struct packet p =
		arp_packet(1, MAC_HOST, "192.168.1.50", nobody, "192.168.1.1");

	flip_all("ARP request", &p, arp_bit, arp_answer);
}

Test(bits, solicitation)
{
	struct neighbour n = solicit();
	struct packet p = neighbour_packet(&n);

	flip_all("solicitation", &p, solicit_bit, solicit_answer);
}
