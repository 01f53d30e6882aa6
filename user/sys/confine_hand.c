/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The system calls of the hand and its workers, which load programs, open
 * files and sockets, and ask the service manager.
 */
#include "user/sys/confine_calls.h"

#include <stddef.h>

/* No new program, and nobody else is traced, killed or changed. */
const char *const confine_hand_calls[] = {
	/* memory, time, workers */
	"brk", "mmap", "mprotect", "mremap", "munmap", "madvise", "futex",
	"set_robust_list", "rseq", "exit", "exit_group", "clone", "fork",
	"wait4", "gettid", "getpid", "getppid", "getcpu", "sched_getaffinity",
	"sched_setaffinity", "sched_setscheduler", "clock_gettime",
	"clock_nanosleep", "nanosleep", "gettimeofday", "getrandom", "sysinfo",
	"uname", "prlimit64", "prctl", "capget",
	/* signals */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "restart_syscall",
	"sigaltstack", "tgkill", "signalfd4",
	/* who we are */
	"getuid", "geteuid", "getgid", "getegid", "getgroups", "getresuid",
	/* descriptors */
	"read", "readv", "write", "writev", "pread64", "pwrite64", "lseek",
	"close", "fcntl", "dup", "dup3", "flock", "fsync", "memfd_create",
	"poll", "ppoll", "epoll_create1", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "ioctl",
	/* names */
	"openat", "open", "stat", "lstat", "fstat", "newfstatat", "statx",
	"statfs", "fstatfs", "access", "faccessat", "faccessat2", "readlink",
	"readlinkat", "getdents64", "mkdir", "mkdirat", "rmdir", "unlink",
	"unlinkat", "rename", "renameat", "renameat2", "umask",
	/* sockets */
	"socket", "bind", "listen", "connect", "getsockname", "getpeername",
	"getsockopt", "setsockopt", "shutdown", "recvfrom", "recvmsg", "sendto",
	"sendmsg",
	/* programs and maps */
	"bpf", NULL
};
