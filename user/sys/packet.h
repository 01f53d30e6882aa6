/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Whole frames out of one interface (packet socket), and its filters: the
 * CARP multicast groups and the virtual MACs it must let in.
 */
#pragma once

#include "carp/net.h"
#include "user/sys/pack.h"

#include <stdbool.h>
#include <stddef.h>

struct packet;

/* Joins 224.0.0.18 and ff02::12, at the IP layer too, so that snooping
 * switches learn of us.  0 or -errno. */
int packet_open(unsigned int ifindex, struct packet **out);
/* Joins once more at the IP layer, which forgets its groups on an interface
 * whose MTU was too small for it. */
void packet_rejoin(struct packet *packet);
/* The same sockets in another process: there is no moment without them.
 * Whoever hands them over goes on having them. */
void packet_hand_over(const struct packet *packet, struct pack *pack);
int packet_adopt(unsigned int ifindex, struct pack *pack, struct packet **out);
/* Leaves all groups and filters.  Takes NULL. */
void packet_close(struct packet *packet);

/* Unicast filter for a virtual MAC.  0 or -errno. */
int packet_filter_add(struct packet *packet, const __u8 mac[CARP_MAC_SIZE]);
int packet_filter_remove(struct packet *packet, const __u8 mac[CARP_MAC_SIZE]);

/* Never blocks: 0 or -errno. */
int packet_send(struct packet *packet, const void *frame, size_t size);
