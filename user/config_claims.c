/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What no two groups may have: a vhid of an interface, a virtual IP; and what
 * all of an interface must have alike: its mode.
 */
#include "user/config.h"
#include "user/config_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whose it is, for vhids and VIPs that belong to one group only. */
struct claim {
	char what[NETLINK_NAME_SIZE + 24];
	const struct config_group *group;
	const char *mode; /* of its interface, for all groups there; or NULL */
};

struct claims {
	struct claim *list;
	size_t count, room;
};

static bool claim(struct claims *claims, const struct config_group *group,
		  const char *what, const char *mode)
{
	struct claim *list = claims->list;

	if (claims->count == claims->room) {
		claims->room = claims->room ? claims->room * 2 : 64;
		list = reallocarray(list, claims->room, sizeof(*list));
		if (!list)
			return false;
		claims->list = list;
	}
	snprintf(list[claims->count].what, sizeof(list->what), "%s", what);
	list[claims->count].mode = mode;
	list[claims->count++].group = group;
	return true;
}

static bool claim_vhid(struct claims *claims, const struct config_group *group,
		       unsigned int vhid)
{
	char what[sizeof(claims->list->what)];

	snprintf(what, sizeof(what), "%s vhid %u", group->interface, vhid);
	return claim(claims, group, what, NULL);
}

static bool claim_mode(struct claims *claims, const struct config_group *group,
		       const struct request *r)
{
	static const char *const shared[] = {
		[DATAPLANE_AUTO] = "auto with coexist",
		[DATAPLANE_NATIVE] = "native with coexist",
		[DATAPLANE_SKB] = "skb with coexist",
	};
	char what[sizeof(claims->list->what)];

	snprintf(what, sizeof(what), "%s mode", group->interface);
	return claim(claims, group, what,
		     r->coexist ? shared[r->mode] : mode_name(r->mode));
}

static bool claim_all(struct claims *claims, const struct config_group *group)
{
	char address[ADDRESS_TEXT_SIZE], why[REQUEST_TEXT_MAX];
	struct request r;
	bool done = !config_request(group, &r, why, sizeof(why));

	if (!done)
		return false;
	done = claim_mode(claims, group, &r);
	if (!r.cluster.count && done)
		done = claim_vhid(claims, group, group->vhid);
	for (size_t i = 0; i < r.cluster.count && done; i++)
		done = claim_vhid(claims, group, r.cluster.nodes[i].vhid);
	for (size_t i = 0; i < r.settings.vips_count && done; i++)
		done = claim(claims, group,
			     address_format(&r.vips[i].address, address), NULL);
	request_free(&r);
	return done;
}

static int compare_claims(const void *a, const void *b)
{
	const struct claim *left = a, *right = b;
	int order = strcmp(left->what, right->what);

	return order ? order
		     : (left->group > right->group) -
			       (left->group < right->group);
}

static int judge_claims(const struct claims *claims, char *error, size_t size)
{
	for (size_t i = 1; i < claims->count; i++) {
		const struct claim *one = &claims->list[i - 1], *two = one + 1;

		if (strcmp(one->what, two->what) ||
		    (one->mode && !strcmp(one->mode, two->mode)))
			continue;
		if (one->mode)
			snprintf(error, size,
				 "%s: group %s: mode %s: group %s at %s has %s "
				 "in mode %s",
				 two->group->place, two->group->name, two->mode,
				 one->group->name, one->group->place,
				 one->group->interface, one->mode);
		else
			snprintf(error, size,
				 "%s: group %s: %s: group %s at %s has it "
				 "already",
				 two->group->place, two->group->name, two->what,
				 one->group->name, one->group->place);
		return EXIT_CODE_INVALID;
	}
	return 0;
}

int config_judge(const struct config *config, char *error, size_t size)
{
	struct claims claims = { 0 };
	bool done = true;
	int code = EXIT_CODE_FAILED;

	for (size_t i = 0; i < config->count && done; i++)
		done = claim_all(&claims, &config->groups[i]);
	if (claims.count)
		qsort(claims.list, claims.count, sizeof(*claims.list),
		      compare_claims);
	if (done)
		code = judge_claims(&claims, error, size);
	else
		snprintf(error, size, "out of memory");
	free(claims.list);
	return code;
}
