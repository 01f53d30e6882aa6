/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Readers of the status page's events, the ring they share, and what is put
 * into it.  Reads state, never changes an election's; what is told of a change
 * is told at once, but sent from the loop.
 */
#include "user/daemon/feed_parts.h"
#include "user/daemon/put.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SNAPSHOT_SLICE = 8 /* groups put into words at once for one reader */
};

struct reader {
	uint64_t position; /* in the ring */
	bool begun, done;  /* its snapshot */
	size_t next;	   /* in it */
	char *text;	   /* of the snapshot, still to be read; or NULL */
	size_t length, sent;
};

struct feed *feed_open(struct controller *c, void (*wake)(void *context),
		       void *context)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (!feed)
		return NULL;
	feed->controller = c;
	feed->wake = wake;
	feed->context = context;
	feed->started = loop_now();
	if (gethostname(feed->host, sizeof(feed->host) - 1) < 0)
		feed->host[0] = '\0';
	return feed;
}

void feed_close(struct feed *feed)
{
	if (!feed)
		return;
	free(feed->ring);
	free(feed);
}

struct controller *feed_controller(const struct feed *feed)
{
	return feed->controller;
}

const char *feed_host(const struct feed *feed)
{
	return feed->host;
}

/* --- the ring ------------------------------------------------------------- */

static void ring_put(struct feed *feed, const char *bytes, size_t size)
{
	while (size) {
		const size_t at = feed->head % FEED_RING_SIZE;
		size_t part = FEED_RING_SIZE - at;

		part = part < size ? part : size;
		memcpy(feed->ring + at, bytes, part);
		feed->head += part;
		bytes += part;
		size -= part;
	}
}

/* A line of our JSON has no newline in it. */
static void tell_text(struct feed *feed, const char *event, const char *text)
{
	char line[32];

	if (!feed->ring || !text)
		return;
	snprintf(line, sizeof(line), "event: %s\ndata: ", event);
	ring_put(feed, line, strlen(line));
	ring_put(feed, text, strlen(text));
	ring_put(feed, "\n\n", 2);
	feed->wake(feed->context);
}

static const char *text_of(struct json_object *object)
{
	return object ? json_object_to_json_string_ext(object,
						       JSON_C_TO_STRING_PLAIN)
		      : NULL;
}

/* Takes over object. */
static void tell(struct feed *feed, const char *event,
		 struct json_object *object)
{
	tell_text(feed, event, text_of(object));
	json_object_put(object);
}

/* --- changes -------------------------------------------------------------- */

static void copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

static void add_change(struct feed *feed, struct feed_change *change)
{
	change->number = feed->changes_count + 1;
	feed->changes[feed->changes_count++ % FEED_CHANGES] = *change;
	if (feed->ring)
		tell(feed, "change", feed_change_object(change));
}

void feed_told(struct feed *feed, const struct news *news)
{
	struct feed_change change = { .at = news->at,
				      .vhid = news->vhid,
				      .bad = !news->well &&
					     news->kind != NEWS_DEMOTION };
	const struct nic *nic =
		news->interface ? controller_nic(feed->controller,
						 news->interface)
				: NULL;

	copy(change.interface, sizeof(change.interface), news->interface);
	change.nic = nic ? nic->number : 0;
	if (news->kind == NEWS_STATE) {
		copy(change.from, sizeof(change.from), news->from);
		copy(change.to, sizeof(change.to), news->to);
		copy(change.text, sizeof(change.text), news->reason);
	} else {
		copy(change.text, sizeof(change.text), news->text);
	}
	add_change(feed, &change);
}

void feed_tracked(struct feed *feed, const struct track *track)
{
	struct feed_change change = { .at = track->last,
				      .bad = track->state == TRACK_DOWN };

	snprintf(change.text, sizeof(change.text), "track %s: %s%s%s",
		 track->rules.name, track_state_name(track->state),
		 *track->text ? ": " : "", track->text);
	add_change(feed, &change);
}

/* --- once a second -------------------------------------------------------- */

/* Bytes told: none if all know it already. */
static size_t tell_row(struct feed *feed, struct member *m)
{
	struct json_object *rows = json_object_new_array();
	const char *text;
	uint64_t hash;
	size_t size = 0;

	put_item(rows, feed_row(m));
	text = text_of(rows);
	hash = text ? feed_hash(text) : m->shown;
	if (hash != m->shown) {
		m->shown = hash;
		size = strlen(text);
		tell_text(feed, "rows", text);
	}
	json_object_put(rows);
	return size;
}

static void add_counters(struct carp_counters *sum,
			 const struct carp_counters *more)
{
	for (unsigned int v = 0; v < CARP_V_COUNT; v++)
		((__u64 *)sum)[v] += ((const __u64 *)more)[v];
}

/* Those that belong to no group. */
static void end_round(struct feed *feed)
{
	struct carp_counters n;

	for (const struct nic *nic = feed->controller->nics; nic;
	     nic = nic->next) {
		memset(&n, 0, sizeof(n));
		if (nic->source && !dataplane_counters(nic->dataplane, 0, &n))
			add_counters(&feed->sum, &n);
	}
	tell(feed, "totals", feed_totals(&feed->sum));
	memset(&feed->sum, 0, sizeof(feed->sum));
	feed->next = 0;
}

static void look_at(struct feed *feed, struct member *m,
		    struct json_object *gaps)
{
	struct carp_counters n = { 0 };

	(void)dataplane_counters(m->nic->dataplane, m->group.settings.vhid, &n);
	add_counters(&feed->sum, &n);
	put_item(gaps, feed_gap(m, &n));
}

/* The next slice; how many groups there are. */
static size_t look_on(struct feed *feed, struct json_object *gaps)
{
	struct controller *c = feed->controller;
	const size_t first = feed->next;
	size_t place = 0, bytes = 0;

	for (struct group *g = c->node.groups; g; g = g->next, place++) {
		if (place != feed->next || place >= first + FEED_SLICE ||
		    bytes > FEED_ROWS_MAX)
			continue;
		bytes += tell_row(feed, member_of(g));
		look_at(feed, member_of(g), gaps);
		feed->next++;
		controller_breathe(c);
	}
	return place;
}

static void tell_host(struct feed *feed)
{
	struct json_object *host = feed_host_object(feed);
	const char *text = text_of(host);
	const uint64_t hash = text ? feed_hash(text) : feed->hosted;

	if (hash != feed->hosted) {
		feed->hosted = hash;
		tell_text(feed, "host", text);
	}
	json_object_put(host);
}

void feed_tick(void *context)
{
	struct feed *feed = context;
	struct json_object *tick = json_object_new_object();
	struct json_object *gaps = json_object_new_array();
	size_t count;

	tell_host(feed);
	put_int(tick, "now", (int64_t)(loop_now().ns / 1000000));
	count = look_on(feed, gaps);
	put_int(tick, "groups", (int64_t)count);
	put(tick, "gaps", gaps);
	tell(feed, "tick", tick);
	if (feed->next >= count)
		end_round(feed);
}

/* --- readers -------------------------------------------------------------- */

void *feed_reader_open(void *context)
{
	struct feed *feed = context;
	struct reader *reader = calloc(1, sizeof(*reader));

	if (reader && !feed->ring) {
		feed->ring = malloc(FEED_RING_SIZE);
		feed->next = 0;
		memset(&feed->sum, 0, sizeof(feed->sum));
	}
	if (!reader || !feed->ring) {
		free(reader);
		return NULL;
	}
	reader->position = feed->head;
	feed->readers++;
	return reader;
}

void feed_reader_close(void *context, void *one)
{
	struct feed *feed = context;
	struct reader *reader = one;

	free(reader->text);
	free(reader);
	if (--feed->readers)
		return;
	free(feed->ring);
	feed->ring = NULL;
}

static void print_event(FILE *out, const char *event,
			struct json_object *object)
{
	const char *text = text_of(object);

	if (text)
		fprintf(out, "event: %s\ndata: %s\n\n", event, text);
	json_object_put(object);
}

static void print_rows(struct feed *feed, struct reader *reader, FILE *out)
{
	struct json_object *rows = json_object_new_array();
	struct group *g = feed->controller->node.groups;
	size_t count = 0;

	for (size_t i = 0; g && i < reader->next; i++)
		g = g->next;
	for (; g && count < SNAPSHOT_SLICE; g = g->next, count++)
		put_item(rows, feed_row(member_of(g)));
	reader->next += count;
	reader->done = !g;
	print_event(out, "rows", rows);
}

/* Its next part; false: no memory. */
static bool snapshot(struct feed *feed, struct reader *reader)
{
	FILE *out = open_memstream(&reader->text, &reader->length);

	reader->sent = 0;
	if (!out)
		return false;
	if (!reader->begun) {
		fputs("retry: 1000\n\n", out);
		print_event(out, "hello", feed_hello(feed));
		print_event(out, "host", feed_host_object(feed));
	}
	reader->begun = true;
	print_rows(feed, reader, out);
	if (reader->done)
		fputs("event: live\ndata: {}\n\n", out);
	return fclose(out) == 0;
}

static ssize_t read_text(struct reader *reader, char *out, size_t size)
{
	size_t part = reader->length - reader->sent;

	part = part < size ? part : size;
	memcpy(out, reader->text + reader->sent, part);
	reader->sent += part;
	if (reader->sent == reader->length) {
		free(reader->text);
		reader->text = NULL;
	}
	return (ssize_t)part;
}

static ssize_t read_ring(const struct feed *feed, struct reader *reader,
			 char *out, size_t size)
{
	const size_t at = reader->position % FEED_RING_SIZE;
	const uint64_t waiting = feed->head - reader->position;
	size_t part = FEED_RING_SIZE - at;

	if (waiting > FEED_RING_SIZE)
		return -1;
	part = part < size ? part : size;
	part = part < waiting ? part : waiting;
	memcpy(out, feed->ring + at, part);
	reader->position += part;
	return (ssize_t)part;
}

ssize_t feed_reader_read(void *context, void *one, char *out, size_t size)
{
	struct feed *feed = context;
	struct reader *reader = one;

	if (!reader->text && !reader->done && !snapshot(feed, reader)) {
		free(reader->text);
		reader->text = NULL;
		return -1;
	}
	return reader->text ? read_text(reader, out, size)
			    : read_ring(feed, reader, out, size);
}
