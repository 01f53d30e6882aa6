/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Attaches by link, so that whoever comes second is refused, and reads the
 * refusals.  Never replaces a program that is already there.
 */
#include "user/sys/hook.h"
#include "user/sys/chain.h"
#include "user/sys/tags.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *attached_mode_name(__u8 mode)
{
	switch (mode) {
	case XDP_ATTACHED_DRV:
		return "native mode";
	case XDP_ATTACHED_SKB:
		return "skb mode";
	case XDP_ATTACHED_HW:
		return "offloaded";
	default:
		return "several modes";
	}
}

static void name_get(__u32 program, char *out, size_t size)
{
	struct bpf_prog_info info = { 0 };
	__u32 length = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(program);

	if (fd < 0)
		return;
	if (bpf_obj_get_info_by_fd(fd, &info, &length) == 0)
		snprintf(out, size, "%s", info.name);
	close(fd);
}

/* All but its name, for which not everybody may ask. */
static int look(unsigned int ifindex, struct hook_occupant *out)
{
	struct bpf_xdp_query_opts there;
	int err;

	memset(&there, 0, sizeof(there));
	there.sz = sizeof(there);
	*out = (struct hook_occupant){ .program = 0 };
	err = bpf_xdp_query((int)ifindex, 0, &there);
	if (err || there.attach_mode == XDP_ATTACHED_NONE)
		return err;
	out->program = there.prog_id;
	if (there.attach_mode == XDP_ATTACHED_MULTI)
		out->program = there.drv_prog_id ? there.drv_prog_id
						 : there.skb_prog_id;
	out->mode = attached_mode_name(there.attach_mode);
	out->native = there.attach_mode != XDP_ATTACHED_SKB;
	return 0;
}

int hook_who(unsigned int ifindex, struct hook_occupant *out)
{
	int err = look(ifindex, out);

	if (!err && out->program)
		name_get(out->program, out->name, sizeof(out->name));
	return err;
}

static void explain_occupied(unsigned int ifindex, char *reason, size_t size)
{
	struct hook_occupant there;
	char names[64];

	if (look(ifindex, &there) || !there.program)
		snprintf(reason, size,
			 "another XDP program is attached, here or to an "
			 "interface above");
	else if (chain_names(ifindex, there.program, names, sizeof(names)))
		snprintf(reason, size,
			 "another XDP program is attached (id %u, %s): "
			 "libxdp's dispatcher with %s, which --coexist joins",
			 there.program, there.mode, names);
	else
		snprintf(reason, size,
			 "another XDP program is attached (id %u, %s): "
			 "carp-xdp check names it",
			 there.program, there.mode);
}

static void explain(const struct hook_wish *wish, int err, char *reason,
		    size_t size)
{
	/* The last mode tried. */
	const bool in_driver = wish->native && !wish->or_generic;

	if (err == -EBUSY)
		explain_occupied(wish->ifindex, reason, size);
	else if (err == -EPERM)
		snprintf(reason, size,
			 "not permitted to attach an XDP program "
			 "(CAP_NET_ADMIN is needed)");
	else if (err == -EOPNOTSUPP)
		snprintf(reason, size, "the driver has no XDP in %s mode",
			 in_driver ? "native" : "skb");
	else if (err == -ENOSYS)
		snprintf(reason, size,
			 "skb mode needs Linux 5.14: before, the kernel drops "
			 "there what is sent to a virtual MAC");
	else if (in_driver)
		snprintf(reason, size,
			 "the driver refuses XDP in native mode: %s (often the "
			 "MTU or an offload)",
			 strerror(-err));
	else
		snprintf(reason, size, "cannot attach the XDP program: %s",
			 strerror(-err));
}

/* Before Linux 5.14 a frame whose destination a generic program rewrites stays
 * what it was, another host's. */
static bool skb_mode_delivers(void)
{
	unsigned int major, minor;
	struct utsname name;

	if (uname(&name) != 0 ||
	    sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return true;
	return major > 5 || (major == 5 && minor >= 14);
}

static int attach_as(unsigned int ifindex, int program, bool native,
		     struct hook *out)
{
	struct bpf_link_create_opts options;
	int link;

	if (!native && !skb_mode_delivers())
		return -ENOSYS;
	memset(&options, 0, sizeof(options));
	options.sz = sizeof(options);
	options.flags = native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
	link = bpf_link_create(program, (int)ifindex, BPF_XDP, &options);
	if (link < 0)
		return link == -EEXIST ? -EBUSY : link;
	out->link = link;
	out->native = native;
	return 0;
}

/* Whether the other mode would only meet the same answer. */
static bool is_final(int err)
{
	return err == 0 || err == -EBUSY || err == -EPERM || err == -ENODEV;
}

int hook_attach(const struct hook_wish *wish, int program, struct hook *out,
		char *reason, size_t reason_size)
{
	struct hook hook = { .link = -1 };
	int err = attach_as(wish->ifindex, program, wish->native, &hook);

	/* Drivers refuse for many reasons: MTU, queues, offloads. */
	if (wish->native && wish->or_generic && !is_final(err)) {
		hook.refusal = err;
		err = attach_as(wish->ifindex, program, false, &hook);
	}
	if (err) {
		explain(wish, err, reason, reason_size);
		return err;
	}
	if (wish->tags_in_frames)
		hook.sees_tags = tags_keep(wish->ifindex, &hook.tags_moved);
	*out = hook;
	return 0;
}

int hook_update(const struct hook *hook, int program)
{
	return bpf_link_update(hook->link, program, NULL);
}

void hook_detach(struct hook *hook)
{
	if (hook->link < 0)
		return;
	if (!hook->dispatcher)
		bpf_link_detach(hook->link);
	close(hook->link);
	hook->link = -1;
	hook->dispatcher = 0;
	tags_restore(&hook->tags_moved);
}

bool hook_holds(const struct hook *hook, unsigned int ifindex, __u32 program_id)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);
	struct hook_occupant there;

	if (hook->dispatcher)
		return hook->link >= 0 && look(ifindex, &there) == 0 &&
		       there.program == hook->dispatcher;
	/* A detached link, or one whose interface is gone, has no ifindex. */
	return bpf_obj_get_info_by_fd(hook->link, &info, &size) == 0 &&
	       info.xdp.ifindex == ifindex && info.prog_id == program_id;
}
