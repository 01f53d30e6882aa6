/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A packet socket behind a filter of the kernel's: nothing but protocol 112
 * wakes us up.
 */
#include "user/sys/ear.h"

#include <arpa/inet.h>
#include <cap-ng.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum ear_numbers {
	EAR_PROTOCOL = 112,
	EAR_PROTOCOL4_AT = 9, /* in an IPv4 header */
	EAR_PROTOCOL6_AT = 6,
	EAR_ACCEPT = 0xffff,
};

/* The network header is at 0: such is SOCK_DGRAM. */
static const struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (__u32)SKF_AD_OFF + SKF_AD_PROTOCOL),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 2),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, EAR_PROTOCOL4_AT),
	BPF_JUMP(BPF_JMP | BPF_JA, 2, 0, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 3),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, EAR_PROTOCOL6_AT),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, EAR_PROTOCOL, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, EAR_ACCEPT),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static int group_join(int fd, unsigned int ifindex, const __u8 *mac)
{
	struct packet_mreq request = {
		.mr_ifindex = (int)ifindex,
		.mr_type = PACKET_MR_MULTICAST,
		.mr_alen = CARP_MAC_SIZE,
	};

	memcpy(request.mr_address, mac, CARP_MAC_SIZE);
	return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request,
			  sizeof(request));
}

/* Of 224.0.0.18 and ff02::12; the NIC's filter only, and as long as the socket
 * lives. */
static int arrange(int fd, unsigned int ifindex)
{
	static const __u8 group4[] = { 0x01, 0, 0x5e, 0, 0, 0x12 };
	static const __u8 group6[] = { 0x33, 0x33, 0, 0, 0, 0x12 };
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = (struct sock_filter *)filter,
	};
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)ifindex,
	};
	const int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		       sizeof(program)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    group_join(fd, ifindex, group4) ||
	    group_join(fd, ifindex, group6) ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return 0;
}

int ear_open(unsigned int ifindex)
{
	/* No protocol yet: nothing comes in before the filter is there. */
	int fd =
		socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err = fd < 0 ? -errno : arrange(fd, ifindex);

	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

static int vlan_of(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c;
	     c = CMSG_NXTHDR(message, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_level != SOL_PACKET ||
		    c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			return aux.tp_vlan_tci & CARP_VLAN_ID_MASK;
	}
	return EAR_UNTAGGED;
}

/* 1: a packet; 0: none is waiting; -errno. */
static int hear(int fd, __u8 bytes[EAR_SIZE_MAX], struct ear_packet *out)
{
	_Alignas(struct cmsghdr) char
		control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct sockaddr_ll from = { 0 };
	struct iovec vector = { bytes, EAR_SIZE_MAX };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(fd, &message, 0);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	*out = (struct ear_packet){
		.bytes = bytes,
		.size = (size_t)got,
		.vlan = vlan_of(&message),
		.ours = from.sll_pkttype == PACKET_OUTGOING,
	};
	memcpy(out->mac, from.sll_addr, CARP_MAC_SIZE);
	return 1;
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int ear_listen(int fd, unsigned int milliseconds,
	       void (*each)(void *context, const struct ear_packet *packet),
	       void *context)
{
	const long long end = now_ms() + milliseconds;
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	__u8 bytes[EAR_SIZE_MAX];
	long long left = milliseconds;
	int got = 0;

	/* What comes from the wire meets no privilege. */
	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_apply(CAPNG_SELECT_CAPS))
		got = -EPERM;
	for (; got >= 0 && left > 0; left = end - now_ms()) {
		struct ear_packet packet;

		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		got = hear(fd, bytes, &packet);
		if (got > 0)
			each(context, &packet);
	}
	close(fd);
	return got < 0 ? got : 0;
}
