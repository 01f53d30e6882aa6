/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the live view knows: links to the controller, the last status, rates
 * and changes.  For top*.c alone.
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum top_limits {
	TOP_VERDICTS_MAX = 64,
	TOP_CHANGES_MAX = 256,
	TOP_CHANGE_TEXT = 160,
};

/* A connection that never waits: a line is there, or it is not. */
struct top_link {
	int fd; /* -1: none */
	char *text;
	size_t length;
	size_t searched; /* no newline up to there */
};

/* Connects and sends; without a controller nothing happens. */
void top_link_ask(struct top_link *link, const char *path, const char *request);
/* The next whole line as JSON, or NULL; closes itself at the end. */
struct json_object *top_link_read(struct top_link *link);
void top_link_close(struct top_link *link);

enum top_sort {
	TOP_BY_RATE,
	TOP_BY_TOTAL,
	TOP_BY_NAME,
	TOP_SORTS,
};

struct top_rate {
	unsigned int verdict;
	int64_t total;
	double per_second;
};

struct top {
	const char *path; /* of the control socket */
	struct json_object *status;
	int64_t status_ms; /* when it came; 0: never */
	int64_t totals[TOP_VERDICTS_MAX];
	struct top_rate rates[TOP_VERDICTS_MAX];
	char changes[TOP_CHANGES_MAX][TOP_CHANGE_TEXT]; /* a ring */
	unsigned long changes_count;
	enum top_sort sort;
	bool paused, connected;
	int scroll;
};

/* Everything onto the screen. */
void top_draw(struct top *top, int64_t now_ms);
