/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Asks the kernel whether we are in a time namespace with an offset: there
 * CLOCK_BOOTTIME is moved, bpf_ktime_get_boot_ns() is not.  Moves nothing.
 */
#include "user/sys/timens.h"

#include <stdio.h>

/* No such file: a kernel without time namespaces. */
bool timens_shifted(long long *out_s)
{
	FILE *file = fopen("/proc/self/timens_offsets", "re");
	long long s = 0, ns = 0;
	char line[80];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "boottime %lld %lld", &s, &ns) == 2)
			break;
	if (file)
		fclose(file);
	if (!s && !ns)
		return false;
	*out_s = s;
	return true;
}
