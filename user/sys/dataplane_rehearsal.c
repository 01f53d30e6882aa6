/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The rehearsal: loads, copies, runs.  Never writes to a map that is not its
 * own.
 */
#include "user/sys/dataplane_parts.h"
#include "user/sys/rehearsal.h"

#include "carp.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum rehearsal_numbers {
	LIVE_MAPS_MAX = 32,
	KEY_MAX = 32, /* bytes */
	/* The program looks no further: see parse_length(). */
	SEEN_MAX = 2304,
	ANSWER_MAX = 4096,
};

struct rehearsal {
	bool shared;
	struct carp_bpf *skeleton;
	struct ring_buffer *ring; /* emptied, or the last frames would fail */
	/* One counter for each vhid and verdict, of all CPUs. */
	struct carp_counters *counters;
	size_t counters_size;
};

/* --- the program that is there -------------------------------------------- */

struct live {
	int program;
	bool shared; /* in libxdp's dispatcher */
	struct bpf_prog_info info;
	__u32 maps[LIVE_MAPS_MAX]; /* ids */
};

static int live_program(const char *pin_dir, const char *ifname, bool *shared)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);
	int link = bpffs_get(pin_dir, ifname, "link");
	int err;

	*shared = link == -ENOENT;
	if (*shared)
		return bpffs_get(pin_dir, ifname, "program");
	if (link < 0)
		return link;
	err = bpf_obj_get_info_by_fd(link, &info, &size);
	close(link);
	return err ? err : bpf_prog_get_fd_by_id(info.prog_id);
}

static int live_open(struct live *live, const char *pin_dir, const char *ifname)
{
	__u32 size = sizeof(live->info);

	live->program = live_program(pin_dir, ifname, &live->shared);
	if (live->program < 0)
		return live->program;
	live->info = (struct bpf_prog_info){
		.nr_map_ids = LIVE_MAPS_MAX,
		.map_ids = (__u64)(unsigned long)live->maps,
	};
	return bpf_obj_get_info_by_fd(live->program, &live->info, &size);
}

/* --- copying -------------------------------------------------------------- */

/* An entry that comes or goes meanwhile may be missed. */
static int copy_entries(int from, int to, __u32 most, void *value)
{
	__u8 key[KEY_MAX], *before = NULL;
	int err = 0;

	while (!err && most-- && !bpf_map_get_next_key(from, before, key)) {
		before = key;
		if (bpf_map_lookup_elem(from, key, value) == 0)
			err = bpf_map_update_elem(to, key, value, BPF_ANY);
	}
	return err;
}

/* Of what is in them nobody but the program has any business. */
static int copy_map(int from, const struct bpf_map *to)
{
	const size_t size = bpf_map__value_size(to);
	void *value;
	int err;

	if (bpf_map__key_size(to) > KEY_MAX)
		return -EPROTO;
	value = calloc(1, size);
	if (!value)
		return -ENOMEM;
	err = copy_entries(from, bpf_map__fd(to), bpf_map__max_entries(to),
			   value);
	explicit_bzero(value, size);
	free(value);
	return err;
}

static bool is_copied(const char *name, bool fresh)
{
	static const char *const never[] = { "carp_counters", "carp_events",
					     "carp_scratch" };

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		if (strcmp(name, never[i]) == 0)
			return false;
	}
	return !fresh || (strcmp(name, "carp_senders") != 0 &&
			  strcmp(name, "carp_unsealed") != 0);
}

/* Maps that are not in dataplane_map_names[] are the object's own. */
static struct bpf_map *copy_of(const struct rehearsal *r, const char *name)
{
	for (int i = 0; i < DATAPLANE_MAPS; i++) {
		if (strcmp(name, dataplane_map_names[i]) == 0)
			return bpf_object__find_map_by_name(r->skeleton->obj,
							    name);
	}
	return NULL;
}

static int copy_by_id(const struct rehearsal *r, __u32 id, bool fresh)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int err, from = bpf_map_get_fd_by_id(id);
	const struct bpf_map *to;

	if (from < 0)
		return from;
	err = bpf_obj_get_info_by_fd(from, &info, &size);
	to = err ? NULL : copy_of(r, info.name);
	if (to && is_copied(info.name, fresh))
		err = info.key_size == bpf_map__key_size(to) &&
				      info.value_size == bpf_map__value_size(to)
			      ? copy_map(from, to)
			      : -EPROTO;
	close(from);
	return err;
}

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (__u64)now.tv_sec * 1000000000u + (__u64)now.tv_nsec;
}

/* Who asks wants each old frame called what it is. */
static int groups_tell(const struct rehearsal *r)
{
	const int map = bpf_map__fd(r->skeleton->maps.carp_vhids);
	int err = 0;

	for (__u32 vhid = 0; vhid < CARP_VHID_SLOTS && !err; vhid++) {
		struct carp_vhid group = { 0 };

		err = bpf_map_lookup_elem(map, &vhid, &group);
		group.stale_early = 0;
		if (!err)
			err = bpf_map_update_elem(map, &vhid, &group, BPF_ANY);
	}
	return err;
}

static int leases_hold(const struct rehearsal *r)
{
	const int map = bpf_map__fd(r->skeleton->maps.carp_leases);
	const struct carp_lease forever = { .until_ns = ~0ULL };
	const __u64 now = now_ns();
	int err = 0;

	for (__u32 slot = 0; slot < CARP_VHID_SLOTS && !err; slot++) {
		struct carp_lease lease = { 0 };

		err = bpf_map_lookup_elem(map, &slot, &lease);
		if (!err && lease.until_ns > now)
			err = bpf_map_update_elem(map, &slot, &forever,
						  BPF_ANY);
	}
	return err;
}

static int copy_all(const struct rehearsal *r, const struct live *live,
		    bool fresh)
{
	int err = 0;

	for (__u32 i = 0; i < live->info.nr_map_ids && !err; i++)
		err = copy_by_id(r, live->maps[i], fresh);
	if (!err)
		err = groups_tell(r);
	return err ? err : leases_hold(r);
}

/* --- loading -------------------------------------------------------------- */

static int nothing(void *context, void *record, size_t size)
{
	(void)context, (void)record, (void)size;
	return 0;
}

/* A plain array can be seen in memory, whichever CPU counts. */
static int counters_plain(struct bpf_map *map)
{
	int err = bpf_map__set_type(map, BPF_MAP_TYPE_ARRAY);

	return err ? err : bpf_map__set_map_flags(map, BPF_F_MMAPABLE);
}

static int counters_see(struct rehearsal *r)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t size = sizeof(struct carp_counters) * CARP_VHID_SLOTS;
	void *memory;

	r->counters_size = (size + page - 1) / page * page;
	memory =
		mmap(NULL, r->counters_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		     bpf_map__fd(r->skeleton->maps.carp_counters), 0);
	if (memory == MAP_FAILED)
		return -errno;
	r->counters = memory;
	return 0;
}

static int load(struct rehearsal *r)
{
	struct carp_bpf *skeleton = r->skeleton;
	int err = counters_plain(skeleton->maps.carp_counters);

	if (!err)
		err = bpf_program__set_autoload(skeleton->progs.carp_egress,
						false);
	if (!err)
		err = carp_bpf__load(skeleton);
	if (!err)
		err = counters_see(r);
	if (err)
		return err;
	r->ring = ring_buffer__new(bpf_map__fd(skeleton->maps.carp_events),
				   nothing, NULL, NULL);
	return r->ring ? 0 : -errno;
}

/* The tag is made of the instructions alone. */
static bool same_program(const struct rehearsal *r, const struct live *live)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	const int ours = bpf_program__fd(r->skeleton->progs.carp_xdp);

	return bpf_obj_get_info_by_fd(ours, &info, &size) == 0 &&
	       memcmp(info.tag, live->info.tag, sizeof(info.tag)) == 0;
}

static int rehearse(struct rehearsal *r, const struct live *live, bool fresh,
		    const struct complaint *complaint)
{
	int err;

	r->skeleton = carp_bpf__open();
	err = r->skeleton ? load(r) : -errno;
	if (err)
		return dataplane_refuse(complaint, err,
					"cannot load a second instance of its "
					"program: %s",
					strerror(-err));
	err = same_program(r, live) ? copy_all(r, live, fresh) : -EPROTO;
	if (err == -EPROTO)
		return dataplane_refuse(complaint, err,
					"its program is another build's than "
					"this carp-xdp, which cannot speak "
					"for it");
	return err ? dataplane_refuse(complaint, err,
				      "cannot copy its maps: %s",
				      strerror(-err))
		   : 0;
}

/* --- the rehearsal -------------------------------------------------------- */

static int refuse_live(const struct complaint *complaint, const char *pin_dir,
		       int err)
{
	if (err == -ENOENT)
		return dataplane_refuse(complaint, err,
					"no program of ours is there (pins in "
					"%s): attach a group first",
					pin_dir);
	return dataplane_refuse(complaint, err,
				"cannot look at its program (pins in %s): %s",
				pin_dir, strerror(-err));
}

static int no_words(enum libbpf_print_level level, const char *format,
		    va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

int rehearsal_open(const char *pin_dir, const char *ifname, bool fresh,
		   struct rehearsal **out, char *error, size_t error_size)
{
	const struct complaint complaint = { ifname, error, error_size };
	struct rehearsal *r = calloc(1, sizeof(*r));
	struct live live = { .program = -1 };
	int err;

	if (!r)
		return dataplane_refuse(&complaint, -ENOMEM, "out of memory");
	libbpf_set_print(no_words);
	err = live_open(&live, pin_dir, ifname);
	if (err)
		refuse_live(&complaint, pin_dir, err);
	else
		err = rehearse(r, &live, fresh, &complaint);
	if (live.program >= 0)
		close(live.program);
	r->shared = live.shared;
	if (err)
		rehearsal_close(r);
	else
		*out = r;
	return err;
}

bool rehearsal_shared(const struct rehearsal *r)
{
	return r->shared;
}

/* Each frame is counted exactly once. */
static int counted(const struct rehearsal *r, struct rehearsal_end *out)
{
	const __u64 *const counts = (const __u64 *)r->counters;

	for (__u32 i = 0; i < CARP_VHID_SLOTS * CARP_V_COUNT; i++) {
		if (!counts[i])
			continue;
		out->vhid = (__u8)(i / CARP_V_COUNT);
		out->verdict = (enum carp_verdict)(i % CARP_V_COUNT);
		return 0;
	}
	return -EPROTO;
}

int rehearsal_run(struct rehearsal *r, const void *frame, size_t size,
		  struct rehearsal_end *out)
{
	__u8 answer[ANSWER_MAX];
	struct bpf_test_run_opts options = {
		.sz = sizeof(options),
		.data_in = frame,
		.data_size_in = (__u32)(size < SEEN_MAX ? size : SEEN_MAX),
		.data_out = answer,
		.data_size_out = sizeof(answer),
		.repeat = 1,
	};
	int err;

	memset(r->counters, 0, sizeof(struct carp_counters) * CARP_VHID_SLOTS);
	err = bpf_prog_test_run_opts(
		bpf_program__fd(r->skeleton->progs.carp_xdp), &options);
	if (err)
		return err;
	ring_buffer__consume(r->ring);
	out->action = (enum carp_action)options.retval;
	return counted(r, out);
}

void rehearsal_close(struct rehearsal *r)
{
	if (!r)
		return;
	ring_buffer__free(r->ring);
	if (r->counters)
		munmap(r->counters, r->counters_size);
	if (r->skeleton)
		carp_bpf__destroy(r->skeleton);
	free(r);
}
