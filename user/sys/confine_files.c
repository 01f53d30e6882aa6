/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A Landlock ruleset that handles all there is, and allows none of it.
 */
#include "user/sys/confine_files.h"

#include <errno.h>
#include <linux/landlock.h>
#include <linux/types.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in a kernel newer than the headers that we are built with. */
struct handled {
	__u64 files, ports;
};

/* How many kinds each version of the interface has. */
enum landlock_kinds {
	FILES_V1 = 13,
	FILES_V2 = 14,
	FILES_V3 = 15,
	FILES_V5 = 16,
	PORTS_V4 = 2,
};

static struct handled everything(long version)
{
	unsigned int files = version >= 5   ? FILES_V5
			     : version >= 3 ? FILES_V3
			     : version == 2 ? FILES_V2
					    : FILES_V1;

	return (struct handled){ (1ULL << files) - 1,
				 version >= 4 ? (1ULL << PORTS_V4) - 1 : 0 };
}

int confine_files(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);
	struct handled handled = everything(version);
	int rules, err = 0;

	if (version < 0)
		return -errno;
	rules = (int)syscall(SYS_landlock_create_ruleset, &handled,
			     sizeof(handled), 0);
	if (rules < 0)
		return -errno;
	if (syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		err = -errno;
	close(rules);
	return err;
}
