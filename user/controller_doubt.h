/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Whether a backup hears nobody because it is deaf.
 */
#pragma once

#include "user/controller.h"

/* A backup is about to be promoted: is it only deaf?  Its groups are told so if
 * it is; waits for the kernel, but never long. */
void nic_doubt(struct nic *nic, struct instant now);
/* Asks that in time for whoever is to be promoted next, if it is time to; when
 * to call again. */
struct instant controller_doubt_ahead(struct controller *c);
/* Somebody has taken our programs off: groups fall silent first, what is to be
 * done comes after. */
void nic_detached(struct nic *nic);
