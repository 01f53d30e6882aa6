/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * keepalived.conf: each vrrp_instance becomes a group, what it tracks becomes
 * tracks, and its scripts hooks.
 */
#include "user/core/election.h"
#include "user/import_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
	DEPTH_MAX = 8
};

struct reader {
	struct import *import;
	char block[DEPTH_MAX][IMPORT_WORD_SIZE]; /* from the outside in */
	size_t depth;
	struct config_group *group; /* of the instance we are in */
	bool no_preempt, told;	    /* told: this block is not carried over */
	struct tracked *tracked;
	int defines; /* enum import_kind of the block we are in; or -1 */
	char instance[IMPORT_WORD_SIZE], priority[16];
	struct runner_job notify; /* of all states; no words: none */
};

static const char *inside(const struct reader *r, size_t depth)
{
	return depth < r->depth && depth < DEPTH_MAX ? r->block[depth] : "";
}

/* More wins there, less here; hosts that differ keep their order. */
static void take_priority(struct reader *r, const char *text)
{
	char skew[16];
	const long priority = strtol(text, NULL, 10);

	if (priority < 1 || priority > 255) {
		import_note(r->import, "priority %s: not carried over", text);
		return;
	}
	snprintf(skew, sizeof(skew), "%ld",
		 priority == 255 ? 0 : 254 - priority);
	import_number(r->import, r->group, "advskew", skew);
	snprintf(r->priority, sizeof(r->priority), "%ld", priority);
}

/* ADDRESS[/LENGTH] [dev IFACE] and more. */
static void take_address(struct reader *r, const struct words *w)
{
	const char *interface = json_object_get_string(
		json_object_object_get(r->group->attach, "interface"));

	import_add(r->import, r->group, "vips", w->word[0]);
	for (size_t i = 1; i + 1 < w->count; i++)
		if (!strcmp(w->word[i], "dev") &&
		    (!interface || strcmp(w->word[i + 1], interface)))
			import_note(r->import,
				    "%s dev %s: the address goes to the "
				    "group's interface",
				    w->word[0], w->word[i + 1]);
}

static void take_peer(struct reader *r, const char *word)
{
	char address[IMPORT_WORD_SIZE];

	/* Some give a length, which means nothing there either. */
	snprintf(address, sizeof(address), "%.*s", (int)strcspn(word, "/"),
		 word);
	import_add(r->import, r->group, "peers", address);
}

/* --- programs told of changes --------------------------------------------- */

enum {
	ON_INIT = 1 << ELECTION_INIT,
	ON_BACKUP = 1 << ELECTION_BACKUP,
	ON_MASTER = 1 << ELECTION_MASTER,
};

static const struct notify {
	const char *name, *state; /* what notify adds to the words */
	unsigned int on;
} notifies[] = {
	{ "notify_master", "MASTER", ON_MASTER },
	{ "notify_backup", "BACKUP", ON_BACKUP },
	{ "notify_fault", "FAULT", ON_INIT },
	{ "notify_stop", NULL, ON_INIT },
};

enum {
	NOTIFIES = sizeof(notifies) / sizeof(*notifies)
};

/* One program for all states, which are in its words. */
static void notify_all(struct reader *r)
{
	for (size_t i = 0; r->notify.words && i < NOTIFIES; i++) {
		const char *const more[] = { "INSTANCE", r->instance,
					     notifies[i].state, r->priority };
		struct runner_job job = r->notify;
		bool fits = notifies[i].state;

		for (size_t k = 0; fits && k < 4; k++)
			fits = runner_add_word(&job, more[k]);
		if (fits)
			import_hook(r->import, r->group, "notify", &job,
				    notifies[i].on);
	}
}

static const struct notify *find_notify(const char *name)
{
	for (size_t i = 0; i < NOTIFIES; i++)
		if (!strcmp(notifies[i].name, name))
			return &notifies[i];
	return NULL;
}

/* False: it is something else. */
static bool take_notify(struct reader *r, const struct words *w)
{
	const struct notify *n = find_notify(w->word[0]);
	struct runner_job job = { 0 };
	const char *bad;

	if (!n && strcmp(w->word[0], "notify") != 0)
		return false;
	/* A user may stand behind it. */
	bad = w->count > 1 ? import_split(w->word[1], &job) : "no program";
	if (bad)
		import_note(r->import, "%s: not carried over: %s", w->word[0],
			    bad);
	else if (n)
		import_hook(r->import, r->group, n->name, &job, n->on);
	else
		r->notify = job;
	return true;
}

/* --- instances ------------------------------------------------------------ */

static void take_option(struct reader *r, const struct words *w)
{
	static const char *const silent[] = {
		"state",    "version",	    "unicast_src_ip",
		"use_vmac", "mcast_src_ip", "preempt",
		NULL
	};
	const char *name = w->word[0], *value = w->count > 1 ? w->word[1] : "";

	if (!strcmp(name, "interface"))
		import_word(r->import, r->group, "interface", value);
	else if (!strcmp(name, "virtual_router_id"))
		import_number(r->import, r->group, "vhid", value);
	else if (!strcmp(name, "priority"))
		take_priority(r, value);
	else if (!strcmp(name, "advert_int"))
		import_number(r->import, r->group, "advbase", value);
	else if (!strcmp(name, "preempt_delay"))
		import_number(r->import, r->group, "preempt_delay", value);
	else if (!strcmp(name, "garp_master_refresh"))
		import_number(r->import, r->group, "announce_refresh", value);
	else if (!strcmp(name, "nopreempt"))
		r->no_preempt = true;
	else if (!take_notify(r, w)) {
		for (size_t i = 0; silent[i]; i++)
			if (!strcmp(silent[i], name))
				return;
		import_note(r->import, "%s: not carried over", name);
	}
}

static void take_in_block(struct reader *r, const char *block,
			  const struct words *w)
{
	const int uses = import_uses(block);

	if (uses >= 0) {
		import_use(r->import, r->tracked, r->group,
			   (enum import_kind)uses, w);
	} else if (!strncmp(block, "virtual_ipaddress", 17)) {
		take_address(r, w);
	} else if (!strcmp(block, "unicast_peer")) {
		take_peer(r, w->word[0]);
	} else if (!strcmp(block, "authentication")) {
		if (!strcmp(w->word[0], "auth_pass"))
			import_secret(r->import, r->group);
	} else if (!r->told) {
		import_note(r->import, "%s: not carried over", block);
		r->told = true;
	}
}

/* A line within all blocks it is in. */
static void take_line(struct reader *r, const struct words *w)
{
	if (r->group && r->depth == 1)
		take_option(r, w);
	else if (r->group && r->depth == 2)
		take_in_block(r, inside(r, 1), w);
	else if (r->defines >= 0 && r->depth == 1)
		import_define_option(r->import, r->tracked, w);
	else if (!r->depth)
		import_note(r->import, "%s: not carried over", w->word[0]);
}

static void enter_instance(struct reader *r, const char *name)
{
	r->no_preempt = false;
	r->notify = (struct runner_job){ 0 };
	snprintf(r->instance, sizeof(r->instance), "%s", name);
	*r->priority = '\0';
	r->group = import_group(r->import, name);
}

static void leave_instance(struct reader *r)
{
	if (!*r->priority)
		take_priority(r, "100"); /* as there */
	if (!r->no_preempt)
		import_yes(r->import, r->group, "preempt");
	notify_all(r);
	r->group = NULL;
}

static void enter(struct reader *r, const struct words *w)
{
	const char *kind = w->word[0], *name = w->count > 1 ? w->word[1] : "";

	if (r->depth < DEPTH_MAX)
		snprintf(r->block[r->depth], IMPORT_WORD_SIZE, "%s", kind);
	r->depth++;
	r->told = false;
	if (r->depth != 1)
		return;
	r->defines = import_defines(kind);
	if (r->defines >= 0)
		import_define(r->import, r->tracked,
			      (enum import_kind)r->defines, name);
	else if (!strcmp(kind, "vrrp_instance"))
		enter_instance(r, name);
	else if (strcmp(kind, "global_defs"))
		import_note(r->import, "%s %s: not carried over", kind, name);
}

static void leave(struct reader *r)
{
	if (r->depth)
		r->depth--;
	if (r->depth)
		return;
	if (r->defines >= 0)
		import_define_end(r->import, r->tracked);
	r->defines = -1;
	if (r->group)
		leave_instance(r);
}

/* Of a line, what stands before, between and behind its braces. */
static void take_braces(struct reader *r, const struct words *line,
			struct words *part, struct words *before)
{
	part->count = 0;
	for (size_t i = 0; i < line->count; i++) {
		const char *word = line->word[i];

		if (!strcmp(word, "{")) {
			/* It may stand in a line of its own. */
			enter(r, part->count ? part : before);
			part->count = 0;
		} else if (!strcmp(word, "}")) {
			if (part->count)
				take_line(r, part);
			part->count = 0;
			leave(r);
		} else {
			memcpy(part->word[part->count++], word,
			       IMPORT_WORD_SIZE);
		}
	}
}

static bool opens_block(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '{';
}

void import_keepalived(struct import *import, const char *text)
{
	struct reader r = { .import = import,
			    .tracked = import_tracked_new(),
			    .defines = -1 };
	struct words *line = calloc(3, sizeof(*line));

	if (!line || !r.tracked) {
		import->failed = true;
		import_tracked_free(r.tracked);
		free(line);
		return;
	}
	import_note(import, "VRRP and CARP do not understand each other: all "
			    "hosts of a group change over together");
	while (import_line(import, &text, "#!", "{}", line)) {
		take_braces(&r, line, line + 1, line + 2);
		if (line[1].count && opens_block(text))
			line[2] = line[1];
		else if (line[1].count)
			take_line(&r, &line[1]);
	}
	if (r.depth)
		import_note(import, "the last block has no end");
	import_tracked_end(import, r.tracked);
	import_tracked_free(r.tracked);
	free(line);
}
