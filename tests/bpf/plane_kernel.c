/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The data plane in the kernel: loads the program and runs frames through it
 * there.  A process forked from one that had it loaded empties the maps, which
 * costs less.  It never attaches it to an interface.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "carp.skel.h"
#include "plane.h"

static struct {
	struct carp_bpf *skel;
	struct ring_buffer *ring;
	struct rig_events events;
	int cpus;
	struct carp_counters *raw; /* [vhid][cpu] */
} plane;

static int on_event(void *context, void *data, size_t size)
{
	(void)context;
	cr_assert_eq(size, sizeof(struct carp_event));
	memcpy(&plane.events.last, data, size);
	plane.events.count++;
	return 0;
}

/* An array takes all its values at once, one of each CPU's only one by one. */
static void empty_array(int fd, uint32_t entries, uint32_t size)
{
	uint32_t *keys = calloc(entries, sizeof(*keys)), count = entries;
	void *zeros = calloc(entries, size);

	cr_assert(keys && zeros);
	for (uint32_t i = 0; i < entries; i++)
		keys[i] = i;
	cr_assert_eq(bpf_map_update_batch(fd, keys, zeros, &count, NULL), 0);
	free(zeros);
	free(keys);
}

static void empty_each_cpu(int fd, uint32_t entries, uint32_t size)
{
	void *zeros = calloc((size_t)plane.cpus, (size + 7) / 8 * 8);

	cr_assert(zeros);
	for (uint32_t key = 0; key < entries; key++)
		cr_assert_eq(bpf_map_update_elem(fd, &key, zeros, BPF_ANY), 0);
	free(zeros);
}

static void empty_hash(int fd)
{
	uint8_t key[64];

	while (bpf_map_get_next_key(fd, NULL, key) == 0)
		cr_assert_eq(bpf_map_delete_elem(fd, key), 0);
}

static void empty(const struct bpf_map *map)
{
	uint32_t entries = bpf_map__max_entries(map);
	uint32_t size = bpf_map__value_size(map);
	int fd = bpf_map__fd(map);

	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_ARRAY:
		empty_array(fd, entries, size);
		break;
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		empty_each_cpu(fd, entries, size);
		break;
	case BPF_MAP_TYPE_RINGBUF:
		plane_drain();
		break;
	default:
		empty_hash(fd);
	}
}

void plane_open(void)
{
	struct bpf_map *map;

	if (plane.skel) {
		bpf_object__for_each_map(map, plane.skel->obj) empty(map);
		return;
	}
	plane.skel = carp_bpf__open_and_load();
	cr_assert(plane.skel, "the program does not load (root?)");
	plane.cpus = libbpf_num_possible_cpus();
	cr_assert(plane.cpus > 0);
	plane.raw = calloc((size_t)plane.cpus * CARP_VHID_SLOTS,
			   sizeof(*plane.raw));
	cr_assert(plane.raw);
	plane.ring = ring_buffer__new(bpf_map__fd(plane.skel->maps.carp_events),
				      on_event, NULL, NULL);
	cr_assert(plane.ring);
}

void plane_close(void)
{
	ring_buffer__free(plane.ring);
	carp_bpf__destroy(plane.skel);
	free(plane.raw);
	memset(&plane, 0, sizeof(plane));
}

static int map_fd(const char *name)
{
	return bpf_object__find_map_fd_by_name(plane.skel->obj, name);
}

int plane_lookup(const char *map, const void *key, void *value)
{
	return bpf_map_lookup_elem(map_fd(map), key, value);
}

int plane_update(const char *map, const void *key, const void *value)
{
	return bpf_map_update_elem(map_fd(map), key, value, BPF_ANY);
}

/* At once; one by one before Linux 5.13. */
static void read_counters(uint32_t keys[CARP_VHID_SLOTS])
{
	uint32_t count = CARP_VHID_SLOTS, next;
	int fd = bpf_map__fd(plane.skel->maps.carp_counters), error;

	error = bpf_map_lookup_batch(fd, NULL, &next, keys, plane.raw, &count,
				     NULL);
	if (!error || (error == -ENOENT && count == CARP_VHID_SLOTS))
		return;
	for (uint32_t i = 0; i < CARP_VHID_SLOTS; i++) {
		keys[i] = i;
		cr_assert_eq(
			bpf_map_lookup_elem(
				fd, &i, &plane.raw[i * (uint32_t)plane.cpus]),
			0);
	}
}

void plane_counters(uint64_t out[CARP_VHID_SLOTS][CARP_V_COUNT])
{
	static uint32_t keys[CARP_VHID_SLOTS];

	read_counters(keys);
	memset(out, 0, sizeof(uint64_t[CARP_VHID_SLOTS][CARP_V_COUNT]));
	for (uint32_t i = 0; i < CARP_VHID_SLOTS; i++)
		for (int cpu = 0; cpu < plane.cpus; cpu++) {
			const struct carp_counters *one =
				&plane.raw[i * (uint32_t)plane.cpus +
					   (uint32_t)cpu];
			const uint64_t *value = (const void *)one;

			for (int v = 0; v < CARP_V_COUNT; v++)
				out[keys[i]][v] += value[v];
		}
}

struct rig_events plane_drain(void)
{
	memset(&plane.events, 0, sizeof(plane.events));
	cr_assert_geq(ring_buffer__consume(plane.ring), 0);
	return plane.events;
}

static int run(const struct bpf_program *program, const struct packet *in,
	       struct packet *out)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->bytes,
		    .data_size_in = (__u32)in->size);
	int error;

	if (out) {
		opts.data_out = out->bytes;
		opts.data_size_out = sizeof(out->bytes);
	}
	error = bpf_prog_test_run_opts(bpf_program__fd(program), &opts);
	cr_assert_eq(error, 0, "test run of %zu bytes: %d", in->size, error);
	if (out)
		out->size = opts.data_size_out;
	return (int)opts.retval;
}

int plane_receive(const struct packet *in, struct packet *out)
{
	return run(plane.skel->progs.carp_xdp, in, out);
}

int plane_send(const struct packet *in, struct packet *out)
{
	return run(plane.skel->progs.carp_egress, in, out);
}
