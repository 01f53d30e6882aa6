/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The helpers and declaration words of the data plane for a host.  A map's
 * declaration stays what it is, a struct of pointers that only carry types;
 * rooms.c writes the map's number into the first of them, and that is how a
 * lookup knows which map it is about.
 */
#pragma once

#include "tests/native/rooms.h"

#define NULL ((void *)0)

#define SEC(name)
#define __always_inline	  inline __attribute__((always_inline))
#define __noinline	  __attribute__((noinline))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) __typeof__(val) *name

#define bpf_map_lookup_elem(map, key) \
	rooms_lookup((unsigned long)(map)->type, key)
#define bpf_map_update_elem(map, key, value, flags) \
	rooms_update((unsigned long)(map)->type, key, value, flags)
#define bpf_map_delete_elem(map, key) \
	rooms_delete((unsigned long)(map)->type, key)
#define bpf_ringbuf_output(map, data, size, flags) \
	rooms_report((unsigned long)(map)->type, data, size)
#define bpf_ktime_get_boot_ns rooms_now
#define bpf_jiffies64	      rooms_jiffies
