/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What this host must let us do: asked before anything else is done.
 */
#pragma once

#include <stddef.h>

/* Each 0, or an enum exit_code with its reason. */
int host_privilege(char *error, size_t size);
int host_clock(char *error, size_t size);
