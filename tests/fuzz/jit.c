/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * libbpf, and maps by number.
 */
#include "jit.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carp.skel.h"

struct jit {
	struct carp_bpf *skel;
	struct ring_buffer *ring;
	int maps[NATIVE_MAPS];
	int cpus;
	struct carp_counters *row; /* of all CPUs */
	struct carp_event *events;
	size_t events_count, events_max;
};

static const char *const names[NATIVE_MAPS] = {
	[NATIVE_VHIDS] = "carp_vhids",
	[NATIVE_LEASES] = "carp_leases",
	[NATIVE_VIPS4] = "carp_vips4",
	[NATIVE_VIPS6] = "carp_vips6",
	[NATIVE_COUNTERS] = "carp_counters",
	[NATIVE_PEERS] = "carp_peers",
	[NATIVE_SHARES] = "carp_shares",
	[NATIVE_AUTH] = "carp_auth",
	[NATIVE_SENDERS] = "carp_senders",
	[NATIVE_UNSEALED] = "carp_unsealed",
	[NATIVE_SCRATCH] = "carp_scratch",
	[NATIVE_EVENTS] = "carp_events",
};

static int on_event(void *context, void *data, size_t size)
{
	struct jit *jit = context;

	if (size == sizeof(*jit->events) && jit->events_count < jit->events_max)
		memcpy(&jit->events[jit->events_count], data, size);
	jit->events_count++;
	return 0;
}

static bool is_compiled(const struct bpf_program *program)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(bpf_program__fd(program), &info,
				       &size) &&
	       info.jited_prog_len;
}

struct jit *jit_open(void)
{
	struct jit *jit = calloc(1, sizeof(*jit));

	if (!jit)
		abort();
	jit->skel = carp_bpf__open_and_load();
	if (!jit->skel || !is_compiled(jit->skel->progs.carp_xdp)) {
		fprintf(stderr, "the program does not load, or has no JIT\n");
		carp_bpf__destroy(jit->skel);
		free(jit);
		return NULL;
	}
	for (int i = NATIVE_NONE + 1; i < NATIVE_MAPS; i++)
		jit->maps[i] = bpf_object__find_map_fd_by_name(jit->skel->obj,
							       names[i]);
	jit->cpus = libbpf_num_possible_cpus();
	jit->row = calloc((size_t)jit->cpus, sizeof(*jit->row));
	jit->ring =
		ring_buffer__new(jit->maps[NATIVE_EVENTS], on_event, jit, NULL);
	if (!jit->row || !jit->ring)
		abort();
	return jit;
}

void jit_close(struct jit *jit)
{
	ring_buffer__free(jit->ring);
	carp_bpf__destroy(jit->skel);
	free(jit->row);
	free(jit);
}

static void empty_array(struct jit *jit, uint32_t map)
{
	const struct rooms_shape *shape = &rooms_shapes()[map];
	uint8_t zeros[sizeof(struct carp_auth)] = { 0 };
	const void *value = zeros;

	if (map == NATIVE_COUNTERS) {
		memset(jit->row, 0, (size_t)jit->cpus * sizeof(*jit->row));
		value = jit->row;
	}
	for (uint32_t key = 0; key < shape->max; key++)
		bpf_map_update_elem(jit->maps[map], &key, value, BPF_ANY);
}

static void empty_hash(struct jit *jit, uint32_t map)
{
	uint8_t key[NATIVE_KEY_MAX];

	while (!bpf_map_get_next_key(jit->maps[map], NULL, key))
		bpf_map_delete_elem(jit->maps[map], key);
}

void jit_reset(struct jit *jit)
{
	for (uint32_t map = NATIVE_NONE + 1; map < NATIVE_SCRATCH; map++)
		if (rooms_shapes()[map].type == ROOMS_ARRAY)
			empty_array(jit, map);
		else
			empty_hash(jit, map);
	jit_events(jit, NULL, 0);
}

void jit_put(void *context, uint32_t map, const void *key, const void *value)
{
	struct jit *jit = context;

	if (bpf_map_update_elem(jit->maps[map], key, value, BPF_ANY))
		abort();
}

static int run(const struct bpf_program *program, uint8_t *frame, size_t *size,
	       size_t max)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame,
		    .data_size_in = (__u32)*size, .data_out = frame,
		    .data_size_out = (__u32)max);

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts))
		return -1;
	*size = opts.data_size_out;
	return (int)opts.retval;
}

int jit_receive(struct jit *jit, uint8_t *frame, size_t *size, size_t max)
{
	return run(jit->skel->progs.carp_xdp, frame, size, max);
}

int jit_send(struct jit *jit, uint8_t *frame, size_t *size, size_t max)
{
	return run(jit->skel->progs.carp_egress, frame, size, max);
}

void jit_counters(struct jit *jit, uint32_t vhid, struct carp_counters *out)
{
	uint64_t *sum = (void *)out;

	memset(out, 0, sizeof(*out));
	if (bpf_map_lookup_elem(jit->maps[NATIVE_COUNTERS], &vhid, jit->row))
		abort();
	for (int cpu = 0; cpu < jit->cpus; cpu++) {
		const uint64_t *one = (const void *)&jit->row[cpu];

		for (int v = 0; v < CARP_V_COUNT; v++)
			sum[v] += one[v];
	}
}

int jit_lookup(struct jit *jit, uint32_t map, const void *key, void *value)
{
	return bpf_map_lookup_elem(jit->maps[map], key, value);
}

uint32_t jit_count(struct jit *jit, uint32_t map)
{
	uint8_t key[NATIVE_KEY_MAX], *before = NULL;
	uint32_t count = 0;

	for (; !bpf_map_get_next_key(jit->maps[map], before, key); count++)
		before = key;
	return count;
}

size_t jit_events(struct jit *jit, struct carp_event *out, size_t max)
{
	jit->events = out;
	jit->events_max = max;
	jit->events_count = 0;
	ring_buffer__consume(jit->ring);
	return jit->events_count;
}
