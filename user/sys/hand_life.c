/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The hand's life: drops what privilege it does not need, does what is quick,
 * makes a worker for each request that is slow, and ends with the controller.
 * Leaves everything on interfaces and in the file system as it is then.
 */
#include "user/sys/confine.h"
#include "user/sys/hand_parts.h"
#include "user/sys/log.h"
#include "user/sys/neighbor.h"
#include "user/sys/offspring.h"
#include "user/sys/unix.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	const struct hand_config *config;
	int quick, slow, lines;
	int ends; /* of workers: a signalfd */
	struct netlink *netlink;
	struct neighbor *neighbor;
	unsigned int workers;
} self;

/* --- addresses ------------------------------------------------------------ */

static struct netlink_address address_of(const struct hand_quick *quick,
					 __u32 i)
{
	const struct hand_item *item = &quick->items[i];
	struct netlink_address address = {
		.ifindex = quick->ifindex,
		.family = item->family,
		.prefix = item->prefix,
		.link_local = item->link_local,
		.protocol = HAND_ADDRESS_MARK,
	};

	memcpy(address.address, item->address, item->family == 4 ? 4 : 16);
	return address;
}

static void add(const struct hand_quick *quick,
		struct hand_quick_answer *answer)
{
	for (__u32 i = 0; i < quick->count; i++) {
		struct netlink_address address = address_of(quick, i);

		answer->errors[i] = netlink_address_add(self.netlink, &address);
	}
}

/* Which of those wanted are there, and ours. */
struct marked {
	const struct hand_quick *quick;
	bool found[HAND_BATCH];
};

static void look(void *context, const struct netlink_address *address)
{
	struct marked *m = context;
	const size_t size = address->family == 4 ? 4 : 16;

	if (address->protocol != HAND_ADDRESS_MARK)
		return;
	for (__u32 i = 0; i < m->quick->count; i++) {
		const struct hand_item *item = &m->quick->items[i];

		if (item->family == address->family &&
		    !memcmp(item->address, address->address, size))
			m->found[i] = true;
	}
}

static void take_away(const struct hand_quick *quick,
		      struct hand_quick_answer *answer)
{
	struct marked marked = { .quick = quick };
	int err =
		netlink_addresses(self.netlink, quick->ifindex, look, &marked);

	for (__u32 i = 0; i < quick->count; i++) {
		struct netlink_address address = address_of(quick, i);

		if (err)
			answer->errors[i] = err;
		else if (!marked.found[i])
			answer->errors[i] = -EADDRNOTAVAIL;
		else
			answer->errors[i] =
				netlink_address_remove(self.netlink, &address);
	}
}

/* --- what comes ----------------------------------------------------------- */

/* False: there is no answer. */
static bool act(const struct hand_quick *quick,
		struct hand_quick_answer *answer)
{
	switch (quick->kind) {
	case QUICK_ADD:
		add(quick, answer);
		return true;
	case QUICK_REMOVE:
		take_away(quick, answer);
		return true;
	case QUICK_CLEAR:
		answer->errors[0] = netlink_addresses_clear(
			self.netlink, quick->ifindex, HAND_ADDRESS_MARK);
		return true;
	default:
		neighbor_use(self.neighbor, quick->ifindex,
			     quick->items[0].family, quick->items[0].address);
		return false;
	}
}

/* False: the controller has ended. */
static bool on_quick(void)
{
	struct hand_quick_answer answer = { 0 };
	struct hand_quick quick;
	ssize_t got = recv(self.quick, &quick, sizeof(quick), MSG_TRUNC);
	const char *why;

	if (got <= 0)
		return got < 0 && errno == EINTR;
	why = hand_quick_refuse(&quick, (size_t)got);
	if (why) {
		log_warnx("a request with a wrong %s is refused", why);
		return true;
	}
	answer.sequence = quick.sequence;
	if (act(&quick, &answer))
		send(self.quick, &answer, sizeof(answer),
		     MSG_DONTWAIT | MSG_NOSIGNAL);
	return true;
}

static void bury_workers(void)
{
	struct signalfd_siginfo info;

	while (read(self.ends, &info, sizeof(info)) == sizeof(info))
		;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		self.workers--;
}

static void make_worker(int connection)
{
	pid_t worker = self.workers < HAND_WORKERS_MAX ? fork() : -1;

	if (worker > 0)
		self.workers++;
	if (worker)
		return;
	close(self.ends);
	close(self.quick);
	close(self.slow);
	close(self.lines);
	netlink_close(self.netlink);
	neighbor_close(self.neighbor);
	hand_work(self.config, connection);
	_exit(0);
}

static bool on_slow(void)
{
	const int fd = unix_take(self.slow);

	if (fd < 0)
		return fd == -EINTR || fd == -EBADMSG;
	make_worker(fd);
	close(fd);
	return true;
}

/* Everything on the line; then it is empty, or has ended. */
static void read_lines(void)
{
	struct log_line line;

	while (recv(self.lines, &line, sizeof(line), MSG_DONTWAIT) ==
	       sizeof(line))
		log_for_another(&line);
}

static void live(void)
{
	struct pollfd fds[] = { { self.quick, POLLIN, 0 },
				{ self.slow, POLLIN, 0 },
				{ self.lines, POLLIN, 0 },
				{ self.ends, POLLIN, 0 } };
	bool there = true;

	while (there) {
		if (poll(fds, sizeof(fds) / sizeof(*fds), -1) < 0) {
			there = errno == EINTR;
			continue;
		}
		if (fds[3].revents)
			bury_workers();
		if (fds[0].revents)
			there = on_quick();
		if (there && fds[1].revents)
			there = on_slow();
		if (fds[2].revents)
			read_lines();
	}
}

/* --- the start ------------------------------------------------------------ */

void hand_live(const struct hand_config *config, int quick, int slow, int lines)
{
	prctl(PR_SET_NAME, "carp-hand");
	self.config = config;
	self.quick = quick;
	self.slow = slow;
	self.lines = lines;
	self.ends = offspring_watch();
	signal(SIGPIPE, SIG_IGN);
	log_open();
	if (config->to_syslog)
		log_to_syslog();
	bpffs_mount(config->pin_dir);
	if (netlink_open(NULL, &self.netlink) != 0 ||
	    neighbor_open(&self.neighbor) != 0)
		log_fatal("hand: no netlink socket");
	/* As a service it can give up nothing: that is the unit's to do. */
	if (confine_hand(config->coexist) != 0)
		log_fatal("hand: it has other privilege than it needs%s, and "
			  "cannot give it up",
			  config->coexist ? " with --coexist" : "");
	live();
	_exit(0);
}
