/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Whose boot clock we read.
 */
#pragma once

#include <stdbool.h>

/* Is it another than the kernel's own, by which the data plane measures
 * leases?  By how many seconds then. */
bool timens_shifted(long long *out_s);
