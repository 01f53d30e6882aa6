/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The metrics listener (libmicrohttpd, driven by our loop): GET /metrics
 * answers what render() returns; any other path is 404, any other method 405.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct sockaddr_storage;
struct http;

/* Text allocated with malloc(3), or NULL.  open_metrics: the client asked for
 * application/openmetrics-text. */
typedef char *http_render(void *context, bool open_metrics);

/* address: "127.0.0.1:9112" or "[::1]:9112".  0, -EINVAL for a bad address,
 * or -errno of the listener.  listening: a socket that listens there already
 * and is taken over, -1: none. */
int http_open(struct loop *loop, const char *address, int listening,
	      http_render *render, void *context, struct http **out);
/* Where it listens; -1 for NULL. */
int http_fd(const struct http *http);
/* What such an address is: 0 or -EINVAL. */
int http_address(const char *text, struct sockaddr_storage *out);
void http_close(struct http *http);
