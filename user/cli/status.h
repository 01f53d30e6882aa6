/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller's answer to status, rendered.
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>

/* A table for people; all: a paragraph about each group behind it. */
void status_print(struct json_object *answer, bool all);
/* For programs: one line, or indented for a terminal.  Takes the envelope's
 * "ok" out of answer. */
void status_print_json(struct json_object *answer, bool indented);
/* Inside, status_hosts.c for status.c: whom a group has heard. */
void status_hosts_print(struct json_object *group);
/* False too if there is no group at all. */
bool status_all_master(struct json_object *answer);
