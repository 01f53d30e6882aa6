/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A small head on the socket, the values in a file without a name beside it.
 * Never believes a size it has not seen.
 */
#include "user/sys/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct head {
	uint32_t word;
	uint32_t fds; /* behind that of the file */
	uint64_t size;
};

/* --- writing -------------------------------------------------------------- */

/* Old copies are wiped, so no realloc(). */
static bool make_room(struct pack *p, size_t more)
{
	size_t room = p->room ? p->room : 4096;
	char *bytes;

	if (p->failed || more > PACK_SIZE_MAX - p->used) {
		p->failed = true;
		return false;
	}
	while (room < p->used + more)
		room *= 2;
	if (room == p->room)
		return true;
	bytes = malloc(room);
	if (!bytes) {
		p->failed = true;
		return false;
	}
	if (p->bytes) {
		memcpy(bytes, p->bytes, p->used);
		explicit_bzero(p->bytes, p->used);
		free(p->bytes);
	}
	p->bytes = bytes;
	p->room = room;
	return true;
}

void pack_put(struct pack *p, const void *value, size_t size)
{
	if (!size || !make_room(p, size))
		return;
	memcpy(p->bytes + p->used, value, size);
	p->used += size;
}

void pack_put_fd(struct pack *p, int fd)
{
	if (p->fds_used == PACK_FDS_MAX)
		p->failed = true;
	else
		p->fds[p->fds_used++] = fd;
}

void pack_put_text(struct pack *p, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;

	pack_put(p, &size, sizeof(size));
	pack_put(p, text, size);
}

/* --- reading -------------------------------------------------------------- */

void pack_get(struct pack *p, void *out, size_t size)
{
	if (p->failed || size > p->used - p->at) {
		p->failed = true;
		memset(out, 0, size);
		return;
	}
	memcpy(out, p->bytes + p->at, size);
	p->at += size;
}

void *pack_copy(struct pack *p, size_t size)
{
	void *copy;

	if (!size)
		return NULL;
	if (p->failed || size > p->used - p->at) {
		p->failed = true;
		return NULL;
	}
	copy = malloc(size);
	if (!copy)
		p->failed = true;
	else
		pack_get(p, copy, size);
	return copy;
}

char *pack_get_text(struct pack *p)
{
	size_t size;
	char *text;

	pack_get(p, &size, sizeof(size));
	text = pack_copy(p, size);
	if (text)
		text[size - 1] = '\0';
	return text;
}

int pack_take_fd(struct pack *p)
{
	if (p->fds_at == p->fds_used)
		return -1;
	return p->fds[p->fds_at++];
}

/* --- on the way ----------------------------------------------------------- */

static int write_file(const struct pack *p)
{
	int fd = memfd_create("carp-xdp", MFD_CLOEXEC);
	size_t at = 0;

	if (fd < 0)
		return -errno;
	while (at < p->used) {
		ssize_t done = write(fd, p->bytes + at, p->used - at);

		if (done < 0) {
			int err = -errno;

			close(fd);
			return err;
		}
		at += (size_t)done;
	}
	return fd;
}

/* Room for the descriptors beside a head. */
union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int) * (PACK_FDS_MAX + 1))];
};

static void fill_control(struct msghdr *message, union control *control,
			 int file, const struct pack *p)
{
	const size_t size = sizeof(int) * (p->fds_used + 1);

	memset(control, 0, sizeof(*control));
	control->header.cmsg_level = SOL_SOCKET;
	control->header.cmsg_type = SCM_RIGHTS;
	control->header.cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(&control->header), &file, sizeof(int));
	memcpy(CMSG_DATA(&control->header) + sizeof(int), p->fds,
	       size - sizeof(int));
	message->msg_control = control->space;
	message->msg_controllen = CMSG_SPACE(size);
}

int pack_send(int socket, uint32_t word, const struct pack *p)
{
	struct head head = { word, (uint32_t)p->fds_used, p->used };
	struct iovec part = { &head, sizeof(head) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control;
	ssize_t sent;
	int file;

	if (p->failed)
		return -ENOMEM;
	file = write_file(p);
	if (file < 0)
		return file;
	fill_control(&message, &control, file, p);
	sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	/* A head is far too small to be sent in part. */
	sent = sent < 0 ? -errno : sent == sizeof(head) ? 0 : -EPIPE;
	close(file);
	return (int)sent;
}

static int read_file(int file, size_t size, struct pack *p)
{
	const off_t there = lseek(file, 0, SEEK_END);

	if (there < 0)
		return -errno;
	if (size > PACK_SIZE_MAX || (uint64_t)there < size)
		return -EBADMSG;
	if (!make_room(p, size))
		return -ENOMEM;
	while (p->used < size) {
		ssize_t got = pread(file, p->bytes + p->used, size - p->used,
				    (off_t)p->used);

		if (got <= 0)
			return got ? -errno : -EBADMSG;
		p->used += (size_t)got;
	}
	return 0;
}

/* The file's descriptor or -1; the others go into the pack. */
static int take_control(struct msghdr *message, struct pack *p)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	size_t count;
	int file;

	if (!header || header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_RIGHTS)
		return -1;
	count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (!count || count > PACK_FDS_MAX + 1)
		return -1;
	memcpy(&file, CMSG_DATA(header), sizeof(int));
	p->fds_used = count - 1;
	memcpy(p->fds, CMSG_DATA(header) + sizeof(int),
	       p->fds_used * sizeof(int));
	return file;
}

int pack_receive(int socket, uint32_t *out_word, size_t most, struct pack *p)
{
	union control control;
	struct head head = { 0 };
	struct iovec part = { &head, sizeof(head) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	ssize_t got;
	int file, err;

	*p = (struct pack){ .received = true };
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	file = take_control(&message, p);
	if (got != sizeof(head) || file < 0 || head.fds != p->fds_used ||
	    head.size > most)
		err = got ? -EBADMSG : -EPIPE;
	else
		err = read_file(file, head.size, p);
	if (file >= 0)
		close(file);
	*out_word = head.word;
	return err;
}

void pack_free(struct pack *p)
{
	while (p->received && p->fds_at < p->fds_used)
		close(p->fds[p->fds_at++]);
	if (p->bytes)
		explicit_bzero(p->bytes, p->used);
	free(p->bytes);
	*p = (struct pack){ 0 };
}
