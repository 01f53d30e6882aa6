/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Readers of single values.  Never rounds or cuts a value to make it fit.
 */
#include "user/request_value.h"

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const compat_words[] = {
	[COMPAT_OPENBSD] = "openbsd",
	[COMPAT_FREEBSD] = "freebsd",
	[COMPAT_UCARP] = "ucarp",
	NULL,
};

static const char *const mode_words[] = {
	[DATAPLANE_AUTO] = "auto",
	[DATAPLANE_NATIVE] = "native",
	[DATAPLANE_SKB] = "skb",
	NULL,
};

static const char *const state_words[] = { "backup", "master", NULL };

int value_refuse(struct reading *reading, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reading->error, reading->error_size, format, arguments);
	va_end(arguments);
	if (reading->error_size == 0)
		return EXIT_CODE_INVALID;
	for (char *c = reading->error; *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	return EXIT_CODE_INVALID;
}

const char *compat_name(enum compat compat)
{
	return compat_words[compat];
}

/* The words of a list, for people: "a, b, c". */
static void words_join(const char *const *words, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; words[i] && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 i ? ", " : "", words[i]);
}

int value_word(struct reading *reading, const char *name,
	       const char *const *words, struct json_object *value)
{
	const char *text = json_object_get_string(value);
	char allowed[96];

	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
	}
	words_join(words, allowed, sizeof(allowed));
	value_refuse(reading, "%s %.64s: allowed are %s", name, text, allowed);
	return -1;
}

static int value_number(struct reading *reading, const char *name, int least,
			int most, struct json_object *value, uint8_t *out)
{
	int64_t number = json_object_get_int64(value);

	if (number < least || number > most)
		return value_refuse(reading, "%s %s: allowed are %d to %d",
				    name, json_object_get_string(value), least,
				    most);
	*out = (uint8_t)number;
	return 0;
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

/* A string with a NUL inside would be read as another one later. */
int value_type(struct reading *reading, const char *name, enum json_type type,
	       struct json_object *value)
{
	if (!json_object_is_type(value, type))
		return value_refuse(reading, "%s %.64s: wanted is %s", name,
				    value ? json_object_to_json_string(value)
					  : "null",
				    type_word(type));
	if (type == json_type_string &&
	    strlen(json_object_get_string(value)) !=
		    (size_t)json_object_get_string_len(value))
		return value_refuse(reading, "%s: holds a NUL byte", name);
	return 0;
}

int value_interface(struct reading *reading, struct json_object *value)
{
	const char *name = json_object_get_string(value);
	size_t length = strlen(name);

	if (length < 1 || length >= NETLINK_NAME_SIZE)
		return value_refuse(
			reading,
			"interface \"%.64s\": %zu bytes, allowed are "
			"1 to %d",
			name, length, NETLINK_NAME_SIZE - 1);
	/* The kernel's own rule; the name becomes a directory of pins. */
	for (const char *c = name; *c; c++) {
		if (*c == '/' || *c == ':' || isspace((unsigned char)*c) ||
		    iscntrl((unsigned char)*c))
			return value_refuse(reading,
					    "interface \"%s\": no name of an "
					    "interface, '%c' is not allowed",
					    name, *c);
	}
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return value_refuse(reading,
				    "interface \"%s\": no name of an "
				    "interface",
				    name);
	memcpy(reading->request.interface, name, length + 1);
	return 0;
}

int value_vhid(struct reading *reading, struct json_object *value)
{
	return value_number(reading, "vhid", 1, CARP_VHID_MAX, value,
			    &reading->request.settings.vhid);
}

int value_advbase(struct reading *reading, struct json_object *value)
{
	return value_number(reading, "advbase", 0, UINT8_MAX, value,
			    &reading->request.settings.advbase);
}

int value_advskew(struct reading *reading, struct json_object *value)
{
	return value_number(reading, "advskew", 0, CARP_ADVSKEW_MAX, value,
			    &reading->request.settings.advskew);
}

int value_amount(struct reading *reading, struct json_object *value)
{
	int64_t amount = json_object_get_int64(value);

	if (amount == 0 || amount < -REQUEST_DEMOTION_MAX ||
	    amount > REQUEST_DEMOTION_MAX)
		return value_refuse(reading,
				    "amount %s: allowed are -%d to %d, not 0",
				    json_object_get_string(value),
				    REQUEST_DEMOTION_MAX, REQUEST_DEMOTION_MAX);
	reading->request.demote_amount = (int)amount;
	return 0;
}

static int list_check(struct reading *reading, const char *name,
		      struct json_object *list, size_t most)
{
	size_t count = json_object_array_length(list);
	int code = 0;

	if (count > most)
		return value_refuse(reading,
				    "%s: %zu given, allowed are at most %zu",
				    name, count, most);
	for (size_t i = 0; i < count && code == 0; i++)
		code = value_type(reading, name, json_type_string,
				  json_object_array_get_idx(list, i));
	return code;
}

static int address_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct address));
}

/* Sorts list, so that it takes thousands without a pause. */
static int addresses_distinct(struct reading *reading, const char *name,
			      struct address *list, size_t count)
{
	char text[ADDRESS_TEXT_SIZE];

	qsort(list, count, sizeof(*list), address_order);
	for (size_t i = 1; i < count; i++) {
		if (address_order(&list[i - 1], &list[i]) == 0)
			return value_refuse(reading, "%s %s: given twice", name,
					    address_format(&list[i], text));
	}
	return 0;
}

/* One address that a host can have. */
static int unicast_check(struct reading *reading, const char *name,
			 const char *text, const struct address *address)
{
	const char *unfit = address_unfit(address);

	if (unfit)
		return value_refuse(
			reading,
			"%s %s: %s, wanted is a host's unicast address", name,
			text, unfit);
	return 0;
}

static int vips_fill(struct reading *reading, struct json_object *list,
		     struct address *addresses)
{
	struct request *request = &reading->request;
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		const char *text = json_object_get_string(
			json_object_array_get_idx(list, i));
		struct vip *vip = &request->vips[i];
		char error[REQUEST_TEXT_MAX];

		if (!vip_explain(text, vip, error, sizeof(error)))
			return value_refuse(reading, "%s", error);
		if (unicast_check(reading, "vip", text, &vip->address))
			return EXIT_CODE_INVALID;
		addresses[i] = vip->address;
	}
	request->settings.vips = request->vips;
	request->settings.vips_count = count;
	return addresses_distinct(reading, "vip", addresses, count);
}

int value_vips(struct reading *reading, struct json_object *list)
{
	size_t count = json_object_array_length(list);
	struct address *addresses;
	int code = list_check(reading, "vip", list, SETTINGS_VIPS_MAX);

	if (code)
		return code;
	reading->request.vips = calloc(count + 1, sizeof(struct vip));
	addresses = calloc(count + 1, sizeof(*addresses));
	if (!reading->request.vips || !addresses) {
		value_refuse(reading, "vips: out of memory");
		code = EXIT_CODE_FAILED;
	} else {
		code = vips_fill(reading, list, addresses);
	}
	free(addresses);
	return code;
}

int value_peers(struct reading *reading, struct json_object *list)
{
	struct address sorted[SETTINGS_PEERS_MAX];
	struct request *request = &reading->request;
	size_t count = json_object_array_length(list);
	int code = list_check(reading, "peer", list, SETTINGS_PEERS_MAX);

	if (code)
		return code;
	request->peers = calloc(count + 1, sizeof(*request->peers));
	if (!request->peers) {
		value_refuse(reading, "peers: out of memory");
		return EXIT_CODE_FAILED;
	}
	for (size_t i = 0; i < count; i++) {
		const char *text = json_object_get_string(
			json_object_array_get_idx(list, i));

		if (!address_parse(text, &request->peers[i]))
			return value_refuse(
				reading,
				"peer %.64s: not an IPv4 or IPv6 address",
				text);
		if (unicast_check(reading, "peer", text, &request->peers[i]))
			return EXIT_CODE_INVALID;
	}
	request->settings.peers = request->peers;
	request->settings.peers_count = count;
	memcpy(sorted, request->peers, count * sizeof(*sorted));
	return addresses_distinct(reading, "peer", sorted, count);
}

int value_pass_file(struct reading *reading, struct json_object *value)
{
	const char *path = json_object_get_string(value);

	if (path[0] != '/' || strlen(path) >= PATH_MAX)
		return value_refuse(reading,
				    "pass_file %.64s: wanted is an absolute "
				    "path below %d bytes",
				    path, PATH_MAX);
	reading->request.pass_file = path;
	return 0;
}

int value_metrics(struct reading *reading, struct json_object *value)
{
	const char *text = json_object_get_string(value);

	if (!endpoint_valid(text))
		return value_refuse(reading,
				    "metrics %.64s: wanted is ADDRESS:PORT, as "
				    "in 127.0.0.1:9112 or [::1]:9112",
				    text);
	reading->request.metrics = text;
	return 0;
}

int value_preempt(struct reading *reading, struct json_object *value)
{
	reading->request.settings.preempt = json_object_get_boolean(value);
	return 0;
}

int value_compat(struct reading *reading, struct json_object *value)
{
	int index = value_word(reading, "compat", compat_words, value);

	if (index < 0)
		return EXIT_CODE_INVALID;
	reading->request.settings.compat = (enum compat)index;
	return 0;
}

int value_mode(struct reading *reading, struct json_object *value)
{
	int index = value_word(reading, "mode", mode_words, value);

	if (index < 0)
		return EXIT_CODE_INVALID;
	reading->request.mode = (enum dataplane_mode)index;
	return 0;
}

int value_state(struct reading *reading, struct json_object *value)
{
	int index = value_word(reading, "state", state_words, value);

	if (index < 0)
		return EXIT_CODE_INVALID;
	reading->request.want_master = index == 1;
	return 0;
}

/* Lands in logs, tables and labels of every reader, so it stays one line. */
int value_reason(struct reading *reading, struct json_object *value)
{
	const char *text = json_object_get_string(value);
	size_t length = strlen(text);

	if (length < 1 || length >= REQUEST_TEXT_MAX)
		return value_refuse(reading,
				    "reason: %zu bytes, allowed are 1 to %d",
				    length, REQUEST_TEXT_MAX - 1);
	for (const char *c = text; *c; c++) {
		if (iscntrl((unsigned char)*c))
			return value_refuse(reading,
					    "reason \"%.64s\": control "
					    "characters are not allowed",
					    text);
	}
	memcpy(reading->request.reason, text, length + 1);
	return 0;
}
