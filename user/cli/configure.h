/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * carp-xdp check FILE.
 */
#pragma once

/* Says what the configuration comes to, or what is wrong; an enum
 * exit_code. */
int configure_check(const char *path);
