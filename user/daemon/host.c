/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Capabilities, clock and memory.
 */
#include "user/daemon/host.h"
#include "user/request.h"
#include "user/sys/log.h"
#include "user/sys/timens.h"

#include <cap-ng.h>
#include <malloc.h>
#include <stdio.h>

static bool lacks(capng_type_t type, unsigned int capability)
{
	return !capng_have_capability(type, capability);
}

enum {
	KEPT_MAX = 128 * 1024
};

/* That the verifier adds. */
static void warn_of_barriers(void)
{
	if (lacks(CAPNG_EFFECTIVE, CAP_PERFMON) &&
	    lacks(CAPNG_EFFECTIVE, CAP_SYS_ADMIN))
		log_warnx("without CAP_PERFMON every frame costs 60 ns more");
}

/* CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON, as in the kernel. */
int host_privilege(char *error, size_t size)
{
	bool no_bpf, no_admin, no_raw;

	capng_get_caps_process();
	no_bpf = lacks(CAPNG_EFFECTIVE, CAP_BPF) &&
		 lacks(CAPNG_EFFECTIVE, CAP_SYS_ADMIN);
	no_admin = lacks(CAPNG_EFFECTIVE, CAP_NET_ADMIN);
	no_raw = lacks(CAPNG_EFFECTIVE, CAP_NET_RAW);
	if (!no_bpf && !no_admin && !no_raw) {
		warn_of_barriers();
		return 0;
	}
	snprintf(error, size, "privilege missing:%s%s%s (run as root)",
		 no_bpf ? " CAP_BPF" : "", no_admin ? " CAP_NET_ADMIN" : "",
		 no_raw ? " CAP_NET_RAW" : "");
	return EXIT_CODE_FAILED;
}

/* A lease would begin or end by another clock than the data plane's. */
int host_clock(char *error, size_t size)
{
	long long s;

	if (!timens_shifted(&s))
		return 0;
	snprintf(error, size,
		 "in a time namespace whose boot clock is %+lld s off the "
		 "kernel's, which leases go by (start it outside)",
		 s);
	return EXIT_CODE_FAILED;
}

/* As both are at first: glibc raises them to what was once freed. */
void host_spare_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, KEPT_MAX);
	mallopt(M_TRIM_THRESHOLD, KEPT_MAX);
}

/* What a long one took in small pieces lies between what stays.  Under a
 * millisecond with thousands of groups, less than it takes to free them. */
void host_spare_answer(size_t size)
{
	if (size > KEPT_MAX)
		malloc_trim(0);
}
