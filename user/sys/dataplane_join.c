/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * In a worker: our program among others, by libxdp's dispatcher.  It is loaded
 * once more for that, as an extension of a dispatcher, with the same maps.
 */
#include "user/sys/dataplane_parts.h"
#include "user/sys/tags.h"

#include "carp.skel.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct chain_wish wish_of(const struct dataplane_plain *plain)
{
	const bool any = plain->mode == DATAPLANE_AUTO;

	return (struct chain_wish){
		.ifindex = plain->ifindex,
		.native = plain->mode == DATAPLANE_NATIVE ||
			  (any && !plain->auto_avoids_native),
		.or_generic = any,
	};
}

static void settle(struct dataplane_plain *plain,
		   const struct chain_place *place)
{
	plain->hook = (struct hook){
		.link = place->program,
		.dispatcher = place->chain.dispatcher,
		.native = place->native,
		.refusal = place->refusal,
	};
	if (plain->tags_in_frames)
		plain->hook.sees_tags =
			tags_keep(plain->ifindex, &plain->hook.tags_moved);
	plain->chain = place->chain;
	plain->program_id = plain->loaded_id = place->id;
}

static int join(struct dataplane *dataplane, struct carp_bpf *skeleton,
		char *reason, size_t size)
{
	const struct chain_wish wish = wish_of(&dataplane->plain);
	struct chain_place place;
	int err = plane_reuse_maps(dataplane, skeleton->obj);

	if (!err)
		err = bpf_program__set_autoload(skeleton->progs.carp_egress,
						false);
	if (err) {
		snprintf(reason, size, "%s", strerror(-err));
		return err;
	}
	err = chain_join(&wish, skeleton->obj, &place, reason, size);
	if (!err)
		settle(&dataplane->plain, &place);
	return err;
}

int plane_join(struct dataplane *dataplane, const struct complaint *complaint)
{
	struct carp_bpf *skeleton = carp_bpf__open();
	char reason[CHAIN_TEXT_SIZE];
	int err;

	if (!skeleton)
		return dataplane_refuse(complaint, -ENOMEM, "%s",
					strerror(ENOMEM));
	err = join(dataplane, skeleton, reason, sizeof(reason));
	carp_bpf__destroy(skeleton);
	return err ? dataplane_refuse(complaint, err, "%s", reason) : 0;
}

static const char joined[] = "program";

int plane_pin_hook(const struct dataplane *dataplane)
{
	const struct hook *hook = &dataplane->plain.hook;

	return bpffs_pin(dataplane->pin_dir, dataplane->plain.ifname,
			 hook->dispatcher ? joined : "link", hook->link);
}

/* While it cannot leave it stays pinned, for whoever comes next to see to. */
void plane_unhook(struct dataplane *dataplane)
{
	const struct dataplane_plain *plain = &dataplane->plain;
	char reason[CHAIN_TEXT_SIZE];

	if (plain->hook.dispatcher && plain->hook.link >= 0 &&
	    chain_leave(plain->ifindex, plain->hook.link, reason,
			sizeof(reason)) == 0)
		bpffs_unpin(dataplane->pin_dir, plain->ifname, joined);
	hook_detach(&dataplane->plain.hook);
}

/* The tag is made of the instructions alone. */
static bool same_code(int a, int b)
{
	struct bpf_prog_info of_a = { 0 }, of_b = { 0 };
	__u32 size_a = sizeof(of_a), size_b = sizeof(of_b);

	return bpf_obj_get_info_by_fd(a, &of_a, &size_a) == 0 &&
	       bpf_obj_get_info_by_fd(b, &of_b, &size_b) == 0 &&
	       memcmp(of_a.tag, of_b.tag, sizeof(of_a.tag)) == 0;
}

/* The new one comes before the old one goes: for a moment a frame that passes
 * is looked at twice, and none is missed. */
int plane_join_anew(struct dataplane *dataplane)
{
	struct dataplane_plain *plain = &dataplane->plain;
	struct hook before = plain->hook;
	char reason[CHAIN_TEXT_SIZE];
	const struct complaint complaint = { plain->ifname, reason,
					     sizeof(reason) };
	int err;

	if (same_code(before.link, dataplane->programs[PROGRAM_XDP])) {
		plain->loaded_id = plain->program_id;
		return 0;
	}
	err = plane_join(dataplane, &complaint);
	if (err)
		return err;
	plain->hook.tags_moved |= before.tags_moved;
	bpffs_unpin(dataplane->pin_dir, plain->ifname, joined);
	err = plane_pin_hook(dataplane);
	chain_leave(plain->ifindex, before.link, reason, sizeof(reason));
	close(before.link);
	return err ? err : plane_look(dataplane);
}

int plane_look(struct dataplane *dataplane)
{
	struct dataplane_plain *plain = &dataplane->plain;
	char reason[CHAIN_TEXT_SIZE];
	struct chain chain;
	int err = chain_look(plain->ifindex, &chain, reason, sizeof(reason));

	if (err)
		return err;
	if (!chain_find(&chain, plain->program_id))
		return -ENOENT;
	plain->hook.dispatcher = chain.dispatcher;
	plain->chain = chain;
	return 0;
}
