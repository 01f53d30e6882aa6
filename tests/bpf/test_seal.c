/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Sealed counters: replays and edits are refused, by whom a sender was, and
 * every BSD's way of counting is still believed where it should be.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "../unit/sample.h"
#include "harness.h"
#include "user/core/auth.h"

enum {
	VHID = 3,
#ifdef PLAIN_TESTS /* each frame is emulated there */
	MILLION = 10000,
#else
	MILLION = 1000000,
#endif
	FIRST = 7000,
};

static void open_as(enum carp_auth_mode mode)
{
	struct carp_vhid group;

	rig_backup(VHID);
	group = rig_get_group(VHID);
	group.auth = mode;
	rig_set_group(VHID, &group);
}

static struct packet sealed(struct advert a, uint64_t sequence)
{
	advert_seal(&a, sequence);
	return advert_packet(&a);
}

static struct packet counted(struct advert a, uint64_t counter)
{
	a.counter = counter;
	return advert_packet(&a);
}

static void hear(const char *what, struct packet p, enum carp_verdict verdict)
{
	expect(what, &p, verdict, VHID, NULL);
}

static struct carp_host_key key_of(const struct advert *a)
{
	struct carp_host_key key = { .vhid = a->vhid };

	key.family = parse_address(a->source, key.address) ? 6 : 4;
	return key;
}

/* Guards: the tag is what carp/seal.h says, by independent arithmetic. */
Test(seal, counter_as_nettle_and_openssl)
{
	struct sample s = { 41 };

	for (int i = 0; i < 1000; i++) {
		struct advert a = i % 2 ? advert_default() : advert_default6();
		uint64_t sequence = sample_u64(&s) & CARP_SEAL_SEQUENCE_MAX;
		struct carp_seal_key key;
		uint8_t source[16];
		uint64_t head;

		sample_fill(&s, a.key, 19);
		a.advbase = (uint8_t)sample_u64(&s);
		a.advskew = (uint8_t)sample_u64(&s);
		a.demote = (uint8_t)sample_u64(&s);
		advert_seal(&a, sequence);
		auth_seal_key(a.key, &key);
		head = carp_seal_head(a.vhid, a.advbase, a.advskew, a.demote,
				      parse_address(a.source, source) ? 6 : 4);
		cr_assert_eq(carp_seal_counter(&key, head, sequence, source),
			     a.counter);
	}
}

/* Guards: strict believes sealed senders only, each frame once, in order. */
Test(seal, strict)
{
	struct advert a = advert_default(), six = advert_default6();

	open_as(CARP_AUTH_STRICT);
	hear("a BSD's", advert_packet(&a), CARP_V_advert_seal);
	hear("sealed", sealed(a, FIRST), CARP_V_advert_valid);
	hear("replayed", sealed(a, FIRST), CARP_V_advert_replayed);
	hear("older", sealed(a, FIRST - 1), CARP_V_advert_replayed);
	hear("newer", sealed(a, FIRST + 1), CARP_V_advert_valid);
	hear("the same sender's other family", sealed(six, FIRST),
	     CARP_V_advert_valid);
	hear("and again", sealed(six, FIRST), CARP_V_advert_replayed);
	hear("far ahead", sealed(a, CARP_SEAL_SEQUENCE_MAX),
	     CARP_V_advert_valid);
	a.bad_digest = true;
	a.source = "192.168.1.9";
	hear("a good seal alone", sealed(a, FIRST + 9), CARP_V_advert_digest);
	rig_close();
}

/* Guards: a frame under another source or family is not that frame; another
 * vhid has another digest. */
Test(seal, a_frame_belongs_where_it_was_sent)
{
	struct advert a = advert_default(), other = a;

	open_as(CARP_AUTH_STRICT);
	advert_seal(&a, FIRST);
	other.counter = a.counter;
	other.source = "192.168.1.99";
	hear("other source", advert_packet(&other), CARP_V_advert_seal);
	other = advert_default6();
	other.counter = a.counter;
	hear("other family", advert_packet(&other), CARP_V_advert_seal);
	hear("as it was", advert_packet(&a), CARP_V_advert_valid);
	rig_close();
}

/* Guards: advbase, advskew, demotion cannot be changed under way. */
static void edits(enum carp_auth_mode mode)
{
	struct advert a = advert_default(), edit;

	open_as(mode);
	hear("first", sealed(a, FIRST), CARP_V_advert_valid);
	hear("second", sealed(a, FIRST + 1), CARP_V_advert_valid);
	advert_seal(&a, FIRST + 2);
	edit = a;
	edit.advskew = 0;
	hear("advskew", advert_packet(&edit), CARP_V_advert_seal);
	edit = a;
	edit.advbase = 0;
	hear("advbase", advert_packet(&edit), CARP_V_advert_seal);
	edit = a;
	edit.demote = 255;
	hear("demotion", advert_packet(&edit), CARP_V_advert_seal);
	edit = a;
	edit.advbase = edit.advskew = 255;
	hear("a bow-out", advert_packet(&edit), CARP_V_advert_seal);
	hear("untouched", advert_packet(&a), CARP_V_advert_valid);
	rig_close();
}

Test(seal, edits_in_strict)
{
	edits(CARP_AUTH_STRICT);
}

Test(seal, edits_of_a_known_sender_in_auto)
{
	edits(CARP_AUTH_AUTO);
}

/* Guards: OpenBSD's constant, a lone FreeBSD's or ucarp's random and their
 * adopted counters are all believed in auto, and none of them alarms. */
Test(seal, auto_believes_every_bsd)
{
	struct sample s = { 43 };
	struct advert a = advert_default();
	struct carp_host_key key = key_of(&a);
	struct carp_sender sender;

	open_as(CARP_AUTH_AUTO);
	for (int i = 0; i < 100; i++)
		hear("constant", counted(a, 0x1122334455667788),
		     CARP_V_advert_valid);
	cr_assert_eq(rig_lookup("carp_unsealed", &key, &sender), 0);
	cr_expect_eq(sender.style, CARP_STYLE_CONSTANT);
	for (int i = 0; i < 100; i++)
		hear("random", counted(a, sample_u64(&s)), CARP_V_advert_valid);
	cr_assert_eq(rig_lookup("carp_unsealed", &key, &sender), 0);
	cr_expect_eq(sender.style, CARP_STYLE_RANDOM);
	for (uint64_t i = 1; i < 100; i++)
		hear("rising", counted(a, 0xfffffffffffffff0 + 2 * i),
		     CARP_V_advert_valid);
	cr_assert_eq(rig_lookup("carp_unsealed", &key, &sender), 0);
	cr_expect_eq(sender.style, CARP_STYLE_RISING);
	cr_expect_eq(rig_get_group(VHID).unsealed_alarms, 0);
	cr_expect_neq(rig_lookup("carp_senders", &key, &sender), 0);
	rig_close();
}

/* Guards: ucarp and FreeBSD go on from a sealed counter they have heard. */
Test(seal, auto_believes_who_adopts_a_sealed_counter)
{
	struct advert a = advert_default(), adopter = a;

	open_as(CARP_AUTH_AUTO);
	adopter.source = "192.168.1.66";
	for (uint64_t i = 0; i < 50; i++) {
		advert_seal(&a, FIRST + i);
		hear("ours", advert_packet(&a), CARP_V_advert_valid);
		hear("adopted", counted(adopter, a.counter + 1),
		     CARP_V_advert_valid);
		hear("and on", counted(adopter, a.counter + 2),
		     CARP_V_advert_valid);
	}
	rig_close();
}

/* Guards: who was seen to seal cannot fall back, nor be replayed. */
Test(seal, auto_never_lets_a_sealed_sender_fall_back)
{
	struct advert a = advert_default();

	open_as(CARP_AUTH_AUTO);
	hear("first", sealed(a, FIRST), CARP_V_advert_valid);
	hear("second", sealed(a, FIRST + 1), CARP_V_advert_valid);
	hear("replay of the first", sealed(a, FIRST), CARP_V_advert_replayed);
	hear("without a seal", counted(a, 1), CARP_V_advert_seal);
	hear("third", sealed(a, FIRST + 2), CARP_V_advert_valid);
	rig_close();
}

/* Guards: a BSD whose constant counter fits the tag by chance is not locked
 * out by it. */
Test(seal, auto_survives_a_counter_that_fits_by_chance)
{
	struct advert a = advert_default();

	open_as(CARP_AUTH_AUTO);
	for (int i = 0; i < 20; i++)
		hear("the same again", sealed(a, FIRST), CARP_V_advert_valid);
	hear("another", counted(a, 5), CARP_V_advert_valid);
	hear("once more by chance", sealed(a, FIRST + 7), CARP_V_advert_valid);
	hear("back again", counted(a, 5), CARP_V_advert_valid);
	rig_close();
}

/* Guards: one replayed by-chance counter and another by chance, days later, do
 * not make a sealed sender of a BSD. */
Test(seal, auto_forgets_a_candidate_that_repeats_itself)
{
	struct advert a = advert_default();

	open_as(CARP_AUTH_AUTO);
	hear("by chance", sealed(a, FIRST), CARP_V_advert_valid);
	hear("the same again", sealed(a, FIRST), CARP_V_advert_valid);
	hear("by chance again", sealed(a, FIRST + 7), CARP_V_advert_valid);
	hear("as ever", counted(a, 5), CARP_V_advert_valid);
	rig_close();
}

/* Guards: replays of unsealed senders alarm where they can be told. */
Test(seal, auto_counts_what_looks_replayed)
{
	struct advert a = advert_default(), edit;

	open_as(CARP_AUTH_AUTO);
	for (uint64_t i = 0; i < 5; i++)
		hear("rising", counted(a, 100 + i), CARP_V_advert_valid);
	hear("replayed", counted(a, 102), CARP_V_advert_valid);
	cr_expect_eq(rig_get_group(VHID).unsealed_alarms, 1);
	hear("rising", counted(a, 105), CARP_V_advert_valid);
	hear("rising", counted(a, 106), CARP_V_advert_valid);
	edit = a;
	edit.advskew = 0;
	hear("edited", counted(edit, 106), CARP_V_advert_valid);
	cr_expect_eq(rig_get_group(VHID).unsealed_alarms, 2);
	rig_close();
}

/* Guards: compat believes what the BSDs believe, and remembers nobody. */
Test(seal, compat_believes_replays)
{
	struct advert a = advert_default();
	struct carp_host_key key = key_of(&a);
	struct carp_sender sender;

	open_as(CARP_AUTH_COMPAT);
	for (int i = 0; i < 5; i++)
		hear("replay", sealed(a, FIRST), CARP_V_advert_valid);
	hear("constant", advert_packet(&a), CARP_V_advert_valid);
	cr_expect_neq(rig_lookup("carp_senders", &key, &sender), 0);
	cr_expect_neq(rig_lookup("carp_unsealed", &key, &sender), 0);
	rig_close();
}

/* Guards: a replayer who invents source addresses pushes no sealed sender
 * out, because the HMAC leaves the source open. */
Test(seal, invented_sources_push_nobody_out)
{
	struct advert a = advert_default(), bsd = a;
	struct packet p;

	open_as(CARP_AUTH_AUTO);
	hear("first", sealed(a, FIRST), CARP_V_advert_valid);
	hear("second", sealed(a, FIRST + 1), CARP_V_advert_valid);
	bsd.source = "10.0.0.0";
	bsd.counter = 77;
	p = advert_packet(&bsd);
	for (unsigned int i = 0; i < 20000; i++) {
		put16(p.bytes + 28, (uint16_t)i);
		advert_resum(&p);
		rig_feed(&p);
		if (i % 1000 == 0)
			rig_drain();
	}
	rig_drain();
	cr_expect_gt(rig_counted(VHID, CARP_V_advert_valid), 20000);
	hear("replay", sealed(a, FIRST + 1), CARP_V_advert_replayed);
	hear("fallback", counted(a, 1), CARP_V_advert_seal);
	hear("third", sealed(a, FIRST + 2), CARP_V_advert_valid);
	rig_close();
}

/* Guards: nobody without the passphrase fills the tables. */
Test(seal, forged_frames_are_remembered_nowhere)
{
	struct advert a = advert_default();
	struct carp_host_key key = key_of(&a);
	struct carp_sender sender;

	a.bad_digest = true;
	open_as(CARP_AUTH_AUTO);
	hear("good seal, bad digest", sealed(a, FIRST), CARP_V_advert_digest);
	hear("unsealed, bad digest", counted(a, 9), CARP_V_advert_digest);
	cr_expect_neq(rig_lookup("carp_senders", &key, &sender), 0);
	cr_expect_neq(rig_lookup("carp_unsealed", &key, &sender), 0);
	rig_close();
}

/* Guards: during a change of passphrase both keys seal. */
Test(seal, both_keys_of_a_rolling_change)
{
	struct advert a = advert_default(), new = a;
	struct carp_auth both, older;

	open_as(CARP_AUTH_STRICT);
	memcpy(new.key, "another secret\0\0\0\0\0", sizeof(new.key));
	rig_lookup("carp_auth", &(uint32_t){ VHID }, &older);
	rig_trust(&new);
	rig_lookup("carp_auth", &(uint32_t){ VHID }, &both);
	auth_join(&both, &older);
	cr_assert_eq(both.seals_count, 2);
	rig_auth(VHID, &both);
	hear("old key", sealed(a, FIRST), CARP_V_advert_valid);
	hear("new key", sealed(new, FIRST + 1), CARP_V_advert_valid);
	hear("old key, older", sealed(a, FIRST), CARP_V_advert_replayed);
	rig_trust(&new);
	hear("the old key's time is over", sealed(a, FIRST + 2),
	     CARP_V_advert_seal);
	rig_close();
}

/* Guards: of a million replays none is believed, whichever frame it is. */
static void million_replays(enum carp_auth_mode mode)
{
	enum {
		RECORDED = 1000
	};
	static struct packet record[RECORDED];
	struct advert a = advert_default(), six = advert_default6();

	open_as(mode);
	for (int i = 0; i < RECORDED; i++) {
		record[i] = sealed(i % 2 ? six : a, (uint64_t)(FIRST + i));
		cr_assert_eq(rig_feed(&record[i]), CARP_PASS);
	}
	cr_assert_eq(rig_counted(VHID, CARP_V_advert_valid), RECORDED);
	for (int i = 0; i < MILLION; i++)
		rig_feed(&record[i % RECORDED]);
	cr_expect_eq(rig_counted(VHID, CARP_V_advert_valid), RECORDED);
	cr_expect_eq(rig_counted(VHID, CARP_V_advert_replayed), MILLION);
	rig_close();
}

Test(seal, a_million_replays_in_strict)
{
	million_replays(CARP_AUTH_STRICT);
}

Test(seal, a_million_replays_in_auto)
{
	million_replays(CARP_AUTH_AUTO);
}

/* One of what the HMAC leaves open, made something else. */
static void edit_one(struct sample *s, struct packet *p, uint32_t of)
{
	static const size_t places[] = { 14 + 20 + 2, 14 + 20 + 4, 14 + 20 + 5,
					 14 + 12,     14 + 13,	   14 + 14,
					 14 + 15 };
	size_t at = places[sample_below(s, of)];
	uint8_t other = (uint8_t)(1 + sample_below(s, 255));

	p->bytes[at] ^= other;
	advert_resum(p);
}

/* Guards: of a million edits of frames not heard yet none is believed.  One in
 * 2^24 would be by chance. */
static void million_edits(enum carp_auth_mode mode)
{
	struct advert a = advert_default();
	struct sample s = { 47 };
	struct packet fresh, edit;
	uint64_t valid;

	open_as(mode);
	for (int i = 0; i < MILLION; i++) {
		if (i % 1000 == 0) {
			fresh = sealed(a, (uint64_t)(FIRST + i));
			cr_assert_eq(rig_feed(&fresh), CARP_PASS);
			fresh = sealed(a, (uint64_t)(FIRST + i + 1));
			cr_assert_eq(rig_feed(&fresh), CARP_PASS);
			fresh = sealed(a, (uint64_t)(FIRST + i + 2));
			rig_drain();
		}
		edit = fresh;
		edit_one(&s, &edit, mode == CARP_AUTH_AUTO ? 3 : 7);
		rig_feed(&edit);
	}
	valid = rig_counted(VHID, CARP_V_advert_valid) +
		rig_counted(VHID, CARP_V_advert_unreported);
	cr_expect_eq(valid, 2 * MILLION / 1000);
	cr_expect_eq(rig_counted(VHID, CARP_V_advert_seal), MILLION);
	rig_close();
}

Test(seal, a_million_edits_in_strict)
{
	million_edits(CARP_AUTH_STRICT);
}

/* In auto per sender: a changed source is another sender, perhaps a BSD. */
Test(seal, a_million_edits_in_auto)
{
	million_edits(CARP_AUTH_AUTO);
}
