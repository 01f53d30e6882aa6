/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A client that asks for the virtual IP by ARP every two milliseconds, and
 * sees through which port each answer comes.  Every question has a sender MAC
 * of its own, so an answer tells which one it belongs to.
 *
 * Answers are given inside the write() that delivers the question, one host
 * after the other.  The judge may lose the CPU in between, so two answers are
 * no proof yet: the first host is asked once more, and if it still answers,
 * both spoke at the moment of the second.
 */
#include "switch.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/if_ether.h>
#include <stdio.h>
#include <string.h>

enum judge_numbers {
	ASK_EVERY_NS = 2000000,
	PREFIX_SIZE = 2, /* of the questions' MAC */
};

struct question {
	struct ether_header ethernet;
	struct ether_arp arp;
};

struct voice {
	uint64_t answers, first, last;
	uint64_t odd;	  /* not with the virtual MAC: the kernel's own */
	uint64_t doubles; /* while another answered as well */
};

static const uint8_t prefix[PREFIX_SIZE] = { 0x02, 0xca };
static uint8_t target[4];
static uint8_t vmac[ETH_ALEN] = { 0x00, 0x00, 0x5e, 0x00, 0x01, 0 };

static uint32_t sequence;
static unsigned int heard; /* who has answered the present question */
static uint64_t next;

static struct {
	struct voice voices[HUB_HOSTS_MAX];
	uint64_t questions, silent, doubles;
	uint64_t double_begin, double_last, double_longest;
	uint64_t silence_begin, silence_longest;
} figures;

static struct {
	bool wanted;
	unsigned int mask, count, row;
	unsigned int same; /* by whom the row was answered */
	uint64_t since, deadline;
} awaited;

void judge_open(const uint8_t address[4], uint8_t vhid)
{
	memcpy(target, address, sizeof(target));
	vmac[ETH_ALEN - 1] = vhid;
	next = hub_now();
}

void judge_mark(void)
{
	memset(&figures, 0, sizeof(figures));
}

uint64_t judge_next(void)
{
	return next;
}

bool judge_takes(unsigned int from, const uint8_t *frame, size_t size)
{
	const struct question *answer = (const void *)frame;
	struct voice *voice = &figures.voices[from];
	uint32_t number;

	if (size < sizeof(*answer) ||
	    memcmp(answer->ethernet.ether_dhost, prefix, PREFIX_SIZE) != 0)
		return false;
	memcpy(&number, answer->ethernet.ether_dhost + PREFIX_SIZE,
	       sizeof(number));
	if (answer->ethernet.ether_type != htons(ETHERTYPE_ARP) ||
	    answer->arp.arp_op != htons(ARPOP_REPLY) ||
	    memcmp(answer->arp.arp_spa, target, sizeof(target)) != 0 ||
	    number != sequence)
		return true;
	heard |= 1U << from;
	voice->last = hub_now();
	if (!voice->answers++)
		voice->first = voice->last;
	if (memcmp(answer->arp.arp_sha, vmac, ETH_ALEN) != 0)
		voice->odd++;
	return true;
}

static void ask(struct hub *hub, unsigned int host)
{
	struct question question = { .arp.arp_op = htons(ARPOP_REQUEST) };

	memset(question.ethernet.ether_dhost, 0xff, ETH_ALEN);
	memcpy(question.ethernet.ether_shost, prefix, PREFIX_SIZE);
	memcpy(question.ethernet.ether_shost + PREFIX_SIZE, &sequence,
	       sizeof(sequence));
	question.ethernet.ether_type = htons(ETHERTYPE_ARP);
	question.arp.arp_hrd = htons(ARPHRD_ETHER);
	question.arp.arp_pro = htons(ETHERTYPE_IP);
	question.arp.arp_hln = ETH_ALEN;
	question.arp.arp_pln = sizeof(target);
	memcpy(question.arp.arp_sha, question.ethernet.ether_shost, ETH_ALEN);
	memcpy(question.arp.arp_spa, (uint8_t[]){ 192, 0, 2, 99 }, 4);
	memcpy(question.arp.arp_tpa, target, sizeof(target));
	hub_deliver(hub, host, &question, sizeof(question));
	hub_drain(hub, host);
}

/* Who answers, all of them at the moment when the last did. */
static unsigned int ask_all(struct hub *hub)
{
	unsigned int all = 0;

	for (unsigned int host = 0; host < hub->count; host++) {
		heard = 0;
		sequence++;
		ask(hub, host);
		all |= heard;
	}
	while (all & (all - 1)) {
		unsigned int first = (unsigned int)__builtin_ctz(all);

		heard = 0;
		sequence++;
		ask(hub, first);
		if (heard)
			break;
		all &= all - 1;
	}
	return all;
}

static void keep_figures(unsigned int who, uint64_t now)
{
	figures.questions++;
	if (who) {
		figures.silence_begin = 0;
	} else {
		figures.silent++;
		if (!figures.silence_begin)
			figures.silence_begin = now;
		if (now - figures.silence_begin > figures.silence_longest)
			figures.silence_longest = now - figures.silence_begin;
	}
	if (!(who & (who - 1))) {
		figures.double_begin = 0;
		return;
	}
	figures.doubles++;
	for (unsigned int host = 0; host < HUB_HOSTS_MAX; host++)
		figures.voices[host].doubles += who >> host & 1;
	figures.double_last = now;
	if (!figures.double_begin)
		figures.double_begin = now;
	if (now - figures.double_begin >= figures.double_longest)
		figures.double_longest = now - figures.double_begin;
}

static void keep_promise(const struct hub *hub, unsigned int who, uint64_t now)
{
	bool fits = awaited.mask
			    ? who && !(who & (who - 1)) && (who & awaited.mask)
			    : !who;

	if (!fits || who != awaited.same)
		awaited.row = 0;
	if (fits && !awaited.row++)
		awaited.since = now;
	awaited.same = who;
	if (!awaited.wanted)
		return;
	if (fits && awaited.row >= awaited.count) {
		printf("owner %s %llu\n",
		       who ? hub->ports[__builtin_ctz(who)].name : "-",
		       (unsigned long long)awaited.since);
		awaited.wanted = false;
	} else if (now > awaited.deadline) {
		puts("timeout");
		awaited.wanted = false;
	}
}

void judge_tick(struct hub *hub, uint64_t now)
{
	unsigned int who;

	if (now < next)
		return;
	next = now + ASK_EVERY_NS;
	who = ask_all(hub);
	keep_figures(who, now);
	keep_promise(hub, who, now);
}

void judge_await(unsigned int mask, unsigned int count, uint64_t deadline)
{
	awaited.wanted = true;
	awaited.mask = mask;
	awaited.count = count;
	awaited.row = 0;
	awaited.deadline = deadline;
}

void judge_report(const struct hub *hub)
{
	printf("{\"questions\":%llu,\"silent\":%llu,\"doubles\":%llu,"
	       "\"double_longest\":%llu,\"double_last\":%llu,"
	       "\"silence_longest\":%llu,\"hosts\":{",
	       (unsigned long long)figures.questions,
	       (unsigned long long)figures.silent,
	       (unsigned long long)figures.doubles,
	       (unsigned long long)figures.double_longest,
	       (unsigned long long)figures.double_last,
	       (unsigned long long)figures.silence_longest);
	for (unsigned int i = 0; i < hub->count; i++) {
		const struct hub_port *port = &hub->ports[i];
		const struct voice *voice = &figures.voices[i];

		printf("%s\"%s\":{\"answers\":%llu,\"first\":%llu,"
		       "\"last\":%llu,\"odd\":%llu,\"doubles\":%llu,"
		       "\"adverts\":%llu,"
		       "\"advert_last\":%llu}",
		       i ? "," : "", port->name,
		       (unsigned long long)voice->answers,
		       (unsigned long long)voice->first,
		       (unsigned long long)voice->last,
		       (unsigned long long)voice->odd,
		       (unsigned long long)voice->doubles,
		       (unsigned long long)port->adverts,
		       (unsigned long long)port->advert_last);
	}
	puts("}}");
}
