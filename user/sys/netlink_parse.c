/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * From messages of rtnetlink to links and addresses.  Reads attributes, asks
 * nothing.
 */
#include "user/sys/netlink_parts.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

enum netlink_prefixes {
	NETLINK_LINK_LOCAL4 = 0xa9fe, /* 169.254.0.0/16 */
	NETLINK_LINK_LOCAL6 = 0xfe80, /* fe80::/10 */
};

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

static void parse_kinds(struct netlink_link *out, const struct nlattr *info)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			copy_text(out->kind, attr);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND)
			copy_text(out->port_of, attr);
}

/* What it is attached to.  A link of another namespace has another's number. */
static void parse_neighbourhood(struct netlink_link *out,
				const struct nlmsghdr *message, size_t header)
{
	const struct nlattr *attr =
		attribute(message, header, IFLA_MASTER, sizeof(uint32_t));

	if (attr)
		out->master = mnl_attr_get_u32(attr);
	attr = attribute(message, header, IFLA_LINK, sizeof(uint32_t));
	if (attr && !attribute(message, header, IFLA_LINK_NETNSID, 0))
		out->below = mnl_attr_get_u32(attr);
}

bool netlink_parse_link(const struct nlmsghdr *message,
			struct netlink_link *out)
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
		parse_kinds(out, attr);
	parse_neighbourhood(out, message, sizeof(*info));
	attr = attribute(message, sizeof(*info), IFLA_ADDRESS, CARP_MAC_SIZE);
	if (attr && mnl_attr_get_payload_len(attr) == CARP_MAC_SIZE)
		memcpy(out->mac, mnl_attr_get_payload(attr), CARP_MAC_SIZE);
	attr = attribute(message, sizeof(*info), IFLA_MTU, sizeof(uint32_t));
	if (attr)
		out->mtu = mnl_attr_get_u32(attr);
	return true;
}

static bool is_link_local(int family, const __u8 *address)
{
	int prefix = address[0] << 8 | address[1];

	if (family == 4)
		return prefix == NETLINK_LINK_LOCAL4;
	return (prefix & 0xffc0) == NETLINK_LINK_LOCAL6;
}

bool netlink_parse_address(const struct nlmsghdr *message,
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
