/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Preloaded into a controller: a wall clock that is CLOCK_YEARS off.  Every
 * other clock is the kernel's.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	SECONDS_PER_YEAR = 31557600
};

int clock_gettime(clockid_t clock, struct timespec *out)
{
	const char *years = getenv("CLOCK_YEARS");
	int result = (int)syscall(SYS_clock_gettime, clock, out);

	if (result == 0 && clock == CLOCK_REALTIME && years)
		out->tv_sec += atol(years) * SECONDS_PER_YEAR;
	return result;
}
