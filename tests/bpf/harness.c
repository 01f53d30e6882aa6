/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Fills the maps of the data plane, runs frames through it and reads back every
 * counter of every vhid.  It never looks inside a frame, and never asks what
 * the data plane runs in: plane.h does.
 */
#include "harness.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "plane.h"
#include "user/core/auth.h"

/* Actions of tc, as <linux/pkt_cls.h> numbers them. */
enum sent {
	SENT_OK = 0,
	SENT_SHOT = 2
};

static uint64_t counters[CARP_VHID_SLOTS][CARP_V_COUNT];

#define NAME(name, action, help) #name,
static const char *const names[] = { CARP_VERDICTS(NAME) };
#undef NAME

const char *verdict_name(enum carp_verdict verdict)
{
	return verdict < CARP_V_COUNT ? names[verdict] : "none";
}

void rig_open(void)
{
	plane_open();
	plane_counters(counters);
}

void rig_close(void)
{
	plane_close();
}

int rig_lookup(const char *map, const void *key, void *value)
{
	return plane_lookup(map, key, value);
}

static void update(const char *map, const void *key, const void *value)
{
	cr_assert_eq(plane_update(map, key, value), 0, "%s", map);
}

void rig_set_group(uint8_t vhid, const struct carp_vhid *group)
{
	uint32_t key = vhid;

	update("carp_vhids", &key, group);
}

void rig_group(uint8_t vhid, enum carp_role role)
{
	struct carp_vhid group = { .role = role };

	vmac(group.virtual_mac, vhid);
	memcpy(group.nic_mac, MAC_NIC, sizeof(group.nic_mac));
	rig_set_group(vhid, &group);
}

struct carp_vhid rig_get_group(uint8_t vhid)
{
	struct carp_vhid group;
	uint32_t key = vhid;

	cr_assert_eq(rig_lookup("carp_vhids", &key, &group), 0);
	return group;
}

void rig_lease(uint32_t slot, uint64_t until_ns)
{
	struct carp_lease lease = { .until_ns = until_ns };

	update("carp_leases", &slot, &lease);
}

void rig_vip(const char *address, uint8_t vhid)
{
	struct carp_vip vip = { .vhid = vhid, .slot = vhid };
	uint8_t key[16];

	if (parse_address(address, key))
		update("carp_vips6", key, &vip);
	else
		update("carp_vips4", key, &vip);
}

void rig_peer(uint8_t vhid, const char *address)
{
	struct carp_host_key key = { .vhid = vhid };
	uint8_t bytes[16] = { 0 };
	uint32_t listed = 1;

	key.family = parse_address(address, bytes) ? 6 : 4;
	memcpy(key.address, bytes, sizeof(key.address));
	update("carp_peers", &key, &listed);
}

void rig_node(uint8_t leader, uint8_t nodes, uint8_t index, uint8_t vhid,
	      enum carp_role role, enum carp_balancing balancing)
{
	const struct carp_vhid interface = { .balancing = (__u8)balancing };
	const struct carp_share_node node = { .vhid = vhid };
	const uint32_t key = leader * 32u + index;
	struct carp_vhid group;

	rig_group(vhid, role);
	group = rig_get_group(vhid);
	group.balancing = (__u8)balancing;
	group.leader = leader;
	group.nodes = nodes;
	rig_set_group(vhid, &group);
	rig_set_group(0, &interface);
	update("carp_shares", &key, &node);
}

uint64_t rig_answered(const char *address)
{
	struct carp_vip vip;
	uint8_t key[16];
	bool six = parse_address(address, key);

	cr_assert_eq(rig_lookup(six ? "carp_vips6" : "carp_vips4", key, &vip),
		     0);
	return vip.answered;
}

void rig_auth(uint8_t vhid, const struct carp_auth *auth)
{
	uint32_t key = vhid;

	update("carp_auth", &key, auth);
}

void rig_trust(const struct advert *advert)
{
	uint8_t vips4[ADVERT_VIPS_MAX][4], vips6[ADVERT_VIPS_MAX][16];
	struct auth_input input = { .vhid = advert->vhid,
				    .vips4 = (const __u8(*)[4])vips4,
				    .vips6 = (const __u8(*)[16])vips6 };
	struct carp_auth auth = { .count = 1 };
	uint8_t address[16];

	memcpy(input.key, advert->key, sizeof(input.key));
	for (size_t i = 0; i < advert->vips_count; i++)
		if (parse_address(advert->vips[i], address))
			memcpy(vips6[input.vips6_count++], address, 16);
		else
			memcpy(vips4[input.vips4_count++], address, 4);
	auth_prepare_recipe(&input, true, &auth.recipes[0]);
	auth.seals[0] = auth.recipes[0].seal;
	auth.seals_count = 1;
	rig_auth(advert->vhid, &auth);
}

void rig_master(__u8 vhid)
{
	struct advert trusted = advert_default();

	rig_open();
	rig_group(vhid, CARP_ROLE_MASTER);
	rig_lease(vhid, UINT64_MAX);
	rig_vip("192.168.1.1", vhid);
	rig_vip("2001:db8::1", vhid);
	rig_trust(&trusted);
}

void rig_backup(__u8 vhid)
{
	struct advert trusted = advert_default();

	rig_open();
	rig_group(vhid, CARP_ROLE_BACKUP);
	rig_trust(&trusted);
}

struct rig_events rig_drain(void)
{
	return plane_drain();
}

uint64_t rig_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void find_moved(struct outcome *o)
{
	static uint64_t after[CARP_VHID_SLOTS][CARP_V_COUNT];

	plane_counters(after);
	o->verdict = CARP_V_COUNT;
	for (unsigned int i = 0; i < CARP_VHID_SLOTS; i++)
		for (unsigned int v = 0; v < CARP_V_COUNT; v++) {
			if (after[i][v] == counters[i][v])
				continue;
			o->moved += after[i][v] - counters[i][v];
			o->verdict = (enum carp_verdict)v;
			o->index = i;
		}
	memcpy(counters, after, sizeof(after));
}

uint64_t rig_counted(uint8_t vhid, enum carp_verdict verdict)
{
	plane_counters(counters);
	return counters[vhid][verdict];
}

int rig_feed(const struct packet *in)
{
	return plane_receive(in, NULL);
}

struct outcome rig_run(const struct packet *in)
{
	struct outcome o = { 0 };

	o.action = plane_receive(in, &o.out);
	find_moved(&o);
	return o;
}

struct outcome rig_send(const struct packet *in)
{
	struct outcome o = { 0 };

	o.action = plane_send(in, &o.out);
	find_moved(&o);
	return o;
}

static void expect_counted(const char *what, const struct outcome *o,
			   enum carp_verdict verdict, unsigned int index)
{
	cr_assert_eq(o->moved, 1, "%s: %zu counts, last %s", what, o->moved,
		     verdict_name(o->verdict));
	cr_assert_eq(o->verdict, verdict, "%s: %s instead of %s", what,
		     verdict_name(o->verdict), verdict_name(verdict));
	cr_assert_eq(o->index, index, "%s: counted for %u instead of %u", what,
		     o->index, index);
}

static void expect_bytes(const char *what, const struct packet *got,
			 const struct packet *out)
{
	cr_assert_eq(got->size, out->size, "%s: %zu bytes instead of %zu", what,
		     got->size, out->size);
	for (size_t i = 0; i < out->size; i++)
		cr_assert_eq(got->bytes[i], out->bytes[i],
			     "%s: byte %zu is %02x instead of %02x", what, i,
			     got->bytes[i], out->bytes[i]);
}

void expect(const char *what, const struct packet *in,
	    enum carp_verdict verdict, unsigned int index,
	    const struct packet *out)
{
	struct outcome o = rig_run(in);

	expect_counted(what, &o, verdict, index);
	cr_assert_eq(o.action, carp_verdict_action(verdict), "%s: action %d",
		     what, o.action);
	expect_bytes(what, &o.out, out ? out : in);
}

void expect_sent(const char *what, const struct packet *in,
		 enum carp_verdict verdict, unsigned int index,
		 const struct packet *out)
{
	bool drop = carp_verdict_action(verdict) == CARP_DROP;
	struct outcome o = rig_send(in);

	if (verdict == CARP_V_passed)
		cr_assert_eq(o.moved, 0, "%s: %s", what,
			     verdict_name(o.verdict));
	else
		expect_counted(what, &o, verdict, index);
	cr_assert_eq(o.action, drop ? SENT_SHOT : SENT_OK, "%s: action %d",
		     what, o.action);
	expect_bytes(what, &o.out, out ? out : in);
}
