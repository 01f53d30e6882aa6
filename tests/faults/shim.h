/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The page shim.c reads and world.py writes: five numbers of eight bytes.
 */
#pragma once

#include <stdint.h>

struct shim_page {
	uint64_t allocations; /* so far */
	uint64_t fail_at;     /* the allocation of that number; 0: none */
	uint64_t for_ever;    /* and all after it */
	uint64_t failed;
	int64_t wall_seconds; /* how far the wall clock is off */
};
