/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What feed_ring.c and feed_text.c share; nobody else's.
 */
#pragma once

#include "user/daemon/feed.h"

struct json_object;

enum feed_sizes {
	FEED_WORD_SIZE = 8,
	FEED_TEXT_SIZE = 160,
};

/* A change of state, or other news. */
struct feed_change {
	uint64_t number; /* 1, 2, ... */
	struct instant at;
	char interface[NETLINK_NAME_SIZE]; /* "": of none */
	unsigned int nic, vhid;		   /* 0: of none */
	bool bad;
	char from[FEED_WORD_SIZE], to[FEED_WORD_SIZE]; /* "": other news */
	char text[FEED_TEXT_SIZE];
};

struct feed {
	struct controller *controller;
	void (*wake)(void *context);
	void *context;
	char host[FEED_HOST_SIZE];
	struct instant started;
	struct feed_change changes[FEED_CHANGES]; /* a ring */
	uint64_t changes_count;
	unsigned int readers;
	char *ring;	 /* NULL: no readers */
	uint64_t head;	 /* bytes ever put into it */
	size_t next;	 /* the group to look at, by its place in the list */
	uint64_t hosted; /* hash of what was told of the host */
	struct carp_counters sum; /* of the groups before next */
};

/* Hash of a text; never 0. */
uint64_t feed_hash(const char *text);

struct json_object *feed_hello(const struct feed *feed);
struct json_object *feed_host_object(const struct feed *feed);
struct json_object *feed_row(const struct member *member);
struct json_object *feed_change_object(const struct feed_change *change);
/* Member of a tick; counters: the group's. */
struct json_object *feed_gap(const struct member *member,
			     const struct carp_counters *counters);
struct json_object *feed_totals(const struct carp_counters *sum);
