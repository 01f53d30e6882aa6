/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Every length from 14 to 1514 bytes of an advertisement, an ARP request and
 * a solicitation: cut short below their own length, padded above it.  Guards:
 * a truncated frame is never answered and never believed, and each frame is
 * counted exactly once.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3,
	SHORTEST = 14,
	LONGEST = 1514
};

/* From this length on, up to the next row, that happens. */
struct step {
	size_t from;
	enum carp_verdict verdict;
	unsigned int index;
};

static void set_up(void)
{
	rig_master(VHID);
}

static struct packet sized(const struct packet *p, size_t size)
{
	struct packet cut = *p;

	if (cut.size > size)
		cut.size = size;
	packet_pad(&cut, size);
	return cut;
}

/* `out` is what the whole frame leaves as. */
static void walk(const char *what, const struct packet *in,
		 const struct packet *out, const struct step *step)
{
	for (size_t size = SHORTEST; size <= LONGEST; size++) {
		struct packet cut = sized(in, size);
		struct packet answer = sized(out, size);
		int action;

		while (step[1].from && size >= step[1].from)
			step++;
		action = carp_verdict_action(step->verdict);
		cr_assert(action != CARP_TX || size >= in->size);
		expect(what, &cut, step->verdict, step->index,
		       action == CARP_TX ? &answer : NULL);
		rig_drain();
	}
}

Test(lengths, advert4)
{
	static const struct step steps[] = {
		{ SHORTEST, CARP_V_passed, 0 },
		{ 34, CARP_V_advert_length, 0 },
		{ 36, CARP_V_advert_ip, VHID },
		{ 70, CARP_V_advert_valid, VHID },
		{ 0, CARP_V_passed, 0 },
	};
	struct advert a = advert_default();
	struct packet in = advert_packet(&a);

	set_up();
	walk("IPv4 advertisement", &in, &in, steps);
	rig_close();
}

Test(lengths, advert6)
{
	static const struct step steps[] = {
		{ SHORTEST, CARP_V_passed, 0 },
		{ 54, CARP_V_advert_length, 0 },
		{ 56, CARP_V_advert_ip, VHID },
		{ 90, CARP_V_advert_valid, VHID },
		{ 0, CARP_V_passed, 0 },
	};
	struct advert a = advert_default6();
	struct packet in = advert_packet(&a);

	set_up();
	walk("IPv6 advertisement", &in, &in, steps);
	rig_close();
}

Test(lengths, arp)
{
	static const struct step steps[] = {
		{ SHORTEST, CARP_V_passed, 0 },
		{ 42, CARP_V_arp_answered, VHID },
		{ 0, CARP_V_passed, 0 },
	};
	static const uint8_t nobody[6];
	struct packet in =
		arp_packet(1, MAC_HOST, "192.168.1.50", nobody, "192.168.1.1");
	struct packet out = arp_reply(&in, VHID);

	set_up();
	walk("ARP request", &in, &out, steps);
	rig_close();
}

Test(lengths, solicitation)
{
	static const struct step steps[] = {
		{ SHORTEST, CARP_V_passed, 0 },
		{ 78, CARP_V_ndp_malformed, VHID },
		{ 86, CARP_V_ndp_answered, VHID },
		{ 0, CARP_V_passed, 0 },
	};
	struct neighbour n = solicit_default("2001:db8::1");
	struct packet in, out;

	neighbour_option(&n, 1, 1, MAC_HOST);
	in = neighbour_packet(&n);
	out = neighbour_reply(&n, VHID, false);
	set_up();
	walk("solicitation", &in, &out, steps);
	rig_close();
}

/* Bytes behind the 36 that the IP header knows of are allowed. */
static void walk_trailing(struct advert a, size_t headers)
{
	size_t most = LONGEST - headers - ADVERT_SIZE;

	set_up();
	for (size_t i = 0; i <= most; i++) {
		struct packet p;

		a.trailing = (uint16_t)i;
		p = advert_packet(&a);
		expect("trailing", &p, CARP_V_advert_valid, VHID, NULL);
		rig_drain();
		p.size--;
		expect("one cut off", &p, CARP_V_advert_ip, VHID, NULL);
	}
	rig_close();
}

Test(lengths, trailing4)
{
	walk_trailing(advert_default(), 34);
}

Test(lengths, trailing6)
{
	walk_trailing(advert_default6(), 54);
}

/* Guards: who promises nothing behind the IP header is still somebody's, if
 * only the vhid can be read. */
static void walk_bare(struct advert a, size_t headers, bool six)
{
	struct packet whole = advert_packet(&a), p = { 0 };
	size_t link = 14;

	set_up();
	packet_ethernet(&p, whole.bytes, whole.bytes + 6,
			six ? 0x86dd : 0x0800);
	if (six)
		packet_ip6(&p, a.source, a.destination, 112, 255, 0);
	else
		packet_ip4(&p, a.source, a.destination, 112, 255, 0);
	cr_assert_eq(p.size, link + headers);
	for (size_t i = 0; i <= 5; i++) {
		expect("a bare header", &p, CARP_V_advert_length,
		       i < 2 ? 0 : VHID, NULL);
		packet_add(&p, whole.bytes + link + headers + i, 1);
	}
	rig_close();
}

Test(lengths, bare4)
{
	walk_bare(advert_default(), 20, false);
}

Test(lengths, bare6)
{
	walk_bare(advert_default6(), 40, true);
}

/* Beyond 2 KiB a claim cannot be checked, and nobody sends such. */
Test(lengths, huge)
{
	struct advert a = advert_default();
	struct packet p;

	set_up();
	a.trailing = 2500;
	p = advert_packet(&a);
	expect("2570 bytes", &p, CARP_V_advert_ip, VHID, NULL);
	rig_close();
}
