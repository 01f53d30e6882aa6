/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who else speaks on this wire: CARP and VRRP by their packets.  Believes
 * nobody: what is not whole is counted, never looked into.
 */
#include "user/cli/doctor.h"

#include "carp/csum.h"
#include "carp/wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum wire_numbers {
	IP4_HEADER = 20,
	IP6_HEADER = 40,
	VRRP2_FIXED = 16, /* header and authentication data */
	VRRP_SEEN = 8,
	NOBODY = 0,
};

/* --- packets -------------------------------------------------------------- */

/* Behind the IP header; NULL if the packet is not whole. */
static const uint8_t *payload(const struct ear_packet *packet,
			      struct doctor_speaker *out, size_t *size)
{
	const uint8_t *ip = packet->bytes;
	size_t head, total;

	if (packet->size >= IP4_HEADER && ip[0] >> 4 == 4) {
		head = (ip[0] & 0x0fu) * 4;
		total = (size_t)ip[2] << 8 | ip[3];
		out->family = 4;
		memcpy(out->source, ip + 12, 4);
	} else if (packet->size >= IP6_HEADER && ip[0] >> 4 == 6) {
		head = IP6_HEADER;
		total = head + ((size_t)ip[4] << 8 | ip[5]);
		out->family = 6;
		memcpy(out->source, ip + 8, 16);
	} else {
		return NULL;
	}
	if (head < IP4_HEADER || total < head || total > packet->size)
		return NULL;
	*size = total - head;
	return ip + head;
}

static bool sum_good(const uint8_t *bytes, size_t size)
{
	_Alignas(carp_word) uint8_t words[CARP_HEADER_SIZE] = { 0 };

	memcpy(words, bytes, size);
	return carp_csum_good(carp_csum_words(0, words, sizeof(words)));
}

/* The same first byte: VRRPv2's count of addresses, CARP's authlen, and the
 * length tell; where these agree the checksum does. */
static bool is_vrrp2(const struct doctor_speaker *s, const uint8_t *bytes,
		     size_t size)
{
	const size_t addresses = bytes[3];

	if (s->family != 4 || size != VRRP2_FIXED + 4 * addresses)
		return false;
	return addresses != CARP_AUTHLEN || !sum_good(bytes, CARP_HEADER_SIZE);
}

static bool parse_carp(struct doctor_speaker *s, const uint8_t *bytes,
		       size_t size)
{
	struct carp_header header;

	if (size < CARP_HEADER_SIZE)
		return false;
	memcpy(&header, bytes, sizeof(header));
	s->protocol = DOCTOR_CARP;
	s->advbase = header.advbase;
	s->advskew = header.advskew;
	s->demote = header.demote;
	return true;
}

/* False: neither CARP nor VRRP. */
static bool parse(const struct ear_packet *packet, struct doctor_speaker *s)
{
	const uint8_t *bytes;
	size_t size = 0;

	bytes = payload(packet, s, &size);
	if (!bytes || size < VRRP_SEEN)
		return false;
	s->id = bytes[1];
	s->priority = bytes[2];
	if (bytes[0] >> 4 == CARP_VRRP_VERSION3)
		s->protocol = DOCTOR_VRRP3;
	else if (bytes[0] != CARP_VERSION_TYPE)
		return false;
	else if (is_vrrp2(s, bytes, size))
		s->protocol = DOCTOR_VRRP2;
	else
		return parse_carp(s, bytes, size);
	return true;
}

/* One more packet of the same speaker? */
static bool is_same(const struct doctor_speaker *a,
		    const struct doctor_speaker *b)
{
	return a->protocol == b->protocol && a->id == b->id &&
	       a->vlan == b->vlan && a->family == b->family &&
	       a->ours == b->ours &&
	       !memcmp(a->source, b->source, sizeof(a->source));
}

void doctor_wire_hear(void *context, const struct ear_packet *packet)
{
	struct doctor_speaker speaker = { .vlan = packet->vlan,
					  .ours = packet->ours,
					  .count = 1 };
	struct doctor_wire *wire = context;
	size_t i = 0;

	if (!parse(packet, &speaker)) {
		wire->malformed++;
		return;
	}
	memcpy(speaker.mac, packet->mac, sizeof(speaker.mac));
	while (i < wire->count && !is_same(&wire->speakers[i], &speaker))
		i++;
	if (i == DOCTOR_SPEAKERS_MAX) {
		wire->overflow = true;
		return;
	}
	if (i == wire->count)
		wire->count++;
	else
		speaker.count += wire->speakers[i].count;
	wire->speakers[i] = speaker;
}

/* --- words ---------------------------------------------------------------- */

const char *doctor_protocol_name(enum doctor_protocol protocol)
{
	switch (protocol) {
	case DOCTOR_CARP:
		return "CARP";
	case DOCTOR_VRRP2:
		return "VRRPv2";
	default:
		return "VRRPv3";
	}
}

const char *doctor_address(const struct doctor_speaker *speaker, char *out)
{
	inet_ntop(speaker->family == 4 ? AF_INET : AF_INET6, speaker->source,
		  out, INET6_ADDRSTRLEN);
	return out;
}

const char *doctor_mac(const uint8_t mac[CARP_MAC_SIZE], char *out)
{
	sprintf(out, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
	return out;
}

enum speaker_text {
	SPEAKER_SIZE = 192
};

/* "CARP vhid 3 from 192.0.2.2 (00:00:5e:00:01:03), advbase 1 advskew 0" */
static const char *speaker_text(const struct doctor_speaker *s, char *out)
{
	char address[INET6_ADDRSTRLEN], mac[24], vlan[24] = "", rank[64];

	if (s->vlan != EAR_UNTAGGED)
		snprintf(vlan, sizeof(vlan), " on VLAN %d", s->vlan);
	if (s->protocol == DOCTOR_CARP)
		snprintf(rank, sizeof(rank), "advbase %u advskew %u",
			 s->advbase, s->advskew);
	else
		snprintf(rank, sizeof(rank), "priority %u", s->priority);
	snprintf(out, SPEAKER_SIZE, "%s %s %u from %s%s (%s)%s, %s",
		 doctor_protocol_name(s->protocol),
		 s->protocol == DOCTOR_CARP ? "vhid" : "VRID", s->id,
		 s->ours ? "this host, " : "", doctor_address(s, address),
		 doctor_mac(s->mac, mac), vlan, rank);
	return out;
}

/* --- findings ------------------------------------------------------------- */

static bool is_heard(const struct doctor_wire *wire, unsigned int id)
{
	for (size_t i = 0; i < wire->count; i++)
		if (wire->speakers[i].id == id)
			return true;
	return false;
}

/* The first number nobody speaks for, from the one behind id. */
static unsigned int free_id(const struct doctor_wire *wire, unsigned int id)
{
	for (unsigned int step = 1; step <= CARP_VHID_MAX; step++) {
		unsigned int other = (id + step - 1) % CARP_VHID_MAX + 1;

		if (!is_heard(wire, other))
			return other;
	}
	return NOBODY;
}

/* Somebody of the number that is asked about.  VRRP has another virtual MAC
 * for IPv6, CARP has not. */
static void judge_taken(const struct doctor_wire *wire,
			const struct doctor_speaker *s,
			struct doctor_report *report)
{
	const unsigned int other = free_id(wire, s->id);
	char text[SPEAKER_SIZE];

	speaker_text(s, text);
	if (s->ours && s->protocol == DOCTOR_CARP)
		doctor_find(report, DOCTOR_OK, "vhid", "%u is ours: %s", s->id,
			    text);
	else if (s->protocol == DOCTOR_CARP)
		doctor_remedy(doctor_find(report, DOCTOR_WARNING, "vhid",
					  "%u is taken: %s", s->id, text),
			      "join it with its passphrase and its virtual "
			      "IPs, or take another: --vhid %u",
			      other);
	else if (s->vlan != EAR_UNTAGGED || s->family == 6)
		doctor_remedy(doctor_find(report, DOCTOR_WARNING, "vhid",
					  "%u is taken, though its virtual MAC "
					  "is free here: %s",
					  s->id, text),
			      "--vhid %u", other);
	else
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "vhid",
					  "%u is taken by another protocol, "
					  "whose virtual MAC is the same: %s",
					  s->id, text),
			      "--vhid %u", other);
}

/* Another speaker of that number that is none of the same group. */
static bool clashes(const struct doctor_speaker *a,
		    const struct doctor_speaker *b)
{
	if (a->id != b->id || a->vlan != b->vlan || a->family != b->family)
		return false;
	if ((a->protocol == DOCTOR_CARP) != (b->protocol == DOCTOR_CARP))
		return true;
	return a->protocol == b->protocol &&
	       memcmp(a->source, b->source, sizeof(a->source)) != 0;
}

static void judge_duplicates(const struct doctor_wire *wire,
			     struct doctor_report *report)
{
	char one[SPEAKER_SIZE], two[SPEAKER_SIZE];

	for (size_t i = 0; i < wire->count; i++)
		for (size_t j = 0; j < i; j++) {
			if (!clashes(&wire->speakers[i], &wire->speakers[j]))
				continue;
			doctor_remedy(
				doctor_find(
					report, DOCTOR_WARNING, "duplicate",
					"two speak for %u: %s; %s",
					wire->speakers[i].id,
					speaker_text(&wire->speakers[j], one),
					speaker_text(&wire->speakers[i], two)),
				"one number for each group on a wire: free is "
				"%u",
				free_id(wire, wire->speakers[i].id));
		}
}

static void judge_vhid(const struct doctor_wire *wire, unsigned int vhid,
		       unsigned int seconds, struct doctor_report *report)
{
	for (size_t i = 0; i < wire->count; i++)
		if (wire->speakers[i].id == vhid)
			judge_taken(wire, &wire->speakers[i], report);
	if (!is_heard(wire, vhid))
		doctor_find(report, DOCTOR_OK, "vhid",
			    "%u: nobody was heard in %u s", vhid, seconds);
}

void doctor_wire(const struct doctor_wire *wire, unsigned int vhid,
		 unsigned int seconds, struct doctor_report *report)
{
	char text[SPEAKER_SIZE];

	if (vhid)
		judge_vhid(wire, vhid, seconds, report);
	else if (!wire->count)
		doctor_find(report, DOCTOR_OK, "wire",
			    "nobody spoke CARP or VRRP in %u s", seconds);
	for (size_t i = 0; i < wire->count; i++)
		if (wire->speakers[i].id != vhid)
			doctor_find(report, DOCTOR_NOTE, "wire", "%s",
				    speaker_text(&wire->speakers[i], text));
	judge_duplicates(wire, report);
	if (wire->malformed)
		doctor_find(report, DOCTOR_NOTE, "wire",
			    "%u packets of protocol 112 are neither CARP nor "
			    "VRRP",
			    wire->malformed);
	if (wire->overflow)
		doctor_find(report, DOCTOR_NOTE, "wire",
			    "more than %d speakers", DOCTOR_SPEAKERS_MAX);
}
