/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the harness asks of a data plane, wherever it runs: plane_kernel.c loads
 * it into the kernel, tests/native/plane.c has it compiled for the host, with
 * the same tests before it.  One plane a process.
 */
#pragma once

#include "harness.h"

void plane_open(void);
void plane_close(void);

/* Maps by their names in bpf/; 0 or not. */
int plane_lookup(const char *map, const void *key, void *value);
int plane_update(const char *map, const void *key, const void *value);
/* Summed over the CPUs. */
void plane_counters(uint64_t out[CARP_VHID_SLOTS][CARP_V_COUNT]);
/* Takes what the ring holds. */
struct rig_events plane_drain(void);

/* One frame that comes in, one that goes out: the action, and unless it is
 * NULL the frame afterwards. */
int plane_receive(const struct packet *in, struct packet *out);
int plane_send(const struct packet *in, struct packet *out);
