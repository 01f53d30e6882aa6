/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Settings back into the request that makes them.
 */
#pragma once

#include "user/request.h"

struct rendering {
	const char *interface;
	const struct settings *settings;
	const struct cluster *cluster; /* count 0: none */
	const char *pass_file;	       /* NULL: none */
	enum dataplane_mode mode;
	bool coexist;
};

/* An attach request that says what is not at its default; NULL: no memory. */
struct json_object *request_render(const struct rendering *rendering);
/* The names of the members those bits stand for (enum request_has). */
struct json_object *request_names(unsigned int bits);
