/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The control socket: a UNIX stream socket, one request a line, one answer a
 * line.  Knows lines and peers, not their meaning.  At most 8 clients, 64 KiB
 * a request, only root and our own user; a stalled client is dropped and
 * never waited for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct listener;
struct loop;
struct server;
struct server_client;

enum server_limits {
	SERVER_CLIENTS_MAX = 8,
	SERVER_REQUEST_MAX = 64 * 1024,
	/* Unsent bytes per client: the status of 4,080 groups has 8 MiB. */
	SERVER_BACKLOG_MAX = 32 * 1024 * 1024,
};

struct server_peer {
	unsigned int uid;
	int pid; /* may have ended since */
};

/* line is NUL-terminated, without its newline; false: not now, and nothing has
 * been done: that client waits for server_resume().  gone comes after a client
 * has left for whatever reason. */
struct server_handler {
	bool (*request)(void *context, struct server_client *client,
			const char *line);
	void (*gone)(void *context, struct server_client *client);
	void *context;
};

/* Serves root and owner on what listens already; its descriptor is taken over,
 * in any case.  0 or -errno. */
int server_open(struct loop *loop, const struct listener *listener, uid_t owner,
		const struct server_handler *handler, struct server **out);
const struct listener *server_listener(const struct server *server);
/* Ends all clients and closes the socket; its name stays.  Takes NULL. */
void server_close(struct server *server);

/* Clients that wait are asked again, from the loop.  Takes NULL. */
void server_resume(struct server *server);

/* Queues text and a newline.  Never blocks. */
void server_reply(struct server_client *client, const char *text);
/* Who asks, as the kernel vouches for it. */
struct server_peer server_peer(const struct server_client *client);
/* Ends the client once its queue is sent. */
void server_finish(struct server_client *client);
/* The connection is the caller's, who is in its request(): a descriptor or
 * -errno.  To the server the client is gone. */
int server_detach(struct server_client *client);
