/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Asks the kernel which boot this is.  Remembers nothing.
 */
#include "user/sys/boot.h"

#include <fcntl.h>
#include <unistd.h>

void boot_id(char id[BOOT_ID_SIZE])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, id, BOOT_ID_SIZE - 1);

	if (fd >= 0)
		close(fd);
	id[n == BOOT_ID_SIZE - 1 ? n : 0] = '\0';
}
