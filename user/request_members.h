/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The table of a request's members.
 */
#pragma once

#include "user/request.h"
#include "user/request_value.h"

struct request_member {
	const char *name;
	enum json_type type;
	unsigned int allowed;  /* enum verb_bits */
	unsigned int required; /* the same */
	unsigned int has;      /* enum request_has */
	/* NULL: the type is all there is to check */
	bool (*read)(struct request *request, struct complaint *complaint,
		     struct json_object *value);
};

extern const struct request_member request_members[];
extern const size_t request_members_count;
