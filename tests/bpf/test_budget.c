/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What loading costs: the instructions the verifier walks, with all privilege
 * and with CAP_BPF and CAP_NET_ADMIN alone.  Guards: the data plane loads
 * without CAP_PERFMON and CAP_SYS_ADMIN, and stays far from the verifier's
 * limit of a million, so that another kernel's verifier may be clumsier.  What
 * Linux 6.1 is stricter about, the guest's run of this test shows; only the
 * stack is counted its way everywhere.
 */
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <carp/maps.h>

#include "carp.skel.h"

enum budget {
	LOG_STATISTICS = 4, /* log level: sums only */
	LOG_SIZE = 1 << 16,
	PROGRAMS_MAX = 4,
	BUDGET = 125000,	      /* 1.5 times what Linux 6.18 walks */
	BUDGET_UNPRIVILEGED = 160000, /* the same without CAP_PERFMON */
	STACK_MAX = 512,
	CALLS_MAX = 5, /* functions that wait for one another: the digest's */
	FUNCTIONS_MAX = 64,
	STACK_FRAME = 32, /* a function's share is a multiple in Linux 6.1 */
};

static int falling(const void *a, const void *b)
{
	const long *x = a, *y = b;

	return (*y > *x) - (*y < *x);
}

/* As if the largest functions called one another. */
static void check_stack(const char *log)
{
	const char *depth = strstr(log, "stack depth ");
	long shares[FUNCTIONS_MAX] = { 0 }, sum = 0;
	size_t count = 0, i;
	char *at;

	cr_assert(depth, "%s", log);
	depth += strlen("stack depth ");
	do {
		long bytes = strtol(depth, &at, 10);

		cr_assert_lt(count, FUNCTIONS_MAX);
		shares[count++] =
			(bytes + STACK_FRAME - 1) / STACK_FRAME * STACK_FRAME;
		depth = at + 1;
	} while (*at == '+');
	qsort(shares, count, sizeof(shares[0]), falling);
	for (i = 0; i < CALLS_MAX; i++)
		sum += shares[i];
	cr_assert_leq(sum, STACK_MAX, "%s", log);
}

/* Instructions walked for each program, at most `budget`. */
static void load(long budget)
{
	static char logs[PROGRAMS_MAX][LOG_SIZE];
	struct carp_bpf *skel = carp_bpf__open();
	struct bpf_program *program;
	const char *sum;
	size_t i = 0;

	cr_assert(skel);
	bpf_object__for_each_program(program, skel->obj)
	{
		cr_assert_lt(i, PROGRAMS_MAX);
		bpf_program__set_log_buf(program, logs[i++], LOG_SIZE);
		bpf_program__set_log_level(program, LOG_STATISTICS);
	}
	cr_assert_eq(carp_bpf__load(skel), 0, "%s%s", logs[0], logs[1]);
	i = 0;
	bpf_object__for_each_program(program, skel->obj)
	{
		sum = strstr(logs[i++], "processed ");
		cr_assert(sum, "%s", logs[i - 1]);
		fprintf(stderr, "# %s: walked %s", bpf_program__name(program),
			sum + strlen("processed "));
		cr_assert_leq(strtol(sum + strlen("processed "), NULL, 10),
			      budget);
		check_stack(logs[i - 1]);
	}
	carp_bpf__destroy(skel);
}

Test(budget, with_all_privilege)
{
	load(BUDGET);
}

Test(budget, with_two_capabilities)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = { 0 };
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	unsigned int keep[] = { CAP_BPF, CAP_NET_ADMIN };
	struct utsname name;

	if (uname(&name) == 0 && !strncmp(name.release, "5.", 2))
		cr_skip_test("Linux %s wants CAP_PERFMON, too", name.release);

	for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++) {
		data[keep[i] / 32].permitted |= 1u << keep[i] % 32;
		data[keep[i] / 32].effective |= 1u << keep[i] % 32;
	}
	/* Maps are charged to it before Linux 5.11; later it may be refused. */
	setrlimit(RLIMIT_MEMLOCK, &all);
	cr_assert_eq(syscall(SYS_capset, &header, data), 0);
	load(BUDGET_UNPRIVILEGED);
}
