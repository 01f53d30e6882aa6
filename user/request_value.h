/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The values a request may hold: one reader for each member.  Each stores a
 * checked value, or says in one line what was given and what is allowed.
 */
#pragma once

#include "user/request.h"

/* A request half read. */
struct reading {
	struct request request;
	char *error;
	size_t error_size;
};

/* Says why, in one line whatever the value held; EXIT_CODE_INVALID. */
int value_refuse(struct reading *reading, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Refuses another type, and a string with a NUL inside. */
int value_type(struct reading *reading, const char *name, enum json_type type,
	       struct json_object *value);
/* The index of value in words (ended by NULL), or -1 with the error said. */
int value_word(struct reading *reading, const char *name,
	       const char *const *words, struct json_object *value);

/* Called with a value of the member's type; 0 or an enum exit_code. */
typedef int value_reader(struct reading *reading, struct json_object *value);
value_reader value_interface, value_vhid, value_advbase, value_advskew;
value_reader value_vips, value_pass_file, value_preempt, value_peers;
value_reader value_compat, value_mode, value_metrics, value_amount;
value_reader value_reason, value_state;
