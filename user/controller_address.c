/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The VIPs we attach to interfaces and detach.
 */
#include "user/controller.h"
#include "user/sys/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	ADDRESS_RETRY_MS = 1000,
	ADDRESS_LOOK_MS = 10,	    /* through all members, for who may retry */
	ADDRESS_SLICE = HAND_BATCH, /* a millisecond or two */
	ADDRESS_LAST_TRIES = 3,
};

static struct netlink_address kernel_address(const struct member *m,
					     const struct vip *vip)
{
	struct netlink_address address = {
		.ifindex = m->nic->link.ifindex,
		.family = vip->address.family,
		.prefix = vip->prefix,
		.protocol = HAND_ADDRESS_MARK,
	};

	memcpy(address.address, vip->address.bytes, 16);
	return address;
}

static bool same_address(const struct vip *vip,
			 const struct netlink_address *address)
{
	return vip->address.family == address->family &&
	       !memcmp(vip->address.bytes, address->address,
		       address->family == 4 ? 4 : 16);
}

/* True if it is there now, ours or not. */
static bool attached_one(struct member *m, size_t i, int err)
{
	const struct vip *vip = &m->vips[i];
	char text[ADDRESS_TEXT_SIZE];

	m->attached[i] = !err || (err == -EEXIST && !nic_owns(m->nic, vip));
	if (!err && m->address_missed)
		news_address(m, vip);
	if (m->attached[i])
		return true;
	if (err == -EEXIST)
		log_info("%s vhid %u: %s is on the interface already and "
			 "stays the administrator's",
			 m->nic->link.name, m->group.settings.vhid,
			 vip_format(&m->vips[i], text));
	/* Once is enough, however often it is tried. */
	else if (!m->address_refused)
		log_warnx("%s vhid %u: cannot attach %s: %s", m->nic->link.name,
			  m->group.settings.vhid, vip_format(&m->vips[i], text),
			  strerror(-err));
	return err == -EEXIST;
}

static void detached_one(struct member *m, size_t i, int err)
{
	char text[ADDRESS_TEXT_SIZE];

	m->attached[i] = err && err != -EADDRNOTAVAIL && err != -ENODEV;
	if (!m->attached[i])
		return;
	if (!m->address_stuck)
		log_warnx("%s vhid %u: cannot remove %s: %s", m->nic->link.name,
			  m->group.settings.vhid, vip_format(&m->vips[i], text),
			  strerror(-err));
	m->address_stuck = true;
	m->nic->controller->restore_due = INSTANT_PAST;
}

/* Some of the VIPs, by their place in the list. */
struct slice {
	size_t count;
	size_t at[ADDRESS_SLICE];
	struct netlink_address addresses[ADDRESS_SLICE];
};

static void slice_add(struct slice *slice, const struct member *m, size_t i)
{
	slice->addresses[slice->count] = kernel_address(m, &m->vips[i]);
	slice->at[slice->count++] = i;
}

static void slice_done(const struct slice *slice, struct member *m, bool add,
		       const int errors[HAND_BATCH])
{
	for (size_t k = 0; k < slice->count; k++) {
		if (!add)
			detached_one(m, slice->at[k], errors[k]);
		else if (!attached_one(m, slice->at[k], errors[k]))
			m->address_refusing = true;
	}
}

static void slice_work(const struct slice *slice, struct member *m, bool add)
{
	int errors[HAND_BATCH] = { 0 };

	hand_addresses(m->nic->controller->hand, add, slice->addresses,
		       slice->count, errors);
	slice_done(slice, m, add, errors);
}

/* The addresses have gone with their interface. */
static bool gone(struct member *m)
{
	if (!m->nic->gone)
		return false;
	memset(m->attached, 0, m->group.settings.vips_count);
	m->address_work = m->address_stuck = false;
	return true;
}

static void finish(struct member *m, size_t next)
{
	m->address_next = next;
	if (next < m->group.settings.vips_count)
		return;
	m->address_work = false;
	m->address_missed = false;
	if (m->address_wanted)
		m->address_refused = m->address_lost = m->address_refusing;
	if (m->address_lost)
		m->nic->controller->restore_due = INSTANT_PAST;
}

/* What the hand is adding or removing.  Who has become master, or is none any
 * more, goes on meanwhile, and is not held up by whoever has the kernel's lock.
 */
struct changing {
	struct member *member; /* NULL: is not what it was then */
	unsigned int round;    /* of its */
	bool add;
	size_t next;
	struct slice slice;
};

static bool begin(struct member *m, const struct slice *slice, size_t next)
{
	struct controller *c = m->nic->controller;
	const bool add = m->address_wanted;
	struct changing *now = malloc(sizeof(*now));

	if (!now || hand_addresses_begin(c->hand, add, slice->addresses,
					 slice->count) != 0) {
		free(now);
		return false;
	}
	*now = (struct changing){ m, m->address_round, add, next, *slice };
	c->changing = now;
	/* The kernel may tell of it before the hand does. */
	for (size_t k = 0; k < slice->count && !add; k++)
		m->attached[slice->at[k]] = false;
	return true;
}

/* What it was asked for may not be wanted any more, or be wanted again. */
static void collect(struct controller *c)
{
	struct changing *done = c->changing;
	struct member *m = done ? done->member : NULL;
	int errors[HAND_BATCH];

	if (!done || !hand_addresses_end(c->hand, errors))
		return;
	c->changing = NULL;
	if (m && !m->nic->gone &&
	    m->nic->link.ifindex == done->slice.addresses[0].ifindex) {
		slice_done(&done->slice, m, done->add, errors);
		if (m->address_work && m->address_round == done->round)
			finish(m, done->next);
	}
	free(done);
}

/* Which addresses it has nobody knows until then. */
static bool is_changing(const struct member *m)
{
	const struct changing *now = m->nic->controller->changing;

	return now && now->member == m;
}

void member_await_addresses(struct member *m)
{
	struct controller *c = m->nic->controller;

	if (!is_changing(m))
		return;
	hand_await(c->hand);
	collect(c);
	if (!is_changing(m))
		return;
	c->changing->member = NULL;
	m->address_refused = true; /* may be there all the same */
}

/* What is refused, because the MTU is too small for IPv6 for example, is tried
 * again.  A hand that is held up, as by whoever has the kernel's one lock of
 * all interfaces, is waited for once and not with every slice. */
static void work_addresses(struct member *m)
{
	struct slice slice = { 0 };
	size_t i;

	collect(m->nic->controller);
	if (gone(m) || !m->address_work)
		return;
	i = m->address_next;
	if (i == 0)
		m->address_stuck = false;
	for (; i < m->group.settings.vips_count && slice.count < ADDRESS_SLICE;
	     i++)
		if (m->attached[i] != m->address_wanted)
			slice_add(&slice, m, i);
	if (is_changing(m) ||
	    (slice.count && hand_owes(m->nic->controller->hand)))
		return;
	if (slice.count && begin(m, &slice, i))
		return;
	slice_work(&slice, m, m->address_wanted);
	finish(m, i);
}

/* One whose attaching failed may be there all the same, the kernel's word for
 * it being lost, and one that was missed may be there again. */
static void expect_all(struct member *m)
{
	memset(m->attached, true, m->group.settings.vips_count);
	m->address_refused = m->address_missed = m->address_lost = false;
}

void member_want_addresses(struct member *m, bool wanted)
{
	if (!wanted && (m->address_refused || m->address_missed))
		expect_all(m);
	m->address_work = true;
	m->address_wanted = wanted;
	m->address_next = 0;
	m->address_round++;
	m->address_refusing = false;
	work_addresses(m);
	m->nic->controller->addresses_at_work |= m->address_work;
}

/* False: it is held up. */
static bool hand_done(struct hand *hand)
{
	hand_await(hand);
	return !hand_owes(hand);
}

void member_detach_addresses(struct member *m)
{
	struct hand *hand = m->nic->controller->hand;
	int tries = 0;

	member_await_addresses(m);
	do {
		member_want_addresses(m, false);
		while (m->address_work && hand_done(hand))
			work_addresses(m);
		m->address_stuck |= m->address_work;
		m->address_work = false;
	} while (m->address_stuck && ++tries < ADDRESS_LAST_TRIES);
	member_await_addresses(m);
	m->nic->controller->restore_due = INSTANT_PAST;
}

bool member_addresses_present(const struct member *m)
{
	const struct member *holder = member_holder(m);

	for (size_t i = 0; i < holder->group.settings.vips_count; i++)
		if (!holder->attached[i])
			return false;
	return holder->group.settings.vips_count > 0;
}

static void restore_addresses(struct member *m, struct instant now)
{
	bool wanted;

	if ((!m->address_lost && !m->address_stuck) || m->address_work ||
	    instant_before(now, m->address_retry) ||
	    hand_owes(m->nic->controller->hand))
		return;
	wanted = member_wants_addresses(m);
	if (!(wanted ? m->address_lost : m->address_stuck))
		return;
	m->address_retry = instant_add(now, span_ms(ADDRESS_RETRY_MS));
	member_want_addresses(m, wanted);
}

/* Our own removals have cleared attached[] before the kernel tells of them.
 * One told of late finds the address there again: only who adds it knows that
 * it was missing. */
void member_address_lost(struct member *m,
			 const struct netlink_address *address)
{
	if (member_holder(m) != m)
		return;
	for (size_t i = 0; i < m->group.settings.vips_count; i++) {
		if (!m->attached[i] || !same_address(&m->vips[i], address))
			continue;
		m->attached[i] = false;
		m->address_lost = m->address_missed = true;
		m->nic->controller->restore_due = INSTANT_PAST;
	}
	restore_addresses(m, loop_now());
}

static struct member *member_at_work(const struct controller *c)
{
	for (struct group *g = c->node.groups; g; g = g->next)
		if (member_of(g)->address_work)
			return member_of(g);
	return NULL;
}

static void restore_all(struct controller *c)
{
	struct instant now = loop_now();
	struct instant soon = instant_add(now, span_ms(ADDRESS_LOOK_MS));

	c->restore_due = INSTANT_NEVER;
	for (struct group *g = c->node.groups; g; g = g->next) {
		struct member *m = member_of(g);

		restore_addresses(m, now);
		if (m->address_lost || m->address_stuck)
			c->restore_due = instant_min(c->restore_due, soon);
	}
}

void controller_work_addresses(struct controller *c)
{
	struct member *m;

	collect(c);
	m = c->addresses_at_work ? member_at_work(c) : NULL;
	c->addresses_at_work = m;
	if (m)
		work_addresses(m);
	if (instant_due(c->restore_due, loop_now()))
		restore_all(c);
}
