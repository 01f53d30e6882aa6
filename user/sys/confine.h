/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a process can still do: gives up privilege, names and system calls, for
 * good.  There is no way back, and none is kept.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum confine_numbers {
	/* Whom the controller runs as where there is no user carp-xdp: in no
	 * range that Debian or systemd gives out. */
	CONFINE_ID = 61112,
	CONFINE_RUNNER_ID = 61113, /* the same of carp-xdp-runner */
	CONFINE_RUNNER_PROCESSES = 512,
};

struct confine {
	uid_t uid;
	gid_t gid;
	int root; /* an empty directory that nothing can be put into; -1 */
};

/* With names and privilege: finds the user, makes the directory.  Whoever is
 * not root stays who they are, without that directory. */
void confine_prepare(struct confine *out);

/*
 * The calling process, which has one thread: that root, that user, no group
 * beside its own, no capability, no core, and from now on no file and no system
 * call that is not in confine_calls.c.  What this host does not let us do (no
 * such id in this user namespace, no chroot) is left out and said; 0, or
 * -errno: it would keep a capability.
 */
int confine_controller(const struct confine *confine);
int confine_guardian(const struct confine *confine);
/* Keeps the user and what loading, addresses and frames need. */
int confine_hand(bool coexist);

/* What other users' processes are made from: has no more than it takes to
 * become another user, and to end what that has left. */
int confine_nursery(void);
/* The user that programs of others run as, where we may choose, and of all
 * capabilities CAP_NET_RAW, where it was there, to ask neighbours with.  Files
 * and system calls stay, for they go by what those programs are for. */
int confine_runner(void);
/* Not even that. */
int confine_command(void);
