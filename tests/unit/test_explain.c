/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames in hex, and what is said of them, cut off wherever it may be.
 */
#include "user/cli/explain_frame.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static uint8_t bytes[EXPLAIN_FRAME_MAX];
static char said[EXPLAIN_TEXT_MAX];

static size_t hex(const char *text)
{
	size_t size = 0;

	cr_assert_eq(explain_hex(text, bytes, &size, said, sizeof(said)), 0,
		     "%s: %s", text, said);
	return size;
}

static void refused(const char *text, const char *why)
{
	size_t size = 77;

	cr_assert_eq(explain_hex(text, bytes, &size, said, sizeof(said)), -1);
	cr_assert(strstr(said, why), "%s: %s", text, said);
	cr_assert_eq(size, 77);
}

Test(explain, hex_is_read_as_people_write_it)
{
	cr_assert_eq(hex("00:0a fF\t12-34.56\n"), 6);
	cr_assert_arr_eq(bytes, "\x00\x0a\xff\x12\x34\x56", 6);
	cr_assert_eq(hex(""), 0);
}

Test(explain, what_is_no_hex_is_refused_with_its_place)
{
	refused("00 1g", "position 5: 'g'");
	refused("x0", "position 1: 'x'");
	refused("00\x01", "position 3: byte 0x01");
	refused("0", "position 1: half a byte");
	refused("00 1:2", "position 5: ':'");
}

Test(explain, no_frame_is_longer_than_a_frame)
{
	static char text[2 * EXPLAIN_FRAME_MAX + 3];

	memset(text, 'a', sizeof(text) - 1);
	refused(text, "more than 65535 bytes");
	text[2 * EXPLAIN_FRAME_MAX] = '\0';
	cr_assert_eq(hex(text), EXPLAIN_FRAME_MAX);
}

struct row {
	const char *frame, *text;
};

#define ETHER  "ffffffffffff 021122334455 "
#define ARP    "0001 0800 06 04 "
#define IP6    "60000000 0018 3a ff fe800000000000000000000000000001 "
#define ALL    "ff020000000000000000000000000001 "
#define TARGET "00 0000 00000000 20010db8000000000000000000000100"

static const struct row rows[] = {
	{ ETHER "0806 " ARP "0001 021122334455 c0000209 000000000000 c0000264",
	  "ARP request, who has 192.0.2.100, tell 192.0.2.9" },
	{ ETHER "0806 " ARP "0002 021122334455 c0000209 000000000000 c0000264",
	  "ARP reply, 192.0.2.9 is at 02:11:22:33:44:55" },
	{ ETHER "8100 0007 0806 " ARP "0003 021122334455 c0000209 000000000000"
		" c0000264",
	  "ARP, operation 3" },
	{ ETHER "86dd " IP6 ALL "87 " TARGET,
	  "neighbour solicitation for 2001:db8::100, from fe80::1" },
	{ ETHER "86dd " IP6 ALL "88 " TARGET,
	  "neighbour advertisement for 2001:db8::100, from fe80::1" },
	{ ETHER "86dd " IP6 ALL "80 " TARGET,
	  "ICMPv6 type 128, fe80::1 > ff02::1" },
	{ ETHER "0800 46 10 003c 0000 4000 ff 70 0000 c0000201 e0000012 "
		"94040000 21 03 14 07 05 01 0000 0000000000000001 "
		"0000000000000000000000000000000000000000",
	  "CARP vhid 3, advbase 1, advskew 20, demotion 5, from 192.0.2.1" },
	{ ETHER "0800 45 10 0038 0000 4000 ff 70 0000 c0000201 e0000012 "
		"31 03 64 01 05 01 0000 0000000000000001 "
		"0000000000000000000000000000000000000000",
	  "protocol 112, version 3, type 1, number 3, from 192.0.2.1" },
	{ ETHER "0800 45 10 0018 0000 4000 40 06 0000 c0000201 c0000202 0000",
	  "IPv4 protocol 6, 192.0.2.1 > 192.0.2.2" },
	{ ETHER "88b5 00", "Ethernet type 0x88b5" },
};

Test(explain, each_kind_of_frame_has_its_words)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		explain_frame(bytes, hex(rows[i].frame), said);
		cr_assert_str_eq(said, rows[i].text);
	}
}

/* Each in memory of exactly that size: what reads on is caught there. */
Test(explain, a_frame_may_end_anywhere)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t size = hex(rows[i].frame);

		for (size_t left = 0; left < size; left++) {
			uint8_t *cut = malloc(left + 1);

			memcpy(cut, bytes, left);
			said[0] = '\0';
			explain_frame(cut, left, said);
			cr_assert_neq(said[0], '\0');
			free(cut);
		}
	}
}

#define DROPS(name, action, help) \
	if (CARP_##action == CARP_DROP && CARP_V_##name < CARP_V_out_virtual) \
		silent += !*explain_advice(CARP_V_##name) && \
			  CARP_V_##name != CARP_V_advert_unicast;

Test(explain, whoever_is_dropped_is_told_where_to_look)
{
	int silent = 0;

	CARP_VERDICTS(DROPS)
	cr_assert_eq(silent, 0);
	cr_assert_str_eq(explain_advice(CARP_V_passed), "");
}
