/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * carp-xdp check IFACE.
 */
#pragma once

#include "user/cli/cli.h"

/* Says what it finds; an enum exit_code: 1 with at least one problem. */
int doctor_run(const struct cli *cli, const char *interface);
