/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Compares and judges settings; changes nothing.
 */
#include "user/request_rules.h"

#include <stdio.h>
#include <string.h>

/* The patience of a backup must be longer than the master's interval, and the
 * lease lies between them. */
static int check_interval(const struct settings *s, char *error, size_t size)
{
	if (s->advbase == 0 && s->advskew == 0 && s->compat != COMPAT_OPENBSD) {
		snprintf(error, size,
			 "advbase 0 with advskew 0: in compat %s one of them "
			 "must be above 0, or a backup waits for a single "
			 "interval only",
			 compat_name(s->compat));
		return EXIT_CODE_INVALID;
	}
	if (s->dead_ratio == SETTINGS_DEAD_RATIO_MIN && s->advbase == 1 &&
	    s->advskew > CARP_ADVSKEW_DEMOTED) {
		snprintf(error, size,
			 "advskew %u: with dead_ratio %d and advbase 1 allowed "
			 "are 0 to %d",
			 s->advskew, SETTINGS_DEAD_RATIO_MIN,
			 CARP_ADVSKEW_DEMOTED);
		return EXIT_CODE_INVALID;
	}
	return 0;
}

/* A node without its election, or under rules that know no nodes, would leave
 * its share to nobody. */
static int check_cluster(const struct settings *s, char *error, size_t size)
{
	const char *why = NULL;

	if (!cluster_has(s))
		return 0;
	if (s->compat != COMPAT_OPENBSD)
		why = "compat openbsd, no other knows balancing";
	else if (s->observe)
		why = "to take part; observe each vhid by itself";
	else if (s->gateways_count)
		why = "no gateway, a cluster announces nothing";
	if (!why)
		return 0;
	snprintf(error, size, "nodes: wanted is %s", why);
	return EXIT_CODE_INVALID;
}

int request_rules(const struct settings *s, bool has_key, char *error,
		  size_t size)
{
	int code = check_interval(s, error, size);

	if (code)
		return code;
	if (s->ttl_min && !s->peers_count) {
		snprintf(error, size,
			 "peer_ttl_min %u: means nothing without a peer",
			 s->ttl_min);
		return EXIT_CODE_INVALID;
	}
	code = check_cluster(s, error, size);
	if (code)
		return code;
	if (s->auth == CARP_AUTH_STRICT && !has_key) {
		snprintf(error, size,
			 "auth strict: needs a passphrase (--pass-file)");
		return EXIT_CODE_INVALID;
	}
	return 0;
}

/* --- differences ---------------------------------------------------------- */

static bool same(const void *a, size_t a_count, const void *b, size_t b_count,
		 size_t size)
{
	return a_count == b_count &&
	       (!a_count || !memcmp(a, b, a_count * size));
}

static bool same_names(const char (*a)[SETTINGS_NAME_SIZE], size_t a_count,
		       const char (*b)[SETTINGS_NAME_SIZE], size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (strcmp(a[i], b[i]))
			return false;
	return true;
}

static unsigned int lists_differ(const struct settings *a,
				 const struct settings *b)
{
	unsigned int bits = 0;

	if (!same(a->vips, a->vips_count, b->vips, b->vips_count,
		  sizeof(*a->vips)))
		bits |= REQUEST_HAS_VIPS;
	if (!same(a->peers, a->peers_count, b->peers, b->peers_count,
		  sizeof(*a->peers)))
		bits |= REQUEST_HAS_PEERS;
	if (!same(a->gateways, a->gateways_count, b->gateways,
		  b->gateways_count, sizeof(*a->gateways)))
		bits |= REQUEST_HAS_GATEWAYS;
	if (!same_names(a->names, a->names_count, b->names, b->names_count))
		bits |= REQUEST_HAS_NAMES;
	if (!same_names(a->tracks, a->tracks_count, b->tracks, b->tracks_count))
		bits |= REQUEST_HAS_TRACKS;
	return bits;
}

unsigned int request_differs(const struct settings *a, const struct settings *b)
{
	const struct {
		bool differs;
		unsigned int bit;
	} values[] = {
		{ a->advbase != b->advbase, REQUEST_HAS_ADVBASE },
		{ a->advskew != b->advskew, REQUEST_HAS_ADVSKEW },
		{ a->dead_ratio != b->dead_ratio, REQUEST_HAS_DEAD_RATIO },
		{ a->preempt != b->preempt, REQUEST_HAS_PREEMPT },
		{ a->preempt_delay != b->preempt_delay,
		  REQUEST_HAS_PREEMPT_DELAY },
		{ a->observe != b->observe, REQUEST_HAS_OBSERVE },
		{ a->compat != b->compat, REQUEST_HAS_COMPAT },
		{ a->demotion_form != b->demotion_form, REQUEST_HAS_DEMOTION },
		{ a->auth != b->auth, REQUEST_HAS_AUTH },
		{ a->announce_refresh != b->announce_refresh,
		  REQUEST_HAS_REFRESH },
		{ a->ttl_min != b->ttl_min, REQUEST_HAS_TTL_MIN },
		{ a->balancing != b->balancing, REQUEST_HAS_BALANCING },
	};
	unsigned int bits = lists_differ(a, b);

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (values[i].differs)
			bits |= values[i].bit;
	return bits;
}
