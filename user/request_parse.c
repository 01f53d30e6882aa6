/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Turns one JSON request into plain checked values.  Never guesses: a member
 * it does not know, a number out of range or a list with the same address
 * twice is refused, and nothing is opened or looked up here.
 */
#include "user/request_members.h"

#include <stdlib.h>
#include <string.h>

static const char *const verb_words[] = {
	[REQUEST_ATTACH] = "attach",
	[REQUEST_DETACH] = "detach",
	[REQUEST_SET] = "set",
	[REQUEST_STATUS] = "status",
	[REQUEST_MONITOR] = "monitor",
	[REQUEST_DEMOTE] = "demote",
	[REQUEST_STATE] = "state",
	[REQUEST_MAINTENANCE] = "maintenance",
	[REQUEST_RELOAD] = "reload",
	[REQUEST_SHOWCONF] = "showconf",
	NULL,
};

static const struct request_member *member_find(const char *name)
{
	for (size_t i = 0; i < request_members_count; i++) {
		if (strcmp(request_members[i].name, name) == 0)
			return &request_members[i];
	}
	return NULL;
}

/* Before anything else: another version may have other members. */
static int version_check(struct complaint *complaint,
			 struct json_object *object)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, "version", &value)) {
		value_refuse(complaint, "version: missing");
		return EXIT_CODE_INVALID;
	}
	if (!value_type(complaint, "version", json_type_int, value))
		return EXIT_CODE_INVALID;
	if (json_object_get_int64(value) == REQUEST_VERSION)
		return 0;
	value_refuse(complaint,
		     "protocol version %s, this controller speaks %d",
		     json_object_get_string(value), REQUEST_VERSION);
	return EXIT_CODE_FAILED;
}

/* Before the other members, because it decides which are allowed. */
static int verb_check(struct request *request, struct complaint *complaint,
		      struct json_object *object)
{
	struct json_object *value;
	int index;

	if (!json_object_object_get_ex(object, "verb", &value)) {
		value_refuse(complaint, "verb: missing");
		return EXIT_CODE_INVALID;
	}
	if (!value_type(complaint, "verb", json_type_string, value))
		return EXIT_CODE_INVALID;
	if (!value_word(complaint, "verb", verb_words, value, &index))
		return EXIT_CODE_USAGE;
	request->verb = (enum request_verb)index;
	return 0;
}

static bool member_check(struct request *request, struct complaint *complaint,
			 const char *name, struct json_object *value)
{
	const struct request_member *member = member_find(name);

	if (!member)
		return value_refuse(complaint, "%.64s: unknown member", name);
	if (!(member->allowed & (1U << request->verb)))
		return value_refuse(complaint, "%s: does not belong to %s",
				    name, verb_words[request->verb]);
	if (!value_type(complaint, name, member->type, value))
		return false;
	request->has |= member->has;
	return !member->read || member->read(request, complaint, value);
}

static bool members_check(struct request *request, struct complaint *complaint,
			  struct json_object *object)
{
	json_object_object_foreach (object, name, value) {
		if (!member_check(request, complaint, name, value))
			return false;
	}
	for (size_t i = 0; i < request_members_count; i++) {
		if (request_members[i].required & (1U << request->verb) &&
		    !json_object_object_get_ex(object, request_members[i].name,
					       NULL))
			return value_refuse(complaint, "%s: missing in %s",
					    request_members[i].name,
					    verb_words[request->verb]);
	}
	return true;
}

/* Whom demote is for: the one thing the table cannot say. */
static bool demote_check(const struct request *request,
			 struct complaint *complaint,
			 struct json_object *object)
{
	bool interface = request->has & REQUEST_HAS_INTERFACE;
	struct json_object *value;
	bool all;

	if (request->verb != REQUEST_DEMOTE)
		return true;
	all = json_object_object_get_ex(object, "all", &value) &&
	      json_object_get_boolean(value);
	return all + interface + (*request->name != '\0') == 1 ||
	       value_refuse(complaint, "demote: wanted is one of an interface, "
				       "a group and all");
}

/* What nodes go with, and what goes with nodes. */
static bool cluster_check(struct request *request, struct complaint *complaint)
{
	const unsigned int has = request->has;
	const struct settings *s = &request->settings;

	if (request->verb != REQUEST_ATTACH)
		return true;
	if (!(has & (REQUEST_HAS_VHID | REQUEST_HAS_NODES)))
		return value_refuse(complaint, "vhid: missing in attach");
	if (!(has & REQUEST_HAS_NODES))
		return !(has & REQUEST_HAS_BALANCING) ||
		       value_refuse(complaint, "balancing %s: wanted are nodes",
				    balancing_name(s->balancing));
	if (has & REQUEST_HAS_VHID)
		return value_refuse(complaint,
				    "vhid %u: nodes have vhids of their own",
				    s->vhid);
	if (has & REQUEST_HAS_ADVSKEW)
		return value_refuse(
			complaint,
			"advskew %u: each node has its own, as in 1:0",
			s->advskew);
	if (!s->vips_count)
		return value_refuse(complaint, "nodes: wanted is a vip");
	request->settings.vhid = request->cluster.nodes[0].vhid;
	if (!(has & REQUEST_HAS_BALANCING))
		request->settings.balancing = CARP_BALANCING_IP;
	return true;
}

static int request_read(struct request *request, struct complaint *complaint,
			struct json_object *object)
{
	int code;

	if (!json_object_is_type(object, json_type_object)) {
		value_refuse(complaint, "a request is one JSON object");
		return EXIT_CODE_INVALID;
	}
	code = version_check(complaint, object);
	if (code == 0)
		code = verb_check(request, complaint, object);
	if (code)
		return code;
	if (!members_check(request, complaint, object) ||
	    !demote_check(request, complaint, object) ||
	    !cluster_check(request, complaint))
		return EXIT_CODE_INVALID;
	return 0;
}

int request_parse(struct json_object *object, struct request *out, char *error,
		  size_t error_size)
{
	struct request request = {
		.settings = { .advbase = 1,
			      .announce_refresh = REQUEST_REFRESH_DEFAULT,
			      .dead_ratio = SETTINGS_DEAD_RATIO_DEFAULT },
		.grace_seconds = REQUEST_GRACE_DEFAULT,
	};
	struct complaint complaint = { error, error_size };
	int code = request_read(&request, &complaint, object);

	if (code) {
		request_free(&request);
		return code;
	}
	*out = request;
	return 0;
}

int request_check(enum request_verb verb, const char *name,
		  struct json_object *value, char *error, size_t error_size)
{
	struct complaint complaint = { error, error_size };
	struct request request = { .verb = verb };
	bool good = member_check(&request, &complaint, name, value);

	request_free(&request);
	return good ? 0 : EXIT_CODE_INVALID;
}

int request_check_item(enum request_verb verb, const char *name,
		       const char *text, char *error, size_t error_size)
{
	struct json_object *list;
	int code;

	if (strcmp(name, "nodes") == 0)
		return 0;
	list = json_object_new_array();
	json_object_array_add(list, json_object_new_string(text));
	code = request_check(verb, name, list, error, error_size);
	json_object_put(list);
	return code;
}

void request_free(struct request *request)
{
	if (!request)
		return;
	free(request->vips);
	free(request->peers);
	*request = (struct request){ 0 };
}
