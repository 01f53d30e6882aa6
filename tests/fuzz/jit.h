/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The loaded program with its maps in the kernel, never attached to anything.
 * Maps bear the numbers of native.h.
 */
#pragma once

#include "tests/native/native.h"

struct jit;

/* NULL and a message if it cannot be loaded or is not compiled. */
struct jit *jit_open(void);
void jit_close(struct jit *jit);
/* Empties every map. */
void jit_reset(struct jit *jit);
/* stage_put. */
void jit_put(void *jit, uint32_t map, const void *key, const void *value);
/* Runs one frame in place and returns the action, or -1. */
int jit_receive(struct jit *jit, uint8_t *frame, size_t *size, size_t max);
int jit_send(struct jit *jit, uint8_t *frame, size_t *size, size_t max);
/* Of all CPUs. */
void jit_counters(struct jit *jit, uint32_t vhid, struct carp_counters *out);
int jit_lookup(struct jit *jit, uint32_t map, const void *key, void *value);
/* Entries of a hash. */
uint32_t jit_count(struct jit *jit, uint32_t map);
/* Takes up to `max` events; returns how many there were. */
size_t jit_events(struct jit *jit, struct carp_event *out, size_t max);
