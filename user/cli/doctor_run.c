/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The doctor's visit: survey, findings, the wire, and what is printed.  Needs
 * no controller and changes nothing.
 */
#include "user/cli/doctor_run.h"
#include "user/cli/doctor_survey.h"
#include "user/cli/field.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum run_numbers {
	LISTEN_DEFAULT = 3, /* seconds */
	LISTEN_MAX = 3600,
	CHECK_VERSION = 1, /* of the JSON */
};

struct visit {
	const char *interface;
	unsigned int vhid; /* 0: none is asked about */
	unsigned int listen_s;
	struct doctor_facts facts;
	struct doctor_wire wire;
	struct doctor_report report;
	size_t printed; /* findings */
};

/* --- the wire ------------------------------------------------------------- */

static void listen_refused(struct visit *v, int err)
{
	doctor_remedy(doctor_find(&v->report, DOCTOR_NOTE, "wire",
				  "cannot listen on %s: %s", v->interface,
				  strerror(-err)),
		      "sudo carp-xdp check %s", v->interface);
}

static void listen_to(struct visit *v)
{
	const struct netlink_link *link = &v->facts.link.link;
	int fd, err;

	if (!v->listen_s || !link->up || !link->carrier) {
		doctor_find(&v->report, DOCTOR_NOTE, "wire",
			    "not listened to: %s",
			    v->listen_s ? "no carrier" : "--listen 0");
		return;
	}
	fd = ear_open(link->ifindex);
	if (fd < 0) {
		listen_refused(v, fd);
		return;
	}
	err = ear_listen(fd, v->listen_s * 1000, doctor_wire_hear, &v->wire);
	if (err)
		listen_refused(v, err);
	doctor_wire(&v->wire, v->vhid, v->listen_s, &v->report);
}

/* --- for people ----------------------------------------------------------- */

/* What is new, before anybody has to wait for the wire. */
static void print_findings(struct visit *v)
{
	for (; v->printed < v->report.count; v->printed++) {
		const struct doctor_finding *f =
			&v->report.findings[v->printed];

		printf("%-7s  %-14s  %s%s%s\n", doctor_level_name(f->level),
		       f->check, f->found, *f->remedy ? " => " : "", f->remedy);
	}
	fflush(stdout);
}

static void print_summary(const struct visit *v)
{
	const size_t *levels = v->report.levels;

	printf("%s: %zu problem%s, %zu warning%s, %zu note%s, %zu ok\n",
	       v->interface, levels[DOCTOR_PROBLEM],
	       levels[DOCTOR_PROBLEM] == 1 ? "" : "s", levels[DOCTOR_WARNING],
	       levels[DOCTOR_WARNING] == 1 ? "" : "s", levels[DOCTOR_NOTE],
	       levels[DOCTOR_NOTE] == 1 ? "" : "s", levels[DOCTOR_OK]);
}

/* --- for programs --------------------------------------------------------- */

static void put_text(struct json_object *object, const char *name,
		     const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void put_number(struct json_object *object, const char *name,
		       long long number)
{
	json_object_object_add(object, name, json_object_new_int64(number));
}

static struct json_object *finding_json(const struct doctor_finding *f)
{
	struct json_object *object = json_object_new_object();

	put_text(object, "level", doctor_level_name(f->level));
	put_text(object, "check", f->check);
	put_text(object, "found", f->found);
	json_object_object_add(object, "remedy",
			       *f->remedy ? json_object_new_string(f->remedy)
					  : NULL);
	return object;
}

static struct json_object *speaker_json(const struct doctor_speaker *s)
{
	struct json_object *object = json_object_new_object();
	char text[64];

	put_text(object, "protocol", doctor_protocol_name(s->protocol));
	put_number(object, "id", s->id);
	put_text(object, "address", doctor_address(s, text));
	put_text(object, "mac", doctor_mac(s->mac, text));
	json_object_object_add(
		object, "vlan",
		s->vlan == EAR_UNTAGGED ? NULL : json_object_new_int(s->vlan));
	json_object_object_add(object, "this_host",
			       json_object_new_boolean(s->ours));
	put_number(object, "heard", s->count);
	if (s->protocol == DOCTOR_CARP) {
		put_number(object, "advbase", s->advbase);
		put_number(object, "advskew", s->advskew);
		put_number(object, "demotion", s->demote);
	} else {
		put_number(object, "priority", s->priority);
	}
	return object;
}

static void print_json(const struct visit *v)
{
	struct json_object *object = json_object_new_object();
	struct json_object *findings = json_object_new_array();
	struct json_object *speakers = json_object_new_array();
	struct json_object *summary = json_object_new_object();

	for (size_t i = 0; i < v->report.count; i++)
		json_object_array_add(findings,
				      finding_json(&v->report.findings[i]));
	for (size_t i = 0; i < v->wire.count; i++)
		json_object_array_add(speakers,
				      speaker_json(&v->wire.speakers[i]));
	for (int level = DOCTOR_PROBLEM; level >= DOCTOR_OK; level--)
		put_number(summary, doctor_level_name((enum doctor_level)level),
			   (long long)v->report.levels[level]);
	put_number(object, "version", CHECK_VERSION);
	put_text(object, "interface", v->interface);
	json_object_object_add(object, "vhid",
			       v->vhid ? json_object_new_int((int)v->vhid)
				       : NULL);
	json_object_object_add(object, "findings", findings);
	json_object_object_add(object, "speakers", speakers);
	json_object_object_add(object, "summary", summary);
	printf("%s\n", json_object_to_json_string_ext(
			       object, JSON_C_TO_STRING_PLAIN |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

/* --- the visit ------------------------------------------------------------ */

/* A number the command line may leave out; false: out of range, said. */
static bool number_get(const struct cli *cli, const char *name, long long least,
		       long long most, long long otherwise, unsigned int *out)
{
	struct json_object *member = field(cli->request, name, json_type_int);
	long long value = member ? json_object_get_int64(member) : otherwise;

	*out = (unsigned int)value;
	if (!member || (value >= least && value <= most))
		return true;
	cli_fail(EXIT_CODE_INVALID, "%s %lld: allowed are %lld to %lld", name,
		 value, least, most);
	return false;
}

static void examine(struct visit *v, bool text)
{
	const unsigned int ifindex = v->facts.link.link.ifindex;

	doctor_link(&v->facts.link, &v->report);
	doctor_host(&v->facts.host, &v->report);
	if (v->facts.managed)
		doctor_managers("", ifindex, v->interface, &v->report);
	if (text)
		print_findings(v);
	listen_to(v);
	if (text)
		print_findings(v);
}

static int visit_run(const struct cli *cli, struct visit *v)
{
	const bool json = cli->flags & CLI_JSON;
	int err = doctor_survey(v->interface, &v->facts);

	if (err == -ENODEV)
		return cli_fail(EXIT_CODE_FAILED, "%s: no such interface",
				v->interface);
	if (err)
		return cli_fail(EXIT_CODE_FAILED, "%s: %s", v->interface,
				strerror(-err));
	examine(v, !json);
	if (json)
		print_json(v);
	else
		print_summary(v);
	return v->report.levels[DOCTOR_PROBLEM] ? EXIT_CODE_FAILED : 0;
}

int doctor_run(const struct cli *cli, const char *interface)
{
	struct visit *v = calloc(1, sizeof(*v));
	int code = EXIT_CODE_INVALID;

	if (!v)
		return cli_fail(EXIT_CODE_FAILED, "out of memory");
	v->interface = interface;
	if (number_get(cli, "vhid", CARP_VHID_MIN, CARP_VHID_MAX, 0,
		       &v->vhid) &&
	    number_get(cli, "listen", 0, LISTEN_MAX, LISTEN_DEFAULT,
		       &v->listen_s))
		code = visit_run(cli, v);
	free(v);
	return code;
}
