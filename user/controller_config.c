/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Groups as a configuration wants them: the difference, group by group.
 */
#include "user/controller_exchange.h"
#include "user/request_render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One for all nodes of a cluster. */
static bool stands_for_itself(const struct member *m)
{
	return member_holder(m) == m;
}

/* --- one group ------------------------------------------------------------ */

struct work {
	struct controller *c;
	const struct config_report *report;
	bool dry;
};

static void tell(const struct work *w, enum config_action action,
		 const struct config_group *group, unsigned int changed,
		 const char *error)
{
	const struct config_step step = { action,
					  group->name,
					  group->interface,
					  group->vhid,
					  changed,
					  error,
					  group->with ? group->with->name
						      : NULL };

	w->report->step(w->report->context, &step);
}

/* An interface has one mode, and groups attached by hand keep theirs. */
static int check_mode(const struct work *w, const struct request *r,
		      char *error, size_t size)
{
	const struct nic *nic = controller_nic(w->c, r->interface);

	if (!nic || (nic->mode == r->mode && nic->coexist == r->coexist))
		return 0;
	if (nic->coexist != r->coexist) {
		snprintf(error, size,
			 "coexist: %s is attached with%s others for groups "
			 "that stay there",
			 r->interface, nic->coexist ? "" : "out");
		return EXIT_CODE_INVALID;
	}
	snprintf(error, size,
		 "mode %s: %s is in mode %s for groups that stay there",
		 mode_name(r->mode), r->interface, mode_name(nic->mode));
	return EXIT_CODE_INVALID;
}

static int apply(const struct work *w, struct config_group *group,
		 struct request *r, unsigned int changed, char *error,
		 size_t size)
{
	struct member *m = controller_member(w->c, group);
	int code = m ? 0 : check_mode(w, r, error, size);

	/* Nothing that is so already is written again. */
	if (m)
		r->has &= changed | REQUEST_HAS_INTERFACE | REQUEST_HAS_VHID |
			  REQUEST_HAS_NODES;
	r->config_name = group->name;
	if (!code)
		code = controller_attach(w->c, r, &m, error, size);
	if (!code)
		memcpy(m->config_name, group->name, sizeof(m->config_name));
	return code;
}

/* True: it is as it is to be. */
static bool settle(const struct work *w, struct config_group *group, bool last)
{
	char error[CONTROLLER_ERROR_SIZE] = "";
	struct member *m = controller_member(w->c, group);
	enum config_action action = CONFIG_ATTACH;
	unsigned int changed = 0;
	struct request r;
	int code = config_request(group, &r, error, sizeof(error));

	if (!code) {
		action = controller_action_for(m, &r, &changed);
		if (action == CONFIG_KEEP)
			memcpy(m->config_name, group->name,
			       sizeof(m->config_name));
		else if (!w->dry)
			code = apply(w, group, &r, changed, error,
				     sizeof(error));
		request_free(&r);
	}
	group->failed = code != 0;
	if (action == CONFIG_ATTACH && group->again) {
		action = CONFIG_AGAIN;
		changed = group->again;
	}
	if (!code || last)
		tell(w, action, group, changed, code ? error : NULL);
	return !code;
}

/* --- several that are changed together ------------------------------------ */

static void tell_ring(const struct work *w, struct config_group *ring,
		      const struct config_group *refused, const char *error)
{
	char text[CONTROLLER_ERROR_SIZE + CONFIG_NAME_SIZE + 32];
	struct config_group *group = ring;

	do {
		snprintf(text, sizeof(text), "waits for group %s: %s",
			 refused->name, error);
		tell(w, CONFIG_SET, group, group->changed,
		     !*error		? NULL
		     : group == refused ? error
					: text);
		group = group->with;
	} while (group != ring);
}

/* How many are as they are to be: all or none. */
static size_t settle_ring(const struct work *w, struct config_group *ring,
			  bool last)
{
	char error[CONTROLLER_ERROR_SIZE] = "";
	struct config_group *group = ring, *refused = ring;
	size_t count = 0;
	int code = w->dry ? 0
			  : exchange_apply(w->c, ring, &refused, error,
					   sizeof(error));

	do {
		count++;
		group->failed = code != 0;
		group = group->with;
	} while (group != ring);
	if (!code || last)
		tell_ring(w, ring, refused, error);
	return code ? 0 : count;
}

/* How many more are. */
static size_t settle_some(const struct work *w, struct config_group *group,
			  bool last)
{
	if (!group->with)
		return settle(w, group, last);
	return group->leads ? settle_ring(w, group, last) : 0;
}

/* --- all of them ---------------------------------------------------------- */

/* What is to be changed, and how, before anything is. */
static void look_ahead(const struct work *w, struct config *wanted)
{
	char error[CONTROLLER_ERROR_SIZE];
	struct request r;

	for (size_t i = 0; i < wanted->count; i++) {
		struct config_group *group = &wanted->groups[i];
		const struct member *m = controller_member(w->c, group);
		enum config_action action;

		group->moves = false;
		if (!group->failed || !m ||
		    config_request(group, &r, error, sizeof(error)))
			continue;
		action = controller_action_for(m, &r, &group->changed);
		group->moves = action == CONFIG_SET &&
			       (group->changed & REQUEST_HAS_VIPS);
		group->again = action == CONFIG_AGAIN ? group->changed : 0;
		request_free(&r);
		controller_breathe(w->c);
	}
}

/* A VIP that a new group takes over is free once its old one has been settled:
 * so they are tried as long as that helps. */
static size_t settle_all(const struct work *w, struct config *wanted)
{
	size_t left = 0, before;
	bool last = false;

	for (size_t i = 0; i < wanted->count; i++)
		left += wanted->groups[i].failed;
	while (left) {
		before = left;
		for (size_t i = 0; i < wanted->count; i++) {
			if (!wanted->groups[i].failed)
				continue;
			left -= settle_some(w, &wanted->groups[i], last);
			controller_breathe(w->c);
		}
		if (last)
			break;
		last = left == before;
	}
	return left;
}

static void mark_wanted(const struct work *w, struct config *wanted)
{
	for (struct group *g = w->c->node.groups; g; g = g->next)
		member_of(g)->config_seen = false;
	for (size_t i = 0; i < wanted->count; i++) {
		struct member *m = controller_member(w->c, &wanted->groups[i]);

		wanted->groups[i].failed = true;
		if (m)
			member_holder(m)->config_seen = true;
	}
}

static void describe(const struct member *m, struct config_group *out)
{
	*out = (struct config_group){ .vhid = m->group.settings.vhid };
	memcpy(out->name, m->config_name, sizeof(out->name));
	memcpy(out->interface, m->nic->link.name, sizeof(out->interface));
}

static void take_off(const struct work *w, struct member *m,
		     enum config_action action)
{
	struct nic *nic = m->nic;
	struct config_group gone;

	describe(m, &gone);
	if (action == CONFIG_DETACH)
		tell(w, action, &gone, 0, NULL);
	if (w->dry)
		return;
	member_remove(m);
	if (!nic->members_count)
		nic_close(nic);
	controller_settle(w->c);
	controller_breathe(w->c);
}

static struct member *first_forgotten(const struct controller *c)
{
	for (struct group *g = c->node.groups; g; g = g->next) {
		struct member *m = member_of(g);

		if (*m->config_name && !m->config_seen && stands_for_itself(m))
			return m;
	}
	return NULL;
}

/* What the configuration no longer has. */
static void take_off_forgotten(const struct work *w)
{
	struct member *m;

	while ((m = first_forgotten(w->c))) {
		m->config_seen = true;
		take_off(w, m, CONFIG_DETACH);
	}
}

/* What must make room for itself, all before any: they may share an
 * interface. */
static void take_off_old(const struct work *w, struct config *wanted)
{
	for (size_t i = 0; i < wanted->count && !w->dry; i++) {
		struct config_group *group = &wanted->groups[i];
		struct member *m = controller_member(w->c, group);

		if (group->again && m)
			take_off(w, member_holder(m), CONFIG_AGAIN);
		else
			group->again = 0;
	}
}

/* --- tracks --------------------------------------------------------------- */

static void tell_track(const struct work *w, enum config_action action,
		       const char *name, const char *error)
{
	const struct config_step step = { .action = action,
					  .name = name,
					  .error = error };

	w->report->step(w->report->context, &step);
}

/* Before the groups, which may name them. */
static void settle_tracks(const struct work *w, const struct config *wanted)
{
	static const enum config_action actions[] = {
		[TRACK_KEEP] = CONFIG_KEEP,
		[TRACK_ADD] = CONFIG_TRACK_ADD,
		[TRACK_CHANGE] = CONFIG_TRACK_CHANGE,
		[TRACK_NO_ROOM] = CONFIG_TRACK_ADD,
	};

	tracks_unsee(w->c);
	for (size_t i = 0; i < wanted->tracks_count; i++) {
		const struct config_track *t = &wanted->tracks[i];
		const enum track_action action = tracks_settle(w->c, t, w->dry);

		tell_track(w, actions[action], t->rules.name,
			   action == TRACK_NO_ROOM ? "too many tracks" : NULL);
	}
}

/* Behind them. */
static void take_off_tracks(const struct work *w)
{
	const struct tracked *t = NULL;
	char name[SETTINGS_NAME_SIZE];

	while ((t = tracks_next(w->c, t))) {
		if (t->seen)
			continue;
		memcpy(name, t->track.rules.name, sizeof(name));
		tell_track(w, CONFIG_TRACK_REMOVE, name, NULL);
		if (w->dry)
			continue;
		tracks_remove(w->c, name);
		t = NULL; /* the others have moved up */
	}
}

size_t controller_configure(struct controller *c, struct config *wanted,
			    bool dry, const struct config_report *report)
{
	const struct work w = { c, report, dry };

	size_t failed;

	settle_tracks(&w, wanted);
	mark_wanted(&w, wanted);
	take_off_forgotten(&w);
	look_ahead(&w, wanted);
	take_off_old(&w, wanted);
	exchange_find(c, wanted);
	failed = settle_all(&w, wanted);
	take_off_tracks(&w);
	return failed;
}

size_t controller_configure_again(struct controller *c, struct config *wanted,
				  const struct config_report *report)
{
	const struct work w = { c, report, false };

	look_ahead(&w, wanted);
	exchange_find(c, wanted);
	return settle_all(&w, wanted);
}

/* --- the other way round -------------------------------------------------- */

static bool name_taken(const struct config *config, const char *name)
{
	for (size_t i = 0; i + 1 < config->count; i++)
		if (!strcmp(config->groups[i].name, name))
			return true;
	return false;
}

/* For a group that was attached by hand: "eth0-3", or what is left of it. */
static void invent_name(const struct config *config, struct config_group *group)
{
	unsigned int try = 0;

	do {
		if (try++)
			snprintf(group->name, sizeof(group->name),
				 "%.16s-%u-%u", group->interface, group->vhid,
				 try);
		else
			snprintf(group->name, sizeof(group->name), "%.16s-%u",
				 group->interface, group->vhid);
		config_name_clean(group->name);
	} while (name_taken(config, group->name));
}

static bool add(struct config *config, const struct member *m, bool named)
{
	const struct cluster cluster = controller_cluster(m);
	const struct rendering rendering = {
		m->nic->link.name, &m->group.settings, &cluster,
		m->pass_file,	   m->nic->mode,       m->nic->coexist
	};
	struct config_group *group = config_add(config, m->config_name);

	if (!group)
		return false;
	describe(m, group);
	if (named && !*group->name)
		invent_name(config, group);
	group->attach = request_render(&rendering);
	group->has_key = m->has_key;
	memcpy(group->key, m->key, sizeof(group->key));
	return group->attach;
}

static bool add_tracks(const struct controller *c, struct config *config)
{
	const struct tracked *t = NULL;

	while ((t = tracks_next(c, t))) {
		struct config_track *track = config_track_add(config);

		if (!track)
			return false;
		track->rules = t->track.rules;
		track->job = t->job;
	}
	return true;
}

struct config *controller_config(struct controller *c, bool named)
{
	struct config *config = config_new();
	bool done = config;

	if (done)
		done = add_tracks(c, config);
	for (struct group *g = c->node.groups; g && done; g = g->next) {
		const struct member *m = member_of(g);

		if (stands_for_itself(m))
			done = add(config, m, named);
		controller_breathe(c);
	}
	if (done)
		return config;
	config_free(config);
	return NULL;
}
