/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Renders state as JSON.  Reads, never changes anything.
 */
#include "user/daemon/status.h"
#include "user/daemon/put.h"
#include "user/daemon/senders.h"
#include "user/daemon/verdicts.h"

#include <json-c/json.h>

static void put_mode(struct json_object *object, const struct nic *nic)
{
	char reason[DEVICE_TEXT_SIZE];

	device_mode_reason(nic, reason);
	put_text(object, "xdp_mode",
		 dataplane_mode_name(dataplane_mode(nic->dataplane)));
	if (reason[0])
		put_text(object, "xdp_mode_reason", reason);
	else
		put(object, "xdp_mode_reason", NULL);
}

static void put_counters(struct json_object *object,
			 const struct dataplane *dataplane, __u8 vhid)
{
	struct json_object *counters = json_object_new_object();
	struct carp_counters sum = { 0 };

	dataplane_counters(dataplane, vhid, &sum);
	for (unsigned int v = 0; v < CARP_V_COUNT; v++)
		put_int(counters, verdict_names[v],
			(int64_t)verdict_count(&sum, v));
	put(object, "counters", counters);
}

static struct json_object *vips_of(const struct settings *s)
{
	struct json_object *list = json_object_new_array();
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < s->vips_count; i++)
		put_item(list,
			 json_object_new_string(vip_format(&s->vips[i], text)));
	return list;
}

static struct json_object *hosts_of(const struct address *hosts, size_t count)
{
	struct json_object *list = json_object_new_array();
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		put_item(list, json_object_new_string(
				       address_format(&hosts[i], text)));
	return list;
}

static struct json_object *we_are_master(const struct member *m)
{
	struct json_object *master = json_object_new_object();
	const struct group *g = &m->group;
	char text[ADDRESS_TEXT_SIZE];

	for (int f = 0; f < ELECTION_FAMILIES; f++)
		if (g->election.settings.family[f] && g->source[f].family) {
			put_text(master, "address",
				 address_format(&g->source[f], text));
			break;
		}
	put_bool(master, "self", true);
	put_mac(master, "mac", m->nic->link.mac);
	put_int(master, "advbase", g->settings.advbase);
	put_int(master, "advskew", election_wire_advskew(&g->election));
	put_int(master, "demotion", election_wire_demote(&g->election));
	put_bool(master, "verified", true);
	return master;
}

static struct json_object *master_of(const struct member *m)
{
	const struct group *g = &m->group;
	struct json_object *master;
	char text[ADDRESS_TEXT_SIZE];

	if (g->election.state == ELECTION_MASTER)
		return we_are_master(m);
	if (!group_master_alive(g, loop_now()))
		return NULL;
	master = json_object_new_object();
	put_text(master, "address", address_format(&g->master.address, text));
	put_bool(master, "self", false);
	put_mac(master, "mac", g->master.mac);
	put_int(master, "advbase", g->master.advbase);
	put_int(master, "advskew", g->master.advskew);
	put_int(master, "demotion", g->master.demote);
	put_bool(master, "verified", g->master.verified);
	return master;
}

static struct json_object *names_of(const char (*names)[SETTINGS_NAME_SIZE],
				    size_t count)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		put_item(list, json_object_new_string(names[i]));
	return list;
}

static void put_settings(struct json_object *object, const struct member *m)
{
	const struct settings *s = &m->group.settings;

	put_int(object, "advbase", s->advbase);
	put_int(object, "advskew", s->advskew);
	put_int(object, "dead_ratio", s->dead_ratio);
	put_bool(object, "preempt", s->preempt);
	put_int(object, "preempt_delay", s->preempt_delay);
	put_seconds(object, "preempt_wait_seconds",
		    election_preempt_wait(&m->group.election, loop_now()));
	put_text(object, "compat", compat_name(s->compat));
	put_text(object, "demotion_form",
		 demotion_form_name(m->group.election.settings.demotion_form));
	put_int(object, "demotion", m->group.election.demotion);
	put_text(object, "balancing", balancing_name(s->balancing));
	put(object, "vips", vips_of(s));
	put(object, "peers", hosts_of(s->peers, s->peers_count));
	put(object, "gateways", hosts_of(s->gateways, s->gateways_count));
	put_int(object, "announce_refresh", s->announce_refresh);
	put_int(object, "peer_ttl_min", s->ttl_min ? s->ttl_min : CARP_TTL);
	put(object, "groups", names_of(s->names, s->names_count));
	put(object, "track", names_of(s->tracks, s->tracks_count));
}

static void put_timing(struct json_object *object, const struct group *g)
{
	struct span lease = instant_since(loop_now(), g->election.lease_until);

	if (g->election.state != ELECTION_MASTER)
		lease.ns = 0;
	put_int(object, "interval_us",
		(int64_t)(election_interval(&g->election).ns / 1000));
	put_int(object, "master_down_us",
		(int64_t)(election_master_down(&g->election).ns / 1000));
	put_int(object, "lease_remaining_us", (int64_t)(lease.ns / 1000));
	put_seconds(object, "grace_seconds",
		    instant_since(loop_now(), g->old_until));
	put_int(object, "advertisements_sent", (int64_t)g->adverts_sent);
	put_int(object, "announcements_sent", (int64_t)g->announcements_sent);
}

static int64_t transitions_of(const struct group *g)
{
	uint64_t sum = 0;

	for (int from = 0; from < 3; from++)
		for (int to = 0; to < 3; to++)
			sum += g->transitions[from][to];
	return (int64_t)sum;
}

/* A master whose lease lives: what the data plane goes by. */
static bool serves(const struct group *g)
{
	return g->election.state == ELECTION_MASTER &&
	       instant_before(loop_now(), g->election.lease_until);
}

static struct json_object *nodes_of(const struct member *m, int64_t *serving)
{
	struct json_object *list = json_object_new_array();
	struct json_object *object;

	EACH_NODE(m, node)
	{
		const struct group *g = &node->group;

		object = json_object_new_object();
		put_int(object, "vhid", g->settings.vhid);
		put_int(object, "advskew", g->settings.advskew);
		put_text(object, "state",
			 election_state_name(g->election.state));
		put_bool(object, "serving", serves(g));
		*serving += serves(g);
		put_item(list, object);
	}
	return list;
}

/* NULL for a group of its own. */
static struct json_object *cluster_of(const struct member *m)
{
	const struct settings *s = &m->group.settings;
	struct json_object *object, *nodes;
	int64_t serving = 0;

	if (!cluster_has(s))
		return NULL;
	object = json_object_new_object();
	nodes = nodes_of(member_holder(m), &serving);
	put_int(object, "leader", s->leader);
	put(object, "nodes", nodes);
	put_int(object, "serving", serving);
	return object;
}

struct json_object *status_group(const struct member *m)
{
	const struct group *g = &m->group;
	struct json_object *object = json_object_new_object();

	put_text(object, "interface", m->nic->link.name);
	put_int(object, "vhid", g->settings.vhid);
	put_text(object, "state", election_state_name(g->election.state));
	put_bool(object, "observing", group_observes(g));
	put_settings(object, m);
	put(object, "master", master_of(m));
	put_time(object, "since", g->since);
	put_seconds(object, "since_seconds",
		    instant_since(g->since, loop_now()));
	put_text(object, "reason", election_reason_text(g->reason));
	put_text_or_null(object, "waiting", nic_waiting(m->nic));
	put_text(object, "auth", auth_mode_name(g->settings.auth));
	put_bool(object, "passphrase", m->has_key);
	put_mode(object, m->nic);
	put_mac(object, "virtual_mac", m->entry->virtual_mac);
	put_bool(object, "addresses_attached", member_addresses_present(m));
	put(object, "cluster", cluster_of(m));
	put_timing(object, g);
	put_int(object, "transitions", transitions_of(g));
	status_put_notices(object, m);
	put_counters(object, m->nic->dataplane, g->settings.vhid);
	return object;
}

/* In the order in which they run; NULL: the hook is ours alone. */
static struct json_object *programs_of(const struct nic *nic)
{
	const struct chain *chain = dataplane_chain(nic->dataplane);
	struct json_object *list = chain ? json_object_new_array() : NULL;

	for (__u32 i = 0; chain && i < chain->count; i++) {
		const struct chain_program *p = &chain->programs[i];
		struct json_object *object = json_object_new_object();

		put_int(object, "priority", p->priority);
		put_text(object, "name", p->name);
		put_int(object, "id", p->id);
		put_bool(object, "ours",
			 p->id == dataplane_program_id(nic->dataplane));
		json_object_array_add(list, object);
	}
	return list;
}

static struct json_object *interface_of(const struct nic *nic)
{
	struct json_object *object = json_object_new_object();

	put_text(object, "interface", nic->link.name);
	put_mode(object, nic);
	put_bool(object, "sees_vlan_tags", device_sees_tags(nic));
	put_int(object, "program_id", dataplane_program_id(nic->dataplane));
	put(object, "programs", programs_of(nic));
	put_bool(object, "attached", nic->open);
	put_text_or_null(object, "waiting", nic_waiting(nic));
	put_bool(object, "link", nic->link.up && nic->link.carrier);
	put_counters(object, nic->dataplane, 0);
	return object;
}

struct json_object *status_demotion(const struct controller *c,
				    const struct ledger_entry *entry)
{
	struct json_object *object = json_object_new_object();

	put(object, "interface", NULL);
	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->number == entry->ifindex)
			put_text(object, "interface", nic->link.name);
	put(object, "group", NULL);
	put(object, "track", NULL);
	if (*entry->name)
		put_text(object, entry->track ? "track" : "group", entry->name);
	put_bool(object, "all",
		 !*entry->name && entry->ifindex == LEDGER_EVERYWHERE);
	put_int(object, "amount", entry->amount);
	put_text(object, "reason", entry->reason);
	put_bool(object, "automatic", entry->automatic);
	put_text_or_null(object, "by", *entry->by ? entry->by : NULL);
	return object;
}

static struct json_object *demotion_of(const struct controller *c,
				       const struct ledger_entry *entry)
{
	struct json_object *object = status_demotion(c, entry);

	put_time(object, "since", entry->since);
	put_seconds(object, "since_seconds",
		    instant_since(entry->since, loop_now()));
	return object;
}

static bool selected(const struct nic *nic, const char *interface)
{
	return !interface || !*interface || !strcmp(interface, nic->link.name);
}

/* Groups of one interface mostly follow each other. */
static struct json_object *groups_of(struct controller *c,
				     const char *interface, unsigned int vhid)
{
	struct json_object *groups = json_object_new_array(), *object;
	struct senders *senders = NULL;
	unsigned int ifindex = 0;

	for (struct group *g = c->node.groups; g; g = g->next) {
		const struct member *m = member_of(g);

		if (!selected(m->nic, interface) ||
		    (vhid && vhid != g->settings.vhid))
			continue;
		if (m->nic->link.ifindex != ifindex) {
			senders_close(senders);
			senders = senders_open(m->nic);
			ifindex = m->nic->link.ifindex;
		}
		object = status_group(m);
		senders_put(object, senders, m);
		put_item_text(groups, object);
		controller_breathe(c);
	}
	senders_close(senders);
	return groups;
}

void status_fill(struct json_object *reply, struct controller *c,
		 const char *interface, unsigned int vhid)
{
	struct json_object *groups = groups_of(c, interface, vhid);
	struct json_object *interfaces = json_object_new_array();
	struct json_object *demotions = json_object_new_array();

	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->source && selected(nic, interface))
			put_item(interfaces, interface_of(nic));
	for (unsigned int i = 0; i < c->node.ledger.count; i++)
		put_item(demotions, demotion_of(c, &c->node.ledger.entries[i]));
	put(reply, "groups", groups);
	put(reply, "interfaces", interfaces);
	put(reply, "demotions", demotions);
	status_put_tracks(reply, c);
}
