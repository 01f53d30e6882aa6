/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What only a data plane on the host can be asked.
 */
#pragma once

#include "native.h"

/* The one that the rig has open. */
struct native *plane_host(void);
