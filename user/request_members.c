/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The members a request may have, as a table: which verbs take them, which
 * need them, and what they may hold.  Never guesses, and opens nothing.
 */
#include "user/request_members.h"
#include "user/request_words.h"

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
	RELOAD = 1 << REQUEST_RELOAD,
	SHOWCONF = 1 << REQUEST_SHOWCONF,
	EVERY = ATTACH | DETACH | SET | STATUS | MONITOR | DEMOTE | STATE |
		MAINTENANCE | RELOAD | SHOWCONF,
	NOWHERE = MONITOR | MAINTENANCE | RELOAD | SHOWCONF,
};

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

static bool read_dead_ratio(struct request *request,
			    struct complaint *complaint,
			    struct json_object *value)
{
	return value_number(complaint, "dead_ratio", SETTINGS_DEAD_RATIO_MIN,
			    UINT8_MAX, value, &request->settings.dead_ratio);
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

static bool read_group(struct request *request, struct complaint *complaint,
		       struct json_object *value)
{
	return value_name(complaint, "group", value, request->name);
}

static bool read_groups(struct request *request, struct complaint *complaint,
			struct json_object *list)
{
	struct settings *s = &request->settings;
	size_t count = json_object_array_length(list);

	if (!value_list(complaint, "group", list, SETTINGS_NAMES_MAX))
		return false;
	for (s->names_count = 0; s->names_count < count; s->names_count++) {
		struct json_object *value =
			json_object_array_get_idx(list, s->names_count);
		const char *name = json_object_get_string(value);

		if (ledger_bears(s, name))
			return value_refuse(complaint, "group %.64s: %s", name,
					    strcmp(name, LEDGER_COMMON_NAME)
						    ? "given twice"
						    : "every group bears that "
						      "name");
		if (!value_name(complaint, "group", value,
				s->names[s->names_count]))
			return false;
	}
	return true;
}

static bool read_tracks(struct request *request, struct complaint *complaint,
			struct json_object *list)
{
	struct settings *s = &request->settings;
	size_t count = json_object_array_length(list);

	if (!value_list(complaint, "track", list, SETTINGS_TRACKS_MAX))
		return false;
	for (s->tracks_count = 0; s->tracks_count < count; s->tracks_count++) {
		struct json_object *value =
			json_object_array_get_idx(list, s->tracks_count);
		const char *name = json_object_get_string(value);

		if (ledger_tracks(s, name))
			return value_refuse(complaint,
					    "track %.64s: given twice", name);
		if (!value_name(complaint, "track", value,
				s->tracks[s->tracks_count]))
			return false;
	}
	return true;
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
	if (!value_hosts(complaint, "peer", list, request->peers))
		return false;
	memcpy(sorted, request->peers, count * sizeof(*sorted));
	return value_distinct(complaint, "peer", sorted, count);
}

static bool read_gateways(struct request *request, struct complaint *complaint,
			  struct json_object *list)
{
	struct address sorted[SETTINGS_GATEWAYS_MAX];
	size_t count = json_object_array_length(list);

	if (!value_list(complaint, "gateway", list, SETTINGS_GATEWAYS_MAX) ||
	    !value_hosts(complaint, "gateway", list,
			 request->settings.gateways))
		return false;
	request->settings.gateways_count = count;
	memcpy(sorted, request->settings.gateways, count * sizeof(*sorted));
	return value_distinct(complaint, "gateway", sorted, count);
}

static bool read_refresh(struct request *request, struct complaint *complaint,
			 struct json_object *value)
{
	unsigned int seconds;

	if (!value_seconds(complaint, "announce_refresh", 0,
			   REQUEST_REFRESH_MAX, value, &seconds))
		return false;
	request->settings.announce_refresh = (uint16_t)seconds;
	return true;
}

static bool read_ttl_min(struct request *request, struct complaint *complaint,
			 struct json_object *value)
{
	return value_number(complaint, "peer_ttl_min", 1, CARP_TTL, value,
			    &request->settings.ttl_min);
}

static bool read_grace(struct request *request, struct complaint *complaint,
		       struct json_object *value)
{
	return value_seconds(complaint, "grace", 0, REQUEST_GRACE_MAX, value,
			     &request->grace_seconds);
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

static bool read_preempt_delay(struct request *request,
			       struct complaint *complaint,
			       struct json_object *value)
{
	unsigned int seconds;

	if (!value_seconds(complaint, "preempt_delay", 0,
			   SETTINGS_PREEMPT_DELAY_MAX, value, &seconds))
		return false;
	request->settings.preempt_delay = (uint16_t)seconds;
	return true;
}

static bool read_observe(struct request *request, struct complaint *complaint,
			 struct json_object *value)
{
	(void)complaint;
	request->settings.observe = json_object_get_boolean(value);
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

static bool read_demotion(struct request *request, struct complaint *complaint,
			  struct json_object *value)
{
	int index;

	if (!value_word(complaint, "demotion", demotion_words, value, &index))
		return false;
	request->settings.demotion_form = (enum demotion_form)index;
	return true;
}

static bool read_auth(struct request *request, struct complaint *complaint,
		      struct json_object *value)
{
	int index;

	if (!value_word(complaint, "auth", auth_words, value, &index))
		return false;
	request->settings.auth = (enum carp_auth_mode)index;
	return true;
}

static bool read_forget(struct request *request, struct complaint *complaint,
			struct json_object *value)
{
	(void)complaint;
	request->forget_senders = json_object_get_boolean(value);
	return true;
}

static bool read_nodes(struct request *request, struct complaint *complaint,
		       struct json_object *list)
{
	return value_list(complaint, "nodes", list, CARP_NODES_MAX) &&
	       value_nodes(complaint, list, &request->cluster);
}

static bool read_balancing(struct request *request, struct complaint *complaint,
			   struct json_object *value)
{
	int index;

	if (!value_word(complaint, "balancing", balancing_words, value, &index))
		return false;
	request->settings.balancing =
		(enum carp_balancing)(CARP_BALANCING_IP + index);
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

static bool read_coexist(struct request *request, struct complaint *complaint,
			 struct json_object *value)
{
	(void)complaint;
	request->coexist = json_object_get_boolean(value);
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

static bool read_dry(struct request *request, struct complaint *complaint,
		     struct json_object *value)
{
	(void)complaint;
	request->dry_run = json_object_get_boolean(value);
	return true;
}

static bool read_confirm(struct request *request, struct complaint *complaint,
			 struct json_object *value)
{
	return value_seconds(complaint, "confirm", 1, REQUEST_CONFIRM_MAX,
			     value, &request->confirm_seconds);
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

/* The verbs that take a group's values, and those that need its vhid; attach
 * may have nodes instead. */
enum verb_sets {
	VALUES = ATTACH | SET,
	NAMED = ATTACH | SET | STATE,
};

const struct request_member request_members[] = {
	{ "version", json_type_int, EVERY, EVERY, 0, NULL },
	{ "program", json_type_string, EVERY, 0, 0, NULL },
	{ "verb", json_type_string, EVERY, EVERY, 0, NULL },
	{ "switch", json_type_string, MAINTENANCE, MAINTENANCE, 0,
	  read_switch },
	{ "interface", json_type_string, EVERY & ~NOWHERE, NAMED | DETACH,
	  REQUEST_HAS_INTERFACE, read_interface },
	{ "vhid", json_type_int, NAMED | DETACH | STATUS, NAMED & ~ATTACH,
	  REQUEST_HAS_VHID, read_vhid },
	{ "nodes", json_type_array, VALUES, 0, REQUEST_HAS_NODES, read_nodes },
	{ "balancing", json_type_string, ATTACH, 0, REQUEST_HAS_BALANCING,
	  read_balancing },
	{ "vips", json_type_array, VALUES, 0, REQUEST_HAS_VIPS, read_vips },
	{ "pass_file", json_type_string, VALUES, 0, REQUEST_HAS_PASS_FILE,
	  read_pass_file },
	{ "advbase", json_type_int, VALUES, 0, REQUEST_HAS_ADVBASE,
	  read_advbase },
	{ "advskew", json_type_int, VALUES, 0, REQUEST_HAS_ADVSKEW,
	  read_advskew },
	{ "dead_ratio", json_type_int, VALUES, 0, REQUEST_HAS_DEAD_RATIO,
	  read_dead_ratio },
	{ "preempt", json_type_boolean, VALUES, 0, REQUEST_HAS_PREEMPT,
	  read_preempt },
	{ "preempt_delay", json_type_int, VALUES, 0, REQUEST_HAS_PREEMPT_DELAY,
	  read_preempt_delay },
	{ "observe", json_type_boolean, VALUES, 0, REQUEST_HAS_OBSERVE,
	  read_observe },
	{ "demotion", json_type_string, VALUES, 0, REQUEST_HAS_DEMOTION,
	  read_demotion },
	{ "peers", json_type_array, VALUES, 0, REQUEST_HAS_PEERS, read_peers },
	{ "announce_refresh", json_type_int, VALUES, 0, REQUEST_HAS_REFRESH,
	  read_refresh },
	{ "gateways", json_type_array, VALUES, 0, REQUEST_HAS_GATEWAYS,
	  read_gateways },
	{ "peer_ttl_min", json_type_int, VALUES, 0, REQUEST_HAS_TTL_MIN,
	  read_ttl_min },
	{ "groups", json_type_array, VALUES, 0, REQUEST_HAS_NAMES,
	  read_groups },
	{ "track", json_type_array, VALUES, 0, REQUEST_HAS_TRACKS,
	  read_tracks },
	{ "compat", json_type_string, VALUES, 0, REQUEST_HAS_COMPAT,
	  read_compat },
	{ "auth", json_type_string, VALUES, 0, REQUEST_HAS_AUTH, read_auth },
	{ "forget_senders", json_type_boolean, SET, 0, 0, read_forget },
	{ "grace", json_type_int, SET, 0, 0, read_grace },
	{ "mode", json_type_string, ATTACH, 0, REQUEST_HAS_MODE, read_mode },
	{ "coexist", json_type_boolean, ATTACH, 0, REQUEST_HAS_COEXIST,
	  read_coexist },
	{ "metrics", json_type_string, ATTACH, 0, REQUEST_HAS_METRICS,
	  read_metrics },
	{ "all", json_type_boolean, DEMOTE, 0, 0, NULL },
	{ "group", json_type_string, DEMOTE, 0, 0, read_group },
	{ "amount", json_type_int, DEMOTE, DEMOTE, 0, read_amount },
	{ "reason", json_type_string, DEMOTE, DEMOTE, 0, read_reason },
	{ "state", json_type_string, STATE, STATE, 0, read_state },
	{ "dry_run", json_type_boolean, RELOAD, 0, 0, read_dry },
	{ "confirm", json_type_int, RELOAD, 0, 0, read_confirm },
};

const size_t request_members_count =
	sizeof(request_members) / sizeof(request_members[0]);
