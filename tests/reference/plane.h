/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the two halves of the servant share: the loaded program, its counters,
 * and the way in and out.
 */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/maps.h>

#include "carp.skel.h"

struct plane {
	struct carp_bpf *skel;
	struct ring_buffer *ring;
	struct carp_counters *raw; /* [vhid][cpu] */
	int cpus, counters;
	bool watched[CARP_VHID_SLOTS];
	uint64_t before[CARP_VHID_SLOTS][CARP_V_COUNT];
};

_Noreturn void die(const char *what);
void take(void *to, size_t size);
void give(const void *from, size_t size);
void plane_counted(uint32_t index, uint64_t sums[CARP_V_COUNT]);
uint64_t plane_counted_all(void);
int plane_program(bool out);
int plane_run(int program, const void *in, uint32_t size, void *out,
	      uint32_t *out_size);
void plane_drain(void);

/* sweep.c */
void sweep(void);
