/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The frames of the benchmark, built with the byte tools of the packet tests
 * and not with the code under test.
 */
#pragma once

#include "tests/bpf/packets.h"

#define FRAMES_VIP4 "192.168.1.1" /* VIPs of advert_default() */
#define FRAMES_VIP6 "2001:db8::1"

struct packet frame_tcp(void);	/* unrelated, 66 bytes */
struct packet frame_vmac(void); /* the same, to the virtual MAC */
struct packet frame_arp(void);	/* broadcast request for the VIP */
struct packet frame_nd(void);	/* multicast solicitation for the VIP */
struct packet frame_advert(void);
struct packet frame_advert_other(void); /* of a vhid that only 255 have */
struct packet frame_advert_ttl(void);
struct packet frame_advert_length(void);
struct packet frame_advert_version(void);
struct packet frame_advert_checksum(void);
struct packet frame_forged(void); /* all is right but the digest */
struct packet frame_forged6(void);
struct packet frame_sealed_before(void); /* valid */
struct packet frame_sealed(void);	 /* valid, and newer */

/* What the digest of frame_advert() is made over; returns its length. */
size_t frame_message(uint8_t message[64]);
