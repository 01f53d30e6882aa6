/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A hub in user space, for kernels without netem: each host's eth0 is a TAP
 * device, and every directed link has loss, duplicates, delay and jitter (so
 * reordering) of its own, drawn from one seed.  Knows nothing of CARP but its
 * protocol number.
 *
 *   switch SEED VHID ADDRESS HOST=NETNS...
 *
 * Commands, a line each, are answered by a line each:
 *   link FROM TO LOSS DUPLICATES DELAY JITTER   1/1000, 1/1000, us, us
 *   clear                     all links are perfect again
 *   plug HOST, unplug HOST    makes or removes its eth0
 *   carrier HOST 0|1
 *   mark, report, owner HOSTS COUNT MILLISECONDS   see judge.c; HOSTS as
 *                             in "a,b", or "-" for nobody
 */
#include "switch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum switch_numbers {
	QUEUE_MAX = 4096,
	DRAIN_MAX = 64,
	ETHERTYPE_AT = 12,
	IPV4_PROTOCOL_AT = 23,
	PROTOCOL_CARP = 112,
	SHARE = 1000,
};

struct link_faults {
	unsigned int loss, duplicates; /* of SHARE */
	unsigned int delay_us, jitter_us;
};

struct queued {
	uint64_t due, order;
	unsigned int to;
	size_t size;
	uint8_t frame[HUB_FRAME_MAX];
};

static struct link_faults links[HUB_HOSTS_MAX][HUB_HOSTS_MAX];
static struct queued *queue[QUEUE_MAX];
static unsigned int queue_count;
static uint64_t seed, order;

/* splitmix64 */
static uint64_t draw(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t hub_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int hub_find(const struct hub *hub, const char *name)
{
	for (unsigned int i = 0; i < hub->count; i++)
		if (!strcmp(hub->ports[i].name, name))
			return (int)i;
	return -1;
}

/* --- frames --------------------------------------------------------------- */

void hub_deliver(struct hub *hub, unsigned int to, const void *frame,
		 size_t size)
{
	ssize_t lost;

	/* An interface that is down loses it, as a wire does. */
	if (hub->ports[to].fd >= 0) {
		lost = write(hub->ports[to].fd, frame, size);
		(void)lost;
	}
}

static void enqueue(unsigned int to, const uint8_t *frame, size_t size,
		    uint64_t due)
{
	struct queued *entry;

	if (queue_count == QUEUE_MAX || !(entry = malloc(sizeof(*entry))))
		return;
	entry->due = due;
	entry->order = order++;
	entry->to = to;
	entry->size = size;
	memcpy(entry->frame, frame, size);
	queue[queue_count++] = entry;
}

static bool sooner(const struct queued *a, const struct queued *b)
{
	return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static int queue_first(void)
{
	int first = -1;

	for (unsigned int i = 0; i < queue_count; i++)
		if (first < 0 || sooner(queue[i], queue[first]))
			first = (int)i;
	return first;
}

static void queue_serve(struct hub *hub, uint64_t now)
{
	int at;

	while ((at = queue_first()) >= 0 && queue[at]->due <= now) {
		struct queued *entry = queue[at];

		queue[at] = queue[--queue_count];
		hub_deliver(hub, entry->to, entry->frame, entry->size);
		free(entry);
	}
}

static void pass_on(struct hub *hub, unsigned int from, unsigned int to,
		    const uint8_t *frame, size_t size)
{
	const struct link_faults *faults = &links[from][to];
	unsigned int copies = 1 + (draw() % SHARE < faults->duplicates);

	if (faults->loss && draw() % SHARE < faults->loss)
		return;
	while (copies--) {
		uint64_t wait = faults->delay_us;

		if (faults->jitter_us)
			wait += draw() % faults->jitter_us;
		if (wait)
			enqueue(to, frame, size, hub_now() + wait * 1000);
		else
			hub_deliver(hub, to, frame, size);
	}
}

static void watch(struct hub_port *port, const uint8_t *frame, size_t size)
{
	if (size <= IPV4_PROTOCOL_AT || frame[ETHERTYPE_AT] != 0x08 ||
	    frame[ETHERTYPE_AT + 1] != 0 ||
	    frame[IPV4_PROTOCOL_AT] != PROTOCOL_CARP)
		return;
	port->adverts++;
	port->advert_last = hub_now();
}

void hub_drain(struct hub *hub, unsigned int from)
{
	struct hub_port *port = &hub->ports[from];
	uint8_t frame[HUB_FRAME_MAX];

	for (int i = 0; i < DRAIN_MAX && port->fd >= 0; i++) {
		ssize_t size = read(port->fd, frame, sizeof(frame));

		if (size <= 0)
			return;
		if (judge_takes(from, frame, (size_t)size))
			continue;
		watch(port, frame, (size_t)size);
		for (unsigned int to = 0; to < hub->count; to++)
			if (to != from)
				pass_on(hub, from, to, frame, (size_t)size);
	}
}

/* --- ports ---------------------------------------------------------------- */

static bool plug(struct hub_port *port)
{
	struct ifreq request = { .ifr_name = "eth0",
				 .ifr_flags = IFF_TAP | IFF_NO_PI };
	int netns = open(port->netns, O_RDONLY | O_CLOEXEC);
	bool fine;

	/* Without O_NONBLOCK the driver would run no native XDP. */
	fine = netns >= 0 && setns(netns, CLONE_NEWNET) == 0;
	if (fine) {
		port->fd =
			open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
		fine = port->fd >= 0 &&
		       ioctl(port->fd, TUNSETIFF, &request) == 0;
	}
	if (!fine && port->fd >= 0) {
		close(port->fd);
		port->fd = -1;
	}
	close(netns);
	return fine;
}

static void unplug(struct hub_port *port)
{
	if (port->fd >= 0)
		close(port->fd);
	port->fd = -1;
}

static bool carrier(const struct hub_port *port, int on)
{
	return port->fd >= 0 && ioctl(port->fd, TUNSETCARRIER, &on) == 0;
}

/* --- commands ------------------------------------------------------------- */

static bool set_link(const struct hub *hub, char *words)
{
	char from[HUB_NAME_SIZE], to[HUB_NAME_SIZE];
	struct link_faults faults;
	int a, b;

	if (sscanf(words, "%15s %15s %u %u %u %u", from, to, &faults.loss,
		   &faults.duplicates, &faults.delay_us,
		   &faults.jitter_us) != 6)
		return false;
	a = hub_find(hub, from);
	b = hub_find(hub, to);
	if (a < 0 || b < 0)
		return false;
	links[a][b] = faults;
	return true;
}

static bool await_owner(const struct hub *hub, char *words)
{
	char hosts[64], *save = NULL;
	unsigned int count, milliseconds, mask = 0;

	if (sscanf(words, "%63s %u %u", hosts, &count, &milliseconds) != 3)
		return false;
	for (char *host = strtok_r(hosts, ",", &save); host;
	     host = strtok_r(NULL, ",", &save)) {
		int at = hub_find(hub, host);

		if (at >= 0)
			mask |= 1U << at;
	}
	judge_await(mask, count, hub_now() + milliseconds * 1000000ull);
	return true;
}

static bool port_command(struct hub *hub, const char *verb, const char *words)
{
	char name[HUB_NAME_SIZE];
	int on = 0, at;

	if (sscanf(words, "%15s %d", name, &on) < 1)
		return false;
	at = hub_find(hub, name);
	if (at < 0)
		return false;
	if (!strcmp(verb, "plug"))
		return plug(&hub->ports[at]);
	if (!strcmp(verb, "carrier"))
		return carrier(&hub->ports[at], on);
	unplug(&hub->ports[at]);
	return true;
}

static void obey(struct hub *hub, char *line)
{
	char verb[HUB_NAME_SIZE];
	int used = 0;
	bool fine = true;

	if (sscanf(line, "%15s %n", verb, &used) != 1)
		return;
	if (!strcmp(verb, "report")) {
		judge_report(hub);
		return;
	}
	if (!strcmp(verb, "owner") && await_owner(hub, line + used))
		return;
	if (!strcmp(verb, "mark"))
		judge_mark();
	else if (!strcmp(verb, "clear"))
		memset(links, 0, sizeof(links));
	else if (!strcmp(verb, "link"))
		fine = set_link(hub, line + used);
	else
		fine = port_command(hub, verb, line + used);
	puts(fine ? "ok" : "failed");
}

/* False at the end of the input. */
static bool listen_to(struct hub *hub)
{
	static char buffer[4096];
	static size_t used;
	ssize_t got = read(0, buffer + used, sizeof(buffer) - 1 - used);
	char *end;

	if (got <= 0)
		return false;
	used += (size_t)got;
	buffer[used] = '\0';
	while ((end = strchr(buffer, '\n'))) {
		*end = '\0';
		obey(hub, buffer);
		used -= (size_t)(end + 1 - buffer);
		memmove(buffer, end + 1, used + 1);
	}
	return used < sizeof(buffer) - 1;
}

static struct timespec until_next(uint64_t now)
{
	uint64_t next = judge_next();
	int first = queue_first();

	if (first >= 0 && queue[first]->due < next)
		next = queue[first]->due;
	next = next > now ? next - now : 0;
	return (struct timespec){ .tv_sec = (time_t)(next / 1000000000),
				  .tv_nsec = (long)(next % 1000000000) };
}

static void serve(struct hub *hub)
{
	struct pollfd fds[HUB_HOSTS_MAX + 1];

	for (;;) {
		struct timespec wait = until_next(hub_now());

		for (unsigned int i = 0; i < hub->count; i++)
			fds[i] = (struct pollfd){ .fd = hub->ports[i].fd,
						  .events = POLLIN };
		fds[hub->count] = (struct pollfd){ .events = POLLIN };
		ppoll(fds, hub->count + 1, &wait, NULL);
		for (unsigned int i = 0; i < hub->count; i++)
			if (fds[i].revents & POLLIN)
				hub_drain(hub, i);
		queue_serve(hub, hub_now());
		judge_tick(hub, hub_now());
		if (fds[hub->count].revents && !listen_to(hub))
			return;
	}
}

static bool add_port(struct hub *hub, const char *word)
{
	struct hub_port *port = &hub->ports[hub->count];

	port->fd = -1;
	if (hub->count == HUB_HOSTS_MAX ||
	    sscanf(word, "%15[^=]=%63s", port->name, port->netns) != 2)
		return false;
	hub->count++;
	return plug(port);
}

int main(int argc, char **argv)
{
	struct hub hub = { .count = 0 };
	uint8_t address[4];

	if (argc < 5 || inet_pton(AF_INET, argv[3], address) != 1)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	seed = strtoull(argv[1], NULL, 10);
	judge_open(address, (uint8_t)atoi(argv[2]));
	for (int i = 4; i < argc; i++)
		if (!add_port(&hub, argv[i])) {
			perror(argv[i]);
			return 1;
		}
	puts("ready");
	serve(&hub);
	return 0;
}
