/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The advertisements other implementations send, through the loaded program:
 * every packet of packets.json is believed, every case of receive.json ends
 * as OpenBSD ends it, and stricter where that is said below.
 */
#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "user/core/auth.h"

#ifndef VECTORS_DEFAULT
#define VECTORS_DEFAULT "../shared/vectors"
#endif

static const char *text(struct json_object *o, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value))
		return NULL;
	return json_object_get_string(value);
}

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *value;

	cr_assert(json_object_object_get_ex(o, key, &value), "no %s", key);
	return value;
}

/* NULL if the vectors are not here, which is forgiven outside CI only. */
static struct json_object *vectors(const char *file)
{
	const char *directory = getenv("CARP_VECTORS");
	struct json_object *root;
	char path[512];

	snprintf(path, sizeof(path), "%s/%s",
		 directory ? directory : VECTORS_DEFAULT, file);
	root = json_object_from_file(path);
	cr_assert(root || !getenv("CI"), "%s is missing", path);
	if (!root)
		fprintf(stderr, "SKIP: %s is missing\n", path);
	return root;
}

struct addresses {
	__u8 vips4[64][4], vips6[64][16];
};

/* Takes key, vhid, VIPs and perhaps the MAC of one vector. */
static struct auth_input input_of(struct json_object *o, struct addresses *a)
{
	struct json_object *vips = member(o, "vips");
	struct auth_input in = { .vips4 = (const __u8(*)[4])a->vips4,
				 .vips6 = (const __u8(*)[16])a->vips6 };
	struct packet key = { 0 };
	__u8 address[16];

	packet_hex(&key, text(o, "key_hex"));
	memcpy(in.key, key.bytes, key.size);
	in.vhid = (__u8)json_object_get_int(member(o, "vhid"));
	for (size_t i = 0; i < json_object_array_length(vips); i++) {
		struct json_object *vip = json_object_array_get_idx(vips, i);

		if (parse_address(json_object_get_string(vip), address))
			memcpy(a->vips6[in.vips6_count++], address, 16);
		else
			memcpy(a->vips4[in.vips4_count++], address, 4);
	}
	return in;
}

/* Puts the CARP bytes behind Ethernet and IP. */
static struct packet wrap(const struct packet *carp, const char *source,
			  const char *destination, uint8_t ttl)
{
	uint16_t length = (uint16_t)carp->size;
	struct packet p = { 0 };
	uint8_t ignored[16];

	if (parse_address(source, ignored)) {
		packet_ethernet(&p, MAC_BROADCAST, MAC_HOST, 0x86dd);
		packet_ip6(&p, source, destination, 112, ttl, length);
	} else {
		packet_ethernet(&p, MAC_BROADCAST, MAC_HOST, 0x0800);
		packet_ip4(&p, source, destination, 112, ttl, length);
	}
	packet_add(&p, carp->bytes, carp->size);
	return p;
}

static struct packet wrap_vector(struct json_object *v,
				 const struct packet *carp)
{
	struct json_object *ip6;

	if (!json_object_object_get_ex(v, "ip6", &ip6))
		return wrap(carp, "192.0.2.99", "224.0.0.18", 255);
	return wrap(
		carp, json_object_get_string(json_object_array_get_idx(ip6, 0)),
		json_object_get_string(json_object_array_get_idx(ip6, 1)), 255);
}

/* Whoever's rules a group follows, it believes what all of them send. */
static void trust(const struct auth_input *in, enum compat compat)
{
	struct carp_auth auth;

	auth_prepare(in, compat, &auth);
	rig_auth(in->vhid, &auth);
}

static void expect_event(const char *id, const struct packet *carp)
{
	struct rig_events events = rig_drain();
	uint8_t counter[8];

	cr_assert_eq(events.count, 1, "%s", id);
	put64(counter, events.last.counter);
	cr_assert_arr_eq(counter, carp->bytes + 8, 8, "%s", id);
	cr_assert_eq(events.last.vhid, carp->bytes[1], "%s", id);
	cr_assert_eq(events.last.advskew, carp->bytes[2], "%s", id);
	cr_assert_eq(events.last.demote, carp->bytes[4], "%s", id);
	cr_assert_eq(events.last.advbase, carp->bytes[5], "%s", id);
}

/* The digest OpenBSD takes besides the one it sends. */
static void expect_also(struct json_object *v, struct packet carp, __u8 vhid)
{
	const char *also = text(v, "rx_also_accepted_hmac_hex");
	struct packet digest = { 0 }, p;

	if (!also)
		return;
	packet_hex(&digest, also);
	memcpy(carp.bytes + 16, digest.bytes, 20);
	put16(carp.bytes + 6, 0);
	put16(carp.bytes + 6, sum16(0, carp.bytes, carp.size));
	p = wrap_vector(v, &carp);
	expect(text(v, "id"), &p, CARP_V_advert_valid, vhid, NULL);
	rig_drain();
}

static void one_vector(struct json_object *v)
{
	struct packet carp = { 0 }, lladdr = { 0 }, p;
	const char *id = text(v, "id"), *mac = text(v, "lladdr");
	struct addresses addresses;
	struct auth_input in = input_of(v, &addresses);

	if (mac) {
		in.lladdr = lladdr.bytes;
		for (size_t i = 0; i < 6; i++)
			lladdr.bytes[i] =
				(uint8_t)strtoul(mac + 3 * i, NULL, 16);
	}
	packet_hex(&carp, text(v, "packet_hex"));
	rig_group(in.vhid, CARP_ROLE_BACKUP);
	p = wrap_vector(v, &carp);
	for (int c = COMPAT_OPENBSD; c <= COMPAT_UCARP; c++) {
		trust(&in, (enum compat)c);
		expect(id, &p, CARP_V_advert_valid, in.vhid, NULL);
		expect_event(id, &carp);
		expect_also(v, carp, in.vhid);
	}
	p.bytes[p.size - 1] ^= 1; /* and not for any digest */
	p.bytes[p.size - 36 + 7] ^= 1;
	cr_assert_eq(rig_run(&p).action, CARP_DROP, "%s", id);
	rig_drain();
}

Test(vectors, every_packet_is_believed)
{
	struct json_object *root = vectors("packets.json"), *list;

	if (!root)
		return;
	list = member(root, "vectors");
	cr_assert_gt(json_object_array_length(list), 0);
	rig_open();
	for (size_t i = 0; i < json_object_array_length(list); i++)
		one_vector(json_object_array_get_idx(list, i));
	rig_close();
	json_object_put(root);
}

/* OpenBSD's word for it, and ours. */
static const struct {
	const char *word;
	enum carp_verdict verdict;
} words[] = {
	{ "accept", CARP_V_advert_valid },
	{ "badttl", CARP_V_advert_ttl },
	{ "badsum", CARP_V_advert_checksum },
	{ "badlen", CARP_V_advert_length },
	{ "badver", CARP_V_advert_version },
	{ "badvhid", CARP_V_advert_other },
	{ "badauth", CARP_V_advert_digest },
};

static enum carp_verdict verdict_of(struct json_object *c, uint8_t first)
{
	const char *openbsd = text(c, "openbsd");

	if (first >> 4 == 3)
		return CARP_V_vrrp; /* shares our protocol number */
	if (first >> 4 == 2 && (first & 15) != 1)
		return CARP_V_advert_type; /* stricter: no other type exists */
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t size = strlen(words[i].word);

		if (!strncmp(openbsd, words[i].word, size) &&
		    (openbsd[size] == 0 || openbsd[size] == ' '))
			return words[i].verdict;
	}
	cr_assert_fail("what is '%s'?", openbsd);
	return CARP_V_COUNT;
}

static void one_case(struct json_object *c)
{
	struct addresses addresses;
	struct auth_input in = input_of(member(c, "config"), &addresses);
	uint8_t ttl = (uint8_t)json_object_get_int(member(c, "ttl"));
	struct packet carp = { 0 }, p;
	enum carp_verdict verdict;

	packet_hex(&carp, text(c, "packet_hex"));
	rig_group(in.vhid, CARP_ROLE_BACKUP);
	trust(&in, COMPAT_OPENBSD);
	verdict = verdict_of(c, carp.bytes[0]);
	p = wrap(&carp, "192.0.2.99", "224.0.0.18", ttl);
	expect(text(c, "name"), &p, verdict,
	       verdict == CARP_V_advert_other ? 0u : in.vhid, NULL);
}

Test(vectors, every_case_ends_as_it_should)
{
	struct json_object *root = vectors("receive.json"), *list;

	if (!root)
		return;
	list = member(root, "cases");
	cr_assert_gt(json_object_array_length(list), 0);
	rig_open();
	for (size_t i = 0; i < json_object_array_length(list); i++)
		one_case(json_object_array_get_idx(list, i));
	rig_close();
	json_object_put(root);
}
