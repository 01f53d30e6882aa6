/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The values a request may hold, whatever member holds them.  Each function
 * is true, or says in one line what was given and what is allowed; what it
 * fills is then half filled at most.
 */
#pragma once

#include "user/address.h"
#include "user/core/cluster.h"
#include "user/sys/netlink.h"

#include <json-c/json.h>

/* Where the line goes. */
struct complaint {
	char *text;
	size_t size;
};

/* Always false.  One line whatever the values in it hold. */
bool value_refuse(struct complaint *complaint, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Refuses another type, and a string with a NUL inside. */
bool value_type(struct complaint *complaint, const char *name,
		enum json_type type, struct json_object *value);
bool value_number(struct complaint *complaint, const char *name, int least,
		  int most, struct json_object *value, uint8_t *out);
bool value_seconds(struct complaint *complaint, const char *name, int least,
		   int most, struct json_object *value, unsigned int *out);
/* The index of value in words, which NULL ends. */
bool value_word(struct complaint *complaint, const char *name,
		const char *const *words, struct json_object *value, int *out);
bool value_interface(struct complaint *complaint, struct json_object *value,
		     char out[static NETLINK_NAME_SIZE]);
/* 1 to 15 letters, digits, '_', '.' and '-'. */
bool value_name(struct complaint *complaint, const char *what,
		struct json_object *value, char out[static SETTINGS_NAME_SIZE]);
/* A list of at most that many strings. */
bool value_list(struct complaint *complaint, const char *name,
		struct json_object *list, size_t most);
/* Each element of a list of strings into out, which has room for them. */
bool value_vips(struct complaint *complaint, struct json_object *list,
		struct vip *out);
bool value_hosts(struct complaint *complaint, const char *name,
		 struct json_object *list, struct address *out);
/* Each "VHID:ADVSKEW" of a list of strings, sorted by vhid. */
bool value_nodes(struct complaint *complaint, struct json_object *list,
		 struct cluster *out);
/* No address twice; sorts the list, so that thousands take no time. */
bool value_distinct(struct complaint *complaint, const char *name,
		    struct address *list, size_t count);
