/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A list of descriptors and poll(2).
 */
#include "fake_loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

enum {
	SOURCES_MAX = 32
};

struct loop_source {
	struct loop *loop;
	int fd;
	uint32_t events;
	void (*ready)(void *context);
	void *context;
};

struct loop {
	struct loop_source *sources[SOURCES_MAX];
};

struct instant loop_now(void)
{
	return (struct instant){ 1000000000000 };
}

int loop_open(struct loop **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void loop_close(struct loop *loop)
{
	free(loop);
}

int loop_add(struct loop *loop, int fd, uint32_t events,
	     enum loop_priority priority, void (*ready)(void *context),
	     void *context, struct loop_source **out)
{
	struct loop_source *source = calloc(1, sizeof(*source));
	int i = 0;

	(void)priority;
	while (i < SOURCES_MAX && loop->sources[i])
		i++;
	if (!source || i == SOURCES_MAX)
		abort();
	*source = (struct loop_source){ loop, fd, events, ready, context };
	loop->sources[i] = *out = source;
	return 0;
}

int loop_source_events(struct loop_source *source, uint32_t events)
{
	source->events = events;
	return 0;
}

void loop_source_pause(struct loop_source *source, struct span time)
{
	(void)source;
	(void)time;
}

void loop_source_remove(struct loop_source *source)
{
	if (!source)
		return;
	for (int i = 0; i < SOURCES_MAX; i++)
		if (source->loop->sources[i] == source)
			source->loop->sources[i] = NULL;
	free(source);
}

int fake_loop_round(struct loop *loop)
{
	struct pollfd fds[SOURCES_MAX] = { 0 };
	struct loop_source *asked[SOURCES_MAX];
	int served = 0;

	for (int i = 0; i < SOURCES_MAX; i++) {
		asked[i] = loop->sources[i];
		fds[i].fd = asked[i] && asked[i]->events ? asked[i]->fd : -1;
		/* The bits of epoll and poll are the same. */
		fds[i].events = asked[i] ? (short)asked[i]->events : 0;
	}
	if (poll(fds, SOURCES_MAX, 0) <= 0)
		return 0;
	for (int i = 0; i < SOURCES_MAX; i++) {
		/* Unless one before has removed it. */
		if (!fds[i].revents || loop->sources[i] != asked[i])
			continue;
		asked[i]->ready(asked[i]->context);
		served++;
	}
	return served;
}
