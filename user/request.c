/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Turns one JSON request into plain checked values, by a table of members:
 * which verbs take them, which need them, and what they may hold.  Never
 * guesses: a member it does not know, a number out of range or a list with
 * the same address twice is refused, and nothing is opened or looked up here.
 */
#include "user/request_value.h"

#include <stdlib.h>
#include <string.h>

enum verb_bits {
	ATTACH = 1 << REQUEST_ATTACH,
	DETACH = 1 << REQUEST_DETACH,
	SET = 1 << REQUEST_SET,
	STATUS = 1 << REQUEST_STATUS,
	MONITOR = 1 << REQUEST_MONITOR,
	DEMOTE = 1 << REQUEST_DEMOTE,
	STATE = 1 << REQUEST_STATE,
	EVERY = ATTACH | DETACH | SET | STATUS | MONITOR | DEMOTE | STATE,
};

static const char *const verb_words[] = {
	[REQUEST_ATTACH] = "attach",   [REQUEST_DETACH] = "detach",
	[REQUEST_SET] = "set",	       [REQUEST_STATUS] = "status",
	[REQUEST_MONITOR] = "monitor", [REQUEST_DEMOTE] = "demote",
	[REQUEST_STATE] = "state",     NULL,
};

struct member {
	const char *name;
	enum json_type type;
	unsigned int allowed;  /* enum verb_bits */
	unsigned int required; /* the same */
	unsigned int has;      /* enum request_has */
	/* 0 or an enum exit_code; NULL: the type is all there is to check */
	value_reader *read;
};

/* Checked before the table is walked, because it decides what is allowed. */
static int version_check(struct reading *reading, struct json_object *object)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, "version", &value))
		return value_refuse(reading, "version: missing");
	if (value_type(reading, "version", json_type_int, value))
		return EXIT_CODE_INVALID;
	if (json_object_get_int64(value) == REQUEST_VERSION)
		return 0;
	value_refuse(reading, "protocol version %s, this controller speaks %d",
		     json_object_get_string(value), REQUEST_VERSION);
	return EXIT_CODE_FAILED;
}

static int verb_check(struct reading *reading, struct json_object *object)
{
	struct json_object *value;
	int index;

	if (!json_object_object_get_ex(object, "verb", &value))
		return value_refuse(reading, "verb: missing");
	if (value_type(reading, "verb", json_type_string, value))
		return EXIT_CODE_INVALID;
	index = value_word(reading, "verb", verb_words, value);
	if (index < 0)
		return EXIT_CODE_USAGE;
	reading->request.verb = (enum request_verb)index;
	return 0;
}

/* The verbs that take a group's values, and those that need its vhid. */
enum verb_sets {
	VALUES = ATTACH | SET,
	NAMED = ATTACH | SET | STATE,
};

static const struct member members[] = {
	{ "version", json_type_int, EVERY, EVERY, 0, NULL },
	{ "program", json_type_string, EVERY, 0, 0, NULL },
	{ "verb", json_type_string, EVERY, EVERY, 0, NULL },
	{ "interface", json_type_string, EVERY & ~MONITOR, NAMED | DETACH,
	  REQUEST_HAS_INTERFACE, value_interface },
	{ "vhid", json_type_int, NAMED | DETACH | STATUS, NAMED,
	  REQUEST_HAS_VHID, value_vhid },
	{ "vips", json_type_array, VALUES, 0, REQUEST_HAS_VIPS, value_vips },
	{ "pass_file", json_type_string, VALUES, 0, REQUEST_HAS_PASS_FILE,
	  value_pass_file },
	{ "advbase", json_type_int, VALUES, 0, REQUEST_HAS_ADVBASE,
	  value_advbase },
	{ "advskew", json_type_int, VALUES, 0, REQUEST_HAS_ADVSKEW,
	  value_advskew },
	{ "preempt", json_type_boolean, VALUES, 0, REQUEST_HAS_PREEMPT,
	  value_preempt },
	{ "peers", json_type_array, VALUES, 0, REQUEST_HAS_PEERS, value_peers },
	{ "compat", json_type_string, VALUES, 0, REQUEST_HAS_COMPAT,
	  value_compat },
	{ "mode", json_type_string, ATTACH, 0, REQUEST_HAS_MODE, value_mode },
	{ "metrics", json_type_string, ATTACH, 0, REQUEST_HAS_METRICS,
	  value_metrics },
	{ "all", json_type_boolean, DEMOTE, 0, 0, NULL },
	{ "amount", json_type_int, DEMOTE, DEMOTE, 0, value_amount },
	{ "reason", json_type_string, DEMOTE, DEMOTE, 0, value_reason },
	{ "state", json_type_string, STATE, STATE, 0, value_state },
};

enum member_count {
	MEMBERS = sizeof(members) / sizeof(members[0])
};

static const struct member *member_find(const char *name)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	}
	return NULL;
}

static int member_read(struct reading *reading, const char *name,
		       struct json_object *value)
{
	const struct member *member = member_find(name);
	enum request_verb verb = reading->request.verb;
	int code;

	if (!member)
		return value_refuse(reading, "%.64s: unknown member", name);
	if (!(member->allowed & (1U << verb)))
		return value_refuse(reading, "%s: does not belong to %s", name,
				    verb_words[verb]);
	code = value_type(reading, name, member->type, value);
	if (code == 0 && member->read)
		code = member->read(reading, value);
	reading->request.has |= member->has;
	return code;
}

static int required_check(struct reading *reading, struct json_object *object)
{
	enum request_verb verb = reading->request.verb;
	struct json_object *value = NULL;
	bool all, interface;

	for (size_t i = 0; i < MEMBERS; i++) {
		if (members[i].required & (1U << verb) &&
		    !json_object_object_get_ex(object, members[i].name, NULL))
			return value_refuse(reading, "%s: missing in %s",
					    members[i].name, verb_words[verb]);
	}
	if (verb != REQUEST_DEMOTE)
		return 0;
	all = json_object_object_get_ex(object, "all", &value) &&
	      json_object_get_boolean(value);
	interface = reading->request.has & REQUEST_HAS_INTERFACE;
	if (all == interface)
		return value_refuse(reading,
				    "demote: wanted is either an interface "
				    "or all");
	return 0;
}

static int request_read(struct reading *reading, struct json_object *object)
{
	int code;

	if (!json_object_is_type(object, json_type_object))
		return value_refuse(reading, "a request is one JSON object");
	code = version_check(reading, object);
	if (code == 0)
		code = verb_check(reading, object);
	if (code)
		return code;
	json_object_object_foreach (object, name, value) {
		code = member_read(reading, name, value);
		if (code)
			return code;
	}
	return required_check(reading, object);
}

int request_parse(struct json_object *object, struct request *out, char *error,
		  size_t error_size)
{
	struct reading reading = {
		.request.settings.advbase = 1,
		.error = error,
		.error_size = error_size,
	};
	int code = request_read(&reading, object);

	if (code) {
		request_free(&reading.request);
		return code;
	}
	*out = reading.request;
	return 0;
}

void request_free(struct request *request)
{
	if (!request)
		return;
	free(request->vips);
	free(request->peers);
	*request = (struct request){ 0 };
}
