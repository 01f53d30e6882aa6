/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * dlopen() and dlsym(): what is loaded stays.
 */
#include "user/sys/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int library_load(const char *soname, const struct library_call *calls,
		 size_t count, char *error, size_t error_size)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; library && i < count; i++) {
		void *address = dlsym(library, calls[i].name);

		if (!address)
			library = NULL;
		memcpy(calls[i].slot, &address, sizeof(address));
	}
	if (library)
		return 0;
	snprintf(error, error_size, "a library is missing: %s", dlerror());
	return -ENOENT;
}
