/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The data plane as shipped, loaded, with its maps filled as a controller
 * would that is master of every vhid.  Errors end the benchmark.
 */
#pragma once

#include <stdint.h>

#include <carp/maps.h>

enum plane_numbers {
	PLANE_VIPS_MANY = 100000
};

struct plane {
	struct carp_bpf *skel;
	struct ring_buffer *ring;
	int cpus;
};

/* `vhids` groups, one IPv4 and one IPv6 VIP each; vhid 3 is the frames'. */
void plane_open(struct plane *plane, unsigned int vhids);
/* The same, loaded without CAP_PERFMON, as by our systemd unit: the verifier
 * then guards memory accesses against speculation. */
void plane_open_guarded(struct plane *plane, unsigned int vhids);
/* The same, believing sealed senders only. */
void plane_open_strict(struct plane *plane, unsigned int vhids);
/* The same, where vhid 3 listens to 192.0.2.250 only. */
void plane_open_peers(struct plane *plane, unsigned int vhids);
/* One group with that many IPv4 VIPs more, from 10.0.0.0 on. */
void plane_open_vips(struct plane *plane, unsigned int vips);
void plane_close(struct plane *plane);
int plane_program(const struct plane *plane);
/* Frames of vhid 3 (or of none, vhid 0) that ended so, on all CPUs. */
uint64_t plane_count(const struct plane *plane, uint32_t vhid,
		     enum carp_verdict verdict);
/* Empties the event ring, so that advertisements find room. */
void plane_drain(const struct plane *plane);
