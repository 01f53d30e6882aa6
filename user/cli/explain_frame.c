/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Reads and describes single frames; never judges them, the data plane does.
 */
#include "user/cli/explain_frame.h"

#include "carp/net.h"
#include "carp/wire.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum frame_numbers {
	IP4_SIZE = 20,
	IP6_SIZE = 40,
	IP4_PROTOCOL_AT = 9,
	IP4_SOURCE_AT = 12,
	IP6_NEXT_AT = 6,
	IP6_SOURCE_AT = 8,
	ADDRESS_TEXT = 48,
};

/* --- hex ------------------------------------------------------------------ */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex_refuse(const char *text, const char *at, char *error,
		      size_t size)
{
	const int place = (int)(at - text) + 1;

	if (*at && isprint((unsigned char)*at) && digit(*at) < 0)
		snprintf(error, size, "position %d: '%c' is no hex digit",
			 place, *at);
	else if (*at && digit(*at) < 0)
		snprintf(error, size,
			 "position %d: byte 0x%02x is no hex digit", place,
			 (unsigned char)*at);
	else
		snprintf(error, size,
			 "position %d: half a byte, two digits each are wanted",
			 place - 1);
	return -1;
}

int explain_hex(const char *text, uint8_t *out, size_t *out_size, char *error,
		size_t error_size)
{
	const char *at = text;
	size_t size = 0;

	for (;;) {
		at += strspn(at, " \t\r\n:.-");
		if (!*at)
			break;
		if (digit(at[0]) < 0)
			return hex_refuse(text, at, error, error_size);
		if (digit(at[1]) < 0)
			return hex_refuse(text, at + 1, error, error_size);
		if (size == EXPLAIN_FRAME_MAX) {
			snprintf(error, error_size,
				 "more than %d bytes, a frame has fewer",
				 EXPLAIN_FRAME_MAX);
			return -1;
		}
		out[size++] = (uint8_t)(digit(at[0]) * 16 + digit(at[1]));
		at += 2;
	}
	*out_size = size;
	return 0;
}

/* --- what it is ----------------------------------------------------------- */

struct packet {
	const uint8_t *at;
	size_t left;
	char *out;
};

static unsigned int two(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

static const char *address(int family, const uint8_t *at,
			   char text[ADDRESS_TEXT])
{
	inet_ntop(family == 4 ? AF_INET : AF_INET6, at, text, ADDRESS_TEXT);
	return text;
}

__attribute__((format(printf, 2, 3))) static void say(const struct packet *p,
						      const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(p->out, EXPLAIN_TEXT_MAX, format, arguments);
	va_end(arguments);
}

static void arp(const struct packet *p)
{
	char from[ADDRESS_TEXT], to[ADDRESS_TEXT];
	struct carp_arp message;

	if (p->left < sizeof(message)) {
		say(p, "ARP, cut short");
		return;
	}
	memcpy(&message, p->at, sizeof(message));
	address(4, message.sender_ip, from);
	address(4, message.target_ip, to);
	if (ntohs(message.operation) == CARP_ARP_REQUEST)
		say(p, "ARP request, who has %s, tell %s", to, from);
	else if (ntohs(message.operation) == CARP_ARP_REPLY)
		say(p, "ARP reply, %s is at %02x:%02x:%02x:%02x:%02x:%02x",
		    from, message.sender_mac[0], message.sender_mac[1],
		    message.sender_mac[2], message.sender_mac[3],
		    message.sender_mac[4], message.sender_mac[5]);
	else
		say(p, "ARP, operation %u", ntohs(message.operation));
}

static void protocol_112(const struct packet *p, const char *from)
{
	struct carp_header header;

	if (p->left < sizeof(header)) {
		say(p, "CARP or VRRP of %zu bytes from %s", p->left, from);
		return;
	}
	memcpy(&header, p->at, sizeof(header));
	if (header.version_type != CARP_VERSION_TYPE ||
	    header.authlen != CARP_AUTHLEN)
		say(p, "protocol 112, version %u, type %u, number %u, from %s",
		    header.version_type >> 4, header.version_type & 15u,
		    header.vhid, from);
	else
		say(p,
		    "CARP vhid %u, advbase %u, advskew %u, demotion %u, "
		    "from %s",
		    header.vhid, header.advbase, header.advskew, header.demote,
		    from);
}

static void icmp6(const struct packet *p, const char *from, const char *to)
{
	char target[ADDRESS_TEXT];
	struct carp_ndisc message;

	memset(&message, 0, sizeof(message));
	memcpy(&message, p->at,
	       p->left < sizeof(message) ? p->left : sizeof(message));
	address(6, message.target, target);
	if (message.type == CARP_ND_SOLICIT)
		say(p, "neighbour solicitation for %s, from %s", target, from);
	else if (message.type == CARP_ND_ADVERT)
		say(p, "neighbour advertisement for %s, from %s", target, from);
	else
		say(p, "ICMPv6 type %u, %s > %s", message.type, from, to);
}

static void ip(struct packet *p, int family)
{
	const size_t fixed = family == 4 ? IP4_SIZE : IP6_SIZE;
	const size_t source = family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT;
	char from[ADDRESS_TEXT], to[ADDRESS_TEXT];
	unsigned int protocol;
	size_t size;

	if (p->left < fixed) {
		say(p, "IPv%d, cut short", family);
		return;
	}
	size = family == 4 ? (p->at[0] & 15u) * 4u : fixed;
	protocol = p->at[family == 4 ? IP4_PROTOCOL_AT : IP6_NEXT_AT];
	address(family, p->at + source, from);
	address(family, p->at + source + (family == 4 ? 4 : 16), to);
	size = size < fixed ? fixed : size;
	size = size > p->left ? p->left : size;
	p->at += size;
	p->left -= size;
	if (protocol == CARP_PROTOCOL)
		protocol_112(p, from);
	else if (family == 6 && protocol == CARP_IP_ICMPV6)
		icmp6(p, from, to);
	else
		say(p, "IPv%d protocol %u, %s > %s", family, protocol, from,
		    to);
}

void explain_frame(const uint8_t *bytes, size_t size,
		   char out[EXPLAIN_TEXT_MAX])
{
	struct packet p = { bytes + CARP_ETH_SIZE, 0, out };
	unsigned int type;

	if (size < CARP_ETH_SIZE) {
		say(&p, "no Ethernet frame: %d bytes of header are the least",
		    CARP_ETH_SIZE);
		return;
	}
	p.left = size - CARP_ETH_SIZE;
	type = two(bytes + CARP_ETH_SIZE - 2);
	while ((type == CARP_ETH_VLAN || type == CARP_ETH_QINQ) &&
	       p.left >= CARP_VLAN_SIZE) {
		type = two(p.at + 2);
		p.at += CARP_VLAN_SIZE;
		p.left -= CARP_VLAN_SIZE;
	}
	if (type == CARP_ETH_ARP)
		arp(&p);
	else if (type == CARP_ETH_IPV4)
		ip(&p, 4);
	else if (type == CARP_ETH_IPV6)
		ip(&p, 6);
	else
		say(&p, "Ethernet type 0x%04x", type);
}

/* --- what to do about it -------------------------------------------------- */

static const char hands_off[] = "another host is master, see status";
static const char lease_over[] =
	"the controller has not renewed the lease: is it running?";

static const char *const advice[CARP_V_COUNT] = {
	[CARP_V_other_vlan] = "attach to the VLAN's interface",
	[CARP_V_vrrp] = "another vhid than its number avoids a common MAC",
	[CARP_V_advert_other] = "attach that vhid here if it should be heard",
	[CARP_V_advert_unreported] = "the controller lags behind, or is gone",
	[CARP_V_advert_echo] = "a switch or hypervisor sends frames back",
	[CARP_V_advert_fragment] = "look for what fragments or forges it",
	[CARP_V_advert_ip] = "header cut or checksum wrong: a bad capture, "
			     "offload or forgery",
	[CARP_V_advert_ttl] = "it has been routed or forged; --peer-ttl-min "
			      "is for peers behind a router",
	[CARP_V_advert_stranger] = "add the host with --peer",
	[CARP_V_advert_length] = "cut short: a capture's limit, or forged",
	[CARP_V_advert_version] = "not CARP version 2",
	[CARP_V_advert_type] = "not an advertisement",
	[CARP_V_advert_checksum] = "damaged on the way, or forged",
	[CARP_V_advert_seal] = "passphrases differ, or its sender does not "
			       "seal and --auth is strict",
	[CARP_V_advert_replayed] = "each counts once; for one from an older "
				   "capture say --fresh",
	[CARP_V_advert_digest] = "compare passphrase, list of virtual IPs and "
				 "--compat on both hosts",
	[CARP_V_arp_not_owner] = hands_off,
	[CARP_V_arp_lease_dead] = lease_over,
	[CARP_V_arp_claim] = "find the host with that MAC: the address is "
			     "taken twice",
	[CARP_V_ndp_deferred] = "the controller answers this one",
	[CARP_V_ndp_not_owner] = hands_off,
	[CARP_V_ndp_lease_dead] = lease_over,
	[CARP_V_ndp_malformed] = "look for who sends it",
	[CARP_V_ndp_claim] = "find the host with that MAC: the address is "
			     "taken twice",
	[CARP_V_vmac_not_owner] = hands_off,
	[CARP_V_vmac_lease_dead] = lease_over,
	[CARP_V_share_elsewhere] = "the host that is master of its node takes "
				   "it",
	[CARP_V_share_lease_dead] = lease_over,
};

const char *explain_advice(enum carp_verdict verdict)
{
	return verdict < CARP_V_COUNT && advice[verdict] ? advice[verdict] : "";
}
