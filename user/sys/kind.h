/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Kinds of interfaces, by the kernel's word for them: where no group can be,
 * and where the native mode is not for us.
 */
#pragma once

#include <stdbool.h>

struct kind_rule {
	const char *kind;
	const char *unfit;   /* why no group can be on it; NULL: it can */
	const char *generic; /* why auto does not try the native mode */
};

/* A kind without a rule has neither: it is tried natively, and then
 * generically. */
const struct kind_rule *kind_rule(const char *kind);

/* Whether those (IFLA_INFO_SLAVE_KIND) take all frames of their ports; a vrf
 * takes them only later. */
bool kind_takes_ports(const char *port_of);
