/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Where a NIC leaves the VLAN tags of what it receives: in the frames, where
 * an XDP program sees them, or beside.
 */
#pragma once

#include <stdbool.h>

/* Has them left in the frames, if the driver can: whether they are there now.
 * *moved becomes the interface if that had to be changed. */
bool tags_keep(unsigned int ifindex, unsigned int *moved);
/* The way back, once. */
void tags_restore(unsigned int *moved);
