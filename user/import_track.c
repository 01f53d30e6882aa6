/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * keepalived's scripts, interfaces, processes and files as tracks.
 *
 * There what is tracked moves the priority, or keeps the instance down.  A
 * weight moves our advskew by as much, for its group tells its demotion there:
 * a negative one is the demotion; a positive one is there from the beginning,
 * and is the demotion, too.  What keeps an instance down there (weight 0) takes
 * this host behind all others.
 */
#include "user/import_track.h"

#include <stdlib.h>
#include <string.h>

enum numbers {
	ADVSKEW_MAX = 254,
};

/* --- uses ----------------------------------------------------------------- */

void import_use(struct import *import, struct tracked *tracked,
		const struct config_group *group, enum import_kind kind,
		const struct words *w)
{
	void *array = tracked->uses;
	struct use *u =
		import_grow(import, &array, &tracked->uses_count, sizeof(*u));

	tracked->uses = array;
	if (!u)
		return;
	u->kind = kind;
	u->line = import->line;
	strcpy(u->group, group->name);
	snprintf(u->name, sizeof(u->name), "%s", w->word[0]);
	u->weighed = w->count > 2 && !strcmp(w->word[1], "weight");
	if (u->weighed)
		import_weight(w, 2, &u->weight, &u->reverse);
}

static const struct definition *find(const struct tracked *tracked,
				     const struct use *u)
{
	for (size_t i = 0; i < tracked->definitions_count; i++)
		if (tracked->definitions[i].kind == u->kind &&
		    !strcmp(tracked->definitions[i].name, u->name))
			return &tracked->definitions[i];
	return NULL;
}

/* An interface needs no definition. */
static void define_links(struct import *import, struct tracked *tracked)
{
	for (size_t i = 0; i < tracked->uses_count; i++) {
		const struct use *u = &tracked->uses[i];
		struct definition *d;

		if (u->kind != IMPORT_LINK || find(tracked, u))
			continue;
		import_define(import, tracked, IMPORT_LINK, u->name);
		if (import->failed)
			return;
		d = &tracked->definitions[tracked->definitions_count - 1];
		d->bad = import_look_at(d, IMPORT_LINK, u->name);
		if (!d->bad)
			import_define_end(import, tracked);
	}
}

/* Why not; NULL: it is carried over. */
static const char *unfit(const struct use *u, const struct definition *d)
{
	if (u->kind == IMPORT_FILE) {
		if (!u->weight || u->weight == (u->reverse ? 1 : -1))
			return NULL;
		return "of the weights of a file only -1 has an equal";
	}
	if (u->reverse)
		return "reverse has no equal";
	if (abs(u->weight) > IMPORT_WEIGHT_MAX)
		return "its weight is none";
	return u->kind == IMPORT_LINK ? d->bad : NULL;
}

static void resolve(struct import *import, struct tracked *tracked,
		    struct use *u)
{
	const struct definition *d = find(tracked, u);
	const char *why;

	import->line = u->line;
	if (!d) {
		import_note(import, "%s %s: there is none of that name",
			    import_use_word(u->kind), u->name);
		return;
	}
	if (!u->weighed) {
		u->weight = d->weight;
		u->reverse = d->reverse;
	}
	why = unfit(u, d);
	if (why)
		import_note(import, "%s %s: not carried over: %s",
			    import_use_word(u->kind), u->name, why);
	else if (!d->bad)
		u->of = d;
}

/* --- tracks --------------------------------------------------------------- */

static bool track_taken(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->tracks_count; i++)
		if (!strcmp(config->tracks[i].rules.name, name))
			return true;
	return false;
}

static void make_track(const struct use *u, struct config_track *out)
{
	memset(out, 0, sizeof(*out));
	out->job = u->of->job;
	out->rules = u->of->rules;
	if (u->kind != IMPORT_FILE)
		out->rules.demotion = (uint8_t)abs(u->weight);
}

/* One track for all that use the same in the same way; NULL: no room. */
static const struct config_track *track_of(struct import *import,
					   const struct use *u)
{
	struct config *config = import->config;
	struct config_track track, *added;

	make_track(u, &track);
	for (size_t i = 0; i < config->tracks_count; i++) {
		strcpy(track.rules.name, config->tracks[i].rules.name);
		if (config_track_same_job(&config->tracks[i].job, &track.job) &&
		    config_track_same_rules(&config->tracks[i].rules,
					    &track.rules))
			return &config->tracks[i];
	}
	import_unique(import, u->name, track_taken, track.rules.name);
	added = config_track_add(config);
	if (added)
		*added = track;
	return added;
}

static size_t tracks_of(const struct config_group *group)
{
	struct json_object *list = NULL;

	return json_object_object_get_ex(group->attach, "track", &list)
		       ? json_object_array_length(list)
		       : 0;
}

static void tell_fault(struct import *import, const struct use *u)
{
	if (import->told_fault)
		return;
	import_note(import,
		    "%s %s: keeps an instance down there; here this host "
		    "steps behind all others, and serves if it is alone",
		    import_use_word(u->kind), u->name);
	import->told_fault = true;
}

static void carry(struct import *import, struct config_group *group,
		  const struct use *u, bool moves)
{
	const struct config_track *track;

	import->line = u->line;
	if (moves && u->kind == IMPORT_FILE && !u->weight) {
		import_note(import,
			    "%s %s: not carried over: beside weights it has "
			    "no equal",
			    import_use_word(u->kind), u->name);
		return;
	}
	track = tracks_of(group) < SETTINGS_TRACKS_MAX ? track_of(import, u)
						       : NULL;
	if (!track) {
		import_note(import,
			    "%s %s: not carried over: %d tracks of a group, "
			    "%d of a host are the most",
			    import_use_word(u->kind), u->name,
			    SETTINGS_TRACKS_MAX, CONFIG_TRACKS_MAX);
		return;
	}
	import_add(import, group, "track", track->rules.name);
	if (track->job.kind == RUNNER_COMMAND)
		import_unprivileged(import);
	if (!u->weight)
		tell_fault(import, u);
}

/* What positive weights add is there from the beginning. */
static void add_weights(struct import *import, struct config_group *group,
			int sum)
{
	const int skew = (int)json_object_get_int(
		json_object_object_get(group->attach, "advskew"));
	char text[16];

	if (sum > skew)
		import_note(import,
			    "group %s: priority %d and weights of %d: beyond "
			    "254 they count here, too",
			    group->name, ADVSKEW_MAX - skew, sum);
	snprintf(text, sizeof(text), "%d", sum > skew ? 0 : skew - sum);
	if (sum)
		import_number(import, group, "advskew", text);
	import_word(import, group, "demotion", "advskew");
}

static void carry_group(struct import *import, const struct tracked *tracked,
			struct config_group *group)
{
	bool moves = false;
	int sum = 0;

	for (size_t i = 0; i < tracked->uses_count; i++) {
		const struct use *u = &tracked->uses[i];

		if (!u->of || strcmp(u->group, group->name))
			continue;
		moves = moves || u->weight;
		sum += u->weight > 0 && u->kind != IMPORT_FILE ? u->weight : 0;
	}
	for (size_t i = 0; i < tracked->uses_count; i++) {
		const struct use *u = &tracked->uses[i];

		if (u->of && !strcmp(u->group, group->name))
			carry(import, group, u, moves);
	}
	if (moves)
		add_weights(import, group, sum);
}

void import_tracked_end(struct import *import, struct tracked *tracked)
{
	const unsigned int line = import->line;

	define_links(import, tracked);
	for (size_t i = 0; !import->failed && i < tracked->uses_count; i++)
		resolve(import, tracked, &tracked->uses[i]);
	for (size_t i = 0; i < import->config->count; i++)
		carry_group(import, tracked, &import->config->groups[i]);
	import->line = line;
}
