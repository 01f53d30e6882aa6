/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Loads one interface's programs and maps its maps into memory, and says in
 * words why that fails.  Never attaches.
 */
#include "user/sys/dataplane_parts.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum dataplane_limits {
	/* One ring full, and the deadline gets its turn. */
	DATAPLANE_DRAIN_MAX = CARP_EVENT_RING / sizeof(struct carp_event),
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

int dataplane_refuse(const struct complaint *complaint, int err,
		     const char *format, ...)
{
	char reason[BPFFS_PATH_SIZE + 160];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	snprintf(complaint->text, complaint->size, "%s: %s", complaint->ifname,
		 reason);
	return err;
}

static int refuse_load(const struct complaint *complaint, int err)
{
	if (err == -EPERM || err == -EACCES)
		return dataplane_refuse(
			complaint, -EPERM,
			"not permitted to load BPF programs "
			"(CAP_BPF and CAP_NET_ADMIN are needed)");
	if (err == -ENOSYS)
		return dataplane_refuse(complaint, err,
					"this kernel is without BPF");
	return dataplane_refuse(complaint, err,
				"cannot load the XDP program: %s (%s)",
				strerror(-err), libbpf_said);
}

/* --- memory --------------------------------------------------------------- */

/* An array of 256 as the kernel lays it out. */
static size_t mapped_size(size_t value_size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t stride = (value_size + 7) / 8 * 8;

	return (stride * CARP_VHID_SLOTS + page - 1) / page * page;
}

int dataplane_leases(const struct dataplane *dataplane, size_t *size)
{
	*size = mapped_size(sizeof(struct carp_lease));
	return bpf_map__fd(dataplane->skeleton->maps.carp_leases);
}

/* NULL and errno on failure. */
static void *map_memory(const struct bpf_map *map, size_t value_size)
{
	void *memory =
		mmap(NULL, mapped_size(value_size), PROT_READ | PROT_WRITE,
		     MAP_SHARED, bpf_map__fd(map), 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int on_record(void *context, void *record, size_t size)
{
	struct dataplane *dataplane = context;

	if (size >= sizeof(struct carp_event) && dataplane->config.on_event)
		dataplane->config.on_event(dataplane->config.context, record);
	/* The record is consumed, but the rest is left for the next call. */
	return ++dataplane->drained < DATAPLANE_DRAIN_MAX ? 0 : -EAGAIN;
}

static int open_memory(struct dataplane *dataplane)
{
	const struct carp_bpf *skeleton = dataplane->skeleton;

	dataplane->vhids =
		map_memory(skeleton->maps.carp_vhids, sizeof(struct carp_vhid));
	if (!dataplane->vhids)
		return -errno;
	dataplane->leases = map_memory(skeleton->maps.carp_leases,
				       sizeof(struct carp_lease));
	if (!dataplane->leases)
		return -errno;
	dataplane->cpus = libbpf_num_possible_cpus();
	if (dataplane->cpus < 0)
		return dataplane->cpus;
	dataplane->per_cpu =
		calloc((size_t)dataplane->cpus, sizeof(*dataplane->per_cpu));
	if (!dataplane->per_cpu)
		return -ENOMEM;
	dataplane->ring =
		ring_buffer__new(bpf_map__fd(skeleton->maps.carp_events),
				 on_record, dataplane, NULL);
	return dataplane->ring ? 0 : -errno;
}

/* --- loading -------------------------------------------------------------- */

int dataplane_load_begin(struct dataplane *dataplane,
			 const struct complaint *complaint)
{

	libbpf_said[0] = '\0';
	libbpf_set_print(listen_to_libbpf);
	dataplane->skeleton = carp_bpf__open();
	if (!dataplane->skeleton)
		return refuse_load(complaint, errno ? -errno : -EINVAL);
	return 0;
}

int dataplane_load(struct dataplane *dataplane,
		   const struct complaint *complaint)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int err = carp_bpf__load(dataplane->skeleton);

	if (err)
		return refuse_load(complaint, err);
	err = bpf_obj_get_info_by_fd(
		bpf_program__fd(dataplane->skeleton->progs.carp_xdp), &info,
		&size);
	if (err)
		return refuse_load(complaint, err);
	dataplane->loaded_id = info.id;
	/* Before attaching: from the first frame on, events have a reader. */
	err = open_memory(dataplane);
	if (err)
		return dataplane_refuse(complaint, err,
					"cannot map the BPF maps: %s",
					strerror(-err));
	return 0;
}

void dataplane_unload(struct dataplane *dataplane)
{
	ring_buffer__free(dataplane->ring);
	if (dataplane->vhids)
		munmap(dataplane->vhids, mapped_size(sizeof(struct carp_vhid)));
	if (dataplane->leases)
		munmap(dataplane->leases,
		       mapped_size(sizeof(struct carp_lease)));
	free(dataplane->per_cpu);
	carp_bpf__destroy(dataplane->skeleton);
}
