/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Neighbour lookups over rtnetlink.  Asks and pokes; never writes an entry of
 * its own.
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
		     struct answer *answer)
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
			    on_message, answer) > MNL_CB_STOP);
}

bool neighbor_lookup(struct neighbor *n, unsigned int ifindex, int family,
		     const __u8 *address, __u8 out_mac[CARP_MAC_SIZE])
{
	struct answer answer = { 0 }, ignored;
	struct nlmsghdr *header;
	struct ndmsg *nd;
	char buffer[512];

	header = message(n, buffer, RTM_GETNEIGH, ifindex, family, address);
	exchange(n, header, &answer);
	if (answer.known) {
		memcpy(out_mac, answer.mac, CARP_MAC_SIZE);
		return true;
	}
	header = message(n, buffer, RTM_NEWNEIGH, ifindex, family, address);
	header->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
	nd = mnl_nlmsg_get_payload(header);
	nd->ndm_flags = NTF_USE;
	exchange(n, header, &ignored);
	return false;
}
