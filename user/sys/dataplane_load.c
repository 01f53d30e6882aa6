/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Loads one interface's programs, for maps of their own or for those of another
 * controller, and says in words why that fails.  Never attaches.
 */
#include "user/sys/dataplane_parts.h"

#include "carp.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const dataplane_map_names[DATAPLANE_MAPS] = {
	[MAP_VHIDS] = "carp_vhids",	  [MAP_LEASES] = "carp_leases",
	[MAP_VIPS4] = "carp_vips4",	  [MAP_VIPS6] = "carp_vips6",
	[MAP_COUNTERS] = "carp_counters", [MAP_PEERS] = "carp_peers",
	[MAP_SHARES] = "carp_shares",	  [MAP_AUTH] = "carp_auth",
	[MAP_SENDERS] = "carp_senders",	  [MAP_UNSEALED] = "carp_unsealed",
	[MAP_EVENTS] = "carp_events",	  [MAP_SCRATCH] = "carp_scratch",
};

/* --- errors --------------------------------------------------------------- */

/* The first thing libbpf has complained about since the last open. */
static char libbpf_said[160];

static __attribute__((format(printf, 2, 0))) int listen_to_libbpf(
	enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_WARN || libbpf_said[0])
		return 0;
	vsnprintf(libbpf_said, sizeof(libbpf_said), format, args);
	libbpf_said[strcspn(libbpf_said, "\n")] = '\0';
	return 0;
}

static int refuse_load(const struct complaint *complaint, int err)
{
	if (err == -EPERM || err == -EACCES)
		return dataplane_refuse(
			complaint, -EPERM,
			"not permitted to load BPF programs "
			"(CAP_BPF and CAP_NET_ADMIN are needed, in a container "
			"a seccomp profile that allows bpf, before Linux "
			"5.11 ulimit -l unlimited, too)");
	if (err == -ENOSYS)
		return dataplane_refuse(complaint, err,
					"this kernel is without BPF");
	return dataplane_refuse(complaint, err,
				"cannot load the XDP program: %s (%s)",
				strerror(-err), libbpf_said);
}

/* --- maps that are there already ------------------------------------------ */

static bool same_shape(const struct bpf_map *map, int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
	       info.type == (__u32)bpf_map__type(map) &&
	       info.key_size == bpf_map__key_size(map) &&
	       info.value_size == bpf_map__value_size(map) &&
	       info.max_entries == bpf_map__max_entries(map) &&
	       info.map_flags == bpf_map__map_flags(map);
}

/* Those of the object itself, .rodata and the like, stay with its programs. */
int plane_reuse_maps(const struct dataplane *dataplane,
		     struct bpf_object *object)
{
	int err = 0;

	for (int i = 0; i < DATAPLANE_MAPS && !err; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(
			object, dataplane_map_names[i]);
		int fd = dataplane->maps[i];

		if (fd < 0)
			continue;
		if (!map || !same_shape(map, fd))
			return -EPROTO;
		err = bpf_map__reuse_fd(map, fd); /* makes its own of it */
	}
	return err;
}

/* --- loading -------------------------------------------------------------- */

static int keep(int *place, int fd)
{
	if (*place >= 0)
		close(*place);
	*place = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return *place < 0 ? -errno : 0;
}

/* Of what has been loaded only descriptors are needed. */
static int keep_objects(struct dataplane *dataplane,
			const struct carp_bpf *skeleton)
{
	int err = keep(&dataplane->programs[PROGRAM_XDP],
		       bpf_program__fd(skeleton->progs.carp_xdp));

	if (!err)
		err = keep(&dataplane->programs[PROGRAM_EGRESS],
			   bpf_program__fd(skeleton->progs.carp_egress));
	for (int i = 0; i < DATAPLANE_MAPS && !err; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(
			skeleton->obj, dataplane_map_names[i]);

		err = map ? keep(&dataplane->maps[i], bpf_map__fd(map))
			  : -ENOENT;
	}
	return err;
}

static int tell_id(struct dataplane *dataplane)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int err = bpf_obj_get_info_by_fd(dataplane->programs[PROGRAM_XDP],
					 &info, &size);

	dataplane->plain.loaded_id = info.id;
	return err;
}

int plane_load(struct dataplane *dataplane, const struct complaint *complaint)
{
	struct carp_bpf *skeleton;
	int err;

	libbpf_said[0] = '\0';
	libbpf_set_print(listen_to_libbpf);
	skeleton = carp_bpf__open();
	if (!skeleton)
		return refuse_load(complaint, errno ? -errno : -EINVAL);
	err = plane_reuse_maps(dataplane, skeleton->obj);
	if (err == -EPROTO)
		dataplane_refuse(complaint, err, "maps of another layout");
	if (!err)
		err = carp_bpf__load(skeleton);
	if (!err)
		err = keep_objects(dataplane, skeleton);
	if (!err)
		err = tell_id(dataplane);
	carp_bpf__destroy(skeleton);
	return err && err != -EPROTO ? refuse_load(complaint, err) : err;
}
