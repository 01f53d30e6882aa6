/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Messages of rtnetlink, in memory of exactly their size: headers with
 * attributes as the kernel writes them, and any bytes.
 */
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "choices.h"
#include "fuzz.h"
#include "user/sys/netlink_parts.h"

enum {
	MESSAGE_MAX = 2048
};

/* Attributes the parser looks for. */
static const uint16_t link_types[] = { IFLA_IFNAME,	  IFLA_LINKINFO,
				       IFLA_ADDRESS,	  IFLA_MTU,
				       IFLA_MASTER,	  IFLA_LINK,
				       IFLA_LINK_NETNSID, IFLA_WIRELESS };
static const uint16_t address_types[] = { IFA_LOCAL, IFA_ADDRESS, IFA_FLAGS,
					  NETLINK_IFA_PROTO };

static size_t add_attribute(uint8_t *at, size_t room, struct choices *c,
			    const uint16_t *types, uint32_t count)
{
	struct nlattr attr = { .nla_type = types[choose(c, count)] };
	size_t length = once_in(c, 4) ? choose(c, 40) : 4, whole;

	if (once_in(c, 8))
		length = choose(c, 2) ? 16 : 6;
	whole = MNL_ALIGN(sizeof(attr) + length);
	if (whole > room)
		return 0;
	attr.nla_len = (uint16_t)(sizeof(attr) + length);
	if (once_in(c, 16))
		attr.nla_len = (uint16_t)choose(c, 65536);
	memset(at, 0, whole);
	memcpy(at, &attr, sizeof(attr));
	for (size_t i = 0; i < length; i++)
		at[sizeof(attr) + i] = (uint8_t)choose(c, 256);
	return whole;
}

/* A nested one lies in the bytes of its parent. */
static size_t fill(uint8_t *message, struct choices *c, bool link)
{
	struct nlmsghdr *header = (void *)message;
	size_t size = sizeof(*header) + (link ? sizeof(struct ifinfomsg)
					      : sizeof(struct ifaddrmsg));
	size_t more = 1;

	memset(message, 0, size);
	message[sizeof(*header)] =
		link ? AF_UNSPEC : (choose(c, 2) ? AF_INET6 : AF_INET);
	for (size_t i = sizeof(*header) + 1; once_in(c, 2) && i < size; i++)
		message[i] = (uint8_t)choose(c, 256);
	while (c->size && more) {
		more = link ? add_attribute(message + size, MESSAGE_MAX - size,
					    c, link_types, 8)
			    : add_attribute(message + size, MESSAGE_MAX - size,
					    c, address_types, 4);
		size += more;
	}
	return size - (once_in(c, 8) ? choose(c, 40) : 0);
}

static void check_text(const char text[NETLINK_NAME_SIZE])
{
	MUST(memchr(text, '\0', NETLINK_NAME_SIZE));
}

static void parse(const struct nlmsghdr *message)
{
	struct netlink_address address;
	struct netlink_link link;

	if (netlink_parse_link(message, &link)) {
		check_text(link.name);
		check_text(link.kind);
		check_text(link.port_of);
	}
	if (netlink_parse_address(message, &address))
		MUST(address.family == 4 || address.family == 6);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices c = choices_bytes(data, size);
	static uint8_t bytes[MESSAGE_MAX];
	uint32_t kind = choose(&c, 3);
	struct nlmsghdr *message;

	if (kind < 2) {
		size = fill(bytes, &c, kind);
	} else {
		size = c.size < MESSAGE_MAX ? c.size : MESSAGE_MAX;
		memcpy(bytes, c.data, size);
	}
	if (size < sizeof(*message))
		return 0;
	message = malloc(size);
	MUST(message);
	memcpy(message, bytes, size);
	/* The reader has seen that all of it is there: mnl_nlmsg_ok(). */
	message->nlmsg_len = (uint32_t)size;
	parse(message);
	free(message);
	return 0;
}
