/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Everything that has a number has words, and a number that nobody knows does
 * no harm: it has words too, and moves nothing.
 */
#include <criterion/criterion.h>

#include "carp/verdict.h"
#include "fake.h"
#include "stage.h"
#include "user/core/cluster.h"

enum {
	UNKNOWN = 99
};

Test(words, balancing)
{
	cr_expect_str_eq(balancing_name(CARP_BALANCING_NONE), "none");
	cr_expect_str_eq(balancing_name(CARP_BALANCING_IP), "ip");
	cr_expect_str_eq(balancing_name(CARP_BALANCING_IP_STEALTH),
			 "ip-stealth");
	cr_expect_str_eq(balancing_name(CARP_BALANCING_IP_UNICAST),
			 "ip-unicast");
	cr_expect_str_eq(balancing_name((enum carp_balancing)UNKNOWN), "none");
}

Test(words, notices)
{
	for (int kind = 0; kind < NOTICE_KINDS; kind++) {
		cr_expect_gt(strlen(notice_name((enum notice_kind)kind)), 0);
		cr_expect_gt(strlen(notice_text((enum notice_kind)kind)), 0);
	}
}

/* What has no rule is left to the stack. */
Test(words, verdicts)
{
	cr_expect_eq(carp_verdict_action(CARP_V_arp_answered), CARP_TX);
	cr_expect_eq(carp_verdict_action(CARP_V_COUNT), CARP_PASS);
}

/* Without a state that we know, nobody is answered for. */
Test(words, states)
{
	struct settings settings = fake_settings();
	struct fake f;

	cr_expect_str_eq(election_state_name((enum election_state)UNKNOWN),
			 "init");
	fake_open(&f, &settings, 1);
	f.group.election.state = (enum election_state)UNKNOWN;
	cr_expect_eq(group_role(&f.group), CARP_ROLE_INIT);
}

Test(words, events_of_an_election)
{
	const struct election_settings settings =
		stage_settings(COMPAT_OPENBSD);
	struct stage s;

	stage_open(&s, &settings);
	stage_reach(&s, ELECTION_MASTER);
	stage_step(&s, (struct election_event){
			       .kind = (enum election_kind)UNKNOWN });
	cr_expect_eq(s.e.state, ELECTION_MASTER);
	cr_expect_eq(s.out.actions, 0);
}

Test(words, events_of_the_data_plane)
{
	struct settings settings = fake_settings();
	struct carp_event event = { .kind = (enum carp_event_kind)UNKNOWN,
				    .vhid = 1,
				    .family = 4 };
	struct fake f;

	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	group_event(&f.group, &event, f.now);
	group_notice(&f.group, &event, f.now);
	cr_expect_str_eq(fake_log(&f), "");
}
