/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The data plane in the kernel: loads the program and runs frames through it
 * there.  It never attaches it to an interface.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
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

void plane_open(void)
{
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

void plane_counters(uint64_t out[CARP_VHID_SLOTS][CARP_V_COUNT])
{
	static uint32_t keys[CARP_VHID_SLOTS];
	uint32_t count = CARP_VHID_SLOTS, next;
	int fd = bpf_map__fd(plane.skel->maps.carp_counters), error;

	error = bpf_map_lookup_batch(fd, NULL, &next, keys, plane.raw, &count,
				     NULL);
	cr_assert(!error || count == CARP_VHID_SLOTS, "counters: %d", error);
	memset(out, 0, sizeof(uint64_t[CARP_VHID_SLOTS][CARP_V_COUNT]));
	for (uint32_t i = 0; i < count; i++)
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
