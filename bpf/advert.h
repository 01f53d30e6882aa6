/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Protocol 112: is this a true advertisement for a vhid of ours?  A verified
 * one is stamped and reported; every other one ends under its own name.  VRRP
 * and vhids that are not configured here pass untouched.  It never writes to
 * the frame and never judges rank: the election is the controller's.
 */
#pragma once

#include <carp/hmac.h>

#include "account.h"
#include "event.h"
#include "lease.h"
#include "notice.h"
#include "parse.h"
#include "peers.h"
#include "seal.h"

enum advert_sizes {
	VRRP2_FIXED_SIZE = 16, /* header and authentication data */
	VRRP2_SEVEN_SIZE = 44, /* with the seven addresses of authlen 7 */
	ADVERT_SEEN_SIZE = 2,  /* version_type and vhid */
};

/* 1 if it is not 0, without a branch. */
static __always_inline __u8 advert_flag(__u32 x)
{
	return (__u8)((x | -x) >> 31);
}

/*
 * Payload and room.  Measuring costs as much as all refusals before a digest:
 * who promises no more than an advertisement behind a `header` of fixed size is
 * believed as far as the frame holds it, in words.
 *
 * What is not there stays as an earlier frame left it: nothing but the first
 * two bytes is looked at before it is known to be there.
 */
static __always_inline enum carp_verdict advert_fetch(struct frame *frame,
						      struct advert *advert,
						      __u32 header)
{
	__u32 room = header + parse_words(frame, frame->network + header);

	if (advert->total > room || room < header + ADVERT_SEEN_SIZE)
		room = (__u32)(parse_length(frame->ctx) - frame->offset);
	if (room < header + ADVERT_SEEN_SIZE)
		return CARP_V_advert_length;
	advert->room = room;
	parse_copy(frame, frame->network + header, advert->words);
	return CARP_V_passed;
}

/* The same behind an IPv4 header with options, and its sum.  False if no vhid
 * could be seen.  Global, so that the verifier walks it once. */
__noinline int advert_fetch_options(struct xdp_md *ctx, __u32 offset)
{
	struct scratch *scratch = scratch_open();
	struct frame memory, *frame = &memory;
	struct advert *advert;

	CARP_BARRIER(frame);
	if (!scratch)
		return false;
	advert = &scratch->advert;
	advert->room = (__u32)parse_length(ctx) - offset;
	if (advert->room < advert->size + ADVERT_SEEN_SIZE)
		return false;
	parse_again(ctx, offset, frame);
	advert->ip_sum = parse_fetch(frame, advert->size / 4, advert->words);
	return true;
}

/* Anything but `passed` is the verdict, before a vhid could be seen. */
static __always_inline enum carp_verdict advert_open4(struct frame *frame,
						      struct advert *advert,
						      struct carp_event *event)
{
	struct ip4_header *ip = frame->network;

	advert->size = (ip->version_words & 0x0fu) * 4;
	advert->total = carp_ntohs(ip->total);
	advert->version = ip->version_words >> 4;
	advert->family = 4;
	advert->ttl = ip->ttl;
	advert->pseudo = 0;
	advert->fragment = ip->fragment & carp_htons(IP4_MORE_FRAGMENTS);
	event->family = 4;
	event->unicast = advert_flag((ip->destination[0] & 0xf0) ^ 0xe0);
	word_copy(event->source, ip->source, 4);
	if (advert->size < sizeof(*ip))
		return CARP_V_advert_ip;
	if (ip->fragment & carp_htons(IP4_OFFSET_MASK))
		return CARP_V_advert_fragment;
	if (advert->size == sizeof(*ip)) {
		advert->ip_sum = carp_csum_words(0, ip, sizeof(*ip));
		return advert_fetch(frame, advert, sizeof(*ip));
	}
	return advert_fetch_options(frame->ctx, (__u32)frame->offset)
		       ? CARP_V_passed
		       : CARP_V_advert_length;
}

static __always_inline enum carp_verdict advert_open6(struct frame *frame,
						      struct advert *advert,
						      struct carp_event *event)
{
	struct ip6_header *ip = frame->network;

	advert->size = sizeof(*ip);
	advert->total = sizeof(*ip) + carp_ntohs(ip->payload);
	advert->version = (__u8)(carp_ntohl(ip->version_flow) >> 28);
	advert->family = 6;
	advert->ttl = ip->hop_limit;
	advert->fragment = 0;
	advert->ip_sum = 0xffff;
	advert->pseudo = carp_csum_words(0, ip->source, 32) +
			 carp_htonl(CARP_HEADER_SIZE) +
			 carp_htonl(CARP_PROTOCOL);
	event->family = 6;
	event->unicast = advert_flag(ip->destination[0] ^ 0xff);
	word_copy(event->source, ip->source, 16);
	return advert_fetch(frame, advert, sizeof(*ip));
}

/* Is all there that the IP header promises? */
static __always_inline bool advert_whole(struct advert *advert)
{
	return advert->total >= advert->size && advert->total <= advert->room;
}

/* VRRPv2 with seven addresses looks like authlen 7; the checksum tells. */
static __always_inline bool advert_is_vrrp_seven(struct advert *advert)
{
	__u64 sum = carp_csum_words(0, advert->words, CARP_HEADER_SIZE);

	if (carp_csum_good(sum))
		return false;
	sum = carp_csum_words(sum, advert->words + CARP_HEADER_SIZE / 4,
			      (__u32)VRRP2_SEVEN_SIZE - CARP_HEADER_SIZE);
	return carp_csum_good(sum);
}

static __always_inline bool advert_is_vrrp(struct advert *advert)
{
	__u32 addresses = advert->header.authlen; /* so VRRPv2 calls it */
	__u32 length = advert->total - advert->size;

	if (advert->header.version_type >> 4 == CARP_VRRP_VERSION3)
		return true;
	/* Version 2 is of IPv4 only. */
	if (advert->family != 4 ||
	    advert->header.version_type != CARP_VERSION_TYPE ||
	    !advert_whole(advert))
		return false;
	if (addresses != CARP_AUTHLEN)
		return length == VRRP2_FIXED_SIZE + 4 * addresses;
	return length == VRRP2_SEVEN_SIZE && advert_is_vrrp_seven(advert);
}

/* NetBSD sums the pseudo-header in over IPv6, everybody else does not. */
static __always_inline bool advert_sum_good(struct advert *advert)
{
	__u64 sum = carp_csum_words(0, advert->words, CARP_HEADER_SIZE);

	if (carp_csum_good(sum))
		return true;
	return advert->pseudo && carp_csum_good(sum + advert->pseudo);
}

/* The cheap refusals, in the order of their cost. */
static __always_inline enum carp_verdict advert_refuse(struct advert *advert,
						       __u8 ttl_min)
{
	if (advert->fragment)
		return CARP_V_advert_fragment;
	if (advert->version != advert->family || !advert_whole(advert) ||
	    !carp_csum_good(advert->ip_sum))
		return CARP_V_advert_ip;
	if (advert->ttl < ttl_min)
		return CARP_V_advert_ttl;
	if (advert->total < advert->size + CARP_HEADER_SIZE)
		return CARP_V_advert_length;
	if (advert->header.version_type >> 4 != CARP_VERSION)
		return CARP_V_advert_version;
	if ((advert->header.version_type & 0x0f) != CARP_TYPE_ADVERT)
		return CARP_V_advert_type;
	if (!advert_sum_good(advert))
		return CARP_V_advert_checksum;
	return CARP_V_passed;
}

static __always_inline __u64 advert_pair(struct advert *advert, int i)
{
	return (__u64)carp_ntohl(advert->words[i]) << 32 |
	       carp_ntohl(advert->words[i + 1]);
}

static __always_inline void advert_describe(struct frame *frame,
					    struct advert *advert,
					    struct carp_event *event)
{
	event->family = advert->version;
	event->advbase = advert->header.advbase;
	event->advskew = advert->header.advskew;
	event->demote = advert->header.demote;
	event->counter = advert_pair(advert, 2);
	mac_copy(event->source_mac, frame->ethernet->source);
}

/* Does any recipe of the vhid give this digest? */
static __always_inline bool advert_digest(struct scratch *scratch)
{
	__u64 counter = scratch->event.counter;
	__u32 vhid = scratch->event.vhid, i;
	struct carp_auth *auth = bpf_map_lookup_elem(&carp_auth, &vhid);

	if (!auth)
		return false;
	for (i = 0; i < CARP_DIGEST_SIZE / 4; i++)
		scratch->received[i] = carp_ntohl(scratch->advert.words[4 + i]);
	for (i = 0; i < CARP_RECIPES_MAX; i++) {
		if (i >= auth->count)
			break;
		carp_hmac_run(&auth->recipes[i], counter, &scratch->hmac);
		if (carp_digest_equal(scratch->hmac.state.h, scratch->received))
			return true;
	}
	return false;
}

/* Is this one of the counters we sent last?  Without a branch, or the
 * verifier would walk every way through the sixteen. */
static __always_inline bool advert_counter_known(struct carp_vhid *group,
						 __u64 counter)
{
	__u64 unknown = 1, difference;
	int i;

	for (i = 0; i < CARP_OWN_COUNTERS; i++) {
		difference = group->own_counters[i] ^ counter;
		unknown &= (difference | -difference) >> 63;
		CARP_BARRIER(unknown);
	}
	return counter && !unknown;
}

/* Reflected by a switch or a hypervisor: our source, or a counter we sent. */
static __always_inline bool advert_is_echo(struct carp_vhid *group,
					   struct carp_event *event)
{
	if (event->family == 4 && !word_zero(group->source4, 4) &&
	    word_equal(group->source4, event->source, 4))
		return true;
	if (event->family == 6 && !word_zero(group->source6, 16) &&
	    word_equal(group->source6, event->source, 16))
		return true;
	return advert_counter_known(group, event->counter);
}

/* The controller's second opinion: it reads this before every promotion. */
static __always_inline void advert_stamp(struct carp_vhid *group,
					 struct carp_event *event)
{
	__u64 *by_family = &group->last_valid4_ns;

	CARP_BARRIER(by_family); /* or the two become a variable offset */
	if (event->family == 6) {
		by_family = &group->last_valid6_ns;
		CARP_BARRIER(by_family);
	}
	group->last_valid_ns = event->time_ns;
	*by_family = event->time_ns;
	word_copy(group->last_sender, event->source, 16);
	mac_copy(group->last_sender_mac, event->source_mac);
	group->last_family = event->family;
	group->last_advbase = event->advbase;
	group->last_advskew = event->advskew;
	group->last_demote = event->demote;
}

static __always_inline enum carp_verdict advert_believe(struct carp_vhid *group,
							struct scratch *scratch)
{
	struct carp_event *event = &scratch->event;
	enum carp_verdict verdict;

	if (group->role == CARP_ROLE_OBSERVER) {
		event->time_ns = lease_now();
		event->kind = CARP_EVENT_OBSERVED;
		event_report(event);
		return CARP_V_advert_observed;
	}
	verdict = seal_check(group, scratch);
	if (verdict == CARP_V_advert_seal)
		notice_advert(event, CARP_EVENT_SEAL, &group->last_digest_ns,
			      &group->digest_jiffy);
	if (verdict != CARP_V_passed)
		return verdict;
	if (!advert_digest(scratch)) {
		notice_advert(event, CARP_EVENT_DIGEST, &group->last_digest_ns,
			      &group->digest_jiffy);
		return CARP_V_advert_digest;
	}
	if (advert_is_echo(group, event)) {
		notice_advert(event, CARP_EVENT_ECHO, &group->last_echo_ns,
			      &group->echo_jiffy);
		return CARP_V_advert_echo;
	}
	event->time_ns = lease_now();
	seal_remember(group, scratch);
	advert_stamp(group, event);
	if (!event_report(event))
		return CARP_V_advert_unreported;
	return event->unicast ? CARP_V_advert_unicast : CARP_V_advert_valid;
}

/* What is left when all that is cheap is done.  Global, so that the verifier
 * walks it once: the advertisement is where it was left. */
__noinline int advert_settle(__u32 vhid)
{
	struct carp_vhid *group = map_group(vhid);
	struct scratch *scratch = scratch_open();

	if (!group || !scratch)
		return CARP_PASS;
	return settle(vhid, advert_believe(group, scratch));
}

static __always_inline enum carp_verdict advert_judge(struct frame *frame,
						      struct scratch *scratch)
{
	struct advert *advert = &scratch->advert;
	struct carp_event *event = &scratch->event;
	struct carp_vhid *group;
	enum carp_verdict verdict;

	group = map_group(advert->header.vhid);
	if (advert_is_vrrp(advert))
		return notice_vrrp(frame, group, event, advert->header.vhid);
	if (!group || group->role == CARP_ROLE_NONE)
		return CARP_V_advert_other;
	frame->vhid = advert->header.vhid;
	event->vhid = advert->header.vhid;
	verdict = advert_refuse(
		advert, peers_ttl(group, advert->family, event->unicast));
	if (verdict != CARP_V_passed)
		return verdict;
	if (peers_stranger(group, event))
		return CARP_V_advert_stranger;
	if (group->role != CARP_ROLE_OBSERVER &&
	    seal_stale(group, event, advert_pair(advert, 2)))
		return CARP_V_advert_stale;
	advert_describe(frame, advert, event);
	frame->action = (__u32)advert_settle(event->vhid);
	return CARP_SETTLED;
}

/* The fixed part of the family's IP header is known to be there. */
static __always_inline enum carp_verdict advert_take(struct frame *frame,
						     __u8 family)
{
	struct scratch *scratch = scratch_open();
	struct carp_event *event;
	struct advert *advert;
	enum carp_verdict verdict;

	if (!scratch)
		return CARP_V_passed;
	event = event_new(scratch, CARP_EVENT_ADVERT);
	advert = &scratch->advert;
	if (family == 4)
		verdict = advert_open4(frame, advert, event);
	else
		verdict = advert_open6(frame, advert, event);
	return verdict == CARP_V_passed ? advert_judge(frame, scratch)
					: verdict;
}
