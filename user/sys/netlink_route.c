/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Routes, asked for.  Sets none.
 */
#include "user/sys/netlink_parts.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

static void see_hop(struct netlink_route *route, unsigned int ifindex,
		    unsigned int flags)
{
	if (route->ifindex && route->ifindex != ifindex)
		return;
	route->there = true;
	if (!(flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)))
		route->usable = true;
}

static void see_hops(struct netlink_route *route, const struct nlattr *attr)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	int left = mnl_attr_get_payload_len(attr);

	while (RTNH_OK(hop, left)) {
		see_hop(route, (unsigned int)hop->rtnh_ifindex,
			hop->rtnh_flags);
		left -= (int)NLMSG_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
}

/* What of a message is looked at. */
struct route_parts {
	const struct nlattr *network, *one, *many;
	unsigned int table;
};

static void take_apart(const struct nlmsghdr *message, struct route_parts *out)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr;

	out->table = head->rtm_table;
	mnl_attr_for_each (attr, message, sizeof(*head))
		if (mnl_attr_get_type(attr) == RTA_DST)
			out->network = attr;
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			out->one = attr;
		else if (mnl_attr_get_type(attr) == RTA_MULTIPATH)
			out->many = attr;
		else if (mnl_attr_get_type(attr) == RTA_TABLE)
			out->table = mnl_attr_get_u32(attr);
}

static bool is_that(const struct netlink_route *route, const struct rtmsg *head,
		    const struct route_parts *parts)
{
	const size_t size = route->family == 4 ? 4 : 16;

	if (head->rtm_family != (route->family == 4 ? AF_INET : AF_INET6) ||
	    head->rtm_type != RTN_UNICAST || parts->table != RT_TABLE_MAIN ||
	    head->rtm_dst_len != route->prefix)
		return false;
	if (!parts->network)
		return route->prefix == 0;
	return mnl_attr_get_payload_len(parts->network) == size &&
	       !memcmp(mnl_attr_get_payload(parts->network), route->network,
		       size);
}

static int on_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(message);
	struct netlink_route *route = context;
	struct route_parts parts = { 0 };

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*head))
		return MNL_CB_OK;
	take_apart(message, &parts);
	if (!is_that(route, head, &parts))
		return MNL_CB_OK;
	if (parts.many)
		see_hops(route, parts.many);
	else if (parts.one)
		see_hop(route, mnl_attr_get_u32(parts.one), head->rtm_flags);
	return MNL_CB_OK;
}

int netlink_route(struct netlink *netlink, struct netlink_route *route)
{
	struct netlink_question question;
	struct nlmsghdr *message =
		netlink_ask(&question, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	int err;

	head->rtm_family = route->family == 4 ? AF_INET : AF_INET6;
	head->rtm_table = RT_TABLE_MAIN;
	route->there = false;
	route->usable = false;
	err = netlink_transact(netlink, message, on_route, route);
	/* ENOENT: no such table yet.  EINTR: it changed meanwhile; what was
	 * seen was there. */
	return err == -ENOENT || (err == -EINTR && route->usable) ? 0 : err;
}

struct way {
	unsigned int ifindex;
	bool router;
};

static int on_way(const struct nlmsghdr *message, void *context)
{
	struct way *way = context;
	const struct nlattr *attr;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	mnl_attr_for_each (attr, message, sizeof(struct rtmsg))
		if (mnl_attr_get_type(attr) == RTA_OIF)
			way->ifindex = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == RTA_GATEWAY ||
			 mnl_attr_get_type(attr) == RTA_VIA)
			way->router = true;
	return MNL_CB_OK;
}

int netlink_way(struct netlink *netlink, int family, const __u8 *address,
		unsigned int *ifindex, bool *router)
{
	const size_t size = family == 4 ? 4 : 16;
	struct netlink_question question;
	struct nlmsghdr *message =
		netlink_ask(&question, RTM_GETROUTE, NLM_F_ACK);
	struct rtmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	struct way way = { 0 };
	int err;

	head->rtm_family = family == 4 ? AF_INET : AF_INET6;
	head->rtm_dst_len = (unsigned char)(8 * size);
	mnl_attr_put(message, RTA_DST, size, address);
	err = netlink_transact(netlink, message, on_way, &way);
	*ifindex = way.ifindex;
	*router = way.router;
	return !err && !way.ifindex ? -ENETUNREACH : err;
}
