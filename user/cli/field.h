/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Members of an answer.  One that is missing or of another type reads as the
 * neutral value, so a later controller's answer can still be shown.
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* NULL if object is NULL, or has no such member of that type. */
struct json_object *field(struct json_object *object, const char *name,
			  enum json_type type);
/* "-" if missing. */
const char *field_text(struct json_object *object, const char *name);
/* The same in capitals, into a buffer that may be too small; returns it. */
const char *field_upper(struct json_object *object, const char *name,
			char *buffer, size_t size);
long long field_number(struct json_object *object, const char *name);
double field_seconds(struct json_object *object, const char *name);
bool field_true(struct json_object *object, const char *name);
/* The elements of a list member; 0 if there is no list. */
size_t field_count(struct json_object *object, const char *name);
struct json_object *field_element(struct json_object *object, const char *name,
				  size_t index);
