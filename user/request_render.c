/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Builds attach requests.  What request_parse() makes of one is what it was
 * made of.
 */
#include "user/request_render.h"
#include "user/request_members.h"

#include <stdio.h>

static void put(struct json_object *object, const char *name,
		struct json_object *value)
{
	json_object_object_add(object, name, value);
}

static void put_number(struct json_object *object, const char *name,
		       unsigned int value, unsigned int otherwise)
{
	if (value != otherwise)
		put(object, name, json_object_new_int64(value));
}

static void put_text(struct json_object *object, const char *name,
		     const char *text)
{
	put(object, name, json_object_new_string(text));
}

static void put_switch(struct json_object *object, const char *name, bool on)
{
	if (on)
		put(object, name, json_object_new_boolean(true));
}

static void put_vips(struct json_object *object, const struct settings *s)
{
	struct json_object *list;
	char text[ADDRESS_TEXT_SIZE];

	if (!s->vips_count)
		return;
	list = json_object_new_array();
	for (size_t i = 0; i < s->vips_count; i++)
		json_object_array_add(list, json_object_new_string(vip_format(
						    &s->vips[i], text)));
	put(object, "vips", list);
}

static void put_hosts(struct json_object *object, const char *name,
		      const struct address *hosts, size_t count)
{
	struct json_object *list;
	char text[ADDRESS_TEXT_SIZE];

	if (!count)
		return;
	list = json_object_new_array();
	for (size_t i = 0; i < count; i++)
		json_object_array_add(list,
				      json_object_new_string(
					      address_format(&hosts[i], text)));
	put(object, name, list);
}

static void put_names(struct json_object *object, const char *name,
		      const char (*names)[SETTINGS_NAME_SIZE], size_t count)
{
	struct json_object *list;

	if (!count)
		return;
	list = json_object_new_array();
	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, json_object_new_string(names[i]));
	put(object, name, list);
}

static void put_cluster(struct json_object *object, const struct rendering *r)
{
	struct json_object *list = json_object_new_array();
	char text[16];

	for (size_t i = 0; i < r->cluster->count; i++) {
		snprintf(text, sizeof(text), "%u:%u", r->cluster->nodes[i].vhid,
			 r->cluster->nodes[i].advskew);
		json_object_array_add(list, json_object_new_string(text));
	}
	put(object, "nodes", list);
	if (r->settings->balancing != CARP_BALANCING_IP)
		put_text(object, "balancing",
			 balancing_name(r->settings->balancing));
}

static void put_rules(struct json_object *object, const struct settings *s)
{
	if (s->demotion_form != DEMOTION_AUTO)
		put_text(object, "demotion",
			 demotion_form_name(s->demotion_form));
	if (s->compat != COMPAT_OPENBSD)
		put_text(object, "compat", compat_name(s->compat));
	if (s->auth != CARP_AUTH_AUTO)
		put_text(object, "auth", auth_mode_name(s->auth));
}

struct json_object *request_render(const struct rendering *r)
{
	struct json_object *object = json_object_new_object();
	const struct settings *s = r->settings;

	if (!object)
		return NULL;
	put(object, "version", json_object_new_int(REQUEST_VERSION));
	put_text(object, "verb", "attach");
	put_text(object, "interface", r->interface);
	if (r->cluster->count) {
		put_cluster(object, r);
	} else {
		put_number(object, "vhid", s->vhid, 0);
		put_number(object, "advskew", s->advskew, 0);
	}
	put_vips(object, s);
	if (r->pass_file)
		put_text(object, "pass_file", r->pass_file);
	put_number(object, "advbase", s->advbase, 1);
	put_number(object, "dead_ratio", s->dead_ratio,
		   SETTINGS_DEAD_RATIO_DEFAULT);
	put_switch(object, "preempt", s->preempt);
	put_number(object, "preempt_delay", s->preempt_delay, 0);
	put_switch(object, "observe", s->observe);
	put_hosts(object, "peers", s->peers, s->peers_count);
	put_number(object, "peer_ttl_min", s->ttl_min, 0);
	put_hosts(object, "gateways", s->gateways, s->gateways_count);
	put_number(object, "announce_refresh", s->announce_refresh,
		   REQUEST_REFRESH_DEFAULT);
	put_names(object, "groups", s->names, s->names_count);
	put_names(object, "track", s->tracks, s->tracks_count);
	put_rules(object, s);
	if (r->mode != DATAPLANE_AUTO)
		put_text(object, "mode", mode_name(r->mode));
	put_switch(object, "coexist", r->coexist);
	return object;
}

struct json_object *request_names(unsigned int bits)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < request_members_count; i++)
		if (request_members[i].has & bits)
			json_object_array_add(list,
					      json_object_new_string(
						      request_members[i].name));
	return list;
}
