/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Kinds of interfaces: where no group can be, where the native mode is not for
 * us, and what lies above what.  Reads what the kernel says of a link; never
 * opens one.
 */
#include "user/controller.h"
#include "user/sys/kind.h"
#include "user/sys/log.h"

#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

/* Whoever takes all frames of its ports. */
static bool is_taken(const struct netlink_link *link)
{
	return link->master && kind_takes_ports(link->port_of);
}

bool device_unfit(struct controller *c, const struct netlink_link *link,
		  char out[DEVICE_TEXT_SIZE])
{
	const struct kind_rule *rule = kind_rule(link->kind);
	struct netlink_link master;

	out[0] = '\0';
	if (link->type != ARPHRD_ETHER)
		snprintf(out, DEVICE_TEXT_SIZE, "not an Ethernet interface");
	else if (is_taken(link) &&
		 netlink_link_by_index(c->netlink, link->master, &master) == 0)
		snprintf(out, DEVICE_TEXT_SIZE, "is a port of %s: attach to %s",
			 master.name, master.name);
	else if (is_taken(link))
		snprintf(out, DEVICE_TEXT_SIZE, "is a port of another one");
	else if (rule->unfit)
		snprintf(out, DEVICE_TEXT_SIZE, "%s", rule->unfit);
	return out[0];
}

/* Only hardware can be told where to leave the tags: what others receive has
 * them beside the frame already. */
void device_configure(const struct netlink_link *link,
		      struct dataplane_config *config)
{
	config->auto_avoids_native = kind_rule(link->kind)->generic;
	config->tags_in_frames = !link->kind[0];
}

void device_mode_reason(const struct nic *nic, char out[DEVICE_TEXT_SIZE])
{
	const struct kind_rule *rule = kind_rule(nic->link.kind);
	const int refusal = dataplane_native_refusal(nic->dataplane);

	out[0] = '\0';
	if (nic->mode != DATAPLANE_AUTO)
		snprintf(out, DEVICE_TEXT_SIZE, "forced");
	else if (dataplane_mode(nic->dataplane) == DATAPLANE_NATIVE)
		return;
	else if (rule->generic)
		snprintf(out, DEVICE_TEXT_SIZE, "%s", rule->generic);
	else if (refusal == -EOPNOTSUPP)
		snprintf(out, DEVICE_TEXT_SIZE, "the driver has no native XDP");
	else
		snprintf(out, DEVICE_TEXT_SIZE,
			 "the driver refuses native XDP: %s",
			 strerror(-refusal));
}

/* --- what lies above ------------------------------------------------------ */

static bool lies_on(const struct netlink_link *above,
		    const struct netlink_link *below)
{
	return !strcmp(above->kind, "vlan") && above->below == below->ifindex;
}

/* Tags within those of a VLAN are always in the frames. */
bool device_sees_tags(const struct nic *nic)
{
	return !strcmp(nic->link.kind, "vlan") ||
	       dataplane_sees_tags(nic->dataplane);
}

/* Where tags are not seen, frames of a VLAN look like untagged ones. */
static bool mistakes(const struct nic *below, const struct nic *above)
{
	return lies_on(&above->link, &below->link) && !device_sees_tags(below);
}

int device_clash(const struct nic *nic, unsigned int vhid, char *error,
		 size_t error_size)
{
	const struct nic *other = nic->controller->nics;

	while (other && (!other->members[vhid] ||
			 !(mistakes(nic, other) || mistakes(other, nic))))
		other = other->next;
	if (!other)
		return 0;
	snprintf(error, error_size,
		 "%s: vhid %u: %s has that vhid, and where VLAN tags are not "
		 "seen in the frames the two cannot be told apart",
		 nic->link.name, vhid, other->link.name);
	return EXIT_CODE_FAILED;
}

void device_step_aside(struct controller *c, const struct netlink_link *link)
{
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (lies_on(&nic->link, link) && nic->dataplane)
			dataplane_step_aside(nic->dataplane);
}

void device_step_back(struct controller *c, const struct netlink_link *link)
{
	char error[CONTROLLER_ERROR_SIZE];

	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (lies_on(&nic->link, link) && nic->dataplane &&
		    dataplane_step_back(nic->dataplane, error, sizeof(error)))
			log_warnx("%s", error);
}
