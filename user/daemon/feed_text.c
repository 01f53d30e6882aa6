/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the status page is told, as JSON.  Nothing in it depends on when it is
 * printed but what is in a tick: what has not changed is the same text.
 */
#include "user/daemon/feed_parts.h"
#include "user/daemon/put.h"
#include "user/daemon/status.h"
#include "user/daemon/verdicts.h"

#include <stdio.h>
#include <time.h>

enum feed_text_limits {
	ADDRESSES_MAX = 64, /* of a group; how many there are is told */
	DEMOTIONS_MAX = 100,
	INTERFACES_MAX = 256,
	ID_SIZE = 32,
	NS_PER_MS = 1000000,
};

uint64_t feed_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash ? hash : 1;
}

static void put_ms(struct json_object *object, const char *name,
		   struct instant at)
{
	put_int(object, name, (int64_t)(at.ns / NS_PER_MS));
}

/* An interface keeps its number when it is renamed. */
static struct json_object *id_of(unsigned int nic, unsigned int vhid)
{
	char text[ID_SIZE];

	snprintf(text, sizeof(text), "%u.%u", nic, vhid);
	return json_object_new_string(text);
}

/* --- groups --------------------------------------------------------------- */

static struct json_object *vips_of(const struct settings *s)
{
	struct json_object *list = json_object_new_array();
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < s->vips_count && i < ADDRESSES_MAX; i++)
		put_item(list,
			 json_object_new_string(vip_format(&s->vips[i], text)));
	return list;
}

static struct json_object *peers_of(const struct settings *s)
{
	struct json_object *list = json_object_new_array();
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < s->peers_count; i++)
		put_item(list, json_object_new_string(
				       address_format(&s->peers[i], text)));
	return list;
}

static struct json_object *names_of(const struct settings *s)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < s->names_count; i++)
		put_item(list, json_object_new_string(s->names[i]));
	return list;
}

/* As far as it is known: NULL when we are it, or none is heard. */
static struct json_object *master_of(const struct group *g)
{
	struct json_object *master;
	char text[ADDRESS_TEXT_SIZE];

	if (g->election.state == ELECTION_MASTER ||
	    !group_master_alive(g, loop_now()))
		return NULL;
	master = json_object_new_object();
	put_text(master, "address", address_format(&g->master.address, text));
	put_mac(master, "mac", g->master.mac);
	put_int(master, "advbase", g->master.advbase);
	put_int(master, "advskew", g->master.advskew);
	put_int(master, "demotion", g->master.demote);
	put_bool(master, "verified", g->master.verified);
	return master;
}

static struct json_object *warnings_of(const struct group *g)
{
	struct json_object *list = json_object_new_array();
	const struct notice_table *table = g->notices.table;
	char text[ADDRESS_TEXT_SIZE], line[256];

	for (int k = 0; table && k < NOTICE_KINDS; k++)
		for (int i = 0; i < NOTICE_SENDERS; i++) {
			const struct notice *n = &table->list[k][i];

			if (!notice_fresh(n, loop_now()))
				continue;
			snprintf(line, sizeof(line), "%s: %s",
				 address_format(&n->address, text),
				 notice_text(n->kind));
			put_item(list, json_object_new_string(line));
		}
	return list;
}

static struct json_object *heard_of(const struct member *m)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < m->heard_count; i++)
		put_item(list, status_heard(&m->heard[i]));
	return list;
}

/* How long ago each of them was, in milliseconds. */
static struct json_object *ages_of(const struct member *m)
{
	struct json_object *list = json_object_new_array();
	const struct instant now = loop_now();

	for (unsigned int i = 0; i < m->heard_count; i++)
		put_item(list,
			 json_object_new_int64(
				 (int64_t)(instant_since(m->heard[i].last, now)
						   .ns /
					   NS_PER_MS)));
	return list;
}

static void put_settings(struct json_object *row, const struct group *g)
{
	const struct settings *s = &g->settings;

	put_int(row, "advbase", s->advbase);
	put_int(row, "advskew", s->advskew);
	put_int(row, "demotion", g->election.demotion);
	put_bool(row, "preempt", s->preempt);
	put_text(row, "auth", auth_mode_name(s->auth));
	put(row, "vips", vips_of(s));
	put_int(row, "vips_count", (int64_t)s->vips_count);
	put(row, "peers", peers_of(s));
	put(row, "names", names_of(s));
	put_int(row, "leader", s->leader);
}

struct json_object *feed_row(const struct member *m)
{
	const struct group *g = &m->group;
	struct json_object *row = json_object_new_object();
	uint64_t changes = 0;

	for (int from = 0; from < 3; from++)
		for (int to = 0; to < 3; to++)
			changes += g->transitions[from][to];
	put(row, "id", id_of(m->nic->number, g->settings.vhid));
	put_text(row, "interface", m->nic->link.name);
	put_int(row, "vhid", g->settings.vhid);
	put_text(row, "state", election_state_name(g->election.state));
	put_bool(row, "observing", group_observes(g));
	put_ms(row, "since", g->since);
	put_text(row, "reason", election_reason_text(g->reason));
	put_text_or_null(row, "waiting", nic_waiting(m->nic));
	put(row, "master", master_of(g));
	put_int(row, "dead_ms",
		(int64_t)(election_master_down(&g->election).ns / NS_PER_MS));
	put_bool(row, "passphrase", m->has_key);
	put_int(row, "transitions", (int64_t)changes);
	put(row, "warnings", warnings_of(g));
	put(row, "heard", heard_of(m));
	put_settings(row, g);
	return row;
}

/* How long ago somebody was heard, or we have spoken; -1: never. */
static int64_t silence_of(const struct member *m)
{
	const struct group *g = &m->group;
	struct instant heard[ELECTION_FAMILIES];
	struct instant last = g->election.sent_at;

	if (g->election.state != ELECTION_MASTER) {
		g->ops->heard((struct group *)(uintptr_t)g, heard);
		last = instant_max(heard[ELECTION_V4], heard[ELECTION_V6]);
		last = instant_max(last, g->heard[ELECTION_V4]);
		last = instant_max(last, g->heard[ELECTION_V6]);
	}
	if (!last.ns)
		return -1;
	return (int64_t)(instant_since(last, loop_now()).ns / NS_PER_MS);
}

struct json_object *feed_gap(const struct member *m,
			     const struct carp_counters *n)
{
	const struct group *g = &m->group;
	struct json_object *list = json_object_new_array();
	const bool master = g->election.state == ELECTION_MASTER;
	const uint64_t heard = n->advert_valid + n->advert_unicast +
			       n->advert_unreported + n->advert_observed;

	put_item(list, id_of(m->nic->number, g->settings.vhid));
	put_item(list, json_object_new_int64(silence_of(m)));
	put_item(list, json_object_new_int64(
			       (int64_t)(master ? g->adverts_sent : heard)));
	put_item(list, json_object_new_int64(
			       (int64_t)(n->arp_answered + n->ndp_answered)));
	put_item(list, ages_of(m));
	return list;
}

struct json_object *feed_totals(const struct carp_counters *sum)
{
	struct json_object *totals = json_object_new_object();
	struct json_object *verdicts = json_object_new_object();

	put_ms(totals, "at", loop_now());
	for (unsigned int v = 0; v < CARP_V_COUNT; v++)
		if (verdict_count(sum, v))
			put_int(verdicts, verdict_names[v],
				(int64_t)verdict_count(sum, v));
	put(totals, "verdicts", verdicts);
	return totals;
}

/* --- the host ------------------------------------------------------------- */

struct json_object *feed_change_object(const struct feed_change *change)
{
	struct json_object *object = json_object_new_object();

	put_int(object, "number", (int64_t)change->number);
	put_ms(object, "at", change->at);
	put(object, "id", id_of(change->nic, change->vhid));
	put_text(object, "interface", change->interface);
	put_int(object, "vhid", change->vhid);
	put_bool(object, "bad", change->bad);
	put_text(object, "from", change->from);
	put_text(object, "to", change->to);
	put_text(object, "text", change->text);
	return object;
}

static struct json_object *changes_of(const struct feed *feed)
{
	struct json_object *list = json_object_new_array();
	uint64_t first = 0;

	if (feed->changes_count > FEED_CHANGES)
		first = feed->changes_count - FEED_CHANGES;
	for (uint64_t i = first; i < feed->changes_count; i++)
		put_item(list,
			 feed_change_object(&feed->changes[i % FEED_CHANGES]));
	return list;
}

struct json_object *feed_hello(const struct feed *feed)
{
	struct json_object *hello = json_object_new_object();
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	put_text(hello, "host", feed->host);
	put_text(hello, "version", CARP_XDP_VERSION);
	put_ms(hello, "started", feed->started);
	put_ms(hello, "now", loop_now());
	put_int(hello, "wall",
		(int64_t)wall.tv_sec * 1000 + wall.tv_nsec / NS_PER_MS);
	put(hello, "changes", changes_of(feed));
	return hello;
}

static struct json_object *interface_of(const struct nic *nic)
{
	struct json_object *object = json_object_new_object();
	char reason[DEVICE_TEXT_SIZE];

	device_mode_reason(nic, reason);
	put_text(object, "interface", nic->link.name);
	put_text(object, "mode",
		 dataplane_mode_name(dataplane_mode(nic->dataplane)));
	put_text(object, "mode_reason", reason);
	put_bool(object, "attached", nic->open);
	put_text_or_null(object, "waiting", nic_waiting(nic));
	put_bool(object, "link", nic->link.up && nic->link.carrier);
	return object;
}

static struct json_object *demotion_of(const struct controller *c,
				       const struct ledger_entry *entry)
{
	struct json_object *object = status_demotion(c, entry);

	put_ms(object, "since", entry->since);
	return object;
}

static struct json_object *track_of(const struct controller *c,
				    const struct tracked *t)
{
	struct json_object *object = status_track(t);

	put_int(object, "demotion", tracks_demotion(c, &t->track));
	put_text(object, "text", t->track.text);
	put_ms(object, "since", t->track.since);
	return object;
}

static struct json_object *tracks_of(const struct controller *c)
{
	struct json_object *list = json_object_new_array();
	const struct tracked *t = NULL;

	while ((t = tracks_next(c, t)))
		put_item(list, track_of(c, t));
	return list;
}

struct json_object *feed_host_object(const struct feed *feed)
{
	const struct controller *c = feed->controller;
	const struct ledger *ledger = &c->node.ledger;
	struct json_object *host = json_object_new_object();
	struct json_object *interfaces = json_object_new_array();
	struct json_object *demotions = json_object_new_array();
	unsigned int count = 0;

	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->source && count++ < INTERFACES_MAX)
			put_item(interfaces, interface_of(nic));
	for (unsigned int i = 0; i < ledger->count && i < DEMOTIONS_MAX; i++)
		put_item(demotions, demotion_of(c, &ledger->entries[i]));
	put_bool(host, "maintenance", c->maintenance);
	put_bool(host, "guardian", guardian_pid(c->guardian) != 0);
	put(host, "interfaces", interfaces);
	put(host, "demotions", demotions);
	put_int(host, "demotions_count", ledger->count);
	put(host, "tracks", tracks_of(c));
	put_text_or_null(host, "runner_trouble", tracks_trouble(c));
	return host;
}
