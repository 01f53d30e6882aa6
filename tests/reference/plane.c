/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The loaded data plane as a servant: commands on standard input, what became
 * of each frame on standard output.  It fills maps as it is told, and knows
 * neither protocol nor what ought to happen.  Numbers are little-endian.
 *
 *   M name[16] u16 u16 key value      writes a map entry
 *   A u8 u8 u8 {key[20] u16 u16 addresses}...
 *                                     vhid, recipes, seals: who is believed
 *   R                                 all maps empty again
 *   W u8                              whose counters to watch, from now on
 *   F u8 u16 frame                    0 in, 1 out; answered by struct report
 *                                     and the frame as it left
 *   Z                                 answered by u64: frames counted in all;
 *                                     until then answers may wait
 *   S u8 u8 u16 u16 u8 frames[256]    see sweep.c
 */
#include "plane.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/auth.h"

enum {
	SPACE = 65536,
	NAME_SIZE = 16,
};

/* What became of a frame. */
struct report {
	int32_t action;
	uint32_t moved; /* how many counts in all */
	uint16_t verdict, index;
	uint32_t size;
};

static struct plane plane;

void die(const char *what)
{
	perror(what);
	exit(1);
}

void take(void *to, size_t size)
{
	if (size && fread(to, size, 1, stdin) != 1)
		die("input ends within a command");
}

void give(const void *from, size_t size)
{
	if (size && fwrite(from, size, 1, stdout) != 1)
		die("output");
}

static int on_event(void *context, void *data, size_t size)
{
	(void)context;
	(void)data;
	(void)size;
	return 0;
}

static void load(void)
{
	plane.skel = carp_bpf__open_and_load();
	if (!plane.skel)
		die("the program does not load (root?)");
	plane.counters = bpf_map__fd(plane.skel->maps.carp_counters);
	plane.cpus = libbpf_num_possible_cpus();
	plane.raw = calloc((size_t)plane.cpus * CARP_VHID_SLOTS,
			   sizeof(*plane.raw));
	plane.ring = ring_buffer__new(bpf_map__fd(plane.skel->maps.carp_events),
				      on_event, NULL, NULL);
	if (!plane.raw || !plane.ring)
		die("memory");
}

static void add(uint64_t *sums, const struct carp_counters *raw)
{
	for (int cpu = 0; cpu < plane.cpus; cpu++) {
		const uint64_t *value = (const void *)&raw[cpu];

		for (int v = 0; v < CARP_V_COUNT; v++)
			sums[v] += value[v];
	}
}

/* The counters of one vhid, all CPUs together. */
void plane_counted(uint32_t index, uint64_t sums[CARP_V_COUNT])
{
	memset(sums, 0, CARP_V_COUNT * sizeof(*sums));
	if (bpf_map_lookup_elem(plane.counters, &index, plane.raw))
		die("counters");
	add(sums, plane.raw);
}

static void count_all(uint64_t sums[CARP_VHID_SLOTS][CARP_V_COUNT])
{
	static uint32_t keys[CARP_VHID_SLOTS];
	uint32_t count = CARP_VHID_SLOTS, next;

	memset(sums, 0, sizeof(plane.before));
	bpf_map_lookup_batch(plane.counters, NULL, &next, keys, plane.raw,
			     &count, NULL);
	if (count != CARP_VHID_SLOTS)
		die("counters");
	for (uint32_t i = 0; i < count; i++)
		add(sums[keys[i]], &plane.raw[i * (uint32_t)plane.cpus]);
}

uint64_t plane_counted_all(void)
{
	static uint64_t sums[CARP_VHID_SLOTS][CARP_V_COUNT];
	uint64_t all = 0;

	count_all(sums);
	for (int i = 0; i < CARP_VHID_SLOTS; i++)
		for (int v = 0; v < CARP_V_COUNT; v++)
			all += sums[i][v];
	return all;
}

int plane_run(int program, const void *in, uint32_t size, void *out,
	      uint32_t *out_size)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in,
		    .data_size_in = size, .data_out = out,
		    .data_size_out = *out_size);

	if (bpf_prog_test_run_opts(program, &opts))
		die("test run");
	*out_size = opts.data_size_out;
	return (int)opts.retval;
}

void plane_drain(void)
{
	ring_buffer__consume(plane.ring);
}

int plane_program(bool out)
{
	return bpf_program__fd(out ? plane.skel->progs.carp_egress
				   : plane.skel->progs.carp_xdp);
}

/* Looks at the counters of one vhid. */
static void look(uint16_t index, struct report *report)
{
	uint64_t now[CARP_V_COUNT], *before = plane.before[index];

	plane_counted(index, now);
	for (uint16_t v = 0; v < CARP_V_COUNT; v++) {
		if (now[v] == before[v])
			continue;
		report->moved += (uint32_t)(now[v] - before[v]);
		report->verdict = v;
		report->index = index;
	}
	memcpy(before, now, sizeof(now));
}

static void frame(void)
{
	static uint8_t in[SPACE], out[SPACE];
	struct report report = { .verdict = CARP_V_COUNT };
	uint16_t size;
	uint8_t way;

	take(&way, 1);
	take(&size, 2);
	take(in, size);
	report.size = sizeof(out);
	report.action =
		plane_run(plane_program(way), in, size, out, &report.size);
	for (unsigned int i = 0; i < CARP_VHID_SLOTS; i++)
		if (plane.watched[i])
			look((uint16_t)i, &report);
	plane_drain();
	give(&report, sizeof(report));
	give(out, report.size);
}

static void map_entry(void)
{
	static uint8_t key[SPACE], value[SPACE];
	char name[NAME_SIZE + 1] = { 0 };
	uint16_t sizes[2];
	int fd;

	take(name, NAME_SIZE);
	take(sizes, sizeof(sizes));
	take(key, sizes[0]);
	take(value, sizes[1]);
	fd = bpf_object__find_map_fd_by_name(plane.skel->obj, name);
	if (fd < 0 || bpf_map_update_elem(fd, key, value, BPF_ANY))
		die(name);
}

static void auth_entry(void)
{
	static uint8_t fours[SPACE][4], sixes[SPACE][16];
	struct carp_auth auth = { 0 };
	struct carp_recipe recipe;
	uint8_t head[3]; /* vhid, recipes, seals */
	uint32_t index;

	take(head, sizeof(head));
	for (uint8_t i = 0; i < head[1]; i++) {
		struct auth_input input = { .vhid = head[0],
					    .vips4 = (const __u8(*)[4])fours,
					    .vips6 = (const __u8(*)[16])sixes };
		uint16_t counts[2];

		take(input.key, sizeof(input.key));
		take(counts, sizeof(counts));
		take(fours, counts[0] * sizeof(fours[0]));
		take(sixes, counts[1] * sizeof(sixes[0]));
		input.vips4_count = counts[0];
		input.vips6_count = counts[1];
		auth_prepare_recipe(&input, true, &recipe);
		if (auth.count < CARP_RECIPES_MAX)
			auth.recipes[auth.count++] = recipe;
		if (auth.seals_count < head[2])
			auth.seals[auth.seals_count++] = recipe.seal;
	}
	index = head[0];
	if (bpf_map_update_elem(bpf_map__fd(plane.skel->maps.carp_auth), &index,
				&auth, BPF_ANY))
		die("carp_auth");
}

static void empty(const struct bpf_map *map)
{
	static const uint8_t zeros[4096];
	uint8_t key[64];
	int fd = bpf_map__fd(map);

	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_ARRAY:
		for (uint32_t i = 0; i < bpf_map__max_entries(map); i++)
			bpf_map_update_elem(fd, &i, zeros, BPF_ANY);
		break;
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
		while (!bpf_map_get_next_key(fd, NULL, key))
			bpf_map_delete_elem(fd, key);
		break;
	default:
		break;
	}
}

static void reset(void)
{
	struct bpf_map *map;

	memset(plane.watched, 0, sizeof(plane.watched));
	count_all(plane.before);
	bpf_object__for_each_map(
		map,
		plane.skel->obj) if (!strncmp(bpf_map__name(map), "carp_", 5) &&
				     bpf_map__value_size(map) <= 4096)
		empty(map);
	plane_drain();
}

static void watch(void)
{
	uint8_t index;

	take(&index, 1);
	plane.watched[index] = true;
}

static void all(void)
{
	uint64_t counted = plane_counted_all();

	give(&counted, sizeof(counted));
	fflush(stdout);
}

int main(void)
{
	load();
	for (int command = getchar(); command != EOF; command = getchar())
		switch (command) {
		case 'M':
			map_entry();
			break;
		case 'A':
			auth_entry();
			break;
		case 'R':
			reset();
			break;
		case 'W':
			watch();
			break;
		case 'F':
			frame();
			break;
		case 'Z':
			all();
			break;
		case 'S':
			sweep();
			break;
		default:
			die("no such command");
		}
	return fflush(stdout) ? 1 : 0;
}
