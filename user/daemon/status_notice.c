/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Oddities on the wire as JSON: the last conflict over an address, and what
 * is to be warned of as long as it goes on.
 */
#include "user/daemon/put.h"
#include "user/daemon/status.h"

static void put_who(struct json_object *object, const struct notice *n)
{
	char text[ADDRESS_TEXT_SIZE];

	put_text(object, "kind", notice_name(n->kind));
	put_text(object, "address", address_format(&n->address, text));
	put_mac(object, "mac", n->mac);
	put_text(object, "text", notice_text(n->kind));
}

/* Every frame counts, though not each has made an event. */
static int64_t conflicts_counted(const struct member *m)
{
	struct carp_counters n = { 0 };

	dataplane_counters(m->nic->dataplane, m->group.settings.vhid, &n);
	return (int64_t)(n.arp_claim + n.ndp_claim + m->group.notices.rivals);
}

static struct json_object *conflict_of(const struct member *m)
{
	const struct notice *n = &m->group.notices.conflict;
	struct json_object *object;

	if (!n->last.ns)
		return NULL;
	object = json_object_new_object();
	put_who(object, n);
	put_time(object, "time", n->last);
	put_seconds(object, "seconds_ago", instant_since(n->last, loop_now()));
	put_int(object, "count", conflicts_counted(m));
	return object;
}

static struct json_object *warning_of(const struct notice *n)
{
	struct json_object *object = json_object_new_object();

	put_who(object, n);
	put_time(object, "since", n->first);
	put_time(object, "last", n->last);
	put_seconds(object, "seconds_ago", instant_since(n->last, loop_now()));
	return object;
}

struct json_object *status_heard(const struct heard *one)
{
	const bool carp = one->kind != CARP_EVENT_VRRP;
	struct json_object *object = json_object_new_object();
	char text[ADDRESS_TEXT_SIZE];

	put_text(object, "address", address_format(&one->address, text));
	put_text(object, "family", one->address.family == 4 ? "inet" : "inet6");
	put_mac(object, "mac", one->mac);
	put(object, "advbase", carp ? json_object_new_int(one->advbase) : NULL);
	put(object, "advskew", carp ? json_object_new_int(one->advskew) : NULL);
	put(object, "demotion", carp ? json_object_new_int(one->demote) : NULL);
	put_text(object, "verdict", heard_verdict(one));
	put_bool(object, "left", heard_left(one));
	return object;
}

static void put_heard(struct json_object *group, const struct member *m)
{
	struct json_object *list = json_object_new_array(), *object;

	for (unsigned int i = 0; i < m->heard_count; i++) {
		object = status_heard(&m->heard[i]);
		put_time(object, "last", m->heard[i].last);
		put_seconds(object, "seconds_ago",
			    instant_since(m->heard[i].last, loop_now()));
		put_item(list, object);
	}
	put(group, "heard", list);
}

void status_put_notices(struct json_object *group, const struct member *m)
{
	struct json_object *warnings = json_object_new_array();
	const struct notice_table *table = m->group.notices.table;

	for (int k = 0; table && k < NOTICE_KINDS; k++)
		for (int i = 0; i < NOTICE_SENDERS; i++) {
			const struct notice *n = &table->list[k][i];

			if (notice_fresh(n, loop_now()))
				put_item(warnings, warning_of(n));
		}
	put(group, "conflict", conflict_of(m));
	put(group, "warnings", warnings);
	put_heard(group, m);
}
