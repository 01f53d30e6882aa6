/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Sends frames through a packet socket and asks the interface to let CARP's
 * groups and MACs in.  Never receives: the packet socket has no protocol, the
 * two others no port.
 */
#include "user/sys/packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char group4[] = "224.0.0.18";
static const char group6[] = "ff02::12";
static const __u8 group4_mac[CARP_MAC_SIZE] = { 0x01, 0, 0x5e, 0, 0, 0x12 };
static const __u8 group6_mac[CARP_MAC_SIZE] = { 0x33, 0x33, 0, 0, 0, 0x12 };

struct packet {
	unsigned int ifindex;
	int frames; /* packet socket */
	int ipv4;   /* membership only */
	int ipv6;   /* membership only; -1: no IPv6 here */
};

static int membership(const struct packet *packet, int option, int type,
		      const __u8 mac[CARP_MAC_SIZE])
{
	struct packet_mreq request = {
		.mr_ifindex = (int)packet->ifindex,
		.mr_type = (unsigned short)type,
		.mr_alen = CARP_MAC_SIZE,
	};

	memcpy(request.mr_address, mac, CARP_MAC_SIZE);
	if (setsockopt(packet->frames, SOL_PACKET, option, &request,
		       sizeof(request)) < 0)
		return -errno;
	return 0;
}

static int open_frames(struct packet *packet)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)packet->ifindex,
	};
	int err;

	packet->frames = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (packet->frames < 0)
		return -errno;
	if (bind(packet->frames, (const struct sockaddr *)&address,
		 sizeof(address)) < 0)
		return -errno;
	err = membership(packet, PACKET_ADD_MEMBERSHIP, PACKET_MR_MULTICAST,
			 group4_mac);
	if (err)
		return err;
	return membership(packet, PACKET_ADD_MEMBERSHIP, PACKET_MR_MULTICAST,
			  group6_mac);
}

static int open_ipv4(struct packet *packet)
{
	packet->ipv4 = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return packet->ipv4 < 0 ? -errno : 0;
}

static int join_ipv4(const struct packet *packet)
{
	struct ip_mreqn request = { .imr_ifindex = (int)packet->ifindex };

	inet_pton(AF_INET, group4, &request.imr_multiaddr);
	/* Left first: to the socket a group forgotten below is still joined. */
	setsockopt(packet->ipv4, IPPROTO_IP, IP_DROP_MEMBERSHIP, &request,
		   sizeof(request));
	if (setsockopt(packet->ipv4, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request,
		       sizeof(request)) < 0)
		return -errno;
	return 0;
}

/* How the kernel says that there is no IPv6 at all, or not on this link. */
static bool means_no_ipv6(int error)
{
	return error == EAFNOSUPPORT || error == EPROTONOSUPPORT ||
	       error == EINVAL || error == ENODEV || error == EADDRNOTAVAIL ||
	       error == EACCES;
}

static int open_ipv6(struct packet *packet)
{
	packet->ipv6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return packet->ipv6 >= 0 || means_no_ipv6(errno) ? 0 : -errno;
}

static int join_ipv6(const struct packet *packet)
{
	struct ipv6_mreq request = { .ipv6mr_interface = packet->ifindex };

	if (packet->ipv6 < 0)
		return 0;
	inet_pton(AF_INET6, group6, &request.ipv6mr_multiaddr);
	setsockopt(packet->ipv6, IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, &request,
		   sizeof(request));
	if (setsockopt(packet->ipv6, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP,
		       &request, sizeof(request)) < 0)
		return means_no_ipv6(errno) ? 0 : -errno;
	return 0;
}

int packet_open(unsigned int ifindex, struct packet **out)
{
	struct packet *packet = malloc(sizeof(*packet));
	int err;

	if (!packet)
		return -ENOMEM;
	*packet = (struct packet){ ifindex, -1, -1, -1 };
	err = open_frames(packet);
	if (!err)
		err = open_ipv4(packet);
	if (!err)
		err = open_ipv6(packet);
	if (!err)
		err = join_ipv4(packet);
	if (!err)
		err = join_ipv6(packet);
	if (err) {
		packet_close(packet);
		return err;
	}
	*out = packet;
	return 0;
}

void packet_rejoin(struct packet *packet)
{
	join_ipv4(packet);
	join_ipv6(packet);
}

/* No IPv6 has no descriptor either. */
void packet_hand_over(const struct packet *packet, struct pack *pack)
{
	const bool ipv6 = packet->ipv6 >= 0;

	pack_put(pack, &ipv6, sizeof(ipv6));
	pack_put_fd(pack, packet->frames);
	pack_put_fd(pack, packet->ipv4);
	if (ipv6)
		pack_put_fd(pack, packet->ipv6);
}

int packet_adopt(unsigned int ifindex, struct pack *pack, struct packet **out)
{
	struct packet *packet = malloc(sizeof(*packet));
	bool ipv6;

	if (!packet)
		return -ENOMEM;
	pack_get(pack, &ipv6, sizeof(ipv6));
	packet->ifindex = ifindex;
	packet->frames = pack_take_fd(pack);
	packet->ipv4 = pack_take_fd(pack);
	packet->ipv6 = ipv6 ? pack_take_fd(pack) : -1;
	*out = packet;
	return pack->failed || packet->ipv4 < 0 ? -EBADMSG : 0;
}

void packet_close(struct packet *packet)
{
	if (!packet)
		return;
	/* The kernel ends a socket's memberships with the socket. */
	if (packet->frames >= 0)
		close(packet->frames);
	if (packet->ipv4 >= 0)
		close(packet->ipv4);
	if (packet->ipv6 >= 0)
		close(packet->ipv6);
	free(packet);
}

int packet_filter_add(struct packet *packet, const __u8 mac[CARP_MAC_SIZE])
{
	return membership(packet, PACKET_ADD_MEMBERSHIP, PACKET_MR_UNICAST,
			  mac);
}

int packet_filter_remove(struct packet *packet, const __u8 mac[CARP_MAC_SIZE])
{
	return membership(packet, PACKET_DROP_MEMBERSHIP, PACKET_MR_UNICAST,
			  mac);
}

int packet_send(struct packet *packet, const void *frame, size_t size)
{
	if (send(packet->frames, frame, size, MSG_DONTWAIT) < 0)
		return -errno;
	return 0;
}
