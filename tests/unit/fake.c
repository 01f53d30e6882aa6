/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A group whose effects are written down instead of done.
 */
#include "fake.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	BEGIN_S = 1000
};

static const struct vip vips[] = {
	{ { 4, { 192, 0, 2, 1 } }, 24 },
	{ { 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } }, 64 },
};

static struct fake *fake_of(struct group *group)
{
	return group->owner;
}

__attribute__((format(printf, 2, 3))) static void write_down(
	struct group *group, const char *format, ...)
{
	struct fake *f = fake_of(group);
	va_list args;
	int n;

	if (f->used > sizeof(f->log) / 2) /* nobody asks */
		f->used = 0;
	va_start(args, format);
	if (f->used)
		f->log[f->used++] = ' ';
	n = vsnprintf(f->log + f->used, sizeof(f->log) - f->used, format, args);
	va_end(args);
	cr_assert(n >= 0 && f->used + (size_t)n < sizeof(f->log));
	f->used += (size_t)n;
}

static struct instant fake_now(struct group *group)
{
	return fake_of(group)->now;
}

static int sent(struct fake *f, int family, const uint8_t *carp)
{
	const uint8_t *to = carp - 4; /* IPv4 */
	bool fails = f->fails[family];
	uint64_t counter = 0;

	if (family == ELECTION_V4 && f->fails_host && to[3] == f->fails_host)
		fails = true;
	for (int i = 0; i < 8; i++)
		counter = counter << 8 | carp[8 + i];
	cr_assert_eq(counter, f->counter, "sent before own_counter()");
	cr_assert_eq(carp[1], f->group.settings.vhid);
	write_down(&f->group, "%sad%d:%u/%u/%u", fails ? "!" : "",
		   family == ELECTION_V4 ? 4 : 6, carp[5], carp[2], carp[4]);
	if (fails)
		return -ENETDOWN;
	f->adverts++;
	f->sent++;
	return 0;
}

static int fake_send(struct group *group, const uint8_t *frame, size_t size)
{
	struct fake *f = fake_of(group);
	unsigned int type = (unsigned int)frame[12] << 8 | frame[13];

	cr_assert_leq(size, sizeof(f->frame));
	memcpy(f->frame, frame, size);
	f->size = size;
	if (type == 0x0800)
		return sent(f, ELECTION_V4, frame + 34);
	if (type == 0x86dd && frame[20] == 112)
		memcpy(f->advert6, frame, size);
	if (type == 0x86dd && frame[20] == 112)
		return sent(f, ELECTION_V6, frame + 54);
	if (type == 0x9000) {
		cr_assert_arr_eq(frame, frame + 6, 6, "to ourselves");
		write_down(group, f->fails[ELECTION_V4] ? "!self" : "self");
		return f->fails[ELECTION_V4] ? -ENETDOWN : 0;
	}
	if (f->fails_arp && type == 0x0806) {
		f->fails_arp--;
		return -ENOBUFS;
	}
	f->sent++;
	if (type == 0x0806)
		write_down(group, "arp%u", frame[21]);
	else
		write_down(group, frame[54] == 136 ? "na" : "ns");
	return 0;
}

static void fake_role(struct group *group, enum carp_role role)
{
	static const char *const names[] = { "none", "observer", "auditor",
					     "init", "backup",	 "master" };

	write_down(group, "role=%s", names[role]);
}

static void fake_lease(struct group *group, struct instant until)
{
	fake_of(group)->lease = until;
	write_down(group, until.ns ? "lease+" : "lease-");
}

static void fake_addresses(struct group *group, bool present)
{
	fake_of(group)->addresses = present;
	write_down(group, present ? "addresses+" : "addresses-");
}

static uint64_t fake_sequence(struct group *group, uint64_t last)
{
	(void)group;
	return last + 1;
}

/* Not in the log. */
static void fake_farewell(struct group *group, unsigned int index,
			  const uint8_t *frame, size_t size)
{
	struct fake *f = fake_of(group);

	cr_assert_lt(index, 8);
	if (!size) {
		f->farewells_count = index;
		return;
	}
	memcpy(f->farewells[index], frame, size);
	f->farewell_sizes[index] = size;
	if (f->farewells_count <= index)
		f->farewells_count = index + 1;
}

static void fake_counter(struct group *group, uint64_t counter)
{
	fake_of(group)->counter = counter;
	write_down(group, "counter");
}

static void fake_heard(struct group *group,
		       struct instant out[ELECTION_FAMILIES])
{
	memcpy(out, fake_of(group)->heard, sizeof(fake_of(group)->heard));
	write_down(group, "heard");
}

/* 02:00:00:00:00:<last byte of the IPv4 address> */
static void fake_peer_route(struct group *group, const struct address *peer,
			    struct group_route *out)
{
	*out = (struct group_route){ .mac = { 0x02, [5] = peer->bytes[3] } };
	if (fake_of(group)->route_source.family == peer->family)
		out->source = fake_of(group)->route_source;
}

/* 02:00:00:00:ff:01 */
static void fake_own_mac(struct group *group, uint8_t out[CARP_MAC_SIZE])
{
	static const uint8_t mac[CARP_MAC_SIZE] = { 2, 0, 0, 0, 0xff, 1 };

	(void)group;
	memcpy(out, mac, CARP_MAC_SIZE);
}

static void fake_trouble(struct group *group, bool failing)
{
	struct fake *f = fake_of(group);

	write_down(group, failing ? "trouble+" : "trouble-");
	if (f->node)
		node_send_trouble(f->node, f->name, failing, f->now);
}

static void fake_grace_over(struct group *group)
{
	write_down(group, "grace-over");
}

static struct notice_table *fake_notice_table(struct group *group)
{
	struct fake *f = fake_of(group);

	return f->full ? NULL : &f->table;
}

static void fake_noticed(struct group *group, const struct notice *notice,
			 bool fresh)
{
	fake_of(group)->oddities++;
	if (!fresh)
		return;
	fake_of(group)->noticed = *notice;
	write_down(group, "notice=%s", notice_name(notice->kind));
}

static void fake_changed(struct group *group,
			 const struct election_output *output)
{
	cr_assert_eq(output->to, group->election.state);
	write_down(group, "changed");
}

static void fake_doubt(struct group *group)
{
	struct fake *f = fake_of(group);

	if (f->deaf)
		group_link(group, false, f->now);
}

static const struct group_ops fake_ops = {
	.now = fake_now,
	.send = fake_send,
	.set_role = fake_role,
	.set_lease = fake_lease,
	.set_addresses = fake_addresses,
	.sequence = fake_sequence,
	.farewell = fake_farewell,
	.own_counter = fake_counter,
	.heard = fake_heard,
	.peer_route = fake_peer_route,
	.own_mac = fake_own_mac,
	.doubt = fake_doubt,
	.send_trouble = fake_trouble,
	.grace_over = fake_grace_over,
	.notice_table = fake_notice_table,
	.noticed = fake_noticed,
	.changed = fake_changed,
};

struct settings fake_settings(void)
{
	return (struct settings){ .vhid = 1,
				  .advbase = 1,
				  .advskew = 100,
				  .dead_ratio = SETTINGS_DEAD_RATIO_DEFAULT,
				  .vips = vips,
				  .vips_count = 2 };
}

void fake_open(struct fake *f, const struct settings *settings,
	       unsigned int ifindex)
{
	const struct carp_recipe recipe = { .blocks = 1 };

	memset(f, 0, sizeof(*f));
	f->now = instant_add(f->now, span_ms(BEGIN_S * 1000));
	group_init(&f->group, &fake_ops, f, ifindex, settings, &recipe);
}

void fake_reach(struct fake *f, enum election_state state)
{
	group_start(&f->group, state != ELECTION_INIT, f->now);
	if (state == ELECTION_MASTER)
		fake_tick(f);
	cr_assert_eq(f->group.election.state, state);
	f->group.election.settle_due = INSTANT_NEVER;
	f->group.announcer.repeat_due = INSTANT_NEVER;
	group_plan(&f->group);
	fake_log(f);
}

void fake_tick(struct fake *f)
{
	struct instant due = group_deadline(&f->group);

	cr_assert_not(instant_is_never(due));
	f->now = instant_max(f->now, due);
	group_tick(&f->group, f->now);
	group_announce_tick(&f->group, f->now);
}

void fake_advert(struct fake *f, uint8_t family, uint8_t host, uint8_t advbase,
		 uint8_t advskew)
{
	struct carp_event event = { .kind = CARP_EVENT_ADVERT,
				    .vhid = f->group.settings.vhid,
				    .family = family,
				    .advbase = advbase,
				    .advskew = advskew,
				    .time_ns = f->now.ns };
	static const uint8_t net4[3] = { 192, 0, 2 };

	if (family == 4) {
		memcpy(event.source, net4, sizeof(net4));
		event.source[3] = host;
	} else {
		event.source[0] = 0xfe;
		event.source[1] = 0x80;
		event.source[15] = host;
	}
	group_event(&f->group, &event, f->now);
}

const char *fake_log(struct fake *f)
{
	static char copy[sizeof(f->log)];

	memcpy(copy, f->log, f->used);
	copy[f->used] = '\0';
	f->used = 0;
	return copy;
}
