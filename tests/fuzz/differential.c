/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The same frames through the program that the kernel has compiled and
 * through the native build: the same action, bytes, counters, memory of
 * senders and reports of advertisements.
 *   differential		FRAMES of them, or for SECONDS_MAX seconds
 *   differential STAGE	one stage of the seed, again
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "budget.h"
#include "frames.h"
#include "jit.h"

enum {
	STAGE_FRAMES = 4096,
	FRAMES = 1000000,
	EVENTS_MAX = 4,
};

/* One of the two, and what it made of a frame. */
struct result {
	int action;
	size_t size;
	uint8_t bytes[4096];
	struct carp_event events[EVENTS_MAX];
	size_t events_count;
};

static struct native *native;
static struct jit *jit;
static struct stage stage;
static struct past past;
static struct made made;
static struct result one, other;
static uint64_t frames, refused;
static const char *fault;

static void put_both(void *context, uint32_t map, const void *key,
		     const void *value)
{
	(void)context;
	stage_put_native(native, map, key, value);
	jit_put(jit, map, key, value);
}

static uint64_t boot_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Those about advertisements: warnings depend on the hour. */
static size_t adverts_only(struct carp_event *events, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count && i < EVENTS_MAX; i++) {
		if (events[i].kind != CARP_EVENT_ADVERT &&
		    events[i].kind != CARP_EVENT_OBSERVED)
			continue;
		events[kept] = events[i];
		events[kept++].time_ns = 0;
	}
	return kept;
}

static void compare_row(uint32_t vhid)
{
	struct carp_counters row;

	jit_counters(jit, vhid, &row);
	if (memcmp(&row, native_counters(native, vhid), sizeof(row)))
		fault = "another verdict";
}

/* False if the kernel takes no such frame for a test. */
static bool run_kernel(bool out)
{
	other.size = made.size;
	memcpy(other.bytes, made.bytes, made.size);
	other.action = (out ? jit_send : jit_receive)(
		jit, other.bytes, &other.size, sizeof(other.bytes));
	other.events_count = adverts_only(
		other.events, jit_events(jit, other.events, EVENTS_MAX));
	return other.action >= 0;
}

static void run_native(bool out)
{
	struct native_outcome outcome;

	one.size = made.size;
	memcpy(one.bytes, made.bytes, made.size);
	native_clock(native, boot_ns());
	if (out)
		one.action = native_send(native, one.bytes, one.size, false,
					 &outcome);
	else
		one.action =
			native_receive(native, one.bytes, one.size, &outcome);
	one.events_count = adverts_only(
		one.events, native_events(native, one.events, EVENTS_MAX));
	if (outcome.moved)
		compare_row(outcome.index);
}

static void compare(void)
{
	if (one.action != other.action)
		fault = "another action";
	if (one.size != other.size || memcmp(one.bytes, other.bytes, one.size))
		fault = "other bytes";
	if (one.events_count != other.events_count ||
	    memcmp(one.events, other.events,
		   one.events_count * sizeof(one.events[0])))
		fault = "another report";
}

/* Whatever does not depend on the hour. */
static void blank(struct carp_vhid *group)
{
	size_t from = offsetof(struct carp_vhid, last_valid_ns);
	size_t to = offsetof(struct carp_vhid, last_sender);

	memset((uint8_t *)group + from, 0, to - from);
}

static void compare_groups(void)
{
	for (uint32_t i = 0; i < stage.count; i++) {
		uint32_t vhid = stage.groups[i].vhid;
		struct carp_vhid a = *native_group(native, vhid), b;

		if (jit_lookup(jit, NATIVE_VHIDS, &vhid, &b))
			abort();
		blank(&a);
		blank(&b);
		if (memcmp(&a, &b, sizeof(a)))
			fault = "another memory of a group";
	}
}

/* Of all hosts that the stage knows; strangers are only counted. */
static void compare_senders(uint32_t map)
{
	struct carp_sender a, b;

	if (native_count(native, map) != jit_count(jit, map))
		fault = "another number of senders";
	for (uint32_t i = 0; i < stage.count * STAGE_HOSTS * 2; i++) {
		struct carp_host_key key = {
			.vhid = stage.groups[i / (STAGE_HOSTS * 2)].vhid,
			.family = i & 1 ? 6 : 4,
		};
		uint32_t host = i / 2 % STAGE_HOSTS;
		int found;

		memcpy(key.address,
		       i & 1 ? stage_hosts6[host] : stage_hosts4[host],
		       i & 1 ? 16 : 4);
		found = !native_lookup(native, map, &key, &a);
		if (found != !jit_lookup(jit, map, &key, &b))
			fault = "another sender is known";
		else if (found && (a.last != b.last || a.alarms != b.alarms ||
				   a.style != b.style))
			fault = "another memory of a sender";
	}
}

static void compare_rows(void)
{
	for (uint32_t vhid = 0; vhid < CARP_VHID_SLOTS; vhid++)
		compare_row(vhid);
}

static void tell(uint64_t seed, uint64_t number)
{
	fprintf(stderr, "SEED=%llu, stage %llu: %s\n", (unsigned long long)seed,
		(unsigned long long)number, fault);
	for (uint32_t i = 0; i < made.size; i++)
		fprintf(stderr, "%02x", made.bytes[i]);
	fprintf(stderr, "\nnative %d, kernel %d\n", one.action, other.action);
}

static void one_frame(struct choices *c)
{
	bool out = once_in(c, 8);

	if (once_in(c, 64)) {
		struct stage_group *group =
			&stage.groups[choose(c, stage.count)];
		const struct carp_lease lease = { .until_ns = group->lease };
		uint32_t vhid = group->vhid;

		/* Only the lease: an update would also undo the memory. */
		put_both(NULL, NATIVE_LEASES, &vhid, &lease);
	}
	if (out)
		frame_make_sent(&made, &stage, c);
	else
		frame_make(&made, &stage, &past, c);
	if (!run_kernel(out)) {
		refused++;
		return;
	}
	run_native(out);
	compare();
	frames++;
}

static bool run_stage(uint64_t seed, uint64_t number)
{
	struct choices c = choices_random(seed * 1000003 + number);

	native_reset(native);
	jit_reset(jit);
	memset(&past, 0, sizeof(past));
	stage_draw(&stage, &c, boot_ns(), true);
	stage_fill(&stage, put_both, NULL);
	for (int i = 0; i < STAGE_FRAMES && !fault; i++)
		one_frame(&c);
	if (!fault) {
		compare_groups();
		compare_senders(NATIVE_SENDERS);
		compare_senders(NATIVE_UNSEALED);
		compare_rows();
	}
	if (fault)
		tell(seed, number);
	return !fault;
}

int main(int argc, char **argv)
{
	struct budget budget = budget_open(FRAMES);
	uint64_t number = 0;

	native = native_new();
	jit = jit_open();
	if (!jit)
		return 1;
	if (argc == 2)
		run_stage(budget.seed, strtoull(argv[1], NULL, 10));
	else
		while (budget_left(&budget, frames) &&
		       run_stage(budget.seed, number))
			number++;
	printf("%s - the native build does as the kernel does\n",
	       fault ? "not ok" : "ok");
	printf("# %llu frames through both; %llu too short for a test run\n",
	       (unsigned long long)frames, (unsigned long long)refused);
	printf("figure: %llu frames through both, %d violations\n",
	       (unsigned long long)frames, fault != NULL);
	jit_close(jit);
	native_free(native);
	return fault != NULL;
}
