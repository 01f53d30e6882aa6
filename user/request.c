/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Turns one JSON request into plain checked values, by a table of members:
 * which verbs take them, which need them, and what they may hold.  Never
 * guesses: a member it does not know, a number out of range or a list with
 * the same address twice is refused, and nothing is opened or looked up here.
 */
#include "user/request.h"
#include "user/request_value.h"

#include <ctype.h>
#include <limits.h>
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
	MAINTENANCE = 1 << REQUEST_MAINTENANCE,
	EVERY = ATTACH | DETACH | SET | STATUS | MONITOR | DEMOTE | STATE |
		MAINTENANCE,
};

static const char *const verb_words[] = {
	[REQUEST_ATTACH] = "attach",
	[REQUEST_DETACH] = "detach",
	[REQUEST_SET] = "set",
	[REQUEST_STATUS] = "status",
	[REQUEST_MONITOR] = "monitor",
	[REQUEST_DEMOTE] = "demote",
	[REQUEST_STATE] = "state",
	[REQUEST_MAINTENANCE] = "maintenance",
	NULL,
};

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
static const char *const switch_words[] = { "off", "on", NULL };

struct member {
	const char *name;
	enum json_type type;
	unsigned int allowed;  /* enum verb_bits */
	unsigned int required; /* the same */
	unsigned int has;      /* enum request_has */
	/* NULL: the type is all there is to check */
	bool (*read)(struct request *request, struct complaint *complaint,
		     struct json_object *value);
};

const char *compat_name(enum compat compat)
{
	return compat_words[compat];
}

/* --- one reader for each member ---------------------------------------------
 */

static bool read_interface(struct request *request, struct complaint *complaint,
			   struct json_object *value)
{
	return value_interface(complaint, value, request->interface);
}

static bool read_vhid(struct request *request, struct complaint *complaint,
		      struct json_object *value)
{
	return value_number(complaint, "vhid", 1, CARP_VHID_MAX, value,
			    &request->settings.vhid);
}

static bool read_advbase(struct request *request, struct complaint *complaint,
			 struct json_object *value)
{
	return value_number(complaint, "advbase", 0, UINT8_MAX, value,
			    &request->settings.advbase);
}

static bool read_advskew(struct request *request, struct complaint *complaint,
			 struct json_object *value)
{
	return value_number(complaint, "advskew", 0, CARP_ADVSKEW_MAX, value,
			    &request->settings.advskew);
}

static bool read_vips(struct request *request, struct complaint *complaint,
		      struct json_object *list)
{
	size_t count = json_object_array_length(list);
	struct address *sorted;
	bool good;

	if (!value_list(complaint, "vip", list, SETTINGS_VIPS_MAX))
		return false;
	request->vips = calloc(count + 1, sizeof(*request->vips));
	sorted = calloc(count + 1, sizeof(*sorted));
	if (!request->vips || !sorted) {
		free(sorted);
		return value_refuse(complaint, "vips: out of memory");
	}
	good = value_vips(complaint, list, request->vips);
	for (size_t i = 0; i < count; i++)
		sorted[i] = request->vips[i].address;
	good = good && value_distinct(complaint, "vip", sorted, count);
	free(sorted);
	request->settings.vips = request->vips;
	request->settings.vips_count = count;
	return good;
}

static bool read_peers(struct request *request, struct complaint *complaint,
		       struct json_object *list)
{
	struct address sorted[SETTINGS_PEERS_MAX];
	size_t count = json_object_array_length(list);

	if (!value_list(complaint, "peer", list, SETTINGS_PEERS_MAX))
		return false;
	request->peers = calloc(count + 1, sizeof(*request->peers));
	if (!request->peers)
		return value_refuse(complaint, "peers: out of memory");
	request->settings.peers = request->peers;
	request->settings.peers_count = count;
	if (!value_peers(complaint, list, request->peers))
		return false;
	memcpy(sorted, request->peers, count * sizeof(*sorted));
	return value_distinct(complaint, "peer", sorted, count);
}

static bool read_grace(struct request *request, struct complaint *complaint,
		       struct json_object *value)
{
	int64_t seconds = json_object_get_int64(value);

	if (seconds < 0 || seconds > REQUEST_GRACE_MAX)
		return value_refuse(
			complaint, "grace %s: allowed are 0 to %d seconds",
			json_object_get_string(value), REQUEST_GRACE_MAX);
	request->grace_seconds = (unsigned int)seconds;
	return true;
}

static bool read_pass_file(struct request *request, struct complaint *complaint,
			   struct json_object *value)
{
	const char *path = json_object_get_string(value);

	if (path[0] != '/' || strlen(path) >= PATH_MAX)
		return value_refuse(complaint,
				    "pass_file %.64s: wanted is an absolute "
				    "path below %d bytes",
				    path, PATH_MAX);
	request->pass_file = path;
	return true;
}

static bool read_metrics(struct request *request, struct complaint *complaint,
			 struct json_object *value)
{
	const char *text = json_object_get_string(value);

	if (!endpoint_valid(text))
		return value_refuse(complaint,
				    "metrics %.64s: wanted is ADDRESS:PORT, as "
				    "in 127.0.0.1:9112 or [::1]:9112",
				    text);
	request->metrics = text;
	return true;
}

static bool read_preempt(struct request *request, struct complaint *complaint,
			 struct json_object *value)
{
	(void)complaint;
	request->settings.preempt = json_object_get_boolean(value);
	return true;
}

static bool read_compat(struct request *request, struct complaint *complaint,
			struct json_object *value)
{
	int index;

	if (!value_word(complaint, "compat", compat_words, value, &index))
		return false;
	request->settings.compat = (enum compat)index;
	return true;
}

static bool read_mode(struct request *request, struct complaint *complaint,
		      struct json_object *value)
{
	int index;

	if (!value_word(complaint, "mode", mode_words, value, &index))
		return false;
	request->mode = (enum dataplane_mode)index;
	return true;
}

static bool read_state(struct request *request, struct complaint *complaint,
		       struct json_object *value)
{
	int index;

	if (!value_word(complaint, "state", state_words, value, &index))
		return false;
	request->want_master = index == 1;
	return true;
}

static bool read_switch(struct request *request, struct complaint *complaint,
			struct json_object *value)
{
	int index;

	if (!value_word(complaint, "maintenance", switch_words, value, &index))
		return false;
	request->maintenance = index == 1;
	return true;
}

static bool read_amount(struct request *request, struct complaint *complaint,
			struct json_object *value)
{
	int64_t amount = json_object_get_int64(value);

	if (amount == 0 || amount < -REQUEST_DEMOTION_MAX ||
	    amount > REQUEST_DEMOTION_MAX)
		return value_refuse(complaint,
				    "amount %s: allowed are -%d to %d, not 0",
				    json_object_get_string(value),
				    REQUEST_DEMOTION_MAX, REQUEST_DEMOTION_MAX);
	request->demote_amount = (int)amount;
	return true;
}

/* Lands in logs, tables and labels of every reader, so it stays one line. */
static bool read_reason(struct request *request, struct complaint *complaint,
			struct json_object *value)
{
	const char *text = json_object_get_string(value);
	size_t length = strlen(text);

	if (length < 1 || length >= sizeof(request->reason))
		return value_refuse(complaint,
				    "reason: %zu bytes, allowed are 1 to %zu",
				    length, sizeof(request->reason) - 1);
	for (const char *c = text; *c; c++) {
		if (iscntrl((unsigned char)*c))
			return value_refuse(complaint,
					    "reason \"%.64s\": control "
					    "characters are not allowed",
					    text);
	}
	memcpy(request->reason, text, length + 1);
	return true;
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
	{ "switch", json_type_string, MAINTENANCE, MAINTENANCE, 0,
	  read_switch },
	{ "interface", json_type_string, EVERY & ~(MONITOR | MAINTENANCE),
	  NAMED | DETACH, REQUEST_HAS_INTERFACE, read_interface },
	{ "vhid", json_type_int, NAMED | DETACH | STATUS, NAMED,
	  REQUEST_HAS_VHID, read_vhid },
	{ "vips", json_type_array, VALUES, 0, REQUEST_HAS_VIPS, read_vips },
	{ "pass_file", json_type_string, VALUES, 0, REQUEST_HAS_PASS_FILE,
	  read_pass_file },
	{ "advbase", json_type_int, VALUES, 0, REQUEST_HAS_ADVBASE,
	  read_advbase },
	{ "advskew", json_type_int, VALUES, 0, REQUEST_HAS_ADVSKEW,
	  read_advskew },
	{ "preempt", json_type_boolean, VALUES, 0, REQUEST_HAS_PREEMPT,
	  read_preempt },
	{ "peers", json_type_array, VALUES, 0, REQUEST_HAS_PEERS, read_peers },
	{ "compat", json_type_string, VALUES, 0, REQUEST_HAS_COMPAT,
	  read_compat },
	{ "grace", json_type_int, SET, 0, 0, read_grace },
	{ "mode", json_type_string, ATTACH, 0, REQUEST_HAS_MODE, read_mode },
	{ "metrics", json_type_string, ATTACH, 0, REQUEST_HAS_METRICS,
	  read_metrics },
	{ "all", json_type_boolean, DEMOTE, 0, 0, NULL },
	{ "amount", json_type_int, DEMOTE, DEMOTE, 0, read_amount },
	{ "reason", json_type_string, DEMOTE, DEMOTE, 0, read_reason },
	{ "state", json_type_string, STATE, STATE, 0, read_state },
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

/* --- the request ------------------------------------------------------------
 */

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
	const struct member *member = member_find(name);

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
	for (size_t i = 0; i < MEMBERS; i++) {
		if (members[i].required & (1U << request->verb) &&
		    !json_object_object_get_ex(object, members[i].name, NULL))
			return value_refuse(complaint, "%s: missing in %s",
					    members[i].name,
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
	return all != interface ||
	       value_refuse(complaint,
			    "demote: wanted is either an interface or all");
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
	    !demote_check(request, complaint, object))
		return EXIT_CODE_INVALID;
	return 0;
}

int request_parse(struct json_object *object, struct request *out, char *error,
		  size_t error_size)
{
	struct request request = { .settings.advbase = 1,
				   .grace_seconds = REQUEST_GRACE_DEFAULT };
	struct complaint complaint = { error, error_size };
	int code = request_read(&request, &complaint, object);

	if (code) {
		request_free(&request);
		return code;
	}
	*out = request;
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
