/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the rtnetlink room is made of; for netlink_*.c alone.
 */
#pragma once

#include "user/sys/netlink.h"

#include <libmnl/libmnl.h>
#include <stdint.h>

enum netlink_parts {
	NETLINK_MESSAGE_MAX = 32 * 1024,
	NETLINK_REQUEST_MAX = 256,
	NETLINK_IFA_PROTO = 11, /* IFA_PROTO, newer than some headers */
};

/* Two sockets, so that an answer is never mistaken for news.  Callbacks may
 * ask in turn: the two share no buffer. */
struct netlink {
	struct netlink_watch watch;
	struct mnl_socket *monitor;
	struct mnl_socket *request;
	uint32_t sequence;
	char news[NETLINK_MESSAGE_MAX];
	char answer[NETLINK_MESSAGE_MAX];
};

/* A request under construction. */
struct netlink_question {
	_Alignas(struct nlmsghdr) char buffer[NETLINK_REQUEST_MAX];
};

struct nlmsghdr *netlink_ask(struct netlink_question *question, uint16_t type,
			     uint16_t flags);
/* About that interface: to be sent as it is. */
struct nlmsghdr *netlink_ask_link(struct netlink_question *question,
				  unsigned int ifindex);
/* Sends, and hands each answer to on_answer: 0 or -errno. */
int netlink_transact(struct netlink *netlink, struct nlmsghdr *message,
		     mnl_cb_t on_answer, void *context);

/* False: a message that says nothing about a whole interface. */
bool netlink_parse_link(const struct nlmsghdr *message,
			struct netlink_link *out);
bool netlink_parse_address(const struct nlmsghdr *message,
			   struct netlink_address *out);
