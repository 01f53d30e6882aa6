/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One look.  Changes nothing anywhere, and remembers nothing.
 */
#include "user/probe/probe.h"
#include "user/sys/netlink.h"
#include "user/sys/process.h"
#include "user/sys/reach.h"
#include "user/sys/readall.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum probe_numbers {
	FILE_ROOM = 64,	  /* a number and blanks */
	PID_DIGITS = 7,	  /* 4194304 */
	PIDFILE_LATE = 2, /* seconds that clocks may disagree */
};

/* Printable, and cut to its size. */
static __attribute__((format(printf, 3, 4))) int say(
	struct carp_probe_result *result, enum carp_probe_state state,
	const char *format, ...)
{
	va_list arguments;

	result->state = state;
	va_start(arguments, format);
	vsnprintf(result->text, sizeof(result->text), format, arguments);
	va_end(arguments);
	for (char *c = result->text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return 0;
}

/* It could not be found out. */
static int fail(struct carp_probe_result *result, const char *what, int err)
{
	say(result, PROBE_DOWN, "%s: %s", what, strerror(-err));
	return err;
}

/* --- the network ---------------------------------------------------------- */

static int look_interface(struct netlink *netlink, const char *name,
			  struct carp_probe_result *result)
{
	struct netlink_link link;
	int err = netlink_link_by_name(netlink, name, &link);

	if (err == -ENODEV)
		return say(result, PROBE_DOWN, "%s is not there", name);
	if (err)
		return fail(result, name, err);
	if (!link.up)
		return say(result, PROBE_DOWN, "%s is down", name);
	if (!link.carrier)
		return say(result, PROBE_DOWN, "%s has no carrier", name);
	return say(result, PROBE_UP, "%s is up", name);
}

static int look_route(struct netlink *netlink, const struct carp_probe *probe,
		      struct carp_probe_result *result)
{
	struct netlink_route route = { .family = probe->family,
				       .prefix = probe->prefix };
	struct netlink_link link = { 0 };
	int err = 0;

	if (*probe->ifname)
		err = netlink_link_by_name(netlink, probe->ifname, &link);
	if (err == -ENODEV)
		return say(result, PROBE_DOWN, "%s is not there",
			   probe->ifname);
	memcpy(route.network, probe->address, sizeof(route.network));
	route.ifindex = link.ifindex;
	if (!err)
		err = netlink_route(netlink, &route);
	if (err)
		return fail(result, "route", err);
	if (!route.there)
		return say(result, PROBE_DOWN, "no such route");
	if (!route.usable)
		return say(result, PROBE_DOWN,
			   "there, but its interface has no carrier");
	return say(result, PROBE_UP, "there");
}

/* Which interface to ask through; false: the result is told. */
static bool choose_link(struct netlink *netlink, const struct carp_probe *probe,
			struct netlink_link *link,
			struct carp_probe_result *result, int *err)
{
	unsigned int ifindex;
	bool router = false;

	if (*probe->ifname) {
		*err = netlink_link_by_name(netlink, probe->ifname, link);
	} else {
		*err = netlink_way(netlink, probe->family, probe->address,
				   &ifindex, &router);
		if (!*err)
			*err = netlink_link_by_index(netlink, ifindex, link);
	}
	if (*err == -ENODEV || *err == -ENETUNREACH) {
		*err = say(result, PROBE_DOWN, "no %s to it",
			   *probe->ifname ? "interface" : "route");
		return false;
	}
	if (*err) {
		fail(result, "address", *err);
		return false;
	}
	if (router)
		say(result, PROBE_DOWN,
		    "behind a router: track the router, or "
		    "name the interface with dev");
	return !router;
}

static int look_address(struct netlink *netlink, const struct carp_probe *probe,
			unsigned int timeout_ms,
			struct carp_probe_result *result)
{
	struct netlink_link link;
	__u8 mac[CARP_MAC_SIZE];
	int err;

	if (!choose_link(netlink, probe, &link, result, &err))
		return err;
	err = reach_ask(&link, probe->family, probe->address, timeout_ms, mac);
	switch (err) {
	case 0:
		return say(result, PROBE_UP,
			   "%02x:%02x:%02x:%02x:%02x:%02x on %s", mac[0],
			   mac[1], mac[2], mac[3], mac[4], mac[5], link.name);
	case -ETIMEDOUT:
		return say(result, PROBE_DOWN, "no answer on %s in %u ms",
			   link.name, timeout_ms);
	case -EADDRINUSE:
		return say(result, PROBE_UP, "this host's own");
	case -ENETDOWN:
	case -ENODEV:
	case -EADDRNOTAVAIL:
		return say(result, PROBE_DOWN, "%s: %s", link.name,
			   err == -EADDRNOTAVAIL ? "no address to ask from"
						 : strerror(-err));
	default:
		return fail(result, link.name, err);
	}
}

static int look_network(const struct carp_probe *probe, unsigned int timeout_ms,
			struct carp_probe_result *result)
{
	struct netlink *netlink;
	int err = netlink_open(NULL, &netlink);

	if (err)
		return fail(result, "netlink", err);
	if (probe->kind == PROBE_INTERFACE)
		err = look_interface(netlink, probe->ifname, result);
	else if (probe->kind == PROBE_ROUTE)
		err = look_route(netlink, probe, result);
	else
		err = look_address(netlink, probe, timeout_ms, result);
	netlink_close(netlink);
	return err;
}

/* --- processes and files -------------------------------------------------- */

static int look_process(const char *name, struct carp_probe_result *result)
{
	int pid = process_find(name);

	if (pid < 0)
		return fail(result, "/proc", pid);
	if (!pid)
		return say(result, PROBE_DOWN, "no process of that name");
	return say(result, PROBE_UP, "pid %d", pid);
}

/* A small regular file: 0 or -errno.  Never waits for who writes a pipe. */
static int read_small(const char *path, char text[static FILE_ROOM],
		      struct stat *st, bool *kept)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct statfs kind;
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = fstat(fd, st) ? -errno : 0;
	if (!got)
		got = S_ISREG(st->st_mode) ? read_all(fd, text, FILE_ROOM - 1)
					   : -EINVAL;
	/* What lies in memory cannot be older than this boot. */
	*kept = fstatfs(fd, &kind) || kind.f_type != TMPFS_MAGIC;
	close(fd);
	if (got > 0 && memchr(text, '\0', (size_t)got))
		got = -EINVAL;
	text[got > 0 ? got : 0] = '\0';
	return got < 0 ? (int)got : 0;
}

/* Whether the process began after the file was written: it has the pid of
 * the one that is meant.  A file in memory that seems older than this boot is
 * of before the clock was set: nothing is known then. */
static bool is_another(const struct timespec *start, const struct stat *st,
		       bool kept)
{
	struct timespec boot, real;
	time_t booted;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &real);
	booted = real.tv_sec - boot.tv_sec;
	if (!kept && st->st_mtim.tv_sec < booted)
		return false;
	return booted + start->tv_sec > st->st_mtim.tv_sec + PIDFILE_LATE;
}

static int look_pidfile(const char *path, struct carp_probe_result *result)
{
	struct timespec start;
	char text[FILE_ROOM];
	struct stat st = { 0 };
	size_t digits;
	bool kept = false;
	int err = read_small(path, text, &st, &kept), pid;

	if (err)
		return say(result, PROBE_DOWN, "%s", strerror(-err));
	digits = strspn(text, "0123456789");
	pid = digits && digits <= PID_DIGITS ? atoi(text) : 0;
	if (!pid || (text[digits] && !isspace((unsigned char)text[digits])))
		return say(result, PROBE_DOWN, "holds no pid: \"%.32s\"", text);
	err = process_started(pid, &start);
	if (err == -ESRCH)
		return say(result, PROBE_DOWN, "pid %d does not live", pid);
	if (err)
		return fail(result, "/proc", err);
	if (is_another(&start, &st, kept))
		return say(result, PROBE_DOWN,
			   "pid %d is another process: it began after the "
			   "file was written",
			   pid);
	return say(result, PROBE_UP, "pid %d", pid);
}

static int look_file(const char *path, struct carp_probe_result *result)
{
	char text[FILE_ROOM];
	struct stat st = { 0 };
	size_t digits;
	int err, value;
	bool kept = false;

	err = read_small(path, text, &st, &kept);
	if (err)
		return say(result, PROBE_DOWN, "%s", strerror(-err));
	digits = strspn(text, "0123456789");
	value = digits && digits <= 3 ? atoi(text) : -1;
	if (value < 0 || value > PROBE_VALUE_MAX ||
	    text[digits + strspn(text + digits, " \t\r\n")])
		return say(result, PROBE_DOWN,
			   "holds \"%.32s\", wanted is a number from 0 to %d",
			   text, PROBE_VALUE_MAX);
	result->value = value;
	return say(result, PROBE_UP, "%d", value);
}

int carp_probe_run(const struct carp_probe *probe, unsigned int timeout_ms,
		   struct carp_probe_result *result)
{
	*result = (struct carp_probe_result){ 0 };
	switch (probe->kind) {
	case PROBE_PROCESS:
		return look_process(probe->name, result);
	case PROBE_PIDFILE:
		return look_pidfile(probe->path, result);
	case PROBE_FILE:
		return look_file(probe->path, result);
	default:
		return look_network(probe, timeout_ms, result);
	}
}
