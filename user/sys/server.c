/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The control socket.  A client ends in one place only, client_end(), called
 * from the loop and from server_close(): so a handler may reply to any client
 * without one disappearing under its hands.  Never blocks on a client, never
 * looks into a line.
 */
#include "user/sys/server.h"
#include "user/sys/listener.h"
#include "user/sys/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	ACCEPT_PAUSE_MS = 100
};

struct server_client {
	struct server *server;
	struct loop_source *source;
	int fd;
	struct server_peer peer;
	uint32_t events;
	bool finishing; /* reads no more, ends when the queue is empty */
	bool doomed;	/* shut down, ends when the loop comes round */
	bool held;	/* its line waits, and nothing more is read */
	bool resumed;	/* its line may be tried again */
	char *queue;	/* bytes sent..used wait */
	size_t queue_size;
	size_t queue_used;
	size_t queue_sent;
	size_t line_used;
	char line[SERVER_REQUEST_MAX + 1];
};

struct server {
	struct loop *loop;
	struct loop_source *source;
	struct server_handler handler;
	struct listener listener;
	uid_t owner;
	struct server_client *clients[SERVER_CLIENTS_MAX];
};

static bool client_waits_to_send(const struct server_client *client)
{
	return client->queue_sent < client->queue_used;
}

/* The loop is told at once, by the hang-up this causes. */
static void client_doom(struct server_client *client)
{
	client->doomed = true;
	shutdown(client->fd, SHUT_RDWR);
}

static void client_end(struct server_client *client)
{
	struct server *server = client->server;
	size_t i;

	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i] == client)
			server->clients[i] = NULL;
	loop_source_remove(client->source);
	client->source = NULL;
	client->doomed = true; /* gone() cannot reply */
	close(client->fd);
	if (server->handler.gone)
		server->handler.gone(server->handler.context, client);
	free(client->queue);
	free(client);
}

/* Waits for what the client's state asks for. */
static void client_wait(struct server_client *client)
{
	uint32_t events = 0;

	if (!client->finishing && !client->held)
		events |= EPOLLIN;
	if (client_waits_to_send(client) || client->resumed)
		events |= EPOLLOUT;
	if (events == client->events)
		return;
	client->events = events;
	if (loop_source_events(client->source, events))
		client_doom(client);
}

/* Room for more bytes at the end of the queue: 0 or -errno. */
static int queue_reserve(struct server_client *client, size_t more)
{
	size_t waiting = client->queue_used - client->queue_sent;
	size_t size = client->queue_size ? client->queue_size : 1024;
	char *queue;

	if (waiting > SERVER_BACKLOG_MAX || more > SERVER_BACKLOG_MAX - waiting)
		return -ENOBUFS;
	if (client->queue_sent > 0)
		memmove(client->queue, client->queue + client->queue_sent,
			waiting);
	client->queue_sent = 0;
	client->queue_used = waiting;
	while (size < waiting + more)
		size *= 2;
	if (size == client->queue_size)
		return 0;
	queue = realloc(client->queue, size);
	if (!queue)
		return -ENOMEM;
	client->queue = queue;
	client->queue_size = size;
	return 0;
}

static int flush(struct server_client *client)
{
	while (client_waits_to_send(client)) {
		ssize_t sent =
			send(client->fd, client->queue + client->queue_sent,
			     client->queue_used - client->queue_sent,
			     MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? 0 : -errno;
		client->queue_sent += (size_t)sent;
	}
	return 0;
}

/* Hands over every whole line; 0, or -EBADMSG for one with a NUL in it. */
static int split_lines(struct server_client *client)
{
	const struct server_handler *handler = &client->server->handler;
	char *start = client->line;
	char *end = client->line + client->line_used;
	char *newline;

	while (!client->doomed && !client->finishing) {
		newline = memchr(start, '\n', (size_t)(end - start));
		if (!newline)
			break;
		*newline = '\0';
		if (start + strlen(start) != newline)
			return -EBADMSG;
		client->held =
			!handler->request(handler->context, client, start);
		if (client->held) {
			*newline = '\n';
			break;
		}
		start = newline + 1;
	}
	client->line_used = (size_t)(end - start);
	memmove(client->line, start, client->line_used);
	return 0;
}

/* Reads once.  0, or -errno to end the client. */
static int receive(struct server_client *client)
{
	ssize_t got;
	int err;

	got = recv(client->fd, client->line + client->line_used,
		   sizeof(client->line) - client->line_used, MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	/* Half closed: what it has asked for is still sent. */
	if (got == 0)
		client->finishing = true;
	client->line_used += (size_t)got;
	err = split_lines(client);
	if (err || client->held)
		return err;
	return client->line_used == sizeof(client->line) ? -EMSGSIZE : 0;
}

/* The line that had to wait, and those behind it. */
static int try_again(struct server_client *client)
{
	if (!client->resumed)
		return 0;
	client->resumed = false;
	return split_lines(client);
}

static void on_client(void *context)
{
	struct server_client *client = context;
	int err = client->doomed ? -ECONNABORTED : flush(client);

	if (!err)
		err = try_again(client);
	if (!err && !client->finishing && !client->held && !client->doomed)
		err = receive(client);
	if (!err && !client->doomed)
		err = flush(client);
	if (err || client->doomed ||
	    (client->finishing && !client_waits_to_send(client)))
		client_end(client);
	else
		client_wait(client);
}

static bool peer_is_trusted(const struct server *server, int fd,
			    struct server_peer *out)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	*out = (struct server_peer){ peer.uid, peer.pid };
	return peer.uid == 0 || peer.uid == server->owner;
}

struct server_peer server_peer(const struct server_client *client)
{
	return client->peer;
}

static int client_open(struct server *server, int fd, struct server_peer peer,
		       struct server_client **slot)
{
	struct server_client *client = malloc(sizeof(*client));
	int err;

	if (!client)
		return -ENOMEM;
	/* The line's 64 KiB stay untouched until they are needed. */
	memset(client, 0, offsetof(struct server_client, line));
	client->server = server;
	client->fd = fd;
	client->peer = peer;
	client->events = EPOLLIN;
	err = loop_add(server->loop, fd, EPOLLIN, LOOP_REQUESTS, on_client,
		       client, &client->source);
	if (err) {
		free(client);
		return err;
	}
	*slot = client;
	return 0;
}

static void on_connection(void *context)
{
	struct server *server = context;
	struct server_peer peer;
	size_t i = 0;
	int fd;

	fd = accept4(server->listener.fd, NULL, NULL,
		     SOCK_NONBLOCK | SOCK_CLOEXEC);
	/* For want of a descriptor or of memory: who has come waits. */
	if (fd < 0 && errno != EAGAIN && errno != EINTR &&
	    errno != ECONNABORTED)
		loop_source_pause(server->source, span_ms(ACCEPT_PAUSE_MS));
	if (fd < 0)
		return;
	while (i < SERVER_CLIENTS_MAX && server->clients[i])
		i++;
	if (i == SERVER_CLIENTS_MAX || !peer_is_trusted(server, fd, &peer) ||
	    client_open(server, fd, peer, &server->clients[i]))
		close(fd);
}

int server_open(struct loop *loop, const struct listener *listener, uid_t owner,
		const struct server_handler *handler, struct server **out)
{
	struct server *server = calloc(1, sizeof(*server));
	int err;

	if (!server) {
		close(listener->fd);
		return -ENOMEM;
	}
	server->loop = loop;
	server->handler = *handler;
	server->listener = *listener;
	server->owner = owner;
	err = loop_add(loop, listener->fd, EPOLLIN, LOOP_REQUESTS,
		       on_connection, server, &server->source);
	if (err) {
		server_close(server);
		return err;
	}
	*out = server;
	return 0;
}

const struct listener *server_listener(const struct server *server)
{
	return &server->listener;
}

void server_close(struct server *server)
{
	size_t i;

	if (!server)
		return;
	for (i = 0; i < SERVER_CLIENTS_MAX; i++) {
		if (!server->clients[i])
			continue;
		/* The last answers, as far as they go without waiting. */
		(void)flush(server->clients[i]);
		client_end(server->clients[i]);
	}
	loop_source_remove(server->source);
	close(server->listener.fd);
	free(server);
}

void server_resume(struct server *server)
{
	for (size_t i = 0; server && i < SERVER_CLIENTS_MAX; i++) {
		struct server_client *client = server->clients[i];

		if (!client || !client->held)
			continue;
		client->held = false;
		client->resumed = true;
		client_wait(client);
	}
}

void server_reply(struct server_client *client, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (client->doomed || client->finishing)
		return;
	if (!text || queue_reserve(client, length + 1)) {
		client_doom(client);
		return;
	}
	memcpy(client->queue + client->queue_used, text, length);
	client->queue[client->queue_used + length] = '\n';
	client->queue_used += length + 1;
	client_wait(client);
}

void server_finish(struct server_client *client)
{
	if (client->doomed)
		return;
	client->finishing = true;
	if (client_waits_to_send(client))
		client_wait(client);
	else
		client_doom(client);
}

/* What is left to the loop is the ordinary end of a client. */
int server_detach(struct server_client *client)
{
	int fd = fcntl(client->fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return -errno;
	client->finishing = true;
	return fd;
}
