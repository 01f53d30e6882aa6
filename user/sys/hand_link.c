/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A hand that is a service of its own: whoever may connect to its socket gets
 * one, which asks nothing and is told nothing but the ends to listen on.  Where
 * pins, state and sockets are it knows from its own command line.
 */
#include "user/sys/guardian.h"
#include "user/sys/hand_parts.h"
#include "user/sys/unix.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum link_numbers {
	LINK_PATIENCE_S = 10, /* for a service manager that is busy */
	LINK_LAYOUT = 3,      /* of what is said here and in hand_parts.h */
};

/* --- the controller's side ------------------------------------------------ */

int hand_link_open(const char *path, struct hand_link *out)
{
	struct hand_link link = { .fd = unix_connect(path, SOCK_STREAM,
						     LINK_PATIENCE_S),
				  .frames = -1 };
	struct pack pack = { 0 };
	uint32_t layout = 0;
	int err = link.fd < 0 ? link.fd : 0;

	if (!err)
		err = pack_receive(link.fd, &layout, sizeof(link.pid), &pack);
	if (!err) {
		pack_get(&pack, &link.pid, sizeof(link.pid));
		link.frames = pack_take_fd(&pack);
	}
	/* Of another release, or no hand at all. */
	if (!err && (layout != LINK_LAYOUT || pack.failed || link.frames < 0))
		err = -EPROTO;
	pack_free(&pack);
	if (err)
		hand_link_close(&link);
	*out = link;
	return err;
}

void hand_link_close(struct hand_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	if (link->frames >= 0)
		close(link->frames);
	link->fd = link->frames = -1;
}

int hand_link_give(const struct hand_link *link, const int ends[HAND_ENDS])
{
	struct pack pack = { 0 };
	int err;

	for (int i = 0; i < HAND_ENDS; i++)
		pack_put_fd(&pack, ends[i]);
	err = pack_send(link->fd, LINK_LAYOUT, &pack);
	pack_free(&pack);
	return err;
}

/* --- the hand's side ------------------------------------------------------ */

/* Its own number, and what the guardian sends by, which has no privilege. */
static int say_hello(int connection)
{
	const pid_t pid = getpid();
	struct pack pack = { 0 };
	int frames = guardian_frames();
	int err;

	if (frames < 0)
		return frames;
	pack_put(&pack, &pid, sizeof(pid));
	pack_put_fd(&pack, frames);
	err = pack_send(connection, LINK_LAYOUT, &pack);
	pack_free(&pack);
	close(frames);
	return err;
}

static int take_ends(int connection, int ends[HAND_ENDS])
{
	struct pack pack = { 0 };
	uint32_t layout = 0;
	int err = pack_receive(connection, &layout, 0, &pack);

	if (!err && (layout != LINK_LAYOUT || pack.fds_used != HAND_ENDS))
		err = -EPROTO;
	for (int i = 0; i < HAND_ENDS && !err; i++)
		ends[i] = pack_take_fd(&pack);
	pack_free(&pack);
	return err;
}

/* Who has connected; the socket's mode has let them. */
static int find_user(int connection, uid_t *out)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	*out = peer.uid;
	return 0;
}

int hand_serve(const struct hand_config *config, int connection)
{
	struct hand_config served = *config;
	int ends[HAND_ENDS];
	int err = find_user(connection, &served.user);

	if (!err)
		err = unix_patience(connection, LINK_PATIENCE_S);
	if (!err)
		err = say_hello(connection);
	if (!err)
		err = take_ends(connection, ends);
	close(connection);
	if (err)
		return err;
	hand_live(&served, ends[0], ends[1], ends[2]);
}
