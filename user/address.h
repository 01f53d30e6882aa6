/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Addresses, virtual IPs and listeners as text, both ways.
 */
#pragma once

#include "user/core/settings.h"

enum address_limits {
	ADDRESS_TEXT_SIZE = 64, /* a buffer for any of them */
};

/* "192.0.2.1/24", "2001:db8::1"; without a length the whole address.  False
 * if text is no such thing. */
bool vip_parse(const char *text, struct vip *out);
/* The same, with a line of text on failure: "vip x: not an IPv4 or ...". */
bool vip_explain(const char *text, struct vip *out, char *error, size_t size);
bool address_parse(const char *text, struct address *out);
/* What keeps an address from being a host's unicast address, or NULL. */
const char *address_unfit(const struct address *address);
/* Whether text is a listener: "127.0.0.1:9112" or "[::1]:9112". */
bool endpoint_valid(const char *text);
/* Into a buffer of ADDRESS_TEXT_SIZE; returns it. */
const char *address_format(const struct address *address, char *buffer);
const char *vip_format(const struct vip *vip, char *buffer);
