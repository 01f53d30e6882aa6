/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What must not be forgotten when the controller ends or the host restarts, or
 * old advertisements could be replayed and new ones of ours be taken for old:
 * how far our own sequence is, and how far each sealed sender's was.
 *
 * Our own: the file says up to where sequences are reserved; a controller
 * begins there, or at the clock if that is further.  The wall clock is read
 * once; from then on the boot clock counts, so a stepped clock moves nothing.
 * In the boot that wrote the file it goes on as if it had never ended: did it
 * skip what is reserved after every crash, a file that is lost later would
 * leave it behind itself for as long.
 *
 * The others': collected from the data plane every few seconds, written once a
 * minute, at once for a new sender, and when the controller ends.  A crash
 * loses nothing (the pinned tables stay), a power failure up to a minute.
 */
#include "user/controller_memory.h"
#include "user/sys/background.h"
#include "user/sys/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

enum memory_numbers {
	RESERVE = 600 * CARP_SEAL_HZ, /* ten minutes ahead */
	RESERVE_AGAIN = RESERVE / 2,
	/* Of the clock.  What both families and digests take at one instant is
	 * past before another process runs. */
	AHEAD_BRIEFLY = 8,
	AHEAD = 10 * CARP_SEAL_HZ,
	COLLECT_MS = 5000,
	WRITE_MS = 60000,
	NS_PER_S = 1000000000,
};

/* --- the clock ------------------------------------------------------------ */

static uint64_t ticks(uint64_t ns)
{
	return ns / NS_PER_S * CARP_SEAL_HZ +
	       ns % NS_PER_S * CARP_SEAL_HZ / NS_PER_S;
}

static uint64_t clock_now(const struct memory *memory)
{
	return memory->base + ticks(loop_now().ns);
}

static uint64_t current(const struct memory *memory)
{
	uint64_t now = clock_now(memory);

	return now > memory->highest ? now : memory->highest;
}

/* Base, were the clock as far as what was given out. */
static uint64_t base_needed(const struct memory *memory)
{
	uint64_t now = clock_now(memory);

	return memory->base +
	       (memory->highest > now ? memory->highest - now : 0);
}

/* Of what the file promises; by difference, as either may be negative. */
static bool is_ahead(const struct memory *memory)
{
	return (int64_t)(base_needed(memory) - memory->promised) >
	       AHEAD_BRIEFLY;
}

/* --- the senders ---------------------------------------------------------- */

static int compare(const struct known_sender *known, const char *ifname,
		   const struct carp_host_key *key)
{
	int order = strcmp(known->ifname, ifname);

	return order ? order : memcmp(&known->key, key, sizeof(*key));
}

/* Where it stands in the sorted list, or would. */
static size_t find(const struct memory *memory, const char *ifname,
		   const struct carp_host_key *key)
{
	size_t low = 0, high = memory->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(&memory->known[middle], ifname, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct known_sender *insert(struct memory *memory, size_t at,
				   const char *ifname,
				   const struct carp_host_key *key)
{
	struct known_sender *known = memory->known;
	size_t room = memory->room ? memory->room * 2 : 16;

	if (memory->count == memory->room) {
		known = reallocarray(known, room, sizeof(*known));
		if (!known)
			return NULL;
		memory->known = known;
		memory->room = room;
	}
	known += at;
	memmove(known + 1, known, (memory->count++ - at) * sizeof(*known));
	*known = (struct known_sender){ .key = *key };
	snprintf(known->ifname, sizeof(known->ifname), "%s", ifname);
	memory->new = true;
	return known;
}

void memory_learn(struct memory *memory, const char *ifname,
		  const struct carp_host_key *key, uint64_t sequence)
{
	size_t at = find(memory, ifname, key);
	struct known_sender *known;

	if (at < memory->count && !compare(&memory->known[at], ifname, key))
		known = &memory->known[at];
	else
		known = insert(memory, at, ifname, key);
	if (!known || known->sequence >= sequence)
		return;
	known->sequence = sequence;
	memory->changed = true;
}

/* Whose table is being walked. */
struct walk {
	struct memory *memory;
	const char *ifname;
};

static void on_sender(void *context, const struct carp_host_key *key,
		      const struct carp_sender *sender)
{
	const struct walk *walk = context;

	if (sender->style == CARP_STYLE_SEALED)
		memory_learn(walk->memory, walk->ifname, key, sender->last);
}

void memory_collect(struct nic *nic)
{
	struct walk walk = { nic->controller->memory, nic->link.name };

	dataplane_senders(nic->dataplane, DATAPLANE_SEALED, on_sender, &walk);
}

void memory_recall(struct controller *c, const char *ifname)
{
	struct walk walk = { c->memory, ifname };

	dataplane_senders_recall(c->hand, ifname, on_sender, &walk);
}

void memory_restore(struct member *m)
{
	struct memory *memory = m->nic->controller->memory;

	for (size_t i = 0; i < memory->count; i++) {
		const struct known_sender *known = &memory->known[i];
		const struct carp_sender sender = { .last = known->sequence,
						    .style =
							    CARP_STYLE_SEALED };

		if (known->key.vhid == m->group.settings.vhid &&
		    !strcmp(known->ifname, m->nic->link.name))
			dataplane_sender_set(m->nic->dataplane, &known->key,
					     &sender);
	}
}

void memory_forget(struct member *m)
{
	struct memory *memory = m->nic->controller->memory;

	dataplane_senders_forget(m->nic->dataplane, m->group.settings.vhid);
	for (size_t i = memory->count; i-- > 0;)
		if (memory->known[i].key.vhid == m->group.settings.vhid &&
		    !strcmp(memory->known[i].ifname, m->nic->link.name))
			memmove(&memory->known[i], &memory->known[i + 1],
				(--memory->count - i) * sizeof(*memory->known));
	memory->new = true;
}

/* The list is sorted by names: each is taken out and put in again. */
void memory_rename(struct controller *c, const char *from, const char *to)
{
	const struct carp_host_key first = { 0 };
	struct memory *memory = c->memory;
	size_t i;

	while ((i = find(memory, from, &first)) < memory->count &&
	       !strcmp(memory->known[i].ifname, from)) {
		struct known_sender known = memory->known[i];

		memmove(&memory->known[i], &memory->known[i + 1],
			(--memory->count - i) * sizeof(known));
		memory_learn(memory, to, &known.key, known.sequence);
		memory->new = true;
	}
}

/* --- the file ------------------------------------------------------------- */

static void say_result(struct memory *memory, int err)
{
	if (err && !memory->failed)
		log_warnx("%s/%s: cannot be written: %s; after a restart old "
			  "advertisements may be believed, or ours refused",
			  memory->controller->state_dir, memory_file,
			  strerror(-err));
	memory->failed = err != 0;
}

static void write_slowly(void *argument)
{
	struct writing *w = argument;

	w->err = hand_file_write(w->hand, HAND_SEQUENCES, w->text);
}

static void on_written(void *context)
{
	struct memory *memory = context;

	loop_source_remove(memory->source);
	memory->source = NULL;
	background_join(memory->background);
	memory->background = NULL;
	say_result(memory, memory->writing.err);
	free(memory->writing.text);
	memory->writing.text = NULL;
}

static bool start_writing(struct memory *memory)
{
	struct controller *c = memory->controller;

	memory->reserved = current(memory) + RESERVE;
	if (is_ahead(memory))
		memory->promised = base_needed(memory) + AHEAD;
	memory->writing.hand = c->hand;
	memory->writing.text = memory_render(memory);
	if (!memory->writing.text)
		return false;
	if (background_start(write_slowly, &memory->writing,
			     &memory->background) != 0) {
		free(memory->writing.text);
		return false;
	}
	if (loop_add(c->loop, background_fd(memory->background), EPOLLIN,
		     LOOP_LATER, on_written, memory, &memory->source) != 0)
		on_written(memory);
	memory->new = memory->changed = false;
	return true;
}

/* Waits; at the beginning and at the end, when no election is running. */
static void write_now(struct memory *memory)
{
	struct writing w = { memory->controller->hand, memory_render(memory),
			     0 };

	if (!w.text)
		return;
	write_slowly(&w);
	say_result(memory, w.err);
	free(w.text);
}

/* --- the sequence --------------------------------------------------------- */

static uint64_t wall_ticks(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	if (wall.tv_sec < CARP_SEAL_EPOCH)
		return 0;
	return ticks((uint64_t)(wall.tv_sec - CARP_SEAL_EPOCH) * NS_PER_S +
		     (uint64_t)wall.tv_nsec);
}

uint64_t memory_sequence(struct controller *c, uint64_t last)
{
	struct memory *memory = c->memory;
	uint64_t next = clock_now(memory);

	if (next <= last)
		next = last + 1;
	if (next > memory->highest)
		memory->highest = next;
	if (is_ahead(memory))
		memory->collect_due = loop_now(); /* to be written at once */
	return next;
}

/* --- from outside --------------------------------------------------------- */

/* Base wraps where the clock is behind; so do the sums. */
static void begin(struct memory *memory)
{
	uint64_t now = ticks(loop_now().ns), clock = wall_ticks();
	uint64_t known =
		memory->same_boot ? memory->promised + now : memory->reserved;

	memory->base = (clock > known ? clock : known) - now;
	memory->promised = memory->base;
	memory->highest = clock_now(memory);
	memory->reserved = memory->highest + RESERVE;
}

int memory_open(struct controller *c, char *error, size_t error_size)
{
	struct memory *memory = calloc(1, sizeof(*memory));
	int err = memory ? 0 : -ENOMEM;

	c->memory = memory;
	if (memory) {
		memory->controller = c;
		memcpy(memory->boot, c->boot, sizeof(memory->boot));
		err = memory_read(memory);
	}
	if (err) {
		snprintf(error, error_size, "%s/%s: cannot be read: %s",
			 c->state_dir, memory_file, strerror(-err));
		free(memory);
		c->memory = NULL;
		return err;
	}
	begin(memory);
	memory->collect_due = instant_add(loop_now(), span_ms(COLLECT_MS));
	memory->write_due = instant_add(loop_now(), span_ms(WRITE_MS));
	write_now(memory);
	return 0;
}

void memory_close(struct controller *c)
{
	struct memory *memory = c->memory;

	if (!memory)
		return;
	if (memory->background)
		on_written(memory);
	memory->reserved = current(memory) + 1;
	memory->promised = base_needed(memory);
	write_now(memory);
	free(memory->known);
	free(memory);
	c->memory = NULL;
}

bool memory_kept(const struct controller *c)
{
	return !c->memory->failed;
}

struct instant memory_deadline(const struct controller *c)
{
	return c->memory ? c->memory->collect_due : INSTANT_NEVER;
}

/* One interface at a time, so that the elections never wait for long; when
 * the next one's turn is. */
static struct span collect_turn(struct memory *memory)
{
	unsigned int turn = memory->turn++, count = 0;
	struct nic *nic;

	for (nic = memory->controller->nics; nic; nic = nic->next)
		count++;
	if (!count)
		return span_ms(COLLECT_MS);
	turn %= count;
	for (nic = memory->controller->nics; turn--;)
		nic = nic->next;
	if (nic->source)
		memory_collect(nic);
	return span_ms(COLLECT_MS / count);
}

static bool should_write(const struct memory *memory, struct instant now)
{
	return memory->new || is_ahead(memory) ||
	       current(memory) + RESERVE_AGAIN > memory->reserved ||
	       (memory->changed && instant_due(memory->write_due, now));
}

void memory_tick(struct controller *c, struct instant now)
{
	struct memory *memory = c->memory;

	if (!instant_due(memory->collect_due, now))
		return;
	memory->collect_due = instant_add(now, collect_turn(memory));
	if (memory->background || !should_write(memory, now))
		return;
	if (start_writing(memory))
		memory->write_due = instant_add(now, span_ms(WRITE_MS));
}

/* --- in another process --------------------------------------------------- */

bool memory_writing(const struct controller *c)
{
	return c->memory->background;
}

void memory_hand_over(const struct controller *c, struct pack *pack)
{
	const struct memory *memory = c->memory;

	pack_put(pack, &memory->base, sizeof(memory->base));
	pack_put(pack, &memory->highest, sizeof(memory->highest));
	pack_put(pack, &memory->reserved, sizeof(memory->reserved));
	pack_put(pack, &memory->promised, sizeof(memory->promised));
	pack_put(pack, memory->boot, sizeof(memory->boot));
	pack_put(pack, &memory->failed, sizeof(memory->failed));
	pack_put(pack, &memory->count, sizeof(memory->count));
	pack_put(pack, memory->known, memory->count * sizeof(*memory->known));
}

/* Written down soon: what had changed is not told. */
int memory_adopt(struct controller *c, struct pack *pack)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return -ENOMEM;
	memory->controller = c;
	c->memory = memory;
	pack_get(pack, &memory->base, sizeof(memory->base));
	pack_get(pack, &memory->highest, sizeof(memory->highest));
	pack_get(pack, &memory->reserved, sizeof(memory->reserved));
	pack_get(pack, &memory->promised, sizeof(memory->promised));
	pack_get(pack, memory->boot, sizeof(memory->boot));
	pack_get(pack, &memory->failed, sizeof(memory->failed));
	pack_get(pack, &memory->count, sizeof(memory->count));
	memory->known = pack_copy(pack, memory->count * sizeof(*memory->known));
	memory->count = memory->known ? memory->count : 0;
	memory->room = memory->count;
	memory->new = true;
	memory->collect_due = instant_add(loop_now(), span_ms(COLLECT_MS));
	memory->write_due = memory->collect_due;
	return 0;
}
