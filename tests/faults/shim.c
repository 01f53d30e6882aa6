/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Preloaded into a controller: its allocations fail, and its wall clock jumps,
 * as a page of memory says that it shares with the test.  Every other clock
 * is the kernel's.
 */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* glibc's own, under names that stay when the usual ones are replaced. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static struct shim_page *page;
/* Without a system call, so it never fails. */
static int (*real_clock)(clockid_t clock, struct timespec *out);

/* Says where, for whoever reads the log, and lets it happen. */
static void on_crash(int signal)
{
	void *frames[32];

	backtrace_symbols_fd(frames, backtrace(frames, 32), 2);
	raise(signal);
}

__attribute__((constructor)) static void shim_open(void)
{
	const char *path = getenv("FAULTS_PAGE");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	struct sigaction crash = { .sa_handler = on_crash,
				   .sa_flags = (int)SA_RESETHAND | SA_NODEFER };
	void *memory, *frame;

	backtrace(&frame, 1); /* now, when it can still load its library */
	real_clock = dlsym(RTLD_NEXT, "clock_gettime");
	sigaction(SIGSEGV, &crash, NULL);
	sigaction(SIGABRT, &crash, NULL);
	if (fd < 0)
		return;
	memory = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED,
		      fd, 0);
	close(fd);
	if (memory != MAP_FAILED)
		page = memory;
}

static int allocation_fails(void)
{
	uint64_t mine, at;

	if (!page)
		return 0;
	mine = __atomic_add_fetch(&page->allocations, 1, __ATOMIC_RELAXED);
	at = __atomic_load_n(&page->fail_at, __ATOMIC_RELAXED);
	if (!at || mine < at || (mine > at && !page->for_ever))
		return 0;
	__atomic_add_fetch(&page->failed, 1, __ATOMIC_RELAXED);
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return allocation_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return allocation_fails() ? NULL : __libc_realloc(old, size);
}

static int64_t wall_offset(clockid_t clock)
{
	return page && clock == CLOCK_REALTIME ? page->wall_seconds : 0;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	int result = real_clock ? real_clock(clock, out)
				: (int)syscall(SYS_clock_gettime, clock, out);

	if (result == 0)
		out->tv_sec += wall_offset(clock);
	return result;
}

time_t time(time_t *out)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now = { 0 };

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}
