/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What needs privilege, in a worker of the hand: loads, attaches and pins one
 * interface's programs, and takes them off again.  Touches no lease: those end
 * before it is asked.
 */
#include "user/sys/dataplane_parts.h"
#include "user/sys/hand.h"
#include "user/sys/netlink.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- opening -------------------------------------------------------------- */

static int take_pins(struct dataplane *dataplane,
		     const struct complaint *complaint)
{
	const char *pin_dir = dataplane->pin_dir;
	const char *ifname = dataplane->plain.ifname;
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
	if (err == -EUCLEAN)
		return dataplane_refuse(
			complaint, err,
			"an earlier controller's program is in libxdp's "
			"dispatcher, which carp-xdp daemon --coexist takes it "
			"out of, or xdp-loader unload");
	if (err)
		return dataplane_refuse(complaint, err, "pins in %s: %s",
					pin_dir, strerror(-err));
	return 0;
}

static int attach(struct dataplane *dataplane,
		  const struct complaint *complaint)
{
	struct dataplane_plain *plain = &dataplane->plain;
	const bool any = plain->mode == DATAPLANE_AUTO;
	const struct hook_wish wish = {
		.ifindex = plain->ifindex,
		.native = plain->mode == DATAPLANE_NATIVE ||
			  (any && !plain->auto_avoids_native),
		.or_generic = any,
		.tags_in_frames = plain->tags_in_frames,
	};
	char reason[CHAIN_TEXT_SIZE];
	int err;

	if (plain->coexist)
		return plane_join(dataplane, complaint);
	err = hook_attach(&wish, dataplane->programs[PROGRAM_XDP], &plain->hook,
			  reason, sizeof(reason));
	if (err)
		return dataplane_refuse(complaint, err, "%s", reason);
	plain->program_id = plain->loaded_id;
	return 0;
}

/* Digests are nobody's business; a ring has one reader. */
static bool is_pinned(int map)
{
	return map != MAP_AUTH && map != MAP_SCRATCH && map != MAP_EVENTS;
}

static const char egress_name[] = "egress";

/* A link would go without its pin; of a filter the pinned program tells that it
 * is ours. */
static int pin_egress(const struct dataplane *dataplane)
{
	const struct egress_hook *egress = &dataplane->plain.egress;

	return bpffs_pin(
		dataplane->pin_dir, dataplane->plain.ifname, egress_name,
		egress->link >= 0 ? egress->link
				  : dataplane->programs[PROGRAM_EGRESS]);
}

static int pin(const struct dataplane *dataplane,
	       const struct complaint *complaint)
{
	const char *pin_dir = dataplane->pin_dir;
	const char *ifname = dataplane->plain.ifname;
	int err;

	err = plane_pin_hook(dataplane);
	/* So that a dead controller's host keeps quiet on the way out too. */
	if (!err)
		err = pin_egress(dataplane);
	for (int map = 0; map < DATAPLANE_MAPS && !err; map++)
		if (is_pinned(map))
			err = bpffs_pin(pin_dir, ifname,
					dataplane_map_names[map],
					dataplane->maps[map]);
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
	err = egress_attach(dataplane->plain.ifindex,
			    dataplane->programs[PROGRAM_EGRESS],
			    &dataplane->plain.egress);
	if (err)
		return dataplane_refuse(complaint, err,
					"cannot attach on egress: %s",
					strerror(-err));
	return pin(dataplane, complaint);
}

void plane_detach(struct dataplane *dataplane)
{
	egress_detach(&dataplane->plain.egress);
	plane_unhook(dataplane);
	if (dataplane->lock >= 0)
		bpffs_release(dataplane->pin_dir, dataplane->plain.ifname,
			      dataplane->lock);
	dataplane->lock = -1;
}

int plane_open(struct dataplane *dataplane, const struct complaint *complaint)
{
	int err = take_pins(dataplane, complaint);

	if (!err)
		err = plane_load(dataplane, complaint);
	if (!err)
		err = hook_up(dataplane, complaint);
	if (err)
		plane_detach(dataplane);
	return err;
}

int plane_attach(struct dataplane *dataplane, const struct complaint *complaint)
{
	int err = take_pins(dataplane, complaint);

	if (!err)
		err = hook_up(dataplane, complaint);
	if (err)
		plane_detach(dataplane);
	return err;
}

/* --- another name, another program ---------------------------------------- */

int plane_rename(struct dataplane *dataplane, const char *ifname)
{
	int err = bpffs_rename(dataplane->pin_dir, dataplane->plain.ifname,
			       ifname);

	if (!err)
		memcpy(dataplane->plain.ifname, ifname, IFNAMSIZ);
	return err;
}

int plane_renew(struct dataplane *dataplane)
{
	struct dataplane_plain *plain = &dataplane->plain;
	int err = egress_update(&plain->egress,
				dataplane->programs[PROGRAM_EGRESS]);

	if (!err && plain->hook.dispatcher)
		err = plane_join_anew(dataplane);
	else if (!err)
		err = hook_update(&plain->hook,
				  dataplane->programs[PROGRAM_XDP]);
	if (err)
		return err;
	plain->program_id = plain->loaded_id;
	if (plain->egress.link >= 0)
		return 0;
	bpffs_unpin(dataplane->pin_dir, plain->ifname, egress_name);
	return pin_egress(dataplane);
}

/* --- another program below ------------------------------------------------ */

void plane_step_aside(struct dataplane *dataplane)
{
	bpffs_unpin(dataplane->pin_dir, dataplane->plain.ifname, "link");
	plane_unhook(dataplane);
}

int plane_step_back(struct dataplane *dataplane,
		    const struct complaint *complaint)
{
	int err = attach(dataplane, complaint);

	if (err)
		return err;
	err = plane_pin_hook(dataplane);
	return err ? dataplane_refuse(complaint, err, "cannot pin: %s",
				      strerror(-err))
		   : 0;
}

/* --- leftovers ------------------------------------------------------------ */

/* Another version's table is no use. */
static bool is_senders(int map)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(map, &info, &size) == 0 &&
	       info.key_size == sizeof(struct carp_host_key) &&
	       info.value_size == sizeof(struct carp_sender);
}

int plane_recall(const char *pin_dir, const char *ifname)
{
	int map = bpffs_get(pin_dir, ifname, dataplane_map_names[MAP_SENDERS]);

	if (map < 0 || is_senders(map))
		return map;
	close(map);
	return -EPROTO;
}

static int remove_addresses(const char *ifname)
{
	struct netlink *netlink;
	struct netlink_link link;
	int err = netlink_open(NULL, &netlink);

	if (err)
		return err;
	err = netlink_link_by_name(netlink, ifname, &link);
	if (!err)
		err = netlink_addresses_clear(netlink, link.ifindex,
					      HAND_ADDRESS_MARK);
	netlink_close(netlink);
	return err == -ENODEV ? 0 : err;
}

/* The addresses go before the program: once nothing keeps it silent, the
 * kernel would answer for those it still finds there, with the NIC's MAC.
 * While they cannot be removed, the program stays. */
int plane_unpin(const char *pin_dir, const char *ifname)
{
	int program, lock, err, hold = bpffs_hold(pin_dir, ifname, &lock);

	if (hold && hold != -ENOENT)
		return hold;
	err = remove_addresses(ifname);
	if (hold)
		return err;
	if (err) {
		close(lock);
		return err;
	}
	program = bpffs_get(pin_dir, ifname, egress_name);
	if (program >= 0) {
		egress_remove_leftover(ifname, program);
		close(program);
	}
	return bpffs_release(pin_dir, ifname, lock);
}
