/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller's side of slow requests: each has a connection of its own, so
 * several threads may ask at the same time.
 */
#include "user/sys/background.h"
#include "user/sys/hand_own.h"
#include "user/sys/hand_parts.h"
#include "user/sys/listener.h"
#include "user/sys/packet.h"
#include "user/sys/textfiles.h"
#include "user/sys/unix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
	PATIENCE_S = 60, /* of whoever waits beside the loop */
};

/* The hand gets one end of a new connection; the other one, or -errno. */
static int open_connection(const struct hand *hand)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	const int fd = unix_offer(hand->slow, SOCK_STREAM, 0);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			   sizeof(patience));
	return fd;
}

/* A worker keeps out of the way as the thread does that waits for it. */
static int send_request(int connection, enum hand_work kind,
			const struct hand_request *request, const char *text,
			const struct pack *fds)
{
	struct hand_request placed = *request;
	struct pack out = { 0 };
	int err;

	background_wishes(&placed.cpu, &placed.modest);
	pack_put(&out, &placed, sizeof(placed));
	if (text)
		pack_put(&out, text, strlen(text) + 1);
	for (size_t i = 0; fds && i < fds->fds_used; i++)
		pack_put_fd(&out, fds->fds[i]);
	err = pack_send(connection, kind, &out);
	pack_free(&out);
	return err;
}

int hand_ask(struct hand *hand, enum hand_work kind,
	     const struct hand_request *request, const char *text,
	     const struct pack *fds, struct hand_answer *answer,
	     struct pack *pack)
{
	int connection = open_connection(hand), err = connection;
	uint32_t word;

	*pack = (struct pack){ 0 };
	memset(answer, 0, sizeof(*answer));
	if (connection >= 0)
		err = send_request(connection, kind, request, text, fds);
	if (!err)
		err = pack_receive(connection, &word, PACK_SIZE_MAX, pack);
	if (!err)
		pack_get(pack, answer, sizeof(*answer));
	if (!err && pack->failed)
		err = -EBADMSG;
	if (connection >= 0)
		close(connection);
	answer->error[sizeof(answer->error) - 1] = '\0';
	if (!err)
		return answer->err;
	answer->err = err;
	snprintf(answer->error, sizeof(answer->error),
		 "the process with the privilege does not answer: %s",
		 strerror(-err));
	return err;
}

/* One without anything beside it. */
static int ask(struct hand *hand, enum hand_work kind,
	       const struct hand_request *request, struct hand_answer *answer)
{
	struct pack pack;
	int err = hand_ask(hand, kind, request, NULL, NULL, answer, &pack);

	pack_free(&pack);
	return err;
}

/* One whose answer is a descriptor, or -errno. */
static int ask_fd(struct hand *hand, enum hand_work kind,
		  const struct hand_request *request,
		  struct hand_answer *answer)
{
	struct pack pack;
	int err = hand_ask(hand, kind, request, NULL, NULL, answer, &pack);
	int fd = err ? err : pack_take_fd(&pack);

	pack_free(&pack);
	return fd == -1 && !err ? -EBADMSG : fd;
}

/* --- files ---------------------------------------------------------------- */

int hand_secret(struct hand *hand, const char *path,
		__u8 key[static CARP_PASSPHRASE_MAX + 1], char *error,
		size_t size)
{
	struct hand_request request = { 0 };
	struct hand_answer answer;
	int err;

	if (strlen(path) >= sizeof(request.path)) {
		snprintf(error, size, "%.32s...: path too long", path);
		return -ENAMETOOLONG;
	}
	memcpy(request.path, path, strlen(path));
	err = ask(hand, WORK_SECRET, &request, &answer);
	if (err)
		snprintf(error, size, "%s", answer.error);
	else
		memcpy(key, answer.key, sizeof(answer.key));
	explicit_bzero(&answer, sizeof(answer));
	return err;
}

int hand_file_read(struct hand *hand, enum hand_file file, char **text)
{
	const struct hand_request request = { .file = file };
	struct hand_answer answer;
	struct pack pack;
	int err = hand_ask(hand, WORK_FILE_READ, &request, NULL, NULL, &answer,
			   &pack);

	*text = err ? NULL : pack_get_text(&pack);
	if (!err && pack.failed)
		err = -ENOMEM;
	pack_free(&pack);
	return err;
}

int hand_file_write(struct hand *hand, enum hand_file file, const char *text)
{
	const struct hand_request request = { .file = file };
	struct hand_answer answer;
	struct pack pack;
	int err = hand_ask(hand, WORK_FILE_WRITE, &request, text, NULL, &answer,
			   &pack);

	pack_free(&pack);
	return err;
}

int hand_flag_get(struct hand *hand, enum hand_file file)
{
	const struct hand_request request = { .file = file };
	struct hand_answer answer;
	int err = ask(hand, WORK_FLAG_GET, &request, &answer);

	return err ? err : answer.yes != 0;
}

int hand_flag_set(struct hand *hand, enum hand_file file, bool on)
{
	const struct hand_request request = { .file = file, .on = on };
	struct hand_answer answer;

	return ask(hand, WORK_FLAG_SET, &request, &answer);
}

/* What the hand's worker has put behind its answer. */
static int take_texts(struct pack *pack, struct textfile **out, size_t *count)
{
	struct textfile *files = calloc(TEXTFILES_MAX, sizeof(*files));

	pack_get(pack, count, sizeof(*count));
	if (!files || *count > TEXTFILES_MAX) {
		free(files);
		return files ? -EBADMSG : -ENOMEM;
	}
	for (size_t i = 0; i < *count; i++) {
		files[i].name = pack_get_text(pack);
		files[i].text = pack_get_text(pack);
		if (!files[i].name || !files[i].text)
			pack->failed = true;
	}
	*out = files;
	if (!pack->failed)
		return 0;
	textfiles_free(files, *count);
	*out = NULL;
	return -ENOMEM;
}

int hand_config(struct hand *hand, struct textfile **out, size_t *out_count,
		char *error, size_t size)
{
	const struct hand_request request = { 0 };
	struct hand_answer answer;
	struct pack pack;
	int err = hand_ask(hand, WORK_CONFIG, &request, NULL, NULL, &answer,
			   &pack);

	*out = NULL;
	*out_count = 0;
	snprintf(error, size, "%s", answer.error);
	if (!err) {
		err = take_texts(&pack, out, out_count);
		if (err)
			snprintf(error, size, "the configuration: %s",
				 strerror(-err));
	}
	pack_free(&pack);
	return err;
}

/* --- sockets -------------------------------------------------------------- */

/* To clients, whoever calls listen() is who listens there. */
static void be_listener(int fd)
{
	listen(fd, LISTENER_BACKLOG);
}

int hand_listen(struct hand *hand, struct listener *out)
{
	const struct hand_request request = { 0 };
	struct hand_answer answer;
	int fd = ask_fd(hand, WORK_LISTEN, &request, &answer);

	*out = (struct listener){ .fd = fd < 0 ? -1 : fd };
	if (fd < 0)
		return fd;
	be_listener(fd);
	out->device = answer.device;
	out->inode = answer.inode;
	return 0;
}

int hand_listener_adopt(struct hand *hand, int fd, struct listener *out)
{
	const struct hand_request request = { 0 };
	struct hand_answer answer;
	int err = fd < 0 ? -EBADF
			 : ask(hand, WORK_LISTENER_ADOPT, &request, &answer);

	*out = (struct listener){ .fd = -1 };
	if (err) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	be_listener(fd);
	*out = (struct listener){ .fd = fd,
				  .device = answer.device,
				  .inode = answer.inode };
	return 0;
}

void hand_listener_leave(struct hand *hand, const struct listener *listener)
{
	const struct hand_request request = { .device = listener->device,
					      .inode = listener->inode };
	struct hand_answer answer;

	ask(hand, WORK_LISTENER_LEAVE, &request, &answer);
}

int hand_connect(struct hand *hand)
{
	const struct hand_request request = { 0 };
	struct hand_answer answer;

	return ask_fd(hand, WORK_CONNECT, &request, &answer);
}

int hand_runner(struct hand *hand)
{
	const struct hand_request request = { 0 };
	struct hand_answer answer;

	return ask_fd(hand, WORK_RUNNER, &request, &answer);
}

int hand_listen_tcp(struct hand *hand, const struct sockaddr_storage *address)
{
	const struct hand_request request = { .address = *address };
	struct hand_answer answer;

	return ask_fd(hand, WORK_LISTEN_TCP, &request, &answer);
}

int hand_packet(struct hand *hand, unsigned int ifindex, struct packet **out)
{
	const struct hand_request request = { .ifindex = ifindex };
	struct hand_answer answer;
	struct pack pack;
	int err = hand_ask(hand, WORK_PACKET, &request, NULL, NULL, &answer,
			   &pack);

	*out = NULL;
	if (!err)
		err = packet_adopt(ifindex, &pack, out);
	pack_free(&pack);
	if (!err)
		return 0;
	packet_close(*out);
	*out = NULL;
	return err;
}

/* --- the rest ------------------------------------------------------------- */

bool hand_restarts(struct hand *hand)
{
	const struct hand_request request = { 0 };
	struct hand_answer answer;

	return !ask(hand, WORK_RESTARTS, &request, &answer) && answer.yes;
}

void hand_clean(struct hand *hand)
{
	const struct hand_request request = { 0 };
	struct hand_answer answer;

	ask(hand, WORK_CLEAN, &request, &answer);
}
