/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which boot of the host this is.
 */
#pragma once

enum {
	BOOT_ID_SIZE = 37 /* a UUID's text and its end */
};

/* Empty if the kernel does not tell. */
void boot_id(char id[BOOT_ID_SIZE]);
