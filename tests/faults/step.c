/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Follows all threads of a process, and of what it forks, from system call to
 * system call; at the boundary of that number, counted over all of them, it
 * does one thing.  Entry and exit are a boundary each.  Draws nothing, judges
 * nothing.
 *
 *   step ACTION NUMBER ERRNO pid PID    counts after a SIGUSR1
 *   step ACTION NUMBER ERRNO run COMMAND...    counts after the exec
 *
 * ACTION: count; kill that process, by SIGKILL; once, this call fails; kind,
 * this call and all later ones of the same kind do; all, all calls from here
 * on. Says "ready", and in the end what it has counted and done.  SIGTERM ends
 * it, and lets go.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if !defined(__x86_64__)
#error "how a system call is made to fail is known for x86-64 alone"
#endif

enum step_numbers {
	THREADS_MAX = 64,
	OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
		  PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC,
	NO_CALL = -1,
};

enum action {
	ACTION_COUNT,
	ACTION_KILL,
	ACTION_ONCE,
	ACTION_KIND,
	ACTION_ALL
};

static const char *const actions[] = { "count", "kill", "once", "kind", "all" };

/* Those whose exit is to bring an error. */
static pid_t failing[THREADS_MAX];

static enum action action;
static long number, counted, done, kind = NO_CALL;
static int error;
static pid_t leader;
static volatile sig_atomic_t armed, ended;

static void on_arm(int signal)
{
	(void)signal;
	armed = 1;
}

static void on_end(int signal)
{
	(void)signal;
	ended = 1;
}

/* libc does not survive those, and no kernel fails them. */
static bool spared(long call)
{
	return call == SYS_exit || call == SYS_exit_group ||
	       call == SYS_rt_sigreturn || call == SYS_futex ||
	       call == SYS_restart_syscall || call == SYS_execve;
}

static bool fails(long call)
{
	if (action < ACTION_ONCE || spared(call))
		return false;
	if (action == ACTION_ONCE)
		return !done && counted >= number;
	if (action == ACTION_ALL)
		return counted >= number;
	if (kind == NO_CALL && counted >= number)
		kind = call;
	return kind == call;
}

static pid_t *failing_slot(pid_t thread)
{
	for (int i = 0; i < THREADS_MAX; i++)
		if (failing[i] == thread)
			return &failing[i];
	return NULL;
}

static void number_replace(pid_t thread)
{
	struct user_regs_struct registers;
	pid_t *slot = failing_slot(0);

	if (!slot || ptrace(PTRACE_GETREGS, thread, 0, &registers))
		return;
	registers.orig_rax = (unsigned long long)NO_CALL;
	if (ptrace(PTRACE_SETREGS, thread, 0, &registers) == 0)
		*slot = thread;
}

static void result_replace(pid_t thread)
{
	struct user_regs_struct registers;
	pid_t *slot = failing_slot(thread);

	if (!slot)
		return;
	*slot = 0;
	if (ptrace(PTRACE_GETREGS, thread, 0, &registers))
		return;
	registers.rax = (unsigned long long)-error;
	ptrace(PTRACE_SETREGS, thread, 0, &registers);
}

static void boundary(pid_t thread)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		result_replace(thread);
	if (!armed)
		return;
	counted++;
	if (action == ACTION_KILL && counted == number) {
		done++;
		kill(thread, SIGKILL);
	}
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY &&
	    fails((long)info.entry.nr)) {
		if (!done++)
			printf("fails %ld\n", (long)info.entry.nr);
		number_replace(thread);
	}
}

static void stopped(pid_t thread, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (signal == (SIGTRAP | 0x80)) {
		boundary(thread);
	} else if (event == PTRACE_EVENT_STOP &&
		   (signal == SIGSTOP || signal == SIGTSTP)) {
		ptrace(PTRACE_LISTEN, thread, 0, 0);
		return;
	} else if (event) {
		if (event == PTRACE_EVENT_EXEC)
			armed = 1;
	} else {
		ptrace(PTRACE_SYSCALL, thread, 0, signal);
		return;
	}
	ptrace(PTRACE_SYSCALL, thread, 0, 0);
}

static bool seize_all(pid_t pid)
{
	char path[64];
	struct dirent *entry;
	DIR *threads;
	bool fine = false;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	threads = opendir(path);
	while (threads && (entry = readdir(threads))) {
		pid_t thread = (pid_t)atoi(entry->d_name);

		if (thread <= 0 ||
		    ptrace(PTRACE_SEIZE, thread, 0, (long)OPTIONS))
			continue;
		/* So that it stops, and goes on from call to call. */
		ptrace(PTRACE_INTERRUPT, thread, 0, 0);
		fine = true;
	}
	if (threads)
		closedir(threads);
	return fine;
}

static pid_t start(char **command)
{
	int gate[2];
	char go = 0;
	pid_t pid;

	if (pipe(gate))
		return -1;
	pid = fork();
	if (pid == 0) {
		close(gate[1]);
		if (read(gate[0], &go, 1) == 1)
			execvp(*command, command);
		_exit(127);
	}
	close(gate[0]);
	if (pid < 0 || !seize_all(pid) || write(gate[1], &go, 1) != 1)
		return -1;
	close(gate[1]);
	return pid;
}

static int follow(void)
{
	int status, code = 0;
	pid_t thread;

	while (!ended) {
		thread = waitpid(-1, &status, __WALL);
		if (thread < 0 && errno == EINTR)
			continue;
		if (thread < 0)
			break;
		if (WIFSTOPPED(status))
			stopped(thread, status);
		else if (thread == leader)
			code = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
						   : WEXITSTATUS(status);
	}
	printf("boundaries %ld done %ld exit %d\n", counted, done, code);
	return code;
}

int main(int argc, char **argv)
{
	struct sigaction arm = { .sa_handler = on_arm };
	struct sigaction end = { .sa_handler = on_end };

	if (argc < 6)
		return 2;
	while (action < ACTION_ALL && strcmp(actions[action], argv[1]) != 0)
		action++;
	number = atol(argv[2]);
	error = atoi(argv[3]);
	sigaction(SIGUSR1, &arm, NULL);
	sigaction(SIGTERM, &end, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(argv[4], "run")) {
		leader = start(argv + 5);
	} else {
		leader = (pid_t)atoi(argv[5]);
		if (!seize_all(leader))
			leader = -1;
	}
	if (leader < 0) {
		perror("step");
		return 1;
	}
	puts("ready");
	return follow();
}
