/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The table of kinds.  Asks nobody.
 */
#include "user/sys/kind.h"

#include <stddef.h>
#include <string.h>

static const struct kind_rule rules[] = {
	{ "veth", NULL,
	  "veth: native XDP_TX is lost unless the far end has a program" },
	{ "vlan", NULL,
	  "VLAN sub-interface: frames reach it only after the driver" },
	{ "bridge", NULL, "bridge: frames reach it only after its ports" },
	{ "team", NULL, "team: frames reach it only after its ports" },
	/* The kernel would put a native program onto each port. */
	{ "bond", NULL, "bond: a native program would hear its idle ports" },
	{ "macvlan", "is a macvlan: it lets no virtual MAC in", NULL },
	{ "macvtap", "is a macvtap: its frames go to whoever opens it", NULL },
	{ "ipvlan", "is an ipvlan: it sorts frames by address, not by MAC",
	  NULL },
	{ "ipvtap", "is an ipvtap: its frames go to whoever opens it", NULL },
};

const struct kind_rule *kind_rule(const char *kind)
{
	static const struct kind_rule none = { .kind = "" };

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].kind, kind))
			return &rules[i];
	return &none;
}

bool kind_takes_ports(const char *port_of)
{
	return strcmp(port_of, "vrf") != 0;
}
