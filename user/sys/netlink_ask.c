/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Asks rtnetlink, and has addresses added and removed.  A dump is read to its
 * end before it is handed out, so that whoever gets it may ask in turn.
 */
#include "user/sys/netlink_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum netlink_limits {
	NETLINK_DUMPS_MAX = 8, /* of a table that keeps changing */
};

struct nlmsghdr *netlink_ask(struct netlink_question *question, uint16_t type,
			     uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(question->buffer);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	return message;
}

int netlink_transact(struct netlink *netlink, struct nlmsghdr *message,
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
		netlink_parse_link(message, context);
	return MNL_CB_OK;
}

static int ask_link(struct netlink *netlink, struct nlmsghdr *message,
		    struct netlink_link *out)
{
	struct netlink_link link = { 0 };
	int err = netlink_transact(netlink, message, on_link, &link);

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
	struct netlink_question question;
	struct nlmsghdr *message =
		netlink_ask(&question, RTM_GETLINK, NLM_F_ACK);

	if (!*name || strlen(name) >= NETLINK_NAME_SIZE)
		return -ENODEV;
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	return ask_link(netlink, message, out);
}

struct nlmsghdr *netlink_ask_link(struct netlink_question *question,
				  unsigned int ifindex)
{
	struct nlmsghdr *message =
		netlink_ask(question, RTM_GETLINK, NLM_F_ACK);
	struct ifinfomsg *info =
		mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->ifi_index = (int)ifindex;
	return message;
}

int netlink_link_by_index(struct netlink *netlink, unsigned int ifindex,
			  struct netlink_link *out)
{
	struct netlink_question question;

	return ifindex ? ask_link(netlink, netlink_ask_link(&question, ifindex),
				  out)
		       : -ENODEV;
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
	    !netlink_parse_address(message, &address) ||
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
	struct netlink_question question;
	int err = -EINTR;
	int i;

	/* EINTR: the table changed while it was read. */
	for (i = 0; err == -EINTR && i < NETLINK_DUMPS_MAX; i++) {
		struct nlmsghdr *message =
			netlink_ask(&question, RTM_GETADDR, NLM_F_DUMP);
		struct ifaddrmsg *info =
			mnl_nlmsg_put_extra_header(message, sizeof(*info));

		list->count = 0;
		info->ifa_index = list->ifindex;
		err = netlink_transact(netlink, message, on_address, list);
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
	struct netlink_question question;
	struct nlmsghdr *message =
		netlink_ask(&question, type, NLM_F_ACK | flags);
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
	return netlink_transact(netlink, message, NULL, NULL);
}

int netlink_address_add(struct netlink *netlink,
			const struct netlink_address *address)
{
	return change_address(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
			      address);
}

/* The interface's promote_secondaries, or -1 if it cannot be opened. */
static int open_promotion(const struct netlink_address *address)
{
	char name[IF_NAMESIZE], path[64 + IF_NAMESIZE];

	if (address->family != 4 || !if_indextoname(address->ifindex, name))
		return -1;
	snprintf(path, sizeof(path),
		 "/proc/sys/net/ipv4/conf/%s/promote_secondaries", name);
	return open(path, O_RDWR | O_CLOEXEC);
}

/* The first address of a network takes the later ones along when it goes,
 * whoever has set them, unless they are promoted: for this moment they are. */
int netlink_address_remove(struct netlink *netlink,
			   const struct netlink_address *address)
{
	int setting = open_promotion(address);
	char before = '1';
	bool turned = setting >= 0 && pread(setting, &before, 1, 0) == 1 &&
		      before == '0' && pwrite(setting, "1", 1, 0) == 1;
	int err = change_address(netlink, RTM_DELADDR, 0, address);

	if (turned && pwrite(setting, "0", 1, 0) != 1)
		err = err ? err : -errno;
	if (setting >= 0)
		close(setting);
	return err;
}

struct clearing {
	struct netlink *netlink;
	__u8 protocol;
	int err; /* the last */
};

static void clear_one(void *context, const struct netlink_address *address)
{
	struct clearing *c = context;
	int err;

	if (address->protocol != c->protocol)
		return;
	err = netlink_address_remove(c->netlink, address);
	if (err && err != -EADDRNOTAVAIL && err != -ENODEV)
		c->err = err;
}

int netlink_addresses_clear(struct netlink *netlink, unsigned int ifindex,
			    __u8 protocol)
{
	struct clearing c = { .netlink = netlink, .protocol = protocol };
	int err = netlink_addresses(netlink, ifindex, clear_one, &c);

	return err ? err : c.err;
}

static int on_conf(const struct nlmsghdr *message, void *context)
{
	struct nlattr *attr;
	bool *forwards = context;

	if (message->nlmsg_type != RTM_NEWNETCONF)
		return MNL_CB_OK;
	mnl_attr_for_each (attr, message, sizeof(struct netconfmsg))
		if (mnl_attr_get_type(attr) == NETCONFA_FORWARDING &&
		    mnl_attr_get_payload_len(attr) == sizeof(uint32_t))
			*forwards = mnl_attr_get_u32(attr) == 1;
	return MNL_CB_OK;
}

bool netlink_forwards_ipv6(struct netlink *netlink, unsigned int ifindex)
{
	struct netlink_question question;
	struct nlmsghdr *message =
		netlink_ask(&question, RTM_GETNETCONF, NLM_F_ACK);
	struct netconfmsg *conf;
	bool forwards = false;

	conf = mnl_nlmsg_put_extra_header(message, sizeof(*conf));
	conf->ncm_family = AF_INET6;
	mnl_attr_put_u32(message, NETCONFA_IFINDEX, ifindex);
	netlink_transact(netlink, message, on_conf, &forwards);
	return forwards;
}
