/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A worker's whole life: one request, checked, done, answered.  Files and
 * sockets here, data planes in hand_plane.c.
 */
#include "user/sys/background.h"
#include "user/sys/flag.h"
#include "user/sys/hand_parts.h"
#include "user/sys/listener.h"
#include "user/sys/log.h"
#include "user/sys/packet.h"
#include "user/sys/secret.h"
#include "user/sys/statefile.h"
#include "user/sys/systemd.h"
#include "user/sys/textfiles.h"
#include "user/sys/unix.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
	PATIENCE_S = 5,
	TCP_BACKLOG = 16,
};

static const char *const file_names[HAND_FILES] = {
	[HAND_SEQUENCES] = "sequences",
	[HAND_MAINTENANCE] = "maintenance",
};

struct work {
	const struct hand_config *config;
	const struct hand_request *request;
	struct pack *in; /* behind the request */
	struct hand_answer *answer;
	struct pack *out; /* what goes behind the answer, and descriptors */
};

/* --- files ---------------------------------------------------------------- */

static int secret(struct work *w)
{
	return secret_read(w->request->path, w->answer->key, w->answer->error,
			   sizeof(w->answer->error));
}

static int config(struct work *w)
{
	struct textfile *files = NULL;
	size_t count = 0;
	int err = -ENOENT;

	snprintf(w->answer->error, sizeof(w->answer->error),
		 "started without a configuration (--config)");
	if (w->config->config)
		err = textfiles_read(w->config->config, &files, &count,
				     w->answer->error,
				     sizeof(w->answer->error));
	pack_put(w->out, &count, sizeof(count));
	for (size_t i = 0; i < count; i++) {
		pack_put_text(w->out, files[i].name);
		pack_put_text(w->out, files[i].text);
	}
	textfiles_free(files, count);
	return err;
}

static int file_read(struct work *w)
{
	char *text;
	int err = statefile_read(w->config->state_dir,
				 file_names[w->request->file], &text);

	if (!err)
		pack_put_text(w->out, text);
	free(text);
	return err;
}

static int file_write(struct work *w)
{
	size_t size = w->in->used - w->in->at;
	char *text = pack_copy(w->in, size);
	int err = -EBADMSG;

	if (text && text[size - 1] == '\0')
		err = statefile_write(w->config->state_dir,
				      file_names[w->request->file], text);
	free(text);
	return err;
}

static int flag_read(struct work *w)
{
	int on = flag_get(w->config->state_dir, file_names[w->request->file]);

	w->answer->yes = on == 1;
	return on < 0 ? on : 0;
}

static int flag_write(struct work *w)
{
	return flag_set(w->config->state_dir, file_names[w->request->file],
			w->request->on);
}

/* --- sockets -------------------------------------------------------------- */

/* What has been opened travels as a copy. */
static int give(struct work *w, int fd)
{
	pack_put_fd(w->out, fd);
	return 0;
}

static int listen_here(struct work *w)
{
	struct listener listener;
	int err = listener_open(w->config->socket_path, &listener);

	if (err)
		return err;
	w->answer->device = listener.device;
	w->answer->inode = listener.inode;
	return give(w, listener.fd);
}

static int adopt(struct work *w)
{
	struct listener listener = { .fd = -1 };
	int err = listener_find(w->config->socket_path, &listener);

	w->answer->device = listener.device;
	w->answer->inode = listener.inode;
	return err;
}

static int leave(struct work *w)
{
	struct listener listener = { .fd = -1 };
	int err = listener_find(w->config->socket_path, &listener);

	/* Unless somebody has put another socket there. */
	if (!err && listener.device == w->request->device &&
	    listener.inode == w->request->inode)
		listener_close(&listener);
	return 0;
}

static bool is_trusted(const struct work *w, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid() ||
		peer.uid == w->config->user);
}

static int connect_there(struct work *w)
{
	int fd = unix_connect(w->config->socket_path, SOCK_STREAM, PATIENCE_S);

	if (fd < 0)
		return fd;
	return is_trusted(w, fd) ? give(w, fd) : -EACCES;
}

static int connect_runner(struct work *w)
{
	int fd = w->config->runner ? unix_connect(w->config->runner,
						  SOCK_SEQPACKET, PATIENCE_S)
				   : -ENOENT;

	if (fd < 0)
		return fd;
	return is_trusted(w, fd) ? give(w, fd) : -EACCES;
}

static int listen_tcp(struct work *w)
{
	const struct sockaddr *address =
		(const struct sockaddr *)&w->request->address;
	const bool v6 = address->sa_family == AF_INET6;
	const int one = 1;
	int fd = socket(address->sa_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, address,
		 v6 ? sizeof(struct sockaddr_in6)
		    : sizeof(struct sockaddr_in)) < 0 ||
	    listen(fd, TCP_BACKLOG) < 0)
		return -errno;
	return give(w, fd);
}

static int open_packet(struct work *w)
{
	struct packet *packet;
	int err = packet_open(w->request->ifindex, &packet);

	if (!err)
		packet_hand_over(packet, w->out);
	return err;
}

/* --- the rest ------------------------------------------------------------- */

static int restarts(struct work *w)
{
	w->answer->yes = systemd_restarts(w->config->unit);
	return 0;
}

static int clean(struct work *w)
{
	rmdir(w->config->pin_dir);
	return 0;
}

static int (*const works[WORK_END])(struct work *w) = {
	[WORK_PACKET] = open_packet,	[WORK_SECRET] = secret,
	[WORK_FILE_READ] = file_read,	[WORK_FILE_WRITE] = file_write,
	[WORK_FLAG_GET] = flag_read,	[WORK_FLAG_SET] = flag_write,
	[WORK_LISTEN] = listen_here,	[WORK_LISTENER_ADOPT] = adopt,
	[WORK_LISTENER_LEAVE] = leave,	[WORK_CONNECT] = connect_there,
	[WORK_LISTEN_TCP] = listen_tcp, [WORK_RESTARTS] = restarts,
	[WORK_CLEAN] = clean,		[WORK_CONFIG] = config,
	[WORK_RUNNER] = connect_runner,
};

static void act(struct work *w, unsigned int kind)
{
	const struct hand_request *request = w->request;

	background_keep_off(request->cpu);
	if (request->modest)
		background_step_back();
	if (works[kind])
		w->answer->err = works[kind](w);
	else
		hand_plane(w->config, (enum hand_work)kind, request, w->in,
			   w->answer, w->out);
}

/* The answer's values come first, whatever was put behind them before. */
static void reply(int connection, const struct hand_answer *answer,
		  const struct pack *behind)
{
	struct pack out = { 0 };
	int err;

	pack_put(&out, answer, sizeof(*answer));
	pack_put(&out, behind->bytes, behind->used);
	for (size_t i = 0; i < behind->fds_used; i++)
		pack_put_fd(&out, behind->fds[i]);
	err = behind->failed ? -ENOMEM : pack_send(connection, 0, &out);
	if (err)
		log_warnx("an answer cannot be sent: %s", strerror(-err));
	pack_free(&out);
}

void hand_work(const struct hand_config *config, int connection)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct hand_request request = { 0 };
	struct hand_answer answer = { 0 };
	struct pack in = { 0 }, out = { 0 };
	struct work w = { config, &request, &in, &answer, &out };
	const char *why = NULL;
	uint32_t kind = 0;

	setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	if (pack_receive(connection, &kind, sizeof(request) + HAND_TEXT_MAX,
			 &in) != 0)
		return;
	if (in.used >= sizeof(request))
		pack_get(&in, &request, sizeof(request));
	why = hand_request_refuse(kind, &request, in.used);
	if (why) {
		log_warnx("a request with a wrong %s is refused", why);
		answer.err = -EBADMSG;
		snprintf(answer.error, sizeof(answer.error),
			 "refused: a wrong %s", why);
	} else {
		act(&w, kind);
	}
	reply(connection, &answer, &out);
	explicit_bzero(&answer, sizeof(answer));
}
