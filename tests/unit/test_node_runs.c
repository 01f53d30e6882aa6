/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: whatever operators, links and groups do and take back in random
 * order, no demotion is left in the end.
 */
#include "fake.h"
#include "host.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum runs_numbers {
	PLACES = 4, /* everywhere, two interfaces, a name */
	OUTSTANDING = 16
};

static const char *const links[] = { "eth0", "eth1" };
static const char *const reasons[] = { "disk", "upgrade", "test" };

/* What was added and is still to be taken back. */
struct debt {
	int place, amount;
};

struct run {
	struct host *h;
	struct sample *r;
	bool up[2];
	struct debt debts[OUTSTANDING];
	int debts_count;
};

static struct instant run_now(const struct run *run)
{
	return run->h->fakes[0].now;
}

static void run_demote(struct run *run, int place, int amount)
{
	const char *reason = reasons[sample_below(run->r, 3)];
	unsigned int ifindex = place == 1 || place == 2 ? 1u + (unsigned)place
							: LEDGER_EVERYWHERE;

	cr_assert(host_demote(&run->h->node, place == 3 ? "web" : "", ifindex,
			      amount, reason, run_now(run)));
}

static void add_debt(struct run *run)
{
	struct debt debt = { (int)sample_below(run->r, PLACES),
			     1 + (int)sample_below(run->r, 255) };

	if (run->debts_count == OUTSTANDING)
		return;
	run->debts[run->debts_count++] = debt;
	run_demote(run, debt.place, debt.amount);
}

/* Any of them, and under any reason: not the one it was added for. */
static void pay_debt(struct run *run)
{
	unsigned int i;

	if (!run->debts_count)
		return;
	i = sample_below(run->r, (uint32_t)run->debts_count);
	run_demote(run, run->debts[i].place, -run->debts[i].amount);
	run->debts[i] = run->debts[--run->debts_count];
}

static void flip_link(struct run *run)
{
	unsigned int nic = sample_below(run->r, 2);

	run->up[nic] = !run->up[nic];
	node_link(&run->h->node, 2 + nic, links[nic], run->up[nic],
		  run_now(run));
}

/* Leaves, or comes back with other rules. */
static void join_or_leave(struct run *run, int i)
{
	struct fake *f = &run->h->fakes[i];

	if (run->h->in[i]) {
		if (f->group.send_failing)
			node_send_trouble(&run->h->node, f->name, false,
					  f->now);
		node_remove(&run->h->node, &f->group);
	} else {
		host_add(run->h, i, (enum compat)sample_below(run->r, 3));
		group_start(&f->group, run->up[host_interface(i) - 2], f->now);
	}
	run->h->in[i] = !run->h->in[i];
}

static void rename_group(struct run *run, int i)
{
	struct settings *s = &run->h->fakes[i].group.settings;

	s->names_count = sample_below(run->r, 2);
	snprintf(s->names[0], sizeof(s->names[0]), "web");
	node_changed(&run->h->node, run_now(run));
}

static void random_step(struct run *run)
{
	int i = (int)sample_below(run->r, HOST_GROUPS);
	struct fake *f = &run->h->fakes[i];

	switch (sample_below(run->r, 9)) {
	case 0:
		join_or_leave(run, i);
		break;
	case 1:
		rename_group(run, i);
		break;
	case 2:
		flip_link(run);
		break;
	case 3:
		f->fails[ELECTION_V4] = !f->fails[ELECTION_V4];
		break;
	case 4:
		cr_assert(node_hold_back(&run->h->node,
					 sample_below(run->r, 2) ? 255 : 0,
					 "maintenance", "", run_now(run)));
		break;
	case 5:
		add_debt(run);
		break;
	case 6:
		pay_debt(run);
		break;
	default:
		if (run->h->in[i] &&
		    !instant_is_never(group_deadline(&f->group)))
			fake_tick(f);
		break;
	}
}

/* Whatever was going on: links up, sends fine, operators content again. */
static void all_well(struct run *run)
{
	struct host *h = run->h;

	while (run->debts_count)
		pay_debt(run);
	node_hold_back(&h->node, 0, "maintenance", "", run_now(run));
	for (int nic = 0; nic < 2; nic++)
		if (!run->up[nic])
			node_link(&h->node, 2 + (unsigned int)nic, links[nic],
				  true, run_now(run));
	for (int i = 0; i < HOST_GROUPS; i++) {
		h->fakes[i].fails[ELECTION_V4] = false;
		for (int tick = 0; h->in[i] && tick < 40; tick++)
			fake_tick(&h->fakes[i]);
	}
}

/* What the node sleeps until, and what its groups would be woken for. */
static void same_deadline(const struct host *h)
{
	struct instant first = INSTANT_NEVER;

	for (int i = 0; i < HOST_GROUPS; i++)
		if (h->in[i])
			first = instant_min(first,
					    group_deadline(&h->fakes[i].group));
	cr_assert_eq(node_deadline(&h->node).ns, first.ns);
}

Test(node, five_hundred_random_sequences_end_at_zero)
{
	struct sample r = { 8 };
	unsigned int troubled = 0;

	for (int n = 0; n < 500; n++) {
		static struct host h;
		struct run run = { .h = &h, .r = &r, .up = { true, true } };

		host_open(&h, COMPAT_OPENBSD);
		for (int i = 0; i < 200; i++) {
			random_step(&run);
			same_deadline(&h);
			troubled += h.node.ledger.count > 2;
			for (int g = 0; g < HOST_GROUPS; g++)
				cr_assert(
					!h.in[g] ||
					host_demotion(&h, g) ==
						ledger_sum(&h.node.ledger,
							   host_interface(g),
							   &h.fakes[g]
								    .group
								    .settings));
		}
		all_well(&run);
		cr_assert_eq(h.node.ledger.count, 0, "run %d: %s", n,
			     h.node.ledger.entries[0].reason);
		for (int g = 0; g < HOST_GROUPS; g++)
			cr_assert(!h.in[g] || host_demotion(&h, g) == 0);
	}
	cr_expect_gt(troubled, 20000, "the runs reach what they test");
}
