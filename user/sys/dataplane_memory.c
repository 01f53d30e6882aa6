/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A data plane in hand: its descriptors, on their way from one process to
 * another, and its maps in memory.  Needs no privilege.
 */
#include "user/sys/dataplane_parts.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum dataplane_limits {
	/* One ring full, and the deadline gets its turn. */
	DATAPLANE_DRAIN_MAX = CARP_EVENT_RING / sizeof(struct carp_event),
};

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

/* --- descriptors ---------------------------------------------------------- */

struct dataplane *dataplane_new(const struct complaint *complaint)
{
	struct dataplane *dataplane = calloc(1, sizeof(*dataplane));

	if (!dataplane) {
		dataplane_refuse(complaint, -ENOMEM, "%s", strerror(ENOMEM));
		return NULL;
	}
	dataplane->lock = -1;
	dataplane->plain.hook.link = -1;
	dataplane->plain.egress.link = -1;
	for (int i = 0; i < DATAPLANE_MAPS; i++)
		dataplane->maps[i] = -1;
	for (int i = 0; i < DATAPLANE_PROGRAMS; i++)
		dataplane->programs[i] = -1;
	return dataplane;
}

static void drop(int fd)
{
	if (fd >= 0)
		close(fd);
}

void dataplane_free(struct dataplane *dataplane)
{
	drop(dataplane->lock);
	drop(dataplane->plain.hook.link);
	drop(dataplane->plain.egress.link);
	for (int i = 0; i < DATAPLANE_MAPS; i++)
		drop(dataplane->maps[i]);
	for (int i = 0; i < DATAPLANE_PROGRAMS; i++)
		drop(dataplane->programs[i]);
	free(dataplane);
}

static int twin(int fd)
{
	return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

struct dataplane *dataplane_witness(const struct dataplane *dataplane)
{
	const struct complaint unheard = { .ifname = "" };
	struct dataplane *witness = dataplane_new(&unheard);
	struct hook *hook;
	struct egress_hook *egress;

	if (!witness)
		return NULL;
	hook = &witness->plain.hook;
	egress = &witness->plain.egress;
	witness->plain = dataplane->plain;
	hook->link = twin(hook->link);
	egress->link = twin(egress->link);
	if (hook->link >= 0 &&
	    (egress->link >= 0 || dataplane->plain.egress.link < 0))
		return witness;
	dataplane_abandon(witness);
	return NULL;
}

void dataplane_put(const struct dataplane *dataplane, bool objects,
		   struct pack *pack)
{
	struct dataplane_plain plain = dataplane->plain;

	plain.layout = CARP_MAPS_LAYOUT;
	plain.locked = dataplane->lock >= 0;
	plain.objects = objects && dataplane->programs[0] >= 0;
	pack_put(pack, &plain, sizeof(plain));
	if (plain.locked)
		pack_put_fd(pack, dataplane->lock);
	if (plain.hook.link >= 0)
		pack_put_fd(pack, plain.hook.link);
	if (plain.egress.link >= 0)
		pack_put_fd(pack, plain.egress.link);
	for (int i = 0; plain.objects && i < DATAPLANE_MAPS; i++)
		pack_put_fd(pack, dataplane->maps[i]);
	for (int i = 0; plain.objects && i < DATAPLANE_PROGRAMS; i++)
		pack_put_fd(pack, dataplane->programs[i]);
}

/* The number of descriptors that there are, in their order. */
bool dataplane_get_fds(struct dataplane *dataplane, struct pack *pack)
{
	struct dataplane_plain *plain = &dataplane->plain;
	bool good = true;

	dataplane->lock = plain->locked ? pack_take_fd(pack) : -1;
	if (plain->hook.link >= 0)
		good &= (plain->hook.link = pack_take_fd(pack)) >= 0;
	if (plain->egress.link >= 0)
		good &= (plain->egress.link = pack_take_fd(pack)) >= 0;
	for (int i = 0; plain->objects && i < DATAPLANE_MAPS; i++)
		good &= (dataplane->maps[i] = pack_take_fd(pack)) >= 0;
	for (int i = 0; plain->objects && i < DATAPLANE_PROGRAMS; i++)
		good &= (dataplane->programs[i] = pack_take_fd(pack)) >= 0;
	return good;
}

bool dataplane_get(struct dataplane *dataplane, struct pack *pack)
{
	struct dataplane_plain *plain = &dataplane->plain;

	pack_get(pack, plain, sizeof(*plain));
	plain->ifname[IFNAMSIZ - 1] = '\0';
	return dataplane_get_fds(dataplane, pack) && !pack->failed;
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
	return dataplane->maps[MAP_LEASES];
}

/* NULL and errno on failure. */
static void *map_memory(int map, size_t value_size)
{
	void *memory = mmap(NULL, mapped_size(value_size),
			    PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

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

/* libbpf remembers it. */
void dataplane_begin(void)
{
	libbpf_num_possible_cpus();
}

int dataplane_map_memory(struct dataplane *dataplane)
{
	dataplane->vhids = map_memory(dataplane->maps[MAP_VHIDS],
				      sizeof(struct carp_vhid));
	if (!dataplane->vhids)
		return -errno;
	dataplane->leases = map_memory(dataplane->maps[MAP_LEASES],
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
	dataplane->ring = ring_buffer__new(dataplane->maps[MAP_EVENTS],
					   on_record, dataplane, NULL);
	return dataplane->ring ? 0 : -errno;
}

void dataplane_unmap_memory(struct dataplane *dataplane)
{
	ring_buffer__free(dataplane->ring);
	if (dataplane->vhids)
		munmap(dataplane->vhids, mapped_size(sizeof(struct carp_vhid)));
	if (dataplane->leases)
		munmap(dataplane->leases,
		       mapped_size(sizeof(struct carp_lease)));
	free(dataplane->per_cpu);
}
