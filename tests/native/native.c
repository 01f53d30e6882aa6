/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Hosts: maps, a clock and a ring each, the helpers the rooms call, and what
 * one frame did.  A write the kernel would have refused ends the process.
 */
#include "native.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maps.h"

enum {
	RECORD_HEADER = 8,  /* the kernel's, before each record */
	UPDATE_NOEXIST = 1, /* BPF_NOEXIST */
	BEFORE_MAX = 1024,  /* bytes of the largest value that is watched */
};

/* An entry as it was before the frame. */
struct look {
	struct native_change change;
	void *now;
	uint8_t before[BEFORE_MAX];
};

struct native {
	struct map maps[NATIVE_MAPS];
	uint64_t now_ns;
	uint64_t paused_ns; /* of it; jiffies stood still */
	struct carp_event *events;
	uint32_t first, count, room; /* of the ring, in events */
	struct carp_counters before; /* of the row looked up */
	struct carp_counters *row;
	uint32_t row_index;
	native_meanwhile *meanwhile;
	void *meanwhile_context;
	bool watching;
	uint32_t looks_count, changes_count;
	struct look *looks; /* NATIVE_CHANGES_MAX of them */
	struct native_change changes[NATIVE_CHANGES_MAX];
};

/* Whose frame is being looked at. */
static struct native *current;

static const char *const verdicts[] = {
#define NATIVE_NAME(name, action, help) #name,
	CARP_VERDICTS(NATIVE_NAME)
#undef NATIVE_NAME
};

const char *native_verdict_name(uint32_t verdict)
{
	return verdict < CARP_V_COUNT ? verdicts[verdict] : "none";
}

static _Noreturn void refuse(const char *what, unsigned long map)
{
	fprintf(stderr, "the data plane %s map %lu\n", what, map);
	abort();
}

/* The rooms' side. */

static struct look *look_add(unsigned long map, enum native_change_kind kind,
			     const void *key, const void *value)
{
	const struct rooms_shape *shape = current->maps[map].shape;
	struct look *look;

	if (current->looks_count == NATIVE_CHANGES_MAX ||
	    shape->value > BEFORE_MAX || shape->key > NATIVE_KEY_MAX)
		refuse("looks too often at", map);
	look = &current->looks[current->looks_count++];
	memset(&look->change, 0, sizeof(look->change));
	look->change.map = (uint32_t)map;
	look->change.kind = kind;
	look->change.size = shape->value;
	memcpy(look->change.key, key, shape->key);
	look->now = NULL;
	memcpy(look->before, value, shape->value);
	return look;
}

static void look_at(unsigned long map, const void *key, void *value)
{
	for (uint32_t i = 0; i < current->looks_count; i++)
		if (current->looks[i].now == value)
			return;
	look_add(map, NATIVE_CHANGED, key, value)->now = value;
}

/* The row that the frame is counted in. */
static void look_at_counters(const void *key, void *value)
{
	if (current->row)
		refuse("counts twice in", NATIVE_COUNTERS);
	current->row = value;
	current->before = *current->row;
	memcpy(&current->row_index, key, sizeof(current->row_index));
}

void *rooms_lookup(unsigned long map, const void *key)
{
	void *value;

	if (current->meanwhile &&
	    current->meanwhile(current->meanwhile_context, (uint32_t)map))
		return NULL;
	value = map_find(&current->maps[map], key);
	if (!value)
		return NULL;
	if (map == NATIVE_COUNTERS)
		look_at_counters(key, value);
	else if (current->watching && map != NATIVE_SCRATCH)
		look_at(map, key, value);
	return value;
}

long rooms_update(unsigned long number, const void *key, const void *value,
		  unsigned long long flags)
{
	struct map *map = &current->maps[number];
	void *found = map_find(map, key), *entry;

	if (map->shape->readonly || number == NATIVE_EVENTS)
		refuse("writes to", number);
	if (found && (flags & UPDATE_NOEXIST))
		return -EEXIST;
	if (found && current->watching)
		look_at(number, key, found);
	entry = map_make(map, key);
	if (!entry)
		return -E2BIG;
	memcpy(entry, value, map->shape->value);
	if (!found && current->watching)
		look_add(number, NATIVE_CREATED, key, value)->now = entry;
	return 0;
}

long rooms_delete(unsigned long number, const void *key)
{
	struct map *map = &current->maps[number];
	void *found = map_find(map, key);

	if (map->shape->readonly || map->array)
		refuse("deletes from", number);
	if (!found)
		return -ENOENT;
	if (current->watching)
		look_add(number, NATIVE_DELETED, key, found);
	map_delete(map, key);
	return 0;
}

long rooms_report(unsigned long map, const void *data, unsigned long size)
{
	uint32_t at;

	if (map != NATIVE_EVENTS || size != sizeof(struct carp_event))
		refuse("reports to", map);
	if (current->count == current->room)
		return -EAGAIN;
	at = (current->first + current->count++) % current->room;
	memcpy(&current->events[at], data, size);
	return 0;
}

unsigned long long rooms_now(void)
{
	return current->now_ns;
}

unsigned long long rooms_jiffies(void)
{
	return (current->now_ns - current->paused_ns) >> 22;
}

/* The callers' side. */

struct native *native_new(void)
{
	const struct rooms_shape *shapes = rooms_shapes();
	struct native *host = calloc(1, sizeof(*host));

	if (!host)
		abort();
	for (int i = NATIVE_NONE + 1; i < NATIVE_MAPS; i++)
		map_open(&host->maps[i], &shapes[i]);
	native_reset(host);
	return host;
}

void native_free(struct native *host)
{
	if (!host)
		return;
	for (int i = NATIVE_NONE + 1; i < NATIVE_MAPS; i++)
		map_close(&host->maps[i]);
	free(host->looks);
	free(host->events);
	free(host);
}

void native_reset(struct native *host)
{
	for (int i = NATIVE_NONE + 1; i < NATIVE_MAPS; i++)
		map_clear(&host->maps[i]);
	host->now_ns = host->paused_ns = 0;
	host->changes_count = 0;
	native_ring(host, host->maps[NATIVE_EVENTS].shape->max /
				  (uint32_t)(sizeof(struct carp_event) +
					     RECORD_HEADER));
}

void native_clock(struct native *host, uint64_t now_ns)
{
	host->now_ns = now_ns;
}

void native_pause(struct native *host, uint64_t ns)
{
	host->now_ns += ns;
	host->paused_ns += ns;
}

void native_ring(struct native *host, uint32_t events)
{
	if (host->room != events) {
		free(host->events);
		host->events = calloc(events + 1, sizeof(*host->events));
		if (!host->events)
			abort();
	}
	host->room = events;
	host->first = host->count = 0;
}

size_t native_events(struct native *host, struct carp_event *out, size_t max)
{
	size_t taken = 0;

	for (; taken < max && host->count; taken++, host->count--) {
		out[taken] = host->events[host->first];
		host->first = (host->first + 1) % host->room;
	}
	return taken;
}

void native_hook(struct native *host, native_meanwhile *meanwhile,
		 void *context)
{
	host->meanwhile = meanwhile;
	host->meanwhile_context = context;
}

void native_watch(struct native *host, bool on)
{
	if (on && !host->looks)
		host->looks = calloc(NATIVE_CHANGES_MAX, sizeof(*host->looks));
	if (on && !host->looks)
		abort();
	host->watching = on;
	host->changes_count = 0;
}

size_t native_changes(const struct native *host,
		      const struct native_change **out)
{
	*out = host->changes;
	return host->changes_count;
}

/* Of all that was looked at, what is another now. */
static void find_changes(struct native *host)
{
	for (uint32_t i = 0; i < host->looks_count; i++) {
		struct look *look = &host->looks[i];
		struct native_change *change;

		if (look->change.kind == NATIVE_CHANGED &&
		    !memcmp(look->before, look->now, look->change.size))
			continue;
		change = &host->changes[host->changes_count++];
		*change = look->change;
		change->before = look->before;
		change->after = look->now;
		if (change->kind == NATIVE_CREATED)
			change->before = NULL;
	}
}

static void find_moved(const struct native *host, struct native_outcome *out)
{
	const uint64_t *before = (const void *)&host->before;
	const uint64_t *after = (const void *)host->row;

	out->verdict = CARP_V_COUNT;
	out->index = out->moved = 0;
	if (!after)
		return;
	for (uint32_t i = 0; i < CARP_V_COUNT; i++) {
		if (after[i] == before[i])
			continue;
		out->moved += (uint32_t)(after[i] - before[i]);
		out->verdict = i;
		out->index = host->row_index;
	}
}

static void run_begin(struct native *host)
{
	current = host;
	host->row = NULL;
	host->looks_count = host->changes_count = 0;
}

static int run_end(struct native *host, int action, struct native_outcome *out)
{
	find_changes(host);
	map_settle(&host->maps[NATIVE_SENDERS]);
	map_settle(&host->maps[NATIVE_UNSEALED]);
	if (out) {
		out->action = action;
		find_moved(host, out);
	}
	return action;
}

int native_receive(struct native *host, uint8_t *frame, size_t size,
		   struct native_outcome *out)
{
	run_begin(host);
	return run_end(host, rooms_receive(frame, frame + size), out);
}

int native_send(struct native *host, uint8_t *frame, size_t size, bool tagged,
		struct native_outcome *out)
{
	run_begin(host);
	return run_end(host, rooms_send(frame, frame + size, tagged), out);
}

struct carp_vhid *native_group(struct native *host, uint32_t vhid)
{
	return map_find(&host->maps[NATIVE_VHIDS], &vhid);
}

struct carp_lease *native_lease(struct native *host, uint32_t slot)
{
	return map_find(&host->maps[NATIVE_LEASES], &slot);
}

struct carp_auth *native_auth(struct native *host, uint32_t vhid)
{
	return map_find(&host->maps[NATIVE_AUTH], &vhid);
}

struct carp_counters *native_counters(struct native *host, uint32_t vhid)
{
	return map_find(&host->maps[NATIVE_COUNTERS], &vhid);
}

uint64_t native_counted(struct native *host, uint32_t vhid, uint32_t verdict)
{
	const struct carp_counters *row = native_counters(host, vhid);

	return row && verdict < CARP_V_COUNT
		       ? ((const uint64_t *)(const void *)row)[verdict]
		       : 0;
}

uint64_t native_counted_all(struct native *host)
{
	uint64_t sum = 0;

	for (uint32_t vhid = 0; vhid < CARP_VHID_SLOTS; vhid++)
		for (uint32_t v = 0; v < CARP_V_COUNT; v++)
			sum += native_counted(host, vhid, v);
	return sum;
}

void native_vip4(struct native *host, const uint8_t address[4], uint32_t vhid)
{
	const struct carp_vip vip = { .vhid = vhid, .slot = vhid };

	native_update(host, NATIVE_VIPS4, address, &vip);
}

void native_vip6(struct native *host, const uint8_t address[16], uint32_t vhid)
{
	const struct carp_vip vip = { .vhid = vhid, .slot = vhid };

	native_update(host, NATIVE_VIPS6, address, &vip);
}

void native_peer(struct native *host, uint32_t vhid, uint32_t family,
		 const uint8_t address[16])
{
	struct carp_host_key key = { .vhid = (uint8_t)vhid,
				     .family = (uint8_t)family };
	const uint32_t listed = 1;

	memcpy(key.address, address, family == 4 ? 4 : 16);
	native_update(host, NATIVE_PEERS, &key, &listed);
}

void native_node(struct native *host, uint32_t leader, uint32_t index,
		 uint32_t vhid)
{
	const struct carp_share_node node = { .vhid = vhid };
	const uint32_t key = leader * CARP_NODES_MAX + index;

	native_update(host, NATIVE_SHARES, &key, &node);
}

/* The maps that callers may touch. */
static struct map *map_of(struct native *host, uint32_t number)
{
	if (number == NATIVE_NONE || number >= NATIVE_SCRATCH)
		return NULL;
	return &host->maps[number];
}

int native_lookup(struct native *host, uint32_t number, const void *key,
		  void *value)
{
	struct map *map = map_of(host, number);
	const void *found = map ? map_find(map, key) : NULL;

	if (!found)
		return -1;
	memcpy(value, found, map->shape->value);
	return 0;
}

int native_update(struct native *host, uint32_t number, const void *key,
		  const void *value)
{
	struct map *map = map_of(host, number);
	void *entry = map ? map_make(map, key) : NULL;

	if (!entry)
		return -1;
	memcpy(entry, value, map->shape->value);
	return 0;
}

int native_delete(struct native *host, uint32_t number, const void *key)
{
	struct map *map = map_of(host, number);

	if (!map || !map_delete(map, key))
		return -1;
	map_settle(map);
	return 0;
}

uint32_t native_count(const struct native *host, uint32_t number)
{
	return number < NATIVE_MAPS ? host->maps[number].count : 0;
}
