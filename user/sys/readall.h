/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Files and pipes, whole.
 */
#pragma once

#include <sys/types.h>

/* As much as there is, size at most: the number of bytes, or -errno. */
ssize_t read_all(int fd, char *buffer, size_t size);
