/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Finds and reads the shared test vectors.
 */
#include "vectors.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *directory(void)
{
	const char *set = getenv("CARP_VECTORS");
	const char *dir = set && *set ? set : "../shared/vectors";

	if (access(dir, R_OK | X_OK) == 0)
		return dir;
	if (getenv("CI"))
		cr_assert_fail("no test vectors in %s; set CARP_VECTORS", dir);
	cr_skip_test("no test vectors in %s; set CARP_VECTORS", dir);
	return NULL;
}

struct vectors vectors_load(const char *file, const char *list)
{
	struct vectors v = { 0 };
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory(), file);
	v.file = json_object_from_file(path);
	cr_assert_not_null(v.file, "%s: not to be read as JSON", path);
	cr_assert(json_object_object_get_ex(v.file, list, &v.rows),
		  "%s has no %s", path, list);
	v.count = json_object_array_length(v.rows);
	cr_assert_gt(v.count, 0, "%s is empty", path);
	return v;
}

void vectors_free(struct vectors *v)
{
	json_object_put(v->file);
	*v = (struct vectors){ 0 };
}

struct json_object *vectors_row(const struct vectors *v, size_t i)
{
	return json_object_array_get_idx(v->rows, i);
}

bool vectors_has(struct json_object *row, const char *key)
{
	return json_object_object_get_ex(row, key, NULL);
}

struct json_object *vectors_field(struct json_object *row, const char *key)
{
	struct json_object *value = NULL;

	cr_assert(json_object_object_get_ex(row, key, &value), "no %s in %s",
		  key, json_object_to_json_string(row));
	return value;
}

int vectors_int(struct json_object *row, const char *key)
{
	struct json_object *value = vectors_field(row, key);

	cr_assert(json_object_is_type(value, json_type_int), "%s: no number",
		  key);
	return json_object_get_int(value);
}

const char *vectors_text(struct json_object *row, const char *key)
{
	struct json_object *value = vectors_field(row, key);

	cr_assert(json_object_is_type(value, json_type_string), "%s: no text",
		  key);
	return json_object_get_string(value);
}

size_t vectors_hex(struct json_object *row, const char *key, uint8_t *out,
		   size_t room)
{
	const char *text = vectors_text(row, key);
	size_t size = strlen(text) / 2;

	cr_assert_eq(strlen(text) % 2, 0, "%s: odd", key);
	cr_assert_leq(size, room, "%s: %zu bytes, room for %zu", key, size,
		      room);
	for (size_t i = 0; i < size; i++)
		cr_assert_eq(sscanf(text + 2 * i, "%2hhx", &out[i]), 1,
			     "%s: not hexadecimal", key);
	return size;
}

uint64_t vectors_counter(struct json_object *row, const char *key)
{
	uint8_t bytes[8];
	uint64_t counter = 0;

	cr_assert_eq(vectors_hex(row, key, bytes, sizeof(bytes)), 8);
	for (int i = 0; i < 8; i++)
		counter = counter << 8 | bytes[i];
	return counter;
}
