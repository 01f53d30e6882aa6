/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The parts of the switch: the hub with its links (switch.c), and the client
 * behind one of its ports that asks and judges (judge.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hub_numbers {
	HUB_HOSTS_MAX = 8,
	HUB_FRAME_MAX = 2048,
	HUB_NAME_SIZE = 16,
};

/* A host's port: the TAP device that is its eth0. */
struct hub_port {
	char name[HUB_NAME_SIZE];
	char netns[64];
	int fd; /* -1: there is no such device */
	uint64_t adverts, advert_last;
};

struct hub {
	struct hub_port ports[HUB_HOSTS_MAX];
	unsigned int count;
};

uint64_t hub_now(void); /* CLOCK_MONOTONIC, nanoseconds */
/* The port of that name, or -1. */
int hub_find(const struct hub *hub, const char *name);
/* Takes what the port has to say: answers to the judge, the rest onto the
 * links. */
void hub_drain(struct hub *hub, unsigned int from);
/* Straight to a host, past all faults. */
void hub_deliver(struct hub *hub, unsigned int to, const void *frame,
		 size_t size);

/* --- the judge ------------------------------------------------------------ */

/* address: four bytes; vmac: whose answers are those of the data plane. */
void judge_open(const uint8_t address[4], uint8_t vhid);
/* Is it an answer to one of our questions? */
bool judge_takes(unsigned int from, const uint8_t *frame, size_t size);
/* Asks all hosts, if it is time to. */
void judge_tick(struct hub *hub, uint64_t now);
uint64_t judge_next(void);
/* Starts the figures anew. */
void judge_mark(void);
/* One line of JSON. */
void judge_report(const struct hub *hub);
/* Answers in one line as soon as `count` questions in a row have been answered
 * by one host of the mask alone (mask 0: by nobody), or at the deadline. */
void judge_await(unsigned int mask, unsigned int count, uint64_t deadline);
