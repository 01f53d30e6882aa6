/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * libmicrohttpd, loaded by the process that serves, if one does.
 */
#include "user/sys/http_parts.h"
#include "user/sys/library.h"

#define CALL(name) { "MHD_" #name, &mhd.name },

struct http_library mhd;

int http_load(char *error, size_t error_size)
{
	static const struct library_call calls[] = { HTTP_CALLS(CALL) };

	return library_load("libmicrohttpd.so.12", calls,
			    sizeof(calls) / sizeof(*calls), error, error_size);
}
