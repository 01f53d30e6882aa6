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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
		return dataplane_refuse(complaint, err, "%s", reason);
	err = bpffs_take(pin_dir, ifname, &dataplane->lock);
	if (err == -EBUSY)
		return dataplane_refuse(complaint, err,
					"another carp-xdp runs it (pins in %s)",
					pin_dir);
	if (err)
		return dataplane_refuse(complaint, err, "pins in %s: %s",
					pin_dir, strerror(-err));
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
	if (err)
		return dataplane_refuse(complaint, err, "%s", reason);
	dataplane->program_id = dataplane->loaded_id;
	return 0;
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
		return dataplane_refuse(complaint, err, "cannot pin in %s: %s",
					pin_dir, strerror(-err));
	return 0;
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
		return dataplane_refuse(complaint, err,
					"cannot attach on egress: %s",
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
	err = dataplane_load_begin(dataplane, complaint);
	if (!err)
		err = dataplane_load(dataplane, complaint);
	if (err)
		return err;
	return hook_up(dataplane, complaint);
}

static void configure(struct dataplane *dataplane,
		      const struct dataplane_config *config)
{
	dataplane->config = *config;
	snprintf(dataplane->ifname, IFNAMSIZ, "%s", config->ifname);
	dataplane->config.ifname = dataplane->ifname;
	dataplane->config.pin_dir = dataplane->pin_dir;
}

struct dataplane *dataplane_new(const struct dataplane_config *config,
				const struct complaint *complaint)
{
	struct dataplane *dataplane = calloc(1, sizeof(*dataplane));

	if (!dataplane) {
		dataplane_refuse(complaint, -ENOMEM, "%s", strerror(ENOMEM));
		return NULL;
	}
	snprintf(dataplane->pin_dir, BPFFS_PATH_SIZE, "%s", config->pin_dir);
	configure(dataplane, config);
	dataplane->lock = -1;
	dataplane->hook.link = -1;
	dataplane->egress.link = -1;
	return dataplane;
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
		return dataplane_refuse(&complaint, -ENAMETOOLONG,
					"name too long");
	dataplane = dataplane_new(config, &complaint);
	if (!dataplane)
		return -ENOMEM;
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

void dataplane_close(struct dataplane *dataplane)
{
	if (!dataplane)
		return;
	dataplane_detach(dataplane);
	dataplane_unload(dataplane);
	free(dataplane);
}

void dataplane_leave(struct dataplane *dataplane)
{
	if (!dataplane)
		return;
	end_leases(dataplane);
	dataplane_abandon(dataplane);
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
		return dataplane_refuse(&complaint, -ENAMETOOLONG,
					"name too long");
	dataplane_detach(dataplane);
	configure(dataplane, config);
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
	return err ? dataplane_refuse(&complaint, err, "cannot pin: %s",
				      strerror(-err))
		   : 0;
}

int dataplane_pinned(const char *pin_dir,
		     void (*found)(void *context, const char *ifname),
		     void *context)
{
	return bpffs_each(pin_dir, found, context);
}

int dataplane_unpin(const char *pin_dir, const char *ifname,
		    int (*first)(void *context, const char *ifname),
		    void *context)
{
	int err, hold, lock;

	hold = bpffs_hold(pin_dir, ifname, &lock);
	if (hold && hold != -ENOENT)
		return hold;
	err = first(context, ifname);
	if (hold)
		return err;
	if (err) {
		close(lock);
		return err;
	}
	egress_remove_leftover(ifname);
	return bpffs_release(pin_dir, ifname, lock);
}
