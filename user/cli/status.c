/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Status as a table, as a paragraph, as JSON, as yes or no.  Only reads what
 * the controller answered; computes nothing about the election itself.
 */
#include "user/cli/status.h"
#include "user/cli/field.h"
#include "carp/verdict.h"

#include <stdio.h>
#include <string.h>

enum status_numbers {
	CELL_SIZE = 512,
	VIPS_SHOWN = 3, /* in the table; the paragraph has all */
	COLUMN_GAP = 2,
};

/* --- cells ------------------------------------------------------------------
 */

static void cell_interface(struct json_object *group, char *text)
{
	snprintf(text, CELL_SIZE, "%s", field_text(group, "interface"));
}

static void cell_vhid(struct json_object *group, char *text)
{
	snprintf(text, CELL_SIZE, "%lld", field_number(group, "vhid"));
}

static void cell_state(struct json_object *group, char *text)
{
	if (field_true(group, "observing"))
		snprintf(text, CELL_SIZE, "OBSERVER");
	else
		field_upper(group, "state", text, CELL_SIZE);
}

/* The two largest units: "12s", "3m12s", "2h05m", "4d07h". */
static void span_format(double seconds, char *text, size_t size)
{
	long long s = seconds > 0 ? (long long)seconds : 0;

	if (s < 60)
		snprintf(text, size, "%llds", s);
	else if (s < 3600)
		snprintf(text, size, "%lldm%02llds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(text, size, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		snprintf(text, size, "%lldd%02lldh", s / 86400, s / 3600 % 24);
}

static void cell_since(struct json_object *group, char *text)
{
	span_format(field_seconds(group, "since_seconds"), text, CELL_SIZE);
}

static void cell_master(struct json_object *group, char *text)
{
	struct json_object *master = field(group, "master", json_type_object);

	if (!master)
		snprintf(text, CELL_SIZE, "none heard");
	else if (field_true(master, "self"))
		snprintf(text, CELL_SIZE, "this host");
	else
		snprintf(text, CELL_SIZE, "%s%s", field_text(master, "address"),
			 field_true(master, "verified") ? "" : " (unverified)");
}

static void cell_interval(struct json_object *group, char *text)
{
	snprintf(text, CELL_SIZE, "%lld/%lld", field_number(group, "advbase"),
		 field_number(group, "advskew"));
}

static void cell_demotion(struct json_object *group, char *text)
{
	snprintf(text, CELL_SIZE, "%lld", field_number(group, "demotion"));
}

static void cell_mode(struct json_object *group, char *text)
{
	snprintf(text, CELL_SIZE, "%s", field_text(group, "xdp_mode"));
}

static void cell_reason(struct json_object *group, char *text)
{
	snprintf(text, CELL_SIZE, "%s", field_text(group, "reason"));
}

static void cell_vips(struct json_object *group, char *text)
{
	size_t count = field_count(group, "vips");
	size_t used = 0;

	snprintf(text, CELL_SIZE, "none");
	for (size_t i = 0; i < count && i < VIPS_SHOWN; i++)
		used += (size_t)snprintf(text + used, CELL_SIZE - used,
					 "%s%.63s", i ? ", " : "",
					 json_object_get_string(field_element(
						 group, "vips", i)));
	if (count > VIPS_SHOWN)
		snprintf(text + used, CELL_SIZE - used, " and %zu more",
			 count - VIPS_SHOWN);
}

/* --- the table --------------------------------------------------------------
 */

static const struct column {
	const char *title;
	void (*cell)(struct json_object *group, char *text);
} columns[] = {
	{ "INTERFACE", cell_interface }, { "VHID", cell_vhid },
	{ "STATE", cell_state },	 { "SINCE", cell_since },
	{ "MASTER", cell_master },	 { "BASE/SKEW", cell_interval },
	{ "DEMOTION", cell_demotion },	 { "MODE", cell_mode },
	{ "REASON", cell_reason },	 { "VIPS", cell_vips },
};

enum column_count {
	COLUMNS = sizeof(columns) / sizeof(columns[0])
};

static size_t column_width(const struct column *column,
			   struct json_object *answer)
{
	size_t width = strlen(column->title);

	for (size_t i = 0; i < field_count(answer, "groups"); i++) {
		char text[CELL_SIZE];

		column->cell(field_element(answer, "groups", i), text);
		if (strlen(text) > width)
			width = strlen(text);
	}
	return width;
}

/* The last cell ends its line without blanks behind it. */
static void cell_print(size_t column, size_t width, const char *text)
{
	if (column == COLUMNS - 1)
		printf("%s\n", text);
	else
		printf("%-*s", (int)width + COLUMN_GAP, text);
}

static void table_print(struct json_object *answer)
{
	size_t widths[COLUMNS];

	for (size_t c = 0; c < COLUMNS; c++) {
		widths[c] = column_width(&columns[c], answer);
		cell_print(c, widths[c], columns[c].title);
	}
	for (size_t i = 0; i < field_count(answer, "groups"); i++) {
		for (size_t c = 0; c < COLUMNS; c++) {
			char text[CELL_SIZE];

			columns[c].cell(field_element(answer, "groups", i),
					text);
			cell_print(c, widths[c], text);
		}
	}
}

/* --- what the table has no room for -----------------------------------------
 */

static const char *verdict_help(const char *name)
{
#define CARP_VERDICT_HELP(verdict, action, help) { #verdict, help },
	static const struct {
		const char *name;
		const char *help;
	} verdicts[] = { CARP_VERDICTS(CARP_VERDICT_HELP) };
#undef CARP_VERDICT_HELP

	for (size_t i = 0; i < CARP_V_COUNT; i++) {
		if (strcmp(verdicts[i].name, name) == 0)
			return verdicts[i].help;
	}
	return "";
}

static void counters_print(struct json_object *owner)
{
	struct json_object *counters =
		field(owner, "counters", json_type_object);

	if (!counters)
		return;
	json_object_object_foreach (counters, name, value) {
		if (json_object_get_int64(value) != 0)
			printf("  %-18s %10lld  %s\n", name,
			       (long long)json_object_get_int64(value),
			       verdict_help(name));
	}
}

static void list_print(struct json_object *group, const char *name,
		       const char *title, const char *empty)
{
	size_t count = field_count(group, name);

	printf("  %-18s %s", title, count ? "" : empty);
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i ? ", " : "",
		       json_object_get_string(field_element(group, name, i)));
	printf("\n");
}

/* Who serves what, "1 master, 2 backup: 1 of 2 here". */
static void cluster_print(struct json_object *group)
{
	struct json_object *cluster = field(group, "cluster", json_type_object);
	size_t count;

	if (!cluster)
		return;
	count = field_count(cluster, "nodes");
	printf("  %-18s %s, ", "balancing", field_text(group, "balancing"));
	for (size_t i = 0; i < count; i++) {
		struct json_object *node = field_element(cluster, "nodes", i);

		printf("%s%lld:%lld %s%s", i ? ", " : "node ",
		       field_number(node, "vhid"),
		       field_number(node, "advskew"), field_text(node, "state"),
		       field_true(node, "serving") ? "" : " (elsewhere)");
	}
	printf("\n  %-18s %lld of %zu nodes\n", "served here",
	       field_number(cluster, "serving"), count);
}

/* Under the table, one line a cluster: its first group speaks for all. */
static void cluster_line(struct json_object *group)
{
	struct json_object *cluster = field(group, "cluster", json_type_object);

	if (!cluster ||
	    field_number(cluster, "leader") != field_number(group, "vhid"))
		return;
	printf("balancing: %s vhid %lld, %s: this host serves %lld of %zu "
	       "nodes\n",
	       field_text(group, "interface"), field_number(group, "vhid"),
	       field_text(group, "balancing"), field_number(cluster, "serving"),
	       field_count(cluster, "nodes"));
}

static double field_millis(struct json_object *group, const char *name)
{
	return (double)field_number(group, name) / 1000;
}

static void notice_print(const char *title, struct json_object *notice)
{
	char ago[32];

	span_format(field_seconds(notice, "seconds_ago"), ago, sizeof(ago));
	printf("  %-18s %s (%s), %s ago: %s\n", title,
	       field_text(notice, "address"), field_text(notice, "mac"), ago,
	       field_text(notice, "text"));
}

static void notices_print(struct json_object *group)
{
	struct json_object *conflict =
		field(group, "conflict", json_type_object);

	if (conflict) {
		notice_print("last conflict", conflict);
		printf("  %-18s %lld\n", "conflicts",
		       field_number(conflict, "count"));
	}
	for (size_t i = 0; i < field_count(group, "warnings"); i++)
		notice_print("warning", field_element(group, "warnings", i));
}

static void group_print(struct json_object *group)
{
	printf("\n%s vhid %lld\n", field_text(group, "interface"),
	       field_number(group, "vhid"));
	list_print(group, "vips", "virtual IPs", "none, observing only");
	list_print(group, "groups", "in groups", "carp only");
	if (field_count(group, "track"))
		list_print(group, "track", "tracks", "");
	list_print(group, "peers", "sends to", "the multicast group");
	if (field_count(group, "peers"))
		printf("  %-18s %lld\n", "least TTL of peers",
		       field_number(group, "peer_ttl_min"));
	printf("  %-18s %s\n", "virtual MAC", field_text(group, "virtual_mac"));
	cluster_print(group);
	printf("  %-18s %s, %s, authentication %s, %s\n", "rules",
	       field_text(group, "compat"),
	       field_true(group, "preempt") ? "preempts" : "does not preempt",
	       field_text(group, "auth"),
	       field_true(group, "passphrase") ? "passphrase set"
					       : "no passphrase");
	printf("  %-18s sent in %s\n", "demotion",
	       strcmp(field_text(group, "demotion_form"), "both")
		       ? field_text(group, "demotion_form")
		       : "byte and advskew");
	printf("  %-18s %.3f ms\n", "advertises every",
	       field_millis(group, "interval_us"));
	printf("  %-18s %.3f ms of silence, dead ratio %lld\n",
	       "takes over after", field_millis(group, "master_down_us"),
	       field_number(group, "dead_ratio"));
	if (field_seconds(group, "preempt_wait_seconds") > 0)
		printf("  %-18s not for another %.0f s\n", "preempts",
		       field_seconds(group, "preempt_wait_seconds"));
	printf("  %-18s %.3f ms\n", "lease left",
	       field_millis(group, "lease_remaining_us"));
	if (field_seconds(group, "grace_seconds") > 0)
		printf("  %-18s still sent and believed for %.0f s\n",
		       "old digest", field_seconds(group, "grace_seconds"));
	printf("  %-18s %lld\n", "advertisements",
	       field_number(group, "advertisements_sent"));
	printf("  %-18s %lld", "announcements",
	       field_number(group, "announcements_sent"));
	if (field_number(group, "announce_refresh"))
		printf(", again every %lld s\n",
		       field_number(group, "announce_refresh"));
	else
		printf("\n");
	if (field_count(group, "gateways"))
		list_print(group, "gateways", "asks for", "");
	printf("  %-18s %lld\n", "transitions",
	       field_number(group, "transitions"));
	printf("  %-18s %s\n", "state since", field_text(group, "since"));
	status_hosts_print(group);
	notices_print(group);
	counters_print(group);
}

/* Who else is in the dispatcher. */
static void programs_print(struct json_object *interface)
{
	const size_t count = field_count(interface, "programs");

	if (!count)
		return;
	printf("  %-18s", "in turn");
	for (size_t i = 0; i < count; i++) {
		struct json_object *p = field_element(interface, "programs", i);

		printf("%s %lld %s%s", i ? "," : "",
		       field_number(p, "priority"), field_text(p, "name"),
		       field_true(p, "ours") ? " (this one)" : "");
	}
	printf("\n");
}

static void interface_print(struct json_object *interface)
{
	printf("\n%s: %s mode, program %lld, link %s\n",
	       field_text(interface, "interface"),
	       field_text(interface, "xdp_mode"),
	       field_number(interface, "program_id"),
	       field_true(interface, "link") ? "up" : "down");
	if (field(interface, "xdp_mode_reason", json_type_string))
		printf("  %-18s %s\n", "mode because",
		       field_text(interface, "xdp_mode_reason"));
	programs_print(interface);
	printf("  %-18s %s\n", "VLAN tags",
	       field_true(interface, "sees_vlan_tags")
		       ? "seen in the frames"
		       : "not seen: one vhid, one VLAN");
	counters_print(interface);
}

static void demotion_print(struct json_object *demotion)
{
	const char *where = field_text(demotion, "interface"), *kind = "";
	char since[32];

	if (field(demotion, "group", json_type_string)) {
		kind = "group ";
		where = field_text(demotion, "group");
	} else if (field(demotion, "track", json_type_string)) {
		kind = "groups with track ";
		where = field_text(demotion, "track");
	} else if (field_true(demotion, "all")) {
		where = "every interface";
	}
	span_format(field_seconds(demotion, "since_seconds"), since,
		    sizeof(since));
	printf("demoted: %s%s %+lld for %s: %s (%s)\n", kind, where,
	       field_number(demotion, "amount"), since,
	       field_text(demotion, "reason"),
	       field_true(demotion, "automatic") ? "automatic"
						 : field_text(demotion, "by"));
}

static void track_print(struct json_object *track)
{
	char since[32], ago[32];

	span_format(field_seconds(track, "since_seconds"), since,
		    sizeof(since));
	span_format(field_seconds(track, "last_seconds"), ago, sizeof(ago));
	printf("track %s: %s for %s", field_text(track, "name"),
	       field_text(track, "state"), since);
	if (!field(track, "last", json_type_string))
		printf(", not run yet");
	else
		printf(", %s %s ago%s%s", field_text(track, "last"), ago,
		       *field_text(track, "text") ? ": " : "",
		       field_text(track, "text"));
	if (field_true(track, "stale"))
		printf(" (overdue)");
	printf("\n");
}

static void waiting_print(struct json_object *interface)
{
	if (field(interface, "waiting", json_type_string))
		printf("%s waits: %s\n", field_text(interface, "interface"),
		       field_text(interface, "waiting"));
}

static void each(struct json_object *answer, const char *name,
		 void (*print)(struct json_object *element))
{
	for (size_t i = 0; i < field_count(answer, name); i++)
		print(field_element(answer, name, i));
}

void status_print(struct json_object *answer, bool all)
{
	if (field_count(answer, "groups"))
		table_print(answer);
	else
		printf("no group attached\n");
	each(answer, "interfaces", waiting_print);
	each(answer, "groups", cluster_line);
	each(answer, "demotions", demotion_print);
	each(answer, "tracks", track_print);
	if (field(answer, "runner_trouble", json_type_string))
		printf("runner: %s; what is tracked stays as it was\n",
		       field_text(answer, "runner_trouble"));
	if (!field(answer, "guardian", json_type_int))
		printf("guardian: none; if the controller is killed, its "
		       "leases run out\n");
	if (field(answer, "sequences_kept", json_type_boolean) &&
	    !field_true(answer, "sequences_kept"))
		printf("state directory: cannot be written; a restart would "
		       "forget who was heard\n");
	if (!all)
		return;
	each(answer, "groups", group_print);
	each(answer, "interfaces", interface_print);
}

void status_print_json(struct json_object *answer, bool indented)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	if (indented)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	json_object_object_del(answer, "ok");
	printf("%s\n", json_object_to_json_string_ext(answer, flags));
}

bool status_all_master(struct json_object *answer)
{
	size_t count = field_count(answer, "groups");

	for (size_t i = 0; i < count; i++) {
		struct json_object *group = field_element(answer, "groups", i);

		if (strcmp(field_text(group, "state"), "master") != 0)
			return false;
	}
	return count > 0;
}
