/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The offload of VLAN tags, by ethtool's oldest words, which all drivers
 * understand.  Never touches any other offload.
 */
#include "user/sys/tags.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool ask(unsigned int ifindex, __u32 command, __u32 *flags)
{
	struct ethtool_value value = { .cmd = command, .data = *flags };
	struct ifreq request = { .ifr_data = (void *)&value };
	int fd;
	bool good;

	if (!if_indextoname(ifindex, request.ifr_name))
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	good = ioctl(fd, SIOCETHTOOL, &request) == 0;
	close(fd);
	*flags = value.data;
	return good;
}

/* Whether tags are in the frames after the wish that they be, or not be. */
static bool move(unsigned int ifindex, bool beside)
{
	__u32 flags = 0;

	if (!ask(ifindex, ETHTOOL_GFLAGS, &flags))
		return false;
	flags &= ~(__u32)ETH_FLAG_RXVLAN;
	if (beside)
		flags |= ETH_FLAG_RXVLAN;
	return ask(ifindex, ETHTOOL_SFLAGS, &flags);
}

bool tags_keep(unsigned int ifindex, unsigned int *moved)
{
	__u32 flags = 0;

	if (!ask(ifindex, ETHTOOL_GFLAGS, &flags))
		return false;
	if (!(flags & ETH_FLAG_RXVLAN))
		return true;
	if (!move(ifindex, false))
		return false;
	*moved = ifindex;
	return true;
}

void tags_restore(unsigned int *moved)
{
	if (*moved)
		(void)move(*moved, true);
	*moved = 0;
}
