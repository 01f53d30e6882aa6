/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One group between two native data planes: its own, into which it writes role
 * and lease as a controller does and whose way out its frames take, and that
 * of a peer, which hears them.  Whatever happens to it, in whatever order:
 *
 *  - a live lease and the addresses are a master's, and no lease is longer
 *    than its advertisement permits;
 *  - only a master speaks, but for the bow-out, and its own guard never stops
 *    it;
 *  - the peer believes every advertisement, once;
 *  - nobody is promoted for silence who has just heard somebody;
 *  - a group that takes part always has a deadline ahead.
 */
#include <string.h>

#include "choices.h"
#include "fuzz.h"
#include "tests/native/native.h"
#include "user/core/auth.h"
#include "user/core/group.h"

enum {
	VHID = 7,
	STEPS_MAX = 200,
	FRESH_NS = 3000000,
	KINDS = 4,
	FRAME_MAX = 512,
};

static struct native *self, *peer;
static struct group group;
static struct instant now;
static bool addresses, fails;
static uint64_t sequence;
static unsigned int own_counters;

static const struct vip vips[] = {
	{ { 4, { 10, 7, 0, 1 } }, 24 },
	{ { 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } }, 64 },
};
static const struct address peers[] = { { 4, { 10, 9, 0, 1 } },
					{ 6, { 0xfe, 0x80, [15] = 1 } } };
/* Both VIPs, each alone, and both under another passphrase. */
static struct carp_recipe recipes[KINDS];

static struct instant op_now(struct group *g)
{
	(void)g;
	return now;
}

static struct carp_vhid *own_entry(void)
{
	return native_group(self, VHID);
}

static const struct carp_header *advert_in(const uint8_t *frame)
{
	if (frame[12] == 0x08 && frame[13] == 0x00)
		return (const void *)(frame + 34);
	if (frame[12] == 0x86 && frame[20] == CARP_PROTOCOL)
		return (const void *)(frame + 54);
	return NULL;
}

static void check_heard(const uint8_t *frame, size_t size)
{
	uint8_t copy[FRAME_MAX];
	struct native_outcome out;

	memcpy(copy, frame, size);
	native_receive(peer, copy, size, &out);
	MUST(out.verdict == CARP_V_advert_valid ||
	     out.verdict == CARP_V_advert_unicast);
}

static int op_send(struct group *g, const uint8_t *frame, size_t size)
{
	const struct carp_header *carp = advert_in(frame);
	uint8_t copy[FRAME_MAX];
	struct native_outcome out;

	MUST(size <= sizeof(copy));
	MUST(own_entry()->role == CARP_ROLE_MASTER ||
	     (carp && carp->advbase == CARP_BOW_OUT &&
	      carp->advskew == CARP_BOW_OUT) ||
	     (!memcmp(frame, frame + CARP_MAC_SIZE, CARP_MAC_SIZE) &&
	      g->send_failing)); /* to nobody but ourselves */
	memcpy(copy, frame, size);
	MUST(native_send(self, copy, size, false, &out) == NATIVE_SENT_OK);
	MUST(!memcmp(copy, frame, size));
	if (carp)
		check_heard(frame, size);
	return fails ? -1 : 0;
}

static void op_role(struct group *g, enum carp_role role)
{
	(void)g;
	own_entry()->role = role;
}

static void op_lease(struct group *g, struct instant until)
{
	MUST(!until.ns || own_entry()->role == CARP_ROLE_MASTER);
	MUST(until.ns <= instant_add(now, election_lease(&g->election)).ns);
	native_lease(self, VHID)->until_ns = until.ns;
}

static void op_addresses(struct group *g, bool present)
{
	(void)g;
	addresses = present;
}

static uint64_t op_sequence(struct group *g, uint64_t last)
{
	(void)g;
	MUST(last <= sequence);
	return ++sequence;
}

static void op_counter(struct group *g, uint64_t counter)
{
	(void)g;
	own_entry()->own_counters[own_counters++ % CARP_OWN_COUNTERS] = counter;
}

static void op_heard(struct group *g, struct instant out[ELECTION_FAMILIES])
{
	(void)g;
	out[ELECTION_V4].ns = own_entry()->last_valid4_ns;
	out[ELECTION_V6].ns = own_entry()->last_valid6_ns;
}

static void op_route(struct group *g, const struct address *to,
		     struct group_route *out)
{
	(void)g;
	(void)to;
	*out = (struct group_route){ .mac = { 2, [5] = 1 } };
}

static void op_mac(struct group *g, uint8_t out[CARP_MAC_SIZE])
{
	static const uint8_t mac[CARP_MAC_SIZE] = { 2, [5] = 9 };

	(void)g;
	memcpy(out, mac, sizeof(mac));
}

static void op_trouble(struct group *g, bool failing)
{
	MUST(failing == g->send_failing);
}

static void op_grace(struct group *g)
{
	(void)g;
}

static struct notice_table *op_notice_table(struct group *g)
{
	static struct notice_table table;

	(void)g;
	table = (struct notice_table){ 0 };
	return &table;
}

static void op_noticed(struct group *g, const struct notice *notice, bool fresh)
{
	(void)g;
	(void)fresh;
	MUST(notice_text(notice->kind));
}

static bool fresh(int family)
{
	uint64_t at = family == ELECTION_V4 ? own_entry()->last_valid4_ns
					    : own_entry()->last_valid6_ns;

	return !group.election.settings.family[family] ||
	       (at && now.ns - at < FRESH_NS);
}

static void op_changed(struct group *g, const struct election_output *out)
{
	MUST(out->to == g->election.state && out->from != out->to);
	if (g->reason == REASON_TIMED_OUT)
		MUST(!fresh(ELECTION_V4) || !fresh(ELECTION_V6));
}

static const struct group_ops ops = {
	.now = op_now,
	.send = op_send,
	.set_role = op_role,
	.set_lease = op_lease,
	.set_addresses = op_addresses,
	.sequence = op_sequence,
	.own_counter = op_counter,
	.heard = op_heard,
	.peer_route = op_route,
	.own_mac = op_mac,
	.send_trouble = op_trouble,
	.grace_over = op_grace,
	.notice_table = op_notice_table,
	.noticed = op_noticed,
	.changed = op_changed,
};

/* 0 has both, 1 and 2 one each, 3 both and another passphrase, 4 none. */
static uint32_t draw_settings(struct settings *s, struct choices *c)
{
	static const uint8_t bases[4] = { 1, 0, 3, 255 };
	uint32_t kind = choose(c, KINDS + 1);

	*s = (struct settings){
		.vhid = VHID,
		.advbase = bases[choose(c, 4)],
		.advskew = (uint8_t)choose(c, CARP_ADVSKEW_MAX + 1),
		.dead_ratio = (uint8_t)(2 + choose(c, 4)),
		.preempt = choose(c, 2),
		.preempt_delay = (uint16_t)(once_in(c, 4) ? choose(c, 20) : 0),
		.observe = once_in(c, 8),
		.compat = choose(c, 3),
		.demotion_form = choose(c, 4),
		.vips = vips + (kind == 2),
		.vips_count = kind == 4		       ? 0
			      : kind == 1 || kind == 2 ? 1
						       : 2,
		.announce_refresh = (uint16_t)choose(c, 3),
	};
	if (once_in(c, 3)) {
		s->peers = peers;
		s->peers_count = 2;
	}
	if (once_in(c, 4)) {
		s->gateways[0] = peers[0];
		s->gateways[1] = peers[1];
		s->gateways_count = 2;
	}
	return kind % KINDS;
}

static void tick(void)
{
	group_tick(&group, now);
	group_announce_tick(&group, now);
}

/* Announcements come in slices, but they come to an end. */
static void tick_out(void)
{
	for (int i = 0; i < 64; i++) {
		tick();
		if (instant_before(now, group_deadline(&group)))
			return;
	}
	MUST(!"no deadline ahead");
}

static void hear(struct choices *c)
{
	static const uint8_t bases[4] = { 1, 0, 3, 255 };
	struct carp_event event = { .kind = CARP_EVENT_ADVERT, .vhid = VHID };
	uint64_t ago = once_in(c, 8) ? choose(c, 1000) * 1000000ULL : 0;

	if (once_in(c, 8))
		event.kind = choose(c, CARP_EVENT_DIGEST + 1);
	event.family = choose(c, 2) ? 6 : 4;
	event.advbase = bases[choose(c, 4)];
	event.advskew = (uint8_t)choose(c, 256);
	event.demote = once_in(c, 3) ? (uint8_t)choose(c, 256) : 0;
	event.unicast = (uint8_t)choose(c, 2);
	event.time_ns = now.ns - ago;
	event.source[event.family == 4 ? 3 : 15] = (uint8_t)choose(c, 256);
	memcpy(event.target, vips[event.family == 6].address.bytes, 16);
	if (event.kind == CARP_EVENT_ADVERT && event.family == 4)
		own_entry()->last_valid4_ns = event.time_ns;
	if (event.kind == CARP_EVENT_ADVERT && event.family == 6)
		own_entry()->last_valid6_ns = event.time_ns;
	group_event(&group, &event, now);
}

static void pass_time(struct choices *c)
{
	struct instant due = group_deadline(&group);

	if (choose(c, 2) && !instant_is_never(due))
		now = instant_max(now, due);
	else
		now = instant_add(now, span_us(choose(c, 65536)));
	native_clock(self, now.ns);
	native_clock(peer, now.ns);
	tick_out();
}

static void change_settings(struct choices *c)
{
	struct settings settings;
	uint32_t kind = draw_settings(&settings, c);
	struct span grace = span_ms(once_in(c, 2) ? choose(c, 5000) : 0);

	group_settings(&group, &settings, &recipes[kind], grace, now);
}

static void step(struct choices *c)
{
	switch (choose(c, 16)) {
	default:
		pass_time(c);
		break;
	case 8:
	case 9:
	case 10:
		hear(c);
		break;
	case 11:
		group_link(&group, choose(c, 4), now);
		break;
	case 12:
		group_demotion(&group, (int)choose(c, 1000) - 300, now);
		break;
	case 13:
		group_command(&group, choose(c, 2), now);
		break;
	case 14:
		change_settings(c);
		break;
	case 15:
		fails = once_in(c, 4);
		if (once_in(c, 4))
			group_stop(&group, now);
		else
			group_start(&group, choose(c, 4), now);
	}
}

static void check(void)
{
	const bool master = group.election.state == ELECTION_MASTER;
	const uint64_t until = native_lease(self, VHID)->until_ns;

	MUST(own_entry()->role == group_role(&group));
	MUST(master || until <= now.ns);
	MUST(addresses == master);
	if (group.election.state != ELECTION_INIT)
		MUST(!instant_is_never(group_deadline(&group)));
	if (group_observes(&group))
		MUST(group.election.state == ELECTION_INIT);
}

static void open_group(struct choices *c)
{
	struct settings settings;
	uint32_t kind = draw_settings(&settings, c);

	now = (struct instant){ 1000000000000 };
	addresses = fails = false;
	sequence = 1;
	own_counters = 0;
	native_clock(self, now.ns);
	native_clock(peer, now.ns);
	group_init(&group, &ops, NULL, 2, &settings, &recipes[kind]);
	group.source[ELECTION_V4] = (struct address){ 4, { 10, 9, 0, 9 } };
	group.source[ELECTION_V6] =
		(struct address){ 6, { 0xfe, 0x80, [15] = 9 } };
	group_start(&group, true, now);
}

static void open_hosts(void)
{
	struct carp_auth *auth = native_auth(peer, VHID);

	native_reset(self);
	native_reset(peer);
	native_vip4(self, vips[0].address.bytes, VHID);
	native_vip6(self, vips[1].address.bytes, VHID);
	native_group(peer, VHID)->role = CARP_ROLE_BACKUP;
	memcpy(auth->recipes, recipes, sizeof(recipes));
	auth->count = KINDS;
	auth->seals[0] = recipes[0].seal;
	auth->seals[1] = recipes[3].seal;
	auth->seals_count = 2;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	self = native_new();
	peer = native_new();
	for (int i = 0; i < KINDS; i++) {
		struct auth_input input = {
			.key = "one",
			.vhid = VHID,
			.vips4 = (const void *)vips[0].address.bytes,
			.vips4_count = i != 2,
			.vips6 = (const void *)vips[1].address.bytes,
			.vips6_count = i != 1,
		};

		if (i == 3)
			memcpy(input.key, "two", 3);
		auth_prepare_recipe(&input, true, &recipes[i]);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices c = choices_bytes(data, size);

	open_hosts();
	open_group(&c);
	for (int i = 0; i < STEPS_MAX && c.size; i++) {
		struct carp_event drained[64];

		step(&c);
		check();
		while (native_events(peer, drained, 64))
			;
	}
	return 0;
}
