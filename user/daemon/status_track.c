/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Tracks and their runner as JSON.
 */
#include "user/daemon/put.h"
#include "user/daemon/status.h"

static void put_results(struct json_object *object, const struct controller *c,
			const struct tracked *t)
{
	const struct track *track = &t->track;
	const struct instant now = loop_now();

	put_int(object, "demotion", tracks_demotion(c, track));
	put_time(object, "since", track->since);
	put_seconds(object, "since_seconds", instant_since(track->since, now));
	put(object, "last", NULL);
	if (!track->last.ns)
		return;
	put_text(object, "last", track->last_up ? "up" : "down");
	put_seconds(object, "last_seconds", instant_since(track->last, now));
	put_text(object, "text", track->text);
	put_int(object, "streak", track->streak);
	put_bool(object, "stale", track_stale(track, t->job.timeout_ms, now));
	if (track->rules.valued)
		put_int(object, "value", track->value);
}

struct json_object *status_track(const struct tracked *t)
{
	struct json_object *object = json_object_new_object();
	char words[RUNNER_WORDS_SIZE];

	config_track_words(&t->job, words, sizeof(words));
	put_text(object, "name", t->track.rules.name);
	put_text(object, "check", words);
	put_text(object, "state", track_state_name(t->track.state));
	return object;
}

static struct json_object *track_of(const struct controller *c,
				    const struct tracked *t)
{
	struct json_object *object = status_track(t);
	const struct track_rules *rules = &t->track.rules;

	put_results(object, c, t);
	put_bool(object, "all", rules->all);
	put_int(object, "rise", rules->rise);
	put_int(object, "fall", rules->fall);
	put_int(object, "interval_ms", t->job.interval_ms);
	put_int(object, "timeout_ms", t->job.timeout_ms);
	put_int(object, "runs_up", (int64_t)t->track.runs[1]);
	put_int(object, "runs_down", (int64_t)t->track.runs[0]);
	put_int(object, "changes", (int64_t)t->track.changes);
	return object;
}

void status_put_tracks(struct json_object *reply, const struct controller *c)
{
	struct json_object *tracks = json_object_new_array();
	const struct tracked *t = NULL;

	while ((t = tracks_next(c, t)))
		put_item(tracks, track_of(c, t));
	put(reply, "tracks", tracks);
	put_text_or_null(reply, "runner_trouble", tracks_trouble(c));
}

struct json_object *status_track_change(const struct controller *c,
					const struct track *track)
{
	struct json_object *object = json_object_new_object();

	put_int(object, "version", REQUEST_VERSION);
	put_text(object, "event", "track");
	put_time(object, "time", track->last);
	put_text(object, "track", track->rules.name);
	put_text(object, "state", track_state_name(track->state));
	put_int(object, "demotion", tracks_demotion(c, track));
	put_text(object, "text", track->text);
	return object;
}
