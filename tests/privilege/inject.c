/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Has a process make system calls that are none of its business, one after the
 * other, in the place of the one it waits in, and says how each ended:
 *
 *   inject PID NAME...    "NAME ERRNO" for each, 0: it was done
 *
 * To the process its wait was interrupted.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if !defined(__x86_64__)
#error "where a system call has its number is known for x86-64 alone"
#endif

static const struct call {
	const char *name;
	long number;
	unsigned long long arguments[3];
} calls[] = {
	{ "open", SYS_open, { 0 } },
	{ "openat", SYS_openat, { (unsigned long long)-100, 0 } },
	{ "unlinkat", SYS_unlinkat, { (unsigned long long)-100, 0 } },
	{ "execve", SYS_execve, { 0 } },
	{ "fork", SYS_fork, { 0 } },
	{ "clone", SYS_clone, { SIGCHLD } },
	{ "newns", SYS_clone, { CLONE_NEWUSER | SIGCHLD } },
	{ "clone3", SYS_clone3, { 0 } },
	{ "unshare", SYS_unshare, { CLONE_NEWUSER } },
	{ "setns", SYS_setns, { 0 } },
	{ "mount", SYS_mount, { 0 } },
	{ "chroot", SYS_chroot, { 0 } },
	{ "ptrace", SYS_ptrace, { PTRACE_TRACEME } },
	{ "kill", SYS_kill, { 0 } },
	{ "setuid", SYS_setuid, { 0 } },
	{ "connect", SYS_connect, { 0 } },
	{ "socket-inet", SYS_socket, { AF_INET, SOCK_STREAM } },
	{ "socket-packet", SYS_socket, { AF_PACKET, SOCK_RAW } },
	{ "socket-netlink", SYS_socket, { AF_NETLINK, SOCK_RAW } },
	{ "bpf-load", SYS_bpf, { BPF_PROG_LOAD } },
	{ "bpf-map", SYS_bpf, { BPF_MAP_CREATE } },
	{ "bpf-detach", SYS_bpf, { BPF_LINK_DETACH } },
	{ "bpf-pinned", SYS_bpf, { BPF_OBJ_GET } },
	{ "mmap-exec", SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC } },
	{ "mprotect-exec", SYS_mprotect, { 0, 4096, PROT_EXEC } },
	{ "io_uring", SYS_io_uring_setup, { 0 } },
	{ "keyctl", SYS_keyctl, { 0 } },
	{ "reboot", SYS_reboot, { 0 } },
};

static const struct call *find(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	fprintf(stderr, "inject: no call %s\n", name);
	exit(2);
}

static void must(long result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(1);
}

/* Goes on until the next stop of that kind; other stops are let pass. */
static void run_to(pid_t pid, int kind)
{
	struct __ptrace_syscall_info info = { 0 };
	int status;

	for (;;) {
		must(ptrace(PTRACE_SYSCALL, pid, 0, 0), "PTRACE_SYSCALL");
		must(waitpid(pid, &status, __WALL), "waitpid");
		if (!WIFSTOPPED(status))
			exit(1);
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		must(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info),
		     "PTRACE_GET_SYSCALL_INFO");
		if (info.op == kind)
			return;
	}
}

static int is_wait(long long number)
{
	return number == SYS_epoll_wait || number == SYS_epoll_pwait ||
	       number == SYS_poll || number == SYS_restart_syscall;
}

/* Stopped at the entry of a call that waits. */
static struct user_regs_struct find_wait(pid_t pid)
{
	struct user_regs_struct registers;

	do {
		run_to(pid, PTRACE_SYSCALL_INFO_ENTRY);
		must(ptrace(PTRACE_GETREGS, pid, 0, &registers), "registers");
	} while (!is_wait((long long)registers.orig_rax));
	return registers;
}

static int inject(pid_t pid, const struct call *call)
{
	struct user_regs_struct before = find_wait(pid), now = before, after;

	now.orig_rax = (unsigned long long)call->number;
	now.rdi = call->arguments[0];
	now.rsi = call->arguments[1];
	now.rdx = call->arguments[2];
	now.r10 = MAP_PRIVATE | MAP_ANONYMOUS;
	now.r8 = (unsigned long long)-1;
	now.r9 = 0;
	must(ptrace(PTRACE_SETREGS, pid, 0, &now), "registers");
	run_to(pid, PTRACE_SYSCALL_INFO_EXIT);
	must(ptrace(PTRACE_GETREGS, pid, 0, &after), "registers");
	before.rip = after.rip;
	before.rax = (unsigned long long)-EINTR;
	must(ptrace(PTRACE_SETREGS, pid, 0, &before), "registers");
	return (long long)after.rax < 0 ? -(int)after.rax : 0;
}

int main(int argc, char **argv)
{
	pid_t pid = argc > 2 ? (pid_t)atoi(argv[1]) : 0;
	int status;

	if (pid <= 0)
		return 2;
	must(ptrace(PTRACE_SEIZE, pid, 0, (long)PTRACE_O_TRACESYSGOOD),
	     "PTRACE_SEIZE");
	must(ptrace(PTRACE_INTERRUPT, pid, 0, 0), "PTRACE_INTERRUPT");
	must(waitpid(pid, &status, __WALL), "waitpid");
	for (int i = 2; i < argc; i++) {
		printf("%s %d\n", argv[i], inject(pid, find(argv[i])));
		fflush(stdout);
	}
	return 0; /* and the kernel lets go of it */
}
