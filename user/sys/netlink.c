/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * rtnetlink through libmnl: one socket follows, a second asks, so that an
 * answer is never mistaken for news.  Callbacks may ask in turn: the two
 * share no buffer, and a dump is read to its end before it is handed out.
 * Never keeps what it has learned.
 */
#include "user/sys/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum netlink_limits {
	NETLINK_MESSAGE_MAX = 32 * 1024,
	NETLINK_REQUEST_MAX = 256,
	NETLINK_BACKLOG = 4 * 1024 * 1024, /* bytes the monitor may lag */
	NETLINK_TIMEOUT_S = 1,
	NETLINK_READS_MAX = 64, /* per call: other sources want their turn */
	NETLINK_DUMPS_MAX = 8,	/* of a table that keeps changing */
	NETLINK_IFA_PROTO = 11, /* IFA_PROTO, newer than some headers */
	NETLINK_LINK_LOCAL4 = 0xa9fe, /* 169.254.0.0/16 */
	NETLINK_LINK_LOCAL6 = 0xfe80, /* fe80::/10 */
};

struct netlink {
	struct netlink_watch watch;
	struct mnl_socket *monitor;
	struct mnl_socket *request;
	uint32_t sequence;
	char news[NETLINK_MESSAGE_MAX];
	char answer[NETLINK_MESSAGE_MAX];
};

/* A request under construction. */
struct question {
	_Alignas(struct nlmsghdr) char buffer[NETLINK_REQUEST_MAX];
};

/* --- messages ------------------------------------------------------------- */

/* The attribute with at least that much in it, or NULL. */
static const struct nlattr *attribute(const struct nlmsghdr *message,
				      size_t header, uint16_t type,
				      size_t size_min)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, message, header)
		if (mnl_attr_get_type(attr) == type &&
		    mnl_attr_get_payload_len(attr) >= size_min)
			return attr;
	return NULL;
}

static void copy_text(char out[NETLINK_NAME_SIZE], const struct nlattr *attr)
{
	size_t length = mnl_attr_get_payload_len(attr);

	if (length > NETLINK_NAME_SIZE - 1)
		length = NETLINK_NAME_SIZE - 1;
	memset(out, 0, NETLINK_NAME_SIZE);
	memcpy(out, mnl_attr_get_payload(attr), length);
}

static void copy_kind(char out[NETLINK_NAME_SIZE], const struct nlattr *info)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			copy_text(out, attr);
}

/* False: a message that says nothing about a whole interface. */
static bool parse_link(const struct nlmsghdr *message, struct netlink_link *out)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return false;
	/* Bridge ports and wireless events use the same message type. */
	if (info->ifi_family != AF_UNSPEC ||
	    attribute(message, sizeof(*info), IFLA_WIRELESS, 0))
		return false;
	*out = (struct netlink_link){
		.ifindex = (unsigned int)info->ifi_index,
		.type = info->ifi_type,
		.up = info->ifi_flags & IFF_UP,
		.carrier = info->ifi_flags & IFF_LOWER_UP,
	};
	attr = attribute(message, sizeof(*info), IFLA_IFNAME, 1);
	if (attr)
		copy_text(out->name, attr);
	attr = attribute(message, sizeof(*info), IFLA_LINKINFO, 0);
	if (attr)
		copy_kind(out->kind, attr);
	attr = attribute(message, sizeof(*info), IFLA_ADDRESS, CARP_MAC_SIZE);
	if (attr && mnl_attr_get_payload_len(attr) == CARP_MAC_SIZE)
		memcpy(out->mac, mnl_attr_get_payload(attr), CARP_MAC_SIZE);
	return true;
}

static bool is_link_local(int family, const __u8 *address)
{
	int prefix = address[0] << 8 | address[1];

	if (family == 4)
		return prefix == NETLINK_LINK_LOCAL4;
	return (prefix & 0xffc0) == NETLINK_LINK_LOCAL6;
}

static bool parse_address(const struct nlmsghdr *message,
			  struct netlink_address *out)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr;
	size_t size;
	uint32_t flags;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return false;
	if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6)
		return false;
	size = info->ifa_family == AF_INET ? 4 : 16;
	/* On a point-to-point link, IFA_ADDRESS is the other end. */
	attr = attribute(message, sizeof(*info), IFA_LOCAL, size);
	if (!attr)
		attr = attribute(message, sizeof(*info), IFA_ADDRESS, size);
	if (!attr)
		return false;
	*out = (struct netlink_address){
		.ifindex = info->ifa_index,
		.family = info->ifa_family == AF_INET ? 4 : 6,
		.prefix = info->ifa_prefixlen,
	};
	memcpy(out->address, mnl_attr_get_payload(attr), size);
	out->link_local = is_link_local(out->family, out->address);
	attr = attribute(message, sizeof(*info), IFA_FLAGS, sizeof(flags));
	flags = attr ? mnl_attr_get_u32(attr) : info->ifa_flags;
	out->tentative =
		(flags & IFA_F_DADFAILED) ||
		((flags & IFA_F_TENTATIVE) && !(flags & IFA_F_OPTIMISTIC));
	attr = attribute(message, sizeof(*info), NETLINK_IFA_PROTO, 1);
	if (attr)
		out->protocol = mnl_attr_get_u8(attr);
	return true;
}

/* --- the monitor ---------------------------------------------------------- */

static int on_news(const struct nlmsghdr *message, void *context)
{
	const struct netlink_watch *watch =
		&((const struct netlink *)context)->watch;
	struct netlink_link link;
	struct netlink_address address;

	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
		if (watch->link && parse_link(message, &link))
			watch->link(watch->context, &link);
		break;
	case RTM_DELLINK:
		if (watch->link_gone && parse_link(message, &link))
			watch->link_gone(watch->context, link.ifindex);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (watch->address && parse_address(message, &address))
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
	netlink->watch = *watch;
	err = open_monitor(netlink);
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

/* --- requests ------------------------------------------------------------- */

static struct nlmsghdr *ask(struct question *question, uint16_t type,
			    uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(question->buffer);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	return message;
}

/* Sends, and hands each answer to on_answer: 0 or -errno. */
static int transact(struct netlink *netlink, struct nlmsghdr *message,
		    mnl_cb_t on_answer, void *context)
{
	int more = MNL_CB_OK;
	ssize_t sent;

	message->nlmsg_seq = ++netlink->sequence;
	sent = mnl_socket_sendto(netlink->request, message, message->nlmsg_len);
	if (sent < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		ssize_t got =
			mnl_socket_recvfrom(netlink->request, netlink->answer,
					    sizeof(netlink->answer));

		if (got < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		more = mnl_cb_run(netlink->answer, (size_t)got,
				  netlink->sequence, 0, on_answer, context);
		/* The rest of an answer that was given up earlier. */
		if (more < 0 && errno == EPROTO)
			more = MNL_CB_OK;
	}
	return more < 0 ? -errno : 0;
}

static int on_link(const struct nlmsghdr *message, void *context)
{
	if (message->nlmsg_type == RTM_NEWLINK)
		parse_link(message, context);
	return MNL_CB_OK;
}

static int ask_link(struct netlink *netlink, struct nlmsghdr *message,
		    struct netlink_link *out)
{
	struct netlink_link link = { 0 };
	int err = transact(netlink, message, on_link, &link);

	if (err)
		return err;
	if (!link.ifindex)
		return -ENODEV;
	*out = link;
	return 0;
}

int netlink_link_by_name(struct netlink *netlink, const char *name,
			 struct netlink_link *out)
{
	struct question question;
	struct nlmsghdr *message = ask(&question, RTM_GETLINK, NLM_F_ACK);

	if (!*name || strlen(name) >= NETLINK_NAME_SIZE)
		return -ENODEV;
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	return ask_link(netlink, message, out);
}

int netlink_link_by_index(struct netlink *netlink, unsigned int ifindex,
			  struct netlink_link *out)
{
	struct question question;
	struct nlmsghdr *message = ask(&question, RTM_GETLINK, NLM_F_ACK);
	struct ifinfomsg *info;

	if (!ifindex)
		return -ENODEV;
	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ifi_index = (int)ifindex;
	return ask_link(netlink, message, out);
}

struct address_list {
	unsigned int ifindex;
	struct netlink_address *items;
	size_t count;
	size_t size;
};

static int on_address(const struct nlmsghdr *message, void *context)
{
	struct address_list *list = context;
	struct netlink_address address;

	if (message->nlmsg_type != RTM_NEWADDR ||
	    !parse_address(message, &address) ||
	    address.ifindex != list->ifindex)
		return MNL_CB_OK;
	if (list->count == list->size) {
		const size_t size = list->size ? 2 * list->size : 16;
		struct netlink_address *items =
			reallocarray(list->items, size, sizeof(*items));

		if (!items)
			return MNL_CB_ERROR; /* errno is ENOMEM */
		list->items = items;
		list->size = size;
	}
	list->items[list->count++] = address;
	return MNL_CB_OK;
}

static int dump_addresses(struct netlink *netlink, struct address_list *list)
{
	struct question question;
	int err = -EINTR;
	int i;

	/* EINTR: the table changed while it was read. */
	for (i = 0; err == -EINTR && i < NETLINK_DUMPS_MAX; i++) {
		struct nlmsghdr *message =
			ask(&question, RTM_GETADDR, NLM_F_DUMP);
		struct ifaddrmsg *info =
			mnl_nlmsg_put_extra_header(message, sizeof(*info));

		list->count = 0;
		info->ifa_index = list->ifindex;
		err = transact(netlink, message, on_address, list);
	}
	return err;
}

int netlink_addresses(struct netlink *netlink, unsigned int ifindex,
		      void (*each)(void *context,
				   const struct netlink_address *address),
		      void *context)
{
	struct address_list list = { .ifindex = ifindex };
	int err = dump_addresses(netlink, &list);
	size_t i;

	for (i = 0; !err && i < list.count; i++)
		each(context, &list.items[i]);
	free(list.items);
	return err;
}

static int change_address(struct netlink *netlink, uint16_t type,
			  uint16_t flags, const struct netlink_address *address)
{
	struct question question;
	struct nlmsghdr *message = ask(&question, type, NLM_F_ACK | flags);
	const size_t size = address->family == 4 ? 4 : 16;
	struct ifaddrmsg *info;

	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ifa_family = address->family == 4 ? AF_INET : AF_INET6;
	info->ifa_prefixlen = address->prefix;
	info->ifa_index = address->ifindex;
	info->ifa_scope =
		address->link_local ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	mnl_attr_put(message, IFA_LOCAL, size, address->address);
	mnl_attr_put(message, IFA_ADDRESS, size, address->address);
	if (type == RTM_NEWADDR && address->family == 6)
		mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_NODAD);
	if (type == RTM_NEWADDR && address->protocol)
		mnl_attr_put_u8(message, NETLINK_IFA_PROTO, address->protocol);
	return transact(netlink, message, NULL, NULL);
}

int netlink_address_add(struct netlink *netlink,
			const struct netlink_address *address)
{
	return change_address(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
			      address);
}

int netlink_address_remove(struct netlink *netlink,
			   const struct netlink_address *address)
{
	return change_address(netlink, RTM_DELADDR, 0, address);
}
