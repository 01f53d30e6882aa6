/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The senders heard on an interface, as JSON.
 */
#pragma once

#include "user/controller.h"

struct json_object;
struct senders;

/* NULL without memory, which the other two take. */
struct senders *senders_open(const struct nic *nic);
void senders_close(struct senders *senders);
/* Members of a group: "senders", "all_sealed", "unsealed_alarms". */
void senders_put(struct json_object *object, const struct senders *senders,
		 const struct member *member);
