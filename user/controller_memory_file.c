/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The file "sequences" as text: parsed and rendered.  Never writes it.
 */
#include "user/controller_memory.h"
#include "user/sys/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE_SIZE = 128
};

const char memory_file[] = "sequences";

static bool parse_sender(struct memory *memory, const char *line)
{
	char ifname[NETLINK_NAME_SIZE], text[ADDRESS_TEXT_SIZE];
	struct carp_host_key key = { 0 };
	struct address address;
	uint64_t sequence;
	unsigned int vhid;

	if (sscanf(line, "sender %15s %3u %45s %" SCNu64, ifname, &vhid, text,
		   &sequence) != 4 ||
	    vhid < CARP_VHID_MIN || vhid > CARP_VHID_MAX ||
	    sequence > CARP_SEAL_SEQUENCE_MAX || !address_parse(text, &address))
		return false;
	key.vhid = (__u8)vhid;
	key.family = address.family;
	memcpy(key.address, address.bytes, sizeof(key.address));
	memory_learn(memory, ifname, &key, sequence);
	return true;
}

static bool parse_reserved(struct memory *memory, const char *line)
{
	uint64_t sequence;

	if (sscanf(line, "reserved %" SCNu64, &sequence) != 1 ||
	    sequence > CARP_SEAL_SEQUENCE_MAX)
		return false;
	memory->reserved = sequence;
	return true;
}

/* Negative where the wall clock is behind the boot clock. */
static bool parse_boot(struct memory *memory, const char *line)
{
	char boot[BOOT_ID_SIZE];
	int64_t base;

	if (sscanf(line, "boot %36s %" SCNd64, boot, &base) != 2 ||
	    base > (int64_t)CARP_SEAL_SEQUENCE_MAX ||
	    base < -(int64_t)CARP_SEAL_SEQUENCE_MAX)
		return false;
	if (*memory->boot && !strcmp(boot, memory->boot)) {
		memory->same_boot = true;
		memory->promised = (uint64_t)base;
	}
	return true;
}

static bool parse_line(struct memory *memory, const char *line)
{
	return !*line || *line == '#' || parse_reserved(memory, line) ||
	       parse_boot(memory, line) || parse_sender(memory, line);
}

int memory_read(struct memory *memory)
{
	char *text, *at, *line;
	int err =
		hand_file_read(memory->controller->hand, HAND_SEQUENCES, &text);

	if (err)
		return err;
	at = text;
	for (int number = 1; at && (line = strsep(&at, "\n")); number++)
		if (!parse_line(memory, line))
			log_warnx("%s/%s: line %d: neither \"reserved "
				  "SEQUENCE\" nor \"boot ID SEQUENCE\" nor "
				  "\"sender INTERFACE VHID ADDRESS "
				  "SEQUENCE\", left out",
				  memory->controller->state_dir, memory_file,
				  number);
	free(text);
	memory->new = memory->changed = false;
	return 0;
}

char *memory_render(const struct memory *memory)
{
	size_t size = (memory->count + 3) * LINE_SIZE, at;
	char *out = malloc(size);

	if (!out)
		return NULL;
	at = (size_t)snprintf(out, size,
			      "# carp-xdp: sequences of sealed counters\n"
			      "reserved %" PRIu64 "\n",
			      memory->reserved);
	if (*memory->boot)
		at += (size_t)snprintf(out + at, size - at,
				       "boot %s %" PRId64 "\n", memory->boot,
				       (int64_t)memory->promised);
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
