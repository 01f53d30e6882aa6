/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the controller knows, as JSON.
 */
#pragma once

#include "user/controller.h"

struct json_object;

/* One group, without its senders. */
struct json_object *status_group(const struct member *member);
/* Fills a reply with "groups", "interfaces" and "demotions"; interface NULL
 * or "", vhid 0: all. */
void status_fill(struct json_object *reply, struct controller *c,
		 const char *interface, unsigned int vhid);
/* An entry of the ledger, but for its age. */
struct json_object *status_demotion(const struct controller *c,
				    const struct ledger_entry *entry);
/* News, as one line of the monitor. */
struct json_object *status_news(const struct news *news);

/* A track's name, check and state; what of it is older than its next run. */
struct json_object *status_track(const struct tracked *tracked);
/* News of a track, and "tracks" with "runner_trouble" for a reply. */
struct json_object *status_track_change(const struct controller *c,
					const struct track *track);
void status_put_tracks(struct json_object *reply, const struct controller *c);

/* A host that was heard, but for when. */
struct json_object *status_heard(const struct heard *one);

/* Inside, status_notice.c for status.c: "conflict", "warnings", "heard". */
void status_put_notices(struct json_object *group, const struct member *member);
