/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Opens both sockets and follows what the kernel tells of links and addresses.
 * Never keeps what it has learned.
 */
#include "user/sys/netlink_parts.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

enum netlink_limits {
	NETLINK_BACKLOG = 4 * 1024 * 1024, /* bytes the monitor may lag */
	NETLINK_TIMEOUT_S = 1,
	NETLINK_READS_MAX = 64, /* per call: other sources want their turn */
};

/* --- the monitor ---------------------------------------------------------- */

static int on_news(const struct nlmsghdr *message, void *context)
{
	const struct netlink_watch *watch =
		&((const struct netlink *)context)->watch;
	struct netlink_link link;
	struct netlink_address address;

	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
		if (watch->link && netlink_parse_link(message, &link))
			watch->link(watch->context, &link);
		break;
	case RTM_DELLINK:
		if (watch->link_gone && netlink_parse_link(message, &link))
			watch->link_gone(watch->context, link.ifindex);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (watch->address && netlink_parse_address(message, &address))
			watch->address(watch->context, &address,
				       message->nlmsg_type == RTM_DELADDR);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

/* What a failed read means: 0 or -errno. */
static int read_failed(const struct netlink *netlink, int error)
{
	if (error == EAGAIN || error == EINTR)
		return 0;
	/* ENOSPC: one message was longer than our buffer. */
	if (error != ENOBUFS && error != ENOSPC)
		return -error;
	if (netlink->watch.overrun)
		netlink->watch.overrun(netlink->watch.context);
	return 0;
}

int netlink_read(struct netlink *netlink)
{
	int i;

	for (i = 0; i < NETLINK_READS_MAX; i++) {
		ssize_t got = mnl_socket_recvfrom(
			netlink->monitor, netlink->news, sizeof(netlink->news));

		if (got < 0)
			return read_failed(netlink, errno);
		if (mnl_cb_run(netlink->news, (size_t)got, 0, 0, on_news,
			       netlink) < 0)
			return -errno;
	}
	return 0;
}

int netlink_fd(const struct netlink *netlink)
{
	return mnl_socket_get_fd(netlink->monitor);
}

/* --- opening -------------------------------------------------------------- */

static int open_socket(int flags, unsigned int groups, struct mnl_socket **out)
{
	struct mnl_socket *opened =
		mnl_socket_open2(NETLINK_ROUTE, flags | SOCK_CLOEXEC);

	if (!opened)
		return -errno;
	if (mnl_socket_bind(opened, groups, MNL_SOCKET_AUTOPID) < 0) {
		int err = -errno;

		mnl_socket_close(opened);
		return err;
	}
	*out = opened;
	return 0;
}

static int open_monitor(struct netlink *netlink)
{
	const int size = NETLINK_BACKLOG;
	int err;

	err = open_socket(SOCK_NONBLOCK,
			  RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
			  &netlink->monitor);
	if (err)
		return err;
	/* Only a wish: with less, overruns come sooner. */
	if (setsockopt(netlink_fd(netlink), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		       sizeof(size)) < 0)
		(void)setsockopt(netlink_fd(netlink), SOL_SOCKET, SO_RCVBUF,
				 &size, sizeof(size));
	return 0;
}

static int open_request(struct netlink *netlink)
{
	const struct timeval timeout = { .tv_sec = NETLINK_TIMEOUT_S };
	int strict = 1;
	int err;

	err = open_socket(0, 0, &netlink->request);
	if (err)
		return err;
	/* Only a wish: lets the kernel filter dumps by interface. */
	(void)mnl_socket_setsockopt(netlink->request, NETLINK_GET_STRICT_CHK,
				    &strict, sizeof(strict));
	if (setsockopt(mnl_socket_get_fd(netlink->request), SOL_SOCKET,
		       SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	return 0;
}

int netlink_open(const struct netlink_watch *watch, struct netlink **out)
{
	struct netlink *netlink = calloc(1, sizeof(*netlink));
	int err;

	if (!netlink)
		return -ENOMEM;
	if (watch)
		netlink->watch = *watch;
	err = watch ? open_monitor(netlink) : 0;
	if (!err)
		err = open_request(netlink);
	if (err) {
		netlink_close(netlink);
		return err;
	}
	*out = netlink;
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	if (!netlink)
		return;
	if (netlink->monitor)
		mnl_socket_close(netlink->monitor);
	if (netlink->request)
		mnl_socket_close(netlink->request);
	free(netlink);
}
