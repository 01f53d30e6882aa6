/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Addresses as text, both ways.  Numbers only: never asks a resolver.
 */
#include "user/address.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool address_parse(const char *text, struct address *out)
{
	struct address address = { .family = 4 };

	if (inet_pton(AF_INET, text, address.bytes) != 1) {
		address.family = 6;
		if (inet_pton(AF_INET6, text, address.bytes) != 1)
			return false;
	}
	*out = address;
	return true;
}

const char *address_format(const struct address *address, char *buffer)
{
	int family = address->family == 6 ? AF_INET6 : AF_INET;

	if (address->family == 0 ||
	    !inet_ntop(family, address->bytes, buffer, ADDRESS_TEXT_SIZE))
		snprintf(buffer, ADDRESS_TEXT_SIZE, "none");
	return buffer;
}

const char *vip_format(const struct vip *vip, char *buffer)
{
	size_t length;

	address_format(&vip->address, buffer);
	length = strlen(buffer);
	snprintf(buffer + length, ADDRESS_TEXT_SIZE - length, "/%u",
		 vip->prefix);
	return buffer;
}

/* Up to nine decimal digits and nothing else; -1 if it is not that. */
static long digits_parse(const char *text)
{
	size_t length = strspn(text, "0123456789");

	if (length == 0 || length > 9 || text[length])
		return -1;
	return strtol(text, NULL, 10);
}

bool vip_explain(const char *text, struct vip *out, char *error, size_t size)
{
	const char *slash = strchrnul(text, '/');
	size_t length = (size_t)(slash - text);
	char address[INET6_ADDRSTRLEN] = "";
	struct vip vip = { 0 };
	long prefix, most;

	if (length < sizeof(address))
		memcpy(address, text, length);
	if (!address_parse(address, &vip.address)) {
		snprintf(error, size, "vip %.64s: not an IPv4 or IPv6 address",
			 text);
		return false;
	}
	most = vip.address.family == 4 ? 32 : 128;
	prefix = *slash ? digits_parse(slash + 1) : most;
	if (prefix < 1 || prefix > most) {
		snprintf(error, size,
			 "vip %.64s: prefix length %.64s, allowed are 1 to %ld",
			 text, slash[1] ? slash + 1 : "missing", most);
		return false;
	}
	vip.prefix = (uint8_t)prefix;
	*out = vip;
	return true;
}

bool vip_parse(const char *text, struct vip *out)
{
	return vip_explain(text, out, NULL, 0);
}

const char *address_unfit(const struct address *address)
{
	static const uint8_t zero[16], ones[4] = { 255, 255, 255, 255 };
	static const uint8_t loop6[16] = { [15] = 1 };
	static const uint8_t mapped[12] = { [10] = 255, [11] = 255 };
	const uint8_t *bytes = address->bytes;

	if (memcmp(bytes, zero, address->family == 4 ? 4 : 16) == 0)
		return "the unspecified address";
	if (address->family == 4) {
		if (memcmp(bytes, ones, 4) == 0)
			return "the broadcast address";
		if (bytes[0] == 127)
			return "a loopback address";
		return (bytes[0] & 0xf0) == 224 ? "a multicast address" : NULL;
	}
	if (memcmp(bytes, loop6, 16) == 0)
		return "the loopback address";
	if (memcmp(bytes, mapped, 12) == 0)
		return "an IPv4-mapped address";
	return bytes[0] == 255 ? "a multicast address" : NULL;
}

bool endpoint_valid(const char *text)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	struct address address;
	size_t length;
	long port;

	if (!colon || (size_t)(colon - text) >= sizeof(host))
		return false;
	length = (size_t)(colon - text);
	memcpy(host, text, length);
	host[length] = '\0';
	port = digits_parse(colon + 1);
	if (port < 1 || port > USHRT_MAX)
		return false;
	if (host[0] != '[')
		return address_parse(host, &address) && address.family == 4;
	if (host[length - 1] != ']')
		return false;
	host[length - 1] = '\0';
	return address_parse(host + 1, &address) && address.family == 6;
}
