/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Values as JSON members, each kind always written the same way.
 */
#include "user/daemon/put.h"
#include "user/sys/loop.h"

#include <json-c/printbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	MAC_TEXT_SIZE = 18,
	TIME_TEXT_SIZE = 48,
	NS_PER_MS = 1000000
};

void put(struct json_object *object, const char *name,
	 struct json_object *value)
{
	if (!object || json_object_object_add(object, name, value))
		json_object_put(value);
}

void put_item(struct json_object *array, struct json_object *value)
{
	if (!array || json_object_array_add(array, value))
		json_object_put(value);
}

static int print_text(struct json_object *object, struct printbuf *out,
		      int level, int flags)
{
	const char *text = json_object_get_userdata(object);

	(void)level;
	(void)flags;
	return printbuf_memappend(out, text, (int)strlen(text));
}

void put_item_text(struct json_object *array, struct json_object *value)
{
	const char *text =
		json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
	struct json_object *printed = json_object_new_boolean(true);
	char *copy = text ? strdup(text) : NULL;

	if (!value || !printed || !copy) {
		json_object_put(printed);
		free(copy);
		put_item(array, value);
		return;
	}
	json_object_set_serializer(printed, print_text, copy,
				   json_object_free_userdata);
	json_object_put(value);
	put_item(array, printed);
}

void put_int(struct json_object *object, const char *name, int64_t value)
{
	put(object, name, json_object_new_int64(value));
}

void put_text(struct json_object *object, const char *name, const char *value)
{
	put(object, name, json_object_new_string(value));
}

void put_text_or_null(struct json_object *object, const char *name,
		      const char *value)
{
	put(object, name, value ? json_object_new_string(value) : NULL);
}

void put_bool(struct json_object *object, const char *name, bool value)
{
	put(object, name, json_object_new_boolean(value));
}

/* Seconds with milliseconds, printed as such. */
void put_seconds(struct json_object *object, const char *name, struct span span)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu.%03llu",
		 (unsigned long long)(span.ns / NS_PER_MS / 1000),
		 (unsigned long long)(span.ns / NS_PER_MS % 1000));
	put(object, name,
	    json_object_new_double_s((double)span.ns / 1e9, text));
}

void put_mac(struct json_object *object, const char *name, const uint8_t *mac)
{
	char text[MAC_TEXT_SIZE];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	put_text(object, name, text);
}

/* A moment of the boot clock as wall-clock time, as of today's clock. */
void put_time(struct json_object *object, const char *name, struct instant at)
{
	struct span ago = instant_since(at, loop_now());
	char text[TIME_TEXT_SIZE], whole[32];
	struct timespec wall;
	int64_t ns;
	struct tm tm;
	time_t seconds;

	clock_gettime(CLOCK_REALTIME, &wall);
	ns = (int64_t)wall.tv_sec * 1000000000 + wall.tv_nsec - (int64_t)ago.ns;
	seconds = (time_t)(ns / 1000000000);
	gmtime_r(&seconds, &tm);
	strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03dZ", whole,
		 (int)(ns % 1000000000 / NS_PER_MS));
	put_text(object, name, text);
}
