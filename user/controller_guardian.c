/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the guardian is told: which leases there are, and for each master the
 * farewell it is to send if we die.  A frame is entrusted to it only with the
 * lease that ends with it.
 */
#include "user/controller.h"
#include "user/sys/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

static void on_lost(void *context)
{
	struct controller *c = context;

	log_warnx("the guardian has died: if the controller dies too, other "
		  "hosts take over after the dead time only; restart the "
		  "controller when convenient");
	loop_source_remove(c->guardian_source);
	c->guardian_source = NULL;
	guardian_lost(c->guardian);
}

void controller_unguard(struct controller *c)
{
	loop_source_remove(c->guardian_source);
	c->guardian_source = NULL;
	guardian_release(c->guardian);
}

void controller_guard(struct controller *c, struct guardian *guardian)
{
	c->guardian = guardian;
	if (guardian &&
	    loop_add(c->loop, guardian_fd(guardian), EPOLLIN, LOOP_LATER,
		     on_lost, c, &c->guardian_source) != 0)
		log_warnx("the guardian's end would not be noticed");
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		nic_guard(nic);
}

void nic_guard(struct nic *nic)
{
	struct guardian *guardian = nic->controller->guardian;
	size_t size;
	int fd = dataplane_leases(nic->dataplane, &size);

	if (!guardian_pid(guardian))
		return;
	nic->guarded = guardian_map_add(guardian, fd, size);
	if (nic->guarded == GUARDIAN_NONE)
		log_warnx("%s: the guardian cannot take care of it: if the "
			  "controller dies, other hosts take over after the "
			  "dead time",
			  nic->link.name);
}

void nic_unguard(struct nic *nic)
{
	if (nic->guarded != GUARDIAN_NONE)
		guardian_map_remove(nic->controller->guardian, nic->guarded);
	nic->guarded = GUARDIAN_NONE;
}

static void drop_from(struct member *m, unsigned int index)
{
	while (m->farewells_count > index)
		guardian_cell_drop(m->nic->controller->guardian,
				   m->farewells[--m->farewells_count]);
}

/* False if there is no memory for one more. */
static bool make_room(struct member *m)
{
	const unsigned int room = m->farewells_count + 1;
	int *farewells;

	if (room <= m->farewells_room)
		return true;
	farewells = realloc(m->farewells, room * sizeof(*farewells));
	if (!farewells)
		return false;
	m->farewells = farewells;
	m->farewells_room = room;
	return true;
}

/* The cell for it, in order of the index; GUARDIAN_NONE if there is none. */
static int cell_of(struct member *m, unsigned int index)
{
	int cell;

	if (index < m->farewells_count)
		return m->farewells[index];
	if (index > m->farewells_count || index >= MEMBER_FAREWELLS_MAX ||
	    !make_room(m))
		return GUARDIAN_NONE;
	cell = guardian_cell_take(m->nic->controller->guardian);
	if (cell != GUARDIAN_NONE)
		m->farewells[m->farewells_count++] = cell;
	return cell;
}

void member_farewell(struct group *g, unsigned int index, const uint8_t *frame,
		     size_t size)
{
	struct member *m = member_of(g);
	struct guardian_frame out = { .map = (__u32)m->nic->guarded,
				      .word = g->settings.vhid,
				      .ifindex = m->nic->link.ifindex,
				      .size = (__u32)size };
	int cell;

	if (m->nic->guarded == GUARDIAN_NONE)
		return;
	if (!size) {
		drop_from(m, index);
		return;
	}
	cell = cell_of(m, index);
	if (cell == GUARDIAN_NONE || size > sizeof(out.bytes))
		return;
	memcpy(out.bytes, frame, size);
	guardian_cell_put(m->nic->controller->guardian, cell, &out);
}
