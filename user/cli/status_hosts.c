/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * status -v: the hosts that a group has heard.
 */
#include "user/cli/field.h"
#include "user/cli/status.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static void senders_print(struct json_object *group)
{
	for (size_t i = 0; i < field_count(group, "senders"); i++) {
		struct json_object *sender = field_element(group, "senders", i);
		long long alarms = field_number(sender, "alarms");

		printf("  %-18s %s, %s", i ? "" : "senders",
		       field_text(sender, "address"),
		       field_text(sender, "style"));
		if (alarms)
			printf(", %lld that look replayed", alarms);
		printf("\n");
	}
	if (field_true(group, "all_sealed") &&
	    strcmp(field_text(group, "auth"), "auto") == 0)
		printf("  %-18s every sender seals: --auth strict is safe\n",
		       "");
}

/* Of VRRP there is none. */
static void rank_print(struct json_object *heard)
{
	if (strcmp(field_text(heard, "verdict"), "vrrp") == 0)
		return;
	if (field_true(heard, "left"))
		printf(", has left");
	else
		printf(", %lld/%lld, demotion %lld",
		       field_number(heard, "advbase"),
		       field_number(heard, "advskew"),
		       field_number(heard, "demotion"));
}

static void heard_print(struct json_object *group)
{
	for (size_t i = 0; i < field_count(group, "heard"); i++) {
		struct json_object *heard = field_element(group, "heard", i);

		printf("  %-18s %s at %s", i ? "" : "heard",
		       field_text(heard, "address"), field_text(heard, "mac"));
		rank_print(heard);
		printf(", %s, %.1f s ago\n", field_text(heard, "verdict"),
		       field_seconds(heard, "seconds_ago"));
	}
}

void status_hosts_print(struct json_object *group)
{
	senders_print(group);
	heard_print(group);
}
