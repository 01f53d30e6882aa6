/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Requests, as text or put together from members: what is refused leaves no
 * trace and one line that says why; what is taken keeps to its ranges, and
 * printed and parsed again it is the same.
 */
#include <ctype.h>
#include <string.h>

#include "choices.h"
#include "fuzz.h"
#include "user/request_members.h"

static const char *const words[] = {
	"attach",
	"detach",
	"set",
	"status",
	"monitor",
	"demote",
	"state",
	"maintenance",
	"reload",
	"showconf",
	"eth0",
	"1:0",
	"2:100",
	"255:254",
	"10.0.0.1/24",
	"10.0.0.2",
	"2001:db8::1",
	"fe80::1/64",
	"2001:db8::/32",
	"0.0.0.0",
	"::1",
	"224.0.0.18",
	"openbsd",
	"freebsd",
	"ucarp",
	"auto",
	"strict",
	"compat",
	"native",
	"skb",
	"ip",
	"ip-stealth",
	"ip-unicast",
	"master",
	"backup",
	"on",
	"off",
	"byte",
	"both",
	"advskew",
	"/etc/pass",
	"127.0.0.1:9112",
	"[::1]:9112",
	"carp",
	"inside",
	"line\nbreak",
	"",
	"10.0.0.1/33",
	"::ffff:1.2.3.4",
	"a b",
};
static const int numbers[] = { 1,   0,	 2,  3,	  7,	100,   254,
			       255, 256, -1, 600, 3600, 86400, 0x7fffffff };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct json_object *draw_text(struct choices *c)
{
	char text[24];
	size_t length = choose(c, sizeof(text));

	if (!once_in(c, 16))
		return json_object_new_string(words[choose(c, COUNT(words))]);
	for (size_t i = 0; i < length; i++)
		text[i] = (char)choose(c, 256);
	return json_object_new_string_len(text, (int)length);
}

static struct json_object *draw_value(struct choices *c, enum json_type type)
{
	struct json_object *list;

	switch (type) {
	case json_type_int:
		return json_object_new_int64(
			once_in(c, 16) ? (int64_t)choose64(c)
				       : numbers[choose(c, COUNT(numbers))]);
	case json_type_boolean:
		return json_object_new_boolean((int)choose(c, 2));
	case json_type_array:
		list = json_object_new_array();
		for (uint32_t i = choose(c, 5); i; i--)
			json_object_array_add(list, draw_text(c));
		return list;
	default:
		return draw_text(c);
	}
}

/* Mostly what the verb takes, each with the type it has. */
static struct json_object *draw_object(struct choices *c)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "version", json_object_new_int(1));
	json_object_object_add(object, "verb",
			       json_object_new_string(words[choose(c, 10)]));
	while (c->size) {
		const struct request_member *member = &request_members[choose(
			c, (uint32_t)request_members_count)];
		enum json_type type = member->type;

		if (once_in(c, 32))
			type = json_type_string;
		json_object_object_add(object, member->name,
				       draw_value(c, type));
	}
	return object;
}

static void put_text(struct json_object *object, const char *name,
		     const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void put_number(struct json_object *object, const char *name, int number)
{
	json_object_object_add(object, name, json_object_new_int(number));
}

static void put_bool(struct json_object *object, const char *name, bool yes)
{
	json_object_object_add(object, name, json_object_new_boolean(yes));
}

static void put_hosts(struct json_object *object, const char *name,
		      const struct address *hosts, size_t count)
{
	struct json_object *list = json_object_new_array();
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		json_object_array_add(list,
				      json_object_new_string(
					      address_format(&hosts[i], text)));
	json_object_object_add(object, name, list);
}

static void put_vips(struct json_object *object, const struct settings *s)
{
	struct json_object *list = json_object_new_array();
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < s->vips_count; i++)
		json_object_array_add(list, json_object_new_string(vip_format(
						    &s->vips[i], text)));
	json_object_object_add(object, "vips", list);
}

static void put_nodes(struct json_object *object, const struct cluster *cluster)
{
	struct json_object *list = json_object_new_array();
	char text[16];

	for (size_t i = 0; i < cluster->count; i++) {
		snprintf(text, sizeof(text), "%u:%u", cluster->nodes[i].vhid,
			 cluster->nodes[i].advskew);
		json_object_array_add(list, json_object_new_string(text));
	}
	json_object_object_add(object, "nodes", list);
}

static void put_names(struct json_object *object, const char *name,
		      const char (*names)[SETTINGS_NAME_SIZE], size_t count)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, json_object_new_string(names[i]));
	json_object_object_add(object, name, list);
}

static void put_choices(struct json_object *object, const struct request *r)
{
	static const char *const modes[] = { "auto", "native", "skb" };
	static const char *const balancing[] = { "", "ip", "ip-stealth",
						 "ip-unicast" };
	const struct settings *s = &r->settings;

	if (r->has & REQUEST_HAS_COMPAT)
		put_text(object, "compat", compat_name(s->compat));
	if (r->has & REQUEST_HAS_DEMOTION)
		put_text(object, "demotion",
			 demotion_form_name(s->demotion_form));
	if (r->has & REQUEST_HAS_AUTH)
		put_text(object, "auth", auth_mode_name(s->auth));
	if (r->has & REQUEST_HAS_MODE)
		put_text(object, "mode", modes[r->mode]);
	if (r->has & REQUEST_HAS_BALANCING)
		put_text(object, "balancing", balancing[s->balancing]);
	if (r->has & REQUEST_HAS_PREEMPT)
		put_bool(object, "preempt", s->preempt);
	if (r->has & REQUEST_HAS_OBSERVE)
		put_bool(object, "observe", s->observe);
}

static void put_numbers(struct json_object *object, const struct request *r)
{
	const struct settings *s = &r->settings;

	if (r->has & REQUEST_HAS_VHID)
		put_number(object, "vhid", s->vhid);
	if (r->has & REQUEST_HAS_ADVBASE)
		put_number(object, "advbase", s->advbase);
	if (r->has & REQUEST_HAS_ADVSKEW)
		put_number(object, "advskew", s->advskew);
	if (r->has & REQUEST_HAS_DEAD_RATIO)
		put_number(object, "dead_ratio", s->dead_ratio);
	if (r->has & REQUEST_HAS_PREEMPT_DELAY)
		put_number(object, "preempt_delay", s->preempt_delay);
	if (r->has & REQUEST_HAS_REFRESH)
		put_number(object, "announce_refresh", s->announce_refresh);
	if (r->has & REQUEST_HAS_TTL_MIN)
		put_number(object, "peer_ttl_min", s->ttl_min);
}

static void put_lists(struct json_object *object, const struct request *r)
{
	const struct settings *s = &r->settings;

	if (r->has & REQUEST_HAS_VIPS)
		put_vips(object, s);
	if (r->has & REQUEST_HAS_NODES)
		put_nodes(object, &r->cluster);
	if (r->has & REQUEST_HAS_NAMES)
		put_names(object, "groups", s->names, s->names_count);
	if (r->has & REQUEST_HAS_TRACKS)
		put_names(object, "track", s->tracks, s->tracks_count);
	if (r->has & REQUEST_HAS_PEERS)
		put_hosts(object, "peers", s->peers, s->peers_count);
	if (r->has & REQUEST_HAS_GATEWAYS)
		put_hosts(object, "gateways", s->gateways, s->gateways_count);
	if (r->has & REQUEST_HAS_PASS_FILE)
		put_text(object, "pass_file", r->pass_file);
	if (r->has & REQUEST_HAS_METRICS)
		put_text(object, "metrics", r->metrics);
}

/* What only one verb has. */
static void put_verb(struct json_object *object, const struct request *r)
{
	put_number(object, "version", REQUEST_VERSION);
	put_text(object, "verb", words[r->verb]);
	if (r->has & REQUEST_HAS_INTERFACE)
		put_text(object, "interface", r->interface);
	if (r->verb == REQUEST_SET) {
		put_bool(object, "forget_senders", r->forget_senders);
		put_number(object, "grace", (int)r->grace_seconds);
	}
	if (r->verb == REQUEST_STATE)
		put_text(object, "state", r->want_master ? "master" : "backup");
	if (r->verb == REQUEST_MAINTENANCE)
		put_text(object, "switch", r->maintenance ? "on" : "off");
	if (r->verb != REQUEST_DEMOTE)
		return;
	put_number(object, "amount", r->demote_amount);
	put_text(object, "reason", r->reason);
	if (*r->name)
		put_text(object, "group", r->name);
	else if (!(r->has & REQUEST_HAS_INTERFACE))
		put_bool(object, "all", true);
}

static struct json_object *print(const struct request *r)
{
	struct json_object *object = json_object_new_object();

	put_verb(object, r);
	put_numbers(object, r);
	put_choices(object, r);
	put_lists(object, r);
	return object;
}

static void check_refusal(const char *error, const struct request *out)
{
	struct request untouched;

	memset(&untouched, 0xa5, sizeof(untouched));
	MUST(!memcmp(out, &untouched, sizeof(untouched)));
	MUST(*error && strnlen(error, REQUEST_TEXT_MAX) < REQUEST_TEXT_MAX);
	for (; *error; error++)
		MUST(!iscntrl((unsigned char)*error));
}

static void check_ranges(const struct request *r)
{
	const struct settings *s = &r->settings;

	if (r->has & (REQUEST_HAS_VHID | REQUEST_HAS_NODES))
		MUST(s->vhid >= 1);
	MUST(s->advskew <= CARP_ADVSKEW_MAX);
	MUST(s->dead_ratio >= SETTINGS_DEAD_RATIO_MIN);
	MUST(s->preempt_delay <= SETTINGS_PREEMPT_DELAY_MAX);
	MUST(s->announce_refresh <= REQUEST_REFRESH_MAX);
	MUST(r->grace_seconds <= REQUEST_GRACE_MAX);
	MUST(s->names_count <= SETTINGS_NAMES_MAX);
	MUST(s->tracks_count <= SETTINGS_TRACKS_MAX);
	MUST(s->gateways_count <= SETTINGS_GATEWAYS_MAX);
	MUST(s->peers_count <= SETTINGS_PEERS_MAX);
	MUST(r->cluster.count <= CARP_NODES_MAX);
	for (size_t i = 0; i < s->vips_count; i++) {
		const struct vip *vip = &s->vips[i];

		MUST(vip->address.family == 4 || vip->address.family == 6);
		MUST(vip->prefix >= 1 &&
		     vip->prefix <= (vip->address.family == 4 ? 32 : 128));
	}
}

static void check_again(const struct request *r)
{
	struct json_object *first = print(r), *second;
	char error[REQUEST_TEXT_MAX] = "";
	struct request again;

	if (request_parse(first, &again, error, sizeof(error))) {
		fprintf(stderr, "%s\n%s\n", error,
			json_object_to_json_string(first));
		abort();
	}
	second = print(&again);
	MUST(!strcmp(json_object_to_json_string(first),
		     json_object_to_json_string(second)));
	json_object_put(second);
	request_free(&again);
	json_object_put(first);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices c = choices_bytes(data, size);
	struct json_object *object;
	char error[REQUEST_TEXT_MAX] = "";
	struct request request;

	memset(&request, 0xa5, sizeof(request));
	if (size && data[0] == '{') {
		char *text = strndup((const char *)data, size);

		object = json_tokener_parse(text);
		free(text);
	} else {
		object = draw_object(&c);
	}
	if (!object)
		return 0;
	if (request_parse(object, &request, error, sizeof(error))) {
		check_refusal(error, &request);
	} else {
		check_ranges(&request);
		check_again(&request);
		request_free(&request);
	}
	json_object_put(object);
	return 0;
}
