/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Members of a JSON object.  Where there is no memory for an object, nothing
 * is added to it: json-c itself would end the process.
 */
#pragma once

#include "user/core/instant.h"

#include <json-c/json.h>

/* Both take over value. */
void put(struct json_object *object, const char *name,
	 struct json_object *value);
void put_item(struct json_object *array, struct json_object *value);

/* The same, as text at once: of thousands, the values would fill memory, and
 * printing them all at the end would take long. */
void put_item_text(struct json_object *array, struct json_object *value);

void put_int(struct json_object *object, const char *name, int64_t value);
void put_text(struct json_object *object, const char *name, const char *value);
/* value: may be NULL */
void put_text_or_null(struct json_object *object, const char *name,
		      const char *value);
void put_bool(struct json_object *object, const char *name, bool value);
/* Seconds with milliseconds, printed as such. */
void put_seconds(struct json_object *object, const char *name,
		 struct span span);
/* Six bytes. */
void put_mac(struct json_object *object, const char *name, const uint8_t *mac);
/* A moment of the boot clock as wall-clock time, as of today's clock. */
void put_time(struct json_object *object, const char *name, struct instant at);
