/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Reads the shared test vectors.  Without them a test is skipped, in CI it
 * fails; a file that cannot be read, or a field that is not there, always
 * fails.
 */
#pragma once

#include "user/core/settings.h"

#include <json-c/json.h>

enum vectors_limits {
	VECTORS_VIPS_MAX = 16,
	VECTORS_KEY_MAX = 20
};

/* The array `list` of a file and what to json_object_put() afterwards. */
struct vectors {
	struct json_object *file;
	struct json_object *rows;
	size_t count;
};

struct vectors vectors_load(const char *file, const char *list);
void vectors_free(struct vectors *vectors);
struct json_object *vectors_row(const struct vectors *vectors, size_t i);

bool vectors_has(struct json_object *row, const char *key);
struct json_object *vectors_field(struct json_object *row, const char *key);
int vectors_int(struct json_object *row, const char *key);
const char *vectors_text(struct json_object *row, const char *key);
/* Bytes written; fails if they do not fit. */
size_t vectors_hex(struct json_object *row, const char *key, uint8_t *out,
		   size_t room);
uint64_t vectors_counter(struct json_object *row, const char *key);
