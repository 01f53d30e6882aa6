/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Unicast peers: which of our addresses each knows us by.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "fake.h"

static const struct address peers[] = {
	{ 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 } },
};
static const struct address routable = { 6,
					 { 0x20, 0x01, 0x0d, 0xb8, [15] = 5 } };
static const struct address local = { 6, { 0xfe, 0x80, [15] = 5 } };

static void open_with_peers(struct fake *f)
{
	struct settings settings = fake_settings();

	settings.peers = peers;
	settings.peers_count = 1;
	fake_open(f, &settings, 1);
	f->group.source[ELECTION_V6] = local;
	f->route_source = routable;
}

/* Guards: what goes to a peer beyond the link comes from an address that the
 * peer can have in its list. */
Test(peers, source_of_a_frame)
{
	struct fake f;

	open_with_peers(&f);
	fake_reach(&f, ELECTION_MASTER);
	cr_expect_arr_eq(f.advert6 + 22, routable.bytes, 16, "source");
	cr_expect_arr_eq(f.advert6 + 38, peers[0].bytes, 16, "destination");
	f.route_source.family = 0;
	fake_tick(&f);
	cr_expect_arr_eq(f.advert6 + 22, local.bytes, 16,
			 "else as for multicast");
}

/* Guards: ties compare the addresses both ends see.  fe80::5 would go behind
 * 2001:db8::9, 2001:db8::5 goes before it. */
Test(peers, source_of_a_tie)
{
	struct address stranger = { 6, { 0x20, 0x01, [15] = 1 } };
	struct address own;
	struct fake f;

	open_with_peers(&f);
	own = group_source_towards(&f.group, &peers[0]);
	cr_expect_arr_eq(own.bytes, routable.bytes, 16);
	own = group_source_towards(&f.group, &stranger);
	cr_expect_arr_eq(own.bytes, local.bytes, 16);
}
