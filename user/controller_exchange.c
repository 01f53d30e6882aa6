/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Groups of a configuration that pass virtual IPs to each other: two that swap,
 * three that rotate, one that gives another what it had.  None of them can be
 * changed before the others, so all are at once, or none.
 */
#include "user/controller_exchange.h"
#include "user/controller_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- who belongs together ------------------------------------------------- */

/* One that moves VIPs. */
struct mover {
	struct config_group *group;
	const struct member *member;
	size_t ring; /* the first of its ring, by number; may be out of date */
};

/* What one has now. */
struct held {
	struct address address;
	size_t mover;
};

struct movers {
	struct mover *list;
	size_t count;
	struct held *held;
	size_t held_count;
};

static size_t ring_of(const struct movers *movers, size_t i)
{
	while (movers->list[i].ring != i)
		i = movers->list[i].ring =
			movers->list[movers->list[i].ring].ring;
	return i;
}

static void join(const struct movers *movers, size_t a, size_t b)
{
	const size_t one = ring_of(movers, a), two = ring_of(movers, b);

	if (one < two)
		movers->list[two].ring = one;
	else
		movers->list[one].ring = two;
}

static int compare_held(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct address));
}

static bool list_movers(struct controller *c, struct config *wanted,
			struct movers *out)
{
	size_t vips = 0;

	out->list = calloc(wanted->count + 1, sizeof(*out->list));
	for (size_t i = 0; i < wanted->count && out->list; i++) {
		struct config_group *group = &wanted->groups[i];
		const struct member *m = controller_member(c, group);

		group->with = NULL;
		if (!group->moves || !m)
			continue;
		out->list[out->count] = (struct mover){ group, m, out->count };
		out->count++;
		vips += m->group.settings.vips_count;
	}
	out->held = calloc(vips + 1, sizeof(*out->held));
	return out->list && out->held;
}

static void list_held(struct movers *movers)
{
	for (size_t i = 0; i < movers->count; i++) {
		const struct settings *s =
			&movers->list[i].member->group.settings;

		for (size_t k = 0; k < s->vips_count; k++)
			movers->held[movers->held_count++] =
				(struct held){ s->vips[k].address, i };
	}
	if (movers->held_count)
		qsort(movers->held, movers->held_count, sizeof(*movers->held),
		      compare_held);
}

/* It belongs to those who have now what it is to have. */
static void join_givers(const struct movers *movers, size_t taker)
{
	char why[REQUEST_TEXT_MAX];
	struct request r;

	if (config_request(movers->list[taker].group, &r, why, sizeof(why)))
		return;
	for (size_t i = 0; i < r.settings.vips_count; i++) {
		const struct held *held = bsearch(
			&r.vips[i].address, movers->held, movers->held_count,
			sizeof(*held), compare_held);

		if (held)
			join(movers, taker, held->mover);
	}
	request_free(&r);
}

/* Each behind the first, which leads; in the order of the file. */
static void close_rings(const struct movers *movers)
{
	for (size_t i = movers->count; i-- > 0;) {
		struct config_group *group = movers->list[i].group;
		struct config_group *first =
			movers->list[ring_of(movers, i)].group;

		if (group == first)
			continue;
		group->with = first->with ? first->with : first;
		group->leads = false;
		first->with = group;
		first->leads = true;
	}
}

void exchange_find(struct controller *c, struct config *wanted)
{
	struct movers movers = { 0 };

	if (list_movers(c, wanted, &movers)) {
		list_held(&movers);
		for (size_t i = 0; i < movers.count; i++) {
			join_givers(&movers, i);
			controller_breathe(c);
		}
		close_rings(&movers);
	}
	free(movers.list);
	free(movers.held);
}

/* --- making it so --------------------------------------------------------- */

/* What is wanted of each, as long as it is being changed. */
struct part {
	struct part *next;
	struct config_group *group;
	struct member *member;
	struct request request;
};

static void parts_free(struct part *parts)
{
	struct part *next;

	for (; parts; parts = next) {
		next = parts->next;
		if (parts->member)
			parts->member->exchanging = false;
		request_free(&parts->request);
		free(parts);
	}
}

/* It can be changed as it is attached now. */
static int check_part(const struct part *part, unsigned int *changed,
		      char *error, size_t size)
{
	const enum config_action action =
		controller_action_for(part->member, &part->request, changed);

	if (action == CONFIG_SET || action == CONFIG_KEEP)
		return 0;
	snprintf(error, size, "is attached otherwise meanwhile");
	return EXIT_CODE_FAILED;
}

static int add_part(struct controller *c, struct config_group *group,
		    struct part **parts, char *error, size_t size)
{
	struct part *part = calloc(1, sizeof(*part));
	unsigned int changed = 0;
	int code;

	if (!part) {
		snprintf(error, size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	code = config_request(group, &part->request, error, size);
	if (code) {
		free(part);
		return code;
	}
	part->next = *parts;
	*parts = part;
	part->group = group;
	part->member = controller_member(c, group);
	code = check_part(part, &changed, error, size);
	part->request.has &= changed | REQUEST_HAS_NODES;
	if (!code)
		part->member->exchanging = true;
	return code;
}

/* All of them stand before any is planned: each needs to know who gives. */
static int plan_ring(struct controller *c, struct config_group *ring,
		     struct part **parts, struct change **changes,
		     struct config_group **refused, char *error, size_t size)
{
	struct config_group *group = ring;
	struct part *part;
	int code;

	do {
		*refused = group;
		code = add_part(c, group, parts, error, size);
		group = group->with;
	} while (!code && group != ring);
	for (part = *parts; part && !code; part = part->next) {
		*refused = part->group;
		code = change_plan(part->member, &part->request, changes, error,
				   size);
	}
	return code;
}

int exchange_apply(struct controller *c, struct config_group *ring,
		   struct config_group **refused, char *error, size_t size)
{
	struct part *parts = NULL;
	struct change *changes = NULL;
	int code = plan_ring(c, ring, &parts, &changes, refused, error, size);

	if (!code) {
		*refused = ring;
		code = changes_apply(changes, error, size);
	}
	changes_free(changes);
	parts_free(parts);
	controller_settle(c);
	return code;
}
