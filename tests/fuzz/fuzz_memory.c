/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The state file of sequences, with anything in it: what is read keeps to its
 * ranges, and what is written is read again the same.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <unistd.h>

#include "choices.h"
#include "fuzz.h"

/* The reader and the writer are inside. */
#include "user/controller_memory.c"
#include "user/sys/statefile.h"

/* In memory: nothing here waits for a disk. */
static char directory[] = "/dev/shm/carp-xdp-fuzz-XXXXXX";
static char path[64];
static const char boot[] = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
static struct controller controller = { .state_dir = directory };

/* What the rest of that file asks for; nothing here comes to it. */

void log_info(const char *format, ...)
{
	(void)format;
}

void log_warnx(const char *format, ...)
{
	(void)format;
}

void dataplane_senders(const struct dataplane *dataplane,
		       enum dataplane_senders which, dataplane_sender *each,
		       void *context)
{
	(void)dataplane;
	(void)which;
	(void)each;
	(void)context;
}

int dataplane_sender_set(struct dataplane *dataplane,
			 const struct carp_host_key *key,
			 const struct carp_sender *sender)
{
	(void)dataplane;
	(void)key;
	(void)sender;
	return 0;
}

void dataplane_senders_forget(struct dataplane *dataplane, __u8 vhid)
{
	(void)dataplane;
	(void)vhid;
}

void dataplane_senders_recall(struct hand *hand, const char *ifname,
			      dataplane_sender *each, void *context)
{
	(void)hand;
	(void)ifname;
	(void)each;
	(void)context;
}

/* Without a hand, the file is at hand. */

int hand_file_read(struct hand *hand, enum hand_file file, char **text)
{
	(void)hand;
	(void)file;
	return statefile_read(directory, memory_file, text);
}

int hand_file_write(struct hand *hand, enum hand_file file, const char *text)
{
	(void)hand;
	(void)file;
	return statefile_write(directory, memory_file, text);
}

static void leave(void)
{
	unlink(path);
	rmdir(directory);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	MUST(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/%s", directory, memory_file);
	atexit(leave);
	return 0;
}

static void write_raw(const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(fd >= 0);
	MUST(write(fd, data, size) == (ssize_t)size);
	close(fd);
}

/* Lines that are nearly right, so that the values are what varies. */
static size_t draw_file(struct choices *c, char *out, size_t room)
{
	static const char *const addresses[] = { "10.0.0.1", "fe80::1", "x",
						 "2001:db8::ffff",
						 "::ffff:1.2.3.4" };
	size_t used = 0;

	while (c->size && used + 128 < room) {
		uint64_t sequence = choose64(c) >> choose(c, 64);

		if (once_in(c, 8))
			used += (size_t)snprintf(out + used, room - used,
						 "boot %s %" PRId64 "\n",
						 once_in(c, 4) ? "x" : boot,
						 (int64_t)sequence);
		else if (once_in(c, 4))
			used += (size_t)snprintf(out + used, room - used,
						 "reserved %" PRIu64 "\n",
						 sequence);
		else
			used += (size_t)snprintf(
				out + used, room - used,
				"sender eth%u %u %s %" PRIu64 "%s\n",
				choose(c, 4), choose(c, 300),
				addresses[choose(c, 5)], sequence,
				once_in(c, 8) ? " more" : "");
	}
	return used;
}

static void check(const struct memory *memory)
{
	int64_t promised = (int64_t)memory->promised;

	MUST(memory->reserved <= CARP_SEAL_SEQUENCE_MAX);
	MUST(promised <= (int64_t)CARP_SEAL_SEQUENCE_MAX &&
	     promised >= -(int64_t)CARP_SEAL_SEQUENCE_MAX);
	for (size_t i = 0; i < memory->count; i++) {
		const struct known_sender *known = &memory->known[i];

		MUST(memchr(known->ifname, '\0', NETLINK_NAME_SIZE));
		MUST(known->key.vhid &&
		     known->sequence <= CARP_SEAL_SEQUENCE_MAX);
		MUST(known->key.family == 4 || known->key.family == 6);
		if (i)
			MUST(compare(known - 1, known->ifname, &known->key) <
			     0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory first = { .controller = &controller };
	struct memory second = { .controller = &controller };
	struct choices c = choices_bytes(data + 1, size ? size - 1 : 0);
	static char bytes[8192];
	char *one, *two;

	if (!size || data[0] & 1)
		write_raw(data, size);
	else
		write_raw((uint8_t *)bytes, draw_file(&c, bytes, 8192));
	strcpy(first.boot, boot);
	strcpy(second.boot, boot);
	MUST(!memory_read(&first));
	check(&first);
	one = memory_render(&first);
	MUST(one && !statefile_write(directory, memory_file, one));
	MUST(!memory_read(&second));
	two = memory_render(&second);
	MUST(two && !strcmp(one, two));
	free(one);
	free(two);
	free(first.known);
	free(second.known);
	return 0;
}
