/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The kernel types of the data plane for a host's compiler: the project's own
 * cut, but for the two contexts.  Their data and data_end have 32 bits in the
 * kernel's ABI, which the verifier widens to pointers; here they are wide to
 * begin with, so a frame may lie anywhere.
 */
#pragma once

#define xdp_md	  xdp_md_of_the_kernel
#define __sk_buff sk_buff_of_the_kernel
#include "../../../vmlinux/vmlinux.h"
#undef xdp_md
#undef __sk_buff

struct xdp_md {
	unsigned long data;
	unsigned long data_end;
};

struct __sk_buff {
	unsigned long data;
	unsigned long data_end;
	__u32 vlan_present;
};
