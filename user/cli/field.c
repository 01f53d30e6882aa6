/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Members of an answer.  Never fails: what is not there is neutral.
 */
#include "user/cli/field.h"

#include <ctype.h>
#include <stdio.h>

struct json_object *field(struct json_object *object, const char *name,
			  enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

const char *field_text(struct json_object *object, const char *name)
{
	struct json_object *value = field(object, name, json_type_string);

	return value ? json_object_get_string(value) : "-";
}

const char *field_upper(struct json_object *object, const char *name,
			char *buffer, size_t size)
{
	snprintf(buffer, size, "%s", field_text(object, name));
	for (char *c = buffer; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return buffer;
}

long long field_number(struct json_object *object, const char *name)
{
	struct json_object *value = field(object, name, json_type_int);

	return value ? json_object_get_int64(value) : 0;
}

double field_seconds(struct json_object *object, const char *name)
{
	struct json_object *value = field(object, name, json_type_double);

	return value ? json_object_get_double(value)
		     : (double)field_number(object, name);
}

bool field_true(struct json_object *object, const char *name)
{
	struct json_object *value = field(object, name, json_type_boolean);

	return value && json_object_get_boolean(value);
}

size_t field_count(struct json_object *object, const char *name)
{
	struct json_object *list = field(object, name, json_type_array);

	return list ? json_object_array_length(list) : 0;
}

struct json_object *field_element(struct json_object *object, const char *name,
				  size_t index)
{
	struct json_object *list = field(object, name, json_type_array);

	return list ? json_object_array_get_idx(list, index) : NULL;
}
