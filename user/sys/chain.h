/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Several XDP programs on one interface: libxdp's dispatcher, a program that
 * calls up to ten others in the order of their priorities, each by a link of
 * its own (freplace).  Whoever comes or goes has libxdp build a new dispatcher
 * and put it in the place of the old one; the programs in it stay the same.
 *
 * libxdp is loaded when it is first needed, and never by the controller: it
 * asks for programs and maps by their numbers, which takes CAP_SYS_ADMIN.
 * Source: xdp-project/xdp-tools, lib/libxdp/protocol.org.
 */
#pragma once

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct bpf_object;

enum chain_numbers {
	CHAIN_MAX = 10, /* programs */
	CHAIN_NAME_SIZE = 32,
	/* Ours: after filters (xdp-filter: 10), before AF_XDP sockets (20) and
	 * whoever says nothing (50).  Less runs earlier. */
	CHAIN_PRIORITY = 15,
	CHAIN_TEXT_SIZE = 200, /* of a reason */
};

struct chain_program {
	__u32 id;
	__u32 priority;
	char name[CHAIN_NAME_SIZE];
};

/* In the order in which they run. */
struct chain {
	__u32 dispatcher; /* the one on the interface; 0: none */
	__u32 count;
	struct chain_program programs[CHAIN_MAX];
};

struct chain_wish {
	unsigned int ifindex;
	bool native;
	bool or_generic; /* if the driver refuses, or the others are so */
};

struct chain_place {
	int program; /* descriptor */
	__u32 id;
	bool native;
	int refusal; /* why it is not native although wished so: -errno */
	struct chain chain;
};

/*
 * All return 0, or -errno with the reason in words: -ELIBACC without libxdp,
 * -EPERM without the capability, -ENOENT: there is no program, -EBUSY: there is
 * one that is no dispatcher, or one that cannot take us.
 */
int chain_look(unsigned int ifindex, struct chain *out, char *reason,
	       size_t size);
/* Loads the object, which is open, with its first program in section "xdp" made
 * for the dispatcher; one is made if nobody is there.  XDP_PASS of ours goes on
 * to whoever comes behind, all else ends with us.  On failure nothing has
 * changed on the interface. */
int chain_join(const struct chain_wish *wish, struct bpf_object *object,
	       struct chain_place *out, char *reason, size_t size);
/* The others stay; 0 too where that program is in no dispatcher. */
int chain_leave(unsigned int ifindex, int program, char *reason, size_t size);

/* NULL: it is not there. */
const struct chain_program *chain_find(const struct chain *chain, __u32 id);
/* Who is in that dispatcher, "a, b", from its pins, without libxdp and its
 * privilege; false: it is none. */
bool chain_names(unsigned int ifindex, __u32 dispatcher, char *out,
		 size_t size);
