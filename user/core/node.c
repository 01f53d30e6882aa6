/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One host.  Spreads events to groups and keeps the ledger's sums in them.
 */
#include "node.h"

#include <stdio.h>
#include <string.h>

/* What a lasting fault of one interface or group weighs for all others. */
enum fault_weights {
	FAULT_WEIGHT_BYTE = 1,
	FAULT_WEIGHT_ADVSKEW = CARP_ADVSKEW_DEMOTED,
};

static void tell_demotion(struct node *node, struct group *g,
			  struct instant now)
{
	group_demotion(g, ledger_sum(&node->ledger, g->ifindex, &g->settings),
		       now);
}

static void spread_demotion(struct node *node, struct instant now)
{
	for (struct group *g = node->groups; g; g = g->next)
		tell_demotion(node, g, now);
}

/* OpenBSD adds 1.  Added to advskew, only 240 is sure to weigh more than a
 * difference the operator has set; ucarp's rule makes 240 of any. */
static int fault_weight(const struct node *node)
{
	for (const struct group *g = node->groups; g; g = g->next)
		if (g->settings.compat != COMPAT_UCARP &&
		    g->election.settings.demotion_form != DEMOTION_BYTE)
			return FAULT_WEIGHT_ADVSKEW;
	return FAULT_WEIGHT_BYTE;
}

/* Faults that are entered already weigh what they would weigh today; true if
 * that is something else than before. */
static bool weigh_faults(struct node *node)
{
	bool changed = false;

	for (unsigned int i = 0; i < node->ledger.count; i++) {
		struct ledger_entry *e = &node->ledger.entries[i];

		int before = e->amount;

		if (e->weighed)
			e->amount = fault_weight(node);
		changed |= e->amount != before;
	}
	return changed;
}

void node_changed(struct node *node, struct instant now)
{
	weigh_faults(node);
	spread_demotion(node, now);
}

void node_init(struct node *node)
{
	node->groups = NULL;
	node->ticks = node->announcements = (struct agenda){ NULL };
	node->joined = 0;
	node->ledger.count = 0;
}

void node_join(struct node *node, struct group *group)
{
	struct group **end = &node->groups;

	while (*end)
		end = &(*end)->next;
	group->next = NULL;
	*end = group;
	node->joined++;
	agenda_enter(&node->ticks, &group->tick, node->joined, group);
	agenda_enter(&node->announcements, &group->announcement, node->joined,
		     group);
	group_plan(group);
}

void node_add(struct node *node, struct group *group, struct instant now)
{
	node_join(node, group);
	if (weigh_faults(node))
		spread_demotion(node, now);
	else
		tell_demotion(node, group, now);
}

void node_remove(struct node *node, struct group *group)
{
	for (struct group **at = &node->groups; *at; at = &(*at)->next)
		if (*at == group) {
			*at = group->next;
			group->next = NULL;
			agenda_leave(&group->tick);
			agenda_leave(&group->announcement);
			return;
		}
}

struct group *node_find(const struct node *node, unsigned int ifindex,
			uint8_t vhid)
{
	for (struct group *g = node->groups; g; g = g->next)
		if (g->ifindex == ifindex && g->settings.vhid == vhid)
			return g;
	return NULL;
}

/* One slice of the group that has waited longest: with hundreds of groups all
 * the others' elections come before the next. */
static void announce(struct node *node, struct instant now)
{
	if (instant_due(agenda_due(&node->announcements), now))
		group_announce_tick(node->announcements.first->owner, now);
}

/* One that were still due would be so again soon, but not for ever. */
static void tick_first(struct node *node, struct instant now)
{
	struct instant soon = instant_add(now, (struct span){ 1 });
	struct group *g = node->ticks.first->owner;

	group_tick(g, now);
	agenda_move(&g->tick, instant_max(g->tick.due, soon));
}

void node_tick(struct node *node, struct instant now)
{
	while (instant_due(agenda_due(&node->ticks), now))
		tick_first(node, now);
	announce(node, now);
}

struct instant node_deadline(const struct node *node)
{
	return instant_min(agenda_due(&node->ticks),
			   agenda_due(&node->announcements));
}

static bool hold_back(struct node *node, struct ledger_entry *entry,
		      struct instant now)
{
	if (entry->weighed)
		entry->amount = fault_weight(node);
	entry->since = now;
	if (!ledger_set(&node->ledger, entry))
		return false;
	spread_demotion(node, now);
	return true;
}

bool node_hold_back(struct node *node, int amount, const char *reason,
		    const char *by, struct instant now)
{
	struct ledger_entry entry = { .ifindex = LEDGER_EVERYWHERE,
				      .amount = amount };

	snprintf(entry.reason, sizeof(entry.reason), "%s", reason);
	snprintf(entry.by, sizeof(entry.by), "%s", by);
	return hold_back(node, &entry, now);
}

bool node_track(struct node *node, const struct track *track,
		struct instant now)
{
	const char *name = track->rules.name;
	struct ledger_entry entry = { .ifindex = LEDGER_EVERYWHERE,
				      .track = !track->rules.all };

	entry.amount = track_demotion(track, &entry.weighed);
	if (entry.track)
		memcpy(entry.name, name, sizeof(entry.name));
	snprintf(entry.reason, sizeof(entry.reason), "track %s", name);
	snprintf(entry.by, sizeof(entry.by), "track %s", name);
	return hold_back(node, &entry, now);
}

bool node_track_end(struct node *node, const struct track *track,
		    struct instant now)
{
	struct track without;

	track_init(&without, &track->rules);
	without.rules.guilty = false;
	return node_track(node, &without, now);
}

bool node_bears(const struct node *node, const char *name)
{
	for (const struct group *g = node->groups; g; g = g->next)
		if (ledger_bears(&g->settings, name))
			return true;
	return false;
}

static void hold_back_for_fault(struct node *node, bool lasts,
				const char *reason, struct instant now)
{
	struct ledger_entry entry = { .ifindex = LEDGER_EVERYWHERE,
				      .weighed = lasts };

	snprintf(entry.reason, sizeof(entry.reason), "%s", reason);
	hold_back(node, &entry, now);
}

static void hold_back_for_link(struct node *node, const char *name, bool up,
			       struct instant now)
{
	char reason[LEDGER_REASON_SIZE];

	snprintf(reason, sizeof(reason), "link of %s down", name);
	hold_back_for_fault(node, !up, reason, now);
}

void node_link(struct node *node, unsigned int ifindex, const char *name,
	       bool up, struct instant now)
{
	for (struct group *g = node->groups; g; g = g->next)
		if (g->ifindex == ifindex)
			group_link(g, up, now);
	hold_back_for_link(node, name, up, now);
	/* Without a link there is nothing to send, and with a new one nothing
	 * has failed yet.  Last, so that no group is trusted in between. */
	for (struct group *g = node->groups; g && !up; g = g->next)
		if (g->ifindex == ifindex)
			group_forgive_sends(g);
}

void node_link_renamed(struct node *node, const char *from, const char *to,
		       bool up, struct instant now)
{
	hold_back_for_link(node, to, up, now);
	hold_back_for_link(node, from, true, now);
}

void node_send_trouble(struct node *node, const char *where, bool failing,
		       struct instant now)
{
	char reason[LEDGER_REASON_SIZE];

	snprintf(reason, sizeof(reason), "send errors on %s", where);
	hold_back_for_fault(node, failing, reason, now);
}

bool node_demote(struct node *node, const struct ledger_entry *entry,
		 struct instant now)
{
	struct ledger_entry new = *entry;

	new.since = now;
	if (!ledger_add(&node->ledger, &new))
		return false;
	spread_demotion(node, now);
	return true;
}
