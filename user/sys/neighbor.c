/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Route and neighbour lookups over rtnetlink.  Asks and pokes; never writes an
 * entry of its own.
 */
#include "user/sys/neighbor.h"

#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	NEIGHBOR_USABLE = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE |
			  NUD_PERMANENT
};

struct neighbor {
	struct mnl_socket *socket;
	unsigned int sequence;
};

struct answer {
	bool known;
	__u8 mac[CARP_MAC_SIZE];
};

struct router {
	__u8 *family;
	__u8 *address;
};

int neighbor_open(struct neighbor **out)
{
	struct neighbor *n = calloc(1, sizeof(*n));
	int err;

	if (!n)
		return -ENOMEM;
	n->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!n->socket || mnl_socket_bind(n->socket, 0, MNL_SOCKET_AUTOPID)) {
		err = -errno;
		neighbor_close(n);
		return err;
	}
	n->sequence = (unsigned int)time(NULL);
	*out = n;
	return 0;
}

void neighbor_close(struct neighbor *n)
{
	if (n && n->socket)
		mnl_socket_close(n->socket);
	free(n);
}

static int on_message(const struct nlmsghdr *header, void *context)
{
	const struct ndmsg *nd = mnl_nlmsg_get_payload(header);
	struct answer *answer = context;
	struct nlattr *attr;

	if (!(nd->ndm_state & NEIGHBOR_USABLE))
		return MNL_CB_OK;
	mnl_attr_for_each (attr, header, sizeof(*nd)) {
		if (mnl_attr_get_type(attr) != NDA_LLADDR ||
		    mnl_attr_get_payload_len(attr) != CARP_MAC_SIZE)
			continue;
		memcpy(answer->mac, mnl_attr_get_payload(attr), CARP_MAC_SIZE);
		answer->known = true;
	}
	return MNL_CB_OK;
}

static void take_router(struct router *router, unsigned int family,
			const void *address, size_t size)
{
	if (size != (family == AF_INET ? 4 : 16))
		return;
	*router->family = family == AF_INET ? 4 : 6;
	memset(router->address, 0, 16);
	memcpy(router->address, address, size);
}

static int on_route(const struct nlmsghdr *header, void *context)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(header);
	struct nlattr *attr;

	if (header->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	mnl_attr_for_each (attr, header, sizeof(*route)) {
		const struct rtvia *via = mnl_attr_get_payload(attr);
		size_t size = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) == RTA_GATEWAY)
			take_router(context, route->rtm_family, via, size);
		else if (mnl_attr_get_type(attr) == RTA_VIA &&
			 size > sizeof(*via))
			take_router(context, via->rtvia_family, via->rtvia_addr,
				    size - sizeof(*via));
	}
	return MNL_CB_OK;
}

static struct nlmsghdr *message(struct neighbor *n, void *buffer, int type,
				unsigned int ifindex, int family,
				const __u8 *address)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct ndmsg *nd;

	header->nlmsg_type = (unsigned short)type;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header->nlmsg_seq = ++n->sequence;
	nd = mnl_nlmsg_put_extra_header(header, sizeof(*nd));
	nd->ndm_family = family == 4 ? AF_INET : AF_INET6;
	nd->ndm_ifindex = (int)ifindex;
	mnl_attr_put(header, NDA_DST, family == 4 ? 4 : 16, address);
	return header;
}

/* The kernel answers in the sender's own context: nothing here waits. */
static void exchange(struct neighbor *n, const struct nlmsghdr *header,
		     mnl_cb_t on_answer, void *answer)
{
	char buffer[4096];
	unsigned int port = mnl_socket_get_portid(n->socket);
	ssize_t size;

	if (mnl_socket_sendto(n->socket, header, header->nlmsg_len) < 0)
		return;
	do {
		size = recv(mnl_socket_get_fd(n->socket), buffer,
			    sizeof(buffer), MSG_DONTWAIT);
		if (size <= 0)
			return;
	} while (mnl_cb_run(buffer, (size_t)size, header->nlmsg_seq, port,
			    on_answer, answer) > MNL_CB_STOP);
}

void neighbor_next_hop(struct neighbor *n, unsigned int ifindex, int family,
		       const __u8 *address, __u8 *out_family,
		       __u8 out_address[16])
{
	struct router router = { out_family, out_address };
	const size_t size = family == 4 ? 4 : 16;
	struct nlmsghdr *header;
	struct rtmsg *route;
	char buffer[512];

	header = mnl_nlmsg_put_header(buffer);
	header->nlmsg_type = RTM_GETROUTE;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header->nlmsg_seq = ++n->sequence;
	route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
	route->rtm_family = family == 4 ? AF_INET : AF_INET6;
	route->rtm_dst_len = (unsigned char)(8 * size);
	mnl_attr_put(header, RTA_DST, size, address);
	mnl_attr_put_u32(header, RTA_OIF, ifindex);
	exchange(n, header, on_route, &router);
}

void neighbor_use(struct neighbor *n, unsigned int ifindex, int family,
		  const __u8 *address)
{
	struct answer ignored;
	struct nlmsghdr *header;
	struct ndmsg *nd;
	char buffer[512];

	header = message(n, buffer, RTM_NEWNEIGH, ifindex, family, address);
	header->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
	nd = mnl_nlmsg_get_payload(header);
	nd->ndm_flags = NTF_USE;
	exchange(n, header, on_message, &ignored);
}

bool neighbor_lookup(struct neighbor *n, unsigned int ifindex, int family,
		     const __u8 *address, __u8 out_mac[CARP_MAC_SIZE])
{
	struct answer answer = { 0 };
	struct nlmsghdr *header;
	char buffer[512];

	header = message(n, buffer, RTM_GETNEIGH, ifindex, family, address);
	exchange(n, header, on_message, &answer);
	if (answer.known)
		memcpy(out_mac, answer.mac, CARP_MAC_SIZE);
	return answer.known;
}
