/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * An attached data plane in the hands of another process.  Never detaches, and
 * never takes maps whose shape is not what this binary's programs expect.
 */
#include "user/sys/dataplane_parts.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The plain values; descriptors come beside: maps, then lock, link, egress, as
 * far as there are any. */
struct handed {
	unsigned int layout; /* CARP_MAPS_LAYOUT */
	unsigned int ifindex;
	unsigned int maps;
	char ifname[IFNAMSIZ]; /* of the pins */
	__u32 program_id;
	struct hook hook;
	struct egress_hook egress;
	bool locked;
};

/* Those of the object itself, .rodata and the like, stay with its programs. */
#define EACH_MAP(map, object) \
	bpf_object__for_each_map(map, object) if (!bpf_map__is_internal(map))

void dataplane_hand_over(const struct dataplane *dataplane, struct pack *pack)
{
	const struct bpf_object *object = dataplane->skeleton->obj;
	struct handed h = {
		.layout = CARP_MAPS_LAYOUT,
		.ifindex = dataplane->config.ifindex,
		.program_id = dataplane->program_id,
		.hook = dataplane->hook,
		.egress = dataplane->egress,
		.locked = dataplane->lock >= 0,
	};
	struct bpf_map *map;

	memcpy(h.ifname, dataplane->ifname, sizeof(h.ifname));
	EACH_MAP(map, object)
	h.maps++;
	pack_put(pack, &h, sizeof(h));
	EACH_MAP(map, object)
	{
		pack_put_text(pack, bpf_map__name(map));
		pack_put_fd(pack, bpf_map__fd(map));
	}
	if (h.locked)
		pack_put_fd(pack, dataplane->lock);
	if (h.hook.link >= 0)
		pack_put_fd(pack, h.hook.link);
	if (h.egress.link >= 0)
		pack_put_fd(pack, h.egress.link);
}

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

static int take_map(struct dataplane *dataplane, struct pack *pack)
{
	char *name = pack_get_text(pack);
	struct bpf_map *map = name ? bpf_object__find_map_by_name(
					     dataplane->skeleton->obj, name)
				   : NULL;
	int fd = pack_take_fd(pack);
	int err = fd < 0 ? -EBADMSG : 0;

	free(name);
	if (!err && (!map || !same_shape(map, fd)))
		err = -EPROTO;
	if (!err)
		err = bpf_map__reuse_fd(map, fd); /* makes its own of it */
	if (fd >= 0)
		close(fd);
	return err;
}

static int take_maps(struct dataplane *dataplane, const struct handed *h,
		     struct pack *pack)
{
	unsigned int ours = 0;
	struct bpf_map *map;
	int err = 0;

	EACH_MAP(map, dataplane->skeleton->obj)
	ours++;
	if (h->layout != CARP_MAPS_LAYOUT || h->maps != ours)
		return -EPROTO;
	for (unsigned int i = 0; i < h->maps && !err; i++)
		err = take_map(dataplane, pack);
	return err;
}

static void take_hooks(struct dataplane *dataplane, const struct handed *h,
		       struct pack *pack)
{
	memcpy(dataplane->ifname, h->ifname, sizeof(h->ifname));
	dataplane->config.ifindex = h->ifindex;
	dataplane->program_id = h->program_id;
	dataplane->hook = h->hook;
	dataplane->egress = h->egress;
	dataplane->lock = h->locked ? pack_take_fd(pack) : -1;
	dataplane->hook.link = h->hook.link >= 0 ? pack_take_fd(pack) : -1;
	dataplane->egress.link = h->egress.link >= 0 ? pack_take_fd(pack) : -1;
}

static int adopt_parts(struct dataplane *dataplane, struct pack *pack,
		       const struct complaint *complaint)
{
	struct handed h;
	int err;

	pack_get(pack, &h, sizeof(h));
	err = dataplane_load_begin(dataplane, complaint);
	if (err)
		return err;
	err = take_maps(dataplane, &h, pack);
	if (err)
		return dataplane_refuse(complaint, err,
					"maps of another layout");
	take_hooks(dataplane, &h, pack);
	return dataplane_load(dataplane, complaint);
}

int dataplane_adopt(const struct dataplane_config *config, struct pack *pack,
		    struct dataplane **out, char *error, size_t error_size)
{
	const struct complaint complaint = { config->ifname, error,
					     error_size };
	struct dataplane *dataplane = dataplane_new(config, &complaint);
	int err;

	if (!dataplane)
		return -ENOMEM;
	err = adopt_parts(dataplane, pack, &complaint);
	if (err)
		dataplane_abandon(dataplane);
	else
		*out = dataplane;
	return err;
}

int dataplane_renew(struct dataplane *dataplane)
{
	const struct carp_bpf *skeleton = dataplane->skeleton;
	int err = 0;

	if (dataplane->program_id == dataplane->loaded_id ||
	    dataplane->hook.link < 0)
		return 0;
	err = egress_update(&dataplane->egress,
			    bpf_program__fd(skeleton->progs.carp_egress));
	if (!err)
		err = hook_update(&dataplane->hook,
				  bpf_program__fd(skeleton->progs.carp_xdp));
	if (!err)
		dataplane->program_id = dataplane->loaded_id;
	return err;
}

void dataplane_abandon(struct dataplane *dataplane)
{
	if (!dataplane)
		return;
	if (dataplane->hook.link >= 0)
		close(dataplane->hook.link);
	if (dataplane->egress.link >= 0)
		close(dataplane->egress.link);
	if (dataplane->lock >= 0)
		close(dataplane->lock);
	dataplane_unload(dataplane);
	free(dataplane);
}
