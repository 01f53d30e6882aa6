/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The data plane compiled for the host, behind the harness of tests/bpf: the
 * same tests, without a kernel and without root.  Its clock is the real one,
 * as of each frame.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "plane.h"
#include "tests/bpf/plane.h"

static struct native *host;

static const char *const maps[NATIVE_MAPS] = {
	[NATIVE_VHIDS] = "carp_vhids",	     [NATIVE_LEASES] = "carp_leases",
	[NATIVE_VIPS4] = "carp_vips4",	     [NATIVE_VIPS6] = "carp_vips6",
	[NATIVE_PEERS] = "carp_peers",	     [NATIVE_SHARES] = "carp_shares",
	[NATIVE_AUTH] = "carp_auth",	     [NATIVE_SENDERS] = "carp_senders",
	[NATIVE_UNSEALED] = "carp_unsealed",
};

static uint32_t number(const char *name)
{
	for (uint32_t i = 0; i < NATIVE_MAPS; i++)
		if (maps[i] && strcmp(maps[i], name) == 0)
			return i;
	cr_assert(false, "there is no map %s", name);
	return NATIVE_NONE;
}

void plane_open(void)
{
	host = native_new();
	cr_assert(host);
}

void plane_close(void)
{
	native_free(host);
	host = NULL;
}

int plane_lookup(const char *map, const void *key, void *value)
{
	return native_lookup(host, number(map), key, value);
}

int plane_update(const char *map, const void *key, const void *value)
{
	return native_update(host, number(map), key, value);
}

void plane_counters(uint64_t out[CARP_VHID_SLOTS][CARP_V_COUNT])
{
	for (uint32_t i = 0; i < CARP_VHID_SLOTS; i++)
		memcpy(out[i], native_counters(host, i), sizeof(out[i]));
}

struct rig_events plane_drain(void)
{
	struct rig_events events = { 0 };

	while (native_events(host, &events.last, 1))
		events.count++;
	return events;
}

int plane_receive(const struct packet *in, struct packet *out)
{
	struct packet frame = *in;
	int action;

	native_clock(host, rig_now());
	action = native_receive(host, frame.bytes, frame.size, NULL);
	if (out)
		*out = frame;
	return action;
}

int plane_send(const struct packet *in, struct packet *out)
{
	struct packet frame = *in;
	int action;

	native_clock(host, rig_now());
	action = native_send(host, frame.bytes, frame.size, false, NULL);
	if (out)
		*out = frame;
	return action;
}

struct native *plane_host(void)
{
	return host;
}
