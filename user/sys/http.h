/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The metrics listener (libmicrohttpd, driven by our loop).  GET /metrics
 * answers what metrics() returns, / the status page, /events a stream of
 * server-sent events; any other path is 404, any other method 405.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct loop;
struct sockaddr_storage;
struct http;

enum http_streams {
	HTTP_STREAMS_MAX = 16, /* one more is refused with 503 */
	HTTP_TICK_MS = 1000,
};

struct http_service {
	/* Text allocated with malloc(3), or NULL.  open_metrics: the client
	 * asked for application/openmetrics-text. */
	char *(*metrics)(void *context, bool open_metrics);
	/* All three constant; policy: its Content-Security-Policy. */
	const char *page, *policy;
	size_t page_size;
	/* Beside addresses and names without a dot, what a browser may call
	 * us; "": nothing. */
	const char *host_name;
	/* A stream, or NULL: no memory. */
	void *(*open)(void *context);
	/* Up to size of its next bytes; 0: none yet, see http_wake(); -1: its
	 * end.  Never waits. */
	ssize_t (*read)(void *context, void *stream, char *out, size_t size);
	void (*close)(void *context, void *stream);
	/* Every HTTP_TICK_MS as long as there are streams; then all of them
	 * are read. */
	void (*tick)(void *context);
	void *context;
};

/* The library, which has to be there before there is no file system any more,
 * and in no process that does without it: 0, or -ENOENT with a line of text. */
int http_load(char *error, size_t error_size);

/* address: "127.0.0.1:9112" or "[::1]:9112".  0, -EINVAL for a bad address,
 * -ENOSYS without http_load(), or -errno of the listener.  listening: a socket
 * that listens there already and is taken over, -1: none. */
int http_open(struct loop *loop, const char *address, int listening,
	      const struct http_service *service, struct http **out);
/* Streams have something to read: soon, from the loop.  Takes NULL. */
void http_wake(struct http *http);
/* Where it listens; -1 for NULL. */
int http_fd(const struct http *http);
/* What such an address is: 0 or -EINVAL. */
int http_address(const char *text, struct sockaddr_storage *out);
void http_close(struct http *http);
