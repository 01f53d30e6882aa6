/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Loads, attaches and pins one interface's program and moves values in and
 * out of its maps.  Never decides what they are, and never leaves a lease
 * alive behind itself: on the way out the leases go first.
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

/* Where the caller of dataplane_open() wants the reason. */
struct complaint {
	const char *ifname;
	char *text;
	size_t size;
};

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

/* Always returns err. */
static __attribute__((format(printf, 3, 4))) int refuse(
	const struct complaint *complaint, int err, const char *format, ...)
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
		return refuse(complaint, -EPERM,
			      "not permitted to load BPF programs "
			      "(CAP_BPF and CAP_NET_ADMIN are needed)");
	if (err == -ENOSYS)
		return refuse(complaint, err, "this kernel is without BPF");
	return refuse(complaint, err, "cannot load the XDP program: %s (%s)",
		      strerror(-err), libbpf_said);
}

/* --- opening -------------------------------------------------------------- */

static int take_pins(struct dataplane *dataplane,
		     const struct complaint *complaint)
{
	const char *pin_dir = dataplane->pin_dir;
	const char *ifname = dataplane->ifname;
	char reason[BPFFS_PATH_SIZE + 128];
	int err;

	err = bpffs_prepare(pin_dir, reason, sizeof(reason));
	if (err)
		return refuse(complaint, err, "%s", reason);
	err = bpffs_take(pin_dir, ifname, &dataplane->lock);
	if (err == -EBUSY)
		return refuse(complaint, err,
			      "another carp-xdp runs it (pins in %s)", pin_dir);
	if (err)
		return refuse(complaint, err, "pins in %s: %s", pin_dir,
			      strerror(-err));
	return 0;
}

static int load(struct dataplane *dataplane, const struct complaint *complaint)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int err;

	libbpf_said[0] = '\0';
	libbpf_set_print(listen_to_libbpf);
	dataplane->skeleton = carp_bpf__open();
	if (!dataplane->skeleton)
		return refuse_load(complaint, errno ? -errno : -EINVAL);
	err = carp_bpf__load(dataplane->skeleton);
	if (err)
		return refuse_load(complaint, err);
	err = bpf_obj_get_info_by_fd(
		bpf_program__fd(dataplane->skeleton->progs.carp_xdp), &info,
		&size);
	if (err)
		return refuse_load(complaint, err);
	dataplane->program_id = info.id;
	return 0;
}

static int attach(struct dataplane *dataplane,
		  const struct complaint *complaint)
{
	const struct dataplane_config *config = &dataplane->config;
	const bool any = config->mode == DATAPLANE_AUTO;
	const struct hook_wish wish = {
		.ifindex = config->ifindex,
		.native = config->mode == DATAPLANE_NATIVE ||
			  (any && !config->auto_avoids_native),
		.or_generic = any,
		.tags_in_frames = config->tags_in_frames,
	};
	char reason[160];
	int err;

	err = hook_attach(&wish,
			  bpf_program__fd(dataplane->skeleton->progs.carp_xdp),
			  &dataplane->hook, reason, sizeof(reason));
	return err ? refuse(complaint, err, "%s", reason) : 0;
}

static bool is_pinned(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);

	/* Digests are nobody's business; a ring has one reader. */
	return !bpf_map__is_internal(map) && strcmp(name, "carp_auth") != 0 &&
	       strcmp(name, "carp_scratch") != 0 &&
	       strcmp(name, "carp_events") != 0;
}

static int pin(const struct dataplane *dataplane,
	       const struct complaint *complaint)
{
	const char *pin_dir = dataplane->pin_dir;
	const char *ifname = dataplane->ifname;
	struct bpf_map *map;
	int err;

	err = bpffs_pin(pin_dir, ifname, "link", dataplane->hook.link);
	/* So that a dead controller's host keeps quiet on the way out too. */
	if (!err && dataplane->egress.link >= 0)
		err = bpffs_pin(pin_dir, ifname, "egress",
				dataplane->egress.link);
	bpf_object__for_each_map(map, dataplane->skeleton->obj)
	{
		if (!err && is_pinned(map))
			err = bpffs_pin(pin_dir, ifname, bpf_map__name(map),
					bpf_map__fd(map));
	}
	if (err)
		return refuse(complaint, err, "cannot pin in %s: %s", pin_dir,
			      strerror(-err));
	return 0;
}

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

/* Onto the interface, and pinned.  What is half done is undone by unhook(). */
static int hook_up(struct dataplane *dataplane,
		   const struct complaint *complaint)
{
	int err = attach(dataplane, complaint);

	if (err)
		return err;
	err = egress_attach(
		dataplane->config.ifindex,
		bpf_program__fd(dataplane->skeleton->progs.carp_egress),
		&dataplane->egress);
	if (err)
		return refuse(complaint, err, "cannot attach on egress: %s",
			      strerror(-err));
	return pin(dataplane, complaint);
}

static void unhook(struct dataplane *dataplane)
{
	egress_detach(&dataplane->egress);
	hook_detach(&dataplane->hook);
	if (dataplane->lock >= 0)
		bpffs_release(dataplane->pin_dir, dataplane->ifname,
			      dataplane->lock);
	dataplane->lock = -1;
}

/* The half-built object, to be closed on failure. */
static int open_parts(struct dataplane *dataplane,
		      const struct complaint *complaint)
{
	int err;

	err = take_pins(dataplane, complaint);
	if (err)
		return err;
	err = load(dataplane, complaint);
	if (err)
		return err;
	/* Before attaching: from the first frame on, events have a reader. */
	err = open_memory(dataplane);
	if (err)
		return refuse(complaint, err, "cannot map the BPF maps: %s",
			      strerror(-err));
	return hook_up(dataplane, complaint);
}

static void take_config(struct dataplane *dataplane,
			const struct dataplane_config *config)
{
	dataplane->config = *config;
	snprintf(dataplane->ifname, IFNAMSIZ, "%s", config->ifname);
	dataplane->config.ifname = dataplane->ifname;
	dataplane->config.pin_dir = dataplane->pin_dir;
}

int dataplane_open(const struct dataplane_config *config,
		   struct dataplane **out, char *error, size_t error_size)
{
	const struct complaint complaint = { config->ifname, error,
					     error_size };
	struct dataplane *dataplane;
	int err;

	if (strlen(config->ifname) >= IFNAMSIZ ||
	    strlen(config->pin_dir) >= BPFFS_PATH_SIZE)
		return refuse(&complaint, -ENAMETOOLONG, "name too long");
	dataplane = calloc(1, sizeof(*dataplane));
	if (!dataplane)
		return refuse(&complaint, -ENOMEM, "%s", strerror(ENOMEM));
	snprintf(dataplane->pin_dir, BPFFS_PATH_SIZE, "%s", config->pin_dir);
	take_config(dataplane, config);
	dataplane->lock = -1;
	dataplane->hook.link = -1;
	dataplane->egress.link = -1;
	err = open_parts(dataplane, &complaint);
	if (err) {
		dataplane_close(dataplane);
		return err;
	}
	*out = dataplane;
	return 0;
}

/* --- closing -------------------------------------------------------------- */

static void end_leases(struct dataplane *dataplane)
{
	__u32 slot;

	for (slot = 0; dataplane->leases && slot < CARP_VHID_SLOTS; slot++)
		dataplane_lease(dataplane, slot, 0);
}

void dataplane_detach(struct dataplane *dataplane)
{
	end_leases(dataplane);
	unhook(dataplane);
}

static void close_memory(struct dataplane *dataplane)
{
	ring_buffer__free(dataplane->ring);
	if (dataplane->vhids)
		munmap(dataplane->vhids, mapped_size(sizeof(struct carp_vhid)));
	if (dataplane->leases)
		munmap(dataplane->leases,
		       mapped_size(sizeof(struct carp_lease)));
	free(dataplane->per_cpu);
}

void dataplane_close(struct dataplane *dataplane)
{
	if (!dataplane)
		return;
	dataplane_detach(dataplane);
	close_memory(dataplane);
	carp_bpf__destroy(dataplane->skeleton);
	free(dataplane);
}

/* --- another interface, another name -------------------------------------- */

int dataplane_attach(struct dataplane *dataplane,
		     const struct dataplane_config *config, char *error,
		     size_t error_size)
{
	const struct complaint complaint = { config->ifname, error,
					     error_size };
	int err;

	if (strlen(config->ifname) >= IFNAMSIZ)
		return refuse(&complaint, -ENAMETOOLONG, "name too long");
	dataplane_detach(dataplane);
	take_config(dataplane, config);
	err = take_pins(dataplane, &complaint);
	if (!err)
		err = hook_up(dataplane, &complaint);
	if (err)
		unhook(dataplane);
	return err;
}

int dataplane_rename(struct dataplane *dataplane, const char *ifname)
{
	int err;

	if (dataplane->lock < 0 || !strcmp(dataplane->ifname, ifname))
		return 0;
	if (strlen(ifname) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	err = bpffs_rename(dataplane->pin_dir, dataplane->ifname, ifname);
	if (!err)
		snprintf(dataplane->ifname, IFNAMSIZ, "%s", ifname);
	return err;
}

/* --- another program below ------------------------------------------------ */

void dataplane_step_aside(struct dataplane *dataplane)
{
	if (dataplane->hook.link < 0)
		return;
	dataplane->aside = true;
	bpffs_unpin(dataplane->pin_dir, dataplane->ifname, "link");
	hook_detach(&dataplane->hook);
}

int dataplane_step_back(struct dataplane *dataplane, char *error,
			size_t error_size)
{
	const struct complaint complaint = { dataplane->ifname, error,
					     error_size };
	int err;

	if (!dataplane->aside)
		return 0;
	err = attach(dataplane, &complaint);
	dataplane->aside = false;
	if (err)
		return err;
	err = bpffs_pin(dataplane->pin_dir, dataplane->ifname, "link",
			dataplane->hook.link);
	return err ? refuse(&complaint, err, "cannot pin: %s", strerror(-err))
		   : 0;
}

int dataplane_pinned(const char *pin_dir,
		     void (*found)(void *context, const char *ifname),
		     void *context)
{
	return bpffs_each(pin_dir, found, context);
}

int dataplane_unpin(const char *pin_dir, const char *ifname,
		    void (*first)(void *context, const char *ifname),
		    void *context)
{
	int lock;
	int err;

	err = bpffs_hold(pin_dir, ifname, &lock);
	if (err && err != -ENOENT)
		return err;
	first(context, ifname);
	if (err)
		return 0;
	egress_remove_leftover(ifname);
	return bpffs_release(pin_dir, ifname, lock);
}
