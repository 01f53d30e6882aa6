/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The system calls each process may make, and nothing else decides that.
 *
 * All others fail with EPERM, and the kernel's log says which: a library that
 * tries one it can do without goes on, where the end of the process would be
 * the end of a mastership.  What is forbidden is not done either way.
 */
#include "user/sys/confine_calls.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* No call that opens or changes what has a name, no new program or process; see
 * also limited[]. */
const char *const confine_controller_calls[] = {
	/* memory, threads, time */
	"brk", "mmap", "mprotect", "mremap", "munmap", "madvise", "futex",
	"set_robust_list", "rseq", "exit", "exit_group", "clone", "gettid",
	"getpid", "getcpu", "sched_yield", "sched_getaffinity",
	"sched_setaffinity", "sched_setscheduler", "clock_gettime",
	"clock_nanosleep", "nanosleep", "gettimeofday", "getrandom",
	/* signals */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "restart_syscall",
	"sigaltstack", "tgkill", "signalfd4", "wait4",
	/* descriptors */
	"read", "write", "writev", "pread64", "lseek", "close", "fcntl",
	"memfd_create", "eventfd2", "timerfd_create", "timerfd_settime",
	"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
	"epoll_pwait2", "poll", "ppoll",
	/* sockets */
	"socket", "socketpair", "bind", "listen", "accept", "accept4",
	"getsockname", "getpeername", "getsockopt", "setsockopt", "shutdown",
	"recvfrom", "recvmsg", "sendto", "sendmsg",
	/* maps, by descriptor */
	"bpf", NULL
};

const char *const confine_guardian_calls[] = { "mmap",
					       "munmap",
					       "brk",
					       "futex",
					       "exit",
					       "exit_group",
					       "getpid",
					       "gettid",
					       "clock_gettime",
					       "rt_sigaction",
					       "rt_sigprocmask",
					       "rt_sigreturn",
					       "restart_syscall",
					       "tgkill",
					       "kill",
					       "wait4",
					       "poll",
					       "recvmsg",
					       "sendto",
					       "write",
					       "close",
					       "fcntl",
					       NULL };

static int allow_with(scmp_filter_ctx filter, const char *name,
		      struct scmp_arg_cmp first)
{
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
				      seccomp_syscall_resolve_name(name), 1,
				      &first);
}

static int allow_maps(scmp_filter_ctx filter)
{
	static const int words[] = { BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM,
				     BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY,
				     BPF_OBJ_GET_INFO_BY_FD };
	int err = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words) && !err; i++)
		err = allow_with(filter, "bpf",
				 SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)words[i]));
	return err;
}

/* Of these only what the controller does with them. */
static const struct limited {
	const char *name;
	struct scmp_arg_cmp argument;
} limited[] = {
	{ "socket", { 0, SCMP_CMP_EQ, AF_NETLINK, 0 } },
	{ "socketpair", { 0, SCMP_CMP_EQ, AF_UNIX, 0 } },
	{ "clone",
	  { 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM,
	    CLONE_THREAD | CLONE_VM } },
	{ "mmap", { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
	{ "mprotect", { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
};

static int allow_limited(scmp_filter_ctx filter, const char *name)
{
	if (!strcmp(name, "bpf"))
		return allow_maps(filter);
	if (!strcmp(name, "tgkill"))
		return allow_with(filter, name,
				  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	for (size_t i = 0; i < sizeof(limited) / sizeof(*limited); i++)
		if (!strcmp(name, limited[i].name))
			return allow_with(filter, name, limited[i].argument);
	return 1;
}

/* A call that this architecture does not have needs no rule. */
static int allow(scmp_filter_ctx filter, const char *name,
		 enum confine_limits limits)
{
	int number = seccomp_syscall_resolve_name(name), err = 1;

	if (number == __NR_SCMP_ERROR)
		return 0;
	if (limits == LIMIT_CONTROLLER)
		err = allow_limited(filter, name);
	return err == 1 ? seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number,
						 0, NULL)
			: err;
}

int confine_filter(const char *const *calls, enum confine_limits limits)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = filter ? 0 : -ENOMEM;

	/* Only a wish: Linux knows it since 4.14. */
	if (!err)
		(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	for (; !err && *calls; calls++)
		err = allow(filter, *calls, limits);
	/* Its flags cannot be seen: libc falls back to clone(). */
	if (!err)
		err = seccomp_rule_add_array(
			filter, SCMP_ACT_ERRNO(ENOSYS),
			seccomp_syscall_resolve_name("clone3"), 0, NULL);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}
