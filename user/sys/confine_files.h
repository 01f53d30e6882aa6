/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * An empty root for whoever has no privilege to change to one: Landlock
 * (Linux 5.13).
 */
#pragma once

/* From now on the calling thread, which gains no new privileges, opens, makes
 * and changes nothing that has a name, and no TCP port.  What is open stays so.
 * 0, or -errno (-ENOSYS, -EOPNOTSUPP: not in this kernel, or switched off). */
int confine_files(void);
