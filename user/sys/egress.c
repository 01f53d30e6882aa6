/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Attaches to the tc hook.  A clsact qdisc made for it stays when we leave:
 * others may have come to use it.
 */
#include "user/sys/egress.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

enum egress_numbers {
	/* enum bpf_attach_type of Linux 6.6; libbpf 1.1 has no word for it */
	EGRESS_TCX = 47,
	EGRESS_HANDLE = 0xca,
	EGRESS_PRIORITY = 0xca,
};

static struct bpf_tc_hook tc_hook(unsigned int ifindex)
{
	struct bpf_tc_hook hook;

	memset(&hook, 0, sizeof(hook));
	hook.sz = sizeof(hook);
	hook.ifindex = (int)ifindex;
	hook.attach_point = BPF_TC_EGRESS;
	return hook;
}

static struct bpf_tc_opts tc_options(void)
{
	struct bpf_tc_opts options;

	memset(&options, 0, sizeof(options));
	options.sz = sizeof(options);
	options.handle = EGRESS_HANDLE;
	options.priority = EGRESS_PRIORITY;
	return options;
}

static int attach_filter(unsigned int ifindex, int program)
{
	struct bpf_tc_hook hook = tc_hook(ifindex);
	struct bpf_tc_opts options = tc_options();
	int err = bpf_tc_hook_create(&hook);

	if (err && err != -EEXIST)
		return err;
	options.prog_fd = program;
	options.flags = BPF_TC_F_REPLACE; /* a crashed run's */
	return bpf_tc_attach(&hook, &options);
}

int egress_attach(unsigned int ifindex, int program, struct egress_hook *out)
{
	int link = bpf_link_create(program, (int)ifindex,
				   (enum bpf_attach_type)EGRESS_TCX, NULL);
	int err;

	if (link >= 0) {
		*out = (struct egress_hook){ link, false, ifindex };
		return 0;
	}
	err = attach_filter(ifindex, program);
	if (!err)
		*out = (struct egress_hook){ -1, true, ifindex };
	return err;
}

bool egress_holds(const struct egress_hook *hook)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);
	struct bpf_tc_hook tc = tc_hook(hook->ifindex);
	struct bpf_tc_opts options = tc_options();

	if (hook->link < 0)
		return hook->filter && bpf_tc_query(&tc, &options) == 0;
	/* A TCX link begins as one of XDP does: with the ifindex, 0 once it
	 * is detached. */
	return bpf_obj_get_info_by_fd(hook->link, &info, &size) == 0 &&
	       info.xdp.ifindex == hook->ifindex;
}

int egress_update(const struct egress_hook *hook, int program)
{
	if (hook->link >= 0)
		return bpf_link_update(hook->link, program, NULL);
	return hook->filter ? attach_filter(hook->ifindex, program) : 0;
}

void egress_detach(struct egress_hook *hook)
{
	struct bpf_tc_hook tc = tc_hook(hook->ifindex);
	struct bpf_tc_opts options = tc_options();

	if (hook->link >= 0) {
		bpf_link_detach(hook->link);
		close(hook->link);
	}
	if (hook->filter)
		bpf_tc_detach(&tc, &options);
	*hook = (struct egress_hook){ .link = -1 };
}

/* By its pin: a descriptor of any program, by number, is CAP_SYS_ADMIN's. */
static bool is_that(__u32 program_id, int program)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(program, &info, &size) == 0 &&
	       info.id == program_id;
}

void egress_remove_leftover(const char *ifname, int program)
{
	struct bpf_tc_hook hook = tc_hook(if_nametoindex(ifname));
	struct bpf_tc_opts options = tc_options();

	if (bpf_tc_query(&hook, &options) || !is_that(options.prog_id, program))
		return;
	options = tc_options();
	bpf_tc_detach(&hook, &options);
}
