/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Checks single values.  Never rounds or cuts a value to make it fit.
 */
#include "user/request_value.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool value_refuse(struct complaint *complaint, const char *format, ...)
{
	va_list arguments;

	if (complaint->size == 0)
		return false;
	va_start(arguments, format);
	vsnprintf(complaint->text, complaint->size, format, arguments);
	va_end(arguments);
	for (char *c = complaint->text; *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	return false;
}

/* The words of a list, for people: "a, b, c". */
static void words_join(const char *const *words, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; words[i] && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 i ? ", " : "", words[i]);
}

bool value_word(struct complaint *complaint, const char *name,
		const char *const *words, struct json_object *value, int *out)
{
	const char *text = json_object_get_string(value);
	char allowed[96];

	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	words_join(words, allowed, sizeof(allowed));
	return value_refuse(complaint, "%s %.64s: allowed are %s", name, text,
			    allowed);
}

bool value_number(struct complaint *complaint, const char *name, int least,
		  int most, struct json_object *value, uint8_t *out)
{
	int64_t number = json_object_get_int64(value);

	if (number < least || number > most)
		return value_refuse(complaint, "%s %s: allowed are %d to %d",
				    name, json_object_get_string(value), least,
				    most);
	*out = (uint8_t)number;
	return true;
}

bool value_seconds(struct complaint *complaint, const char *name, int least,
		   int most, struct json_object *value, unsigned int *out)
{
	int64_t seconds = json_object_get_int64(value);

	if (seconds < least || seconds > most)
		return value_refuse(complaint,
				    "%s %s: allowed are %d to %d seconds", name,
				    json_object_get_string(value), least, most);
	*out = (unsigned int)seconds;
	return true;
}

static const char *type_word(enum json_type type)
{
	switch (type) {
	case json_type_int:
		return "a whole number";
	case json_type_string:
		return "text";
	case json_type_array:
		return "a list";
	case json_type_boolean:
		return "true or false";
	default:
		return "something else";
	}
}

bool value_type(struct complaint *complaint, const char *name,
		enum json_type type, struct json_object *value)
{
	if (!json_object_is_type(value, type))
		return value_refuse(complaint, "%s %.64s: wanted is %s", name,
				    value ? json_object_to_json_string(value)
					  : "null",
				    type_word(type));
	/* Cut at the NUL, it would be read as another string later. */
	if (type == json_type_string &&
	    strlen(json_object_get_string(value)) !=
		    (size_t)json_object_get_string_len(value))
		return value_refuse(complaint, "%s: holds a NUL byte", name);
	return true;
}

/* The kernel's own rule for names. */
static bool interface_letter(char c)
{
	return c != '/' && c != ':' && !isspace((unsigned char)c) &&
	       !iscntrl((unsigned char)c);
}

bool value_interface(struct complaint *complaint, struct json_object *value,
		     char out[static NETLINK_NAME_SIZE])
{
	const char *name = json_object_get_string(value);
	size_t length = strlen(name);

	if (length < 1 || length >= NETLINK_NAME_SIZE)
		return value_refuse(complaint,
				    "interface \"%.64s\": %zu bytes, allowed "
				    "are 1 to %d",
				    name, length, NETLINK_NAME_SIZE - 1);
	for (const char *c = name; *c; c++) {
		if (!interface_letter(*c))
			return value_refuse(complaint,
					    "interface \"%s\": no name of an "
					    "interface, '%c' is not allowed",
					    name, *c);
	}
	/* It becomes a directory of pins. */
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return value_refuse(complaint,
				    "interface \"%s\": no name of an interface",
				    name);
	memcpy(out, name, length + 1);
	return true;
}

bool value_name(struct complaint *complaint, const char *what,
		struct json_object *value, char out[static SETTINGS_NAME_SIZE])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789_.-";
	const char *name = json_object_get_string(value);
	size_t length = strlen(name);

	if (length < 1 || length >= SETTINGS_NAME_SIZE)
		return value_refuse(complaint,
				    "%s \"%.64s\": %zu bytes, allowed are 1 "
				    "to %d",
				    what, name, length, SETTINGS_NAME_SIZE - 1);
	if (name[strspn(name, letters)])
		return value_refuse(complaint,
				    "%s \"%s\": allowed are letters, digits, "
				    "'_', '.' and '-'",
				    what, name);
	memcpy(out, name, length + 1);
	return true;
}

bool value_list(struct complaint *complaint, const char *name,
		struct json_object *list, size_t most)
{
	size_t count = json_object_array_length(list);
	bool good = true;

	if (count > most)
		return value_refuse(complaint,
				    "%s: %zu given, allowed are at most %zu",
				    name, count, most);
	for (size_t i = 0; i < count && good; i++)
		good = value_type(complaint, name, json_type_string,
				  json_object_array_get_idx(list, i));
	return good;
}

static const char *element(struct json_object *list, size_t index)
{
	return json_object_get_string(json_object_array_get_idx(list, index));
}

static bool unicast(struct complaint *complaint, const char *name,
		    const char *text, const struct address *address)
{
	const char *unfit = address_unfit(address);

	return !unfit ||
	       value_refuse(complaint,
			    "%s %s: %s, wanted is a host's unicast address",
			    name, text, unfit);
}

bool value_vips(struct complaint *complaint, struct json_object *list,
		struct vip *out)
{
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		const char *text = element(list, i);
		char error[ADDRESS_TEXT_SIZE * 4];

		if (!vip_explain(text, &out[i], error, sizeof(error)))
			return value_refuse(complaint, "%s", error);
		if (!unicast(complaint, "vip", text, &out[i].address))
			return false;
	}
	return true;
}

bool value_hosts(struct complaint *complaint, const char *name,
		 struct json_object *list, struct address *out)
{
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		const char *text = element(list, i);

		if (!address_parse(text, &out[i]))
			return value_refuse(
				complaint,
				"%s %.64s: not an IPv4 or IPv6 address", name,
				text);
		if (!unicast(complaint, name, text, &out[i]))
			return false;
	}
	return true;
}

/* One to three digits and no more, so that nothing overflows. */
static const char *short_number(const char *text, int *out)
{
	size_t digits = strspn(text, "0123456789");

	if (digits < 1 || digits > 3)
		return NULL;
	*out = atoi(text);
	return text + digits;
}

static bool node_parse(const char *text, struct cluster_node *out)
{
	int vhid, advskew;
	const char *at = short_number(text, &vhid);

	if (!at || *at++ != ':')
		return false;
	at = short_number(at, &advskew);
	if (!at || *at || vhid < 1 || vhid > CARP_VHID_MAX ||
	    advskew > CARP_ADVSKEW_MAX)
		return false;
	out->vhid = (uint8_t)vhid;
	out->advskew = (uint8_t)advskew;
	return true;
}

bool value_nodes(struct complaint *complaint, struct json_object *list,
		 struct cluster *out)
{
	size_t count = json_object_array_length(list);

	if (count < CARP_NODES_MIN || count > CARP_NODES_MAX)
		return value_refuse(complaint,
				    "nodes: %zu given, allowed are %d to %d",
				    count, CARP_NODES_MIN, CARP_NODES_MAX);
	for (size_t i = 0; i < count; i++)
		if (!node_parse(element(list, i), &out->nodes[i]))
			return value_refuse(
				complaint,
				"node \"%.64s\": wanted is VHID:ADVSKEW, 1 to "
				"%d and 0 to %d, as in 1:0",
				element(list, i), CARP_VHID_MAX,
				CARP_ADVSKEW_MAX);
	out->count = count;
	if (!cluster_sort(out))
		return value_refuse(complaint, "nodes: a vhid is given twice");
	return true;
}

static int address_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct address));
}

bool value_distinct(struct complaint *complaint, const char *name,
		    struct address *list, size_t count)
{
	char text[ADDRESS_TEXT_SIZE];

	qsort(list, count, sizeof(*list), address_order);
	for (size_t i = 1; i < count; i++) {
		if (address_order(&list[i - 1], &list[i]) == 0)
			return value_refuse(complaint, "%s %s: given twice",
					    name,
					    address_format(&list[i], text));
	}
	return true;
}
