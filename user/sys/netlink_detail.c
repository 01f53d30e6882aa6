/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What only somebody who looks for a fault wants to know of an interface.
 */
#include "user/sys/netlink_parts.h"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* A number of one, two or four bytes. */
static int number(const struct nlattr *attr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(attr);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(attr);
	case sizeof(uint32_t):
		return (int)mnl_attr_get_u32(attr);
	default:
		return NETLINK_UNTOLD;
	}
}

static void parse_bridge(struct netlink_detail *out, const struct nlattr *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, data)
		if (mnl_attr_get_type(attr) == IFLA_BR_MCAST_SNOOPING)
			out->snooping = number(attr);
		else if (mnl_attr_get_type(attr) == IFLA_BR_MCAST_QUERIER)
			out->querier = number(attr);
		else if (mnl_attr_get_type(attr) == IFLA_BR_MCAST_QUERIER_STATE)
			out->other_querier = mnl_attr_get_payload_len(attr) > 0;
}

static void parse_one(int *out, const struct nlattr *data, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, data)
		if (mnl_attr_get_type(attr) == type)
			*out = number(attr);
}

static void parse_info(struct netlink_detail *out, const struct nlattr *info)
{
	const struct nlattr *attr, *data = NULL;
	const char *kind = "";

	mnl_attr_for_each_nested (attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			kind = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
	if (!data)
		return;
	if (!strcmp(kind, "bridge"))
		parse_bridge(out, data);
	else if (!strcmp(kind, "bond"))
		parse_one(&out->bond_mode, data, IFLA_BOND_MODE);
	else if (!strcmp(kind, "vlan"))
		parse_one(&out->vlan, data, IFLA_VLAN_ID);
}

static int on_detail(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	struct netlink_detail *out = context;
	const struct nlattr *attr;

	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*link))
		return MNL_CB_OK;
	out->multicast = link->ifi_flags & IFF_MULTICAST;
	mnl_attr_for_each (attr, message, sizeof(*link))
		if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			parse_info(out, attr);
	return MNL_CB_OK;
}

int netlink_detail(struct netlink *netlink, unsigned int ifindex,
		   struct netlink_detail *out)
{
	struct netlink_question question;

	*out = (struct netlink_detail){
		.snooping = NETLINK_UNTOLD,
		.querier = NETLINK_UNTOLD,
		.bond_mode = NETLINK_UNTOLD,
		.vlan = NETLINK_UNTOLD,
	};
	return netlink_transact(netlink, netlink_ask_link(&question, ifindex),
				on_detail, out);
}
