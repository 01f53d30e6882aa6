/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Asks drivers.  Never sets anything.
 */
#include "user/sys/driver.h"

#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* include/uapi/linux/netdev.h */
enum netdev_words {
	NETDEV_DEV_GET = 1,	 /* NETDEV_CMD_DEV_GET */
	NETDEV_IFINDEX = 1,	 /* NETDEV_A_DEV_IFINDEX */
	NETDEV_XDP_FEATURES = 3, /* NETDEV_A_DEV_XDP_FEATURES, 64 bits */
	NETDEV_ANSWER_MAX = 16384,
};

/* --- ethtool -------------------------------------------------------------- */

static void ask_ethtool(int fd, const char *name, struct driver *out)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq request = { .ifr_data = (void *)&info };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCETHTOOL, &request) == 0)
		snprintf(out->name, sizeof(out->name), "%.31s", info.driver);
	request.ifr_data = (void *)&flags;
	if (ioctl(fd, SIOCETHTOOL, &request))
		return;
	out->tags_beside = flags.data & ETH_FLAG_RXVLAN;
	out->lro = flags.data & ETH_FLAG_LRO;
}

/* --- generic netlink ------------------------------------------------------ */

struct wanted {
	uint16_t type; /* of the attribute */
	size_t size;
	uint64_t value;
	bool told;
};

static int on_answer(const struct nlmsghdr *message, void *context)
{
	struct wanted *wanted = context;
	const struct nlattr *attr;

	mnl_attr_for_each (attr, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != wanted->type ||
		    mnl_attr_get_payload_len(attr) != wanted->size)
			continue;
		wanted->told = true;
		wanted->value = wanted->size == sizeof(uint16_t)
					? mnl_attr_get_u16(attr)
					: mnl_attr_get_u64(attr);
	}
	return MNL_CB_OK;
}

static void transact(struct mnl_socket *socket, struct nlmsghdr *message,
		     struct wanted *wanted)
{
	_Alignas(struct nlmsghdr) char answer[NETDEV_ANSWER_MAX];
	int more = MNL_CB_OK;

	message->nlmsg_seq = 1;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return;
	while (more > MNL_CB_STOP) {
		ssize_t got =
			mnl_socket_recvfrom(socket, answer, sizeof(answer));

		if (got < 0)
			return;
		more = mnl_cb_run(answer, (size_t)got, 1, 0, on_answer, wanted);
	}
}

static struct nlmsghdr *question(char *buffer, uint16_t family, uint8_t command)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header =
		mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = family;
	header->cmd = command;
	header->version = 1;
	return message;
}

static void ask_netdev(struct mnl_socket *socket, unsigned int ifindex,
		       struct driver *out)
{
	struct wanted family = { CTRL_ATTR_FAMILY_ID, sizeof(uint16_t), 0, 0 };
	struct wanted xdp = { NETDEV_XDP_FEATURES, sizeof(uint64_t), 0, 0 };
	_Alignas(struct nlmsghdr) char buffer[256];
	struct nlmsghdr *message =
		question(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);

	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, "netdev");
	transact(socket, message, &family);
	if (!family.told)
		return;
	message = question(buffer, (uint16_t)family.value, NETDEV_DEV_GET);
	mnl_attr_put_u32(message, NETDEV_IFINDEX, ifindex);
	transact(socket, message, &xdp);
	out->xdp_told = xdp.told;
	out->xdp = xdp.value;
}

void driver_ask(unsigned int ifindex, struct driver *out)
{
	char name[IF_NAMESIZE];
	struct mnl_socket *netlink = mnl_socket_open(NETLINK_GENERIC);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*out = (struct driver){ .name = "" };
	if (fd >= 0 && if_indextoname(ifindex, name))
		ask_ethtool(fd, name, out);
	if (fd >= 0)
		close(fd);
	if (netlink && mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) == 0)
		ask_netdev(netlink, ifindex, out);
	if (netlink)
		mnl_socket_close(netlink);
}
