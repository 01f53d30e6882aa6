/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Checks wanted settings and prepares their digests; changes nothing.
 */
#include "user/controller_plan.h"
#include "user/core/auth.h"
#include "user/request_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A VIP may be in one group only. */
static int check_conflicts(const struct controller *c, unsigned int ifindex,
			   const struct settings *s, char *error, size_t size)
{
	char text[ADDRESS_TEXT_SIZE];

	for (struct group *g = c->node.groups; g; g = g->next) {
		if ((g->ifindex == ifindex && cluster_same(&g->settings, s)) ||
		    member_holder(member_of(g))->exchanging)
			continue;
		for (size_t i = 0; i < s->vips_count; i++)
			for (size_t k = 0; k < g->settings.vips_count; k++) {
				if (memcmp(&s->vips[i].address,
					   &g->settings.vips[k].address,
					   sizeof(struct address)))
					continue;
				snprintf(error, size,
					 "vip %s: already in vhid %u on %s",
					 vip_format(&s->vips[i], text),
					 g->settings.vhid,
					 member_of(g)->nic->link.name);
				return EXIT_CODE_INVALID;
			}
	}
	return 0;
}

static int compare_bytes4(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

static int compare_bytes16(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/* Splits the VIPs by family, sorted, and prepares all digests. */
static int prepare_auth(const struct settings *s, const __u8 *key,
			struct carp_auth *out)
{
	__u8(*vips4)[4] = calloc(s->vips_count + 1, sizeof(*vips4));
	__u8(*vips6)[16] = calloc(s->vips_count + 1, sizeof(*vips6));
	struct auth_input input = { .vhid = s->vhid };
	int code = EXIT_CODE_FAILED;

	if (!vips4 || !vips6)
		goto out;
	for (size_t i = 0; i < s->vips_count; i++) {
		const struct address *a = &s->vips[i].address;

		if (a->family == 4)
			memcpy(vips4[input.vips4_count++], a->bytes, 4);
		else
			memcpy(vips6[input.vips6_count++], a->bytes, 16);
	}
	qsort(vips4, input.vips4_count, sizeof(*vips4), compare_bytes4);
	qsort(vips6, input.vips6_count, sizeof(*vips6), compare_bytes16);
	memcpy(input.key, key, SETTINGS_KEY_SIZE);
	input.vips4 = (const __u8(*)[4])vips4;
	input.vips6 = (const __u8(*)[16])vips6;
	auth_prepare(&input, s->compat, out);
	explicit_bzero(&input, sizeof(input));
	code = 0;
out:
	free(vips4);
	free(vips6);
	return code;
}

static int check_tracks(const struct controller *c, const struct request *r,
			char *error, size_t size)
{
	const struct settings *s = &r->settings;

	for (size_t i = 0; r->has & REQUEST_HAS_TRACKS && i < s->tracks_count;
	     i++) {
		if (tracks_know(c, s->tracks[i]))
			continue;
		snprintf(error, size,
			 "track %s: the configuration has none of that name",
			 s->tracks[i]);
		return EXIT_CODE_INVALID;
	}
	return 0;
}

void plan_take(struct settings *s, const struct request *r)
{
	const struct settings *new = &r->settings;

	if (r->has & REQUEST_HAS_ADVBASE)
		s->advbase = new->advbase;
	if (r->has & REQUEST_HAS_ADVSKEW)
		s->advskew = new->advskew;
	if (r->has & REQUEST_HAS_PREEMPT)
		s->preempt = new->preempt;
	if (r->has & REQUEST_HAS_DEAD_RATIO)
		s->dead_ratio = new->dead_ratio;
	if (r->has & REQUEST_HAS_PREEMPT_DELAY)
		s->preempt_delay = new->preempt_delay;
	if (r->has & REQUEST_HAS_OBSERVE)
		s->observe = new->observe;
	if (r->has & REQUEST_HAS_DEMOTION)
		s->demotion_form = new->demotion_form;
	if (r->has & REQUEST_HAS_COMPAT)
		s->compat = new->compat;
	if (r->has & REQUEST_HAS_NAMES) {
		memcpy(s->names, new->names, sizeof(s->names));
		s->names_count = new->names_count;
	}
	if (r->has & REQUEST_HAS_TRACKS) {
		memcpy(s->tracks, new->tracks, sizeof(s->tracks));
		s->tracks_count = new->tracks_count;
	}
	if (r->has & REQUEST_HAS_AUTH)
		s->auth = new->auth;
	if (r->has & REQUEST_HAS_VIPS) {
		s->vips = r->vips;
		s->vips_count = new->vips_count;
	}
	if (r->has & REQUEST_HAS_PEERS) {
		s->peers = r->peers;
		s->peers_count = new->peers_count;
	}
	if (r->has & REQUEST_HAS_REFRESH)
		s->announce_refresh = new->announce_refresh;
	if (r->has & REQUEST_HAS_GATEWAYS) {
		memcpy(s->gateways, new->gateways, sizeof(s->gateways));
		s->gateways_count = new->gateways_count;
	}
	if (r->has & REQUEST_HAS_TTL_MIN)
		s->ttl_min = new->ttl_min;
	else if (!s->peers_count)
		s->ttl_min = 0;
}

void plan_begin(struct plan *plan, const struct member *m,
		const struct request *r)
{
	plan->settings = m->group.settings;
	plan->has_key = m->has_key;
	memcpy(plan->key, m->key, sizeof(plan->key));
	plan_take(&plan->settings, r);
}

/* For the background: the file may lie anywhere. */
struct reading {
	struct hand *hand;
	const char *path;
	__u8 *key;
	char *error;
	size_t size;
	int err;
};

static void read_slowly(void *argument)
{
	struct reading *r = argument;

	r->err = hand_secret(r->hand, r->path, r->key, r->error, r->size);
}

int plan_make(struct controller *c, unsigned int ifindex,
	      const struct request *r, struct plan *plan, char *error,
	      size_t size)
{
	struct reading reading = { .hand = c->hand,
				   .path = r->pass_file,
				   .key = plan->key,
				   .error = error,
				   .size = size };
	int code = check_conflicts(c, ifindex, &plan->settings, error, size);

	if (!code)
		code = check_tracks(c, r, error, size);
	if (code)
		return code;
	code = request_rules(&plan->settings,
			     plan->has_key || r->has & REQUEST_HAS_PASS_FILE,
			     error, size);
	if (code)
		return code;
	if (r->has & REQUEST_HAS_PASS_FILE) {
		if (r->key)
			memcpy(plan->key, r->key, sizeof(plan->key));
		else
			controller_background(c, read_slowly, &reading);
		if (reading.err)
			return EXIT_CODE_INVALID;
		plan->has_key = true;
		plan->pass_file = r->pass_file;
	}
	code = prepare_auth(&plan->settings, plan->key, &plan->auth);
	if (code)
		snprintf(error, size, "out of memory");
	return code;
}
