/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What must not be forgotten when the controller ends or the host restarts, or
 * old advertisements could be replayed and new ones of ours be taken for old:
 * how far our own sequence is, and how far each sealed sender's was.
 *
 * Our own: the file says up to where sequences are reserved; a controller
 * begins there, or at the clock if that is further.  The wall clock is read
 * once; from then on the boot clock counts, so a stepped clock moves nothing.
 *
 * The others': collected from the data plane every few seconds, written once a
 * minute, at once for a new sender, and when the controller ends.  A crash
 * loses nothing (the pinned tables stay), a power failure up to a minute.
 */
#include "user/controller.h"
#include "user/sys/background.h"
#include "user/sys/log.h"
#include "user/sys/statefile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

enum memory_numbers {
	RESERVE = 600 * CARP_SEAL_HZ, /* ten minutes ahead */
	RESERVE_AGAIN = RESERVE / 2,
	COLLECT_MS = 5000,
	WRITE_MS = 60000,
	LINE_SIZE = 128,
	NS_PER_S = 1000000000,
};

static const char file_name[] = "sequences";

struct known_sender {
	char ifname[NETLINK_NAME_SIZE];
	struct carp_host_key key;
	uint64_t sequence;
};

/* For the thread that writes. */
struct writing {
	const char *directory;
	char *text;
	int err;
};

struct memory {
	struct controller *controller;
	uint64_t base;	   /* the sequence when the boot clock was 0 */
	uint64_t highest;  /* given out so far */
	uint64_t reserved; /* in the file; none above was given out */
	struct known_sender *known;
	size_t count, room;
	bool new, changed; /* since the last write */
	bool failed;	   /* the last write; said once */
	struct instant collect_due, write_due;
	unsigned int turn; /* of which interface */
	struct background *background;
	struct loop_source *source;
	struct writing writing;
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

static void learn(struct memory *memory, const char *ifname,
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
		learn(walk->memory, walk->ifname, key, sender->last);
}

void memory_collect(struct nic *nic)
{
	struct walk walk = { nic->controller->memory, nic->link.name };

	dataplane_senders(nic->dataplane, DATAPLANE_SEALED, on_sender, &walk);
}

void memory_recall(struct controller *c, const char *ifname)
{
	struct walk walk = { c->memory, ifname };

	dataplane_senders_recall(c->pin_dir, ifname, on_sender, &walk);
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
		learn(memory, to, &known.key, known.sequence);
		memory->new = true;
	}
}

/* --- the file ------------------------------------------------------------- */

static bool parse_sender(struct memory *memory, const char *line)
{
	char ifname[NETLINK_NAME_SIZE], text[ADDRESS_TEXT_SIZE];
	struct carp_host_key key = { 0 };
	struct address address;
	uint64_t sequence;
	unsigned int vhid;

	if (sscanf(line, "sender %15s %u %45s %" SCNu64, ifname, &vhid, text,
		   &sequence) != 4 ||
	    vhid < CARP_VHID_MIN || vhid > CARP_VHID_MAX ||
	    sequence > CARP_SEAL_SEQUENCE_MAX || !address_parse(text, &address))
		return false;
	key.vhid = (__u8)vhid;
	key.family = address.family;
	memcpy(key.address, address.bytes, sizeof(key.address));
	learn(memory, ifname, &key, sequence);
	return true;
}

static bool parse_line(struct memory *memory, const char *line)
{
	uint64_t sequence;

	if (!*line || *line == '#')
		return true;
	if (sscanf(line, "reserved %" SCNu64, &sequence) != 1)
		return parse_sender(memory, line);
	if (sequence > CARP_SEAL_SEQUENCE_MAX)
		return false;
	memory->reserved = sequence;
	return true;
}

static void read_file(struct memory *memory)
{
	char *text = statefile_read(memory->controller->state_dir, file_name);
	char *at = text, *line;

	for (int number = 1; at && (line = strsep(&at, "\n")); number++)
		if (!parse_line(memory, line))
			log_warnx("%s/%s: line %d: neither \"reserved "
				  "SEQUENCE\" nor \"sender INTERFACE VHID "
				  "ADDRESS SEQUENCE\", left out",
				  memory->controller->state_dir, file_name,
				  number);
	free(text);
	memory->new = memory->changed = false;
}

/* NULL without memory. */
static char *render(const struct memory *memory)
{
	size_t size = (memory->count + 2) * LINE_SIZE, at;
	char *out = malloc(size);

	if (!out)
		return NULL;
	at = (size_t)snprintf(out, size,
			      "# carp-xdp: sequences of sealed counters\n"
			      "reserved %" PRIu64 "\n",
			      memory->reserved);
	for (size_t i = 0; i < memory->count; i++) {
		const struct known_sender *known = &memory->known[i];
		struct address address = { .family = known->key.family };
		char text[ADDRESS_TEXT_SIZE];

		memcpy(address.bytes, known->key.address, 16);
		at += (size_t)snprintf(
			out + at, size - at, "sender %s %u %s %" PRIu64 "\n",
			known->ifname, known->key.vhid,
			address_format(&address, text), known->sequence);
	}
	return out;
}

static void say_result(struct memory *memory, int err)
{
	if (err && !memory->failed)
		log_warnx("%s/%s: cannot be written: %s; after a restart old "
			  "advertisements may be believed, or ours refused",
			  memory->controller->state_dir, file_name,
			  strerror(-err));
	memory->failed = err != 0;
}

static void write_slowly(void *argument)
{
	struct writing *w = argument;

	w->err = statefile_write(w->directory, file_name, w->text);
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
	memory->writing.directory = c->state_dir;
	memory->writing.text = render(memory);
	if (!memory->writing.text)
		return false;
	if (background_start(write_slowly, &memory->writing,
			     &memory->background) != 0) {
		free(memory->writing.text);
		return false;
	}
	if (loop_add(c->loop, background_fd(memory->background), EPOLLIN,
		     LOOP_REQUESTS, on_written, memory, &memory->source) != 0)
		on_written(memory);
	memory->new = memory->changed = false;
	return true;
}

/* Waits; at the beginning and at the end, when no election is running. */
static void write_now(struct memory *memory)
{
	struct writing w = { memory->controller->state_dir, render(memory), 0 };

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
	return next;
}

/* --- from outside --------------------------------------------------------- */

int memory_open(struct controller *c)
{
	struct memory *memory = calloc(1, sizeof(*memory));
	uint64_t clock = wall_ticks();

	if (!memory)
		return -1;
	memory->controller = c;
	c->memory = memory;
	read_file(memory);
	memory->highest = clock > memory->reserved ? clock : memory->reserved;
	/* Wraps where the clock is behind; so does the sum. */
	memory->base = memory->highest - ticks(loop_now().ns);
	memory->reserved = memory->highest + RESERVE;
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
	memory->reserved = memory->highest + 1;
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
	return memory->new ||
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
