/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Replays and edits of advertisements: what a sealed counter and the sender's
 * past say.  The check comes before the HMAC and writes nothing; only what an
 * HMAC has verified is remembered, so nobody without the passphrase can fill
 * or change these tables.
 *
 * Two of them, because the HMAC does not cover the source address: whoever
 * replays a BSD's frame from invented addresses fills the table of unsealed
 * senders, which then forgets the oldest, and never that of the sealed ones.
 * One counter in 2^24 of a BSD fits a tag by chance: in auto a sender counts
 * as sealed after two good tags.
 */
#pragma once

#include <carp/seal.h>

#include "notice.h"
#include "scratch.h"

enum seal_numbers {
	/* Rises by less between two advertisements of one BSD. */
	SEAL_STEP_MAX = 1 << 16,
};

static __always_inline __u64 seal_sequence(struct scratch *scratch)
{
	return scratch->event.counter >> CARP_SEAL_TAG_BITS;
}

/* Is this the tag, by any key of the vhid in head?  Global, so that the
 * verifier walks it once; without a branch, so that it walks one way. */
__noinline int seal_fits(__u64 head, __u64 counter, __u64 source0,
			 __u64 source1)
{
	__u32 vhid = head & 0xff;
	struct carp_auth *auth = bpf_map_lookup_elem(&carp_auth, &vhid);
	__u64 sequence = counter >> CARP_SEAL_TAG_BITS;
	__u32 i;

	if (!auth)
		return false;
	CARP_UNROLL
	for (i = 0; i < CARP_SEALS_MAX; i++) {
		if (i >= auth->seals_count)
			break;
		if (carp_seal_tag(&auth->seals[i], head, sequence, source0,
				  source1) == (counter & CARP_SEAL_TAG_MASK))
			return true;
	}
	return false;
}

static __always_inline void seal_open(struct scratch *scratch)
{
	struct carp_event *event = &scratch->event;
	__u64 head = carp_seal_head(event->vhid, event->advbase, event->advskew,
				    event->demote, event->family);

	scratch_host(scratch);
	scratch->seal_fits =
		!!seal_fits(head, event->counter, carp_seal_word(event->source),
			    carp_seal_word(event->source + 8));
}

/* Odd, so that no two sequences mix alike; one more than the sequence, so that
 * an empty entry fits nobody. */
static __always_inline __u64 seal_mix(__u64 sequence)
{
	return (sequence + 1) * 0x9e3779b97f4a7c15;
}

static __always_inline __u64 seal_half(const void *address)
{
	const carp_word *word = address;

	return word[0] | (__u64)word[1] << 32;
}

/* The barriers keep the two from becoming one variable offset. */
static __always_inline struct carp_newest *seal_newest(struct carp_vhid *group,
						       __u8 family)
{
	struct carp_newest *newest = &group->newest4;

	CARP_BARRIER(newest);
	if (family == 6) {
		newest = &group->newest6;
		CARP_BARRIER(newest);
	}
	return newest;
}

/*
 * A sequence that its source has left behind is refused whatever its tag is,
 * and so before anything is looked up.  Whether it was replayed or forged only
 * the tag could say: of a flood, the first of each jiffy has it checked.
 */
static __always_inline bool seal_stale(struct carp_vhid *group,
				       struct carp_event *event, __u64 counter)
{
	struct carp_newest *newest = seal_newest(group, event->family);
	__u64 last = *(volatile __u64 *)&newest->sequence;
	__u64 mix = seal_mix(last);

	if (!group->stale_early || group->auth == CARP_AUTH_COMPAT ||
	    counter >> CARP_SEAL_TAG_BITS > last)
		return false;
	if ((newest->marks[0] ^ mix ^ seal_half(event->source)) |
	    (newest->marks[1] ^ mix ^ seal_half(event->source + 8)))
		return false;
	return !notice_looks(&group->stale_jiffy);
}

/* Anything but `passed` ends it before a SHA-1 is spent. */
static __always_inline enum carp_verdict seal_check(struct carp_vhid *group,
						    struct scratch *scratch)
{
	bool strict = group->auth == CARP_AUTH_STRICT;
	struct carp_sender *sender;

	if (group->auth == CARP_AUTH_COMPAT)
		return CARP_V_passed;
	seal_open(scratch);
	if (strict && !scratch->seal_fits)
		return CARP_V_advert_seal;
	sender = bpf_map_lookup_elem(&carp_senders, &scratch->host);
	if (!sender || (!strict && sender->style != CARP_STYLE_SEALED))
		return CARP_V_passed;
	if (!scratch->seal_fits)
		return CARP_V_advert_seal;
	return seal_sequence(scratch) > sender->last ? CARP_V_passed
						     : CARP_V_advert_replayed;
}

/* A first entry of this sender. */
static __always_inline struct carp_sender *seal_first(struct scratch *scratch,
						      __u64 last,
						      enum carp_style style)
{
	carp_memset(&scratch->sender, 0, sizeof(scratch->sender));
	scratch->sender.last = last;
	scratch->sender.seen_ns = scratch->event.time_ns;
	scratch->sender.style = style;
	return &scratch->sender;
}

/* Looks like a replay or an edit, of a sender that gives us no proof. */
static __always_inline bool seal_suspects(struct carp_sender *sender,
					  __u64 counter)
{
	if (sender->style == CARP_STYLE_RISING)
		return counter - sender->last > ~0ULL >> 1 ||
		       counter == sender->last;
	return sender->style == CARP_STYLE_RANDOM && counter == sender->last;
}

static __always_inline enum carp_style seal_style(__u64 before, __u64 counter)
{
	if (counter == before)
		return CARP_STYLE_CONSTANT;
	return counter - before < SEAL_STEP_MAX ? CARP_STYLE_RISING
						: CARP_STYLE_RANDOM;
}

/* An alarm and no refusal: a BSD that starts anew looks the same. */
static __always_inline void seal_learn(struct carp_vhid *group,
				       struct scratch *scratch)
{
	__u64 counter = scratch->event.counter;
	struct carp_sender *sender;

	sender = bpf_map_lookup_elem(&carp_unsealed, &scratch->host);
	if (!sender) {
		bpf_map_update_elem(
			&carp_unsealed, &scratch->host,
			seal_first(scratch, counter, CARP_STYLE_UNKNOWN),
			BPF_NOEXIST);
		return;
	}
	if (seal_suspects(sender, counter)) {
		__sync_fetch_and_add(&sender->alarms, 1);
		__sync_fetch_and_add(&group->unsealed_alarms, 1);
		sender->style = CARP_STYLE_UNKNOWN;
	} else {
		sender->style = seal_style(sender->last, counter);
	}
	sender->last = counter;
	sender->seen_ns = scratch->event.time_ns;
}

/* Never of somebody whom carp_senders does not hold, as one that seals. */
static __always_inline void seal_note(struct carp_vhid *group,
				      struct carp_event *event, __u64 sequence)
{
	struct carp_newest *newest = seal_newest(group, event->family);
	__u64 mix = seal_mix(sequence);

	newest->marks[0] = mix ^ seal_half(event->source);
	newest->marks[1] = mix ^ seal_half(event->source + 8);
	newest->sequence = sequence;
}

/* A good tag: false if a sender not known to seal has used it before. */
static __always_inline bool seal_advance(struct carp_vhid *group,
					 struct scratch *scratch)
{
	__u64 sequence = seal_sequence(scratch);
	enum carp_style style = CARP_STYLE_CANDIDATE;
	struct carp_sender *sender;

	if (group->auth == CARP_AUTH_STRICT)
		style = CARP_STYLE_SEALED;
	sender = bpf_map_lookup_elem(&carp_senders, &scratch->host);
	if (!sender) {
		bpf_map_update_elem(&carp_senders, &scratch->host,
				    seal_first(scratch, sequence, style),
				    BPF_NOEXIST);
		return true;
	}
	if (sequence <= sender->last)
		return sender->style == CARP_STYLE_SEALED;
	sender->last = sequence;
	sender->seen_ns = scratch->event.time_ns;
	sender->style = CARP_STYLE_SEALED;
	seal_note(group, &scratch->event, sequence);
	return true;
}

/* The one good tag was chance. */
static __always_inline void seal_disown(struct scratch *scratch)
{
	struct carp_sender *sender;

	sender = bpf_map_lookup_elem(&carp_senders, &scratch->host);
	if (sender && sender->style == CARP_STYLE_CANDIDATE)
		bpf_map_delete_elem(&carp_senders, &scratch->host);
}

/* After the HMAC. */
static __always_inline void seal_remember(struct carp_vhid *group,
					  struct scratch *scratch)
{
	if (group->auth == CARP_AUTH_COMPAT)
		return;
	if (scratch->seal_fits && seal_advance(group, scratch))
		return;
	if (group->auth == CARP_AUTH_STRICT)
		return;
	seal_disown(scratch);
	seal_learn(group, scratch);
}
