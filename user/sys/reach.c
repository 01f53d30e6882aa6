/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One question of its own on the wire.  The kernel's entry is neither read nor
 * changed: it may be stale for a minute, or permanent.
 */
#include "user/sys/reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum reach_numbers {
	REACH_TIMES = 3,
	REACH_PORT = 9,	  /* nothing is sent there */
	REACH_HOPS = 255, /* a neighbour's, no router in between */
	REACH_OPTION = 8, /* a link-layer address in an ND message */
	REACH_ROOM = 256, /* of an answer; the rest is not looked at */
};

struct reach {
	const struct netlink_link *link;
	int family;
	const __u8 *address;
	size_t size; /* of an address */
	int fd;
	__u8 source[16]; /* all zero: none */
	__u8 *mac;
};

union reach_socket {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static __s64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* --- from which address --------------------------------------------------- */

static socklen_t to_socket(const struct reach *r, const __u8 *address,
			   union reach_socket *out)
{
	*out = (union reach_socket){ 0 };
	if (r->family == 4) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(REACH_PORT);
		memcpy(&out->v4.sin_addr, address, 4);
		return sizeof(out->v4);
	}
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons(REACH_PORT);
	memcpy(&out->v6.sin6_addr, address, 16);
	if (IN6_IS_ADDR_LINKLOCAL(&out->v6.sin6_addr))
		out->v6.sin6_scope_id = r->link->ifindex;
	return sizeof(out->v6);
}

/* The address that the kernel would send from; none if it has no way. */
static void find_source(struct reach *r, int fd)
{
	union reach_socket to, from = { 0 };
	socklen_t size = to_socket(r, r->address, &to), got = sizeof(from);

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, r->link->name,
		       sizeof(r->link->name)) ||
	    connect(fd, &to.any, size) || getsockname(fd, &from.any, &got))
		return;
	if (r->family == 4)
		memcpy(r->source, &from.v4.sin_addr, 4);
	else
		memcpy(r->source, &from.v6.sin6_addr, 16);
}

static int choose_source(struct reach *r)
{
	static const __u8 none[16];
	int fd = socket(r->family == 4 ? AF_INET : AF_INET6,
			SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	find_source(r, fd);
	close(fd);
	if (!memcmp(r->source, r->address, r->size))
		return -EADDRINUSE;
	return r->family == 6 && !memcmp(r->source, none, 16) ? -EADDRNOTAVAIL
							      : 0;
}

/* --- ARP ------------------------------------------------------------------ */

static int open4(const struct reach *r)
{
	const struct sockaddr_ll here = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = (int)r->link->ifindex,
	};
	/* No protocol yet: nothing comes in from elsewhere. */
	int fd =
		socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || !bind(fd, (const struct sockaddr *)&here, sizeof(here)))
		return fd < 0 ? -errno : fd;
	close(fd);
	return -ENODEV;
}

static ssize_t ask4(const struct reach *r)
{
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = (int)r->link->ifindex,
		.sll_halen = CARP_MAC_SIZE,
	};
	struct ether_arp arp = {
		.ea_hdr = { htons(ARPHRD_ETHER), htons(ETH_P_IP), CARP_MAC_SIZE,
			    4, htons(ARPOP_REQUEST) },
	};

	memset(all.sll_addr, 0xff, CARP_MAC_SIZE);
	memcpy(arp.arp_sha, r->link->mac, CARP_MAC_SIZE);
	memcpy(arp.arp_spa, r->source, 4);
	memcpy(arp.arp_tpa, r->address, 4);
	return sendto(r->fd, &arp, sizeof(arp), 0, (struct sockaddr *)&all,
		      sizeof(all));
}

/* Whatever the neighbour says of itself: an announcement is as good. */
static bool hear4(const struct reach *r)
{
	struct ether_arp arp;

	if (recv(r->fd, &arp, sizeof(arp), 0) != (ssize_t)sizeof(arp) ||
	    arp.arp_hrd != htons(ARPHRD_ETHER) ||
	    arp.arp_pro != htons(ETH_P_IP) || arp.arp_hln != CARP_MAC_SIZE ||
	    arp.arp_pln != 4 || memcmp(arp.arp_spa, r->address, 4) ||
	    !memcmp(arp.arp_sha, r->link->mac, CARP_MAC_SIZE))
		return false;
	memcpy(r->mac, arp.arp_sha, CARP_MAC_SIZE);
	return true;
}

/* --- neighbour discovery -------------------------------------------------- */

static int arrange6(const struct reach *r, int fd)
{
	union reach_socket from;
	socklen_t size = to_socket(r, r->source, &from);
	const int hops = REACH_HOPS, on = 1;
	struct icmp6_filter filter;

	from.v6.sin6_port = 0;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
	if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter,
		       sizeof(filter)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, r->link->name,
		       sizeof(r->link->name)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops,
		       sizeof(hops)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)) ||
	    bind(fd, &from.any, size))
		return -errno;
	return 0;
}

static int open6(const struct reach *r)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			IPPROTO_ICMPV6);
	int err = fd < 0 ? -errno : arrange6(r, fd);

	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

static ssize_t ask6(const struct reach *r)
{
	static const __u8 solicited[13] = { 0xff, 2, [11] = 1, [12] = 0xff };
	struct {
		struct nd_neighbor_solicit head;
		struct nd_opt_hdr option;
		__u8 mac[CARP_MAC_SIZE];
	} ask = {
		.head.nd_ns_type = ND_NEIGHBOR_SOLICIT,
		.option = { ND_OPT_SOURCE_LINKADDR, 1 },
	};
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_scope_id = r->link->ifindex };

	memcpy(&ask.head.nd_ns_target, r->address, 16);
	memcpy(ask.mac, r->link->mac, CARP_MAC_SIZE);
	memcpy(&to.sin6_addr, solicited, sizeof(solicited));
	memcpy(to.sin6_addr.s6_addr + 13, r->address + 13, 3);
	return sendto(r->fd, &ask, sizeof(ask), 0, (struct sockaddr *)&to,
		      sizeof(to));
}

static bool from_neighbour(struct msghdr *message)
{
	struct cmsghdr *part;
	int hops = 0;

	for (part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part))
		if (part->cmsg_level == IPPROTO_IPV6 &&
		    part->cmsg_type == IPV6_HOPLIMIT)
			memcpy(&hops, CMSG_DATA(part), sizeof(hops));
	return hops == REACH_HOPS;
}

static bool hear6(const struct reach *r)
{
	struct {
		struct nd_neighbor_advert head;
		__u8 option[REACH_OPTION], more[REACH_ROOM];
	} got;
	struct iovec room = { &got, sizeof(got) };
	_Alignas(struct cmsghdr) char parts[128];
	struct msghdr message = { .msg_iov = &room,
				  .msg_iovlen = 1,
				  .msg_control = parts,
				  .msg_controllen = sizeof(parts) };
	ssize_t size = recvmsg(r->fd, &message, 0);

	if (size < (ssize_t)sizeof(got.head) || !from_neighbour(&message) ||
	    memcmp(&got.head.nd_na_target, r->address, 16))
		return false;
	memset(r->mac, 0, CARP_MAC_SIZE);
	if (size >= (ssize_t)(sizeof(got.head) + REACH_OPTION) &&
	    got.option[0] == ND_OPT_TARGET_LINKADDR && got.option[1] == 1)
		memcpy(r->mac, got.option + 2, CARP_MAC_SIZE);
	return true;
}

/* --- both ----------------------------------------------------------------- */

/* True: it answered before the end. */
static bool listen_until(const struct reach *r, __s64 end)
{
	struct pollfd ready = { r->fd, POLLIN, 0 };
	__s64 left = end - now_ms();

	while (left > 0) {
		if (poll(&ready, 1, (int)left) == 1 &&
		    (r->family == 4 ? hear4(r) : hear6(r)))
			return true;
		left = end - now_ms();
	}
	return false;
}

static int ask_and_listen(const struct reach *r, unsigned int timeout_ms)
{
	const __s64 begin = now_ms();

	for (unsigned int i = 1; i <= REACH_TIMES; i++) {
		ssize_t sent = r->family == 4 ? ask4(r) : ask6(r);

		if (sent < 0)
			return -errno;
		if (listen_until(r, begin + timeout_ms * i / REACH_TIMES))
			return 0;
	}
	return -ETIMEDOUT;
}

int reach_ask(const struct netlink_link *link, int family, const __u8 *address,
	      unsigned int timeout_ms, __u8 mac[CARP_MAC_SIZE])
{
	struct reach r = { .link = link,
			   .family = family,
			   .mac = mac,
			   .address = address,
			   .size = family == 4 ? 4 : 16 };
	int err;

	err = choose_source(&r);
	if (err == -EADDRINUSE)
		return err; /* the way to it is lo */
	if (link->type != ARPHRD_ETHER)
		return -ENOTSUP;
	if (err)
		return err;
	r.fd = family == 4 ? open4(&r) : open6(&r);
	if (r.fd < 0)
		return r.fd;
	err = ask_and_listen(&r, timeout_ms);
	close(r.fd);
	return err;
}
