/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a frame may leave behind: maps and events.
 */
#include <nettle/hmac.h>
#include <string.h>

#include "oracle.h"

static bool believed(uint32_t verdict)
{
	return verdict == CARP_V_advert_valid ||
	       verdict == CARP_V_advert_unicast ||
	       verdict == CARP_V_advert_unreported;
}

/* The advertisement's header, or NULL. */
static const uint8_t *find_carp(const struct judged *j)
{
	const uint8_t *ip = j->before->bytes + j->network;
	uint32_t left = j->before->size - j->network;
	uint32_t size = 40;

	if (j->before->size < j->network + 20)
		return NULL;
	if (j->before->bytes[j->network - 2] == 0x08)
		size = (ip[0] & 0x0fu) * 4;
	return left >= size + CARP_HEADER_SIZE ? ip + size : NULL;
}

/* By a passphrase the group believes, over its virtual IPs. */
static bool authentic(const struct judged *j)
{
	const struct stage_group *group = j->group;
	const uint8_t *carp = find_carp(j);
	uint8_t key[STAGE_KEY_SIZE] = { 0 }, digest[SHA1_DIGEST_SIZE];
	struct hmac_sha1_ctx hmac;

	if (!carp || !group || carp[1] != group->vhid)
		return false;
	for (uint32_t i = 0; i < group->auth.count; i++) {
		const uint8_t start[3] = { 2, 1, group->vhid };

		key[0] = (uint8_t)('a' + i);
		key[1] = group->vhid;
		hmac_sha1_set_key(&hmac, sizeof(key), key);
		hmac_sha1_update(&hmac, sizeof(start), start);
		hmac_sha1_update(&hmac, sizeof(group->vips4), group->vips4[0]);
		hmac_sha1_update(&hmac, sizeof(group->vips6), group->vips6[0]);
		hmac_sha1_update(&hmac, 8, carp + 8);
		hmac_sha1_digest(&hmac, sizeof(digest), digest);
		if (!memcmp(digest, carp + 16, sizeof(digest)))
			return true;
	}
	return false;
}

/* Copies what this verdict may change, so that the rest can be compared. */
static void allow_stamps(struct carp_vhid *before,
			 const struct carp_vhid *after, uint32_t verdict)
{
	switch (verdict) {
	case CARP_V_arp_claim:
	case CARP_V_ndp_claim:
		before->last_claim_ns = after->last_claim_ns;
		before->claim_jiffy = after->claim_jiffy;
		return;
	case CARP_V_advert_echo:
		before->last_echo_ns = after->last_echo_ns;
		before->echo_jiffy = after->echo_jiffy;
		return;
	case CARP_V_vrrp:
		before->last_vrrp_ns = after->last_vrrp_ns;
		before->vrrp_jiffy = after->vrrp_jiffy;
		return;
	case CARP_V_advert_seal:
		before->stale_jiffy = after->stale_jiffy;
		/* fall through */
	case CARP_V_advert_digest:
		before->last_digest_ns = after->last_digest_ns;
		before->digest_jiffy = after->digest_jiffy;
		return;
	case CARP_V_advert_replayed:
		before->stale_jiffy = after->stale_jiffy;
		return;
	case CARP_V_ndp_deferred:
		before->last_solicit_ns = after->last_solicit_ns;
		return;
	default:
		return;
	}
}

static void allow_memory(struct carp_vhid *before,
			 const struct carp_vhid *after)
{
	before->last_valid_ns = after->last_valid_ns;
	before->last_valid4_ns = after->last_valid4_ns;
	before->last_valid6_ns = after->last_valid6_ns;
	memcpy(before->last_sender, after->last_sender, 16);
	memcpy(before->last_sender_mac, after->last_sender_mac, 6);
	before->last_family = after->last_family;
	before->last_advbase = after->last_advbase;
	before->last_advskew = after->last_advskew;
	before->last_demote = after->last_demote;
	before->unsealed_alarms = after->unsealed_alarms;
	before->newest4 = after->newest4;
	before->newest6 = after->newest6;
}

static const char *group_changed(const struct judged *j,
				 const struct native_change *change)
{
	struct carp_vhid before;
	uint32_t vhid;

	memcpy(&vhid, change->key, sizeof(vhid));
	memcpy(&before, change->before, sizeof(before));
	allow_stamps(&before, change->after, j->out.verdict);
	if (believed(j->out.verdict))
		allow_memory(&before, change->after);
	if (vhid != j->out.index)
		return "changed another group";
	return memcmp(&before, change->after, sizeof(before))
		       ? "changed a group without a right to"
		       : NULL;
}

static const char *vip_changed(const struct judged *j,
			       const struct native_change *change)
{
	struct carp_vip before;
	const struct carp_vip *after = change->after;

	memcpy(&before, change->before, sizeof(before));
	before.answered++;
	if (j->out.action != CARP_TX || !after)
		return "changed a virtual IP";
	return memcmp(&before, after, sizeof(before)) ? "changed a virtual IP"
						      : NULL;
}

static const char *sender_changed(const struct judged *j,
				  const struct native_change *change)
{
	const struct carp_sender *before = change->before;
	const struct carp_sender *after = change->after;

	if (!believed(j->out.verdict))
		return "remembered a sender without a digest";
	if (change->key[0] != j->out.index)
		return "remembered a sender of another group";
	if (change->map == NATIVE_SENDERS && before && after &&
	    after->last <= before->last)
		return "a sequence that does not rise";
	if (change->map == NATIVE_SENDERS && !after &&
	    before->style == CARP_STYLE_SEALED)
		return "forgot a sealed sender";
	return NULL;
}

static const char *entry_changed(const struct judged *j,
				 const struct native_change *change)
{
	switch (change->map) {
	case NATIVE_VHIDS:
		return group_changed(j, change);
	case NATIVE_VIPS4:
	case NATIVE_VIPS6:
		return vip_changed(j, change);
	case NATIVE_SENDERS:
	case NATIVE_UNSEALED:
		return sender_changed(j, change);
	default:
		return "changed what nobody may";
	}
}

/* The kind of event a verdict may come with; -1: none. */
static int event_of(uint32_t verdict)
{
	switch (verdict) {
	case CARP_V_advert_valid:
	case CARP_V_advert_unicast:
		return CARP_EVENT_ADVERT;
	case CARP_V_advert_observed:
		return CARP_EVENT_OBSERVED;
	case CARP_V_ndp_deferred:
		return CARP_EVENT_SOLICIT;
	case CARP_V_arp_claim:
	case CARP_V_ndp_claim:
		return CARP_EVENT_CLAIM;
	case CARP_V_advert_echo:
		return CARP_EVENT_ECHO;
	case CARP_V_vrrp:
		return CARP_EVENT_VRRP;
	case CARP_V_advert_seal:
		return CARP_EVENT_SEAL;
	case CARP_V_advert_digest:
		return CARP_EVENT_DIGEST;
	default:
		return -1;
	}
}

static const char *events(const struct judged *j)
{
	struct carp_event event[2];
	size_t count = native_events(j->host, event, 2);

	if (!count)
		return j->out.verdict == CARP_V_advert_valid ||
				       j->out.verdict == CARP_V_advert_unicast
			       ? "believed and not reported"
			       : NULL;
	if (count > 1)
		return "reported twice";
	if ((int)event[0].kind != event_of(j->out.verdict))
		return "reported as something else";
	if (event[0].vhid != j->out.index || event[0].time_ns != j->stage->now)
		return "reported for another group or time";
	return NULL;
}

/* Who is known to seal, or has to, is believed only for a new sequence. */
static const char *replayed(const struct judged *j,
			    const struct native_change *changes, size_t count)
{
	const uint8_t *source = j->before->bytes + j->network + 8;
	bool six = j->before->bytes[j->network - 2] == 0x86;
	struct carp_host_key key = { .vhid = j->group->vhid,
				     .family = six ? 6 : 4 };
	struct carp_sender sender;

	memcpy(key.address, six ? source : source + 4, six ? 16 : 4);
	if (j->group->entry.auth == CARP_AUTH_COMPAT)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (changes[i].map == NATIVE_SENDERS &&
		    !memcmp(changes[i].key, &key, sizeof(key)))
			return NULL;
	if (j->group->entry.auth == CARP_AUTH_STRICT ||
	    (!native_lookup(j->host, NATIVE_SENDERS, &key, &sender) &&
	     sender.style == CARP_STYLE_SEALED))
		return "believed again";
	return NULL;
}

const char *oracle_state(const struct judged *j)
{
	const struct native_change *changes;
	size_t count = native_changes(j->host, &changes);
	const char *fault = NULL;

	if (believed(j->out.verdict) && !authentic(j))
		return "believed without a digest";
	for (size_t i = 0; i < count && !fault; i++)
		fault = entry_changed(j, &changes[i]);
	if (!fault && believed(j->out.verdict))
		fault = replayed(j, changes, count);
	return fault ? fault : events(j);
}
