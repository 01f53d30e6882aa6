/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The XDP hook of an interface: gets a program onto it in the mode wanted, or
 * says who is in the way.
 */
#pragma once

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct hook_wish {
	unsigned int ifindex;
	bool native;	 /* in the driver; otherwise generic (skb) */
	bool or_generic; /* if the driver refuses */
	/* The NIC shall leave VLAN tags in the frames, where the program sees
	 * them; some drivers take the link down for a moment for that. */
	bool tags_in_frames;
};

struct hook {
	int link; /* descriptor, -1: not attached */
	/* Of libxdp's, which calls ours (chain.h): then link is our program,
	 * which dispatchers come and go around.  0: the hook is ours alone. */
	__u32 dispatcher;
	bool native;
	int refusal; /* why it is not native although wished so; -errno */
	bool sees_tags;
	unsigned int tags_moved; /* of that interface, to be put back */
};

/* Who is on it. */
struct hook_occupant {
	__u32 program;	  /* id; 0: nobody */
	char name[16];	  /* "" if we may not ask */
	const char *mode; /* "native mode", "skb mode", ... */
	bool native;
};

/* 0 or -errno. */
int hook_who(unsigned int ifindex, struct hook_occupant *out);

/* 0, or -errno with the reason: -EBUSY for another program. */
int hook_attach(const struct hook_wish *wish, int program, struct hook *out,
		char *reason, size_t reason_size);
/* Another program in its place, without a frame between the two that meets
 * none.  0 or -errno: nothing has changed. */
int hook_update(const struct hook *hook, int program);
/* At once, whoever else holds the link; what is in a dispatcher stays there,
 * see chain_leave(). */
void hook_detach(struct hook *hook);
/* Whether that program is still the one on that interface by this link; or the
 * dispatcher the one that calls it. */
bool hook_holds(const struct hook *hook, unsigned int ifindex,
		__u32 program_id);
